//! A world told again with something else in it, that one organisation may have no business with.

use handfast_kit::TimeMs;
use handfast_record::touches::Body;

use crate::{
    grow::Grower,
    plan::{Act, For, Who, Written},
};

/// An act at its moment.
pub(crate) type Timed = (TimeMs, Act);

/// The acts with one to three changes, none of them an act of `viewer` or about it.
pub(crate) fn altered(acts: &[Timed], viewer: Who, grower: &mut Grower<'_>) -> Vec<Timed> {
    let mut acts = acts.to_vec();
    for _ in 0..grower.chance.between(1, 3) {
        let at = grower.chance.below(acts.len());
        if grower.chance.is(50) {
            let (then, act) = acts[at].clone();
            match changed(&act, viewer, grower) {
                Changed::To(act) => acts[at] = (then, *act),
                Changed::Gone => drop(acts.remove(at)),
                Changed::Not => {}
            }
        } else if let Some(act) = more(viewer, grower) {
            // Between two moments, and after whatever it needs.
            let last = acts.last().map_or(TimeMs(0), |(then, _)| *then);
            acts.push((last.plus(1), act));
        }
    }
    acts
}

enum Changed {
    To(Box<Act>),
    Gone,
    Not,
}

fn changed(act: &Act, viewer: Who, grower: &mut Grower<'_>) -> Changed {
    match act {
        Act::Record { who, whom, at, .. } if *who != viewer => {
            let Act::Record { details, .. } = grower.record(*who, *whom) else {
                return Changed::Not;
            };
            Changed::To(Box::new(Act::Record { who: *who, whom: *whom, details, at: *at }))
        }
        Act::Entry(written) if written.who != viewer => {
            let mut other = written.clone();
            match grower.chance.below(4) {
                0 => return Changed::Gone,
                1 => other.who = another(written.who, viewer, grower),
                2 => other.audience = audience(viewer, grower),
                _ => other.body = reworded(&written.body),
            }
            Changed::To(Box::new(Act::Entry(other)))
        }
        Act::Order(order) if order.who != viewer && !order.sellers.contains(&viewer) => {
            let mut other = order.clone();
            match grower.chance.below(4) {
                0 => other.is_delivered = !order.is_delivered,
                1 => other.is_paid = !order.is_paid,
                2 => other.review = Some((1, "nothing like before".to_owned())),
                _ => other.title.push_str(" of another colour"),
            }
            Changed::To(Box::new(Act::Order(other)))
        }
        Act::Case(step) if step.who != viewer => {
            let mut other = step.clone();
            other.owner = format!("owner{}", grower.chance.below(90));
            Changed::To(Box::new(Act::Case(other)))
        }
        Act::Agreement { who, .. } if *who != viewer => {
            Changed::To(Box::new(Act::Agreement { who: *who, grants: Some(grower.grants()) }))
        }
        Act::Tie { who, .. } | Act::TieEnds { who, .. } | Act::Guest { who, .. }
            if *who != viewer =>
        {
            Changed::Gone
        }
        Act::Asked { who, .. } if *who != viewer => Changed::Gone,
        Act::Said { saying, .. } | Act::Unsaid { saying, .. } if saying.to != Some(viewer) => {
            Changed::Gone
        }
        _ => Changed::Not,
    }
}

/// One act more, of others.
fn more(viewer: Who, grower: &mut Grower<'_>) -> Option<Act> {
    let whom = grower.chance.below(grower.known.len());
    let who = another(0, viewer, grower);
    match grower.chance.below(9) {
        0 => Some(Act::Agreement { who, grants: Some(grower.grants()) }).filter(|_| who > 0),
        1 => {
            let mut saying = grower.saying();
            saying.to = Some(who);
            Some(Act::Said { whom, saying }).filter(|_| who > 0)
        }
        2 => match grower.tie_change(whom) {
            Act::Tie { tie, from, until, .. } if who > 0 => {
                Some(Act::Tie { who, whom, tie, from, until })
            }
            _ => None,
        },
        3 => Some(Act::Guest { who, whom }).filter(|_| who > 0),
        4 => Some(grower.record(who, whom)),
        5 => {
            // A customer that was not there at all.
            grower.known.push(vec![who]);
            Some(grower.record(who, grower.known.len() - 1))
        }
        _ => {
            let audience = audience(viewer, grower);
            Some(grower.written(who, whom, audience))
        }
    }
}

/// Another organisation than both; the brand where there is none.
fn another(than: Who, viewer: Who, grower: &mut Grower<'_>) -> Who {
    let who = grower.chance.below(grower.organisations);
    if who == than || who == viewer { 0 } else { who }
}

fn audience(viewer: Who, grower: &mut Grower<'_>) -> For {
    match grower.chance.below(3) {
        0 => For::All,
        1 => For::Own,
        _ => For::Named(vec![another(0, viewer, grower)]),
    }
}

/// The same kind of entry in other words.
fn reworded(body: &Body) -> Body {
    let json = body.json();
    let reworded: String = json.replace("z\"", "z qqq\"");
    serde_json::from_str(&reworded).unwrap_or_else(|_| body.clone())
}

/// The ids of entries that were written with one.
pub(crate) fn entries(acts: &[Timed]) -> impl Iterator<Item = &Written> {
    acts.iter().filter_map(|(_, act)| match act {
        Act::Entry(written) => Some(written),
        _ => None,
    })
}
