//! Links that sign in without a password. Looking at one uses nothing up: mail scanners look.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, Method},
    response::Response,
};
use handfast_record::people::{self, Error, LinkPage};
use handfast_web::{Access, App, Bare, Failure, Path, Route, Secret, html, page};

use super::{cannot_be_used, come_in, session};

/// [`people::SIGN_IN_LINK_PATH`] and the secret.
const PATH: &str = "/sign-in/{secret}";

pub(super) fn routes() -> Vec<Route> {
    vec![
        page(Method::GET, PATH, Access::Public, show),
        page(Method::POST, PATH, Access::Public, use_up),
    ]
}

#[derive(Template)]
#[template(path = "entry_link.html")]
struct EntryPage {
    bare: Bare,
    link: LinkPage,
    path: String,
}

async fn show(State(app): State<App>, Path(secret): Path<String>) -> Result<Response, Failure> {
    let path = format!("{}{secret}", people::SIGN_IN_LINK_PATH);
    let Some(link) = Secret::parse(&secret).map(|secret| secret.hash()) else { return gone() };
    let now = app.clock.now();
    let found = app.read(move |cx| known(people::sign_in_link(cx, &link, now))).await?;
    match found {
        Some(link) => html(&EntryPage { bare: Bare::titled("Sign in"), link, path }),
        None => gone(),
    }
}

async fn use_up(
    State(app): State<App>,
    headers: HeaderMap,
    Path(secret): Path<String>,
) -> Result<Response, Failure> {
    let Some(link) = Secret::parse(&secret).map(|secret| secret.hash()) else { return gone() };
    let (old, now) = (session(&app, &headers), app.clock.now());
    let used = app
        .write(move |tx| {
            let Some(page) = known(people::sign_in_link(tx, &link, now))? else { return Ok(None) };
            let secret = known(people::use_sign_in_link(tx, &link, old.as_ref(), now))?;
            Ok::<_, Error>(secret.map(|secret| (page, secret)))
        })
        .await?;
    match used {
        Some((page, secret)) => {
            let then = if page.needs_password { "/me/password" } else { "" };
            come_in(&app, &secret, then).await
        }
        None => gone(),
    }
}

/// `None` for what cannot be used any more.
fn known<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(Error::LinkGone) => Ok(None),
        Err(other) => Err(other),
    }
}

fn gone() -> Result<Response, Failure> {
    cannot_be_used(
        "This link cannot be used any more",
        "It was used already, or it is too old. Nothing was changed. Ask whoever sent it for a new \
         one, or sign in with your password.",
    )
}
