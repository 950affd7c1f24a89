//! Stories of links: Ines of Harbour Wheelworks answers from her phone, without an account.
#![allow(clippy::unwrap_used)]

mod disputed;
mod keeping;

use std::{sync::Mutex, thread};

use handfast_kit::TimeMs;
use handfast_mail::{Letter, Written};
use handfast_record::{
    HandOffId, organisations,
    people::{self, NewPerson},
    sharing::Lens,
    testing::{World, worlds},
    touches::HandOffStep,
};
use handfast_web::{Role, Secret, TokenHash};

use super::{Act, Error, GOOD_FOR_MS, What, act, address_of, find, forget_expired, show};
use crate::{Actor, HandOff, Offer, State, Thing};

const INES: &str = "ines@harbour.example";

/// Aurora asks Harbour Wheelworks to call Maya back.
fn offered(world: &World) -> HandOffId {
    let (maya, _) = world.record(world.spoke, "1", None, "Maya Okafor");
    let (network, harbour, now) = (world.network, world.harbour, world.clock.now());
    let lens = world.lens(world.brand);
    let actor = Actor { organisation: world.brand, person: None, name: "Priya Nair".to_owned() };
    let offer = Offer {
        customer: maya,
        thing: Thing::Task("Call her about the motor".to_owned()),
        to: harbour,
        accept_by: None,
        words: String::new(),
        brief: Vec::new(),
        incomplete_ok: true,
    };
    world
        .db
        .write(move |tx| organisations::set_contact_email(tx, network, harbour, INES))
        .map_err(|error: organisations::Error| error)
        .unwrap();
    world.db.write(move |tx| crate::offer(tx, &lens, &actor, now, &offer)).unwrap().id
}

/// The letters that would be sent now, worded.
pub(crate) fn letters(world: &World) -> Vec<(Letter, Option<Written>)> {
    let sent: std::sync::Arc<Mutex<Vec<_>>> = std::sync::Arc::default();
    let (keeps, words) = (std::sync::Arc::clone(&sent), super::writer("https://hf.example"));
    let writer: handfast_mail::Writer = std::sync::Arc::new(move |tx, letter, now| {
        let written = words(tx, letter, now)?;
        keeps.lock().unwrap().push((letter.clone(), written));
        Ok(None) // not by a mail server: `handfast_mail` tells that story
    });
    let handlers = handfast_queue::Handlers::new()
        .with(handfast_mail::JOB_KIND, handfast_mail::handler(Some(post()), writer));
    handfast_queue::run_due(&world.db, &world.clock, &handlers).unwrap();
    std::mem::take(&mut *sent.lock().unwrap())
}

fn post() -> handfast_mail::Post {
    handfast_mail::Post::to(&handfast_mail::Server {
        host: "mail.example".to_owned(),
        port: None,
        security: handfast_mail::Security::None,
        credentials: None,
        from: "hello@aurora.example".to_owned(),
    })
    .unwrap()
}

/// The link of the one letter that would be sent now.
fn link(world: &World) -> TokenHash {
    let letters = letters(world);
    let [(_, Some(written))] = &letters[..] else { panic!("one letter: {letters:?}") };
    let (_, rest) = written.text.split_once("https://hf.example/l/").unwrap();
    Secret::parse(rest.lines().next().unwrap()).unwrap().hash()
}

fn hand_off(world: &World, id: HandOffId) -> HandOff {
    let (lens, now) = (world.lens(world.brand), world.clock.now());
    world.db.read(move |cx| crate::find(cx, &lens, now, id)).unwrap().unwrap()
}

fn does(world: &World, link: TokenHash, doing: Act) -> Result<(), Error> {
    let now = world.clock.now();
    world.db.write(move |tx| act(tx, &link, now, 1, &doing))
}

fn behind(world: &World, link: TokenHash) -> Option<What> {
    let now = world.clock.now();
    world
        .db
        .read(move |cx| {
            let Some(link) = find(cx, &link, now)? else { return Ok(None) };
            let lens = Lens::of_partner(cx, link.network, link.organisation, now)?;
            show(cx, &lens, now, &link)
        })
        .map_err(|fault: handfast_db::Fault| fault)
        .unwrap()
}

fn steps(world: &World, id: HandOffId) -> Vec<HandOffStep> {
    hand_off(world, id).steps.iter().map(|step| step.step).collect()
}

#[test]
fn who_is_asked_gets_a_letter_with_a_link_and_the_outbox_holds_no_words() {
    for world in worlds() {
        let id = offered(&world);
        let letters = letters(&world);
        let [(letter, Some(written))] = &letters[..] else { panic!("one letter: {letters:?}") };
        assert_eq!(
            (letter.to.as_str(), letter.subject.as_str(), letter.text.as_str()),
            (INES, "", "")
        );
        assert_eq!(letter.thread, id.as_kind());
        let text = &written.text;
        let reference = hand_off(&world, id).reference;
        for said in [
            "Aurora Cycles asks Harbour Wheelworks to take over a task",
            "Call her about the motor",
            "Please answer by Friday 13 March, 09:40.",
            "Until you accept, Aurora Cycles stays responsible.",
            &reference,
        ] {
            assert!(text.contains(said), "{said}: {text}");
        }
        assert!(!text.contains("Maya"), "mail is no place for customers: {text}");
        assert!(
            written.subject.starts_with("Aurora Cycles asks you to take over a task by Friday")
        );
        assert_eq!(steps(&world, id), [HandOffStep::Offered], "asking alone is no step");
    }
}

#[test]
fn opening_a_link_changes_nothing_and_saying_so_does() {
    for world in worlds() {
        let id = offered(&world);
        let link = link(&world);
        for _ in 0..3 {
            let Some(What::HandOff(shown)) = behind(&world, link) else { panic!("it is good") };
            assert_eq!(shown.id, id);
            assert_eq!(shown.customer_name, None, "Harbour has no agreement: it sees no name");
        }
        assert_eq!(hand_off(&world, id).seen, None);
        does(&world, link, Act::See).unwrap();
        assert_eq!(hand_off(&world, id).seen.unwrap().1, INES);
    }
}

#[test]
fn ines_accepts_once_however_often_she_presses() {
    for world in worlds() {
        let id = offered(&world);
        let link = link(&world);
        let answers: Vec<_> = thread::scope(|scope| {
            let press = || scope.spawn(|| does(&world, link, Act::Accept));
            let pressed: Vec<_> = (0..50).map(|_| press()).collect();
            pressed.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        let accepted = hand_off(&world, id);
        assert_eq!(accepted.state, State::Accepted);
        assert_eq!(accepted.answered.unwrap().1, INES);
        let count = steps(&world, id).iter().filter(|step| **step == HandOffStep::Accepted).count();
        assert_eq!(count, 1);
    }
}

#[test]
fn she_asks_for_what_is_missing_and_declines_with_a_reason() {
    for world in worlds() {
        let id = offered(&world);
        let link = link(&world);
        for _ in 0..2 {
            does(&world, link, Act::Ask("A phone number".to_owned())).unwrap();
        }
        let refused = does(&world, link, Act::Decline(String::new())).unwrap_err();
        assert!(matches!(refused, Error::HandOff(crate::Error::WordsWrong)), "{refused:?}");
        does(&world, link, Act::Decline("We are closed until May".to_owned())).unwrap();
        assert_eq!(hand_off(&world, id).state, State::Declined);
        let steps = steps(&world, id);
        assert_eq!(steps.iter().filter(|step| **step == HandOffStep::Asked).count(), 1);
        assert!(behind(&world, link).is_none(), "it ended, and the link with it");
        let over = does(&world, link, Act::Accept).unwrap_err();
        assert!(matches!(over, Error::Over), "{over:?}");
    }
}

#[test]
fn a_link_ends_with_its_time_its_address_and_its_hand_off() {
    for world in worlds() {
        let id = offered(&world);
        let link = link(&world);
        let forged = Secret::random().hash();
        assert!(behind(&world, forged).is_none());
        assert!(matches!(does(&world, forged, Act::Accept), Err(Error::Over)));

        let (network, harbour) = (world.network, world.harbour);
        let move_to = |email: &'static str| {
            world
                .db
                .write(move |tx| organisations::set_contact_email(tx, network, harbour, email))
                .map_err(|error: organisations::Error| error)
                .unwrap();
        };
        move_to("office@harbour.example");
        assert!(behind(&world, link).is_none(), "Ines no longer has the letters");
        assert!(matches!(does(&world, link, Act::Accept), Err(Error::Over)));
        move_to(INES);
        assert!(behind(&world, link).is_some());

        let (lens, now) = (world.lens(world.brand), world.clock.now());
        let priya = Actor { organisation: world.brand, person: None, name: "Priya".to_owned() };
        world.db.write(move |tx| crate::withdraw(tx, &lens, &priya, now, id, "")).unwrap();
        assert!(behind(&world, link).is_none());
        assert!(matches!(does(&world, link, Act::Accept), Err(Error::Over)));
        assert_eq!(hand_off(&world, id).state, State::Withdrawn);

        world.clock.advance(GOOD_FOR_MS);
        let forget = || {
            let now = world.clock.now();
            world.db.write(move |tx| forget_expired(tx, now)).unwrap()
        };
        assert_eq!(forget(), 0, "it can say still that it has run out");
        world.clock.advance(30 * TimeMs::DAY);
        assert_eq!(forget(), 1);
    }
}

#[test]
fn a_hand_off_that_was_withdrawn_before_its_letter_was_sent_sends_none() {
    for world in worlds() {
        let id = offered(&world);
        let (lens, now) = (world.lens(world.brand), world.clock.now());
        let priya = Actor { organisation: world.brand, person: None, name: "Priya".to_owned() };
        world.db.write(move |tx| crate::withdraw(tx, &lens, &priya, now, id, "")).unwrap();
        assert!(letters(&world).is_empty());
    }
}

#[test]
fn who_chose_no_address_has_letters_sent_to_its_first_admin() {
    for world in worlds() {
        let (network, harbour, now) = (world.network, world.harbour, world.clock.now());
        let to =
            |organisation| world.db.read(move |cx| address_of(cx, network, organisation)).unwrap();
        assert_eq!(to(harbour), None);
        world
            .db
            .write(move |tx| {
                let ines = NewPerson { name: "Ines Duarte".to_owned(), email: INES.to_owned() };
                let ines = people::add_person(tx, &ines, now)?;
                people::add_member(tx, network, harbour, ines, Role::PartnerAdmin, now)
            })
            .map_err(|error: people::Error| error)
            .unwrap();
        assert_eq!(to(harbour).as_deref(), Some(INES));
        assert_eq!(to(world.brand), None, "the brand's people sign in");
    }
}

#[test]
fn a_reminder_has_a_link_of_its_own_and_both_work() {
    for world in worlds() {
        let id = offered(&world);
        let first = link(&world);
        world.clock.advance(13 * TimeMs::HOUR);
        let (network, now) = (world.network, world.clock.now());
        world.db.write(move |tx| crate::due(tx, network, now, 10)).unwrap();
        let letters = letters(&world);
        let [(_, Some(written))] = &letters[..] else { panic!("one letter: {letters:?}") };
        assert!(written.subject.starts_with("Reminder: "), "{}", written.subject);
        assert!(written.text.starts_with("Nobody has answered yet."), "{}", written.text);
        does(&world, first, Act::Accept).unwrap();
        assert_eq!(hand_off(&world, id).state, State::Accepted);
    }
}
