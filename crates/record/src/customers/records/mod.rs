//! Taking records in, and changing what they say.

mod store;

use handfast_db::{Engine, Fault, Tx};
use handfast_kit::{NetworkId, OrganisationId, TimeMs};

use store::Standing;

use super::{
    Details, Error, Field, Incoming, Received, Record, STANDSTILL_TRIES, hold, no_standstill,
    rules, store::records,
};
use crate::{
    CustomerId, RecordId,
    keys::{self, Contact},
    search,
    sharing::{Author, Lens, ties},
    touches::{self, Body, NewTouch},
};

/// Takes a record in, in the author's name, as of `as_of` (when its source said so).
///
/// Appends the touch `customer_recorded` for a new record and `address_changed` for a known one
/// whose contact details or address changed. Safe to call twice.
pub fn receive(
    tx: &mut Tx<'_>,
    author: &Author,
    as_of: TimeMs,
    now: TimeMs,
    incoming: &Incoming,
) -> Result<Received, Error> {
    rules::check(incoming)?;
    let details = rules::complete(&incoming.details);
    let known = own(tx, author, &incoming.external_ref, lock_to_change)?;
    if let Some((customer, record)) = known {
        return update(tx, author, as_of, now, customer, record, &details);
    }
    let (home, customer) = customer_for(tx, author, now, incoming, &details)?;
    let record = RecordId::derived(&[
        author.network().uuid().as_bytes(),
        author.organisation_id().uuid().as_bytes(),
        incoming.external_ref.as_bytes(),
    ]);
    let since = incoming.since.unwrap_or(as_of);
    store::insert_ref(tx, author, &incoming.external_ref, customer, record)?;
    store::insert(tx, author, customer, record, &incoming.external_ref, &details, since, as_of)?;
    store::wait(tx, author, record, home)?;
    index_record(tx, author, customer, record, &incoming.external_ref, &details);
    keys::write(tx, author.network(), (customer, record), Contact::default(), contact(&details))?;
    let body = Body::CustomerRecorded {
        name: details.name.clone(),
        external_ref: incoming.external_ref.clone(),
    };
    let touch = NewTouch::new(customer.as_kind(), since, body)
        .on(record)
        .from_source(author, "customer_recorded");
    touches::append(tx, author, now, touch)?;
    choose(tx, author.network(), customer)?;
    Ok(Received::New(customer, record))
}

/// Takes a copy of another organisation's record into the author's own records: a seller of a
/// marketplace knows of the customer what came with the order. Returns the author's record, which
/// may have been there already. The caller has locked the customer.
pub(crate) fn keep_also(
    tx: &mut Tx<'_>,
    author: &Author,
    (customer, of): (CustomerId, RecordId),
    external_ref: &str,
    since: TimeMs,
    now: TimeMs,
) -> Result<RecordId, Fault> {
    if let Some((_, known)) = store::by_ref(tx, author, external_ref)? {
        return Ok(known);
    }
    let network = author.network();
    let source = store::record(tx, network, customer, of)?
        .ok_or_else(|| Fault::other("an order names a record that is not there"))?;
    let record = RecordId::derived(&[
        network.uuid().as_bytes(),
        author.organisation_id().uuid().as_bytes(),
        external_ref.as_bytes(),
    ]);
    let details = &source.details;
    store::insert_ref(tx, author, external_ref, customer, record)?;
    store::insert(tx, author, customer, record, external_ref, details, since, since)?;
    let home = store::home(tx, network, of)?.unwrap_or(customer);
    store::wait(tx, author, record, home)?;
    index_record(tx, author, customer, record, external_ref, details);
    keys::write(tx, network, (customer, record), Contact::default(), contact(details))?;
    let (name, external_ref) = (details.name.clone(), external_ref.to_owned());
    let touch =
        NewTouch::new(customer.as_kind(), since, Body::CustomerRecorded { name, external_ref })
            .on(record)
            .from_source(author, "customer_recorded");
    touches::append(tx, author, now, touch)?;
    // Ties that were there before stood under another name.
    let records = records(tx, network, customer)?;
    if let Some(key) = own_key(&records, author.organisation_id()) {
        ties::rename(tx, network, customer, author.organisation_id(), (&key, &key))?;
    }
    ties::follow_place(tx, network, customer)?;
    Ok(record)
}

/// The customer that a new record is taken in as, its home, and where that customer stands now.
fn customer_for(
    tx: &mut Tx<'_>,
    author: &Author,
    now: TimeMs,
    incoming: &Incoming,
    details: &Details,
) -> Result<(CustomerId, CustomerId), Error> {
    let network = author.network();
    let fresh = match &incoming.person_key {
        Some(key) => CustomerId::derived(&[network.uuid().as_bytes(), b"person", key.as_bytes()]),
        None => CustomerId::derived(&[
            network.uuid().as_bytes(),
            author.organisation_id().uuid().as_bytes(),
            incoming.external_ref.as_bytes(),
        ]),
    };
    if let Some(key) = &incoming.person_key {
        store::claim_person_key(tx, network, key, fresh)?;
        if let Some(known) = store::by_person_key(tx, network, key)?
            && let Some(standing) = lock_to_change(tx, network, known)?
        {
            return Ok((known, standing));
        }
    }
    store::insert_customer(tx, network, fresh, details, now)?;
    Ok((fresh, fresh))
}

/// Locks a customer against merging for the rest of the transaction, and says where it is now: a
/// customer that was merged lives on in another.
pub(crate) fn lock(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Option<CustomerId>, Fault> {
    follow(tx, network, customer, store::lock)
}

/// As [`lock`], for who changes the customer's own row: the values that are chosen for it. Others
/// who would do the same wait here, and not for one another later.
pub(crate) fn lock_to_change(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Option<CustomerId>, Fault> {
    follow(tx, network, customer, store::lock_to_change)
}

/// The author's own record with this reference, and the customer behind it, locked against
/// merging.
pub(crate) fn lock_own_record(
    tx: &mut Tx<'_>,
    author: &Author,
    external_ref: &str,
) -> Result<Option<(CustomerId, RecordId)>, Fault> {
    own(tx, author, external_ref, lock)
}

type Lock = fn(&mut Tx<'_>, NetworkId, CustomerId) -> Result<Option<CustomerId>, Fault>;

fn own(
    tx: &mut Tx<'_>,
    author: &Author,
    external_ref: &str,
    lock: Lock,
) -> Result<Option<(CustomerId, RecordId)>, Fault> {
    for _ in 0..STANDSTILL_TRIES {
        let Some((customer, record)) = store::by_ref(tx, author, external_ref)? else {
            return Ok(None);
        };
        let standing = lock(tx, author.network(), customer)?;
        // Others merge and part only on PostgreSQL while this transaction goes on.
        let known = match tx.engine() {
            Engine::Sqlite => Some((customer, record)),
            Engine::Postgres => store::by_ref(tx, author, external_ref)?,
        };
        if known.is_some() && known.map(|(customer, _)| customer) == standing {
            return Ok(known);
        }
    }
    Err(no_standstill())
}

fn follow(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
    lock: fn(&mut Tx<'_>, NetworkId, CustomerId) -> Result<Option<Standing>, Fault>,
) -> Result<Option<CustomerId>, Fault> {
    let mut standing = customer;
    // A chain of merges is short; a ring would be a fault and must not hang the writer.
    for _ in 0..16 {
        match lock(tx, network, standing)? {
            None => return Ok(None),
            Some(Standing::Here) => return Ok(Some(standing)),
            Some(Standing::Merged(next)) => standing = next,
        }
    }
    Err(Fault::other("a customer was merged in a ring"))
}

fn update(
    tx: &mut Tx<'_>,
    author: &Author,
    as_of: TimeMs,
    now: TimeMs,
    customer: CustomerId,
    record: RecordId,
    details: &Details,
) -> Result<Received, Error> {
    let network = author.network();
    let customer = lock_to_change(tx, network, customer)?.ok_or(Error::NotFound)?;
    let before = store::record(tx, network, customer, record)?.ok_or(Error::NotFound)?;
    let merged = rules::over(&before.details, details);
    if merged == before.details {
        return Ok(Received::Same(customer, record));
    }
    store::update(tx, network, &before, &merged, as_of)?;
    let restated = rules::restated(&before.statements, (&before.details, &merged), as_of);
    store::state(tx, network, &before, &restated)?;
    store::wait_again(tx, network, record)?;
    index_record(tx, author, customer, record, &before.external_ref, &merged);
    let was = contact(&before.details);
    keys::write(tx, network, (customer, record), was, contact(&merged))?;
    let source = format!("change {}", before.version + 1);
    for body in changes(&before, &merged) {
        let touch =
            NewTouch::new(customer.as_kind(), as_of, body).on(record).from_source(author, &source);
        touches::append(tx, author, now, touch)?;
    }
    choose(tx, network, customer)?;
    Ok(Received::Changed(customer, record))
}

/// By what a customer is reached: exact keys that lead to it.
fn contact(details: &Details) -> Contact<'_> {
    Contact { email: &details.email, phone: &details.phone }
}

/// Writes what the records together say of the customer, and the names by which it stands in the
/// lists of the organisations tied to it.
pub(crate) fn choose(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<(), Fault> {
    let records = records(tx, network, customer)?;
    let chosen = store::choose(tx, network, customer, &records)?;
    for organisation in ties::organisations_tied(tx, network, customer)? {
        let own = own_key(&records, organisation);
        let keys = own.as_deref().map_or((chosen.as_str(), ""), |own| (own, own));
        ties::rename(tx, network, customer, organisation, keys)?;
    }
    ties::follow_place(tx, network, customer)
}

/// The name under which the customer stands in the list of an organisation that keeps a record.
fn own_key(records: &[Record], organisation: OrganisationId) -> Option<String> {
    let own = records.iter().find(|record| record.organisation == organisation)?;
    Some(store::sort_key(&own.details, &own.external_ref))
}

/// What is told of a change. Phone and address are told apart: who may see one may not see the
/// other. A change of anything else is told as the record taken in again.
fn changes(before: &Record, after: &Details) -> Vec<Body> {
    let contact = rules::contact_difference(&before.details, after)
        .map(|(before, after)| Body::ContactChanged { before, after });
    let address = rules::address_difference(&before.details, after)
        .map(|(before, after)| Body::AddressChanged { before, after });
    let told: Vec<Body> = contact.into_iter().chain(address).collect();
    if !told.is_empty() {
        return told;
    }
    let external_ref = before.external_ref.clone();
    vec![Body::CustomerRecorded { name: after.name.clone(), external_ref }]
}

fn index_record(
    tx: &mut Tx<'_>,
    author: &Author,
    customer: CustomerId,
    record: RecordId,
    external_ref: &str,
    details: &Details,
) {
    let words = rules::words(external_ref, details);
    search::index_record(tx, author, customer, record, &words);
}

/// Changes what the viewer's own record says, if it is still at `version`. Fields left empty stay.
pub fn revise(
    tx: &mut Tx<'_>,
    lens: &Lens,
    author: &Author,
    now: TimeMs,
    (customer, record): (CustomerId, RecordId),
    version: Option<i64>,
    details: &Details,
) -> Result<Received, Error> {
    let seen = hold(tx, lens, customer)?.ok_or(Error::NotFound)?;
    let own = |held: &&Record| held.id == record && held.organisation == author.organisation_id();
    let held = seen.records.iter().find(own).ok_or(Error::NotFound)?;
    if version.is_some_and(|version| version != held.version) {
        return Err(Error::VersionWrong(held.version));
    }
    let incoming = Incoming {
        external_ref: held.external_ref.clone(),
        person_key: None,
        details: details.clone(),
        since: None,
    };
    rules::check(&incoming)?;
    let details = rules::complete_over(&held.details, details);
    update(tx, author, now, now, customer, record, &details)
}

/// Writes down that the customer confirmed to the author what a record says in these fields, if it
/// is still at `version`. A confirmed value stands before all others, until the record says
/// another.
///
/// Whoever keeps the record may, and the brand; each field is a touch of its class. Fails with
/// [`Error::NotFound`] for other records, and with [`Error::NothingSaid`] for empty fields.
pub fn confirm(
    tx: &mut Tx<'_>,
    lens: &Lens,
    author: &Author,
    now: TimeMs,
    (customer, record): (CustomerId, RecordId),
    version: Option<i64>,
    fields: &[Field],
) -> Result<(), Error> {
    let seen = hold(tx, lens, customer)?.ok_or(Error::NotFound)?;
    let own = |held: &&Record| held.organisation == author.organisation_id();
    let may = |held: &&Record| held.id == record && (own(held) || lens.is_whole());
    let held = seen.records.iter().find(may).ok_or(Error::NotFound)?;
    if fields.is_empty() {
        return Ok(());
    }
    if version.is_some_and(|version| version != held.version) {
        return Err(Error::VersionWrong(held.version));
    }
    // It is written on the author's own record, if there is one: of several on this.
    let own_record = seen.records.iter().filter(own).find(|one| one.id == record);
    let own_record = own_record.or_else(|| seen.records.iter().find(own)).map(|own| own.id);
    let mut statements = held.statements;
    for field in Field::ALL.into_iter().filter(|field| fields.contains(field)) {
        let value = held.said(field);
        if value.is_empty() {
            return Err(Error::NothingSaid(field));
        }
        statements.of_mut(field).confirmed = Some(now);
        let body = Body::DetailConfirmed { field, value };
        let touch =
            NewTouch { record: own_record, ..NewTouch::new(held.customer.as_kind(), now, body) };
        touches::append(tx, author, now, touch)?;
    }
    store::state(tx, lens.network(), held, &statements)?;
    Ok(choose(tx, lens.network(), held.customer)?)
}

/// Where the author's own record with this reference lies, for writing on it.
pub fn own_record(
    tx: &mut Tx<'_>,
    author: &Author,
    external_ref: &str,
) -> Result<Option<(CustomerId, RecordId)>, Fault> {
    store::by_ref(tx, author, external_ref)
}
