//! One call that goes out: to the judged address and no other, with limits on all of it.

use std::{
    io::{ErrorKind, Read, Write},
    net::{IpAddr, TcpStream, ToSocketAddrs},
    sync::Arc,
    time::{Duration, Instant},
};

use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, pki_types::ServerName};

use crate::guard::{Judged, Policy, Resolve, guard};

/// How much of an answer is read at most. Only its head is wanted.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// How many header fields an answer may have.
const FIELD_COUNT_MAX: usize = 100;

/// How long one call may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Until the connection stands. Default 3 seconds.
    pub connect: Duration,
    /// Until the answer is there. Default 15 seconds.
    pub total: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(3), total: Duration::from_secs(15) }
    }
}

/// Makes calls that go out, under a policy.
#[derive(Clone)]
pub struct Caller {
    policy: Policy,
    limits: Limits,
    resolve: Arc<Resolve>,
    tls: Arc<ClientConfig>,
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was answered with this status; 429 and 503 may say after how many seconds to come again.
    Answered {
        /// The status.
        status: u16,
        /// The seconds of `Retry-After`.
        retry_after_s: Option<i64>,
    },
    /// It was not: why, in words that tell nothing of what is behind the address.
    Failed(&'static str),
    /// The guard let it not go out.
    Refused(crate::Refused),
}

/// What is sent: the header fields of its own, and the body.
#[derive(Debug)]
pub struct Message<'a> {
    /// `webhook-id`.
    pub id: &'a str,
    /// `webhook-timestamp`.
    pub at_s: i64,
    /// `webhook-signature`.
    pub signature: &'a str,
    /// JSON.
    pub body: &'a str,
}

impl Caller {
    /// Calls under this policy; names are looked up where the system looks them up.
    pub fn new(policy: Policy, limits: Limits) -> Result<Self, rustls::Error> {
        Self::with(policy, limits, Arc::new(looked_up))
    }

    /// The same, with another way to look names up.
    pub fn with(
        policy: Policy,
        limits: Limits,
        resolve: Arc<Resolve>,
    ) -> Result<Self, rustls::Error> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { policy, limits, resolve, tls: Arc::new(tls) })
    }

    /// The policy it calls under.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Posts `message`, judging the address anew. Blocks: at most as long as the limits say.
    pub fn post(&self, url: &str, message: &Message<'_>) -> Outcome {
        let judged = match guard(url, &self.policy, &*self.resolve) {
            Ok(judged) => judged,
            Err(refused) => return Outcome::Refused(refused),
        };
        self.exchange(&judged, message).unwrap_or_else(Outcome::Failed)
    }

    fn exchange(&self, to: &Judged, message: &Message<'_>) -> Result<Outcome, &'static str> {
        let until = Instant::now() + self.limits.total;
        let stream = TcpStream::connect_timeout(&to.address, self.limits.connect);
        let stream = stream.map_err(|error| said(error.kind(), "no connection"))?;
        // Where a system sends connections elsewhere, nothing is said there.
        if stream.peer_addr().ok() != Some(to.address) {
            return Err("no connection");
        }
        let mut timed = Timed { stream, until };
        if !to.is_secure {
            return spoken(&mut timed, to, message);
        }
        let name = ServerName::try_from(to.host.clone()).map_err(|_| "no secure connection")?;
        let connection = ClientConnection::new(self.tls.clone(), name);
        let connection = connection.map_err(|_| "no secure connection")?;
        spoken(&mut StreamOwned::new(connection, timed), to, message)
    }
}

fn looked_up(name: &str) -> Vec<IpAddr> {
    (name, 0).to_socket_addrs().map(|found| found.map(|one| one.ip()).collect()).unwrap_or_default()
}

fn spoken(
    stream: &mut (impl Read + Write),
    to: &Judged,
    message: &Message<'_>,
) -> Result<Outcome, &'static str> {
    let Message { id, at_s, signature, body } = message;
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: {}\r\nuser-agent: Handfast\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\nwebhook-id: {id}\r\n\
         webhook-timestamp: {at_s}\r\nwebhook-signature: {signature}\r\n\r\n",
        to.target,
        to.authority,
        body.len()
    );
    let sent = stream.write_all(format!("{head}{body}").as_bytes()).and_then(|()| stream.flush());
    sent.map_err(|error| said(error.kind(), "the connection broke"))?;
    let mut answer = Vec::new();
    let mut part = [0; 4096];
    loop {
        let count = stream.read(&mut part);
        let count = count.map_err(|error| said(error.kind(), "the connection broke"))?;
        answer.extend_from_slice(&part[..count]);
        if let Some(outcome) = read_head(&answer)? {
            return Ok(outcome);
        }
        if count == 0 {
            return Err("the connection ended before the answer");
        }
        if answer.len() > ANSWER_BYTES_MAX {
            return Err("the answer has too long a head");
        }
    }
}

/// The answer, if its head is whole. What comes after is not looked at.
fn read_head(bytes: &[u8]) -> Result<Option<Outcome>, &'static str> {
    let mut fields = [httparse::EMPTY_HEADER; FIELD_COUNT_MAX];
    let mut head = httparse::Response::new(&mut fields);
    let parsed = head.parse(bytes).map_err(|_| "the answer was not HTTP")?;
    let httparse::Status::Complete(length) = parsed else { return Ok(None) };
    let status = head.code.ok_or("the answer was not HTTP")?;
    if (100..200).contains(&status) {
        return read_head(&bytes[length..]);
    }
    let field = head.headers.iter().find(|field| field.name.eq_ignore_ascii_case("retry-after"));
    let text = field.and_then(|field| std::str::from_utf8(field.value).ok());
    let retry_after_s = text.and_then(|text| text.trim().parse().ok());
    Ok(Some(Outcome::Answered { status, retry_after_s }))
}

fn said(kind: ErrorKind, otherwise: &'static str) -> &'static str {
    match kind {
        ErrorKind::TimedOut | ErrorKind::WouldBlock => "no answer in time",
        _ => otherwise,
    }
}

/// A connection that ends at a moment, however slowly the other side drips.
struct Timed {
    stream: TcpStream,
    until: Instant,
}

impl Timed {
    fn left(&self) -> std::io::Result<Option<Duration>> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(Some(left)) }
    }
}

impl Read for Timed {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        self.stream.set_read_timeout(self.left()?)?;
        self.stream.read(bytes)
    }
}

impl Write for Timed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.stream.set_write_timeout(self.left()?)?;
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.stream.flush()
    }
}
