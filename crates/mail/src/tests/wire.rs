//! What goes over the wire, whatever somebody wrote into a letter.

use super::{Answer, Sink, State, World, as_written, by, post, server, worlds};
use crate::{Error, Post, Security, Server, Wrong, send};

fn arrived(world: &World, subject: &str, text: &str) -> crate::testing::Taken {
    let sink = Sink::answering(&[]);
    world.ask(subject, text);
    world.run_with(&sink);
    let mut taken = sink.taken();
    assert_eq!(taken.len(), 1, "exactly one letter: {:?}", sink.said());
    taken.pop().unwrap()
}

#[test]
fn nothing_in_a_subject_begins_another_header() {
    for world in worlds() {
        for subject in [
            "Offered\r\nBcc: eve@example.com",
            "Offered\nBcc: eve@example.com\n\nBuy this",
            "Offered\rBcc: eve@example.com",
        ] {
            let taken = arrived(&world, subject, "Please answer.");
            assert!(taken.headers("Bcc").is_empty());
            assert_eq!(taken.headers("Subject").len(), 1);
            assert_eq!(taken.to, ["TO:<ines@harbour.example>"]);
            assert_eq!(taken.text(), "Please answer.");
        }
    }
}

#[test]
fn nothing_in_an_address_is_said_to_the_server() {
    for world in worlds() {
        for address in [
            "ines@harbour.example>\r\nRCPT TO:<eve@example.com",
            "ines@harbour.example\nBcc: eve@example.com",
            "Ines <ines@harbour.example>",
            "ines",
            "",
        ] {
            let letter = crate::Letter { to: address.to_owned(), ..world.letter("Offered", "x") };
            let now = world.clock.now();
            let refused = world.db.write(move |tx| send(tx, now, &letter)).unwrap_err();
            assert!(matches!(refused, Error::NoAddress(_)), "{address:?}");
        }
        assert!(world.standing().is_empty());
    }
}

#[test]
fn lines_that_are_a_dot_long_or_in_other_letters_arrive_as_they_were_written() {
    for world in worlds() {
        for text in [
            "One\n.\nQUIT\n..two\n.three",
            &format!("A long line: {}\nend", "word ".repeat(2_000)),
            &"x".repeat(5_000),
            "Grüße an Zoë: 27 Cooper’s Wharf, 東京",
            "= =20 trailing space \nand =3D",
        ] {
            let taken = arrived(&world, "Straße für Zoë", text);
            assert_eq!(taken.text(), text);
            assert!(taken.wire.iter().all(|line| line.len() <= 998), "RFC 5321, 4.5.3.1.6");
            assert!(taken.wire.iter().all(|line| line.is_ascii()));
        }
    }
}

#[test]
fn who_wants_tls_says_nothing_to_a_server_without() {
    for world in worlds() {
        let sink = Sink::answering(&[Answer::Take]);
        let server = Server {
            security: Security::Starttls,
            credentials: Some(("aurora".to_owned(), "a secret".to_owned())),
            ..server(&sink)
        };
        world.ask("Offered", "Please answer.");
        world.run(&by(Some(Post::to(&server).unwrap()), as_written()));
        assert_eq!(world.states(), [State::Waiting]);
        let said = sink.said();
        assert!(said.iter().all(|line| !line.starts_with("AUTH") && !line.starts_with("MAIL")));
    }
}

#[test]
fn a_sender_that_is_no_address_is_refused_at_once() {
    let sink = Sink::answering(&[]);
    post(&sink);
    let wrong = Server { from: "Aurora".to_owned(), ..server(&sink) };
    assert!(matches!(Post::to(&wrong), Err(Wrong::From(_))));
}
