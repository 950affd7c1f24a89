//! One customer's page: what is open, what happened, who the customer is, and adding to it.

mod compose;
mod consents;
mod deliveries;
mod identity;
mod looks;
mod now;
mod sentences;
mod timeline;
mod who;

use std::collections::{BTreeSet, HashMap};

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
    response::Response,
};
use handfast_db::{Cx, Fault};
use handfast_kit::{Day, Page, TimeMs};
use handfast_record::{
    CustomerId,
    cases::{self, CaseState},
    customers::{self, Customer},
    sales::{self, Sale},
    sharing::{self, Author, Lens, Who, looks::Occasion},
    touches::{self, Served, Touch},
};
use handfast_web::{
    Access, App, Failure, Form, Frame, Nav, Path, Problems, Query, Route, Viewer, html, html_with,
    page, see_other,
};

use self::{
    compose::{Composer, Written},
    deliveries::Deliveries,
    identity::Identity,
    now::{Looking, Now},
    sentences::{Part, Telling},
    timeline::Timeline,
    who::Names,
};
use crate::words;

pub(crate) fn routes() -> Vec<Route> {
    let mut routes = vec![
        page(Method::GET, "/customers/{id}", Access::Member, show),
        page(Method::POST, "/customers/{id}/touches", Access::Worker, write),
    ];
    routes.extend(consents::routes());
    routes.extend(looks::routes());
    routes
}

#[derive(Template)]
#[template(path = "customer.html")]
struct CustomerPage {
    frame: Frame,
    path: String,
    name: String,
    about: String,
    lens: Option<String>,
    now: Now,
    nothing_open: String,
    composer: Option<Composer>,
    add_title: String,
    timeline: Timeline,
    who_title: String,
    identity: Identity,
    partners: Vec<PartnerRow>,
    deliveries: Option<Deliveries>,
}

/// One organisation that serves the customer.
struct PartnerRow {
    organisation: who::Organisation,
    href: String,
    touches: String,
    span: String,
}

/// Everything that one page shows, read in one go.
struct Seen {
    customer: Customer,
    sales: Vec<Sale>,
    cases: Vec<CaseState>,
    served: Vec<Served>,
    touches: Page<Touch>,
    count: i64,
    names: Names,
}

fn read(
    cx: &mut Cx<'_>,
    lens: &Lens,
    id: CustomerId,
    asked: &timeline::Asked,
) -> Result<Option<Seen>, Fault> {
    let Some(customer) = customers::find(cx, lens, id)? else { return Ok(None) };
    let filter = asked.filter();
    let sight = &customer.sight;
    let sales = sales::of_customer(cx, lens, sight)?;
    let cases = cases::of_customer(cx, lens, sight)?;
    let served = touches::served_by(cx, lens, sight)?;
    let touches =
        touches::timeline(cx, lens, sight, &filter, asked.after.as_ref(), timeline::PAGE_LEN)?;
    let count = if asked.is_narrowed() {
        touches::count(cx, lens, sight, &filter)?
    } else {
        served.iter().map(|one| one.touch_count).sum()
    };
    let organisations = customer.records.iter().map(|record| &record.by);
    let organisations = organisations
        .chain(served.iter().map(|one| &one.organisation))
        .chain(sales.iter().map(|sale| &sale.by))
        .chain(cases.iter().map(|case| &case.by))
        .filter_map(Who::id);
    let named = touches.items.iter().filter_map(sentences::recipient);
    let organisations: BTreeSet<_> =
        organisations.chain(named).chain([lens.organisation()]).collect();
    let people = touches.items.iter().filter_map(|touch| touch.person).collect();
    let short = who::short_name(&customer);
    let names = Names::read(cx, lens.network(), short, organisations, people)?;
    Ok(Some(Seen { customer, sales, cases, served, touches, count, names }))
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    headers: HeaderMap,
    Path(id): Path<CustomerId>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Failure> {
    let asked = timeline::Asked::of(&query);
    let has_head = headers.contains_key("hx-request");
    let seen = seen(&app, &viewer, id, &asked).await?;
    if seen.customer.id != id {
        // It was merged into another since somebody kept this address.
        return Ok(see_other(&format!("/customers/{}", seen.customer.id)));
    }
    let today = viewer.zone.day_of(app.clock.now());
    let look = Look { viewer: &viewer, uri: &uri, now: app.clock.now(), today };
    html(&look.page(&seen, &asked, has_head, &Written::default(), None))
}

async fn seen(
    app: &App,
    viewer: &Viewer,
    id: CustomerId,
    asked: &timeline::Asked,
) -> Result<Seen, Failure> {
    let asked = asked.clone();
    let occasion = Occasion::of("customer");
    let seen = sharing::read(app, viewer, occasion, move |cx, lens| read(cx, lens, id, &asked));
    let seen = seen.await?;
    seen.ok_or(Failure::NotFound)
}

async fn write(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<CustomerId>,
    Form(written): Form<Written>,
) -> Result<Response, Failure> {
    let (body, saved) = match written.checked() {
        Ok(checked) => checked,
        Err(problems) => return refuse(&app, &viewer, id, &written, &problems).await,
    };
    let (author, now) = (Author::of(&viewer), app.clock.now());
    let touch = written.touch(id, body, now);
    app.write(move |tx| {
        let lens = Lens::of(tx, &viewer, now)?;
        customers::log(tx, &lens, &author, now, id, touch.clone()).map_err(|error| match error {
            customers::Error::NotFound => Failure::NotFound,
            customers::Error::Fault(fault) => fault.into(),
            other => Failure::Conflict(other.to_string()),
        })
    })
    .await?;
    Ok(see_other(&saved.at(&format!("/customers/{id}"))))
}

/// The page again, with what was written and what has to be changed.
async fn refuse(
    app: &App,
    viewer: &Viewer,
    id: CustomerId,
    written: &Written,
    problems: &Problems,
) -> Result<Response, Failure> {
    let asked = timeline::Asked::default();
    let seen = seen(app, viewer, id, &asked).await?;
    let uri = Uri::try_from(format!("/customers/{id}")).map_err(|_| Failure::NotFound)?;
    let today = viewer.zone.day_of(app.clock.now());
    let look = Look { viewer, uri: &uri, now: app.clock.now(), today };
    let page = look.page(&seen, &asked, false, written, Some(problems));
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Who looks at a page, where, and when.
struct Look<'a> {
    viewer: &'a Viewer,
    uri: &'a Uri,
    now: TimeMs,
    today: Day,
}

impl Look<'_> {
    fn page(
        &self,
        seen: &Seen,
        asked: &timeline::Asked,
        has_head: bool,
        written: &Written,
        problems: Option<&Problems>,
    ) -> CustomerPage {
        let Seen { customer, names, .. } = seen;
        let (viewer, today) = (self.viewer, self.today);
        let name = customer.name().to_owned();
        let frame = Frame::of(viewer, self.uri, Nav::Customers, &name);
        let telling = Telling { names, zone: &viewer.zone, today };
        let looking = Looking { viewer, names, today };
        let whose = who::possessive(&names.customer);
        let frame = frame.below("Customers", "/customers").saying(compose::KNOWN);
        let timeline =
            timeline::of(asked, &seen.touches, seen.count, &seen.served, &telling, has_head);
        let timeline = match &frame.flash {
            Some(flash) => timeline.saying(flash.text()),
            None => timeline,
        };
        CustomerPage {
            frame,
            path: format!("/customers/{}", customer.id),
            about: self.about(seen),
            lens: (!viewer.is_brand())
                .then(|| "You see your own records and entries of this customer.".to_owned()),
            now: looking.now(&seen.sales, &seen.cases),
            nothing_open: self.nothing_open(seen),
            composer: viewer
                .may_write()
                .then(|| written.composer(customer.id, viewer, self.now, problems)),
            add_title: format!("Add to {whose} record"),
            timeline,
            who_title: match &customer.chosen.name {
                Some(_) => format!("Who {} is", names.customer),
                None => "Who this customer is".to_owned(),
            },
            identity: identity::of(customer, names, viewer, today),
            partners: self.partners(seen),
            deliveries: deliveries::of(&seen.sales),
            name,
        }
    }

    /// `Bristol. Customer since December 2025.`
    fn about(&self, seen: &Seen) -> String {
        let customer = &seen.customer;
        let since = customer.records.iter().map(|record| record.since).min();
        let since = since
            .map(|at| format!("Customer since {}.", words::month(self.viewer.zone.day_of(at))));
        let place = customer.chosen.place.as_ref().map(|(place, _)| format!("{place}."));
        place.into_iter().chain(since).collect::<Vec<_>>().join(" ")
    }

    fn nothing_open(&self, seen: &Seen) -> String {
        let last = seen.served.iter().map(|one| one.last).max();
        let last = last.map_or(String::new(), |at| {
            let ago = words::ago(self.viewer.zone.day_of(at), self.today);
            format!(" The latest entry is from {ago}.")
        });
        format!("No delivery is on its way and no case is open.{last}")
    }

    /// Who serves the customer. A partner sees only itself, which it knows.
    fn partners(&self, seen: &Seen) -> Vec<PartnerRow> {
        if !self.viewer.is_brand() {
            return Vec::new();
        }
        let row = |one: &Served| {
            let day = |at| words::short_date(self.viewer.zone.day_of(at), self.today);
            let (first, last) = (day(one.first), day(one.last));
            PartnerRow {
                organisation: seen.names.who(&one.organisation),
                href: one.organisation.id().map(|id| format!("/partners/{id}")).unwrap_or_default(),
                touches: words::counted(one.touch_count, "entry", "entries"),
                span: if first == last { first } else { format!("{first} to {last}") },
            }
        };
        seen.served.iter().map(row).collect()
    }
}
