//! A small world: Aurora Cycles, two partners who compete, people of each, and requests to the
//! pages in their names.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex},
};

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{Method, StatusCode, header},
};
use handfast_db::{Cx, Fault};
use handfast_intake::Uploads;
use handfast_kit::{OrganisationId, TimeMs};
use handfast_record::{
    CustomerId,
    customers::{self, Details, Incoming},
    people::{self, NewPerson},
    sales,
    testing::{self, NOW},
};
use handfast_web::{App, Credential, Role, Secret, Settings, TokenHash, Via, Viewer, router};
use tower::ServiceExt;

/// Who is signed in, by the hash of the session. Of all worlds: sessions are random.
static SESSIONS: LazyLock<Mutex<HashMap<TokenHash, Viewer>>> = LazyLock::new(Mutex::default);

fn authenticate(cx: &mut Cx<'_>, given: &Credential, _: TimeMs) -> Result<Option<Viewer>, Fault> {
    let Credential::Session(hash) = given else { return Ok(None) };
    let viewer = SESSIONS.lock().unwrap().get(hash).cloned();
    viewer.map(|viewer| crate::counting(cx, viewer)).transpose()
}

/// One network on one engine, with the console's pages.
pub(crate) struct World {
    pub(crate) at: testing::World,
    router: Router,
}

/// Somebody who is signed in.
pub(crate) struct Somebody<'a> {
    world: &'a World,
    session: Secret,
}

/// What came back.
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) location: String,
    pub(crate) text: String,
}

impl Answered {
    pub(crate) fn says(&self, text: &str) -> bool {
        self.text.contains(text)
    }

    /// Where in the page a text begins.
    pub(crate) fn place(&self, text: &str) -> usize {
        self.text.find(text).unwrap_or_else(|| panic!("the page does not say {text:?}"))
    }
}

/// A world on each engine.
pub(crate) fn worlds() -> Vec<World> {
    testing::worlds().into_iter().map(World::of).collect()
}

impl World {
    fn of(at: testing::World) -> Self {
        let app = App::new(at.db.clone(), at.clock.clone(), Settings::default(), authenticate);
        Self { router: router(app, crate::routes(&Uploads::new(std::env::temp_dir()))), at }
    }

    /// Somebody of an organisation, signed in.
    pub(crate) fn somebody(&self, organisation: OrganisationId, role: Role) -> Somebody<'_> {
        let session = Secret::random();
        let name = if organisation == self.at.brand { "Priya Nair" } else { "Dev Patel" };
        let email = format!("{}@example.com", session.text().to_lowercase());
        let new = NewPerson { name: name.to_owned(), email };
        let person = self.at.db.write(move |tx| people::add_person(tx, &new, NOW)).unwrap();
        let called = [
            (self.at.brand, "Aurora Cycles"),
            (self.at.spoke, "Spoke & Chain"),
            (self.at.harbour, "Harbour Wheelworks"),
        ];
        let called = called.into_iter().find(|(id, _)| *id == organisation).unwrap().1;
        let viewer = Viewer {
            organisation_name: called.to_owned(),
            person,
            person_name: name.to_owned(),
            via: Via::Session { csrf: session.hash().csrf(), waiting: 0 },
            ..self.at.viewer(organisation, role)
        };
        SESSIONS.lock().unwrap().insert(session.hash(), viewer);
        Somebody { world: self, session }
    }

    /// Somebody of the brand's staff.
    pub(crate) fn priya(&self) -> Somebody<'_> {
        self.somebody(self.at.brand, Role::BrandStaff)
    }

    /// Somebody who is not signed in: a customer with a link, say.
    pub(crate) fn stranger(&self) -> Somebody<'_> {
        Somebody { world: self, session: Secret::random() }
    }

    /// Somebody of Spoke & Chain's staff.
    pub(crate) fn dev(&self) -> Somebody<'_> {
        self.somebody(self.at.spoke, Role::PartnerStaff)
    }

    /// Takes in a record with details.
    pub(crate) fn record(
        &self,
        organisation: OrganisationId,
        external_ref: &str,
        person_key: Option<&str>,
        details: Details,
    ) -> CustomerId {
        let author = self.at.author(organisation);
        let now = self.at.clock.now();
        let incoming = Incoming {
            external_ref: external_ref.to_owned(),
            person_key: person_key.map(str::to_owned),
            details,
            since: Some(NOW.plus(-80 * TimeMs::DAY)),
        };
        let received =
            self.at.db.write(move |tx| customers::receive(tx, &author, now, now, &incoming));
        received.unwrap().ids().0
    }

    /// Takes in an order of an organisation's own, placed 20 days ago: promised `promised` days
    /// from now, arrived `delivered` days from now.
    pub(crate) fn order(
        &self,
        organisation: OrganisationId,
        (order_ref, customer_ref): (&str, &str),
        promised: i64,
        delivered: Option<i64>,
    ) {
        let (author, zone) = (self.at.author(organisation), self.at.zone.clone());
        let in_days = |days: i64| NOW.plus(days * TimeMs::DAY);
        let order = sales::Order {
            order_ref: order_ref.to_owned(),
            customer_ref: customer_ref.to_owned(),
            status: if delivered.is_some() { "delivered" } else { "shipped" }.to_owned(),
            ordered: in_days(-20),
            handed_over: Some(in_days(-18)),
            promised: Some(in_days(promised)),
            delivered: delivered.map(in_days),
            currency: "GBP".to_owned(),
        };
        let line = sales::Line {
            order_ref: order_ref.to_owned(),
            line_ref: "1".to_owned(),
            seller: organisation,
            product_ref: "AT".to_owned(),
            title: "Aurora Trail".to_owned(),
            category: "bikes".to_owned(),
            quantity: 1,
            price_minor: 329_000,
            freight_minor: 0,
            hand_over_due: Some(in_days(-17)),
        };
        self.at
            .db
            .write(move |tx| {
                sales::line(tx, &author, NOW, &line)?;
                sales::order(tx, &author, &zone, (NOW, NOW), &order)
            })
            .unwrap();
    }

    /// Numbers what was written, as the server does all the time.
    pub(crate) fn seal(&self) {
        let network = self.at.network;
        let seal = move |tx: &mut handfast_db::Tx<'_>| {
            handfast_record::receipts::seal(tx, network, NOW, 5_000, None)
        };
        self.at.db.write(seal).unwrap();
    }

    async fn send(&self, request: Request) -> Answered {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let location = parts.headers.get(header::LOCATION);
        Answered {
            status: parts.status,
            location: location.map_or(String::new(), |value| value.to_str().unwrap().to_owned()),
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }
}

impl Somebody<'_> {
    fn ask(&self, method: Method, path: &str) -> axum::http::request::Builder {
        let cookie = format!("sid={}", self.session.text());
        Request::builder().method(method).uri(path).header(header::COOKIE, cookie)
    }

    pub(crate) async fn get(&self, path: &str) -> Answered {
        self.world.send(self.ask(Method::GET, path).body(Body::empty()).unwrap()).await
    }

    /// As htmx asks for the next entries.
    pub(crate) async fn get_part(&self, path: &str) -> Answered {
        let asked = self.ask(Method::GET, path).header("hx-request", "true");
        self.world.send(asked.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, form: &str) -> Answered {
        let form = format!("csrf={}&{form}", self.session.hash().csrf());
        let asked = self.ask(Method::POST, path);
        let asked = asked.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.world.send(asked.body(Body::from(form)).unwrap()).await
    }
}
