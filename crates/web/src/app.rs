//! What every handler has at hand: the database, the clock, the settings.

use std::sync::Arc;

use handfast_db::{Cx, Db, Fault, Tx};
use handfast_kit::{Clock, TimeMs};

use crate::{AddressRange, Credential, Failure, Viewer};

/// Answers who holds a credential at a moment: `None` if nobody does any more.
pub type Authenticate = fn(&mut Cx<'_>, &Credential, TimeMs) -> Result<Option<Viewer>, Fault>;

/// What every handler has at hand; cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The two doors to the database.
    pub db: Db,
    /// The only source of time.
    pub clock: Clock,
    /// What whoever runs the server has chosen.
    pub settings: Arc<Settings>,
    pub(crate) authenticate: Authenticate,
}

impl App {
    /// An application over `db`, whose requests are signed in as `authenticate` says.
    pub fn new(db: Db, clock: Clock, settings: Settings, authenticate: Authenticate) -> Self {
        Self { db, clock, settings: Arc::new(settings), authenticate }
    }

    /// Reads, without holding up other requests.
    pub async fn read<T, E>(
        &self,
        f: impl FnOnce(&mut Cx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, Failure>
    where
        T: Send + 'static,
        E: From<Fault> + Into<Failure> + Send + 'static,
    {
        self.db.read_soon(f).await.map_err(Into::into)
    }

    /// Writes in one transaction; answers after the commit. `f` may run more than once, so it has
    /// no effects but the database and [`Tx::after_commit`].
    pub async fn write<T, E>(
        &self,
        f: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, Failure>
    where
        T: Send + 'static,
        E: From<Fault> + Into<Failure> + Send + 'static,
    {
        self.db.write_soon(f).await.map_err(Into::into)
    }
}

/// What whoever runs the server chooses about HTTP. Read once, in `server`.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Scheme and host under which people reach the server, without a slash at the end:
    /// `https://handfast.example.com`. Links are never made from the `Host` header. Default
    /// `http://localhost:8080`.
    pub base_url: String,
    /// Addresses of the proxies in front, whose `X-Forwarded-For` is believed. Default none.
    pub trusted_proxies: Vec<AddressRange>,
    /// How many requests may be under way at once before new ones are turned away. Default 512.
    pub in_flight_max: usize,
    /// How long a request may take, in seconds; uploads are exempt. Default 30.
    pub request_timeout_s: u64,
    /// Requests per minute for each API token. Default 600.
    pub token_requests_per_min: u32,
    /// Requests per minute for each address that comes to the API without being signed in.
    /// Default 60.
    pub stranger_requests_per_min: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base_url: "http://localhost:8080".to_owned(),
            trusted_proxies: Vec::new(),
            in_flight_max: 512,
            request_timeout_s: 30,
            token_requests_per_min: 600,
            stranger_requests_per_min: 60,
        }
    }
}

impl Settings {
    /// Whether people reach the server by https only.
    pub fn is_https(&self) -> bool {
        self.base_url.starts_with("https://")
    }
}
