//! The figures drawn from cases: how often they went from hand to hand, how often they came back,
//! and how long they took.
//!
//! [`cases`] is the report. It reads the steps of every case that the viewer sees once, one
//! subject's at a time, and keeps a few numbers of each case meanwhile. [`of_partners`] and
//! [`list_of`] are for pages.
//!
//! The steps of a case are in the order of their time, those of one moment in the order of their
//! source. Values that are not known are left out, and repeats of one value are folded into one. A
//! hand-off is two different neighbours then; a ping-pong return is a value that comes back after
//! one other: A, B, A has one, A, B, A, B has two.

mod rules;
mod store;
#[cfg(test)]
mod tests;

use handfast_db::{Cx, Fault};
use handfast_kit::{Cursor, Id, OrganisationId, Page, TimeMs, Uuid};
use serde::Serialize;

use super::CaseState;
use crate::{SubjectId, numbers::walk, sharing::Lens};

/// Most cases of one page of [`list_of`].
pub const PAGE_MAX: usize = 200;

/// Whose hands are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Who has the case: an organisation or a person.
    Organisation,
    /// Which team.
    Team,
    /// In which country.
    Country,
}

impl By {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Organisation, Self::Team, Self::Country];

    /// Its word, as on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Organisation => "organisation",
            Self::Team => "team",
            Self::Country => "country",
        }
    }

    /// The one with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.word() == word)
    }
}

/// The report on cases. Medians and shares are rounded to 4 places; lists have at most 5 entries.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CaseFigures {
    /// Cases.
    pub cases: i64,
    /// Their steps.
    pub events: i64,
    /// From a case's first step to its last.
    pub median_case_hours: Option<f64>,
    /// Different hands.
    pub distinct: i64,
    /// Cases that were in more than one hand.
    pub cases_with_2_or_more: i64,
    /// From one hand to another.
    pub hand_offs: i64,
    /// Cases that came back to a hand after one other.
    pub cases_with_ping_pong: i64,
    /// Their share.
    pub ping_pong_share: Option<f64>,
    /// How often cases came back so.
    pub ping_pong_returns: i64,
    /// Of cases with ping-pong.
    pub median_hours_with_ping_pong: Option<f64>,
    /// Of cases without.
    pub median_hours_without: Option<f64>,
    /// The cases that came back most, then those with most hand-offs.
    pub worst_cases: Vec<WorstCase>,
    /// The hands between which cases went most, in either direction.
    pub busiest_pairs: Vec<Pair>,
}

/// A case that went back and forth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WorstCase {
    /// Its reference.
    pub case: String,
    /// How often it came back.
    pub returns: i64,
    /// How often it went to another hand.
    pub hand_offs: i64,
    /// In how many hands it was.
    pub distinct: i64,
}

/// Two hands between which cases went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pair {
    /// Both, by name.
    pub between: [String; 2],
    /// How often, in either direction.
    pub hand_offs: i64,
}

/// How one organisation's cases stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartnerCases {
    /// The organisation that told of the cases.
    pub organisation: OrganisationId,
    /// All of them.
    pub cases: i64,
    /// Those without an end.
    pub open: i64,
    /// How often they went to another owner.
    pub hand_overs: i64,
}

/// The report on the cases that the viewer sees.
pub fn cases(cx: &mut Cx<'_>, lens: &Lens, by: By) -> Result<CaseFigures, Fault> {
    let mut sums = rules::Sums::new(by);
    let mut first = SubjectId::from_uuid(Uuid::nil());
    loop {
        let subjects = store::subjects(cx, lens, first)?;
        let (Some((from,)), Some((to,))) = (subjects.first(), subjects.last()) else { break };
        walk(
            (*from, TimeMs(i64::MIN), Id::from_uuid(Uuid::nil())),
            |after| store::steps(cx, lens, after, *to),
            |step| (step.subject, step.at, step.touch),
            |step| sums.add(step),
        )?;
        first = *to;
    }
    Ok(sums.end())
}

/// How the cases of organisations stand: of these, or of all that told of one. An organisation
/// without cases, or of whom the viewer sees nothing, is left out. In no order.
pub fn of_partners(
    cx: &mut Cx<'_>,
    lens: &Lens,
    organisations: Option<&[OrganisationId]>,
) -> Result<Vec<PartnerCases>, Fault> {
    let Some(organisations) = organisations else { return store::partners(cx, lens) };
    let seen: Vec<OrganisationId> =
        organisations.iter().copied().filter(|id| shows(lens, *id)).collect();
    let mut figures = Vec::with_capacity(seen.len());
    for some in seen.chunks(store::PARTNERS_AT_ONCE) {
        figures.extend(store::partners_named(cx, lens, some)?);
    }
    Ok(figures)
}

/// The cases that one organisation told of, the latest step first, up to `limit` (at most
/// [`PAGE_MAX`]).
pub fn list_of(
    cx: &mut Cx<'_>,
    lens: &Lens,
    organisation: OrganisationId,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<Page<CaseState>, Fault> {
    if !shows(lens, organisation) {
        return Ok(Page { items: Vec::new(), next: None });
    }
    let limit = limit.clamp(1, PAGE_MAX);
    let place = after
        .and_then(Cursor::values::<2>)
        .and_then(|[at, id]| Some((TimeMs(at.parse().ok()?), id.parse().ok()?)));
    let place = place.unwrap_or((TimeMs(i64::MAX), Id::from_uuid(Uuid::max())));
    let mut rows = store::list_of(cx, lens, organisation, place, limit + 1)?;
    for case in &mut rows {
        case.subject = lens.known_as(cx, case.subject.as_kind())?.as_kind();
    }
    Ok(Page::of(rows, limit, |case| Cursor::after([case.last.0.to_string(), case.id.to_string()])))
}

/// Whether the viewer sees the cases of the organisation at all.
fn shows(lens: &Lens, organisation: OrganisationId) -> bool {
    lens.own_only().is_none_or(|own| own == organisation)
}
