//! What becomes of two customers' ties, words and ids when they are one, and when they are two
//! again.

use std::collections::{BTreeMap, BTreeSet};

use handfast_kit::{OrganisationId, TimeMs, Uuid};

use super::{
    KNOWN_MAX, RECORDS_MAX, ROWS_MAX, Refusal, SAYINGS_MAX, WHY_CHARS_MAX,
    kept::{FrozenRow, SaidRow, Sets, TieKey, TieRow},
};
use crate::CustomerId;

/// The reason as it is kept.
pub(super) fn words(text: &str) -> String {
    text.trim().chars().take(WHY_CHARS_MAX).collect()
}

/// All that two customers have, as one: `into` survives.
pub(super) fn together((into, a): (CustomerId, &Sets), (from, b): (CustomerId, &Sets)) -> Sets {
    let mut ties = a.ties.clone();
    for (key, other) in &b.ties {
        let joined = ties.get(key).map_or_else(|| other.clone(), |one| tie_together(one, other));
        ties.insert(*key, joined);
    }
    let mut said = a.said.clone();
    for (key, other) in &b.said {
        let stands = said.get(key).map_or(other, |one| said_together(one, other)).clone();
        said.insert(*key, stands);
    }
    Sets {
        own: a.own.clone(),
        ties,
        said,
        frozen: frozen_together(a.frozen.as_ref(), b.frozen.as_ref()).cloned(),
        known: known_together((into, a), (from, b)),
        wrote: a.wrote.union(&b.wrote).copied().collect(),
    }
}

/// From the earlier beginning to the later end, with the story of the one that lasts.
fn tie_together(one: &TieRow, other: &TieRow) -> TieRow {
    let story = if other.until > one.until { other } else { one };
    TieRow {
        from: one.from.min(other.from),
        until: one.until.max(other.until),
        extra: one.extra | other.extra,
        ..story.clone()
    }
}

/// Of two words on the same, a no stands, else the later.
fn said_together<'a>(one: &'a SaidRow, other: &'a SaidRow) -> &'a SaidRow {
    match (one.allowed, other.allowed) {
        (false, true) => one,
        (true, false) => other,
        _ if other.at > one.at => other,
        _ => one,
    }
}

/// Of two freezes the first: it is frozen since then.
fn frozen_together<'a>(
    one: Option<&'a FrozenRow>,
    other: Option<&'a FrozenRow>,
) -> Option<&'a FrozenRow> {
    one.into_iter().chain(other).min_by_key(|row| row.at)
}

/// Who met the one that is merged goes on knowing it by the ids it knew, and by those of the other
/// if it met that too.
fn known_together(
    (into, a): (CustomerId, &Sets),
    (from, b): (CustomerId, &Sets),
) -> BTreeSet<(OrganisationId, CustomerId)> {
    let mut known: BTreeSet<_> = a.known.union(&b.known).copied().collect();
    let is_known = |sets: &Sets, organisation| sets.known.iter().any(|(by, _)| *by == organisation);
    for organisation in b.met() {
        if !is_known(b, organisation) {
            known.insert((organisation, from));
        }
    }
    let by_other: BTreeSet<OrganisationId> = known.iter().map(|(by, _)| *by).collect();
    for organisation in a.met().intersection(&by_other) {
        if !is_known(a, *organisation) {
            known.insert((*organisation, into));
        }
    }
    known
}

/// The organisations that met both, and so learn that they are one.
pub(super) fn told(a: &Sets, b: &Sets) -> Vec<OrganisationId> {
    a.met().intersection(&b.met()).copied().collect()
}

/// How much there is, of all that is bounded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Amount {
    /// Records of both.
    pub(super) records: i64,
    /// Rows of the one that is merged.
    pub(super) rows: i64,
}

/// Why two customers are not to be merged, if so: `asking` are those who wait for an answer about
/// either.
pub(super) fn refusal(
    amount: Amount,
    joined: &Sets,
    asking: (&[OrganisationId], &[OrganisationId]),
) -> Option<Refusal> {
    if let Some(twice) = asking.0.iter().find(|one| asking.1.contains(one)) {
        return Some(Refusal::TwoRequests(*twice));
    }
    if amount.records > RECORDS_MAX {
        return Some(Refusal::TooManyRecords(amount.records));
    }
    if amount.rows > ROWS_MAX {
        return Some(Refusal::TooManyRows(amount.rows));
    }
    if joined.said.len() > SAYINGS_MAX {
        return Some(Refusal::TooManyWords(joined.said.len()));
    }
    let mut ids: BTreeMap<OrganisationId, usize> = BTreeMap::new();
    for (by, _) in &joined.known {
        *ids.entry(*by).or_default() += 1;
    }
    let most = ids.into_iter().find(|(_, count)| *count > KNOWN_MAX);
    most.map(|(by, _)| Refusal::TooManyIds(by))
}

/// To which of two customers something belongs that names no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Belonging {
    /// The one that was merged.
    From,
    /// The one that survived.
    Into,
}

/// Where organisations lean: to the one that was merged if they knew that one alone before; if they
/// knew neither, if all the records that they keep now are its. Else to the other.
#[derive(Debug, Clone, Default)]
pub(super) struct Leaning {
    met_from: BTreeSet<OrganisationId>,
    met_into: BTreeSet<OrganisationId>,
    /// Whether an organisation keeps records of either now.
    records: BTreeMap<OrganisationId, (bool, bool)>,
}

impl Leaning {
    pub(super) fn of(from: &Sets, into: &Sets) -> Self {
        Self { met_from: from.met(), met_into: into.met(), records: BTreeMap::new() }
    }

    /// Says that an organisation keeps a record, of the one that was merged or of the other.
    pub(super) fn keeps(&mut self, organisation: OrganisationId, of_from: bool) {
        let kept = self.records.entry(organisation).or_default();
        kept.0 |= of_from;
        kept.1 |= !of_from;
    }

    pub(super) fn side(&self, organisation: OrganisationId) -> Belonging {
        let met = (self.met_from.contains(&organisation), self.met_into.contains(&organisation));
        let kept = self.records.get(&organisation).copied().unwrap_or_default();
        match (met, kept) {
            ((true, false), _) | ((false, false), (true, false)) => Belonging::From,
            _ => Belonging::Into,
        }
    }

    /// Of rows by these organisations, those that go.
    pub(super) fn theirs(&self, rows: Vec<(Uuid, OrganisationId)>) -> Vec<Uuid> {
        let goes = |(_, by): &(Uuid, OrganisationId)| self.side(*by) == Belonging::From;
        rows.into_iter().filter(goes).map(|(id, _)| id).collect()
    }
}

/// What on one side makes ties: for each tie its first event, and when the last was written down.
pub(super) type Events = BTreeMap<TieKey, (TimeMs, TimeMs)>;

/// One of the two sides when a merge is undone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Half<'a> {
    pub(super) side: Belonging,
    /// As it was before the merge.
    pub(super) before: &'a Sets,
    /// Its events now.
    pub(super) events: &'a Events,
    /// The events of the other side.
    pub(super) others: &'a Events,
}

/// What became of the one customer: as it was after the merge, made at `applied`, and as it is now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Since<'a> {
    pub(super) after: &'a Sets,
    pub(super) now: &'a Sets,
    pub(super) applied: TimeMs,
    pub(super) leaning: &'a Leaning,
}

/// What one side has when a merge is undone: what it had, changed by what was changed since.
pub(super) fn apart(half: &Half<'_>, since: &Since<'_>) -> Sets {
    let mut sets = Sets { own: half.before.own.clone(), ..Sets::default() };
    // By which ids it is known changes with merges alone, and the later ones are undone by now.
    sets.known.clone_from(&half.before.known);
    let keys = half.before.ties.keys().chain(since.now.ties.keys());
    for key in keys.collect::<BTreeSet<_>>() {
        if let Some(row) = tie_apart(half, since, *key) {
            sets.add_tie(row);
        }
    }
    let keys = half.before.said.keys().chain(since.now.said.keys());
    for key in keys.collect::<BTreeSet<_>>() {
        let (now, after) = (since.now.said.get(key), since.after.said.get(key));
        // What was said or taken back since was meant for the one human, whoever that is.
        let row = if now == after { half.before.said.get(key) } else { now };
        if let Some(row) = row {
            sets.add_said(row.clone());
        }
    }
    let is_unchanged = since.now.frozen == since.after.frozen;
    let frozen = if is_unchanged { &half.before.frozen } else { &since.now.frozen };
    sets.frozen.clone_from(frozen);
    sets
}

fn tie_apart(half: &Half<'_>, since: &Since<'_>, key: TieKey) -> Option<TieRow> {
    let (before, after) = (half.before.ties.get(&key), since.after.ties.get(&key));
    let now = since.now.ties.get(&key)?;
    if !now.is_own() {
        // Agreements made or ended it; whom it reaches is asked again for either.
        return after.and(before).cloned();
    }
    let by_event = now.made_by == "event";
    let first = half.events.get(&key).map(|(first, _)| *first);
    let made_here = || first.map(|from| TieRow { from, ..now.clone() });
    let leans = since.leaning.side(key.0) == half.side;
    match (before, after) {
        (Some(before), Some(after)) if before_stands(now, after) => Some(before.clone()),
        (Some(before), Some(after)) if by_event => Some(changed(half, since, before, after, now)),
        (Some(before), Some(after)) => Some(by_hand(before, after, now, leans)),
        (_, _) if by_event && first.is_some() => made_here(),
        (None, Some(_)) => None,
        // Made since, where nothing tells which side it is of.
        _ if by_event && half.others.contains_key(&key) => None,
        _ => leans.then(|| now.clone()),
    }
}

fn before_stands(now: &TieRow, after: &TieRow) -> bool {
    now.story() == after.story()
}

/// A tie of an event that ended, began anew or reached back since. Where it ended it ended for
/// both; it goes on where something happened since.
fn changed(
    half: &Half<'_>,
    since: &Since<'_>,
    before: &TieRow,
    after: &TieRow,
    now: &TieRow,
) -> TieRow {
    let mut row = before.clone();
    if now.until < after.until {
        row.until = before.until.min(now.until);
    }
    let Some((first, last_recorded)) = half.events.get(&before.key()) else { return row };
    if now.from < after.from {
        row.from = before.from.min(*first);
    }
    if *last_recorded > since.applied && now.until > after.until {
        row.until = now.until;
        if now.from > after.from {
            row.from = now.from;
        }
    }
    row
}

/// A tie that a person made or changed: it ends for both, and else is of the side to which its
/// organisation leans.
fn by_hand(before: &TieRow, after: &TieRow, now: &TieRow, leans: bool) -> TieRow {
    let ended = TieRow { until: now.until, ..after.clone() };
    if now.until < after.until && now.story() == ended.story() {
        return TieRow { until: before.until.min(now.until), ..before.clone() };
    }
    if leans { now.clone() } else { before.clone() }
}
