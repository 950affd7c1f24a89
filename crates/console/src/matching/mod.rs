//! Which records are one person: pairs that a person decides, why records were joined, joining by
//! hand and taking apart, how the model decides, and for a partner the duplicates among its own.

mod by_hand;
mod differ;
mod duplicates;
mod effects;
mod known;
mod model;
mod pair;
mod parting;
mod queue;
mod reasons;
mod sides;
mod weights;
mod why;

use axum::http::Method;
use handfast_web::{Access, Flash, Route, page};

/// What is said after an answer, wherever the next page is.
const JOINED: Flash = Flash::new("joined", "They are one person now. It can be undone exactly.");
const KEPT: Flash = Flash::new("apart", "They stay apart, whatever a later run finds.");
const SKIPPED: Flash =
    Flash::new("skipped", "Skipped. It stands under “Skipped”, if you know later.");
const PARTED: Flash = Flash::new("parted", "They are two again, as they were before.");
const STARTED: Flash =
    Flash::new("started", "All records are matched anew. You may leave the page.");
const KNOWN: &[Flash] = &[JOINED, KEPT, SKIPPED, PARTED, STARTED];

pub(crate) fn routes() -> Vec<Route> {
    const WHY: &str = "/customers/{id}/matches";
    const PARTING: &str = "/customers/{id}/matches/{merge}/parting";
    const BY_HAND: &str = "/customers/{id}/merging";
    const PAIR: &str = "/matching/{record}/{other}";
    vec![
        page(Method::GET, "/matching", Access::Brand, queue::show),
        page(Method::GET, "/matching/model", Access::Brand, model::show),
        page(Method::POST, "/matching/model/runs", Access::BrandAdmin, model::run),
        page(Method::GET, PAIR, Access::Brand, pair::show),
        page(Method::POST, "/matching/{record}/{other}/decision", Access::Brand, pair::decide),
        page(Method::GET, WHY, Access::Member, why::show),
        page(Method::GET, PARTING, Access::Brand, parting::show),
        page(Method::POST, PARTING, Access::Brand, parting::part),
        page(Method::GET, BY_HAND, Access::Brand, by_hand::show),
        page(Method::POST, BY_HAND, Access::Brand, by_hand::merge),
        page(Method::GET, "/duplicates", Access::Member, duplicates::show),
        page(Method::POST, "/duplicates", Access::Worker, duplicates::decide),
    ]
}

/// One of several ways to narrow a list.
struct Chip {
    word: &'static str,
    label: &'static str,
    is_chosen: bool,
}
