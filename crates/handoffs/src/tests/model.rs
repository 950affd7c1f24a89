//! What must hold of hand-offs whatever happens in whichever order, and a script of chance that
//! tries it: messages are dropped, doubled, delayed and turned around, programs die before and
//! after they commit, clocks are set back, partners leave.

use handfast_kit::TimeMs;
use handfast_record::{testing::NOW, touches::HandOffStep};

use super::chance::Chance;
use crate::State;

/// Organisations by number; the brand is 0.
pub(super) type Org = usize;
pub(super) const BRAND: Org = 0;
pub(super) const ORGS: usize = 4;

/// What somebody wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    Offer { by: Org, to: Org, within_ms: i64 },
    Act { by: Org, hand: usize, act: Act },
    Leave(Org),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    See,
    Accept,
    Decline,
    Withdraw,
    Ask,
    Supply,
    Chase,
    Escalate,
}

const ACTS: [Act; 10] = [
    Act::See,
    Act::Accept,
    Act::Accept,
    Act::Accept,
    Act::Decline,
    Act::Withdraw,
    Act::Ask,
    Act::Supply,
    Act::Chase,
    Act::Escalate,
];

/// One hand-off as it can be seen from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) from: Org,
    pub(super) to: Org,
    pub(super) state: State,
    pub(super) version: i64,
    pub(super) steps: Vec<HandOffStep>,
    pub(super) waits: Option<(Org, TimeMs)>,
}

/// All that can be seen from outside.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Sight {
    pub(super) holder: Org,
    /// Who was accountable, from when, until when, by which hand-off.
    pub(super) custody: Vec<(Org, TimeMs, Option<TimeMs>, Option<usize>)>,
    pub(super) hands: Vec<Seen>,
}

/// What answers wishes: the rules alone, or the whole store.
pub(super) trait World {
    /// Does what is wished, or says why not.
    fn wish(&mut self, now: TimeMs, wish: Wish) -> Result<(), String>;
    /// Lets the round come by.
    fn round(&mut self, now: TimeMs);
    fn look(&mut self) -> Sight;
}

/// What was played so far.
pub(super) struct Play<'a, W> {
    world: &'a mut W,
    chance: Chance,
    now: TimeMs,
    left: Vec<Org>,
    before: Sight,
    /// Messages on their way.
    queue: Vec<Wish>,
    /// What was answered, to be compared with another world's.
    pub(super) answers: Vec<Result<(), String>>,
}

/// Plays one seed, and answers with all that was seen. Panics where something does not hold.
pub(super) fn play<W: World>(world: &mut W, seed: u64, moves: usize) -> (Sight, Vec<String>) {
    let before = world.look();
    let chance = Chance::of(seed);
    let mut play = Play {
        world,
        chance,
        now: NOW,
        left: Vec::new(),
        before,
        queue: Vec::new(),
        answers: Vec::new(),
    };
    for _ in 0..moves {
        play.step();
    }
    play.settle();
    let answers = play.answers.into_iter().map(|one| format!("{one:?}")).collect();
    (play.before, answers)
}

impl<W: World> Play<'_, W> {
    fn step(&mut self) {
        let passed = match self.chance.below(20) {
            0 => -(self.chance.below(5_400_000) as i64),
            1 | 2 => TimeMs::DAY,
            3..=6 => self.chance.below(7_200_000) as i64,
            _ => self.chance.below(60_000) as i64,
        };
        self.now = self.now.plus(passed);
        let wish = self.invent();
        match self.chance.below(20) {
            // Dropped, and never sent again.
            0 => {}
            // Delayed: others overtake it.
            1..=3 => self.queue.push(wish),
            // Doubled: a second one is on its way.
            4..=6 => {
                self.queue.push(wish);
                drop(self.send(wish));
            }
            // The program dies after it committed: nobody hears the answer, and asks again.
            7 | 8 => {
                let first = self.send(wish);
                let again = self.send(wish);
                let repeats = matches!(wish, Wish::Act { act, .. }
                    if !matches!(act, Act::Chase | Act::Escalate));
                assert!(!repeats || first == again, "{wish:?}: {first:?}, then {again:?}");
            }
            _ => drop(self.send(wish)),
        }
        if !self.queue.is_empty() && self.chance.hits(40) {
            let at = self.chance.below(self.queue.len());
            let late = self.queue.swap_remove(at);
            drop(self.send(late));
        }
        if self.chance.hits(25) {
            self.round();
        }
    }

    fn invent(&mut self) -> Wish {
        let hands = self.before.hands.len();
        let to = self.chance.below(ORGS);
        if hands == 0 || self.chance.hits(25) {
            let own = if self.chance.hits(70) { self.before.holder } else { BRAND };
            let by = if self.chance.hits(90) { own } else { self.chance.below(ORGS) };
            // A partner knows no other by name, and asks the brand.
            let to = if by == BRAND { to } else { BRAND };
            let within_ms = self.chance.one(&[0, 60_000, TimeMs::HOUR, 2 * TimeMs::DAY]);
            return Wish::Offer { by, to, within_ms };
        }
        if self.chance.hits(2) && self.left.len() + 2 < ORGS {
            return Wish::Leave(1 + self.chance.below(ORGS - 1));
        }
        let hand = if self.chance.hits(70) { hands - 1 } else { self.chance.below(hands) };
        let act = self.chance.one(&ACTS);
        let seen = &self.before.hands[hand];
        let own = match act {
            Act::Withdraw | Act::Supply | Act::Chase | Act::Escalate => seen.from,
            _ => seen.to,
        };
        let by = if self.chance.hits(85) { own } else { to };
        Wish::Act { by, hand, act }
    }

    fn send(&mut self, wish: Wish) -> Result<(), String> {
        let answer = self.world.wish(self.now, wish);
        if let (Wish::Leave(who), Ok(())) = (wish, &answer) {
            self.left.push(who);
        }
        let after = self.world.look();
        let is_changed = after != self.before;
        assert!(answer.is_ok() || !is_changed, "a refused wish left a trace: {wish:?}");
        if after.holder != self.before.holder {
            let Wish::Act { by, hand, act: Act::Accept } = wish else {
                panic!("accountability moved by {wish:?}")
            };
            assert_eq!((after.holder, after.hands[hand].to), (by, by), "{wish:?}");
            assert!(!self.left.contains(&by), "who left took something over");
        }
        self.answers.push(answer.clone());
        self.check(after);
        answer
    }

    fn round(&mut self) {
        self.world.round(self.now);
        let once = self.world.look();
        // Another process comes by at the same time.
        self.world.round(self.now);
        let twice = self.world.look();
        assert_eq!(once, twice, "the round did something twice");
        assert_eq!(once.holder, self.before.holder, "a clock moved accountability");
        self.check(once);
    }

    /// With the faults off, all that is on its way arrives, and every clock runs out.
    fn settle(&mut self) {
        for wish in std::mem::take(&mut self.queue) {
            drop(self.send(wish));
        }
        // However far the clock was set back, an offer waits 30 days at most.
        self.now = self.now.max(NOW).plus(40 * TimeMs::DAY);
        self.round();
        self.now = self.now.plus(2 * TimeMs::DAY);
        self.round();
        let open = self.before.hands.iter().filter(|hand| hand.state == State::Offered);
        assert_eq!(open.count(), 0, "something is never answered");
        let to = if self.before.holder == BRAND { 1 } else { BRAND };
        let again = Wish::Offer { by: BRAND, to, within_ms: TimeMs::DAY };
        let again = self.send(again).map_err(|why| why.contains("asked already"));
        assert_ne!(again, Err(true), "it can never be offered again");
        self.now = self.now.plus(3 * TimeMs::DAY);
        self.round();
        let late = |hand: &&Seen| hand.waits.is_some_and(|(_, due)| due <= self.now);
        for hand in self.before.hands.iter().filter(late) {
            assert!(hand.steps.contains(&HandOffStep::Escalated), "nobody was told of {hand:?}");
        }
    }

    fn check(&mut self, after: Sight) {
        accountable_once(&after, self.now);
        for (before, after) in self.before.hands.iter().zip(&after.hands) {
            went_on(before, after);
        }
        assert!(after.hands.len() >= self.before.hands.len(), "a hand-off was lost");
        after.hands.iter().for_each(counted_once);
        let open = after.hands.iter().filter(|hand| hand.state == State::Offered);
        assert!(open.count() <= 1, "one thing is offered twice");
        let accepted = after.hands.iter().filter(|hand| hand.state == State::Accepted);
        assert_eq!(accepted.count() + 1, after.custody.len(), "an acceptance has two effects");
        self.before = after;
    }
}

/// At every instant exactly one is accountable.
fn accountable_once(sight: &Sight, now: TimeMs) {
    let chain = &sight.custody;
    let (first, last) = (chain[0], chain[chain.len() - 1]);
    assert_eq!((last.0, last.2), (sight.holder, None), "{chain:?}");
    let mut instants: Vec<TimeMs> = chain.iter().map(|one| one.1).collect();
    instants.extend([first.1, now.max(last.1), last.1.plus(1)]);
    let around = instants.iter().flat_map(|at| [at.plus(-1), *at, at.plus(1)]);
    for at in around.filter(|at| *at >= first.1) {
        let holds = |one: &&(Org, TimeMs, Option<TimeMs>, Option<usize>)| {
            one.1 <= at && one.2.is_none_or(|until| at < until)
        };
        assert_eq!(chain.iter().filter(holds).count(), 1, "at {at:?}: {chain:?}");
    }
    for pair in chain.windows(2) {
        assert_eq!(pair[0].2, Some(pair[1].1), "a gap or an overlap: {chain:?}");
        assert!(pair[1].3.is_some(), "it came by no hand-off: {chain:?}");
    }
    for (at, one) in chain.iter().enumerate() {
        let again = chain[..at].iter().any(|other| other.3.is_some() && other.3 == one.3);
        assert!(!again, "one hand-off moved it twice: {chain:?}");
    }
}

fn went_on(before: &Seen, after: &Seen) {
    assert!(after.version >= before.version);
    assert!(after.steps.starts_with(&before.steps), "a step was lost: {before:?} {after:?}");
    let is_over = before.state != State::Offered;
    assert!(!is_over || before.state == after.state, "what was over went on: {after:?}");
}

fn counted_once(hand: &Seen) {
    use HandOffStep::{Accepted, Declined, Expired, Offered, Seen as Opened, Withdrawn};
    assert_eq!(hand.steps.len() as i64, hand.version, "{hand:?}");
    assert_eq!(hand.steps.first(), Some(&Offered));
    let count = |step: HandOffStep| hand.steps.iter().filter(|one| **one == step).count();
    let ends = [count(Accepted), count(Declined), count(Expired)];
    assert!(count(Offered) == 1 && count(Opened) <= 1, "{hand:?}");
    let is = match hand.state {
        State::Offered => (ends == [0, 0, 0], count(Withdrawn) == 0),
        State::Accepted => (ends == [1, 0, 0], count(Withdrawn) == 0),
        State::Declined => (ends == [0, 1, 0], count(Withdrawn) <= 1),
        State::Expired => (ends == [0, 0, 1], count(Withdrawn) <= 1),
        State::Withdrawn => (ends == [0, 0, 0], count(Withdrawn) == 1),
    };
    assert_eq!(is, (true, true), "{hand:?}");
}
