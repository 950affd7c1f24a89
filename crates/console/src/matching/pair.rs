//! One pair of records: side by side, what speaks for one person and against it, what joining them
//! would do, and the three answers.

use askama::Template;
use axum::{extract::State, http::Uri, response::Response};
use handfast_db::Cx;
use handfast_record::{
    CustomerId, RecordId,
    matching::{self, Error, Pair, State as Standing, Verdict},
    merging::{self, Preview},
    sharing::{self, Author, Lens, looks::Occasion},
};
use handfast_web::{App, Failure, Flash, Form, Frame, Nav, Path, Viewer, see_other};
use serde::Deserialize;

use super::{
    JOINED, KEPT, KNOWN, SKIPPED,
    effects::{self, Effects},
    known::{self, DecisionFace, said},
    reasons::{self, Reason},
    sides::{self, Head, Sides},
    weights,
};
use crate::{
    customer::who::Names,
    forms::{Refusal, beside, reply},
    words,
};

/// The two records of an address.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Place {
    record: RecordId,
    other: RecordId,
}

impl Place {
    fn path(self) -> String {
        format!("/matching/{}/{}", self.record, self.other)
    }
}

/// What was typed into the form.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    answer: String,
    why: String,
}

#[derive(Template)]
#[template(path = "matching_pair.html")]
struct PairPage {
    frame: Frame,
    path: String,
    title: &'static str,
    lede: String,
    /// The pages of the two customers, while they are two.
    customers: Option<(String, String)>,
    /// Where it says why, if they are one already.
    one: Option<String>,
    sides: Sides,
    reasons: Vec<Reason>,
    balance: &'static str,
    tone: &'static str,
    icon: &'static str,
    /// Why the model does not decide alone.
    doubt: String,
    form: Option<AnswerForm>,
    effects: Option<Effects>,
    decisions: Vec<DecisionFace>,
}

struct AnswerForm {
    refusal: Option<Refusal>,
    may_join: bool,
    why: String,
    why_error: Option<String>,
}

/// What is read for the page.
struct Found {
    pair: Pair,
    /// None while they are one customer.
    preview: Option<Preview>,
    names: Names,
    open: i64,
}

pub(super) async fn show(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(place): Path<Place>,
) -> Result<Response, Failure> {
    pair_page(&app, &viewer, &uri, place, Typed::default(), None).await
}

pub(super) async fn decide(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(place): Path<Place>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    match decided(&app, &viewer, place, &typed).await {
        Ok(to) => Ok(see_other(&to)),
        Err(failure) => {
            let refusal = Refusal::of("Your answer is not kept yet", failure)?;
            pair_page(&app, &viewer, &uri, place, typed, Some(refusal)).await
        }
    }
}

/// Keeps the answer; where to go on.
async fn decided(
    app: &App,
    viewer: &Viewer,
    place: Place,
    typed: &Typed,
) -> Result<String, Failure> {
    let verdict = Verdict::named(&typed.answer);
    let verdict = verdict.ok_or_else(|| Failure::field("answer", "Choose one of the answers."))?;
    let (now, asks, why) = (app.clock.now(), viewer.clone(), typed.why.clone());
    let next = app.write(move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &asks, now)?;
        let pair = (place.record, place.other);
        matching::decide(tx, &lens, &Author::of(&asks), now, pair, verdict, &why)?;
        let next = matching::queue(tx, &lens, Standing::Open, None, 1)?;
        Ok(next.items.into_iter().next())
    });
    let next = next.await?;
    let place = |pair: Pair| Place { record: pair.records.0.id, other: pair.records.1.id };
    let path = next.map(|pair| place(pair).path());
    Ok(saying(verdict).at(path.as_deref().unwrap_or("/matching")))
}

const fn saying(verdict: Verdict) -> Flash {
    match verdict {
        Verdict::Same => JOINED,
        Verdict::Apart => KEPT,
        Verdict::Skip => SKIPPED,
    }
}

async fn pair_page(
    app: &App,
    viewer: &Viewer,
    uri: &Uri,
    place: Place,
    typed: Typed,
    refusal: Option<Refusal>,
) -> Result<Response, Failure> {
    let found =
        sharing::read(app, viewer, Occasion::of("customer"), move |cx, lens| read(cx, lens, place));
    let found = found.await?.ok_or(Failure::NotFound)?;
    let now = app.clock.now();
    let reply = reply(refusal.as_ref());
    let Found { pair, preview, names, open } = found;
    let sides = sides::of(&pair.records.0, &pair.records.1, &names);
    let is_one = pair.is_one();
    let (left, right) = pair.customers;
    let called = [(left, sides.left.name.as_str()), (right, sides.right.name.as_str())];
    let effects = preview.map(|preview| effects::of(&preview, called, &names));
    let may_join = effects.as_ref().is_some_and(|effects| effects.refused.is_none());
    let form = viewer.may_write().then(|| AnswerForm {
        may_join,
        why: typed.why,
        why_error: beside(refusal.as_ref(), "why"),
        refusal,
    });
    let decisions = pair.decisions.iter().rev();
    let (tone, icon, balance) = weights::chance(pair.weight);
    let title = format!("{} and {}", sides.left.name, sides.right.name);
    let page = PairPage {
        frame: Frame::of(viewer, uri, Nav::Matching, title)
            .below("Matching", "/matching")
            .saying(KNOWN),
        path: place.path(),
        title: if is_one { "These are one person" } else { "Is this one person?" },
        lede: lede(&sides, open),
        customers: (!is_one).then(|| (page_of(left), page_of(right))),
        one: is_one.then(|| format!("{}/matches", page_of(left))),
        reasons: reasons::faces(&said(&pair.lines)),
        balance,
        tone,
        icon,
        doubt: pair.why.as_ref().map_or(String::new(), |why| why.sentence(names.organisations())),
        form,
        effects,
        decisions: decisions.map(|one| DecisionFace::of(one, &names, viewer, now)).collect(),
        sides,
    };
    reply.with(&page)
}

fn read(cx: &mut Cx<'_>, lens: &Lens, place: Place) -> Result<Option<Found>, Failure> {
    let Some(pair) = matching::pair(cx, lens, (place.record, place.other))? else {
        return Ok(None);
    };
    let preview = if pair.is_one() {
        None
    } else {
        Some(merging::preview(cx, lens, pair.customers.0, pair.customers.1).map_err(Error::from)?)
    };
    let mentioned = known::mentioned(&pair, preview.as_ref());
    let people = pair.decisions.iter().filter_map(|decision| decision.person);
    let records = [&pair.records.0, &pair.records.1];
    let names = known::names(cx, lens, records, mentioned, people)?;
    let open = matching::queue_len(cx, lens, Standing::Open)?;
    Ok(Some(Found { pair, preview, names, open }))
}

fn page_of(customer: CustomerId) -> String {
    format!("/customers/{customer}")
}

/// `Nia Prydderch of Spoke & Chain, Nia Pryderch of Torque Workshop. 3 pairs wait.`
fn lede(sides: &Sides, open: i64) -> String {
    let side = |head: &Head| format!("{} of {}", head.name, head.organisation.name);
    let waits = match open {
        0 => String::new(),
        n => format!(" {}.", words::counted(n, "pair waits", "pairs wait")),
    };
    format!("{}, and {}.{waits}", side(&sides.left), side(&sides.right))
}
