//! The way to the mail server, by SMTP.

use std::time::{Duration, SystemTime};

use handfast_kit::TimeMs;
use lettre::{
    Address, Message, SmtpTransport, Transport,
    message::{
        Body, Mailbox,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
    transport::smtp::{
        authentication::Credentials,
        client::{Tls, TlsParameters},
        extension::ClientId,
    },
};
use serde::Deserialize;

use crate::{Letter, LetterId, Written, rules};

/// How long the server may take for each answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// How the way to the server is kept from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Security {
    /// Begins in the open and turns to TLS before anything is said; a server that cannot is not
    /// spoken to.
    #[default]
    Starttls,
    /// TLS from the first byte.
    Tls,
    /// None: for a server on the same machine.
    None,
}

/// A mail server, and as whom to speak to it.
#[derive(Clone)]
pub struct Server {
    /// Its name; with TLS the one in its certificate.
    pub host: String,
    /// Its port; `None` for the usual one of `security`.
    pub port: Option<u16>,
    /// How the way to it is kept from others.
    pub security: Security,
    /// Name and password, if it wants any.
    pub credentials: Option<(String, String)>,
    /// Whom letters are from: `Aurora Cycles <hello@aurora.example>`.
    pub from: String,
}

/// Why there is no way to a mail server like this.
#[derive(Debug, thiserror::Error)]
pub enum Wrong {
    /// The sender is no address.
    #[error("{0:?} is no sender; write `Name <name@example.com>`")]
    From(String),
    /// TLS cannot be set up.
    #[error("TLS to the mail server cannot be set up: {0}")]
    Tls(String),
}

/// A way to the mail server.
#[derive(Clone)]
pub struct Post {
    transport: SmtpTransport,
    from: Mailbox,
}

/// Why a letter was not sent.
#[derive(Debug)]
pub(crate) struct Unsent {
    /// The same letter would be refused again.
    pub(crate) is_for_good: bool,
    /// The kind of failure; names nobody.
    pub(crate) why: String,
    /// What was said; may name addresses.
    pub(crate) said: String,
}

impl Unsent {
    fn unwritable(said: impl ToString) -> Self {
        let why = "the letter cannot be written".to_owned();
        Self { is_for_good: true, why, said: said.to_string() }
    }
}

/// Whether letters can go to this address.
pub(crate) fn is_address(text: &str) -> bool {
    text.len() <= 254 && text.parse::<Address>().is_ok()
}

impl Post {
    /// The way to this server. Does not speak to it yet.
    pub fn to(server: &Server) -> Result<Self, Wrong> {
        let from: Mailbox = server.from.parse().map_err(|_| Wrong::From(server.from.clone()))?;
        let tls = || {
            TlsParameters::new(server.host.clone()).map_err(|error| Wrong::Tls(error.to_string()))
        };
        let (tls, port) = match server.security {
            Security::Starttls => (Tls::Required(tls()?), 587),
            Security::Tls => (Tls::Wrapper(tls()?), 465),
            Security::None => (Tls::None, 25),
        };
        let mut way = SmtpTransport::builder_dangerous(&server.host)
            .port(server.port.unwrap_or(port))
            .tls(tls)
            .timeout(Some(ANSWER_WITHIN))
            .hello_name(ClientId::Domain(from.email.domain().to_owned()));
        if let Some((name, password)) = &server.credentials {
            way = way.credentials(Credentials::new(name.clone(), password.clone()));
        }
        Ok(Self { transport: way.build(), from })
    }

    /// Sends a letter, once; blocks until the server has answered.
    pub(crate) fn send(
        &self,
        id: LetterId,
        letter: &Letter,
        written: &Written,
        now: TimeMs,
    ) -> Result<(), Unsent> {
        let message = self.message(id, letter, written, now)?;
        match self.transport.send(&message) {
            Ok(_) => Ok(()),
            Err(error) => {
                let code = error.status().map(u16::from);
                Err(Unsent {
                    is_for_good: code.is_some_and(rules::is_refused_for_good),
                    why: match code {
                        Some(code) => format!("the mail server answered {code}"),
                        None => "the mail server could not be spoken to".to_owned(),
                    },
                    said: error.to_string(),
                })
            }
        }
    }

    fn message(
        &self,
        id: LetterId,
        letter: &Letter,
        written: &Written,
        now: TimeMs,
    ) -> Result<Message, Unsent> {
        let to: Address = letter.to.parse().map_err(Unsent::unwritable)?;
        let domain = self.from.email.domain();
        let since_epoch = Duration::from_millis(u64::try_from(now.0).unwrap_or(0));
        // Breaks lines of any length, and leaves words that people can read on the wire.
        let printable = ContentTransferEncoding::QuotedPrintable;
        let body = Body::new_with_encoding(written.text.clone(), printable)
            .map_err(|_| Unsent::unwritable("quoted-printable takes any text"))?;
        let auto = HeaderName::new_from_ascii_str("Auto-Submitted");
        Message::builder()
            .message_id(Some(format!("<{id}@{domain}>")))
            .references(format!("<{}@{domain}>", letter.thread))
            .date(SystemTime::UNIX_EPOCH + since_epoch)
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(rules::subject(&written.subject))
            // So that no out-of-office answer comes back (RFC 3834).
            .raw_header(HeaderValue::new(auto, "auto-generated".to_owned()))
            .header(ContentType::TEXT_PLAIN)
            .body(body)
            .map_err(Unsent::unwritable)
    }
}
