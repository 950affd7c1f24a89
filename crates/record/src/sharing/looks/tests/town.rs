//! A world with people who look: Priya of the brand, Dev of Spoke & Chain, Ines of Harbour
//! Wheelworks, each with a token.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use handfast_db::{Cx, Fault};
use handfast_kit::{OrganisationId, PersonId, TimeMs};
use handfast_web::{
    App, Credential, Role, Scope, Secret, Settings, TokenHash, Via, Viewer, router,
};
use serde_json::Value;
use tower::ServiceExt;

use crate::{
    CustomerId, TouchId,
    people::{self, NewPerson},
    sharing::{Tie, ties},
    testing::{NOW, World, worlds},
    touches::{self, NewTouch},
};

/// Who holds which token. Of all towns: secrets are random.
static TOKENS: LazyLock<Mutex<HashMap<TokenHash, Viewer>>> = LazyLock::new(Mutex::default);

#[expect(clippy::unnecessary_wraps, reason = "this is the form of every Authenticate")]
fn authenticate(_: &mut Cx<'_>, given: &Credential, _: TimeMs) -> Result<Option<Viewer>, Fault> {
    let Credential::Token(hash) = given else { return Ok(None) };
    Ok(TOKENS.lock().unwrap().get(hash).cloned())
}

pub(super) struct Town {
    pub(super) world: World,
    pub(super) maya: CustomerId,
    pub(super) priya: Somebody,
    pub(super) dev: Somebody,
    pub(super) ines: Somebody,
    router: Router,
}

#[derive(Debug, Clone)]
pub(super) struct Somebody {
    pub(super) person: PersonId,
    secret: Secret,
}

pub(super) struct Answered {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl Answered {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub(super) fn items(&self) -> Vec<Value> {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        self.json()["items"].as_array().unwrap().clone()
    }
}

/// A town on each engine: Maya has a record with Spoke & Chain.
pub(super) fn towns() -> Vec<Town> {
    worlds().into_iter().map(Town::new).collect()
}

impl Town {
    fn new(world: World) -> Self {
        let app =
            App::new(world.db.clone(), world.clock.clone(), Settings::default(), authenticate);
        let (maya, _) = world.record(world.spoke, "7", None, "Maya Okafor");
        let priya = somebody(&world, world.brand, "Priya Nair", Role::BrandAdmin);
        let dev = somebody(&world, world.spoke, "Dev Patel", Role::PartnerAdmin);
        let ines = somebody(&world, world.harbour, "Ines Duarte", Role::PartnerAdmin);
        Self { router: router(app, crate::routes()), world, maya, priya, dev, ines }
    }

    pub(super) fn somebody(
        &self,
        organisation: OrganisationId,
        name: &str,
        role: Role,
    ) -> Somebody {
        somebody(&self.world, organisation, name, role)
    }

    pub(super) async fn get(&self, who: &Somebody, path: &str) -> Answered {
        self.get_as(who, path, "application/json").await
    }

    pub(super) async fn get_as(&self, who: &Somebody, path: &str, kind: &str) -> Answered {
        let request = Request::builder()
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", who.secret.token_text()))
            .header(header::ACCEPT, kind)
            .body(Body::empty())
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Answered { status: parts.status, headers: parts.headers, text }
    }

    /// All looks, the latest first, as the brand is told of them.
    pub(super) async fn looks(&self) -> Vec<Value> {
        self.get(&self.priya, "/api/v1/looks?limit=200").await.items()
    }

    /// Maya opens a case at an organisation, or the like.
    pub(super) fn touch(&self, of: OrganisationId, body: touches::Body) -> TouchId {
        let author = self.world.author(of);
        let (now, subject) = (self.world.clock.now(), self.maya.as_kind());
        let id = TouchId::random();
        let touch = NewTouch { id: Some(id), ..NewTouch::new(subject, now, body) };
        self.world.db.write(move |tx| touches::append(tx, &author, now, touch.clone())).unwrap();
        id
    }

    /// Lets an organisation in as a guest for a day.
    pub(super) fn guest(&self, organisation: OrganisationId, why: &str) {
        let new = ties::NewTie {
            organisation,
            tie: Tie::Guest,
            from: NOW,
            until: NOW.plus(TimeMs::DAY),
            extra: 0,
            made_by: ties::MadeBy::Guest,
            person: None,
            why: why.to_owned(),
        };
        let (network, maya) = (self.world.network, self.maya);
        self.world.db.write(move |tx| ties::make(tx, network, maya, &new)).unwrap();
    }

    /// Takes the audit's table away, or brings it back: nothing can be written down meanwhile.
    pub(super) fn rename_table(&self, statement: &'static str) {
        self.world.db.write(move |tx| tx.exec(statement, ())).unwrap();
    }
}

fn somebody(world: &World, organisation: OrganisationId, name: &str, role: Role) -> Somebody {
    let secret = Secret::random();
    let email = format!("{}@example.com", secret.text().to_lowercase());
    let new = NewPerson { name: name.to_owned(), email };
    let person = world.db.write(move |tx| people::add_person(tx, &new, NOW)).unwrap();
    let viewer = Viewer {
        person,
        person_name: name.to_owned(),
        via: Via::Token { scopes: vec![Scope::Read] },
        ..world.viewer(organisation, role)
    };
    TOKENS.lock().unwrap().insert(secret.hash(), viewer);
    Somebody { person, secret }
}
