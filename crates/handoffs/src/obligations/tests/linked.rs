//! Ines of Harbour Wheelworks applies Maya's move from her phone, without an account.

use std::thread;

use handfast_kit::TimeMs;
use handfast_mail::Written;
use handfast_record::{organisations, touches::DutyStep};
use handfast_web::{Secret, TokenHash};

use super::{super::*, Move, address, bristol, moves};
use crate::links::{self, Act, Over, What, tests::letters};

const INES: &str = "ines@harbour.example";

/// Harbour Wheelworks wants its letters sent to Ines.
fn told_by_letter() -> Vec<Move> {
    let told = moves();
    for told in &told {
        let (network, harbour) = (told.world.network, told.world.harbour);
        told.world
            .db
            .write(move |tx| organisations::set_contact_email(tx, network, harbour, INES))
            .map_err(|error: organisations::Error| error)
            .unwrap();
    }
    told
}

/// The letters that would be sent now: whom to, and what they say.
fn sent(told: &Move) -> Vec<(String, Written)> {
    let worded = letters(&told.world).into_iter();
    worded.filter_map(|(letter, written)| Some((letter.to, written?))).collect()
}

fn link_of(written: &Written) -> TokenHash {
    let (_, rest) = written.text.split_once("https://hf.example/l/").unwrap();
    Secret::parse(rest.lines().next().unwrap()).unwrap().hash()
}

/// The link of the one letter that would be sent now.
fn link(told: &Move) -> TokenHash {
    let sent = sent(told);
    let [(_, written)] = &sent[..] else { panic!("one letter: {sent:?}") };
    link_of(written)
}

fn does(told: &Move, link: TokenHash, turn: i64, doing: Act) -> Result<(), links::Error> {
    let now = told.world.clock.now();
    told.world.db.write(move |tx| links::act(tx, &link, now, turn, &doing))
}

fn behind(told: &Move, link: TokenHash) -> Option<Obligation> {
    let now = told.world.clock.now();
    let found = told.world.db.read(move |cx| {
        let Some(link) = links::find(cx, &link, now)? else { return Ok(None) };
        let lens = Lens::of_partner(cx, link.network, link.organisation, now)?;
        links::show(cx, &lens, now, &link)
    });
    found.map_err(|fault: Fault| fault).unwrap().map(|what| match what {
        What::Obligation(duty) => duty.obligation,
        other => panic!("an obligation: {other:?}"),
    })
}

fn over(told: &Move, link: TokenHash) -> Option<Over> {
    let now = told.world.clock.now();
    let why = told.world.db.read(move |cx| {
        let Some(link) = links::known(cx, &link)? else { return Ok(None) };
        let lens = Lens::of_partner(cx, link.network, link.organisation, now)?;
        links::over(cx, &lens, now, &link).map(Some)
    });
    why.map_err(|fault: Fault| fault).unwrap()
}

fn count(one: &Obligation, wanted: DutyStep) -> usize {
    one.steps.iter().filter(|step| step.step == wanted).count()
}

#[test]
fn who_is_asked_gets_a_letter_that_holds_nothing_of_the_customer() {
    for told in told_by_letter() {
        let change = told.enters(told.world.brand, bristol("Flat 3"), None);
        let sent = sent(&told);
        let [(to, Written { subject, text })] = &sent[..] else { panic!("one letter: {sent:?}") };
        assert_eq!(to, INES, "Spoke & Chain has no address, and the brand's people sign in");
        let reference = &change.reference;
        assert!(subject.starts_with("Aurora Cycles asks you to apply a change of address by "));
        assert!(subject.contains(reference));
        for said in [
            "Aurora Cycles asks Harbour Wheelworks to apply a change of address",
            "Applied is what you say. It counts when we have read back what your system shows",
            "https://hf.example/l/",
            reference,
        ] {
            assert!(text.contains(said), "{said}: {text}");
        }
        for unsaid in ["Maya", "Cooper", "Bristol", "BS1", "Mill Row", "M-1"] {
            assert!(!text.contains(unsaid) && !subject.contains(unsaid), "{unsaid}: {text}");
        }
        let own = told.obligation(told.world.harbour, &change);
        assert_eq!(own.steps.len(), 1, "being written to is no step");
    }
}

#[test]
fn ines_accepts_applies_and_reads_back_until_it_is_right() {
    for told in told_by_letter() {
        let change = told.enters(told.world.brand, bristol("Flat 3"), None);
        let link = link(&told);
        for _ in 0..3 {
            assert_eq!(behind(&told, link).unwrap().given, Some(bristol("Flat 3")));
        }
        let own = || told.obligation(told.world.harbour, &change);
        assert_eq!(own().version, 1, "opening it changes nothing");

        does(&told, link, 1, Act::See).unwrap();
        does(&told, link, 2, Act::Accept).unwrap();
        does(&told, link, 3, Act::Apply("In our system since noon".to_owned())).unwrap();
        assert_eq!((own().state, own().steps[3].by.as_str()), (DutyState::Applied, INES));
        assert!(sent(&told).is_empty(), "what she does herself needs no letter");

        does(&told, link, 4, Act::ReadBack(bristol("Flat 8"))).unwrap();
        assert_eq!(own().state, DutyState::Mismatch);
        let letters = sent(&told);
        let [(_, differs)] = &letters[..] else { panic!("one letter: {letters:?}") };
        assert!(differs.subject.starts_with("Not right yet: "), "{}", differs.subject);
        assert!(differs.text.contains("is not what was given"), "{}", differs.text);
        assert!(!differs.text.contains("Flat"), "nor what is held: {}", differs.text);

        let other = link_of(differs);
        does(&told, other, 5, Act::ReadBack(bristol("flat 3"))).unwrap();
        assert_eq!(own().state, DutyState::Verified);
        for link in [link, other] {
            assert!(behind(&told, link).is_none(), "it ended, and its links with it");
            assert_eq!(over(&told, link), Some(Over::Obligation(DutyState::Verified)));
            let late = does(&told, link, 9, Act::Apply(String::new())).unwrap_err();
            assert!(matches!(late, links::Error::Over), "{late:?}");
        }
    }
}

#[test]
fn what_is_still_open_is_written_again_with_a_link_of_its_own() {
    for told in told_by_letter() {
        let change = told.enters(told.world.brand, bristol("Flat 3"), None);
        let first = link(&told);
        let own = told.obligation(told.world.harbour, &change);
        for (at, subject, text) in [
            (own.remind.unwrap(), "Reminder: ", "was not read back yet"),
            (own.due, "Still open: ", "Aurora Cycles was told"),
        ] {
            told.world.clock.advance(at.0 - told.world.clock.now().0);
            told.round();
            let letters = sent(&told);
            let [(_, again)] = &letters[..] else { panic!("one letter: {letters:?}") };
            assert!(again.subject.starts_with(subject), "{}", again.subject);
            assert!(again.text.contains(text), "{}", again.text);
            assert!(behind(&told, link_of(again)).is_some());
        }
        assert!(behind(&told, first).is_some(), "the first letter is good still");
    }
}

#[test]
fn a_letter_that_nobody_needs_any_more_is_not_sent() {
    for told in told_by_letter() {
        let (brand, harbour) = (told.world.brand, told.world.harbour);
        let change = told.enters(brand, bristol("Flat 3"), None);
        let id = told.obligation(harbour, &change).id;
        told.does(harbour, move |tx, lens, actor, now| accept(tx, lens, actor, now, id)).unwrap();
        assert!(sent(&told).is_empty(), "she accepted before it was sent");
        told.does(brand, move |tx, lens, actor, now| chase(tx, lens, actor, now, id, "")).unwrap();
        told.reads_back(harbour, id, bristol("Flat 3"));
        assert!(sent(&told).is_empty(), "it was verified before it was sent");
    }
}

#[test]
fn a_later_change_ends_the_links_of_the_one_before() {
    for told in told_by_letter() {
        told.enters(told.world.brand, bristol("Flat 3"), None);
        let first = link(&told);
        told.world.clock.advance(TimeMs::HOUR);
        let later = address("9 Quay Street", "Bristol", "BS1 4QA");
        let change = told.enters(told.world.brand, later.clone(), None);
        assert!(behind(&told, first).is_none());
        assert_eq!(over(&told, first), Some(Over::Obligation(DutyState::Superseded)));
        let late = does(&told, first, 1, Act::ReadBack(bristol("Flat 3"))).unwrap_err();
        assert!(matches!(late, links::Error::Over), "{late:?}");

        let second = link(&told);
        does(&told, second, 1, Act::ReadBack(later)).unwrap();
        assert_eq!(told.obligation(told.world.harbour, &change).state, DutyState::Verified);
    }
}

#[test]
fn fifty_who_press_at_once_do_it_once() {
    for told in told_by_letter() {
        let change = told.enters(told.world.brand, bristol("Flat 3"), None);
        let link = link(&told);
        let own = || told.obligation(told.world.harbour, &change);
        let all_press = |turn, doing: Act| {
            let answers: Vec<_> = thread::scope(|scope| {
                let press = || scope.spawn(|| does(&told, link, turn, doing.clone()));
                let pressed: Vec<_> = (0..50).map(|_| press()).collect();
                pressed.into_iter().map(|one| one.join().unwrap()).collect()
            });
            assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        };
        all_press(1, Act::Accept);
        all_press(2, Act::Apply("Done".to_owned()));
        all_press(3, Act::ReadBack(bristol("Flat 8")));
        let one = own();
        assert_eq!((one.state, one.version), (DutyState::Mismatch, 4));
        for step in [DutyStep::Accepted, DutyStep::Applied, DutyStep::Mismatch] {
            assert_eq!(count(&one, step), 1, "{step:?}");
        }
        assert_eq!(sent(&told).len(), 1, "and one letter");
    }
}

#[test]
fn a_link_is_for_one_obligation_of_one_organisation() {
    for told in told_by_letter() {
        let change = told.enters(told.world.brand, bristol("Flat 3"), None);
        let link = link(&told);
        let spokes = told.obligation(told.world.spoke, &change);
        does(&told, link, 1, Act::ReadBack(bristol("Flat 3"))).unwrap();
        assert_eq!(told.obligation(told.world.spoke, &change), spokes, "each for itself");

        told.world.clock.advance(TimeMs::HOUR);
        told.enters(told.world.brand, bristol("Flat 4"), None);
        let link = self::link(&told);
        let asks = does(&told, link, 1, Act::Ask("A phone number".to_owned())).unwrap_err();
        assert!(matches!(asks, links::Error::NotAsked), "{asks:?}");
        let secret = Secret::random().hash();
        for (forged, act) in [(secret, Act::Accept), (secret, Act::ReadBack(bristol("Flat 4")))] {
            let refused = does(&told, forged, 1, act).unwrap_err();
            assert!(matches!(refused, links::Error::Over), "{refused:?}");
        }
        assert_eq!(over(&told, secret), None);
        assert_eq!(behind(&told, link).unwrap().version, 1, "nothing came of it");
    }
}

#[test]
fn she_says_that_it_is_not_their_part_and_takes_it_back() {
    for told in told_by_letter() {
        let change = told.enters(told.world.brand, bristol("Flat 3"), None);
        let link = link(&told);
        let own = || told.obligation(told.world.harbour, &change);
        let refused = does(&told, link, 1, Act::Decline(String::new())).unwrap_err();
        let is_words = matches!(&refused, links::Error::Obligation(Error::WordsWrong));
        assert!(is_words, "{refused:?}");
        does(&told, link, 1, Act::Decline("Pedal & Post sends it".to_owned())).unwrap();
        assert_eq!(own().state, DutyState::Refused);
        told.world.clock.advance(own().due.0 - told.world.clock.now().0);
        told.round();
        assert!(sent(&told).is_empty(), "the brand acts next, and its people sign in");
        does(&told, link, own().version, Act::Accept).unwrap();
        assert_eq!(own().state, DutyState::Accepted);
    }
}
