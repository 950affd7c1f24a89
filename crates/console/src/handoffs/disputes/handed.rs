//! “Not our part”, of a hand-off: for its sender and its receiver.

use axum::{extract::State, http::Uri, response::Response};
use handfast_db::Fault;
use handfast_handoffs::{self as handoffs, Actor, disputes};
use handfast_record::{
    DisputeId, HandOffId,
    sharing::{self, Lens, looks::Occasion},
};
use handfast_web::{App, Failure, Form, Path, Viewer, see_other};

use super::{
    super::path as hand_off_path,
    OPENED,
    claim::{Of, Typed, form, known},
    failure, path,
};
use crate::{forms::Refusal, words};

pub(super) async fn show(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<HandOffId>,
) -> Result<Response, Failure> {
    page(&app, &viewer, &uri, id, (Typed::default(), None)).await
}

pub(super) async fn open(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<HandOffId>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    match opened(&app, &viewer, id, &typed).await {
        Ok(dispute) => Ok(see_other(&OPENED.at(&path(dispute)))),
        Err(error) => {
            let refusal = Refusal::of("Nothing was noted", error)?;
            page(&app, &viewer, &uri, id, (typed, Some(refusal))).await
        }
    }
}

async fn opened(
    app: &App,
    viewer: &Viewer,
    id: HandOffId,
    typed: &Typed,
) -> Result<DisputeId, Failure> {
    let (now, viewer, claimed) = (app.clock.now(), viewer.clone(), typed.claimed());
    app.write(move |tx| -> Result<_, Failure> {
        let lens = Lens::of(tx, &viewer, now)?;
        let (actor, claim) = (Actor::of(&viewer), claimed.claim()?);
        let made = disputes::open(tx, &lens, &actor, now, (id, &claim));
        made.map(|made| made.id).map_err(failure)
    })
    .await
}

async fn page(
    app: &App,
    viewer: &Viewer,
    uri: &Uri,
    id: HandOffId,
    typed: (Typed, Option<Refusal>),
) -> Result<Response, Failure> {
    let now = app.clock.now();
    let found = sharing::read(app, viewer, Occasion::of("customer"), move |cx, lens| {
        let Some(one) = handoffs::find(cx, lens, now, id)? else { return Ok::<_, Fault>(None) };
        let known = known(cx, lens, one.customer)?;
        Ok(Some((one, known)))
    });
    let (one, known) = found.await?.ok_or(Failure::NotFound)?;
    if ![one.from, one.to].contains(&viewer.organisation) {
        let text = "Only who hands it off, and who is asked to take it, say whose part it is.";
        return Err(Failure::Forbidden(text.into()));
    }
    let choices = known.into_iter().filter(|(id, _)| *id != viewer.organisation).collect();
    let title = format!("Not your part: {}", words::sentence(&one.title));
    let of = Of { title, name: "The hand-off", path: hand_off_path(one.id) };
    form(viewer, uri, of, choices, typed)
}
