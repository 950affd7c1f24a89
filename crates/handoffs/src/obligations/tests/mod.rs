//! Maya moves to Bristol and tells it once.

#![allow(clippy::unwrap_used)]

use handfast_db::Tx;
use handfast_kit::{OrganisationId, TimeMs};
use handfast_record::{
    CustomerId,
    customers::{self, Details, Incoming},
    organisations::{self, Kind, NewPartner},
    sharing::{Class, Grant, Level, Tie},
    testing::{NOW, World, worlds},
};
use handfast_web::Role;

use super::*;

mod figured;
mod followed;
mod linked;
mod stories;

/// The brand, Spoke & Chain and Harbour Wheelworks keep Maya's address; so does Pedal & Post, whose
/// agreement shows it no addresses.
struct Move {
    world: World,
    pedal: OrganisationId,
    maya: CustomerId,
}

fn address(street: &str, city: &str, postcode: &str) -> Value {
    Value::Address(Address {
        street: street.to_owned(),
        city: city.to_owned(),
        postcode: postcode.to_owned(),
        ..Address::default()
    })
}

fn bristol(flat: &str) -> Value {
    address(&format!("{flat}, 27 Cooper’s Wharf"), "Bristol", "BS1 6ZZ")
}

fn moves() -> Vec<Move> {
    worlds().into_iter().map(Move::of).collect()
}

impl Move {
    fn of(world: World) -> Self {
        let network = world.network;
        let new = NewPartner {
            name: "Pedal & Post".to_owned(),
            kinds: vec![Kind::Licensee],
            territory: String::new(),
            external_ref: String::new(),
        };
        let pedal = world.db.write(move |tx| organisations::add_partner(tx, network, &new, NOW));
        let pedal = pedal.unwrap();
        let mut maya = None;
        for organisation in [world.brand, world.spoke, world.harbour, pedal] {
            let author = world.author(organisation);
            let incoming = Incoming {
                external_ref: "M-1".to_owned(),
                person_key: Some("maya".to_owned()),
                details: Details {
                    name: "Maya Okafor".to_owned(),
                    street: "14 Mill Row".to_owned(),
                    city: "Leeds".to_owned(),
                    postcode: "LS2 7AA".to_owned(),
                    ..Details::default()
                },
                since: None,
            };
            let received =
                world.db.write(move |tx| customers::receive(tx, &author, NOW, NOW, &incoming));
            maya = Some(received.unwrap().ids().0);
        }
        let grant = |class| Grant {
            tie: Tie::Owner,
            class,
            level: Level::Full,
            from_tie: false,
            purpose: None,
        };
        for partner in [world.spoke, world.harbour] {
            world.agree(partner, &[grant(Class::Address), grant(Class::Identity)]);
        }
        world.agree(pedal, &[grant(Class::Identity)]);
        world.clock.advance(TimeMs::MINUTE);
        Self { world, pedal, maya: maya.unwrap() }
    }

    /// Somebody of an organisation does something.
    fn does<T: Send + 'static>(
        &self,
        by: OrganisationId,
        deed: impl Fn(&mut Tx<'_>, &Lens, &Actor, TimeMs) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let is_brand = by == self.world.brand;
        let role = if is_brand { Role::BrandStaff } else { Role::PartnerStaff };
        let viewer = self.world.viewer(by, role);
        let actor = Actor { organisation: by, person: None, name: "Grace Lin".to_owned() };
        let now = self.world.clock.now();
        self.world.db.write(move |tx| {
            let lens = Lens::of(tx, &viewer, now)?;
            deed(tx, &lens, &actor, now)
        })
    }

    fn enters(&self, by: OrganisationId, value: Value, until: Option<TimeMs>) -> Change {
        self.enters_from(by, value, (None, until))
    }

    fn enters_from(
        &self,
        by: OrganisationId,
        value: Value,
        (from, until): (Option<TimeMs>, Option<TimeMs>),
    ) -> Change {
        let customer = self.maya;
        let new = NewChange {
            customer,
            changed: handfast_record::touches::Changed::Address,
            value,
            from,
            until,
            by_customer: true,
        };
        self.does(by, move |tx, lens, actor, now| enter(tx, lens, actor, now, &new)).unwrap()
    }

    fn reads_back(&self, by: OrganisationId, id: ObligationId, held: Value) -> Obligation {
        let read = move |tx: &mut Tx<'_>, lens: &Lens, actor: &Actor, now| {
            read_back(tx, lens, actor, now, id, (&held, ReadBack::Typed))
        };
        self.does(by, read).unwrap()
    }

    fn change(&self, by: OrganisationId, id: ChangeId) -> Option<Change> {
        let lens = self.world.lens(by);
        self.world.db.read(|cx| change(cx, &lens, id)).unwrap()
    }

    fn obligation(&self, by: OrganisationId, change: &Change) -> Obligation {
        let found = self.change(by, change.id).unwrap();
        found.obligations.into_iter().find(|one| one.organisation == by).unwrap()
    }

    fn round(&self) -> usize {
        let (network, now) = (self.world.network, self.world.clock.now());
        self.world.db.write(move |tx| due(tx, network, now, 100)).unwrap()
    }

    /// The address that the brand's page shows.
    fn shown(&self) -> String {
        let lens = self.world.lens(self.world.brand);
        let seen = self.world.db.read(|cx| customers::find(cx, &lens, self.maya)).unwrap().unwrap();
        seen.chosen.address.unwrap().text
    }
}
