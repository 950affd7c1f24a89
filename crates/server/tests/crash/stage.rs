//! Aurora Cycles in a data folder of its own, on one engine, with a mail server; and the built
//! program over it.

use std::{fs, path::Path, time::Duration};

use handfast_db::Engine;
use handfast_handoffs::links;
use handfast_kit::{Clock, NetworkId, OrganisationId, TimeMs};
use handfast_mail::{Post, Security, Server as MailServer, testing::Sink};
use handfast_queue::{Handlers, run_due};
use handfast_record::{
    CustomerId, cases,
    customers::{self, Details, Incoming},
    organisations,
    people::{self, Maker, NewPerson, NewToken},
    sharing::{Class, Grant, Level, Tie},
    testing::{NOW, World},
};
use handfast_server::{
    place::{self, Place, Schema},
    settings::Settings,
};
use handfast_web::{Role, Scope};
use serde_json::Value;

use crate::{
    after::Letters,
    chance::Chance,
    load::{Work, Worker},
    support::{Server, database::Database, run, stderr},
};

/// How long a killed process may take to be gone.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
/// What names are made of.
const LETTERS: [char; 8] = ['a', 'd', 'e', 'k', 'm', 'o', 'r', 't'];
/// How many workers hand cases on.
const HAND_ON_COUNT: usize = 2;
/// How many customers move before one kill, at most.
const MOVE_COUNT: usize = 6;

/// An organisation, and the token of its program.
#[derive(Clone)]
pub(crate) struct Party {
    pub(crate) id: String,
    pub(crate) token: String,
}

pub(crate) struct Stage {
    folder: tempfile::TempDir,
    sink: Sink,
    parties: Vec<Party>,
    /// A customer of the brand's own with a case, for each worker and kill.
    cases: Vec<(String, String)>,
    /// Customers whose address all three keep.
    movers: Vec<String>,
    _database: Option<Database>,
}

impl Stage {
    /// `None` where there is no server for the engine.
    pub(crate) fn on(engine: Engine, times: u64) -> Option<Self> {
        let database = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(Database::new("crash")?),
        };
        let (folder, sink) = (tempfile::tempdir().unwrap(), Sink::answering(&[]));
        let database_line = database.as_ref().map(|one| format!("database = \"{}\"", one.url));
        let settings = format!(
            "token_requests_per_min = 1000000\n{}\n\
             [mail]\nhost = \"{}\"\nport = {}\nsecurity = \"none\"\nfrom = \"a@aurora.example\"\n",
            database_line.unwrap_or_default(),
            sink.address.ip(),
            sink.address.port()
        );
        fs::write(folder.path().join("handfast.toml"), settings).unwrap();
        let place = open(folder.path(), Schema::Migrate);
        let world = World::of(engine, place.db.clone());
        let times = usize::try_from(times).unwrap();
        Some(Self {
            parties: parties(&world),
            cases: cases_of(&world, times * HAND_ON_COUNT),
            movers: movers(&world, times * MOVE_COUNT),
            folder,
            sink,
            _database: database,
        })
    }

    /// Those who work before the kill with this number.
    pub(crate) fn workers(&self, time: usize) -> Vec<Worker> {
        let worker = |name: String, work| Worker {
            name,
            work,
            parties: self.parties.clone(),
            attempts: Vec::new(),
            kept: None,
        };
        let mut workers = Vec::new();
        for at in time * HAND_ON_COUNT..(time + 1) * HAND_ON_COUNT {
            let (customer, case) = self.cases[at].clone();
            workers.push(worker(format!("hand-on-{at}"), Work::HandOn { customer, case }));
        }
        let customers = self.movers[time * MOVE_COUNT..(time + 1) * MOVE_COUNT].to_vec();
        workers.push(worker(format!("move-{time}"), Work::Move { customers }));
        workers.push(worker(format!("keep-{time}"), Work::Keep));
        workers
    }

    pub(crate) fn serve(&self) -> Server {
        Server::start(self.folder.path(), &["--metrics-listen", "off"])
    }

    pub(crate) fn brand(&self) -> &Party {
        &self.parties[0]
    }

    /// The ledger of the killed server fits together, and goes on from what was kept of it.
    /// Answers how many touches are sealed.
    pub(crate) fn check_at_rest(&self, worked: &[Worker]) -> u64 {
        let kept = worked.iter().find_map(|worker| worker.kept.as_ref());
        let file = self.folder.path().join("kept.txt");
        let mut line = vec!["verify", "--network", "aurora", "--json"];
        if let Some(note) = kept {
            fs::write(&file, note).unwrap();
            line.extend(["--kept", file.to_str().unwrap()]);
        }
        let output = run(self.folder.path(), &line);
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{told}\n{}", stderr(&output));
        let told: Value = serde_json::from_str(&told).unwrap();
        told["networks"][0]["good_touches"].as_u64().unwrap()
    }

    /// Sends, hours later, whatever letters still wait.
    pub(crate) fn send_what_waits(&self) -> Letters {
        let place = open(self.folder.path(), Schema::AsItIs);
        let server = MailServer {
            host: self.sink.address.ip().to_string(),
            port: Some(self.sink.address.port()),
            security: Security::None,
            credentials: None,
            from: "a@aurora.example".to_owned(),
        };
        let writer = links::writer("https://aurora.example");
        let letters = handfast_mail::handler(Some(Post::to(&server).unwrap()), writer);
        let later = Clock::standing_at(Clock::machine().now().plus(2 * TimeMs::HOUR));
        run_due(&place.db, &later, &Handlers::new().with(handfast_mail::JOB_KIND, letters))
            .unwrap();
        Letters::check(&place.db, &self.sink.taken())
    }
}

fn open(data: &Path, schema: Schema) -> Place {
    place::open(&Settings::of_folder(data).unwrap(), schema).unwrap()
}

fn parties(world: &World) -> Vec<Party> {
    let grant =
        |tie, class| Grant { tie, class, level: Level::Full, from_tie: false, purpose: None };
    let network = world.network;
    for (partner, email) in [(world.spoke, "spoke"), (world.harbour, "harbour")] {
        world.agree(
            partner,
            &[
                grant(Tie::None, Class::Case),
                grant(Tie::Serves, Class::Identity),
                grant(Tie::Assigned, Class::Identity),
                grant(Tie::Owner, Class::Identity),
                grant(Tie::Owner, Class::Address),
            ],
        );
        let email = format!("desk@{email}.example");
        let set = world
            .db
            .write(move |tx| organisations::set_contact_email(tx, network, partner, &email));
        set.unwrap();
    }
    let whole = [
        (world.brand, Role::BrandStaff),
        (world.spoke, Role::PartnerStaff),
        (world.harbour, Role::PartnerStaff),
    ];
    whole.map(|(organisation, role)| party(world, network, organisation, role)).to_vec()
}

fn party(world: &World, network: NetworkId, organisation: OrganisationId, role: Role) -> Party {
    let made = world.db.write(move |tx| {
        let new = NewPerson {
            email: format!("program@{organisation}.example"),
            name: "A program".to_owned(),
        };
        let person = people::add_person(tx, &new, NOW)?;
        people::add_member(tx, network, organisation, person, role, NOW)?;
        let new = NewToken {
            name: "crash".to_owned(),
            scopes: vec![Scope::Read, Scope::Write],
            lifetime_ms: None,
        };
        let maker = Maker::member(network, organisation, person);
        people::create_token(tx, &maker, &new, Clock::machine().now())
    });
    Party { id: organisation.to_string(), token: made.unwrap().1.token_text() }
}

/// A customer whom nobody takes for another.
fn somebody(at: usize, set: &str) -> Incoming {
    let mut chance = Chance::of(((at as u64) << 8) | u64::from(set.as_bytes()[0]));
    let mut word = || -> String { (0..9).map(|_| *chance.pick(&LETTERS)).collect() };
    Incoming {
        external_ref: format!("{set}{at}"),
        person_key: Some(format!("{set}-{at}")),
        details: Details {
            name: format!("{} {}", word(), word()),
            email: format!("{}@{}.example", word(), word()),
            street: format!("{} {} Row", at + 1, word()),
            city: word(),
            ..Details::default()
        },
        since: None,
    }
}

fn cases_of(world: &World, count: usize) -> Vec<(String, String)> {
    let brand = world.author(world.brand);
    let made = world.db.write(move |tx| {
        let mut made = Vec::new();
        for at in 0..count {
            let incoming = somebody(at, "A");
            let customer = customers::receive(tx, &brand, NOW, NOW, &incoming)?.ids().0;
            let event = cases::Event {
                case_ref: format!("case-{at}"),
                customer_ref: Some(incoming.external_ref),
                at: NOW,
                status: "Waits for a workshop".to_owned(),
                title: "Motor stops uphill".to_owned(),
                product: "Cargo 500".to_owned(),
                ..cases::Event::default()
            };
            cases::event(tx, &brand, NOW, &event).unwrap();
            made.push(customer);
        }
        Ok::<_, customers::Error>(made)
    });
    let case = |customer: CustomerId| {
        let case = world.seen(world.brand, customer, cases::of_customer)[0].id;
        (customer.to_string(), case.to_string())
    };
    made.unwrap().into_iter().map(case).collect()
}

fn movers(world: &World, count: usize) -> Vec<String> {
    let authors = [world.brand, world.spoke, world.harbour].map(|one| world.author(one));
    let made = world.db.write(move |tx| {
        let mut made = Vec::new();
        for at in 0..count {
            let mut customer = None;
            for author in &authors {
                let incoming = somebody(at, "M");
                customer = Some(customers::receive(tx, author, NOW, NOW, &incoming)?.ids().0);
            }
            made.push(customer.unwrap().to_string());
        }
        Ok::<_, customers::Error>(made)
    });
    made.unwrap()
}
