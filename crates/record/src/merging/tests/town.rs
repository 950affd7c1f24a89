//! A town of customers, and what may happen to them.

use handfast_db::{Fault, Tx};
use handfast_kit::{Day, OrganisationId, TimeMs};
use handfast_web::Role;

use crate::{
    CustomerId, RecordId,
    agreements::{Draft, Guests},
    customers::{self, Details, Incoming},
    merging::{self, Error, Merge, MergeId, Why},
    receipts,
    sharing::{Author, Class, Grant, Level, Purpose, Tie},
    testing::{NOW, World, worlds},
    touches::{Audience, Body, NewTouch},
};

/// The world, its customers as they were taken in, and the references of their records.
pub(super) struct Town {
    pub(super) world: World,
    pub(super) customers: Vec<CustomerId>,
    /// Whose records there are, under which reference, of which customer.
    pub(super) kept: Vec<(OrganisationId, String, usize)>,
    pub(super) orders: Vec<(usize, usize)>,
    pub(super) cases: Vec<(OrganisationId, String, String)>,
}

/// A town on each engine.
pub(super) fn towns(customer_count: usize) -> Vec<Town> {
    worlds().into_iter().map(|world| Town::new(world, customer_count)).collect()
}

pub(super) const NAMES: [&str; 6] =
    ["Maya Okafor", "M. Okafor", "Maja Okafor", "Okafor, Maya", "Tom Reed", "T. Reed"];
pub(super) const CITIES: [&str; 4] = ["Leeds", "Bristol", "York", "Bath"];

impl Town {
    fn new(world: World, customer_count: usize) -> Self {
        let mut town = Self {
            world,
            customers: Vec::new(),
            kept: Vec::new(),
            orders: Vec::new(),
            cases: Vec::new(),
        };
        town.sign(town.world.spoke, Some(Tie::None), &["Leeds"]);
        town.sign(town.world.harbour, Some(Tie::Territory), &["Bristol", "Bath"]);
        for at in 0..customer_count {
            // Each came at a moment of its own.
            town.world.clock.advance(1_000);
            let home = town.take(town.world.brand, &format!("B{at}"), at, NAMES[at % 6]);
            town.customers.push(home.0);
        }
        town
    }

    fn sign(&self, partner: OrganisationId, reach: Option<Tie>, territory: &[&str]) {
        let grant =
            |tie, class, level, from_tie, purpose| Grant { tie, class, level, from_tie, purpose };
        let mut grants = Vec::new();
        for tie in [Tie::Owner, Tie::Sold, Tie::Serves, Tie::Guest, Tie::Assigned] {
            grants.push(grant(tie, Class::Identity, Level::Full, false, None));
            grants.push(grant(tie, Class::Case, Level::Veiled, true, None));
            let service = Some(Purpose::Service);
            grants.push(grant(tie, Class::Contact, Level::Full, false, service));
            grants.push(grant(tie, Class::Message, Level::Veiled, false, None));
            grants.push(grant(tie, Class::Purchase, Level::Count, false, None));
        }
        let of_all = |tie| grant(tie, Class::Identity, Level::Veiled, false, None);
        grants.extend(reach.map(of_all));
        let draft = Draft {
            grants,
            territory: territory.iter().map(|&place| place.to_owned()).collect(),
            guests: Guests::Open,
            ..Draft::signed_on(Day(20_000))
        };
        self.world.sign(partner, &draft).unwrap();
    }

    /// From now on the agreement of a partner shows it something of every customer.
    pub(super) fn everybody_is(&self, partner: OrganisationId) {
        self.later();
        self.sign(partner, Some(Tie::None), &[]);
    }

    /// Somebody of an organisation, as author.
    pub(super) fn staff(&self, organisation: OrganisationId) -> Author {
        let is_brand = organisation == self.world.brand;
        let role = if is_brand { Role::BrandStaff } else { Role::PartnerStaff };
        Author::of(&self.world.viewer(organisation, role))
    }

    /// Takes a record in, of the home with this number.
    pub(super) fn take(
        &mut self,
        organisation: OrganisationId,
        reference: &str,
        home: usize,
        name: &str,
    ) -> (CustomerId, RecordId) {
        let details = Details {
            name: name.to_owned(),
            phone: format!("+44 7700 90010{home}"),
            email: format!("{reference}@example.com"),
            city: CITIES[home % 4].to_owned(),
            ..Details::default()
        };
        self.kept.push((organisation, reference.to_owned(), home));
        self.receive(organisation, reference, home, details).ids()
    }

    pub(super) fn receive(
        &self,
        organisation: OrganisationId,
        reference: &str,
        home: usize,
        details: Details,
    ) -> customers::Received {
        let (author, now) = (self.world.author(organisation), self.world.clock.now());
        let incoming = Incoming {
            external_ref: reference.to_owned(),
            person_key: Some(format!("home {home}")),
            details,
            since: None,
        };
        self.write(move |tx| customers::receive(tx, &author, now, now, &incoming).map_err(whole))
    }

    pub(super) fn write<T: Send + 'static>(
        &self,
        deed: impl Fn(&mut Tx<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> T {
        self.world.db.write(deed).unwrap()
    }

    /// Lets a moment pass, and gives the next.
    pub(super) fn later(&self) -> TimeMs {
        self.world.clock.advance(60_000);
        self.world.clock.now()
    }

    /// Merges two customers, as a person of the brand.
    pub(super) fn merge(&self, a: CustomerId, b: CustomerId) -> Result<Merge, Error> {
        let (author, now) = (self.staff(self.world.brand), self.later());
        let why = Why { weight: Some(2_560), words: "The same telephone number".to_owned() };
        self.world.db.write(move |tx| merging::merge(tx, &author, now, a, b, &why))
    }

    /// Undoes a merge, as a person of the brand.
    pub(super) fn part(&self, merge: MergeId) -> Result<Merge, Error> {
        let (author, now) = (self.staff(self.world.brand), self.later());
        self.world.db.write(move |tx| merging::part(tx, &author, now, merge, "Not the same"))
    }

    pub(super) fn seal(&self) {
        let network = self.world.network;
        self.write(move |tx| receipts::seal(tx, network, NOW, 5_000, None));
    }

    /// Logs a note, if the organisation sees the customer.
    pub(super) fn note(
        &self,
        organisation: OrganisationId,
        customer: CustomerId,
        named: Option<OrganisationId>,
        text: &str,
    ) {
        let (lens, author, now) =
            (self.world.lens(organisation), self.staff(organisation), self.later());
        let body = Body::Call { said: format!("note {text}"), step: None };
        self.attempt(move |tx| {
            let touch = NewTouch::new(customer.as_kind(), now, body.clone());
            let touch = match named {
                Some(named) => touch.naming(vec![named]),
                None => NewTouch { audience: Audience::Shared, ..touch },
            };
            customers::log(tx, &lens, &author, now, customer, touch).map(drop).map_err(whole)
        });
    }
}

/// What a deed was refused for, as a fault: the story goes on with another.
pub(super) fn whole<E: std::fmt::Debug>(error: E) -> Fault {
    Fault::other(format!("{error:?}"))
}
