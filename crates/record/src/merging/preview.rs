//! What merging would do.

use std::collections::BTreeSet;

use handfast_db::{Cx, Fault};
use handfast_kit::{NetworkId, OrganisationId, Uuid};

use super::{
    Error, Preview, TieTogether, WordTogether, joining,
    kept::{SaidKey, SaidRow, Sets},
    rules, sets, store,
};
use crate::{
    CustomerId,
    sharing::{Class, Purpose, Saying, Tie},
};

pub(super) fn of(
    cx: &mut Cx<'_>,
    network: NetworkId,
    a: CustomerId,
    b: CustomerId,
) -> Result<Preview, Error> {
    let (into, from) = joining::stand(cx, network, a, b)?;
    let (of_into, of_from) = (sets::read(cx, network, into)?, sets::read(cx, network, from)?);
    let joined = rules::together((into, &of_into), (from, &of_from));
    Ok(Preview {
        into,
        from,
        moves: store::counts(cx, network, from)?,
        ties: ties(&of_into, &of_from, &joined)?,
        words: words(&of_into, &of_from, &joined),
        freezes: of_into.frozen.is_some() != of_from.frozen.is_some(),
        told: rules::told(&of_into, &of_from),
        refused: joining::refusal(cx, network, (into, from), &joined)?,
    })
}

/// The ties that both have.
fn ties(into: &Sets, from: &Sets, joined: &Sets) -> Result<Vec<TieTogether>, Fault> {
    let both = |key| into.ties.contains_key(key) && from.ties.contains_key(key);
    let rows = joined.ties.iter().filter(|(key, row)| both(*key) && row.is_own());
    rows.map(|(_, row)| {
        let tie = Tie::numbered(row.tie);
        Ok(TieTogether {
            organisation: row.organisation,
            tie: tie.ok_or_else(|| Fault::other("a tie has no such number"))?,
            from: row.from,
            until: row.until,
        })
    })
    .collect()
}

/// The words that would be new to one of the two, or another answer.
fn words(into: &Sets, from: &Sets, joined: &Sets) -> Vec<WordTogether> {
    let allowed = |sets: &Sets, key: &SaidKey| sets.said.get(key).map(|row| row.allowed);
    let told = |(key, row): (&SaidKey, &SaidRow)| WordTogether {
        stands: saying(row),
        into_said: allowed(into, key),
        from_said: allowed(from, key),
    };
    let changes = |word: &WordTogether| {
        let sides: BTreeSet<Option<bool>> = [word.into_said, word.from_said].into();
        sides != BTreeSet::from([Some(word.stands.allowed)])
    };
    joined.said.iter().map(told).filter(changes).collect()
}

fn saying(row: &SaidRow) -> Saying {
    let is_named = row.organisation != OrganisationId::from_uuid(Uuid::nil());
    Saying {
        purpose: Purpose::numbered(row.purpose),
        organisation: is_named.then_some(row.organisation),
        class: Class::numbered(row.class),
        allowed: row.allowed,
    }
}
