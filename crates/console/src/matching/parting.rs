//! Taking apart what was joined: what would happen, and doing it.

use askama::Template;
use axum::{extract::State, http::Uri, response::Response};
use handfast_record::{
    CustomerId,
    matching::{self, Error},
    merging::{Merge, MergeId},
    sharing::{self, Author, Lens, looks::Occasion},
};
use handfast_web::{App, Failure, Form, Frame, Nav, Path, Viewer, see_other};
use serde::Deserialize;

use super::{
    PARTED,
    why::{self, Found},
};
use crate::{
    customer::who,
    forms::{Refusal, beside, reply},
    words,
};

/// Which merge of which customer.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Place {
    id: CustomerId,
    merge: MergeId,
}

/// What was typed into the form.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    why: String,
}

#[derive(Template)]
#[template(path = "matching_part.html")]
struct PartPage {
    frame: Frame,
    lede: String,
    path: String,
    back: String,
    refusal: Option<Refusal>,
    lines: Vec<(&'static str, String)>,
    why: String,
    why_error: Option<String>,
}

pub(super) async fn show(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(place): Path<Place>,
) -> Result<Response, Failure> {
    part_page(&app, &viewer, &uri, place, Typed::default(), None).await
}

pub(super) async fn part(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(place): Path<Place>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let (now, asks, said) = (app.clock.now(), viewer.clone(), typed.why.clone());
    let done = app.write(move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &asks, now)?;
        let place = (place.id, place.merge);
        matching::part(tx, &lens, &Author::of(&asks), now, place, &said)
    });
    match done.await {
        Ok(_) => Ok(see_other(&PARTED.at(&format!("/customers/{}/matches", place.id)))),
        Err(failure) => {
            let refusal = Refusal::of("They are still joined", failure)?;
            part_page(&app, &viewer, &uri, place, typed, Some(refusal)).await
        }
    }
}

async fn part_page(
    app: &App,
    viewer: &Viewer,
    uri: &Uri,
    place: Place,
    typed: Typed,
    refusal: Option<Refusal>,
) -> Result<Response, Failure> {
    let found = sharing::read(app, viewer, Occasion::of("customer"), move |cx, lens| {
        why::read(cx, lens, place.id)
    });
    let found = found.await?.ok_or(Failure::NotFound)?;
    let merge = found.merges.iter().find(|merge| merge.id == place.merge);
    let merge = merge.ok_or(Failure::NotFound)?;
    let customer = &found.together.customer;
    let (name, path) = (who::title(customer), format!("/customers/{}", customer.id));
    let back = format!("{path}/matches");
    let reply = reply(refusal.as_ref());
    let page = PartPage {
        frame: Frame::of(viewer, uri, Nav::Customers, "This is not the same person")
            .below("Customers", "/customers")
            .below(name.clone(), path)
            .below("Why these are one", back.clone()),
        lede: format!("{} becomes a customer of its own again.", found.brought(merge)),
        path: format!("{back}/{}/parting", merge.id),
        back,
        lines: lines(&found, merge, &name),
        why_error: beside(refusal.as_ref(), "why"),
        why: typed.why,
        refusal,
    };
    reply.with(&page)
}

fn lines(found: &Found, merge: &Merge, name: &str) -> Vec<(&'static str, String)> {
    let moved = found.moved(merge).len() as i64;
    let back = match moved {
        ..=1 => "1 record goes back to where it was, with all that was its own.".to_owned(),
        n => format!(
            "{} records go back to where they were, with all that was theirs.",
            words::number(n)
        ),
    };
    let mut lines = vec![
        ("split", back),
        ("note", "What was written since goes with the record it was written on.".to_owned()),
        ("voice", "What the customer said or froze since stays with both.".to_owned()),
    ];
    let later = found.merges.iter().filter(|one| one.made > merge.made && one.into == merge.into);
    let later = later.count() as i64;
    if later > 0 {
        let joined = words::counted(later, "record joined later", "records joined later");
        lines.push(("link", format!("The {joined} to {name} stay joined.")));
    }
    lines.push(("eyeoff", "No partner is told: each goes on with what it knew.".to_owned()));
    lines
}
