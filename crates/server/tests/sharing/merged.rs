//! Twins of which one has customers merged: an organisation to which nobody granted anything gets
//! the same answers in both, byte by byte, and goes on knowing its customers by the same ids. That
//! somebody else knows the same customer is not its to learn.

use std::collections::{BTreeMap, BTreeSet};

use handfast_db::Fault;
use handfast_kit::TimeMs;
use handfast_record::{
    CustomerId, customers,
    merging::{self, Why},
    receipts,
    sharing::{Author, Tie},
    testing::NOW,
    touches,
};

use crate::{
    alter::Timed,
    asks::{self, Session},
    chance::Chance,
    folk::Folk,
    grow::{self, Size},
    plan::{Act, Who},
    size,
    stage::{Stage, fault},
    truth::Truth,
};

/// How many customers are merged with another, at most.
const MERGES_MAX: usize = 6;

#[test]
fn who_is_granted_nothing_learns_nothing_of_a_merge() {
    let (mut merge_count, mut request_count) = (0, 0);
    let mut wrong = Vec::new();
    for seed in 0..size("MERGED", 12) {
        let (merges, requests, told) = pair(seed);
        merge_count += merges;
        request_count += requests;
        wrong.extend(told.into_iter().take(3).map(|what| format!("seed {seed}: {what}")));
    }
    println!("{merge_count} merges, {request_count} requests");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(merge_count > 0);
}

/// A world with and without merges, seen by one partner.
fn pair(seed: u64) -> (usize, usize, Vec<String>) {
    let mut plan = grow::plan(seed.wrapping_add(9_000_000), Size::SMALL);
    let mut chance = Chance::of(seed);
    let viewer = chance.between(1, plan.organisation_count() - 1);
    plan.acts.retain(|act| is_no_word(act) && !is_granted(act, viewer));
    let timed = |(at, act): (usize, &Act)| (NOW.plus(at as i64 * 10), act.clone());
    let acts: Vec<Timed> = plan.acts.iter().enumerate().map(timed).collect();
    let folk = Folk::of(&plan);
    let (before, after) = (World::of(&folk, &acts), World::of(&folk, &acts));
    let merges = after.merge(viewer, &mut chance);
    let script = asks::script(&before.stage, &before.truth, &acts, viewer);
    let mut wrong = Vec::new();
    let (known, still_known) = (before.known_to(viewer), after.known_to(viewer));
    if known != still_known {
        wrong.push(format!("organisation {viewer} knew {known:?} and knows {still_known:?}"));
    }
    let answers = before.answers(&folk, viewer, &script);
    let others = after.answers(&folk, viewer, &script);
    wrong.extend(
        asks::difference(&script, &answers, &others)
            .map(|what| format!("organisation {viewer}: {what}\n  after {merges} merges")),
    );
    (merges, answers.len() * 2, wrong)
}

/// What the customer says or forbids is said for all of it, whichever records it is one of, and is
/// shown to whom it concerns: not what is asked about here.
fn is_no_word(act: &Act) -> bool {
    !matches!(act, Act::Said { .. } | Act::Unsaid { .. } | Act::Frozen { .. })
}

fn is_granted(act: &Act, viewer: Who) -> bool {
    matches!(act, Act::Agreement { who, .. } if *who == viewer)
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

    /// Merges some customers, none of whom the viewer has to do with twice. Answers how many.
    fn merge(&self, viewer: Who, chance: &mut Chance) -> usize {
        let organisation = self.stage.organisations[viewer];
        let is_own = |tie: Tie| !matches!(tie, Tie::Territory | Tie::None);
        let mut own: BTreeMap<CustomerId, bool> = BTreeMap::new();
        for one in &self.truth.all {
            let ties = &one.world.ties;
            let has_tie =
                ties.iter().any(|(_, held)| held.organisation == organisation && is_own(held.tie));
            let wrote = one.touches.iter().any(|touch| touch.author == organisation);
            own.insert(one.id, has_tie || wrote);
        }
        let all: BTreeSet<CustomerId> = self.stage.known.customers.values().copied().collect();
        let mut groups: Vec<CustomerId> = all.into_iter().collect();
        let mut merged = 0;
        for _ in 0..MERGES_MAX {
            if groups.len() < 2 {
                break;
            }
            let a = groups.swap_remove(chance.below(groups.len()));
            let b = *chance.pick(&groups);
            let is_both = own[&a] && own[&b];
            if is_both {
                groups.push(a);
                continue;
            }
            if !self.merge_two(a, b) {
                continue;
            }
            own.insert(b, own[&a] || own[&b]);
            merged += 1;
        }
        merged
    }

    fn merge_two(&self, a: CustomerId, b: CustomerId) -> bool {
        let (network, now) = (self.stage.network, self.stage.clock.now());
        let brand = Author::organisation(network, self.stage.organisations[0]);
        let why = Why { weight: Some(2_000), words: "the same mail address".to_owned() };
        let done = self.stage.db.write(move |tx| {
            let done = merging::merge(tx, &brand, now, a, b, &why);
            receipts::seal(tx, network, NOW, 5_000, None)?;
            match done {
                Ok(_) => Ok(true),
                Err(merging::Error::Refused(_)) => Ok(false),
                Err(error) => Err::<bool, Fault>(fault(error)),
            }
        });
        done.unwrap()
    }

    /// The customers that the viewer is told of, by the ids it is told.
    fn known_to(&self, viewer: Who) -> BTreeSet<CustomerId> {
        let lens = self.stage.lens(viewer);
        let told = self.stage.db.read(|cx| {
            let listed = customers::list(cx, &lens, None, None, customers::PAGE_MAX)?;
            let feed = touches::feed(cx, &lens, None, touches::PAGE_MAX)?.unwrap_or_default();
            let subjects = feed.into_iter().map(|touch| touch.subject.as_kind());
            let rows = listed.items.into_iter().map(|row| row.id);
            Ok::<_, Fault>(rows.chain(subjects).collect())
        });
        told.unwrap()
    }

    fn answers(&self, folk: &Folk, viewer: Who, script: &[asks::Said]) -> Vec<String> {
        let keys = &folk.keys[viewer];
        Session::new(&self.stage, keys, self.data.path()).all(script)
    }
}
