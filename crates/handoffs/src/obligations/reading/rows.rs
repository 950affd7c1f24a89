//! What is open, in lists: each row with no more than a list shows.

use std::collections::HashMap;

use handfast_db::{Cx, Fault};
use handfast_kit::{Cursor, NetworkId, OrganisationId, Page, TimeMs, Uuid};
use handfast_record::{
    ChangeId, CustomerId, ObligationId, organisations, sharing::Lens, touches::Changed,
};

use super::{Eyes, reference, store};
use crate::{
    Board, Counts,
    obligations::{DutyState, PAGE_ROWS, store::Stored},
};

/// An obligation in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its id.
    pub id: ObligationId,
    /// The change that opened it.
    pub change: ChangeId,
    /// What people call that change.
    pub reference: String,
    /// The customer, by the id that the viewer knows.
    pub customer: CustomerId,
    /// What the customer is called, if the viewer may know it.
    pub customer_name: Option<String>,
    /// Who is obliged.
    pub organisation: OrganisationId,
    /// What changes.
    pub changed: Changed,
    /// Where it stands.
    pub state: DutyState,
    /// When it was sent.
    pub sent: TimeMs,
    /// Who acts next.
    pub waits_for: OrganisationId,
    /// By when.
    pub due: TimeMs,
}

/// One page of what is open, as it is stored, the first due first.
pub(super) fn page(
    cx: &mut Cx<'_>,
    lens: &Lens,
    now: TimeMs,
    board: Board,
    after: Option<&Cursor>,
) -> Result<Page<Stored>, Fault> {
    let nil = ObligationId::from_uuid(Uuid::nil());
    let place = after.and_then(Cursor::values::<2>);
    let after = place.and_then(|[due, id]| Some((TimeMs(due.parse().ok()?), id.parse().ok()?)));
    let after = after.unwrap_or((TimeMs(i64::MIN), nil));
    let (network, own) = (lens.network(), lens.organisation());
    let until = if board == Board::Overdue { now } else { TimeMs(i64::MAX) };
    let until = (until, PAGE_ROWS + 1);
    let rows = match (board, lens.is_whole()) {
        // What others are obliged to is sent by the brand.
        (Board::Sent, true) => {
            store::open_of_others(cx, network, organisations::brand_id(network), after, until)?
        }
        (Board::Sent, false) => Vec::new(),
        (Board::Open | Board::Overdue, true) => store::open(cx, network, None, after, until)?,
        _ => store::open(cx, network, Some(own), after, until)?,
    };
    Ok(Page::of(rows, PAGE_ROWS, |row| {
        let due = row.waits.map_or(0, |(_, due)| due.0);
        Cursor::after([due.to_string(), row.id.to_string()])
    }))
}

pub(crate) fn rows(
    cx: &mut Cx<'_>,
    lens: &Lens,
    now: TimeMs,
    board: Board,
    after: Option<&Cursor>,
) -> Result<Page<Row>, Fault> {
    let page = page(cx, lens, now, board, after)?;
    let mut customers: Vec<CustomerId> = page.items.iter().map(|stored| stored.customer).collect();
    customers.sort_unstable();
    customers.dedup();
    let eyes = Eyes::each(cx, lens, &customers)?;
    let known: HashMap<CustomerId, Eyes> = customers.into_iter().zip(eyes).collect();
    let items = page.items.iter().filter_map(|stored| row(known.get(&stored.customer)?, stored));
    Ok(Page { items: items.collect(), next: page.next })
}

fn row(eyes: &Eyes, stored: &Stored) -> Option<Row> {
    let (waits_for, due) = stored.waits?;
    Some(Row {
        id: stored.id,
        change: stored.change,
        reference: reference(stored.change),
        customer: eyes.sight.known_as(),
        customer_name: eyes.name.clone(),
        organisation: stored.organisation,
        changed: stored.changed,
        state: stored.duty.state,
        sent: stored.sent,
        waits_for,
        due,
    })
}

/// Up to how many are counted.
const COUNTED_MAX: i64 = 1_000;

pub(crate) fn counts(cx: &mut Cx<'_>, lens: &Lens, now: TimeMs) -> Result<Counts, Fault> {
    let (network, own) = (lens.network(), lens.organisation());
    if !lens.is_whole() {
        let waiting = store::waiting_count(cx, network, own, COUNTED_MAX)?;
        let overdue = store::overdue_count_of(cx, network, own, now)?;
        return Ok(Counts { waiting, sent: 0, overdue });
    }
    let brand = organisations::brand_id(network);
    Ok(Counts {
        waiting: store::waiting_count(cx, network, own, COUNTED_MAX)?,
        sent: store::others_count(cx, network, brand)?.min(COUNTED_MAX),
        overdue: store::overdue_count(cx, network, now)?,
    })
}

/// How many wait for an organisation, counted up to `limit`.
pub(crate) fn waiting(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    limit: i64,
) -> Result<i64, Fault> {
    store::waiting_count(cx, network, organisation, limit)
}
