mod many;

use std::cell::RefCell;

use handfast_db::{Cx, Fault};
use handfast_kit::{NetworkId, OrganisationId, TimeMs};
use handfast_web::{Side, Viewer};

use super::{Class, Entry, Held, Level, Line, Tie, Verdict, World, rules, store};
use crate::{CustomerId, organisations};

pub use many::sights;

/// Classes at each level, a bit each: what is seen is counted too, what is named is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Masks {
    /// Shown at least as a number.
    pub counted: i64,
    /// Shown at least without names of organisations.
    pub seen: i64,
    /// Shown with names.
    pub named: i64,
}

/// A bit for each class.
pub(crate) const EVERY_CLASS: i64 = (1 << Class::ALL.len()) - 1;

impl Masks {
    /// Everything.
    pub const EVERYTHING: Self =
        Self { counted: EVERY_CLASS, seen: EVERY_CLASS, named: EVERY_CLASS };

    /// The level of a class.
    pub const fn level(self, class: Class) -> Level {
        let bit = class.bit();
        if self.named & bit != 0 {
            Level::Full
        } else if self.seen & bit != 0 {
            Level::Veiled
        } else if self.counted & bit != 0 {
            Level::Count
        } else {
            Level::None
        }
    }

    /// Shows a class at least at this level.
    pub fn show(&mut self, class: Class, level: Level) {
        let bit = |least: Level| if level >= least { class.bit() } else { 0 };
        self.counted |= bit(Level::Count);
        self.seen |= bit(Level::Veiled);
        self.named |= bit(Level::Full);
    }
}

/// Through whose eyes customers are seen. Nothing about a customer is read without one, and it
/// keeps what was seen, for the audit of reads.
#[derive(Debug, Clone)]
pub struct Lens {
    network: NetworkId,
    organisation: OrganisationId,
    eyes: Eyes,
    now: TimeMs,
    seen: RefCell<Vec<Glance>>,
}

/// What the lens is made for.
#[derive(Debug, Clone)]
enum Eyes {
    /// The brand, or the system itself: everything.
    Whole,
    /// A partner, with the grants of its agreement; none without agreement.
    Partner(Option<Vec<Line>>),
}

/// What was seen of one customer in one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Glance {
    /// None for a list that names many.
    pub(crate) customer: Option<CustomerId>,
    pub(crate) classes: i64,
    pub(crate) ties: i64,
    pub(crate) rows: i64,
}

impl Lens {
    /// What this viewer may see at this moment.
    pub fn of(cx: &mut Cx<'_>, viewer: &Viewer, now: TimeMs) -> Result<Self, Fault> {
        let (network, organisation) = (viewer.network, viewer.organisation);
        match viewer.side {
            Side::Brand => {
                store::raise_wall(cx, network, None, now)?;
                Ok(Self::made(network, organisation, Eyes::Whole, now))
            }
            Side::Partner => {
                store::raise_wall(cx, network, Some(organisation), now)?;
                Self::partner(cx, network, organisation, now)
            }
        }
    }

    /// What this partner may see: for who looks through its eyes, and for what goes out to it.
    /// The second wall is raised for it if it is the first lens of its transaction: behind the
    /// brand's, the brand still reads.
    pub fn of_partner(
        cx: &mut Cx<'_>,
        network: NetworkId,
        organisation: OrganisationId,
        now: TimeMs,
    ) -> Result<Self, Fault> {
        store::raise_first_wall(cx, network, Some(organisation), now)?;
        Self::partner(cx, network, organisation, now)
    }

    fn partner(
        cx: &mut Cx<'_>,
        network: NetworkId,
        organisation: OrganisationId,
        now: TimeMs,
    ) -> Result<Self, Fault> {
        let lines = store::lines(cx, network, organisation)?;
        Ok(Self::made(network, organisation, Eyes::Partner(lines), now))
    }

    /// Everything of one network, for work that no viewer asked for. The reason is logged. What
    /// leaves the system from here must be seen through the recipient's lens again.
    pub fn system(network: NetworkId, brand: OrganisationId, reason: SystemReason) -> Self {
        let reason = reason.word();
        tracing::info!(network.id = %network, reason, "read everything of a network");
        Self::made(network, brand, Eyes::Whole, TimeMs(0))
    }

    const fn made(
        network: NetworkId,
        organisation: OrganisationId,
        eyes: Eyes,
        now: TimeMs,
    ) -> Self {
        Self { network, organisation, eyes, now, seen: RefCell::new(Vec::new()) }
    }

    /// The network that is looked at.
    pub const fn network(&self) -> NetworkId {
        self.network
    }

    /// The organisation through whose eyes.
    pub const fn organisation(&self) -> OrganisationId {
        self.organisation
    }

    /// The moment at which it was made.
    pub const fn now(&self) -> TimeMs {
        self.now
    }

    /// Whether it is the brand's, or the system's.
    pub const fn is_whole(&self) -> bool {
        !matches!(self.eyes, Eyes::Partner(_))
    }

    /// Whether an agreement is in force; the brand needs none.
    pub const fn has_agreement(&self) -> bool {
        !matches!(self.eyes, Eyes::Partner(None))
    }

    /// The one organisation whose rows are seen where nothing is shared: in figures, for one. None
    /// for the brand, who sees everybody's.
    pub(crate) fn own_only(&self) -> Option<OrganisationId> {
        (!self.is_whole()).then_some(self.organisation)
    }

    /// Classes seen of every customer whatever the tie, for statements over many customers; for a
    /// partner the ties decide in the statement.
    pub(crate) const fn mask(&self) -> i64 {
        if self.is_whole() { EVERY_CLASS } else { 0 }
    }

    /// What is seen of this customer, which must be where it stands now (not merged).
    pub fn sight(&self, cx: &mut Cx<'_>, customer: CustomerId) -> Result<Sight, Fault> {
        let Eyes::Partner(lines) = &self.eyes else { return Ok(Sight::whole(self, customer)) };
        let mut world = World { now: self.now, ..World::default() };
        world.agreements.extend(lines.clone().map(|lines| (self.organisation, lines)));
        world.ties = store::ties_of(cx, self.network, customer, self.organisation)?
            .into_iter()
            .map(|held| (customer, held))
            .collect();
        if !world.ties.is_empty() {
            (world.sayings, world.frozen) = store::word_of(cx, self.network, customer)?;
        }
        let known = store::known_as(cx, self.network, customer, self.organisation)?;
        Ok(Sight { known, ..Sight::of(self, customer, world) })
    }

    /// By which id the organisation knows the customer that stands here now.
    pub(crate) fn known_as(
        &self,
        cx: &mut Cx<'_>,
        customer: CustomerId,
    ) -> Result<CustomerId, Fault> {
        if self.is_whole() {
            return Ok(customer);
        }
        let known = store::known_as(cx, self.network, customer, self.organisation)?;
        Ok(rules::known_as(&known, customer))
    }

    /// Keeps what was shown, for the audit of reads.
    pub(crate) fn saw(&self, sight: &Sight, classes: i64, rows: usize) {
        self.note(Some(sight.customer), classes & EVERY_CLASS, sight.tie_bits(), rows);
    }

    /// As [`Lens::saw`], for a list that names many customers.
    pub(crate) fn saw_list(&self, classes: i64, rows: usize) {
        self.note(None, classes, 0, rows);
    }

    fn note(&self, customer: Option<CustomerId>, classes: i64, ties: i64, rows: usize) {
        let mut seen = self.seen.borrow_mut();
        match seen.iter_mut().find(|glance| glance.customer == customer) {
            Some(glance) => {
                glance.classes |= classes;
                glance.rows += rows as i64;
            }
            None => seen.push(Glance { customer, classes, ties, rows: rows as i64 }),
        }
    }

    /// What was seen through it, and forgets it.
    pub(crate) fn take_seen(&self) -> Vec<Glance> {
        self.seen.take()
    }
}

/// What a lens shows of one customer. Who was not let in at all sees what its own organisation
/// wrote, and nothing else.
#[derive(Debug, Clone)]
pub struct Sight {
    customer: CustomerId,
    /// By which ids the organisation knew it before it was merged; none: by its own.
    known: Vec<CustomerId>,
    organisation: OrganisationId,
    brand: OrganisationId,
    is_whole: bool,
    world: World,
    spans: Vec<Span>,
    fields: Masks,
}

/// From one moment until the next span begins, the same classes are seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Entries that happened at this moment or after it.
    pub from: TimeMs,
    /// What is seen of them.
    pub masks: Masks,
}

impl Sight {
    fn whole(lens: &Lens, customer: CustomerId) -> Self {
        Self {
            customer,
            known: Vec::new(),
            organisation: lens.organisation,
            brand: lens.organisation,
            is_whole: true,
            world: World { brand: Some(lens.organisation), ..World::default() },
            spans: vec![Span { from: TimeMs(i64::MIN), masks: Masks::EVERYTHING }],
            fields: Masks::EVERYTHING,
        }
    }

    fn of(lens: &Lens, customer: CustomerId, world: World) -> Self {
        let (fields, spans) = rules::spans(&world, lens.organisation, customer);
        let organisation = lens.organisation;
        Self {
            customer,
            known: Vec::new(),
            organisation,
            brand: organisations::brand_id(lens.network),
            is_whole: false,
            world,
            spans,
            fields,
        }
    }

    /// The customer that is looked at, where it stands now. Not to be told: see [`Self::known_as`].
    pub const fn customer(&self) -> CustomerId {
        self.customer
    }

    /// By which id the viewer knows the customer. A partner goes on with the one it knew: another
    /// would tell it that somebody else knows the same customer.
    pub fn known_as(&self) -> CustomerId {
        rules::known_as(&self.known, self.customer)
    }

    /// Whether the viewer knows the customer by this id: by another organisation's it finds none.
    pub fn is_known_as(&self, id: CustomerId) -> bool {
        self.is_whole || self.known.contains(&id) || self.known.is_empty() && self.customer == id
    }

    /// The organisation through whose eyes.
    pub const fn organisation(&self) -> OrganisationId {
        self.organisation
    }

    /// Whether everything is seen: by the brand, by the system.
    pub const fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Whether there is anything to see, or the organisation wrote some of it.
    pub fn is_open(&self) -> bool {
        let shown = |span: &Span| span.masks.counted != 0;
        self.is_whole
            || self.held().any(|held| held.tie == Tie::Owner)
            || self.fields.counted != 0
            || self.spans.iter().any(shown)
    }

    /// What is seen of the customer's own fields, which have no day.
    pub const fn fields(&self) -> Masks {
        self.fields
    }

    /// What is seen of entries, the latest span first. The last one reaches back without end.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// What is seen of entries of that moment.
    pub fn at(&self, at: TimeMs) -> Masks {
        let span = self.spans.iter().find(|span| span.from <= at);
        span.map_or(Masks::default(), |span| span.masks)
    }

    /// The ties that the organisation has now.
    pub fn held(&self) -> impl Iterator<Item = &Held> {
        self.world.ties.iter().map(|(_, held)| held).filter(|held| held.until > self.world.now)
    }

    /// Whether the name of this author is shown with a class at this level. The brand's always is,
    /// and one's own.
    pub(crate) fn names(&self, author: OrganisationId, level: Level) -> bool {
        self.is_whole || level == Level::Full || author == self.organisation || author == self.brand
    }

    /// Why a class of the fields, or an entry, is shown or hidden.
    pub fn why(&self, class: Class, entry: Option<&Entry<'_>>) -> Verdict {
        rules::decide(&self.world, self.organisation, self.customer, class, entry)
    }

    /// The highest number of an audience that is seen whoever is named: for a partner only what is
    /// shared.
    pub(crate) const fn audience_max(&self) -> i64 {
        if self.is_whole { 2 } else { 0 }
    }

    fn tie_bits(&self) -> i64 {
        self.held().fold(0, |bits, held| bits | held.tie.bit())
    }
}

/// Why the system itself reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SystemReason {
    /// Somebody with the operator's rights asked for a report on the command line.
    OperatorReport,
    /// The demo's story is being told.
    Demo,
    /// A change that was told once is written into the brand's own record.
    Change,
    /// The brand's own system is told of a touch.
    Webhook,
}

impl SystemReason {
    const fn word(self) -> &'static str {
        match self {
            Self::OperatorReport => "operator report",
            Self::Demo => "demo",
            Self::Change => "change",
            Self::Webhook => "webhook",
        }
    }
}
