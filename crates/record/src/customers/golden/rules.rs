use std::{cmp::Reverse, collections::BTreeSet};

use handfast_kit::{OrganisationId, TimeMs};

use super::{Chosen, OTHERS_MAX, Other, Source, Statement, Value, Why, same};
use crate::{
    RecordId,
    customers::{Details, Record, rules},
    touches::Field,
};

/// Whose word counts more, where several were said on one day.
#[derive(Debug, Clone, Default)]
pub(in crate::customers) struct Trusted {
    pub(in crate::customers) brand: Option<OrganisationId>,
    /// Partners with an agreement in force, so far as the viewer may know.
    pub(in crate::customers) agreed: Vec<OrganisationId>,
}

impl Trusted {
    fn is_brand(&self, organisation: OrganisationId) -> bool {
        self.brand == Some(organisation)
    }

    /// The higher, the more.
    fn rank(&self, organisation: OrganisationId) -> u8 {
        match organisation {
            brand if self.is_brand(brand) => 2,
            partner if self.agreed.contains(&partner) => 1,
            _ => 0,
        }
    }
}

/// By what one value stands before another: the greater, field by field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    is_confirmed: bool,
    /// UTC's, counted from 1970.
    day: i64,
    trust: u8,
    complete: usize,
    first: Reverse<RecordId>,
}

impl Rank {
    /// The step by which this stands before `other`.
    fn step(&self, other: &Self) -> Why {
        if self.is_confirmed != other.is_confirmed {
            Why::Confirmed
        } else if self.day != other.day {
            Why::Latest
        } else if self.trust != other.trust {
            Why::Trusted
        } else if self.complete != other.complete {
            Why::Complete
        } else {
            Why::First
        }
    }
}

/// What one record says of a field.
struct Candidate<'a> {
    record: &'a Record,
    rank: Rank,
    words: BTreeSet<String>,
}

/// The values that stand for the customer, of these records as the viewer sees them, in whatever
/// order they come.
pub(in crate::customers) fn choose(records: &[Record], trusted: &Trusted) -> Chosen {
    let of = |field| chosen(records, field, trusted);
    let address = of(Field::Address);
    Chosen {
        name: of(Field::Name),
        email: of(Field::Email),
        phone: of(Field::Phone),
        place: place(records, address.as_ref(), trusted),
        address,
    }
}

fn chosen(records: &[Record], field: Field, trusted: &Trusted) -> Option<Value> {
    let mut candidates: Vec<Candidate<'_>> = records
        .iter()
        .filter(|record| !text(field, &record.details).is_empty())
        .map(|record| candidate(record, field, trusted))
        .collect();
    // The best first.
    candidates.sort_by_key(|one| Reverse(one.rank));
    let (best, stands) = (candidates.first()?, fullest(&candidates, field)?);
    let (others, step) = rivals(&candidates, best, stands, field, trusted);
    let is_fuller = stands.record.id != best.record.id;
    Some(Value {
        text: text(field, &stands.record.details),
        source: source(stands.record, field, trusted),
        why: match step {
            Why::Alone if stands.rank.is_confirmed => Why::Confirmed,
            Why::Alone => Why::Alone,
            _ if is_fuller => Why::Fuller,
            step => step,
        },
        others,
    })
}

/// What differs from the value that stands, each value once, the next best first, and the last of
/// the steps by which `best` stands before them.
fn rivals(
    candidates: &[Candidate<'_>],
    best: &Candidate<'_>,
    stands: &Candidate<'_>,
    field: Field,
    trusted: &Trusted,
) -> (Vec<Other>, Why) {
    let (mut step, mut told, mut others) = (Why::Alone, BTreeSet::new(), Vec::new());
    let standing = &stands.record.details;
    for rival in candidates {
        let details = &rival.record.details;
        let says_no_more = rival.words == stands.words
            || (field == Field::Address && same::is_within(details, standing));
        if says_no_more || !told.insert(&rival.words) {
            continue;
        }
        step = step.max(best.rank.step(&rival.rank));
        if others.len() < OTHERS_MAX {
            let parts = same::parts(field, details, standing);
            others.push(Other { parts, source: source(rival.record, field, trusted) });
        }
    }
    (others, step)
}

/// The best value, or the fullest address of which it is no more than a part: what a record leaves
/// empty it says nothing of. What the customer confirmed stands as it is.
fn fullest<'c, 'r>(candidates: &'c [Candidate<'r>], field: Field) -> Option<&'c Candidate<'r>> {
    let mut stands = candidates.first()?;
    if field != Field::Address || stands.rank.is_confirmed {
        return Some(stands);
    }
    let is_fuller = |other: &Candidate<'_>, than: &Candidate<'_>| {
        other.rank.complete > than.rank.complete
            && same::is_within(&than.record.details, &other.record.details)
    };
    // Of several, the one that would stand first; and of what is fuller than that the same.
    while let Some(fuller) = candidates.iter().find(|other| is_fuller(other, stands)) {
        stands = fuller;
    }
    Some(stands)
}

/// Town and region of the address that stands; where it names neither, of what else is said.
fn place(records: &[Record], address: Option<&Value>, trusted: &Trusted) -> Option<Value> {
    let address = address?;
    let of_address = |record: &&Record| record.id == address.source.record;
    let has_place = |record: &&Record| !rules::place(&record.details).is_empty();
    let of_others = || {
        let rank = |record: &&Record| rank(record, Field::Address, trusted);
        records.iter().filter(has_place).max_by_key(rank)
    };
    let stands = records.iter().find(of_address).filter(has_place).or_else(of_others)?;
    let is_of_address = stands.id == address.source.record;
    Some(Value {
        text: rules::place(&stands.details),
        source: source(stands, Field::Address, trusted),
        why: if is_of_address { address.why } else { Why::Alone },
        others: Vec::new(),
    })
}

fn candidate<'a>(record: &'a Record, field: Field, trusted: &Trusted) -> Candidate<'a> {
    let words = same::words(field, &record.details);
    Candidate { record, rank: rank(record, field, trusted), words }
}

fn rank(record: &Record, field: Field, trusted: &Trusted) -> Rank {
    let Statement { said, confirmed } = record.statements.of(field);
    let stood = confirmed.map_or(said, |at| at.max(said));
    Rank {
        is_confirmed: confirmed.is_some(),
        day: stood.0.div_euclid(TimeMs::DAY),
        trust: trusted.rank(record.organisation),
        complete: completeness(field, &record.details),
        first: Reverse(record.id),
    }
}

/// How much of a field is there; only to be compared with the same field of others.
fn completeness(field: Field, details: &Details) -> usize {
    let there = |parts: &[&String]| parts.iter().filter(|part| !part.is_empty()).count();
    let Details { name, given_name, family_name, street, postcode, city, region, country, .. } =
        details;
    match field {
        // Both parts, else at least two words.
        Field::Name => match there(&[given_name, family_name]) {
            2 => 2,
            _ => usize::from(name.split_whitespace().nth(1).is_some()),
        },
        Field::Email => 0,
        Field::Phone => usize::from(details.phone.starts_with('+')),
        Field::Address => there(&[street, postcode, city, region, country]),
    }
}

/// What a record says of a field, on one line.
pub(in crate::customers) fn text(field: Field, details: &Details) -> String {
    match field {
        Field::Name => details.name.clone(),
        Field::Email => details.email.clone(),
        Field::Phone => details.phone.clone(),
        Field::Address => rules::address(details),
    }
}

fn source(record: &Record, field: Field, trusted: &Trusted) -> Source {
    let Statement { said, confirmed } = record.statements.of(field);
    Source {
        record: record.id,
        by: record.by.clone(),
        is_brand: trusted.is_brand(record.organisation),
        said,
        confirmed,
    }
}
