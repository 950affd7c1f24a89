//! Databases with very many touches, filled past the program: through its own schema, as if two
//! years of a network had gone into it. Kept between runs.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use rand::{Rng, SeedableRng, rngs::StdRng};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Bench, database, process, touch::Touch};

/// Every customer has so many touches.
pub(crate) const TOUCHES_EACH: u64 = 50;
/// In so many passes they came, so that pages have been split as in a database that has grown.
const WAVE_COUNT: u64 = 5;
/// Raise it when the filling changes.
const VERSION: u32 = 4;
/// The moment of the first touch.
const BEGIN_MS: i64 = 1_700_000_000_000;
const PARTNER_COUNT: usize = 4;

/// An id as the database holds it.
pub(crate) type Id = [u8; 16];

/// A filled database.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
pub(crate) struct Seed {
    version: u32,
    schema: String,
    pub(crate) touches: u64,
    pub(crate) customers: u64,
    pub(crate) network: Id,
    pub(crate) brand: Id,
    pub(crate) person: Id,
    pub(crate) partners: Vec<Id>,
    #[serde(skip)]
    pub(crate) folder: PathBuf,
}

impl Seed {
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.join("handfast.db")
    }
}

/// The id of the customer with this number.
pub(crate) fn customer(number: u64) -> Id {
    scattered(1, number)
}

/// A token to read and write with, made now.
pub(crate) fn token(bench: &Bench, folder: &Path) -> Result<String> {
    let line = "admin token create bench --person ada@example.com --network bench --scope read \
                --scope write --days 1";
    let made = process::json(&bench.handfast, folder, &words(line))?;
    Ok(made["token"].as_str().context("no token was printed")?.to_owned())
}

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

/// An id that is the same each time, and lies anywhere: as ids derived from sources do.
pub(crate) fn scattered(kind: u64, number: u64) -> Id {
    let mut random = StdRng::seed_from_u64(kind << 48 | number);
    uuid::Builder::from_random_bytes(random.random()).into_uuid().into_bytes()
}

/// The database with `touches` touches, kept from an earlier run or filled now.
pub(crate) fn database(bench: &Bench, touches: u64) -> Result<Seed> {
    let folder = bench.folder.join(format!("touches-{touches}"));
    let note = folder.join("seed.json");
    if let Ok(text) = std::fs::read(&note)
        && let Ok(kept) = serde_json::from_slice::<Seed>(&text)
        && (kept.version, kept.touches) == (VERSION, touches)
        && kept.schema == schema()?
    {
        return Ok(Seed { folder, ..kept });
    }
    eprintln!("   filling a database with {touches} touches, once");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    let seed = found(bench, touches, &folder)?;
    fill(&seed)?;
    std::fs::write(&note, serde_json::to_vec(&seed)?)?;
    Ok(seed)
}

/// What the migrations say, in short: another schema needs another database.
pub(crate) fn schema() -> Result<String> {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut files: Vec<PathBuf> = std::fs::read_dir("migrations")
        .context("the bench runs at the root of the repository")?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.sort();
    let mut hash = DefaultHasher::new();
    for file in files {
        std::fs::read(file)?.hash(&mut hash);
    }
    Ok(format!("{:x}", hash.finish()))
}

/// The limits of a server must not be what is measured.
pub(crate) const TOML: &str =
    "token_requests_per_min = 4294967295\nstranger_requests_per_min = 4294967295\n";

/// A migrated database with a network, its brand, partners and one person.
pub(crate) fn found(bench: &Bench, touches: u64, folder: &Path) -> Result<Seed> {
    let run = |arguments: &[&str]| process::json(&bench.handfast, folder, arguments);
    let id = |value: &serde_json::Value| -> Result<Id> {
        let text = value["id"].as_str().context("no id was printed")?;
        Ok(text.parse::<Uuid>()?.into_bytes())
    };
    std::fs::write(folder.join("handfast.toml"), TOML)?;
    let made =
        run(&["admin", "network", "create", "bench", "--name", "Bench", "--time-zone", "UTC"])?;
    let person = run(&[
        "admin",
        "person",
        "add",
        "Ada",
        "--email",
        "ada@example.com",
        "--role",
        "brand admin",
        "--network",
        "bench",
    ])?;
    let partner = |number: usize| -> Result<Id> {
        let name = format!("Partner {number}");
        let added = run(&[
            "admin",
            "organisation",
            "add",
            &name,
            "--kind",
            "reseller",
            "--network",
            "bench",
        ])?;
        id(&added["organisation"])
    };
    Ok(Seed {
        version: VERSION,
        schema: schema()?,
        touches,
        customers: (touches / TOUCHES_EACH).max(1),
        network: id(&made["network"])?,
        brand: id(&made["organisation"])?,
        person: id(&person["person"])?,
        partners: (0..PARTNER_COUNT).map(partner).collect::<Result<_>>()?,
        folder: folder.to_owned(),
    })
}

fn fill(seed: &Seed) -> Result<()> {
    let connection = database::filling(&seed.file())?;
    connection.execute_batch("begin")?;
    let mut customers: Vec<(Id, u64)> =
        (0..seed.customers).map(|number| (customer(number), number)).collect();
    customers.sort_unstable();
    for (customer, number) in &customers {
        insert_customer(&connection, seed, *customer, *number)?;
    }
    // An index in the order of numbers is quicker made at the end than kept while touches come.
    let leaf: String = connection.query_row(
        "select sql from sqlite_master where name = 'touch_leaf'",
        [],
        |row| row.get(0),
    )?;
    connection.execute_batch("drop index touch_leaf")?;
    for wave in 0..WAVE_COUNT {
        insert_wave(&connection, seed, &customers, wave)?;
    }
    connection.execute_batch(&leaf)?;
    connection.execute(
        "insert into sealer (network_id, next_leaf_index) values (?1, ?2)
         on conflict (network_id) do update set next_leaf_index = excluded.next_leaf_index",
        params![seed.network, (seed.customers * TOUCHES_EACH) as i64],
    )?;
    connection.execute_batch("commit; pragma optimize")?;
    connection.close().map_err(|(_, error)| error)?;
    // The program's own way of opening it leaves it as it always is.
    database::writing(&seed.file())?.execute_batch("pragma wal_checkpoint(truncate)")?;
    Ok(())
}

fn insert_customer(connection: &Connection, seed: &Seed, customer: Id, number: u64) -> Result<()> {
    let name = format!("Customer {number}");
    let sort_key = format!("customer {number}");
    connection
        .prepare_cached(
            "insert into customer (network_id, customer_id, name, sort_key, place, created_ms)
             values (?1, ?2, ?3, ?4, 'Leeds', ?5)",
        )?
        .execute(params![seed.network, customer, name, sort_key, BEGIN_MS])?;
    let partner = seed.partners[number as usize % PARTNER_COUNT];
    for (kind, organisation) in [(2, seed.brand), (3, partner)] {
        let record = scattered(kind, number);
        let external_ref = format!("C-{number}");
        connection
            .prepare_cached(
                "insert into record (network_id, customer_id, record_id, organisation_id,
                   external_ref, party, name, given_name, family_name, sort_key, email, phone,
                   street, postcode, city, region, country, language, since_ms, updated_ms, version)
                 values (?1, ?2, ?3, ?4, ?5, 'person', ?6, 'Customer', ?7, ?8, ?9,
                   '+44 113 496 0000', '1 Park Row', 'LS1 5AB', 'Leeds', 'England', 'GB',
                   'en', ?10, ?10, 1)",
            )?
            .execute(params![
                seed.network,
                customer,
                record,
                organisation,
                external_ref,
                name,
                number.to_string(),
                sort_key,
                format!("customer{number}@example.com"),
                BEGIN_MS,
            ])?;
        connection
            .prepare_cached(
                "insert into record_ref (network_id, organisation_id, external_ref, customer_id,
                   record_id) values (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![seed.network, organisation, external_ref, customer, record])?;
    }
    Ok(())
}

/// One touch: who it is about, when, its id and its number in the feed.
#[derive(Clone, Copy)]
struct Place {
    id: Id,
    customer: u32,
    at_ms: i64,
    leaf: u64,
}

/// The touches of a few months: some for each customer, spread over the time.
fn insert_wave(
    connection: &Connection,
    seed: &Seed,
    customers: &[(Id, u64)],
    wave: u64,
) -> Result<()> {
    let each = TOUCHES_EACH / WAVE_COUNT;
    let length_ms = 150 * 86_400_000;
    let mut random = StdRng::seed_from_u64(wave);
    let mut places = Vec::with_capacity(customers.len() * each as usize);
    for customer in 0..customers.len() as u32 {
        for _ in 0..each {
            let at_ms = BEGIN_MS + wave as i64 * length_ms + random.random_range(0..length_ms);
            places.push(Place { id: timed(at_ms, &mut random), customer, at_ms, leaf: 0 });
        }
    }
    places.sort_unstable_by_key(|place| place.id);
    for (offset, place) in places.iter_mut().enumerate() {
        place.leaf = wave * customers.len() as u64 * each + offset as u64;
        connection
            .prepare_cached(
                "insert into touch_place (network_id, touch_id, subject_id, at_ms)
                 values (?1, ?2, ?3, ?4)",
            )?
            .execute(params![
                seed.network,
                place.id,
                customers[place.customer as usize].0,
                place.at_ms
            ])?;
    }
    places.sort_unstable_by_key(|place| (place.customer, place.at_ms, place.id));
    for place in &places {
        let (customer, number) = customers[place.customer as usize];
        let touch = Touch::made(seed, customer, number, place.at_ms, place.id, &mut random);
        touch.insert(connection, "touch", Some(place.leaf as i64))?;
    }
    Ok(())
}

/// An id that sorts by its moment, as the program's own.
pub(crate) fn timed(at_ms: i64, random: &mut StdRng) -> Id {
    uuid::Builder::from_unix_timestamp_millis(at_ms as u64, &random.random())
        .into_uuid()
        .into_bytes()
}
