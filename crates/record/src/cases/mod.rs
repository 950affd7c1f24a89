//! Cases: a customer's need or problem until its end, told step by step.
//!
//! [`event`] takes one step in. The first opens the case; a step that names another owner than the
//! one before hands it over; a step that ends it closes it. A case that names no customer is its
//! own subject.

pub mod api;
pub mod figures;
mod rules;
mod store;
#[cfg(test)]
mod tests;

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{OrganisationId, TimeMs};

use crate::{
    CaseId, CustomerId, RecordId, SubjectId, customers, organisations,
    sharing::{
        Author, Class, Lens, Level, Sight, Tie, Who,
        ties::{self, CARE_DAYS},
    },
    touches::{self, NewTouch},
};

/// One step of a case, as its source tells it. Empty text means that the source does not know.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Event {
    /// The source's reference of the case.
    pub case_ref: String,
    /// The author's reference of the customer, whose record must be there; none if nobody is named.
    pub customer_ref: Option<String>,
    /// When it happened.
    pub at: TimeMs,
    /// Where the case stands now, in the source's words.
    pub status: String,
    /// Who has it now: an organisation or a person.
    pub owner: String,
    /// Which team has it now.
    pub team: String,
    /// In which country.
    pub country: String,
    /// What the case is about.
    pub title: String,
    /// Which product.
    pub product: String,
    /// Whether the case ends with this step.
    pub end: End,
    /// The step's line in its source, which orders steps of one moment.
    pub row: i64,
    /// Tells apart steps that are equal in everything else.
    pub occurrence: i64,
}

/// Whether a step ends its case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum End {
    /// The case goes on.
    #[default]
    GoesOn,
    /// The case ends here.
    Closes,
}

/// Where a case stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseState {
    /// Its id.
    pub id: CaseId,
    /// What its touches are about: the customer, or the case itself.
    pub subject: SubjectId,
    /// The organisation that told of it; nobody (nil) where its name is hidden.
    pub organisation: OrganisationId,
    /// The same, as the viewer may know it.
    pub by: Who,
    /// That organisation's reference; empty where its name is hidden.
    pub case_ref: String,
    /// What it is about.
    pub title: String,
    /// Which product.
    pub product: String,
    /// Where it stands, in the source's words.
    pub status: String,
    /// Who was last known to have it.
    pub owner: String,
    /// Which team.
    pub team: String,
    /// In which country.
    pub country: String,
    /// Its first step.
    pub opened: TimeMs,
    /// Its latest step.
    pub last: TimeMs,
    /// When it ended; none while it goes on.
    pub closed: Option<TimeMs>,
    /// How many steps it has.
    pub step_count: i64,
    /// How often it went to another owner.
    pub hand_over_count: i64,
}

/// Why a step was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The step names a customer without a record.
    #[error(
        "no customer with the reference {0:?} is known here: take in the customers first, then \
         this row again"
    )]
    UnknownCustomer(String),
    /// The rest.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Takes one step of a case in. Steps come in the order of their time; one that comes late is kept
/// at its time, and hands nothing over.
pub fn event(tx: &mut Tx<'_>, author: &Author, now: TimeMs, event: &Event) -> Result<(), Error> {
    let known = known(tx, author, &event.case_ref)?;
    let (subject, id, record) = match known {
        Some((subject, id)) => {
            (subject, id, record_of(tx, author, event)?.map(|(_, record)| record))
        }
        None => open(tx, author, event)?,
    };
    let before = store::state(tx, author.network(), subject, id)?;
    let after = rules::after(before.as_ref(), author, (subject, id), event);
    let bodies = rules::bodies(before.as_ref(), event);
    for body in bodies {
        let source = format!("{} {} {}", event.case_ref, event.row, event.occurrence);
        let mut touch = NewTouch::new(subject, event.at, body);
        touch.record = record;
        let touch = touch.from_source(author, &source);
        touches::append(tx, author, now, touch)?;
    }
    store::upsert_state(tx, author.network(), &after)?;
    if let Some(closed) = after.closed
        && !store::has_open(tx, author, subject)?
    {
        // Whoever took care of the last case may be asked about it for a while.
        let until = closed.plus(CARE_DAYS * TimeMs::DAY);
        let tie = (author.organisation_id(), Tie::Serves);
        ties::end(tx, author.network(), subject.as_kind(), tie, until)?;
    }
    Ok(())
}

/// Where the case with this reference is, its customer locked against merging.
fn known(
    tx: &mut Tx<'_>,
    author: &Author,
    case_ref: &str,
) -> Result<Option<(SubjectId, CaseId)>, Fault> {
    for _ in 0..16 {
        let Some(place) = store::place_of_ref(tx, author, case_ref)? else { return Ok(None) };
        // A case that names nobody has no customer to lock.
        customers::lock(tx, author.network(), place.0.as_kind())?;
        if store::place_of_ref(tx, author, case_ref)? == Some(place) {
            return Ok(Some(place));
        }
    }
    Err(Fault::other("a case moved faster than it could be held"))
}

fn open(
    tx: &mut Tx<'_>,
    author: &Author,
    event: &Event,
) -> Result<(SubjectId, CaseId, Option<RecordId>), Error> {
    let id = CaseId::derived(&[
        author.network().uuid().as_bytes(),
        author.organisation_id().uuid().as_bytes(),
        b"case",
        event.case_ref.as_bytes(),
    ]);
    let own = record_of(tx, author, event)?;
    let subject = own.map_or(id.as_kind(), |(customer, _)| customer.as_kind());
    store::insert_ref(tx, author, &event.case_ref, subject, id)?;
    Ok((subject, id, own.map(|(_, record)| record)))
}

fn record_of(
    tx: &mut Tx<'_>,
    author: &Author,
    event: &Event,
) -> Result<Option<(CustomerId, RecordId)>, Error> {
    let Some(customer_ref) = &event.customer_ref else { return Ok(None) };
    let own = customers::lock_own_record(tx, author, customer_ref)?;
    own.map(Some).ok_or_else(|| Error::UnknownCustomer(customer_ref.clone()))
}

/// A customer's cases that the viewer sees, the latest step first, at most 200.
pub fn of_customer(cx: &mut Cx<'_>, lens: &Lens, sight: &Sight) -> Result<Vec<CaseState>, Fault> {
    let states = store::of_subject(cx, lens.network(), sight.customer().as_kind())?;
    let seen = projected(cx, lens, sight, states)?;
    lens.saw(sight, if seen.is_empty() { 0 } else { Class::Case.bit() }, seen.len());
    Ok(seen)
}

/// Cases as the viewer may see them.
fn projected(
    cx: &mut Cx<'_>,
    lens: &Lens,
    sight: &Sight,
    states: Vec<CaseState>,
) -> Result<Vec<CaseState>, Fault> {
    let is_own = |state: &CaseState| state.organisation == lens.organisation();
    let level = |state: &CaseState| sight.at(state.opened).level(Class::Case);
    let is_seen =
        |state: &CaseState| sight.is_whole() || is_own(state) || level(state) >= Level::Veiled;
    let is_named = |state: &CaseState| sight.names(state.organisation, level(state));
    let states: Vec<CaseState> = states.into_iter().filter(is_seen).collect();
    let hidden = states.iter().filter(|state| !is_named(state)).map(|state| state.organisation);
    let veils = organisations::veils(cx, lens.network(), hidden.collect::<Vec<_>>())?;
    let veil = |state: CaseState| match veils.get(&state.organisation) {
        Some(words) if !is_named(&state) => rules::veiled(state, words),
        _ => state,
    };
    let known = |state: CaseState| CaseState { subject: sight.known_as().as_kind(), ..state };
    Ok(states.into_iter().map(veil).map(known).collect())
}

/// The case with this reference of `organisation`, if the viewer sees it with that name.
pub fn by_reference(
    cx: &mut Cx<'_>,
    lens: &Lens,
    organisation: OrganisationId,
    case_ref: &str,
) -> Result<Option<CaseState>, Fault> {
    let author = Author::organisation(lens.network(), organisation);
    let Some((subject, id)) = store::place_of_ref(cx, &author, case_ref)? else { return Ok(None) };
    let sight = lens.sight(cx, subject.as_kind())?;
    let state = store::state(cx, lens.network(), subject, id)?;
    let seen = projected(cx, lens, &sight, state.into_iter().collect())?;
    Ok(seen.into_iter().find(|state| state.by == Who::Named(organisation)))
}
