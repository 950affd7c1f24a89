use handfast_db::{Cx, Fault, FromRow, Row, Sql, Tx};
use handfast_kit::{NetworkId, OrganisationId, PersonId, TimeMs};

use super::RequestId;
use crate::CustomerId;

/// The words of where a request stands.
pub(super) const ASKED: &str = "asked";
pub(super) const ALLOWED: &str = "allowed";
pub(super) const REFUSED: &str = "refused";
pub(super) const WITHDRAWN: &str = "withdrawn";

/// A request as it lies in the database.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) id: RequestId,
    pub(super) customer: CustomerId,
    pub(super) organisation: OrganisationId,
    pub(super) person: PersonId,
    pub(super) classes: i64,
    pub(super) why: String,
    pub(super) asked: TimeMs,
    pub(super) due: TimeMs,
    pub(super) state: String,
    pub(super) allowed: i64,
    pub(super) until: Option<TimeMs>,
    pub(super) answer: String,
    pub(super) answered_by: Option<PersonId>,
    pub(super) answered: Option<TimeMs>,
}

/// How a request ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outcome<'a> {
    pub(super) state: &'a str,
    pub(super) allowed: i64,
    pub(super) until: Option<TimeMs>,
    pub(super) text: &'a str,
}

impl FromRow for Stored {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            id: row.get(0)?,
            customer: row.get(1)?,
            organisation: row.get(2)?,
            person: row.get(3)?,
            classes: row.get(4)?,
            why: row.get(5)?,
            asked: row.get(6)?,
            due: row.get(7)?,
            state: row.get(8)?,
            allowed: row.get(9)?,
            until: row.get(10)?,
            answer: row.get(11)?,
            answered_by: row.get(12)?,
            answered: row.get(13)?,
        })
    }
}

pub(super) fn insert(tx: &mut Tx<'_>, network: NetworkId, request: &Stored) -> Result<u64, Fault> {
    tx.exec(
        "insert into access_request (network_id, customer_id, request_id, organisation_id,
           person_id, classes, why, asked_ms, due_ms, state, allowed, until_ms, answer,
           answered_by, answered_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, null, '', null, null)",
        (
            network,
            request.customer,
            request.id,
            request.organisation,
            request.person,
            request.classes,
            &request.why,
            request.asked,
            request.due,
            &request.state,
        ),
    )
}

pub(super) fn place(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: RequestId,
    customer: CustomerId,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into access_request_place (network_id, request_id, customer_id)
         values ($1, $2, $3)",
        (network, id, customer),
    )
}

pub(super) fn place_of(
    cx: &mut Cx<'_>,
    network: NetworkId,
    id: RequestId,
) -> Result<Option<CustomerId>, Fault> {
    let row: Option<(CustomerId,)> = cx.one(
        "select customer_id from access_request_place where network_id = $1 and request_id = $2",
        (network, id),
    )?;
    Ok(row.map(|(customer,)| customer))
}

pub(super) fn one(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
    id: RequestId,
) -> Result<Option<Stored>, Fault> {
    cx.one(
        "select request_id, customer_id, organisation_id, person_id, classes, why, asked_ms,
                due_ms, state, allowed, until_ms, answer, answered_by, answered_ms
           from access_request
          where network_id = $1 and customer_id = $2 and request_id = $3",
        (network, customer, id),
    )
}

pub(super) fn lock(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
    id: RequestId,
) -> Result<Option<Stored>, Fault> {
    tx.one(
        Sql {
            sqlite: "select request_id, customer_id, organisation_id, person_id, classes, why,
                            asked_ms, due_ms, state, allowed, until_ms, answer, answered_by,
                            answered_ms
                       from access_request
                      where network_id = $1 and customer_id = $2 and request_id = $3",
            postgres: "select request_id, customer_id, organisation_id, person_id, classes, why,
                              asked_ms, due_ms, state, allowed, until_ms, answer, answered_by,
                              answered_ms
                         from access_request
                        where network_id = $1 and customer_id = $2 and request_id = $3
                          for update",
        },
        (network, customer, id),
    )
}

pub(super) fn open_about(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
    organisation: OrganisationId,
) -> Result<Option<Stored>, Fault> {
    cx.one(
        "select request_id, customer_id, organisation_id, person_id, classes, why, asked_ms,
                due_ms, state, allowed, until_ms, answer, answered_by, answered_ms
           from access_request
          where network_id = $1 and customer_id = $2 and organisation_id = $3 and state = 'asked'",
        (network, customer, organisation),
    )
}

pub(super) fn open(
    cx: &mut Cx<'_>,
    network: NetworkId,
    only: Option<OrganisationId>,
) -> Result<Vec<Stored>, Fault> {
    cx.all(
        "select request_id, customer_id, organisation_id, person_id, classes, why, asked_ms,
                due_ms, state, allowed, until_ms, answer, answered_by, answered_ms
           from access_request
          where network_id = $1 and state = 'asked'
            and organisation_id = coalesce($2, organisation_id)
          order by asked_ms, request_id
          limit 200",
        (network, only),
    )
}

pub(super) fn closed(
    cx: &mut Cx<'_>,
    network: NetworkId,
    only: Option<OrganisationId>,
) -> Result<Vec<Stored>, Fault> {
    cx.all(
        "select request_id, customer_id, organisation_id, person_id, classes, why, asked_ms,
                due_ms, state, allowed, until_ms, answer, answered_by, answered_ms
           from access_request
          where network_id = $1 and state <> 'asked'
            and organisation_id = coalesce($2, organisation_id)
          order by asked_ms desc, request_id desc
          limit 200",
        (network, only),
    )
}

pub(super) fn answer(
    tx: &mut Tx<'_>,
    network: NetworkId,
    request: &Stored,
    outcome: &Outcome<'_>,
    person: Option<PersonId>,
    now: TimeMs,
) -> Result<u64, Fault> {
    tx.exec(
        "update access_request set state = $1, allowed = $2, until_ms = $3, answer = $4,
           answered_by = $5, answered_ms = $6
         where network_id = $7 and customer_id = $8 and request_id = $9",
        (
            outcome.state,
            outcome.allowed,
            outcome.until,
            outcome.text,
            person,
            now,
            network,
            request.customer,
            request.id,
        ),
    )
}

/// Ends what this organisation was allowed of the customer, by whichever answer.
pub(super) fn end_allowed(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
    organisation: OrganisationId,
    now: TimeMs,
) -> Result<u64, Fault> {
    tx.exec(
        "update access_request set until_ms = $1
          where network_id = $2 and customer_id = $3 and organisation_id = $4
            and state = 'allowed' and until_ms > $1",
        (now, network, customer, organisation),
    )
}
