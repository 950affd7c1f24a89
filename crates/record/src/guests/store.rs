use handfast_db::{Cx, Fault, FromRow, Row, Sql, Tx};
use handfast_kit::{NetworkId, OrganisationId, PersonId, TimeMs};

use super::GuestId;
use crate::{
    CustomerId,
    sharing::{Line, Tie},
};

/// The word of an asking that nobody has answered.
pub(super) const WAITING: &str = "waiting";
/// The word of one that was answered with yes.
pub(super) const LET_IN: &str = "let_in";
/// The word of one that was answered with no.
const REFUSED: &str = "refused";

/// An asking as it lies in the database.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) id: GuestId,
    pub(super) organisation: OrganisationId,
    pub(super) person: PersonId,
    pub(super) customer: Option<CustomerId>,
    pub(super) why: String,
    pub(super) state: String,
    pub(super) code_hash: [u8; 32],
    pub(super) link_hash: [u8; 32],
    pub(super) try_count: i64,
    pub(super) asked: TimeMs,
    pub(super) expires: TimeMs,
    pub(super) until: Option<TimeMs>,
}

impl FromRow for Stored {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            id: row.get(0)?,
            organisation: row.get(1)?,
            person: row.get(2)?,
            customer: row.get(3)?,
            why: row.get(4)?,
            state: row.get(5)?,
            code_hash: row.get(6)?,
            link_hash: row.get(7)?,
            try_count: row.get(8)?,
            asked: row.get(9)?,
            expires: row.get(10)?,
            until: row.get(11)?,
        })
    }
}

/// What the latest version of an agreement says of guests, for how many hours, and when it ended.
type OfGuests = (String, i64, Option<i64>);

pub(super) fn agreement(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
) -> Result<Option<OfGuests>, Fault> {
    cx.one(
        "select guests, guest_hours, ended_ms
           from agreement
          where network_id = $1 and organisation_id = $2
          order by version desc
          limit 1",
        (network, organisation),
    )
}

pub(super) fn hold_agreement(
    tx: &mut Tx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
) -> Result<Option<OfGuests>, Fault> {
    tx.one(
        Sql {
            sqlite: "select guests, guest_hours, ended_ms
                       from agreement
                      where network_id = $1 and organisation_id = $2
                      order by version desc
                      limit 1",
            postgres: "select guests, guest_hours, ended_ms
                         from agreement
                        where network_id = $1 and organisation_id = $2
                        order by version desc
                        limit 1
                          for no key update",
        },
        (network, organisation),
    )
}

/// The grants of the agreement in force to guests.
pub(super) fn lines(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
) -> Result<Vec<Line>, Fault> {
    cx.all(
        "select tie, purpose, from_tie, counted, seen, named
           from grant_line
          where network_id = $1 and organisation_id = $2 and tie = $3
          order by purpose, from_tie
          limit 20",
        (network, organisation, Tie::Guest as i64),
    )
}

/// When an organisation asked after `since`, the latest first, at most 200.
pub(super) fn asked_since(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    since: TimeMs,
) -> Result<Vec<TimeMs>, Fault> {
    let rows: Vec<(TimeMs,)> = cx.all(
        "select asked_ms
           from guest
          where network_id = $1 and organisation_id = $2 and asked_ms > $3
          order by asked_ms desc
          limit 200",
        (network, organisation, since),
    )?;
    Ok(rows.into_iter().map(|(at,)| at).collect())
}

pub(super) fn insert(tx: &mut Tx<'_>, network: NetworkId, guest: &Stored) -> Result<u64, Fault> {
    tx.exec(
        "insert into guest (network_id, guest_id, organisation_id, person_id, customer_id, why,
           state, code_hash, link_hash, try_count, asked_ms, expires_ms, until_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        (
            network,
            guest.id,
            guest.organisation,
            guest.person,
            guest.customer,
            &guest.why,
            &guest.state,
            guest.code_hash,
            guest.link_hash,
            guest.try_count,
            guest.asked,
            guest.expires,
            guest.until,
        ),
    )
}

pub(super) fn one(
    cx: &mut Cx<'_>,
    network: NetworkId,
    id: GuestId,
) -> Result<Option<Stored>, Fault> {
    cx.one(
        "select guest_id, organisation_id, person_id, customer_id, why, state, code_hash,
                link_hash, try_count, asked_ms, expires_ms, until_ms
           from guest
          where network_id = $1 and guest_id = $2",
        (network, id),
    )
}

pub(super) fn lock(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: GuestId,
) -> Result<Option<Stored>, Fault> {
    tx.one(
        Sql {
            sqlite: "select guest_id, organisation_id, person_id, customer_id, why, state,
                            code_hash, link_hash, try_count, asked_ms, expires_ms, until_ms
                       from guest
                      where network_id = $1 and guest_id = $2",
            postgres: "select guest_id, organisation_id, person_id, customer_id, why, state,
                              code_hash, link_hash, try_count, asked_ms, expires_ms, until_ms
                         from guest
                        where network_id = $1 and guest_id = $2
                          for update",
        },
        (network, id),
    )
}

pub(super) fn of_organisation(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
) -> Result<Vec<Stored>, Fault> {
    cx.all(
        "select guest_id, organisation_id, person_id, customer_id, why, state, code_hash,
                link_hash, try_count, asked_ms, expires_ms, until_ms
           from guest
          where network_id = $1 and organisation_id = $2
          order by asked_ms desc, guest_id desc
          limit 200",
        (network, organisation),
    )
}

pub(super) fn of_network(cx: &mut Cx<'_>, network: NetworkId) -> Result<Vec<Stored>, Fault> {
    cx.all(
        "select guest_id, organisation_id, person_id, customer_id, why, state, code_hash,
                link_hash, try_count, asked_ms, expires_ms, until_ms
           from guest
          where network_id = $1
          order by asked_ms desc, guest_id desc
          limit 200",
        (network,),
    )
}

pub(super) fn waiting(
    cx: &mut Cx<'_>,
    network: NetworkId,
    now: TimeMs,
) -> Result<Vec<Stored>, Fault> {
    cx.all(
        "select guest_id, organisation_id, person_id, customer_id, why, state, code_hash,
                link_hash, try_count, asked_ms, expires_ms, until_ms
           from guest
          where network_id = $1 and state = $2 and expires_ms > $3
          order by asked_ms desc, guest_id desc
          limit 200",
        (network, WAITING, now),
    )
}

pub(super) fn set_confirmation(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: GuestId,
    code_hash: &[u8],
    link_hash: &[u8],
) -> Result<u64, Fault> {
    tx.exec(
        "update guest set code_hash = $1, link_hash = $2 where network_id = $3 and guest_id = $4",
        (code_hash, link_hash, network, id),
    )
}

pub(super) fn count_try(tx: &mut Tx<'_>, network: NetworkId, id: GuestId) -> Result<u64, Fault> {
    tx.exec(
        "update guest set try_count = try_count + 1 where network_id = $1 and guest_id = $2",
        (network, id),
    )
}

pub(super) fn let_in(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: GuestId,
    customer: CustomerId,
    until: TimeMs,
) -> Result<u64, Fault> {
    tx.exec(
        "update guest set state = $1, customer_id = $2, until_ms = $3
          where network_id = $4 and guest_id = $5",
        (LET_IN, customer, until, network, id),
    )
}

pub(super) fn refuse(tx: &mut Tx<'_>, network: NetworkId, id: GuestId) -> Result<u64, Fault> {
    tx.exec(
        "update guest set state = $1 where network_id = $2 and guest_id = $3",
        (REFUSED, network, id),
    )
}

/// Whom an organisation is let in with now, at most 1,000: the askings, each with its customer as
/// it was then.
pub(super) fn let_in_now(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    now: TimeMs,
) -> Result<Vec<(GuestId, CustomerId)>, Fault> {
    cx.all(
        "select guest_id, customer_id
           from guest
          where network_id = $1 and organisation_id = $2 and until_ms > $3
            and customer_id is not null
          order by asked_ms desc, guest_id
          limit 1000",
        (network, organisation, now),
    )
}

/// Ends what lets an organisation in by this asking.
pub(super) fn end(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: GuestId,
    now: TimeMs,
) -> Result<u64, Fault> {
    tx.exec(
        "update guest set until_ms = $1
          where network_id = $2 and guest_id = $3 and until_ms > $1",
        (now, network, id),
    )
}

pub(super) fn insert_link(
    tx: &mut Tx<'_>,
    network: NetworkId,
    link_hash: &[u8],
    id: GuestId,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into guest_link (link_hash, network_id, guest_id) values ($1, $2, $3)",
        (link_hash, network, id),
    )
}

pub(super) fn place_of_link(
    cx: &mut Cx<'_>,
    link_hash: &[u8],
) -> Result<Option<(NetworkId, GuestId)>, Fault> {
    cx.one("select network_id, guest_id from guest_link where link_hash = $1", (link_hash,))
}

pub(super) fn delete_link(tx: &mut Tx<'_>, link_hash: &[u8]) -> Result<u64, Fault> {
    tx.exec("delete from guest_link where link_hash = $1", (link_hash,))
}
