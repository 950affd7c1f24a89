//! The network, its server, and its days.

use handfast_db::Engine;
use handfast_kit::{OrganisationId, TimeMs};
use handfast_queue::{Handlers, Stop, run_due};
use handfast_record::{
    customers::{self, Details, Incoming},
    organisations::{self, Kind, NewPartner},
    people::{self, Maker, NewPerson, NewToken},
    sharing::{Class, Grant, Level, Tie},
    testing::{NOW, World, world_on},
};
use handfast_server::rounds;
use handfast_web::{Role, Scope, Secret};
use serde_json::Value;

use crate::{
    chance::Chance,
    client::{Ask, Client},
    truth::{BRAND, Event, Org, Truth},
};

pub(crate) const DAYS: usize = 365;
const PARTNERS: usize = 20;
const CUSTOMERS: usize = 40;
/// Each customer is known to the brand and to so many partners.
const KNOWN_TO: usize = 4;
/// How often it is seen to what is due, at least.
const ROUND_MS: i64 = 6 * TimeMs::HOUR;
/// The day on which the partnership of the leaver ends.
const END_DAY: usize = 200;

pub(crate) struct Town {
    pub(crate) world: World,
    client: Client,
    pub(crate) chance: Chance,
    /// The brand first.
    pub(crate) orgs: Vec<OrganisationId>,
    tokens: Vec<Secret>,
    pub(crate) customers: Vec<String>,
    pub(crate) truth: Truth,
    day: usize,
    _folder: tempfile::TempDir,
}

/// An answer: the status and what is told.
pub(crate) type Told = (u16, Value);

impl Town {
    /// `None` where there is no server for the engine.
    pub(crate) fn on(engine: Engine, seed: u64) -> Option<Self> {
        let world = world_on(engine)?;
        let folder = tempfile::tempdir().unwrap();
        let client = Client::new(&world.db, &world.clock, folder.path());
        let mut orgs = vec![world.brand, world.spoke, world.harbour];
        for number in orgs.len()..=PARTNERS {
            let (network, new) = (world.network, partner(number));
            let made = world.db.write(move |tx| organisations::add_partner(tx, network, &new, NOW));
            orgs.push(made.unwrap());
        }
        for partner in &orgs[1..] {
            agree(&world, *partner);
        }
        let tokens = orgs.iter().map(|org| token(&world, *org)).collect();
        let customers = (0..CUSTOMERS).map(|number| customer(&world, &orgs, number)).collect();
        let (chance, truth) = (Chance::of(seed), Truth { now: NOW, ..Truth::default() });
        Some(Self {
            world,
            client,
            chance,
            orgs,
            tokens,
            customers,
            truth,
            day: 0,
            _folder: folder,
        })
    }

    /// Asks as an organisation's program; each asking takes its moment.
    pub(crate) fn asks(&mut self, by: Org, method: &str, path: &str, body: Option<Value>) -> Told {
        self.go_on(self.truth.now.plus(1_009));
        self.truth.request_count += 1;
        let ask = Ask::new(method.parse().unwrap(), path).with_token(&self.tokens[by]);
        let ask = match &body {
            Some(body) => ask.json(body),
            None => ask,
        };
        let answer = self.client.send(&ask);
        (answer.status, answer.json())
    }

    /// As [`Self::asks`], of what is granted.
    pub(crate) fn gets(&mut self, by: Org, path: &str) -> Value {
        let (status, told) = self.asks(by, "GET", path, None);
        assert_eq!(status, 200, "{path}: {told}");
        told
    }

    pub(crate) fn does(&mut self, by: Org, path: &str, body: Value) -> Value {
        let (status, told) = self.asks(by, "POST", path, Some(body.clone()));
        assert!((200..300).contains(&status), "{by} {path} {body}: {status} {told}");
        told
    }

    fn go_on(&mut self, now: TimeMs) {
        if now > self.truth.now {
            self.world.clock.advance(now.0 - self.truth.now.0);
            self.truth.now = now;
        }
    }

    /// A day passes, with whatever happens on it.
    pub(crate) fn day(&mut self) {
        let morning = NOW.plus(self.day as i64 * TimeMs::DAY);
        self.plan(morning);
        self.live_until(morning.plus(TimeMs::DAY));
        self.day += 1;
        if self.day.is_multiple_of(30) {
            self.check_accountable_of_some();
        }
    }

    fn plan(&mut self, morning: TimeMs) {
        let later = |town: &mut Self| morning.plus(town.chance.below(80_000_000) as i64);
        let at = later(self);
        let customer = self.chance.below(CUSTOMERS);
        let task = self.new_task(customer);
        self.truth.at(at, Event::Offer { task });
        if self.chance.is(40) {
            let (at, customer) = (later(self), self.chance.below(CUSTOMERS));
            self.truth.at(at, Event::Move { customer });
        }
        if self.day == END_DAY {
            self.truth.at(morning, Event::End { step: 0 });
        }
    }

    /// Lets everything happen until then, and the server's rounds come by.
    pub(crate) fn live_until(&mut self, end: TimeMs) {
        while self.truth.now < end {
            let until = end.min(TimeMs((self.truth.now.0 / ROUND_MS + 1) * ROUND_MS));
            while let Some((at, event)) = self.truth.next(until) {
                self.go_on(at);
                self.see_to_due();
                self.happen(event);
            }
            self.go_on(until);
            self.see_to_due();
        }
        self.round();
    }

    /// As the server does every few seconds.
    fn see_to_due(&self) {
        let (db, now) = (&self.world.db, self.world.clock.now());
        rounds::see_to_due(db, now, &Stop::default()).unwrap();
    }

    /// What comes round less often.
    fn round(&self) {
        let (db, clock, stop) = (&self.world.db, &self.world.clock, Stop::default());
        rounds::match_waiting(db, clock, Some(&[7; 32]), &stop).unwrap();
        rounds::seal(db, clock, Some(&[7; 32]), &stop).unwrap();
        rounds::write_checkpoints(db, clock.now()).unwrap();
        rounds::sweep(db, clock.now()).unwrap();
        // There is no mail server in this year: letters wait.
        run_due(db, clock, &Handlers::new()).unwrap();
    }

    /// The organisation's number.
    pub(crate) fn number(&self, id: &Value) -> Org {
        let text = id.as_str().unwrap();
        self.orgs.iter().position(|org| org.to_string() == text).unwrap()
    }
}

fn partner(number: Org) -> NewPartner {
    NewPartner {
        name: format!("Partner {number}"),
        kinds: vec![if number.is_multiple_of(2) { Kind::Service } else { Kind::Reseller }],
        territory: String::new(),
        external_ref: String::new(),
    }
}

fn agree(world: &World, partner: OrganisationId) {
    let grant =
        |tie, class| Grant { tie, class, level: Level::Full, from_tie: false, purpose: None };
    let own = [Class::Identity, Class::Address].map(|class| grant(Tie::Owner, class));
    let taken = [Tie::Serves, Tie::Assigned].map(|tie| grant(tie, Class::Identity));
    world.agree(partner, &[own, taken].concat());
}

fn token(world: &World, organisation: OrganisationId) -> Secret {
    let (network, is_brand) = (world.network, organisation == world.brand);
    let role = if is_brand { Role::BrandAdmin } else { Role::PartnerStaff };
    let made = world.db.write(move |tx| {
        let new = NewPerson {
            email: format!("program@{organisation}.example"),
            name: "A program".to_owned(),
        };
        let person = people::add_person(tx, &new, NOW)?;
        people::add_member(tx, network, organisation, person, role, NOW)?;
        let mut scopes = vec![Scope::Read, Scope::Write];
        scopes.extend(is_brand.then_some(Scope::Admin));
        let new =
            NewToken { name: "year".to_owned(), scopes, lifetime_ms: Some(400 * TimeMs::DAY) };
        people::create_token(tx, &Maker::member(network, organisation, person), &new, NOW)
    });
    made.unwrap().1
}

/// Somebody whom the brand and some partners know, under one key.
fn customer(world: &World, orgs: &[OrganisationId], number: usize) -> String {
    let known_to = (0..KNOWN_TO).map(|more| orgs[1 + (number * 3 + more * 5) % PARTNERS]);
    let mut found = None;
    for organisation in [orgs[BRAND]].into_iter().chain(known_to) {
        let mut chance = Chance::of(number as u64 + 1_000);
        let mut word = || -> String { (0..8).map(|_| *chance.pick(&LETTERS)).collect() };
        let incoming = Incoming {
            external_ref: format!("C{number}"),
            person_key: Some(format!("customer-{number}")),
            details: Details {
                name: format!("{} {}", word(), word()),
                street: format!("{number} {} Row", word()),
                city: word(),
                ..Details::default()
            },
            since: None,
        };
        let author = world.author(organisation);
        let received =
            world.db.write(move |tx| customers::receive(tx, &author, NOW, NOW, &incoming));
        found = Some(received.unwrap().ids().0.to_string());
    }
    found.unwrap()
}

/// What names are made of.
const LETTERS: [char; 8] = ['a', 'd', 'e', 'k', 'm', 'o', 'r', 't'];
