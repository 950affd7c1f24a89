//! What somebody without an account opens from a letter: one request to a partner, to be seen and
//! answered from a phone. The link is all there is, so there are no cookies and no sessions here;
//! opening it changes nothing, and a link that cannot be used says why.

mod dispute;
mod ended;
mod hand_off;
mod leg;
mod obligation;
mod typed;

use axum::{extract::State, http::Method, response::Response};
use handfast_db::{Cx, Fault};
use handfast_handoffs::links::{self, Act, Error, Link, Over, What};
use handfast_kit::{OrganisationId, TimeMs, Zone};
use handfast_record::{
    customers, organisations,
    sharing::{self, Lens},
};
use handfast_web::{
    Access, App, Failure, Form, Path, Route, Secret, TokenHash, html_with, page, see_other,
};

use self::{
    ended::{Ended, VERIFIED, done, gone},
    typed::Typed,
};
use crate::forms::Refusal;

/// [`links::PATH`] and the secret.
const PATH: &str = "/l/{secret}";
/// Where what a system shows is typed: after the path of its link.
const READ_BACK: &str = "/read-back";

pub(crate) fn routes() -> Vec<Route> {
    vec![
        page(Method::GET, PATH, Access::Public, show).by_secret(),
        page(Method::POST, PATH, Access::Public, act).by_secret(),
        page(Method::GET, "/l/{secret}/read-back", Access::Public, read_back).by_secret(),
    ]
}

/// What is behind a link.
enum Behind {
    Good(Box<Found>),
    Ended(Ended),
}

impl Behind {
    const fn is_good(&self) -> bool {
        matches!(self, Self::Good(_))
    }
}

/// A good link and what it asks for.
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
    /// What the organisation itself calls the customer, where it keeps a record.
    own_ref: Option<String>,
}

/// What a page needs to know besides.
struct Shown<'a> {
    home: &'a Home,
    path: &'a str,
    email: &'a str,
    now: TimeMs,
}

async fn show(State(app): State<App>, Path(secret): Path<String>) -> Result<Response, Failure> {
    match behind(&app, &secret).await? {
        Behind::Good(found) => asked(&app, &found, &Typed::default(), None, None),
        Behind::Ended(ended) => gone(&ended),
    }
}

async fn read_back(
    State(app): State<App>,
    Path(secret): Path<String>,
) -> Result<Response, Failure> {
    match behind(&app, &secret).await? {
        Behind::Good(found) => typing(&app, &found, &Typed::default(), None),
        Behind::Ended(ended) => gone(&ended),
    }
}

async fn act(
    State(app): State<App>,
    Path(secret): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let Some(hash) = Secret::parse(&secret).map(|secret| secret.hash()) else {
        return gone(&Ended { over: Over::Unknown, home: None });
    };
    let before = behind(&app, &secret).await?;
    let what = if let Behind::Good(found) = &before { Some(&found.what) } else { None };
    let pressed = match typed.pressed(what) {
        Ok(pressed) => pressed,
        Err(failure) => return refused(&app, before, &typed, failure),
    };
    let (now, turn, doing) = (app.clock.now(), typed.turn, pressed.clone());
    let acted = app
        .write(move |tx| match links::act(tx, &hash, now, turn, &doing) {
            Ok(()) => Ok(true),
            Err(Error::Over) => Ok(false),
            Err(error) => Err(error),
        })
        .await;
    match acted {
        Ok(true) => answered(&app, &secret, before, &pressed).await,
        Ok(false) => match behind(&app, &secret).await? {
            Behind::Good(_) => gone(&Ended { over: Over::Unknown, home: None }),
            Behind::Ended(ended) => gone(&ended),
        },
        Err(failure) => refused(&app, before, &typed, failure),
    }
}

/// The page again, with what was typed and what is wrong with it.
fn refused(
    app: &App,
    before: Behind,
    typed: &Typed,
    failure: Failure,
) -> Result<Response, Failure> {
    let found = match before {
        Behind::Good(found) => found,
        Behind::Ended(ended) => return gone(&ended),
    };
    let mut refusal = Refusal::of("Nothing was changed", failure)?;
    for problem in &mut refusal.problems {
        // The words stand in the field of the form that was sent.
        problem.field = typed.field(&found.what).into();
    }
    if typed.is_read() {
        return typing(app, &found, typed, Some(refusal));
    }
    asked(app, &found, typed, None, Some(refusal))
}

/// The page of what is asked for.
fn asked(
    app: &App,
    found: &Found,
    typed: &Typed,
    said: Option<&'static str>,
    refusal: Option<Refusal>,
) -> Result<Response, Failure> {
    let status = refusal.as_ref().map(|refusal| refusal.status).unwrap_or_default();
    match &found.what {
        What::HandOff(one) => html_with(status, &hand_off::page(found, one, typed, said, refusal)),
        What::Obligation(duty) => {
            html_with(status, &obligation::page(&found.shown(app), duty, typed, said, refusal))
        }
        What::Dispute(one) => html_with(status, &dispute::page(found, one, typed, refusal)),
        What::Leg(trace, which) => {
            html_with(status, &leg::page(found, (trace, *which), typed, refusal))
        }
    }
}

/// The page on which is typed what a system shows; whoever has nothing to type comes to the other.
fn typing(
    app: &App,
    found: &Found,
    typed: &Typed,
    refusal: Option<Refusal>,
) -> Result<Response, Failure> {
    let What::Obligation(duty) = &found.what else { return Ok(see_other(&found.path)) };
    let status = refusal.as_ref().map(|refusal| refusal.status).unwrap_or_default();
    html_with(status, &obligation::read_back_page(&found.shown(app), duty, typed, refusal))
}

/// What is shown once it is done: the page as it is now, or how it ended.
async fn answered(
    app: &App,
    secret: &str,
    before: Behind,
    pressed: &Act,
) -> Result<Response, Failure> {
    let after = behind(app, secret).await?;
    let is_duty = |found: &Found| matches!(found.what, What::Obligation(_));
    match after {
        Behind::Good(found) => {
            let said = said(pressed, is_duty(&found));
            asked(app, &found, &Typed::default(), said, None)
        }
        Behind::Ended(ended) => {
            let network = ended.home.as_ref().map_or("Handfast", |(network, _)| network);
            let was_duty = matches!(&before, Behind::Good(found) if is_duty(found));
            let was_dispute = matches!(ended.over, Over::Dispute(_));
            match pressed {
                Act::Accept if was_dispute => done(network, OURS),
                Act::Decline(_) if was_dispute => done(network, NOT_OURS),
                _ if ended.over == Over::Leg && before.is_good() => done(network, ANSWERED),
                Act::Accept if !was_duty => done(network, ACCEPTED),
                Act::Decline(_) if !was_duty => done(network, DECLINED),
                Act::ReadBack(_) if was_duty => done(network, VERIFIED),
                _ => gone(&ended),
            }
        }
    }
}

const ACCEPTED: (&str, &str) = (
    "It is yours now",
    "You have taken it over, and are responsible from now on. Whoever asked you can see that.",
);
const DECLINED: (&str, &str) = (
    "You have declined",
    "It stays with whoever asked you. They can read your reason, and you are not asked for this \
     again.",
);

const OURS: (&str, &str) =
    ("You answer for it", "It is settled: it was your part. The other side can see that.");
const NOT_OURS: (&str, &str) = (
    "Your evidence is noted",
    "You say that it was not your part either. The brand decides, and you are told.",
);

const ANSWERED: (&str, &str) = (
    "Your answer is noted",
    "The brand sees it beside the others’. What the customer gets goes on meanwhile.",
);

/// What is said above a page that goes on.
fn said(pressed: &Act, is_duty: bool) -> Option<&'static str> {
    Some(match pressed {
        Act::See => "Whoever asked you can see that you have seen it.",
        Act::Ask(_) => "You have asked for it. A clock runs at the sender's side now.",
        Act::Accept if is_duty => {
            "You have accepted it, and are responsible for it. Apply it in your system; then read \
             back what that shows."
        }
        Act::Decline(_) if is_duty => {
            "It is written down that this is not your part, and why. Whoever asked you acts next."
        }
        Act::Apply(_) => {
            "It is written down that you say so. It counts when you have read back what your \
             system shows."
        }
        // What differs stands above.
        Act::ReadBack(_) | Act::Accept | Act::Decline(_) => return None,
        Act::Broke(_) => "Your answer is noted. You have another part of it, below.",
    })
}

/// The link of this text and what is behind it. Who looks is written down.
async fn behind(app: &App, secret: &str) -> Result<Behind, Failure> {
    let unknown = || Behind::Ended(Ended { over: Over::Unknown, home: None });
    let Some(hash) = Secret::parse(secret).map(|secret| secret.hash()) else {
        return Ok(unknown());
    };
    let now = app.clock.now();
    let Some((link, is_good)) = app.read(move |cx| looked_up(cx, &hash, now)).await? else {
        return Ok(unknown());
    };
    let (place, asked) = ((link.network, link.organisation), link.clone());
    let found =
        sharing::read_by_link(app, place, move |cx, lens| found(cx, lens, now, (&asked, is_good)))
            .await?;
    Ok(match found {
        Ok((what, home)) => {
            let path = format!("{}{secret}", links::PATH);
            Behind::Good(Box::new(Found { link, what, home, path }))
        }
        Err(ended) => Behind::Ended(ended),
    })
}

/// The link, and whether it is good.
fn looked_up(
    cx: &mut Cx<'_>,
    hash: &TokenHash,
    now: TimeMs,
) -> Result<Option<(Link, bool)>, Fault> {
    let Some(link) = links::known(cx, hash)? else { return Ok(None) };
    let is_good = links::find(cx, hash, now)?.is_some();
    Ok(Some((link, is_good)))
}

/// What a link asks for as its organisation sees it, or why it is good no more.
fn found(
    cx: &mut Cx<'_>,
    lens: &Lens,
    now: TimeMs,
    (link, is_good): (&Link, bool),
) -> Result<Result<(What, Home), Ended>, Fault> {
    let Some(network) = organisations::network(cx, link.network)? else {
        return Ok(Err(Ended { over: Over::Unknown, home: None }));
    };
    if is_good && let Some(what) = links::show(cx, lens, now, link)? {
        let (from, customer) = match &what {
            What::HandOff(one) => (one.from, None),
            // Who entered it may be a partner of whom this one knows nothing.
            What::Obligation(duty) => {
                (organisations::brand_id(link.network), Some(duty.obligation.customer))
            }
            What::Dispute(one) => {
                let brand = organisations::brand_id(link.network);
                (one.claimant.id().unwrap_or(brand), Some(one.customer))
            }
            What::Leg(trace, _) => (organisations::brand_id(link.network), Some(trace.customer)),
        };
        let own_ref = match customer {
            Some(customer) => customers::find(cx, lens, customer)?.and_then(|seen| {
                let own = seen.records.iter().find(|one| one.organisation == link.organisation)?;
                Some(own.external_ref.clone()).filter(|text| !text.is_empty())
            }),
            None => None,
        };
        let names = organisations::names(cx, link.network, [from, link.organisation])?;
        let name = |id: OrganisationId| names.get(&id).cloned().unwrap_or_default();
        let (from, to) = (name(from), name(link.organisation));
        let home = Home { network: network.name, zone: network.zone, from, to, own_ref };
        return Ok(Ok((what, home)));
    }
    let over = links::over(cx, lens, now, link)?;
    Ok(Err(Ended { over, home: Some((network.name, network.zone)) }))
}

impl Found {
    fn shown<'a>(&'a self, app: &App) -> Shown<'a> {
        Shown { home: &self.home, path: &self.path, email: &self.link.email, now: app.clock.now() }
    }
}
