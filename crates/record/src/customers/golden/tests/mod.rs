//! The golden record: its rules as tables, and stories through the front door.

#![allow(clippy::unwrap_used)]

mod stories;

use handfast_kit::{Id, OrganisationId, TimeMs, Uuid};

use super::{Chosen, Statement, Statements, Trusted, Value, Why, choose, is_same};
use crate::{
    customers::{Details, Record},
    sharing::Who,
    touches::Field,
};

const DAY: i64 = TimeMs::DAY;

fn organisation(number: u128) -> OrganisationId {
    OrganisationId::from_uuid(Uuid::from_u128(number))
}

/// The brand is 1, of the partners 2 has an agreement, and 3 has none.
fn trusted() -> Trusted {
    Trusted { brand: Some(organisation(1)), agreed: vec![organisation(2)] }
}

/// Record `id` of an organisation that says this at one moment.
fn record(id: u128, of: u128, at: i64, details: Details) -> Record {
    Record {
        id: Id::from_uuid(Uuid::from_u128(id)),
        customer: Id::from_uuid(Uuid::from_u128(99)),
        organisation: organisation(of),
        by: Who::Named(organisation(of)),
        external_ref: id.to_string(),
        details,
        since: TimeMs(at),
        updated: TimeMs(at),
        version: 1,
        statements: Statements::all_at(TimeMs(at)),
    }
}

fn phone(number: &str) -> Details {
    Details { phone: number.to_owned(), ..Details::default() }
}

fn name(whole: &str, given: &str, family: &str) -> Details {
    Details {
        name: whole.to_owned(),
        given_name: given.to_owned(),
        family_name: family.to_owned(),
        ..Details::default()
    }
}

fn address(street: &str, postcode: &str, city: &str) -> Details {
    Details {
        street: street.to_owned(),
        postcode: postcode.to_owned(),
        city: city.to_owned(),
        ..Details::default()
    }
}

/// What is chosen, the same in every order of the records.
fn chosen(records: &[Record]) -> Chosen {
    let chosen = choose(records, &trusted());
    let mut records = records.to_vec();
    for _ in 0..records.len() {
        records.rotate_left(1);
        assert_eq!(choose(&records, &trusted()), chosen, "the order of records decides nothing");
    }
    records.reverse();
    assert_eq!(choose(&records, &trusted()), chosen, "the order of records decides nothing");
    chosen
}

fn stands(value: Option<&Value>) -> (&str, Why) {
    value.map_or(("", Why::Alone), |value| (value.text.as_str(), value.why))
}

/// Whose, what, on which day, and whether the customer confirmed it.
type Saying = (u128, &'static str, i64, bool);

#[test]
fn confirmed_comes_before_recent_recent_before_trusted_and_trusted_before_complete() {
    // Each time the first is to stand: who says what on which day, and whether it was confirmed.
    let cases: [(Why, [Saying; 2]); 8] = [
        (Why::Confirmed, [(3, "111111111", 1, true), (1, "222222222", 5, false)]),
        (Why::Latest, [(3, "111111111", 6, true), (1, "222222222", 5, true)]),
        (Why::Latest, [(3, "111111111", 2, false), (1, "+44 222222222", 1, false)]),
        (Why::Trusted, [(1, "111111111", 1, false), (2, "+44 222222222", 1, false)]),
        (Why::Trusted, [(2, "111111111", 1, false), (3, "+44 222222222", 1, false)]),
        (Why::Trusted, [(1, "111111111", 1, false), (3, "222222222", 1, false)]),
        (Why::Complete, [(3, "+44 111111111", 1, false), (4, "222222222", 1, false)]),
        (Why::First, [(3, "111111111", 1, false), (4, "222222222", 1, false)]),
    ];
    for (why, sayings) in cases {
        let of = |(at, (who, number, day, confirmed)): (usize, &Saying)| {
            let mut record = record(at as u128 + 1, *who, day * DAY, phone(number));
            record.statements.phone.confirmed = confirmed.then(|| TimeMs(day * DAY));
            record
        };
        let records: Vec<Record> = sayings.iter().enumerate().map(of).collect();
        let chosen = chosen(&records);
        let value = chosen.phone.as_ref().unwrap();
        assert_eq!((value.text.as_str(), value.why), (sayings[0].1, why), "{sayings:?}");
        assert_eq!(value.others[0].text(), sayings[1].1);
        assert_eq!(value.others[0].source.record, records[1].id);
    }
}

#[test]
fn the_hour_of_a_day_decides_nothing_and_midnight_does() {
    let brand = record(1, 1, 10 * DAY, phone("111111111"));
    let same_day = record(2, 2, 11 * DAY - 1, phone("222222222"));
    assert_eq!(
        stands(chosen(&[brand.clone(), same_day]).phone.as_ref()),
        ("111111111", Why::Trusted)
    );
    let next_day = record(2, 2, 11 * DAY, phone("222222222"));
    assert_eq!(stands(chosen(&[brand, next_day]).phone.as_ref()), ("222222222", Why::Latest));
}

#[test]
fn a_whole_name_stands_before_a_part_said_on_the_same_day() {
    let parts = record(2, 3, 0, name("Maya Okafor", "Maya", "Okafor"));
    let whole = record(1, 4, 0, name("M Okafor", "", ""));
    let one = record(3, 5, 0, name("Okafor", "", ""));
    let chosen = chosen(&[whole, parts, one]);
    assert_eq!(stands(chosen.name.as_ref()), ("Maya Okafor", Why::Complete));
    assert_eq!(chosen.name.unwrap().others.len(), 2, "an initial and half a name are told");
}

#[test]
fn what_is_only_written_in_another_way_is_no_conflict() {
    let same = [
        (Field::Phone, phone("+44 7700 900123"), phone("07700 900 123")),
        (Field::Phone, phone("(07700) 900-123"), phone("00447700900123")),
        (Field::Name, name("Maya Okafor", "", ""), name("OKAFOR, Máya", "", "")),
        (
            Field::Address,
            address("27 Cooper’s Street", "BS1 6ZZ", "Bristol"),
            address("27, coopers St.", "bs16zz", "BRISTOL"),
        ),
        (
            Field::Address,
            address("9 Mill Road, Leeds", "LS1 4AB", ""),
            address("9 Mill Rd", "LS1 4AB", "Leeds"),
        ),
    ];
    for (field, one, other) in same {
        assert!(is_same(field, &one, &other), "{one:?} {other:?}");
        let chosen = chosen(&[record(1, 1, 0, one), record(2, 2, DAY, other)]);
        let value = chosen.of(field).unwrap();
        assert!(value.others.is_empty() && value.why == Why::Alone, "{value:?}");
    }
    let different = [
        (Field::Phone, phone("07700 900123"), phone("07700 900999")),
        (Field::Name, name("Maya Okafor", "", ""), name("Mya Okafor", "", "")),
        (
            Field::Address,
            address("Flat 3, 2 Mill Row", "", ""),
            address("Flat 8, 2 Mill Row", "", ""),
        ),
    ];
    for (field, one, other) in different {
        assert!(!is_same(field, &one, &other));
        let chosen = chosen(&[record(1, 1, 0, one), record(2, 2, DAY, other)]);
        assert_eq!(chosen.of(field).unwrap().others.len(), 1);
    }
}

#[test]
fn what_differs_is_marked_and_the_rest_is_not() {
    let marked = |field: Field, stands: Details, other: Details| -> String {
        let chosen = chosen(&[record(1, 1, 0, other), record(2, 2, DAY, stands)]);
        let parts = &chosen.of(field).unwrap().others[0].parts;
        parts.iter().fold(String::new(), |text, part| {
            if part.differs { format!("{text}[{}]", part.text) } else { text + &part.text }
        })
    };
    let flat = |number: &str| address(&format!("Flat {number}, 2 Mill Row"), "BS1 6ZZ", "Bristol");
    assert_eq!(
        marked(Field::Address, flat("3"), flat("8")),
        "Flat [8], 2 Mill Row, BS1 6ZZ Bristol"
    );
    assert_eq!(
        marked(Field::Phone, phone("+44 7700 900123"), phone("07700 900999")),
        "07700 [900999]"
    );
    let said = name("Maya Okafor", "", "");
    assert_eq!(marked(Field::Name, said, name("Okafor, Mya", "", "")), "Okafor, [Mya]");
    let mail = |address: &str| Details { email: address.to_owned(), ..Details::default() };
    let (said, other) = (mail("maya@example.com"), mail("m.okafor@example.com"));
    assert_eq!(marked(Field::Email, said, other), "[m.okafor]@example.com");
}

#[test]
fn a_town_alone_takes_nothing_away_from_a_whole_address() {
    let whole = record(1, 1, 0, address("4 Mill Row", "LS1 4AB", "Leeds"));
    let town = record(2, 2, 3 * DAY, address("", "", "LEEDS"));
    let both = chosen(&[whole.clone(), town.clone()]);
    let value = both.address.unwrap();
    assert_eq!((value.text.as_str(), value.source.record), ("4 Mill Row, LS1 4AB Leeds", whole.id));
    assert!(value.others.is_empty());

    // Said last is Leeds: so the address there stands, and not the one said in between.
    let moved = record(3, 2, 2 * DAY, address("9 Low Road", "YO1 7HH", "York"));
    let all = chosen(&[whole.clone(), moved.clone(), town.clone()]);
    assert_eq!(stands(all.address.as_ref()), ("4 Mill Row, LS1 4AB Leeds", Why::Fuller));
    assert_eq!(stands(all.place.as_ref()).0, "Leeds");
    assert_eq!(all.address.unwrap().others[0].source.record, moved.id);

    // Another town does take it away, and so does what the customer confirmed.
    let york = record(4, 2, 3 * DAY, address("", "", "York"));
    let left = chosen(&[whole.clone(), york]);
    assert_eq!(stands(left.address.as_ref()), ("York", Why::Latest));
    let mut confirmed = town;
    confirmed.statements.address.confirmed = Some(TimeMs(3 * DAY));
    let confirmed = chosen(&[whole, confirmed]);
    assert_eq!(stands(confirmed.address.as_ref()), ("LEEDS", Why::Confirmed));
}

#[test]
fn town_and_region_are_those_of_the_address_that_stands() {
    let whole = record(1, 1, DAY, address("4 Mill Row", "", ""));
    let town = record(2, 2, 0, address("", "", "York"));
    let chosen = chosen(&[whole, town]);
    assert_eq!(stands(chosen.address.as_ref()), ("4 Mill Row", Why::Latest));
    assert_eq!(stands(chosen.place.as_ref()), ("York", Why::Alone), "nobody names another");
}

#[test]
fn each_other_value_is_told_once_the_next_best_first() {
    let records = [
        record(1, 1, 9 * DAY, phone("111111111")),
        record(2, 2, 5 * DAY, phone("222 222 222")),
        record(3, 3, 7 * DAY, phone("222222222")),
        record(4, 3, 6 * DAY, phone("333333333")),
    ];
    let value = chosen(&records).phone.unwrap();
    let told: Vec<_> = value.others.iter().map(|other| other.source.record).collect();
    assert_eq!(told, [records[2].id, records[3].id]);

    let many = (1..60).map(|n| record(n, 2, 0, phone(&format!("{n:09}"))));
    let value = chosen(&many.collect::<Vec<_>>()).phone.unwrap();
    assert_eq!(value.others.len(), super::OTHERS_MAX);
}

#[test]
fn nobody_says_nothing_and_one_alone_stands_alone() {
    assert_eq!(chosen(&[]), Chosen::default());
    let one = record(1, 3, 0, phone("111111111"));
    let chosen = chosen(&[one]);
    assert_eq!(stands(chosen.phone.as_ref()), ("111111111", Why::Alone));
    assert!(chosen.name.is_none() && chosen.address.is_none() && chosen.place.is_none());
}

#[test]
fn a_value_keeps_its_moment_while_it_says_the_same() {
    let at = |at: i64| Statement { said: TimeMs(at), confirmed: Some(TimeMs(at)) };
    let held = Statements { phone: at(5), email: at(6), ..Statements::all_at(TimeMs(1)) };
    let before = phone("07700 900123");
    let restated =
        |after: Details| crate::customers::rules::restated(&held, (&before, &after), TimeMs(9));
    assert_eq!(restated(phone("+44 7700 900123")), held);
    let changed = restated(phone("07700 900999"));
    assert_eq!(changed.phone, Statement { said: TimeMs(9), confirmed: None });
    assert_eq!((changed.email, changed.address), (held.email, held.address));
}
