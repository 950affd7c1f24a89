//! All that the model lets one organisation know of a world, as text: two worlds with the same text
//! must be the same world to it.

use std::fmt::Write;

use handfast_record::sharing::{Class, Level, Saying};
use serde_json::Value;

use crate::{
    plan::Who,
    stage::Stage,
    told::NAMING,
    truth::{StoredOrder, Truth},
    view::{Seen, View, shared, told},
};

/// What organisation `who` may know.
pub(crate) fn of(stage: &Stage, truth: &Truth, who: Who) -> String {
    let mut text = String::new();
    let viewer = stage.organisations[who];
    for one in &truth.all {
        let view = View::of(one, viewer);
        let concerns = |saying: &Saying| saying.organisation.is_none_or(|to| to == viewer);
        let sayings = one.world.sayings.iter().map(|(_, saying)| saying);
        let mut sayings: Vec<_> =
            sayings.filter(|saying| concerns(saying)).map(|one| format!("{one:?}")).collect();
        sayings.sort();
        let held = one.world.ties.iter().map(|(_, held)| held);
        let mut held: Vec<_> =
            held.filter(|held| held.organisation == viewer).map(|one| format!("{one:?}")).collect();
        held.sort();
        let is_customer = stage.known.customers.values().any(|id| *id == one.id);
        let is_open = is_customer && view.is_open();
        if !is_open && view.seen.is_empty() && sayings.is_empty() && held.is_empty() {
            continue;
        }
        let _ = writeln!(text, "{} {is_open} {}", one.id, view.is_listed());
        let _ = writeln!(text, " {sayings:?} {held:?} {:?}", one.world.frozen);
        let _ = writeln!(text, " {:?}", view.counted);
        for seen in &view.seen {
            let _ = writeln!(text, " {}", touch(stage, seen));
        }
        if is_open {
            records(stage, &view, &mut text);
            one.orders.iter().for_each(|of| order(&view, of, &mut text));
        }
    }
    text
}

fn touch(stage: &Stage, seen: &Seen<'_>) -> String {
    let stored = seen.touch;
    let mut body: Value = serde_json::from_str(&stored.body).unwrap();
    let by = told(stage, stored.author, seen.is_named);
    if !seen.is_named {
        let keys = NAMING.iter().chain(&["country"]);
        keys.for_each(|key| {
            body.as_object_mut().and_then(|body| body.remove(*key));
        });
    }
    if !seen.sees_price && stored.class == Class::Purchase {
        let body = body.as_object_mut().unwrap();
        body.remove("total_minor");
        body.remove("currency");
        for line in body["lines"].as_array_mut().into_iter().flatten() {
            line.as_object_mut().and_then(|line| line.remove("price_minor"));
        }
    }
    let whose = seen.is_named.then_some((stored.record, stored.person));
    // Not its id, where chance made it.
    let audience = if stored.is_shared { "" } else { "not for all" };
    format!("{:?} {by:?} {whose:?} {} {} {body}", stored.at, stored.channel, audience)
}

fn records(stage: &Stage, view: &View<'_>, text: &mut String) {
    for seen in view.records() {
        let record = seen.record;
        let by = told(stage, record.organisation, seen.is_named);
        let reference = seen.is_named.then_some(&record.external_ref);
        let shown = |at: usize, values: &[String]| {
            if seen.shows[at] { values.join("|") } else { String::new() }
        };
        let identity = shown(0, &record.identity);
        let (contact, address) = (shown(1, &record.contact), shown(2, &record.address));
        let _ =
            writeln!(text, " {} {by:?} {reference:?} {identity} {contact} {address}", record.id);
    }
}

fn order(view: &View<'_>, of: &StoredOrder, text: &mut String) {
    let is_own = view.is_brand || crate::told::sellers_of(view.one, of).contains(&view.viewer);
    let sees = |class| is_own || view.level(class, Some(&shared(of.at))) >= Level::Veiled;
    if !sees(Class::Purchase) {
        return;
    }
    let level = view.level(Class::Purchase, Some(&shared(of.at)));
    let seller = of.seller.unwrap_or(of.keeper);
    let is_named = is_own || view.names(seller, level);
    let shown = |class, value: String| if sees(class) { value } else { String::new() };
    let _ = writeln!(
        text,
        " {} {:?} {is_named} {:?} {} {} {} {}",
        of.id,
        of.at,
        is_named.then_some((of.keeper, of.seller, &of.order_ref)),
        of.sellers,
        shown(Class::Price, of.total.to_string()),
        shown(Class::Delivery, format!("{:?} {}", of.delivered, of.status)),
        shown(Class::Feedback, format!("{:?}", of.reviews)),
    );
}
