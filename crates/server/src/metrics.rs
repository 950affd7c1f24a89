//! What is measured, in the form that Prometheus reads, on a listener of its own.

use std::{
    collections::HashMap,
    sync::{LazyLock, PoisonError, RwLock},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use axum::{
    Router,
    extract::{MatchedPath, Request},
    http::{Method, header::CONTENT_TYPE},
    middleware::Next,
    response::{IntoResponse, Response},
    routing::get,
};
use handfast_db::Db;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::store;

/// Upper bounds of the histograms of times, in seconds.
const SECONDS: &[f64] =
    &[0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// How often what was timed is folded into the histograms.
const KEEP_UP: Duration = Duration::from_secs(5);

/// Starts measuring; to be called once in a process, before anything is measured.
pub fn start() -> Result<PrometheusHandle> {
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS)?
        .install_recorder()
        .context("could not start measuring")?;
    describe();
    Ok(handle)
}

/// Folds what was timed into the histograms, for as long as the process runs: until then each
/// request takes some memory, and nobody may ever ask for the figures.
pub async fn keep_up(handle: PrometheusHandle) {
    let mut every = tokio::time::interval(KEEP_UP);
    loop {
        every.tick().await;
        handle.run_upkeep();
    }
}

fn describe() {
    use metrics::{Unit::Seconds, describe_counter, describe_gauge, describe_histogram};
    describe_counter!("handfast_requests_total", "requests answered, by route and status class");
    describe_histogram!(
        "handfast_request_seconds",
        Seconds,
        "time from the request's head to the answer's head"
    );
    describe_histogram!(
        "handfast_db_read_seconds",
        Seconds,
        "time of one small read, taken at each look at the metrics"
    );
    describe_histogram!(
        "handfast_db_write_seconds",
        Seconds,
        "time of one write that changes nothing, behind those that wait, taken at each look"
    );
    describe_gauge!("handfast_jobs", "jobs by state");
    describe_gauge!("handfast_memory_bytes", "memory of the process that is in use (resident)");
    describe_counter!("handfast_import_rows_total", "rows read by imports, by what became of them");
}

/// Counts and times each request by the pattern of its route, never by its address.
pub async fn measure(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let method = method_word(request.method());
    let started = Instant::now();
    let response = next.run(request).await;
    let class = match response.status().as_u16() / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    };
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    note(route, (method, class), started.elapsed());
    response
}

/// The method, if it is one of HTTP's own: whoever makes methods up must not make figures up.
fn method_word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// The figures of one route, method and class of status.
struct Figures {
    answered: metrics::Counter,
    seconds: metrics::Histogram,
}

/// By route, then by method and class: looking a figure up by its labels takes longer than noting
/// it.
type Known = HashMap<String, HashMap<(&'static str, &'static str), Figures>>;
static KNOWN: LazyLock<RwLock<Known>> = LazyLock::new(RwLock::default);

fn note(route: &str, which: (&'static str, &'static str), took: Duration) {
    let add = |figures: &Figures| {
        figures.answered.increment(1);
        figures.seconds.record(took.as_secs_f64());
    };
    {
        // A panic while noting leaves figures that are still good.
        let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(figures) = known.get(route).and_then(|of_route| of_route.get(&which)) {
            return add(figures);
        }
    }
    let (method, class) = which;
    let labels = [("method", method), ("route", route), ("status", class)]
        .map(|(name, word)| (name, word.to_owned()));
    let figures = Figures {
        answered: metrics::counter!("handfast_requests_total", &labels),
        seconds: metrics::histogram!("handfast_request_seconds", &labels),
    };
    add(&figures);
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    known.entry(route.to_owned()).or_default().insert(which, figures);
}

/// The pages of the metrics' own listener.
pub fn router(handle: PrometheusHandle, db: Db) -> Router {
    let answer = move || {
        let (handle, db) = (handle.clone(), db.clone());
        async move {
            look(&db).await;
            handle.run_upkeep();
            ([(CONTENT_TYPE, "text/plain; version=0.0.4")], handle.render()).into_response()
        }
    };
    Router::new().route("/metrics", get(answer))
}

/// Takes the figures that are looked up when asked for, not counted as they change.
async fn look(db: &Db) {
    let began = Instant::now();
    let depth = db.read_soon(handfast_queue::depth).await;
    if let Ok(depth) = depth {
        metrics::histogram!("handfast_db_read_seconds").record(began.elapsed().as_secs_f64());
        let by_state = [
            ("ready", depth.ready_count),
            ("claimed", depth.claimed_count),
            ("dead", depth.dead_count),
        ];
        for (state, count) in by_state {
            metrics::gauge!("handfast_jobs", "state" => state).set(count as f64);
        }
    }
    let began = Instant::now();
    if db.write_soon(store::try_write).await.is_ok() {
        metrics::histogram!("handfast_db_write_seconds").record(began.elapsed().as_secs_f64());
    }
    if let Ok((stored, unchanged, rejected)) = db.read_soon(store::import_rows).await {
        let by_end = [("stored", stored), ("unchanged", unchanged), ("rejected", rejected)];
        for (end, count) in by_end {
            let count = u64::try_from(count).unwrap_or(0);
            metrics::counter!("handfast_import_rows_total", "end" => end).absolute(count);
        }
    }
    if let Some(bytes) = memory_bytes() {
        metrics::gauge!("handfast_memory_bytes").set(bytes as f64);
    }
}

/// The memory of this process that is in use; `None` where the system does not say.
pub fn memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}
