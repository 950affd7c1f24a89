//! The rounds: what is to be told, and telling it. Both are safe to run by several at once.

use handfast_db::{Cx, Db, Fault, Tx};
use handfast_kit::{Clock, NetworkId, TimeMs};
use handfast_record::{
    TouchId,
    touches::{self, Touch},
};

use crate::{
    Caller, EndpointId, Message, Secret, Vault,
    rules::{self, Next},
    sign::signatures,
    store::{self, Kept},
    told,
};

/// How many touches of the feed are looked at in one go.
const LOOKED_AT_ONCE: usize = 200;
/// How long a call may keep its endpoint, should its process be killed.
const CLAIM_MS: i64 = TimeMs::MINUTE;

/// Writes down which new touches of the feed are to be told to whom. Answers how many.
pub fn collect(db: &Db, network: NetworkId, now: TimeMs) -> Result<usize, Fault> {
    let mut count = 0;
    for id in db.read(move |cx| store::on(cx, network))? {
        loop {
            let looked = db.read(move |cx| look(cx, network, id, now))?;
            let Some((kept, touches)) = looked else { break };
            let is_more = touches.len() == LOOKED_AT_ONCE;
            let (kept, touches) = (std::sync::Arc::new(kept), std::sync::Arc::new(touches));
            count += db.write(move |tx| write_down(tx, network, id, &kept, &touches, now))?;
            if !is_more {
                break;
            }
        }
    }
    Ok(count)
}

/// What is new in the feed for an endpoint that is on.
fn look(
    cx: &mut Cx<'_>,
    network: NetworkId,
    id: EndpointId,
    now: TimeMs,
) -> Result<Option<(Kept, Vec<Touch>)>, Fault> {
    let Some(kept) = store::find(cx, network, id)? else { return Ok(None) };
    let lens = told::eyes(cx, network, kept.organisation, now)?;
    let touches = match touches::feed(cx, &lens, kept.after, LOOKED_AT_ONCE)? {
        Some(touches) => touches,
        // The place is out of sight now: from the beginning, where what was told is told no more.
        None => touches::feed(cx, &lens, None, LOOKED_AT_ONCE)?.unwrap_or_default(),
    };
    Ok(Some((kept, touches)))
}

fn write_down(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: EndpointId,
    looked: &Kept,
    touches: &[Touch],
    now: TimeMs,
) -> Result<usize, Fault> {
    let Some(last) = touches.last() else { return Ok(0) };
    let Some(before) = store::lock(tx, network, id)? else { return Ok(0) };
    // Somebody else was here in between.
    if store::find(tx, network, id)?.is_none_or(|kept| kept.after != looked.after) {
        return Ok(0);
    }
    let mut made = before;
    for touch in touches {
        let is_wanted = looked.kinds.split(' ').any(|kind| kind == touch.kind);
        if is_wanted && touch.recorded >= looked.created {
            let organisation = looked.organisation;
            made += store::deliver(tx, network, id, organisation, touch.id, made)? as i64;
        }
    }
    let next = (made > before).then_some(now);
    store::looked(tx, network, id, Some(last.id), made, next)?;
    Ok((made - before) as usize)
}

/// What is about to be told.
struct Telling {
    id: EndpointId,
    kept: Kept,
    touch: TouchId,
    tried: i64,
    /// None where it may not be seen any more.
    body: Option<String>,
}

/// Tells the endpoint that waits longest what it waits for. Answers whether any did. Blocks for as
/// long as one call may take: give it a thread, and several for several calls at once.
pub fn work_one(
    db: &Db,
    clock: &Clock,
    network: NetworkId,
    vault: &Vault,
    caller: &Caller,
) -> Result<bool, Fault> {
    let now = clock.now();
    let Some(id) = db.read(move |cx| store::due(cx, network, now))? else { return Ok(false) };
    let until = now.plus(CLAIM_MS);
    if !db.write(move |tx| store::claim(tx, network, id, now, until))? {
        return Ok(true);
    }
    let Some(telling) = db.read(move |cx| prepare(cx, network, id, now))? else {
        db.write(move |tx| store::release(tx, network, id, "on", "", None))?;
        return Ok(true);
    };
    let touch = telling.touch;
    let next = telling.body.as_ref().map(|body| tell(&telling, body, vault, caller, now));
    db.write(move |tx| settle(tx, network, id, touch, next.as_ref(), now))?;
    Ok(true)
}

fn prepare(
    cx: &mut Cx<'_>,
    network: NetworkId,
    id: EndpointId,
    now: TimeMs,
) -> Result<Option<Telling>, Fault> {
    let Some(kept) = store::find(cx, network, id)? else { return Ok(None) };
    let Some((touch, tried)) = store::first(cx, network, id)? else { return Ok(None) };
    let body = told::body(cx, network, kept.organisation, touch, now)?;
    Ok(Some(Telling { id, kept, touch, tried, body }))
}

fn tell(telling: &Telling, body: &str, vault: &Vault, caller: &Caller, now: TimeMs) -> Next {
    let Telling { id, kept, touch, tried, .. } = telling;
    let old = kept.old_secret.as_ref().filter(|_| kept.old_until.is_some_and(|end| now < end));
    let opened = [Some(&kept.secret), old].into_iter().flatten();
    let opened = opened.map(|locked| vault.open(locked, id.uuid().as_bytes()));
    let Some(secrets) = opened.collect::<Option<Vec<Secret>>>() else {
        return Next::Dead("its secret does not open; give it a new one".to_owned());
    };
    let message_id = format!("msg_{id}_{touch}");
    let signature = signatures(&secrets, &message_id, now, body);
    let at_s = now.0.div_euclid(1000);
    let message = Message { id: &message_id, at_s, signature: &signature, body };
    rules::next(&caller.post(&kept.url, &message), tried + 1, now)
}

fn settle(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: EndpointId,
    touch: TouchId,
    next: Option<&Next>,
    now: TimeMs,
) -> Result<(), Fault> {
    let (state, error, tried, ended, endpoint) = match next {
        None => ("withdrawn", "", 0, Some(now), "on"),
        Some(Next::Delivered) => ("delivered", "", 1, Some(now), "on"),
        Some(Next::Again(_, words)) => ("waiting", words.as_str(), 1, None, "on"),
        Some(Next::Dead(words)) => ("dead", words.as_str(), 1, Some(now), "on"),
        Some(Next::Off(words)) => ("dead", words.as_str(), 1, Some(now), "off"),
    };
    store::settle(tx, network, id, touch, state, error, tried, ended)?;
    let due = match next {
        Some(Next::Again(at, _)) => Some(*at),
        _ => store::first(tx, network, id)?.map(|_| now),
    };
    store::release(tx, network, id, endpoint, error, due)
}
