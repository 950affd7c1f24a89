//! Many clients at once on one thread: each sends a request, waits for the whole answer, and sends
//! the next, on a connection that is kept open.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use rand::{SeedableRng, rngs::StdRng};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

/// Writes the next request.
pub(crate) type Ask = dyn Fn(&mut StdRng, &mut Vec<u8>) + Send + Sync;

/// What one round gave.
#[derive(Debug, Clone)]
pub(crate) struct Round {
    /// Answers, all of them good.
    pub(crate) count: usize,
    /// Answers per second.
    pub(crate) per_s: f64,
    /// The time that 99 of 100 answers took, in milliseconds.
    pub(crate) p99_ms: f64,
    /// The size of a body, in bytes.
    pub(crate) body_bytes: f64,
}

/// Asks `address` over so many connections for `length`, after `warm`.
pub(crate) fn drive(
    address: &str,
    connections: usize,
    (warm, length): (Duration, Duration),
    ask: &Arc<Ask>,
) -> Result<Round> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let begin = Instant::now() + warm;
        let mut clients = JoinSet::new();
        for _ in 0..connections {
            let span = (begin, begin + length);
            clients.spawn(client(address.to_owned(), span, Arc::clone(ask)));
        }
        let mut times_us = Vec::new();
        let mut body_bytes = 0;
        while let Some(done) = clients.join_next().await {
            let done = done??;
            times_us.extend(done.times_us);
            body_bytes += done.body_bytes;
        }
        times_us.sort_unstable();
        let count = times_us.len();
        ensure!(count > 0, "no request was answered in time");
        let p99_ms = f64::from(times_us[count * 99 / 100]) / 1_000.0;
        Ok(Round {
            count,
            per_s: count as f64 / length.as_secs_f64(),
            p99_ms,
            body_bytes: body_bytes as f64 / count as f64,
        })
    })
}

#[derive(Default)]
struct Client {
    times_us: Vec<u32>,
    body_bytes: usize,
}

/// Counts the answers that came between the two moments.
async fn client(
    address: String,
    (begin, end): (Instant, Instant),
    ask: Arc<Ask>,
) -> Result<Client> {
    let mut connection = Connection::open(&address).await?;
    let mut random = StdRng::from_os_rng();
    let mut request = Vec::new();
    let mut done = Client::default();
    loop {
        request.clear();
        ask(&mut random, &mut request);
        let sent = Instant::now();
        if sent >= end {
            return Ok(done);
        }
        let answer = connection.exchange(&request).await?;
        ensure!((200..300).contains(&answer.status), "the answer was {}", answer.head());
        let now = Instant::now();
        if now >= begin && now < end {
            done.times_us.push((now - sent).as_micros() as u32);
            done.body_bytes += answer.body().len();
        }
    }
}

/// A connection that is kept open.
pub(crate) struct Connection {
    stream: TcpStream,
    bytes: Vec<u8>,
}

/// An answer, as long as the next request has not been sent.
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    bytes: &'a [u8],
    head_len: usize,
}

impl Answer<'_> {
    /// Its first lines.
    pub(crate) fn head(&self) -> String {
        String::from_utf8_lossy(&self.bytes[..self.head_len]).into_owned()
    }

    /// What came behind them, as it was sent.
    pub(crate) fn body(&self) -> &[u8] {
        &self.bytes[self.head_len..]
    }
}

/// The largest answer that is read.
const ANSWER_BYTES_MAX: usize = 4 << 20;

impl Connection {
    pub(crate) async fn open(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, bytes: vec![0; 64 << 10] })
    }

    /// Sends a request and reads the whole answer.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        let (mut len, mut whole) = (0, None);
        while whole.is_none_or(|(_, end)| len < end) {
            if len == self.bytes.len() {
                ensure!(len < ANSWER_BYTES_MAX, "an answer has no end");
                self.bytes.resize(len * 2, 0);
            }
            let count = self.stream.read(&mut self.bytes[len..]).await?;
            if count == 0 {
                bail!("the server closed the connection");
            }
            len += count;
            if whole.is_none() {
                whole = frame(&self.bytes[..len])?;
            }
            if let Some((head_len, usize::MAX)) = whole
                && self.bytes[head_len..len].ends_with(b"0\r\n\r\n")
            {
                len = head_len + unchunk(&mut self.bytes[head_len..len])?;
                break;
            }
        }
        let (head_len, _) = whole.context("an answer without a head")?;
        let status = std::str::from_utf8(&self.bytes[9..12])?.parse()?;
        Ok(Answer { status, bytes: &self.bytes[..len], head_len })
    }
}

/// Where the head ends and where the answer does; `usize::MAX` for one that comes in chunks.
fn frame(bytes: &[u8]) -> Result<Option<(usize, usize)>> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(&bytes[..end])?;
    let head_len = end + 4;
    for line in head.lines() {
        let Some((name, value)) = line.split_once(':') else { continue };
        if name.eq_ignore_ascii_case("content-length") {
            return Ok(Some((head_len, head_len + value.trim().parse::<usize>()?)));
        }
        if name.eq_ignore_ascii_case("transfer-encoding") {
            return Ok(Some((head_len, usize::MAX)));
        }
    }
    Ok(Some((head_len, head_len)))
}

/// Joins the chunks in place; gives how long they are together.
fn unchunk(body: &mut [u8]) -> Result<usize> {
    let (mut from, mut to) = (0, 0);
    loop {
        let line =
            body[from..].windows(2).position(|two| two == b"\r\n").context("half a chunk")?;
        let size = usize::from_str_radix(std::str::from_utf8(&body[from..from + line])?, 16)?;
        from += line + 2;
        if size == 0 {
            return Ok(to);
        }
        ensure!(from + size <= body.len(), "half a chunk");
        body.copy_within(from..from + size, to);
        from += size + 2;
        to += size;
    }
}
