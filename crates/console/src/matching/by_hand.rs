//! Joining two customers by hand: whoever knows that they are one finds the other, sees what would
//! happen, and says so.

use askama::Template;
use axum::{extract::State, http::Uri, response::Response};
use handfast_db::{Cx, Fault};
use handfast_record::{
    CustomerId,
    customers::{self, Customer, Row as Listed},
    matching::{self, Error, Pair},
    merging::{self, Preview},
    sharing::{self, Author, Lens, looks::Occasion},
};
use handfast_web::{App, Failure, Form, Frame, Nav, Path, Query, Viewer, see_other};
use serde::Deserialize;

use super::{
    JOINED,
    effects::{self, Effects},
    known::{self, said},
    reasons::{self, Reason},
    sides::{self, Sides},
};
use crate::{
    customer::who::{self, Names},
    forms::{Refusal, beside, reply},
    words,
};

/// How many customers are offered at once.
const OFFERED_MAX: usize = 20;
/// Of how many records of each the two most alike are looked for.
const COMPARED_MAX: usize = 4;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    other: Option<CustomerId>,
}

/// What was typed into the form.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    other: String,
    why: String,
}

#[derive(Template)]
#[template(path = "matching_by_hand.html")]
struct ByHandPage {
    frame: Frame,
    path: String,
    lede: String,
    refusal: Option<Refusal>,
    chosen: Option<ChosenFace>,
    why: String,
    why_error: Option<String>,
    q: String,
    found: String,
    hint: &'static str,
    rows: Vec<Offer>,
}

/// The other customer, side by side with this one.
struct ChosenFace {
    id: CustomerId,
    sides: Sides,
    reasons: Vec<Reason>,
    effects: Effects,
}

/// Somebody who may be the other.
struct Offer {
    name: String,
    place: String,
    href: String,
}

/// What is read for the page.
struct Found {
    customer: Customer,
    rows: Vec<Listed>,
    chosen: Option<Chosen>,
}

struct Chosen {
    /// What the other is called.
    other: String,
    pair: Pair,
    preview: Preview,
    names: Names,
}

pub(super) async fn show(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<CustomerId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    by_hand_page(&app, &viewer, &uri, id, asked, (Typed::default(), None)).await
}

pub(super) async fn merge(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<CustomerId>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let other: Option<CustomerId> = typed.other.parse().ok();
    match merged(&app, &viewer, (id, other), &typed.why).await {
        Ok(into) => Ok(see_other(&JOINED.at(&format!("/customers/{into}/matches")))),
        Err(failure) => {
            let refusal = Refusal::of("They were not joined", failure)?;
            let asked = Asked { q: String::new(), other };
            by_hand_page(&app, &viewer, &uri, id, asked, (typed, Some(refusal))).await
        }
    }
}

/// Joins them; where they stand now.
async fn merged(
    app: &App,
    viewer: &Viewer,
    (id, other): (CustomerId, Option<CustomerId>),
    why: &str,
) -> Result<CustomerId, Failure> {
    let other = other.ok_or_else(|| Failure::field("other", "Choose who else it is."))?;
    let (now, asks, why) = (app.clock.now(), viewer.clone(), why.to_owned());
    let done = app.write(move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &asks, now)?;
        matching::merge(tx, &lens, &Author::of(&asks), now, (id, other), &why)?;
        let joined = customers::find(tx, &lens, id)?.ok_or(Error::NotFound)?;
        Ok(joined.id)
    });
    done.await
}

async fn by_hand_page(
    app: &App,
    viewer: &Viewer,
    uri: &Uri,
    id: CustomerId,
    asked: Asked,
    (typed, refusal): (Typed, Option<Refusal>),
) -> Result<Response, Failure> {
    let q = asked.q.trim().to_owned();
    let (wanted, other) = (q.clone(), asked.other);
    let what = if q.is_empty() { "customer" } else { "search" };
    let found = sharing::read(app, viewer, Occasion::of(what), move |cx, lens| {
        read(cx, lens, id, &wanted, other)
    });
    let found = found.await?.ok_or(Failure::NotFound)?;
    let Found { customer, rows, chosen } = found;
    let name = who::title(&customer);
    let path = format!("/customers/{}", customer.id);
    let reply = reply(refusal.as_ref());
    let rows: Vec<Offer> = rows.iter().map(|row| offer(row, customer.id)).collect();
    let page = ByHandPage {
        frame: Frame::of(viewer, uri, Nav::Customers, format!("The same person as {name}"))
            .below("Customers", "/customers")
            .below(name.clone(), path.clone()),
        path: format!("{path}/merging"),
        lede: format!("Say which other record is {name} too. Nothing happens before you confirm."),
        chosen: chosen.map(|chosen| chosen.face(&customer)),
        why: typed.why,
        why_error: beside(refusal.as_ref(), "why"),
        refusal,
        found: found_words(&q, rows.len()),
        hint: if q.is_empty() {
            "Names, references, phone numbers and addresses are looked through."
        } else {
            "Try fewer letters, or another word."
        },
        rows,
        q,
    };
    reply.with(&page)
}

fn read(
    cx: &mut Cx<'_>,
    lens: &Lens,
    id: CustomerId,
    q: &str,
    other: Option<CustomerId>,
) -> Result<Option<Found>, Failure> {
    let Some(customer) = customers::find(cx, lens, id)? else { return Ok(None) };
    if let Some(other) = other {
        let other = customers::find(cx, lens, other)?;
        if let Some(other) = other.filter(|other| other.id != customer.id) {
            let chosen = Some(compared(cx, lens, &customer, &other)?);
            return Ok(Some(Found { customer, rows: Vec::new(), chosen }));
        }
    }
    let mut rows = match q {
        "" => Vec::new(),
        q => customers::search(cx, lens, q, OFFERED_MAX + 1)?,
    };
    rows.retain(|row| row.id != customer.id);
    rows.truncate(OFFERED_MAX);
    Ok(Some(Found { customer, rows, chosen: None }))
}

fn compared(
    cx: &mut Cx<'_>,
    lens: &Lens,
    customer: &Customer,
    other: &Customer,
) -> Result<Chosen, Failure> {
    let pair = most_alike(cx, lens, customer, other)?.ok_or(Failure::NotFound)?;
    let preview = merging::preview(cx, lens, customer.id, other.id).map_err(Error::from)?;
    let mentioned = known::mentioned(&pair, Some(&preview));
    let names = known::names(cx, lens, [&pair.records.0, &pair.records.1], mentioned, [])?;
    Ok(Chosen { other: who::title(other), pair, preview, names })
}

/// The two records, one of each, that are most alike: they stand for the two customers.
fn most_alike(
    cx: &mut Cx<'_>,
    lens: &Lens,
    customer: &Customer,
    other: &Customer,
) -> Result<Option<Pair>, Fault> {
    let mut best: Option<Pair> = None;
    for one in customer.records.iter().take(COMPARED_MAX) {
        for second in other.records.iter().take(COMPARED_MAX) {
            let pair = matching::pair(cx, lens, (one.id, second.id))?;
            let is_better =
                |pair: &Pair| best.as_ref().is_none_or(|best| pair.weight > best.weight);
            if let Some(pair) = pair.filter(is_better) {
                best = Some(pair);
            }
        }
    }
    Ok(best)
}

impl Chosen {
    fn face(self, customer: &Customer) -> ChosenFace {
        let (one, other) = (self.pair.customers, self.other.as_str());
        let id = if one.0 == customer.id { one.1 } else { one.0 };
        let name = who::title(customer);
        let called = [(customer.id, name.as_str()), (id, other)];
        let (left, right) = &self.pair.records;
        ChosenFace {
            id,
            sides: sides::of(left, right, &self.names),
            reasons: reasons::faces(&said(&self.pair.lines)),
            effects: effects::of(&self.preview, called, &self.names),
        }
    }
}

fn offer(row: &Listed, customer: CustomerId) -> Offer {
    Offer {
        name: if row.name.is_empty() { "A customer".to_owned() } else { row.name.clone() },
        place: row.place.clone(),
        href: format!("/customers/{customer}/merging?other={}", row.id),
    }
}

fn found_words(q: &str, len: usize) -> String {
    match (q.is_empty(), len) {
        (true, _) => "Write a name, a reference or a number".to_owned(),
        (false, 0) => format!("Nobody else is found for “{q}”"),
        (false, n) => format!("{} found", words::counted(n as i64, "customer", "customers")),
    }
}
