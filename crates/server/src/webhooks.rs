//! Webhooks, as they are chosen: where calls may go, and the threads that make them.

use std::{io, net::IpAddr, path::Path, thread::JoinHandle, time::Duration};

use anyhow::{Context, Result};
use handfast_db::{Db, Fault};
use handfast_kit::Clock;
use handfast_queue::Stop;
use handfast_record::organisations;
use handfast_webhooks::{self as webhooks, Caller, Calling, Limits, Plain, Policy, Vault};
use serde::Deserialize;

use crate::{rounds, secret_file};

/// How long a thread rests that found nothing to tell.
const REST: Duration = Duration::from_millis(500);

/// The table `[webhooks]` of `handfast.toml`: where calls to partners' systems may go beside public
/// addresses.
#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookSettings {
    /// Whether calls may go over plain `http` too, for a network of one's own. Default no.
    pub plain_http: bool,
    /// The ports that may be called. Default only 443.
    pub ports: Vec<u16>,
    /// Addresses that may be called although they are not public: `10.0.0.7`. Default none.
    pub allowed: Vec<IpAddr>,
    /// How many threads make calls: as many endpoints are called at once. Default 2.
    pub thread_count: usize,
}

impl Default for WebhookSettings {
    fn default() -> Self {
        Self { plain_http: false, ports: Vec::new(), allowed: Vec::new(), thread_count: 2 }
    }
}

impl WebhookSettings {
    /// What calls go out with; the key of secrets lies in the data folder, made when there is none.
    /// `own` addresses are never called.
    pub fn calling(&self, data: &Path, own: Vec<IpAddr>) -> Result<Calling> {
        let key = secret_file::kept(&data.join("webhooks.key"), "the key of webhooks' secrets")?;
        let policy = Policy {
            plain: if self.plain_http { Plain::Taken } else { Plain::Refused },
            ports: self.ports.clone(),
            allowed: self.allowed.clone(),
            own,
        };
        Ok(Calling { policy, vault: Vault::new(&key) })
    }

    /// Starts the threads that call; they end when `stop` is asked, after the call they make.
    pub(crate) fn start(
        &self,
        calling: &Calling,
        (db, clock): (&Db, &Clock),
        stop: &Stop,
    ) -> Result<Vec<JoinHandle<()>>> {
        let caller = Caller::new(calling.policy.clone(), Limits::default());
        let caller = caller.context("could not prepare calls to webhooks")?;
        let start = |number| -> io::Result<JoinHandle<()>> {
            let (db, clock, stop) = (db.clone(), clock.clone(), stop.clone());
            let (caller, vault) = (caller.clone(), calling.vault.clone());
            let call = move || go(&db, &clock, &vault, &caller, &stop);
            std::thread::Builder::new().name(format!("webhook-{number}")).spawn(call)
        };
        let threads = (1..=self.thread_count).map(start).collect::<io::Result<_>>();
        threads.context("no thread for webhooks")
    }
}

/// Calls whoever waits, until `stop` is asked.
fn go(db: &Db, clock: &Clock, vault: &Vault, caller: &Caller, stop: &Stop) {
    while !stop.is_asked() {
        match call_waiting(db, clock, vault, caller, stop) {
            Ok(0) => rounds::rest(REST, stop),
            Ok(_) => {}
            Err(fault) => {
                tracing::warn!(error = %fault, "could not tell webhooks");
                rounds::rest(REST, stop);
            }
        }
    }
}

/// Tells all that wait now, network by network. Answers how many calls there were.
pub fn call_waiting(
    db: &Db,
    clock: &Clock,
    vault: &Vault,
    caller: &Caller,
    stop: &Stop,
) -> Result<usize, Fault> {
    let mut count = 0;
    for network in db.read(organisations::networks)? {
        while !stop.is_asked() && webhooks::work_one(db, clock, network.id, vault, caller)? {
            count += 1;
        }
    }
    Ok(count)
}

/// Writes down what is new for endpoints, network by network. Answers how many calls are to be
/// made.
pub fn collect(db: &Db, clock: &Clock) -> Result<usize, Fault> {
    let mut count = 0;
    for network in db.read(organisations::networks)? {
        count += webhooks::collect(db, network.id, clock.now())?;
    }
    Ok(count)
}
