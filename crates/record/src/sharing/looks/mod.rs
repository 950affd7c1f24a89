//! The audit of reads: who saw which customer's which classes, when, and by which tie. One entry
//! for each request and customer, written before the answer goes out ([`read`]). Lists, searches
//! and the feed name many customers at once; they are one entry each, without a customer.
//!
//! The audit is read through a lens like everything else: the brand sees all of it, a partner only
//! what its own people looked at, so that competitors learn nothing of each other's work. Whoever
//! reads or exports it leaves no entry: it says who looked, and holds no class of a customer's
//! data, and an audit that grew by being read would bury what it is kept for.

pub mod api;
mod export;
mod store;
#[cfg(test)]
mod tests;
mod words;

use std::collections::HashMap;

pub use api::{read, read_by_link};
use handfast_db::{Cx, Fault};
use handfast_kit::{Cursor, Id, NetworkId, OrganisationId, Page, PersonId, TimeMs};

use super::{Class, Lens, Tie};
use crate::{CustomerId, organisations, people};

/// Marks the id of an entry of the audit.
#[derive(Debug, Clone, Copy)]
pub enum LookMark {}
/// Which entry of the audit of reads.
pub type LookId = Id<LookMark>;

/// What was opened, and through whose eyes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occasion {
    /// Its word: `customer`, `timeline`, `list`, `search`, `feed`, `export`.
    pub what: &'static str,
    /// The partner through whose eyes the brand looks; none for one's own.
    pub eyes_of: Option<OrganisationId>,
}

impl Occasion {
    /// Seen with the viewer's own eyes.
    pub const fn of(what: &'static str) -> Self {
        Self { what, eyes_of: None }
    }
}

/// One entry: somebody saw something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Its id.
    pub id: LookId,
    /// When.
    pub at: TimeMs,
    /// Whose data; none for a list that names many.
    pub customer: Option<CustomerId>,
    /// The organisation that looked.
    pub organisation: OrganisationId,
    /// The person who looked.
    pub person: Option<PersonId>,
    /// The partner through whose eyes the brand looked.
    pub eyes_of: Option<OrganisationId>,
    /// What was opened: the word of its [`Occasion`].
    pub what: String,
    /// The classes that were shown.
    pub classes: Vec<Class>,
    /// How many entries were shown.
    pub row_count: i64,
    /// The ties by which they were shown; none for the brand.
    pub ties: Vec<Tie>,
    /// The reason a guest gave; empty for the others.
    pub why: String,
}

/// Which looks are asked for; what is none is not asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Looks by people of this organisation.
    pub organisation: Option<OrganisationId>,
    /// Looks by this person.
    pub person: Option<PersonId>,
    /// Looks at this moment or later.
    pub since: Option<TimeMs>,
    /// Looks before this moment.
    pub until: Option<TimeMs>,
}

/// A customer who was seen, with all looks that were asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Affected {
    /// Who.
    pub customer: CustomerId,
    /// The first of the looks.
    pub first: TimeMs,
    /// The last of the looks.
    pub last: TimeMs,
    /// How many there were.
    pub look_count: i64,
    /// All classes that were shown.
    pub classes: Vec<Class>,
}

/// One look in words, as it is told to the customer: "Ines Duarte, Harbour Wheelworks, to take
/// care of a case. Saw: name, repairs."
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// When.
    pub at: TimeMs,
    /// The person's name; empty when nobody knows it any more.
    pub person: String,
    /// The organisation's name.
    pub organisation: String,
    /// What for: "to take care of a case".
    pub purpose: String,
    /// What was seen: "name, repairs".
    pub saw: String,
}

/// Who looked at a customer, the latest first, 1 to 200 at a time: the brand sees everybody's
/// looks, a partner its own people's. `None` if the lens shows no such customer.
pub fn of_customer(
    cx: &mut Cx<'_>,
    lens: &Lens,
    customer: CustomerId,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<Option<Page<Look>>, Fault> {
    let Some(customer) = shown(cx, lens, customer)? else { return Ok(None) };
    let limit = limit.clamp(1, PAGE_LEN_MAX);
    let looks = store::of_customer(cx, lens, customer, place(after, None), limit + 1)?;
    Ok(Some(Page::of(known(cx, lens, looks)?, limit, cursor)))
}

/// Where the customer stands now, if the lens shows it.
fn shown(cx: &mut Cx<'_>, lens: &Lens, id: CustomerId) -> Result<Option<CustomerId>, Fault> {
    let Some(customer) = store::standing(cx, lens.network(), id)? else { return Ok(None) };
    let sight = lens.sight(cx, customer)?;
    Ok((sight.is_open() && sight.is_known_as(id)).then_some(customer))
}

/// Looks with the customers as the viewer knows them.
fn known(cx: &mut Cx<'_>, lens: &Lens, mut looks: Vec<Look>) -> Result<Vec<Look>, Fault> {
    for look in &mut looks {
        look.customer = look.customer.map(|id| lens.known_as(cx, id)).transpose()?;
    }
    Ok(looks)
}

/// As [`of_customer`], in words.
pub fn told_of_customer(
    cx: &mut Cx<'_>,
    lens: &Lens,
    customer: CustomerId,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<Option<Page<Visit>>, Fault> {
    let Some(page) = of_customer(cx, lens, customer, after, limit)? else { return Ok(None) };
    let names = Names::of(cx, lens.network(), &page.items)?;
    let brand = organisations::brand_id(lens.network());
    Ok(Some(page.map(|look| words::told(&look, &names, brand))))
}

/// The looks that are asked for, the latest first, 1 to 200 at a time: for the brand everybody's,
/// for a partner only its own people's, whatever it asks for.
pub fn list(
    cx: &mut Cx<'_>,
    lens: &Lens,
    wanted: &Wanted,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<Page<Look>, Fault> {
    let limit = limit.clamp(1, PAGE_LEN_MAX);
    let Some(sweep) = Sweep::of(lens, wanted) else { return Ok(nothing()) };
    let span = (wanted.since.unwrap_or(TimeMs(0)), place(after, wanted.until));
    let looks = store::list(cx, lens.network(), sweep, span, limit + 1)?;
    Ok(Page::of(known(cx, lens, looks)?, limit, cursor))
}

/// The customers whom the looks that are asked for showed, by id, 1 to 200 at a time: who is to
/// be told when a credential fell into wrong hands. Customers who only stood in a list are not
/// among them; [`list`] says which lists were opened, and how many each named.
pub fn affected(
    cx: &mut Cx<'_>,
    lens: &Lens,
    wanted: &Wanted,
    after: Option<CustomerId>,
    limit: usize,
) -> Result<Page<Affected>, Fault> {
    let limit = limit.clamp(1, PAGE_LEN_MAX);
    let Some(sweep) = Sweep::of(lens, wanted) else { return Ok(nothing()) };
    let span = (wanted.since.unwrap_or(TimeMs(0)), wanted.until.unwrap_or(TimeMs(i64::MAX)));
    let after = after.unwrap_or(store::NOBODY);
    let rows = match lens.own_only() {
        // By the ids that it knows: the order of others would tell what was merged.
        Some(own) => store::affected_of(cx, lens.network(), own, sweep, span, after, limit + 1)?,
        None => store::affected(cx, lens.network(), sweep, span, after, limit + 1)?,
    };
    Ok(Page::of(rows, limit, |row| Cursor::after([row.customer.to_string()])))
}

/// Who looks, when and at what.
#[derive(Debug, Clone, Copy)]
struct Looker {
    network: NetworkId,
    organisation: OrganisationId,
    /// None for who holds a link.
    person: Option<PersonId>,
    eyes_of: Option<OrganisationId>,
    what: &'static str,
    at: TimeMs,
}

/// What a page of the audit holds at most.
const PAGE_LEN_MAX: usize = 200;

const fn nothing<T>() -> Page<T> {
    Page { items: Vec::new(), next: None }
}

/// Whose looks are gone through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sweep {
    Everybody,
    Organisation(OrganisationId),
    /// Of a person, who may act for several; in one organisation, or in all.
    Person(PersonId, Option<OrganisationId>),
}

impl Sweep {
    /// None when a partner asks for others' looks: there are none for it.
    fn of(lens: &Lens, wanted: &Wanted) -> Option<Self> {
        let organisation = match (lens.own_only(), wanted.organisation) {
            (Some(own), Some(other)) if own != other => return None,
            (own, asked) => own.or(asked),
        };
        Some(match (wanted.person, organisation) {
            (Some(person), organisation) => Self::Person(person, organisation),
            (None, Some(organisation)) => Self::Organisation(organisation),
            (None, None) => Self::Everybody,
        })
    }
}

/// A place in a list of looks: those before this moment, and at it those before this id.
type Place = (TimeMs, LookId);

fn cursor(look: &Look) -> Cursor {
    Cursor::after([look.at.0.to_string(), look.id.to_string()])
}

/// The place a cursor names; without one, the list's beginning.
fn place(after: Option<&Cursor>, until: Option<TimeMs>) -> Place {
    let read = |[at, id]: [&str; 2]| Some((TimeMs(at.parse().ok()?), id.parse().ok()?));
    let start = (until.unwrap_or(TimeMs(i64::MAX)), LookId::from_uuid(handfast_kit::Uuid::nil()));
    after.and_then(Cursor::values).and_then(read).unwrap_or(start)
}

/// Names of those who looked.
#[derive(Debug, Default)]
struct Names {
    organisations: HashMap<OrganisationId, String>,
    people: HashMap<PersonId, String>,
}

impl Names {
    fn of(cx: &mut Cx<'_>, network: NetworkId, looks: &[Look]) -> Result<Self, Fault> {
        let mut names = Self::default();
        names.learn(cx, network, looks)?;
        Ok(names)
    }

    /// Reads the names that are not known yet.
    fn learn(&mut self, cx: &mut Cx<'_>, network: NetworkId, looks: &[Look]) -> Result<(), Fault> {
        let theirs = looks.iter().flat_map(|look| [Some(look.organisation), look.eyes_of]);
        let unknown = theirs.flatten().filter(|id| !self.organisations.contains_key(id));
        let found = organisations::names(cx, network, unknown.collect::<Vec<_>>())?;
        self.organisations.extend(found);
        let people = looks.iter().filter_map(|look| look.person);
        let unknown = people.filter(|id| !self.people.contains_key(id));
        let found = people::names(cx, unknown.collect::<Vec<_>>())?;
        self.people.extend(found);
        Ok(())
    }

    fn organisation(&self, id: OrganisationId) -> &str {
        self.organisations.get(&id).map_or("", String::as_str)
    }

    fn person(&self, id: Option<PersonId>) -> &str {
        id.and_then(|id| self.people.get(&id)).map_or("", String::as_str)
    }
}
