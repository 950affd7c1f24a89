//! Harbour Wheelworks is called, and answers in all the ways there are.

use std::{sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use handfast_kit::TimeMs;

use super::receiver::{Answer, Receiver};
use crate::{Caller, Limits, Message, Outcome, Plain, Policy, Refused, Secret, signatures};

const BODY: &str = r#"{"type":"hand_off.offered"}"#;

fn caller(receiver: &Receiver, limits: Limits) -> Caller {
    let policy = Policy {
        plain: Plain::Taken,
        ports: vec![receiver.address.port()],
        allowed: vec![receiver.address.ip()],
        own: Vec::new(),
    };
    let ip = receiver.address.ip();
    Caller::with(policy, limits, Arc::new(move |_: &str| vec![ip])).unwrap()
}

fn called(answer: Answer, limits: Limits) -> Outcome {
    let receiver = Receiver::new(answer);
    let message = Message { id: "msg_1", at_s: 1_773_308_400, signature: "v1,x", body: BODY };
    let url = format!("http://harbour.example:{}/hooks", receiver.address.port());
    caller(&receiver, limits).post(&url, &message)
}

fn status(text: &'static str) -> Outcome {
    called(Answer::Bytes(text), Limits::default())
}

fn answered(status: u16) -> Outcome {
    Outcome::Answered { status, retry_after_s: None }
}

#[test]
fn what_harbour_answers_is_what_is_known() {
    assert_eq!(status("HTTP/1.1 200 OK\r\n\r\n"), answered(200));
    assert_eq!(status("HTTP/1.1 204 No Content\r\n\r\n"), answered(204));
    assert_eq!(status("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\n\r\n"), answered(201));
    assert_eq!(status("HTTP/1.1 400 Bad Request\r\n\r\n"), answered(400));
    assert_eq!(status("HTTP/1.1 410 Gone\r\n\r\n"), answered(410));
    assert_eq!(status("HTTP/1.1 500 Oh\r\n\r\n"), answered(500));
    let later = Outcome::Answered { status: 429, retry_after_s: Some(120) };
    assert_eq!(status("HTTP/1.1 429 Later\r\nRetry-After: 120\r\n\r\n"), later);
    assert_eq!(status("HTTP/1.1 503 Later\r\nRetry-After: Fri, 31 Dec\r\n\r\n"), answered(503));
    assert_eq!(status("220 mail.example\r\n"), Outcome::Failed("the answer was not HTTP"));
}

#[test]
fn a_redirect_is_not_followed() {
    let inside = Receiver::new(Answer::Bytes("HTTP/1.1 200 OK\r\n\r\n"));
    let to = format!("HTTP/1.1 301 Moved\r\nlocation: http://{}/\r\n\r\n", inside.address);
    assert_eq!(status(to.leak()), answered(301));
}

#[test]
fn who_goes_away_hangs_or_never_ends_is_left() {
    let short = Limits { total: Duration::from_millis(200), ..Limits::default() };
    assert_eq!(called(Answer::Never, short), Outcome::Failed("no answer in time"));
    let long = Limits::default();
    assert!(matches!(called(Answer::Gone, long), Outcome::Failed(_)));
    assert_eq!(called(Answer::Endless, long), answered(200));
    assert_eq!(
        called(Answer::EndlessHead, long),
        Outcome::Failed("the answer has too long a head")
    );
}

#[test]
fn a_call_that_is_refused_never_goes_out() {
    let message = Message { id: "msg_1", at_s: 0, signature: "v1,x", body: BODY };
    let caller = Caller::new(Policy::default(), Limits::default()).unwrap();
    let refused = caller.post("https://169.254.169.254/", &message);
    assert_eq!(refused, Outcome::Refused(Refused::NotPublic));
}

/// HMAC by the book (RFC 2104), over another SHA-256 than the one that signs.
fn hmac(key: &[u8], words: &[u8]) -> Vec<u8> {
    use sha2::{Digest, Sha256};
    let pad = |with: u8| {
        let mut block = [with; 64];
        block.iter_mut().zip(key).for_each(|(one, byte)| *one ^= byte);
        block
    };
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(words).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().to_vec()
}

#[test]
fn harbour_checks_who_called_with_either_secret_while_both_hold() {
    let receiver = Receiver::new(Answer::Bytes("HTTP/1.1 200 OK\r\n\r\n"));
    let secrets = [Secret::random().unwrap(), Secret::random().unwrap()];
    let now = TimeMs(1_773_308_400_123);
    let signature = signatures(&secrets, "msg_7", now, BODY);
    let message = Message { id: "msg_7", at_s: 1_773_308_400, signature: &signature, body: BODY };
    let url = format!("http://harbour.example:{}/hooks?a=b", receiver.address.port());
    let outcome = caller(&receiver, Limits::default()).post(&url, &message);
    assert_eq!(outcome, answered(200));

    let heard = receiver.heard();
    let (head, body) = heard.split_once("\r\n\r\n").unwrap();
    let field = |name: &str| {
        head.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned).unwrap()
    };
    assert!(head.starts_with("POST /hooks?a=b HTTP/1.1\r\n"), "{head}");
    let host = format!("harbour.example:{}", receiver.address.port());
    assert_eq!(field("host: "), host);
    let signed = format!("{}.{}.{body}", field("webhook-id: "), field("webhook-timestamp: "));
    let expected = secrets.each_ref().map(|secret| {
        let key = STANDARD.decode(secret.shown().strip_prefix("whsec_").unwrap()).unwrap();
        format!("v1,{}", STANDARD.encode(hmac(&key, signed.as_bytes())))
    });
    assert_eq!(field("webhook-signature: "), expected.join(" "));
}
