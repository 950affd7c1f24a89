//! Histories made up by the dice, in which customers are merged and parted while much else happens:
//! nothing is lost, everything is where it belongs, and all that leads somewhere leads right.

use handfast_db::{Cx, Fault};

use super::{
    Town,
    chance::Dice,
    compare::{self, Everything, Ledger},
    towns,
};
use crate::{CustomerId, customers, merging, sharing::ties, touches};

/// What must have no row: each with what it would mean.
const NEVER: [(&str, &str); 15] = [
    ("a record that its reference does not lead to",
     "select count(*) from record r where not exists (select 1 from record_ref f
       where f.organisation_id = r.organisation_id and f.external_ref = r.external_ref
         and f.customer_id = r.customer_id and f.record_id = r.record_id)"),
    ("a touch that its place does not lead to",
     "select count(*) from touch t where not exists (select 1 from touch_place p
       where p.touch_id = t.touch_id and p.subject_id = t.subject_id and p.at_ms = t.at_ms)"),
    ("a sale that its reference does not lead to",
     "select count(*) from sale s where not exists (select 1 from sale_ref f
       where f.keeper_id = s.keeper_id and f.order_ref = s.order_ref
         and f.customer_id = s.customer_id and f.sale_id = s.sale_id)"),
    ("a case that its reference does not lead to",
     "select count(*) from case_state c where not exists (select 1 from case_ref f
       where f.keeper_id = c.organisation_id and f.case_ref = c.case_ref
         and f.subject_id = c.subject_id and f.case_id = c.case_id)"),
    ("a request that its place does not lead to",
     "select count(*) from access_request q where not exists (select 1 from access_request_place p
       where p.request_id = q.request_id and p.customer_id = q.customer_id)"),
    ("a key of a record that leads elsewhere",
     "select count(*) from contact_key k join record r on r.record_id = k.source_id
       where r.customer_id <> k.customer_id"),
    ("a key of a sale that leads elsewhere",
     "select count(*) from contact_key k join sale s on s.sale_id = k.source_id
       where s.customer_id <> k.customer_id"),
    ("a touch apart from its record",
     "select count(*) from touch t join record r on r.record_id = t.record_id
       where r.customer_id <> t.subject_id"),
    ("a sale apart from its record",
     "select count(*) from sale s join record r on r.record_id = s.record_id
       where r.customer_id <> s.customer_id"),
    ("a review apart from its sale",
     "select count(*) from review w join sale s on s.sale_id = w.sale_id
       where s.customer_id <> w.customer_id"),
    ("a touch that names somebody elsewhere",
     "select count(*) from touch_named n join touch t on t.touch_id = n.touch_id
       where n.subject_id <> t.subject_id"),
    ("an entry of the search apart from its touch",
     "select count(*) from search_entry e join touch t on t.touch_id = e.entry_id
       where e.subject_id <> t.subject_id"),
    ("an entry of the search apart from its record",
     "select count(*) from search_entry e join record r on r.record_id = e.entry_id
       where e.subject_id <> r.customer_id"),
    ("a partner's record without its tie",
     "select count(*) from record r
        join organisation o on o.organisation_id = r.organisation_id and o.is_brand = 0
       where not exists (select 1 from tie s where s.customer_id = r.customer_id
         and s.organisation_id = r.organisation_id and s.tie = 0)"),
    ("a partner's sale without its tie",
     "select count(*) from touch t
        join organisation o on o.organisation_id = t.organisation_id and o.is_brand = 0
       where t.kind = 'sale' and not exists (select 1 from tie s
         where s.customer_id = t.subject_id and s.organisation_id = t.organisation_id
           and s.tie = 1)"),
];

/// What a merged customer may still have rows in.
const OF_THE_MERGED: [&str; 4] = ["customer", "merge", "moved", "merge_kept"];

#[track_caller]
fn is_consistent(town: &Town, what: &str) {
    let count = |cx: &mut Cx<'_>, text| -> Result<i64, Fault> {
        Ok(cx.one::<(i64,)>(text, ())?.unwrap().0)
    };
    for (wrong, text) in NEVER {
        let count = town.world.db.read(|cx| count(cx, text)).unwrap();
        assert_eq!(count, 0, "{what}: {wrong}");
    }
    for (table, place) in super::tables::placed_by_customer() {
        if OF_THE_MERGED.contains(&table.as_str()) {
            continue;
        }
        let text = format!(
            "select count(*) from {table} where {place} in
              (select customer_id from customer where merged_into is not null)"
        );
        let text: &'static str = Box::leak(text.into_boxed_str());
        let count = town.world.db.read(|cx| count(cx, text)).unwrap();
        assert_eq!(count, 0, "{what}: a row of {table} stayed with a merged customer");
    }
    homes_are_where_their_records_are(town, what);
    what_follows_is_in_line(town, what);
}

#[track_caller]
fn homes_are_where_their_records_are(town: &Town, what: &str) {
    let rows: Vec<(CustomerId, CustomerId)> = town
        .world
        .db
        .read(|cx| {
            cx.all::<_>(
                "select r.customer_id, m.home_id
                   from record r join match_record m on m.record_id = r.record_id limit 10000",
                (),
            )
        })
        .unwrap();
    for (customer, home) in rows {
        let homes = town.world.db.read(|cx| merging::homes(cx, town.world.network, customer));
        assert!(homes.unwrap().contains(&home), "{what}: a record is away from its home");
    }
}

/// Choosing values, following words and places, and writing the index once more changes nothing.
#[track_caller]
fn what_follows_is_in_line(town: &Town, what: &str) {
    let before = compare::ledger(town);
    let (network, customers) = (town.world.network, town.customers.clone());
    town.write(move |tx| {
        for home in &customers {
            let Some(customer) = customers::lock(tx, network, *home)? else { continue };
            customers::choose(tx, network, customer)?;
            ties::follow_word(tx, network, customer)?;
            touches::tied(tx, network, customer.as_kind())?;
        }
        Ok(())
    });
    compare::same(&before, &compare::ledger(town), &format!("{what}: done again"));
}

/// What there is, wherever it lies.
fn inventory(town: &Town) -> Vec<(String, Vec<String>)> {
    let columns = [
        ("record", 2),
        ("touch", 3),
        ("sale", 2),
        ("review", 2),
        ("case_state", 2),
        ("access_request", 2),
        ("look", 3),
        ("search_entry", 3),
        ("guest", 1),
    ];
    let ledger: Ledger = compare::ledger(town);
    let rows = |table: &str, column: usize| {
        let rows = ledger[table].iter().filter(|row| !row.contains("customers_"));
        let at = if table == "search_entry" && !row_has_key(town) { column - 1 } else { column };
        let mut ids: Vec<String> =
            rows.map(|row| row.split('|').nth(at).unwrap().to_owned()).collect();
        ids.sort();
        ids
    };
    columns.iter().map(|(table, column)| ((*table).to_owned(), rows(table, *column))).collect()
}

/// On SQLite an entry of the search begins with its key.
fn row_has_key(town: &Town) -> bool {
    town.world.engine == handfast_db::Engine::Sqlite
}

#[test]
fn whatever_happens_between_merges_nothing_is_lost_and_everything_is_in_its_place() {
    for seed in 200..206 {
        for mut town in towns(5) {
            let what = format!("seed {seed}, {:?}", town.world.engine);
            let mut dice = Dice::new(seed);
            (0..25).for_each(|_| town.something(&mut dice));
            is_consistent(&town, &what);
            let mut merges = Vec::new();
            for step in 0..30 {
                let what = format!("{what}, step {step}");
                match dice.below(8) {
                    0 | 1 => {
                        let (a, b) = (dice.pick(&town.customers), dice.pick(&town.customers));
                        merges.extend(town.merge(a, b).ok().map(|merge| merge.id));
                    }
                    2 if !merges.is_empty() => {
                        let there = inventory(&town);
                        let merge = merges.swap_remove(dice.below(merges.len()));
                        town.part(merge).unwrap();
                        assert_eq!(there, inventory(&town), "{what}");
                    }
                    _ => {
                        town.something(&mut dice);
                        continue;
                    }
                }
                is_consistent(&town, &what);
            }
            let there = inventory(&town);
            while let Some(merge) = merges.pop() {
                town.part(merge).unwrap();
                is_consistent(&town, &what);
            }
            assert_eq!(there, inventory(&town), "{what}");
            nobody_knows_it_by_another_id(&town);
            // And what stands now is given back as exactly as what stood first.
            let before = Everything::of(&town);
            let merge = town.merge(town.customers[0], town.customers[3]);
            if let Ok(merge) = merge {
                town.part(merge.id).unwrap();
            }
            before.is_as_before(&town, &what);
        }
    }
}

fn nobody_knows_it_by_another_id(town: &Town) {
    for table in ["known_as", "merge", "moved", "merge_kept"] {
        let text: &'static str =
            Box::leak(format!("select count(*) from {table}").into_boxed_str());
        let count: Option<(i64,)> = town.world.db.read(|cx| cx.one::<_>(text, ())).unwrap();
        assert_eq!(count, Some((0,)), "{table} has rows of merges that were undone");
    }
}
