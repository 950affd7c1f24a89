//! One hand-off: its chain of custody, its brief, what to do about it, what the customer was told,
//! and its receipts.

use askama::Template;
use axum::{extract::State as Held, http::Uri, response::Response};
use handfast_db::{Cx, Fault};
use handfast_handoffs::{
    self as handoffs, BriefItem, Custody, HandOff, State, Told, disputes::Dispute,
};
use handfast_kit::{TimeMs, Zone};
use handfast_record::{
    HandOffId, customers,
    sharing::{self, Lens, looks::Occasion},
};
use handfast_web::{App, ClockFace, Failure, Frame, Nav, Path, Viewer};

use super::{
    KNOWN,
    acting::Typed,
    disputes,
    faces::{self, Knot},
    path,
    receipts::{self, Kept},
    time,
};
use crate::{
    customer::who::{self, Names, Organisation},
    forms::{Refusal, beside, reply},
    words,
};

#[derive(Template)]
#[template(path = "handoff.html")]
struct OnePage {
    frame: Frame,
    path: String,
    lede: String,
    /// Who acts next and by when, as a sentence; empty when nobody has to.
    next: String,
    badge: (&'static str, &'static str, &'static str),
    from: Organisation,
    to: Organisation,
    customer: Option<(String, String)>,
    clock: Option<ClockFace>,
    chain: Vec<Knot>,
    answer: String,
    disputes: Vec<(String, String, &'static str)>,
    brief: Vec<Vec<Need>>,
    brief_count: String,
    brief_share: String,
    acts: Acts,
    brief_error: Option<String>,
    typed: Typed,
    words_error: Option<String>,
    refusal: Option<Refusal>,
    receipts: Vec<receipts::Face>,
    plan: Vec<PlanFace>,
    custody: Vec<(Organisation, String)>,
    told_title: String,
    told: Vec<(String, String)>,
}

/// One item of the brief.
struct Need {
    item: String,
    title: String,
    text: String,
    is_missing: bool,
    may_ask: bool,
    may_send: bool,
}

/// What the viewer may do.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a form of its own on the page")]
struct Acts {
    answer: bool,
    see: bool,
    ask: bool,
    withdraw: bool,
    keep: bool,
    supply: bool,
    chase: bool,
    dispute: bool,
}

impl Acts {
    fn of(one: &HandOff, viewer: &Viewer) -> Self {
        let (own, is_open) = (viewer.organisation, one.state == State::Offered);
        let is_receiver = own == one.to;
        let is_sender = !is_receiver && (own == one.from || viewer.is_brand());
        let waits = one.waits_for.filter(|_| viewer.may_write());
        Self {
            answer: is_receiver && is_open && viewer.may_write(),
            see: is_receiver && is_open && one.seen.is_none() && viewer.may_write(),
            ask: is_receiver
                && viewer.may_write()
                && matches!(one.state, State::Offered | State::Accepted),
            withdraw: is_sender && is_open && viewer.may_write(),
            keep: is_sender
                && waits.is_some()
                && matches!(one.state, State::Declined | State::Expired),
            supply: is_sender
                && viewer.may_write()
                && matches!(one.state, State::Offered | State::Accepted),
            chase: waits.is_some_and(|(who, _)| who != own),
            dispute: [one.from, one.to].contains(&own) && viewer.may_write(),
        }
    }

    fn any(self) -> bool {
        self.answer || self.withdraw || self.keep || self.chase
    }
}

struct PlanFace {
    tone: &'static str,
    icon: &'static str,
    when: String,
    what: String,
}

struct Found {
    one: HandOff,
    /// What the customer is called within a sentence.
    called: String,
    custody: Vec<Custody>,
    told: Vec<Told>,
    kept: Vec<Kept>,
    disputes: Vec<Dispute>,
    names: Names,
}

pub(super) async fn show(
    Held(app): Held<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<HandOffId>,
) -> Result<Response, Failure> {
    one_page(&app, &viewer, &uri, id, (Typed::default(), None)).await
}

/// The page, with what was typed and why it was refused.
pub(super) async fn one_page(
    app: &App,
    viewer: &Viewer,
    uri: &Uri,
    id: HandOffId,
    (typed, refusal): (Typed, Option<Refusal>),
) -> Result<Response, Failure> {
    let now = app.clock.now();
    let found = sharing::read(app, viewer, Occasion::of("customer"), move |cx, lens| {
        read(cx, lens, now, id)
    });
    let found = found.await?.ok_or(Failure::NotFound)?;
    let reply = reply(refusal.as_ref());
    let looking = Looking { viewer, now, found: &found };
    reply.with(&looking.page(uri, typed, refusal))
}

fn read(cx: &mut Cx<'_>, lens: &Lens, now: TimeMs, id: HandOffId) -> Result<Option<Found>, Fault> {
    let Some(one) = handoffs::find(cx, lens, now, id)? else { return Ok(None) };
    let customer = customers::find(cx, lens, one.customer)?;
    let called = customer.as_ref().map_or_else(|| "the customer".to_owned(), who::short_name);
    let custody = handoffs::custody(cx, lens, one.customer, &one.thing)?.unwrap_or_default();
    let told = handoffs::told(cx, lens, one.customer)?;
    let kept = receipts::of(cx, lens, one.steps.iter().map(|step| step.touch))?;
    let disputes = handoffs::disputes::about(cx, lens, one.id.uuid())?;
    let parties = [Some(one.from), Some(one.to), one.waits_for.map(|(who, _)| who)];
    let holders = custody.iter().filter_map(|held| held.who.id());
    let parties: Vec<_> = parties.into_iter().flatten().chain(holders).collect();
    let names = faces::names(cx, lens, parties)?;
    Ok(Some(Found { one, called, custody, told, kept, disputes, names }))
}

struct Looking<'a> {
    viewer: &'a Viewer,
    now: TimeMs,
    found: &'a Found,
}

impl Looking<'_> {
    fn zone(&self) -> &Zone {
        &self.viewer.zone
    }

    fn moment(&self, at: TimeMs) -> String {
        time::moment(at, self.now, self.zone())
    }

    fn page(&self, uri: &Uri, typed: Typed, refusal: Option<Refusal>) -> OnePage {
        let Found { one, names, .. } = self.found;
        let frame = Frame::of(self.viewer, uri, Nav::HandOffs, words::sentence(&one.title));
        let acts = Acts::of(one, self.viewer);
        let (have, all) = faces::complete(&one.brief);
        let customer = one.customer_name.clone();
        OnePage {
            frame: frame.below("Hand-offs", "/hand-offs").saying(KNOWN),
            path: path(one.id),
            lede: self.lede(),
            next: self.next(),
            badge: faces::standing(one.state),
            from: names.organisation(one.from),
            to: names.organisation(one.to),
            customer: customer.map(|name| (name, format!("/customers/{}", one.customer))),
            clock: one
                .waits_for
                .map(|(_, due)| time::clock(one.offered, due, self.now, self.zone())),
            chain: faces::chain(one, self.now, self.zone()),
            answer: self.answer(),
            disputes: self.found.disputes.iter().map(disputes::line).collect(),
            brief: halves(one.brief.iter().map(|item| self.need(item, acts)).collect()),
            brief_count: format!("{have} of {all} complete"),
            brief_share: format!("{}%", 100 * have / all.max(1)),
            brief_error: beside(refusal.as_ref(), "other").or(beside(refusal.as_ref(), "text")),
            words_error: beside(refusal.as_ref(), "words"),
            acts,
            typed,
            refusal,
            receipts: self.receipts(),
            plan: one.escalation.iter().map(|plan| self.plan(plan)).collect(),
            custody: self.custody(),
            told_title: format!("What {} was told", self.found.called),
            told: self.told(),
        }
    }

    /// `Case, hand-off H-2GK4QT, of Maya Okafor. Offered today at 09:10.`
    fn lede(&self) -> String {
        let one = &self.found.one;
        let of = one.customer_name.as_ref().map_or(String::new(), |name| format!(" of {name}"));
        let offered = self.moment(one.offered);
        let kind = faces::kind(one.thing.handed());
        let holder = self.found.names.who(&one.accountable).name;
        format!(
            "{kind}{of}, hand-off {}. Offered {offered}. {} is accountable.",
            one.reference,
            words::sentence(&holder)
        )
    }

    fn next(&self) -> String {
        let one = &self.found.one;
        let Some((who, due)) = one.waits_for else { return String::new() };
        let is_mine = who == self.viewer.organisation;
        let deed = faces::next_deed(one.state, who == one.from);
        let by = self.moment(due);
        let by =
            if due <= self.now { format!(". That was due {by}.") } else { format!(", by {by}.") };
        let (name, deed) = if is_mine {
            ("You".to_owned(), deed.0)
        } else {
            (self.found.names.organisation(who).name, deed.1)
        };
        format!("{name} {deed}{by}")
    }

    /// The reason that was given with the answer.
    fn answer(&self) -> String {
        let one = &self.found.one;
        match &one.answered {
            Some((_, by, words)) if !words.is_empty() => format!("“{words}” {by}"),
            _ => String::new(),
        }
    }

    fn need(&self, item: &BriefItem, acts: Acts) -> Need {
        let one = &self.found.one;
        let is_missing = faces::is_missing(item);
        let sender = self.found.names.organisation(one.from).name;
        let is_open = matches!(one.state, State::Offered | State::Accepted);
        let text = match (&item.asked, &item.text) {
            (Some((_, due)), _) => format!("missing. {sender} sends it, by {}.", self.moment(*due)),
            (None, Some(text)) => text.clone(),
            (None, None) if item.from_record => "in the record".to_owned(),
            (None, None) => format!("missing. {sender} sends it when you ask."),
        };
        let is_receiver = self.viewer.organisation == one.to && self.viewer.may_write();
        Need {
            item: item.item.clone(),
            title: item.title.clone(),
            text,
            is_missing,
            may_ask: is_missing && item.asked.is_none() && is_receiver && is_open,
            may_send: is_missing && acts.supply,
        }
    }

    fn receipts(&self) -> Vec<receipts::Face> {
        let Found { one, names, kept, .. } = self.found;
        let name = |step: &handoffs::Step| match step.organisation {
            Some(id) => names.organisation(id).name,
            None => "The clock".to_owned(),
        };
        let pairs = one.steps.iter().zip(kept);
        pairs
            .map(|(step, kept)| {
                let about =
                    format!("{}, {}", faces::step(step.step), time::short(step.at, self.zone()));
                receipts::face((&path(one.id), step.touch), name(step), about, kept)
            })
            .collect()
    }

    fn plan(&self, plan: &handoffs::Plan) -> PlanFace {
        let (tone, icon) = match plan.done {
            true => ("ok", "check"),
            false if plan.at.0 - self.now.0 < TimeMs::DAY => ("warn", "clock"),
            false => ("", "dot"),
        };
        PlanFace {
            tone,
            icon,
            when: words::sentence(&self.moment(plan.at)),
            what: plan.what.clone(),
        }
    }

    fn custody(&self) -> Vec<(Organisation, String)> {
        let line = |held: &Custody| {
            let since = match held.from.0 {
                0 => "from the beginning".to_owned(),
                _ => format!("since {}", self.moment(held.from)),
            };
            let until =
                held.until.map_or(String::new(), |at| format!(", until {}", self.moment(at)));
            let mut who = self.found.names.who(&held.who);
            who.name = words::sentence(&who.name);
            (who, format!("{since}{until}"))
        };
        self.found.custody.iter().map(line).collect()
    }

    fn told(&self) -> Vec<(String, String)> {
        let line = |told: &Told| (words::sentence(&self.moment(told.at)), told.words.clone());
        self.found.told.iter().take(10).map(line).collect()
    }
}

/// What is missing first, in two columns.
fn halves(mut needs: Vec<Need>) -> Vec<Vec<Need>> {
    needs.sort_by_key(|need| !need.is_missing);
    let rest = needs.split_off(needs.len().div_ceil(2));
    [needs, rest].into_iter().filter(|half| !half.is_empty()).collect()
}
