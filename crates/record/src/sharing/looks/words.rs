//! Looks in words, for customers and for whoever answers them.

use handfast_kit::OrganisationId;

use super::{Look, Names, Visit};
use crate::sharing::{Class, Tie};

/// One look, as it is told.
pub(super) fn told(look: &Look, names: &Names, brand: OrganisationId) -> Visit {
    Visit {
        at: look.at,
        person: names.person(look.person).to_owned(),
        organisation: names.organisation(look.organisation).to_owned(),
        purpose: purpose(look, names, brand),
        saw: saw(&look.classes),
    }
}

/// What it was for: what is between the customer and whoever looked.
fn purpose(look: &Look, names: &Names, brand: OrganisationId) -> String {
    if let Some(partner) = look.eyes_of {
        return format!("to check what {} sees", names.organisation(partner));
    }
    if !look.why.is_empty() {
        return format!("as a guest, because \"{}\"", look.why);
    }
    if look.organisation == brand {
        return "to look after the customer".to_owned();
    }
    // Of several ties, the one that says most.
    let telling = [
        (Tie::Guest, "as a guest"),
        (Tie::Serves, "to take care of a case"),
        (Tie::Insures, "to insure"),
        (Tie::Sold, "as the seller"),
        (Tie::Delivers, "to deliver"),
        (Tie::Assigned, "as the partner named for the customer"),
        (Tie::Owner, "as keeper of a record"),
        (Tie::Allowed, "as it was allowed"),
        (Tie::Territory, "as the partner of the region"),
        (Tie::None, "as agreed for all customers"),
    ];
    let found = telling.into_iter().find(|(tie, _)| look.ties.contains(tie));
    found.map_or("to see its own entries", |(_, words)| words).to_owned()
}

/// What was seen.
fn saw(classes: &[Class]) -> String {
    match classes.len() {
        0 => "that there are entries, and how many".to_owned(),
        n if n == Class::ALL.len() => "the whole record".to_owned(),
        _ => classes.iter().map(|class| word(*class)).collect::<Vec<_>>().join(", "),
    }
}

const fn word(class: Class) -> &'static str {
    match class {
        Class::Identity => "name",
        Class::Contact => "phone number and mail address",
        Class::Address => "address",
        Class::Purchase => "purchases",
        Class::Price => "prices",
        Class::Delivery => "deliveries",
        Class::Case => "cases",
        Class::Service => "repairs",
        Class::Promise => "promises",
        Class::Message => "messages",
        Class::Feedback => "reviews",
        Class::Relationship => "how the relationship stands",
        Class::Note => "notes",
    }
}
