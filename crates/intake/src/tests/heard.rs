//! Lines of a file are heard, also those that say nothing new.

use std::sync::{Arc, Mutex};

use handfast_record::testing::worlds;

use super::{Files, counts, named, work};
use crate::{Heard, Unwatched, Work, run};

const CUSTOMERS: &str =
    "Customer ID,Name,City\n1,Maya Okafor,Leeds\n,Nobody,York\n2,Bo Lind,York\n";

#[test]
fn who_waits_for_what_they_hold_hears_the_same_line_again() {
    for world in worlds() {
        let files = Files::new();
        let path = files.with("customers.csv", CUSTOMERS);
        let lines = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&lines);
        let heard = Heard::by(move |_, author, (as_of, now), some| {
            assert!(as_of <= now);
            let line = |line: &&handfast_record::customers::Incoming| {
                (author.organisation_id(), line.external_ref.clone(), line.details.city.clone())
            };
            kept.lock().unwrap().extend(some.iter().map(line));
            Ok(())
        });
        for stored in [2, 0] {
            let work = work(&world, world.spoke, named("customers", "", &path));
            let work = Work { heard: Some(heard.clone()), ..work };
            let outcome = run(&world.db, &world.clock, &work, &Unwatched).unwrap();
            assert_eq!(counts(&outcome), [3, stored, 2 - stored, 1]);
        }
        let line =
            |reference: &str, city: &str| (world.spoke, reference.to_owned(), city.to_owned());
        let once = [line("1", "Leeds"), line("2", "York")];
        assert_eq!(*lines.lock().unwrap(), [once.clone(), once].concat(), "but for the rejected");
    }
}
