//! A town for the pages that people come in by: real sign-in, real sessions, a browser that keeps
//! its cookie, and a folder for the files that come in.

use std::{cell::RefCell, sync::LazyLock};

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderMap, Method, StatusCode, header},
};
use handfast_intake::{
    How, InputFile, RejectsTo, Unwatched, Uploads, Work,
    imports::{self, Import},
    run,
};
use handfast_kit::{OrganisationId, PersonId, TimeMs};
use handfast_record::{
    people::{self, Error, NewPerson, PasswordHash, Uses},
    testing::{self, World},
};
use handfast_web::{App, Role, Secret, Settings, Side, router};
use tower::ServiceExt;

pub(crate) const PASSWORD: &str = "blue bicycle bell";

/// What of [`PASSWORD`] is kept; made once, because it is slow.
static HASH: LazyLock<PasswordHash> =
    LazyLock::new(|| people::hash_password(PASSWORD, "nobody@example.com").unwrap());

/// Aurora Cycles and two partners, with nobody in them yet.
pub(crate) struct Town {
    pub(crate) at: World,
    router: Router,
    uploads: Uploads,
    _folder: tempfile::TempDir,
}

/// A town on each engine.
pub(crate) fn towns() -> Vec<Town> {
    testing::worlds().into_iter().map(Town::of).collect()
}

/// What came back.
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) location: String,
    pub(crate) text: String,
}

impl Answered {
    pub(crate) fn says(&self, text: &str) -> bool {
        self.text.contains(text)
    }

    /// What stands between two texts of the page.
    pub(crate) fn between(&self, before: &str, after: &str) -> &str {
        let from = self.text.find(before).unwrap_or_else(|| panic!("no {before:?}")) + before.len();
        let to = self.text[from..].find(after).unwrap();
        &self.text[from..from + to]
    }
}

impl Town {
    fn of(at: World) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let uploads = Uploads::new(folder.path().join("uploads"));
        let (db, clock) = (at.db.clone(), at.clock.clone());
        let app = App::new(db, clock, Settings::default(), people::authenticate);
        let router = router(app, crate::routes(&uploads));
        Self { at, router, uploads, _folder: folder }
    }

    /// Writes, as one transaction.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        f: impl FnMut(&mut handfast_db::Tx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> T {
        self.at.db.write(f).unwrap()
    }

    /// Somebody with [`PASSWORD`], a member of an organisation.
    pub(crate) fn person(&self, name: &str, of: OrganisationId, role: Role) -> PersonId {
        let new = NewPerson { name: name.to_owned(), email: email(name) };
        let now = self.at.clock.now();
        let person = self.write(move |tx| {
            let person = people::add_person(tx, &new, now)?;
            people::set_password(tx, person, &HASH, now)?;
            Ok(person)
        });
        self.join(person, of, role);
        person
    }

    pub(crate) fn join(&self, person: PersonId, of: OrganisationId, role: Role) {
        let (network, now) = (self.at.network, self.at.clock.now());
        self.write(move |tx| people::add_member(tx, network, of, person, role, now));
    }

    /// The path of a link that signs somebody in.
    pub(crate) fn link(&self, person: PersonId, uses: Uses) -> String {
        let now = self.at.clock.now();
        let link =
            self.write(move |tx| people::issue_sign_in_link(tx, person, TimeMs::HOUR, uses, now));
        format!("{}{}", people::SIGN_IN_LINK_PATH, link.text())
    }

    /// A browser in which nobody is signed in.
    pub(crate) fn browser(&self) -> Browser<'_> {
        Browser { town: self, session: RefCell::default() }
    }

    /// A browser in which a new person is signed in.
    pub(crate) async fn signed_in(
        &self,
        name: &str,
        of: OrganisationId,
        role: Role,
    ) -> Browser<'_> {
        let person = self.person(name, of, role);
        let browser = self.browser();
        let link = self.link(person, Uses::Once);
        assert_eq!(browser.post(&link, &[]).await.status, StatusCode::SEE_OTHER);
        browser
    }

    /// Runs the imports that wait for a worker, and says how many did.
    pub(crate) fn work(&self) -> usize {
        let mut count = 0;
        for organisation in [self.at.brand, self.at.spoke, self.at.harbour] {
            let viewer = self.at.viewer(organisation, Role::Auditor);
            let found = self.at.db.read(|cx| imports::list(cx, &viewer, None, 50)).unwrap();
            for import in found.items.iter().filter(|one| one.state == imports::State::Queued) {
                self.run(import, viewer.side);
                count += 1;
            }
        }
        count
    }

    /// As a worker does.
    fn run(&self, import: &Import, side: Side) {
        let how = How::of_texts(&import.shape, &import.profile, &import.map).unwrap();
        let work = Work {
            id: import.id,
            author: self.at.author(import.organisation),
            side,
            zone: self.at.zone.clone(),
            files: vec![InputFile { path: self.uploads.path(import.id), how }],
            rejects: RejectsTo::Database,
            limits: self.uploads.limits,
            heard: None,
        };
        let outcome = run(&self.at.db, &self.at.clock, &work, &Unwatched).unwrap();
        assert!(outcome.counts.adds_up());
        self.uploads.remove(import.id);
    }

    /// How many uploaded files wait.
    pub(crate) fn file_count(&self) -> usize {
        std::fs::read_dir(&self.uploads.folder).map_or(0, Iterator::count)
    }
}

/// `Priya Nair` signs in with `priya@example.com`.
pub(crate) fn email(name: &str) -> String {
    format!("{}@example.com", name.split(' ').next().unwrap().to_lowercase())
}

/// A browser: it keeps its cookie, and puts the page's token into what it sends.
pub(crate) struct Browser<'a> {
    town: &'a Town,
    session: RefCell<Option<Secret>>,
}

impl Browser<'_> {
    pub(crate) fn is_signed_in(&self) -> bool {
        self.session.borrow().is_some()
    }

    fn csrf(&self) -> String {
        self.session.borrow().as_ref().map_or(String::new(), |secret| secret.hash().csrf())
    }

    pub(crate) async fn get(&self, path: &str) -> Answered {
        self.send(Request::builder().method(Method::GET).uri(path), Body::empty()).await
    }

    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answered {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("csrf", &self.csrf()).extend_pairs(fields);
        let asked = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(asked, Body::from(form.finish())).await
    }

    /// Sends a file with the fields beside it.
    pub(crate) async fn upload(
        &self,
        name: &str,
        file: impl AsRef<[u8]>,
        fields: &[(&str, &str)],
    ) -> Answered {
        let mut body = Vec::new();
        let mut part = |head: &str, content: &[u8]| {
            let head = format!("--edge\r\nContent-Disposition: form-data; {head}\r\n\r\n");
            body.extend([head.as_bytes(), content, b"\r\n"].concat());
        };
        part("name=\"csrf\"", self.csrf().as_bytes());
        for (name, value) in fields {
            part(&format!("name=\"{name}\""), value.as_bytes());
        }
        part(&format!("name=\"file\"; filename=\"{name}\""), file.as_ref());
        body.extend(b"--edge--\r\n");
        let asked = Request::builder()
            .method(Method::POST)
            .uri("/imports")
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge");
        self.send(asked, Body::from(body)).await
    }

    async fn send(&self, mut asked: axum::http::request::Builder, body: Body) -> Answered {
        if let Some(secret) = &*self.session.borrow() {
            asked = asked.header(header::COOKIE, format!("sid={}", secret.text()));
        }
        let request = asked.body(body).unwrap();
        let response = self.town.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        if let Some(cookie) = parts.headers.get(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap().strip_prefix("sid=").unwrap();
            let secret = Secret::parse(cookie.split(';').next().unwrap());
            *self.session.borrow_mut() = secret;
        }
        let location = parts.headers.get(header::LOCATION);
        Answered {
            status: parts.status,
            location: location.map_or(String::new(), |value| value.to_str().unwrap().to_owned()),
            text: String::from_utf8(bytes.to_vec()).unwrap(),
            headers: parts.headers,
        }
    }
}
