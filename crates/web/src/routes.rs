//! The one table of routes: every address with its access class.

use std::{fmt, fmt::Write as _, time::Duration};

use axum::{
    handler::Handler,
    http::Method,
    routing::{MethodFilter, MethodRouter, on},
};

use crate::{App, Role, Scope, Side, Viewer};

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// Everybody, signed in or not.
    Public,
    /// Whoever is signed in.
    Member,
    /// Whoever is signed in and may write: not an auditor.
    Worker,
    /// Whoever looks after people and tokens: a brand admin or a partner admin.
    Admin,
    /// Whoever sees to it that all is in order: admins, and auditors.
    Overseer,
    /// Anybody of the brand's; an auditor only to read.
    Brand,
    /// A brand admin.
    BrandAdmin,
}

impl Access {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Public,
        Self::Member,
        Self::Worker,
        Self::Admin,
        Self::Overseer,
        Self::Brand,
        Self::BrandAdmin,
    ];

    /// Whether somebody with this role, on this side, may use a route of this class with `method`.
    pub fn allows(self, role: Role, side: Side, method: &Method) -> bool {
        match self {
            Self::Public | Self::Member => true,
            Self::Worker => role != Role::Auditor,
            Self::Admin => matches!(role, Role::BrandAdmin | Role::PartnerAdmin),
            Self::Overseer => {
                matches!(role, Role::BrandAdmin | Role::PartnerAdmin)
                    || (role == Role::Auditor && is_safe(method))
            }
            Self::Brand => side == Side::Brand && (is_safe(method) || role != Role::Auditor),
            Self::BrandAdmin => role == Role::BrandAdmin && side == Side::Brand,
        }
    }

    /// Who may, as a sentence.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Public => "Everybody may do this.",
            Self::Member => "Whoever is signed in may do this.",
            Self::Worker => {
                "Staff and admins may do this; an auditor reads only. Ask an admin of your \
                 organisation."
            }
            Self::Admin => "An admin of your organisation may do this; ask one of them.",
            Self::Overseer => {
                "An admin or an auditor of your organisation may do this; ask one of them."
            }
            Self::Brand => "Staff and admins of the brand may do this; ask your contact there.",
            Self::BrandAdmin => "An admin of the brand may do this; ask one of them.",
        }
    }

    pub(crate) fn admits(self, viewer: &Viewer, method: &Method) -> bool {
        self.allows(viewer.role, viewer.side, method)
    }
}

/// Whether a route is for people or for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Face {
    /// HTML, for people.
    Page,
    /// JSON, for programs.
    Api,
}

impl Face {
    /// The face of an address without a route.
    pub(crate) fn of_path(path: &str) -> Self {
        if path.starts_with("/api/") { Self::Api } else { Self::Page }
    }
}

/// One address, what may be done there, and who may. Made by [`page`] and [`api`] only, so that
/// none is without an access class.
pub struct Route {
    pub(crate) facts: Facts,
    pub(crate) handler: MethodRouter<App>,
}

/// What is known of a route besides its handler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The method. `GET` answers `HEAD` too.
    pub method: Method,
    /// The path, its parts in braces: `/customers/{id}`.
    pub path: &'static str,
    /// Who may.
    pub access: Access,
    /// What an API token needs besides; `None` on pages, where tokens are not taken.
    pub scope: Option<Scope>,
    /// For people or for programs.
    pub face: Face,
    /// How large a body may be.
    pub body_bytes_max: usize,
    pub(crate) time: Time,
    pub(crate) viewer: Lookup,
    pub(crate) key: Key,
    pub(crate) counted: Counted,
}

/// Whether a request may take as long as it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Time {
    Limited,
    Unlimited,
}

/// Whether it is looked up who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lookup {
    Always,
    Never,
}

/// Whose minute a request counts against, besides the rule of its face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counted {
    /// That of the secret in its path, and that of where it comes from.
    BySecret,
    ByFace,
}

/// Where a forged-form token is looked for on a page's unsafe routes besides the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    /// In a form's field.
    Form,
    /// In the first part of a body of several parts.
    FirstPart,
}

/// How large a body may be where a route says nothing: 1 MiB.
pub const BODY_BYTES_MAX: usize = 1 << 20;

/// A page, or a form's target.
pub fn page<H, T>(method: Method, path: &'static str, access: Access, handler: H) -> Route
where
    H: Handler<T, App>,
    T: 'static,
{
    Route::new(method, path, access, None, Face::Page, handler)
}

/// A call of the API. `scope` is what a token needs; someone signed in by cookie needs none.
pub fn api<H, T>(
    method: Method,
    path: &'static str,
    access: Access,
    scope: Scope,
    handler: H,
) -> Route
where
    H: Handler<T, App>,
    T: 'static,
{
    Route::new(method, path, access, Some(scope), Face::Api, handler)
}

impl Route {
    fn new<H, T>(
        method: Method,
        path: &'static str,
        access: Access,
        scope: Option<Scope>,
        face: Face,
        handler: H,
    ) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let filter = MethodFilter::try_from(method.clone())
            .expect("routes are written in code, with methods that axum knows");
        let facts = Facts {
            method,
            path,
            access,
            scope,
            face,
            body_bytes_max: BODY_BYTES_MAX,
            time: Time::Limited,
            viewer: Lookup::Always,
            key: Key::Form,
            counted: Counted::ByFace,
        };
        Self { facts, handler: on(filter, handler) }
    }

    /// The same for a body of at most `bytes` bytes.
    #[must_use]
    pub fn body_bytes_max(mut self, bytes: usize) -> Self {
        self.facts.body_bytes_max = bytes;
        self
    }

    /// The same for an upload of at most `bytes` bytes: it may take as long as it takes, and may
    /// come as a form of several parts (`multipart/form-data`) whose first part is `csrf`.
    #[must_use]
    pub fn upload(mut self, bytes: usize) -> Self {
        self.facts.time = Time::Unlimited;
        self.facts.key = Key::FirstPart;
        self.body_bytes_max(bytes)
    }

    /// The same for an answer that may take as long as it takes: a feed, a download.
    #[must_use]
    pub fn takes_its_time(mut self) -> Self {
        self.facts.time = Time::Unlimited;
        self
    }

    /// The same for a path that holds a secret, by which whoever has it acts without signing in:
    /// each secret, and each network address, has so many requests a minute and no more.
    #[must_use]
    pub fn by_secret(mut self) -> Self {
        assert_eq!(self.facts.access, Access::Public, "whoever signs in needs no secret");
        self.facts.counted = Counted::BySecret;
        self
    }

    /// The same without looking up who asks. For what is one and the same for everybody.
    pub(crate) fn anonymous(mut self) -> Self {
        assert_eq!(self.facts.access, Access::Public, "only a public route asks nobody's name");
        self.facts.viewer = Lookup::Never;
        self
    }

    /// What is known of it.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.facts.fmt(f)
    }
}

impl Facts {
    /// How long a request to it may take.
    pub(crate) fn time_max(&self, limit_s: u64) -> Option<Duration> {
        (self.time == Time::Limited).then(|| Duration::from_secs(limit_s))
    }

    /// What is wrong with it in itself, if anything; such a route does not start.
    pub(crate) fn mistake(&self) -> Option<String> {
        let Self { method, path, .. } = self;
        if self.scope == Some(Scope::Read) && !is_safe(method) {
            return Some(format!(
                "{method} {path} changes something, yet asks for scope read only"
            ));
        }
        let under_api = Face::of_path(path) == Face::Api;
        (under_api != (self.face == Face::Api))
            .then(|| format!("{method} {path}: calls of the API, and only they, are under /api/"))
    }
}

/// Whether a method only reads.
pub(crate) fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// The table as text, a line for each route, sorted: for documents and for tests that compare.
pub fn describe(routes: &[Route]) -> String {
    let mut facts: Vec<&Facts> = routes.iter().map(Route::facts).collect();
    facts.sort_by_key(|facts| (facts.path, facts.method.to_string()));
    let mut text = String::new();
    for Facts { method, path, access, scope, .. } in facts {
        let scope = scope.map_or("-", Scope::word);
        let access = format!("{access:?}");
        writeln!(text, "{method:<6} {path:<44} {access:<10} {scope}")
            .expect("writing to a string does not fail");
    }
    text
}
