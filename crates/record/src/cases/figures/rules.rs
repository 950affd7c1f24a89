use std::{borrow::Cow, cmp::Reverse, collections::HashMap};

use handfast_kit::{OrganisationId, TimeMs};
use serde::Deserialize;

use super::{By, CaseFigures, Pair, WorstCase, store::StepRow};
use crate::{
    SubjectId,
    numbers::{median, share},
};

/// Longest list of the report.
const WORST: usize = 5;

/// The part of a stored case step that figures need; the rest is not even copied.
#[derive(Deserialize)]
struct Step<'a> {
    #[serde(borrow)]
    case_ref: Cow<'a, str>,
    #[serde(borrow)]
    owner: Cow<'a, str>,
    #[serde(borrow)]
    team: Cow<'a, str>,
    #[serde(borrow)]
    country: Cow<'a, str>,
    row: i64,
}

impl Step<'_> {
    fn hand(&self, by: By) -> &str {
        match by {
            By::Organisation => &self.owner,
            By::Team => &self.team,
            By::Country => &self.country,
        }
    }
}

/// Ways in which sources say that they do not know.
fn is_known(hand: &str) -> bool {
    !matches!(hand, "" | "?" | "0")
}

/// A step with its hand as a number; none if nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Placed {
    pub(super) at: TimeMs,
    pub(super) row: i64,
    pub(super) hand: Option<u32>,
}

/// The hands of a case one after the other, without repeats of one.
pub(super) fn fold(mut steps: Vec<Placed>) -> Vec<u32> {
    steps.sort_unstable();
    let mut hands: Vec<u32> = steps.iter().filter_map(|step| step.hand).collect();
    hands.dedup();
    hands
}

/// How often a hand comes back after one other.
pub(super) fn returns(folded: &[u32]) -> i64 {
    folded.windows(3).filter(|hands| hands[0] == hands[2]).count() as i64
}

/// What cases add up to. Their steps come one subject after the other.
pub(super) struct Sums {
    by: By,
    numbers: HashMap<String, u32>,
    names: Vec<String>,
    subject: Option<SubjectId>,
    /// The cases of the subject: whose they are, and their steps.
    open: HashMap<(OrganisationId, String), Vec<Placed>>,
    cases: i64,
    events: i64,
    cases_with_several: i64,
    hand_offs: i64,
    returns: i64,
    hours_with: Vec<f64>,
    hours_without: Vec<f64>,
    pairs: HashMap<(u32, u32), i64>,
    /// The worst so far, sorted.
    worst: Vec<WorstCase>,
}

impl Sums {
    pub(super) fn new(by: By) -> Self {
        Self {
            by,
            numbers: HashMap::new(),
            names: Vec::new(),
            subject: None,
            open: HashMap::new(),
            cases: 0,
            events: 0,
            cases_with_several: 0,
            hand_offs: 0,
            returns: 0,
            hours_with: Vec::new(),
            hours_without: Vec::new(),
            pairs: HashMap::new(),
            worst: Vec::new(),
        }
    }

    /// Counts a step. One that cannot be read was written by a newer version, and is left out.
    pub(super) fn add(&mut self, row: StepRow) {
        let Ok(step) = serde_json::from_str::<Step<'_>>(&row.body) else { return };
        if self.subject != Some(row.subject) {
            self.end_subject();
            self.subject = Some(row.subject);
        }
        let hand = step.hand(self.by);
        let hand = is_known(hand).then(|| self.number(hand));
        let placed = Placed { at: row.at, row: step.row, hand };
        let case = (row.organisation, step.case_ref.into_owned());
        self.open.entry(case).or_default().push(placed);
    }

    fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.names.len() as u32;
        self.numbers.insert(name.to_owned(), number);
        self.names.push(name.to_owned());
        number
    }

    fn end_subject(&mut self) {
        let cases = std::mem::take(&mut self.open);
        for ((_, case_ref), steps) in cases {
            self.end_case(case_ref, steps);
        }
    }

    fn end_case(&mut self, case: String, steps: Vec<Placed>) {
        self.cases += 1;
        self.events += steps.len() as i64;
        let times = || steps.iter().map(|step| step.at.0);
        let ms = times().max().unwrap_or(0) - times().min().unwrap_or(0);
        let hours = ms as f64 / TimeMs::HOUR as f64;
        let folded = fold(steps);
        let returns = returns(&folded);
        for hands in folded.windows(2) {
            let pair = (hands[0].min(hands[1]), hands[0].max(hands[1]));
            *self.pairs.entry(pair).or_default() += 1;
        }
        let hand_offs = folded.len().saturating_sub(1) as i64;
        let mut different = folded;
        different.sort_unstable();
        different.dedup();
        let distinct = different.len() as i64;
        self.cases_with_several += i64::from(distinct > 1);
        self.hand_offs += hand_offs;
        self.returns += returns;
        if returns > 0 { &mut self.hours_with } else { &mut self.hours_without }.push(hours);
        self.worst.push(WorstCase { case, returns, hand_offs, distinct });
        self.worst.sort_by(|a, b| {
            let rank = |case: &WorstCase| Reverse((case.returns, case.hand_offs));
            rank(a).cmp(&rank(b)).then_with(|| a.case.cmp(&b.case))
        });
        self.worst.truncate(WORST);
    }

    /// All steps are read.
    pub(super) fn end(mut self) -> CaseFigures {
        self.end_subject();
        let with = self.hours_with.len() as i64;
        let all = [self.hours_with.as_slice(), self.hours_without.as_slice()].concat();
        CaseFigures {
            cases: self.cases,
            events: self.events,
            median_case_hours: median(all),
            distinct: self.names.len() as i64,
            cases_with_2_or_more: self.cases_with_several,
            hand_offs: self.hand_offs,
            cases_with_ping_pong: with,
            ping_pong_share: share(with, self.cases),
            ping_pong_returns: self.returns,
            busiest_pairs: self.busiest_pairs(),
            median_hours_with_ping_pong: median(self.hours_with),
            median_hours_without: median(self.hours_without),
            worst_cases: self.worst,
        }
    }

    fn busiest_pairs(&self) -> Vec<Pair> {
        let name = |number: u32| self.names[number as usize].as_str();
        let mut pairs: Vec<(i64, [&str; 2])> = self
            .pairs
            .iter()
            .map(|((one, other), hand_offs)| {
                let mut between = [name(*one), name(*other)];
                between.sort_unstable();
                (*hand_offs, between)
            })
            .collect();
        pairs.sort_unstable_by_key(|(hand_offs, between)| (Reverse(*hand_offs), *between));
        pairs.truncate(WORST);
        let pair = |(hand_offs, between): (i64, [&str; 2])| Pair {
            between: between.map(str::to_owned),
            hand_offs,
        };
        pairs.into_iter().map(pair).collect()
    }
}
