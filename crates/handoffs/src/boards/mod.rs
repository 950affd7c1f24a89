//! One board of all that waits for somebody: hand-offs, obligations, disputes and traces, whoever
//! should act first before others. Its order is that of when each is due, then of its kind, then of
//! its id; so one place in it tells each list where it goes on.

mod store;

use handfast_db::{Cx, Fault};
use handfast_kit::{Cursor, NetworkId, OrganisationId, Page, TimeMs, Uuid};
use handfast_record::sharing::Lens;

use crate::{Board, Counts, Row, disputes, obligations, reading};

/// Most rows of one page.
pub const PAGE_ROWS: usize = 50;

/// A row of the board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A hand-off.
    HandOff(Row),
    /// An organisation's part of a change.
    Obligation(obligations::Row),
    /// A dispute, or a leg or the remedy of a trace, that waits for the viewer's organisation.
    Dispute(disputes::Waiting),
}

impl Line {
    /// By when somebody is to act.
    pub const fn due(&self) -> TimeMs {
        match self {
            Self::HandOff(row) => row.due,
            Self::Obligation(row) => row.due,
            Self::Dispute(row) => row.due,
        }
    }

    fn place(&self) -> Place {
        let (kind, id) = match self {
            Self::HandOff(row) => (Kind::HandOff, row.id.uuid()),
            Self::Obligation(row) => (Kind::Obligation, row.id.uuid()),
            Self::Dispute(row) => (Kind::Dispute, row.place),
        };
        Place { due: self.due(), kind, id }
    }
}

/// Of which list a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    HandOff,
    Obligation,
    Dispute,
}

impl Kind {
    const ALL: [Self; 3] = [Self::HandOff, Self::Obligation, Self::Dispute];

    const fn word(self) -> &'static str {
        match self {
            Self::HandOff => "hand_off",
            Self::Obligation => "obligation",
            Self::Dispute => "dispute",
        }
    }
}

/// A place on the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    due: TimeMs,
    kind: Kind,
    id: Uuid,
}

impl Place {
    fn of(cursor: &Cursor) -> Option<Self> {
        let [due, kind, id] = cursor.values::<3>()?;
        let kind = Kind::ALL.into_iter().find(|one| one.word() == kind)?;
        Some(Self { due: TimeMs(due.parse().ok()?), kind, id: id.parse().ok()? })
    }

    fn cursor(self) -> Cursor {
        let id = self.id.to_string();
        Cursor::after([self.due.0.to_string(), self.kind.word().to_owned(), id])
    }

    /// Where a list goes on after this place.
    fn within(self, kind: Kind) -> Cursor {
        let id = match kind.cmp(&self.kind) {
            std::cmp::Ordering::Less => Uuid::max(),
            std::cmp::Ordering::Equal => self.id,
            std::cmp::Ordering::Greater => Uuid::nil(),
        };
        Cursor::after([self.due.0.to_string(), id.to_string()])
    }

    /// The place of a list's own cursor.
    fn after(kind: Kind, cursor: &Cursor) -> Option<Self> {
        let [due, id] = cursor.values::<2>()?;
        Some(Self { due: TimeMs(due.parse().ok()?), kind, id: id.parse().ok()? })
    }
}

/// One page of a board, whoever should have acted first before others; [`PAGE_ROWS`] at most.
pub fn page(
    cx: &mut Cx<'_>,
    lens: &Lens,
    now: TimeMs,
    board: Board,
    after: Option<&Cursor>,
) -> Result<Page<Line>, Fault> {
    let after = after.and_then(Place::of);
    let (mut lines, mut ends) = (Vec::new(), Vec::new());
    for kind in Kind::ALL {
        let from = after.map(|place| place.within(kind));
        let page = match kind {
            Kind::HandOff => {
                reading::board(cx, lens, now, board, from.as_ref())?.map(Line::HandOff)
            }
            Kind::Obligation => {
                obligations::rows(cx, lens, now, board, from.as_ref())?.map(Line::Obligation)
            }
            Kind::Dispute => disputes_of(cx, lens, now, board, from.as_ref())?,
        };
        ends.extend(page.next.as_ref().and_then(|next| Place::after(kind, next)));
        lines.extend(page.items);
    }
    Ok(merged(lines, ends.into_iter().min()))
}

/// Disputes and traces stand on the boards of what waits for oneself.
fn disputes_of(
    cx: &mut Cx<'_>,
    lens: &Lens,
    now: TimeMs,
    board: Board,
    after: Option<&Cursor>,
) -> Result<Page<Line>, Fault> {
    if board == Board::Sent {
        return Ok(Page { items: Vec::new(), next: None });
    }
    let mut page = disputes::waiting(cx, lens, now, after)?.map(Line::Dispute);
    if board == Board::Overdue {
        let all = page.items.len();
        page.items.retain(|line| line.due() <= now);
        if page.items.len() < all {
            page.next = None;
        }
    }
    Ok(page)
}

/// How many disputes, remedies and legs wait for an organisation and are due by a moment.
fn disputed(
    cx: &mut Cx<'_>,
    whose: (NetworkId, OrganisationId),
    until: TimeMs,
    limit: i64,
) -> Result<i64, Fault> {
    let disputes = store::disputes(cx, whose, until, limit)?;
    let traces = store::traces(cx, whose, until, limit)?;
    Ok((disputes + traces + store::legs(cx, whose, until, limit)?).min(limit))
}

/// The end of time.
const EVER: TimeMs = TimeMs(i64::MAX);
/// Up to how many of each kind are counted.
const COUNTED_MAX: i64 = 1_000;

/// In one order; of a list that goes on nothing is known beyond `end`.
fn merged(mut lines: Vec<Line>, end: Option<Place>) -> Page<Line> {
    lines.sort_by_key(Line::place);
    if let Some(end) = end {
        lines.retain(|line| line.place() <= end);
    }
    let is_cut = lines.len() > PAGE_ROWS;
    lines.truncate(PAGE_ROWS);
    let last = if is_cut { lines.last().map(Line::place) } else { end };
    Page { items: lines, next: last.map(Place::cursor) }
}

/// How many there are on each board, of all kinds: each kind exact up to 1,000.
pub fn counts(cx: &mut Cx<'_>, lens: &Lens, now: TimeMs) -> Result<Counts, Fault> {
    let (handed, obliged) = (reading::counts(cx, lens, now)?, obligations::counts(cx, lens, now)?);
    let own = (lens.network(), lens.organisation());
    let disputed_late = disputed(cx, own, now, COUNTED_MAX)?;
    Ok(Counts {
        waiting: handed.waiting + obliged.waiting + disputed(cx, own, EVER, COUNTED_MAX)?,
        sent: handed.sent + obliged.sent,
        overdue: handed.overdue + obliged.overdue + disputed_late,
    })
}

/// Up to how many are counted of what waits for an organisation.
pub const WAITING_MAX: i64 = 100;

/// How much waits for an organisation, counted up to [`WAITING_MAX`]: a number for its own
/// navigation, by short looks into indexes, without anything of what it is.
pub fn waiting(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
) -> Result<i64, Fault> {
    let mut count = reading::waiting_count(cx, network, organisation, WAITING_MAX)?;
    if count < WAITING_MAX {
        count += obligations::waiting(cx, network, organisation, WAITING_MAX)?;
    }
    if count < WAITING_MAX {
        count += disputed(cx, (network, organisation), EVER, WAITING_MAX)?;
    }
    Ok(count.min(WAITING_MAX))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn place(due: i64, kind: Kind, id: u128) -> Place {
        Place { due: TimeMs(due), kind, id: Uuid::from_u128(id) }
    }

    #[test]
    fn a_place_of_the_board_tells_each_list_where_it_goes_on() {
        let here = place(5, Kind::HandOff, 7);
        assert_eq!(Place::of(&here.cursor()), Some(here));
        let there = |kind| Place::after(kind, &here.within(kind)).unwrap();
        assert_eq!(there(Kind::HandOff), here);
        // Obligations that are due at the same moment come after all hand-offs.
        assert_eq!(there(Kind::Obligation), place(5, Kind::Obligation, 0));
        let later = place(5, Kind::Obligation, 7).within(Kind::HandOff);
        assert_eq!(Place::after(Kind::HandOff, &later).unwrap().id, Uuid::max());
    }
}
