//! Requests for access: a partner sees a customer, but not all that it needs, and asks the brand.
//!
//! [`ask`] names the classes and says why; the brand has a day to [`answer`] it: some or all of the
//! classes for a number of days, or no, and either way in words. What is allowed is shown in full
//! until then, except what the customer denied: no answer changes the customer's word.

pub mod api;
mod rules;
mod store;
#[cfg(test)]
mod tests;
mod types;

use handfast_db::{Cx, Fault, OnUnique, Tx};
use handfast_kit::{Id, NetworkId, OrganisationId, TimeMs};

pub use types::{Answer, Error, Request, State, Verdict};

use self::store::Stored;
use crate::{
    CustomerId, customers, organisations,
    sharing::{
        Author, Class, Lens, Tie,
        ties::{self, MadeBy, NewTie},
    },
    touches::{self, Audience, Body, NewTouch},
};

/// Marks the id of a request for access.
#[derive(Debug, Clone, Copy)]
pub enum RequestMark {}

/// Which request for access.
pub type RequestId = Id<RequestMark>;

/// How long the brand may take to answer.
pub const ANSWER_WITHIN_MS: i64 = TimeMs::DAY;

/// The most days for which something is allowed.
pub const DAYS_MAX: i64 = 365;

/// Asks for more of a customer that the viewer sees something of.
///
/// Fails with [`Error::NotFound`] for any other customer, and with [`Error::AlreadyAsked`] while
/// another request of the same organisation about it is open.
pub fn ask(
    tx: &mut Tx<'_>,
    lens: &Lens,
    author: &Author,
    now: TimeMs,
    customer: CustomerId,
    (classes, why): (&[Class], &str),
) -> Result<Request, Error> {
    if lens.is_whole() {
        return Err(Error::ForPartners);
    }
    let network = lens.network();
    customers::look(tx, lens, customer)?.ok_or(Error::NotFound)?;
    let why = rules::why(why)?;
    let classes = rules::mask(classes);
    if classes == 0 {
        return Err(Error::NothingNamed);
    }
    let customer = customers::lock_seen(tx, lens, customer)?.ok_or(Error::NotFound)?;
    let nobody = || Fault::other("access is asked for by a person who signs in");
    let request = Stored {
        id: RequestId::at(now),
        customer,
        organisation: lens.organisation(),
        person: author.person_id().ok_or_else(nobody)?,
        classes,
        why,
        asked: now,
        due: now.plus(ANSWER_WITHIN_MS),
        state: store::ASKED.to_owned(),
        allowed: 0,
        until: None,
        answer: String::new(),
        answered_by: None,
        answered: None,
    };
    store::insert(tx, network, &request).on_unique("access_request_open", Error::AlreadyAsked)?;
    store::place(tx, network, request.id, customer)?;
    note(tx, &brand(network), now, &request, |organisation| Body::AccessAsked {
        organisation,
        classes: rules::classes(request.classes),
        why: request.why.clone(),
    })?;
    Ok(shown(tx, lens, now, request)?)
}

/// The requests of the viewer's organisation, or everybody's for the brand: those that wait for an
/// answer first, those due first before others; then the others, the latest first. At most 200 of
/// each.
pub fn list(cx: &mut Cx<'_>, lens: &Lens, now: TimeMs) -> Result<Vec<Request>, Fault> {
    let (network, own) = (lens.network(), lens.own_only());
    let mut rows = store::open(cx, network, own)?;
    rows.extend(store::closed(cx, network, own)?);
    rows.into_iter().map(|row| shown(cx, lens, now, row)).collect()
}

/// A request as its viewer may see it: of the customer by the id that the viewer knows.
fn shown(cx: &mut Cx<'_>, lens: &Lens, now: TimeMs, row: Stored) -> Result<Request, Fault> {
    let known = lens.known_as(cx, row.customer)?;
    Ok(rules::shown(row, known, now))
}

/// The open request of the viewer's organisation about this customer.
pub fn open_about(
    cx: &mut Cx<'_>,
    lens: &Lens,
    now: TimeMs,
    customer: CustomerId,
) -> Result<Option<Request>, Fault> {
    let Some(sight) = customers::look(cx, lens, customer)? else { return Ok(None) };
    let row = store::open_about(cx, lens.network(), sight.customer(), lens.organisation())?;
    row.map(|row| shown(cx, lens, now, row)).transpose()
}

/// The request with this id, if it is the viewer's organisation's, or the viewer the brand's.
pub fn find(
    cx: &mut Cx<'_>,
    lens: &Lens,
    now: TimeMs,
    id: RequestId,
) -> Result<Option<Request>, Fault> {
    let Some(customer) = store::place_of(cx, lens.network(), id)? else { return Ok(None) };
    let row = store::one(cx, lens.network(), customer, id)?;
    let row = row.filter(|row| lens.own_only().is_none_or(|own| own == row.organisation));
    row.map(|row| shown(cx, lens, now, row)).transpose()
}

/// What the customer lets this organisation not see, whatever is answered. For the brand, who
/// answers; nobody else is told.
pub fn denied(cx: &mut Cx<'_>, lens: &Lens, request: &Request) -> Result<Vec<Class>, Fault> {
    if !lens.is_whole() {
        return Ok(Vec::new());
    }
    let permitted = ties::permitted(cx, lens.network(), request.customer, request.organisation)?;
    // Bit 0 is whatever names no purpose, and so is what a request shows.
    let is_silent = permitted.purposes & 1 == 0;
    let is_denied = |class: &Class| is_silent || permitted.denied & class.bit() != 0;
    Ok(Class::ALL.into_iter().filter(is_denied).collect())
}

/// What earlier answers show this organisation of the customer now, and until when. A new answer
/// takes their place.
pub fn shown_before(
    cx: &mut Cx<'_>,
    lens: &Lens,
    now: TimeMs,
    request: &Request,
) -> Result<Option<(Vec<Class>, TimeMs)>, Fault> {
    if !lens.is_whole() && lens.organisation() != request.organisation {
        return Ok(None);
    }
    let (network, organisation) = (lens.network(), request.organisation);
    let Some(customer) = store::place_of(cx, network, request.id)? else { return Ok(None) };
    let theirs = Lens::of_partner(cx, network, organisation, now)?.sight(cx, customer)?;
    let held = theirs.held().find(|held| held.tie == Tie::Allowed);
    Ok(held.map(|held| (rules::classes(held.extra), held.until)))
}

/// Answers a request, for the brand. What was allowed by an earlier answer and is not named again
/// ends with a yes; a no leaves it.
pub fn answer(
    tx: &mut Tx<'_>,
    lens: &Lens,
    author: &Author,
    now: TimeMs,
    id: RequestId,
    answer: &Answer,
) -> Result<Request, Error> {
    if !lens.is_whole() {
        // Whoever asked knows of it; nobody else does.
        let known = find(tx, lens, now, id)?;
        return Err(known.map_or(Error::NotFound, |_| Error::ForTheBrand));
    }
    let network = lens.network();
    let request = held(tx, network, id)?;
    let text = rules::text(&answer.text)?;
    let asked = shown(tx, lens, now, request.clone())?;
    let known = shown_before(tx, lens, now, &asked)?;
    let known = known.map_or(0, |(classes, _)| rules::mask(&classes));
    let (state, allowed, until) = match &answer.verdict {
        Verdict::Refuse => (store::REFUSED, 0, None),
        Verdict::Allow { classes, days } => {
            let allowed = rules::allowed(classes, request.classes | known)?;
            (store::ALLOWED, allowed, Some(rules::until(now, *days)?))
        }
    };
    if let Some(until) = until {
        store::end_allowed(tx, network, request.customer, request.organisation, now)?;
        let new = NewTie {
            organisation: request.organisation,
            tie: Tie::Allowed,
            from: now,
            until,
            extra: allowed,
            made_by: MadeBy::Request,
            person: author.person_id(),
            why: request.why.clone(),
        };
        ties::make(tx, network, request.customer, &new)?;
        touches::tied(tx, network, request.customer.as_kind())?;
    }
    let outcome = store::Outcome { state, allowed, until, text: &text };
    store::answer(tx, network, &request, &outcome, author.person_id(), now)?;
    note(tx, author, now, &request, |organisation| Body::AccessAnswered {
        organisation,
        classes: rules::classes(allowed),
        until,
        answer: text.clone(),
    })?;
    find(tx, lens, now, id)?.ok_or(Error::NotFound)
}

/// Takes an open request back, for the organisation that asked.
pub fn withdraw(
    tx: &mut Tx<'_>,
    lens: &Lens,
    now: TimeMs,
    id: RequestId,
) -> Result<Request, Error> {
    let network = lens.network();
    find(tx, lens, now, id)?
        .filter(|request| request.organisation == lens.organisation())
        .ok_or(Error::NotFound)?;
    let request = held(tx, network, id)?;
    let outcome = store::Outcome { state: store::WITHDRAWN, allowed: 0, until: None, text: "" };
    store::answer(tx, network, &request, &outcome, None, now)?;
    note(tx, &brand(network), now, &request, |organisation| Body::AccessWithdrawn {
        organisation,
    })?;
    find(tx, lens, now, id)?.ok_or(Error::NotFound)
}

/// Ends what was allowed, before its time: for the brand, and for who was allowed it.
pub fn end(
    tx: &mut Tx<'_>,
    lens: &Lens,
    author: &Author,
    now: TimeMs,
    id: RequestId,
) -> Result<Request, Error> {
    let network = lens.network();
    find(tx, lens, now, id)?.ok_or(Error::NotFound)?;
    let customer = locked(tx, network, id)?;
    let request = store::one(tx, network, customer, id)?.ok_or(Error::NotFound)?;
    if !matches!(shown(tx, lens, now, request.clone())?.state, State::Allowed { .. }) {
        return Err(Error::Over);
    }
    ties::end(tx, network, customer, (request.organisation, Tie::Allowed), now)?;
    store::end_allowed(tx, network, customer, request.organisation, now)?;
    let voice = if lens.is_whole() { *author } else { brand(network) };
    note(tx, &voice, now, &request, |organisation| Body::TieEnded {
        tie: Tie::Allowed,
        organisation,
    })?;
    find(tx, lens, now, id)?.ok_or(Error::NotFound)
}

/// The open request, locked with its customer until the end of the transaction.
fn held(tx: &mut Tx<'_>, network: NetworkId, id: RequestId) -> Result<Stored, Error> {
    let customer = locked(tx, network, id)?;
    let request = store::lock(tx, network, customer, id)?.ok_or(Error::NotFound)?;
    if request.state == store::ASKED { Ok(request) } else { Err(Error::Closed) }
}

/// The customer that a request is about, locked against merging.
fn locked(tx: &mut Tx<'_>, network: NetworkId, id: RequestId) -> Result<CustomerId, Error> {
    // It may be merged, or parted from another, while it is waited for.
    for _ in 0..16 {
        let place = store::place_of(tx, network, id)?.ok_or(Error::NotFound)?;
        let customer = customers::lock(tx, network, place)?.ok_or(Error::NotFound)?;
        if customer == place && store::place_of(tx, network, id)? == Some(place) {
            return Ok(customer);
        }
    }
    Err(Fault::other("a request moved faster than it could be held").into())
}

/// The brand as author: what a partner writes on a customer would tie it to the customer.
fn brand(network: NetworkId) -> Author {
    Author::organisation(network, organisations::brand_id(network))
}

/// Writes a touch about a request, for the brand and who asked.
fn note(
    tx: &mut Tx<'_>,
    author: &Author,
    now: TimeMs,
    request: &Stored,
    body: impl FnOnce(OrganisationId) -> Body,
) -> Result<(), Error> {
    let touch = NewTouch {
        audience: Audience::Named,
        named: vec![request.organisation],
        ..NewTouch::new(request.customer.as_kind(), now, body(request.organisation))
    };
    touches::append(tx, author, now, touch)?;
    Ok(())
}
