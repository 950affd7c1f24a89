//! The rules of a trace under random orders of events: dropped, doubled, overtaken, the clock set
//! back. What the customer gets never waits for a leg.

use handfast_kit::{Id, OrganisationId, TimeMs, Uuid, Zone};
use handfast_record::{
    testing::NOW,
    touches::{Leg, TraceStep},
};

use super::super::{
    super::types::Error,
    rules::{Deed, Good, Trail, Turn, apply},
    types::{Finding, LegState, RemedyKind, RemedyState},
};
use crate::tests::{chance::Chance, pure::seeds};

const LEGS: [Leg; 3] = [Leg::Data, Leg::Fulfilment, Leg::Carrier];
const BRAND: u128 = 0;
const SELLER: u128 = 1;
const WORDS: &str = "Parcel 4711 left on Monday";

fn organisation(number: u128) -> OrganisationId {
    Id::from_uuid(Uuid::from_u128(number))
}

fn opened(zone: &Zone) -> Trail {
    let legs = [(Leg::Data, 1), (Leg::Fulfilment, 2), (Leg::Carrier, 3)];
    let legs = legs.map(|(leg, number)| (leg, organisation(number)));
    Trail::opened(legs, organisation(SELLER), NOW, zone)
}

type Wish = (OrganisationId, Deed<'static>);

/// What somebody does about a leg.
fn of_leg(chance: &mut Chance) -> Wish {
    let leg = chance.one(&LEGS);
    let deed = match chance.below(6) {
        0 | 1 => Deed::Prove(leg, WORDS, "4711"),
        2 => Deed::Break(leg, WORDS),
        3 => Deed::Refuse(leg, WORDS, ""),
        4 => Deed::Settle(leg, organisation(chance.below(6) as u128)),
        _ => Deed::Reopen(leg),
    };
    (organisation(chance.below(4) as u128), deed)
}

/// What somebody does for the customer, or a clock.
fn of_remedy(chance: &mut Chance) -> Wish {
    let deed = match chance.below(6) {
        0 => Deed::Promise(chance.one(&RemedyKind::ALL), WORDS, None),
        1 => Deed::Keep(WORDS),
        _ => Deed::Tick,
    };
    (organisation(chance.below(3) as u128), deed)
}

struct Play {
    zone: Zone,
    now: TimeMs,
    trail: Trail,
    steps: Vec<TraceStep>,
}

impl Play {
    fn new() -> Self {
        let zone = Zone::named("Europe/London").unwrap();
        let trail = opened(&zone);
        Self { zone, now: NOW, trail, steps: vec![TraceStep::Opened] }
    }

    fn send(&mut self, (who, deed): Wish) {
        let before = self.trail.clone();
        let (brand, zone) = (organisation(BRAND), &self.zone);
        let turn = Turn { organisation: who, name: "Ines Duarte", brand, now: self.now, zone };
        match apply(&before, deed, &turn) {
            Ok((next, made)) => {
                self.steps.extend(made.into_iter().map(|made| made.step));
                self.trail = next;
            }
            Err(Error::Fault(fault)) => panic!("{fault}"),
            Err(_) => {}
        }
        self.check(&before, deed);
    }

    fn check(&self, before: &Trail, deed: Deed<'_>) {
        let trail = &self.trail;
        assert_eq!(trail.version, self.steps.len() as i64, "a step is lost: {deed:?}");
        let waits = trail.waits(organisation(BRAND));
        let is_done = trail.good.state == RemedyState::Done;
        assert_eq!(waits.is_none(), is_done, "who acts for the customer? {deed:?}");
        let count = |step| self.steps.iter().filter(|one| **one == step).count();
        assert_eq!(count(TraceStep::Kept), usize::from(is_done));
        assert_eq!(count(TraceStep::Ended), usize::from(trail.ended.is_some()), "{deed:?}");
        assert!(trail.ended.is_none() || is_done, "it ended without the customer");
        found(trail);
        let is_kept = before.ended.is_none() || before.ended == trail.ended;
        assert!(is_kept, "what ended began again");
    }
}

/// The first leg that does not prove its part is the one that is named.
fn found(trail: &Trail) {
    let at = trail.finding();
    let named = trail.parts.iter().position(|part| Some(part.leg) == at.leg());
    let proved = |state| matches!(state, LegState::Proved | LegState::Cleared);
    let before = &trail.parts[..named.unwrap_or(trail.parts.len())];
    assert!(before.iter().all(|part| proved(part.state)), "{at:?}");
    let Some(named) = named else { return };
    let part = &trail.parts[named];
    assert!(!proved(part.state));
    assert_eq!(at.who(), Some(&part.organisation));
    assert_eq!(matches!(at, Finding::Silent(..)), part.state == LegState::Asked && part.is_late);
}

fn passed(chance: &mut Chance) -> i64 {
    match chance.below(12) {
        0 => -(chance.below(5 * TimeMs::HOUR as usize) as i64),
        1..=3 => TimeMs::DAY,
        _ => chance.below(TimeMs::HOUR as usize) as i64,
    }
}

#[test]
fn a_trace_has_one_who_acts_for_the_customer_and_names_the_first_leg_that_proves_nothing() {
    for seed in 0..seeds(10_000) {
        let (mut chance, mut play, mut late) = (Chance::of(seed), Play::new(), Vec::new());
        for _ in 0..chance.below(25) {
            play.now = play.now.plus(passed(&mut chance));
            let is_leg = chance.hits(60);
            let wish = if is_leg { of_leg(&mut chance) } else { of_remedy(&mut chance) };
            match chance.below(10) {
                0 => {}
                1 | 2 => late.push(wish),
                3 => {
                    late.push(wish);
                    play.send(wish);
                }
                _ => play.send(wish),
            }
            if !late.is_empty() && chance.hits(40) {
                let at = chance.below(late.len());
                play.send(late.swap_remove(at));
            }
        }
        // With the faults off, whoever does not answer is named, and the customer is looked after.
        play.now = play.now.max(NOW).plus(30 * TimeMs::DAY);
        for _ in 0..3 {
            play.send((organisation(BRAND), Deed::Tick));
        }
        assert!(!matches!(play.trail.finding(), Finding::Waits(..)), "seed {seed}");
        if let Some((who, _)) = play.trail.waits(organisation(BRAND)) {
            play.send((who, Deed::Promise(RemedyKind::Refund, "in full", None)));
            play.send((who, Deed::Keep("")));
        }
        assert_eq!(play.trail.good.state, RemedyState::Done, "seed {seed}");
    }
}

/// When the customer is to get what, and who sees to it.
fn customers(trail: &Trail) -> (Good, Option<(OrganisationId, TimeMs)>) {
    (trail.good.clone(), trail.waits(organisation(BRAND)))
}

#[test]
fn a_thousand_customers_are_looked_after_whatever_the_legs_say() {
    for seed in 0..1_000 {
        let (mut chance, mut quiet, mut loud) = (Chance::of(seed), Play::new(), Play::new());
        for _ in 0..20 {
            let by = passed(&mut chance);
            (quiet.now, loud.now) = (quiet.now.plus(by), loud.now.plus(by));
            let wish = of_remedy(&mut chance);
            for _ in 0..chance.below(3) {
                loud.send(of_leg(&mut chance));
            }
            quiet.send(wish);
            loud.send(wish);
            assert_eq!(customers(&quiet.trail), customers(&loud.trail), "seed {seed}");
        }
    }
}
