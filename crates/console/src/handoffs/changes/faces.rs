//! How one organisation's part of a change looks: its chain, and what differs.

use handfast_handoffs::obligations::{DiffPart, DutyState, Obligation, Step};
use handfast_kit::{OrganisationId, TimeMs};
use handfast_record::touches::DutyStep;
use handfast_web::{ClockFace, Viewer};

use super::super::{faces::Knot, time};
use crate::{
    customer::who::{Names, Organisation},
    words,
};

/// One organisation's part.
#[expect(clippy::struct_excessive_bools, reason = "each decides over one button of the page")]
pub(super) struct Duty {
    pub(super) id: String,
    pub(super) organisation: Organisation,
    pub(super) clock: ClockFace,
    pub(super) chain: Vec<Knot>,
    pub(super) differs: Option<Differs>,
    /// What they said of it: evidence, or why it is not their part.
    pub(super) said: String,
    /// What the organisation itself may do.
    pub(super) may_accept: bool,
    pub(super) may_apply: bool,
    /// Whether somebody else may write down what was read.
    pub(super) may_read: bool,
    /// Whether the organisation may type what its own system shows.
    pub(super) may_type: bool,
    /// Whether it may be chased, and who that is.
    pub(super) chase: Option<String>,
}

/// What is held, where it is not what was given.
pub(super) struct Differs {
    pub(super) title: String,
    /// Who gave what is right.
    pub(super) giver: String,
    pub(super) given: Vec<DiffPart>,
    pub(super) held: Vec<DiffPart>,
    pub(super) how: String,
}

/// Who looks, when.
pub(super) struct Looking<'a> {
    pub(super) viewer: &'a Viewer,
    pub(super) now: TimeMs,
    pub(super) names: &'a Names,
    /// What the customer is called within a sentence.
    pub(super) called: &'a str,
}

impl Looking<'_> {
    pub(super) fn name(&self, id: OrganisationId) -> String {
        self.names.organisation(id).name
    }

    pub(super) fn duty(&self, one: &Obligation, by_customer: bool) -> Duty {
        let name = self.name(one.organisation);
        let is_own = one.organisation == self.viewer.organisation && self.viewer.may_write();
        let (is_open, state) = (one.state.is_open(), one.state);
        let is_brand = self.viewer.is_brand() && self.viewer.may_write();
        let last = one.steps.iter().rev().find(|step| !step.words.is_empty());
        let said = match state {
            DutyState::Applied | DutyState::Refused => {
                last.map_or(String::new(), |step| format!("“{}” {}", step.words, step.by))
            }
            _ => String::new(),
        };
        Duty {
            id: one.id.to_string(),
            organisation: self.names.organisation(one.organisation),
            clock: self.clock(one),
            chain: self.chain(one),
            differs: self.differs(one, &name, by_customer),
            said,
            may_accept: is_own && state == DutyState::Sent,
            may_apply: is_own && matches!(state, DutyState::Sent | DutyState::Accepted),
            may_read: is_open && is_brand && !is_own,
            may_type: is_open && is_own,
            chase: (is_brand && is_open && !is_own).then_some(name),
        }
    }

    fn clock(&self, one: &Obligation) -> ClockFace {
        let zone = &self.viewer.zone;
        let still =
            |state, word: String, by: String| ClockFace { state, word, by, used_percent: None };
        match (one.state, one.waits_for) {
            (DutyState::Verified, _) => {
                let at = step(one, DutyStep::Verified).map_or(one.sent, |step| step.at);
                let took = time::span((at.0 - one.sent.0).max(0));
                still("met", format!("Verified in {took}"), String::new())
            }
            (DutyState::Superseded, _) => {
                still("paused", "Overtaken".to_owned(), "by a later change".to_owned())
            }
            (_, Some((_, due))) => time::clock(one.sent, due, self.now, zone),
            (_, None) => time::clock(one.sent, one.due, self.now, zone),
        }
    }

    /// Sent, seen, accepted, applied, read back: what they say is never shown as done.
    fn chain(&self, one: &Obligation) -> Vec<Knot> {
        let zone = &self.viewer.zone;
        let lines = |step: &Step| vec![time::short(step.at, zone), step.by.clone()];
        let short = |at| time::short(at, zone);
        let is_over = !one.state.is_open();
        let knot = |wanted: DutyStep, word: &str| match step(one, wanted) {
            Some(step) => Knot::of("done", word, lines(step)),
            None => Knot::of("todo", word, Vec::new()),
        };
        let mut chain =
            vec![Knot::of("done", "Sent", vec![short(one.sent)]), knot(DutyStep::Seen, "Seen")];
        if one.state == DutyState::Refused {
            let refused = step(one, DutyStep::Refused);
            chain.push(Knot::of("bad", "Refused", refused.map(lines).unwrap_or_default()));
            return chain;
        }
        chain.push(knot(DutyStep::Accepted, "Accepted"));
        let mut applied = knot(DutyStep::Applied, "Applied");
        if applied.state == "done" {
            applied.lines.push("they say".to_owned());
        }
        chain.push(applied);
        let by = format!("by {}", time::moment(one.due, self.now, zone));
        chain.push(match (one.state, step(one, DutyStep::Mismatch)) {
            (DutyState::Verified, _) => {
                let read = step(one, DutyStep::Verified);
                Knot::of("done", "Read-back matches", read.map(lines).unwrap_or_default())
            }
            (DutyState::Mismatch, read) => {
                Knot::of("bad", "Read-back differs", read.map(lines).unwrap_or_default())
            }
            _ => Knot::of("todo", "Read back", vec![by]),
        });
        if !is_over && let Some(next) = chain.iter_mut().find(|knot| knot.state == "todo") {
            *next = Knot::of("now", next.word.clone(), next.lines.clone());
        }
        chain
    }

    fn differs(&self, one: &Obligation, name: &str, by_customer: bool) -> Option<Differs> {
        let [given, held] = one.diff.clone()?;
        let how = one.held.as_ref().map_or("", |(_, how)| how.in_words());
        Some(Differs {
            title: if one.organisation == self.viewer.organisation {
                format!("What you hold is not what {} gave", self.called)
            } else {
                format!("What {name} hold is not what {} gave", self.called)
            },
            giver: if by_customer {
                format!("{} gave", words::sentence(self.called))
            } else {
                "Given".to_owned()
            },
            given,
            held,
            how: if one.organisation == self.viewer.organisation {
                words::sentence(&how.replace("their system", "your system"))
            } else {
                words::sentence(how)
            },
        })
    }
}

/// A badge that says where a part stands: its tone, picture and words.
pub(super) const fn standing(state: DutyState) -> (&'static str, &'static str, &'static str) {
    match state {
        DutyState::Sent => ("", "clock", "Sent"),
        DutyState::Accepted => ("", "clock", "Accepted"),
        DutyState::Applied => ("warn", "clock", "They say it is done"),
        DutyState::Verified => ("ok", "check", "Verified"),
        DutyState::Mismatch => ("bad", "alert", "Read-back differs"),
        DutyState::Refused => ("warn", "alert", "Not their part, they say"),
        _ => ("", "undo", "Nothing to do any more"),
    }
}

/// The last step of this kind.
fn step(one: &Obligation, wanted: DutyStep) -> Option<&Step> {
    one.steps.iter().rev().find(|step| step.step == wanted)
}
