//! Numbering, hashing and signing new touches, and checking a receipt.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use handfast_db::Tx;
use handfast_kit::TimeMs;
use handfast_ledger::{Receipt, Signer};
use handfast_record::{
    receipts,
    sharing::{Lens, SystemReason},
    touches::{self, Body, NewTouch},
};

use super::town::{Town, now};
use crate::{
    Bench,
    report::{Required, Row},
};

/// How many touches wait in a round.
const WAITING: usize = 10_000;
/// How many the server numbers in one transaction.
const AT_ONCE: usize = 500;
/// How often a receipt is checked in a round.
const CHECKED: usize = 200;

pub(super) fn measure(bench: &mut Bench, town: &Town) -> Result<()> {
    let key = std::fs::read_to_string(town.folder.join("ledger.key"))?;
    let mut bytes = [0; 32];
    for (byte, at) in bytes.iter_mut().zip((0..64).step_by(2)) {
        let digits = key.get(at..at + 2).context("ledger.key is no key")?;
        *byte = u8::from_str_radix(digits, 16)?;
    }
    let key = bytes;
    seal(town, &key)?;
    let (mut per_s, mut checked_ms, mut bytes) = (Vec::new(), Vec::new(), 0);
    for _ in 0..bench.rounds {
        write(town)?;
        let began = Instant::now();
        let count = seal(town, &key)?;
        ensure!(count == WAITING, "{count} touches were sealed, not {WAITING}");
        per_s.push(count as f64 / began.elapsed().as_secs_f64());
        let receipt = receipt(town)?;
        bytes = receipt.len();
        let public = signer(&key)?.public_key();
        let began = Instant::now();
        for _ in 0..CHECKED {
            Receipt::read(&receipt)?.verify(&public)?;
        }
        checked_ms.push(began.elapsed().as_secs_f64() * 1_000.0 / CHECKED as f64);
    }
    let note = format!(
        "notes that wait for their number, {AT_ONCE} to a transaction as the server does: \
         numbered, hashed into the ledger, its size and root signed, on the disk"
    );
    let name = format!("{}: sealing", town.engine);
    let row = Row::new(name, "per s", &per_s).required(Required::AtLeast(10_000.0));
    bench.report.add(row.note(note));
    let name = format!("{}: checking a receipt", town.engine);
    let note = format!("its file of {bytes} bytes is read, and proved to the ledger's signature");
    let row = Row::new(name, "ms", &checked_ms).required(Required::Below(1.0));
    bench.report.add(row.note(note));
    Ok(())
}

fn write(town: &Town) -> Result<()> {
    for some in town.customers[..WAITING / 10].chunks(100) {
        let (some, author, now) = (some.to_vec(), town.author(), now());
        town.db.write(move |tx| {
            for customer in &some {
                for number in 0..10 {
                    let at = TimeMs(now.0 - number);
                    let body = Body::Note { text: format!("Called about wheel {number}") };
                    let new = NewTouch::new(customer.as_kind(), at, body);
                    touches::append(tx, &author, now, new)?;
                }
            }
            Ok::<_, handfast_db::Fault>(())
        })?;
    }
    Ok(())
}

fn signer(key: &[u8; 32]) -> Result<Signer> {
    Signer::new("handfast/bench", key).context("no signer can be made")
}

/// Seals all that waits; answers how many there were.
fn seal(town: &Town, key: &[u8; 32]) -> Result<usize> {
    let (network, key, mut count) = (town.network, *key, 0);
    loop {
        let signer = signer(&key)?;
        let sealed = town.db.write(move |tx: &mut Tx<'_>| {
            receipts::seal(tx, network, now(), AT_ONCE, Some(&signer))
        })?;
        count += sealed;
        if sealed < AT_ONCE {
            return Ok(count);
        }
    }
}

/// The receipt of a touch that was just sealed, as its file.
fn receipt(town: &Town) -> Result<Vec<u8>> {
    let lens = Lens::system(town.network, town.brand, SystemReason::OperatorReport);
    let made = town.db.read(|cx| {
        let latest = touches::latest_of(cx, &lens, town.brand, &["note"], 1)?;
        let Some(touch) = latest.first() else { return Ok(None) };
        receipts::receipt(cx, &lens, touch.id)
    });
    let made = made.map_err(|fault: handfast_db::Fault| fault)?;
    Ok(serde_json::to_vec(&made.context("there is no receipt")?)?)
}
