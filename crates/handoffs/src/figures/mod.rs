//! How an organisation answers: offers accepted in time, changes applied in time, what it wrote
//! down wrong, what its briefs lacked, and how long it takes to accept. Of the last 90 days, and of
//! the latest thousand of each, so that a figure costs the same after ten years; with each number
//! goes the list that makes it.
//!
//! A partner is told its own figures, the brand everybody's.

pub mod api;
mod rules;
mod store;
mod types;

use handfast_db::{Cx, Fault};
use handfast_kit::{Cursor, OrganisationId, Page, TimeMs};
use handfast_record::{organisations, sharing::Lens};

pub(crate) use types::ToldOf;
pub use types::{Figures, Item, Lacking, Share, Subject, Which};

use self::rules::{Duty, Fate, Offer, Sent};
use crate::{obligations, reading as handed};

/// Of how many days figures are.
pub const DAYS: i64 = 90;
/// Of how many of the latest, at most.
pub const LATEST_MAX: usize = 1_000;
/// Most rows of one page of a list.
pub const PAGE_ROWS: usize = 50;

/// Everything that an organisation's figures are made of.
struct Behind {
    offers: Vec<Offer>,
    sent: Vec<Sent>,
    duties: Vec<Duty>,
}

/// Reads it; `None` if the figures of this organisation are not the viewer's to know.
fn behind(
    cx: &mut Cx<'_>,
    lens: &Lens,
    now: TimeMs,
    organisation: OrganisationId,
) -> Result<Option<Behind>, Fault> {
    let network = lens.network();
    let is_own = organisation == lens.organisation();
    if !lens.is_whole() && !is_own || organisations::find(cx, network, organisation)?.is_none() {
        return Ok(None);
    }
    let whose = (network, organisation, now.plus(-DAYS * TimeMs::DAY));
    let mut offers = Vec::new();
    for fate in [Fate::Accepted, Fate::Declined, Fate::Expired] {
        offers.extend(store::offers(cx, whose, fate, LATEST_MAX)?);
    }
    offers.sort_by_key(|offer| std::cmp::Reverse((offer.at, offer.id)));
    offers.truncate(LATEST_MAX);
    let sent = store::sent(cx, whose, LATEST_MAX)?;
    let duties = store::duties(cx, whose, LATEST_MAX)?;
    let zone = organisations::network(cx, network)?.map(|network| network.zone);
    let zone = zone.ok_or_else(|| Fault::other("the network is not there"))?;
    let duties = duties.into_iter().map(|duty| duty.as_at_first(&zone)).collect();
    Ok(Some(Behind { offers, sent, duties }))
}

/// The figures of an organisation; `None` if they are not the viewer's to know.
pub fn of(
    cx: &mut Cx<'_>,
    lens: &Lens,
    now: TimeMs,
    organisation: OrganisationId,
) -> Result<Option<Figures>, Fault> {
    let Some(behind) = behind(cx, lens, now, organisation)? else { return Ok(None) };
    let count = |which| rules::chosen(&behind.offers, &behind.sent, &behind.duties, which, now);
    let count = |which| count(which).len() as i64;
    let accepted = count(Which::Accepted);
    let applied = count(Which::Applied);
    Ok(Some(Figures {
        since: now.plus(-DAYS * TimeMs::DAY),
        accepted: Share { count: accepted, of: accepted + count(Which::Unanswered) },
        declined_count: count(Which::Declined),
        accept_median_ms: rules::median(behind.offers.iter().filter_map(Offer::took_ms)),
        applied: Share { count: applied, of: applied + count(Which::Late) },
        mismatches: Share { count: count(Which::Mismatches), of: count(Which::ReadBack) },
        lacking: Lacking {
            item_count: behind.sent.iter().map(|sent| sent.missing_count).sum(),
            hand_offs: Share { count: count(Which::Lacking), of: behind.sent.len() as i64 },
        },
        is_latest_only: [behind.offers.len(), behind.sent.len(), behind.duties.len()]
            .contains(&LATEST_MAX),
    }))
}

/// One page of what makes a number, the latest first; `None` if it is not the viewer's to know.
pub fn list(
    cx: &mut Cx<'_>,
    lens: &Lens,
    now: TimeMs,
    (organisation, which): (OrganisationId, Which),
    after: Option<&Cursor>,
) -> Result<Option<Page<Item>>, Fault> {
    let Some(behind) = behind(cx, lens, now, organisation)? else { return Ok(None) };
    let mut chosen = rules::chosen(&behind.offers, &behind.sent, &behind.duties, which, now);
    if let Some([at, id]) = after.and_then(Cursor::values::<2>) {
        let (Ok(at), Ok(id)) = (at.parse::<i64>(), id.parse()) else { return Ok(None) };
        chosen.retain(|one| (one.at.0, one.subject.uuid()) < (at, id));
    }
    chosen.truncate(PAGE_ROWS + 1);
    let page = Page::of(chosen, PAGE_ROWS, |one| {
        Cursor::after([one.at.0.to_string(), one.subject.uuid().to_string()])
    });
    let mut items = Vec::with_capacity(page.items.len());
    for chosen in page.items {
        let told = match chosen.subject {
            Subject::HandOff(id) => handed::told_of(cx, lens, id)?,
            Subject::Obligation(change, id) => obligations::told_of(cx, lens, (change, id))?,
        };
        // A customer who is nobody's to see any more leaves the number as it is.
        items.push(Item::of(chosen, told));
    }
    Ok(Some(Page { items, next: page.next }))
}
