//! The server: listening, answering, and stopping without breaking off what is under way.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use anyhow::{Context, Result};
use axum::{Extension, Router, middleware, serve::ListenerExt};
use handfast_db::Db;
use handfast_intake::Uploads;
use handfast_kit::Clock;
use handfast_record::people;
use handfast_web::App;
use handfast_webhooks::Calling;
use tokio::{
    net::TcpListener,
    runtime::Runtime,
    signal::unix::{SignalKind, signal},
    sync::watch,
};

use crate::{
    health::DataFolder, jobs, ledger_key, mail, metrics, routes, settings::Settings, store,
    workers::Workers,
};

/// Where `/metrics` answers when nobody says.
const METRICS_LISTEN: &str = "127.0.0.1:9464";
/// How long jobs may still take to end after the last request did.
const STRAGGLERS: Duration = Duration::from_secs(2);

/// Everything of the server's HTTP face, over `app`, with its files in the folder `data`, and what
/// calls to webhooks go out with.
pub fn router(app: App, data: &Path, calling: Calling) -> Router {
    let uploads = Uploads::new(data.join("uploads"));
    handfast_web::router(app.clone(), routes::all(&uploads))
        .layer(middleware::from_fn_with_state(app, people::api::note_use))
        .layer(Extension(DataFolder(Arc::new(data.to_owned()))))
        .layer(Extension(calling))
        .layer(middleware::from_fn(metrics::measure))
}

/// A runtime for a process that mostly waits for the disk: more threads than processors.
pub fn runtime() -> Result<Runtime> {
    let processors = std::thread::available_parallelism().map_or(2, usize::from);
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads((processors * 2).max(4))
        .thread_name("web")
        .enable_all()
        .build()
        .context("could not start the threads that answer requests")
}

/// Serves `db` until the process is asked to stop (SIGTERM or SIGINT). `on_ready` is told the
/// address under which people reach the server once it answers.
pub fn serve(
    settings: &Settings,
    db: &Db,
    clock: &Clock,
    on_ready: impl FnOnce(&str) -> Result<()>,
) -> Result<()> {
    warn_of_role(db)?;
    mail::start(db, clock, settings.mail.host.is_some())?;
    let seed = ledger_key::of_folder(&settings.data)?;
    let calling = settings.calling()?;
    let measured = metrics::start()?;
    let runtime = runtime()?;
    let stopped = runtime.block_on(async {
        let listener = listen(&settings.listen).await?;
        let address = listener.local_addr().context("the listener has no address")?;
        let base_url = base_url(settings, address);
        let (asked, stop) = watch::channel(false);
        // Before anybody is told that the server is ready: a signal then already finds its ear.
        tokio::spawn(wait_for_signals(asked, signals()?));
        tokio::spawn(metrics::keep_up(measured.clone()));
        serve_metrics(settings, metrics::router(measured, db.clone()), stop.clone()).await?;
        let handlers = jobs::handlers(settings, &base_url)?;
        let mut workers = Workers::start(db, clock, seed, handlers, settings.worker_count)?;
        workers.call(&settings.webhooks, &calling, (db, clock))?;
        let http = settings.http(base_url.clone())?;
        let app = App::new(db.clone(), clock.clone(), http, handfast_console::authenticate);
        let router = router(app, &settings.data, calling);
        on_ready(&base_url)?;
        let drain = Duration::from_secs(settings.drain_s);
        answer(listener, router, stop, drain, || workers.ask_to_stop()).await?;
        anyhow::Ok(workers)
    });
    // The workers were asked when the requests were, so what is left of the time is theirs too.
    stopped?.stop(STRAGGLERS);
    runtime.shutdown_timeout(Duration::from_millis(200));
    tracing::info!("stopped");
    Ok(())
}

/// Runs jobs and rounds only, until the process is asked to stop.
pub fn work(settings: &Settings, db: &Db, clock: &Clock) -> Result<()> {
    warn_of_role(db)?;
    mail::start(db, clock, settings.mail.host.is_some())?;
    let seed = ledger_key::of_folder(&settings.data)?;
    let calling = settings.calling()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (asked, mut stop) = watch::channel(false);
    runtime.block_on(async {
        tokio::spawn(wait_for_signals(asked, signals()?));
        let base_url =
            settings.base_url.clone().unwrap_or_else(|| format!("http://{}", settings.listen));
        let handlers = jobs::handlers(settings, &base_url)?;
        let mut workers = Workers::start(db, clock, seed, handlers, settings.worker_count)?;
        workers.call(&settings.webhooks, &calling, (db, clock))?;
        tracing::info!(workers = settings.worker_count, "working");
        let _ = stop.wait_for(|asked| *asked).await;
        workers.stop(Duration::from_secs(settings.drain_s));
        tracing::info!("stopped");
        Ok(())
    })
}

/// Says so when the database's own wall between partners does not hold us.
fn warn_of_role(db: &Db) -> Result<()> {
    if let Some(role) = db.read(store::unheld_role)? {
        tracing::warn!(
            role,
            "the database role is a superuser or bypasses row-level security: what a mistaken \
             statement shows is then held back by nothing; create a role with `create role \
             handfast login` that owns the database, and connect as it"
        );
    }
    Ok(())
}

async fn listen(address: &str) -> Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("could not listen on {address}; choose another with --listen"))
}

fn base_url(settings: &Settings, address: SocketAddr) -> String {
    match &settings.base_url {
        Some(url) => url.trim_end_matches('/').to_owned(),
        None if address.ip().is_unspecified() => format!("http://localhost:{}", address.port()),
        None => format!("http://{address}"),
    }
}

async fn serve_metrics(
    settings: &Settings,
    router: Router,
    mut stop: watch::Receiver<bool>,
) -> Result<()> {
    let chosen = settings.metrics_listen.as_deref();
    let address = chosen.unwrap_or(METRICS_LISTEN);
    if address == "off" {
        return Ok(());
    }
    let listener = match TcpListener::bind(address).await {
        Ok(listener) => listener,
        Err(error) if chosen.is_none() => {
            // Nobody asked for this address, so a second server on the machine is no mistake.
            tracing::warn!(%error, "no metrics: {METRICS_LISTEN} is taken; see --metrics-listen");
            return Ok(());
        }
        Err(error) => {
            let what = format!("could not listen on {address} for metrics; see --metrics-listen");
            return Err(error).context(what);
        }
    };
    tracing::info!(address = %listener.local_addr()?, "metrics");
    tokio::spawn(async move {
        let stopped = async move {
            let _ = stop.wait_for(|asked| *asked).await;
        };
        if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stopped).await {
            tracing::warn!(%error, "metrics stopped");
        }
    });
    Ok(())
}

/// Answers requests until asked to stop; then takes no new ones and gives those under way `drain`.
async fn answer(
    listener: TcpListener,
    router: Router,
    stop: watch::Receiver<bool>,
    drain: Duration,
    on_asked: impl FnOnce(),
) -> Result<()> {
    let listener = listener.tap_io(|stream| {
        // Answers are written whole; waiting to fill a packet only delays them.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "no delay could not be set");
        }
    });
    let asked = |mut stop: watch::Receiver<bool>| async move {
        let _ = stop.wait_for(|asked| *asked).await;
    };
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, service).with_graceful_shutdown(asked(stop.clone()));
    let patience = async {
        asked(stop).await;
        on_asked();
        tokio::time::sleep(drain).await;
    };
    tokio::pin!(patience);
    tokio::select! {
        ended = server => ended.context("the server stopped answering"),
        () = patience => {
            tracing::warn!(drain_s = drain.as_secs(), "requests under way were broken off");
            Ok(())
        }
    }
}

struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

fn signals() -> Result<Signals> {
    let of = |kind| signal(kind).context("could not listen to signals");
    Ok(Signals { terminate: of(SignalKind::terminate())?, interrupt: of(SignalKind::interrupt())? })
}

async fn wait_for_signals(asked: watch::Sender<bool>, mut signals: Signals) {
    tokio::select! {
        _ = signals.terminate.recv() => {}
        _ = signals.interrupt.recv() => {}
    }
    tracing::info!("asked to stop");
    // Whoever has stopped listening has already stopped.
    let _ = asked.send(true);
}
