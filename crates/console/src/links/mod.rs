//! What somebody without an account opens from a letter: one request to a partner, to be seen and
//! answered from a phone. The link is all there is, so there are no cookies and no sessions here;
//! opening it changes nothing, and every link that cannot be used gets the same page.

mod hand_off;

use askama::Template;
use axum::{
    extract::State,
    http::{Method, StatusCode},
    response::Response,
};
use handfast_db::{Cx, Fault};
use handfast_handoffs::links::{self, Act, Error, Link, What};
use handfast_kit::{OrganisationId, Zone};
use handfast_record::{organisations, sharing};
use handfast_web::{
    Access, App, Failure, Form, Path, Route, Secret, TokenHash, html, html_with, page,
};
use serde::Deserialize;

use crate::forms::Refusal;

/// [`links::PATH`] and the secret.
const PATH: &str = "/l/{secret}";

pub(crate) fn routes() -> Vec<Route> {
    vec![
        page(Method::GET, PATH, Access::Public, show),
        page(Method::POST, PATH, Access::Public, act),
    ]
}

/// A link and what is behind it.
struct Found {
    link: Link,
    what: What,
    home: Home,
    path: String,
}

/// The network as a page names it.
#[derive(Debug, Clone)]
struct Home {
    network: String,
    zone: Zone,
    from: String,
    to: String,
}

/// What was pressed, and written.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    act: String,
    turn: i64,
    reason: String,
    item: String,
}

/// How it ended, or why it cannot be answered.
#[derive(Template)]
#[template(path = "link_done.html")]
struct DonePage {
    network: String,
    title: &'static str,
    text: String,
}

async fn show(State(app): State<App>, Path(secret): Path<String>) -> Result<Response, Failure> {
    match find(&app, &secret).await? {
        Some((_, found)) => html(&hand_off::page(&found, &Typed::default(), None, None)),
        None => gone(),
    }
}

async fn act(
    State(app): State<App>,
    Path(secret): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let Some(hash) = Secret::parse(&secret).map(|secret| secret.hash()) else { return gone() };
    let before = find(&app, &secret).await?;
    let pressed = pressed(&typed)?;
    let pressed_is_ask = matches!(pressed, Act::Ask(_));
    let (now, turn, doing) = (app.clock.now(), typed.turn, pressed.clone());
    let done = app
        .write(move |tx| match links::act(tx, &hash, now, turn, &doing) {
            Ok(()) => Ok(Done::Yes),
            Err(Error::Over) => Ok(Done::Over),
            Err(error) => Err(error),
        })
        .await;
    match done {
        Ok(Done::Over) => gone(),
        Ok(Done::Yes) => answered(&app, &secret, &pressed).await,
        Err(failure) => {
            let mut refusal = Refusal::of("Nothing was changed", failure)?;
            for problem in &mut refusal.problems {
                // The words stand in the field of the form that was sent.
                problem.field = if pressed_is_ask { "item".into() } else { "reason".into() };
            }
            let status = refusal.status;
            let Some((_, found)) = before else { return gone() };
            html_with(status, &hand_off::page(&found, &typed, None, Some(refusal)))
        }
    }
}

enum Done {
    Yes,
    Over,
}

fn pressed(typed: &Typed) -> Result<Act, Failure> {
    match &*typed.act {
        "see" => Ok(Act::See),
        "accept" => Ok(Act::Accept),
        "decline" => Ok(Act::Decline(typed.reason.clone())),
        "ask" => Ok(Act::Ask(typed.item.clone())),
        _ => Err(Failure::field("act", "press one of the buttons")),
    }
}

/// What is shown once it is done: the page as it is now, or how it ended.
async fn answered(app: &App, secret: &str, pressed: &Act) -> Result<Response, Failure> {
    let (title, text) = match pressed {
        Act::Accept => (
            "It is yours now",
            "You have taken it over, and are responsible from now on. Whoever asked you can see \
             that.",
        ),
        Act::Decline(_) => (
            "You have declined",
            "It stays with whoever asked you. They can read your reason, and you are not asked \
             for this again.",
        ),
        Act::See => ("", "Whoever asked you can see that you have seen it."),
        Act::Ask(_) => ("", "You have asked for it. A clock runs at the sender's side now."),
    };
    if title.is_empty() {
        let Some((_, found)) = find(app, secret).await? else { return gone() };
        return html(&hand_off::page(&found, &Typed::default(), Some(text), None));
    }
    let network = "Handfast".to_owned();
    html(&DonePage { network, title, text: text.to_owned() })
}

/// The link of this text and what is behind it, if it is good. Who looks is written down.
async fn find(app: &App, secret: &str) -> Result<Option<(TokenHash, Found)>, Failure> {
    let Some(hash) = Secret::parse(secret).map(|secret| secret.hash()) else { return Ok(None) };
    let now = app.clock.now();
    let Some(link) = app.read(move |cx| links::find(cx, &hash, now)).await? else {
        return Ok(None);
    };
    let (place, asked) = ((link.network, link.organisation), link.clone());
    let found = sharing::read_by_link(app, place, move |cx, lens| -> Result<_, Fault> {
        let Some(what) = links::show(cx, lens, now, &asked)? else { return Ok(None) };
        let home = home(cx, &asked, &what)?;
        Ok(home.map(|home| (what, home)))
    })
    .await?;
    let path = format!("{}{secret}", links::PATH);
    Ok(found.map(|(what, home)| (hash, Found { link, what, home, path })))
}

fn home(cx: &mut Cx<'_>, link: &Link, what: &What) -> Result<Option<Home>, Fault> {
    let Some(network) = organisations::network(cx, link.network)? else { return Ok(None) };
    let What::HandOff(hand_off) = what;
    let names = organisations::names(cx, link.network, [hand_off.from, link.organisation])?;
    let name = |id: OrganisationId| names.get(&id).cloned().unwrap_or_default();
    let (from, to) = (name(hand_off.from), name(link.organisation));
    Ok(Some(Home { network: network.name, zone: network.zone, from, to }))
}

fn gone() -> Result<Response, Failure> {
    let title = "This link cannot be used any more";
    let text = "What it asked for was answered, was taken back or has run out; or a newer letter \
                went elsewhere. Nothing was changed. If you have a newer letter, use its link.";
    let page = DonePage { network: "Handfast".to_owned(), title, text: text.to_owned() };
    html_with(StatusCode::GONE, &page)
}
