#![allow(clippy::unwrap_used)]

use super::*;
use crate::Field;

fn headers(names: &str) -> Vec<String> {
    names.split(',').map(str::to_owned).collect()
}

/// The schema of files with these headers, each column as `name kind`.
fn schema(files: &[&str]) -> Vec<String> {
    let mut columns = Columns::new(Map::default());
    for file in files {
        columns.add(&headers(file)).unwrap();
    }
    let schema = columns.finish().unwrap();
    schema.columns.iter().map(|column| format!("{} {:?}", column.name, column.field)).collect()
}

fn map(pairs: &[(&str, &str)]) -> Result<Map, ColumnsError> {
    let json: serde_json::Map<_, _> =
        pairs.iter().map(|(held, column)| ((*held).to_owned(), (*column).into())).collect();
    serde_json::from_value(json.into()).map_err(|error| ColumnsError(error.to_string()))
}

#[test]
fn the_sets_that_are_measured_are_recognised() {
    let historical = "record_id,true_id,full_name,first_and_surname,first_name,surname,dob,\
                      birth_place,postcode_fake,gender,occupation";
    assert_eq!(
        schema(&[historical]),
        [
            "full_name FullName",
            "first_and_surname FullName",
            "first_name GivenName",
            "surname FamilyName",
            "dob BirthDate",
            "birth_place Category",
            "postcode_fake Postcode",
            "gender Category",
            "occupation Category"
        ]
    );
    let febrl = "record_id,true_id,given_name,surname,street_number,address_1,address_2,suburb,\
                 postcode,state,date_of_birth,soc_sec_id";
    assert_eq!(
        schema(&[febrl, febrl]),
        [
            "given_name GivenName",
            "surname FamilyName",
            "street_number HouseNumber",
            "address_1 Street",
            "address_2 Street",
            "suburb City",
            "postcode Postcode",
            "state Region",
            "date_of_birth BirthDate",
            "soc_sec_id Identifier"
        ]
    );
    let mut columns = Columns::new(Map::default());
    let customers = "record_id,true_id,partner,first_name,middle_name,last_name,dob,email,phone,\
                     street,city,postcode,received_at";
    let file = columns.add(&headers(customers)).unwrap();
    assert_eq!(file.record_id, 0);
    assert_eq!(file.ignored, ["true_id", "partner", "received_at"]);
    assert!(!file.places.contains(&Some(1)), "the truth is never read");
}

#[test]
fn names_are_compared_without_case_blanks_and_signs() {
    for name in ["First Name", "firstName", "FIRST-NAME", "first_name", " First  name "] {
        let file = format!("Record ID,{name}");
        assert_eq!(schema(&[&file]), [format!("{name} GivenName")]);
    }
    assert_eq!(schema(&["record_id,E-Mail Address 2"]), ["E-Mail Address 2 Email"]);
    assert_eq!(schema(&["record_id,Prénom"]), ["Prénom GivenName"]);
}

#[test]
fn files_with_other_names_for_the_same_share_their_columns() {
    let files = ["record_id,surname,mobile,phone,ssn", "phone,last_name,record_id,passport,sex"];
    assert_eq!(
        schema(&files),
        [
            "surname FamilyName",
            "mobile Phone",
            "phone Phone",
            "ssn Identifier",
            "passport Identifier",
            "sex Category"
        ]
    );
    let mut columns = Columns::new(Map::default());
    columns.add(&headers(files[0])).unwrap();
    let second = columns.add(&headers(files[1])).unwrap();
    // The phone goes to the phone, not to the mobile that stands before it.
    assert_eq!(second.places, [Some(1), None, Some(0), None, Some(3), Some(4)]);
    let gender = columns.add(&headers("record_id,gender,surname")).unwrap();
    assert_eq!(gender.places[5], Some(1), "gender and sex are one topic");
}

#[test]
fn a_map_outranks_the_usual_names() {
    let map = map(&[
        ("record_id", "Nr."),
        ("surname", "Rufname"),
        ("ignore", "phone"),
        ("identifier", "Kundennummer"),
    ]);
    let mut columns = Columns::new(map.unwrap());
    let file = columns.add(&headers("Nr.,Rufname,phone,Kundennummer,Telefon")).unwrap();
    assert_eq!((file.record_id, file.ignored), (0, vec!["phone".to_owned()]));
    let fields: Vec<Field> = columns.finish().unwrap().columns.iter().map(|c| c.field).collect();
    assert_eq!(fields, [Field::FamilyName, Field::Identifier, Field::Phone]);
}

#[test]
fn a_map_that_cannot_be_meant_is_refused_with_what_to_do() {
    for (pairs, said) in [
        (&[("identifier", "true_id")][..], "never read"),
        (&[("shoe_size", "Size")][..], "Use one of: record_id"),
        (&[("phone", "A"), ("email", "A")][..], "twice"),
    ] {
        let error = map(pairs).unwrap_err();
        assert!(error.0.contains(said), "{error}");
    }
    let mut columns = Columns::new(map(&[("phone", "Handi")]).unwrap());
    columns.add(&headers("record_id,Handy")).unwrap();
    assert!(columns.finish().unwrap_err().0.contains("\"Handi\", which no file has"));
}

#[test]
fn a_file_without_an_id_or_without_anything_to_compare_is_refused_with_what_to_do() {
    for (names, said) in [
        ("first_name,surname", "rename the column that has it to record_id"),
        ("record_id,rec_id,surname", "both \"record_id\" and \"rec_id\""),
        ("record_id,true_id,colour", "nothing to compare: record_id, true_id, colour"),
    ] {
        let error = Columns::new(Map::default()).add(&headers(names)).unwrap_err();
        assert!(error.0.contains(said), "{error}");
    }
    assert!(Columns::new(Map::default()).add(&[]).unwrap_err().0.contains("it is empty"));
    let many: Vec<String> = (0..80).map(|number| format!("phone {number}")).collect();
    let many = headers(&format!("record_id,{}", many.join(",")));
    assert!(Columns::new(Map::default()).add(&many).unwrap_err().0.contains("more than 64"));
}

#[test]
fn a_model_takes_what_it_knows_and_ignores_the_rest() {
    let mut columns = Columns::new(Map::default());
    columns.add(&headers("record_id,surname,phone,ssn,sex")).unwrap();
    let schema = columns.finish().unwrap();
    let mut columns = Columns::of_model(Map::default(), schema.clone());
    let file = columns.add(&headers("record_id,email,gender,mobile,last_name,passport")).unwrap();
    assert_eq!(file.places, [Some(4), Some(3), None, Some(2)]);
    assert_eq!(file.ignored, ["email", "passport"]);
    assert_eq!(columns.finish().unwrap(), schema);
}
