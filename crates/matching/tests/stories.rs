//! What matching does for the people in the records, from the outside.
#![allow(clippy::unwrap_used)]

mod world;

use handfast_matching::{
    Explanation, Field, Model, Options, Outcome, Record, Records, Schema, run,
};
use proptest::prelude::*;
use world::{COLUMNS, Row, crowd, records, schema};

fn matched(rows: &[Row]) -> Outcome {
    run(&records(rows), &Options::default(), &|_, _, _| {})
}

fn together(outcome: &Outcome, a: usize, b: usize) -> bool {
    outcome.grouping.group_of[a] == outcome.grouping.group_of[b]
}

/// A crowd of strangers with two records at its end.
fn beside(a: [&str; COLUMNS], b: [&str; COLUMNS]) -> (Outcome, usize, usize) {
    let mut rows = crowd(1_500);
    let at = rows.len();
    rows.push(Row::new("z1", a));
    rows.push(Row::new("z2", b));
    (matched(&rows), at, at + 1)
}

const MAYA: [&str; COLUMNS] = [
    "Margaret",
    "Rose",
    "Ostrander",
    "1984-03-07",
    "maggie@post.example",
    "555 201 4477",
    "14 Harbour Street",
    "Wexmouth",
    "40123",
];

fn maya(change: impl Fn(&mut [&'static str; COLUMNS])) -> [&'static str; COLUMNS] {
    let mut row = MAYA;
    change(&mut row);
    row
}

#[test]
fn a_nickname_is_the_same_person() {
    let other = maya(|row| (row[0], row[4], row[5]) = ("Peggy", "", ""));
    let (outcome, a, b) = beside(MAYA, other);
    assert!(together(&outcome, a, b));
}

#[test]
fn swapped_names_and_a_slip_of_the_pen_are_the_same_person() {
    let swapped = maya(|row| (row[0], row[2], row[1], row[4]) = ("Ostrander", "Margaret", "", ""));
    let (outcome, a, b) = beside(MAYA, swapped);
    assert!(together(&outcome, a, b));
    let slipped = maya(|row| (row[2], row[3], row[4]) = ("Ostrandre", "1984-07-03", ""));
    let (outcome, a, b) = beside(MAYA, slipped);
    assert!(together(&outcome, a, b));
}

#[test]
fn who_married_and_moved_is_found_by_what_stayed() {
    let married = maya(|row| {
        (row[2], row[6], row[7], row[8]) = ("Lindqvist", "3 Mill Lane", "Torbay", "77120");
    });
    let (outcome, a, b) = beside(MAYA, married);
    assert!(together(&outcome, a, b));
}

#[test]
fn a_household_stays_several_people() {
    let husband =
        maya(|row| (row[0], row[1], row[3], row[4]) = ("Henry", "", "1981-11-20", "hal@x.example"));
    let (outcome, a, b) = beside(MAYA, husband);
    assert!(!together(&outcome, a, b));
    let why = outcome.explain(a as u32, b as u32);
    assert!(why.lines.iter().any(|line| line.comparison == "household"), "{why:?}");
}

#[test]
fn father_and_son_of_one_name_stay_two() {
    let son = maya(|row| (row[1], row[3], row[4]) = ("", "2011-10-28", "young@x.example"));
    let (outcome, a, b) = beside(MAYA, son);
    assert!(!together(&outcome, a, b));
}

#[test]
fn placeholders_are_named_and_join_nobody() {
    let mut rows = crowd(3_000);
    for row in &mut rows[..900] {
        row.values[5] = "1234567890".into();
    }
    for row in &mut rows[500..1_400] {
        row.values[3] = "1900-01-01".into();
        row.values[4] = "test@test.com".into();
    }
    for row in &mut rows[1_400..2_600] {
        row.values[6] = "1 Tower Square".into();
        row.values[7] = "Wexmouth".into();
        row.values[8] = "40123".into();
        row.values[1] = "N/A".into();
    }
    let clean = matched(&crowd(3_000));
    let outcome = matched(&rows);
    let named: Vec<Field> =
        outcome.report.placeholders.iter().map(|placeholder| placeholder.field).collect();
    for field in [Field::Phone, Field::BirthDate, Field::Email, Field::Street] {
        assert!(named.contains(&field), "{field:?} in {:?}", outcome.report.placeholders);
    }
    assert!(outcome.report.largest_group <= clean.report.largest_group + 1);
    assert!(outcome.report.candidates < 40 * outcome.report.records);
}

#[test]
fn neither_order_nor_threads_change_a_group() {
    let rows = crowd(2_500);
    let straight = matched(&rows);
    let mut shuffled: Vec<Row> = rows.clone();
    shuffled.sort_by_key(|row| world::mix(row.number, 99));
    let options = Options { threads: Some(1), ..Options::default() };
    let other = run(&records(&shuffled), &options, &|_, _, _| {});
    assert_eq!(straight.model, other.model);
    let names = |rows: &[Row], outcome: &Outcome| {
        let mut names: Vec<(String, String)> = rows
            .iter()
            .zip(&outcome.grouping.group_of)
            .map(|(row, group)| (row.id.clone(), rows[*group as usize].id.clone()))
            .collect();
        names.sort();
        names
    };
    assert_eq!(names(&rows, &straight), names(&shuffled, &other));
}

#[test]
fn one_more_stranger_changes_nothing() {
    let mut rows = crowd(2_500);
    let before = matched(&rows);
    rows.push(Row::new("zz", MAYA));
    let after = matched(&rows);
    assert_eq!(before.grouping.group_of[..], after.grouping.group_of[..rows.len() - 1]);
}

#[test]
fn people_are_found_whole() {
    let rows = crowd(4_000);
    let outcome = matched(&rows);
    let (mut right, mut all) = (0, 0);
    for pair in rows.windows(2).enumerate().filter(|(_, pair)| pair[0].person == pair[1].person) {
        all += 1;
        right += u32::from(together(&outcome, pair.0, pair.0 + 1));
    }
    assert!(right * 100 >= all * 95, "{right} of {all}");
    let largest = outcome.report.largest_group;
    assert!(largest <= 3, "{largest}");
}

#[test]
fn every_link_adds_up() {
    let outcome = matched(&crowd(2_500));
    let mut links = 0;
    for link in outcome.links() {
        let sum: i32 = link.why.lines.iter().map(|line| line.weight).sum();
        assert_eq!(sum, link.why.weight);
        links += 1;
    }
    assert!(links > 500, "{links}");
}

#[test]
fn a_model_read_back_weighs_and_keys_the_same() {
    let rows = crowd(2_500);
    let model = matched(&rows).model;
    let text = serde_json::to_string_pretty(&model).unwrap();
    let back: Model = serde_json::from_str(&text).unwrap();
    assert_eq!(model, back);
    let records = records(&rows);
    for at in 0..200 {
        let (a, b) = (records.record(at), records.record(at + 1));
        let score = |model: &Model| model.score(&model.prepare(&a), &model.prepare(&b));
        assert_eq!(score(&model), score(&back));
        let (mut keys, mut keys_back) = (Vec::new(), Vec::new());
        model.keys(&model.prepare(&a), &mut keys);
        back.keys(&back.prepare(&a), &mut keys_back);
        assert_eq!(keys, keys_back);
        assert!(keys.is_sorted() && keys.len() <= Model::KEYS_MAX);
    }
}

#[test]
fn a_whole_name_is_enough_whatever_its_order() {
    let schema = Schema::new([("name", Field::FullName), ("phone", Field::Phone)]);
    let mut records = Records::new(schema);
    records.push("a", ["Lindqvist, Maya", "+44 20 7946 0018"]);
    records.push("b", ["Ms Maya Lindqvist", "020 7946 0018"]);
    records.push("c", ["Jonas Lindqvist", "020 7946 0018"]);
    let outcome = run(&records, &Options::default(), &|_, _, _| {});
    assert_eq!(outcome.grouping.group_of, [0, 0, 2]);
}

#[test]
fn nothing_at_all_is_matched_with_nothing() {
    assert_eq!(matched(&[]).report.groups, 0);
    let rows = vec![Row::new("a", [""; COLUMNS]), Row::new("b", [""; COLUMNS])];
    assert_eq!(matched(&rows).report.groups, 2);
}

proptest! {
    #[test]
    fn a_pair_weighs_the_same_both_ways(
        a in proptest::collection::vec("[a-eA-E0-9 .@'é-]{0,14}", COLUMNS),
        b in proptest::collection::vec("[a-eA-E0-9 .@'é-]{0,14}", COLUMNS),
        whole in any::<bool>(),
    ) {
        let mut columns = schema();
        if whole {
            columns.columns[0].field = Field::FullName;
        }
        let model = Model::built_in(&columns);
        let prepare = |values: &[String]| {
            let values = values.iter().map(String::as_str).enumerate().collect();
            model.prepare(&Record { id: "a", values })
        };
        let (a, b) = (prepare(&a), prepare(&b));
        prop_assert_eq!(model.score(&a, &b), model.score(&b, &a));
        let why: Explanation = model.explain(&a, &b);
        prop_assert_eq!(why.weight, model.score(&a, &b));
        prop_assert!(model.score(&a, &a) >= model.score(&a, &b) || model.score(&a, &a) > -4096);
    }
}
