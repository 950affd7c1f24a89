//! Asking for more of a customer, on a page of its own: the dialog of the customer's page sends the
//! same form, and whoever has no scripts writes it here.

use askama::Template;
use axum::{extract::State, http::Uri, response::Response};
use handfast_kit::TimeMs;
use handfast_record::{
    CustomerId, customers,
    requests::{self, Error, Request},
    sharing::{self, Author, Class, Lens, Level, Sight, looks::Occasion},
};
use handfast_web::{App, Failure, Form, Frame, Nav, Path, Viewer, see_other};

use super::ASKED;
use crate::{
    forms::{Refusal, beside, reply},
    reasons, words,
};

#[derive(Template)]
#[template(path = "request_ask.html")]
struct AskPage {
    frame: Frame,
    path: String,
    name: String,
    refusal: Option<Refusal>,
    /// There is one already: when it was asked.
    open: Option<String>,
    classes: Vec<Choice>,
    classes_error: Option<String>,
    why: String,
    why_error: Option<String>,
}

struct Choice {
    word: &'static str,
    label: String,
    is_chosen: bool,
}

/// What was typed into the form.
#[derive(Debug, Clone, Default)]
struct Typed {
    classes: Vec<Class>,
    why: String,
}

impl Typed {
    /// The fields of the form; a box that is ticked comes as `class=case`.
    fn of(fields: Vec<(String, String)>) -> Self {
        let mut typed = Self::default();
        for (name, value) in fields {
            match name.as_str() {
                "class" | "classes" => {
                    typed.classes.extend(value.split(',').filter_map(Class::named));
                }
                "why" => typed.why = value,
                _ => {}
            }
        }
        typed
    }
}

pub(super) async fn show(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<CustomerId>,
) -> Result<Response, Failure> {
    ask_page(&app, &viewer, &uri, id, Typed::default(), None).await
}

pub(super) async fn ask(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<CustomerId>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    if viewer.is_brand() {
        return Err(Error::ForPartners.into());
    }
    let typed = Typed::of(fields);
    match asked(&app, &viewer, id, &typed).await {
        Ok(_) => Ok(see_other(&ASKED.at("/requests"))),
        Err(failure) => {
            let refusal = Refusal::of("The brand was not asked", failure)?;
            ask_page(&app, &viewer, &uri, id, typed, Some(refusal)).await
        }
    }
}

async fn asked(
    app: &App,
    viewer: &Viewer,
    id: CustomerId,
    typed: &Typed,
) -> Result<Request, Failure> {
    let (now, viewer, typed) = (app.clock.now(), viewer.clone(), typed.clone());
    app.write(move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &viewer, now)?;
        let wanted = (&*typed.classes, &*typed.why);
        requests::ask(tx, &lens, &Author::of(&viewer), now, id, wanted)
    })
    .await
}

/// What is read for the page.
struct Found {
    name: String,
    hidden: Vec<Class>,
    open: Option<TimeMs>,
}

async fn ask_page(
    app: &App,
    viewer: &Viewer,
    uri: &Uri,
    id: CustomerId,
    typed: Typed,
    refusal: Option<Refusal>,
) -> Result<Response, Failure> {
    let now = app.clock.now();
    let found = sharing::read(app, viewer, Occasion::of("customer"), move |cx, lens| {
        let customer = customers::find(cx, lens, id)?.ok_or(Error::NotFound)?;
        let open = requests::open_about(cx, lens, now, customer.id)?;
        let is_hidden = |class: &Class| is_hidden(&customer.sight, *class);
        let hidden = Class::ALL.into_iter().filter(is_hidden).collect();
        let name = customer.name().to_owned();
        Ok::<_, Error>(Found { name, hidden, open: open.map(|request| request.asked) })
    })
    .await?;
    if viewer.is_brand() {
        // The brand sees everything, and has nobody to ask.
        return Ok(see_other(&format!("/customers/{id}")));
    }
    let choice = |class: Class| Choice {
        word: class.word(),
        label: words::sentence(reasons::class(class)),
        is_chosen: typed.classes.contains(&class),
    };
    let name = if found.name.is_empty() { "A customer".to_owned() } else { found.name };
    let (title, back) = (format!("Ask for more of {name}"), format!("/customers/{id}"));
    let today = viewer.zone.day_of(now);
    let reply = reply(refusal.as_ref());
    let page = AskPage {
        frame: Frame::of(viewer, uri, Nav::Requests, title)
            .below("Customers", "/customers")
            .below(name.clone(), back),
        path: format!("/customers/{id}/requests"),
        name,
        open: found.open.map(|at| words::when(viewer.zone.day_of(at), today)),
        classes: found.hidden.into_iter().map(choice).collect(),
        classes_error: beside(refusal.as_ref(), "classes"),
        why_error: beside(refusal.as_ref(), "why"),
        refusal,
        why: typed.why,
    };
    reply.with(&page)
}

/// Whether there may be something of the class that the viewer does not see in full.
fn is_hidden(sight: &Sight, class: Class) -> bool {
    let oldest = sight.spans().last().map_or(Level::None, |span| span.masks.level(class));
    sight.fields().level(class) < Level::Full || oldest < Level::Full
}
