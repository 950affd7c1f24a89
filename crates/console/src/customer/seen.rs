//! Everything that a customer's page shows, read in one go through one lens.

use std::collections::BTreeSet;

use handfast_db::{Cx, Fault};
use handfast_handoffs::{self as handoffs, Glimpse, Thing, obligations};
use handfast_kit::{Day, OrganisationId, Page};
use handfast_record::{
    CustomerId, agreements,
    cases::{self, CaseState},
    customers::{self, Customer},
    organisations::{self, Organisation},
    requests::{self, Request},
    sales::{self, Sale},
    sharing::Who,
    sharing::{Class, Lens, Level},
    ties,
    touches::{self, Filter, Served, Touch},
};

use super::{
    sentences,
    timeline::{self, Asked},
    who::{self, Names},
};

/// Up to how many partners are offered to look through the eyes of.
const PARTNERS_OFFERED_MAX: usize = 200;
/// Of how many partners it is found out whether they would read what is written.
const READERS_MAX: usize = 20;

/// How many hand-offs a page shows.
const HANDED_MAX: usize = 5;
/// How many changes it shows.
const CHANGES_MAX: usize = 3;

/// What a page shows of one customer.
pub(super) struct Seen {
    pub(super) customer: Customer,
    pub(super) sales: Vec<Sale>,
    pub(super) cases: Vec<CaseState>,
    pub(super) served: Vec<Served>,
    pub(super) touches: Page<Touch>,
    /// How many entries the filter leaves.
    pub(super) count: i64,
    /// How many entries are seen in all.
    pub(super) total: i64,
    /// How many entries are only counted.
    pub(super) hidden: Vec<(Class, i64)>,
    /// The latest hand-offs that concern the viewer, those that wait for somebody first.
    pub(super) hand_offs: Vec<Glimpse>,
    /// How many of all of them wait for somebody.
    pub(super) hand_offs_open: usize,
    /// The latest changes that the viewer may know of, those with something left to do first.
    pub(super) changes: Vec<obligations::Panel>,
    /// Who is accountable for the customer as a whole.
    pub(super) accountable: Option<Who>,
    pub(super) names: Names,
    /// When the agreement was signed through whose lens this is seen.
    pub(super) signed: Option<Day>,
    /// The request to see more that waits for an answer.
    pub(super) request: Option<Request>,
    /// For the brand: who would read a call, and through whose eyes it may look.
    pub(super) readers: Vec<String>,
    pub(super) partners: Vec<Partner>,
}

/// A partner through whose eyes the brand may look.
#[derive(Debug, Clone)]
pub(crate) struct Partner {
    pub(crate) id: OrganisationId,
    pub(crate) name: String,
    /// Whether it has a tie to the customer.
    pub(crate) is_tied: bool,
}

/// Reads it; `None` if the lens shows nothing of such a customer.
pub(super) fn read(
    cx: &mut Cx<'_>,
    lens: &Lens,
    id: CustomerId,
    asked: &Asked,
) -> Result<Option<Seen>, Fault> {
    let Some(customer) = customers::find(cx, lens, id)? else { return Ok(None) };
    let sight = &customer.sight;
    let (after, filter) = (asked.after.as_ref(), asked.filter());
    let served = touches::served_by(cx, lens, sight)?;
    let (hand_offs, hand_offs_open) = handoffs::panel(cx, lens, sight, HANDED_MAX)?;
    let changes = obligations::panel(cx, lens, sight, CHANGES_MAX)?;
    let total = served.iter().map(|one| one.touch_count).sum();
    let mut seen = Seen {
        sales: sales::of_customer(cx, lens, sight)?,
        cases: cases::of_customer(cx, lens, sight)?,
        touches: touches::timeline(cx, lens, sight, &filter, after, timeline::PAGE_LEN)?,
        count: if asked.is_narrowed() { count(cx, lens, &customer, &filter)? } else { total },
        total,
        hidden: touches::hidden(cx, lens, sight)?,
        hand_offs,
        hand_offs_open,
        changes,
        accountable: handoffs::accountable(cx, lens, id, &Thing::Customer, lens.now())?,
        names: Names::default(),
        signed: None,
        request: None,
        readers: Vec::new(),
        partners: Vec::new(),
        served,
        customer,
    };
    let id = seen.customer.id;
    if lens.is_whole() {
        seen.partners = partners(cx, lens, Some(id))?;
        seen.readers = readers(cx, lens, id, &seen.partners)?;
    } else {
        let agreement = agreements::in_force(cx, lens.network(), lens.organisation())?;
        seen.signed = agreement.map(|agreement| agreement.signed);
        seen.request = requests::open_about(cx, lens, lens.now(), id)?;
    }
    seen.names = names(cx, lens, &seen)?;
    Ok(Some(seen))
}

fn count(cx: &mut Cx<'_>, lens: &Lens, customer: &Customer, filter: &Filter) -> Result<i64, Fault> {
    touches::count(cx, lens, &customer.sight, filter)
}

fn names(cx: &mut Cx<'_>, lens: &Lens, seen: &Seen) -> Result<Names, Fault> {
    let Seen { customer, served, sales, cases, touches, hand_offs, accountable, .. } = seen;
    let organisations = customer.records.iter().map(|record| &record.by);
    let organisations = organisations
        .chain(served.iter().map(|one| &one.organisation))
        .chain(sales.iter().map(|sale| &sale.by))
        .chain(cases.iter().map(|case| &case.by))
        .chain(touches.items.iter().map(|touch| &touch.organisation))
        .chain(accountable)
        .filter_map(Who::id);
    let mut organisations: BTreeSet<_> = organisations.chain([lens.organisation()]).collect();
    organisations.insert(organisations::brand_id(lens.network()));
    organisations.extend(hand_offs.iter().flat_map(|one| [one.from, one.to]));
    for change in &seen.changes {
        organisations.extend(change.parts.iter().map(|(organisation, _)| *organisation));
        organisations.extend(change.waits_for.map(|(who, ..)| who));
        organisations.insert(change.entered_by);
    }
    let bodies = touches.items.iter().filter_map(Touch::body);
    organisations.extend(bodies.flat_map(|body| sentences::parties(&body)));
    if lens.is_whole() {
        // A partner is not told of whom else an entry speaks.
        let mentioned = |touch: &Touch| sentences::mentioned(&touch.body()?);
        organisations.extend(touches.items.iter().filter_map(mentioned));
    }
    let people = touches.items.iter().filter_map(|touch| touch.person).collect();
    Names::read(cx, lens.network(), who::short_name(customer), organisations, people)
}

/// The partners through whose eyes the brand may look: those with a tie to the customer first, and
/// the others if they are not too many to choose from.
pub(super) fn partners(
    cx: &mut Cx<'_>,
    lens: &Lens,
    customer: Option<CustomerId>,
) -> Result<Vec<Partner>, Fault> {
    let tied = match customer {
        Some(customer) => tied(cx, lens, customer)?,
        None => BTreeSet::new(),
    };
    let names = organisations::names(cx, lens.network(), tied.iter().copied())?;
    let named = |id: &OrganisationId| Partner {
        id: *id,
        name: names.get(id).cloned().unwrap_or_default(),
        is_tied: true,
    };
    let mut partners: Vec<Partner> = tied.iter().map(named).collect();
    partners.sort_by(|a, b| a.name.cmp(&b.name));
    let page = organisations::partners(cx, lens.network(), None, PARTNERS_OFFERED_MAX)?;
    if page.next.is_none() {
        let others = page.items.into_iter().filter(|partner| !tied.contains(&partner.id));
        let other = |Organisation { id, name, .. }| Partner { id, name, is_tied: false };
        partners.extend(others.map(other));
    }
    Ok(partners)
}

/// The partners that have a tie to the customer now, so far as the lens shows ties.
pub(super) fn tied(
    cx: &mut Cx<'_>,
    lens: &Lens,
    customer: CustomerId,
) -> Result<BTreeSet<OrganisationId>, Fault> {
    let stories = ties::of_customer(cx, lens, customer)?.unwrap_or_default();
    let held = stories.into_iter().map(|story| story.held);
    let held = held.filter(|held| held.until > lens.now());
    Ok(held.map(|held| held.organisation).collect())
}

/// The partners that would read a call of today, by name.
fn readers(
    cx: &mut Cx<'_>,
    lens: &Lens,
    customer: CustomerId,
    partners: &[Partner],
) -> Result<Vec<String>, Fault> {
    let mut readers = Vec::new();
    for partner in partners.iter().filter(|partner| partner.is_tied).take(READERS_MAX) {
        let theirs = Lens::of_partner(cx, lens.network(), partner.id, lens.now())?;
        let sight = theirs.sight(cx, customer)?;
        if sight.at(lens.now()).level(Class::Message) >= Level::Veiled {
            readers.push(partner.name.clone());
        }
    }
    Ok(readers)
}
