//! One small world of named people, for stories: Aurora Cycles and two partners, who compete.

#![allow(clippy::unwrap_used)]

use handfast_db::{Cx, Db, Engine, Fault, testing};
use handfast_kit::{Clock, NetworkId, OrganisationId, PersonId, TimeMs, Zone};
use handfast_web::{Role, Side, Theme, Via, Viewer};

use crate::{
    CustomerId, RecordId,
    agreements::{self, Agreement, Draft},
    customers::{self, Details, Incoming},
    migrations,
    organisations::{self, Kind, NewNetwork, NewPartner},
    sharing::{Author, Grant, Lens, Sight},
    touches::{self, Filter, Touch},
};

/// The moment at which every world begins: Thursday 12 March 2026, 09:40 in London.
pub const NOW: TimeMs = TimeMs(1_773_308_400_000);

/// A fresh network on one engine.
pub struct World {
    /// Which engine.
    pub engine: Engine,
    /// Its database.
    pub db: Db,
    /// Its clock, standing at [`NOW`] until a story moves it.
    pub clock: Clock,
    /// The network.
    pub network: NetworkId,
    /// Its zone, London's.
    pub zone: Zone,
    /// Aurora Cycles.
    pub brand: OrganisationId,
    /// Spoke & Chain, a reseller in Leeds.
    pub spoke: OrganisationId,
    /// Harbour Wheelworks, a workshop in Bristol.
    pub harbour: OrganisationId,
}

/// A world on SQLite, and one on PostgreSQL where a server is given.
pub fn worlds() -> Vec<World> {
    let databases = testing::databases(migrations::ALL);
    databases.into_iter().map(|(engine, db)| World::of(engine, db)).collect()
}

/// A world on this engine, where it is given: for stories so long that each engine has its own.
pub fn world_on(engine: Engine) -> Option<World> {
    let db = match engine {
        Engine::Sqlite => Some(testing::sqlite(migrations::ALL)),
        Engine::Postgres => testing::postgres(migrations::ALL),
    };
    db.map(|db| World::of(engine, db))
}

impl World {
    /// The network made anew in an empty database on this engine.
    pub fn of(engine: Engine, db: Db) -> Self {
        let zone = Zone::named("Europe/London").unwrap();
        let new = NewNetwork {
            slug: "aurora".to_owned(),
            name: "Aurora Cycles".to_owned(),
            zone: zone.clone(),
        };
        let (network, brand, spoke, harbour) = db
            .write(move |tx| {
                let (network, brand) = organisations::create_network(tx, &new, NOW)?;
                let partner = |name: &str, kind, territory: &str| NewPartner {
                    name: name.to_owned(),
                    kinds: vec![kind],
                    territory: territory.to_owned(),
                    external_ref: String::new(),
                };
                let spoke = partner("Spoke & Chain", Kind::Reseller, "Leeds, York");
                let spoke = organisations::add_partner(tx, network, &spoke, NOW)?;
                let harbour = partner("Harbour Wheelworks", Kind::Service, "Bristol, Bath");
                let harbour = organisations::add_partner(tx, network, &harbour, NOW)?;
                Ok::<_, organisations::Error>((network, brand, spoke, harbour))
            })
            .unwrap();
        Self { engine, db, clock: Clock::standing_at(NOW), network, zone, brand, spoke, harbour }
    }

    /// Somebody of an organisation, signed in as `role`.
    pub fn viewer(&self, organisation: OrganisationId, role: Role) -> Viewer {
        let side = if organisation == self.brand { Side::Brand } else { Side::Partner };
        Viewer {
            network: self.network,
            network_name: "Aurora Cycles".to_owned(),
            zone: self.zone.clone(),
            organisation,
            organisation_name: "An organisation".to_owned(),
            side,
            person: PersonId::derived(&[organisation.uuid().as_bytes()]),
            person_name: "A person".to_owned(),
            theme: Theme::System,
            role,
            via: Via::Token { scopes: Vec::new() },
        }
    }

    /// What an organisation sees.
    pub fn lens(&self, organisation: OrganisationId) -> Lens {
        let role = if organisation == self.brand { Role::BrandStaff } else { Role::PartnerStaff };
        let (viewer, now) = (self.viewer(organisation, role), self.clock.now());
        self.db.read(move |cx| Lens::of(cx, &viewer, now)).unwrap()
    }

    /// What an organisation sees of one customer, by `read`.
    pub fn seen<T>(
        &self,
        organisation: OrganisationId,
        customer: CustomerId,
        read: impl FnOnce(&mut Cx<'_>, &Lens, &Sight) -> Result<T, Fault>,
    ) -> T {
        let lens = self.lens(organisation);
        let reading = |cx: &mut Cx<'_>| {
            let sight = lens.sight(cx, customer)?;
            read(cx, &lens, &sight)
        };
        self.db.read(reading).unwrap()
    }

    /// The first 200 entries of a customer's timeline that an organisation sees.
    pub fn timeline(&self, organisation: OrganisationId, customer: CustomerId) -> Vec<Touch> {
        let all = Filter::default();
        self.seen(organisation, customer, |cx, lens, sight| {
            touches::timeline(cx, lens, sight, &all, None, touches::PAGE_MAX)
        })
        .items
    }

    /// Signs an agreement with a partner that grants this, and no more.
    pub fn agree(&self, partner: OrganisationId, grants: &[Grant]) -> Agreement {
        let draft = Draft {
            grants: grants.to_vec(),
            ..Draft::signed_on(self.zone.day_of(self.clock.now()))
        };
        self.sign(partner, &draft).unwrap()
    }

    /// Signs an agreement with a partner, over whatever was signed last.
    pub fn sign(
        &self,
        partner: OrganisationId,
        draft: &Draft,
    ) -> Result<Agreement, agreements::Error> {
        let (author, now, network) = (self.author(self.brand), self.clock.now(), self.network);
        let draft = draft.clone();
        self.db.write(move |tx| {
            let last = agreements::last(tx, network, partner)?.map_or(0, |last| last.version);
            agreements::sign(tx, &author, now, partner, &draft, last)
        })
    }

    /// An organisation as author.
    pub fn author(&self, organisation: OrganisationId) -> Author {
        Author::organisation(self.network, organisation)
    }

    /// Takes in a record of an organisation: its reference, a person key if there is one, a name.
    pub fn record(
        &self,
        organisation: OrganisationId,
        external_ref: &str,
        person_key: Option<&str>,
        name: &str,
    ) -> (CustomerId, RecordId) {
        let author = self.author(organisation);
        let incoming = Incoming {
            external_ref: external_ref.to_owned(),
            person_key: person_key.map(str::to_owned),
            details: Details { name: name.to_owned(), ..Details::default() },
            since: None,
        };
        let now = self.clock.now();
        self.db.write(move |tx| customers::receive(tx, &author, now, now, &incoming)).unwrap().ids()
    }
}
