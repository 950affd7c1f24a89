//! Offering something: what of the customer, to whom, by when, and with which brief.

use askama::Template;
use axum::{extract::State, http::Uri, response::Response};
use handfast_db::{Cx, Fault};
use handfast_handoffs::{self as handoffs, BriefItem, Candidate, Thing};
use handfast_record::{
    CustomerId, cases, customers, sales,
    sharing::{self, Lens, looks::Occasion},
};
use handfast_web::{App, Failure, Frame, Nav, Query, Viewer, see_other};
use serde::Deserialize;

use super::{faces, offering::Typed};
use crate::{
    customer::who,
    forms::{Refusal, beside, reply},
};

/// Up to how many cases and orders are offered to choose from.
const THINGS_MAX: usize = 50;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    customer: Option<CustomerId>,
    thing: String,
    task: String,
}

#[derive(Template)]
#[template(path = "handoff_new.html")]
struct NewPage {
    frame: Frame,
    name: String,
    customer: String,
    refusal: Option<Refusal>,
    /// What may be handed off, as long as nothing is chosen.
    things: Vec<(String, String)>,
    chosen: Option<Chosen>,
}

/// The thing that was chosen, with the form.
struct Chosen {
    title: String,
    thing: String,
    task: String,
    to: Vec<Choice>,
    to_error: Option<String>,
    within: Vec<Choice>,
    within_error: Option<String>,
    brief: Vec<Item>,
    brief_error: Option<String>,
    missing: String,
    incomplete: bool,
    incomplete_error: Option<String>,
    words: String,
    words_error: Option<String>,
}

struct Choice {
    value: String,
    label: String,
    is_chosen: bool,
}

/// One item of the brief as its sender sees it.
struct Item {
    field: String,
    title: String,
    /// What the record says; the receiver reads it there.
    known: Option<String>,
    text: String,
}

struct Found {
    name: String,
    customer: CustomerId,
    things: Vec<(String, String)>,
    chosen: Option<(Thing, String, Vec<BriefItem>, Vec<Candidate>)>,
}

/// `case:…`, `sale:…`, `customer` and `task`, as addresses and forms say it.
pub(super) fn thing(word: &str, task: &str) -> Option<Thing> {
    match word.split_once(':') {
        Some(("case", id)) => id.parse().ok().map(Thing::Case),
        Some(("sale", id)) => id.parse().ok().map(Thing::Sale),
        None if word == "customer" => Some(Thing::Customer),
        None if word == "task" && !task.trim().is_empty() => {
            Some(Thing::Task(task.trim().to_owned()))
        }
        _ => None,
    }
}

pub(super) async fn show(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let Some(customer) = asked.customer else { return Ok(see_other("/customers")) };
    let typed = Typed::about(customer, &asked.thing, &asked.task);
    new_page(&app, &viewer, &uri, customer, (typed, None)).await
}

pub(super) async fn new_page(
    app: &App,
    viewer: &Viewer,
    uri: &Uri,
    customer: CustomerId,
    (typed, refusal): (Typed, Option<Refusal>),
) -> Result<Response, Failure> {
    let wanted = thing(&typed.thing, &typed.task);
    let found = sharing::read(app, viewer, Occasion::of("customer"), move |cx, lens| {
        read(cx, lens, customer, wanted)
    });
    let found = found.await?.ok_or(Failure::NotFound)?;
    let reply = reply(refusal.as_ref());
    let path = format!("/customers/{}", found.customer);
    let frame = Frame::of(viewer, uri, Nav::HandOffs, "Hand something off");
    let chosen = found.chosen.map(|chosen| face(chosen, &typed, refusal.as_ref()));
    reply.with(&NewPage {
        frame: frame.below("Customers", "/customers").below(found.name.clone(), path),
        name: found.name,
        customer: found.customer.to_string(),
        refusal,
        things: found.things,
        chosen,
    })
}

fn read(
    cx: &mut Cx<'_>,
    lens: &Lens,
    id: CustomerId,
    wanted: Option<Thing>,
) -> Result<Option<Found>, Fault> {
    let Some(customer) = customers::find(cx, lens, id)? else { return Ok(None) };
    let mut found = Found {
        name: who::title(&customer),
        customer: customer.id,
        things: Vec::new(),
        chosen: None,
    };
    let brief = match &wanted {
        Some(thing) => handoffs::brief(cx, lens, customer.id, thing)?,
        None => None,
    };
    let cases = cases::of_customer(cx, lens, &customer.sight)?;
    let sales = sales::of_customer(cx, lens, &customer.sight)?;
    if let (Some(thing), Some(brief)) = (wanted, brief) {
        let candidates = handoffs::candidates(cx, lens, customer.id, &thing)?;
        let title = match &thing {
            Thing::Case(id) => {
                let case = cases.iter().find(|case| case.id == *id);
                case.map_or("A case".to_owned(), |case| case.title.clone())
            }
            Thing::Sale(id) => {
                let sale = sales.iter().find(|sale| sale.id == *id);
                sale.map_or("An order".to_owned(), |sale| format!("Order {}", sale.order_ref))
            }
            Thing::Customer => format!("{} as a whole", found.name),
            Thing::Task(words) => words.clone(),
        };
        found.chosen = Some((thing, title, brief, candidates.unwrap_or_default()));
        return Ok(Some(found));
    }
    let open = cases.iter().filter(|case| case.closed.is_none()).take(THINGS_MAX);
    found.things =
        open.map(|case| (format!("case:{}", case.id), format!("The case “{}”", case.title)))
            .chain(
                sales.iter().filter(|sale| sale.is_open()).take(THINGS_MAX).map(|sale| {
                    (format!("sale:{}", sale.id), format!("The order {}", sale.order_ref))
                }),
            )
            .chain([("customer".to_owned(), format!("{} as a whole", found.name))])
            .collect();
    Ok(Some(found))
}

/// For how many hours an offer may wait, in words; the first is the default of the thing's kind.
const WITHIN: [(&str, &str); 5] = [
    ("", "As usual: 4 hours for a case, a day for all else"),
    ("4", "4 hours"),
    ("24", "A day"),
    ("72", "3 days"),
    ("168", "A week"),
];

fn face(
    (thing, title, brief, candidates): (Thing, String, Vec<BriefItem>, Vec<Candidate>),
    typed: &Typed,
    refusal: Option<&Refusal>,
) -> Chosen {
    let item = |item: &BriefItem| Item {
        field: format!("brief-{}", item.item),
        title: item.title.clone(),
        known: match (&item.text, item.from_record) {
            (Some(text), _) => Some(text.clone()),
            (None, true) => Some("It is in the record.".to_owned()),
            (None, false) => None,
        },
        text: typed
            .brief
            .iter()
            .find(|(word, _)| *word == item.item)
            .map_or_else(String::new, |(_, text)| text.clone()),
    };
    let missing = brief.iter().filter(|item| faces::is_missing(item));
    let missing: Vec<String> = missing.map(|item| item.title.to_lowercase()).collect();
    let to = |one: Candidate| Choice {
        is_chosen: typed.to == one.organisation.to_string(),
        value: one.organisation.to_string(),
        label: if one.knows_customer {
            format!("{}, who serves them already", one.name)
        } else {
            one.name
        },
    };
    let within = |(value, label): (&str, &str)| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        is_chosen: typed.within == value,
    };
    Chosen {
        title,
        thing: typed.thing.clone(),
        task: if matches!(thing, Thing::Task(_)) { typed.task.clone() } else { String::new() },
        to: candidates.into_iter().map(to).collect(),
        to_error: beside(refusal, "to"),
        within: WITHIN.map(within).into(),
        within_error: beside(refusal, "within"),
        brief: brief.iter().map(item).collect(),
        brief_error: beside(refusal, "brief"),
        missing: crate::words::list(&missing),
        incomplete: typed.incomplete,
        incomplete_error: beside(refusal, "incomplete"),
        words: typed.words.clone(),
        words_error: beside(refusal, "words"),
    }
}
