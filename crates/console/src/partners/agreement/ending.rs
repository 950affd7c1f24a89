//! Ending an agreement: what would be hidden, and the ending.

use askama::Template;
use axum::{
    extract::State,
    http::{StatusCode, Uri},
    response::Response,
};
use handfast_kit::OrganisationId;
use handfast_record::{
    agreements::{self, Difference, Draft, Error},
    sharing::{Author, Lens},
};
use handfast_web::{App, Failure, Form, Frame, Path, Viewer, html_with, see_other};
use serde::Deserialize;

use super::{ENDED, Known, effects::Effects};

#[derive(Template)]
#[template(path = "partner_agreement_end.html")]
struct EndPage {
    frame: Frame,
    path: String,
    name: String,
    version: i64,
    /// What is said if the agreement changed since the page was opened.
    meanwhile: Option<String>,
    effects: Effects,
}

/// The last version that was seen.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Seen {
    version: i64,
}

pub(super) async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<OrganisationId>,
) -> Result<Response, Failure> {
    page(&app, &viewer, id, None).await
}

pub(super) async fn end(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<OrganisationId>,
    Form(seen): Form<Seen>,
) -> Result<Response, Failure> {
    let (author, now) = (Author::of(&viewer), app.clock.now());
    let ending =
        app.db.write_soon(move |tx| agreements::end(tx, &author, now, id, seen.version).map(drop));
    match ending.await {
        Ok(()) => Ok(see_other(&ENDED.at(&format!("/partners/{id}/agreement")))),
        Err(Error::Changed(version)) => {
            let known = super::known(&app, &viewer, id).await?;
            if known.in_force().is_none() {
                let text = "The agreement has ended already. Nothing was changed.";
                return Err(Failure::Conflict(text.to_owned()));
            }
            let text = format!(
                "The agreement was not ended: somebody changed it meanwhile, and version \
                 {version} is the last now. Read what ending that one would hide."
            );
            page(&app, &viewer, id, Some(text)).await
        }
        Err(error) => Err(error.into()),
    }
}

/// What ending the agreement in force would hide. Where none is in force there is nothing to end.
async fn page(
    app: &App,
    viewer: &Viewer,
    id: OrganisationId,
    meanwhile: Option<String>,
) -> Result<Response, Failure> {
    let known = super::known(app, viewer, id).await?;
    let in_force = known.in_force().ok_or(Failure::NotFound)?;
    let version = in_force.version;
    let draft = Draft::signed_on(in_force.signed);
    let difference = look(app, viewer, id, draft).await?;
    let status = if meanwhile.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    html_with(status, &EndPage::of(viewer, &known, version, &difference, meanwhile))
}

async fn look(
    app: &App,
    viewer: &Viewer,
    id: OrganisationId,
    nothing: Draft,
) -> Result<Difference, Failure> {
    let (asking, now) = (viewer.clone(), app.clock.now());
    app.read(move |cx| -> Result<_, Error> {
        let lens = Lens::of(cx, &asking, now)?;
        agreements::preview(cx, &lens, id, &nothing)
    })
    .await
}

impl EndPage {
    fn of(
        viewer: &Viewer,
        known: &Known,
        version: i64,
        difference: &Difference,
        meanwhile: Option<String>,
    ) -> Self {
        let uri: Uri = format!("{}/agreement/end", known.path()).parse().unwrap_or_default();
        let frame = known.frame(viewer, &uri, "End the agreement");
        Self {
            frame: frame.below("Agreement", format!("{}/agreement", known.path())),
            path: known.path(),
            name: known.partner.name.clone(),
            version,
            meanwhile,
            effects: Effects::of(&known.partner.name, difference),
        }
    }
}
