use handfast_db::{Cx, Fault, FromRow, Row, Tx};
use handfast_kit::{Id, NetworkId, OrganisationId, PersonId, TimeMs, Uuid};

use super::{Affected, Look, Looker, Place, Sweep};
use crate::{
    CustomerId,
    sharing::{Class, Lens, Tie, lens::Glance},
};

/// In place of the customer of a list that names many.
pub(super) const NOBODY: CustomerId = CustomerId::from_uuid(Uuid::nil());

impl FromRow for Look {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        let customer: CustomerId = row.get(2)?;
        let ties: i64 = row.get(9)?;
        Ok(Self {
            at: row.get(0)?,
            id: row.get(1)?,
            customer: (customer != NOBODY).then_some(customer),
            organisation: row.get(3)?,
            person: row.get(4)?,
            eyes_of: row.get(5)?,
            what: row.get(6)?,
            classes: classes(row.get(7)?),
            row_count: row.get(8)?,
            ties: Tie::ALL.into_iter().filter(|tie| ties & tie.bit() != 0).collect(),
            why: row.get(10)?,
        })
    }
}

impl FromRow for Affected {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            customer: row.get(0)?,
            first: row.get(1)?,
            last: row.get(2)?,
            look_count: row.get(3)?,
            classes: classes(row.get(4)?),
        })
    }
}

fn classes(bits: i64) -> Vec<Class> {
    Class::ALL.into_iter().filter(|class| bits & class.bit() != 0).collect()
}

/// Writes one entry; a guest's comes with the reason the guest gave.
pub(super) fn insert(tx: &mut Tx<'_>, looker: &Looker, glance: &Glance) -> Result<u64, Fault> {
    tx.exec(
        "insert into look (network_id, customer_id, at_ms, look_id, organisation_id, person_id,
           as_organisation_id, what, classes, row_count, ties, why)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,
           coalesce((select t.why
                       from tie t
                      where t.network_id = $1 and t.customer_id = $2
                        and t.organisation_id = $5 and t.tie = $12
                        and t.until_ms > $3), ''))",
        (
            looker.network,
            glance.customer.unwrap_or(NOBODY),
            looker.at,
            Id::<()>::at(looker.at),
            looker.organisation,
            looker.person,
            looker.eyes_of,
            looker.what,
            glance.classes,
            glance.rows,
            glance.ties,
            Tie::Guest as i64,
        ),
    )
}

/// Where a customer stands now: after merging, with the one it became part of.
pub(super) fn standing(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Option<CustomerId>, Fault> {
    let row: Option<(CustomerId, Option<CustomerId>)> = cx.one(
        "select customer_id, merged_into from customer
          where network_id = $1 and customer_id = $2",
        (network, customer),
    )?;
    match row {
        Some((_, Some(into))) if into != customer => standing(cx, network, into),
        row => Ok(row.map(|(id, _)| id)),
    }
}

pub(super) fn of_customer(
    cx: &mut Cx<'_>,
    lens: &Lens,
    customer: CustomerId,
    (before, before_id): Place,
    limit: usize,
) -> Result<Vec<Look>, Fault> {
    cx.all(
        "select at_ms, look_id, customer_id, organisation_id, person_id, as_organisation_id, what,
                classes, row_count, ties, why
           from look
          where network_id = $1 and customer_id = $2
            and organisation_id = coalesce($3, organisation_id)
            and (at_ms, look_id) < ($4, $5)
          order by at_ms desc, look_id desc
          limit $6",
        (lens.network(), customer, lens.own_only(), before, before_id, limit as i64),
    )
}

pub(super) fn list(
    cx: &mut Cx<'_>,
    network: NetworkId,
    sweep: Sweep,
    (since, (before, before_id)): (TimeMs, Place),
    limit: usize,
) -> Result<Vec<Look>, Fault> {
    let limit = limit as i64;
    match sweep {
        Sweep::Everybody => cx.all(
            "select at_ms, look_id, customer_id, organisation_id, person_id, as_organisation_id,
                    what, classes, row_count, ties, why
               from look
              where network_id = $1 and at_ms >= $2 and (at_ms, look_id) < ($3, $4)
              order by at_ms desc, look_id desc
              limit $5",
            (network, since, before, before_id, limit),
        ),
        Sweep::Organisation(organisation) => cx.all(
            "select at_ms, look_id, customer_id, organisation_id, person_id, as_organisation_id,
                    what, classes, row_count, ties, why
               from look
              where network_id = $1 and organisation_id = $2 and at_ms >= $3
                and (at_ms, look_id) < ($4, $5)
              order by at_ms desc, look_id desc
              limit $6",
            (network, organisation, since, before, before_id, limit),
        ),
        Sweep::Person(person, organisation) => cx.all(
            "select at_ms, look_id, customer_id, organisation_id, person_id, as_organisation_id,
                    what, classes, row_count, ties, why
               from look
              where network_id = $1 and person_id = $2
                and organisation_id = coalesce($3, organisation_id) and at_ms >= $4
                and (at_ms, look_id) < ($5, $6)
              order by at_ms desc, look_id desc
              limit $7",
            (network, person, organisation, since, before, before_id, limit),
        ),
    }
}

/// The customers of the looks, each with all classes that were seen: no aggregate of both engines
/// joins bits, so the highest of each bit is taken.
pub(super) fn affected(
    cx: &mut Cx<'_>,
    network: NetworkId,
    sweep: Sweep,
    (since, until): (TimeMs, TimeMs),
    after: CustomerId,
    limit: usize,
) -> Result<Vec<Affected>, Fault> {
    let limit = limit as i64;
    match sweep {
        Sweep::Everybody => cx.all(
            "select customer_id, min(at_ms), max(at_ms), count(look_id),
                    max(classes & 1) + max(classes & 2) + max(classes & 4) + max(classes & 8)
                    + max(classes & 16) + max(classes & 32) + max(classes & 64)
                    + max(classes & 128) + max(classes & 256) + max(classes & 512)
                    + max(classes & 1024) + max(classes & 2048) + max(classes & 4096)
               from look
              where network_id = $1 and at_ms >= $2 and at_ms < $3 and customer_id > $4
              group by customer_id
              order by customer_id
              limit $5",
            (network, since, until, after, limit),
        ),
        Sweep::Organisation(organisation) => cx.all(
            "select customer_id, min(at_ms), max(at_ms), count(look_id),
                    max(classes & 1) + max(classes & 2) + max(classes & 4) + max(classes & 8)
                    + max(classes & 16) + max(classes & 32) + max(classes & 64)
                    + max(classes & 128) + max(classes & 256) + max(classes & 512)
                    + max(classes & 1024) + max(classes & 2048) + max(classes & 4096)
               from look
              where network_id = $1 and organisation_id = $2 and at_ms >= $3 and at_ms < $4
                and customer_id > $5
              group by customer_id
              order by customer_id
              limit $6",
            (network, organisation, since, until, after, limit),
        ),
        Sweep::Person(person, organisation) => cx.all(
            "select customer_id, min(at_ms), max(at_ms), count(look_id),
                    max(classes & 1) + max(classes & 2) + max(classes & 4) + max(classes & 8)
                    + max(classes & 16) + max(classes & 32) + max(classes & 64)
                    + max(classes & 128) + max(classes & 256) + max(classes & 512)
                    + max(classes & 1024) + max(classes & 2048) + max(classes & 4096)
               from look
              where network_id = $1 and person_id = $2
                and organisation_id = coalesce($3, organisation_id)
                and at_ms >= $4 and at_ms < $5 and customer_id > $6
              group by customer_id
              order by customer_id
              limit $7",
            (network, person, organisation, since, until, after, limit),
        ),
    }
}

/// As [`affected`], of a partner's own people, by the ids of customers that the partner knows.
pub(super) fn affected_of(
    cx: &mut Cx<'_>,
    network: NetworkId,
    own: OrganisationId,
    sweep: Sweep,
    (since, until): (TimeMs, TimeMs),
    after: CustomerId,
    limit: usize,
) -> Result<Vec<Affected>, Fault> {
    let (first, last) = match sweep {
        Sweep::Person(person, _) => (person, person),
        _ => (PersonId::from_uuid(Uuid::nil()), PersonId::from_uuid(Uuid::max())),
    };
    cx.all(
        "select known_id, min(at_ms), max(at_ms), count(look_id),
                max(classes & 1) + max(classes & 2) + max(classes & 4) + max(classes & 8)
                + max(classes & 16) + max(classes & 32) + max(classes & 64)
                + max(classes & 128) + max(classes & 256) + max(classes & 512)
                + max(classes & 1024) + max(classes & 2048) + max(classes & 4096)
           from (select coalesce((select k.known_id
                                    from known_as k
                                   where k.network_id = l.network_id
                                     and k.customer_id = l.customer_id
                                     and k.organisation_id = $1
                                   order by k.known_id
                                   limit 1), l.customer_id) as known_id,
                        l.at_ms, l.look_id, l.classes
                   from look l
                  where l.network_id = $2 and l.organisation_id = $1
                    and l.person_id >= $3 and l.person_id <= $4
                    and l.at_ms >= $5 and l.at_ms < $6 and l.customer_id > $7) seen
          where known_id > $8
          group by known_id
          order by known_id
          limit $9",
        (own, network, first, last, since, until, NOBODY, after, limit as i64),
    )
}
