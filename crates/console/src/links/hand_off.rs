//! The page of one hand-off, as its receiver answers it.

use askama::Template;
use handfast_handoffs::HandOff;

use super::{Found, Typed};
use crate::{
    forms::{Refusal, beside},
    words,
};

#[derive(Template)]
#[template(path = "link_hand_off.html")]
pub(super) struct HandOffPage {
    network: String,
    title: String,
    lede: String,
    path: String,
    turn: i64,
    from: String,
    email: String,
    facts: Vec<(String, String)>,
    missing: String,
    until: String,
    is_seen: bool,
    done: Option<&'static str>,
    refusal: Option<Refusal>,
    reason: String,
    reason_error: Option<String>,
    item: String,
    item_error: Option<String>,
}

pub(super) fn page(
    found: &Found,
    hand_off: &HandOff,
    typed: &Typed,
    done: Option<&'static str>,
    refusal: Option<Refusal>,
) -> HandOffPage {
    let home = &found.home;
    let by = home.zone.format(hand_off.accept_by, "%A %-d %B, %H:%M");
    HandOffPage {
        network: home.network.clone(),
        title: format!("{} asks you to take over: {}", home.from, hand_off.title),
        lede: format!("{} for {}. Please answer by {by}.", hand_off.reference, home.to),
        path: found.path.clone(),
        turn: hand_off.version,
        from: home.from.clone(),
        email: found.link.email.clone(),
        facts: facts(hand_off),
        missing: words::list(&missing(hand_off)),
        until: format!(
            "Until you accept, {0} stays responsible. If nobody answers by then, it goes back to \
             {0}, and {1} is told.",
            home.from, home.network
        ),
        is_seen: hand_off.seen.is_some(),
        done,
        reason: typed.reason.clone(),
        reason_error: beside(refusal.as_ref(), "reason"),
        item: typed.item.clone(),
        item_error: beside(refusal.as_ref(), "item"),
        refusal,
    }
}

/// What the organisation may know of the customer, and what stands in the brief.
fn facts(hand_off: &HandOff) -> Vec<(String, String)> {
    let customer = hand_off.customer_name.clone().map(|name| ("Customer".to_owned(), name));
    let brief =
        hand_off.brief.iter().filter_map(|item| Some((item.title.clone(), item.text.clone()?)));
    customer.into_iter().chain(brief).collect()
}

fn missing(hand_off: &HandOff) -> Vec<String> {
    let is_missing = |item: &&handfast_handoffs::BriefItem| item.text.is_none();
    hand_off.brief.iter().filter(is_missing).map(|item| item.title.clone()).collect()
}
