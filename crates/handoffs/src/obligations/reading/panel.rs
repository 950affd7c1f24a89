//! The changes of a customer in a few lines each: who applied them, who differs, who acts next.

use handfast_db::{Cx, Fault};
use handfast_kit::{OrganisationId, TimeMs};
use handfast_record::{
    ChangeId, entrusting,
    entrusting::{Kept, Place},
    merging,
    sharing::{Lens, Sight},
    touches::Changed,
};

use super::{reference, store};
use crate::obligations::{DutyState, store as stored};

/// Of how many organisations it is said how they stand.
const NAMED_MAX: usize = 8;

/// A change in a panel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panel {
    /// Its id.
    pub id: ChangeId,
    /// What people call it.
    pub reference: String,
    /// What changes.
    pub changed: Changed,
    /// When it was entered.
    pub entered: TimeMs,
    /// Whether the customer said it.
    pub by_customer: bool,
    /// By which organisation it was entered.
    pub entered_by: OrganisationId,
    /// How many organisations are to apply it: for a partner, itself.
    pub obliged_count: i64,
    /// How many of them were read back and are right.
    pub verified_count: i64,
    /// How many hold something else.
    pub mismatch_count: i64,
    /// How many have something left to do.
    pub open_count: i64,
    /// How some stand: those that hold something else, those that are due first, then the rest.
    pub parts: Vec<(OrganisationId, DutyState)>,
    /// Who acts next and by when, of the part that is due first, and when that was sent.
    pub waits_for: Option<(OrganisationId, TimeMs, TimeMs)>,
}

/// The latest changes that the viewer may know of, those with something left to do first.
pub(crate) fn of_customer(
    cx: &mut Cx<'_>,
    lens: &Lens,
    sight: &Sight,
    limit: usize,
) -> Result<Vec<Panel>, Fault> {
    let (network, own) = (lens.network(), (!lens.is_whole()).then(|| lens.organisation()));
    let place = Place { customer: sight.customer(), kept: Kept::Here };
    if entrusting::sight(cx, lens, &place)?.is_none() {
        return Ok(Vec::new());
    }
    let mut rows = Vec::new();
    for home in merging::homes(cx, network, sight.customer())? {
        rows.extend(stored::changes_of(cx, network, home)?);
    }
    rows.sort_by_key(|row| std::cmp::Reverse((row.entered, row.id)));
    let mut panels = Vec::new();
    for row in rows.into_iter().take(4 * limit) {
        let states = store::states(cx, network, row.id, own)?;
        if own.is_some() && states.is_empty() && row.organisation != lens.organisation() {
            continue;
        }
        let count = |wanted: fn(DutyState) -> bool| {
            let known = states.iter().filter_map(|(word, n)| Some((DutyState::named(word)?, *n)));
            known.filter(|(state, _)| wanted(*state)).map(|(_, n)| n).sum::<i64>()
        };
        let parts = store::first_of(cx, network, row.id, (own, NAMED_MAX))?;
        let waits = parts.iter().filter_map(|one| one.waits.map(|at| (at, one.sent)));
        let waits = waits.min_by_key(|((_, due), _)| *due);
        panels.push(Panel {
            id: row.id,
            reference: reference(row.id),
            changed: row.changed,
            entered: row.entered,
            by_customer: row.by_customer,
            entered_by: row.organisation,
            obliged_count: count(|_| true),
            verified_count: count(|state| state == DutyState::Verified),
            mismatch_count: count(|state| state == DutyState::Mismatch),
            open_count: count(DutyState::is_open),
            parts: parts.iter().map(|one| (one.organisation, one.duty.state)).collect(),
            waits_for: waits.map(|((who, due), sent)| (who, due, sent)),
        });
    }
    panels.sort_by_key(|panel| panel.open_count == 0);
    panels.truncate(limit);
    Ok(panels)
}
