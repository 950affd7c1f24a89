//! What is said of ties, guests, requests, agreements, consents and merges in one sentence. With a
//! customer partners are not named in it: pages name them, where the viewer may know them.

use super::Body;
use crate::sharing::{Class, Purpose, Tie};

/// The sentence; empty for what is no such touch.
pub(super) fn summary(body: &Body) -> String {
    match body {
        Body::GuestAsked { why, .. } => format!("A partner asked to serve a guest: {why}"),
        Body::GuestCodeMade { .. } => "Made a code by which a guest is let in".to_owned(),
        Body::GuestLetIn { why, .. } => format!("A partner was let in as a guest: {why}"),
        Body::GuestRefused { why, .. } => {
            format!("A partner was not let in as a guest that asked: {why}")
        }
        Body::TieMade { tie, why, .. } => format!("A partner {}: {why}", begins(*tie)),
        Body::TieEnded { tie, .. } => format!("A partner no longer {}", begins(*tie)),
        Body::AccessAsked { classes, why, .. } => {
            format!("A partner asked to see {}: {why}", list(classes))
        }
        Body::AccessAnswered { classes, answer, .. } if classes.is_empty() => {
            format!("A partner that asked to see more may not: {answer}")
        }
        Body::AccessAnswered { classes, answer, .. } => {
            format!("A partner may see {}: {answer}", list(classes))
        }
        Body::AccessWithdrawn { .. } => "A partner no longer asks to see more".to_owned(),
        Body::AgreementSigned { organisation, version, .. } => {
            format!("Signed version {version} of the agreement with {organisation}")
        }
        Body::AgreementEnded { organisation, .. } => {
            format!("Ended the agreement with {organisation}")
        }
        Body::PartnershipEnded { organisation, why } => {
            because(&format!("Ended the partnership with {organisation}"), why)
        }
        Body::ConsentSaid { purpose, class, allowed, .. } => {
            let answer = if *allowed { "yes" } else { "no" };
            format!("Said {answer} to {}", being_shown(*purpose, *class))
        }
        Body::ConsentTakenBack { purpose, class, .. } => {
            format!("Took back what was said of {}", being_shown(*purpose, *class))
        }
        Body::ConsentTextPublished { purpose, version, .. } => {
            format!("Published version {version} of the text on {}", purpose.word())
        }
        Body::Frozen { why } => format!("Frozen: {why}"),
        Body::Released {} => "No longer frozen".to_owned(),
        Body::CustomersMatched { why, .. } => {
            because("Joined with another customer, who is the same", why)
        }
        Body::CustomersParted { why, .. } => because("Parted from another customer again", why),
        Body::KeptApart { why, .. } => because("Kept apart from another customer", why),
        Body::RecordsJudged { verdict, why, .. } => {
            let said = match verdict.as_str() {
                "same" => "Said to be one with another record",
                _ => "Looked at beside another record, without a decision",
            };
            because(said, why)
        }
        _ => super::custody::summary(body),
    }
}

/// What a customer's word is about, without whom it names: "offers", "contact data", "everything".
fn being_shown(purpose: Option<Purpose>, class: Option<Class>) -> String {
    match (purpose, class) {
        (Some(purpose), _) => purpose.word().to_owned(),
        (None, Some(class)) => format!("{} data", class.word()),
        (None, None) => "everything".to_owned(),
    }
}

fn because(what: &str, why: &str) -> String {
    if why.is_empty() { what.to_owned() } else { format!("{what}: {why}") }
}

const fn begins(tie: Tie) -> &'static str {
    match tie {
        Tie::Owner => "keeps a record",
        Tie::Sold => "sells to the customer",
        Tie::Serves => "serves the customer",
        Tie::Delivers => "delivers to the customer",
        Tie::Insures => "insures the customer",
        Tie::Assigned => "is assigned to the customer",
        Tie::Guest => "serves the customer as a guest",
        Tie::Territory => "works where the customer lives",
        Tie::None | Tie::Allowed => "sees what it was allowed to see",
    }
}

fn list(classes: &[Class]) -> String {
    let words: Vec<&str> = classes.iter().map(|class| class.word()).collect();
    words.join(", ")
}
