//! The letter that asks to prove one's leg of a missing delivery.

use askama::Template;
use handfast_db::Fault;
use handfast_mail::Written;
use handfast_record::touches::Leg;

use super::{Occasion, Words, rendered};
use crate::disputes::traces::Trace;

#[derive(Template)]
#[template(path = "leg.txt")]
struct LegLetter {
    from: String,
    to: String,
    leg: &'static str,
    reference: String,
    by: String,
    is_again: bool,
    link: String,
}

pub(super) fn letter(trace: &Trace, leg: Leg, words: Words) -> Result<Written, Fault> {
    let is_again = words.occasion == Occasion::Reminded;
    let told = trace.legs.iter().find(|one| one.leg == leg).and_then(|one| one.told.as_ref());
    let by = told.map(|told| words.zone.format(told.due, "%A %-d %B, %H:%M")).unwrap_or_default();
    let subject = format!(
        "{}A delivery did not arrive: please prove your part by {by} ({})",
        if is_again { "Reminder: " } else { "" },
        trace.reference
    );
    let letter = LegLetter {
        from: words.from,
        to: words.to,
        leg: leg.in_words(),
        reference: trace.reference.clone(),
        by,
        is_again,
        link: words.link,
    };
    Ok(Written { subject, text: rendered(&letter)? })
}
