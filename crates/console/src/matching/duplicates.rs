//! Duplicates among a partner's own records, found by those alone, with its answers.

use askama::Template;
use axum::{extract::State, http::Uri, response::Response};
use handfast_db::{Cx, Fault};
use handfast_record::{
    RecordId,
    matching::{self, Error, Pair, Verdict},
    sharing::{self, Author, Lens, looks::Occasion},
};
use handfast_web::{App, Failure, Flash, Form, Frame, Nav, Viewer, see_other};
use serde::Deserialize;

use super::{
    JOINED,
    known::{self, said},
    reasons,
    sides::{self, Sides},
    weights,
};
use crate::{
    customer::who::Names,
    forms::{Refusal, reply},
    words,
};

const SAID_SAME: Flash =
    Flash::new("same", "Kept. The brand reads it, and joins them if it agrees.");
const SAID_APART: Flash = Flash::new("different", "Kept. They stay two.");
const KNOWN: &[Flash] = &[SAID_SAME, SAID_APART, JOINED];

/// How many pairs the page shows.
const SHOWN_MAX: usize = 10;

#[derive(Template)]
#[template(path = "duplicates.html")]
struct DuplicatesPage {
    frame: Frame,
    lede: String,
    refusal: Option<Refusal>,
    pairs: Vec<PairFace>,
    more: bool,
}

struct PairFace {
    id: String,
    left: RecordId,
    right: RecordId,
    title: String,
    sides: Sides,
    reason: String,
    tone: &'static str,
    icon: &'static str,
    word: &'static str,
    may_answer: bool,
}

/// What was answered of which records.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    record: String,
    other: String,
    answer: String,
}

pub(super) async fn show(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Failure> {
    duplicates_page(&app, &viewer, &uri, None).await
}

pub(super) async fn decide(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    match decided(&app, &viewer, &typed).await {
        Ok(Verdict::Same) if viewer.is_brand() => Ok(see_other(&JOINED.at("/duplicates"))),
        Ok(Verdict::Same) => Ok(see_other(&SAID_SAME.at("/duplicates"))),
        Ok(_) => Ok(see_other(&SAID_APART.at("/duplicates"))),
        Err(failure) => {
            let refusal = Refusal::of("Your answer is not kept yet", failure)?;
            duplicates_page(&app, &viewer, &uri, Some(refusal)).await
        }
    }
}

async fn decided(app: &App, viewer: &Viewer, typed: &Typed) -> Result<Verdict, Failure> {
    let verdict = Verdict::named(&typed.answer).filter(|verdict| *verdict != Verdict::Skip);
    let verdict = verdict.ok_or_else(|| Failure::field("answer", "Choose one of the answers."))?;
    let pair: Option<(RecordId, RecordId)> =
        typed.record.parse().ok().zip(typed.other.parse().ok());
    let pair = pair.ok_or(Failure::NotFound)?;
    let (now, asks) = (app.clock.now(), viewer.clone());
    app.write(move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &asks, now)?;
        matching::decide(tx, &lens, &Author::of(&asks), now, pair, verdict, "")?;
        Ok(verdict)
    })
    .await
}

async fn duplicates_page(
    app: &App,
    viewer: &Viewer,
    uri: &Uri,
    refusal: Option<Refusal>,
) -> Result<Response, Failure> {
    let found = sharing::read(app, viewer, Occasion::of("list"), read);
    let (pairs, names) = found.await?;
    let reply = reply(refusal.as_ref());
    let more = pairs.len() > SHOWN_MAX;
    let may_answer = viewer.may_write();
    let pairs: Vec<PairFace> =
        pairs.iter().take(SHOWN_MAX).map(|pair| face(pair, &names, may_answer)).collect();
    let page = DuplicatesPage {
        frame: Frame::of(viewer, uri, Nav::Matching, "Duplicates").saying(KNOWN),
        lede: lede(&viewer.organisation_name, pairs.len() as i64, more),
        refusal,
        pairs,
        more,
    };
    reply.with(&page)
}

fn read(cx: &mut Cx<'_>, lens: &Lens) -> Result<(Vec<Pair>, Names), Fault> {
    let pairs = matching::own_duplicates(cx, lens, SHOWN_MAX + 1)?;
    let records = pairs.iter().flat_map(|pair| [&pair.records.0, &pair.records.1]);
    let names = known::names(cx, lens, records, [], [])?;
    Ok((pairs, names))
}

fn face(pair: &Pair, names: &Names, may_answer: bool) -> PairFace {
    let (left, right) = &pair.records;
    let sides = sides::of(left, right, names);
    let (tone, icon, word) = weights::chance(pair.weight);
    PairFace {
        id: format!("{}-{}", left.id, right.id),
        left: left.id,
        right: right.id,
        title: format!("{} and {}", sides.left.name, sides.right.name),
        sides,
        reason: reasons::summary(&said(&pair.lines)),
        tone,
        icon,
        word,
        may_answer,
    }
}

fn lede(organisation: &str, count: i64, more: bool) -> String {
    let whose = format!("records of {organisation}");
    match (count, more) {
        (0, _) => format!("Among the {whose} nobody is there twice."),
        (1, _) => format!("Two {whose} may be one person."),
        (n, false) => format!("{} pairs of {whose} may be one person.", words::number(n)),
        (n, true) => format!("More than {} pairs of {whose} may be one person.", words::number(n)),
    }
}
