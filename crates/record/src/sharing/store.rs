use handfast_db::{Cx, Engine, Fault, FromRow, Row, Sql};
use handfast_kit::{NetworkId, OrganisationId, TimeMs, Uuid};

use super::{Class, Held, Line, Masks, Purpose, Saying, Tie};
use crate::CustomerId;

impl FromRow for Held {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        let tie = Tie::numbered(row.get(1)?);
        Ok(Self {
            organisation: row.get(0)?,
            tie: tie.ok_or_else(|| Fault::other("a tie has no such number"))?,
            from: row.get(2)?,
            until: row.get(3)?,
            extra: row.get(4)?,
        })
    }
}

impl FromRow for Line {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        let tie = Tie::numbered(row.get(0)?);
        Ok(Self {
            tie: tie.ok_or_else(|| Fault::other("a tie has no such number"))?,
            purpose: Purpose::numbered(row.get(1)?),
            from_tie: row.get::<i64>(2)? != 0,
            masks: Masks { counted: row.get(3)?, seen: row.get(4)?, named: row.get(5)? },
        })
    }
}

impl FromRow for Saying {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        let organisation: OrganisationId = row.get(1)?;
        let is_named = organisation.uuid() != Uuid::nil();
        Ok(Self {
            purpose: Purpose::numbered(row.get(0)?),
            organisation: is_named.then_some(organisation),
            class: Class::numbered(row.get(2)?),
            allowed: row.get::<i64>(3)? != 0,
        })
    }
}

/// On PostgreSQL, raises the second wall until the transaction ends: rows of other networks are no
/// longer there, nor, while this partner reads, those of customers with whom it has no tie. A
/// change also follows ties and records of others, so what writes is held to its network only.
pub(super) fn raise_wall(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: Option<OrganisationId>,
    now: TimeMs,
) -> Result<(), Fault> {
    if cx.engine() == Engine::Sqlite {
        return Ok(());
    }
    let set: Option<(String, String, String)> = cx.one(
        Sql {
            sqlite: "",
            postgres: "select set_config('handfast.network', cast(cast($1 as uuid) as text), true),
                set_config('handfast.partner',
                  case when current_setting('transaction_read_only') = 'on'
                       then coalesce(cast(cast($2 as uuid) as text), '')
                       else '' end, true),
                set_config('handfast.now_ms', cast(cast($3 as bigint) as text), true)",
        },
        (network, organisation, now),
    )?;
    set.map(drop).ok_or_else(|| Fault::other("the second wall was not raised"))
}

/// As [`raise_wall`], unless one was raised in this transaction already.
pub(super) fn raise_first_wall(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: Option<OrganisationId>,
    now: TimeMs,
) -> Result<(), Fault> {
    if cx.engine() == Engine::Sqlite {
        return Ok(());
    }
    let raised: Option<(i64,)> = cx.one(
        Sql {
            sqlite: "",
            postgres: "select 1
                where coalesce(current_setting('handfast.network', true), '') <> ''",
        },
        (),
    )?;
    if raised.is_some() { Ok(()) } else { raise_wall(cx, network, organisation, now) }
}

/// The grants of the agreement in force; `None` without agreement. Ones that grant nothing have no
/// line, so the agreement itself is asked for where there is none.
pub(super) fn lines(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
) -> Result<Option<Vec<Line>>, Fault> {
    let lines: Vec<Line> = cx.all(
        "select tie, purpose, from_tie, counted, seen, named
           from grant_line
          where network_id = $1 and organisation_id = $2
          order by tie, purpose, from_tie
          limit 200",
        (network, organisation),
    )?;
    if !lines.is_empty() || in_force(cx, network, organisation)? {
        return Ok(Some(lines));
    }
    Ok(None)
}

fn in_force(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
) -> Result<bool, Fault> {
    let row: Option<(Option<i64>,)> = cx.one(
        "select ended_ms
           from agreement
          where network_id = $1 and organisation_id = $2
          order by version desc
          limit 1",
        (network, organisation),
    )?;
    Ok(matches!(row, Some((None,))))
}

pub(super) fn ties_of(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
    organisation: OrganisationId,
) -> Result<Vec<Held>, Fault> {
    cx.all(
        "select organisation_id, tie, from_ms, until_ms, extra
           from tie
          where network_id = $1 and customer_id = $2 and organisation_id = $3
          order by tie
          limit 20",
        (network, customer, organisation),
    )
}

/// The ids by which an organisation knew a customer before it was merged with others.
pub(super) fn known_as(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
    organisation: OrganisationId,
) -> Result<Vec<CustomerId>, Fault> {
    let rows: Vec<(CustomerId,)> = cx.all(
        "select known_id
           from known_as
          where network_id = $1 and customer_id = $2 and organisation_id = $3
          order by known_id
          limit 100",
        (network, customer, organisation),
    )?;
    Ok(rows.into_iter().map(|(known,)| known).collect())
}

/// The ties of all partners with a customer, at most 200,000.
pub(super) fn ties_of_all(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Vec<Held>, Fault> {
    cx.all(
        "select organisation_id, tie, from_ms, until_ms, extra
           from tie
          where network_id = $1 and customer_id = $2
          order by organisation_id, tie
          limit 200000",
        (network, customer),
    )
}

/// As [`lines`], of all partners that have a tie with a customer.
pub(super) fn lines_of_all(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Vec<(OrganisationId, Line)>, Fault> {
    let rows: Vec<LineOf> = cx.all(
        "select tie, purpose, from_tie, counted, seen, named, organisation_id
           from grant_line
          where network_id = $1
            and organisation_id in (
              select organisation_id from tie where network_id = $1 and customer_id = $2)
          order by organisation_id, tie, purpose, from_tie
          limit 2000000",
        (network, customer),
    )?;
    Ok(rows.into_iter().map(|LineOf(organisation, line)| (organisation, line)).collect())
}

struct LineOf(OrganisationId, Line);

impl FromRow for LineOf {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self(row.get(6)?, Line::from_row(row)?))
    }
}

/// The agreements of all partners that have a tie with a customer: when each ended, the latest of
/// each partner first.
pub(super) fn agreements_of_all(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Vec<(OrganisationId, Option<TimeMs>)>, Fault> {
    cx.all(
        "select organisation_id, ended_ms
           from agreement
          where network_id = $1
            and organisation_id in (
              select organisation_id from tie where network_id = $1 and customer_id = $2)
          order by organisation_id, version desc
          limit 1000000",
        (network, customer),
    )
}

/// As [`known_as`], of all organisations.
pub(super) fn known_as_by_all(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Vec<(OrganisationId, CustomerId)>, Fault> {
    cx.all(
        "select organisation_id, known_id
           from known_as
          where network_id = $1 and customer_id = $2
          order by organisation_id, known_id
          limit 1000000",
        (network, customer),
    )
}

type Word = (Vec<(CustomerId, Saying)>, Vec<CustomerId>);

/// What the customer said, and whether its data may only be kept.
pub(super) fn word_of(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Word, Fault> {
    let sayings: Vec<Saying> = cx.all(
        "select purpose, organisation_id, class, allowed
           from saying
          where network_id = $1 and customer_id = $2
          order by purpose, organisation_id, class
          limit 5000",
        (network, customer),
    )?;
    let frozen: Option<(TimeMs,)> = cx.one(
        "select at_ms from frozen where network_id = $1 and customer_id = $2",
        (network, customer),
    )?;
    let sayings = sayings.into_iter().map(|saying| (customer, saying)).collect();
    Ok((sayings, frozen.map(|_| customer).into_iter().collect()))
}
