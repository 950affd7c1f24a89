//! One change, with a panel for each organisation that applies it.

use std::collections::BTreeSet;

use askama::Template;
use axum::{extract::State, http::Uri, response::Response};
use handfast_db::{Cx, Fault};
use handfast_handoffs::{
    Told,
    obligations::{self, Change, DutyState, Obligation, Step, Value},
};
use handfast_kit::TimeMs;
use handfast_record::{
    ChangeId, ObligationId, TouchId, customers,
    sharing::{self, Lens, looks::Occasion},
    touches::Changed,
};
use handfast_web::{App, Failure, Frame, Nav, Path, Query, Viewer};
use serde::Deserialize;

use super::{
    super::{faces as shared, receipts, time},
    KNOWN,
    acting::Typed,
    faces::{Duty, Looking, standing},
    part, path,
    plan::PlanFace,
    proofs::{self, Proofs},
};
use crate::{
    customer::who::{self, Names},
    forms::{Refusal, reply},
    words,
};

/// Of how many organisations the part is shown in full.
const PANELS_MAX: usize = 12;
/// Of how many others it is said how they stand.
const OTHERS_MAX: usize = 200;

#[derive(Template)]
#[template(path = "change.html")]
struct OnePage {
    frame: Frame,
    path: String,
    lede: String,
    next: String,
    badge: (&'static str, &'static str, String),
    duties: Vec<Duty>,
    /// Those that are not shown in full: where they are, and how they stand.
    others: Vec<Other>,
    /// Of an address, what is typed back has parts; of all else it is one line.
    is_address: bool,
    called: String,
    customer: String,
    typed: Typed,
    refusal: Option<Refusal>,
    receipts: Vec<receipts::Face>,
    earlier: Vec<receipts::Face>,
    receipt_count: usize,
    plan: Vec<PlanFace>,
    told_title: String,
    told: Vec<(String, String)>,
    value: Vec<(&'static str, String)>,
    not_told: Vec<(String, String)>,
}

/// One organisation's part in a line.
struct Other {
    href: String,
    name: String,
    badge: (&'static str, &'static str, &'static str),
}

struct Found {
    one: Change,
    called: String,
    names: Names,
    told: Vec<Told>,
    proofs: Proofs,
}

/// What an address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// Whose part stands first.
    part: String,
}

pub(super) async fn show(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<ChangeId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    one_page(&app, &viewer, &uri, (id, asked), (Typed::default(), None)).await
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
    (id, asked): (ChangeId, Asked),
    (typed, refusal): (Typed, Option<Refusal>),
) -> Result<Response, Failure> {
    let now = app.clock.now();
    let asks = viewer.clone();
    let part = if typed.obligation.is_empty() { asked.part } else { typed.obligation.clone() };
    let found = sharing::read(app, viewer, Occasion::of("customer"), move |cx, lens| {
        read(cx, lens, &asks, (id, &part))
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
    (id, part): (ChangeId, &str),
) -> Result<Option<Found>, Fault> {
    let Some(mut one) = obligations::change(cx, lens, id)? else { return Ok(None) };
    let part: Option<ObligationId> = part.parse().ok();
    one.obligations.sort_by_key(|duty| {
        let is_first = part == Some(duty.id);
        (!is_first, duty.state != DutyState::Mismatch, !duty.state.is_open(), duty.due)
    });
    let customer = customers::find(cx, lens, one.customer)?;
    let called = customer.as_ref().map_or_else(|| "the customer".to_owned(), who::short_name);
    let parties: BTreeSet<_> = one.obligations.iter().map(|duty| duty.organisation).collect();
    let not_told = one.not_told.iter().map(|one| one.organisation);
    let names =
        shared::names(cx, lens, parties.into_iter().chain([one.entered_by]).chain(not_told))?;
    let told = obligations::told(cx, lens, &one)?;
    let first: Vec<&Obligation> = one.obligations.iter().take(PANELS_MAX).collect();
    let proofs = proofs::read(cx, lens, viewer, (&one, &first), &names)?;
    Ok(Some(Found { one, called, names, told, proofs }))
}

fn page(
    looking: &Looking<'_>,
    found: &Found,
    uri: &Uri,
    typed: Typed,
    refusal: Option<Refusal>,
) -> OnePage {
    let (one, viewer) = (&found.one, looking.viewer);
    let duties: Vec<&Obligation> = one.obligations.iter().collect();
    let shown = &duties[..duties.len().min(PANELS_MAX)];
    let others = duties.iter().skip(PANELS_MAX).take(OTHERS_MAX);
    let name = one.customer_name.clone().unwrap_or_else(|| "A customer".to_owned());
    let frame = Frame::of(viewer, uri, Nav::HandOffs, title(one, &name, looking.now));
    let path = path(one.id);
    OnePage {
        frame: frame.below("Hand-offs", "/hand-offs").saying(KNOWN),
        lede: lede(looking, found),
        next: next(looking, &duties),
        badge: badge(&duties),
        duties: shown.iter().map(|duty| looking.duty(duty, one.by_customer)).collect(),
        others: others.map(|duty| looking.other(duty)).collect(),
        is_address: one.changed == Changed::Address,
        called: found.called.clone(),
        customer: one.customer.to_string(),
        typed,
        refusal,
        receipts: found.proofs.latest(&path),
        earlier: found.proofs.earlier(&path),
        receipt_count: found.proofs.count,
        plan: looking.plan(shown),
        told_title: format!("What {} was told", found.called),
        told: looking.told(&found.told),
        value: value(looking, one),
        not_told: looking.not_told(one),
        path,
    }
}

impl Looking<'_> {
    fn other(&self, duty: &Obligation) -> Other {
        Other {
            href: part(duty.change, duty.id),
            name: self.name(duty.organisation),
            badge: standing(duty.state),
        }
    }
}

/// `Maya Okafor moved to Bristol`, as far as the viewer sees where.
fn title(one: &Change, name: &str, now: TimeMs) -> String {
    let moves = if one.from.is_some_and(|from| from > now) { "moves" } else { "moved" };
    match (one.changed, &one.value) {
        (Changed::Address, Some(Value::Address(to))) if !to.city.trim().is_empty() => {
            format!("{name} {moves} to {}", to.city.trim())
        }
        (Changed::Address, _) => format!("{name} {moves}"),
        (other, _) => format!("{name}: {} changed", other.in_words()),
    }
}

fn lede(looking: &Looking<'_>, found: &Found) -> String {
    let one = &found.one;
    let kind = one.changed.in_words().trim_start_matches("the ");
    let at = time::moment(one.entered, looking.now, &looking.viewer.zone);
    let who = if one.by_customer {
        format!("{} told us once, {at}", words::sentence(looking.called))
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
    format!("Change of {kind}, {}. {who}. {stands}", one.reference)
}

/// Who acts next, and by when, of the part that is due first.
fn next(looking: &Looking<'_>, duties: &[&Obligation]) -> String {
    let open = duties.iter().filter_map(|duty| Some((duty, duty.waits_for?)));
    let first = open.min_by_key(|(_, (_, due))| *due);
    let Some((duty, (who, due))) = first else { return String::new() };
    let by = time::moment(due, looking.now, &looking.viewer.zone);
    let is_own = who == looking.viewer.organisation;
    let who = if is_own { "You act".to_owned() } else { format!("{} acts", looking.name(who)) };
    let by = if due <= looking.now { format!("that was due {by}") } else { format!("by {by}") };
    let ask = person(duty)
        .filter(|_| !is_own && duty.waits_for.is_some_and(|(id, _)| id == duty.organisation));
    let ask = ask.map_or(String::new(), |name| format!(" Ask for {name}."));
    format!("{who} next, {by}.{ask}")
}

/// Who acted for the organisation last, as they are called.
fn person(duty: &Obligation) -> Option<&str> {
    let theirs = |step: &&Step| step.organisation == Some(duty.organisation) && !step.by.is_empty();
    duty.steps.iter().rev().find(theirs).map(|step| &*step.by)
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
