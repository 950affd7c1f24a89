//! What an admin does with people: invite, withdraw, change a role, end, take back.

use axum::{extract::State, http::Uri, response::Response};
use handfast_db::{Fault, Tx};
use handfast_kit::{NetworkId, OrganisationId, PersonId, TimeMs};
use handfast_record::people::{self, Error, InvitationId, LIMITS, NewInvitation};
use handfast_web::{App, Failure, Flash, Form, Path, Problems, Role, Viewer, see_other};
use serde::Deserialize;

use super::{Asked, ENDED, Made, RETURNED, ROLE_SAVED, Said, Typed, WITHDRAWN, people_page};
use crate::forms::Refusal;

/// Whose member or invitation it is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Of {
    organisation: Option<OrganisationId>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Change {
    #[serde(default)]
    organisation: Option<OrganisationId>,
    role: Role,
}

pub(super) async fn invite(
    State(app): State<App>,
    viewer: Viewer,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let said = match invited(&app, &viewer, &typed).await {
        Ok(made) => {
            let typed = Typed { organisation: typed.organisation, ..Typed::default() };
            Said { made: Some(made), typed, ..Said::default() }
        }
        Err(failure) => {
            let refusal = Refusal::of("The invitation was not made", failure)?;
            Said { refused_form: Some(refusal), typed, ..Said::default() }
        }
    };
    let asked = Asked { organisation: said.typed.organisation, after: None };
    people_page(&app, &viewer, &here(), asked, said).await
}

/// What is answered to a form has no address of its own to come back to.
fn here() -> Uri {
    Uri::from_static("/people")
}

async fn invited(app: &App, viewer: &Viewer, typed: &Typed) -> Result<Made, Failure> {
    let role = typed.role.parse::<Role>();
    let mut problems = Problems::default();
    // All that is missing is said at once; what else may be wrong is said by `people`.
    if typed.name.trim().is_empty() {
        problems.add("name", "Write the person's name.");
    }
    if typed.email.trim().is_empty() {
        problems.add("email", "Write the address the person will sign in with.");
    }
    if role.is_err() {
        problems.add("role", "Choose a role.");
    }
    problems.check()?;
    let new = NewInvitation {
        organisation: typed.organisation,
        email: typed.email.clone(),
        name: typed.name.clone(),
        role: role.map_err(|_| Failure::field("role", "Choose a role."))?,
    };
    let (who, now) = (viewer.clone(), app.clock.now());
    let secret = app.write(move |tx| people::invite(tx, &who, &new, now)).await?;
    let base = &app.settings.base_url;
    Ok(Made {
        name: typed.name.trim().to_owned(),
        email: typed.email.trim().to_owned(),
        link: format!("{base}{}{}", people::INVITATION_PATH, secret.text()),
        hours: LIMITS.invitation_ms / TimeMs::HOUR,
    })
}

pub(super) async fn withdraw(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    Form(of): Form<Of>,
) -> Result<Response, Failure> {
    let id: InvitationId = id.parse()?;
    let organisation = app
        .write(move |tx| -> Result<_, Error> {
            let organisation = people::look_after(tx, &viewer, of.organisation)?.id;
            people::withdraw_invitation(tx, viewer.network, organisation, id)?;
            Ok(organisation)
        })
        .await?;
    Ok(done(organisation, &WITHDRAWN))
}

fn done(organisation: OrganisationId, flash: &Flash) -> Response {
    see_other(&flash.at(&format!("/people?organisation={organisation}")))
}

/// One member to be changed.
struct Whom {
    network: NetworkId,
    organisation: OrganisationId,
    person: PersonId,
}

/// Changes a member; a change that is refused is told on the page.
async fn change(
    (app, viewer): (App, Viewer),
    (organisation, person): (Option<OrganisationId>, PersonId),
    (title, flash): (&'static str, Flash),
    mut how: impl FnMut(&mut Tx<'_>, &Whom) -> Result<(), Error> + Send + 'static,
) -> Result<Response, Failure> {
    let who = viewer.clone();
    let changed = app
        .db
        .write_soon(move |tx| {
            let organisation = people::look_after(tx, &who, organisation)?.id;
            let whom = Whom { network: who.network, organisation, person };
            how(tx, &whom)?;
            Ok::<_, Error>(organisation)
        })
        .await;
    match changed {
        Ok(organisation) => Ok(done(organisation, &flash)),
        Err(error) => {
            let refusal = Refusal::of(title, error)?;
            let said = Said { refusal: Some(refusal), ..Said::default() };
            people_page(&app, &viewer, &here(), Asked { organisation, after: None }, said).await
        }
    }
}

pub(super) async fn change_role(
    State(app): State<App>,
    viewer: Viewer,
    Path(person): Path<PersonId>,
    Form(Change { organisation, role }): Form<Change>,
) -> Result<Response, Failure> {
    let said = ("The role was not changed", ROLE_SAVED);
    change((app, viewer), (organisation, person), said, move |tx, whom| {
        people::change_role(tx, whom.network, whom.organisation, whom.person, role)
    })
    .await
}

pub(super) async fn end(
    State(app): State<App>,
    viewer: Viewer,
    Path(person): Path<PersonId>,
    Form(Of { organisation }): Form<Of>,
) -> Result<Response, Failure> {
    let (said, now) = (("The membership has not ended", ENDED), app.clock.now());
    change((app, viewer), (organisation, person), said, move |tx, whom| {
        people::end_member(tx, whom.network, whom.organisation, whom.person, now)
    })
    .await
}

pub(super) async fn take_back(
    State(app): State<App>,
    viewer: Viewer,
    Path(person): Path<PersonId>,
    Form(Change { organisation, role }): Form<Change>,
) -> Result<Response, Failure> {
    let (said, now) = (("The person is not a member again", RETURNED), app.clock.now());
    change((app, viewer), (organisation, person), said, move |tx, whom| {
        // Only somebody who has been a member; others are invited, and agree by accepting.
        let known: Result<_, Fault> =
            people::member(tx, whom.network, whom.organisation, whom.person);
        known?.ok_or(Error::NotFound)?;
        people::add_member(tx, whom.network, whom.organisation, whom.person, role, now)
    })
    .await
}
