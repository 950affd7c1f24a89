//! Those who work while the server is killed: each remembers what it asked and what it was told.

use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::atomic::{AtomicUsize, Ordering},
};

use serde_json::{Value, json};

use crate::stage::Party;

/// The connection broke before the answer was whole: the server is gone.
#[derive(Debug)]
pub(crate) struct Cut;

/// One write that was asked for.
pub(crate) struct Attempt {
    pub(crate) token: String,
    pub(crate) path: String,
    pub(crate) body: Value,
    pub(crate) key: String,
    /// What was answered, if anything was.
    pub(crate) answer: Option<Value>,
}

/// What a worker does again and again.
pub(crate) enum Work {
    /// Hands a case to each partner and back; all accept.
    HandOn { customer: String, case: String },
    /// Tells changes of these customers' addresses; one partner applies them, one wrongly.
    Move { customers: Vec<String> },
    /// Fetches what is signed of the ledger.
    Keep,
}

pub(crate) struct Worker {
    pub(crate) name: String,
    pub(crate) work: Work,
    /// The brand first, then the partners.
    pub(crate) parties: Vec<Party>,
    pub(crate) attempts: Vec<Attempt>,
    /// The last checkpoint that it was given.
    pub(crate) kept: Option<String>,
}

/// A whole answer.
pub(crate) struct Came {
    pub(crate) status: u16,
    /// Whether it is that of an earlier request with the same key.
    pub(crate) is_replayed: bool,
    pub(crate) body: String,
}

/// Sends a request and reads the whole answer.
pub(crate) fn send(
    address: &str,
    token: &str,
    (method, path): (&str, &str),
    write: Option<(&Value, &str)>,
) -> Result<Came, Cut> {
    let (body, more) = match write {
        Some((body, key)) => (
            body.to_string(),
            format!("Content-Type: application/json\r\nIdempotency-Key: {key}\r\n"),
        ),
        None => (String::new(), String::new()),
    };
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
         Authorization: Bearer {token}\r\n{more}Content-Length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = TcpStream::connect(address).map_err(|_| Cut)?;
    stream.write_all(format!("{head}{body}").as_bytes()).map_err(|_| Cut)?;
    whole_answer(stream).ok_or(Cut)
}

/// The answer, if it came whole.
fn whole_answer(mut stream: TcpStream) -> Option<Came> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let field = |wanted: &str| {
        let mut fields = head.lines().filter_map(|line| line.split_once(": "));
        fields.find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value)
    };
    let is_replayed = field("idempotency-replayed").is_some();
    let is_whole = field("content-length")?.parse() == Ok(body.len());
    is_whole.then(|| Came { status, is_replayed, body: body.to_owned() })
}

impl Worker {
    /// Works until the server is gone. `begun` counts writes.
    pub(crate) fn work_until_cut(&mut self, address: &str, begun: &AtomicUsize) {
        loop {
            let done = match &self.work {
                Work::HandOn { .. } => self.hand_on(address, begun),
                Work::Move { .. } => self.tell_moves(address, begun),
                Work::Keep => self.keep(address),
            };
            if done.is_err() {
                return;
            }
        }
    }

    /// Asks for a write; what is answered must be a yes.
    fn asks(
        &mut self,
        (address, begun): (&str, &AtomicUsize),
        by: usize,
        path: String,
        body: Value,
    ) -> Result<Value, Cut> {
        let key = format!("{}-{}", self.name, self.attempts.len());
        let token = self.parties[by].token.clone();
        self.attempts.push(Attempt { token, path, body, key, answer: None });
        let attempt = self.attempts.last_mut().unwrap();
        begun.fetch_add(1, Ordering::SeqCst);
        let write = Some((&attempt.body, attempt.key.as_str()));
        let came = send(address, &attempt.token, ("POST", &attempt.path), write)?;
        let is_done = (200..300).contains(&came.status);
        assert!(is_done, "{} {}: {}", attempt.path, attempt.body, came.body);
        let told: Value = serde_json::from_str(&came.body).unwrap();
        attempt.answer = Some(told.clone());
        Ok(told)
    }

    fn hand_on(&mut self, address: &str, begun: &AtomicUsize) -> Result<(), Cut> {
        let Work::HandOn { customer, case } = &self.work else { return Ok(()) };
        let (customer, thing) = (customer.clone(), format!("case:{case}"));
        for (holder, to) in [(0, 1), (1, 0), (0, 2), (2, 0)] {
            let offer = json!({
                "customer_id": customer, "thing": thing, "to_id": self.parties[to].id,
                "words": "She needs it by Friday", "incomplete_ok": true,
            });
            let made =
                self.asks((address, begun), holder, "/api/v1/hand-offs".to_owned(), offer)?;
            let id = made["id"].as_str().unwrap();
            let path = format!("/api/v1/hand-offs/{id}/acceptance");
            let accepted = self.asks((address, begun), to, path, json!({}))?;
            assert_eq!(accepted["state"], "accepted");
        }
        Ok(())
    }

    fn tell_moves(&mut self, address: &str, begun: &AtomicUsize) -> Result<(), Cut> {
        let Work::Move { customers } = &mut self.work else { return Ok(()) };
        let customer = customers.pop().ok_or(Cut)?;
        let moved = |flat: &str| {
            let street = format!("{flat}, 27 Cooper’s Wharf");
            json!({ "address": { "street": street, "city": "Bristol", "postcode": "BS1 6ZZ" } })
        };
        let told = json!({ "changed": "address", "value": moved("Flat 4"), "by_customer": true });
        let path = format!("/api/v1/customers/{customer}/changes");
        let change = self.asks((address, begun), 0, path, told)?;
        let obligations = change["obligations"].as_array().unwrap().clone();
        for (party, flat, state) in [(1, "Flat 4", "verified"), (2, "Flat 14", "mismatch")] {
            let id = &self.parties[party].id;
            let mine = obligations.iter().find(|one| one["organisation_id"] == **id).unwrap();
            let path = format!("/api/v1/obligations/{}", mine["id"].as_str().unwrap());
            let asks = (address, begun);
            self.asks(asks, party, format!("{path}/acceptance"), json!({}))?;
            self.asks(asks, party, format!("{path}/applied"), json!({ "words": "" }))?;
            let held = json!({ "value": moved(flat) });
            let read = self.asks(asks, party, format!("{path}/read-back"), held)?;
            assert_eq!(read["state"], state);
        }
        Ok(())
    }

    fn keep(&mut self, address: &str) -> Result<(), Cut> {
        let asked = ("GET", "/api/v1/ledger/checkpoint");
        let came = send(address, &self.parties[1].token, asked, None)?;
        if came.status == 200 {
            self.kept = Some(came.body);
        }
        Ok(())
    }
}
