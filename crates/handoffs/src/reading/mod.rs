//! Reading hand-offs: each as its viewer may know it.

pub(crate) mod names;
mod shown;
mod store;

use std::collections::HashSet;

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{Cursor, NetworkId, OrganisationId, Page, TimeMs, Uuid};
use handfast_record::{
    CustomerId, HandOffId, cases, customers, entrusting, merging, organisations, sales,
    sharing::{Lens, Sight, Who},
};

pub use self::shown::Glimpse;
pub(super) use self::store::{custody_at, has_left, of_thing, put_off, waiting_count};

use self::names::Names;
use super::{
    Board, BriefItem, Candidate, Counts, Custody, HandOff, Missing, PAGE_ROWS, Row, Thing, Told,
    brief::{self, About},
    figures::ToldOf,
    rules::{Hand, Holding},
    store::{Stored, one as stored_one},
};

/// The one organisation whose hand-offs are seen; none for the brand, who sees everybody's.
fn own_only(lens: &Lens) -> Option<OrganisationId> {
    (!lens.is_whole()).then(|| lens.organisation())
}

/// Whether a hand-off concerns an organisation.
pub(super) fn concerns(hand: &Hand, organisation: OrganisationId, network: NetworkId) -> bool {
    [hand.from, hand.to, organisations::brand_id(network)].contains(&organisation)
}

/// The hand-off with this id without its brief, if it concerns the viewer.
pub(super) fn one(cx: &mut Cx<'_>, lens: &Lens, id: HandOffId) -> Result<Option<Stored>, Fault> {
    let stored = stored_one(cx, lens.network(), id)?;
    let is_seen = |stored: &Stored| {
        lens.is_whole() || concerns(&stored.hand, lens.organisation(), lens.network())
    };
    Ok(stored.filter(is_seen))
}

/// A thing, from the record; where the viewer sees it no more, from what was handed off to it.
pub(super) fn about(
    cx: &mut Cx<'_>,
    lens: &Lens,
    sight: &Sight,
    thing: &Thing,
) -> Result<Option<About>, Fault> {
    let found = brief::about(cx, lens, sight, thing)?;
    let id = match (&found, thing) {
        (Some(about), _) => about.id,
        (None, Thing::Case(id)) => id.uuid(),
        (None, Thing::Sale(id)) => id.uuid(),
        (None, _) => return Ok(None),
    };
    let before = store::of_thing(cx, lens.network(), id, own_only(lens))?.into_iter().next();
    let Some(before) = before else { return Ok(found) };
    // The reference may be hidden from the viewer; where the thing lies does not change.
    let about = match found {
        Some(about) => About { place: before.place, ..about },
        None => About {
            id,
            handed: before.hand.handed,
            title: before.title,
            place: before.place,
            first: Who::Named(before.hand.from),
            began: before.hand.offered,
            told: Vec::new(),
        },
    };
    let standing = entrusting::standing(cx, lens.network(), &about.place)?;
    Ok(Some(about).filter(|_| standing == Some(sight.customer())))
}

pub(super) fn brief(
    cx: &mut Cx<'_>,
    lens: &Lens,
    customer: CustomerId,
    thing: &Thing,
) -> Result<Option<Vec<BriefItem>>, Fault> {
    let Some(sight) = customers::look(cx, lens, customer)? else { return Ok(None) };
    let Some(about) = about(cx, lens, &sight, thing)? else { return Ok(None) };
    let items = brief::items(&about, &[]);
    Ok(Some(shown::brief(about.handed, items, &about.told)))
}

pub(super) fn find(
    cx: &mut Cx<'_>,
    lens: &Lens,
    now: TimeMs,
    id: HandOffId,
) -> Result<Option<HandOff>, Fault> {
    let Some(stored) = one(cx, lens, id)? else { return Ok(None) };
    shown::whole(cx, lens, now, stored, &mut Names::of(lens.network())).map(Some)
}

/// The place before every hand-off.
const BEGINNING: TimeMs = TimeMs(i64::MIN);

pub(super) fn board(
    cx: &mut Cx<'_>,
    lens: &Lens,
    now: TimeMs,
    board: Board,
    after: Option<&Cursor>,
) -> Result<Page<Row>, Fault> {
    let nil = HandOffId::from_uuid(Uuid::nil());
    let place = after.and_then(Cursor::values::<2>);
    let after = place.and_then(|[due, id]| Some((TimeMs(due.parse().ok()?), id.parse().ok()?)));
    let after = after.unwrap_or((BEGINNING, nil));
    let (network, own) = (lens.network(), lens.organisation());
    let (all, late) = ((TimeMs(i64::MAX), PAGE_ROWS + 1), (now, PAGE_ROWS + 1));
    let rows = match (board, lens.is_whole()) {
        (Board::Waiting, _) => store::waiting(cx, network, own, after, all)?,
        (Board::Sent, _) => store::sent(cx, network, own, after, all)?,
        (Board::Open, true) => store::open(cx, network, after, all)?,
        (Board::Overdue, true) => store::open(cx, network, after, late)?,
        (Board::Open, false) => both(cx, network, own, after, all)?,
        (Board::Overdue, false) => both(cx, network, own, after, late)?,
    };
    let due = |stored: &Stored| stored.waits.map_or(0, |(_, due)| due.0);
    let page = Page::of(rows, PAGE_ROWS, |stored| {
        Cursor::after([due(stored).to_string(), stored.hand.id.to_string()])
    });
    Ok(Page { items: shown::rows(cx, lens, page.items)?, next: page.next })
}

/// Those for which an organisation is waited for, and those that it sent.
fn both(
    cx: &mut Cx<'_>,
    network: NetworkId,
    own: OrganisationId,
    after: store::After,
    until: (TimeMs, usize),
) -> Result<Vec<Stored>, Fault> {
    let mut rows = store::waiting(cx, network, own, after, until)?;
    rows.extend(store::sent(cx, network, own, after, until)?);
    rows.sort_by_key(|stored| (stored.waits.map(|(_, due)| due), stored.hand.id));
    rows.dedup_by_key(|stored| stored.hand.id);
    rows.truncate(until.1);
    Ok(rows)
}

pub(super) fn counts(cx: &mut Cx<'_>, lens: &Lens, now: TimeMs) -> Result<Counts, Fault> {
    let (network, own) = (lens.network(), lens.organisation());
    let overdue = match own_only(lens) {
        None => store::overdue_count(cx, network, now)?,
        Some(own) => store::overdue_count_of(cx, network, own, now)?,
    };
    Ok(Counts {
        waiting: store::waiting_count(cx, network, own, 1_000)?,
        sent: store::sent_count(cx, network, own)?,
        overdue,
    })
}

/// A customer's hand-offs that concern the viewer, the latest first.
fn stored_of_customer(cx: &mut Cx<'_>, lens: &Lens, sight: &Sight) -> Result<Vec<Stored>, Fault> {
    let (network, own) = (lens.network(), own_only(lens));
    let mut rows = Vec::new();
    for home in merging::homes(cx, network, sight.customer())? {
        rows.extend(store::of_customer(cx, network, home, own)?);
    }
    // What was handed off while two were one, and lies with one of them now.
    let cases = cases::of_customer(cx, lens, sight)?.into_iter().map(|case| case.id.uuid());
    let sales = sales::of_customer(cx, lens, sight)?.into_iter().map(|sale| sale.id.uuid());
    for thing in cases.chain(sales).take(100) {
        rows.extend(store::of_thing(cx, network, thing, own)?);
    }
    rows.sort_by_key(|stored| std::cmp::Reverse((stored.hand.offered, stored.hand.id)));
    rows.dedup_by_key(|stored| stored.hand.id);
    let mut here = Vec::new();
    for stored in rows {
        if entrusting::standing(cx, network, &stored.place)? == Some(sight.customer()) {
            here.push(stored);
        }
    }
    here.truncate(100);
    Ok(here)
}

/// What a list of figures tells of a hand-off, if it concerns the viewer.
pub(super) fn told_of(
    cx: &mut Cx<'_>,
    lens: &Lens,
    id: HandOffId,
) -> Result<Option<ToldOf>, Fault> {
    let Some(stored) = one(cx, lens, id)? else { return Ok(None) };
    shown::told_behind(cx, lens, stored)
}

/// The latest, what waits for somebody first; and how many wait.
pub(super) fn panel(
    cx: &mut Cx<'_>,
    lens: &Lens,
    sight: &Sight,
    limit: usize,
) -> Result<(Vec<Glimpse>, usize), Fault> {
    let mut rows = stored_of_customer(cx, lens, sight)?;
    rows.sort_by_key(|stored| stored.waits.is_none());
    let open_count = rows.iter().filter(|stored| stored.waits.is_some()).count();
    rows.truncate(limit);
    Ok((rows.into_iter().map(shown::glimpse).collect(), open_count))
}

pub(super) fn of_customer(
    cx: &mut Cx<'_>,
    lens: &Lens,
    sight: &Sight,
) -> Result<Vec<HandOff>, Fault> {
    let rows = stored_of_customer(cx, lens, sight)?;
    let mut names = Names::of(lens.network());
    let shown = |stored| shown::whole(cx, lens, lens.now(), stored, &mut names);
    rows.into_iter().map(shown).collect()
}

pub(super) fn accountable(
    cx: &mut Cx<'_>,
    lens: &Lens,
    customer: CustomerId,
    thing: &Thing,
    at: TimeMs,
) -> Result<Option<Who>, Fault> {
    let Some(sight) = customers::look(cx, lens, customer)? else { return Ok(None) };
    let Some(about) = about(cx, lens, &sight, thing)? else { return Ok(None) };
    let Some((holder, by)) = store::custody_at(cx, lens.network(), about.id, at)? else {
        return Ok(Some(about.first));
    };
    let (who, _) = who_had(cx, lens, &sight, &about, (holder, by))?;
    Ok(Some(who))
}

/// Who had a thing, and by which hand-off it came there, as far as either is the viewer's to know.
fn who_had(
    cx: &mut Cx<'_>,
    lens: &Lens,
    sight: &Sight,
    about: &About,
    (holder, by): (OrganisationId, Option<HandOffId>),
) -> Result<(Who, Option<HandOffId>), Fault> {
    let own = match by {
        Some(by) => one(cx, lens, by)?.map(|stored| stored.hand.id),
        None => None,
    };
    let is_told = own.is_some() || by.is_none() && about.first == Who::Named(holder);
    let who = if is_told { Who::Named(holder) } else { names::who(cx, lens, sight, holder)? };
    Ok((who, own))
}

pub(super) fn custody(
    cx: &mut Cx<'_>,
    lens: &Lens,
    customer: CustomerId,
    thing: &Thing,
) -> Result<Option<Vec<Custody>>, Fault> {
    let Some(sight) = customers::look(cx, lens, customer)? else { return Ok(None) };
    let Some(about) = about(cx, lens, &sight, thing)? else { return Ok(None) };
    let mut chain = Vec::new();
    for (holder, by, from, until) in store::custody(cx, lens.network(), about.id)? {
        let (who, hand_off) = who_had(cx, lens, &sight, &about, (holder, by))?;
        chain.push(Custody { who, from, until, hand_off });
    }
    if chain.is_empty() {
        chain.push(Custody { who: about.first, from: about.began, until: None, hand_off: None });
    }
    Ok(Some(chain))
}

/// Whether an organisation may be asked to take a thing over.
pub(super) fn may_take(
    tx: &mut Tx<'_>,
    lens: &Lens,
    (sight, thing, holding): (&Sight, Uuid, &Holding),
    to: OrganisationId,
) -> Result<bool, Fault> {
    let network = lens.network();
    if to == holding.holder || organisations::find(tx, network, to)?.is_none() {
        return Ok(false);
    }
    Ok(!has_left(tx, network, to)?
        // Who takes something for itself may think better of having declined it.
        && (to == lens.organisation()
            || !store::decliners(tx, network, thing, holding.position)?.contains(&to))
        && names::who(tx, lens, sight, to)?.id().is_some())
}

pub(super) fn candidates(
    cx: &mut Cx<'_>,
    lens: &Lens,
    customer: CustomerId,
    thing: &Thing,
) -> Result<Option<Vec<Candidate>>, Fault> {
    let network = lens.network();
    let Some(sight) = customers::look(cx, lens, customer)? else { return Ok(None) };
    let Some(about) = about(cx, lens, &sight, thing)? else { return Ok(None) };
    let holding = crate::store::entrusted(cx, network, about.id)?;
    let holder = holding.map_or(about.first, |holding| Who::Named(holding.holder));
    if !lens.is_whole() && holder != Who::Named(lens.organisation()) {
        return Ok(Some(Vec::new()));
    }
    let position = holding.map_or(0, |holding| holding.position);
    let mut refused: HashSet<OrganisationId> =
        store::decliners(cx, network, about.id, position)?.into_iter().collect();
    refused.extend(holder.id());
    let known = names::known(cx, lens, &sight)?;
    let mut asked = vec![organisations::brand_id(network)];
    if lens.is_whole() {
        let partners = organisations::partners(cx, network, None, 200)?.items;
        asked.extend(partners.into_iter().map(|partner| partner.id));
    } else {
        asked.extend(&known);
    }
    let mut found: Vec<Candidate> = Vec::new();
    for organisation in asked {
        let is_new = found.iter().all(|one| one.organisation != organisation);
        if is_new
            && !refused.contains(&organisation)
            && !has_left(cx, network, organisation)?
            && let Some(one) = organisations::find(cx, network, organisation)?
        {
            let knows_customer = known.contains(&organisation);
            found.push(Candidate { organisation, name: one.name, knows_customer });
        }
    }
    found.sort_by(|a, b| (!a.knows_customer, &a.name).cmp(&(!b.knows_customer, &b.name)));
    Ok(Some(found))
}

pub(super) fn told(cx: &mut Cx<'_>, lens: &Lens, customer: CustomerId) -> Result<Vec<Told>, Fault> {
    let Some(sight) = customers::look(cx, lens, customer)? else { return Ok(Vec::new()) };
    let rows = stored_of_customer(cx, lens, &sight)?;
    shown::told(cx, lens.network(), rows)
}

pub(super) fn missing_by_sender(
    cx: &mut Cx<'_>,
    lens: &Lens,
    since: TimeMs,
) -> Result<Vec<Missing>, Fault> {
    let rows = store::missing(cx, lens.network(), since, own_only(lens))?;
    let missing = |(organisation, hand_off_count, missing_count)| Missing {
        organisation,
        hand_off_count,
        missing_count,
    };
    Ok(rows.into_iter().map(missing).collect())
}

/// Those for which the clock has something to do, or whose receiver left.
pub(super) fn due(
    cx: &mut Cx<'_>,
    network: NetworkId,
    now: TimeMs,
    limit: usize,
) -> Result<Vec<HandOffId>, Fault> {
    let mut ids = store::due(cx, network, now, limit)?;
    ids.extend(store::offered_to_ended(cx, network, limit)?);
    Ok(ids)
}
