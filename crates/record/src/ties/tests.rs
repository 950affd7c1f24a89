#![allow(clippy::unwrap_used)]

use handfast_kit::{Day, OrganisationId, TimeMs};
use handfast_web::Role;

use super::{ByHand, Error, end, make, of_customer};
use crate::{
    CustomerId,
    agreements::{self, Draft},
    customers,
    sharing::{Author, Class, Grant, Level, Tie, ties::Story},
    testing::{NOW, World, worlds},
};

/// Maya, whom only the brand knows; Harbour's agreement shows it the names of those it insures.
fn mayas() -> Vec<(World, CustomerId)> {
    let prepared = |world: World| {
        let grant = |class| {
            let (tie, level) = (Tie::Insures, Level::Full);
            Grant { tie, class, level, from_tie: false, purpose: None }
        };
        let grants = vec![grant(Class::Identity), grant(Class::Relationship)];
        let draft = Draft { grants, ..Draft::signed_on(Day(20_000)) };
        let (author, harbour) = (world.author(world.brand), world.harbour);
        let sign = move |tx: &mut handfast_db::Tx<'_>| {
            agreements::sign(tx, &author, NOW, harbour, &draft, 0)
        };
        world.db.write(sign).unwrap();
        let (maya, _) = world.record(world.brand, "A1", None, "Maya Okafor");
        (world, maya)
    };
    worlds().into_iter().map(prepared).collect()
}

fn by_hand(organisation: OrganisationId, tie: Tie, until: Option<TimeMs>) -> ByHand {
    ByHand { organisation, tie, from: None, until, why: "Insured since May".to_owned() }
}

fn makes(
    world: &World,
    by: OrganisationId,
    customer: CustomerId,
    new: &ByHand,
) -> Result<Story, Error> {
    let role = if by == world.brand { Role::BrandStaff } else { Role::PartnerStaff };
    let (lens, author) = (world.lens(by), Author::of(&world.viewer(by, role)));
    let (now, new) = (world.clock.now(), new.clone());
    world.db.write(move |tx| make(tx, &lens, &author, now, customer, &new))
}

fn ends(
    world: &World,
    by: OrganisationId,
    customer: CustomerId,
    tie: (OrganisationId, Tie),
) -> Result<(), Error> {
    let (lens, author, now) = (world.lens(by), world.author(by), world.clock.now());
    world.db.write(move |tx| end(tx, &lens, &author, now, customer, tie))
}

fn name(world: &World, organisation: OrganisationId, customer: CustomerId) -> Option<String> {
    let lens = world.lens(organisation);
    let found = world.db.read(|cx| customers::find(cx, &lens, customer)).unwrap();
    found.map(|customer| customer.name().to_owned())
}

fn found(world: &World, organisation: OrganisationId, question: &str) -> usize {
    let lens = world.lens(organisation);
    world.db.read(|cx| customers::search(cx, &lens, question, 10)).unwrap().len()
}

#[test]
fn a_tie_by_hand_shows_what_the_agreement_says_until_it_ends() {
    for (world, maya) in mayas() {
        assert_eq!(name(&world, world.harbour, maya), None);
        let until = NOW.plus(TimeMs::DAY);
        let new = by_hand(world.harbour, Tie::Insures, Some(until));
        let made = makes(&world, world.brand, maya, &new).unwrap();
        assert_eq!((made.held.from, made.held.until, &*made.made_by), (NOW, until, "hand"));
        assert_eq!(name(&world, world.harbour, maya).as_deref(), Some("Maya Okafor"));
        assert_eq!(found(&world, world.harbour, "okafor"), 1);
        let entries = world.timeline(world.harbour, maya);
        assert!(entries.iter().any(|entry| entry.kind == "tie_made"));
        world.clock.advance(TimeMs::DAY - 1);
        assert!(name(&world, world.harbour, maya).is_some());
        world.clock.advance(1);
        assert_eq!(name(&world, world.harbour, maya), None);
        assert_eq!(found(&world, world.harbour, "okafor"), 0);
        // It may begin anew.
        makes(&world, world.brand, maya, &by_hand(world.harbour, Tie::Insures, None)).unwrap();
        assert!(name(&world, world.harbour, maya).is_some());
    }
}

#[test]
fn the_brand_ends_a_tie_now_and_only_one_that_goes_on() {
    for (world, maya) in mayas() {
        let tie = (world.harbour, Tie::Insures);
        assert!(matches!(ends(&world, world.brand, maya, tie), Err(Error::NotTied)));
        let new = by_hand(world.harbour, Tie::Insures, None);
        makes(&world, world.brand, maya, &new).unwrap();
        let twice = makes(&world, world.brand, maya, &new);
        assert!(matches!(twice, Err(Error::AlreadyTied)));
        world.clock.advance(1);
        assert!(matches!(ends(&world, world.harbour, maya, tie), Err(Error::ForTheBrand)));
        ends(&world, world.brand, maya, tie).unwrap();
        assert_eq!(name(&world, world.harbour, maya), None);
        assert!(matches!(ends(&world, world.brand, maya, tie), Err(Error::NotTied)));
        let entries = world.timeline(world.brand, maya);
        assert_eq!(entries[0].kind, "tie_ended");
    }
}

#[test]
fn only_the_brand_ties_and_only_its_own_partners() {
    for (world, maya) in mayas() {
        let own = by_hand(world.harbour, Tie::Insures, None);
        let unseen = makes(&world, world.harbour, maya, &own);
        assert!(matches!(unseen, Err(Error::NotFound)), "not even that there is a Maya");
        for organisation in [world.brand, OrganisationId::random()] {
            let nobody = by_hand(organisation, Tie::Insures, None);
            let made = makes(&world, world.brand, maya, &nobody);
            assert!(matches!(made, Err(Error::NoSuchPartner)));
        }
        let guest = by_hand(world.harbour, Tie::Guest, None);
        assert!(matches!(makes(&world, world.brand, maya, &guest), Err(Error::NotByHand)));
    }
}

#[test]
fn a_partner_reads_its_own_ties_and_no_competitors() {
    for (world, maya) in mayas() {
        world.record(world.spoke, "7", None, "Noah Reed");
        for partner in [world.harbour, world.spoke] {
            makes(&world, world.brand, maya, &by_hand(partner, Tie::Insures, None)).unwrap();
        }
        let read = |organisation| {
            let lens = world.lens(organisation);
            let ties = world.db.read(|cx| of_customer(cx, &lens, maya)).unwrap();
            ties.map(|ties| ties.into_iter().map(|one| one.held.organisation).collect::<Vec<_>>())
        };
        assert_eq!(read(world.brand).unwrap().len(), 2);
        assert_eq!(read(world.harbour).unwrap(), [world.harbour]);
        // Spoke & Chain has no agreement: there is nothing to see, and so no Maya.
        assert_eq!(read(world.spoke), None);
    }
}
