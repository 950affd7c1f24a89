//! A plan made true in a database, and what was agreed, said and frozen there kept in memory.

use std::collections::{BTreeMap, BTreeSet};

use handfast_db::{Db, Engine, Fault};
use handfast_kit::{Clock, NetworkId, OrganisationId, PersonId, TimeMs, Zone};
use handfast_ledger::Signer;
use handfast_record::{
    CustomerId, migrations,
    organisations::{self, Kind, NewNetwork, NewPartner},
    receipts,
    sharing::{Author, Grant, Lens, Saying, Tie},
    testing::NOW,
};
use handfast_web::{Role, Side, Theme, Via, Viewer};

use crate::{
    deeds,
    plan::{Act, Plan, Who},
};

/// A network with its organisations, and whatever happened in it so far.
#[derive(Clone)]
pub(crate) struct Stage {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) network: NetworkId,
    pub(crate) zone: Zone,
    pub(crate) organisations: Vec<OrganisationId>,
    /// Somebody of each.
    pub(crate) persons: Vec<PersonId>,
    pub(crate) kinds: Vec<Kind>,
    pub(crate) known: Known,
}

/// What the plan says of the world, kept plainly.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    /// Each customer, once it has a record.
    pub(crate) customers: BTreeMap<usize, CustomerId>,
    /// The customers who have a key that several records may carry.
    pub(crate) keys: BTreeSet<usize>,
    /// The grants of each partner who has an agreement in force.
    pub(crate) grants: BTreeMap<Who, Vec<Grant>>,
    /// The ties that somebody made, whether they go on or not.
    pub(crate) made: BTreeSet<(Who, CustomerId, Tie)>,
    pub(crate) sayings: Vec<(CustomerId, Saying)>,
    pub(crate) frozen: Vec<CustomerId>,
}

/// Where acts are done: all that a deed needs to know.
#[derive(Debug, Clone)]
pub(crate) struct Ground {
    pub(crate) network: NetworkId,
    pub(crate) zone: Zone,
    pub(crate) organisations: Vec<OrganisationId>,
    pub(crate) persons: Vec<PersonId>,
    pub(crate) now: TimeMs,
}

impl Ground {
    /// Somebody of an organisation, as author.
    pub(crate) fn author(&self, who: Who) -> Author {
        Author::of(&self.viewer(who))
    }

    /// Somebody of an organisation, as viewer.
    pub(crate) fn viewer(&self, who: Who) -> Viewer {
        let (side, role) = match who {
            0 => (Side::Brand, Role::BrandStaff),
            _ => (Side::Partner, Role::PartnerStaff),
        };
        let organisation = self.organisations[who];
        Viewer {
            network: self.network,
            network_name: "Aurora Cycles".to_owned(),
            zone: self.zone.clone(),
            organisation,
            organisation_name: "An organisation".to_owned(),
            side,
            person: self.persons[who],
            person_name: "A person".to_owned(),
            theme: Theme::System,
            role,
            via: Via::Token { scopes: Vec::new() },
        }
    }
}

/// A fresh database of an engine; none where there is no server for it.
pub(crate) fn fresh(engine: Engine) -> Option<Db> {
    match engine {
        Engine::Sqlite => Some(handfast_db::testing::sqlite(migrations::ALL)),
        Engine::Postgres => handfast_db::testing::postgres(migrations::ALL),
    }
}

impl Stage {
    /// The network of a plan, in which nothing has happened yet.
    pub(crate) fn empty(db: Db, kinds: &[Kind]) -> Self {
        let zone = Zone::named("Europe/London").unwrap();
        let new = NewNetwork {
            slug: "aurora".to_owned(),
            name: "Aurora Cycles".to_owned(),
            zone: zone.clone(),
        };
        let partners: Vec<NewPartner> = kinds.iter().enumerate().map(partner).collect();
        let (network, organisations) = db
            .write(move |tx| {
                let (network, brand) = organisations::create_network(tx, &new, NOW)?;
                let mut all = vec![brand];
                for partner in &partners {
                    all.push(organisations::add_partner(tx, network, partner, NOW)?);
                }
                Ok::<_, organisations::Error>((network, all))
            })
            .unwrap();
        let clock = Clock::standing_at(NOW);
        let (kinds, known) = (kinds.to_vec(), Known::default());
        let person = |one: &OrganisationId| PersonId::derived(&[one.uuid().as_bytes()]);
        let persons = organisations.iter().map(person).collect();
        Self { db, clock, network, zone, organisations, persons, kinds, known }
    }

    /// A plan's whole world.
    pub(crate) fn of(db: Db, plan: &Plan) -> Self {
        let mut stage = Self::empty(db, &plan.partners);
        stage.prepare(plan);
        stage.act(&plan.acts);
        stage
    }

    /// Notes which customers of a plan have a key.
    pub(crate) fn prepare(&mut self, plan: &Plan) {
        let keyed = plan.customers.iter().enumerate().filter(|(_, has_key)| **has_key);
        self.known.keys = keyed.map(|(whom, _)| whom).collect();
    }

    /// Lets these things happen now, and numbers the touches for the feed.
    pub(crate) fn act(&mut self, acts: &[Act]) {
        let now = self.clock.now();
        self.act_at(acts.iter().map(|act| (now, act.clone())).collect());
    }

    /// Lets each thing happen at its moment, and numbers the touches for the feed.
    pub(crate) fn act_at(&mut self, acts: Vec<(TimeMs, Act)>) {
        let ground = self.ground();
        let before = self.known.clone();
        let network = self.network;
        let known = self.db.write(move |tx| {
            let mut known = before.clone();
            for (now, act) in &acts {
                let ground = Ground { now: *now, ..ground.clone() };
                deeds::act(tx, &ground, &mut known, act)?;
            }
            Ok::<_, Fault>(known)
        });
        self.known = known.unwrap();
        let seal = || {
            let sealed = self.db.write(move |tx| {
                let signer = Signer::new("handfast/aurora", &[7; 32]).ok();
                receipts::seal(tx, network, NOW, 5_000, signer.as_ref())
            });
            sealed.unwrap()
        };
        while seal() == 5_000 {}
    }

    fn ground(&self) -> Ground {
        Ground {
            network: self.network,
            zone: self.zone.clone(),
            organisations: self.organisations.clone(),
            persons: self.persons.clone(),
            now: self.clock.now(),
        }
    }

    /// What an organisation sees now.
    pub(crate) fn lens(&self, who: Who) -> Lens {
        let (viewer, now) = (self.ground().viewer(who), self.clock.now());
        self.db.read(|cx| Lens::of(cx, &viewer, now)).unwrap()
    }
}

fn partner((at, kind): (usize, &Kind)) -> NewPartner {
    let places = ["Leeds, York", "Bristol", "", "GB"];
    NewPartner {
        name: format!("Partner {} Wheels", at + 1),
        kinds: vec![*kind],
        territory: places[at % places.len()].to_owned(),
        external_ref: format!("o{}", at + 1),
    }
}

/// For deeds that go wrong.
pub(crate) fn fault(error: impl std::fmt::Display) -> Fault {
    Fault::other(error.to_string())
}
