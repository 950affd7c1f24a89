//! Reading: what each viewer may know of changes and obligations.

mod panel;
mod rows;
mod store;
mod told;
mod untold;

use handfast_db::{Cx, Fault};
use handfast_kit::{Cursor, Page, TimeMs};
use handfast_record::{
    ChangeId, CustomerId, ObligationId, customers, entrusting,
    entrusting::{Kept, Place, Seen},
    merging,
    sharing::{Class, Lens, Level, Sight},
    touches::{Changed, DutyStep, Field},
};

pub use self::{panel::Panel, rows::Row};
pub(super) use self::{
    panel::of_customer as panel,
    rows::{counts, rows, waiting},
    told::told,
};

use super::{
    Change, Obligation, Step,
    same::{diff, is_same},
    store::{self as stored, Stored, StoredChange},
    value::{Address, Value},
};
use crate::{Board, figures::ToldOf, store::StoredStep};

/// Through which eyes a customer is looked at, and what is known of it by them.
struct Eyes {
    sight: Sight,
    name: Option<String>,
}

impl Eyes {
    fn of(cx: &mut Cx<'_>, lens: &Lens, customer: CustomerId) -> Result<Option<Self>, Fault> {
        let place = Place { customer, kept: Kept::Here };
        let Some(sight) = entrusting::sight(cx, lens, &place)? else { return Ok(None) };
        let name = customers::name_by(cx, lens, &sight)?.filter(|name| !name.is_empty());
        Ok(Some(Self { sight, name }))
    }

    /// Those of many customers, in their order.
    fn each(cx: &mut Cx<'_>, lens: &Lens, customers: &[CustomerId]) -> Result<Vec<Self>, Fault> {
        let place = |customer: &CustomerId| Place { customer: *customer, kept: Kept::Here };
        let places: Vec<Place> = customers.iter().map(place).collect();
        let seen = entrusting::seen(cx, lens, &places)?.into_iter();
        Ok(seen.map(|Seen { sight, name }| Self { sight, name }).collect())
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
    let steps = store::steps(cx, network, (change, id))?;
    Ok(Some(shown(&eyes, (stored, &told), steps)))
}

fn shown(
    eyes: &Eyes,
    (stored, told): (Stored, &StoredChange),
    steps: Vec<StoredStep>,
) -> Obligation {
    let given = Some(told.given.clone()).filter(|_| eyes.shows(told.changed));
    let duty = stored.duty;
    let held = duty.held.zip(duty.how);
    let differs = |given: &Value| held.as_ref().filter(|(held, _)| !is_same(given, held));
    let diff = given.as_ref().and_then(|given| Some(diff(given, &differs(given)?.0)));
    Obligation {
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
        remind: duty.remind.filter(|_| duty.state.is_open()),
        next_delivery: stored.next_delivery,
        is_escalated: duty.is_escalated,
        held,
        diff,
        waits_for: stored.waits,
        steps: steps.into_iter().filter_map(step).collect(),
    }
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
    let not_told = if lens.is_whole() {
        untold::of(cx, lens, &eyes.sight, (&stored, &rows))?
    } else {
        Vec::new()
    };
    // Of many at once: one change may concern a thousand.
    let only = rows.first().filter(|_| rows.len() == 1).map(|row| row.id);
    let mut steps = store::steps_of_change(cx, network, stored.id, only)?;
    let shown = |row: Stored| {
        let steps = steps.remove(&row.id).unwrap_or_default();
        shown(eyes, (row, &stored), steps)
    };
    let obligations = rows.into_iter().map(shown).collect();
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
    let page = rows::page(cx, lens, now, board, after)?;
    let mut items = Vec::with_capacity(page.items.len());
    for row in page.items {
        items.extend(find(cx, lens, row.id)?);
    }
    Ok(Page { items, next: page.next })
}

/// What a list of figures tells of an obligation, if it concerns the viewer.
pub(crate) fn told_of(
    cx: &mut Cx<'_>,
    lens: &Lens,
    (change, id): (ChangeId, ObligationId),
) -> Result<Option<ToldOf>, Fault> {
    let Some(stored) = stored::one(cx, lens.network(), (change, id))? else { return Ok(None) };
    if !lens.is_whole() && stored.organisation != lens.organisation() {
        return Ok(None);
    }
    let Some(eyes) = Eyes::of(cx, lens, stored.customer)? else { return Ok(None) };
    Ok(Some(ToldOf {
        reference: reference(change),
        title: format!("Change of {}", stored.changed.in_words()),
        customer: eyes.sight.known_as(),
        customer_name: eyes.name,
        between: None,
    }))
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
