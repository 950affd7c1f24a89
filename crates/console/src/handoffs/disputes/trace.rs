//! One trace: its legs as a chain, who answers for each, and what the customer gets, with its own
//! clock.

use askama::Template;
use axum::{extract::State as Held, http::Uri, response::Response};
use handfast_db::{Cx, Fault};
use handfast_handoffs::disputes::traces::{
    self, LegState, LegTold, Remedy, RemedyKind, RemedyState, ShownLeg, ShownStep, Trace,
};
use handfast_kit::{OrganisationId, TimeMs};
use handfast_record::{
    TouchId, TraceId, customers,
    sharing::{self, Lens, Who, looks::Occasion},
    touches::Leg,
};
use handfast_web::{App, ClockFace, Failure, Frame, Nav, Path, Query, Viewer};

use super::{
    super::{
        faces::{self, Knot},
        receipts::{self, Kept},
        time,
    },
    KNOWN, LEGS,
    acting::Typed,
    claim, trace_path, trace_step,
};
use crate::{
    customer::who::{self, Names, Organisation},
    forms::{Refusal, beside, reply},
    words,
};

#[derive(Template)]
#[template(path = "trace.html")]
struct OnePage {
    frame: Frame,
    path: String,
    lede: String,
    /// Where it broke, as a sentence; empty if the viewer may not know.
    found: String,
    badge: (&'static str, &'static str, &'static str),
    said: String,
    chain: Vec<Knot>,
    legs: Vec<LegFace>,
    remedy: Option<RemedyFace>,
    customer: Option<(String, String)>,
    called: String,
    claims: [(&'static str, &'static str); 4],
    kinds: [(&'static str, &'static str); 4],
    choices: Vec<(String, String)>,
    typed: Typed,
    errors: Errors,
    refusal: Option<Refusal>,
    receipts: Vec<receipts::Face>,
}

/// What is said beside the fields.
struct Errors {
    words: Option<String>,
    reference: Option<String>,
    organisation: Option<String>,
    kind: Option<String>,
    by: Option<String>,
}

/// One leg, with the form of whoever answers for it.
struct LegFace {
    word: &'static str,
    title: &'static str,
    who: Organisation,
    badge: (&'static str, &'static str, &'static str),
    clock: Option<ClockFace>,
    record_says: String,
    words: String,
    reference: String,
    answered: String,
    dispute: Option<String>,
    may_answer: bool,
}

/// What the customer gets.
struct RemedyFace {
    owner: Organisation,
    clock: ClockFace,
    stands: String,
    words: String,
    next: String,
    may_promise: bool,
    may_keep: bool,
}

struct Found {
    one: Trace,
    called: String,
    known: Vec<(OrganisationId, String)>,
    kept: Vec<Kept>,
    names: Names,
}

pub(super) async fn show(
    Held(app): Held<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<TraceId>,
) -> Result<Response, Failure> {
    one_page(&app, &viewer, &uri, id, (Typed::default(), None)).await
}

pub(super) async fn download(
    Held(app): Held<App>,
    viewer: Viewer,
    Path(id): Path<TraceId>,
    Query(asked): Query<receipts::Asked>,
) -> Result<Response, Failure> {
    let found = sharing::read(&app, &viewer, Occasion::of("export"), move |cx, lens| {
        let Some(one) = traces::find(cx, lens, id)? else { return Ok(None) };
        let touches: Vec<TouchId> = one.steps.iter().map(|step| step.touch).collect();
        let kept = receipts::of(cx, lens, touches.iter().copied())?;
        Ok::<_, Fault>(Some((one.reference, touches.into_iter().zip(kept).collect())))
    });
    let (reference, kept) = found.await?.ok_or(Failure::NotFound)?;
    receipts::saved(&reference, asked.touch, kept)
}

/// The page, with what was typed and why it was refused.
pub(super) async fn one_page(
    app: &App,
    viewer: &Viewer,
    uri: &Uri,
    id: TraceId,
    (typed, refusal): (Typed, Option<Refusal>),
) -> Result<Response, Failure> {
    let now = app.clock.now();
    let found =
        sharing::read(app, viewer, Occasion::of("customer"), move |cx, lens| read(cx, lens, id));
    let found = found.await?.ok_or(Failure::NotFound)?;
    let reply = reply(refusal.as_ref());
    let looking = Looking { viewer, now, found: &found };
    reply.with(&looking.page(uri, typed, refusal))
}

fn read(cx: &mut Cx<'_>, lens: &Lens, id: TraceId) -> Result<Option<Found>, Fault> {
    let Some(one) = traces::find(cx, lens, id)? else { return Ok(None) };
    let customer = customers::find(cx, lens, one.customer)?;
    let called = customer.as_ref().map_or_else(|| "the customer".to_owned(), who::short_name);
    let kept = receipts::of(cx, lens, one.steps.iter().map(|step| step.touch))?;
    let legs = one.legs.iter().map(|leg| &leg.who);
    let steps = one.steps.iter().filter_map(|step| step.organisation.as_ref());
    let found = one.finding.as_ref().and_then(|found| found.who());
    let whos = legs.chain(steps).chain([&one.opened_by]).chain(found).filter_map(Who::id);
    let remedy = one.remedy.as_ref().into_iter();
    let remedy = remedy.flat_map(|one| [Some(one.owner), one.waits_for.map(|(who, _)| who)]);
    let names = faces::names(cx, lens, whos.chain(remedy.flatten()))?;
    let known = claim::known(cx, lens, one.customer)?;
    Ok(Some(Found { one, called, known, kept, names }))
}

struct Looking<'a> {
    viewer: &'a Viewer,
    now: TimeMs,
    found: &'a Found,
}

impl Looking<'_> {
    fn moment(&self, at: TimeMs) -> String {
        time::moment(at, self.now, &self.viewer.zone)
    }

    fn who(&self, who: &Who) -> Organisation {
        let mut who = self.found.names.who(who);
        who.name = words::sentence(&who.name);
        who
    }

    fn page(&self, uri: &Uri, typed: Typed, refusal: Option<Refusal>) -> OnePage {
        let Found { one, called, known, .. } = self.found;
        let frame = Frame::of(self.viewer, uri, Nav::HandOffs, self.title());
        let customer = one.customer_name.clone();
        let error = |field| beside(refusal.as_ref(), field);
        OnePage {
            frame: frame.below("Hand-offs", "/hand-offs").saying(KNOWN),
            path: trace_path(one.id),
            lede: self.lede(),
            found: self.finding(),
            badge: badge(one),
            said: self.said(),
            chain: self.chain(),
            legs: one.legs.iter().map(|leg| self.leg(leg)).collect(),
            remedy: one.remedy.as_ref().map(|remedy| self.remedy(remedy)),
            customer: customer.map(|name| (name, format!("/customers/{}", one.customer))),
            called: called.clone(),
            claims: LEGS.map(|(leg, label)| (leg.word(), label)),
            kinds: RemedyKind::ALL.map(|kind| (kind.word(), kind.in_words())),
            choices: known.iter().map(|(id, name)| (id.to_string(), name.clone())).collect(),
            errors: Errors {
                words: error("words"),
                reference: error("reference"),
                organisation: error("organisation"),
                kind: error("kind"),
                by: error("by"),
            },
            typed,
            refusal,
            receipts: self.receipts(),
        }
    }

    fn title(&self) -> String {
        let one = &self.found.one;
        match (&one.customer_name, one.order_ref.as_str()) {
            (Some(name), "") => format!("A delivery to {name} is missing"),
            (Some(name), order) => format!("Order {order} never reached {name}"),
            (None, "") => "A delivery is missing".to_owned(),
            (None, order) => format!("Order {order} never arrived"),
        }
    }

    fn lede(&self) -> String {
        let one = &self.found.one;
        let since = self.moment(one.opened);
        let by = self.who(&one.opened_by).name;
        let who = match (one.by_customer, one.by.as_str()) {
            (true, _) => format!("{} said so, {since}", words::sentence(&self.found.called)),
            (false, "") => format!("{by} opened it {since}"),
            (false, person) => format!("{person} of {by} opened it {since}"),
        };
        format!("Trace {}. {who}. Each organisation on the way proves its part.", one.reference)
    }

    fn finding(&self) -> String {
        let Some(found) = &self.found.one.finding else { return String::new() };
        let name = found.who().map_or(String::new(), |who| self.who(who).name);
        format!("{}.", words::sentence(&found.in_words(&name)))
    }

    fn said(&self) -> String {
        let one = &self.found.one;
        if one.words.is_empty() { String::new() } else { format!("“{}” {}", one.words, one.by) }
    }

    fn chain(&self) -> Vec<Knot> {
        let mut knots: Vec<Knot> = self.found.one.legs.iter().map(|leg| self.knot(leg)).collect();
        if let Some(remedy) = &self.found.one.remedy {
            let line = remedy.waits_for.map(|(_, due)| format!("by {}", self.moment(due)));
            let late = remedy.waits_for.is_some_and(|(_, due)| due <= self.now);
            let (state, word) = match remedy.state {
                RemedyState::Done => ("done", "Made good"),
                _ if late => ("bad", "Not made good"),
                RemedyState::Promised => ("now", "Promised"),
                RemedyState::Open => ("now", "To be made good"),
            };
            knots.push(Knot::of(state, word, line.into_iter().collect()));
        }
        knots
    }

    fn knot(&self, leg: &ShownLeg) -> Knot {
        let who = self.who(&leg.who).name;
        let said = match (leg.state, leg.is_late) {
            (LegState::Asked, true) => "did not answer in time",
            (LegState::Asked, false) => "has time left",
            (LegState::Proved, _) => "proved",
            (LegState::Broke, _) => "broke here",
            (LegState::Refused, _) => "disputed",
            (LegState::Cleared, _) => "not its part",
        };
        let state = match (leg.state, leg.is_late) {
            (LegState::Proved | LegState::Cleared, _) => "done",
            (LegState::Broke, _) | (LegState::Asked, true) => "bad",
            (LegState::Refused, _) | (LegState::Asked, false) => "now",
        };
        Knot::of(state, title(leg.leg), vec![who, said.to_owned()])
    }

    fn leg(&self, leg: &ShownLeg) -> LegFace {
        let nothing = LegTold {
            due: self.now,
            is_open: false,
            record_says: String::new(),
            words: String::new(),
            reference: String::new(),
            answered: None,
            dispute: None,
        };
        let is_told = leg.told.is_some();
        let told = leg.told.clone().unwrap_or(nothing);
        let zone = &self.viewer.zone;
        let clock = (is_told && told.is_open)
            .then(|| time::clock(self.found.one.opened, told.due, self.now, zone));
        let is_open = told.is_open || leg.state == LegState::Proved;
        let answered = told.answered.map(|(at, by)| format!("{by}, {}", self.moment(at)));
        LegFace {
            word: leg.leg.word(),
            title: title(leg.leg),
            who: self.who(&leg.who),
            badge: standing(leg),
            clock,
            record_says: told.record_says,
            words: told.words,
            reference: told.reference,
            answered: answered.unwrap_or_default(),
            dispute: told.dispute.map(super::path),
            may_answer: is_told
                && is_open
                && leg.state == LegState::Asked
                && self.found.one.ended.is_none()
                && self.viewer.may_write(),
        }
    }

    fn remedy(&self, remedy: &Remedy) -> RemedyFace {
        let zone = &self.viewer.zone;
        let clock = if let Some((_, due)) = remedy.waits_for {
            time::clock(self.found.one.opened, due, self.now, zone)
        } else {
            let (word, by) = ("Made good".to_owned(), String::new());
            ClockFace { state: "met", word, by, used_percent: None }
        };
        let next = remedy.waits_for.map_or(String::new(), |(who, due)| {
            let is_mine = who == self.viewer.organisation;
            let name = self.found.names.organisation(who).name;
            let deed = match (remedy.state, is_mine) {
                (RemedyState::Promised, true) => "You see that it is kept".to_owned(),
                (RemedyState::Promised, false) => format!("{name} sees that it is kept"),
                (_, true) => "You promise something".to_owned(),
                (_, false) => format!("{name} promises something"),
            };
            format!("{deed}, by {}. No leg holds that up.", self.moment(due))
        });
        let may = self.viewer.may_write() && remedy.state != RemedyState::Done;
        RemedyFace {
            owner: self.found.names.organisation(remedy.owner),
            clock,
            stands: match remedy.kind {
                Some(kind) => format!("{}.", kind.in_words()),
                None => "Nothing was promised yet.".to_owned(),
            },
            words: remedy.words.clone(),
            next,
            may_promise: may,
            may_keep: may && remedy.state == RemedyState::Promised,
        }
    }

    fn receipts(&self) -> Vec<receipts::Face> {
        let Found { one, kept, .. } = self.found;
        let line = |(step, kept): (&ShownStep, &Kept)| {
            let who = step.organisation.as_ref();
            let who = who.map_or_else(|| "The clock".to_owned(), |who| self.who(who).name);
            let at = time::short(step.at, &self.viewer.zone);
            let of = step.leg.map_or(String::new(), |leg| format!("{}: ", title(leg)));
            let about = format!("{of}{}, {at}", trace_step(step.step));
            receipts::face((&trace_path(one.id), step.touch), who, about, kept)
        };
        one.steps.iter().zip(kept).map(line).collect()
    }
}

const fn title(leg: Leg) -> &'static str {
    match leg {
        Leg::Data => "Data",
        Leg::Fulfilment => "Fulfilment",
        Leg::Carrier => "Carrier",
        Leg::Other => "Another part",
    }
}

const fn standing(leg: &ShownLeg) -> (&'static str, &'static str, &'static str) {
    match (leg.state, leg.is_late) {
        (LegState::Asked, false) => ("warn", "clock", "Asked"),
        (LegState::Asked, true) => ("bad", "alert", "Not answered in time"),
        (LegState::Proved, _) => ("ok", "check", "Proved"),
        (LegState::Broke, _) => ("bad", "x", "It broke here"),
        (LegState::Refused, _) => ("warn", "alert", "Disputed"),
        (LegState::Cleared, _) => ("ok", "check", "Not its part"),
    }
}

fn badge(one: &Trace) -> (&'static str, &'static str, &'static str) {
    let is_found =
        one.finding.as_ref().is_some_and(handfast_handoffs::disputes::traces::Finding::is_final);
    match (one.ended, is_found) {
        (Some(_), _) => ("ok", "check", "Traced to its end"),
        (None, true) => ("warn", "clock", "Found, to be made good"),
        (None, false) => ("warn", "clock", "Being traced"),
    }
}
