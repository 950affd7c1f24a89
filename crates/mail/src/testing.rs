//! A mail server that keeps what it is sent, over a real connection: for tests.
#![allow(clippy::unwrap_used)]

use std::{
    collections::VecDeque,
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

/// What the server does with the next letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Takes it.
    Take,
    /// Says this to the recipient: `550 nobody here`.
    Say(&'static str),
    /// Takes it, and breaks off before it says so.
    BreakOff,
}

/// A letter as it came over the wire.
#[derive(Debug, Clone, Default)]
pub struct Taken {
    /// The whole of `MAIL` behind the word.
    pub from: String,
    /// The whole of each `RCPT` behind the word.
    pub to: Vec<String>,
    /// The lines between `DATA` and the dot, as sent.
    pub wire: Vec<String>,
}

impl Taken {
    /// The header lines with this name, continued lines joined.
    pub fn headers(&self, name: &str) -> Vec<String> {
        let mut joined: Vec<String> = Vec::new();
        for line in self.wire.iter().take_while(|line| !line.is_empty()) {
            match joined.last_mut() {
                Some(last) if line.starts_with(' ') => last.push_str(line),
                _ => joined.push(line.clone()),
            }
        }
        let prefix = format!("{}:", name.to_lowercase());
        let is_it = |line: &&String| line.to_lowercase().starts_with(&prefix);
        joined.iter().filter(is_it).map(|line| line[prefix.len()..].trim().to_owned()).collect()
    }

    /// The words, decoded.
    pub fn text(&self) -> String {
        let lines = self.wire.iter().skip_while(|line| !line.is_empty()).skip(1);
        // A line that begins with a dot was sent with one more (RFC 5321, 4.5.2).
        let lines = lines.map(|line| line.strip_prefix('.').unwrap_or(line));
        let encoding = self.headers("Content-Transfer-Encoding").pop().unwrap_or_default();
        let body: Vec<&str> = lines.collect();
        if encoding == "quoted-printable" { quoted(&body) } else { body.join("\n") }
    }
}

/// The text behind `=C3=BC` and soft line ends.
fn quoted(lines: &[&str]) -> String {
    let mut bytes = Vec::new();
    for line in lines {
        let soft = line.ends_with('=');
        let mut rest = line.strip_suffix('=').unwrap_or(line).bytes();
        while let Some(byte) = rest.next() {
            if byte == b'=' {
                let pair = [rest.next().unwrap(), rest.next().unwrap()];
                let hex = std::str::from_utf8(&pair).unwrap();
                bytes.push(u8::from_str_radix(hex, 16).unwrap());
            } else {
                bytes.push(byte);
            }
        }
        if !soft {
            bytes.push(b'\n');
        }
    }
    String::from_utf8(bytes).unwrap().trim_end_matches('\n').to_owned()
}

#[derive(Default)]
struct Kept {
    letters: Mutex<Vec<Taken>>,
    /// Every command of every client.
    said: Mutex<Vec<String>>,
    answers: Mutex<VecDeque<Answer>>,
    is_over: AtomicBool,
}

/// A running server; it ends when it is dropped.
pub struct Sink {
    /// Where it listens.
    pub address: SocketAddr,
    kept: Arc<Kept>,
    thread: Option<JoinHandle<()>>,
}

impl Sink {
    /// A server that answers letters like this, one after the other, and takes all after them.
    pub fn answering(answers: &[Answer]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let kept = Arc::new(Kept::default());
        kept.answers.lock().unwrap().extend(answers.iter().cloned());
        let keeps = Arc::clone(&kept);
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if keeps.is_over.load(Ordering::SeqCst) {
                    return;
                }
                let keeps = Arc::clone(&keeps);
                thread::spawn(move || converse(&stream.unwrap(), &keeps));
            }
        });
        Self { address, kept, thread: Some(thread) }
    }

    /// The letters it took, or broke off at, in their order.
    pub fn taken(&self) -> Vec<Taken> {
        self.kept.letters.lock().unwrap().clone()
    }

    /// Every command of every client.
    pub fn said(&self) -> Vec<String> {
        self.kept.said.lock().unwrap().clone()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.kept.is_over.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address)); // wakes the listener
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn converse(stream: &TcpStream, kept: &Kept) {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let reply = |text: &str| {
        let mut out = stream;
        let _ = out.write_all(format!("{text}\r\n").as_bytes());
    };
    reply("220 sink ready");
    let mut letter = Taken::default();
    let mut answer = Answer::Take;
    while let Some(line) = lines.next() {
        kept.said.lock().unwrap().push(line.clone());
        let (word, rest) = line.split_once(' ').unwrap_or((&line, ""));
        match word.to_uppercase().as_str() {
            "EHLO" | "HELO" => reply("250-sink\r\n250 8BITMIME"),
            "MAIL" => {
                letter = Taken { from: rest.to_owned(), ..Taken::default() };
                answer = kept.answers.lock().unwrap().pop_front().unwrap_or(Answer::Take);
                reply("250 ok");
            }
            "RCPT" => {
                if let Answer::Say(text) = answer {
                    reply(text);
                } else {
                    letter.to.push(rest.to_owned());
                    reply("250 ok");
                }
            }
            "DATA" => {
                reply("354 go on");
                let mut is_whole = false;
                let until_dot = lines.by_ref().take_while(|line| {
                    is_whole = line == ".";
                    !is_whole
                });
                letter.wire = until_dot.collect();
                if !is_whole {
                    return; // who wrote it is gone: no letter was sent
                }
                kept.letters.lock().unwrap().push(letter.clone());
                if answer == Answer::BreakOff {
                    return;
                }
                reply("250 taken");
            }
            "QUIT" => {
                reply("221 bye");
                return;
            }
            _ => reply("502 what?"),
        }
    }
}
