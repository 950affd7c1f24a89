use handfast_kit::{OrganisationId, TimeMs};

use super::{
    Class, Entry, Held, Level, Line, Masks, PURPOSES_UNSAID, Purpose, Reason, Saying, Span,
    Verdict, World,
};
use crate::CustomerId;

/// What a customer's word leaves of the grants of one organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permitted {
    /// The purposes that are permitted, a bit each; bit 0 is whatever names none.
    pub purposes: i64,
    /// The classes that are denied, a bit each.
    pub denied: i64,
}

impl Permitted {
    /// Whether something may be shown for this purpose; none needs no more than bit 0.
    const fn allows(self, purpose: Option<Purpose>) -> bool {
        let bit = match purpose {
            Some(purpose) => 1 << (purpose as u8),
            None => 1,
        };
        self.purposes & bit != 0
    }

    const fn denies(self, class: Class) -> bool {
        self.denied & class.bit() != 0
    }
}

/// What the customer's word leaves of the grants of `organisation`. Of what was said of the same
/// thing more than once, the last stands; among different things a no beats a yes.
pub fn permitted(sayings: &[Saying], is_frozen: bool, organisation: OrganisationId) -> Permitted {
    let mut given = PURPOSES_UNSAID;
    let mut refused = 0;
    let mut denied = 0;
    for saying in standing(sayings, organisation) {
        match (saying.class, saying.purpose, saying.allowed) {
            (Some(class), _, false) => denied |= class.bit(),
            (None, None, false) => refused = i64::MAX,
            (None, Some(purpose), false) => refused |= 1 << (purpose as u8),
            (None, Some(purpose), true) => given |= 1 << (purpose as u8),
            (Some(_), _, true) | (None, None, true) => {}
        }
    }
    Permitted { purposes: if is_frozen { 0 } else { given & !refused }, denied }
}

/// The sayings that concern the organisation and that no later one replaced.
fn standing(
    sayings: &[Saying],
    organisation: OrganisationId,
) -> impl Iterator<Item = &Saying> + '_ {
    let about = |saying: &Saying| (saying.purpose, saying.organisation, saying.class);
    sayings.iter().enumerate().filter_map(move |(index, saying)| {
        let is_concerned = saying.organisation.is_none_or(|named| named == organisation);
        let is_replaced = sayings[index + 1..].iter().any(|later| about(later) == about(saying));
        (is_concerned && !is_replaced).then_some(saying)
    })
}

/// The id by which a customer is known to who knew it by these, in order, before it was merged: the
/// first of them, so that nothing in a list tells by which it stands now.
pub(super) fn known_as(known: &[CustomerId], customer: CustomerId) -> CustomerId {
    known.first().copied().unwrap_or(customer)
}

/// Whether, how far and why `viewer` sees this class of `customer`: of its fields, or of one entry.
pub fn decide(
    world: &World,
    viewer: OrganisationId,
    customer: CustomerId,
    class: Class,
    entry: Option<&Entry<'_>>,
) -> Verdict {
    if world.brand == Some(viewer) {
        return Verdict { level: Level::Full, reason: Reason::Brand };
    }
    if entry.is_some_and(|entry| entry.author == viewer) {
        return Verdict { level: Level::Full, reason: Reason::Own };
    }
    let ground = Ground::of(world, viewer, customer);
    if ground.is_frozen {
        return nothing(Reason::Frozen);
    }
    let audience = entry.and_then(|entry| entry.audience);
    if audience.is_some_and(|named| !named.contains(&viewer)) {
        return nothing(Reason::Audience);
    }
    ground.decide(class, entry.map(|entry| entry.at))
}

/// The same for all classes at once: of the fields, and of shared entries of others, the latest
/// span first.
pub(super) fn spans(
    world: &World,
    viewer: OrganisationId,
    customer: CustomerId,
) -> (Masks, Vec<Span>) {
    let start = TimeMs(i64::MIN);
    if world.brand == Some(viewer) {
        return (Masks::EVERYTHING, vec![Span { from: start, masks: Masks::EVERYTHING }]);
    }
    let ground = Ground::of(world, viewer, customer);
    let mut begins: Vec<TimeMs> = ground.held.iter().map(|held| held.from).collect();
    begins.push(start);
    begins.sort_unstable();
    let mut spans: Vec<Span> = Vec::with_capacity(begins.len());
    for from in begins.into_iter().rev() {
        let masks = ground.masks(Some(from));
        match spans.last_mut() {
            Some(later) if later.masks == masks => later.from = from,
            _ => spans.push(Span { from, masks }),
        }
    }
    (ground.masks(None), spans)
}

/// What grants show of a customer with these ties, whatever their day: of the fields, and of shared
/// entries from before the first tie began. For whoever asks before there is such a customer.
pub(crate) fn shown(lines: &[Line], held: &[Held], permitted: Permitted) -> (Masks, Masks) {
    let viewer = held.first().map(|held| held.organisation);
    let Some(viewer) = viewer else { return (Masks::default(), Masks::default()) };
    let ground = Ground {
        lines: Some(lines),
        held: held.iter().collect(),
        sayings: Vec::new(),
        permitted,
        viewer,
        is_frozen: false,
    };
    (ground.masks(None), ground.masks(Some(TimeMs(i64::MIN))))
}

/// All that bears on what one partner sees of one customer.
struct Ground<'a> {
    /// The lines of the agreement in force, if there is one.
    lines: Option<&'a [Line]>,
    /// The ties in force.
    held: Vec<&'a Held>,
    sayings: Vec<Saying>,
    permitted: Permitted,
    viewer: OrganisationId,
    is_frozen: bool,
}

impl<'a> Ground<'a> {
    fn of(world: &'a World, viewer: OrganisationId, customer: CustomerId) -> Self {
        let agreement = world.agreements.iter().find(|(with, _)| *with == viewer);
        let is_frozen = world.frozen.contains(&customer);
        let sayings: Vec<Saying> = of_customer(&world.sayings, customer).copied().collect();
        Self {
            lines: agreement.map(|(_, lines)| lines.as_slice()),
            held: of_customer(&world.ties, customer)
                .filter(|held| held.organisation == viewer && held.until > world.now)
                .collect(),
            permitted: permitted(&sayings, is_frozen, viewer),
            sayings,
            viewer,
            is_frozen,
        }
    }

    /// What is shown of all classes: of the fields, or of shared entries of that moment.
    fn masks(&self, at: Option<TimeMs>) -> Masks {
        let mut masks = Masks::default();
        for class in Class::ALL {
            masks.show(class, self.decide(class, at).level);
        }
        masks
    }

    /// The verdict on the fields, or on a shared entry of that moment by another author. Nothing of
    /// a frozen customer is permitted for any purpose, whatever the reason it gives.
    fn decide(&self, class: Class, at: Option<TimeMs>) -> Verdict {
        let Some(lines) = self.lines else { return nothing(Reason::NoAgreement) };
        let mut best = nothing(Reason::NotGranted);
        let mut offer = |level: Level, reason: Reason| {
            if level > best.level {
                best = Verdict { level, reason };
            }
        };
        for held in &self.held {
            for line in lines.iter().filter(|line| line.tie == held.tie) {
                if self.obstacle(line, held, class, at).is_none() {
                    offer(line.masks.level(class), Reason::Granted(held.tie, line.purpose));
                }
            }
        }
        let is_allowed = self.permitted.allows(None) && !self.permitted.denies(class);
        for held in self.held.iter().filter(|held| held.extra & class.bit() != 0) {
            if is_allowed {
                offer(Level::Full, Reason::Allowed(held.until));
            }
        }
        match best.level {
            Level::None => nothing(self.why_nothing(lines, class, at)),
            _ => best,
        }
    }

    /// What stands between the line and this class, if the line grants it something.
    fn obstacle(
        &self,
        line: &Line,
        held: &Held,
        class: Class,
        at: Option<TimeMs>,
    ) -> Option<Reason> {
        if self.permitted.denies(class) {
            return Some(Reason::Objected);
        }
        if !self.permitted.allows(line.purpose) {
            return Some(self.why_forbidden(line.purpose));
        }
        let is_before = line.from_tie && at.is_some_and(|at| at < held.from);
        is_before.then_some(Reason::BeforeTie(held.from))
    }

    /// A purpose to which nobody said no needs consent, and was never allowed.
    fn why_forbidden(&self, purpose: Option<Purpose>) -> Reason {
        let Some(purpose) = purpose else { return Reason::Objected };
        let is_refused = standing(&self.sayings, self.viewer).any(|saying| {
            !saying.allowed
                && saying.class.is_none()
                && saying.purpose.is_none_or(|named| named == purpose)
        });
        if is_refused { Reason::Objected } else { Reason::NotConsented(purpose) }
    }

    /// Of all that keeps the class from being shown, what whoever asks can do most about: the
    /// customer's word, then time, then ties, then the agreement.
    fn why_nothing(&self, lines: &[Line], class: Class, at: Option<TimeMs>) -> Reason {
        let granting = || lines.iter().filter(|line| line.masks.level(class) > Level::None);
        let obstacles = self.held.iter().flat_map(|held| {
            let granted = granting()
                .filter(|line| line.tie == held.tie)
                .filter_map(|line| self.obstacle(line, held, class, at));
            let allowed = (held.extra & class.bit() != 0).then_some(Reason::Objected);
            granted.chain(allowed)
        });
        let unmet = if granting().next().is_some() { Reason::NoTie } else { Reason::NotGranted };
        obstacles.min_by_key(|reason| rank(*reason)).unwrap_or(unmet)
    }
}

/// The order in which reasons are told; of two beginnings the earlier.
const fn rank(reason: Reason) -> (u8, i64) {
    match reason {
        Reason::Objected => (0, 0),
        Reason::NotConsented(purpose) => (1, purpose as i64),
        Reason::BeforeTie(from) => (2, from.0),
        _ => (3, 0),
    }
}

const fn nothing(reason: Reason) -> Verdict {
    Verdict { level: Level::None, reason }
}

fn of_customer<T>(rows: &[(CustomerId, T)], customer: CustomerId) -> impl Iterator<Item = &T> + '_ {
    rows.iter().filter(move |(of, _)| *of == customer).map(|(_, row)| row)
}
