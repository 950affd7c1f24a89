//! The rules of a dispute under random orders of events: dropped, doubled, overtaken, the clock set
//! back.

use handfast_kit::{Id, OrganisationId, TimeMs, Uuid, Zone};
use handfast_record::{testing::NOW, touches::DisputeStep};

use crate::{
    disputes::{
        rules::{Deed, Quarrel, Turn, apply},
        types::{Error, State},
    },
    tests::{chance::Chance, pure::seeds},
};

fn organisation(number: u128) -> OrganisationId {
    Id::from_uuid(Uuid::from_u128(number))
}

/// A wish that is on its way: who has it, and what it is.
type Wish = (OrganisationId, Deed<'static>);

const WORDS: &str = "Line 88 of our export";

struct Play {
    chance: Chance,
    zone: Zone,
    now: TimeMs,
    quarrel: Quarrel,
    steps: Vec<DisputeStep>,
    late: Vec<Wish>,
}

impl Play {
    fn of(seed: u64) -> Self {
        let zone = Zone::named("Europe/London").unwrap();
        let mut chance = Chance::of(seed);
        let named = organisation(if chance.hits(20) { 0 } else { 2 });
        let quarrel = Quarrel::opened((organisation(1), named), NOW, &zone);
        let steps = vec![DisputeStep::Opened];
        Self { chance, zone, now: NOW, quarrel, steps, late: Vec::new() }
    }

    fn invent(&mut self) -> Wish {
        let who = organisation(self.chance.below(4) as u128);
        let deed = match self.chance.below(6) {
            0 => Deed::Accept(WORDS),
            1 => Deed::Reject(WORDS),
            2 => Deed::Settle(organisation(self.chance.below(4) as u128), WORDS),
            3 => Deed::Withdraw(""),
            4 => Deed::Reject("x"),
            _ => Deed::Tick,
        };
        (who, deed)
    }

    fn send(&mut self, (who, deed): Wish) {
        let before = self.quarrel.clone();
        let brand = organisation(0);
        let turn = Turn { organisation: who, brand, now: self.now, zone: &self.zone };
        match apply(&before, deed, &turn) {
            Ok((next, made)) => {
                self.steps.extend(made.map(|made| made.step));
                self.quarrel = next;
            }
            Err(Error::Fault(fault)) => panic!("{fault}"),
            Err(_) => {}
        }
        self.check(&before, (who, deed));
        // Asked again, nothing more happens but for a clock.
        if deed != Deed::Tick
            && let Ok((again, made)) = apply(&self.quarrel, deed, &turn)
        {
            assert_eq!((again, made), (self.quarrel.clone(), None), "{deed:?} has two effects");
        }
    }

    fn check(&self, before: &Quarrel, wish: Wish) {
        let quarrel = &self.quarrel;
        assert_eq!(quarrel.version, self.steps.len() as i64, "a step is lost: {wish:?}");
        let waits = quarrel.waits(organisation(0));
        assert_eq!(waits.is_some(), quarrel.state.is_open(), "who acts next? {quarrel:?}");
        let ends = [DisputeStep::Accepted, DisputeStep::Settled, DisputeStep::Withdrawn];
        let ended = self.steps.iter().filter(|step| ends.contains(step)).count();
        assert_eq!(ended, usize::from(!quarrel.state.is_open()), "settled twice: {wish:?}");
        assert_eq!(quarrel.answers_for.is_some(), quarrel.state == State::Settled);
        assert!(before.state.is_open() || before == quarrel, "what is over went on: {wish:?}");
        let parties = (quarrel.claimant, quarrel.respondent);
        assert_eq!(parties, (before.claimant, before.respondent));
    }

    fn go(mut self, moves: usize) {
        for _ in 0..moves {
            let passed = match self.chance.below(12) {
                0 => -(self.chance.below(5 * TimeMs::HOUR as usize) as i64),
                1..=3 => TimeMs::DAY,
                _ => self.chance.below(TimeMs::HOUR as usize) as i64,
            };
            self.now = self.now.plus(passed);
            let wish = self.invent();
            match self.chance.below(10) {
                0 => {}
                1 | 2 => self.late.push(wish),
                3 => {
                    self.late.push(wish);
                    self.send(wish);
                }
                _ => self.send(wish),
            }
            if !self.late.is_empty() && self.chance.hits(40) {
                let at = self.chance.below(self.late.len());
                let late = self.late.swap_remove(at);
                self.send(late);
            }
        }
        // With the faults off, the brand is waited for in the end, and whatever it says settles it.
        self.now = self.now.max(NOW).plus(30 * TimeMs::DAY);
        for _ in 0..3 {
            self.send((organisation(0), Deed::Tick));
        }
        if let Some((who, _)) = self.quarrel.waits(organisation(0)) {
            assert_eq!(who, organisation(0));
            self.send((who, Deed::Settle(organisation(1), WORDS)));
            assert_eq!(self.quarrel.state, State::Settled);
        }
    }
}

#[test]
fn a_dispute_has_one_who_acts_next_and_is_settled_once() {
    for seed in 0..seeds(10_000) {
        let mut chance = Chance::of(seed);
        let moves = chance.below(25);
        Play::of(seed).go(moves);
    }
}
