//! The letter with which a partner keeps how far the signed ledger goes.

use askama::Template;
use handfast_db::{Fault, Tx};
use handfast_kit::TimeMs;
use handfast_mail::{Letter, Written};
use handfast_record::{organisations, receipts};

use super::{address_of, rendered};

#[derive(Template)]
#[template(path = "checkpoint.txt")]
struct CheckpointLetter {
    network: String,
    to: String,
    size: u64,
    at: String,
    note: String,
    public_key: String,
    file: String,
}

/// None if nothing is signed, or letters go elsewhere by now.
pub(super) fn worded(
    tx: &mut Tx<'_>,
    letter: &Letter,
    now: TimeMs,
) -> Result<Option<Written>, Fault> {
    let (network, organisation) = (letter.network, letter.organisation);
    if address_of(tx, network, organisation)?.as_ref() != Some(&letter.to) {
        return Ok(None);
    }
    let Some(home) = organisations::network(tx, network)? else { return Ok(None) };
    let Some(signed) = receipts::signed(tx, network)? else { return Ok(None) };
    let names = organisations::names(tx, network, [organisation])?;
    let month = home.zone.format(now, "%B %Y");
    let text = rendered(&CheckpointLetter {
        to: names.get(&organisation).cloned().unwrap_or_default(),
        size: signed.size,
        at: home.zone.format(signed.at, "%A %-d %B %Y, %H:%M"),
        note: signed.note,
        public_key: signed.public_key,
        file: format!("{}-{}.checkpoint", home.slug, home.zone.format(now, "%Y-%m")),
        network: home.name.clone(),
    })?;
    Ok(Some(Written { subject: format!("{}: the signed record of {month}", home.name), text }))
}
