//! What was handed off of the customer, and who is accountable now.

use handfast_handoffs::{HandOff, State};
use handfast_record::sharing::Who;

use super::{page::Look, seen::Seen, sentences::Badge};
use crate::words;

/// How many hand-offs the panel shows.
const ROWS_MAX: usize = 5;

/// The panel of hand-offs.
pub(super) struct Handed {
    pub(super) rows: Vec<Row>,
    pub(super) open_count: usize,
    /// Who looks after the customer as a whole, as a sentence.
    pub(super) accountable: String,
    /// Where something is handed off, for those who may.
    pub(super) new: Option<String>,
    /// Where a change is entered, for those who may.
    pub(super) change: Option<String>,
}

/// One hand-off.
pub(super) struct Row {
    pub(super) title: String,
    pub(super) href: String,
    pub(super) about: String,
    pub(super) badge: Badge,
}

/// What was handed off, that which waits for somebody first.
pub(super) fn of(seen: &Seen, look: &Look<'_>, path: &str) -> Handed {
    let mut all: Vec<&HandOff> = seen.hand_offs.iter().collect();
    all.sort_by_key(|one| one.waits_for.is_none());
    let open_count = all.iter().filter(|one| one.waits_for.is_some()).count();
    let may = look.strip.is_none() && look.viewer.may_write();
    let id = path.rsplit('/').next().unwrap_or_default();
    Handed {
        rows: all.into_iter().take(ROWS_MAX).map(|one| row(one, seen, look)).collect(),
        open_count,
        accountable: seen.accountable.as_ref().map_or(String::new(), |who| sentence(who, seen)),
        change: may.then(|| format!("{path}/changes/new")),
        new: may.then(|| format!("/hand-offs/new?customer={id}")),
    }
}

fn sentence(who: &Who, seen: &Seen) -> String {
    let name = words::sentence(&seen.names.who(who).name);
    format!("{name} is accountable for {} as a whole.", seen.names.customer)
}

fn row(one: &HandOff, seen: &Seen, look: &Look<'_>) -> Row {
    let name = |id| seen.names.organisation(id).name;
    let day = words::when(look.eyes.zone.day_of(one.offered), look.today);
    let (tone, icon, word) = match one.state {
        State::Offered => ("warn", "clock", "Waits for an answer"),
        State::Accepted => ("ok", "check", "Accepted"),
        State::Declined => ("bad", "x", "Declined"),
        State::Expired => ("bad", "alert", "Not answered"),
        State::Withdrawn => ("", "undo", "Withdrawn"),
    };
    Row {
        title: words::sentence(&one.title),
        href: format!("/hand-offs/{}", one.id),
        about: format!("{} to {}, offered {day}", name(one.from), name(one.to)),
        badge: Badge { tone, icon, word: word.to_owned() },
    }
}
