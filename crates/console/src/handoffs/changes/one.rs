//! One change, with a panel for each organisation that applies it.

use std::collections::BTreeSet;

use askama::Template;
use axum::{extract::State, http::Uri, response::Response};
use handfast_db::{Cx, Fault};
use handfast_handoffs::obligations::{self, Change, DutyState, Obligation};
use handfast_record::{
    ChangeId, TouchId, customers,
    sharing::{self, Lens, looks::Occasion},
    touches::Changed,
};
use handfast_web::{App, Failure, Frame, Nav, Path, Query, Viewer};

use super::{
    super::{
        faces as shared,
        receipts::{self, Kept},
        time,
    },
    KNOWN,
    acting::Typed,
    faces::{Duty, Looking},
    path,
};
use crate::{
    customer::who::{self, Names},
    forms::{Refusal, reply},
    words,
};

#[derive(Template)]
#[template(path = "change.html")]
struct OnePage {
    frame: Frame,
    path: String,
    lede: String,
    next: String,
    badge: (&'static str, &'static str, String),
    duties: Vec<Duty>,
    /// Of an address, what is typed back has parts; of all else it is one line.
    is_address: bool,
    is_brand: bool,
    called: String,
    customer: String,
    typed: Typed,
    refusal: Option<Refusal>,
    receipts: Vec<receipts::Face>,
    value: Vec<(&'static str, String)>,
    not_told: Vec<String>,
}

struct Found {
    one: Change,
    called: String,
    names: Names,
    /// The steps, with whose they are and what they were.
    steps: Vec<(TouchId, String, String)>,
    kept: Vec<Kept>,
}

pub(super) async fn show(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<ChangeId>,
) -> Result<Response, Failure> {
    one_page(&app, &viewer, &uri, id, (Typed::default(), None)).await
}

pub(super) async fn download(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<ChangeId>,
    Query(asked): Query<receipts::Asked>,
) -> Result<Response, Failure> {
    let found = sharing::read(&app, &viewer, Occasion::of("export"), move |cx, lens| {
        let Some(one) = obligations::change(cx, lens, id)? else { return Ok(None) };
        let touches: Vec<TouchId> = touches(&one);
        let kept = receipts::of(cx, lens, touches.iter().copied())?;
        Ok::<_, Fault>(Some((one.reference, touches.into_iter().zip(kept).collect())))
    });
    let (reference, kept) = found.await?.ok_or(Failure::NotFound)?;
    receipts::saved(&reference, asked.touch, kept)
}

fn touches(one: &Change) -> Vec<TouchId> {
    let steps = one.obligations.iter().flat_map(|duty| &duty.steps).map(|step| step.touch);
    [one.touch].into_iter().chain(steps).collect()
}

pub(super) async fn one_page(
    app: &App,
    viewer: &Viewer,
    uri: &Uri,
    id: ChangeId,
    (typed, refusal): (Typed, Option<Refusal>),
) -> Result<Response, Failure> {
    let now = app.clock.now();
    let asks = viewer.clone();
    let found = sharing::read(app, viewer, Occasion::of("customer"), move |cx, lens| {
        read(cx, lens, &asks, id)
    });
    let found = found.await?.ok_or(Failure::NotFound)?;
    let reply = reply(refusal.as_ref());
    let looking = Looking { viewer, now, names: &found.names, called: &found.called };
    reply.with(&page(&looking, &found, uri, typed, refusal))
}

fn read(
    cx: &mut Cx<'_>,
    lens: &Lens,
    viewer: &Viewer,
    id: ChangeId,
) -> Result<Option<Found>, Fault> {
    let Some(one) = obligations::change(cx, lens, id)? else { return Ok(None) };
    let customer = customers::find(cx, lens, one.customer)?;
    let called = customer.as_ref().map_or_else(|| "the customer".to_owned(), who::short_name);
    let parties: BTreeSet<_> = one.obligations.iter().map(|duty| duty.organisation).collect();
    let parties = parties.into_iter().chain([one.entered_by]).chain(one.not_told.iter().copied());
    let names = shared::names(cx, lens, parties)?;
    let mut steps = vec![(
        one.touch,
        names.organisation(one.entered_by).name,
        format!("Entered, {}", time::short(one.entered, &viewer.zone)),
    )];
    for duty in &one.obligations {
        for step in &duty.steps {
            let by = step.organisation.unwrap_or(duty.organisation);
            let said = words::sentence(step.step.in_words().trim_start_matches("was "));
            let about = format!("{said}, {}", time::short(step.at, &viewer.zone));
            steps.push((step.touch, names.organisation(by).name, about));
        }
    }
    let kept = receipts::of(cx, lens, steps.iter().map(|(touch, ..)| *touch))?;
    Ok(Some(Found { one, called, names, steps, kept }))
}

fn page(
    looking: &Looking<'_>,
    found: &Found,
    uri: &Uri,
    typed: Typed,
    refusal: Option<Refusal>,
) -> OnePage {
    let (one, viewer) = (&found.one, looking.viewer);
    let mut duties: Vec<&Obligation> = one.obligations.iter().collect();
    duties.sort_by_key(|duty| (duty.state != DutyState::Mismatch, !duty.state.is_open()));
    let name = one.customer_name.clone().unwrap_or_else(|| "A customer".to_owned());
    let frame = Frame::of(viewer, uri, Nav::HandOffs, title(one, &name));
    let lines = found.steps.iter().zip(&found.kept);
    OnePage {
        frame: frame.below("Hand-offs", "/hand-offs").saying(KNOWN),
        path: path(one.id),
        lede: lede(looking, found),
        next: next(looking, &duties),
        badge: badge(&duties),
        duties: duties.iter().map(|duty| looking.duty(duty)).collect(),
        is_address: one.changed == Changed::Address,
        is_brand: viewer.is_brand(),
        called: found.called.clone(),
        customer: one.customer.to_string(),
        typed,
        refusal,
        receipts: lines
            .map(|((touch, by, about), kept)| {
                receipts::face((&path(one.id), *touch), by.clone(), about.clone(), kept)
            })
            .collect(),
        value: value(looking, one),
        not_told: one.not_told.iter().map(|id| looking.name(*id)).collect(),
    }
}

fn title(one: &Change, name: &str) -> String {
    match one.changed {
        Changed::Address => format!("{name} moved"),
        other => format!("{name}: {} changed", other.in_words()),
    }
}

fn lede(looking: &Looking<'_>, found: &Found) -> String {
    let one = &found.one;
    let kind = words::sentence(one.changed.in_words().trim_start_matches("the "));
    let at = time::moment(one.entered, looking.now, &looking.viewer.zone);
    let who = if one.by_customer {
        format!("{} told it once, {at}", words::sentence(looking.called))
    } else {
        format!("{} entered it {at}", looking.name(one.entered_by))
    };
    let all = one.obligations.len();
    let verified = one.obligations.iter().filter(|duty| duty.state == DutyState::Verified);
    let stands = match (verified.count(), all) {
        (_, 0) => "Nobody has to apply it.".to_owned(),
        (n, all) => format!(
            "{n} of {} verified.",
            words::counted(all as i64, "organisation is", "organisations are")
        ),
    };
    format!("{kind}, change {}. {who}. {stands}", one.reference)
}

/// Who acts next, and by when, of the part that is due first.
fn next(looking: &Looking<'_>, duties: &[&Obligation]) -> String {
    let open = duties.iter().filter_map(|duty| duty.waits_for);
    let Some((who, due)) = open.min_by_key(|(_, due)| *due) else { return String::new() };
    let by = time::moment(due, looking.now, &looking.viewer.zone);
    let is_own = who == looking.viewer.organisation;
    let who = if is_own { "You act".to_owned() } else { format!("{} acts", looking.name(who)) };
    let by = if due <= looking.now { format!("that was due {by}") } else { format!("by {by}") };
    format!("{who} next, {by}.")
}

fn badge(duties: &[&Obligation]) -> (&'static str, &'static str, String) {
    let count = |state| duties.iter().filter(|duty| duty.state == state).count() as i64;
    match (count(DutyState::Mismatch), duties.iter().filter(|duty| duty.state.is_open()).count()) {
        (0, 0) => ("ok", "check", "All verified".to_owned()),
        (0, open) => ("warn", "clock", format!("{open} open")),
        (n, _) => ("bad", "alert", words::counted(n, "mismatch", "mismatches")),
    }
}

fn value(looking: &Looking<'_>, one: &Change) -> Vec<(&'static str, String)> {
    let at = |at| time::moment(at, looking.now, &looking.viewer.zone);
    let after = one.value.as_ref().map(obligations::Value::line);
    let before = Some(one.before.clone());
    [("It is", after), ("It was", before), ("From", one.from.map(at)), ("Until", one.until.map(at))]
        .into_iter()
        .filter_map(|(label, text)| Some((label, text.filter(|text| !text.is_empty())?)))
        .collect()
}
