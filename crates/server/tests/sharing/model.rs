//! The reference: `sharing::decide`, and beside it the same said a second time, by other hands and
//! in the most naive way, straight from the words of the contract.

use handfast_kit::OrganisationId;
use handfast_record::{
    CustomerId,
    sharing::{Class, Entry, Level, Purpose, World, decide},
};

/// How much `viewer` sees, said a second time.
pub(crate) fn naive(
    world: &World,
    viewer: OrganisationId,
    customer: CustomerId,
    class: Class,
    entry: Option<&Entry<'_>>,
) -> Level {
    if world.brand == Some(viewer) || entry.is_some_and(|entry| entry.author == viewer) {
        return Level::Full;
    }
    let is_named = |named: &[OrganisationId]| named.contains(&viewer);
    if world.frozen.contains(&customer)
        || entry.and_then(|entry| entry.audience).is_some_and(|named| !is_named(named))
    {
        return Level::None;
    }
    let agreement = world.agreements.iter().find(|(of, _)| *of == viewer);
    let Some((_, lines)) = agreement else { return Level::None };
    let mut best = Level::None;
    if !permits_class(world, viewer, customer, class) {
        return best;
    }
    for (of, held) in &world.ties {
        if *of != customer || held.organisation != viewer || held.until <= world.now {
            continue;
        }
        let is_extra = held.extra & (1 << (class as i64)) != 0;
        if is_extra && permits(world, viewer, customer, None) {
            best = Level::Full;
        }
        for line in lines.iter().filter(|line| line.tie == held.tie) {
            let is_late = entry.is_none_or(|entry| entry.at >= held.from);
            if permits(world, viewer, customer, line.purpose) && (!line.from_tie || is_late) {
                best = best.max(line.masks.level(class));
            }
        }
    }
    best
}

fn permits(
    world: &World,
    viewer: OrganisationId,
    customer: CustomerId,
    purpose: Option<Purpose>,
) -> bool {
    let said = |allowed: bool, of: Option<Purpose>| {
        world.sayings.iter().any(|(whose, saying)| {
            *whose == customer
                && saying.organisation.is_none_or(|to| to == viewer)
                && (saying.class, saying.purpose, saying.allowed) == (None, of, allowed)
        })
    };
    let needs = purpose.is_some_and(Purpose::needs_consent);
    let is_refused = said(false, None) || (purpose.is_some() && said(false, purpose));
    let is_given = !needs || said(true, purpose);
    is_given && !is_refused
}

fn permits_class(
    world: &World,
    viewer: OrganisationId,
    customer: CustomerId,
    class: Class,
) -> bool {
    !world.sayings.iter().any(|(whose, saying)| {
        *whose == customer
            && saying.organisation.is_none_or(|to| to == viewer)
            && saying.class == Some(class)
            && !saying.allowed
    })
}

/// How much `viewer` sees, both say.
pub(crate) fn level(
    world: &World,
    viewer: OrganisationId,
    customer: CustomerId,
    class: Class,
    entry: Option<&Entry<'_>>,
) -> Level {
    let verdict = decide(world, viewer, customer, class, entry);
    let naive = naive(world, viewer, customer, class, entry);
    assert_eq!(verdict.level, naive, "decide is wrong ({verdict:?}) about {class:?} {entry:?}");
    naive
}
