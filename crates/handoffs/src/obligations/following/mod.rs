//! Following: what an organisation's own record says, once it was told of a change, is read back by
//! itself: a line of its export that was taken in, a value that it wrote here.
//!
//! A line that says what it said before leaves no touch, and is what the organisation holds all the
//! same: [`hear`] is told of such lines as they are taken in. [`follow`] goes through the feed, and
//! through each part of it once.

mod rules;
mod store;

use std::collections::{BTreeMap, HashSet};

use handfast_db::{Fault, Kind, Tx};
use handfast_kit::{NetworkId, OrganisationId, TimeMs};
use handfast_record::{
    CustomerId, RecordId,
    customers::{self, Details, Incoming},
    entrusting::{self, Restated},
    merging, organisations,
    sharing::{Author, Lens},
    touches::{Changed, Field},
};

use self::rules::Said;
use super::{
    Error, ReadBack,
    acting::{go_on, held, zone},
    rules::Deed,
    store::{self as stored, StoredChange},
    value::Value,
};
use crate::{Actor, acting::Voice};

pub(super) fn follow(
    tx: &mut Tx<'_>,
    network: NetworkId,
    now: TimeMs,
    limit: usize,
) -> Result<usize, Fault> {
    let brand = Author::organisation(network, organisations::brand_id(network));
    let after = store::hold(tx, network)?;
    let (restated, until) = entrusting::restated(tx, &brand, after, limit.clamp(1, 1_000))?;
    if until == after {
        return Ok(0);
    }
    store::go_to(tx, network, until)?;
    // What a record says now counts, however often it was changed.
    let mut latest: BTreeMap<(OrganisationId, CustomerId, RecordId), Restated> = BTreeMap::new();
    for one in restated {
        latest.insert((one.organisation, one.customer, one.record), one);
    }
    let mut by_organisation: BTreeMap<OrganisationId, Vec<Restated>> = BTreeMap::new();
    for (_, one) in latest {
        by_organisation.entry(one.organisation).or_default().push(one);
    }
    for (organisation, restated) in by_organisation {
        let author = Author::organisation(network, organisation);
        let customers: Vec<CustomerId> = restated.iter().map(|one| one.customer).collect();
        let obliged = obliged(tx, &author, &customers)?;
        for one in restated.iter().filter(|one| obliged.contains(&one.customer)) {
            let told = |tx: &mut Tx<'_>| read_record(tx, &author, now, one);
            go_around(tx.attempt(told), one.customer)?;
        }
    }
    Ok((until - after) as usize)
}

/// A part that cannot be read is left out and told of; the rest goes on.
fn go_around(done: Result<(), Error>, customer: CustomerId) -> Result<(), Fault> {
    match done {
        Ok(()) => Ok(()),
        Err(Error::Fault(fault)) if !matches!(fault.kind(), Kind::Other) => Err(fault),
        Err(error) => {
            tracing::warn!(customer.id = %customer, %error, "what a record says was not compared");
            Ok(())
        }
    }
}

/// Of these customers, those of whom the organisation was ever told a change.
fn obliged(
    tx: &mut Tx<'_>,
    author: &Author,
    customers: &[CustomerId],
) -> Result<HashSet<CustomerId>, Fault> {
    let (network, organisation) = (author.network(), author.organisation_id());
    if !store::is_obliged(tx, network, organisation)? {
        return Ok(HashSet::new());
    }
    let mut found = HashSet::new();
    for some in customers.chunks(1_000) {
        found.extend(store::obliged_for(tx, network, organisation, some)?);
        // Those that others were merged into may have been told of by another id.
        found.extend(entrusting::with_merged(tx, author, some)?);
    }
    Ok(found)
}

/// Reads back what a record says by now, of the details of which it was told.
fn read_record(tx: &mut Tx<'_>, author: &Author, now: TimeMs, one: &Restated) -> Result<(), Error> {
    let network = author.network();
    let lens = Lens::of_partner(tx, network, one.organisation, now)?;
    let known = lens.sight(tx, one.customer)?.known_as();
    let Some(seen) = customers::find(tx, &lens, known)? else { return Ok(()) };
    let own = seen.records.iter().find(|record| record.id == one.record);
    let Some(own) = own.filter(|record| record.organisation == one.organisation) else {
        return Ok(());
    };
    let said = Said { at: one.at, recorded: one.recorded };
    read(tx, author, now, (one.customer, &own.details), (said, one.fields))
}

/// Compares what an organisation holds with the last change of each detail that it was told of.
fn read(
    tx: &mut Tx<'_>,
    author: &Author,
    now: TimeMs,
    (customer, details): (CustomerId, &Details),
    (said, fields): (Said, &[Field]),
) -> Result<(), Error> {
    let (network, organisation) = (author.network(), author.organisation_id());
    let actor = Actor { organisation, person: None, name: String::new() };
    let voice = Voice::of(network, &actor);
    let customer = held(tx, &voice, customer)?;
    let zone = zone(tx, network)?;
    for change in last_changes(tx, network, customer)? {
        let is_told = change.changed.field().is_some_and(|field| fields.contains(&field));
        let holds = Value::of(details, change.changed);
        if !is_told || !holds.is_for(change.changed) || holds.is_too_long() {
            continue;
        }
        stored::lock(tx, network, change.id)?;
        for stored in stored::of_change(tx, network, change.id, Some(organisation))? {
            if rules::is_news(&stored, &change, &holds, said) {
                let deed = Deed::ReadBack(&holds, ReadBack::ExportLine);
                go_on(tx, &voice, now, (stored, &change.given, customer), &deed, &zone)?;
            }
        }
    }
    Ok(())
}

/// The last change of each detail of a customer, who stands here.
fn last_changes(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Vec<StoredChange>, Fault> {
    let mut last: BTreeMap<&str, StoredChange> = BTreeMap::new();
    for home in merging::homes(tx, network, customer)? {
        for change in stored::changes_of(tx, network, home)? {
            let place = |change: &StoredChange| (change.entered, change.id);
            let before = last.get(change.changed.word());
            if before.is_none_or(|before| place(before) < place(&change)) {
                last.insert(change.changed.word(), change);
            }
        }
    }
    Ok(last.into_values().collect())
}

pub(super) fn hear(
    tx: &mut Tx<'_>,
    author: &Author,
    (as_of, now): (TimeMs, TimeMs),
    lines: &[&Incoming],
) -> Result<(), Fault> {
    let network = author.network();
    let is_brand = author.organisation_id() == organisations::brand_id(network);
    if is_brand || !store::is_obliged(tx, network, author.organisation_id())? {
        return Ok(());
    }
    for some in lines.chunks(1_000) {
        let refs: Vec<&str> = some.iter().map(|line| line.external_ref.as_str()).collect();
        let places = entrusting::of_refs(tx, author, &refs)?;
        let customers: Vec<CustomerId> = places.iter().map(|(_, customer)| *customer).collect();
        let obliged = obliged(tx, author, &customers)?;
        let places: BTreeMap<String, CustomerId> =
            places.into_iter().filter(|(_, customer)| obliged.contains(customer)).collect();
        for line in some {
            let Some(customer) = places.get(&line.external_ref) else { continue };
            let heard = |tx: &mut Tx<'_>| hear_line(tx, author, (as_of, now), (*customer, line));
            go_around(tx.attempt(heard), *customer)?;
        }
    }
    Ok(())
}

/// The record says what the line says, also where it was told otherwise after the line came before.
fn hear_line(
    tx: &mut Tx<'_>,
    author: &Author,
    (as_of, now): (TimeMs, TimeMs),
    (customer, line): (CustomerId, &Incoming),
) -> Result<(), Error> {
    let said = Said { at: as_of, recorded: now };
    if let Err(customers::Error::Fault(fault)) = customers::receive(tx, author, as_of, now, line) {
        return Err(fault.into());
    }
    read(tx, author, now, (customer, &line.details), (said, &Field::ALL))
}

/// The value that details have of what changes; [`Value::Nothing`] where they have no place for it.
impl Value {
    fn of(details: &Details, changed: Changed) -> Self {
        match changed.field() {
            Some(Field::Name) => Self::Name(details.name.clone()),
            Some(Field::Phone) => Self::Phone(details.phone.clone()),
            Some(Field::Email) => Self::Email(details.email.clone()),
            Some(Field::Address) => Self::Address(super::value::Address {
                street: details.street.clone(),
                postcode: details.postcode.clone(),
                city: details.city.clone(),
                region: details.region.clone(),
                country: details.country.clone(),
            }),
            None => Self::Nothing,
        }
    }
}
