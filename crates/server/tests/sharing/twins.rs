//! Twins: two worlds that differ only in what one organisation may not see give it the same
//! answers, byte by byte, on every route that reads, and on what it writes.

use handfast_kit::TimeMs;
use handfast_record::testing::NOW;

use crate::{
    alter::{self, Timed},
    asks::{self, Session},
    chance::Chance,
    folk::Folk,
    grow::{self, Grower, Size},
    one_seed,
    plan::{Plan, Who},
    signature, size,
    stage::Stage,
    truth::Truth,
};

/// How many altered worlds each world is compared with.
const TWINS_OF_ONE: u64 = 10;
/// In how many tests they are, which run beside one another.
const PARTS: u64 = 4;

#[test]
fn twins_that_differ_in_what_is_hidden_give_the_same_answers_first() {
    prove(0);
}

#[test]
fn twins_that_differ_in_what_is_hidden_give_the_same_answers_second() {
    prove(1);
}

#[test]
fn twins_that_differ_in_what_is_hidden_give_the_same_answers_third() {
    prove(2);
}

#[test]
fn twins_that_differ_in_what_is_hidden_give_the_same_answers_fourth() {
    prove(3);
}

/// A part of the pairs of worlds that are asked for: each of several processes has one.
fn prove(part: u64) {
    if let Some(seed) = one_seed() {
        if seed % PARTS == part {
            let (_, wrong) = family(seed);
            assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        }
        return;
    }
    let pairs_wanted = size("TWINS", 300).div_ceil(PARTS);
    let (mut seed, mut all, mut wrong) = (part, Came::default(), Vec::new());
    while all.pairs < pairs_wanted && wrong.len() < 5 {
        let (came, told) = family(seed);
        all.pairs += came.pairs;
        all.request_count += came.request_count;
        wrong.extend(told.into_iter().take(3).map(|what| format!("seed {seed}: {what}")));
        seed += PARTS;
    }
    println!("{} pairs of worlds, {} requests", all.pairs, all.request_count);
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[derive(Debug, Default)]
struct Came {
    pairs: u64,
    request_count: u64,
}

/// One world and its twins, seen by one partner.
fn family(seed: u64) -> (Came, Vec<String>) {
    let plan = grow::plan(seed.wrapping_add(7_000_000), Size::SMALL);
    let mut chance = Chance::of(seed);
    let viewer = chance.between(1, plan.organisation_count() - 1);
    let folk = Folk::of(&plan);
    let acts: Vec<Timed> = plan.acts.iter().enumerate().map(timed).collect();
    let known: Vec<Vec<Who>> =
        (0..plan.customers.len()).map(|whom| grow::keepers(&plan, whom)).collect();
    let first = World::of(&folk, &acts);
    let script = asks::script(&first.stage, &first.truth, &acts, viewer);
    let (mut came, mut wrong) = (Came::default(), Vec::new());
    let answers = first.answers(&folk, viewer, &script);
    came.request_count += answers.len() as u64;
    let own = signature::of(&first.stage, &first.truth, viewer);
    // Some alterations show; as many are tried as it takes, within reason.
    for _ in 0..TWINS_OF_ONE * 4 {
        if came.pairs == TWINS_OF_ONE || wrong.len() > 2 {
            break;
        }
        let organisations = plan.organisation_count();
        let known = known.clone();
        let number = 5_000_000 + chance.below(1_000_000);
        let mut grower = Grower { chance: &mut chance, organisations, known, number };
        let acts = alter::altered(&acts, viewer, &mut grower);
        let twin = World::of(&folk, &acts);
        if signature::of(&twin.stage, &twin.truth, viewer) != own {
            continue;
        }
        came.pairs += 1;
        let others = twin.answers(&folk, viewer, &script);
        came.request_count += others.len() as u64;
        wrong.extend(
            asks::difference(&script, &answers, &others)
                .map(|what| format!("organisation {viewer}: {what}\n  of {}", told(&plan, &acts))),
        );
    }
    (came, wrong)
}

fn timed((at, act): (usize, &crate::plan::Act)) -> Timed {
    (NOW.plus(at as i64 * 10), act.clone())
}

/// What is different in the acts.
fn told(plan: &Plan, acts: &[Timed]) -> String {
    let before: Vec<String> = plan.acts.iter().map(|act| format!("{act:?}")).collect();
    let after: Vec<String> = acts.iter().map(|(_, act)| format!("{act:?}")).collect();
    let gone = before.iter().filter(|act| !after.contains(act)).map(|act| format!("- {act}"));
    let new = after.iter().filter(|act| !before.contains(act)).map(|act| format!("+ {act}"));
    gone.chain(new).collect::<Vec<_>>().join("\n     ")
}

/// A world with its files.
struct World {
    data: tempfile::TempDir,
    stage: Stage,
    truth: Truth,
}

impl World {
    fn of(folk: &Folk, acts: &[Timed]) -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut stage = folk.begin(data.path());
        stage.clock.advance(TimeMs::MINUTE);
        stage.act_at(acts.to_vec());
        let truth = Truth::of(&stage);
        Self { data, stage, truth }
    }

    fn answers(&self, folk: &Folk, viewer: Who, script: &[asks::Said]) -> Vec<String> {
        let keys = &folk.keys[viewer];
        Session::new(&self.stage, keys, self.data.path()).all(script)
    }
}
