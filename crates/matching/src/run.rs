//! The whole way, from records to groups.

use crate::{
    Explanation, Field, Model, Placeholder, Records, Report, Stage,
    blocks::{Blocks, Most},
    cluster::{self, Decisions, Edge, Grouping},
    compare::{Habits, Seen, WHATS_MAX},
    explain, fit,
    frequency::Frequencies,
    keys,
    prepare::Preparer,
    prepared::{Kind, Shelf, View},
    text::hash,
    threads::Team,
};

/// How to run. [`Default`] is what the product uses.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// A fitted model to use as it is; none fits one to the records.
    pub model: Option<Model>,
    /// What persons decided, by index of the record.
    pub decisions: Decisions,
    /// Threads to use; none takes as many as the machine offers. Does not change the result.
    pub threads: Option<usize>,
}

/// What a run came to.
#[derive(Debug)]
pub struct Outcome {
    /// The model that was used.
    pub model: Model,
    /// Groups by index of the record; `group_of[i]` is the index of the record with the smallest
    /// id in the group of record `i`.
    pub grouping: Grouping,
    /// Counts.
    pub report: Report,
    shelves: Shelves,
    edges: Vec<Edge>,
    /// For each index the place in the order of ids.
    place_of: Vec<u32>,
}

/// Two records of one group that were linked directly, and why.
#[derive(Clone, Debug)]
pub struct Link {
    /// Index of one record.
    pub a: u32,
    /// Index of the other.
    pub b: u32,
    /// Why.
    pub why: Explanation,
}

/// Random pairs that chance is counted on.
const RANDOM_PAIRS: usize = 400_000;
/// Proposed pairs that weights are fitted to.
const FITTED_PAIRS: u64 = 200_000;

/// Records scored between two words of progress.
const STEP: usize = 1 << 17;

/// Prepared records in shelves of equal size, in the order of their ids.
#[derive(Debug)]
struct Shelves {
    shelves: Vec<Shelf>,
    /// For each place the index of the record.
    order: Vec<u32>,
}

/// As many records as one chunk of work.
const SHELF_BITS: u32 = 14;

impl Shelves {
    fn view(&self, place: usize) -> View<'_> {
        self.shelves[place >> SHELF_BITS].view(place & ((1 << SHELF_BITS) - 1))
    }
}

/// Fits (unless a model is given), blocks, scores and groups. `progress` is called now and then
/// with the stage, how much of it is done, and how much there is to do; from this thread only.
pub fn run(records: &Records, options: &Options, progress: &dyn Fn(Stage, u64, u64)) -> Outcome {
    let team = Team::new(options.threads);
    let count = records.len();
    let all = count as u64;
    let ranks = ranks(records);
    let order = together(records, &ranks, team);
    progress(Stage::Preparing, 0, all);
    let mut model = options.model.clone().unwrap_or_else(|| Model::built_in(records.schema()));
    let shelves = team.chunks(count, |range| {
        let mut shelf = Shelf::default();
        let mut preparer = Preparer::new(&model.schema, &model.frequencies);
        for place in range {
            preparer.shelve(&records.record(order[place] as usize), &mut shelf);
        }
        shelf
    });
    let mut shelves = Shelves { shelves, order };
    let fitting = options.model.is_none() && count >= Model::FIT_RECORDS_MIN;
    let mut placeholders = Vec::new();
    if fitting {
        progress(Stage::Counting, 0, all);
        placeholders = count_values(&mut model, &mut shelves, count, team);
    }
    progress(Stage::Blocking, 0, all);
    let most = if fitting {
        Most::Upto(model.key_records_max)
    } else {
        Most::Given(model.key_records_max)
    };
    let blocks = Blocks::new(count, most, team, &|place, out: &mut Vec<u64>| {
        keys::keys(shelves.view(place), out);
    });
    model.key_records_max = blocks.most;
    if fitting {
        progress(Stage::Fitting, 0, all);
        fit_weights(&mut model, &shelves, &blocks, count, team);
    }
    let (edges, candidates) = score(&model, &shelves, &blocks, count, team, progress);
    progress(Stage::Grouping, 0, all);
    let found = Found { edges, candidates, blocks, placeholders };
    settle(model, shelves, found, &ranks, options)
}

fn count_values(
    model: &mut Model,
    shelves: &mut Shelves,
    count: usize,
    team: Team,
) -> Vec<Placeholder> {
    let (frequencies, placeholders) = Frequencies::count(count, team, &|place| shelves.view(place));
    model.frequencies = frequencies;
    let frequencies = &model.frequencies;
    let taken = std::mem::take(&mut shelves.shelves);
    let cells: Vec<_> = taken.into_iter().map(std::sync::Mutex::new).collect();
    shelves.shelves = team.each(cells.len(), |at| {
        let mut shelf =
            cells[at].lock().map(|mut cell| std::mem::take(&mut *cell)).unwrap_or_default();
        shelf.look_up(frequencies);
        shelf
    });
    let (mut new_years, mut days) = (0_u64, 0_u64);
    for place in 0..count {
        for slot in shelves.view(place).of(Kind::Date) {
            days += 1;
            new_years += u64::from(slot.aux % 10_000 == 101);
        }
    }
    model.habits = Habits { new_year_is_no_day: new_years * 365 > days * 6 };
    placeholders
}

fn fit_weights(model: &mut Model, shelves: &Shelves, blocks: &Blocks, count: usize, team: Team) {
    let see = |a: u32, b: u32| {
        let mut seen = [Seen::MISSING; WHATS_MAX];
        model.see(shelves.view(a as usize), shelves.view(b as usize), &mut seen);
        seen
    };
    let random: Vec<_> = team
        .chunks(RANDOM_PAIRS, |range| {
            let pair = |at: usize| fit::random_pair(at as u64, count);
            range.map(pair).map(|(a, b)| see(a.min(b), a.max(b))).collect::<Vec<_>>()
        })
        .concat();
    let proposed: u64 = blocks.kinds.iter().map(|kind| kind.pairs).sum();
    let every = (proposed / 3 / FITTED_PAIRS).max(1).next_power_of_two();
    let patterns = team.chunks(count, |range| {
        let (mut above, mut patterns) = (Vec::new(), Vec::new());
        for a in range.map(|place| place as u32) {
            blocks.above(a, &mut above);
            let chosen = above.iter().filter(|b| fit::sampled(a, **b, every));
            patterns.extend(chosen.map(|&b| see(a, b)));
        }
        patterns
    });
    let evidence = fit::Evidence {
        whats: model.scales.whats(),
        random: &random,
        proposed: &patterns,
        share: 1.0 / every as f64,
        pairs: count as f64 * (count as f64 - 1.0) / 2.0,
    };
    model.scales = fit::fit(&evidence, count, team);
}

fn score(
    model: &Model,
    shelves: &Shelves,
    blocks: &Blocks,
    count: usize,
    team: Team,
    progress: &dyn Fn(Stage, u64, u64),
) -> (Vec<Edge>, u64) {
    let low = model.cuts().low;
    let (mut all, mut candidates) = (Vec::new(), 0);
    for first in (0..count).step_by(STEP) {
        progress(Stage::Scoring, first as u64, count as u64);
        let parts = team.chunks(STEP.min(count - first), |range| {
            let (mut above, mut edges, mut candidates) = (Vec::new(), Vec::new(), 0_u64);
            for a in range.map(|at| (first + at) as u32) {
                blocks.above(a, &mut above);
                candidates += above.len() as u64;
                for &b in &above {
                    let weight = model.weigh(shelves.view(a as usize), shelves.view(b as usize));
                    if weight >= low {
                        edges.push(Edge { a, b, weight });
                    }
                }
            }
            (edges, candidates)
        });
        for (edges, some) in parts {
            all.extend(edges);
            candidates += some;
        }
    }
    (all, candidates)
}

/// For each index the rank of its id; equal ids in the order they came.
fn ranks(records: &Records) -> Vec<u32> {
    let start = |index: u32| {
        let mut first = [0; 16];
        let id = records.id(index as usize).as_bytes();
        first[..id.len().min(16)].copy_from_slice(&id[..id.len().min(16)]);
        u128::from_be_bytes(first)
    };
    let mut by_id: Vec<(u128, u32)> =
        (0..records.len() as u32).map(|index| (start(index), index)).collect();
    by_id.sort_by(|a, b| {
        let ids = || records.id(a.1 as usize).cmp(records.id(b.1 as usize));
        a.0.cmp(&b.0).then_with(ids)
    });
    let mut ranks = vec![0; by_id.len()];
    for (rank, (_, index)) in by_id.into_iter().enumerate() {
        ranks[index as usize] = rank as u32;
    }
    ranks
}

/// All indices so that records of one name lie together in memory, where pairs are compared.
fn together(records: &Records, ranks: &[u32], team: Team) -> Vec<u32> {
    let columns = &records.schema().columns;
    let named = [Field::FamilyName, Field::FullName, Field::Email, Field::Organisation];
    let column =
        named.iter().find_map(|field| columns.iter().position(|column| column.field == *field));
    let keys = team.chunks(ranks.len(), |range| {
        let key = |index: usize| {
            let name = column.map_or("", |column| records.value(index, column));
            let small: Vec<u8> = name.bytes().map(|byte| byte.to_ascii_lowercase()).collect();
            (hash(4, &small) as u32, ranks[index], index as u32)
        };
        range.map(key).collect::<Vec<_>>()
    });
    let mut keys = keys.concat();
    keys.sort_unstable();
    keys.into_iter().map(|(.., index)| index).collect()
}

/// What came before the grouping.
struct Found {
    edges: Vec<Edge>,
    candidates: u64,
    blocks: Blocks,
    placeholders: Vec<Placeholder>,
}

fn settle(
    model: Model,
    shelves: Shelves,
    mut found: Found,
    ranks: &[u32],
    options: &Options,
) -> Outcome {
    let count = ranks.len();
    let (mut place_of, mut index_of, mut place_of_rank) =
        (vec![0_u32; count], vec![0_u32; count], vec![0_u32; count]);
    for (place, &index) in shelves.order.iter().enumerate() {
        let rank = ranks[index as usize];
        place_of[index as usize] = place as u32;
        place_of_rank[rank as usize] = place as u32;
        index_of[rank as usize] = index;
    }
    for edge in &mut found.edges {
        let rank = |place: u32| ranks[shelves.order[place as usize] as usize];
        let (a, b) = (rank(edge.a), rank(edge.b));
        (edge.a, edge.b) = (a.min(b), a.max(b));
    }
    let mut decisions = options.decisions.clone();
    for decision in &mut decisions.list {
        decision.a = ranks[decision.a as usize];
        decision.b = ranks[decision.b as usize];
    }
    let score = |a: u32, b: u32| {
        let view = |rank: u32| shelves.view(place_of_rank[rank as usize] as usize);
        model.weigh(view(a), view(b))
    };
    let ranked = cluster::settle(count as u32, &found.edges, &score, &decisions, &model.cuts());
    let mut sizes = vec![0_u64; count];
    for &group in &ranked.group_of {
        sizes[group as usize] += 1;
    }
    let report = Report {
        records: count as u64,
        groups: sizes.iter().filter(|size| **size > 0).count() as u64,
        largest_group: sizes.iter().copied().max().unwrap_or(0),
        candidates: found.candidates,
        edges: found.edges.len() as u64,
        blocking: found.blocks.kinds,
        placeholders: found.placeholders,
    };
    let grouping = by_index(ranked, ranks, &index_of);
    for edge in &mut found.edges {
        (edge.a, edge.b) = (index_of[edge.a as usize], index_of[edge.b as usize]);
    }
    Outcome { model, grouping, report, shelves, edges: found.edges, place_of }
}

/// From ranks to indices.
fn by_index(ranked: Grouping, ranks: &[u32], index_of: &[u32]) -> Grouping {
    let index = |rank: u32| index_of[rank as usize];
    let group_of = ranks.iter().map(|&rank| index(ranked.group_of[rank as usize])).collect();
    let mut doubtful = ranked.doubtful;
    for doubt in &mut doubtful {
        doubt.groups = (index(doubt.groups.0), index(doubt.groups.1));
        (doubt.best.a, doubt.best.b) = (index(doubt.best.a), index(doubt.best.b));
    }
    let torn = ranked.torn.iter().map(|&rank| index(rank)).collect();
    Grouping { group_of, doubtful, torn, overruled: ranked.overruled }
}

impl Outcome {
    /// Explains any two records, by index; linked or not.
    pub fn explain(&self, a: u32, b: u32) -> Explanation {
        let view = |index: u32| {
            let place = self.place_of[index as usize];
            self.shelves.view(place as usize)
        };
        explain::explain(&self.model, view(a), view(b))
    }

    /// Every link inside a group, explained; ordered by ids.
    pub fn links(&self) -> impl Iterator<Item = Link> + '_ {
        self.edges.iter().filter_map(|edge| {
            let group_of = &self.grouping.group_of;
            let (a, b) = (edge.a, edge.b);
            (group_of[a as usize] == group_of[b as usize]).then(|| Link {
                a,
                b,
                why: self.explain(a, b),
            })
        })
    }
}
