//! A worker that is killed with -9, again and again, and what is in the database in the end.

use std::{
    fmt::Write as _,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use handfast_db::{Db, Fault, Settings};
use handfast_kit::{Clock, OrganisationId, Zone};
use handfast_record::{
    customers, migrations,
    organisations::{self, Network, NewNetwork},
    sales,
    sharing::{Author, Lens, SystemReason},
    testing::NOW,
    touches::{self, Filter},
};
use handfast_web::Side;

use super::{Files, folder};
use crate::{Outcome, Progress, RejectsTo, Unwatched, Watch, Work, note, run, source::Limits};

const DATABASE: &str = "HANDFAST_KILLED_DATABASE";
const FOLDER: &str = "HANDFAST_KILLED_FOLDER";

fn open(path: &Path) -> Db {
    Db::open(&Settings::at(format!("sqlite:{}", path.display()))).unwrap()
}

fn network(db: &Db) -> (Network, OrganisationId) {
    let found = db.read(|cx| {
        let network = organisations::network_by_slug(cx, "olist")?.unwrap();
        let brand = organisations::brand(cx, network.id)?.unwrap();
        Ok::<_, Fault>((network, brand.id))
    });
    found.unwrap()
}

fn take_folder(db: &Db, path: &Path, watch: &dyn Watch) -> Outcome {
    let (network, brand) = network(db);
    let (clock, files) = (Clock::standing_at(NOW), folder("olist", path));
    let author = Author::organisation(network.id, brand);
    let work = Work {
        id: note(db, &clock, author, &files).unwrap(),
        author,
        side: Side::Brand,
        zone: network.zone,
        files,
        rejects: RejectsTo::Database,
        limits: Limits::default(),
        heard: None,
    };
    run(db, &clock, &work, watch).unwrap()
}

/// Says so on standard output whenever a batch is stored.
struct Aloud;

impl Watch for Aloud {
    fn advanced(&self, progress: &Progress<'_>) {
        println!("\nstored {}", progress.counts.read);
    }
}

/// Does nothing unless the story below starts it in a process of its own.
#[test]
fn a_worker_that_will_be_killed() {
    let (Some(database), Some(path)) = (std::env::var_os(DATABASE), std::env::var_os(FOLDER))
    else {
        return;
    };
    take_folder(&open(Path::new(&database)), Path::new(&path), &Aloud);
}

/// A small marketplace: 700 orders of 500 people from 12 sellers.
fn marketplace(files: &Files) {
    let mut texts = super::profiles::MARKETPLACE
        .map(|(name, text)| (name, text.lines().next().unwrap().to_owned() + "\n"));
    for order in 0..700 {
        let (seller, day) = (order % 12, 1 + order % 27);
        for (name, text) in &mut texts {
            let row = match *name {
                "sellers.csv" if order < 12 => format!("s{order},01001,rio,RJ"),
                "products.csv" if order < 40 => format!("p{order},toys,5"),
                "customers.csv" => format!("c{order},u{},0100{},rio,RJ", order % 500, order % 9),
                "order_items.csv" => format!(
                    "o{order},1,p{},s{seller},2018-01-{day:02} 10:00:00,10.00,1.00\n\
                     o{order},2,p1,s{},2018-01-{day:02} 11:00:00,5.00,0.50",
                    order % 40,
                    (seller + order % 2) % 12
                ),
                "orders.csv" => format!(
                    "o{order},c{order},delivered,2018-01-{day:02} 09:00:00,,,\
                     2018-02-{day:02} 09:00:00,2018-02-14 00:00:00"
                ),
                "order_payments.csv" => format!("o{order},1,boleto,1,16.50"),
                "order_reviews.csv" => format!(
                    "r{order},o{order},{},,,2018-03-01 00:00:00,2018-03-02 00:00:00",
                    1 + order % 5
                ),
                _ => continue,
            };
            writeln!(text, "{row}").unwrap();
        }
    }
    for (name, text) in texts {
        files.with(name, text);
    }
}

/// Everything that the brand sees, in a fixed order.
fn content(db: &Db) -> Vec<String> {
    let (network, brand) = network(db);
    let lens = Lens::system(network.id, brand, SystemReason::OperatorReport);
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let page = db.read(|cx| customers::list(cx, &lens, None, after.as_ref(), 200)).unwrap();
        for row in &page.items {
            let seen = db.read(|cx| {
                let customer = customers::find(cx, &lens, row.id)?.expect("the list named it");
                let (sight, all) = (&customer.sight, Filter::default());
                let touches = touches::timeline(cx, &lens, sight, &all, None, 200)?;
                let sales = sales::of_customer(cx, &lens, sight)?;
                Ok::<_, Fault>(((customer.id, customer.chosen, customer.records), touches, sales))
            });
            let (customer, touches, sales) = seen.unwrap();
            all.push(format!("{customer:?} {sales:?}"));
            all.extend(touches.items.iter().map(|touch| {
                format!("{} {:?} {:?} {}", touch.id, touch.at, touch.organisation, touch.body_json)
            }));
        }
        after = page.next;
        if after.is_none() {
            let report = db.read(|cx| sales::figures::delivery(cx, &lens, &network.zone)).unwrap();
            all.push(format!("{report:?}"));
            return all;
        }
    }
}

#[test]
fn a_worker_that_is_killed_leaves_nothing_that_another_does_not_put_right() {
    let files = Files::new();
    marketplace(&files);
    let begun = files.0.path().join("begun.db");
    let db = open(&begun);
    db.migrate(migrations::ALL).unwrap();
    let zone = Zone::named("America/Sao_Paulo").unwrap();
    let new = NewNetwork { slug: "olist".to_owned(), name: "Olist".to_owned(), zone };
    db.write(move |tx| organisations::create_network(tx, &new, NOW)).unwrap();
    drop(db);
    let (whole, killed) = (files.0.path().join("whole.db"), files.0.path().join("killed.db"));
    std::fs::copy(&begun, &whole).unwrap();
    std::fs::copy(&begun, &killed).unwrap();

    let undisturbed = open(&whole);
    let first = take_folder(&undisturbed, files.0.path(), &Unwatched);
    assert_eq!(first.counts.stored, first.counts.read);

    for batches in [1, 3, 5, 8] {
        let mut worker = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "--nocapture"])
            .arg("tests::killed::a_worker_that_will_be_killed")
            .env(DATABASE, &killed)
            .env(FOLDER, files.0.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let said = BufReader::new(worker.stdout.take().unwrap()).lines();
        let stored = said.map_while(Result::ok).filter(|line| line.starts_with("stored"));
        assert_eq!(stored.take(batches).count(), batches, "it ended before it was killed");
        worker.kill().unwrap();
        worker.wait().unwrap();
    }
    let disturbed = open(&killed);
    let last = take_folder(&disturbed, files.0.path(), &Unwatched);
    assert_eq!(last.counts.read, first.counts.read);
    assert!(last.counts.unchanged > 500 && last.counts.rejected == 0, "{:?}", last.counts);
    let (expected, found) = (content(&undisturbed), content(&disturbed));
    assert_eq!(expected.len(), found.len());
    for (expected, found) in expected.iter().zip(&found) {
        assert_eq!(expected, found);
    }
}
