//! Ties: each has a cause, and each cause made its tie.

use handfast_kit::{OrganisationId, fold};
use handfast_record::{
    CustomerId,
    sharing::{Grant, Level, Tie},
};

use crate::{
    plan::Who,
    stage::Stage,
    truth::{One, Stored, Truth},
};

/// The tie that an entry makes between its author and the customer; others come with records.
fn made_by(touch: &Stored) -> Option<Tie> {
    match touch.kind.as_str() {
        "sale" => Some(Tie::Sold),
        kind if kind.starts_with("case") => Some(Tie::Serves),
        "shipped" | "delivered" | "delivery_promised" => Some(Tie::Delivers),
        _ => None,
    }
}

/// What is wrong about the ties of a world.
pub(crate) fn check(stage: &Stage, truth: &Truth) -> Vec<String> {
    let mut wrong = Vec::new();
    for one in &truth.all {
        let is_customer = stage.known.customers.values().any(|id| *id == one.id);
        for (who, organisation) in stage.organisations.iter().enumerate().skip(1) {
            for tie in Tie::ALL {
                let held = |held: &&handfast_record::sharing::Held| {
                    held.organisation == *organisation && held.tie == tie
                };
                let held = one.world.ties.iter().map(|(_, held)| held).find(held);
                let is_owed = is_customer && is_caused(stage, one, (who, *organisation), tie);
                if held.is_some() && !is_owed && !may_be(stage, one, who, tie) {
                    wrong.push(format!("organisation {who} has {tie:?} with {} why", one.id));
                }
                if held.is_none() && is_owed {
                    wrong.push(format!("organisation {who} has no {tie:?} with {}", one.id));
                }
            }
        }
    }
    wrong
}

/// Whether something must have made the tie.
fn is_caused(
    stage: &Stage,
    one: &One,
    (who, organisation): (Who, OrganisationId),
    tie: Tie,
) -> bool {
    let by_entry =
        one.touches.iter().any(|touch| touch.author == organisation && made_by(touch) == Some(tie));
    let by_record =
        tie == Tie::Owner && one.records.iter().any(|record| record.organisation == organisation);
    let by_agreement = tie == Tie::None && grants_to(stage, who, tie);
    by_entry || by_record || by_agreement || is_made(stage, one.id, who, tie)
}

fn is_made(stage: &Stage, customer: CustomerId, who: Who, tie: Tie) -> bool {
    stage.known.made.contains(&(who, customer, tie))
}

fn grants_to(stage: &Stage, who: Who, tie: Tie) -> bool {
    let grants = stage.known.grants.get(&who);
    let is_to = |grant: &Grant| grant.tie == tie && grant.level > Level::None;
    grants.is_some_and(|grants| grants.iter().any(is_to))
}

/// Whether the tie may be there: an organisation's territory, where a record places the customer.
fn may_be(stage: &Stage, one: &One, who: Who, tie: Tie) -> bool {
    let places = crate::policy::PLACES;
    let is_there = |text: &str, place: &str| match place.strip_suffix('*') {
        Some(beginning) => fold(text).starts_with(&fold(beginning)),
        None => fold(text) == fold(place) || (place == "P2" && text.starts_with("P2")),
    };
    let lives = one
        .records
        .iter()
        .flat_map(|record| &record.address[1..])
        .any(|text| places.iter().copied().flatten().any(|place| is_there(text, place)));
    tie == Tie::Territory && grants_to(stage, who, tie) && lives
}
