//! What stands before every handler: who asks, may they, is it their own doing, and for how long.
//! All of it is settled before the body is read.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{
    App, ClientAddress, Credential, Failure, Secret, Via, Viewer, cookies, csrf, idempotency,
    limits::{LINK_REQUESTS_PER_MIN, PerMinute, VISITOR_REQUESTS_PER_MIN, Who},
    routes::{Counted, Face, Facts, Lookup, is_safe},
    secret::TOKEN_PREFIX,
};

/// One route's gate.
pub(crate) struct Gate {
    pub(crate) app: App,
    pub(crate) facts: Facts,
    pub(crate) per_minute: Arc<PerMinute>,
}

/// Rides with an answer: for whom it is, and in which form failures are told.
#[derive(Clone)]
pub(crate) struct Seen {
    pub(crate) face: Face,
    pub(crate) viewer: Option<Arc<Viewer>>,
}

/// Lets a request through to its handler, or answers why not.
pub(crate) async fn pass(
    State(gate): State<Arc<Gate>>,
    mut request: Request,
    next: Next,
) -> Response {
    let address = request.extensions().get::<ClientAddress>().copied();
    if let Err(failure) = gate.count_secret(request.uri().path(), address) {
        return gate.sign(failure.into_response(), None);
    }
    let credential = gate.credential(request.headers());
    let viewer = match gate.viewer(credential, address).await {
        Ok(viewer) => viewer,
        Err(failure) => return gate.sign(failure.into_response(), None),
    };
    if let Some(viewer) = &viewer {
        request.extensions_mut().insert(viewer.clone());
    }
    let response = match gate.admit(request, viewer.as_ref()).await {
        Ok(request) => gate.run(request, next).await,
        Err(failure) => failure.into_response(),
    };
    gate.sign(response, viewer)
}

impl Gate {
    /// Who asks; counts the request against their minute, or that of their address.
    async fn viewer(
        &self,
        credential: Option<Credential>,
        address: Option<ClientAddress>,
    ) -> Result<Option<Viewer>, Failure> {
        let viewer = match credential.clone() {
            Some(credential) => self.holder(credential).await?,
            None => None,
        };
        if self.facts.face == Face::Api {
            self.count(credential.filter(|_| viewer.is_some()), address)?;
        }
        Ok(viewer)
    }

    fn credential(&self, headers: &HeaderMap) -> Option<Credential> {
        if self.facts.viewer == Lookup::Never {
            return None;
        }
        if self.facts.face == Face::Api
            && let Some(value) = headers.get(header::AUTHORIZATION)
        {
            // A wrong header is not made good by a cookie: it says who wants to be asked for.
            let (scheme, text) = value.to_str().ok()?.split_once(' ')?;
            let text = text.trim().strip_prefix(TOKEN_PREFIX)?;
            let secret = Secret::parse(text).filter(|_| scheme.eq_ignore_ascii_case("bearer"))?;
            return Some(Credential::Token(secret.hash()));
        }
        let secret = cookies::secret(&self.app.settings, headers)?;
        Some(Credential::Session(secret.hash()))
    }

    async fn holder(&self, credential: Credential) -> Result<Option<Viewer>, Failure> {
        let (authenticate, now) = (self.app.authenticate, self.app.clock.now());
        self.app.read(move |cx| authenticate(cx, &credential, now)).await
    }

    fn count(
        &self,
        good: Option<Credential>,
        address: Option<ClientAddress>,
    ) -> Result<(), Failure> {
        let (settings, now) = (&self.app.settings, self.app.clock.now());
        let (who, count_max) = match good {
            Some(Credential::Token(hash) | Credential::Session(hash)) => {
                (Who::Token(hash), settings.token_requests_per_min)
            }
            None => (Who::from(noted(address)?), settings.stranger_requests_per_min),
        };
        self.per_minute.count(who, count_max, now)
    }

    /// Counts a request to a path that holds a secret: against its network address, so that nobody
    /// guesses, and against the secret, so that who holds one keeps nobody busy by it.
    fn count_secret(&self, path: &str, address: Option<ClientAddress>) -> Result<(), Failure> {
        if self.facts.counted != Counted::BySecret {
            return Ok(());
        }
        let now = self.app.clock.now();
        let visitor = Who::Visitor(noted(address)?.counted());
        self.per_minute.count(visitor, VISITOR_REQUESTS_PER_MIN, now)?;
        match path.split('/').find_map(Secret::parse) {
            Some(secret) => {
                self.per_minute.count(Who::Link(secret.hash()), LINK_REQUESTS_PER_MIN, now)
            }
            None => Ok(()),
        }
    }

    /// Whether the request may go on; hands it on whole.
    async fn admit(&self, request: Request, viewer: Option<&Viewer>) -> Result<Request, Failure> {
        let facts = &self.facts;
        let is_public = facts.access == crate::Access::Public;
        match viewer {
            None if !is_public => return Err(Failure::NotSignedIn),
            Some(viewer) => self.allow(viewer, &request)?,
            None => {}
        }
        let request = idempotency::watch(request)?;
        if is_safe(request.method()) {
            return Ok(request);
        }
        match viewer.map(|viewer| &viewer.via) {
            Some(Via::Token { .. }) => Ok(request),
            Some(Via::Session { csrf, .. }) if !is_public => {
                csrf::check_site(request.headers(), &self.app.settings)?;
                csrf::check_token(request, csrf, facts).await
            }
            // Nobody's session is at stake, only whose it becomes: a form of another site must not
            // sign somebody in.
            _ => csrf::check_site(request.headers(), &self.app.settings).map(|()| request),
        }
    }

    fn allow(&self, viewer: &Viewer, request: &Request) -> Result<(), Failure> {
        let facts = &self.facts;
        if !facts.access.admits(viewer, request.method()) {
            return Err(Failure::Forbidden(facts.access.sentence().into()));
        }
        match (&viewer.via, facts.scope) {
            (Via::Token { scopes }, Some(scope)) if !scopes.contains(&scope) => {
                let sentence = format!(
                    "This token lacks the scope \"{scope}\". An admin of your organisation can \
                     make one that has it."
                );
                Err(Failure::Forbidden(sentence.into()))
            }
            _ => Ok(()),
        }
    }

    async fn run(&self, request: Request, next: Next) -> Response {
        let is_safe = is_safe(request.method());
        let Some(limit) = self.facts.time_max(self.app.settings.request_timeout_s) else {
            return next.run(request).await;
        };
        match tokio::time::timeout(limit, next.run(request)).await {
            Ok(response) => response,
            // A write that was begun may still be stored after we stop waiting for it.
            Err(_) if is_safe => Failure::TookTooLong.into_response(),
            Err(_) => Failure::UnknownOutcome.into_response(),
        }
    }

    fn sign(&self, mut response: Response, viewer: Option<Viewer>) -> Response {
        if viewer.is_some() {
            let no_store = HeaderValue::from_static("no-store");
            response.headers_mut().insert(header::CACHE_CONTROL, no_store);
        }
        let viewer = viewer.map(Arc::new);
        response.extensions_mut().insert(Seen { face: self.facts.face, viewer });
        response
    }
}

fn noted(address: Option<ClientAddress>) -> Result<ClientAddress, Failure> {
    address.ok_or_else(|| Failure::Broken("nobody noted a request's address".to_owned()))
}
