//! What happened between a customer and an organisation. Touches are append-only, and are the
//! timeline, the event stream and the audit at once: every change appends one in its transaction.
//!
//! [`append`] writes one, and with it the tie that it makes; [`timeline`] reads one customer's,
//! newest first; [`feed`] reads a network's in the order in which `receipts::seal` numbered them,
//! gapless and never reordered.

mod access;
pub mod api;
mod body;
mod custody;
mod details;
mod disputed;
mod kinds;
mod many;
mod parts;
mod reading;
mod rules;
mod store;
#[cfg(test)]
mod tests;

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{NetworkId, OrganisationId, PersonId, TimeMs};
use serde::{Deserialize, Serialize};

pub use body::Body;
pub use custody::{Changed, DutyStep, HandOffStep, Handed};
pub use details::Field;
pub use disputed::{DisputeSaid, DisputeStep, Disputed, Leg, TraceSaid, TraceStep};
pub use many::append_all;
pub use parts::{SoldLine, Step};
pub(crate) use reading::last;
pub use reading::{count, feed, find, hidden, latest_of, named, served_by, timeline};
pub use rules::{Channel, channel_words};

use crate::{
    RecordId, SubjectId, TouchId, organisations, search,
    sharing::{
        Author, Class, Tie, Who,
        ties::{self, Made},
    },
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
    /// Organisations that are named, so far as the agreements let them see its class.
    Named = 2,
}

impl Audience {
    fn numbered(number: i64) -> Option<Self> {
        [Self::Shared, Self::Own, Self::Named].into_iter().find(|one| *one as i64 == number)
    }
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
    /// The organisations it names, for [`Audience::Named`].
    pub named: Vec<OrganisationId>,
    /// What happened, with what is special to its kind.
    pub body: Body,
    /// An id derived from its source, for what may be taken in twice; otherwise a new one.
    pub id: Option<TouchId>,
}

impl NewTouch {
    /// A shared touch about `subject`, by the usual channel of its kind.
    pub fn new(subject: SubjectId, at: TimeMs, body: Body) -> Self {
        let channel = body.usual_channel();
        let (audience, named) = (Audience::Shared, Vec::new());
        Self { subject, record: None, at, channel, audience, named, body, id: None }
    }

    /// The tie that it makes between its author and the customer, if any. Only who keeps a record
    /// owns: a guest who writes stays a guest.
    fn tie(&self) -> Option<Tie> {
        self.body.tie().filter(|tie| *tie != Tie::Owner || self.record.is_some())
    }

    /// The same, for these organisations beside its author and the brand.
    #[must_use]
    pub fn naming(mut self, organisations: Vec<OrganisationId>) -> Self {
        self.audience = Audience::Named;
        self.named = organisations;
        self
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
    /// The author's own record; none where the author's name is hidden.
    pub record: Option<RecordId>,
    /// The author, as the viewer may know it.
    pub organisation: Who,
    /// The person of the author, if one is known and the author's name is not hidden.
    pub person: Option<PersonId>,
    /// What kind of data it is.
    pub class: Class,
    /// Its kind, the word of [`Body::kind`].
    pub kind: String,
    /// By which way, a word of [`Channel`].
    pub channel: String,
    /// Who it is for.
    pub audience: Audience,
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

impl Filter {
    /// Whether it asks for more than classes.
    const fn is_narrow(&self) -> bool {
        self.organisation.is_some() || self.channel.is_some() || self.text.is_some()
    }
}

/// What a timeline holds for its viewer under a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// The organisation; those whose names are hidden stand apart from what they did by name.
    pub organisation: Who,
    /// How many of its touches the viewer sees.
    pub touch_count: i64,
    /// Its first touch.
    pub first: TimeMs,
    /// Its latest touch.
    pub last: TimeMs,
}

/// Writes a touch, its place, the tie that it makes between its author and the customer, and the
/// words it can be found by. Safe to call twice with a derived id: the second time it changes
/// nothing and says `false`.
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
    store::insert(tx, author, id, &touch, now)?;
    many::name(tx, network, [(touch.subject, id, touch.named.as_slice())])?;
    let words = touch.body.words();
    if !words.is_empty() {
        search::index(tx, author, &entry(id, &touch), &words);
    }
    // The brand sees every customer, and needs no tie.
    if author.organisation_id() != organisations::brand_id(network)
        && let Some(tie) = touch.tie()
    {
        let made = ties::by_event(tx, author, touch.subject, tie, touch.at)?;
        if made == Made::First {
            tied(tx, network, touch.subject)?;
        }
    }
    Ok((id, true))
}

/// Lets who was just tied to a customer for the first time find it by its words.
pub(crate) fn tied(tx: &mut Tx<'_>, network: NetworkId, subject: SubjectId) -> Result<(), Fault> {
    let entries = store::spoken(tx, network, subject)?;
    let records = store::recorded(tx, network, subject)?;
    search::rescope(tx, network, subject.as_kind(), entries, records);
    Ok(())
}

/// Keeps touches from being numbered until the end of the transaction: what moves from one customer
/// to another must not be looked for where it was. Answers the number that comes next; none for a
/// network that is not there.
pub(crate) fn hold_sealing(tx: &mut Tx<'_>, network: NetworkId) -> Result<Option<i64>, Fault> {
    store::lock_sealer(tx, network)
}

/// Where a touch lies.
pub(crate) fn place_of(
    cx: &mut Cx<'_>,
    network: NetworkId,
    id: TouchId,
) -> Result<Option<(SubjectId, TimeMs)>, Fault> {
    store::place_of(cx, network, id)
}

/// Lets nobody find a touch by its words any more.
pub(crate) fn lose_words(
    tx: &mut Tx<'_>,
    network: NetworkId,
    subject: SubjectId,
    id: TouchId,
) -> Result<(), Fault> {
    search::lose(tx, network, subject, search::entries_of_touch(id.as_kind()))
}

/// What makes a tie between an organisation and a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TieMade {
    pub(crate) organisation: OrganisationId,
    pub(crate) tie: Tie,
    /// When the first of its touches happened.
    pub(crate) first: TimeMs,
    /// When the last of them was written down.
    pub(crate) last: TimeMs,
}

/// The ties that the touches of a customer make, as [`append`] makes them; the brand's too.
pub(crate) fn ties_made(
    cx: &mut Cx<'_>,
    network: NetworkId,
    subject: SubjectId,
) -> Result<Vec<TieMade>, Fault> {
    store::ties_made(cx, network, subject)
}

fn entry(id: TouchId, touch: &NewTouch) -> search::Entry {
    search::Entry {
        subject: touch.subject,
        id: id.as_kind(),
        class: touch.body.class(),
        at: touch.at,
        audience: touch.audience as i64,
        named: touch.named.clone(),
        veiled: touch.body.words_veiled(),
    }
}

/// Gives up to `limit` touches that have no number yet theirs, from `first` on, in the order in
/// which they were recorded. For who holds the sealing.
pub(crate) fn number(
    tx: &mut Tx<'_>,
    network: NetworkId,
    first: i64,
    limit: usize,
) -> Result<(), Fault> {
    let count = store::number(tx, network, first, limit)?;
    if count > 0 {
        store::advance_sealer(tx, network, first + count as i64)?;
    }
    Ok(())
}
