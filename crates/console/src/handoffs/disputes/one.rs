//! One dispute: both sides' evidence beside each other, who decides by when, and who acts for the
//! customer meanwhile.

use askama::Template;
use axum::{extract::State as Held, http::Uri, response::Response};
use handfast_db::{Cx, Fault};
use handfast_handoffs::{
    disputes::{self, About, Dispute, Side, State},
    obligations,
};
use handfast_kit::{OrganisationId, TimeMs};
use handfast_record::{
    DisputeId, TouchId, customers, organisations,
    sharing::{self, Lens, Who, looks::Occasion},
    touches::{DisputeStep, Leg},
};
use handfast_web::{App, ClockFace, Failure, Frame, Nav, Path, Query, Viewer};

use super::{
    super::{
        faces,
        receipts::{self, Kept},
        time,
    },
    KNOWN,
    acting::Typed,
    dispute_step, path,
};
use crate::{
    customer::who::{self, Names, Organisation},
    forms::{Refusal, beside, reply},
    words,
};

#[derive(Template)]
#[template(path = "dispute.html")]
struct OnePage {
    frame: Frame,
    path: String,
    lede: String,
    /// Who acts next and by when, as a sentence; empty when nobody has to.
    next: String,
    badge: (&'static str, &'static str, &'static str),
    clock: Option<ClockFace>,
    /// What the one side says, and the other.
    sides: [Said; 2],
    decided: Option<Said>,
    /// Who acts for the customer, as a sentence.
    meanwhile: String,
    about: Option<(String, &'static str)>,
    customer: Option<(String, String)>,
    acts: Acts,
    choices: Vec<(String, String)>,
    typed: Typed,
    words_error: Option<String>,
    reference_error: Option<String>,
    organisation_error: Option<String>,
    refusal: Option<Refusal>,
    receipts: Vec<receipts::Face>,
}

/// What one side says.
struct Said {
    who: Organisation,
    title: String,
    words: String,
    reference: String,
    when: String,
}

/// What the viewer may do.
#[derive(Debug, Clone, Copy, Default)]
struct Acts {
    answer: bool,
    settle: bool,
    withdraw: bool,
}

impl Acts {
    fn of(one: &Dispute, viewer: &Viewer) -> Self {
        let may = one.state.is_open() && viewer.may_write();
        Self {
            answer: may && one.side == Side::Respondent && one.state == State::Open,
            settle: may && viewer.is_brand(),
            withdraw: may && one.side == Side::Claimant,
        }
    }

    const fn any(self) -> bool {
        self.answer || self.settle || self.withdraw
    }
}

struct Found {
    one: Dispute,
    called: String,
    about: Option<(String, &'static str)>,
    /// Who may be said to answer for it, for the brand.
    choices: Vec<(OrganisationId, String)>,
    kept: Vec<Kept>,
    names: Names,
}

pub(super) async fn show(
    Held(app): Held<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<DisputeId>,
) -> Result<Response, Failure> {
    one_page(&app, &viewer, &uri, id, (Typed::default(), None)).await
}

pub(super) async fn download(
    Held(app): Held<App>,
    viewer: Viewer,
    Path(id): Path<DisputeId>,
    Query(asked): Query<receipts::Asked>,
) -> Result<Response, Failure> {
    let found = sharing::read(&app, &viewer, Occasion::of("export"), move |cx, lens| {
        let Some(one) = disputes::find(cx, lens, id)? else { return Ok(None) };
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
    id: DisputeId,
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

fn read(cx: &mut Cx<'_>, lens: &Lens, id: DisputeId) -> Result<Option<Found>, Fault> {
    let Some(one) = disputes::find(cx, lens, id)? else { return Ok(None) };
    let customer = customers::find(cx, lens, one.customer)?;
    let called = customer.as_ref().map_or_else(|| "the customer".to_owned(), who::short_name);
    let kept = receipts::of(cx, lens, one.steps.iter().map(|step| step.touch))?;
    let meanwhile = one.meanwhile.as_ref().map(|(who, _)| who);
    let waits = one.waits_for.as_ref().map(|(who, _)| who);
    let parties = [Some(&one.claimant), Some(&one.respondent), meanwhile, waits];
    let steps = one.steps.iter().map(|step| step.organisation.as_ref());
    let parties = parties.into_iter().chain([one.answers_for.as_ref()]).chain(steps);
    let names = faces::names(cx, lens, parties.flatten().filter_map(Who::id))?;
    let about = about(cx, lens, &one)?;
    let choices = if lens.is_whole() { choices(cx, lens, &one)? } else { Vec::new() };
    Ok(Some(Found { one, called, about, choices, kept, names }))
}

/// Where what it is about is shown, if the viewer may know of it.
fn about(
    cx: &mut Cx<'_>,
    lens: &Lens,
    one: &Dispute,
) -> Result<Option<(String, &'static str)>, Fault> {
    Ok(match one.about {
        About::Obligation(id) => obligations::find(cx, lens, id)?
            .map(|duty| (super::super::changes::path(duty.change), "The change")),
        About::HandOff(id) => handfast_handoffs::find(cx, lens, lens.now(), id)?
            .map(|_| (super::super::path(id), "The hand-off")),
        About::Leg(id, _) => disputes::traces::find(cx, lens, id)?
            .map(|_| (super::trace_path(id), "The trace of the delivery")),
    })
}

/// The two parties first, then everybody.
fn choices(
    cx: &mut Cx<'_>,
    lens: &Lens,
    one: &Dispute,
) -> Result<Vec<(OrganisationId, String)>, Fault> {
    let brand = organisations::brand(cx, lens.network())?;
    let partners = organisations::partners(cx, lens.network(), None, 200)?.items;
    let all = brand.into_iter().chain(partners).map(|one| (one.id, one.name));
    let parties = [one.claimant.id(), one.respondent.id()];
    let (mut first, rest): (Vec<_>, Vec<_>) = all.partition(|(id, _)| parties.contains(&Some(*id)));
    first.extend(rest);
    Ok(first)
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
        let one = &self.found.one;
        let title = format!("Whose part is {}?", one.subject);
        let frame = Frame::of(self.viewer, uri, Nav::HandOffs, title);
        let choices = self.found.choices.iter();
        let customer = one.customer_name.clone();
        OnePage {
            frame: frame.below("Hand-offs", "/hand-offs").saying(KNOWN),
            path: path(one.id),
            lede: self.lede(),
            next: self.next(),
            badge: badge(one.state, one.is_escalated),
            clock: self.clock(),
            sides: self.sides(),
            decided: self.decided(),
            meanwhile: self.meanwhile(),
            about: self.found.about.clone(),
            customer: customer.map(|name| (name, format!("/customers/{}", one.customer))),
            acts: Acts::of(one, self.viewer),
            choices: choices.map(|(id, name)| (id.to_string(), name.clone())).collect(),
            typed,
            words_error: beside(refusal.as_ref(), "words"),
            reference_error: beside(refusal.as_ref(), "reference"),
            organisation_error: beside(refusal.as_ref(), "organisation"),
            refusal,
            receipts: self.receipts(),
        }
    }

    fn lede(&self) -> String {
        let one = &self.found.one;
        let opened = self.moment(one.opened);
        let claimant = self.who(&one.claimant).name;
        let leg = match one.leg {
            Leg::Other => String::new(),
            leg => format!(", but {}", leg.in_words()),
        };
        format!(
            "Dispute {}, since {opened}. {claimant} says that it is not its part{leg}.",
            one.reference
        )
    }

    fn next(&self) -> String {
        let one = &self.found.one;
        let Some((who, due)) = &one.waits_for else { return String::new() };
        let decides = one.is_escalated || one.state == State::Answered;
        let is_mine = who.id() == Some(self.viewer.organisation);
        let deed = match (decides, is_mine) {
            (true, true) => "decide who answers for it",
            (true, false) => "decides who answers for it",
            (false, true) => "answer",
            (false, false) => "answers",
        };
        let name = if is_mine { "You".to_owned() } else { self.who(who).name };
        let by = self.moment(*due);
        let by =
            if *due <= self.now { format!(". That was due {by}.") } else { format!(", by {by}.") };
        format!("{name} {deed}{by}")
    }

    fn clock(&self) -> Option<ClockFace> {
        let one = &self.found.one;
        let (_, due) = one.waits_for.as_ref()?;
        let last = one.steps.last().map_or(one.opened, |step| step.at);
        let from = if one.state == State::Open && !one.is_escalated { one.opened } else { last };
        Some(time::clock(from, *due, self.now, &self.viewer.zone))
    }

    fn step(&self, wanted: &[DisputeStep]) -> String {
        let found = self.found.one.steps.iter().find(|step| wanted.contains(&step.step));
        found.map_or(String::new(), |step| match step.by.as_str() {
            "" => words::sentence(&self.moment(step.at)),
            by => format!("{by}, {}", self.moment(step.at)),
        })
    }

    fn sides(&self) -> [Said; 2] {
        let one = &self.found.one;
        let answered = !one.answer.0.is_empty()
            || one
                .steps
                .iter()
                .any(|step| matches!(step.step, DisputeStep::Accepted | DisputeStep::Rejected));
        let accepted = one.steps.iter().any(|step| step.step == DisputeStep::Accepted);
        let title = match (answered, accepted) {
            (false, _) if one.is_escalated => "Did not answer in time",
            (false, _) if !one.state.is_open() => "Did not answer",
            (false, _) => "Has not answered yet",
            (true, true) => "Says: it is our part",
            (true, false) => "Says: not our part either",
        };
        [
            Said {
                who: self.who(&one.claimant),
                title: "Says: not our part".to_owned(),
                words: one.words.clone(),
                reference: one.reference_of.clone(),
                when: self.step(&[DisputeStep::Opened]),
            },
            Said {
                who: self.who(&one.respondent),
                title: title.to_owned(),
                words: one.answer.0.clone(),
                reference: one.answer.1.clone(),
                when: self.step(&[DisputeStep::Accepted, DisputeStep::Rejected]),
            },
        ]
    }

    /// Who answers for it, where the brand decided that.
    fn decided(&self) -> Option<Said> {
        let one = &self.found.one;
        let who = one.answers_for.as_ref()?;
        let settled = one.steps.iter().find(|step| step.step == DisputeStep::Settled);
        let words = settled.map_or(String::new(), |step| step.words.clone());
        Some(Said {
            who: self.who(who),
            title: "Answers for it".to_owned(),
            words,
            reference: String::new(),
            when: self.step(&[DisputeStep::Settled, DisputeStep::Accepted]),
        })
    }

    fn meanwhile(&self) -> String {
        let Some((who, due)) = &self.found.one.meanwhile else {
            return "Nothing is left to do for the customer.".to_owned();
        };
        let is_mine = who.id() == Some(self.viewer.organisation);
        let who =
            if is_mine { "You act".to_owned() } else { format!("{} acts", self.who(who).name) };
        let by = due.map_or(String::new(), |due| format!(", by {}", self.moment(due)));
        format!("{who} for {}{by}. The dispute moves neither.", self.found.called)
    }

    fn receipts(&self) -> Vec<receipts::Face> {
        let Found { one, kept, .. } = self.found;
        let line = |(step, kept): (&disputes::Step, &Kept)| {
            let who = step.organisation.as_ref();
            let who = who.map_or_else(|| "The clock".to_owned(), |who| self.who(who).name);
            let at = time::short(step.at, &self.viewer.zone);
            let about = format!("{}, {at}", dispute_step(step.step));
            receipts::face((&path(one.id), step.touch), who, about, kept)
        };
        one.steps.iter().zip(kept).map(line).collect()
    }
}

const fn badge(state: State, is_escalated: bool) -> (&'static str, &'static str, &'static str) {
    match (state, is_escalated) {
        (State::Open, false) => ("warn", "clock", "Waits for an answer"),
        (State::Open, true) => ("bad", "alert", "Not answered in time"),
        (State::Answered, _) => ("warn", "clock", "To be decided"),
        (State::Settled, _) => ("ok", "check", "Settled"),
        (State::Withdrawn, _) => ("", "undo", "Taken back"),
    }
}
