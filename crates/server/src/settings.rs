//! What whoever runs Handfast may choose. Read once, at the start, from flags, the environment, and
//! `handfast.toml` in the data folder, in this order of weight; parts are passed on as values.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use handfast_webhooks::Calling;
use serde::Deserialize;

use crate::{mail::MailSettings, webhooks::WebhookSettings};

/// Everything that can be chosen. Each key of `handfast.toml` is a field of it.
#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The folder of the SQLite database, of uploads, and of `handfast.toml` itself; so it is given
    /// by `--data` or `HANDFAST_DATA` only. Default `handfast/data` in the user's data folder.
    #[serde(skip)]
    pub data: PathBuf,
    /// The database: `sqlite:/path/file.db` or `postgres://...`. Default: the file `handfast.db` in
    /// the data folder.
    pub database: Option<String>,
    /// Where pages and API answer: address and port; port 0 takes a free one.
    /// Default `127.0.0.1:8420`.
    pub listen: String,
    /// Where `/metrics` answers: address and port, or `off`. Default `127.0.0.1:9464`.
    pub metrics_listen: Option<String>,
    /// Scheme and host under which people reach the server, without a slash at the end; links and
    /// cookies follow it. Default: `http://` and the address listened on.
    pub base_url: Option<String>,
    /// Addresses of the proxies in front, whose `X-Forwarded-For` is believed: `10.0.0.1`, or a
    /// range such as `10.0.0.0/8`. Default none.
    pub trusted_proxies: Vec<String>,
    /// How many requests may be under way at once before new ones are turned away. Default 512.
    pub in_flight_max: usize,
    /// How long a request may take, in seconds; uploads are exempt. Default 30.
    pub request_timeout_s: u64,
    /// Requests per minute for each API token. Default 600.
    pub token_requests_per_min: u32,
    /// Requests per minute for each address that comes to the API without being signed in.
    /// Default 60.
    pub stranger_requests_per_min: u32,
    /// How many threads run jobs: imports, for one. Default 2.
    pub worker_count: usize,
    /// How many connections to the database this process may hold: on SQLite those that read at
    /// once. Default 16.
    pub connection_count_max: usize,
    /// How long one statement of a request or job may run, in milliseconds. Commands such as
    /// `report` have no limit. Default 5,000.
    pub statement_ms_max: u64,
    /// How long requests and jobs under way may still take after the server was asked to stop, in
    /// seconds. Default 10.
    pub drain_s: u64,
    /// What is logged: a level, or levels by part, such as `info,handfast_web=debug`.
    /// Default `info`.
    pub log: String,
    /// The mail server: the table `[mail]`. Default none: letters wait.
    pub mail: MailSettings,
    /// Where calls to partners' systems may go: the table `[webhooks]`. Default public addresses,
    /// by https.
    pub webhooks: WebhookSettings,
}

impl Default for Settings {
    fn default() -> Self {
        let http = handfast_web::Settings::default();
        Self {
            data: PathBuf::new(),
            database: None,
            listen: "127.0.0.1:8420".to_owned(),
            metrics_listen: None,
            base_url: None,
            trusted_proxies: Vec::new(),
            in_flight_max: http.in_flight_max,
            request_timeout_s: http.request_timeout_s,
            token_requests_per_min: http.token_requests_per_min,
            stranger_requests_per_min: http.stranger_requests_per_min,
            worker_count: 2,
            connection_count_max: 16,
            statement_ms_max: 5_000,
            drain_s: 10,
            log: "info".to_owned(),
            mail: MailSettings::default(),
            webhooks: WebhookSettings::default(),
        }
    }
}

impl Settings {
    /// The settings of the data folder: its `handfast.toml`, or the defaults if there is none.
    /// Fails when the file cannot be read or names a key that is not known.
    pub fn of_folder(data: &Path) -> Result<Self> {
        let path = data.join("handfast.toml");
        let mut settings = match std::fs::read_to_string(&path) {
            Ok(text) => toml::from_str(&text)
                .with_context(|| format!("could not understand {}", path.display()))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::default(),
            Err(error) => {
                return Err(error).with_context(|| format!("could not read {}", path.display()));
            }
        };
        data.clone_into(&mut settings.data);
        Ok(settings)
    }

    /// The address of the database.
    pub fn database_url(&self) -> String {
        match &self.database {
            Some(url) => url.clone(),
            None => format!("sqlite:{}", self.data.join("handfast.db").display()),
        }
    }

    /// The folder of uploads that wait to be taken in.
    pub fn uploads(&self) -> PathBuf {
        self.data.join("uploads")
    }

    /// What calls to partners' systems go out with. The server's own address is never called.
    pub fn calling(&self) -> Result<Calling> {
        let own = self.listen.parse::<SocketAddr>().ok().map(|address| address.ip());
        let own = own.filter(|address| !address.is_unspecified());
        self.webhooks.calling(&self.data, own.into_iter().collect())
    }

    /// What of it `web` needs, reached under `base_url`. Fails when a proxy's address is none.
    pub fn http(&self, base_url: String) -> Result<handfast_web::Settings> {
        let range = |text: &String| {
            text.parse()
                .with_context(|| format!("trusted_proxies: {text:?} is no address or range"))
        };
        Ok(handfast_web::Settings {
            base_url,
            trusted_proxies: self.trusted_proxies.iter().map(range).collect::<Result<_>>()?,
            in_flight_max: self.in_flight_max,
            request_timeout_s: self.request_timeout_s,
            token_requests_per_min: self.token_requests_per_min,
            stranger_requests_per_min: self.stranger_requests_per_min,
        })
    }
}

/// The folder `handfast/<name>` in the user's own data folder; in the current folder when the user
/// has none.
pub fn default_folder(name: &str) -> PathBuf {
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/share"));
    std::env::var_os("XDG_DATA_HOME")
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
        .or_else(home)
        .unwrap_or_default()
        .join("handfast")
        .join(name)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_folder_without_a_file_has_the_defaults() {
        let settings = Settings::of_folder(Path::new("/nowhere/at/all")).unwrap();
        assert_eq!(settings.database_url(), "sqlite:/nowhere/at/all/handfast.db");
        assert_eq!(settings.listen, "127.0.0.1:8420");
    }

    #[test]
    fn a_key_that_nobody_knows_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("handfast.toml"), "lisen = \"127.0.0.1:1\"\n").unwrap();
        let error = Settings::of_folder(folder.path()).err().unwrap();
        assert!(format!("{error:#}").contains("lisen"), "{error:#}");
        std::fs::write(folder.path().join("handfast.toml"), "worker_count = 5\n").unwrap();
        assert_eq!(Settings::of_folder(folder.path()).unwrap().worker_count, 5);
    }
}
