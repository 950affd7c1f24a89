//! Adding a partner to the network.

use askama::Template;
use axum::{
    extract::State,
    http::{StatusCode, Uri},
    response::Response,
};
use handfast_record::organisations::{self, Error, Kind, NewPartner};
use handfast_web::{
    App, Failure, Form, Frame, Nav, Problem, Problems, Viewer, html, html_with, see_other,
};

use super::words as partner_words;

#[derive(Template)]
#[template(path = "partner_new.html")]
struct NewPage {
    frame: Frame,
    name: String,
    territory: String,
    external_ref: String,
    kinds: Vec<Choice>,
    problems: Vec<Problem>,
    name_error: Option<String>,
    ref_error: Option<String>,
}

struct Choice {
    field: String,
    label: &'static str,
    does: &'static str,
    is_chosen: bool,
}

pub(crate) async fn show(viewer: Viewer, uri: Uri) -> Result<Response, Failure> {
    html(&NewPage::of(&viewer, &uri, &nobody(), None))
}

pub(crate) async fn add(
    State(app): State<App>,
    viewer: Viewer,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let new = written(&fields);
    let (network, now, to_add) = (viewer.network, app.clock.now(), new.clone());
    // What the partner's form can answer comes back as a value, the rest as a failure.
    let added = app
        .write(move |tx| match organisations::add_partner(tx, network, &to_add, now) {
            Ok(id) => Ok(Ok(id)),
            Err(Error::Fault(fault)) => Err(Failure::from(fault)),
            Err(error) => Ok(Err(problem(&error))),
        })
        .await?;
    match added {
        Ok(id) => Ok(see_other(&super::ADDED.at(&format!("/partners/{id}")))),
        Err(problem) => {
            let problems = Problems { fields: vec![problem], ..Problems::default() };
            let page =
                NewPage::of(&viewer, &Uri::from_static("/partners/new"), &new, Some(&problems));
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

fn nobody() -> NewPartner {
    written(&[])
}

/// The partner that the form's fields describe.
fn written(fields: &[(String, String)]) -> NewPartner {
    let field = |name: &str| {
        let found = fields.iter().find(|(field, _)| field == name);
        found.map_or(String::new(), |(_, value)| value.trim().to_owned())
    };
    let kinds = Kind::ALL.into_iter();
    let is_chosen = |kind: &Kind| fields.iter().any(|(field, _)| *field == field_of(*kind));
    NewPartner {
        name: field("name"),
        kinds: kinds.filter(is_chosen).collect(),
        territory: field("territory"),
        external_ref: field("external_ref"),
    }
}

fn field_of(kind: Kind) -> String {
    format!("kind_{}", kind.word())
}

fn problem(error: &Error) -> Problem {
    match error {
        Error::RefTaken(taken) => Problem {
            field: "external_ref".into(),
            detail: format!("Another organisation has the reference “{taken}”; give another")
                .into(),
        },
        _ => Problem { field: "name".into(), detail: "Give a name of 1 to 200 characters".into() },
    }
}

impl NewPage {
    fn of(viewer: &Viewer, uri: &Uri, new: &NewPartner, problems: Option<&Problems>) -> Self {
        let error = |field| problems.and_then(|problems| problems.of(field)).map(str::to_owned);
        let choice = |kind: Kind| Choice {
            field: field_of(kind),
            label: partner_words::kind(kind),
            does: partner_words::does(kind),
            is_chosen: new.kinds.contains(&kind),
        };
        Self {
            frame: Frame::of(viewer, uri, Nav::Partners, "Add a partner")
                .below("Partners", "/partners"),
            name: new.name.clone(),
            territory: new.territory.clone(),
            external_ref: new.external_ref.clone(),
            kinds: Kind::ALL.map(choice).into(),
            name_error: error("name"),
            ref_error: error("external_ref"),
            problems: problems.map(|problems| problems.fields.clone()).unwrap_or_default(),
        }
    }
}
