//! What happened between a customer and an organisation. Touches are append-only, and are the
//! timeline, the event stream and the audit at once: every change appends one in its transaction.
//!
//! [`append`] writes one; [`timeline`] reads one customer's, newest first; [`feed`] reads a
//! network's in the order in which [`seal`] numbered them, gapless and never reordered.

pub mod api;
mod body;
mod rules;
mod store;
#[cfg(test)]
mod tests;

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{Cursor, NetworkId, OrganisationId, Page, PersonId, TimeMs};
use serde::{Deserialize, Serialize};

pub use body::{Body, SoldLine, Step};
pub use rules::{Channel, channel_words};

use crate::{
    CustomerId, RecordId, SubjectId, TouchId, search,
    sharing::{Author, Class, Lens},
};

/// Most touches that one page of a timeline or feed holds.
pub const PAGE_MAX: usize = 200;

/// Who a touch is for, beside its author and the brand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Whoever the agreements let see its class.
    Shared = 0,
    /// The author's organisation only.
    Own = 1,
    /// Organisations that are named.
    Named = 2,
}

/// A touch to be written.
#[derive(Debug, Clone)]
pub struct NewTouch {
    /// What it is about.
    pub subject: SubjectId,
    /// The author's own record of the customer.
    pub record: Option<RecordId>,
    /// When it happened.
    pub at: TimeMs,
    /// By which way.
    pub channel: Channel,
    /// Who it is for.
    pub audience: Audience,
    /// What happened, with what is special to its kind.
    pub body: Body,
    /// An id derived from its source, for what may be taken in twice; otherwise a new one.
    pub id: Option<TouchId>,
}

impl NewTouch {
    /// A shared touch about `subject`, by the usual channel of its kind.
    pub fn new(subject: SubjectId, at: TimeMs, body: Body) -> Self {
        let channel = body.usual_channel();
        Self { subject, record: None, at, channel, audience: Audience::Shared, body, id: None }
    }

    /// The same, written on the author's own record.
    #[must_use]
    pub fn on(mut self, record: RecordId) -> Self {
        self.record = Some(record);
        self
    }

    /// The same, with an id derived from where it comes from.
    #[must_use]
    pub fn from_source(mut self, author: &Author, source: &str) -> Self {
        let body = self.body.json();
        let network = author.network();
        let organisation = author.organisation_id();
        self.id = Some(TouchId::derived_at(
            self.at,
            self.body.rank(),
            &[
                network.uuid().as_bytes(),
                organisation.uuid().as_bytes(),
                // Not the subject: it moves when customers are merged, and the id must not.
                self.record.map_or([0; 16], |record| *record.uuid().as_bytes()).as_slice(),
                source.as_bytes(),
                body.as_bytes(),
            ],
        ));
        self
    }
}

/// A touch as its viewer may see it.
#[derive(Debug, Clone)]
pub struct Touch {
    /// Its id.
    pub id: TouchId,
    /// What it is about.
    pub subject: SubjectId,
    /// The author's own record.
    pub record: Option<RecordId>,
    /// The author.
    pub organisation: OrganisationId,
    /// The person of the author, if one is known.
    pub person: Option<PersonId>,
    /// What kind of data it is.
    pub class: Class,
    /// Its kind, the word of [`Body::kind`].
    pub kind: String,
    /// By which way, a word of [`Channel`].
    pub channel: String,
    /// When it happened.
    pub at: TimeMs,
    /// When it was written down.
    pub recorded: TimeMs,
    /// Its number in the feed, once it has one; only for a viewer who sees the whole feed.
    pub leaf_index: Option<i64>,
    /// What happened, in one sentence.
    pub summary: String,
    /// What is special to its kind, as JSON; see [`Touch::body`].
    pub body_json: String,
}

impl Touch {
    /// What is special to its kind. `None` for a kind that a newer version wrote.
    pub fn body(&self) -> Option<Body> {
        serde_json::from_str(&self.body_json).ok()
    }
}

/// Which touches of a timeline are wanted; the default is all.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only these classes; all when empty.
    pub classes: Vec<Class>,
    /// Only those of this organisation.
    pub organisation: Option<OrganisationId>,
    /// Only this channel.
    pub channel: Option<Channel>,
    /// Only those whose summary has this text, whatever its case.
    pub text: Option<String>,
}

/// What a timeline holds for its viewer under a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// The organisation.
    pub organisation: OrganisationId,
    /// How many of its touches the viewer sees.
    pub touch_count: i64,
    /// Its first touch.
    pub first: TimeMs,
    /// Its latest touch.
    pub last: TimeMs,
}

/// Writes a touch, its place, and the words it can be found by. Safe to call twice with a derived
/// id: the second time it changes nothing and says `false`.
pub fn append(
    tx: &mut Tx<'_>,
    author: &Author,
    now: TimeMs,
    touch: NewTouch,
) -> Result<(TouchId, bool), Fault> {
    let network = author.network();
    let id = touch.id.unwrap_or_else(|| TouchId::at(now));
    if store::place(tx, network, id, touch.subject, touch.at)? == 0 {
        return Ok((id, false));
    }
    let class = touch.body.class();
    let words = touch.body.words();
    store::insert(tx, author, id, &touch, now)?;
    if !words.is_empty() {
        let entry = search::Entry { subject: touch.subject, id: id.as_kind(), class };
        search::index(tx, author.network(), author.organisation_id(), &entry, &words);
    }
    Ok((id, true))
}

/// One page of a customer's timeline, newest first, up to `limit` (at most [`PAGE_MAX`]) touches.
pub fn timeline(
    cx: &mut Cx<'_>,
    lens: &Lens,
    customer: CustomerId,
    filter: &Filter,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<Page<Touch>, Fault> {
    let limit = limit.clamp(1, PAGE_MAX);
    let (at, id) = rules::place_of(after);
    let rows = if filter.organisation.is_none() && filter.channel.is_none() && filter.text.is_none()
    {
        store::timeline(cx, lens, customer.as_kind(), rules::mask_of(filter), (at, id), limit + 1)?
    } else {
        store::filtered(cx, lens, customer.as_kind(), filter, (at, id), limit + 1)?
    };
    Ok(Page::of(rows, limit, |touch| Cursor::after([touch.at.0.to_string(), touch.id.to_string()])))
}

/// How many touches of the customer the viewer sees under the filter; counting stops at 10,000.
pub fn count(
    cx: &mut Cx<'_>,
    lens: &Lens,
    customer: CustomerId,
    filter: &Filter,
) -> Result<i64, Fault> {
    store::count(cx, lens, customer.as_kind(), filter)
}

/// The organisations whose touches with this customer the viewer sees, the latest first, at most
/// 100.
pub fn served_by(cx: &mut Cx<'_>, lens: &Lens, customer: CustomerId) -> Result<Vec<Served>, Fault> {
    store::served_by(cx, lens, customer.as_kind())
}

/// The touch with this id, if the viewer may see it.
pub fn find(cx: &mut Cx<'_>, lens: &Lens, id: TouchId) -> Result<Option<Touch>, Fault> {
    let Some((subject, at)) = store::place_of(cx, lens.network(), id)? else { return Ok(None) };
    Ok(store::one(cx, lens, subject, at, id)?.map(|touch| projected(lens, touch)))
}

/// The touches of the network that the viewer may see, in the order in which they were numbered,
/// after the touch `after` (none for the beginning), up to `limit` (at most [`PAGE_MAX`]). `None`
/// when `after` is no touch that the viewer sees in the feed.
///
/// The place is a touch, not its number: how far numbers run says how much others wrote.
pub fn feed(
    cx: &mut Cx<'_>,
    lens: &Lens,
    after: Option<TouchId>,
    limit: usize,
) -> Result<Option<Vec<Touch>>, Fault> {
    let mut number = -1;
    if let Some(id) = after {
        let Some((subject, at)) = store::place_of(cx, lens.network(), id)? else { return Ok(None) };
        let touch = store::one(cx, lens, subject, at, id)?;
        let Some(found) = touch.and_then(|touch| touch.leaf_index) else { return Ok(None) };
        number = found;
    }
    let touches = store::feed(cx, lens, number, limit.clamp(1, PAGE_MAX))?;
    Ok(Some(touches.into_iter().map(|touch| projected(lens, touch)).collect()))
}

/// The touch as the viewer may see it: its number only for who sees them all.
fn projected(lens: &Lens, touch: Touch) -> Touch {
    let leaf_index = if lens.records_of().is_none() { touch.leaf_index } else { None };
    Touch { leaf_index, ..touch }
}

/// The latest touches of one organisation that the viewer may see, newest first by number.
pub fn latest_of(
    cx: &mut Cx<'_>,
    lens: &Lens,
    organisation: OrganisationId,
    kinds: &[&str],
    limit: usize,
) -> Result<Vec<Touch>, Fault> {
    let touches = store::latest_of(cx, lens, organisation, kinds, limit.clamp(1, PAGE_MAX))?;
    Ok(touches.into_iter().map(|touch| projected(lens, touch)).collect())
}

/// Gives up to `limit` touches that have no number yet theirs, in the order in which they were
/// recorded. Returns how many. One caller at a time gets numbers; the others wait for it.
pub fn seal(tx: &mut Tx<'_>, network: NetworkId, limit: usize) -> Result<usize, Fault> {
    let Some(first) = store::lock_sealer(tx, network)? else { return Ok(0) };
    let unsealed = store::unsealed(tx, network, limit.clamp(1, 5_000))?;
    for (offset, (subject, at, id)) in unsealed.iter().enumerate() {
        store::number(tx, network, (*subject, *at, *id), first + offset as i64)?;
    }
    if !unsealed.is_empty() {
        store::advance_sealer(tx, network, first + unsealed.len() as i64)?;
    }
    Ok(unsealed.len())
}
