//! The letter that asks to take something over.

use askama::Template;
use handfast_db::Fault;
use handfast_mail::Written;

use super::{Occasion, Words, rendered};
use crate::HandOff;

#[derive(Template)]
#[template(path = "hand_off.txt")]
struct HandOffLetter {
    from: String,
    to: String,
    network: String,
    what: &'static str,
    title: String,
    reference: String,
    by: String,
    is_again: bool,
    link: String,
}

pub(super) fn letter(hand_off: &HandOff, words: Words) -> Result<Written, Fault> {
    let is_again = words.occasion == Occasion::Reminded;
    let by = words.zone.format(hand_off.accept_by, "%A %-d %B, %H:%M");
    let what = hand_off.thing.handed().in_words();
    let subject = format!(
        "{}{} asks you to take over {what} by {by} ({})",
        if is_again { "Reminder: " } else { "" },
        words.from,
        hand_off.reference
    );
    let letter = HandOffLetter {
        from: words.from,
        to: words.to,
        network: words.network,
        what,
        title: hand_off.title.clone(),
        reference: hand_off.reference.clone(),
        by,
        is_again,
        link: words.link,
    };
    Ok(Written { subject, text: rendered(&letter)? })
}
