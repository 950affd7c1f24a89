//! “The address changed”: entered once, for everybody who needs it.

use askama::Template;
use axum::{extract::State, http::Uri, response::Response};
use handfast_handoffs::{
    Actor,
    obligations::{self, Address, NewChange, Value},
};
use handfast_kit::{Day, TimeMs, Zone};
use handfast_record::{
    ChangeId, CustomerId, customers,
    sharing::{self, Lens, looks::Occasion},
    touches::Changed,
};
use handfast_web::{App, Failure, Form, Frame, Nav, Path, Viewer, see_other};
use serde::Deserialize;

use super::{ENTERED, failure, path};
use crate::{
    customer::who,
    forms::{Refusal, beside, reply},
};

/// What was typed into the form.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    changed: String,
    street: String,
    postcode: String,
    city: String,
    region: String,
    country: String,
    line: String,
    from: String,
    until: String,
    by_customer: String,
}

#[derive(Template)]
#[template(path = "change_new.html")]
struct NewPage {
    frame: Frame,
    path: String,
    name: String,
    refusal: Option<Refusal>,
    typed: Typed,
    choices: Vec<(&'static str, &'static str)>,
    street_error: Option<String>,
    line_error: Option<String>,
    from_error: Option<String>,
    until_error: Option<String>,
}

/// What a person may enter here.
const CHOICES: [(&str, &str); 4] = [
    ("address", "The address"),
    ("phone", "The phone number"),
    ("email", "The mail address"),
    ("name", "The name"),
];

impl Typed {
    fn checked(&self, customer: CustomerId, zone: &Zone) -> Result<NewChange, Failure> {
        let changed = CHOICES.iter().find(|(word, _)| *word == self.changed);
        let changed = changed.and_then(|(word, _)| Changed::named(word));
        let changed = changed.unwrap_or(Changed::Address);
        let line = self.line.clone();
        let value = match changed {
            Changed::Name => Value::Name(line),
            Changed::Phone => Value::Phone(line),
            Changed::Email => Value::Email(line),
            _ => Value::Address(Address {
                street: self.street.clone(),
                postcode: self.postcode.clone(),
                city: self.city.clone(),
                region: self.region.clone(),
                country: self.country.clone(),
            }),
        };
        Ok(NewChange {
            customer,
            changed,
            value,
            from: day("from", &self.from, zone)?,
            until: day("until", &self.until, zone)?,
            by_customer: !self.by_customer.is_empty(),
        })
    }
}

/// The first moment of a day that may be left out.
fn day(field: &'static str, text: &str, zone: &Zone) -> Result<Option<TimeMs>, Failure> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let day = Day::parse(text.trim());
    let day = day.ok_or_else(|| Failure::field(field, "Write the day as 2026-03-31."))?;
    Ok(Some(zone.start_of(day)))
}

pub(super) async fn show(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<CustomerId>,
) -> Result<Response, Failure> {
    let typed =
        Typed { changed: "address".to_owned(), by_customer: "yes".to_owned(), ..Typed::default() };
    new_page(&app, &viewer, &uri, id, (typed, None)).await
}

pub(super) async fn enter(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<CustomerId>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    match entered(&app, &viewer, id, &typed).await {
        Ok(change) => Ok(see_other(&ENTERED.at(&path(change)))),
        Err(error) => {
            let refusal = Refusal::of("The change was not taken down", error)?;
            new_page(&app, &viewer, &uri, id, (typed, Some(refusal))).await
        }
    }
}

async fn entered(
    app: &App,
    viewer: &Viewer,
    id: CustomerId,
    typed: &Typed,
) -> Result<ChangeId, Failure> {
    let (now, viewer, new) = (app.clock.now(), viewer.clone(), typed.checked(id, &viewer.zone)?);
    app.write(move |tx| -> Result<_, Failure> {
        let lens = Lens::of(tx, &viewer, now)?;
        let made = obligations::enter(tx, &lens, &Actor::of(&viewer), now, &new);
        let field = if new.changed == Changed::Address { "street" } else { "line" };
        Ok(made.map_err(|error| failure(error, field))?.id)
    })
    .await
}

async fn new_page(
    app: &App,
    viewer: &Viewer,
    uri: &Uri,
    id: CustomerId,
    (typed, refusal): (Typed, Option<Refusal>),
) -> Result<Response, Failure> {
    let found = sharing::read(app, viewer, Occasion::of("customer"), move |cx, lens| {
        customers::find(cx, lens, id)
    });
    let customer = found.await?.ok_or(Failure::NotFound)?;
    let (name, back) = (who::title(&customer), format!("/customers/{}", customer.id));
    let reply = reply(refusal.as_ref());
    let frame = Frame::of(viewer, uri, Nav::HandOffs, "Something changed");
    let error = |field| beside(refusal.as_ref(), field);
    reply.with(&NewPage {
        frame: frame.below("Customers", "/customers").below(name.clone(), back.clone()),
        path: format!("{back}/changes"),
        name,
        choices: CHOICES.into(),
        street_error: error("street"),
        line_error: error("line"),
        from_error: error("from"),
        until_error: error("until"),
        refusal,
        typed,
    })
}
