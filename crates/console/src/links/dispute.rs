//! The page of one dispute, as the organisation answers it that is named.

use askama::Template;
use handfast_handoffs::disputes::Dispute;

use super::{Found, Typed};
use crate::{
    forms::{Refusal, beside},
    words,
};

#[derive(Template)]
#[template(path = "link_dispute.html")]
pub(super) struct DisputePage {
    network: String,
    title: String,
    lede: String,
    path: String,
    turn: i64,
    email: String,
    facts: Vec<(&'static str, String)>,
    reason: String,
    reason_error: Option<String>,
    refusal: Option<Refusal>,
}

pub(super) fn page(
    found: &Found,
    dispute: &Dispute,
    typed: &Typed,
    refusal: Option<Refusal>,
) -> DisputePage {
    let home = &found.home;
    let by = dispute.waits_for.as_ref().map(|(_, by)| home.zone.format(*by, "%A %-d %B, %H:%M"));
    let from = dispute.claimant.veil().map_or_else(|| home.from.clone(), words::sentence);
    DisputePage {
        network: home.network.clone(),
        title: format!("Was it your part: {}?", dispute.subject),
        lede: format!(
            "{} for {}. Please answer by {}.",
            dispute.reference,
            home.to,
            by.unwrap_or_default()
        ),
        path: found.path.clone(),
        turn: dispute.version,
        email: found.link.email.clone(),
        facts: facts(found, dispute, from),
        reason: typed.reason.clone(),
        reason_error: beside(refusal.as_ref(), "reason"),
        refusal,
    }
}

/// Who says so, and how they know it.
fn facts(found: &Found, dispute: &Dispute, from: String) -> Vec<(&'static str, String)> {
    let customer = dispute.customer_name.clone().map(|name| ("Customer", name));
    let own_ref = found.home.own_ref.clone().map(|own_ref| ("Your reference", own_ref));
    let looked_up = Some(dispute.reference_of.clone()).filter(|text| !text.is_empty());
    [
        Some(("Who says that it is not their part", from)),
        Some(("Whose it is said to be", words::sentence(dispute.leg.in_words()))),
        Some(("How they know it", dispute.words.clone())),
        looked_up.map(|text| ("Where that can be looked up", text)),
        customer,
        own_ref,
    ]
    .into_iter()
    .flatten()
    .collect()
}
