//! What somebody does by a link.

use handfast_db::Tx;
use handfast_kit::TimeMs;
use handfast_record::{
    TraceId,
    sharing::{Lens, Who},
    touches::Leg,
};
use handfast_web::TokenHash;

use super::{Act, Asked, Error, Link, What, find, show, store};
use crate::{
    Actor,
    disputes::{
        self, Claim,
        traces::{self, Answer},
    },
    obligations::{self, ReadBack},
};

/// Does something by a link, for its organisation, in the name of its address. Whoever does the
/// same again on the same `turn` (what the page showed last, see [`What::turn`]) gets the same
/// answer, and nothing happens.
pub fn act(
    tx: &mut Tx<'_>,
    hash: &TokenHash,
    now: TimeMs,
    turn: i64,
    act: &Act,
) -> Result<(), Error> {
    let link = find(tx, hash, now)?.ok_or(Error::Over)?;
    // Of two who press at the same moment the second waits here, and finds it done.
    let is_new = store::consume(tx, hash, &link, &act.key(link.asked, turn), now)?;
    // What is typed back counts by what it says: the same again is nothing new.
    if !is_new && !matches!(act, Act::ReadBack(_)) {
        return Ok(());
    }
    let lens = Lens::of_partner(tx, link.network, link.organisation, now)?;
    if show(tx, &lens, now, &link)?.is_none() {
        return Err(Error::Over);
    }
    let actor = Actor { organisation: link.organisation, person: None, name: link.email.clone() };
    done(tx, &lens, &actor, now, (&link, act, turn))
}

fn done(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    (link, act, turn): (&Link, &Act, i64),
) -> Result<(), Error> {
    match link.asked {
        Asked::Obligation(id) => {
            match act {
                Act::See => obligations::see(tx, lens, actor, now, id)?,
                Act::Accept => obligations::accept(tx, lens, actor, now, id)?,
                Act::Decline(why) => obligations::refuse(tx, lens, actor, now, id, why)?,
                Act::Apply(words) => obligations::applied(tx, lens, actor, now, id, words)?,
                Act::ReadBack(held) => {
                    let held = (held, ReadBack::Typed);
                    obligations::read_back(tx, lens, actor, now, id, held)?
                }
                Act::Ask(_) | Act::Broke(_) => return Err(Error::NotAsked),
            };
        }
        Asked::HandOff(id) => {
            match act {
                Act::See => crate::see(tx, lens, actor, now, id)?,
                Act::Accept => crate::accept(tx, lens, actor, now, id)?,
                Act::Decline(reason) => crate::decline(tx, lens, actor, now, id, reason)?,
                Act::Ask(item) => crate::ask(tx, lens, actor, now, id, item)?,
                Act::Apply(_) | Act::ReadBack(_) | Act::Broke(_) => return Err(Error::NotAsked),
            };
        }
        Asked::Leg(id) => return answer_leg(tx, lens, actor, now, (id, link, act, turn)),
        Asked::Dispute(id) => {
            match act {
                Act::Accept => disputes::accept(tx, lens, actor, now, (id, ""))?,
                Act::Decline(why) => disputes::reject(tx, lens, actor, now, (id, why, ""))?,
                _ => return Err(Error::NotAsked),
            };
        }
    }
    Ok(())
}

fn answer_leg(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    (id, link, act, turn): (TraceId, &Link, &Act, i64),
) -> Result<(), Error> {
    let what = show(tx, lens, now, link)?;
    let Some(What::Leg(trace, leg)) = what else { return Err(Error::Over) };
    // Of several legs the one was meant that the page showed.
    let own = trace.legs.iter().filter(|one| one.who == Who::Named(link.organisation));
    if own.count() > 1 && trace.version != turn {
        return Err(Error::Moved);
    }
    let answer = match act {
        Act::Apply(proof) => Answer::Proved(proof.clone(), String::new()),
        Act::Broke(how) => Answer::Broke(how.clone()),
        Act::Decline(why) => Answer::NotOurs(Claim {
            leg: Leg::Other,
            organisation: None,
            words: why.clone(),
            reference: String::new(),
        }),
        _ => return Err(Error::NotAsked),
    };
    traces::answer(tx, lens, actor, now, (id, leg, &answer))?;
    Ok(())
}

impl Act {
    /// What is used up by it. An obligation may come round again, so there each turn has its own.
    fn key(&self, asked: Asked, turn: i64) -> String {
        let word = match self {
            Self::See => "see",
            Self::Accept => "accept",
            Self::Decline(_) => "decline",
            Self::Ask(item) => return format!("ask {turn} {item}"),
            Self::Apply(_) => "apply",
            Self::ReadBack(_) => "read",
            Self::Broke(_) => "broke",
        };
        match asked {
            Asked::HandOff(_) | Asked::Dispute(_) => word.to_owned(),
            Asked::Obligation(_) | Asked::Leg(_) => format!("{word} {turn}"),
        }
    }
}
