//! What people see of an import: what becomes of rows, again, changed, wrong, interrupted.

use std::cell::Cell;

use handfast_record::{
    customers, sales,
    testing::{World, worlds},
    touches::{self, Filter},
};
use handfast_web::{Role, Viewer};

use super::{Files, counts, named, take, take_watched, work};
use crate::{
    Ending, How, Map, Progress, Watch, Wish,
    imports::{self, Reject, State},
    preview, run,
    source::Limits,
};

const CUSTOMERS: &str = "Customer ID,Name,E-mail,Phone,City,Created\n\
    1,Maya Okafor,Maya@example.com,(905) 555-1234,Leeds,2026-01-02\n\
    2,Bo Lind,,,York,2026-01-03 10:00\n";

fn viewer(world: &World) -> Viewer {
    world.viewer(world.brand, Role::BrandStaff)
}

fn rejects(world: &World, id: imports::ImportId) -> Vec<Reject> {
    let viewer = viewer(world);
    world.db.read(|cx| imports::rejects(cx, &viewer, id, None, 200)).unwrap().items
}

fn timeline(world: &World, reference: &str) -> Vec<String> {
    let lens = world.lens(world.brand);
    let page = world.db.read(|cx| {
        let found = customers::by_reference(cx, &lens, world.brand, reference)?.unwrap();
        touches::timeline(cx, &lens, &found.sight, &Filter::default(), None, 200)
    });
    page.unwrap().items.into_iter().map(|touch| touch.kind).collect()
}

#[test]
fn the_same_file_again_stores_nothing_and_a_changed_row_becomes_a_touch() {
    for world in worlds() {
        let files = Files::new();
        let path = files.with("customers.csv", CUSTOMERS);
        let first = take(&world, world.brand, named("customers", "", &path));
        assert_eq!(counts(&first), [2, 2, 0, 0]);
        let again = take(&world, world.brand, named("customers", "", &path));
        assert_eq!(counts(&again), [2, 0, 2, 0]);
        assert_eq!(timeline(&world, "1"), ["customer_recorded"]);

        let moved = files.with("moved.csv", CUSTOMERS.replace("Leeds", "Bristol"));
        let changed = take(&world, world.brand, named("customers", "", &moved));
        assert_eq!(counts(&changed), [2, 1, 1, 0]);
        assert_eq!(timeline(&world, "1"), ["address_changed", "customer_recorded"]);
        // Nothing is overwritten: the old file again is news again.
        let back = take(&world, world.brand, named("customers", "", &path));
        assert_eq!(counts(&back), [2, 1, 1, 0]);
        assert_eq!(timeline(&world, "1").len(), 3);
    }
}

#[test]
fn a_bad_row_is_left_out_with_its_reason_and_the_rest_is_stored() {
    for world in worlds() {
        let files = Files::new();
        let text = "customer id;name;e-mail;created\n\
            1;Maya;maya@example.com;2026-01-02\n\
            ;Nobody;;\n\
            3;Bo;not an address;\n\
            4;Ana;;31/01/2026\n\
            5;Too;few\n\
            6;=cmd();;\n";
        let path = files.with("customers.csv", text);
        let outcome = take(&world, world.brand, named("customers", "", &path));
        assert_eq!(counts(&outcome), [6, 2, 0, 4]);
        let rejects = rejects(&world, outcome.id);
        let said: Vec<_> = rejects.iter().map(|r| (r.line, r.column.as_str())).collect();
        assert_eq!(said, [(3, "customer id"), (4, "e-mail"), (5, "created"), (6, "")]);
        assert!(rejects[1].reason.contains("not a mail address"));
        assert!(rejects[2].reason.contains("date_order"));
        assert_eq!(rejects[3].original, "5;Too;few");
        let [file] = outcome.rejects_files.as_slice() else { panic!("one file of rejects") };
        let text = std::fs::read_to_string(file).unwrap();
        assert!(text.starts_with("line,column,reason,original\n3,customer id,"), "{text}");
        assert!(file.ends_with("customers.csv.rejects.csv"));
    }
}

#[test]
fn orders_of_a_partner_become_record_sale_promise_and_delivery() {
    for world in worlds() {
        let files = Files::new();
        let orders = files.with(
            "orders.csv",
            "order_id,customer_id,buyer,ordered_at,status,promised,delivered_at,currency\n\
             A-1,C-1,Maya Okafor,2026-01-05 09:00,delivered,2026-01-08,2026-01-09 12:00,GBP\n",
        );
        let outcome = take(&world, world.spoke, named("orders", "", &orders));
        assert_eq!(counts(&outcome), [1, 1, 0, 0]);
        let reviews = files.with(
            "reviews.csv",
            "review_id,order_id,rating,comment,answered_at\n\
             R-1,A-1,2,\"late,\nand wet\",2026-01-10\nR-2,A-9,5,,2026-01-10\n",
        );
        let outcome = take(&world, world.spoke, named("reviews", "", &reviews));
        assert_eq!(counts(&outcome), [2, 1, 0, 1]);
        let lens = world.lens(world.spoke);
        let (kinds, sale) = world
            .db
            .read(|cx| {
                let found = customers::by_reference(cx, &lens, world.spoke, "C-1")?.unwrap();
                let sight = &found.sight;
                let page = touches::timeline(cx, &lens, sight, &Filter::default(), None, 50)?;
                let kinds: Vec<_> = page.items.into_iter().map(|touch| touch.kind).collect();
                Ok::<_, handfast_db::Fault>((kinds, sales::of_customer(cx, &lens, sight)?))
            })
            .unwrap();
        let mut sorted = kinds.clone();
        sorted.sort();
        assert_eq!(
            sorted,
            ["customer_recorded", "delivered", "delivery_promised", "review_given", "sale"]
        );
        assert_eq!((sale[0].review_sum, sale[0].status.as_str()), (2, "delivered"));
    }
}

#[test]
fn a_partner_writes_as_itself_only() {
    for world in worlds() {
        let files = Files::new();
        let lines = "order_id,line_no,seller,price\nA-1,1,harbour-wheelworks,5.00\n\
            A-1,2,spoke-chain,5.00\nA-1,3,,5.00\nA-1,4,nobody,5.00\n";
        let path = files.with("lines.csv", lines);
        let outcome = take(&world, world.spoke, named("order-items", "", &path));
        assert_eq!(counts(&outcome), [4, 2, 0, 2]);
        let viewer = world.viewer(world.spoke, Role::PartnerStaff);
        let left = world.db.read(|cx| imports::rejects(cx, &viewer, outcome.id, None, 9)).unwrap();
        let reasons: Vec<_> = left.items.iter().map(|reject| reject.reason.clone()).collect();
        // A partner that is there and one that is not give the same answer.
        assert_eq!(reasons[0], reasons[1]);
        let partners = files.with("partners.csv", "partner_id,name\nx,X\n");
        let files = named("partners", "", &partners);
        let work = work(&world, world.spoke, files);
        let error = run(&world.db, &world.clock, &work, &crate::Unwatched).unwrap_err();
        assert!(error.to_string().contains("only the brand"), "{error}");
        // The brand does not see into the partner's import, nor the partner into the brand's.
        let brand = self::viewer(&world);
        assert_eq!(world.db.read(|cx| imports::find(cx, &brand, outcome.id)).unwrap(), None);
    }
}

/// Wishes something after so many batches.
struct After(Cell<usize>, Wish);

impl Watch for After {
    fn advanced(&self, progress: &Progress<'_>) {
        assert!(progress.counts.adds_up() && progress.bytes_done <= progress.bytes_total);
        self.0.set(self.0.get().saturating_sub(1));
    }
    fn wish(&self) -> Wish {
        if self.0.get() == 0 { self.1 } else { Wish::GoOn }
    }
}

/// 2,000 steps of 40 cases; now and then one is there twice.
fn steps() -> String {
    let mut text = "case_id,time,status,owner\n".to_owned();
    for row in 0..2_000 {
        let (case, hour, owner) = (row / 50, row % 50 / 2, if row % 7 < 4 { "A" } else { "B" });
        let line =
            format!("{case},2026-01-{:02} {:02}:00,open,{owner}\n", 1 + hour / 24, hour % 24);
        text.push_str(&line);
        if row % 100 == 0 {
            text.push_str(&line);
        }
    }
    text
}

fn content(world: &World) -> Vec<String> {
    let lens = world.lens(world.brand);
    let mut all = Vec::new();
    for case in 0..40 {
        let state = world.db.read(|cx| {
            handfast_record::cases::by_reference(cx, &lens, world.brand, &case.to_string())
        });
        let state = state.unwrap().unwrap();
        let subject = state.subject;
        all.push(format!("{:?}", (state.hand_over_count, state.step_count, state.last)));
        let page = world.db.read(|cx| {
            let sight = lens.sight(cx, subject.as_kind())?;
            touches::timeline(cx, &lens, &sight, &Filter::default(), None, 200)
        });
        let touches = page.unwrap().items.into_iter();
        let mut touches: Vec<_> =
            touches.map(|touch| format!("{:?} {}", touch.at, touch.body_json)).collect();
        // Ids come from the network's, and they order touches of one moment.
        touches.sort();
        all.extend(touches);
    }
    all
}

#[test]
fn an_import_that_was_paused_goes_on_where_it_stood_and_counts_every_row_once() {
    for world in worlds() {
        let files = Files::new();
        let path = files.with("steps.csv", steps());
        let work = work(&world, world.brand, named("case-events", "", &path));
        let pausing = After(Cell::new(2), Wish::Pause);
        let paused = run(&world.db, &world.clock, &work, &pausing).unwrap();
        assert_eq!((paused.ending, counts(&paused)), (Ending::Paused, [1_000, 1_000, 0, 0]));
        let rest = run(&world.db, &world.clock, &work, &crate::Unwatched).unwrap();
        assert_eq!((rest.ending, counts(&rest)), (Ending::Done, [2_020, 2_020, 0, 0]));
        assert_eq!(content(&world), content_of_an_undisturbed_import());
    }
}

fn content_of_an_undisturbed_import() -> Vec<String> {
    let world = worlds().remove(0);
    let files = Files::new();
    let path = files.with("steps.csv", steps());
    let whole = take(&world, world.brand, named("case-events", "", &path));
    assert_eq!(counts(&whole), [2_020, 2_020, 0, 0]);
    content(&world)
}

#[test]
fn a_cancelled_import_keeps_what_it_stored_and_a_new_one_stores_the_rest() {
    for world in worlds() {
        let files = Files::new();
        let path = files.with("steps.csv", steps());
        let cancelling = After(Cell::new(1), Wish::Cancel);
        let stopped =
            take_watched(&world, world.brand, named("case-events", "", &path), &cancelling);
        assert_eq!((stopped.ending, counts(&stopped)), (Ending::Cancelled, [500, 500, 0, 0]));
        let viewer = viewer(&world);
        let import = world.db.read(|cx| imports::find(cx, &viewer, stopped.id)).unwrap().unwrap();
        assert_eq!(import.state, State::Cancelled);
        let rest = take(&world, world.brand, named("case-events", "", &path));
        assert_eq!(counts(&rest), [2_020, 1_520, 500, 0]);
        assert_eq!(content(&world), content_of_an_undisturbed_import());
    }
}

#[test]
fn a_file_that_cannot_be_read_on_fails_with_what_it_stored() {
    for world in worlds() {
        let files = Files::new();
        let whole = {
            use std::io::Write as _;
            let level = flate2::Compression::fast();
            let mut packed = flate2::write::GzEncoder::new(Vec::new(), level);
            packed.write_all(steps().as_bytes()).unwrap();
            packed.finish().unwrap()
        };
        let path = files.with("steps.csv.gz", &whole[..whole.len() - 20]);
        let work = work(&world, world.brand, named("case-events", "", &path));
        let error = run(&world.db, &world.clock, &work, &crate::Unwatched).unwrap_err();
        assert!(error.to_string().contains("cannot be read"), "{error}");
        let viewer = viewer(&world);
        let import = world.db.read(|cx| imports::find(cx, &viewer, work.id)).unwrap().unwrap();
        assert_eq!(import.state, State::Failed);
        assert!(import.counts.adds_up());
    }
}

#[test]
fn rows_of_one_order_with_two_values_are_both_taken_in_once() {
    for world in worlds() {
        let files = Files::new();
        let text = "customer id,name,city\n1,Maya,Leeds\n2,Bo,Gent\n1,Maya,York\n2,Bo,Gent\n";
        let path = files.with("customers.csv", text);
        let first = take(&world, world.brand, named("customers", "", &path));
        assert_eq!(counts(&first), [4, 3, 1, 0]);
        let again = take(&world, world.brand, named("customers", "", &path));
        assert_eq!(counts(&again), [4, 0, 4, 0]);
    }
}

#[test]
fn a_preview_shows_what_each_value_is_taken_for() {
    let files = Files::new();
    let path =
        files.with("klanten.csv", "Klantnr;Naam;Sinds;GSM\n7;Maya;03/04/2026;0470 12 34 56\n");
    let zone = handfast_kit::Zone::named("Europe/Brussels").unwrap();
    let draft = How::of_texts("customers", "", "").unwrap();
    let seen = preview(&path, &draft, &zone, Limits::default()).unwrap();
    assert_eq!(seen.columns, ["Klantnr", "Naam", "Sinds", "GSM"]);
    assert!(seen.problem.unwrap().contains("reference"));
    let map = "shape = \"customers\"\n[columns]\nreference = \"Klantnr\"\nname = \"Naam\"\n\
        since = \"Sinds\"\nphone = \"GSM\"\n";
    let how = How::Map(Map::parse(map).unwrap());
    let seen = preview(&path, &how, &zone, Limits::default()).unwrap();
    assert_eq!(seen.problem, None);
    let row = &seen.rows[0];
    let since = row.seen.iter().find(|seen| seen.field == "since").unwrap();
    assert!(since.understood.as_ref().unwrap_err().contains("two ways"));
    assert!(row.problem.is_some());
    let how = How::Map(Map::parse(&format!("date_order = \"day-first\"\n{map}")).unwrap());
    let seen = preview(&path, &how, &zone, Limits::default()).unwrap();
    let understood: Vec<_> =
        seen.rows[0].seen.iter().map(|seen| seen.understood.clone().unwrap()).collect();
    assert_eq!(understood, ["7", "Maya", "0470123456", "2026-04-03"]);
}
