//! “Not our part”: whose it is, and how one knows.

use askama::Template;
use axum::{extract::State, http::Uri, response::Response};
use handfast_db::{Cx, Fault};
use handfast_handoffs::{Actor, obligations};
use handfast_kit::OrganisationId;
use handfast_record::{
    ChangeId, CustomerId, ObligationId, customers, organisations,
    sharing::{self, Lens, looks::Occasion},
    touches::{self, Leg},
};
use handfast_web::{App, Failure, Form, Frame, Nav, Path, Query, Viewer, see_other};
use serde::Deserialize;

use super::{super::changes, Claimed, LEGS, OPENED, failure};
use crate::forms::{Refusal, beside, reply};

/// Of which obligation, and what was typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    obligation: String,
    leg: String,
    organisation: String,
    words: String,
    reference: String,
}

impl Typed {
    pub(super) fn claimed(&self) -> Claimed {
        Claimed {
            leg: self.leg.clone(),
            organisation: self.organisation.clone(),
            words: self.words.clone(),
            reference: self.reference.clone(),
        }
    }
}

#[derive(Template)]
#[template(path = "dispute_new.html")]
struct NewPage {
    frame: Frame,
    path: String,
    back: String,
    legs: [(&'static str, &'static str); 4],
    choices: Vec<(String, String)>,
    typed: Typed,
    words_error: Option<String>,
    reference_error: Option<String>,
    organisation_error: Option<String>,
    refusal: Option<Refusal>,
}

pub(super) async fn show(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<ChangeId>,
    Query(typed): Query<Typed>,
) -> Result<Response, Failure> {
    new_page(&app, &viewer, &uri, id, (typed, None)).await
}

pub(super) async fn open(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<ChangeId>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    match opened(&app, &viewer, id, &typed).await {
        Ok(()) => Ok(see_other(&OPENED.at(&changes::path(id)))),
        Err(error) => {
            let refusal = Refusal::of("Nothing was noted", error)?;
            new_page(&app, &viewer, &uri, id, (typed, Some(refusal))).await
        }
    }
}

/// The viewer's own obligation of a change, or for the brand the one that is meant.
fn meant(one: &obligations::Change, viewer: &Viewer, typed: &Typed) -> Option<ObligationId> {
    let wanted: Option<ObligationId> = typed.obligation.parse().ok();
    let is_own = |duty: &&obligations::Obligation| duty.organisation == viewer.organisation;
    let own = one.obligations.iter().find(is_own).map(|duty| duty.id);
    let known = one.obligations.iter().find(|duty| Some(duty.id) == wanted).map(|duty| duty.id);
    let first = one.obligations.first().filter(|_| viewer.is_brand()).map(|duty| duty.id);
    known.or(own).or(first)
}

async fn opened(app: &App, viewer: &Viewer, id: ChangeId, typed: &Typed) -> Result<(), Failure> {
    let (now, viewer, typed) = (app.clock.now(), viewer.clone(), typed.clone());
    app.write(move |tx| -> Result<_, Failure> {
        let lens = Lens::of(tx, &viewer, now)?;
        let one = obligations::change(tx, &lens, id)?.ok_or(Failure::NotFound)?;
        let duty = meant(&one, &viewer, &typed).ok_or(Failure::NotFound)?;
        let (actor, claim) = (Actor::of(&viewer), typed.claimed().claim()?);
        let done = obligations::refuse_naming(tx, &lens, &actor, now, (duty, &claim));
        done.map(drop).map_err(|error| match error {
            obligations::Error::Claim(error) => failure(error),
            error => changes::failure(error, "words"),
        })
    })
    .await
}

async fn new_page(
    app: &App,
    viewer: &Viewer,
    uri: &Uri,
    id: ChangeId,
    (mut typed, refusal): (Typed, Option<Refusal>),
) -> Result<Response, Failure> {
    let found = sharing::read(app, viewer, Occasion::of("customer"), move |cx, lens| {
        let Some(one) = obligations::change(cx, lens, id)? else { return Ok::<_, Fault>(None) };
        let known = known(cx, lens, one.customer)?;
        Ok(Some((one, known)))
    });
    let (one, known) = found.await?.ok_or(Failure::NotFound)?;
    let duty = meant(&one, viewer, &typed).ok_or(Failure::NotFound)?;
    typed.obligation = duty.to_string();
    let obliged = one.obligations.iter().find(|one| one.id == duty).map(|one| one.organisation);
    let choices = known.into_iter().filter(|(id, _)| Some(*id) != obliged);
    let title = format!("Not your part: a change of {}", one.changed.in_words());
    let of = Of { title, name: "The change", path: changes::path(id) };
    form(viewer, uri, of, choices.collect(), (typed, refusal))
}

/// What the form is about, and its page.
pub(super) struct Of {
    pub(super) title: String,
    pub(super) name: &'static str,
    pub(super) path: String,
}

pub(super) fn form(
    viewer: &Viewer,
    uri: &Uri,
    of: Of,
    choices: Vec<(OrganisationId, String)>,
    (mut typed, refusal): (Typed, Option<Refusal>),
) -> Result<Response, Failure> {
    if typed.leg.is_empty() {
        Leg::Other.word().clone_into(&mut typed.leg);
    }
    let frame = Frame::of(viewer, uri, Nav::HandOffs, of.title);
    let reply = reply(refusal.as_ref());
    reply.with(&NewPage {
        frame: frame.below(of.name, of.path.clone()),
        path: format!("{}/not-our-part", of.path),
        back: of.path,
        legs: LEGS.map(|(leg, label)| (leg.word(), label)),
        choices: choices.into_iter().map(|(id, name)| (id.to_string(), name)).collect(),
        words_error: beside(refusal.as_ref(), "words"),
        reference_error: beside(refusal.as_ref(), "reference"),
        organisation_error: beside(refusal.as_ref(), "organisation"),
        typed,
        refusal,
    })
}

/// The organisations that the viewer knows by name at a customer, but for the brand.
pub(super) fn known(
    cx: &mut Cx<'_>,
    lens: &Lens,
    customer: CustomerId,
) -> Result<Vec<(OrganisationId, String)>, Fault> {
    let Some(sight) = customers::look(cx, lens, customer)? else { return Ok(Vec::new()) };
    let brand = organisations::brand_id(lens.network());
    let served = touches::served_by(cx, lens, &sight)?;
    let ids = served.into_iter().filter_map(|served| served.organisation.id());
    let ids: Vec<OrganisationId> = ids.filter(|id| *id != brand).collect();
    let names = organisations::names(cx, lens.network(), ids)?;
    let mut known: Vec<_> = names.into_iter().collect();
    known.sort_by(|a, b| (&a.1, a.0).cmp(&(&b.1, b.0)));
    Ok(known)
}
