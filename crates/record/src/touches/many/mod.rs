//! Writing many touches at once: one statement for each table, whatever their number.

mod store;

use handfast_db::{Fault, Tx};
use handfast_kit::{NetworkId, OrganisationId, TimeMs};

use super::{NewTouch, append};
use crate::{SubjectId, TouchId, sharing::Author};

/// Most rows that one statement writes.
const ROWS_MAX: usize = 1_000;

/// As [`append`] for each, in a few statements for all: for one change that many are told of.
/// Answers their ids, in their order.
///
/// What makes a tie, is found by its words or may have been taken in before is written alone.
pub fn append_all(
    tx: &mut Tx<'_>,
    author: &Author,
    now: TimeMs,
    touches: Vec<NewTouch>,
) -> Result<Vec<TouchId>, Fault> {
    let is_plain = |touch: &NewTouch| {
        touch.id.is_none() && touch.tie().is_none() && touch.body.words().is_empty()
    };
    if touches.len() < 2 || !touches.iter().all(is_plain) {
        let alone = |touch| append(tx, author, now, touch).map(|(id, _)| id);
        return touches.into_iter().map(alone).collect();
    }
    let touches: Vec<(TouchId, NewTouch)> =
        touches.into_iter().map(|touch| (TouchId::at(now), touch)).collect();
    for some in touches.chunks(ROWS_MAX) {
        let rows = store::json(some);
        store::place(tx, author.network(), &rows)?;
        store::insert(tx, author, &rows, now)?;
    }
    let named = touches.iter().map(|(id, touch)| (touch.subject, *id, touch.named.as_slice()));
    name(tx, author.network(), named)?;
    Ok(touches.into_iter().map(|(id, _)| id).collect())
}

/// Writes down which organisations touches name.
pub(super) fn name<'a>(
    tx: &mut Tx<'_>,
    network: NetworkId,
    touches: impl IntoIterator<Item = (SubjectId, TouchId, &'a [OrganisationId])>,
) -> Result<(), Fault> {
    let one = |(subject, id, named): (SubjectId, TouchId, &'a [OrganisationId])| {
        named.iter().map(move |organisation| (subject, id, *organisation))
    };
    let named: Vec<_> = touches.into_iter().flat_map(one).collect();
    for some in named.chunks(ROWS_MAX) {
        match some {
            [(subject, id, organisation)] => {
                super::store::insert_named(tx, network, *subject, *id, *organisation)?;
            }
            _ => {
                store::name(tx, network, &store::named_json(some))?;
            }
        }
    }
    Ok(())
}
