//! A network with very many partners, and very many open hand-offs.

use std::{path::PathBuf, process::Command, time::Duration};

use anyhow::{Context, Result, ensure};
use handfast_db::{Db, Settings, Tx};
use handfast_kit::{Day, NetworkId, OrganisationId, TimeMs, Uuid};
use handfast_record::{
    CustomerId, HandOffId,
    agreements::{self, Draft},
    customers::{self, Details, Incoming},
    entrusting,
    organisations::{self, Kind, NewPartner},
    sharing::{Author, Class, Grant, Level, Tie},
};
use serde_json::Value;

use crate::{Bench, process, seed};

/// How many customers have open hand-offs.
const CUSTOMERS: usize = 5_000;
/// How many rows are written in one transaction.
const AT_ONCE: usize = 500;

/// How much there is.
#[derive(Clone, Copy)]
pub(super) struct Size {
    pub(super) organisations: usize,
    pub(super) open: usize,
}

pub(super) struct Town {
    pub(super) engine: &'static str,
    pub(super) folder: PathBuf,
    pub(super) db: Db,
    pub(super) size: Size,
    pub(super) network: NetworkId,
    pub(super) brand: OrganisationId,
    /// The first one has people.
    pub(super) partners: Vec<OrganisationId>,
    /// Each is tied to all partners.
    pub(super) known_to_all: Vec<CustomerId>,
    /// The first partner is tied to them, too.
    pub(super) customers: Vec<CustomerId>,
    pub(super) ada: Signed,
    pub(super) sam: Signed,
}

/// Somebody who may ask: by a token, and by a link that lets them in once.
pub(super) struct Signed {
    pub(super) token: String,
    pub(super) link: String,
}

/// The moment at which everything happened that was there before.
pub(super) fn now() -> TimeMs {
    handfast_kit::Clock::machine().now()
}

impl Town {
    pub(super) fn made(bench: &Bench, size: Size, postgres: Option<&str>) -> Result<Self> {
        let engine = if postgres.is_some() { "PostgreSQL" } else { "SQLite" };
        let folder = bench.fresh(&engine.to_lowercase())?;
        let url = match postgres {
            Some(server) => database(server)?,
            None => format!("sqlite:{}", folder.join("handfast.db").display()),
        };
        let toml = format!("{}database = {url:?}\n", seed::TOML);
        std::fs::write(folder.join("handfast.toml"), toml)?;
        let run = |words: &str| -> Result<Value> {
            let words: Vec<&str> = words.split_whitespace().collect();
            process::json(&bench.handfast, &folder, &words)
        };
        let made = run("admin network create bench --name Bench --time-zone UTC")?;
        run("admin organisation add Partner-0 --kind reseller --network bench")?;
        let signed = |name: &str, role: &str, organisation: &str| -> Result<Signed> {
            let email = format!("{name}@example.com");
            let add = ["admin", "person", "add", name, "--email", &email, "--role", role];
            let place = ["--network", "bench", "--organisation", organisation];
            let added = process::json(&bench.handfast, &folder, &[&add[..], &place].concat())?;
            let create = ["admin", "token", "create", "bench", "--person", &email, "--days", "1"];
            let scope = ["--scope", "read", "--scope", "write"];
            let made =
                process::json(&bench.handfast, &folder, &[&create[..], &scope, &place].concat())?;
            let text =
                |value: &Value| value.as_str().context("nothing was printed").map(str::to_owned);
            Ok(Signed { token: text(&made["token"])?, link: text(&added["link"])? })
        };
        let (ada, sam) =
            (signed("ada", "brand admin", "brand")?, signed("sam", "partner admin", "partner-0")?);
        let settings = Settings { statement_ms_max: 0, ..Settings::at(url) };
        let mut town = Self {
            engine,
            folder,
            db: Db::open(&settings)?,
            size,
            network: made["network"]["id"].as_str().context("no id was printed")?.parse()?,
            brand: made["organisation"]["id"].as_str().context("no id was printed")?.parse()?,
            partners: Vec::new(),
            known_to_all: Vec::new(),
            customers: Vec::new(),
            ada,
            sam,
        };
        town.fill(bench.rounds)?;
        Ok(town)
    }

    fn fill(&mut self, rounds: usize) -> Result<()> {
        self.add_partners()?;
        self.known_to_all = self.receive("K", rounds * 2)?;
        self.customers = self.receive("C", CUSTOMERS)?;
        for customer in self.known_to_all.clone() {
            self.tie(customer, self.partners.clone())?;
        }
        for some in self.customers.clone().chunks(AT_ONCE) {
            let author = self.author();
            let (first, some) = (self.partners[0], some.to_vec());
            let tied = move |tx: &mut Tx<'_>| {
                some.iter().try_for_each(|customer| {
                    let tie = (first, Tie::Assigned);
                    entrusting::tie(tx, &author, TimeMs(0), *customer, tie, "Looks after them")
                })
            };
            self.db.write(tied)?;
        }
        for first in (0..self.size.open).step_by(AT_ONCE) {
            self.hand_off(first, AT_ONCE.min(self.size.open - first))?;
        }
        // As either does by itself after a while.
        self.db.write(|tx| tx.exec("analyze", ()).map(drop))?;
        Ok(())
    }

    pub(super) fn author(&self) -> Author {
        Author::organisation(self.network, self.brand)
    }

    fn add_partners(&mut self) -> Result<()> {
        let (network, author) = (self.network, self.author());
        let first = self.db.read(|cx| organisations::by_ref(cx, network, "partner-0"))?;
        self.partners.push(first.context("the first partner is not there")?.id);
        let count = self.size.organisations;
        let added = self.db.write(move |tx| {
            let add = |number: usize| {
                let new = NewPartner {
                    name: format!("Partner-{number}"),
                    kinds: vec![Kind::Service],
                    territory: String::new(),
                    external_ref: format!("partner-{number}"),
                };
                organisations::add_partner(tx, network, &new, now())
            };
            (1..count).map(add).collect::<Result<Vec<_>, organisations::Error>>()
        })?;
        self.partners.extend(added);
        for some in self.partners.chunks(AT_ONCE) {
            let some = some.to_vec();
            self.db.write(move |tx| {
                let grant = |class| Grant {
                    tie: Tie::Assigned,
                    class,
                    level: Level::Full,
                    from_tie: false,
                    purpose: None,
                };
                let grants = [Class::Identity, Class::Contact, Class::Address].map(grant).to_vec();
                let draft = Draft { grants, ..Draft::signed_on(Day(20_000)) };
                for partner in &some {
                    agreements::sign(tx, &author, now(), *partner, &draft, 0)?;
                }
                Ok::<_, agreements::Error>(())
            })?;
        }
        Ok(())
    }

    fn receive(&self, word: &'static str, count: usize) -> Result<Vec<CustomerId>> {
        let mut ids = Vec::with_capacity(count);
        for first in (0..count).step_by(AT_ONCE) {
            let author = self.author();
            let some = first..(first + AT_ONCE).min(count);
            ids.extend(self.db.write(move |tx| {
                let one = |number: usize| {
                    let details = Details {
                        name: format!("Customer {word}{number}"),
                        street: format!("{number} Mill Row"),
                        city: "Leeds".to_owned(),
                        postcode: "LS2 7AA".to_owned(),
                        ..Details::default()
                    };
                    let external_ref = format!("{word}-{number}");
                    let incoming =
                        Incoming { external_ref, person_key: None, details, since: None };
                    customers::receive(tx, &author, now(), now(), &incoming).map(|one| one.ids().0)
                };
                some.clone().map(one).collect::<Result<Vec<_>, customers::Error>>()
            })?);
        }
        Ok(ids)
    }

    fn tie(&self, customer: CustomerId, partners: Vec<OrganisationId>) -> Result<()> {
        let author = self.author();
        self.db.write(move |tx| {
            partners.iter().try_for_each(|partner| {
                let tie = (*partner, Tie::Assigned);
                entrusting::tie(tx, &author, TimeMs(0), customer, tie, "Looks after them")
            })
        })?;
        Ok(())
    }

    /// Hand-offs that wait for an answer, past the program: the brand's to the partners, every
    /// fifth to the first one.
    fn hand_off(&self, first: usize, count: usize) -> Result<()> {
        let (network, brand, now) = (self.network, self.brand, now());
        let rows: Vec<_> = (first..first + count)
            .map(|number| {
                let to = if number % 5 == 0 { 0 } else { number % self.partners.len() };
                (number, self.customers[number * 7 % self.customers.len()], self.partners[to])
            })
            .collect();
        self.db.write(move |tx| {
            for (number, customer, to) in &rows {
                let due = now.plus(TimeMs::DAY + *number as i64 * 1_000);
                tx.exec(
                    "insert into hand_off (network_id, hand_off_id, customer_id, thing, thing_id,
                       thing_ref, title, from_id, to_id, custody_position, state, version,
                       offered_ms, accept_by_ms, seen_by, answered_by, answer, is_escalated,
                       waits_id, due_ms, next_ms)
                     values ($1, $2, $3, 'task', $4, '', 'Call about the wheel', $5, $6, 0,
                       'offered', 1, $7, $8, '', '', '', 0, $9, $10, $11)",
                    (
                        network,
                        HandOffId::at(now),
                        *customer,
                        Uuid::now_v7(),
                        brand,
                        *to,
                        now,
                        due,
                        *to,
                        due,
                        due,
                    ),
                )?;
            }
            Ok::<_, handfast_db::Fault>(())
        })?;
        Ok(())
    }
}

/// A database of its own on a server.
fn database(server: &str) -> Result<String> {
    let name = "handfast_bench";
    for words in [format!("drop database if exists {name}"), format!("create database {name}")] {
        let mut psql = Command::new("psql");
        let done = psql.args(["-qX", server, "-c", &words]).status().context("psql is missing")?;
        ensure!(done.success(), "no database could be made on the server");
    }
    std::thread::sleep(Duration::from_millis(100));
    let (before, _) = server.rsplit_once('/').context("the server's address has no database")?;
    Ok(format!("{before}/{name}"))
}
