//! Stories of the JSON calls, and of the worker behind them.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Method, Request, StatusCode, header},
};
use handfast_db::{Cx, Fault};
use handfast_kit::{OrganisationId, TimeMs};
use handfast_queue::{Handlers, run_due};
use handfast_record::testing::{World, worlds};
use handfast_web::{
    App, Credential, Role, Scope, Secret, Settings, TokenHash, Via, Viewer, router,
};
use serde_json::Value;
use tower::ServiceExt;

use crate::{
    How, JOB_KIND, Uploads,
    imports::{self, ImportId, State},
    job_handler, preview, routes,
    source::Limits,
};

/// Who holds which token; a function that signs in takes nothing along.
static VIEWERS: LazyLock<Mutex<HashMap<TokenHash, Viewer>>> = LazyLock::new(Mutex::default);

#[expect(clippy::unnecessary_wraps, reason = "the application asks for this form")]
fn signed_in(_: &mut Cx<'_>, who: &Credential, _: TimeMs) -> Result<Option<Viewer>, Fault> {
    let (Credential::Session(hash) | Credential::Token(hash)) = who;
    Ok(VIEWERS.lock().unwrap().get(hash).cloned())
}

struct Server {
    world: World,
    router: Router,
    uploads: Uploads,
    _folder: tempfile::TempDir,
}

struct Answered {
    status: StatusCode,
    text: String,
    location: String,
}

impl Answered {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }
}

impl Server {
    fn each() -> Vec<Self> {
        worlds().into_iter().map(Self::new).collect()
    }

    fn new(world: World) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let uploads =
            Uploads { upload_bytes_max: 100_000, ..Uploads::new(folder.path().join("uploads")) };
        let (db, clock) = (world.db.clone(), world.clock.clone());
        let app = App::new(db, clock, Settings::default(), signed_in);
        Self { router: router(app, routes(&uploads)), world, uploads, _folder: folder }
    }

    fn token(&self, organisation: OrganisationId, role: Role) -> String {
        let secret = Secret::random();
        let viewer = Viewer {
            via: Via::Token { scopes: Scope::ALL.to_vec() },
            ..self.world.viewer(organisation, role)
        };
        VIEWERS.lock().unwrap().insert(secret.hash(), viewer);
        secret.token_text()
    }

    async fn send(&self, token: &str, method: Method, path: &str, body: (&str, Body)) -> Answered {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, body.0)
            .body(body.1)
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let location = response.headers().get(header::LOCATION);
        let location = location.map_or("", |place| place.to_str().unwrap()).to_owned();
        let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        Answered { status, text: String::from_utf8(bytes.to_vec()).unwrap(), location }
    }

    async fn get(&self, token: &str, path: &str) -> Answered {
        self.send(token, Method::GET, path, ("text/plain", Body::empty())).await
    }

    async fn form(&self, token: &str, parts: &[(&str, &str)]) -> Answered {
        let mut text = String::new();
        for (name, value) in parts {
            let file = if *name == "file" { "; filename=\"../my customers.csv\"" } else { "" };
            let head = format!("content-disposition: form-data; name=\"{name}\"{file}");
            text.extend(["--line\r\n", &head, "\r\n\r\n", value, "\r\n"]);
        }
        text.push_str("--line--\r\n");
        let kind = "multipart/form-data; boundary=line";
        self.send(token, Method::POST, "/api/v1/imports", (kind, Body::from(text))).await
    }

    async fn rows(&self, token: &str, query: &str, rows: &str) -> Answered {
        let body = ("application/x-ndjson", Body::from(rows.to_owned()));
        self.send(token, Method::POST, &format!("/api/v1/imports{query}"), body).await
    }

    fn work(&self) -> usize {
        let handlers = Handlers::new().with(JOB_KIND, job_handler(self.uploads.clone()));
        run_due(&self.world.db, &self.world.clock, &handlers).unwrap()
    }

    fn waiting_files(&self) -> usize {
        std::fs::read_dir(&self.uploads.folder).map_or(0, Iterator::count)
    }
}

#[tokio::test]
async fn a_file_is_sent_taken_in_by_a_worker_and_its_rejects_are_fetched() {
    for server in Server::each() {
        let token = server.token(server.world.spoke, Role::PartnerStaff);
        let file = "customer id;name;email\n1;Maya;maya@example.com\n2;Bo;nowhere\n";
        let sent = server.form(&token, &[("shape", "customers"), ("file", file)]).await;
        assert_eq!(sent.status, StatusCode::ACCEPTED, "{}", sent.text);
        assert_eq!(sent.json()["state"], "queued");
        assert_eq!(sent.json()["file_name"], "my customers.csv");
        assert_eq!((server.waiting_files(), server.work()), (1, 1));
        assert_eq!(server.waiting_files(), 0);

        let done = server.get(&token, &sent.location).await.json();
        assert_eq!((&done["state"], &done["percent"]), (&"done".into(), &100.into()));
        let counts = ["read", "stored", "unchanged", "rejected"].map(|name| done[name].clone());
        assert_eq!(counts, [2, 1, 0, 1].map(Value::from));
        let rejects = server.get(&token, &format!("{}/rejects.csv", sent.location)).await;
        assert_eq!(
            rejects.text,
            "line,column,reason,original\n3,email,“nowhere” is not a mail address; correct it or \
             leave it empty,2;Bo;nowhere\n"
        );
        let listed = server.get(&token, "/api/v1/imports").await.json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);

        // Another organisation's import is not there.
        let other = server.token(server.world.harbour, Role::PartnerAdmin);
        for path in [sent.location.clone(), format!("{}/rejects.csv", sent.location)] {
            assert_eq!(server.get(&other, &path).await.status, StatusCode::NOT_FOUND);
        }
        assert_eq!(
            server.get(&other, "/api/v1/imports").await.json()["items"],
            Value::Array(vec![])
        );
    }
}

#[tokio::test]
async fn a_stream_of_rows_is_taken_in_and_the_same_again_stores_nothing() {
    for server in Server::each() {
        let token = server.token(server.world.brand, Role::BrandStaff);
        let rows = "{\"reference\":\"1\",\"name\":\"Maya\"}\n{\"reference\":2,\"nmae\":\"Bo\"}\n";
        for expected in [[2, 1, 0, 1], [2, 0, 1, 1]] {
            let sent = server.rows(&token, "?shape=customers", rows).await;
            assert_eq!(sent.status, StatusCode::ACCEPTED, "{}", sent.text);
            server.work();
            let done = server.get(&token, &sent.location).await.json();
            let counts = ["read", "stored", "unchanged", "rejected"].map(|name| done[name].clone());
            assert_eq!(counts, expected.map(Value::from));
        }
    }
}

#[tokio::test]
async fn what_cannot_be_taken_is_refused_and_leaves_no_file() {
    for server in Server::each() {
        let token = server.token(server.world.spoke, Role::PartnerStaff);
        let unknown = server.rows(&token, "?shape=clients", "{}\n").await;
        assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(unknown.text.contains("there are: partners"), "{}", unknown.text);
        let partners = server.rows(&token, "?shape=partners", "{}\n").await;
        assert_eq!(partners.status, StatusCode::UNPROCESSABLE_ENTITY);
        let large = "x".repeat(200_000);
        let too_large = server.rows(&token, "?shape=customers", &large).await;
        assert_eq!(too_large.status, StatusCode::PAYLOAD_TOO_LARGE);
        let missing = server.form(&token, &[("shape", "customers")]).await;
        assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
        let odd = server.form(&token, &[("file", "a"), ("shade", "customers")]).await;
        assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
        let plain = ("text/csv", Body::from("a,b\n"));
        let kind = server.send(&token, Method::POST, "/api/v1/imports", plain).await;
        assert_eq!(kind.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        let auditor = server.token(server.world.spoke, Role::Auditor);
        let forbidden = server.rows(&auditor, "?shape=customers", "{}\n").await;
        assert_eq!(forbidden.status, StatusCode::FORBIDDEN);
        assert_eq!((server.waiting_files(), server.work()), (0, 0));
    }
}

#[tokio::test]
async fn a_queued_import_is_cancelled_and_stays_so() {
    for server in Server::each() {
        let token = server.token(server.world.brand, Role::BrandStaff);
        let sent = server.rows(&token, "?shape=customers", "{\"reference\":\"1\"}\n").await;
        let nothing = || ("text/plain", Body::empty());
        let gone = server.send(&token, Method::DELETE, &sent.location, nothing()).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.text);
        assert_eq!((server.work(), server.waiting_files()), (1, 0));
        assert_eq!(server.get(&token, &sent.location).await.json()["state"], "cancelled");
        let again = server.send(&token, Method::DELETE, &sent.location, nothing()).await;
        assert_eq!(again.status, StatusCode::CONFLICT);
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_told_on_its_import() {
    for server in Server::each() {
        let token = server.token(server.world.brand, Role::BrandStaff);
        let sent = server.form(&token, &[("shape", "orders"), ("file", "a,b\n1,2\n")]).await;
        server.work();
        let failed = server.get(&token, &sent.location).await.json();
        assert_eq!(failed["state"], "failed");
        let message = failed["message"].as_str().unwrap();
        assert!(message.contains("no column is known for order, customer, ordered"), "{message}");
        assert!(!message.contains('/'), "no path of this machine: {message}");
    }
}

#[tokio::test]
async fn the_shapes_are_listed_with_their_fields() {
    let server = Server::each().remove(0);
    let token = server.token(server.world.brand, Role::BrandStaff);
    let shapes = server.get(&token, "/api/v1/shapes").await.json();
    let orders = shapes.as_array().unwrap().iter().find(|one| one["shape"] == "orders").unwrap();
    assert_eq!(orders["fields"][0]["name"], "order");
    assert_eq!(orders["fields"][0]["needed"], true);
}

#[tokio::test]
async fn a_file_that_waits_is_previewed_started_or_forgotten_after_a_week() {
    for server in Server::each() {
        let viewer = server.world.viewer(server.world.brand, Role::BrandStaff);
        let now = server.world.clock.now();
        let receive = |text: &str| {
            let id = ImportId::random();
            let mut arriving = server.uploads.begin(id).unwrap();
            arriving.add(text.as_bytes()).unwrap();
            let (bytes, viewer) = (arriving.keep().unwrap(), viewer.clone());
            let name = "C:\\lists\\klanten.csv";
            let received = server
                .world
                .db
                .write(move |tx| imports::receive(tx, &viewer, id, (name, bytes), now));
            received.unwrap();
            id
        };
        let (chosen, left) = (receive("nr;naam\n1;Maya\n"), receive("a\n1\n"));
        let text = "shape = \"customers\"\n[columns]\nreference = \"nr\"\nname = \"naam\"\n";
        let how = How::of_texts("customers", "", text).unwrap();
        let path = server.uploads.path(chosen);
        let seen = preview(&path, &how, &server.world.zone, Limits::default()).unwrap();
        assert_eq!((seen.problem, seen.rows.len()), (None, 1));
        let start = || {
            let (viewer, how) = (viewer.clone(), how.clone());
            let started =
                move |tx: &mut handfast_db::Tx<'_>| imports::start(tx, &viewer, chosen, &how, now);
            server.world.db.write(started)
        };
        start().unwrap();
        assert!(matches!(start(), Err(imports::Error::NotWaiting)));
        assert_eq!(server.work(), 1);
        server.world.clock.advance(8 * TimeMs::DAY);
        let now = server.world.clock.now();
        let forgotten = imports::forget_abandoned(&server.world.db, &server.uploads, now);
        assert_eq!((forgotten.unwrap(), server.waiting_files()), (1, 0));
        let find = |id| server.world.db.read(|cx| imports::find(cx, &viewer, id)).unwrap().unwrap();
        assert_eq!((find(chosen).state, find(left).state), (State::Done, State::Cancelled));
        assert_eq!(find(chosen).file_name, "klanten.csv");
    }
}
