//! The letter that asks to apply a change. What changes to what is not in it: mail is no place for
//! customers.

use askama::Template;
use handfast_db::Fault;
use handfast_mail::Written;
use handfast_record::touches::Changed;

use super::{Occasion, Words, rendered};
use crate::{links::Duty, obligations::DutyState};

#[derive(Template)]
#[template(path = "obligation.txt")]
struct ObligationLetter {
    opening: String,
    from: String,
    to: String,
    what: &'static str,
    reference: String,
    by: String,
    /// From when on it holds; empty for at once.
    begins: String,
    is_erasure: bool,
    link: String,
}

/// Whether a letter that was asked for on some occasion still says what is so.
pub(super) fn is_wanted(duty: &Duty, occasion: Occasion) -> bool {
    let state = duty.obligation.state;
    match occasion {
        Occasion::Asked => state == DutyState::Sent,
        Occasion::Reminded | Occasion::Escalated => state != DutyState::Refused,
        Occasion::Differs => state == DutyState::Mismatch,
    }
}

pub(super) fn letter(duty: &Duty, words: Words) -> Result<Written, Fault> {
    let one = &duty.obligation;
    let moment = |at| words.zone.format(at, "%A %-d %B, %H:%M");
    let (by, reference) = (moment(one.due), duty.change.reference.clone());
    let what = to_do(one.changed);
    let (ahead, opening) = opening(words.occasion, &words);
    let subject = format!("{ahead}{} asks you to {what} by {by} ({reference})", words.from);
    let letter = ObligationLetter {
        opening,
        what,
        reference,
        by,
        begins: one.from.map(moment).unwrap_or_default(),
        is_erasure: one.changed == Changed::Erasure,
        from: words.from,
        to: words.to,
        link: words.link,
    };
    Ok(Written { subject, text: rendered(&letter)? })
}

/// What the subject begins with, and what the letter.
fn opening(occasion: Occasion, words: &Words) -> (&'static str, String) {
    match occasion {
        Occasion::Asked => ("", String::new()),
        Occasion::Reminded => {
            ("Reminder: ", "What your system shows was not read back yet.".to_owned())
        }
        Occasion::Escalated => {
            ("Still open: ", format!("This is still open. {} was told.", words.network))
        }
        Occasion::Differs => (
            "Not right yet: ",
            format!(
                "What {} holds was read back, and is not what was given. The page behind the link \
                 marks what differs.",
                words.to
            ),
        ),
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
