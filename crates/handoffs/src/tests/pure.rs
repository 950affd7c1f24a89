//! The rules alone under the script of chance: no database, no clock.

use handfast_kit::{OrganisationId, TimeMs};
use handfast_record::{HandOffId, testing::NOW, touches::Handed};

use super::model::{Act, BRAND, ORGS, Org, Seen, Sight, Wish, World, play};
use crate::{
    BriefEntry, Error, State,
    rules::{self, Deed, Hand, Holding, Item, Outcome, Turn},
    terms,
};

/// How the rules stand, with everything around them kept in lists.
pub(super) struct Pure {
    orgs: Vec<OrganisationId>,
    left: Vec<Org>,
    holding: Holding,
    custody: Vec<(Org, TimeMs, Option<TimeMs>, Option<usize>)>,
    hands: Vec<Hand>,
    steps: Vec<Vec<handfast_record::touches::HandOffStep>>,
}

impl Pure {
    /// The brand has the thing since `since`.
    pub(super) fn new(since: TimeMs) -> Self {
        let orgs: Vec<_> = (0..ORGS).map(|_| OrganisationId::random()).collect();
        let holding = Holding { holder: orgs[BRAND], position: 0, since, open: None };
        let custody = vec![(BRAND, since, None, None)];
        Self { orgs, left: Vec::new(), holding, custody, hands: Vec::new(), steps: Vec::new() }
    }

    fn org(&self, id: OrganisationId) -> Org {
        self.orgs.iter().position(|one| *one == id).unwrap()
    }

    fn offer(&mut self, now: TimeMs, (by, to): (Org, Org), within_ms: i64) -> Result<(), Error> {
        let holder = self.org(self.holding.holder);
        if ![holder, BRAND].contains(&by) {
            return Err(Error::NotYours);
        }
        if self.holding.open.is_some() {
            return Err(Error::AlreadyOffered);
        }
        // Who takes it for itself is not held to its own no.
        let declined = self.hands.iter().any(|hand| {
            by != to
                && hand.position == self.holding.position
                && hand.state == State::Declined
                && hand.to == self.orgs[to]
        });
        if to == holder || self.left.contains(&to) || declined {
            return Err(Error::NotACandidate);
        }
        let accept_by = terms::accept_by(Handed::Case, Some(now.plus(within_ms)), now)?;
        let item = |word: &str| Item {
            word: word.to_owned(),
            text: None,
            from_record: false,
            was_missing: true,
            asked: None,
            is_escalated: false,
        };
        for hand in &mut self.hands {
            hand.back = None;
        }
        let hand = Hand {
            id: HandOffId::random(),
            handed: Handed::Case,
            from: self.holding.holder,
            to: self.orgs[to],
            position: self.holding.position,
            state: State::Offered,
            version: 1,
            offered: now,
            accept_by,
            remind: Some(now.plus((accept_by.0 - now.0) / 2)),
            seen: None,
            answered: None,
            back: None,
            is_escalated: false,
            brief: terms::items(Handed::Case).iter().map(|(word, _)| item(word)).collect(),
        };
        self.holding.open = Some(hand.id);
        self.hands.push(hand);
        self.steps.push(vec![handfast_record::touches::HandOffStep::Offered]);
        Ok(())
    }

    fn act(&mut self, now: TimeMs, (by, at): (Org, usize), deed: &Deed<'_>) -> Result<(), Error> {
        let hand = &self.hands[at];
        if ![hand.from, hand.to, self.orgs[BRAND]].contains(&self.orgs[by]) {
            return Err(Error::NotFound);
        }
        let turn = Turn {
            organisation: self.orgs[by],
            name: "Somebody",
            brand: self.orgs[BRAND],
            receiver_ended: self.left.contains(&self.org(hand.to)),
            now,
        };
        let outcome = rules::apply(hand, &self.holding, &turn, deed)?;
        self.keep(at, outcome);
        Ok(())
    }

    fn keep(&mut self, at: usize, outcome: Outcome) {
        if outcome.steps.is_empty() {
            return;
        }
        if outcome.holding.position != self.holding.position {
            let since = outcome.holding.since;
            self.custody.last_mut().unwrap().2 = Some(since);
            self.custody.push((self.org(outcome.holding.holder), since, None, Some(at)));
        }
        self.holding = outcome.holding;
        self.hands[at] = outcome.hand;
        self.steps[at].extend(outcome.steps.iter().map(|made| made.step));
    }
}

/// The words of a deed.
pub(super) fn deed(act: Act, entry: &BriefEntry) -> Deed<'_> {
    match act {
        Act::See => Deed::See,
        Act::Accept => Deed::Accept,
        Act::Decline => Deed::Decline("No bay is free"),
        Act::Withdraw => Deed::Withdraw("We keep it"),
        Act::Ask => Deed::Ask("tried"),
        Act::Supply => Deed::Supply(entry),
        Act::Chase => Deed::Chase(""),
        Act::Escalate => Deed::Escalate(""),
    }
}

pub(super) fn entry() -> BriefEntry {
    BriefEntry { item: "tried".to_owned(), text: "A new connector".to_owned() }
}

impl World for Pure {
    fn wish(&mut self, now: TimeMs, wish: Wish) -> Result<(), String> {
        let done = match wish {
            Wish::Offer { by, to, within_ms } => self.offer(now, (by, to), within_ms),
            Wish::Act { by, hand, act } => self.act(now, (by, hand), &deed(act, &entry())),
            Wish::Leave(who) => {
                self.left.push(who);
                Ok(())
            }
        };
        done.map_err(|error| error.to_string())
    }

    fn round(&mut self, now: TimeMs) {
        for at in 0..self.hands.len() {
            let hand = &self.hands[at];
            let has_left = self.left.contains(&self.org(hand.to));
            let is_due = hand.next().is_some_and(|next| next <= now);
            let outcome = rules::clock(hand, &self.holding, has_left, now);
            let is_found = is_due || has_left && hand.state == State::Offered;
            assert!(is_found || outcome.steps.is_empty(), "the round would not find {hand:?}");
            self.keep(at, outcome);
        }
    }

    fn look(&mut self) -> Sight {
        let seen = |(hand, steps): (&Hand, &Vec<_>)| Seen {
            from: self.org(hand.from),
            to: self.org(hand.to),
            state: hand.state,
            version: hand.version,
            steps: steps.clone(),
            waits: hand.waits().map(|(who, due)| (self.org(who), due)),
        };
        Sight {
            holder: self.org(self.holding.holder),
            custody: self.custody.clone(),
            hands: self.hands.iter().zip(&self.steps).map(seen).collect(),
        }
    }
}

/// How many seeds are tried: as many as `bin/prove handoffs --seeds` asks for.
pub(crate) fn seeds(usual: u64) -> u64 {
    let asked = std::env::var("HANDFAST_PROVE_SEEDS").ok();
    asked.map_or(usual, |text| text.parse().unwrap())
}

/// Plays every seed, and names those that failed.
pub(super) fn each_seed(count: u64, one: impl Fn(u64) + std::panic::RefUnwindSafe) {
    let only = std::env::var("HANDFAST_PROVE_SEED").ok().map(|text| text.parse().unwrap());
    let range = only.map_or(0..count, |seed: u64| seed..seed + 1);
    let failed: Vec<u64> =
        range.filter(|seed| std::panic::catch_unwind(|| one(*seed)).is_err()).collect();
    assert!(failed.is_empty(), "these seeds failed: {failed:?}");
}

#[test]
fn exactly_one_is_accountable_whatever_happens_in_whichever_order() {
    each_seed(seeds(10_000), |seed| {
        play(&mut Pure::new(NOW), seed, 60);
    });
}

/// What failed once.
#[test]
fn seeds_that_failed_once_hold() {
    for seed in [0, 1] {
        play(&mut Pure::new(NOW), seed, 400);
    }
}
