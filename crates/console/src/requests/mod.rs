//! Requests to see more of a customer: for the brand those that wait for its answer, with the form
//! that answers; for a partner its own, with what became of them.

mod answer;
mod ask;
mod faces;

use std::collections::HashMap;

use askama::Template;
use axum::{
    extract::State,
    http::{Method, Uri},
    response::Response,
};
use handfast_db::{Cx, Fault};
use handfast_kit::{OrganisationId, PersonId, TimeMs};
use handfast_record::{
    CustomerId, customers, organisations, people,
    requests::{self, Error, Request, RequestId, State as Standing},
    sharing::{self, Author, Class, Lens, looks::Occasion},
};
use handfast_web::{Access, App, Failure, Flash, Frame, Nav, Path, Route, Viewer, page, see_other};

use self::{
    answer::Typed,
    faces::{ClosedFace, OpenFace},
};
use crate::{
    forms::{Refusal, reply},
    words,
};

const ASKED: Flash = Flash::new("asked", "The brand was asked. It has a day to answer.");
const ANSWERED: Flash = Flash::new("answered", "The answer was given, and is in force.");
const WITHDRAWN: Flash = Flash::new("withdrawn", "The request was withdrawn.");
const ENDED: Flash = Flash::new("ended", "What was allowed is hidden again.");
const KNOWN: &[Flash] = &[ASKED, ANSWERED, WITHDRAWN, ENDED];

/// How many requests of each group the page shows.
const SHOWN_MAX: usize = 50;

pub(crate) fn routes() -> Vec<Route> {
    const ABOUT: &str = "/customers/{id}/requests";
    const WITHDRAWAL: &str = "/requests/{id}/withdrawal";
    vec![
        page(Method::GET, "/requests", Access::Member, show),
        page(Method::GET, ABOUT, Access::Worker, ask::show),
        page(Method::POST, ABOUT, Access::Worker, ask::ask),
        page(Method::POST, "/requests/{id}/answer", Access::Brand, answer::answer),
        page(Method::POST, WITHDRAWAL, Access::Worker, withdraw),
        page(Method::POST, "/requests/{id}/end", Access::Worker, end),
    ]
}

#[derive(Template)]
#[template(path = "requests.html")]
struct RequestsPage {
    frame: Frame,
    lede: String,
    /// Of a button; those of an answer are beside it.
    refusal: Option<Refusal>,
    open: Vec<OpenFace>,
    nothing: &'static str,
    closed: Vec<ClosedFace>,
    more: bool,
}

/// What is read for the page.
struct Found {
    requests: Vec<Entry>,
    more: bool,
    organisations: HashMap<OrganisationId, String>,
    people: HashMap<PersonId, String>,
}

/// A request with what is known beside it.
struct Entry {
    request: Request,
    /// The customer's name, if the viewer still sees it.
    customer: Option<String>,
    /// What the customer denies, for the brand.
    denied: Vec<Class>,
    /// What earlier answers show, and until when; for the brand.
    before: Option<(Vec<Class>, TimeMs)>,
}

/// Whose answer was refused, with what was typed, and why.
struct Refused {
    id: RequestId,
    typed: Typed,
    refusal: Refusal,
}

async fn show(State(app): State<App>, viewer: Viewer, uri: Uri) -> Result<Response, Failure> {
    requests_page(&app, &viewer, &uri, None, None).await
}

async fn withdraw(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<RequestId>,
) -> Result<Response, Failure> {
    let (now, asks) = (app.clock.now(), viewer.clone());
    let done = app.write(move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &asks, now)?;
        requests::withdraw(tx, &lens, now, id)
    });
    match done.await {
        Ok(_) => Ok(see_other(&WITHDRAWN.at("/requests"))),
        Err(failure) => refuse(&app, &viewer, "The request was not withdrawn", failure).await,
    }
}

async fn end(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<RequestId>,
) -> Result<Response, Failure> {
    let (now, asks) = (app.clock.now(), viewer.clone());
    let done = app.write(move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &asks, now)?;
        requests::end(tx, &lens, &Author::of(&asks), now, id)
    });
    match done.await {
        Ok(_) => Ok(see_other(&ENDED.at("/requests"))),
        Err(failure) => refuse(&app, &viewer, "Nothing was ended", failure).await,
    }
}

async fn refuse(
    app: &App,
    viewer: &Viewer,
    title: &'static str,
    failure: Failure,
) -> Result<Response, Failure> {
    let refusal = Refusal::of(title, failure)?;
    let uri = Uri::from_static("/requests");
    requests_page(app, viewer, &uri, None, Some(refusal)).await
}

async fn requests_page(
    app: &App,
    viewer: &Viewer,
    uri: &Uri,
    refused: Option<Refused>,
    refusal: Option<Refusal>,
) -> Result<Response, Failure> {
    let now = app.clock.now();
    let found =
        sharing::read(app, viewer, Occasion::of("list"), move |cx, lens| read(cx, lens, now))
            .await?;
    let reply = reply(refused.as_ref().map(|refused| &refused.refusal).or(refusal.as_ref()));
    let looking = faces::Looking { viewer, now, found: &found };
    let is_open = |entry: &&Entry| entry.request.state == Standing::Asked;
    let open: Vec<&Entry> = found.requests.iter().filter(is_open).collect();
    let page = RequestsPage {
        frame: Frame::of(viewer, uri, Nav::Requests, "Requests").saying(KNOWN),
        lede: lede(viewer, open.len() as i64),
        refusal,
        open: open.into_iter().map(|entry| looking.open(entry, refused.as_ref())).collect(),
        nothing: if viewer.is_brand() {
            "When a partner asks to see more of a customer, you answer it here."
        } else {
            "Where a customer’s page hides something that you need, “Request access” asks for it."
        },
        closed: found
            .requests
            .iter()
            .filter(|entry| entry.request.state != Standing::Asked)
            .map(|entry| looking.closed(entry))
            .collect(),
        more: found.more,
    };
    reply.with(&page)
}

fn read(cx: &mut Cx<'_>, lens: &Lens, now: TimeMs) -> Result<Found, Fault> {
    let all = requests::list(cx, lens, now)?;
    let is_open = |request: &Request| request.state == Standing::Asked;
    let (open, closed): (Vec<Request>, Vec<Request>) = all.into_iter().partition(is_open);
    let more = open.len() > SHOWN_MAX || closed.len() > SHOWN_MAX;
    let shown = open.into_iter().take(SHOWN_MAX).chain(closed.into_iter().take(SHOWN_MAX));
    let mut names: HashMap<CustomerId, Option<String>> = HashMap::new();
    let mut entries = Vec::new();
    for request in shown {
        let customer = if let Some(known) = names.get(&request.customer) {
            known.clone()
        } else {
            let seen = customers::find(cx, lens, request.customer)?;
            let name = seen.map(|customer| customer.name().to_owned());
            names.insert(request.customer, name.clone());
            name
        };
        let waits = request.state == Standing::Asked && lens.is_whole();
        let denied = if waits { requests::denied(cx, lens, &request)? } else { Vec::new() };
        let before = if waits { requests::shown_before(cx, lens, now, &request)? } else { None };
        entries.push(Entry { request, customer, denied, before });
    }
    let asking = entries.iter().map(|entry| entry.request.organisation);
    let organisations = organisations::names(cx, lens.network(), asking)?;
    let people = entries.iter().flat_map(|entry| {
        let request = &entry.request;
        [Some(request.person), request.answered_by].into_iter().flatten()
    });
    let people = people::names(cx, people.collect::<Vec<_>>())?;
    Ok(Found { requests: entries, more, organisations, people })
}

fn lede(viewer: &Viewer, open: i64) -> String {
    let whose = if viewer.is_brand() { "your answer" } else { "an answer" };
    match open {
        0 => format!("Nothing waits for {whose}."),
        1 => format!("1 request waits for {whose}."),
        n => format!("{} requests wait for {whose}.", words::number(n)),
    }
}
