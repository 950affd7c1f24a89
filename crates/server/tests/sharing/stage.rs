//! A plan made true in a database, and what was agreed, said and frozen there kept in memory.

use std::collections::{BTreeMap, BTreeSet};

use handfast_db::{Db, Engine, Fault, Tx};
use handfast_kit::{Clock, NetworkId, OrganisationId, TimeMs, Zone};
use handfast_record::{
    CustomerId, migrations,
    organisations::{self, Kind, NewNetwork, NewPartner},
    sharing::{Author, Grant, Lens, Saying},
    testing::NOW,
    touches,
};

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
    pub(crate) sayings: Vec<(CustomerId, Saying)>,
    pub(crate) frozen: Vec<CustomerId>,
}

/// Where acts are done: all that a deed needs to know.
#[derive(Debug, Clone)]
pub(crate) struct Ground {
    pub(crate) network: NetworkId,
    pub(crate) zone: Zone,
    pub(crate) organisations: Vec<OrganisationId>,
    pub(crate) now: TimeMs,
}

impl Ground {
    pub(crate) fn author(&self, who: Who) -> Author {
        Author::organisation(self.network, self.organisations[who])
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
        Self { db, clock, network, zone, organisations, kinds, known }
    }

    /// A plan's whole world.
    pub(crate) fn of(db: Db, plan: &Plan) -> Self {
        let mut stage = Self::empty(db, &plan.partners);
        let keyed = plan.customers.iter().enumerate().filter(|(_, has_key)| **has_key);
        stage.known.keys = keyed.map(|(whom, _)| whom).collect();
        stage.act(&plan.acts);
        stage
    }

    /// Lets these things happen, and numbers the touches for the feed.
    pub(crate) fn act(&mut self, acts: &[Act]) {
        let (ground, acts) = (self.ground(), acts.to_vec());
        let before = self.known.clone();
        let network = self.network;
        let known = self.db.write(move |tx| {
            let mut known = before.clone();
            for act in &acts {
                deeds::act(tx, &ground, &mut known, act)?;
            }
            Ok::<_, Fault>(known)
        });
        self.known = known.unwrap();
        while self.db.write(move |tx| touches::seal(tx, network, 5_000)).unwrap() == 5_000 {}
    }

    fn ground(&self) -> Ground {
        Ground {
            network: self.network,
            zone: self.zone.clone(),
            organisations: self.organisations.clone(),
            now: self.clock.now(),
        }
    }

    /// What an organisation sees now.
    pub(crate) fn lens(&self, who: Who) -> Lens {
        let (network, organisation, now) =
            (self.network, self.organisations[who], self.clock.now());
        let lens = |cx: &mut handfast_db::Cx<'_>| match who {
            0 => Lens::of(cx, &crate::viewer(self, who), now),
            _ => Lens::of_partner(cx, network, organisation, now),
        };
        self.db.read(lens).unwrap()
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

/// Runs a deed's statement and forgets how many rows it changed.
pub(crate) fn run(
    tx: &mut Tx<'_>,
    sql: &'static str,
    params: impl handfast_db::Params,
) -> Result<(), Fault> {
    tx.exec(sql, params).map(drop)
}
