#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

fn address(street: &str, city: &str, postcode: &str) -> Value {
    Value::Address(Address {
        street: street.to_owned(),
        city: city.to_owned(),
        postcode: postcode.to_owned(),
        ..Address::default()
    })
}

fn phone(text: &str) -> Value {
    Value::Phone(text.to_owned())
}

/// Each part that differs, in brackets.
fn marked(parts: &[DiffPart]) -> String {
    let mark = |part: &DiffPart| {
        if part.is_same { part.text.clone() } else { format!("[{}]", part.text) }
    };
    parts.iter().map(mark).collect()
}

#[test]
fn what_is_written_otherwise_is_the_same() {
    let maya = address("Flat 3, 27 Cooper’s Wharf", "Bristol", "BS1 6ZZ");
    for (street, city, postcode) in [
        ("flat 3 27 coopers wharf", "BRISTOL", "bs16zz"),
        ("Apartment 3, 27, Cooper's Wharf", "Bristol", "BS1-6ZZ"),
        ("  FLAT 3 , 27 COOPER’S  WHARF ", "bristol", " BS1  6ZZ "),
    ] {
        assert!(is_same(&maya, &address(street, city, postcode)), "{street}");
    }
    let pairs = [
        ("14 Mill Street", "14 Mill St."),
        ("14 North Road", "14 N Rd"),
        ("Lange Straße 5", "Lange Strasse 5"),
        ("Hauptstraße 5", "Hauptstr. 5"),
    ];
    for (one, other) in pairs {
        assert!(is_same(&address(one, "X", "1"), &address(other, "x", "1")), "{one}: {other}");
    }
    for number in ["07700 900123", "+44 7700 900123", "0044 (0)7700-900123", "+44 (0) 7700 900123"]
    {
        assert!(is_same(&phone("+447700900123"), &phone(number)), "{number}");
    }
    let mail = |text: &str| Value::Email(text.to_owned());
    assert!(is_same(&mail("Maya.Okafor@example.com"), &mail(" maya.okafor@EXAMPLE.com")));
    let name = |text: &str| Value::Name(text.to_owned());
    assert!(is_same(&name("Zoë  Müller"), &name("zoe muller")));
}

#[test]
fn what_would_go_to_somebody_elses_door_is_not() {
    let maya = address("Flat 3, 27 Cooper’s Wharf", "Bristol", "BS1 6ZZ");
    for (street, city, postcode) in [
        ("Flat 8, 27 Cooper’s Wharf", "Bristol", "BS1 6ZZ"),
        ("Flat 27, 3 Cooper’s Wharf", "Bristol", "BS1 6ZZ"),
        ("27 Cooper’s Wharf", "Bristol", "BS1 6ZZ"),
        ("Flat 3, 27 Cooper’s Wharf", "Bath", "BS1 6ZZ"),
        ("Flat 3, 27 Cooper’s Wharf", "Bristol", "BS1 6ZX"),
        ("Flat 3, 27 Cooper’s Wharf", "Bristol", ""),
        ("Flat 3, 27 Cooper’s Court", "Bristol", "BS1 6ZZ"),
        ("", "", ""),
    ] {
        assert!(!is_same(&maya, &address(street, city, postcode)), "{street}, {city} {postcode}");
    }
    let numbers = ["07700 900124", "+49 7700 9001235", "900123", "", "+1 7700 900124"];
    for number in numbers {
        assert!(!is_same(&phone("+44 7700 900123"), &phone(number)), "{number}");
    }
    assert!(!is_same(&phone("+44 7700 900123"), &phone("+43 7700 900123")));
    assert!(!is_same(&phone(""), &phone("")), "nothing proves nothing");
    assert!(!is_same(&address("", "", ""), &address("", "", "")));
    assert!(!is_same(&Value::Name(String::new()), &Value::Name(String::new())));
    assert!(!is_same(&maya, &Value::Nothing));
    assert!(is_same(&Value::Nothing, &Value::Nothing), "nothing is what an erasure leaves");
}

#[test]
fn a_country_that_the_label_leaves_out_is_no_difference_and_another_country_is() {
    let of = |country: &str| {
        let street = "14 Mill Row".to_owned();
        let (city, country) = ("Leeds".to_owned(), country.to_owned());
        Value::Address(Address { street, city, country, ..Address::default() })
    };
    assert!(is_same(&of("GB"), &of("")));
    assert!(!is_same(&of("GB"), &of("US")));
    for written in ["gb", "GBR", "UK", "United Kingdom", "Great Britain", "GB "] {
        assert!(is_same(&of("GB"), &of(written)), "{written}");
    }
    for (one, other) in [("DE", "Germany"), ("The Netherlands", "NL"), ("US", "United States")] {
        assert!(is_same(&of(one), &of(other)), "{one}: {other}");
    }
    for (one, other) in [("AT", "Australia"), ("Austria", "AU"), ("GB", "Nowhere"), ("NG", "NE")] {
        assert!(!is_same(&of(one), &of(other)), "{one}: {other}");
    }
}

#[test]
fn the_difference_is_marked_to_the_character() {
    let given = address("Flat 3, 27 Cooper’s Wharf", "Bristol", "BS1 6ZZ");
    let held = address("Flat 8, 27 Cooper’s Wharf", "Bristol", "BS1 6ZZ");
    let [given, held] = diff(&given, &held);
    assert_eq!(marked(&given), "Flat [3], 27 Cooper’s Wharf, Bristol BS1 6ZZ");
    assert_eq!(marked(&held), "Flat [8], 27 Cooper’s Wharf, Bristol BS1 6ZZ");
    let flat = |street: &str, country: &str| {
        let (street, country) = (street.to_owned(), country.to_owned());
        Value::Address(Address { street, country, ..Address::default() })
    };
    let [given, held] =
        diff(&flat("Flat 3, Cooper’s Wharf", "GB"), &flat("Flat 8, Cooper's Wharf", ""));
    assert_eq!(marked(&given), "Flat [3], Cooper’s Wharf", "only what is a difference");
    assert_eq!(marked(&held), "Flat [8], Cooper's Wharf");
    let [given, held] = diff(&flat("1 Quay", "GB"), &flat("1 Quay", "US"));
    assert_eq!((marked(&given), marked(&held)), ("1 Quay, [GB]".into(), "1 Quay, [US]".into()));
    let [given, held] = diff(&phone("07700 900123"), &Value::Nothing);
    assert_eq!((marked(&given), marked(&held)), ("[07700 900123]".to_owned(), String::new()));
    let [one, other] = diff(&Value::Name("MAYA".into()), &Value::Name("Mya".into()));
    assert_eq!((marked(&one), marked(&other)), ("M[A]YA".to_owned(), "Mya".to_owned()));
}

proptest! {
    #[test]
    fn both_lines_of_a_difference_are_whole_and_share_what_is_the_same(
        one in "[a-cA-C 0-2,’]{0,30}", other in "[a-cA-C 0-2,’]{0,30}",
    ) {
        let (given, held) = (Value::Name(one), Value::Name(other));
        let [first, second] = diff(&given, &held);
        let whole = |parts: &[DiffPart]| -> String {
            parts.iter().map(|part| part.text.as_str()).collect()
        };
        prop_assert_eq!(whole(&first), given.line());
        prop_assert_eq!(whole(&second), held.line());
        let shared = |parts: &[DiffPart]| -> String {
            let same = parts.iter().filter(|part| part.is_same);
            same.map(|part| part.text.to_lowercase()).collect()
        };
        prop_assert_eq!(shared(&first), shared(&second));
    }

    #[test]
    fn how_it_is_written_changes_nothing_and_what_it_says_everything(
        flat in 1..99u32, house in 1..99u32, other in 1..99u32, is_loud in any::<bool>(),
    ) {
        let given = address(&format!("Flat {flat}, {house} Mill Street"), "Leeds", "LS2 7AA");
        let written = format!("Apt. {flat} {house}  Mill St");
        let written = if is_loud { written.to_uppercase() } else { written };
        prop_assert!(is_same(&given, &address(&written, "leeds", "ls27aa")));
        let elsewhere = address(&format!("Flat {other}, {house} Mill Street"), "Leeds", "LS2 7AA");
        prop_assert_eq!(is_same(&given, &elsewhere), flat == other);
        let swapped = address(&format!("Flat {house}, {flat} Mill Street"), "Leeds", "LS2 7AA");
        prop_assert_eq!(is_same(&given, &swapped), flat == house);
    }
}
