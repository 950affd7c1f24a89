//! The letter that asks whether something was one's part.

use askama::Template;
use handfast_db::Fault;
use handfast_mail::Written;
use handfast_record::sharing::Who;

use super::{Occasion, Words, rendered};
use crate::disputes::Dispute;

#[derive(Template)]
#[template(path = "dispute.txt")]
struct DisputeLetter {
    from: String,
    to: String,
    network: String,
    leg: &'static str,
    subject: String,
    reference: String,
    by: String,
    is_again: bool,
    link: String,
}

pub(super) fn letter(dispute: &Dispute, words: Words) -> Result<Written, Fault> {
    let is_again = words.occasion == Occasion::Reminded;
    let by = dispute.waits_for.as_ref().map(|(_, by)| words.zone.format(*by, "%A %-d %B, %H:%M"));
    let by = by.unwrap_or_default();
    let from = match &dispute.claimant {
        Who::Named(_) => words.from,
        // Another partner, of whom this one knows nothing.
        Who::Veiled(veil) => veil.clone(),
    };
    let subject = format!(
        "{}Whose part was it? Please answer by {by} ({})",
        if is_again { "Reminder: " } else { "" },
        dispute.reference
    );
    let mut letters = from.chars();
    let first = letters.next().map(|first| first.to_uppercase().collect::<String>());
    let letter = DisputeLetter {
        from: first.unwrap_or_default() + letters.as_str(),
        to: words.to,
        network: words.network,
        leg: dispute.leg.in_words(),
        subject: dispute.subject.clone(),
        reference: dispute.reference.clone(),
        by,
        is_again,
        link: words.link,
    };
    Ok(Written { subject, text: rendered(&letter)? })
}
