//! The end of a partnership: what is left with the partner and where it goes, the settling of it,
//! and the end.

use askama::Template;
use axum::{extract::State, http::Uri, response::Response};
use handfast_handoffs::{
    Actor,
    endings::{self, Kind, Left, Part, SETTLED_MAX},
};
use handfast_kit::{Id, OrganisationId};
use handfast_record::sharing::{self, Lens, looks::Occasion};
use handfast_web::{App, Failure, Flash, Form, Frame, Nav, Path, Viewer, see_other};
use serde::Deserialize;

use crate::{
    forms::{Refusal, beside, reply},
    handoffs::hand_off_path,
    words,
};

pub(super) const SETTLED: Flash =
    Flash::new("settled", "What was left has a new home, as far as it says so below.");
pub(super) const ENDED: Flash =
    Flash::new("parted", "The partnership has ended. What was written stays in the record.");

/// How many of each kind stand there at once; the rest is opened.
const SHOWN: usize = 5;

#[derive(Template)]
#[template(path = "partner_ending.html")]
struct EndingPage {
    frame: Frame,
    path: String,
    /// How many are left of all kinds.
    left: i64,
    summary: String,
    groups: Vec<Group>,
    refusal: Option<Refusal>,
    why: String,
    why_error: Option<String>,
}

/// What is left of one kind.
struct Group {
    word: &'static str,
    title: String,
    home: String,
    rows: Vec<Row>,
    /// How many more there are than rows.
    more: Option<String>,
}

struct Row {
    title: String,
    href: String,
    about: String,
}

/// The form that ends it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Farewell {
    why: String,
}

pub(super) async fn show(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<OrganisationId>,
) -> Result<Response, Failure> {
    page(&app, &viewer, &uri, id, None).await
}

pub(super) async fn settle(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<OrganisationId>,
) -> Result<Response, Failure> {
    let (now, asks) = (app.clock.now(), viewer.clone());
    let settled = app.write(move |tx| -> Result<_, endings::Error> {
        let lens = Lens::of(tx, &asks, now)?;
        endings::settle(tx, &lens, &Actor::of(&asks), now, (id, SETTLED_MAX))
    });
    let settled = settled.await?;
    let Some((left, why)) = settled.stuck.first() else {
        return Ok(see_other(&SETTLED.at(&format!("/partners/{id}/ending"))));
    };
    let text = format!(
        "{} went to a new home, {} did not and stayed where it was. The first: {}, because {why}. \
         See to it by hand, then come back.",
        words::counted(settled.moved.len() as i64, "thing", "things"),
        words::number(settled.stuck.len() as i64),
        title(left),
    );
    let refusal = Refusal::of("Not everything could be moved", Failure::Conflict(text))?;
    page(&app, &viewer, &uri, id, Some((&Farewell::default(), refusal))).await
}

pub(super) async fn finish(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<OrganisationId>,
    Form(farewell): Form<Farewell>,
) -> Result<Response, Failure> {
    let (now, asks, why) = (app.clock.now(), viewer.clone(), farewell.why.clone());
    let ended = app.write(move |tx| -> Result<_, endings::Error> {
        let lens = Lens::of(tx, &asks, now)?;
        endings::finish(tx, &lens, &Actor::of(&asks), now, (id, &why))
    });
    match ended.await {
        Ok(()) => Ok(see_other(&ENDED.at(&format!("/partners/{id}")))),
        Err(error) => {
            let refusal = Refusal::of("The partnership did not end", error)?;
            page(&app, &viewer, &uri, id, Some((&farewell, refusal))).await
        }
    }
}

async fn page(
    app: &App,
    viewer: &Viewer,
    uri: &Uri,
    id: OrganisationId,
    refused: Option<(&Farewell, Refusal)>,
) -> Result<Response, Failure> {
    let asking = viewer.clone();
    let read = sharing::read(app, viewer, Occasion::of("ending"), move |cx, lens| {
        let partner = super::find(cx, &asking, id)?.ok_or(endings::Error::NotFound)?;
        Ok::<_, endings::Error>((partner, endings::rehearse(cx, lens, id)?))
    });
    let (partner, parts) = read.await?;
    let path = format!("/partners/{id}");
    let name = partner.name;
    let left = parts.iter().map(|part| part.count).sum();
    let frame = Frame::of(viewer, uri, Nav::Partners, format!("End the partnership with {name}"))
        .below("Partners", "/partners")
        .below(name, path.clone())
        .saying(&[SETTLED]);
    let (why, refusal) = match refused {
        Some((farewell, refusal)) => (farewell.why.clone(), Some(refusal)),
        None => (String::new(), None),
    };
    let why_error = beside(refusal.as_ref(), "why");
    let answer = reply(refusal.as_ref());
    answer.with(&EndingPage {
        frame,
        path,
        summary: summary(left),
        left,
        groups: parts.into_iter().map(group).collect(),
        refusal,
        why,
        why_error,
    })
}

fn summary(left: i64) -> String {
    match left {
        0 => "Nothing is left there. It can end.".to_owned(),
        1 => "One thing would be left without anybody. Nothing is changed yet.".to_owned(),
        n => format!(
            "{} things would be left without anybody. Nothing is changed yet.",
            words::number(n)
        ),
    }
}

fn group(part: Part) -> Group {
    let more = part.count - part.first.len() as i64;
    Group {
        word: part.kind.word(),
        title: heading(part.kind, part.count),
        home: part.home,
        rows: part.first.iter().map(row).collect(),
        more: (more > 0).then(|| format!("And {} more", words::number(more))),
    }
}

fn heading(kind: Kind, count: i64) -> String {
    let (one, many) = match kind {
        Kind::Offer => ("hand-off that is not over", "hand-offs that are not over"),
        Kind::Leg => ("leg of a delivery to prove", "legs of deliveries to prove"),
        Kind::Dispute => ("open dispute", "open disputes"),
        Kind::Remedy => ("customer to make good to", "customers to make good to"),
        Kind::Obligation => ("change not applied rightly", "changes not applied rightly"),
        Kind::Held => ("thing in its hands", "things in its hands"),
        Kind::Case => ("open case of its own", "open cases of its own"),
        Kind::Promise => ("promised delivery", "promised deliveries"),
        Kind::Customer => ("customer whom nobody else knows", "customers whom nobody else knows"),
        Kind::Tie => ("customer tied to it", "customers tied to it"),
    };
    words::counted(count, one, many)
}

fn title(left: &Left) -> String {
    let customer = left.customer_name.clone().unwrap_or_else(|| "A customer".to_owned());
    match left.kind {
        Kind::Customer | Kind::Tie => customer,
        Kind::Promise => format!("Order {}", left.title),
        Kind::Obligation => format!("A new {}", left.title),
        _ if left.title.is_empty() => customer,
        _ => words::sentence(&left.title),
    }
}

fn row(left: &Left) -> Row {
    let of = left.customer_name.as_deref().unwrap_or("a customer");
    Row {
        title: title(left),
        href: match left.kind {
            Kind::Offer => hand_off_path(Id::from_uuid(left.id)),
            _ => format!("/customers/{}", left.customer),
        },
        about: match left.kind {
            Kind::Customer | Kind::Tie => String::new(),
            _ => of.to_owned(),
        },
    }
}
