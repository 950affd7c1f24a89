//! Reading: what each viewer may know of changes and obligations.

mod store;

use handfast_db::{Cx, Fault};
use handfast_kit::{Cursor, OrganisationId, Page, TimeMs, Uuid};
use handfast_record::{
    ChangeId, CustomerId, ObligationId, customers, entrusting,
    entrusting::{Kept, Place},
    merging, organisations,
    sharing::{Author, Class, Lens, Level, Sight},
    touches::{Changed, DutyStep, Field},
};

use super::{
    Change, Obligation, PAGE_ROWS, Step,
    same::{diff, is_same},
    store::{self as stored, Stored, StoredChange},
    value::{Address, Value},
};
use crate::{Board, store::StoredStep};

/// Through which eyes a customer is looked at, and what is known of it by them.
struct Eyes {
    sight: Sight,
    name: Option<String>,
}

impl Eyes {
    fn of(cx: &mut Cx<'_>, lens: &Lens, customer: CustomerId) -> Result<Option<Self>, Fault> {
        let place = Place { customer, kept: Kept::Here };
        let Some(sight) = entrusting::sight(cx, lens, &place)? else { return Ok(None) };
        let name = if sight.is_open() {
            customers::name(cx, lens, sight.known_as())?.filter(|name| !name.is_empty())
        } else {
            None
        };
        Ok(Some(Self { sight, name }))
    }

    /// Whether values of this kind are shown: those of a change that has none are ever.
    fn shows(&self, changed: Changed) -> bool {
        let class = changed.class();
        class == Class::Relationship || self.sight.fields().level(class) >= Level::Veiled
    }
}

pub(super) fn find(
    cx: &mut Cx<'_>,
    lens: &Lens,
    id: ObligationId,
) -> Result<Option<Obligation>, Fault> {
    let network = lens.network();
    let Some(change) = stored::place_of(cx, network, id)? else { return Ok(None) };
    let Some(stored) = stored::one(cx, network, (change, id))? else { return Ok(None) };
    if !lens.is_whole() && stored.organisation != lens.organisation() {
        return Ok(None);
    }
    let Some(told) = stored::change(cx, network, change)? else { return Ok(None) };
    let Some(eyes) = Eyes::of(cx, lens, stored.customer)? else { return Ok(None) };
    shown(cx, lens, &eyes, (stored, &told)).map(Some)
}

fn shown(
    cx: &mut Cx<'_>,
    lens: &Lens,
    eyes: &Eyes,
    (stored, told): (Stored, &StoredChange),
) -> Result<Obligation, Fault> {
    let steps = store::steps(cx, lens.network(), (stored.change, stored.id))?;
    let given = Some(told.given.clone()).filter(|_| eyes.shows(told.changed));
    let duty = stored.duty;
    let held = duty.held.zip(duty.how);
    let differs = |given: &Value| held.as_ref().filter(|(held, _)| !is_same(given, held));
    let diff = given.as_ref().and_then(|given| Some(diff(given, &differs(given)?.0)));
    Ok(Obligation {
        id: stored.id,
        change: stored.change,
        customer: eyes.sight.known_as(),
        customer_name: eyes.name.clone(),
        organisation: stored.organisation,
        changed: stored.changed,
        given,
        from: told.from,
        until: told.until,
        state: duty.state,
        version: duty.version,
        sent: stored.sent,
        due: duty.due,
        next_delivery: stored.next_delivery,
        is_escalated: duty.is_escalated,
        held,
        diff,
        waits_for: stored.waits,
        steps: steps.into_iter().filter_map(step).collect(),
    })
}

fn step(stored: StoredStep) -> Option<Step> {
    Some(Step {
        step: DutyStep::named(&stored.step)?,
        at: stored.at,
        organisation: stored.organisation,
        by: stored.by,
        words: stored.words,
        touch: stored.touch,
    })
}

pub(super) fn change(cx: &mut Cx<'_>, lens: &Lens, id: ChangeId) -> Result<Option<Change>, Fault> {
    let Some(stored) = stored::change(cx, lens.network(), id)? else { return Ok(None) };
    let Some(eyes) = Eyes::of(cx, lens, stored.customer)? else { return Ok(None) };
    whole(cx, lens, &eyes, stored)
}

/// A change with what the viewer may know of it; none if that is nothing.
fn whole(
    cx: &mut Cx<'_>,
    lens: &Lens,
    eyes: &Eyes,
    stored: StoredChange,
) -> Result<Option<Change>, Fault> {
    let (network, own) = (lens.network(), (!lens.is_whole()).then(|| lens.organisation()));
    let rows = stored::of_change(cx, network, stored.id, own)?;
    let is_author = stored.organisation == lens.organisation();
    if own.is_some() && rows.is_empty() && !is_author {
        return Ok(None);
    }
    let not_told = if lens.is_whole() { not_told(cx, lens, eyes, &rows)? } else { Vec::new() };
    let mut obligations = Vec::with_capacity(rows.len());
    for row in rows {
        obligations.push(shown(cx, lens, eyes, (row, &stored))?);
    }
    // Whoever entered it knows what it entered.
    let is_shown = eyes.shows(stored.changed);
    Ok(Some(Change {
        id: stored.id,
        reference: reference(stored.id),
        customer: eyes.sight.known_as(),
        customer_name: eyes.name.clone(),
        changed: stored.changed,
        before: if is_shown { stored.before.line() } else { String::new() },
        value: Some(stored.given).filter(|_| is_shown || is_author),
        from: stored.from,
        until: stored.until,
        entered: stored.entered,
        entered_by: stored.organisation,
        by: stored.by,
        by_customer: stored.by_customer,
        touch: stored.touch,
        obligations,
        not_told,
    }))
}

/// Who has to do with the customer now, and is not obliged.
fn not_told(
    cx: &mut Cx<'_>,
    lens: &Lens,
    eyes: &Eyes,
    rows: &[Stored],
) -> Result<Vec<OrganisationId>, Fault> {
    let author = Author::organisation(lens.network(), lens.organisation());
    let mut tied = entrusting::tied(cx, &author, eyes.sight.customer(), lens.now())?;
    tied.retain(|tied| rows.iter().all(|row| row.organisation != *tied));
    Ok(tied)
}

/// What people call a change: `C-` and the last six digits of its id, which are random.
fn reference(id: ChangeId) -> String {
    let id = id.uuid().simple().to_string().to_uppercase();
    format!("C-{}", &id[26..])
}

pub(super) fn of_customer(
    cx: &mut Cx<'_>,
    lens: &Lens,
    sight: &Sight,
) -> Result<Vec<Change>, Fault> {
    let network = lens.network();
    let Some(eyes) = Eyes::of(cx, lens, sight.customer())? else { return Ok(Vec::new()) };
    let mut rows = Vec::new();
    for home in merging::homes(cx, network, sight.customer())? {
        rows.extend(stored::changes_of(cx, network, home)?);
    }
    rows.sort_by_key(|row| std::cmp::Reverse((row.entered, row.id)));
    rows.truncate(50);
    let mut changes = Vec::new();
    for row in rows {
        changes.extend(whole(cx, lens, &eyes, row)?);
    }
    Ok(changes)
}

pub(super) fn board(
    cx: &mut Cx<'_>,
    lens: &Lens,
    now: TimeMs,
    board: Board,
    after: Option<&Cursor>,
) -> Result<Page<Obligation>, Fault> {
    let nil = ObligationId::from_uuid(Uuid::nil());
    let place = after.and_then(Cursor::values::<2>);
    let after = place.and_then(|[due, id]| Some((TimeMs(due.parse().ok()?), id.parse().ok()?)));
    let after = after.unwrap_or((TimeMs(i64::MIN), nil));
    let (network, own) = (lens.network(), lens.organisation());
    let until = if board == Board::Overdue { now } else { TimeMs(i64::MAX) };
    // What partners are obliged to is sent by the brand, and a partner's own waits for itself.
    let only = (board == Board::Waiting || !lens.is_whole()).then_some(own);
    let rows = store::open(cx, network, only, after, (until, PAGE_ROWS + 1))?;
    let brand = organisations::brand_id(network);
    let is_wanted =
        |row: &Stored| board != Board::Sent || row.waits.is_some_and(|(who, _)| who != brand);
    let page = Page::of(rows, PAGE_ROWS, |row| {
        let due = row.waits.map_or(0, |(_, due)| due.0);
        Cursor::after([due.to_string(), row.id.to_string()])
    });
    let mut items = Vec::new();
    for row in page.items.into_iter().filter(is_wanted) {
        if board == Board::Sent && !lens.is_whole() {
            continue;
        }
        items.extend(find(cx, lens, row.id)?);
    }
    Ok(Page { items, next: page.next })
}

/// What a customer's detail is now, as far as the viewer sees it.
pub(super) fn before(
    cx: &mut Cx<'_>,
    lens: &Lens,
    customer: CustomerId,
    changed: Changed,
) -> Result<Value, Fault> {
    let Some(field) = changed.field() else { return Ok(Value::Nothing) };
    let known = lens.sight(cx, customer)?.known_as();
    let Some(seen) = customers::find(cx, lens, known)? else { return Ok(Value::Nothing) };
    let chosen = seen.chosen.of(field).map(|value| value.source.record);
    let record = seen.records.iter().find(|record| Some(record.id) == chosen);
    let Some(record) = record else { return Ok(Value::Nothing) };
    let details = &record.details;
    Ok(match field {
        Field::Name => Value::Name(details.name.clone()),
        Field::Phone => Value::Phone(details.phone.clone()),
        Field::Email => Value::Email(details.email.clone()),
        Field::Address => Value::Address(Address {
            street: details.street.clone(),
            postcode: details.postcode.clone(),
            city: details.city.clone(),
            region: details.region.clone(),
            country: details.country.clone(),
        }),
    })
}
