//! Work that comes round by itself: matching records that wait, numbering new touches, and sweeping
//! out what has had its time.
//! Each round is safe to run twice and by several processes at once.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use handfast_db::{Db, Fault, Tx};
use handfast_handoffs::{disputes, links, obligations};
use handfast_kit::{Clock, NetworkId, TimeMs};
use handfast_ledger::Signer;
use handfast_queue::Stop;
use handfast_record::{
    matching,
    organisations::{self, Network},
    people, receipts,
};

use crate::{
    ledger_key::{self, Seed},
    webhooks,
};

/// How many touches are numbered in one transaction.
const SEALED_AT_ONCE: usize = 500;
/// How long touches wait to be numbered, at most, when nothing else holds them up.
const SEAL_EVERY: Duration = Duration::from_millis(500);
/// How many records are matched in one transaction: others who write wait for it.
const MATCHED_AT_ONCE: usize = 25;
/// How often it is asked whether a model of the records is to be made.
const MODEL_ASKED_EVERY: Duration = Duration::from_mins(1);
/// How often is swept.
const SWEEP_EVERY: Duration = Duration::from_hours(1);
/// How often hand-offs are asked whether their time has come.
const DUE_EVERY: Duration = Duration::from_secs(5);
/// How many hand-offs are seen to in one transaction.
const DUE_AT_ONCE: usize = 100;
/// How soon a request to stop is noticed.
const STOP_NOTICED_WITHIN: Duration = Duration::from_millis(100);

/// Goes round until `stop` is asked; what is numbered is signed with the key of `seed`. Blocks:
/// give it a thread.
pub fn go(db: &Db, clock: &Clock, seed: &Seed, stop: &Stop) {
    let mut swept: Option<Instant> = None;
    let mut asked: Option<Instant> = None;
    let mut seen_to: Option<Instant> = None;
    while !stop.is_asked() {
        if let Err(fault) = match_waiting(db, clock, Some(seed), stop) {
            tracing::warn!(error = %fault, "could not match records");
        }
        if asked.is_none_or(|at| at.elapsed() >= MODEL_ASKED_EVERY) {
            if let Err(fault) = ask_for_models(db, clock.now()) {
                tracing::warn!(error = %fault, "could not ask for a model of the records");
            }
            asked = Some(Instant::now());
        }
        if seen_to.is_none_or(|at| at.elapsed() >= DUE_EVERY) {
            if let Err(fault) = see_to_due(db, clock.now(), stop) {
                tracing::warn!(error = %fault, "could not see to what is due");
            }
            seen_to = Some(Instant::now());
        }
        if let Err(fault) = seal(db, clock, Some(seed), stop) {
            tracing::warn!(error = %fault, "could not number new touches");
        }
        if swept.is_none_or(|at| at.elapsed() >= SWEEP_EVERY) {
            if let Err(fault) = sweep(db, clock.now()) {
                tracing::warn!(error = %fault, "could not sweep");
            }
            if let Err(fault) = write_checkpoints(db, clock.now()) {
                tracing::warn!(error = %fault, "could not write checkpoints to partners");
            }
            swept = Some(Instant::now());
        }
        if let Err(fault) = webhooks::collect(db, clock) {
            tracing::warn!(error = %fault, "could not see what webhooks are to be told");
        }
        rest(SEAL_EVERY, stop);
    }
}

/// Rests so long, or until `stop` is asked.
pub(crate) fn rest(how_long: Duration, stop: &Stop) {
    let rested = Instant::now();
    while rested.elapsed() < how_long && !stop.is_asked() {
        std::thread::sleep(STOP_NOTICED_WITHIN);
    }
}

/// Matches all records that wait, network by network. Answers how many. Touches are numbered in
/// between: a long import is not to hold up the feed.
pub fn match_waiting(
    db: &Db,
    clock: &Clock,
    seed: Option<&Seed>,
    stop: &Stop,
) -> Result<usize, Fault> {
    let mut matched_count = 0;
    for network in db.read(organisations::networks)? {
        let network = network.id;
        let mut sealed = Instant::now();
        loop {
            let now = clock.now();
            let worked = db.write(move |tx| matching::work(tx, network, now, MATCHED_AT_ONCE))?;
            matched_count += worked.record_count;
            if !worked.is_more || stop.is_asked() {
                break;
            }
            if sealed.elapsed() >= SEAL_EVERY {
                seal(db, clock, seed, stop)?;
                sealed = Instant::now();
            }
        }
    }
    Ok(matched_count)
}

/// What time alone does to a network, a transaction of it: at most so many; answers how many.
type Due = fn(&mut Tx<'_>, NetworkId, TimeMs, usize) -> Result<usize, Fault>;

/// Sees to hand-offs, obligations, disputes and traces whose time has come: reminds, gives back,
/// escalates; and reads back what organisations' own records say of changes by now. Answers how
/// many were due. What cannot be seen to keeps nothing else from it, in this network or another.
pub fn see_to_due(db: &Db, now: TimeMs, stop: &Stop) -> Result<usize, Fault> {
    const ALL: [Due; 3] = [handfast_handoffs::due, obligations::due, disputes::due];
    let (mut due_count, mut first) = (0, None);
    for network in db.read(organisations::networks)? {
        let followed = until_done(db, (network.id, now), stop, obligations::follow).map(drop);
        let dues = ALL.map(|due| until_done(db, (network.id, now), stop, due));
        for outcome in dues.into_iter().chain([followed.map(|()| 0)]) {
            match outcome {
                Ok(count) => due_count += count,
                Err(fault) => drop(first.get_or_insert(fault)),
            }
        }
    }
    first.map_or(Ok(due_count), Err)
}

fn until_done(
    db: &Db,
    (network, now): (NetworkId, TimeMs),
    stop: &Stop,
    due: Due,
) -> Result<usize, Fault> {
    let mut due_count = 0;
    loop {
        let count = db.write(move |tx| due(tx, network, now, DUE_AT_ONCE))?;
        due_count += count;
        if count < DUE_AT_ONCE || stop.is_asked() {
            return Ok(due_count);
        }
    }
}

/// Asks for a model of the records of each network that is due for one. Answers how many.
pub fn ask_for_models(db: &Db, now: TimeMs) -> Result<usize, Fault> {
    let mut asked_count = 0;
    for network in db.read(organisations::networks)? {
        let network = network.id;
        if db.write(move |tx| matching::ask_if_due(tx, network, now))? {
            asked_count += 1;
        }
    }
    Ok(asked_count)
}

/// Numbers all touches that have no number yet, network by network, and signs the ledgers if there
/// is a `seed`. Answers how many.
pub fn seal(db: &Db, clock: &Clock, seed: Option<&Seed>, stop: &Stop) -> Result<usize, Fault> {
    let mut sealed_count = 0;
    for network in db.read(organisations::networks)? {
        let signer = signer(seed, &network).map(Arc::new);
        let id = network.id;
        loop {
            let (now, signer) = (clock.now(), signer.clone());
            let seal = move |tx: &mut Tx<'_>| {
                receipts::seal(tx, id, now, SEALED_AT_ONCE, signer.as_deref())
            };
            let count = db.write(seal)?;
            sealed_count += count;
            if count < SEALED_AT_ONCE || stop.is_asked() {
                break;
            }
        }
    }
    Ok(sealed_count)
}

fn signer(seed: Option<&Seed>, network: &Network) -> Option<Signer> {
    ledger_key::signer(seed?, network)
        .inspect_err(|error| tracing::warn!(%error, network.id = %network.id, "no signed ledger"))
        .ok()
}

/// Writes to partners, once in a month, how far the signed ledgers go. Answers how many letters
/// there are.
pub fn write_checkpoints(db: &Db, now: TimeMs) -> Result<usize, Fault> {
    let mut letter_count = 0;
    for network in db.read(organisations::networks)? {
        let network = network.id;
        letter_count += db.write(move |tx| links::write_checkpoints(tx, network, now))?;
    }
    Ok(letter_count)
}

/// Deletes answers to repeated writes, letters and calls that ended long ago, and sessions,
/// attempts to sign in, links, invitations and tokens that nobody can use any more. Answers how
/// many.
pub fn sweep(db: &Db, now: TimeMs) -> Result<u64, Fault> {
    let answer_count = db.write(move |tx| handfast_web::forget_old_answers(tx, now))?;
    let letter_count = db.write(move |tx| handfast_mail::forget_old(tx, now))?;
    let link_count = db.write(move |tx| links::forget_expired(tx, now))?;
    let call_count = db.write(move |tx| handfast_webhooks::sweep(tx, now))?;
    let forgotten = db.write(move |tx| people::forget_expired(tx, now))?;
    let swept_count = answer_count
        + call_count
        + letter_count
        + link_count
        + forgotten.session_count
        + forgotten.attempt_count
        + forgotten.link_count
        + forgotten.invitation_count
        + forgotten.token_count;
    if swept_count > 0 {
        tracing::info!(rows = swept_count, "swept out what has had its time");
    }
    Ok(swept_count)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use handfast_record::{
        people::{NewPerson, Uses},
        testing::worlds,
        touches,
    };

    use super::*;

    #[test]
    fn new_touches_get_their_numbers_once_and_without_gaps() {
        for world in worlds() {
            world.record(world.spoke, "1", None, "Maya Okafor");
            world.record(world.harbour, "2", None, "Ben Adeyemi");
            let stop = Stop::default();
            assert_eq!(seal(&world.db, &world.clock, None, &stop).unwrap(), 2);
            assert_eq!(seal(&world.db, &world.clock, None, &stop).unwrap(), 0);
            let lens = world.lens(world.brand);
            let feed = world.db.read(|cx| touches::feed(cx, &lens, None, 10)).unwrap().unwrap();
            let numbers: Vec<_> = feed.iter().map(|touch| touch.leaf_index).collect();
            assert_eq!(numbers, [Some(0), Some(1)]);
        }
    }

    #[test]
    fn records_are_matched_when_they_came_round() {
        for world in worlds() {
            let (spoke, _) = world.record(world.spoke, "1", None, "Maya Okafor");
            world.record(world.harbour, "2", None, "Ben Adeyemi");
            let stop = Stop::default();
            assert_eq!(match_waiting(&world.db, &world.clock, None, &stop).unwrap(), 2);
            assert_eq!(match_waiting(&world.db, &world.clock, None, &stop).unwrap(), 0);
            assert_eq!(ask_for_models(&world.db, world.clock.now()).unwrap(), 0, "two are few");
            let lens = world.lens(world.brand);
            let found =
                world.db.read(|cx| handfast_record::customers::find(cx, &lens, spoke)).unwrap();
            assert_eq!(found.unwrap().records.len(), 1);
        }
    }

    #[test]
    fn what_nobody_can_use_any_more_is_swept_out() {
        for world in worlds() {
            let now = world.clock.now();
            world
                .db
                .write(move |tx| {
                    let new = NewPerson { name: "Maya".into(), email: "maya@example.com".into() };
                    let maya = people::add_person(tx, &new, now)?;
                    people::issue_sign_in_link(tx, maya, TimeMs::HOUR, Uses::Once, now)
                })
                .map_err(|error: people::Error| error)
                .unwrap();
            assert_eq!(sweep(&world.db, now).unwrap(), 0, "the link is good");
            assert_eq!(sweep(&world.db, now.plus(2 * TimeMs::HOUR)).unwrap(), 1);
            assert_eq!(sweep(&world.db, now.plus(2 * TimeMs::HOUR)).unwrap(), 0);
        }
    }
}
