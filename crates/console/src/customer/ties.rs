//! What is between a customer and partners: who is tied, since when, by what and why; and for the
//! brand, making and ending ties by hand.

use std::collections::HashMap;

use askama::Template;
use axum::{
    extract::State,
    http::{Method, Uri},
    response::Response,
};
use handfast_db::{Cx, Fault};
use handfast_kit::{OrganisationId, PersonId, TimeMs};
use handfast_record::{
    CustomerId, customers, organisations, people,
    sharing::{
        self, Author, Lens, Tie,
        looks::Occasion,
        ties::{OPEN, Story},
    },
    ties::{self, ByHand, Error},
};
use handfast_web::{
    Access, App, Failure, Flash, Form, Frame, Nav, Path, Problems, Route, Viewer, page, see_other,
};
use serde::Deserialize;

use crate::{
    forms::{Refusal, beside, reply},
    words,
};

const MADE: Flash = Flash::new("tied", "The partner is tied to the customer, and is told so.");
const ENDED: Flash = Flash::new("ended", "The tie has ended. What was written stays.");
const KNOWN: &[Flash] = &[MADE, ENDED];

/// Up to how many partners are offered to choose from.
const PARTNERS_OFFERED_MAX: usize = 200;

pub(super) fn routes() -> Vec<Route> {
    const TIES: &str = "/customers/{id}/ties";
    vec![
        page(Method::GET, TIES, Access::Member, show),
        page(Method::POST, TIES, Access::Brand, make),
        page(Method::POST, "/customers/{id}/ties/end", Access::Brand, end),
    ]
}

#[derive(Template)]
#[template(path = "customer_ties.html")]
struct TiesPage {
    frame: Frame,
    path: String,
    title: String,
    lede: String,
    /// Why a tie was not ended.
    refusal: Option<Refusal>,
    rows: Vec<Row>,
    form: Option<TieForm>,
}

struct Row {
    organisation: OrganisationId,
    name: String,
    word: &'static str,
    label: &'static str,
    from: String,
    until: String,
    /// By what it was made, and why.
    made: String,
    is_held: bool,
    can_end: bool,
}

struct TieForm {
    refusal: Option<Refusal>,
    partners: Vec<(String, String, bool)>,
    organisation_error: Option<String>,
    ties: Vec<(&'static str, &'static str, bool)>,
    tie_error: Option<String>,
    days: String,
    days_error: Option<String>,
    why: String,
    why_error: Option<String>,
}

/// What was typed into the form.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    organisation_id: String,
    tie: String,
    /// For how many days; empty while it goes on.
    days: String,
    why: String,
}

impl Typed {
    fn checked(&self, now: TimeMs) -> Result<ByHand, Failure> {
        let mut problems = Problems::default();
        let organisation = self.organisation_id.parse();
        if organisation.is_err() {
            problems.add("organisation_id", "Choose a partner.");
        }
        let tie = Tie::named(&self.tie);
        if tie.is_none() {
            problems.add("tie", "Choose what the partner does.");
        }
        let days: Option<i64> = self.days.trim().parse().ok().filter(|n| (1..=3_650).contains(n));
        if days.is_none() && !self.days.trim().is_empty() {
            problems.add("days", "Write 1 to 3,650 days, or leave it empty.");
        }
        match (organisation, tie, problems.fields.is_empty()) {
            (Ok(organisation), Some(tie), true) => {
                let until = days.map(|days| now.plus(days * TimeMs::DAY));
                Ok(ByHand { organisation, tie, from: None, until, why: self.why.clone() })
            }
            _ => Err(problems.into()),
        }
    }
}

/// The tie to be ended.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Named {
    organisation_id: String,
    tie: String,
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<CustomerId>,
) -> Result<Response, Failure> {
    ties_page(&app, &viewer, &uri, id, Typed::default(), (None, None)).await
}

async fn make(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<CustomerId>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    match made(&app, &viewer, id, &typed).await {
        Ok(()) => Ok(see_other(&MADE.at(&format!("/customers/{id}/ties")))),
        Err(failure) => {
            let refusal = Refusal::of("Nobody was tied", failure)?;
            ties_page(&app, &viewer, &uri, id, typed, (Some(refusal), None)).await
        }
    }
}

async fn made(app: &App, viewer: &Viewer, id: CustomerId, typed: &Typed) -> Result<(), Failure> {
    let (now, viewer) = (app.clock.now(), viewer.clone());
    let new = typed.checked(now)?;
    app.write(move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &viewer, now)?;
        ties::make(tx, &lens, &Author::of(&viewer), now, id, &new)?;
        Ok(())
    })
    .await
}

async fn end(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<CustomerId>,
    Form(named): Form<Named>,
) -> Result<Response, Failure> {
    let place = named.organisation_id.parse().ok().zip(Tie::named(&named.tie));
    let now = app.clock.now();
    let asks = viewer.clone();
    let ended = app.write(move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &asks, now)?;
        let place = place.ok_or(Error::NotTied)?;
        ties::end(tx, &lens, &Author::of(&asks), now, id, place)
    });
    match ended.await {
        Ok(()) => Ok(see_other(&ENDED.at(&format!("/customers/{id}/ties")))),
        Err(failure) => {
            let refusal = Refusal::of("No tie was ended", failure)?;
            let path = format!("/customers/{id}/ties");
            let no_address = |_| Failure::Broken(format!("{path} is no address"));
            let uri: Uri = path.parse().map_err(no_address)?;
            let refused = (None, Some(refusal));
            ties_page(&app, &viewer, &uri, id, Typed::default(), refused).await
        }
    }
}

/// What is read for the page.
struct Found {
    customer: CustomerId,
    name: String,
    stories: Vec<Story>,
    organisations: HashMap<OrganisationId, String>,
    people: HashMap<PersonId, String>,
    partners: Vec<(OrganisationId, String)>,
}

fn read(cx: &mut Cx<'_>, lens: &Lens, id: CustomerId) -> Result<Option<Found>, Fault> {
    let Some(customer) = customers::find(cx, lens, id)? else { return Ok(None) };
    let stories = ties::of_customer(cx, lens, customer.id)?.unwrap_or_default();
    let tied = stories.iter().map(|story| story.held.organisation);
    let organisations = organisations::names(cx, lens.network(), tied)?;
    let people: Vec<PersonId> = stories.iter().filter_map(|story| story.person).collect();
    let people = people::names(cx, people)?;
    let partners = if lens.is_whole() {
        let page = organisations::partners(cx, lens.network(), None, PARTNERS_OFFERED_MAX)?;
        page.items.into_iter().map(|partner| (partner.id, partner.name)).collect()
    } else {
        Vec::new()
    };
    let name = customer.name().to_owned();
    Ok(Some(Found { customer: customer.id, name, stories, organisations, people, partners }))
}

async fn ties_page(
    app: &App,
    viewer: &Viewer,
    uri: &Uri,
    id: CustomerId,
    typed: Typed,
    (refused, refusal): (Option<Refusal>, Option<Refusal>),
) -> Result<Response, Failure> {
    let now = app.clock.now();
    let found =
        sharing::read(app, viewer, Occasion::of("customer"), move |cx, lens| read(cx, lens, id));
    let found = found.await?.ok_or(Failure::NotFound)?;
    let name = if found.name.is_empty() { "this customer" } else { &found.name };
    let title = format!("Who is tied to {name}");
    let may_change = viewer.is_brand() && viewer.may_write();
    let rows: Vec<Row> =
        found.stories.iter().map(|story| row(story, &found, viewer, now, may_change)).collect();
    let held = rows.iter().filter(|row| row.is_held).count() as i64;
    let reply = reply(refused.as_ref().or(refusal.as_ref()));
    let back = format!("/customers/{}", found.customer);
    let page = TiesPage {
        frame: Frame::of(viewer, uri, Nav::Customers, title.clone())
            .below("Customers", "/customers")
            .below(words::sentence(name), back.clone())
            .saying(KNOWN),
        path: format!("{back}/ties"),
        lede: lede(viewer, held),
        title,
        refusal,
        rows,
        form: may_change.then(|| form(&found, &typed, refused)),
    };
    reply.with(&page)
}

fn lede(viewer: &Viewer, held: i64) -> String {
    match (viewer.is_brand(), held) {
        (true, 0) => "No partner is tied to the customer now.".to_owned(),
        (true, n) => format!(
            "{} now. What each tie shows stands in the partner’s agreement.",
            words::counted(n, "tie goes on", "ties go on")
        ),
        (false, _) => "What is between the customer and your organisation.".to_owned(),
    }
}

fn row(story: &Story, found: &Found, viewer: &Viewer, now: TimeMs, may_change: bool) -> Row {
    let held = &story.held;
    let today = viewer.zone.day_of(now);
    let day = |at| words::date(viewer.zone.day_of(at), today);
    let is_held = held.until > now;
    let person = story.person.and_then(|person| found.people.get(&person));
    let by = match (&*story.made_by, person) {
        ("event", _) => "By what happened".to_owned(),
        ("guest", _) => "As a guest".to_owned(),
        ("request", _) => "By an answer to a request".to_owned(),
        (_, Some(person)) => format!("By {person}"),
        (_, None) => "By hand".to_owned(),
    };
    let made = if story.why.is_empty() { by } else { format!("{by}: “{}”", story.why) };
    Row {
        organisation: held.organisation,
        name: found.organisations.get(&held.organisation).cloned().unwrap_or_default(),
        word: held.tie.word(),
        label: label(held.tie),
        from: day(held.from),
        until: if held.until == OPEN { String::new() } else { day(held.until) },
        made,
        is_held,
        can_end: may_change && is_held && Tie::BY_HAND.contains(&held.tie),
    }
}

const fn label(tie: Tie) -> &'static str {
    match tie {
        Tie::Owner => "Keeps a record",
        Tie::Sold => "Sold to the customer",
        Tie::Serves => "Serves the customer",
        Tie::Delivers => "Delivers to the customer",
        Tie::Insures => "Insures the customer",
        Tie::Assigned => "Was named for the customer",
        Tie::Guest => "Serves as a guest",
        Tie::Territory => "Works where the customer lives",
        Tie::None => "Sees all customers",
        Tie::Allowed => "Was allowed to see more",
    }
}

fn form(found: &Found, typed: &Typed, refusal: Option<Refusal>) -> TieForm {
    let partner = |(id, name): &(OrganisationId, String)| {
        let id = id.to_string();
        let is_chosen = id == typed.organisation_id;
        (id, name.clone(), is_chosen)
    };
    TieForm {
        partners: found.partners.iter().map(partner).collect(),
        organisation_error: beside(refusal.as_ref(), "organisation_id"),
        ties: Tie::BY_HAND.map(|tie| (tie.word(), label(tie), tie.word() == typed.tie)).into(),
        tie_error: beside(refusal.as_ref(), "tie"),
        days: typed.days.clone(),
        days_error: beside(refusal.as_ref(), "days").or_else(|| beside(refusal.as_ref(), "until")),
        why: typed.why.clone(),
        why_error: beside(refusal.as_ref(), "why"),
        refusal,
    }
}
