//! The page of what an organisation is to do about a change, as it answers from a letter.

use askama::Template;
use handfast_handoffs::{
    links::Duty,
    obligations::{DiffPart, DutyState, Step},
};
use handfast_kit::{TimeMs, Zone};
use handfast_record::touches::{Changed, DutyStep};

use super::{Home, READ_BACK, Shown, Typed};
use crate::{
    forms::{Refusal, beside},
    words,
};

#[derive(Template)]
#[template(path = "link_obligation.html")]
#[expect(clippy::struct_excessive_bools, reason = "each decides over one button of the page")]
pub(super) struct ObligationPage {
    network: String,
    title: String,
    lede: String,
    path: String,
    read_back: String,
    turn: i64,
    email: String,
    facts: Vec<(&'static str, String)>,
    steps: Vec<(&'static str, String, String)>,
    differs: Option<Differs>,
    /// Where it stands, in a sentence.
    stands: String,
    may_accept: bool,
    may_see: bool,
    may_apply: bool,
    may_refuse: bool,
    /// Whether what it shows is what is waited for most.
    is_read_next: bool,
    done: Option<&'static str>,
    refusal: Option<Refusal>,
    evidence: String,
    evidence_error: Option<String>,
    reason: String,
    reason_error: Option<String>,
}

/// What was given and what is held, with what differs.
struct Differs {
    given: Vec<DiffPart>,
    held: Vec<DiffPart>,
}

pub(super) fn page(
    shown: &Shown<'_>,
    duty: &Duty,
    typed: &Typed,
    done: Option<&'static str>,
    refusal: Option<Refusal>,
) -> ObligationPage {
    let (one, home, state) = (&duty.obligation, shown.home, duty.obligation.state);
    let is_seen = one.steps.iter().any(|step| step.step == DutyStep::Seen) || one.version > 1;
    let given = one.diff.clone().filter(|_| state == DutyState::Mismatch);
    ObligationPage {
        network: home.network.clone(),
        title: format!("{} asks you to {}", home.from, to_do(one.changed)),
        lede: format!(
            "{} for {}. {}",
            duty.change.reference,
            home.to,
            deadline(duty, home, shown.now)
        ),
        path: shown.path.to_owned(),
        read_back: format!("{}{READ_BACK}", shown.path),
        turn: one.version,
        email: shown.email.to_owned(),
        facts: facts(duty, home),
        steps: one.steps.iter().rev().map(|step| line(step, &home.zone)).collect(),
        differs: given.map(|[given, held]| Differs { given, held }),
        stands: stands(state, home),
        may_accept: matches!(state, DutyState::Sent | DutyState::Refused),
        may_see: state == DutyState::Sent && !is_seen,
        may_apply: state != DutyState::Applied,
        may_refuse: matches!(state, DutyState::Sent | DutyState::Accepted),
        is_read_next: matches!(state, DutyState::Applied | DutyState::Mismatch),
        done,
        evidence: typed.evidence.clone(),
        evidence_error: beside(refusal.as_ref(), "evidence"),
        reason: typed.reason.clone(),
        reason_error: beside(refusal.as_ref(), "reason"),
        refusal,
    }
}

/// What is asked for, after “to”.
const fn to_do(changed: Changed) -> &'static str {
    match changed {
        Changed::Name => "apply a change of name",
        Changed::Phone => "apply a change of phone number",
        Changed::Email => "apply a change of mail address",
        Changed::Address => "apply a change of address",
        Changed::Consent => "apply what a customer allows now",
        Changed::Erasure => "erase a customer’s data",
    }
}

fn deadline(duty: &Duty, home: &Home, now: TimeMs) -> String {
    let due = duty.obligation.due;
    let by = home.zone.format(due, "%A %-d %B, %H:%M");
    if due <= now {
        format!("It was due by {by}, and is still open.")
    } else {
        format!("It is to be right, and read back, by {by}.")
    }
}

/// Whom it is about and what changes, as far as the organisation is shown it.
fn facts(duty: &Duty, home: &Home) -> Vec<(&'static str, String)> {
    let (one, day) = (&duty.obligation, "%A %-d %B %Y");
    let moment = |at| home.zone.format(at, day);
    let is_value = !matches!(one.changed, Changed::Consent | Changed::Erasure);
    let given = match &one.given {
        Some(value) => value.line(),
        None => "You are not shown it any more. Sign in, or ask who wrote to you.".to_owned(),
    };
    let facts = [
        ("Customer", one.customer_name.clone()),
        ("Your reference", home.own_ref.clone()),
        (new(one.changed), is_value.then_some(given)),
        ("Before", Some(duty.change.before.clone()).filter(|_| is_value)),
        ("From", one.from.map(moment)),
        ("Until", one.until.map(moment)),
        ("Next delivery", one.next_delivery.map(moment)),
    ];
    let said = |(label, text): (&'static str, Option<String>)| {
        Some((label, text.filter(|text| !text.is_empty())?))
    };
    facts.into_iter().filter_map(said).collect()
}

const fn new(changed: Changed) -> &'static str {
    match changed {
        Changed::Name => "New name",
        Changed::Phone => "New phone number",
        Changed::Email => "New mail address",
        Changed::Address | Changed::Consent | Changed::Erasure => "New address",
    }
}

/// A step: its words, when and by whom, and what was said.
fn line(step: &Step, zone: &Zone) -> (&'static str, String, String) {
    let word = match step.step {
        DutyStep::Sent => "Sent to you",
        DutyStep::Seen => "Seen",
        DutyStep::Accepted => "Accepted",
        DutyStep::Refused => "Said not to be your part",
        DutyStep::Applied => "Said to be applied",
        DutyStep::Verified => "Read back, and right",
        DutyStep::Mismatch => "Read back, and different",
        DutyStep::Chased => "Reminded",
        DutyStep::Escalated => "Whoever stands above was told",
        DutyStep::Superseded => "Overtaken by a later change",
        DutyStep::Released => "No longer your part",
    };
    let at = zone.format(step.at, "%A %-d %B, %H:%M");
    let by = if step.by.is_empty() { at } else { format!("{at}, {}", step.by) };
    (word, by, step.words.clone())
}

fn stands(state: DutyState, home: &Home) -> String {
    match state {
        DutyState::Refused => format!(
            "You have said that it is not your part. {} acts next. Should it be yours after all, \
             accept it.",
            home.network
        ),
        DutyState::Applied => "You say that it is applied. It counts when we have read back what \
                               your system shows."
            .to_owned(),
        DutyState::Mismatch => {
            "Put it right in your system; then read back what it shows.".to_owned()
        }
        DutyState::Accepted => "You are responsible for it.".to_owned(),
        _ => String::new(),
    }
}

/// The page on which an organisation types what its own system shows. What it should be is not on
/// it, and its fields are empty.
#[derive(Template)]
#[template(path = "link_read_back.html")]
pub(super) struct ReadBackPage {
    network: String,
    title: &'static str,
    lede: String,
    path: String,
    turn: i64,
    email: String,
    reference: String,
    is_address: bool,
    /// What the one field asks for, and what else to know.
    label: &'static str,
    hint: &'static str,
    typed: Typed,
    error: Option<String>,
    refusal: Option<Refusal>,
}

pub(super) fn read_back_page(
    shown: &Shown<'_>,
    duty: &Duty,
    typed: &Typed,
    refusal: Option<Refusal>,
) -> ReadBackPage {
    let one = &duty.obligation;
    let own_ref = shown.home.own_ref.as_ref().map(|text| format!("your {text}"));
    let whom = one.customer_name.clone().or(own_ref).unwrap_or_else(|| "the customer".to_owned());
    let (label, hint) = match one.changed {
        Changed::Erasure => (
            "What your system still shows",
            "Leave it empty if your system shows nothing of the customer any more.",
        ),
        Changed::Consent => {
            ("What your system allows still, and should not", "Leave it empty if there is nothing.")
        }
        _ => ("What your system shows", ""),
    };
    let looked_up = match one.changed {
        Changed::Erasure | Changed::Consent => "what it shows".to_owned(),
        other => format!("what it shows as {}", other.in_words()),
    };
    ReadBackPage {
        network: shown.home.network.clone(),
        title: "What your system shows",
        lede: format!(
            "Open your system, find {}, and type {looked_up}. What it should be is not on this \
             page: the two are compared, and nobody has to take your word for it.",
            words::sentence(&whom)
        ),
        path: shown.path.to_owned(),
        turn: one.version,
        email: shown.email.to_owned(),
        reference: duty.change.reference.clone(),
        is_address: one.changed == Changed::Address,
        label,
        hint,
        typed: typed.clone(),
        error: beside(refusal.as_ref(), field_of(one.changed)),
        refusal,
    }
}

/// The field at which it is said what is wrong with what was typed.
pub(super) fn field_of(changed: Changed) -> &'static str {
    if changed == Changed::Address { "street" } else { "line" }
}
