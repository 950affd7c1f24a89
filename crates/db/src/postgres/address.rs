//! Where the server is, and whether the way to it is encrypted.

use std::{sync::Arc, time::Duration};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use tokio_postgres::config::{Config, Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::OpenError;

/// A server's address.
pub(super) struct Address {
    pub(super) config: Config,
    /// How to encrypt; `None` sends everything in the clear.
    pub(super) tls: Option<MakeRustlsConnect>,
}

impl Address {
    /// Reads `postgres://user:password@host:port/name?sslmode=..`.
    ///
    /// `sslmode` is `disable`, or `verify-full`, which encrypts and checks the server's certificate
    /// and name; `require` and `verify-ca` mean that as well. Without it, a server on this machine
    /// is spoken to in the clear and any other by `verify-full`. `sslrootcert` names a PEM file of
    /// authorities to trust instead of the system's.
    pub(super) fn parse(url: &str) -> Result<Self, OpenError> {
        let (url, mode, root) = without_tls_options(url);
        let mut config: Config = url.parse().map_err(|error: tokio_postgres::Error| {
            // The driver names the option it did not understand, never its value.
            OpenError::Url(std::error::Error::source(&error).map_or_else(
                || "it is not of the form postgres://user@host/name".to_owned(),
                ToString::to_string,
            ))
        })?;
        config
            .application_name("handfast")
            .connect_timeout(Duration::from_secs(5))
            .tcp_user_timeout(Duration::from_secs(20))
            .keepalives_idle(Duration::from_mins(1));
        let encrypted = match mode.as_deref() {
            Some("disable") => false,
            Some("require" | "verify-ca" | "verify-full") => true,
            None => !config.get_hosts().iter().all(is_here),
            Some(other) => {
                return Err(OpenError::Url(format!(
                    "sslmode={other} is not supported; use verify-full, or disable on a network \
                     that nobody else can listen to"
                )));
            }
        };
        config.ssl_mode(if encrypted { SslMode::Require } else { SslMode::Disable });
        let tls = if encrypted { Some(connector(root.as_deref())?) } else { None };
        Ok(Self { config, tls })
    }
}

fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost"
                || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

/// Takes `sslmode` and `sslrootcert` out of the address: the driver knows only half of them.
fn without_tls_options(url: &str) -> (String, Option<String>, Option<String>) {
    let Some((base, options)) = url.split_once('?') else { return (url.to_owned(), None, None) };
    let (mut mode, mut root) = (None, None);
    let mut rest = Vec::new();
    for option in options.split('&') {
        match option.split_once('=') {
            Some(("sslmode", value)) => mode = Some(value.to_owned()),
            Some(("sslrootcert", value)) => root = Some(value.to_owned()),
            _ => rest.push(option),
        }
    }
    let rest = rest.join("&");
    let url = if rest.is_empty() { base.to_owned() } else { format!("{base}?{rest}") };
    (url, mode, root)
}

fn connector(root: Option<&str>) -> Result<MakeRustlsConnect, OpenError> {
    let mut roots = RootCertStore::empty();
    if let Some(path) = root {
        let wrong = |error| OpenError::Url(format!("sslrootcert={path}: {error}"));
        for certificate in CertificateDer::pem_file_iter(path).map_err(wrong)? {
            let added = roots.add(certificate.map_err(wrong)?);
            added.map_err(|error| OpenError::Url(format!("sslrootcert={path}: {error}")))?;
        }
    } else {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    if roots.is_empty() {
        return Err(OpenError::Url(
            "there is no authority to trust on this system; name one with sslrootcert=FILE".into(),
        ));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| OpenError::Url(format!("TLS cannot be used: {error}")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_server_elsewhere_is_spoken_to_in_cipher_unless_told_otherwise() {
        let mode = |url: &str| Address::parse(url).map(|address| address.tls.is_some());
        assert!(!mode("postgres://app@127.0.0.1:5432/handfast").unwrap());
        assert!(!mode("postgres://app@localhost/handfast").unwrap());
        assert!(!mode("postgres://app@db.example.com/handfast?sslmode=disable").unwrap());
        let roots = "connect_timeout=3&sslrootcert=/nonexistent.pem";
        let refused = mode(&format!("postgres://app@db.example.com/handfast?{roots}"));
        assert!(refused.unwrap_err().to_string().contains("sslrootcert"));
        let weak = mode("postgres://app:secret@db.example.com/handfast?sslmode=prefer");
        let text = weak.unwrap_err().to_string();
        assert!(text.contains("sslmode=prefer") && !text.contains("secret"), "{text}");
    }
}
