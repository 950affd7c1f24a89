//! Average linkage within one part.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::{PAIRS_EXACT_MAX, agglomerate::World, memo::Memo};

/// How many pairs stand for all of them when there are more than [`PAIRS_EXACT_MAX`].
const PAIRS_SPREAD: usize = 64;
/// Above this many pairs an average is known when seven of eight are.
const PAIRS_ALL_MAX: u64 = 64;

/// The records of one part on their way into groups. Made once for a thread, opened for each part.
pub(super) struct Linkage<'w, S> {
    world: &'w World<'w, S>,
    members: &'w [u32],
    /// The proposed pairs inside the part and their tempered weights, ascending.
    pub(super) edges: Vec<(u32, u32, i32)>,
    memo: Memo,
    groups: Vec<Group>,
    /// The slot in `groups` that each record is in.
    slot_of: Vec<u32>,
    heap: BinaryHeap<Candidate>,
    /// Room for [`Self::sum_with`].
    others: Vec<u32>,
}

/// One group; its slot stays, its name is its smallest record.
#[derive(Default)]
struct Group {
    name: u32,
    members: Vec<u32>,
    /// To the groups it has a pair with, ascending by slot.
    links: Vec<Link>,
}

/// What is known between two groups. Kept on both sides.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Link {
    other: u32,
    apart: bool,
    /// Of the tempered weights known so far.
    sum: i64,
    /// How many pairs that are.
    known: u64,
}

/// Two groups whose average, as far as it is known, reaches the high cut. The greatest is next.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    average: i64,
    names: Reverse<(u32, u32)>,
    slots: (u32, u32),
    sum: i64,
    known: u64,
}

impl Link {
    /// In 1/65536 of a weight, rounded down, so that it orders without fractions.
    fn average(&self) -> i64 {
        (self.sum << 16).div_euclid(self.known.max(1) as i64)
    }
}

impl<'w, S: Fn(u32, u32) -> i32> Linkage<'w, S> {
    pub(super) fn new(world: &'w World<'w, S>) -> Self {
        Self {
            world,
            members: &[],
            edges: Vec::new(),
            memo: Memo::default(),
            groups: Vec::new(),
            slot_of: Vec::new(),
            heap: BinaryHeap::new(),
            others: Vec::new(),
        }
    }

    /// Turns to a part; `start` is its first place. Nothing is grouped before [`Self::form`].
    pub(super) fn open(&mut self, members: &'w [u32], start: u32) {
        self.members = members;
        self.memo.reset(members.len());
        self.read_edges(start);
    }

    /// Starts from these groups: `slots` has for each record the first record of its group. Groups
    /// `aside` (ascending) stay as they are, groups of `apart` records never meet.
    pub(super) fn form(&mut self, slots: &[u32], apart: &[(u32, u32)], aside: &[u32]) {
        self.slot_of.clear();
        self.slot_of.extend_from_slice(slots);
        if self.groups.len() < slots.len() {
            self.groups.resize_with(slots.len(), Group::default);
        }
        for group in &mut self.groups[..slots.len()] {
            group.members.clear();
            group.links.clear();
        }
        for (place, &slot) in slots.iter().enumerate() {
            let group = &mut self.groups[slot as usize];
            group.name = slot;
            group.members.push(place as u32);
        }
        for &(a, b) in apart {
            let (a, b) = (slots[a as usize], slots[b as usize]);
            self.add_link(a, b, Link { apart: true, ..Link::default() });
        }
        let edges = std::mem::take(&mut self.edges);
        let is_aside = |slot: u32| aside.binary_search(&slot).is_ok();
        for &(a, b, weight) in &edges {
            let (a, b) = (slots[a as usize], slots[b as usize]);
            if a != b && !is_aside(a) && !is_aside(b) {
                self.add_link(a, b, Link { sum: weight.into(), known: 1, ..Link::default() });
            }
        }
        self.edges = edges;
        self.heap.clear();
        for slot in 0..slots.len() as u32 {
            for at in 0..self.groups[slot as usize].links.len() {
                let link = self.groups[slot as usize].links[at];
                if slot < link.other {
                    self.offer(slot, link);
                }
            }
        }
    }

    fn read_edges(&mut self, start: u32) {
        let World { pairs, parts, cuts, .. } = self.world;
        let end = start + self.members.len() as u32;
        self.edges.clear();
        for (a, &record) in self.members.iter().enumerate() {
            for (other, weight) in pairs.above(record) {
                let place = parts.place_of(other).filter(|place| (start..end).contains(place));
                if let Some(b) = place {
                    let below = weight < cuts.low;
                    let weight = cuts.temper(weight);
                    // What the caller may leave out must not matter when it is given.
                    if !below {
                        self.edges.push((a as u32, b - start, weight));
                    }
                    self.memo.weight(a as u32, b - start, |_, _| weight);
                }
            }
        }
    }

    /// Joins the best two groups until no two average the high cut.
    pub(super) fn run(&mut self) {
        while let Some(next) = self.heap.pop() {
            let (a, b) = next.slots;
            let Some(link) = self.link(a, b) else { continue };
            if link.apart || link.sum != next.sum || link.known != next.known {
                continue;
            }
            let pairs = self.pair_count(a, b);
            let missing = pairs - link.known;
            if missing == 0 || (pairs > PAIRS_ALL_MAX && missing * 8 <= pairs) {
                self.merge(a, b);
            } else {
                let (mine, theirs) =
                    (&self.groups[a as usize].members, &self.groups[b as usize].members);
                let sum = sum_between(self.world, self.members, &mut self.memo, mine, theirs);
                self.set_link(a, b, Link { sum, known: pairs, ..link });
            }
        }
    }

    /// For each record of the part the first record of its group.
    pub(super) fn names(&self) -> Vec<u32> {
        self.slot_of.iter().map(|&slot| self.groups[slot as usize].name).collect()
    }

    /// The slot of the group that a record of the part is in.
    pub(super) fn group_of(&self, place: u32) -> u32 {
        self.slot_of[place as usize]
    }

    /// How many records are in a group.
    pub(super) fn size(&self, slot: u32) -> usize {
        self.groups[slot as usize].members.len()
    }

    /// The sum of one record with all others of a group, and how many they are.
    pub(super) fn sum_with(&mut self, place: u32, slot: u32) -> (i64, i64) {
        let theirs = &self.groups[slot as usize].members;
        let mut others = std::mem::take(&mut self.others);
        others.clear();
        others.extend(theirs.iter().copied().filter(|&other| other != place));
        let sum = sum_between(self.world, self.members, &mut self.memo, &[place], &others);
        let count = others.len() as i64;
        self.others = others;
        (sum, count)
    }

    /// How many records the part has.
    pub(super) fn record_count(&self) -> u32 {
        self.members.len() as u32
    }

    /// Every record with each other group that it has an edge to at the high cut, ascending.
    pub(super) fn second_matches(&self) -> Vec<(u32, u32)> {
        let mut matches = Vec::new();
        for &(a, b, _) in self.edges.iter().filter(|edge| edge.2 >= self.world.cuts.high) {
            let (mine, theirs) = (self.group_of(a), self.group_of(b));
            if mine != theirs {
                matches.extend([(a, theirs), (b, mine)]);
            }
        }
        matches.sort_unstable();
        matches.dedup();
        matches
    }

    /// Moves one record to another group, or (`to` is none) to an empty slot, and returns the slot.
    /// Links are not kept up: [`Self::form`] comes next.
    pub(super) fn transfer(&mut self, place: u32, to: Option<u32>) -> u32 {
        let from = self.slot_of[place as usize];
        self.groups[from as usize].members.retain(|&member| member != place);
        let to = to.unwrap_or_else(|| {
            let empty = self.groups.iter().position(|group| group.members.is_empty());
            empty.expect("there are as many slots as records, and this group had two") as u32
        });
        self.groups[to as usize].members.push(place);
        self.slot_of[place as usize] = to;
        for slot in [from, to] {
            let group = &mut self.groups[slot as usize];
            group.name = group.members.iter().copied().min().unwrap_or(group.name);
        }
        to
    }

    /// The cuts in use.
    pub(super) fn cuts(&self) -> &'w super::Cuts {
        self.world.cuts
    }

    fn pair_count(&self, a: u32, b: u32) -> u64 {
        self.size(a) as u64 * self.size(b) as u64
    }

    fn link(&self, a: u32, b: u32) -> Option<Link> {
        let links = &self.groups[a as usize].links;
        links.binary_search_by_key(&b, |link| link.other).ok().map(|at| links[at])
    }

    /// Adds to what is known between two groups; nothing is offered yet.
    fn add_link(&mut self, a: u32, b: u32, more: Link) -> Link {
        let mut total = more;
        for (slot, other) in [(a, b), (b, a)] {
            let links = &mut self.groups[slot as usize].links;
            match links.binary_search_by_key(&other, |link| link.other) {
                Ok(at) => {
                    links[at].apart |= more.apart;
                    links[at].sum += more.sum;
                    links[at].known += more.known;
                    total = links[at];
                }
                Err(at) => links.insert(at, Link { other, ..more }),
            }
        }
        total.other = b;
        total
    }

    fn set_link(&mut self, a: u32, b: u32, now: Link) {
        for (slot, other) in [(a, b), (b, a)] {
            let links = &mut self.groups[slot as usize].links;
            if let Ok(at) = links.binary_search_by_key(&other, |link| link.other) {
                links[at] = Link { other, ..now };
            }
        }
        self.offer(a, Link { other: b, ..now });
    }

    /// Puts two groups in the queue if their average reaches the high cut.
    fn offer(&mut self, slot: u32, link: Link) {
        let average = link.average();
        if link.apart || link.known == 0 || average < i64::from(self.world.cuts.high) << 16 {
            return;
        }
        let names = (self.groups[slot as usize].name, self.groups[link.other as usize].name);
        self.heap.push(Candidate {
            average,
            names: Reverse((names.0.min(names.1), names.0.max(names.1))),
            slots: (slot, link.other),
            sum: link.sum,
            known: link.known,
        });
    }

    /// Folds the smaller group into the larger, so that a record moves at most log n times.
    fn merge(&mut self, a: u32, b: u32) {
        let rank = |slot: u32| (self.size(slot), Reverse(self.groups[slot as usize].name));
        let (keep, fold) = if rank(a) >= rank(b) { (a, b) } else { (b, a) };
        let folded = std::mem::take(&mut self.groups[fold as usize]);
        for link in &folded.links {
            let others = &mut self.groups[link.other as usize].links;
            if let Ok(at) = others.binary_search_by_key(&fold, |back| back.other) {
                others.remove(at);
            }
        }
        let kept = &mut self.groups[keep as usize];
        kept.name = kept.name.min(folded.name);
        kept.members.extend_from_slice(&folded.members);
        for &place in &folded.members {
            self.slot_of[place as usize] = keep;
        }
        for link in folded.links.into_iter().filter(|link| link.other != keep) {
            let now = self.add_link(keep, link.other, link);
            self.offer(keep, now);
        }
    }
}

/// The sum over all pairs of two groups; of a spread of them, scaled up, when they are many.
fn sum_between<S: Fn(u32, u32) -> i32>(
    world: &World<'_, S>,
    members: &[u32],
    memo: &mut Memo,
    mine: &[u32],
    theirs: &[u32],
) -> i64 {
    let pairs = mine.len() * theirs.len();
    let (few, many) = if mine.len() < theirs.len() { (mine, theirs) } else { (theirs, mine) };
    let (few_taken, many_taken) = if pairs <= PAIRS_EXACT_MAX {
        (few.len(), many.len())
    } else {
        let few_taken = few.len().min(PAIRS_SPREAD.isqrt());
        (few_taken, many.len().min(PAIRS_SPREAD / few_taken))
    };
    let mut sum = 0;
    for i in 0..few_taken {
        let a = few[i * few.len() / few_taken];
        for j in 0..many_taken {
            let b = many[j * many.len() / many_taken];
            sum += i64::from(memo.weight(a, b, |a, b| {
                let weight = (world.score)(members[a as usize], members[b as usize]);
                world.cuts.temper(weight)
            }));
        }
    }
    sum * pairs as i64 / (few_taken * many_taken).max(1) as i64
}
