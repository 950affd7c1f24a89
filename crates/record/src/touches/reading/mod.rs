//! Reading touches: what a lens shows of one customer's, and of a network's.

mod store;

use std::collections::{BTreeMap, BTreeSet, HashMap, hash_map::Entry};

use handfast_db::{Cx, Fault};
use handfast_kit::{Cursor, OrganisationId, Page, TimeMs, Uuid};

use super::{Body, Filter, PAGE_MAX, Served, Touch, rules, store::place_of};
use crate::{
    SubjectId, TouchId, organisations,
    sharing::{Class, Lens, Level, Masks, Sight, Who},
};

/// The place after every touch.
fn end_of_time() -> (TimeMs, TouchId) {
    (TimeMs(i64::MAX), TouchId::from_uuid(Uuid::max()))
}

/// The stretches of a timeline in which the same is seen, the latest first: the place that its
/// touches lie before, the moment from which they count, and what is seen of them.
fn stretches(
    sight: &Sight,
    before: (TimeMs, TouchId),
) -> impl Iterator<Item = ((TimeMs, TouchId), TimeMs, Masks)> {
    let ends = std::iter::once(end_of_time())
        .chain(sight.spans().iter().map(|span| (span.from, TouchId::from_uuid(Uuid::nil()))));
    let spans = sight.spans().iter().zip(ends);
    spans.map(move |(span, end)| (end.min(before), span.from, span.masks))
}

/// One page of a customer's timeline, newest first, up to `limit` (at most [`PAGE_MAX`]) touches.
pub fn timeline(
    cx: &mut Cx<'_>,
    lens: &Lens,
    sight: &Sight,
    filter: &Filter,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<Page<Touch>, Fault> {
    let rows = rows(cx, lens, sight, filter, after, limit.clamp(1, PAGE_MAX) + 1)?;
    let page = Page::of(rows, limit.clamp(1, PAGE_MAX), |touch| {
        Cursor::after([touch.at.0.to_string(), touch.id.to_string()])
    });
    let items = projected(cx, lens, sight, page.items)?;
    let classes = items.iter().fold(0, |classes, touch| classes | touch.class.bit());
    lens.saw(sight, classes, items.len());
    Ok(Page { items, next: page.next })
}

/// When the customer was last heard of, so far as the viewer sees: for lists.
pub(crate) fn last(cx: &mut Cx<'_>, lens: &Lens, sight: &Sight) -> Result<Option<TimeMs>, Fault> {
    let rows = rows(cx, lens, sight, &Filter::default(), None, 1)?;
    Ok(rows.first().map(|touch| touch.at))
}

/// The newest `limit` touches that the viewer sees, not yet as it may see them.
fn rows(
    cx: &mut Cx<'_>,
    lens: &Lens,
    sight: &Sight,
    filter: &Filter,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<Vec<Touch>, Fault> {
    let mut rows: Vec<Touch> = Vec::new();
    for (before, from, masks) in stretches(sight, rules::place_of(after)) {
        let left = limit - rows.len();
        let stretch = store::Stretch { before, from, masks };
        rows.extend(if filter.is_narrow() {
            store::filtered(cx, lens, sight, filter, &stretch, left)?
        } else {
            store::timeline(cx, lens, sight, rules::mask_of(filter), &stretch, left)?
        });
        if rows.len() == limit {
            break;
        }
    }
    Ok(rows)
}

/// How many touches of the customer the viewer sees under the filter; counting stops at 10,000.
pub fn count(cx: &mut Cx<'_>, lens: &Lens, sight: &Sight, filter: &Filter) -> Result<i64, Fault> {
    let mut count = 0;
    for (before, from, masks) in stretches(sight, end_of_time()) {
        count += store::count(cx, lens, sight, filter, &store::Stretch { before, from, masks })?;
    }
    Ok(count.min(10_000))
}

/// The organisations whose touches with this customer the viewer sees, the latest first, at most
/// 100 for each stretch of time in which the viewer sees the same.
pub fn served_by(cx: &mut Cx<'_>, lens: &Lens, sight: &Sight) -> Result<Vec<Served>, Fault> {
    let mut all: BTreeMap<(OrganisationId, bool), (i64, TimeMs, TimeMs)> = BTreeMap::new();
    for (before, from, masks) in stretches(sight, end_of_time()) {
        let stretch = store::Stretch { before, from, masks };
        for (organisation, is_named, count, first, last) in
            store::served_by(cx, lens, sight, &stretch)?
        {
            let is_named = is_named || sight.names(organisation, Level::Veiled);
            let one = all.entry((organisation, is_named)).or_insert((0, first, last));
            *one = (one.0 + count, one.1.min(first), one.2.max(last));
        }
    }
    let hidden = all.keys().filter(|(_, is_named)| !is_named).map(|(id, _)| *id);
    let veils = organisations::veils(cx, lens.network(), hidden.collect::<Vec<_>>())?;
    let mut served: Vec<Served> = all
        .into_iter()
        .map(|((id, is_named), (touch_count, first, last))| {
            let organisation =
                if is_named { Who::Named(id) } else { Who::Veiled(veils[&id].clone()) };
            Served { organisation, touch_count, first, last }
        })
        .collect();
    // What is hidden orders nothing: equal moments go by the words that are shown.
    served.sort_by(|a, b| (b.last, &a.organisation).cmp(&(a.last, &b.organisation)));
    Ok(served)
}

/// How many touches the viewer may only count, for each class of which there are any.
pub fn hidden(cx: &mut Cx<'_>, lens: &Lens, sight: &Sight) -> Result<Vec<(Class, i64)>, Fault> {
    let mut counts: BTreeMap<usize, i64> = BTreeMap::new();
    for (before, from, masks) in stretches(sight, end_of_time()) {
        if masks.counted & !masks.seen == 0 {
            continue;
        }
        for (class, count) in
            store::hidden(cx, lens, sight, &store::Stretch { before, from, masks })?
        {
            *counts.entry(class as usize).or_default() += count;
        }
    }
    let class = |(number, count)| Class::numbered(number as i64).map(|class| (class, count));
    Ok(counts.into_iter().filter_map(class).collect())
}

/// The organisations that a touch names as its readers: all for the brand, and for a partner no
/// more than itself.
pub fn named(cx: &mut Cx<'_>, lens: &Lens, touch: &Touch) -> Result<Vec<OrganisationId>, Fault> {
    let Some((subject, _)) = place_of(cx, lens.network(), touch.id)? else {
        return Ok(Vec::new());
    };
    let named = super::store::named_by(cx, lens.network(), subject, touch.id)?;
    let mut named: Vec<OrganisationId> = named.into_iter().map(|(id,)| id).collect();
    named.retain(|id| lens.own_only().is_none_or(|own| own == *id));
    Ok(named)
}

/// The touch with this id, if the viewer may see it.
pub fn find(cx: &mut Cx<'_>, lens: &Lens, id: TouchId) -> Result<Option<Touch>, Fault> {
    let Some((sight, touch)) = one(cx, lens, id)? else { return Ok(None) };
    lens.saw(&sight, touch.class.bit(), 1);
    Ok(projected(cx, lens, &sight, vec![touch])?.pop())
}

fn one(cx: &mut Cx<'_>, lens: &Lens, id: TouchId) -> Result<Option<(Sight, Touch)>, Fault> {
    let Some((subject, at)) = place_of(cx, lens.network(), id)? else { return Ok(None) };
    let sight = lens.sight(cx, subject.as_kind())?;
    let touch = store::one(cx, lens, &sight, at, id)?;
    Ok(touch.map(|touch| (sight, touch)))
}

/// The touches of the network that the viewer may see, in the order in which they were numbered,
/// after the touch `after` (none for the beginning), up to `limit` (at most [`PAGE_MAX`]). `None`
/// when `after` is no touch that the viewer sees in the feed.
///
/// The place is a touch, not its number: how far numbers run says how much others wrote.
pub fn feed(
    cx: &mut Cx<'_>,
    lens: &Lens,
    after: Option<TouchId>,
    limit: usize,
) -> Result<Option<Vec<Touch>>, Fault> {
    let mut number = -1;
    if let Some(id) = after {
        let found = one(cx, lens, id)?.and_then(|(_, touch)| touch.leaf_index);
        let Some(found) = found else { return Ok(None) };
        number = found;
    }
    let limit = limit.clamp(1, PAGE_MAX);
    let touches = match lens.own_only() {
        None => store::feed(cx, lens, number, limit)?,
        Some(_) => store::feed_of_partner(cx, lens, number, limit)?,
    };
    Ok(Some(of_many(cx, lens, touches)?))
}

/// The latest touches of one organisation that the viewer may see by its name, newest first by
/// number.
pub fn latest_of(
    cx: &mut Cx<'_>,
    lens: &Lens,
    organisation: OrganisationId,
    kinds: &[&str],
    limit: usize,
) -> Result<Vec<Touch>, Fault> {
    // Who did what elsewhere is for the brand: a partner sees a competitor's work customer by
    // customer, where the agreement shows it.
    if lens.own_only().is_some_and(|own| own != organisation) {
        return Ok(Vec::new());
    }
    let touches = store::latest_of(cx, lens, organisation, kinds, limit.clamp(1, PAGE_MAX))?;
    of_many(cx, lens, touches)
}

/// Touches of many customers, each seen as its customer is.
fn of_many(cx: &mut Cx<'_>, lens: &Lens, touches: Vec<Touch>) -> Result<Vec<Touch>, Fault> {
    let mut sights: HashMap<SubjectId, Sight> = HashMap::new();
    let mut seen = Vec::with_capacity(touches.len());
    let classes = touches.iter().fold(0, |classes, touch| classes | touch.class.bit());
    lens.saw_list(classes, touches.len());
    for touch in touches {
        let sight = match sights.entry(touch.subject) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(lens.sight(cx, touch.subject.as_kind())?),
        };
        seen.extend(projected(cx, lens, sight, vec![touch])?);
    }
    Ok(seen)
}

/// Touches as the viewer may see them.
fn projected(
    cx: &mut Cx<'_>,
    lens: &Lens,
    sight: &Sight,
    touches: Vec<Touch>,
) -> Result<Vec<Touch>, Fault> {
    if sight.is_whole() {
        return Ok(touches);
    }
    let is_veiled = |touch: &Touch| {
        let level = sight.at(touch.at).level(touch.class);
        touch.organisation.id().filter(|author| !sight.names(*author, level))
    };
    let hidden: BTreeSet<OrganisationId> = touches.iter().filter_map(is_veiled).collect();
    let veils = organisations::veils(cx, lens.network(), hidden)?;
    let project = |mut touch: Touch| {
        touch.leaf_index = None;
        touch.subject = sight.known_as().as_kind();
        let is_own = touch.organisation.id() == Some(lens.organisation());
        let sees_price = is_own || sight.at(touch.at).level(Class::Price) >= Level::Veiled;
        let veil = is_veiled(&touch).map(|author| veils[&author].clone());
        if veil.is_none() && (sees_price || touch.class != Class::Purchase) {
            return touch;
        }
        let body = touch.body();
        let body = if sees_price { body } else { body.map(Body::without_prices) };
        let body = if veil.is_some() { body.map(Body::veiled) } else { body };
        // A kind that a newer version wrote may hold anything: nothing of it is shown.
        touch.body_json = body.as_ref().map_or_else(|| "{}".to_owned(), Body::json);
        if let Some(veil) = veil {
            touch.summary = body.as_ref().map(rules::summary).unwrap_or_default();
            touch.organisation = Who::Veiled(veil);
            (touch.record, touch.person) = (None, None);
        }
        touch
    };
    Ok(touches.into_iter().map(project).collect())
}
