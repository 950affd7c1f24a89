//! Swift Parcel proves its leg by the link of a letter, without an account.

use handfast_kit::TimeMs;
use handfast_record::{organisations, touches::Leg};
use handfast_web::{Secret, TokenHash};

use super::super::{super::tests::town, *};
use crate::{
    disputes,
    links::{self, Act, Over, tests::letters},
};

const DESK: &str = "desk@swift.example";

/// Maya's order never came; the letters that Swift Parcel gets.
fn traced(town: &town::Town) -> TraceId {
    let (network, swift) = (town.world.network, town.swift);
    let set = move |tx: &mut Tx<'_>| organisations::set_contact_email(tx, network, swift, DESK);
    town.world.db.write(set).map_err(|error: organisations::Error| error).unwrap();
    let (customer, sale) = (town.maya, town.sale);
    let opened = town.does(town.world.brand, move |tx, lens, actor, now| {
        let words = "She waited at home all day".to_owned();
        open(tx, lens, actor, now, &NewTrace { customer, sale, words, by_customer: true })
    });
    opened.unwrap().id
}

/// The letters about the trace: their subjects and links.
fn asked(town: &town::Town, id: TraceId) -> Vec<(String, TokenHash)> {
    let letters = letters(&town.world);
    let ours = letters.iter().filter(|(letter, _)| letter.thread == id.as_kind());
    let link = |text: &str| {
        let (_, rest) = text.split_once("https://hf.example/l/").unwrap();
        Secret::parse(rest.lines().next().unwrap()).unwrap().hash()
    };
    let worded = ours.filter_map(|(letter, written)| {
        let written = written.as_ref()?;
        assert_eq!(letter.to, DESK, "the others have no address");
        assert!(!written.text.contains("Maya") && !written.text.contains("at home"));
        Some((written.subject.clone(), link(&written.text)))
    });
    worded.collect()
}

fn does(town: &town::Town, link: TokenHash, turn: i64, doing: Act) -> Result<(), links::Error> {
    let now = town.world.clock.now();
    town.world.db.write(move |tx| links::act(tx, &link, now, turn, &doing))
}

fn carrier(town: &town::Town, id: TraceId) -> ShownLeg {
    let lens = town.world.lens(town.world.brand);
    let trace = town.world.db.read(|cx| find(cx, &lens, id)).unwrap().unwrap();
    trace.legs.into_iter().find(|leg| leg.leg == Leg::Carrier).unwrap()
}

#[test]
fn a_leg_is_proved_by_the_link_of_its_letter_and_the_link_ends() {
    for town in town::towns() {
        let id = traced(&town);
        let [(subject, link)] = &asked(&town, id)[..] else { panic!("one letter") };
        assert!(subject.starts_with("A delivery did not arrive: please prove your part by"));
        let turn = 1;
        let wrong = does(&town, *link, turn, Act::Accept);
        assert!(matches!(wrong, Err(links::Error::NotAsked)), "{wrong:?}");
        let short = does(&town, *link, turn, Act::Apply("no".to_owned()));
        assert!(matches!(short, Err(links::Error::Dispute(disputes::Error::WordsWrong))));
        assert_eq!(carrier(&town, id).state, LegState::Asked);
        does(&town, *link, turn, Act::Apply("Left with her neighbour at 14:10".to_owned()))
            .unwrap();
        let told = carrier(&town, id).told.unwrap();
        assert_eq!(carrier(&town, id).state, LegState::Proved);
        assert_eq!(told.answered.unwrap().1, DESK);
        let again = does(&town, *link, turn, Act::Broke("It fell off the van".to_owned()));
        assert!(matches!(again, Err(links::Error::Over)), "{again:?}");
        let (now, link) = (town.world.clock.now(), *link);
        let (network, swift) = (town.world.network, town.swift);
        let over = town.world.db.read(move |cx| {
            let lens = Lens::of_partner(cx, network, swift, now)?;
            let link = links::known(cx, &link)?.unwrap();
            links::over(cx, &lens, now, &link)
        });
        assert_eq!(over.map_err(|fault: Fault| fault).unwrap(), Over::Leg);
    }
}

#[test]
fn who_does_not_answer_is_reminded_and_one_that_denies_it_opens_a_dispute() {
    for town in town::towns() {
        let id = traced(&town);
        let first = asked(&town, id);
        let due = carrier(&town, id).told.unwrap().due;
        town.world.clock.advance(due.0 - town.world.clock.now().0 - TimeMs::MINUTE);
        let (network, now) = (town.world.network, town.world.clock.now());
        town.world.db.write(move |tx| disputes::due(tx, network, now, 100)).unwrap();
        let [(subject, _)] = &asked(&town, id)[..] else { panic!("one reminder") };
        assert!(subject.starts_with("Reminder: A delivery did not arrive"), "{subject}");
        // The first link is as good as the second.
        let denied = Act::Decline("It was never handed to us".to_owned());
        does(&town, first[0].1, 1, denied).unwrap();
        let leg = carrier(&town, id);
        assert_eq!(leg.state, LegState::Refused);
        assert!(leg.told.unwrap().dispute.is_some());
    }
}
