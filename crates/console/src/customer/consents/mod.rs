//! What a customer allows: what was said, in which words, when and how; recording what the customer
//! says; and freezing.

mod form;
mod rows;

use std::collections::{BTreeSet, HashMap};

use askama::Template;
use axum::{
    extract::State,
    http::{Method, Uri},
    response::Response,
};
use handfast_db::{Cx, Tx};
use handfast_kit::{Day, OrganisationId, PersonId, TimeMs};
use handfast_record::{
    CustomerId,
    consents::{self, Error, Frozen, Said, Text},
    customers::{self, Customer},
    organisations, people,
    sharing::{self, Author, Lens, looks::Occasion},
    ties,
};
use handfast_web::{
    Access, App, Failure, Flash, Form, Frame, Nav, Path, Query, Route, Viewer, page, see_other,
};
use serde::Deserialize;

use self::{
    form::{Choices, SayForm, Typed},
    rows::{Row, Telling},
};
use super::who;
use crate::{
    forms::{Refusal, beside, reply},
    words,
};

const SAID: Flash = Flash::new("said", "It is recorded, and in force from the next page on.");
const TAKEN_BACK: Flash =
    Flash::new("taken-back", "It is unsaid again. What was said before stays on the timeline.");
const FROZEN: Flash =
    Flash::new("frozen", "The record is frozen. Partners see what they wrote themselves.");
const RELEASED: Flash =
    Flash::new("released", "The record is released. Partners see again what they saw before.");
const KNOWN: &[Flash] = &[SAID, TAKEN_BACK, FROZEN, RELEASED];

/// Up to how many partners are offered to choose from, beside those who serve the customer.
const PARTNERS_OFFERED_MAX: usize = 200;

pub(super) fn routes() -> Vec<Route> {
    const CONSENTS: &str = "/customers/{id}/consents";
    vec![
        page(Method::GET, CONSENTS, Access::Member, show),
        page(Method::POST, CONSENTS, Access::Worker, say),
        page(Method::POST, "/customers/{id}/freeze", Access::Brand, freeze),
        page(Method::POST, "/customers/{id}/release", Access::Brand, release),
    ]
}

#[derive(Template)]
#[template(path = "customer_consents.html")]
struct ConsentsPage {
    frame: Frame,
    path: String,
    title: String,
    lede: String,
    /// To a partner: what it sees of this.
    lens: Option<String>,
    /// Why the record was not released.
    refusal: Option<Refusal>,
    frozen: Option<FrozenFace>,
    rows: Vec<Row>,
    form: Option<SayForm>,
    freezing: Option<FreezeForm>,
}

/// That the record is frozen, and what that does.
struct FrozenFace {
    title: String,
    text: String,
    /// Why, in the brand's words, and who says so; for the brand.
    why: Option<(String, String)>,
    /// Where it is released, for who may.
    release: Option<String>,
}

struct FreezeForm {
    path: String,
    refusal: Option<Refusal>,
    why: String,
    why_error: Option<String>,
    text: String,
}

/// What is read for the page.
struct Found {
    customer: Customer,
    said: Vec<Said>,
    frozen: Option<Frozen>,
    texts: Vec<Text>,
    /// Partners to choose from: those with a tie, then others.
    serving: Vec<OrganisationId>,
    others: Vec<OrganisationId>,
    organisations: HashMap<OrganisationId, String>,
    people: HashMap<PersonId, String>,
}

/// What stands in the forms of the page, and why one of them was refused.
#[derive(Default)]
struct Written {
    typed: Typed,
    why: String,
    refused: Option<(Which, Refusal)>,
}

impl Written {
    fn refused(&self, which: Which) -> Option<Refusal> {
        let refused = self.refused.as_ref().filter(|(refused, _)| *refused == which);
        refused.map(|(_, refusal)| refusal.clone())
    }
}

/// The forms of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    Say,
    Freeze,
    Release,
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<CustomerId>,
    Query(typed): Query<Typed>,
) -> Result<Response, Failure> {
    consents_page(&app, &viewer, &uri, id, Written { typed, ..Written::default() }).await
}

async fn say(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<CustomerId>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let own = (!viewer.is_brand()).then_some(viewer.organisation);
    let given = match typed.checked(own) {
        Ok(given) => given,
        Err(failure) => return refuse(&app, &viewer, id, (Which::Say, failure), typed).await,
    };
    let flash = if given.is_taken_back() { TAKEN_BACK } else { SAID };
    let done =
        write(&app, &viewer, move |tx, lens, author, now| given.record(tx, lens, author, now, id));
    match done.await {
        Ok(()) => Ok(see_other(&flash.at(&path(id)))),
        Err(error) => refuse(&app, &viewer, id, (Which::Say, form::failure(error)), typed).await,
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Why {
    why: String,
}

async fn freeze(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<CustomerId>,
    Form(Why { why }): Form<Why>,
) -> Result<Response, Failure> {
    let given = why.clone();
    let done = write(&app, &viewer, move |tx, lens, author, now| {
        consents::freeze(tx, lens, author, now, id, &given)
    });
    match done.await {
        Ok(()) => Ok(see_other(&FROZEN.at(&path(id)))),
        Err(error) => {
            let refusal = Refusal::of("The record was not frozen", form::failure(error))?;
            let refused = Some((Which::Freeze, refusal));
            let written = Written { why, refused, ..Written::default() };
            consents_page(&app, &viewer, &here(id)?, id, written).await
        }
    }
}

async fn release(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<CustomerId>,
) -> Result<Response, Failure> {
    let done = write(&app, &viewer, move |tx, lens, author, now| {
        consents::release(tx, lens, author, now, id)
    });
    match done.await {
        Ok(()) => Ok(see_other(&RELEASED.at(&path(id)))),
        Err(error) => {
            let failed = (Which::Release, form::failure(error));
            refuse(&app, &viewer, id, failed, Typed::default()).await
        }
    }
}

async fn write(
    app: &App,
    viewer: &Viewer,
    mut how: impl FnMut(&mut Tx<'_>, &Lens, &Author, TimeMs) -> Result<(), Error> + Send + 'static,
) -> Result<(), Error> {
    let (viewer, author, now) = (viewer.clone(), Author::of(viewer), app.clock.now());
    app.db
        .write_soon(move |tx| {
            let lens = Lens::of(tx, &viewer, now)?;
            how(tx, &lens, &author, now)
        })
        .await
}

fn path(id: CustomerId) -> String {
    format!("/customers/{id}/consents")
}

/// What is answered to a form is this page again.
fn here(id: CustomerId) -> Result<Uri, Failure> {
    Uri::try_from(path(id)).map_err(|_| Failure::NotFound)
}

/// The page again, with what was written and what has to be changed.
async fn refuse(
    app: &App,
    viewer: &Viewer,
    id: CustomerId,
    (which, failure): (Which, Failure),
    typed: Typed,
) -> Result<Response, Failure> {
    let title = match which {
        Which::Say => "What the customer said was not recorded",
        Which::Freeze => "The record was not frozen",
        Which::Release => "The record was not released",
    };
    let refused = Some((which, Refusal::of(title, failure)?));
    consents_page(app, viewer, &here(id)?, id, Written { typed, refused, ..Written::default() })
        .await
}

async fn consents_page(
    app: &App,
    viewer: &Viewer,
    uri: &Uri,
    id: CustomerId,
    written: Written,
) -> Result<Response, Failure> {
    let found =
        sharing::read(app, viewer, Occasion::of("consents"), move |cx, lens| read(cx, lens, id));
    let found = found.await?;
    if found.customer.id != id {
        // It was merged into another since somebody kept this address.
        return Ok(see_other(&path(found.customer.id)));
    }
    let reply = reply(written.refused.as_ref().map(|(_, refusal)| refusal));
    let today = viewer.zone.day_of(app.clock.now());
    reply.with(&Look { viewer, uri, today }.page(&found, &written))
}

fn read(cx: &mut Cx<'_>, lens: &Lens, id: CustomerId) -> Result<Found, Error> {
    let customer = customers::find(cx, lens, id)?.ok_or(Error::NotFound)?;
    let network = lens.network();
    let said = consents::of_customer(cx, lens, customer.id)?;
    let frozen = consents::frozen(cx, lens, customer.id)?;
    let texts = consents::texts(cx, network)?;
    let (mut serving, mut others) = (Vec::new(), Vec::new());
    if lens.is_whole() {
        let tied = ties::of_customer(cx, lens, customer.id)?.unwrap_or_default();
        let tied: BTreeSet<_> = tied.iter().map(|story| story.held.organisation).collect();
        let all = organisations::partners(cx, network, None, PARTNERS_OFFERED_MAX)?.items;
        others.extend(all.iter().map(|one| one.id).filter(|id| !tied.contains(id)));
        serving.extend(tied);
    }
    let named =
        said.iter().flat_map(|one| one.about.organisation.into_iter().chain([one.heard_by]));
    let named = named.chain(serving.iter().copied()).chain(others.iter().copied());
    let organisations = organisations::names(cx, network, named.collect::<Vec<_>>())?;
    let persons = said.iter().filter_map(|one| one.person);
    let persons = persons.chain(frozen.iter().filter_map(|frozen| frozen.person));
    let people = people::names(cx, persons.collect::<Vec<_>>())?;
    Ok(Found { customer, said, frozen, texts, serving, others, organisations, people })
}

/// Who looks at the page, where, and when.
struct Look<'a> {
    viewer: &'a Viewer,
    uri: &'a Uri,
    today: Day,
}

impl Look<'_> {
    fn page(&self, found: &Found, written: &Written) -> ConsentsPage {
        let viewer = self.viewer;
        let customer = who::short_name(&found.customer);
        let title = words::sentence(&format!("what {customer} allows"));
        let href = format!("/customers/{}", found.customer.id);
        let name = match found.customer.name() {
            "" => "The customer".to_owned(),
            name => name.to_owned(),
        };
        let own = (!viewer.is_brand()).then_some(&viewer.organisation_name);
        let choices = Choices {
            customer: &customer,
            serving: &found.serving,
            others: &found.others,
            organisations: &found.organisations,
            texts: &found.texts,
            own,
        };
        let form = || SayForm::of(&written.typed, written.refused(Which::Say), &choices);
        ConsentsPage {
            frame: Frame::of(viewer, self.uri, Nav::Customers, &title)
                .below("Customers", "/customers")
                .below(name, href)
                .saying(KNOWN),
            path: path(found.customer.id),
            lede: rows::lede(&found.said, &customer),
            lens: own
                .map(|own| format!("You see what names {own}, and what concerns every partner.")),
            refusal: written.refused(Which::Release),
            frozen: found.frozen.as_ref().map(|frozen| self.frozen(frozen, found)),
            rows: self.telling(found).rows(&found.said),
            form: viewer.may_write().then(form),
            freezing: (self.may_freeze() && found.frozen.is_none())
                .then(|| self.freezing(found, &customer, written)),
            title,
        }
    }

    fn telling<'a>(&'a self, found: &'a Found) -> Telling<'a> {
        let viewer = self.viewer;
        Telling {
            zone: &viewer.zone,
            today: self.today,
            organisations: &found.organisations,
            people: &found.people,
            texts: &found.texts,
            path: path(found.customer.id),
            may_change: viewer.may_write(),
            own: (!viewer.is_brand()).then_some(viewer.organisation),
        }
    }

    fn may_freeze(&self) -> bool {
        self.viewer.is_brand() && self.viewer.may_write()
    }

    fn freezing(&self, found: &Found, customer: &str, written: &Written) -> FreezeForm {
        let refusal = written.refused(Which::Freeze);
        FreezeForm {
            path: format!("/customers/{}/freeze", found.customer.id),
            why_error: beside(refusal.as_ref(), "why"),
            refusal,
            why: written.why.clone(),
            text: format!(
                "For a dispute, or when {customer} asks for it: each partner sees what it wrote \
                 itself and nothing else, whatever was allowed. {} sees everything. Nothing is \
                 deleted, and a release leaves all as it was.",
                self.viewer.network_name
            ),
        }
    }

    fn frozen(&self, frozen: &Frozen, found: &Found) -> FrozenFace {
        let (viewer, brand) = (self.viewer, &self.viewer.network_name);
        let since = words::when(viewer.zone.day_of(frozen.at), self.today);
        let text = if viewer.is_brand() {
            "Each partner sees what it wrote itself, and nothing else, whatever stands below."
                .to_owned()
        } else {
            format!("You see what you wrote yourself, and nothing else. Ask {brand} why.")
        };
        let person = frozen.person.and_then(|person| found.people.get(&person));
        let by = person.map_or_else(|| brand.clone(), |person| format!("{person}, {brand}"));
        FrozenFace {
            title: format!("Frozen since {since}"),
            text,
            why: frozen.why.clone().map(|why| (why, by)),
            release: self.may_freeze().then(|| format!("/customers/{}/release", found.customer.id)),
        }
    }
}
