//! Serving a guest: a customer stands in the shop of a partner that has nothing to do with it yet,
//! and gives it a key of its own: a phone number, a mail address, an order's reference.
//!
//! [`ask`] lets the partner in at once where its agreement leaves guests open and the key leads to
//! one customer. In every other case it answers the same, whether there is such a customer or not,
//! and the customer confirms: with a code that it tells the partner, or on the page behind a link.
//! Access ends by itself after some hours; the partner or the brand can end it before.

pub mod api;
mod rules;
mod store;
mod terms;
#[cfg(test)]
mod tests;
mod types;

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{Id, NetworkId, OrganisationId, TimeMs};
use handfast_web::{Secret, TokenHash};

pub use types::{Answer, Ask, Confirmation, Error, Guest, Shows, State, Wish};

use self::{store::Stored, terms::Guests};
use crate::{
    CustomerId, SubjectId, customers, keys, organisations,
    sharing::{
        Author, Lens, Tie,
        ties::{self, MadeBy, NewTie},
    },
    touches::{self, Audience, Body, NewTouch},
};

/// Marks the id of an asking.
#[derive(Debug, Clone, Copy)]
pub enum GuestMark {}

/// Which asking to serve a guest.
pub type GuestId = Id<GuestMark>;

/// Where the page behind a customer's link begins; the secret follows.
pub const LET_IN_PATH: &str = "/let-in/";

/// How long a customer may take to confirm.
pub const WAIT_MS: i64 = 30 * TimeMs::MINUTE;

/// How many codes may be tried for one asking.
pub const TRIES_MAX: i64 = 5;

/// How often one organisation may ask in an hour.
pub const HOUR_MAX: usize = 20;

/// How often one organisation may ask in a day.
pub const DAY_MAX: usize = 200;

/// Asks to serve the customer with this key.
///
/// Lets the partner in at once if its agreement leaves guests open and the key leads to exactly one
/// customer who lets it; otherwise the answer is one and the same whoever the key leads to.
pub fn ask(
    tx: &mut Tx<'_>,
    lens: &Lens,
    author: &Author,
    now: TimeMs,
    ask: &Ask,
) -> Result<Guest, Error> {
    if lens.is_whole() {
        return Err(Error::ForPartners);
    }
    rules::check(ask)?;
    let (network, organisation) = (lens.network(), lens.organisation());
    let terms = terms::hold(tx, network, organisation)?;
    let before = store::asked_since(tx, network, organisation, now.plus(-TimeMs::DAY))?;
    if let Some(seconds) = rules::wait(&before, now) {
        return Err(Error::TooOften(seconds));
    }
    let nobody = || Fault::other("a guest is asked for by a person who signs in");
    let guest = Stored {
        id: GuestId::at(now),
        organisation,
        person: author.person_id().ok_or_else(nobody)?,
        customer: the_one(tx, network, organisation, &ask.key)?,
        why: ask.why.trim().to_owned(),
        state: store::WAITING.to_owned(),
        // Of what nobody holds, until the brand makes a code and a link to pass on.
        code_hash: rand::random(),
        link_hash: rand::random(),
        try_count: 0,
        asked: now,
        expires: now.plus(WAIT_MS),
        until: None,
    };
    store::insert(tx, network, &guest)?;
    match guest.customer {
        Some(customer) if terms.guests == Guests::Open => {
            let_in(tx, network, now, &guest, (customer, terms.hours), "key")?;
        }
        // Who is asked for reads it too; and where there is nobody, as much is written.
        _ => note(tx, &brand(network), now, &guest, Audience::Own, |organisation, why| {
            Body::GuestAsked { organisation, why }
        })?,
    }
    find(tx, lens, now, guest.id)?.ok_or(Error::NotFound)
}

/// The askings of the viewer's organisation, the latest first, at most 200; the brand's are
/// everybody's.
pub fn list(cx: &mut Cx<'_>, lens: &Lens, now: TimeMs) -> Result<Vec<Guest>, Fault> {
    let network = lens.network();
    let rows = match lens.own_only() {
        Some(own) => store::of_organisation(cx, network, own)?,
        None => store::of_network(cx, network)?,
    };
    rows.into_iter().map(|row| shown(cx, lens, now, row)).collect()
}

/// The askings that wait for a customer now, the latest first, at most 200. For the brand, who
/// passes a code or link on; nobody else has any.
pub fn waiting(cx: &mut Cx<'_>, lens: &Lens, now: TimeMs) -> Result<Vec<Guest>, Fault> {
    if !lens.is_whole() {
        return Ok(Vec::new());
    }
    let rows = store::waiting(cx, lens.network(), now)?;
    rows.into_iter().map(|row| shown(cx, lens, now, row)).collect()
}

/// The asking with this id, if it is the viewer's organisation's, or the viewer the brand's.
pub fn find(
    cx: &mut Cx<'_>,
    lens: &Lens,
    now: TimeMs,
    id: GuestId,
) -> Result<Option<Guest>, Fault> {
    let row = store::one(cx, lens.network(), id)?;
    let row = row.filter(|row| lens.own_only().is_none_or(|own| own == row.organisation));
    row.map(|row| shown(cx, lens, now, row)).transpose()
}

/// Makes a code and a link by which the customer can confirm, for the brand to pass on. Those that
/// were made before are void; tries that were used stay used.
pub fn make_confirmation(
    tx: &mut Tx<'_>,
    lens: &Lens,
    author: &Author,
    now: TimeMs,
    id: GuestId,
) -> Result<Confirmation, Error> {
    if !lens.is_whole() {
        return Err(Error::NotFound);
    }
    let network = lens.network();
    let guest = held(tx, network, now, id)?;
    if guest.customer.is_none() {
        return Err(Error::Nobody);
    }
    let code = format!("{:06}", rand::random::<u32>() % 1_000_000);
    let secret = Secret::random();
    let link = secret.hash();
    store::delete_link(tx, &guest.link_hash)?;
    store::insert_link(tx, network, link.as_bytes(), id)?;
    store::set_confirmation(tx, network, id, &rules::code_hash(id, &code), link.as_bytes())?;
    note(tx, author, now, &guest, Audience::Own, |organisation, _| Body::GuestCodeMade {
        organisation,
    })?;
    Ok(Confirmation { code, secret, expires: guest.expires })
}

/// Tries the code that the customer told the partner. The answer is where the asking stands then:
/// a wrong code costs one of [`TRIES_MAX`] tries, and the last of them ends it.
pub fn try_code(
    tx: &mut Tx<'_>,
    lens: &Lens,
    now: TimeMs,
    id: GuestId,
    code: &str,
) -> Result<Guest, Error> {
    let code = rules::code(code).ok_or(Error::CodeWrong)?;
    let network = lens.network();
    let own = store::one(tx, network, id)?.map(|guest| guest.organisation);
    if own != Some(lens.organisation()) {
        return Err(Error::NotFound);
    }
    let guest = held(tx, network, now, id)?;
    let is_right = rules::code_hash(id, &code) == guest.code_hash;
    match guest.customer {
        Some(customer) if is_right => {
            let terms = terms::hold(tx, network, guest.organisation)?;
            let_in(tx, network, now, &guest, (customer, terms.hours), "code")?;
        }
        _ if guest.try_count + 1 < TRIES_MAX => {
            store::count_try(tx, network, id)?;
        }
        _ => {
            store::count_try(tx, network, id)?;
            refuse(tx, network, now, &guest)?;
        }
    }
    find(tx, lens, now, id)?.ok_or(Error::NotFound)
}

/// What a customer with this link is asked; `None` if it was used, is too old, or never was one.
pub fn wish(cx: &mut Cx<'_>, link: &TokenHash, now: TimeMs) -> Result<Option<Wish>, Fault> {
    let Some((network, guest)) = behind(cx, link, now)? else { return Ok(None) };
    let Some(terms) = terms::in_force(cx, network, guest.organisation)? else { return Ok(None) };
    let Some(customer) = guest.customer else { return Ok(None) };
    let customer = customers::standing(cx, network, customer)?.unwrap_or(customer);
    let permitted = ties::permitted(cx, network, customer, guest.organisation)?;
    let lines = store::lines(cx, network, guest.organisation)?;
    let names = organisations::names(cx, network, [guest.organisation])?;
    let network = organisations::network(cx, network)?;
    Ok(Some(Wish {
        network_name: network.map_or(String::new(), |network| network.name),
        organisation_name: names.get(&guest.organisation).cloned().unwrap_or_default(),
        why: guest.why,
        classes: rules::shows(&lines, permitted),
        hours: terms.hours,
        expires: guest.expires,
    }))
}

/// Answers for the customer who has this link, once. Fails with [`Error::Over`] if it was used, or
/// is too old.
pub fn answer(tx: &mut Tx<'_>, link: &TokenHash, now: TimeMs, answer: Answer) -> Result<(), Error> {
    let (network, guest) = behind(tx, link, now)?.ok_or(Error::Over)?;
    // Of two who press at the same moment the second waits here, and finds it answered.
    let guest = held(tx, network, now, guest.id)?;
    if guest.link_hash != *link.as_bytes() {
        return Err(Error::Over);
    }
    match (answer, guest.customer) {
        (Answer::Yes, Some(customer)) => {
            let terms = terms::in_force(tx, network, guest.organisation)?.ok_or(Error::Over)?;
            let_in(tx, network, now, &guest, (customer, terms.hours), "link")
        }
        _ => refuse(tx, network, now, &guest),
    }
}

/// Ends access that goes on: for the partner that has it, and for the brand.
pub fn end(
    tx: &mut Tx<'_>,
    lens: &Lens,
    author: &Author,
    now: TimeMs,
    id: GuestId,
) -> Result<Guest, Error> {
    let network = lens.network();
    let seen = find(tx, lens, now, id)?.ok_or(Error::NotFound)?;
    let guest = store::lock(tx, network, id)?.ok_or(Error::NotFound)?;
    let (State::LetIn, Some(customer)) = (rules::state(&guest, now), guest.customer) else {
        return Err(Error::Over);
    };
    let customer = customers::lock(tx, network, customer)?.ok_or(Error::NotFound)?;
    let tie = (seen.organisation, Tie::Guest);
    ties::end(tx, network, customer, tie, now)?;
    for other in store::let_in_now(tx, network, seen.organisation, now)? {
        if customers::standing(tx, network, other.1)? == Some(customer) {
            store::end(tx, network, other.0, now)?;
        }
    }
    let voice = if lens.is_whole() { *author } else { brand(network) };
    note(tx, &voice, now, &guest, Audience::Named, |organisation, _| Body::TieEnded {
        tie: Tie::Guest,
        organisation,
    })?;
    find(tx, lens, now, id)?.ok_or(Error::NotFound)
}

/// The one customer that the key leads to, if it lets the organisation see anything of it.
fn the_one(
    tx: &mut Tx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    key: &str,
) -> Result<Option<CustomerId>, Fault> {
    let mut standing = Vec::new();
    for customer in keys::find(tx, network, key)? {
        standing.extend(customers::lock(tx, network, customer)?);
    }
    standing.sort_unstable();
    standing.dedup();
    let [customer] = standing[..] else { return Ok(None) };
    let permitted = ties::permitted(tx, network, customer, organisation)?;
    Ok((permitted.purposes != 0).then_some(customer))
}

/// The asking, which waits, locked until the end of the transaction.
fn held(tx: &mut Tx<'_>, network: NetworkId, now: TimeMs, id: GuestId) -> Result<Stored, Error> {
    let guest = store::lock(tx, network, id)?.ok_or(Error::NotFound)?;
    if rules::state(&guest, now) == State::Waiting { Ok(guest) } else { Err(Error::Over) }
}

/// The asking behind a link, if it waits for it.
fn behind(
    cx: &mut Cx<'_>,
    link: &TokenHash,
    now: TimeMs,
) -> Result<Option<(NetworkId, Stored)>, Fault> {
    let Some((network, id)) = store::place_of_link(cx, link.as_bytes())? else { return Ok(None) };
    let guest = store::one(cx, network, id)?;
    let is_good = |guest: &Stored| {
        guest.link_hash == *link.as_bytes() && rules::state(guest, now) == State::Waiting
    };
    Ok(guest.filter(is_good).map(|guest| (network, guest)))
}

fn let_in(
    tx: &mut Tx<'_>,
    network: NetworkId,
    now: TimeMs,
    guest: &Stored,
    (customer, hours): (CustomerId, i64),
    by: &str,
) -> Result<(), Error> {
    let customer = customers::lock(tx, network, customer)?.ok_or(Error::Over)?;
    let organisation = guest.organisation;
    // Who is let in again stays in from the first time on, and no shorter than it was.
    let sight = Lens::of_partner(tx, network, organisation, now)?.sight(tx, customer)?;
    let known = sight.held().find(|held| held.tie == Tie::Guest);
    let until = now.plus(hours.saturating_mul(TimeMs::HOUR));
    let new = NewTie {
        organisation,
        tie: Tie::Guest,
        from: known.map_or(now, |held| held.from),
        until: known.map_or(until, |held| held.until.max(until)),
        extra: 0,
        made_by: MadeBy::Guest,
        person: Some(guest.person),
        why: guest.why.clone(),
    };
    let until = new.until;
    ties::make(tx, network, customer, &new)?;
    touches::tied(tx, network, customer.as_kind())?;
    store::let_in(tx, network, guest.id, customer, until)?;
    store::delete_link(tx, &guest.link_hash)?;
    let by = by.to_owned();
    note(tx, &brand(network), now, guest, Audience::Named, |organisation, why| Body::GuestLetIn {
        organisation,
        why,
        until,
        by,
    })
}

fn refuse(tx: &mut Tx<'_>, network: NetworkId, now: TimeMs, guest: &Stored) -> Result<(), Error> {
    store::refuse(tx, network, guest.id)?;
    store::delete_link(tx, &guest.link_hash)?;
    note(tx, &brand(network), now, guest, Audience::Own, |organisation, why| Body::GuestRefused {
        organisation,
        why,
    })
}

/// The brand as author: what a partner writes on a customer would tie it to the customer.
fn brand(network: NetworkId) -> Author {
    Author::organisation(network, organisations::brand_id(network))
}

/// Writes a touch about an asking: on the customer, or else on the asking itself.
fn note(
    tx: &mut Tx<'_>,
    author: &Author,
    now: TimeMs,
    guest: &Stored,
    audience: Audience,
    body: impl FnOnce(OrganisationId, String) -> Body,
) -> Result<(), Error> {
    // The customer may have been merged since it was asked for.
    let lock = |customer| customers::lock(tx, author.network(), customer);
    let standing = guest.customer.map(lock).transpose()?.flatten();
    let subject: SubjectId = standing.map_or(guest.id.as_kind(), Id::as_kind);
    let body = body(guest.organisation, guest.why.clone());
    let named = if audience == Audience::Named { vec![guest.organisation] } else { Vec::new() };
    let touch = NewTouch { audience, named, ..NewTouch::new(subject, now, body) };
    touches::append(tx, author, now, touch)?;
    Ok(())
}

/// An asking as its viewer may know it, with the customer by the id that the viewer knows.
fn shown(cx: &mut Cx<'_>, lens: &Lens, now: TimeMs, row: Stored) -> Result<Guest, Fault> {
    let state = rules::state(&row, now);
    let mut known = |customer| {
        let standing = customers::standing(cx, lens.network(), customer)?.unwrap_or(customer);
        lens.known_as(cx, standing)
    };
    let customer = row.customer.filter(|_| lens.is_whole() || state == State::LetIn);
    let customer = customer.map(&mut known).transpose()?;
    Ok(Guest {
        id: row.id,
        organisation: row.organisation,
        person: row.person,
        customer,
        why: row.why,
        state,
        tries_left: (TRIES_MAX - row.try_count).max(0),
        asked: row.asked,
        expires: row.expires,
        until: row.until,
    })
}
