#![allow(clippy::unwrap_used)]
mod decisions;
mod joining;
mod lens;
mod orders;
mod runs;

use handfast_kit::OrganisationId;

use super::{Effect, Error, Pair, State, Verdict, Why, work};
use crate::{
    CustomerId, RecordId,
    customers::{self, Details, Incoming},
    matching::{self, Decided},
    sharing::Author,
    testing::World,
};

/// What a record says: name, phone, mail, street, postcode, town; empty says nothing.
#[derive(Debug, Clone, Copy, Default)]
struct Told {
    given: &'static str,
    family: &'static str,
    name: &'static str,
    phone: &'static str,
    email: &'static str,
    street: &'static str,
    postcode: &'static str,
    city: &'static str,
}

impl Told {
    fn details(&self) -> Details {
        let text = |text: &str| text.to_owned();
        Details {
            name: text(self.name),
            given_name: text(self.given),
            family_name: text(self.family),
            phone: text(self.phone),
            email: text(self.email),
            street: text(self.street),
            postcode: text(self.postcode),
            city: text(self.city),
            ..Details::default()
        }
    }
}

/// Maya at the shop: everything a shop asks for.
const MAYA: Told = Told {
    given: "Maya",
    family: "Okafor",
    name: "",
    phone: "0113 496 0412",
    email: "maya.okafor@example.com",
    street: "14 Canal Road",
    postcode: "LS1 4AB",
    city: "Leeds",
};

/// Maya at the workshop: an initial and the phone number.
const M_OKAFOR: Told = Told {
    name: "M. Okafor",
    phone: "+44 113 4960412",
    given: "",
    family: "",
    email: "",
    street: "",
    postcode: "",
    city: "",
};

/// Maya at the magazine: the surname first, and an address.
const OKAFOR_MAYA: Told = Told {
    name: "Okafor, Maya",
    street: "14 Canal Rd",
    postcode: "LS1 4AB",
    city: "Leeds",
    given: "",
    family: "",
    phone: "",
    email: "",
};

/// Her son, at the same address with the same phone.
const TOBI: Told = Told { given: "Tobias", email: "tobi@example.org", ..MAYA };

fn keep(
    world: &World,
    whose: OrganisationId,
    reference: &str,
    told: Told,
) -> (CustomerId, RecordId) {
    keep_details(world, whose, reference, told.details())
}

fn keep_details(
    world: &World,
    whose: OrganisationId,
    reference: &str,
    details: Details,
) -> (CustomerId, RecordId) {
    let author = world.author(whose);
    let now = world.clock.now();
    let incoming = Incoming { external_ref: reference.to_owned(), details, ..Incoming::default() };
    world.db.write(move |tx| customers::receive(tx, &author, now, now, &incoming)).unwrap().ids()
}

/// Matches all that waits.
fn settle(world: &World) {
    let (network, now) = (world.network, world.clock.now());
    while world.db.write(move |tx| work(tx, network, now, 20)).unwrap().is_more {}
}

/// Where a record's customer stands now.
fn stands(world: &World, record: RecordId) -> CustomerId {
    let network = world.network;
    let held = world.db.read(|cx| super::store::held(cx, network, record)).unwrap().unwrap();
    world.db.read(|cx| super::index::standing(cx, network, held.home)).unwrap()
}

fn are_one(world: &World, a: RecordId, b: RecordId) -> bool {
    stands(world, a) == stands(world, b)
}

fn doubts(world: &World) -> Vec<Pair> {
    let lens = world.lens(world.brand);
    world.db.read(|cx| super::queue(cx, &lens, State::Open, None, 50)).unwrap().items
}

fn decide(
    world: &World,
    whose: OrganisationId,
    pair: (RecordId, RecordId),
    verdict: Verdict,
) -> Result<Decided, Error> {
    let lens = world.lens(whose);
    let viewer = world.viewer(whose, handfast_web::Role::BrandStaff);
    let (author, now) = (Author::of(&viewer), world.clock.now());
    world
        .db
        .write(move |tx| matching::decide(tx, &lens, &author, now, pair, verdict, "She told us so"))
}
