//! Asked for at once, each partner sees what it sees when it is asked for alone.

use handfast_db::Tx;
use handfast_kit::OrganisationId;

use crate::{
    CustomerId, agreements, consents,
    merging::{self, Why},
    organisations::{self, Kind, NewPartner},
    sharing::{Class, Grant, Lens, Level, Tie, sights},
    testing::{NOW, World, worlds},
};

fn partner(world: &World, name: &str) -> OrganisationId {
    let network = world.network;
    let new = NewPartner {
        name: name.to_owned(),
        kinds: vec![Kind::Reseller],
        territory: String::new(),
        external_ref: String::new(),
    };
    world.db.write(move |tx| organisations::add_partner(tx, network, &new, NOW)).unwrap()
}

fn grant(class: Class, level: Level) -> Grant {
    Grant { tie: Tie::Owner, class, level, from_tie: true, purpose: None }
}

/// Compares, and answers of how many.
fn compare(world: &World, customer: CustomerId) -> usize {
    let (network, now) = (world.network, world.clock.now());
    let read = move |tx: &mut Tx<'_>| {
        let together = sights(tx, network, customer, now)?;
        for sight in &together {
            let lens = Lens::of_partner(tx, network, sight.organisation(), now)?;
            let alone = lens.sight(tx, customer)?;
            assert_eq!(format!("{sight:?}"), format!("{alone:?}"));
        }
        Ok::<_, handfast_db::Fault>(together.len())
    };
    world.db.write(read).unwrap()
}

#[test]
fn what_many_see_together_is_what_each_sees_alone() {
    for world in worlds() {
        let [torque, pedal] = ["Torque Workshop", "Pedal & Post"].map(|name| partner(&world, name));
        let all = [world.spoke, world.harbour, torque, pedal];
        let (maya, _) = world.record(world.brand, "M-1", Some("maya"), "Maya Okafor");
        for organisation in all {
            world.record(organisation, "M-1", Some("maya"), "Maya Okafor");
        }
        assert_eq!(compare(&world, maya), all.len(), "nobody has an agreement");
        world.agree(
            world.spoke,
            &[grant(Class::Address, Level::Full), grant(Class::Contact, Level::Count)],
        );
        world.agree(world.harbour, &[grant(Class::Address, Level::Veiled)]);
        world.agree(torque, &[]);
        world.agree(pedal, &[grant(Class::Address, Level::Full)]);
        let brand = world.author(world.brand);
        world.db.write(move |tx| agreements::end(tx, &brand, NOW, pedal, 1)).unwrap();
        assert_eq!(compare(&world, maya), all.len());

        let (other, _) = world.record(world.spoke, "M-2", None, "M Okafor");
        let why = Why { weight: None, words: "One person".to_owned() };
        let merge =
            move |tx: &mut Tx<'_>| merging::merge(tx, &brand, NOW, maya, other, &why).map(drop);
        world.db.write(merge).unwrap();
        let lens = world.lens(world.brand);
        let standing = |cx: &mut handfast_db::Cx<'_>| crate::customers::look(cx, &lens, maya);
        let maya = world.db.read(standing).unwrap().unwrap().customer();
        assert_eq!(compare(&world, maya), all.len(), "by the ids that each knew");

        world
            .db
            .write(move |tx| consents::freeze(tx, &lens, &brand, NOW, maya, "She asked us to"))
            .unwrap();
        assert_eq!(compare(&world, maya), all.len());
    }
}
