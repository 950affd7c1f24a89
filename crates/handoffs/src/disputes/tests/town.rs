//! The world of the stories: Maya's order from Spoke & Chain, which Torque Fulfilment packs and
//! Swift Parcel brings; she moved to Bristol.

use handfast_db::Tx;
use handfast_kit::{OrganisationId, TimeMs};
use handfast_record::{
    CustomerId, SaleId,
    customers::{self, Details, Incoming},
    organisations::{self, Kind, NewPartner},
    sales::{self, Line, Order},
    sharing::{Class, Grant, Lens, Level, Tie},
    testing::{NOW, World, worlds},
    touches::Changed,
};
use handfast_web::Role;

use crate::{
    Actor,
    disputes::{self, Claim, Dispute},
    obligations::{self, Address, Change, NewChange, Value},
};

pub(crate) struct Town {
    pub(crate) world: World,
    pub(crate) torque: OrganisationId,
    pub(crate) swift: OrganisationId,
    pub(crate) maya: CustomerId,
    pub(crate) sale: SaleId,
}

pub(crate) fn towns() -> Vec<Town> {
    worlds().into_iter().map(Town::of).collect()
}

/// The new address.
pub(crate) fn bristol() -> Value {
    Value::Address(Address {
        street: "Flat 3, 27 Cooper’s Wharf".to_owned(),
        city: "Bristol".to_owned(),
        postcode: "BS1 6ZZ".to_owned(),
        ..Address::default()
    })
}

fn partner(world: &World, name: &str, kind: Kind) -> OrganisationId {
    let network = world.network;
    let new = NewPartner {
        name: name.to_owned(),
        kinds: vec![kind],
        territory: String::new(),
        external_ref: String::new(),
    };
    world.db.write(move |tx| organisations::add_partner(tx, network, &new, NOW)).unwrap()
}

impl Town {
    pub(crate) fn of(world: World) -> Self {
        let torque = partner(&world, "Torque Fulfilment", Kind::Fulfilment);
        let swift = partner(&world, "Swift Parcel", Kind::Carrier);
        let mut maya = None;
        for organisation in [world.brand, world.spoke, torque, swift] {
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
        let maya = maya.unwrap();
        // Torque Fulfilment and Swift Parcel are shown who else serves Maya by no name.
        let hidden = Level::Veiled;
        for (partner, level) in [(world.spoke, Level::Full), (torque, hidden), (swift, hidden)] {
            let grant =
                |class| Grant { tie: Tie::Owner, class, level, from_tie: false, purpose: None };
            world.agree(partner, &[grant(Class::Address), grant(Class::Identity)]);
        }
        let sale = sell(&world, maya);
        world.clock.advance(TimeMs::MINUTE);
        Self { world, torque, swift, maya, sale }
    }

    pub(crate) fn actor(organisation: OrganisationId) -> Actor {
        Actor { organisation, person: None, name: "Grace Lin".to_owned() }
    }

    /// Somebody of an organisation does something.
    pub(crate) fn does<T: Send + 'static, E: Send + From<handfast_db::Fault> + 'static>(
        &self,
        by: OrganisationId,
        deed: impl Fn(&mut Tx<'_>, &Lens, &Actor, TimeMs) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        let is_brand = by == self.world.brand;
        let role = if is_brand { Role::BrandStaff } else { Role::PartnerStaff };
        let (viewer, actor) = (self.world.viewer(by, role), Self::actor(by));
        let now = self.world.clock.now();
        self.world.db.write(move |tx| {
            let lens = Lens::of(tx, &viewer, now)?;
            deed(tx, &lens, &actor, now)
        })
    }

    /// Maya's move, told by the brand.
    pub(crate) fn moves(&self) -> Change {
        let new = NewChange {
            customer: self.maya,
            changed: Changed::Address,
            value: bristol(),
            from: None,
            until: None,
            by_customer: true,
        };
        let told = self.does(self.world.brand, move |tx, lens, actor, now| {
            obligations::enter(tx, lens, actor, now, &new)
        });
        told.unwrap()
    }

    pub(crate) fn obligation(
        &self,
        change: &Change,
        of: OrganisationId,
    ) -> obligations::Obligation {
        let lens = self.world.lens(self.world.brand);
        let found = self.world.db.read(|cx| obligations::change(cx, &lens, change.id)).unwrap();
        let found = found.unwrap().obligations;
        found.into_iter().rev().find(|one| one.organisation == of).unwrap()
    }

    /// An organisation says that a change is not its part.
    pub(crate) fn refuses(
        &self,
        by: OrganisationId,
        change: &Change,
        claim: Claim,
    ) -> Result<obligations::Obligation, obligations::Error> {
        let id = self.obligation(change, by).id;
        self.does(by, move |tx, lens, actor, now| {
            obligations::refuse_naming(tx, lens, actor, now, (id, &claim))
        })
    }

    /// The disputes about an obligation that an organisation sees.
    pub(crate) fn disputes(
        &self,
        by: OrganisationId,
        one: &obligations::Obligation,
    ) -> Vec<Dispute> {
        let (lens, about) = (self.world.lens(by), one.id.uuid());
        self.world.db.read(|cx| disputes::about(cx, &lens, about)).unwrap()
    }

    /// The rounds come by. Answers how many disputes and traces they did something to.
    pub(crate) fn round(&self) -> usize {
        let (network, now) = (self.world.network, self.world.clock.now());
        self.world.db.write(move |tx| obligations::due(tx, network, now, 100)).unwrap();
        self.world.db.write(move |tx| disputes::due(tx, network, now, 100)).unwrap()
    }

    /// What waits for an organisation: what is to be done of each.
    pub(crate) fn waits(&self, of: OrganisationId) -> Vec<String> {
        let (lens, now) = (self.world.lens(of), self.world.clock.now());
        let page = self.world.db.read(|cx| disputes::waiting(cx, &lens, now, None)).unwrap();
        page.items.into_iter().map(|one| one.deed).collect()
    }
}

/// Spoke & Chain's order of Maya's, which went to the carrier and was never seen again.
fn sell(world: &World, maya: CustomerId) -> SaleId {
    let (author, zone, spoke) = (world.author(world.spoke), world.zone.clone(), world.spoke);
    let order = Order {
        order_ref: "A-1".to_owned(),
        customer_ref: "M-1".to_owned(),
        status: "shipped".to_owned(),
        ordered: NOW.plus(-9 * TimeMs::DAY),
        handed_over: Some(NOW.plus(-4 * TimeMs::DAY)),
        promised: Some(NOW.plus(-TimeMs::DAY)),
        delivered: None,
        currency: "GBP".to_owned(),
    };
    let line = Line {
        order_ref: "A-1".to_owned(),
        line_ref: "1".to_owned(),
        seller: spoke,
        product_ref: "KET".to_owned(),
        title: "Aurora Trail".to_owned(),
        category: String::new(),
        quantity: 1,
        price_minor: 329_000,
        freight_minor: 1_000,
        hand_over_due: None,
    };
    let taken = world.db.write(move |tx| {
        sales::line(tx, &author, NOW, &line)?;
        sales::order(tx, &author, &zone, (NOW, NOW), &order)
    });
    taken.unwrap();
    world.seen(world.brand, maya, sales::of_customer)[0].id
}

/// A claim that names a leg and an organisation, with evidence.
pub(crate) fn claim(
    leg: handfast_record::touches::Leg,
    organisation: Option<OrganisationId>,
) -> Claim {
    Claim {
        leg,
        organisation,
        words: "Our export of 9 March had the right line".to_owned(),
        reference: "export-0309, line 88".to_owned(),
    }
}
