//! Where a partner's letters go: shown to it and to the brand, chosen by an admin of either.

use axum::{extract::State, http::Uri, response::Response};
use handfast_db::{Cx, Fault};
use handfast_handoffs::links;
use handfast_kit::OrganisationId;
use handfast_record::organisations;
use handfast_web::{App, Failure, Flash, Form, Path, Viewer, see_other};
use serde::Deserialize;

use crate::{
    forms::{Refusal, beside},
    words,
};

pub(super) const SAVED: Flash = Flash::new(
    "contact",
    "Letters go there from now on. Links in earlier letters are good no more.",
);

/// The panel.
pub(super) struct Contact {
    /// Where letters go; none if they go nowhere.
    pub(super) address: Option<String>,
    /// What that means, as a sentence.
    pub(super) about: &'static str,
    /// That letters were given up, and why: for who may say where they go.
    pub(super) given_up: Option<String>,
    /// Whether the reader may say where.
    pub(super) may_change: bool,
    /// What was chosen, or typed.
    pub(super) typed: String,
    pub(super) error: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    email: String,
}

/// What was typed and refused.
pub(super) type Refused<'a> = Option<(&'a Typed, &'a Refusal)>;

pub(super) fn read(
    cx: &mut Cx<'_>,
    viewer: &Viewer,
    partner: OrganisationId,
) -> Result<Contact, Fault> {
    let chosen = organisations::contact_email(cx, viewer.network, partner)?;
    let address = links::address_of(cx, viewer.network, partner)?;
    let may_change = viewer.is_admin();
    let given_up = if may_change { given_up(cx, viewer, partner)? } else { None };
    Ok(Contact {
        given_up,
        about: match (&chosen, &address) {
            (Some(_), _) => "Chosen for this.",
            (None, Some(_)) => "Of the first admin, as nothing else was chosen.",
            (None, None) => {
                "Nobody gets letters: what is asked waits until somebody signs in. Write an \
                 address, or invite an admin."
            }
        },
        may_change,
        typed: chosen.unwrap_or_default(),
        address,
        error: None,
    })
}

/// `2 letters could not be delivered, the last on 12 March: the mail server answered 550.`
fn given_up(
    cx: &mut Cx<'_>,
    viewer: &Viewer,
    partner: OrganisationId,
) -> Result<Option<String>, Fault> {
    let letters = links::given_up(cx, viewer.network, partner)?;
    let Some(last) = letters.first() else { return Ok(None) };
    let how_many = words::counted(letters.len() as i64, "letter", "letters");
    let day = viewer.zone.format(last.ended.unwrap_or(last.created), "%-d %B");
    let said = last.last_error.trim_end_matches('.');
    Ok(Some(format!("{how_many} could not be delivered, the last on {day}: {said}.")))
}

impl Contact {
    pub(super) fn refused(self, refused: Refused<'_>) -> Self {
        let Some((typed, refusal)) = refused else { return self };
        Self { typed: typed.email.clone(), error: beside(Some(refusal), "email"), ..self }
    }
}

pub(super) async fn save(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<OrganisationId>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    match saved(&app, &viewer, id, &typed).await {
        Ok(()) => Ok(see_other(&SAVED.at(&format!("/partners/{id}")))),
        Err(error) => {
            let refusal = Refusal::of("The address was not saved", error)?;
            super::one::partner_page(&app, &viewer, &uri, id, Some((typed, refusal))).await
        }
    }
}

async fn saved(
    app: &App,
    viewer: &Viewer,
    id: OrganisationId,
    typed: &Typed,
) -> Result<(), Failure> {
    let (viewer, email) = (viewer.clone(), typed.email.clone());
    app.write(move |tx| -> Result<_, Failure> {
        super::find(tx, &viewer, id)?.ok_or(Failure::NotFound)?;
        Ok(organisations::set_contact_email(tx, viewer.network, id, &email)?)
    })
    .await
}
