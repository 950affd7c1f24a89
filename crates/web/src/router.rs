//! From the table of routes to the router that serves it.

use std::{collections::HashSet, sync::Arc};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{Extensions, HeaderMap, Method, StatusCode, Version, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{Predicate, SizeAbove},
    },
    limit::RequestBodyLimitLayer,
};

use crate::{
    App, ClientAddress, Failure, Route, assets, gate,
    gate::Gate,
    headers,
    limits::{InFlight, PerMinute},
    problems,
    tell::Asked,
};

/// How many tokens and addresses are counted at once.
const COUNTED_LEN_MAX: usize = 100_000;
/// The address that is answered however much there is to do, so that a busy server is not taken
/// for a dead one.
const ALIVE_PATH: &str = "/healthz";

/// The router of exactly these routes, the assets and the pages of problem types; with everything
/// that stands before and after a handler.
///
/// # Panics
///
/// If two routes are the same, or a route contradicts itself: such a table must not start.
pub fn router(app: App, mut routes: Vec<Route>) -> Router {
    routes.extend([assets::route(), assets::favicon_route(), problems::route()]);
    let mut seen = HashSet::new();
    let per_minute = Arc::new(PerMinute::new(COUNTED_LEN_MAX));
    let mut router = Router::new();
    for Route { facts, handler } in routes {
        if let Some(mistake) = facts.mistake() {
            panic!("{mistake}");
        }
        let (method, path) = (facts.method.clone(), facts.path);
        assert!(seen.insert((method.clone(), path)), "{method} {path} is in the table twice");
        let bytes_max = facts.body_bytes_max;
        let gate = Gate { app: app.clone(), facts, per_minute: Arc::clone(&per_minute) };
        let handler = handler
            .route_layer(DefaultBodyLimit::disable())
            .route_layer(RequestBodyLimitLayer::new(bytes_max))
            .route_layer(from_fn_with_state(Arc::new(gate), gate::pass));
        router = router.route(path, handler);
    }
    let in_flight = InFlight::new(app.settings.in_flight_max);
    let edge = Arc::new(Edge { app: app.clone(), in_flight });
    // From the inside out. Each layer costs every request a copy of those inside it, so what can be
    // one layer is one.
    router
        .method_not_allowed_fallback(async || Failure::MethodNotAllowed)
        .fallback(async || Failure::NotFound)
        .layer(CatchPanicLayer::custom(after_panic))
        .layer(from_fn_with_state(edge, pass))
        .layer(CompressionLayer::new().gzip(true).br(true).compress_when(worth_compressing()))
        .with_state(app)
}

fn worth_compressing() -> impl Predicate {
    let is_text = |_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions| {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        kind.is_some_and(|kind| {
            ["text/html", "application/json", "application/problem+json"]
                .iter()
                .any(|text| kind.starts_with(text))
        })
    };
    SizeAbove::new(1024).and(is_text)
}

/// What stands around all routes.
struct Edge {
    app: App,
    in_flight: InFlight,
}

/// Notes where a request comes from, lets it in if there is room, and gives its answer its form.
async fn pass(State(edge): State<Arc<Edge>>, mut request: Request, next: Next) -> Response {
    let settings = &edge.app.settings;
    let address = ClientAddress::of(&request, &settings.trusted_proxies);
    request.extensions_mut().insert(address);
    let asked = Asked::of(&request);
    let response = edge.counted(request, next).await;
    headers::add(settings, asked.told(response))
}

impl Edge {
    async fn counted(&self, request: Request, next: Next) -> Response {
        if request.uri().path() == ALIVE_PATH && *request.method() == Method::GET {
            return next.run(request).await;
        }
        match self.in_flight.enter() {
            Ok(_place) => next.run(request).await,
            Err(failure) => failure.into_response(),
        }
    }
}

fn after_panic(panic: Box<dyn std::any::Any + Send>) -> Response {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    Failure::Broken(format!("a handler panicked: {text}")).into_response()
}
