//! What was handed off of the customer, and who is accountable now.

use handfast_handoffs::{
    Glimpse, State,
    obligations::{DutyState, Panel},
};
use handfast_record::{sharing::Who, touches::Changed};
use handfast_web::ClockFace;

use super::{page::Look, seen::Seen, sentences::Badge};
use crate::{
    handoffs::{change_path, clock},
    words,
};

/// How many organisations are named in a line.
const NAMED_MAX: usize = 3;

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
    /// Where a missing delivery is traced, for those who may.
    pub(super) trace: Option<String>,
    /// What was told once for everybody.
    pub(super) changes: Vec<ChangeRow>,
}

/// One change: who applied it, who differs, who acts next and by when.
pub(super) struct ChangeRow {
    pub(super) title: String,
    pub(super) href: String,
    pub(super) about: String,
    /// Who holds something else; empty for nobody.
    pub(super) differs: String,
    /// Who has it right, as far as they are named.
    pub(super) applied: String,
    /// Who acts next.
    pub(super) next: String,
    pub(super) badge: Badge,
    pub(super) clock: Option<ClockFace>,
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
    let may = look.strip.is_none() && look.viewer.may_write();
    let id = path.rsplit('/').next().unwrap_or_default();
    Handed {
        rows: seen.hand_offs.iter().map(|one| row(one, seen, look)).collect(),
        open_count: seen.hand_offs_open,
        changes: seen.changes.iter().map(|one| change(one, seen, look)).collect(),
        accountable: seen.accountable.as_ref().map_or(String::new(), |who| sentence(who, seen)),
        change: may.then(|| format!("{path}/changes/new")),
        trace: may.then(|| format!("{path}/traces/new")),
        new: may.then(|| format!("/hand-offs/new?customer={id}")),
    }
}

fn sentence(who: &Who, seen: &Seen) -> String {
    let name = words::sentence(&seen.names.who(who).name);
    format!("{name} is accountable for {} as a whole.", seen.names.customer)
}

fn row(one: &Glimpse, seen: &Seen, look: &Look<'_>) -> Row {
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

fn change(one: &Panel, seen: &Seen, look: &Look<'_>) -> ChangeRow {
    let day = words::when(look.eyes.zone.day_of(one.entered), look.today);
    let who = if one.by_customer {
        words::sentence(&seen.names.customer)
    } else {
        seen.names.organisation(one.entered_by).name
    };
    let named = |wanted: fn(DutyState) -> bool| {
        let some = one.parts.iter().filter(|(_, state)| wanted(*state));
        some.map(|(id, _)| seen.names.organisation(*id).name).collect::<Vec<_>>()
    };
    let right = among(&named(|state| state == DutyState::Verified), one.verified_count);
    let wrong = among(&named(|state| state == DutyState::Mismatch), one.mismatch_count);
    let next = one.waits_for.filter(|_| look.strip.is_none()).map(|(who, ..)| {
        if who == look.viewer.organisation {
            return "You act next.".to_owned();
        }
        format!("{} acts next.", seen.names.organisation(who).name)
    });
    ChangeRow {
        title: title(one.changed).to_owned(),
        href: change_path(one.id),
        about: format!("{}, {who} told it {day}", one.reference),
        differs: if wrong.is_empty() { wrong } else { format!("Wrong at {wrong}.") },
        applied: if right.is_empty() { right } else { format!("Right at {right}.") },
        next: next.unwrap_or_default(),
        badge: badge(one),
        clock: one.waits_for.map(|(_, due, sent)| clock(sent, due, look.now, &look.eyes.zone)),
    }
}

/// `Swift Parcel, CoverWell and 4 others`.
fn among(named: &[String], count: i64) -> String {
    let mut parts: Vec<String> = named.iter().take(NAMED_MAX).cloned().collect();
    let others = count - parts.len() as i64;
    if others > 0 {
        parts.push(words::counted(others, "other", "others"));
    }
    words::list(&parts)
}

const fn title(changed: Changed) -> &'static str {
    match changed {
        Changed::Name => "New name",
        Changed::Phone => "New phone number",
        Changed::Email => "New mail address",
        Changed::Address => "New address",
        Changed::Consent => "New word on sharing",
        Changed::Erasure => "Erasure",
    }
}

fn badge(one: &Panel) -> Badge {
    let (tone, icon, word) = match (one.obliged_count, one.mismatch_count, one.open_count) {
        (0, ..) => ("", "check", "Nobody else needs it".to_owned()),
        (_, 1.., _) => {
            ("bad", "alert", words::counted(one.mismatch_count, "mismatch", "mismatches"))
        }
        (all, _, 1..) => ("warn", "clock", format!("{} of {all} verified", one.verified_count)),
        (all, ..) if one.verified_count == all => ("ok", "check", "All verified".to_owned()),
        _ => ("", "undo", "Over".to_owned()),
    };
    Badge { tone, icon, word }
}
