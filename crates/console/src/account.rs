//! One's own: how pages look, for which organisation one works, and the password.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, Method, Uri},
    response::Response,
};
use handfast_kit::{NetworkId, OrganisationId};
use handfast_record::people::{self, Error, LIMITS};
use handfast_web::{
    Access, App, ClientAddress, Failure, Flash, Form, Frame, Nav, Query, Route, Theme, Viewer,
    html, page, relative, see_other,
};
use serde::Deserialize;

use crate::{
    entry::{START, session, slowly, with_session},
    forms::{Refusal, beside, reply},
    words,
};

const PASSWORD_SAVED: Flash =
    Flash::new("password", "The new password is in force. You are signed out everywhere but here.");

pub(crate) fn routes() -> Vec<Route> {
    use Access::Member;
    vec![
        page(Method::POST, "/me/theme", Member, look),
        page(Method::GET, "/memberships", Member, places),
        page(Method::POST, "/memberships", Member, switch),
        page(Method::GET, "/me/password", Member, password),
        page(Method::POST, "/me/password", Member, change_password),
    ]
}

#[derive(Debug, Deserialize)]
struct Look {
    theme: Theme,
    #[serde(default)]
    then: String,
}

async fn look(
    State(app): State<App>,
    viewer: Viewer,
    Form(look): Form<Look>,
) -> Result<Response, Failure> {
    app.write(move |tx| people::theme(tx, viewer.person, look.theme)).await?;
    Ok(see_other(relative(&look.then).unwrap_or("/")))
}

#[derive(Template)]
#[template(path = "memberships.html")]
struct PlacesPage {
    frame: Frame,
    lede: String,
    places: Vec<Place>,
    then: String,
}

/// One organisation the person works for.
struct Place {
    network: NetworkId,
    organisation: OrganisationId,
    name: String,
    kind: &'static str,
    about: String,
    is_present: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Then {
    then: String,
}

async fn places(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Query(Then { then }): Query<Then>,
) -> Result<Response, Failure> {
    let person = viewer.person;
    let found = app.read(move |cx| people::memberships(cx, person)).await?;
    let place = |place: people::Membership| {
        let is_brand = place.side == handfast_web::Side::Brand;
        let of =
            if is_brand { String::new() } else { format!(", partner of {}", place.network_name) };
        Place {
            network: place.network,
            organisation: place.organisation,
            name: place.organisation_name,
            kind: if is_brand { "us" } else { "" },
            about: format!("{}{of}", words::sentence(place.role.word())),
            is_present: (place.network, place.organisation)
                == (viewer.network, viewer.organisation),
        }
    };
    let places: Vec<Place> = found.into_iter().map(place).collect();
    let lede = match places.len() {
        1 => "You work for one organisation. An admin of another can invite you there.".to_owned(),
        n => format!("You work for {n}. What you see and write is always one organisation's."),
    };
    html(&PlacesPage {
        frame: Frame::of(&viewer, &uri, Nav::Elsewhere, "Where you work"),
        lede,
        places,
        then: relative(&then).unwrap_or_default().to_owned(),
    })
}

#[derive(Debug, Deserialize)]
struct Chosen {
    network: NetworkId,
    organisation: OrganisationId,
    #[serde(default)]
    then: String,
}

async fn switch(
    State(app): State<App>,
    headers: HeaderMap,
    Form(chosen): Form<Chosen>,
) -> Result<Response, Failure> {
    let (old, now) = (session(&app, &headers).ok_or(Failure::NotSignedIn)?, app.clock.now());
    let Chosen { network, organisation, then } = chosen;
    let secret = app.write(move |tx| people::switch(tx, &old, network, organisation, now)).await?;
    Ok(with_session(&app, &secret, relative(&then).unwrap_or(START)))
}

#[derive(Template)]
#[template(path = "password.html")]
struct PasswordPage {
    frame: Frame,
    has_password: bool,
    email: String,
    chars_min: usize,
    refusal: Option<Refusal>,
    shown_error: Option<String>,
    password_error: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Typed {
    shown: String,
    password: String,
}

async fn password_page(
    app: &App,
    viewer: &Viewer,
    uri: &Uri,
    refusal: Option<Refusal>,
) -> Result<PasswordPage, Failure> {
    let id = viewer.person;
    let person = app.read(move |cx| people::person(cx, id)).await?.ok_or(Failure::NotFound)?;
    Ok(PasswordPage {
        frame: Frame::of(viewer, uri, Nav::Elsewhere, "Your password").saying(&[PASSWORD_SAVED]),
        has_password: person.has_password,
        email: person.email,
        chars_min: LIMITS.password_chars_min,
        shown_error: beside(refusal.as_ref(), "shown"),
        password_error: beside(refusal.as_ref(), "password"),
        refusal,
    })
}

async fn password(State(app): State<App>, viewer: Viewer, uri: Uri) -> Result<Response, Failure> {
    html(&password_page(&app, &viewer, &uri, None).await?)
}

async fn change_password(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    address: ClientAddress,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let old = session(&app, &headers).ok_or(Failure::NotSignedIn)?;
    let (db, now) = (app.db.clone(), app.clock.now());
    let changed = slowly(move || {
        people::change_password(&db, &old, &typed.shown, &typed.password, address, now)
    });
    match changed.await? {
        Ok(secret) => Ok(with_session(&app, &secret, &PASSWORD_SAVED.at("/me/password"))),
        Err(error) => {
            let failure = match error {
                Error::DoNotFit => Failure::field("shown", "This is not your present password."),
                other => other.into(),
            };
            let mut refusal = Refusal::of("The password was not changed", failure)?;
            if !refusal.problems.is_empty() {
                refusal.text = String::from("Your present password stays in force.");
            }
            let reply = reply(Some(&refusal));
            reply.with(&password_page(&app, &viewer, &uri, Some(refusal)).await?)
        }
    }
}
