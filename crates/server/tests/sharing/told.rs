//! Fields: what of a touch, a record, an order or a row is told, and what must not be.

use std::collections::{BTreeMap, BTreeSet};

use handfast_db::{Cx, Fault};
use handfast_kit::{OrganisationId, TimeMs};
use handfast_record::{
    SaleId, customers,
    sales::{self, Price},
    sharing::{Class, Level, Sight},
    touches::Touch,
};
use serde_json::Value;

use crate::{
    compare::Judge,
    plan::Who,
    stage::Stage,
    truth::{One, Stored, StoredOrder},
    view::{Seen, SeenRecord, View, shared, told},
};

/// Keys of bodies that name somebody else's reference, people or teams.
pub(crate) const NAMING: [&str; 8] =
    ["order_ref", "case_ref", "review_ref", "external_ref", "owner", "team", "from", "to"];

fn body(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Whether a touch says all that it may say to this viewer, and nothing else.
pub(crate) fn check_told(
    stage: &Stage,
    viewer: Who,
    touch: &Touch,
    seen: &Seen<'_>,
) -> Result<(), String> {
    let stored = seen.touch;
    let must = |holds: bool, what: &str| {
        if holds { Ok(()) } else { Err(format!("{what}: {touch:?}\n  of {stored:?}")) }
    };
    let author = told(stage, stored.author, seen.is_named);
    must(touch.organisation == author, "the wrong organisation")?;
    must(touch.leaf_index.is_none() || viewer == 0, "a number for a partner")?;
    must((touch.at, touch.class) == (stored.at, stored.class), "the wrong moment or class")?;
    let (is, whole) = (body(&touch.body_json), body(&stored.body));
    let is_plain = seen.is_named && (seen.sees_price || stored.class != Class::Purchase);
    if is_plain {
        must(touch.record == stored.record && touch.person == stored.person, "who wrote it")?;
        must(is == whole && touch.summary == stored.summary, "what was written")?;
        return Ok(());
    }
    if !seen.sees_price && stored.class == Class::Purchase {
        let text = touch.body_json.clone() + &touch.summary;
        must(!text.contains("_minor"), "a price")?;
    }
    if !seen.is_named {
        must(touch.record.is_none() && touch.person.is_none(), "who wrote it, behind a veil")?;
        for key in NAMING {
            let hidden = whole[key].as_str().unwrap_or_default();
            must(is[key].as_str().unwrap_or_default().is_empty(), key)?;
            must(hidden.is_empty() || !touch.summary.contains(hidden), "a name in the summary")?;
        }
    }
    // What may be told is told: the words of the author.
    for key in ["said", "subject", "text", "title", "name", "before", "after", "status"] {
        must(is[key] == whole[key], key)?;
    }
    Ok(())
}

/// Each case of a customer: its reference, whose it is, and its first step.
pub(crate) fn cases_of(one: &One) -> Vec<(String, OrganisationId, TimeMs)> {
    let mut of: BTreeMap<(OrganisationId, String), TimeMs> = BTreeMap::new();
    for touch in one.touches.iter().filter(|touch| touch.kind == "case_step") {
        let case_ref = body(&touch.body)["case_ref"].as_str().unwrap().to_owned();
        let opened = of.entry((touch.author, case_ref)).or_insert(touch.at);
        *opened = touch.at.min(*opened);
    }
    of.into_iter().map(|((author, case_ref), opened)| (case_ref, author, opened)).collect()
}

/// Who sold something of an order, or was told of it as its keeper.
pub(crate) fn sellers_of(one: &One, order: &StoredOrder) -> Vec<OrganisationId> {
    let is_of = |touch: &&Stored| {
        touch.kind == "sale" && body(&touch.body)["order_ref"] == order.order_ref.as_str()
    };
    one.touches.iter().filter(is_of).map(|touch| touch.author).chain([order.keeper]).collect()
}

impl Judge<'_> {
    pub(crate) fn records(&mut self, cx: &mut Cx<'_>, view: &View<'_>) -> Result<(), Fault> {
        let Some(found) = customers::find(cx, &self.lens, view.one.id)? else {
            self.came.wrong.push("a customer is not found".to_owned());
            return Ok(());
        };
        let must = view.records();
        let mut is: Vec<_> = found.records.iter().map(|record| record.id).collect();
        let mut ids: Vec<_> = must.iter().map(|seen| seen.record.id).collect();
        is.sort();
        ids.sort();
        if is != ids {
            self.came.wrong.push(format!("records {is:?}, not {ids:?}"));
            return Ok(());
        }
        for record in &found.records {
            let Some(seen) = must.iter().find(|seen| seen.record.id == record.id) else { continue };
            let is_right = record_is(record, seen)
                && record.by == told(self.stage, seen.record.organisation, seen.is_named);
            if !is_right {
                self.came.wrong.push(format!("{record:?}, not {seen:?}"));
            }
        }
        let chosen = &found.chosen;
        let standing = [&chosen.name, &chosen.email, &chosen.phone].into_iter().flatten();
        let told = standing.flat_map(|value| {
            let others = value.others.iter().map(|other| (other.text(), other.source.record));
            others.chain([(value.text.clone(), value.source.record)])
        });
        for (text, from) in told {
            let Some(seen) = must.iter().find(|seen| seen.record.id == from) else {
                self.came.wrong.push(format!("chosen from a hidden record: {text}"));
                continue;
            };
            let is_shown = (seen.shows[0] && seen.record.identity.contains(&text))
                || (seen.shows[1] && seen.record.contact.contains(&text));
            if !is_shown {
                self.came.wrong.push(format!("chosen from a hidden field: {text}"));
            }
        }
        Ok(())
    }

    /// A row's words: from fields that are shown, and some if there are any.
    pub(crate) fn row_words(&mut self, view: &View<'_>, name: &str, place: &str) {
        let records = view.records();
        let is_name = |seen: &&SeenRecord<'_>| {
            (seen.shows[0] && seen.record.identity.iter().any(|text| text == name))
                || (seen.is_named && seen.record.external_ref == name)
        };
        let is_place = |seen: &&SeenRecord<'_>| {
            let [_, _, city, region, _] = &seen.record.address;
            seen.shows[2] && [city, region].iter().any(|part| place.contains(part.as_str()))
        };
        if !name.is_empty() && !records.iter().any(|seen| is_name(&seen)) {
            self.came.wrong.push(format!("the name {name} in a list, of {records:?}"));
        }
        if !place.is_empty() && !records.iter().any(|seen| is_place(&seen)) {
            self.came.wrong.push(format!("the place {place} in a list, of {records:?}"));
        }
        let some = records.iter().any(|seen| seen.shows[0] && !seen.record.identity[0].is_empty());
        if some && name.is_empty() {
            self.came.wrong.push(format!("no name in a list, of {records:?}"));
        }
    }

    pub(crate) fn orders(
        &mut self,
        cx: &mut Cx<'_>,
        view: &View<'_>,
        sight: &Sight,
    ) -> Result<(), Fault> {
        let found = sales::of_customer(cx, &self.lens, sight)?;
        let mut must: BTreeMap<SaleId, bool> = BTreeMap::new();
        for order in &view.one.orders {
            let is_own = view.is_brand || sellers_of(view.one, order).contains(&view.viewer);
            let level = view.level(Class::Purchase, Some(&shared(order.at)));
            if is_own || level >= Level::Veiled {
                must.insert(order.id, is_own);
            }
        }
        let is: BTreeSet<SaleId> = found.iter().map(|sale| sale.id).collect();
        if is != must.keys().copied().collect() || is.len() != found.len() {
            self.came.wrong.push(format!("orders {is:?}, not {must:?}"));
        }
        for sale in found.iter().filter(|sale| must.get(&sale.id) == Some(&false)) {
            let level = |class| view.level(class, Some(&shared(sale.ordered)));
            let silent = |class, is_silent: bool| level(class) >= Level::Veiled || is_silent;
            let hides = silent(Class::Price, sale.total_minor == 0)
                && silent(Class::Price, sale.price == Price::Hidden)
                && silent(Class::Delivery, sale.delivered.is_none() && sale.promised.is_none())
                && silent(Class::Delivery, sale.status.is_empty() && sale.handed_over.is_none())
                && silent(Class::Address, sale.postcode.is_empty() && sale.region.is_empty())
                && silent(Class::Feedback, sale.review_count == 0 && sale.review_sum == 0);
            let is_veiled = sale.by.id().is_some()
                || (sale.order_ref.is_empty() && sale.keeper.uuid().is_nil());
            let may_name = |by| view.names(by, level(Class::Purchase));
            if !hides || !is_veiled || sale.by.id().is_some_and(|by| !may_name(by)) {
                self.came.wrong.push(format!("an order tells too much: {sale:?}"));
            }
        }
        Ok(())
    }
}

fn record_is(record: &customers::Record, seen: &SeenRecord<'_>) -> bool {
    let details = &record.details;
    let stored = seen.record;
    let identity = [&details.name, &details.given_name, &details.family_name, &details.language];
    let address =
        [&details.street, &details.postcode, &details.city, &details.region, &details.country];
    let is = |shown: bool, is: &[&String], of: &[String]| {
        is.iter().zip(of).all(|(is, of)| if shown { *is == of } else { is.is_empty() })
    };
    let reference = if seen.is_named { stored.external_ref.as_str() } else { "" };
    is(seen.shows[0], &identity, &stored.identity)
        && is(seen.shows[1], &[&details.email, &details.phone], &stored.contact)
        && is(seen.shows[2], &address, &stored.address)
        && record.external_ref == reference
}
