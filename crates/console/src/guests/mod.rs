//! Serving a guest: the form for a partner, what was asked and how it stands, and for the brand the
//! code and the link to pass on. What the customer opens is in `let_in`.

mod let_in;
mod one;

use std::collections::HashMap;

use askama::Template;
use axum::{
    extract::State,
    http::{Method, Uri},
    response::Response,
};
use handfast_db::{Cx, Fault};
use handfast_kit::{Day, OrganisationId, TimeMs, Zone};
use handfast_record::{
    guests::{self, Ask, Guest, State as Standing},
    organisations,
    sharing::{Author, Lens},
};
use handfast_web::{
    Access, App, Failure, Flash, Form, Frame, Nav, Problems, Route, Viewer, page, see_other,
};
use serde::Deserialize;

use crate::{
    forms::{Refusal, beside, reply},
    words,
};

const ENDED: Flash = Flash::new("ended", "The access has ended. The customer is told, too.");
const KNOWN: &[Flash] = &[ENDED];

pub(crate) fn routes() -> Vec<Route> {
    let mut routes = vec![
        page(Method::GET, "/guests", Access::Member, show),
        page(Method::POST, "/guests", Access::Worker, ask),
    ];
    routes.extend(one::routes());
    routes.extend(let_in::routes());
    routes
}

#[derive(Template)]
#[template(path = "guest_ask.html")]
struct GuestsPage {
    frame: Frame,
    title: &'static str,
    lede: String,
    form: Option<AskForm>,
    rows_title: &'static str,
    rows: Vec<Row>,
    nothing: &'static str,
    /// Whether there may be more than are shown.
    more: bool,
}

/// The form in which a partner asks.
struct AskForm {
    refusal: Option<Refusal>,
    key: String,
    key_error: Option<String>,
    why: String,
    why_error: Option<String>,
}

struct Row {
    href: String,
    title: String,
    about: String,
    badge: Badge,
}

/// A state in one or two words, with a moment beside it.
pub(super) struct Badge {
    pub(super) tone: &'static str,
    pub(super) icon: &'static str,
    pub(super) word: &'static str,
    pub(super) by: String,
}

/// What was typed into the form.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    key: String,
    why: String,
}

/// The clock of a page: what day it is where the network is.
#[derive(Clone, Copy)]
pub(super) struct Today<'a> {
    pub(super) zone: &'a Zone,
    pub(super) day: Day,
}

impl<'a> Today<'a> {
    pub(super) fn of(viewer: &'a Viewer, now: TimeMs) -> Self {
        Self { zone: &viewer.zone, day: viewer.zone.day_of(now) }
    }

    /// `today at 14:30`, `13 March at 09:40`.
    pub(super) fn moment(&self, at: TimeMs) -> String {
        let day = words::when(self.zone.day_of(at), self.day);
        format!("{day} at {}", words::clock_time(at, self.zone))
    }
}

async fn show(State(app): State<App>, viewer: Viewer, uri: Uri) -> Result<Response, Failure> {
    guests_page(&app, &viewer, &uri, Typed::default(), None).await
}

async fn ask(
    State(app): State<App>,
    viewer: Viewer,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    match asked(&app, &viewer, &typed).await {
        Ok(guest) => Ok(see_other(&format!("/guests/{}", guest.id))),
        Err(failure) => {
            let refusal = Refusal::of("Nobody was asked", failure)?;
            let uri = Uri::from_static("/guests");
            guests_page(&app, &viewer, &uri, typed, Some(refusal)).await
        }
    }
}

async fn asked(app: &App, viewer: &Viewer, typed: &Typed) -> Result<Guest, Failure> {
    let mut missing = Problems::default();
    if typed.key.is_empty() {
        missing.add("key", "Write what the customer gave you.");
    }
    if typed.why.is_empty() {
        missing.add("why", "Write why you need it, in a sentence.");
    }
    missing.check()?;
    let ask = Ask { key: typed.key.clone(), why: typed.why.clone() };
    let (now, viewer) = (app.clock.now(), viewer.clone());
    app.write(move |tx| -> Result<_, guests::Error> {
        let lens = Lens::of(tx, &viewer, now)?;
        guests::ask(tx, &lens, &Author::of(&viewer), now, &ask)
    })
    .await
}

/// What is read for the page.
struct Found {
    guests: Vec<Guest>,
    names: HashMap<OrganisationId, String>,
}

fn read(cx: &mut Cx<'_>, lens: &Lens, now: TimeMs) -> Result<Found, Fault> {
    let guests = guests::list(cx, lens, now)?;
    let organisations = guests.iter().map(|guest| guest.organisation);
    let names = organisations::names(cx, lens.network(), organisations)?;
    Ok(Found { guests, names })
}

async fn guests_page(
    app: &App,
    viewer: &Viewer,
    uri: &Uri,
    typed: Typed,
    refusal: Option<Refusal>,
) -> Result<Response, Failure> {
    let (asks, now) = (viewer.clone(), app.clock.now());
    let found = app
        .read(move |cx| {
            let lens = Lens::of(cx, &asks, now)?;
            read(cx, &lens, now)
        })
        .await?;
    let reply = reply(refusal.as_ref());
    let is_brand = viewer.is_brand();
    let form = (!is_brand && viewer.may_write()).then(|| AskForm {
        key_error: beside(refusal.as_ref(), "key"),
        why_error: beside(refusal.as_ref(), "why"),
        refusal,
        key: typed.key,
        why: typed.why,
    });
    let (title, rows_title, nothing) = if is_brand {
        (
            "Guests",
            "What partners asked",
            "When a partner asks to serve a customer, it stands here.",
        )
    } else {
        ("Serve a guest", "What you asked", "What your organisation asks stands here.")
    };
    let today = Today::of(viewer, now);
    let page = GuestsPage {
        frame: Frame::of(viewer, uri, Nav::Guests, title).saying(KNOWN),
        title,
        lede: lede(viewer, &found.guests),
        form,
        rows_title,
        more: found.guests.len() >= 200,
        rows: rows(&found, is_brand, &today),
        nothing,
    };
    reply.with(&page)
}

fn lede(viewer: &Viewer, guests: &[Guest]) -> String {
    if !viewer.is_brand() {
        return "A customer who stands before you can let you in, with a key that only the \
                customer has: a phone number, an email address, an order number."
            .to_owned();
    }
    let waiting = guests.iter().filter(|guest| guest.state == Standing::Waiting).count() as i64;
    match waiting {
        0 => "Nobody waits for a customer to confirm.".to_owned(),
        1 => "1 partner waits for a customer to confirm.".to_owned(),
        n => format!("{} askings wait for a customer to confirm.", words::number(n)),
    }
}

fn rows(found: &Found, is_brand: bool, today: &Today<'_>) -> Vec<Row> {
    // Those that wait stand first: somebody is standing in a shop.
    let mut guests: Vec<&Guest> = found.guests.iter().collect();
    guests.sort_by_key(|guest| guest.state != Standing::Waiting);
    let row = |guest: &Guest| {
        let asked = format!("Asked {}.", today.moment(guest.asked));
        let (title, about) = if is_brand {
            let name = found.names.get(&guest.organisation).cloned().unwrap_or_default();
            (name, format!("“{}” {asked}", guest.why))
        } else {
            (guest.why.clone(), asked)
        };
        Row { href: format!("/guests/{}", guest.id), title, about, badge: badge(guest, today) }
    };
    guests.into_iter().map(row).collect()
}

/// How an asking stands.
pub(super) fn badge(guest: &Guest, today: &Today<'_>) -> Badge {
    let until = guest.until.map(|until| today.moment(until)).unwrap_or_default();
    let (tone, icon, word, by) = match guest.state {
        Standing::Waiting => {
            ("warn", "clock", "Waiting", format!("until {}", today.moment(guest.expires)))
        }
        Standing::LetIn => ("ok", "eye", "Let in", format!("until {until}")),
        Standing::Refused => ("", "x", "Not let in", String::new()),
        Standing::Expired => ("", "clock", "Not confirmed", "in time".to_owned()),
        Standing::Over => ("", "check", "Ended", until),
    };
    Badge { tone, icon, word, by }
}
