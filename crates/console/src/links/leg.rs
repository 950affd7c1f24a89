//! The page of one leg of a missing delivery, as its organisation answers it.

use askama::Template;
use handfast_handoffs::disputes::traces::Trace;
use handfast_record::touches::Leg;

use super::{Found, Typed};
use crate::{
    forms::{Refusal, beside},
    words,
};

#[derive(Template)]
#[template(path = "link_leg.html")]
pub(super) struct LegPage {
    network: String,
    title: String,
    lede: String,
    path: String,
    turn: i64,
    email: String,
    facts: Vec<(&'static str, String)>,
    evidence: String,
    evidence_error: Option<String>,
    reason: String,
    reason_error: Option<String>,
    refusal: Option<Refusal>,
}

pub(super) fn page(
    found: &Found,
    (trace, leg): (&Trace, Leg),
    typed: &Typed,
    refusal: Option<Refusal>,
) -> LegPage {
    let home = &found.home;
    let told = trace.legs.iter().find(|one| one.leg == leg).and_then(|one| one.told.as_ref());
    let by = told.map(|told| home.zone.format(told.due, "%A %-d %B, %H:%M")).unwrap_or_default();
    let record_says = told.map(|told| told.record_says.clone()).unwrap_or_default();
    let facts = [
        ("Your part", words::sentence(leg.in_words())),
        ("Order", trace.order_ref.clone()),
        ("What is known", trace.words.clone()),
        ("What the record says", record_says),
        ("Customer", trace.customer_name.clone().unwrap_or_default()),
        ("Your reference", home.own_ref.clone().unwrap_or_default()),
    ];
    LegPage {
        network: home.network.clone(),
        title: format!("A delivery did not arrive: {}", leg.in_words()),
        lede: format!("{} for {}. Please answer by {by}.", trace.reference, home.to),
        path: found.path.clone(),
        turn: trace.version,
        email: found.link.email.clone(),
        facts: facts.into_iter().filter(|(_, text)| !text.is_empty()).collect(),
        evidence: typed.evidence.clone(),
        evidence_error: beside(refusal.as_ref(), "evidence"),
        reason: typed.reason.clone(),
        reason_error: beside(refusal.as_ref(), "reason"),
        refusal,
    }
}
