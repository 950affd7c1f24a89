//! How a person comes in and goes: signing in by password, by a link, by an invitation; signing
//! out.

mod invitation;
mod link;

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, Method, StatusCode},
    response::Response,
};
use handfast_record::people::{self, Attempt, LIMITS};
use handfast_web::{
    Access, App, Bare, ClientAddress, Failure, Form, Query, Route, Secret, TokenHash, Viewer,
    cookies, html, html_with, page, relative, see_other,
};
use serde::Deserialize;

use crate::forms::{Refusal, beside, reply};

/// Where the console begins.
pub(crate) const START: &str = "/customers";

pub(crate) fn routes() -> Vec<Route> {
    use Access::{Member, Public};
    let mut routes = vec![
        page(Method::GET, "/", Public, begin),
        page(Method::GET, "/sign-in", Public, show),
        page(Method::POST, "/sign-in", Public, sign_in),
        page(Method::POST, "/sign-out", Member, sign_out),
        page(Method::POST, "/sign-out-everywhere", Member, sign_out_everywhere),
    ];
    routes.extend(invitation::routes());
    routes.extend(link::routes());
    routes
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    bare: Bare,
    said: Option<&'static str>,
    refusal: Option<Refusal>,
    email: String,
    email_error: Option<String>,
    password_error: Option<String>,
    then: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    then: String,
    /// From where one was just signed out.
    out: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Typed {
    email: String,
    password: String,
    then: String,
}

async fn begin(viewer: Option<Viewer>) -> Response {
    see_other(if viewer.is_some() { START } else { "/sign-in" })
}

async fn show(viewer: Option<Viewer>, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    if viewer.is_some() {
        return Ok(see_other(onward(&asked.then)));
    }
    let said = match asked.out.as_str() {
        "here" => Some("You are signed out on this device."),
        "everywhere" => Some("You are signed out on every device."),
        _ => None,
    };
    html(&SignInPage::of(&Typed { then: asked.then, ..Typed::default() }, said, None))
}

impl SignInPage {
    /// The page with what was typed, except the password.
    fn of(typed: &Typed, said: Option<&'static str>, refusal: Option<Refusal>) -> Self {
        Self {
            bare: Bare::titled("Sign in"),
            said,
            email: typed.email.clone(),
            email_error: beside(refusal.as_ref(), "email"),
            password_error: beside(refusal.as_ref(), "password"),
            then: relative(&typed.then).unwrap_or_default().to_owned(),
            refusal,
        }
    }
}

async fn sign_in(
    State(app): State<App>,
    address: ClientAddress,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    const TITLE: &str = "You are not signed in";
    let mut missing = handfast_web::Problems::default();
    if typed.email.trim().is_empty() {
        missing.add("email", "Write your email address.");
    }
    if typed.password.is_empty() {
        missing.add("password", "Write your password.");
    }
    if let Err(failure) = missing.check() {
        return refuse(&typed, Refusal::of(TITLE, failure)?);
    }
    let attempt = Attempt {
        email: typed.email.clone(),
        password: typed.password.clone(),
        address,
        old: session(&app, &headers),
    };
    let (db, now) = (app.db.clone(), app.clock.now());
    let signed_in = slowly(move || people::sign_in_by_password(&db, &attempt, now)).await?;
    match signed_in {
        Ok(secret) => come_in(&app, &secret, &typed.then).await,
        Err(error) => refuse(&typed, Refusal::of(TITLE, error)?),
    }
}

fn refuse(typed: &Typed, refusal: Refusal) -> Result<Response, Failure> {
    reply(Some(&refusal)).with(&SignInPage::of(typed, None, Some(refusal)))
}

/// Where a sign-in leads: only ever within this site.
fn onward(then: &str) -> &str {
    relative(then).filter(|then| *then != "/").unwrap_or(START)
}

/// The session that the browser has, if it has one.
pub(crate) fn session(app: &App, headers: &HeaderMap) -> Option<TokenHash> {
    cookies::secret(&app.settings, headers).map(|secret| secret.hash())
}

/// Does what takes a tenth of a second of one core where it holds up nobody else.
pub(crate) async fn slowly<T: Send + 'static>(
    f: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(f).await;
    done.map_err(|error| Failure::Broken(format!("slow work was broken off: {error}")))
}

/// The way to `path`, on which the browser gets the new session's cookie.
pub(crate) fn with_session(app: &App, secret: &Secret, path: &str) -> Response {
    let keep_s = (LIMITS.session_absolute_ms / 1_000) as u32;
    let (name, value) = cookies::sign_in(&app.settings, secret, keep_s);
    let mut response = see_other(path);
    response.headers_mut().append(name, value);
    response
}

/// Leads somebody who has just signed in to `then`; past the choice of a place if there are
/// several.
async fn come_in(app: &App, secret: &Secret, then: &str) -> Result<Response, Failure> {
    let (hash, now) = (secret.hash(), app.clock.now());
    let place_count = app
        .read(move |cx| -> Result<_, handfast_db::Fault> {
            let person = people::signed_in(cx, &hash, now)?;
            person.map_or(Ok(0), |person| Ok(people::memberships(cx, person)?.len()))
        })
        .await?;
    let onward = onward(then);
    let path = if place_count > 1 {
        let query =
            form_urlencoded::Serializer::new(String::new()).append_pair("then", onward).finish();
        format!("/memberships?{query}")
    } else {
        onward.to_owned()
    };
    Ok(with_session(app, secret, &path))
}

async fn sign_out(State(app): State<App>, headers: HeaderMap) -> Result<Response, Failure> {
    if let Some(session) = session(&app, &headers) {
        app.write(move |tx| people::sign_out(tx, &session)).await?;
    }
    Ok(gone(&app, "/sign-in?out=here"))
}

async fn sign_out_everywhere(State(app): State<App>, viewer: Viewer) -> Result<Response, Failure> {
    app.write(move |tx| people::sign_out_everywhere(tx, viewer.person)).await?;
    Ok(gone(&app, "/sign-in?out=everywhere"))
}

fn gone(app: &App, path: &str) -> Response {
    let mut response = see_other(path);
    response.headers_mut().extend(cookies::sign_out(&app.settings));
    response
}

/// A page for whoever comes with something that cannot be used any more.
#[derive(Template)]
#[template(path = "entry_gone.html")]
struct GonePage {
    bare: Bare,
    title: &'static str,
    text: &'static str,
}

fn cannot_be_used(title: &'static str, text: &'static str) -> Result<Response, Failure> {
    html_with(StatusCode::GONE, &GonePage { bare: Bare::titled(title), title, text })
}
