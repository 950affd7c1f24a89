//! Values that unrelated records share glue nobody together and slow nothing down.

use std::collections::BTreeMap;

use crate::world::{Found, HEAD, Person, Place, people, twice_each};

/// A thousand people twice each, and `count` strangers who all have what `change` gives them:
/// the strangers stay apart, and the people are found as well as without them.
fn with_strangers(count: usize, change: impl Fn(usize, &mut Person)) -> Found {
    let (mut rows, truth) = twice_each(&people(1_000, 31));
    let mut strangers = people(count, 32);
    let mut everybody = truth.clone();
    for (at, stranger) in strangers.iter_mut().enumerate() {
        change(at, stranger);
        let id = format!("x{at:05}");
        rows.push(stranger.row(&id));
        everybody.insert(id, 1_000 + at);
    }
    let found = Place::of(HEAD, &rows).matched(&[]);
    let (right, wrong) = found.pairs(&everybody);
    assert_eq!(wrong, 0, "strangers are glued together: {}", found.report);
    assert!(right >= 980, "{right} of 1,000 people are found: {}", found.report);
    found
}

fn names(found: &Found, value: &str, records: u64) {
    let placeholders = found.report["placeholders"].as_array().unwrap();
    let one = placeholders.iter().find(|one| {
        let digits = |text: &str| text.replace(['-', ' ', '+'], "");
        digits(one["value"].as_str().unwrap()).contains(&digits(value))
    });
    let one = one.unwrap_or_else(|| panic!("{value} is not named: {:?}", found.placeholders()));
    assert!(one["records"].as_u64().unwrap() >= records, "{one}");
}

#[test]
fn empty_fields_and_words_for_nothing_say_nothing() {
    const NOTHING: &[&str] = &["", "N/A", "n/a", "-", "unknown", "NULL", "none", "?", "."];
    with_strangers(600, |at, stranger| {
        let nothing = NOTHING[at % NOTHING.len()].to_owned();
        stranger.email.clone_from(&nothing);
        stranger.phone.clone_from(&nothing);
        stranger.born.clone_from(&nothing);
        stranger.street.clone_from(&nothing);
        stranger.city.clone_from(&nothing);
        stranger.postcode = nothing;
    });
}

#[test]
fn records_with_nothing_in_them_stay_alone() {
    let (mut rows, truth) = twice_each(&people(300, 33));
    rows.extend((0..500).map(|at| format!("x{at:03},,,,,,,,")));
    rows.extend((0..500).map(|at| format!("y{at:03},N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A")));
    let found = Place::of(HEAD, &rows).matched(&[]);
    let alone = found
        .cluster_of
        .iter()
        .filter(|(record, cluster)| record.starts_with(['x', 'y']) && record == cluster);
    assert_eq!(alone.count(), 1_000);
    assert!(found.pairs(&truth).0 >= 294);
}

#[test]
fn an_address_for_tests_glues_nobody_and_is_named() {
    let found = with_strangers(500, |_, stranger| stranger.email = "test@test.com".to_owned());
    names(&found, "test@test.com", 500);
}

#[test]
fn one_phone_for_a_whole_shop_glues_nobody_and_is_named() {
    let found = with_strangers(500, |_, stranger| stranger.phone = "020 7946 0000".to_owned());
    names(&found, "2079460000", 500);
}

#[test]
fn a_birth_date_that_a_form_fills_in_glues_nobody_and_is_named() {
    let found = with_strangers(500, |_, stranger| stranger.born = "1900-01-01".to_owned());
    names(&found, "1900-01-01", 500);
}

#[test]
fn everything_that_a_till_fills_in_at_once_glues_nobody() {
    let found = with_strangers(500, |_, stranger| {
        stranger.email = "noreply@example.com".to_owned();
        stranger.phone = "0000000000".to_owned();
        stranger.born = "1900-01-01".to_owned();
        (stranger.street, stranger.city) = ("1 Shop Street".to_owned(), "Leeds".to_owned());
        stranger.postcode = "00000".to_owned();
    });
    for value in ["noreply@example.com", "1900-01-01"] {
        names(&found, value, 500);
    }
}

#[test]
fn ten_thousand_at_one_address_glue_nobody_and_slow_nothing_down() {
    let found = with_strangers(10_000, |_, stranger| {
        (stranger.street, stranger.city) = ("1 Hospital Road".to_owned(), "Leeds".to_owned());
        stranger.postcode = "00501".to_owned();
    });
    let per_record = found.report["candidates_per_record"].as_f64().unwrap();
    // All pairs of the address would be five thousand a record.
    assert!(per_record < 60.0, "{per_record} candidates a record");
    assert!(found.count("keys_retired") > 0, "{}", found.report);
}

#[test]
fn one_given_name_and_one_town_for_everybody_glue_nobody() {
    with_strangers(800, |_, stranger| {
        (stranger.first, stranger.city) = ("Customer".to_owned(), "London".to_owned());
        (stranger.email, stranger.phone) = (String::new(), String::new());
    });
}

#[test]
fn a_family_at_one_address_with_one_phone_stays_four_people() {
    let (mut rows, truth) = twice_each(&people(1_000, 34));
    let mut everybody: BTreeMap<String, usize> = truth;
    for (at, family) in people(100, 35).iter().enumerate() {
        for (who, (first, year)) in
            [("Edward", 1955), ("Margaret", 1958), ("Joshua", 1985), ("Charlotte", 1990)]
                .into_iter()
                .enumerate()
        {
            let mut member = family.clone();
            let (month, day) = (1 + (at * 5 + who * 7) % 12, 1 + (at * 3 + who * 11) % 28);
            member.born = format!("{}-{month:02}-{day:02}", year + at % 9);
            member.first = first.to_owned();
            let id = format!("f{at:03}{who}");
            rows.push(member.row(&id));
            everybody.insert(id, 1_000 + at * 4 + who);
        }
    }
    let found = Place::of(HEAD, &rows).matched(&[]);
    assert_eq!(found.pairs(&everybody).1, 0, "{}", found.report);
}
