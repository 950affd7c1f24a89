//! A small world: six people of two organisations, a table of routes, and requests to it.

#![allow(clippy::unwrap_used)]

use std::{collections::HashMap, sync::LazyLock};

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderMap, Method, StatusCode, header},
};
use handfast_db::{Cx, Db, Engine, Fault, Migration, testing};
use handfast_kit::{Clock, Id, TimeMs, Zone};
use tower::ServiceExt;

use crate::{
    App, Credential, Role, Route, Scope, Secret, Settings, Side, Theme, TokenHash, Via, Viewer,
    router,
};

const MIGRATIONS: [Migration; 1] = [Migration {
    name: "0005_intake_and_requests",
    text: include_str!("../../../../migrations/0005_intake_and_requests.sql"),
}];

/// Who asks in these stories, with the session they have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Somebody {
    Priya,
    Ben,
    Sam,
    Grace,
    Ada,
    Otto,
}

use Somebody::{Ada, Ben, Grace, Otto, Priya, Sam};

impl Somebody {
    pub(crate) const ALL: [Self; 6] = [Priya, Ben, Sam, Grace, Ada, Otto];

    fn role(self) -> (Role, Side, &'static str) {
        match self {
            Priya => (Role::BrandStaff, Side::Brand, "Priya Nair"),
            Ben => (Role::BrandAdmin, Side::Brand, "Ben Achterberg"),
            Sam => (Role::PartnerStaff, Side::Partner, "Sam Whitlock"),
            Grace => (Role::PartnerAdmin, Side::Partner, "Grace Lin"),
            Ada => (Role::Auditor, Side::Brand, "Ada Quist"),
            Otto => (Role::Auditor, Side::Partner, "Otto Brandt"),
        }
    }

    /// The secret in this person's cookie, the same in every story.
    pub(crate) fn secret(self) -> Secret {
        static SECRETS: LazyLock<Vec<Secret>> =
            LazyLock::new(|| Somebody::ALL.iter().map(|_| Secret::random()).collect());
        SECRETS[self as usize].clone()
    }

    pub(crate) fn csrf(self) -> String {
        self.secret().hash().csrf()
    }

    pub(crate) fn viewer(self, via: Via) -> Viewer {
        let (role, side, name) = self.role();
        let organisation = match side {
            Side::Brand => "Aurora Cycles",
            Side::Partner => "Torque <Workshop>",
        };
        Viewer {
            network: Id::derived(&[b"aurora"]),
            network_name: "Aurora".to_owned(),
            zone: Zone::named("Europe/London").unwrap(),
            organisation: Id::derived(&[organisation.as_bytes()]),
            organisation_name: organisation.to_owned(),
            side,
            person: Id::derived(&[name.as_bytes()]),
            person_name: name.to_owned(),
            theme: Theme::Dark,
            role,
            via,
        }
    }
}

/// Sam's token, which may read and write.
pub(crate) fn sams_token() -> Secret {
    static TOKEN: LazyLock<Secret> = LazyLock::new(Secret::random);
    TOKEN.clone()
}

#[expect(clippy::unnecessary_wraps, reason = "this is the form of every Authenticate")]
fn authenticate(_: &mut Cx<'_>, given: &Credential, _: TimeMs) -> Result<Option<Viewer>, Fault> {
    static SESSIONS: LazyLock<HashMap<TokenHash, Somebody>> = LazyLock::new(|| {
        Somebody::ALL.into_iter().map(|somebody| (somebody.secret().hash(), somebody)).collect()
    });
    Ok(match given {
        Credential::Session(hash) => SESSIONS
            .get(hash)
            .map(|somebody| somebody.viewer(Via::Session { csrf: hash.csrf(), waiting: 0 })),
        Credential::Token(hash) => (*hash == sams_token().hash())
            .then(|| Sam.viewer(Via::Token { scopes: vec![Scope::Read, Scope::Write] })),
    })
}

/// A server with a table of routes, and its clock.
pub(crate) struct World {
    pub(crate) app: App,
    router: Router,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answered {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap()
    }
}

impl World {
    pub(crate) fn with(routes: Vec<Route>) -> Self {
        Self::set(Settings::default(), routes)
    }

    pub(crate) fn set(settings: Settings, routes: Vec<Route>) -> Self {
        Self::on(testing::sqlite(&MIGRATIONS), settings, routes)
    }

    /// One world on each engine.
    pub(crate) fn each(routes: fn() -> Vec<Route>) -> Vec<(Engine, Self)> {
        let databases = testing::databases(&MIGRATIONS).into_iter();
        databases
            .map(|(engine, db)| (engine, Self::on(db, Settings::default(), routes())))
            .collect()
    }

    fn on(db: Db, settings: Settings, routes: Vec<Route>) -> Self {
        let clock = Clock::standing_at(TimeMs(1_700_000_000_000));
        let app = App::new(db, clock, settings, authenticate);
        Self { router: router(app.clone(), routes), app }
    }

    pub(crate) async fn send(&self, request: Asking) -> Answered {
        let response = self.router.clone().oneshot(request.request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answered { status: parts.status, headers: parts.headers, text }
    }

    pub(crate) async fn get(&self, uri: &str) -> Answered {
        self.send(ask(Method::GET, uri)).await
    }
}

/// A request being put together.
pub(crate) struct Asking {
    request: Request,
}

pub(crate) fn ask(method: Method, uri: &str) -> Asking {
    let request = Request::builder().method(method).uri(uri).body(Body::empty()).unwrap();
    Asking { request }
}

impl Asking {
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.request.headers_mut().insert(name, value.parse().unwrap());
        self
    }

    pub(crate) fn by(self, somebody: Somebody) -> Self {
        let cookie = format!("sid={}", somebody.secret().text());
        self.with(header::COOKIE.as_str(), &cookie)
    }

    pub(crate) fn by_token(self, token: &Secret) -> Self {
        self.with("authorization", &format!("Bearer {}", token.token_text()))
    }

    pub(crate) fn body(mut self, kind: &str, text: impl Into<Body>) -> Self {
        *self.request.body_mut() = text.into();
        self.with("content-type", kind)
    }

    pub(crate) fn form(self, text: &str) -> Self {
        self.body("application/x-www-form-urlencoded", text.to_owned())
    }

    pub(crate) fn json(self, text: &str) -> Self {
        self.body("application/json", text.to_owned())
    }
}
