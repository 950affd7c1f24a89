//! The page of an invitation: who invites whom into what, and how to accept it.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, Method},
    response::Response,
};
use handfast_kit::TimeMs;
use handfast_record::people::{self, Acceptance, Error, InvitationPage, LIMITS, Proof};
use handfast_web::{
    Access, App, Bare, ClientAddress, Failure, Form, Path, Route, Secret, TokenHash, Viewer, html,
    page,
};
use serde::Deserialize;

use super::{START, cannot_be_used, session, slowly, with_session};
use crate::{
    forms::{Refusal, beside, reply},
    words,
};

/// [`people::INVITATION_PATH`] and the secret.
const PATH: &str = "/invitations/{secret}";

pub(super) fn routes() -> Vec<Route> {
    vec![
        page(Method::GET, PATH, Access::Public, show),
        page(Method::POST, PATH, Access::Public, accept),
    ]
}

#[derive(Template)]
#[template(path = "invitation.html")]
struct AcceptPage {
    bare: Bare,
    invitation: InvitationPage,
    path: String,
    /// How long it is still good for.
    left: String,
    password_chars_min: usize,
    /// Whether the invited person is signed in, and needs to show nothing more.
    is_theirs: bool,
    refusal: Option<Refusal>,
    password_error: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Typed {
    password: String,
}

/// An invitation that can be accepted, and by whom.
struct Found {
    invitation: InvitationPage,
    is_theirs: bool,
}

async fn find(
    app: &App,
    viewer: Option<&Viewer>,
    hash: TokenHash,
) -> Result<Option<Found>, Failure> {
    let (now, signed_in) = (app.clock.now(), viewer.map(|viewer| viewer.person));
    app.read(move |cx| {
        let invitation = match people::invitation(cx, &hash, now) {
            Err(Error::InvitationGone) => return Ok(None),
            other => other?,
        };
        let invited = people::person_by_email(cx, &invitation.email)?.map(|person| person.id);
        let is_theirs = invited.is_some() && invited == signed_in;
        Ok::<_, Error>(Some(Found { invitation, is_theirs }))
    })
    .await
}

impl AcceptPage {
    fn of(found: Found, secret: &str, now: TimeMs, refusal: Option<Refusal>) -> Self {
        let Found { invitation, is_theirs } = found;
        Self {
            bare: Bare::titled(format!("Invitation to {}", invitation.organisation_name)),
            path: format!("{}{secret}", people::INVITATION_PATH),
            left: left(invitation.expires.0 - now.0),
            password_chars_min: LIMITS.password_chars_min,
            invitation,
            is_theirs,
            password_error: beside(refusal.as_ref(), "password"),
            refusal,
        }
    }
}

/// `3 hours`, `2 days`: never more than is left, but for the last hour.
fn left(ms: i64) -> String {
    match ms {
        ms if ms >= 2 * TimeMs::DAY => words::counted(ms / TimeMs::DAY, "day", "days"),
        ms if ms >= TimeMs::HOUR => words::counted(ms / TimeMs::HOUR, "hour", "hours"),
        _ => "less than an hour".to_owned(),
    }
}

async fn show(
    State(app): State<App>,
    viewer: Option<Viewer>,
    Path(secret): Path<String>,
) -> Result<Response, Failure> {
    let Some(hash) = Secret::parse(&secret).map(|secret| secret.hash()) else { return gone() };
    match find(&app, viewer.as_ref(), hash).await? {
        Some(found) => html(&AcceptPage::of(found, &secret, app.clock.now(), None)),
        None => gone(),
    }
}

async fn accept(
    State(app): State<App>,
    viewer: Option<Viewer>,
    address: ClientAddress,
    headers: HeaderMap,
    Path(secret): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let Some(hash) = Secret::parse(&secret).map(|secret| secret.hash()) else { return gone() };
    let (old, now) = (session(&app, &headers), app.clock.now());
    let Some(found) = find(&app, viewer.as_ref(), hash).await? else { return gone() };
    let db = app.db.clone();
    let theirs = viewer.filter(|_| found.is_theirs).map(|viewer| Proof::SignedIn(viewer.person));
    let accepted = slowly(move || {
        if let Some(proof) = theirs {
            return db.write(move |tx| people::accept(tx, &hash, &proof, old.as_ref(), now));
        }
        let password = typed.password;
        let acceptance = Acceptance { invitation: hash, password, address, old };
        people::accept_by_password(&db, &acceptance, now)
    })
    .await?;
    match accepted {
        Ok(session) => Ok(with_session(&app, &session, START)),
        Err(Error::InvitationGone) => gone(),
        Err(error) => {
            let error = match error {
                // To somebody invited "e-mail and password" would name a field that is not there.
                Error::DoNotFit => Failure::field("password", NOT_THEIRS),
                other => other.into(),
            };
            let mut refusal = Refusal::of("The invitation is not accepted yet", error)?;
            if !refusal.problems.is_empty() {
                refusal.text = String::from("It is still open. One thing needs changing:");
            }
            let reply = reply(Some(&refusal));
            reply.with(&AcceptPage::of(found, &secret, now, Some(refusal)))
        }
    }
}

const NOT_THEIRS: &str = "This is not the password you sign in with. Try again, or ask whoever \
                          runs Handfast for a link to choose a new one.";

fn gone() -> Result<Response, Failure> {
    cannot_be_used(
        "This invitation cannot be used any more",
        "It was accepted already, withdrawn, or is older than three days. Nothing was changed. If \
         you have accepted it, sign in; otherwise ask whoever invited you for a new one.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_said_in_round_words() {
        for (ms, text) in [
            (3 * TimeMs::DAY, "3 days"),
            (30 * TimeMs::HOUR, "30 hours"),
            (TimeMs::HOUR, "1 hour"),
            (5, "less than an hour"),
        ] {
            assert_eq!(left(ms), text);
        }
    }
}
