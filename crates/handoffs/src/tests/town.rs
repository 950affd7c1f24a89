//! The world of the stories: Maya, whose motor fails; the brand keeps her case. Both partners and
//! Torque Workshop may be asked.

use handfast_db::Tx;
use handfast_kit::{OrganisationId, TimeMs};
use handfast_record::{
    CaseId, CustomerId, HandOffId, cases,
    organisations::{self, Kind, NewPartner},
    sharing::{Class, Grant, Lens, Level, Tie},
    testing::{NOW, World, worlds},
};

use handfast_web::Role;

use crate::{Actor, Error, HandOff, Offer, Thing};

/// What becomes of a deed.
type Done = Result<HandOff, Error>;

pub(super) struct Town {
    pub(super) world: World,
    pub(super) torque: OrganisationId,
    pub(super) maya: CustomerId,
    pub(super) case: CaseId,
}

pub(super) fn towns() -> Vec<Town> {
    worlds().into_iter().map(Town::of).collect()
}

impl Town {
    pub(super) fn of(world: World) -> Self {
        let (network, brand) = (world.network, world.author(world.brand));
        let new = NewPartner {
            name: "Torque Workshop".to_owned(),
            kinds: vec![Kind::Service],
            territory: "Leeds".to_owned(),
            external_ref: String::new(),
        };
        let torque = world.db.write(move |tx| organisations::add_partner(tx, network, &new, NOW));
        let torque = torque.unwrap();
        for partner in [world.spoke, world.harbour, torque] {
            let grant = |tie, class| {
                let level = Level::Full;
                Grant { tie, class, level, from_tie: false, purpose: None }
            };
            world.agree(
                partner,
                &[
                    grant(Tie::None, Class::Case),
                    grant(Tie::Serves, Class::Identity),
                    grant(Tie::Assigned, Class::Identity),
                ],
            );
        }
        let (maya, _) = world.record(world.brand, "A1", None, "Maya Okafor");
        let event = cases::Event {
            case_ref: "3127".to_owned(),
            customer_ref: Some("A1".to_owned()),
            at: NOW.plus(-TimeMs::DAY),
            status: "Waits for a workshop".to_owned(),
            title: "Motor stops uphill".to_owned(),
            product: "Cargo 500".to_owned(),
            ..cases::Event::default()
        };
        world.db.write(move |tx| cases::event(tx, &brand, NOW, &event)).unwrap();
        let case = world.seen(world.brand, maya, cases::of_customer)[0].id;
        Self { world, torque, maya, case }
    }

    pub(super) fn thing(&self) -> Thing {
        Thing::Case(self.case)
    }

    pub(super) fn actor(organisation: OrganisationId) -> Actor {
        Actor { organisation, person: None, name: "Ines Duarte".to_owned() }
    }

    /// Somebody of an organisation does something.
    pub(super) fn does(
        &self,
        organisation: OrganisationId,
        deed: impl Fn(&mut Tx<'_>, &Lens, &Actor, TimeMs) -> Done + Send + 'static,
    ) -> Done {
        let is_brand = organisation == self.world.brand;
        let role = if is_brand { Role::BrandStaff } else { Role::PartnerStaff };
        let (viewer, actor) = (self.world.viewer(organisation, role), Self::actor(organisation));
        let now = self.world.clock.now();
        self.world.db.write(move |tx| {
            let lens = Lens::of(tx, &viewer, now)?;
            deed(tx, &lens, &actor, now)
        })
    }

    pub(super) fn offer_of(&self, thing: Thing, to: OrganisationId) -> Offer {
        Offer {
            customer: self.maya,
            thing,
            to,
            accept_by: None,
            words: "She needs it by Friday".to_owned(),
            brief: Vec::new(),
            incomplete_ok: true,
        }
    }

    /// The brand offers the case.
    pub(super) fn offers(&self, to: OrganisationId) -> Result<HandOff, Error> {
        let offer = self.offer_of(self.thing(), to);
        self.does(self.world.brand, move |tx, lens, actor, now| {
            crate::offer(tx, lens, actor, now, &offer)
        })
    }

    pub(super) fn accepts(&self, by: OrganisationId, id: HandOffId) -> Result<HandOff, Error> {
        self.does(by, move |tx, lens, actor, now| crate::accept(tx, lens, actor, now, id))
    }

    pub(super) fn finds(&self, by: OrganisationId, id: HandOffId) -> Option<HandOff> {
        let (lens, now) = (self.world.lens(by), self.world.clock.now());
        self.world.db.read(|cx| crate::find(cx, &lens, now, id)).unwrap()
    }

    /// The round comes by. Answers how many hand-offs it did something to.
    pub(super) fn round(&self) -> usize {
        let (network, now) = (self.world.network, self.world.clock.now());
        self.world.db.write(move |tx| crate::due(tx, network, now, 100)).unwrap()
    }

    /// An organisation leaves the network.
    pub(super) fn leaves(&self, organisation: OrganisationId) {
        let (network, now) = (self.world.network, self.world.clock.now());
        let left = self.world.db.write(move |tx| {
            tx.exec(
                "update organisation set ended_ms = $1
                  where network_id = $2 and organisation_id = $3",
                (now, network, organisation),
            )
        });
        assert_eq!(left.unwrap(), 1);
    }
}
