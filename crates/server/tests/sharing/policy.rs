//! Agreements, ties and what customers say, written into the tables themselves: what a front door
//! would leave there.

use std::collections::BTreeMap;

use handfast_db::{Fault, Tx};
use handfast_kit::{Id, OrganisationId, PersonId, TimeMs};
use handfast_record::{
    CustomerId,
    sharing::{Class, Grant, Masks, Saying, Tie, permitted},
};

use crate::{
    deeds::ends,
    plan::{Who, Whom},
    stage::{Ground, Known, run},
};

/// Everything from the first moment.
const ALWAYS: TimeMs = TimeMs(i64::MIN);

/// Puts an agreement in force in the place of the one before, or ends that.
pub(crate) fn agree(
    tx: &mut Tx<'_>,
    ground: &Ground,
    known: &Known,
    who: Who,
    grants: Option<&[Grant]>,
) -> Result<(), Fault> {
    let (network, organisation) = (ground.network, ground.organisations[who]);
    let key = (network, organisation);
    run(tx, "delete from grant_line where network_id = $1 and organisation_id = $2", key)?;
    run(tx, "delete from agreement where network_id = $1 and organisation_id = $2", key)?;
    run(
        tx,
        "delete from tie where network_id = $1 and organisation_id = $2 and tie in (7, 8)",
        key,
    )?;
    let Some(grants) = grants else { return Ok(()) };
    run(
        tx,
        "insert into agreement (network_id, organisation_id, version, signed_day, kinds, territory,
           responsibilities, grants, guests, guest_hours, note, person_id, created_ms, ended_ms)
         values ($1, $2, 1, 20000, '', '', '[]', '[]', 'open', 24, '', null, 0, null)",
        key,
    )?;
    let mut lines: BTreeMap<(i64, i64, bool), Masks> = BTreeMap::new();
    for grant in grants {
        let purpose = grant.purpose.map_or(0, |purpose| purpose as i64);
        let line = lines.entry((grant.tie as i64, purpose, grant.from_tie)).or_default();
        line.show(grant.class, grant.level);
    }
    for ((tie, purpose, from_tie), masks) in lines {
        run(
            tx,
            "insert into grant_line (network_id, organisation_id, tie, purpose, from_tie, counted,
               seen, named)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
            (
                network,
                organisation,
                tie,
                purpose,
                from_tie,
                masks.counted,
                masks.seen,
                masks.named,
            ),
        )?;
    }
    for of in [Tie::None, Tie::Territory] {
        if grants.iter().any(|grant| grant.tie == of) {
            let all: Vec<Whom> = known.customers.keys().copied().collect();
            for whom in all {
                if of == Tie::Territory && whom % 2 == 0 {
                    continue;
                }
                let span = (ALWAYS, TimeMs(i64::MAX));
                tie(tx, ground, known, (who, whom, of), span, &[], "event")?;
            }
        }
    }
    Ok(())
}

/// Makes a tie, or changes the one of its kind.
pub(crate) fn tie(
    tx: &mut Tx<'_>,
    ground: &Ground,
    known: &Known,
    (who, whom, tie): (Who, Whom, Tie),
    (from, until): (TimeMs, TimeMs),
    classes: &[Class],
    made_by: &str,
) -> Result<(), Fault> {
    let (customer, organisation) = ends(ground, known, (who, whom));
    let extra = classes.iter().fold(0, |extra, class| extra | class.bit());
    let permitted = word(known, customer, organisation);
    run(
        tx,
        "insert into tie (network_id, customer_id, organisation_id, tie, from_ms, until_ms,
           purposes, denied, extra, sort_key, made_by, person_id, why)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9,
           coalesce((select r.sort_key from record r
                      where r.network_id = $1 and r.customer_id = $2 and r.organisation_id = $3
                      order by r.updated_ms desc, r.record_id limit 1),
                    (select sort_key from customer where network_id = $1 and customer_id = $2)),
           $10, null, '')
         on conflict (network_id, customer_id, organisation_id, tie) do update set
           from_ms = excluded.from_ms, until_ms = excluded.until_ms, extra = excluded.extra,
           made_by = excluded.made_by",
        (
            ground.network,
            customer,
            organisation,
            tie as i64,
            from,
            until,
            permitted.0,
            permitted.1,
            extra,
            made_by,
        ),
    )
}

/// Ends a tie, if there is one.
pub(crate) fn end_tie(
    tx: &mut Tx<'_>,
    ground: &Ground,
    known: &Known,
    (who, whom, tie): (Who, Whom, Tie),
    until: TimeMs,
) -> Result<(), Fault> {
    let (customer, organisation) = ends(ground, known, (who, whom));
    run(
        tx,
        "update tie set until_ms = $1
          where network_id = $2 and customer_id = $3 and organisation_id = $4 and tie = $5",
        (until, ground.network, customer, organisation, tie as i64),
    )
}

/// Writes down a request that nobody answered.
pub(crate) fn ask(
    tx: &mut Tx<'_>,
    ground: &Ground,
    known: &Known,
    who: Who,
    whom: Whom,
    classes: &[Class],
) -> Result<(), Fault> {
    let (customer, organisation) = ends(ground, known, (who, whom));
    let bits = classes.iter().fold(0, |bits, class| bits | class.bit());
    let name = format!("{who} {whom} {bits}");
    run(
        tx,
        "insert into access_request (network_id, customer_id, request_id, organisation_id,
           person_id, classes, why, asked_ms, due_ms, state, allowed, until_ms, answer,
           answered_by, answered_ms)
         values ($1, $2, $3, $4, $5, $6, 'to help', $7, $8, 'asked', 0, null, '', null, null)
         on conflict do nothing",
        (
            ground.network,
            customer,
            Id::<()>::derived(&[name.as_bytes()]),
            organisation,
            PersonId::derived(&[organisation.uuid().as_bytes()]),
            bits,
            ground.now,
            ground.now.plus(TimeMs::DAY),
        ),
    )
}

/// Writes a customer's word.
pub(crate) fn say(
    tx: &mut Tx<'_>,
    ground: &Ground,
    known: &Known,
    customer: CustomerId,
    saying: &Saying,
) -> Result<(), Fault> {
    let (purpose, organisation, class) = key(saying);
    run(
        tx,
        "insert into saying (network_id, customer_id, purpose, organisation_id, class, allowed,
           text_version, channel, heard_by, person_id, at_ms)
         values ($1, $2, $3, $4, $5, $6, 1, 'phone', $7, null, $8)
         on conflict (network_id, customer_id, purpose, organisation_id, class) do update set
           allowed = excluded.allowed",
        (
            ground.network,
            customer,
            purpose,
            organisation,
            class,
            saying.allowed,
            ground.organisations[0],
            ground.now,
        ),
    )?;
    follow(tx, ground, known, customer)
}

/// Takes a customer's word back.
pub(crate) fn unsay(
    tx: &mut Tx<'_>,
    ground: &Ground,
    known: &Known,
    customer: CustomerId,
    saying: &Saying,
) -> Result<(), Fault> {
    let (purpose, organisation, class) = key(saying);
    run(
        tx,
        "delete from saying
          where network_id = $1 and customer_id = $2 and purpose = $3 and organisation_id = $4
            and class = $5",
        (ground.network, customer, purpose, organisation, class),
    )?;
    follow(tx, ground, known, customer)
}

fn key(saying: &Saying) -> (i64, OrganisationId, i64) {
    let nil = OrganisationId::from_uuid(handfast_kit::Uuid::nil());
    (
        saying.purpose.map_or(0, |purpose| purpose as i64),
        saying.organisation.unwrap_or(nil),
        saying.class.map_or(-1, |class| class as i64),
    )
}

/// Freezes a customer, or lets it go.
pub(crate) fn freeze(
    tx: &mut Tx<'_>,
    ground: &Ground,
    known: &Known,
    customer: CustomerId,
    is_frozen: bool,
) -> Result<(), Fault> {
    let own = (ground.network, customer);
    run(tx, "delete from frozen where network_id = $1 and customer_id = $2", own)?;
    if is_frozen {
        run(
            tx,
            "insert into frozen (network_id, customer_id, why, person_id, at_ms)
             values ($1, $2, 'asked for it', null, $3)",
            (ground.network, customer, ground.now),
        )?;
    }
    follow(tx, ground, known, customer)
}

fn word(known: &Known, customer: CustomerId, organisation: OrganisationId) -> (i64, i64) {
    let own = known.sayings.iter().filter(|(whose, _)| *whose == customer);
    let sayings: Vec<Saying> = own.map(|(_, saying)| *saying).collect();
    let permitted = permitted(&sayings, known.frozen.contains(&customer), organisation);
    (permitted.purposes, permitted.denied)
}

/// Brings a customer's ties in line with its word.
fn follow(
    tx: &mut Tx<'_>,
    ground: &Ground,
    known: &Known,
    customer: CustomerId,
) -> Result<(), Fault> {
    for organisation in ground.organisations.clone() {
        let (purposes, denied) = word(known, customer, organisation);
        run(
            tx,
            "update tie set purposes = $1, denied = $2
              where network_id = $3 and customer_id = $4 and organisation_id = $5",
            (purposes, denied, ground.network, customer, organisation),
        )?;
    }
    Ok(())
}
