//! A receiver over a real connection, which behaves as it is told to.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::mpsc::{Receiver as Heard, Sender, channel},
    thread,
};

/// How it answers.
#[derive(Debug, Clone, Copy)]
pub(super) enum Answer {
    /// With these bytes.
    Bytes(&'static str),
    /// By going away.
    Gone,
    /// Not at all, until the other side gives up.
    Never,
    /// With a head, and a body that does not end.
    Endless,
    /// With a head that does not end.
    EndlessHead,
}

/// One receiver.
pub(super) struct Receiver {
    pub(super) address: SocketAddr,
    heard: Heard<String>,
}

impl Receiver {
    pub(super) fn new(answer: Answer) -> Self {
        Self::of(vec![answer])
    }

    /// One that answers one call after the other like this.
    pub(super) fn of(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, heard) = channel();
        thread::spawn(move || {
            for (stream, answer) in listener.incoming().zip(answers) {
                take(stream.unwrap(), answer, &tell);
            }
        });
        Self { address, heard }
    }

    /// The request that came in, whole.
    pub(super) fn heard(&self) -> String {
        self.heard.recv().unwrap()
    }
}

fn take(mut stream: TcpStream, answer: Answer, tell: &Sender<String>) {
    let mut text = Vec::new();
    let mut byte = [0];
    while !text.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        text.push(byte[0]);
    }
    let head = String::from_utf8(text).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    stream.read_exact(&mut body).unwrap();
    let whole = head + std::str::from_utf8(&body).unwrap();
    // Nobody listens where only the answer matters.
    let _ = tell.send(whole);
    let endless =
        |stream: &mut TcpStream, text: &str| while stream.write_all(text.as_bytes()).is_ok() {};
    match answer {
        Answer::Bytes(text) => stream.write_all(text.as_bytes()).unwrap(),
        Answer::Gone => {}
        Answer::Never => {
            let _ = stream.read(&mut byte);
        }
        Answer::Endless => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").unwrap();
            endless(&mut stream, "4\r\nmore\r\n");
        }
        Answer::EndlessHead => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nx: ").unwrap();
            endless(&mut stream, "and so on ");
        }
    }
}
