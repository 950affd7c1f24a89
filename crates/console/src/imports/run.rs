//! An import under way or over: how far it is, what became of its rows, what to do next.

use handfast_intake::imports::{Import, REJECTS_MAX, Reject, State};
use handfast_kit::TimeMs;

use super::words;
use crate::words as said;

/// How many rejects the page shows; the file for download has the others.
pub(super) const REJECTS_SHOWN: usize = 50;

/// How many letters of a rejected row the page shows.
const ORIGINAL_CHARS: usize = 200;

pub(super) struct Run {
    /// Whether to look again in a second.
    pub(super) is_moving: bool,
    pub(super) title: &'static str,
    pub(super) text: String,
    pub(super) tone: &'static str,
    pub(super) icon: &'static str,
    pub(super) percent: u64,
    /// `1,240 rows a second, about 4 min left`.
    pub(super) pace: String,
    pub(super) figures: [Figure; 4],
    pub(super) rejects: Vec<RejectRow>,
    /// `The first 50 of 1,204.`
    pub(super) rejects_shown: String,
    pub(super) rejects_count: String,
    /// What is read out when it changes: not every second.
    pub(super) announce: String,
}

/// One of the counts that add up.
pub(super) struct Figure {
    pub(super) number: String,
    pub(super) word: &'static str,
    pub(super) about: &'static str,
}

pub(super) struct RejectRow {
    pub(super) line: String,
    pub(super) column: String,
    pub(super) reason: String,
    pub(super) original: String,
}

impl Run {
    pub(super) fn of(import: &Import, rejects: Vec<Reject>, now: TimeMs) -> Self {
        let counts = &import.counts;
        let (title, tone, icon) = heading(import);
        let figure = |n: u64, word, about| Figure { number: said::number(n as i64), word, about };
        let rejected = counts.rejected;
        Self {
            is_moving: matches!(import.state, State::Queued | State::Running),
            title,
            text: text(import, now),
            tone,
            icon,
            percent: import.percent(),
            pace: pace(import, now),
            figures: [
                figure(counts.read, "read", "rows of the file"),
                figure(counts.stored, "stored", "new, or with something new"),
                figure(counts.unchanged, "unchanged", "known already"),
                figure(rejected, "rejected", "left out, with a reason"),
            ],
            rejects_shown: shown(rejects.len(), rejected),
            rejects_count: said::counted(rejected as i64, "reject", "rejects"),
            rejects: rejects.into_iter().map(RejectRow::of).collect(),
            announce: announce(import),
        }
    }
}

/// What happened, with its tone and its icon.
const fn heading(import: &Import) -> (&'static str, &'static str, &'static str) {
    let counts = &import.counts;
    match import.state {
        State::Waiting | State::Queued => ("A worker takes it in a moment", "info", "clock"),
        State::Running => ("The rows are being taken in", "info", "clock"),
        State::Done if counts.rejected == 0 => ("All rows were read", "ok", "check"),
        State::Done if counts.stored + counts.unchanged == 0 => {
            ("All rows were read, and none could be taken in", "bad", "alert")
        }
        State::Done => ("All rows were read, and some were left out", "warn", "alert"),
        State::Cancelled => ("The import was stopped", "warn", "x"),
        State::Failed => ("The import could not go on", "bad", "alert"),
    }
}

/// What happened, what was kept, what to do.
fn text(import: &Import, now: TimeMs) -> String {
    let counts = &import.counts;
    let kept = match counts.stored {
        0 => "Nothing was stored.".to_owned(),
        n => format!("{} stored until then and stay.", rows(n, "was", "were")),
    };
    match import.state {
        State::Waiting | State::Queued | State::Running => {
            "You can leave this page; it goes on, and what is left out is kept with its reason."
                .to_owned()
        }
        State::Done => {
            let took = import.ended.unwrap_or(now).0 - import.started.unwrap_or(now).0;
            let took = words::took(took);
            match (counts.rejected, counts.stored) {
                (0, 0) => format!("It took {took}. The file said nothing that was not known."),
                (0, _) => format!("It took {took}. No row was left out."),
                (n, _) => format!(
                    "It took {took}. {} left out; correct them and upload only those, or the \
                     whole file again: what is stored counts once.",
                    rows(n, "was", "were")
                ),
            }
        }
        State::Cancelled => {
            format!("{kept} To go on, upload the file again: what is stored counts once.")
        }
        State::Failed => {
            let why = said::sentence(import.message.trim_end_matches('.'));
            format!(
                "{why}. {kept} Correct the file and upload it again: what is stored counts once."
            )
        }
    }
}

fn rows(n: u64, was: &str, were: &str) -> String {
    format!("{} {}", said::counted(n as i64, "row", "rows"), if n == 1 { was } else { were })
}

fn pace(import: &Import, now: TimeMs) -> String {
    let speed = import.rows_per_s(now).filter(|_| import.counts.read > 0);
    let speed = speed.map(|n| format!("{} rows a second", said::number(n as i64)));
    let left = if import.state == State::Running { words::left(import, now) } else { None };
    speed.into_iter().chain(left).collect::<Vec<_>>().join(", ")
}

fn shown(shown: usize, rejected: u64) -> String {
    let (these, all) = (said::number(shown as i64), said::number(rejected as i64));
    match rejected {
        n if n <= shown as u64 => String::new(),
        n if n > REJECTS_MAX => format!(
            "The first {these} of {all}. The download has the first {}.",
            said::number(REJECTS_MAX as i64)
        ),
        _ => format!("The first {these} of {all}. The download has all of them."),
    }
}

fn announce(import: &Import) -> String {
    match import.state {
        State::Running => format!("{} percent read", import.percent() / 25 * 25),
        state if state.is_over() => {
            format!("{}. {}", heading(import).0, words::counts(&import.counts))
        }
        _ => "The import waits for a worker".to_owned(),
    }
}

impl RejectRow {
    fn of(reject: Reject) -> Self {
        let is_long = reject.original.chars().count() > ORIGINAL_CHARS;
        let mut original: String = reject.original.chars().take(ORIGINAL_CHARS).collect();
        if is_long {
            original.push('…');
        }
        Self {
            line: said::number(reject.line as i64),
            column: reject.column,
            reason: said::sentence(&reject.reason),
            original,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_how_many_rejects_are_shown() {
        assert_eq!(shown(2, 2), "");
        assert_eq!(shown(50, 51), "The first 50 of 51. The download has all of them.");
        let many = shown(50, 20_000);
        assert_eq!(many, "The first 50 of 20,000. The download has the first 10,000.");
    }

    #[test]
    fn one_row_is_and_two_are() {
        assert_eq!(rows(1, "was", "were"), "1 row was");
        assert_eq!(rows(2, "was", "were"), "2 rows were");
    }
}
