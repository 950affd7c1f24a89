//! Checkpoints that partners keep: whoever has an old one can prove that history was rewritten.

use handfast_db::{Fault, Tx};
use handfast_kit::{NetworkId, TimeMs};
use handfast_mail::Letter;
use handfast_record::{organisations, receipts};

use super::{addresses_of, letters, store};

/// Writes to each partner, once in a month, how far the signed ledger goes. Who has no address is
/// written to as soon as there is one. Answers how many letters there are. Safe to run twice and by
/// several processes.
pub fn write_checkpoints(tx: &mut Tx<'_>, network: NetworkId, now: TimeMs) -> Result<usize, Fault> {
    let Some(home) = organisations::network(tx, network)? else { return Ok(0) };
    if receipts::signed(tx, network)?.is_none() {
        return Ok(0);
    }
    let month = home.zone.format(now, "%Y-%m");
    let written = store::written_to(tx, network, &month)?;
    let (mut after, mut count) = (None, 0);
    loop {
        let page = organisations::partners(tx, network, after.as_ref(), 200)?;
        let left = page.items.iter().map(|one| one.id).filter(|id| !written.contains(id)).collect();
        let mut letters = Vec::new();
        for (organisation, to) in addresses_of(tx, network, left)? {
            // Of two processes the second finds it written.
            if store::insert_written(tx, network, organisation, &month, now)? {
                letters.push(Letter {
                    network,
                    organisation,
                    thread: organisation.as_kind(),
                    kind: letters::CHECKPOINT.to_owned(),
                    to,
                    subject: String::new(),
                    text: String::new(),
                });
            }
        }
        count += handfast_mail::send_all(tx, now, &letters)?;
        after = page.next;
        if after.is_none() {
            return Ok(count);
        }
    }
}
