//! Imports as jobs: a worker takes a queued import and runs it, or goes on with one whose worker
//! was killed.

use std::cell::Cell;

use handfast_db::{Db, Fault, Tx};
use handfast_kit::{NetworkId, TimeMs};
use handfast_queue::{Failed, Job, Running, Then};
use handfast_record::{organisations, sharing::Author};
use serde::{Deserialize, Serialize};

use crate::{
    imports::ImportId,
    opening::How,
    run::{self, Ending, Heard, InputFile, Progress, RejectsTo, Watch, Wish, Work},
    store,
    uploads::Uploads,
};

/// The kind of the jobs that [`handler`] does.
pub const KIND: &str = "import";

#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    network_id: NetworkId,
    import_id: ImportId,
}

pub(crate) fn push(
    tx: &mut Tx<'_>,
    network_id: NetworkId,
    import_id: ImportId,
    now: TimeMs,
) -> Result<(), Fault> {
    let payload = serde_json::json!(Payload { network_id, import_id });
    handfast_queue::push(tx, Job { kind: KIND, payload, run_at: now }, now)?;
    Ok(())
}

/// Runs imports of uploaded files; for `handfast_queue::Handlers::with(KIND, ..)`.
pub fn handler(
    uploads: Uploads,
) -> impl Fn(&Running<'_>) -> Result<Then, Failed> + Send + Sync + 'static {
    handling(uploads, None)
}

/// The same, where somebody hears the lines about customers.
pub fn heard_handler(
    uploads: Uploads,
    heard: Heard,
) -> impl Fn(&Running<'_>) -> Result<Then, Failed> + Send + Sync + 'static {
    handling(uploads, Some(heard))
}

fn handling(
    uploads: Uploads,
    heard: Option<Heard>,
) -> impl Fn(&Running<'_>) -> Result<Then, Failed> + Send + Sync + 'static {
    move |running| {
        let payload: Payload = running.payload()?;
        let Some(work) = work(running.db(), &uploads, &payload)? else { return Ok(Then::Done) };
        let work = Work { heard: heard.clone(), ..work };
        let lease = Lease { running, lost: Cell::new(false) };
        let outcome = run::run(running.db(), running.clock(), &work, &lease);
        if lease.lost.get() {
            return Err(Failed::try_again("the lease was lost; somebody else goes on"));
        }
        match outcome {
            Ok(outcome) if outcome.ending == Ending::Paused => {
                return Ok(Then::Again(running.clock().now()));
            }
            Err(run::Error::Fault(fault)) => return Err(fault.into()),
            // The import itself says how it ended; the job has done its work.
            Ok(_) | Err(_) => {}
        }
        uploads.remove(work.id);
        Ok(Then::Done)
    }
}

fn work(db: &Db, uploads: &Uploads, payload: &Payload) -> Result<Option<Work>, Failed> {
    let network_id = payload.network_id;
    let found = db.read(|cx| {
        let Some(import) = store::find(cx, network_id, payload.import_id)? else { return Ok(None) };
        let network = organisations::network(cx, network_id)?;
        let organisation = organisations::find(cx, network_id, import.organisation)?;
        Ok::<_, Fault>(network.zip(organisation).map(|(n, o)| (import, n, o)))
    })?;
    let Some((import, network, organisation)) = found else { return Ok(None) };
    if import.state.is_over() {
        uploads.remove(import.id);
        return Ok(None);
    }
    let how = How::of_texts(&import.shape, &import.profile, &import.map);
    let how = how.map_err(Failed::give_up)?;
    let author = match import.person {
        Some(person) => Author::person(network_id, import.organisation, person),
        None => Author::organisation(network_id, import.organisation),
    };
    Ok(Some(Work {
        id: import.id,
        author,
        side: organisation.side,
        zone: network.zone,
        files: vec![InputFile { path: uploads.path(import.id), how }],
        rejects: RejectsTo::Database,
        limits: uploads.limits,
        heard: None,
    }))
}

struct Lease<'a> {
    running: &'a Running<'a>,
    lost: Cell<bool>,
}

impl Watch for Lease<'_> {
    fn advanced(&self, _: &Progress<'_>) {
        if self.running.keep().is_err() {
            self.lost.set(true);
        }
    }

    fn wish(&self) -> Wish {
        if self.lost.get() || self.running.is_stop_asked() { Wish::Pause } else { Wish::GoOn }
    }
}
