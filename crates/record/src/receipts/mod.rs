//! Receipts: that a touch happened, proved to whoever was not there.
//!
//! [`seal`] gives new touches their number, makes each a leaf of the network's ledger, and signs
//! how far the ledger goes. [`receipt`] leads from a touch that a viewer sees to what was signed;
//! it is checked offline by `handfast_ledger`. [`fits`] tells whoever kept an earlier checkpoint
//! whether history was rewritten since, and [`Checking`] goes through the whole of it. [`forget`]
//! erases what a touch said, and leaves every proof as it was.

pub mod api;
mod checking;
mod rules;
mod store;
#[cfg(test)]
mod tests;

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{NetworkId, TimeMs};
use handfast_ledger::{
    Checkpoint, CheckpointError, Content, Hash, PublicKey, Receipt, Signer, Tree, Unread, append,
};

pub use checking::{Bad, Checking};

use crate::{TouchId, sharing::Lens, touches};

/// Most touches that are sealed in one transaction.
const SEALED_MAX: usize = 5_000;

/// What was last signed of a network's ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// How many touches it held.
    pub size: u64,
    /// When it was signed.
    pub at: TimeMs,
    /// The signed note: C2SP `tlog-checkpoint`.
    pub note: String,
    /// Whose signature it is: C2SP's `name+hash+key`.
    pub public_key: String,
}

/// Gives up to `limit` touches that have no number yet theirs, in the order in which they were
/// recorded, and makes them leaves of the ledger. Signs it if a `signer` is given. Answers how many
/// touches there were. One caller at a time gets numbers; the others wait for it.
///
/// Touches that a version without ledger numbered become leaves first. A signer with another key
/// than signed before does not sign, and a warning is logged: numbers go on.
pub fn seal(
    tx: &mut Tx<'_>,
    network: NetworkId,
    now: TimeMs,
    limit: usize,
    signer: Option<&Signer>,
) -> Result<usize, Fault> {
    let Some(next) = touches::hold_sealing(tx, network)? else { return Ok(0) };
    let limit = limit.clamp(1, SEALED_MAX);
    let stands = store::ledger(tx, network)?;
    let size = stands.as_ref().map_or(0, |ledger| ledger.tree_size);
    let rows = if size < next {
        store::numbered(tx, network, size, limit)?
    } else {
        touches::number(tx, network, next, limit)?;
        store::numbered(tx, network, next, limit)?
    };
    let mut leaves = Vec::with_capacity(rows.len());
    for (offset, row) in rows.iter().enumerate() {
        if row.leaf_index != size + offset as i64 {
            return Err(Fault::other("the numbers of touches have a gap: run `handfast verify`"));
        }
        leaves.push(leaf_of(tx, network, row)?);
    }
    let written = append(size as u64, &leaves, |tile| store::tile(tx, network, tile));
    for (tile, hashes) in written.map_err(unread)? {
        store::write_tile(tx, network, tile, &hashes)?;
    }
    let grown = size + leaves.len() as i64;
    if stands.is_none() || !leaves.is_empty() {
        store::grow(tx, network, grown)?;
    }
    let is_signed = stands.as_ref().is_some_and(|ledger| ledger.signed_size == grown);
    let known = stands.map(|ledger| ledger.public_key).unwrap_or_default();
    if let Some(signer) = signer
        && !is_signed
        && grown > 0
    {
        let key = signer.public_key().to_string();
        if known.is_empty() || known == key {
            sign(tx, (network, grown as u64), now, signer)?;
        } else if !leaves.is_empty() {
            tracing::warn!(
                network.id = %network, known, given = key,
                "the ledger is not signed: this is another key than the one that signed it before"
            );
        }
    }
    Ok(leaves.len())
}

fn sign(
    tx: &mut Tx<'_>,
    (network, size): (NetworkId, u64),
    now: TimeMs,
    signer: &Signer,
) -> Result<(), Fault> {
    let root = tree(tx, network, size).root().map_err(unread)?;
    let note = signer.checkpoint(size, root, &[&rules::signed_line(now)]);
    let public_key = signer.public_key().to_string();
    store::sign(tx, network, &Signed { size, at: now, note, public_key })
}

/// Lets another key sign from now on: the one that signed is lost, or somebody else knows it.
/// Nothing is signed until it does. Receipts that were given stay good with the key of their time.
pub fn change_key(tx: &mut Tx<'_>, network: NetworkId) -> Result<(), Fault> {
    store::unsign(tx, network)
}

/// What was last signed; none while nothing was.
pub fn signed(cx: &mut Cx<'_>, network: NetworkId) -> Result<Option<Signed>, Fault> {
    Ok(store::ledger(cx, network)?.and_then(store::Ledger::signed))
}

/// The receipt of a touch, for a viewer who sees it by its author's name; none for any other touch,
/// and none until the ledger that holds it is signed. What was said stands in it where the viewer
/// sees it whole: a lens that leaves out prices leaves out the words.
pub fn receipt(cx: &mut Cx<'_>, lens: &Lens, id: TouchId) -> Result<Option<Receipt>, Fault> {
    let Some(touch) = touches::find(cx, lens, id)? else { return Ok(None) };
    let network = lens.network();
    let Some(signed) = signed(cx, network)? else { return Ok(None) };
    // A partner knows a merged customer by another id than that where the touch lies.
    let Some((subject, at)) = touches::place_of(cx, network, id)? else { return Ok(None) };
    let Some(row) = store::touch(cx, network, subject, at, id)? else { return Ok(None) };
    // Its header names the author; who may not know it gets no receipt.
    if touch.organisation.id().is_none() || row.leaf_index < 0 {
        return Ok(None);
    }
    let index = row.leaf_index as u64;
    if index >= signed.size {
        return Ok(None);
    }
    let commitment = commitment_of(cx, network, &row)?;
    let is_whole = row.summary == touch.summary && row.body == touch.body_json;
    let content = rules::salt(&row.salt).filter(|_| is_whole);
    let content =
        content.map(|salt| Content { salt, summary: row.summary.clone(), body: row.body.clone() });
    let proof = tree(cx, network, signed.size).inclusion(index).map_err(unread)?;
    let header = rules::header(network, &row)?;
    Ok(Some(Receipt::new(header, (commitment, content), (index, proof), signed.note)))
}

/// The short form of a leaf, for people who compare two by eye: the first six bytes in groups.
pub fn fingerprint(receipt: &Receipt) -> String {
    rules::fingerprint(&receipt.leaf())
}

/// The proof that the ledger of `size` touches begins with that of `old_size`; none if it was never
/// so large, or `old_size` is larger.
pub fn consistency(
    cx: &mut Cx<'_>,
    network: NetworkId,
    (old_size, size): (u64, u64),
) -> Result<Option<Vec<Hash>>, Fault> {
    let held = store::ledger(cx, network)?.map_or(0, |ledger| ledger.tree_size as u64);
    if size > held || old_size > size {
        return Ok(None);
    }
    tree(cx, network, size).consistency(old_size).map(Some).map_err(unread)
}

/// Whether a checkpoint that somebody kept belongs to the ledger as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fits {
    /// It does; here is the proof that what was signed last begins with it.
    Yes {
        /// What was signed last.
        signed: Signed,
        /// From the one to the other.
        proof: Vec<Hash>,
    },
    /// It does not: the ledger held other touches when it was signed. History was rewritten.
    Rewritten,
    /// The ledger holds fewer touches than it did: its end was cut off.
    Shorter {
        /// How many it holds.
        held: u64,
        /// How many it held.
        kept: u64,
    },
    /// This network's key did not sign it.
    NotOurs(CheckpointError),
}

/// Compares a checkpoint that somebody kept with the ledger as it stands; none while nothing is
/// signed.
pub fn fits(cx: &mut Cx<'_>, network: NetworkId, kept: &str) -> Result<Option<Fits>, Fault> {
    let Some(signed) = signed(cx, network)? else { return Ok(None) };
    let key: PublicKey = signed.public_key.parse().map_err(told)?;
    let kept = match Checkpoint::verify(kept, &key) {
        Ok(kept) => kept,
        Err(error) => return Ok(Some(Fits::NotOurs(error))),
    };
    let held = store::ledger(cx, network)?.map_or(0, |ledger| ledger.tree_size as u64);
    if kept.size > held {
        return Ok(Some(Fits::Shorter { held, kept: kept.size }));
    }
    if tree(cx, network, kept.size).root().map_err(unread)? != kept.root {
        return Ok(Some(Fits::Rewritten));
    }
    let size = signed.size.max(kept.size);
    let proof = tree(cx, network, size).consistency(kept.size).map_err(unread)?;
    Ok(Some(Fits::Yes { signed, proof }))
}

/// Erases what a touch said: words, salt, and what it could be found by. Its leaf stays, and says
/// nothing of anybody. Answers whether there was something to erase.
pub fn forget(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: TouchId,
    now: TimeMs,
) -> Result<bool, Fault> {
    let Some((subject, at)) = touches::place_of(tx, network, id)? else { return Ok(false) };
    let Some(row) = store::touch(tx, network, subject, at, id)? else { return Ok(false) };
    if row.salt.is_empty() {
        return Ok(false);
    }
    let commitment = commitment_of(tx, network, &row)?;
    store::forget(tx, network, id, &commitment, now)?;
    store::blank(tx, network, (subject, at, id))?;
    touches::lose_words(tx, network, subject, id)?;
    Ok(true)
}

fn leaf_of(cx: &mut Cx<'_>, network: NetworkId, row: &store::Row) -> Result<Hash, Fault> {
    let commitment = commitment_of(cx, network, row)?;
    Ok(rules::header(network, row)?.leaf(&commitment))
}

/// What the ledger holds of the words; of those that were erased, what it held.
fn commitment_of(cx: &mut Cx<'_>, network: NetworkId, row: &store::Row) -> Result<Hash, Fault> {
    if !row.salt.is_empty() {
        return Ok(handfast_ledger::commitment(&row.salt, &row.summary, &row.body));
    }
    let kept = store::forgotten(cx, network, row.id)?;
    kept.ok_or_else(|| Fault::other("what the ledger held of an erased touch is not there"))
}

/// The tree of the first `size` touches.
fn tree(
    cx: &mut Cx<'_>,
    network: NetworkId,
    size: u64,
) -> Tree<impl FnMut(handfast_ledger::TileId) -> Result<Vec<Hash>, Fault>> {
    Tree::new(size, move |tile| store::tile(cx, network, tile))
}

fn unread(error: Unread<Fault>) -> Fault {
    match error {
        Unread::Reader(fault) => fault,
        other => told(other),
    }
}

fn told(error: impl std::error::Error) -> Fault {
    Fault::other(error.to_string())
}
