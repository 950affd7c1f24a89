//! Stories of letters, on each engine, told to a mail server over a real connection.
#![allow(clippy::unwrap_used)]

mod wire;

use std::{sync::Arc, thread};

use handfast_db::{Db, Fault, Migration, testing};
use handfast_kit::{Clock, NetworkId, OrganisationId, TimeMs};
use handfast_queue::{Handlers, run_due};

use crate::{
    Error, JOB_KIND, KEPT_MS, Letter, LetterId, Post, Security, Server, Standing, State, ThreadId,
    Writer, as_written, counts, dead, forget_old, handler, of_thread, revive, send, store,
    testing::{Answer, Sink},
    wake, withdraw,
};

const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "0001_organisations_and_people",
        text: include_str!("../../../../migrations/0001_organisations_and_people.sql"),
    },
    Migration {
        name: "0005_intake_and_requests",
        text: include_str!("../../../../migrations/0005_intake_and_requests.sql"),
    },
    Migration { name: "0017_outbox", text: include_str!("../../../../migrations/0017_outbox.sql") },
];

struct World {
    db: Db,
    clock: Clock,
    network: NetworkId,
    /// Harbour Wheelworks, a workshop.
    harbour: OrganisationId,
    /// The hand-off that letters are about.
    repair: ThreadId,
}

/// A fresh world on each engine that is there.
fn worlds() -> Vec<World> {
    testing::databases(MIGRATIONS)
        .into_iter()
        .map(|(_, db)| World {
            db,
            clock: Clock::standing_at(TimeMs(1_773_308_400_000)),
            network: NetworkId::random(),
            harbour: OrganisationId::random(),
            repair: ThreadId::random(),
        })
        .collect()
}

impl World {
    fn letter(&self, subject: &str, text: &str) -> Letter {
        Letter {
            network: self.network,
            organisation: self.harbour,
            thread: self.repair,
            kind: "hand_off".to_owned(),
            to: "ines@harbour.example".to_owned(),
            subject: subject.to_owned(),
            text: text.to_owned(),
        }
    }

    fn ask(&self, subject: &str, text: &str) -> LetterId {
        let (letter, now) = (self.letter(subject, text), self.clock.now());
        self.db.write(move |tx| send(tx, now, &letter)).unwrap()
    }

    fn run(&self, handlers: &Handlers) -> usize {
        run_due(&self.db, &self.clock, handlers).unwrap()
    }

    fn run_with(&self, sink: &Sink) -> usize {
        self.run(&by(Some(post(sink)), as_written()))
    }

    fn standing(&self) -> Vec<Standing> {
        let (network, thread) = (self.network, self.repair);
        self.db.read(move |cx| of_thread(cx, network, thread)).unwrap()
    }

    fn states(&self) -> Vec<State> {
        self.standing().iter().map(|letter| letter.state).collect()
    }

    fn kept(&self) -> Vec<(String, String, String)> {
        let harbour = self.harbour;
        self.db.read(move |cx| store::kept(cx, harbour)).unwrap()
    }
}

fn server(sink: &Sink) -> Server {
    Server {
        host: sink.address.ip().to_string(),
        port: Some(sink.address.port()),
        security: Security::None,
        credentials: None,
        from: "Aurora Cycles <hello@aurora.example>".to_owned(),
    }
}

fn post(sink: &Sink) -> Post {
    Post::to(&server(sink)).unwrap()
}

fn by(post: Option<Post>, writer: Writer) -> Handlers {
    Handlers::new().with(JOB_KIND, handler(post, writer))
}

#[test]
fn a_letter_goes_after_the_transaction_and_nothing_of_its_words_stays() {
    for world in worlds() {
        let sink = Sink::answering(&[]);
        let id = world.ask("A repair is offered to you", "Please answer.");
        assert_eq!(world.states(), [State::Waiting]);
        assert_eq!(world.run_with(&sink), 1);

        let [taken] = &sink.taken()[..] else { panic!("one letter") };
        assert!(taken.from.starts_with("FROM:<hello@aurora.example>"), "{}", taken.from);
        assert_eq!(taken.to, ["TO:<ines@harbour.example>"]);
        assert_eq!(taken.headers("Subject"), ["A repair is offered to you"]);
        assert_eq!(taken.headers("Message-ID"), [format!("<{id}@aurora.example>")]);
        assert_eq!(taken.headers("References"), [format!("<{}@aurora.example>", world.repair)]);
        assert_eq!(taken.headers("Auto-Submitted"), ["auto-generated"]);
        assert_eq!(taken.headers("Date"), ["Thu, 12 Mar 2026 09:40:00 +0000"]);
        assert_eq!(taken.text(), "Please answer.");
        assert_eq!(world.states(), [State::Sent]);
        let nothing = || (String::new(), String::new(), String::new());
        assert_eq!(world.kept(), [nothing()]);

        world.clock.advance(KEPT_MS + 1);
        let now = world.clock.now();
        assert_eq!(world.db.write(move |tx| forget_old(tx, now)).unwrap(), 1);
        assert!(world.standing().is_empty());
    }
}

#[test]
fn a_letter_of_a_transaction_that_fails_was_never_there() {
    for world in worlds() {
        let sink = Sink::answering(&[]);
        let (letter, now) = (world.letter("Offered", "Please answer."), world.clock.now());
        let failed: Result<(), Error> = world.db.write(move |tx| {
            send(tx, now, &letter)?;
            Err(Fault::other("changed my mind").into())
        });
        failed.unwrap_err();
        assert_eq!(world.run_with(&sink), 0);
        assert!(sink.taken().is_empty());
    }
}

#[test]
fn a_server_that_is_busy_or_breaks_off_is_asked_again_under_the_same_message_id() {
    for world in worlds() {
        let busy = Answer::Say("451 come again for ines@harbour.example");
        let sink = Sink::answering(&[busy, Answer::BreakOff]);
        world.ask("Offered", "Please answer.");
        world.run_with(&sink);
        let [waits] = &world.standing()[..] else { panic!("one letter") };
        assert_eq!((waits.state, waits.try_count), (State::Waiting, 1));
        assert!(waits.last_error.contains("come again"), "{}", waits.last_error);
        assert_eq!(world.run_with(&sink), 0, "not again at once");
        world.clock.advance(TimeMs::MINUTE);
        world.run_with(&sink);
        assert_eq!(world.states(), [State::Waiting], "nobody said that it was taken");
        world.clock.advance(2 * TimeMs::MINUTE);
        world.run_with(&sink);
        assert_eq!(world.states(), [State::Sent]);
        let ids: Vec<_> = sink.taken().iter().map(|taken| taken.headers("Message-ID")).collect();
        assert_eq!(ids.len(), 2);
        assert_eq!(ids[0], ids[1]);
    }
}

#[test]
fn a_letter_that_is_refused_is_dead_with_what_was_said_until_it_is_revived() {
    for world in worlds() {
        let sink = Sink::answering(&[Answer::Say("550 no such box")]);
        let id = world.ask("Offered", "Please answer.");
        world.run_with(&sink);
        let network = world.network;
        let gone = world.db.read(move |cx| dead(cx, network)).unwrap();
        assert_eq!(gone.len(), 1);
        assert!(gone[0].last_error.contains("no such box"), "{}", gone[0].last_error);
        assert_eq!(gone[0].ended, Some(world.clock.now()));
        assert_eq!(world.db.read(counts).unwrap(), (0, 1));

        let now = world.clock.now();
        assert!(world.db.write(move |tx| revive(tx, network, id, now)).unwrap());
        assert!(!world.db.write(move |tx| revive(tx, network, id, now)).unwrap());
        world.run_with(&sink);
        assert_eq!(world.states(), [State::Sent]);
        assert_eq!(sink.taken()[0].text(), "Please answer.");
    }
}

#[test]
fn a_server_that_is_never_there_ends_in_a_dead_letter() {
    for world in worlds() {
        let address = Sink::answering(&[]).address; // gone again
        let server = Server {
            host: address.ip().to_string(),
            port: Some(address.port()),
            security: Security::None,
            credentials: None,
            from: "hello@aurora.example".to_owned(),
        };
        let handlers = by(Some(Post::to(&server).unwrap()), as_written());
        world.ask("Offered", "Please answer.");
        for _ in 0..handfast_queue::TRY_COUNT_MAX {
            assert_eq!(world.states(), [State::Waiting]);
            assert_eq!(world.run(&handlers), 1);
            world.clock.advance(4 * TimeMs::HOUR);
        }
        assert_eq!(world.states(), [State::Dead]);
        assert_eq!(world.run(&handlers), 0);
    }
}

#[test]
fn what_was_withdrawn_before_it_was_sent_is_not_sent() {
    for world in worlds() {
        let sink = Sink::answering(&[]);
        world.ask("Offered", "Please answer.");
        let (network, thread, now) = (world.network, world.repair, world.clock.now());
        assert_eq!(world.db.write(move |tx| withdraw(tx, network, thread, now)).unwrap(), 1);
        world.run_with(&sink);
        assert_eq!(world.states(), [State::Withdrawn]);

        world.ask("Offered again", "Please answer.");
        world.run(&by(Some(post(&sink)), Arc::new(|_, _, _| Ok(None))));
        assert_eq!(world.states(), [State::Withdrawn, State::Withdrawn]);
        assert!(sink.said().is_empty(), "{:?}", sink.said());
        assert!(world.kept().iter().all(|(to, _, text)| to.is_empty() && text.is_empty()));
    }
}

#[test]
fn letters_wait_for_a_server_and_go_when_there_is_one() {
    for world in worlds() {
        let sink = Sink::answering(&[]);
        let without = by(None, as_written());
        world.ask("Offered", "Please answer.");
        assert_eq!(world.run(&without), 1);
        world.clock.advance(30 * TimeMs::DAY);
        assert_eq!(world.run(&without), 1);
        assert_eq!(world.states(), [State::Waiting]);
        assert_eq!(world.standing()[0].try_count, 0);

        let (network, now) = (world.network, world.clock.now());
        assert_eq!(world.db.write(move |tx| wake(tx, network, now)).unwrap(), 1);
        world.run_with(&sink);
        world.clock.advance(2 * TimeMs::HOUR);
        world.run_with(&sink);
        assert_eq!(sink.taken().len(), 1, "asked for twice, sent once");
    }
}

#[test]
fn two_who_send_at_the_same_time_send_a_letter_once() {
    for world in worlds() {
        let sink = Sink::answering(&[]);
        world.ask("Offered", "Please answer.");
        let network = world.network;
        let now = world.clock.now().plus(2 * TimeMs::MINUTE);
        for _ in 0..8 {
            world.db.write(move |tx| wake(tx, network, now)).unwrap();
        }
        world.clock.advance(2 * TimeMs::MINUTE);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| world.run_with(&sink));
            }
        });
        assert_eq!(sink.taken().len(), 1);
        assert_eq!(world.states(), [State::Sent]);
    }
}
