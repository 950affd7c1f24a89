//! Asked for together, each thing is seen as when it is asked for alone: by everybody, and behind
//! the second wall.
#![allow(clippy::unwrap_used)]

use handfast_db::Cx;
use handfast_kit::{OrganisationId, TimeMs};
use handfast_web::Role;

use super::seen;
use crate::{
    CustomerId, cases, consents, customers,
    entrusting::{self, Kept, Place},
    merging::{self, Why},
    sharing::{Class, Grant, Lens, Level, Tie},
    testing::{NOW, World, worlds},
};

fn grant(tie: Tie, class: Class, level: Level) -> Grant {
    Grant { tie, class, level, from_tie: false, purpose: None }
}

/// Compares for everybody, and answers how many customers each sees by name.
fn compare(world: &World, places: &[Place]) -> Vec<usize> {
    let named = |organisation: OrganisationId| {
        let is_brand = organisation == world.brand;
        let role = if is_brand { Role::BrandStaff } else { Role::PartnerStaff };
        let (viewer, now) = (world.viewer(organisation, role), world.clock.now());
        let read = |cx: &mut Cx<'_>| {
            let lens = Lens::of(cx, &viewer, now)?;
            let together = seen(cx, &lens, places)?;
            assert_eq!(together.len(), places.len());
            for (place, one) in places.iter().zip(&together) {
                let alone = entrusting::sight(cx, &lens, place)?.unwrap();
                assert_eq!(format!("{:?}", one.sight), format!("{alone:?}"));
                let name = customers::name_by(cx, &lens, &alone)?;
                assert_eq!(one.name, name.filter(|name| !name.is_empty()));
            }
            Ok::<_, handfast_db::Fault>(together.iter().filter(|one| one.name.is_some()).count())
        };
        world.db.read(read).unwrap()
    };
    [world.brand, world.spoke, world.harbour].map(named).to_vec()
}

fn here(customer: CustomerId) -> Place {
    Place { customer, kept: Kept::Here }
}

#[test]
fn what_is_seen_of_many_together_is_what_is_seen_of_each_alone() {
    for world in worlds() {
        let brand = world.author(world.brand);
        let (maya, _) = world.record(world.brand, "A1", Some("maya"), "Maya Okafor");
        world.record(world.spoke, "S1", Some("maya"), "Maya O.");
        let (ben, _) = world.record(world.spoke, "S2", None, "Ben Adeyemi");
        let (leo, _) = world.record(world.harbour, "H1", None, "Leo Hart");
        let (nobody, _) = world.record(world.harbour, "H2", None, "");
        let event = cases::Event {
            case_ref: "3127".to_owned(),
            customer_ref: Some("A1".to_owned()),
            at: NOW.plus(-TimeMs::DAY),
            status: "Open".to_owned(),
            title: "Motor stops uphill".to_owned(),
            ..cases::Event::default()
        };
        world.db.write(move |tx| cases::event(tx, &brand, NOW, &event)).unwrap();
        // The case leads to its customer, wherever it was when it was handed off; an unknown one
        // lies where it was.
        let case = |reference: &str, customer| Place {
            customer,
            kept: Kept::Case(world.brand, reference.to_owned()),
        };
        let order = Place { customer: leo, kept: Kept::Sale(world.spoke, "none".to_owned()) };
        let gone = here(CustomerId::random());
        let places = [
            here(maya),
            case("3127", ben),
            here(ben),
            case("none", leo),
            here(maya),
            order,
            here(nobody),
            gone,
        ];
        assert_eq!(compare(&world, &places), [7, 4, 3], "nobody has an agreement");
        world.agree(world.spoke, &[grant(Tie::Owner, Class::Identity, Level::Full)]);
        world.agree(world.harbour, &[grant(Tie::None, Class::Identity, Level::Veiled)]);
        compare(&world, &places);
        let why = Why { weight: None, words: "One person".to_owned() };
        let merge = move |tx: &mut handfast_db::Tx<'_>| {
            merging::merge(tx, &brand, NOW, ben, leo, &why).map(drop)
        };
        world.db.write(merge).unwrap();
        compare(&world, &places);
        let lens = world.lens(world.brand);
        let freeze = move |tx: &mut handfast_db::Tx<'_>| {
            consents::freeze(tx, &lens, &brand, NOW, maya, "She asked us to")
        };
        world.db.write(freeze).unwrap();
        compare(&world, &places);
    }
}
