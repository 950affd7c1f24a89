//! Files as companies have them, and files that nobody can read.

use std::io::Write;

use crate::{
    support::stderr,
    world::{HEAD, Place, clusters, people, run_files, twice_each},
};

fn packed(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn packed_files_and_other_separators_give_the_same() {
    let (rows, _) = twice_each(&people(150, 21));
    let text = format!("{HEAD}\n{}\n", rows.join("\n"));
    let expected = Place::of(HEAD, &rows).matched(&[]).text;
    for (name, bytes) in [
        ("records.csv.gz", packed(&text)),
        ("tabs.csv", text.replace(',', "\t").into_bytes()),
        ("windows.csv", format!("\u{feff}{}", text.replace('\n', "\r\n")).into_bytes()),
    ] {
        let mut place = Place::new();
        place.add(name, bytes);
        assert_eq!(place.matched(&[]).text, expected, "{name}");
    }
}

#[test]
fn latin_1_and_letters_that_are_none_are_read_as_intake_reads_them() {
    let mut place = Place::new();
    let rows = "u1,Zoë,Grünbaum,1980-02-03,+44 20 7946 0011\n";
    place.add("utf8.csv", format!("record_id,first_name,last_name,dob,phone\n{rows}"));
    let head = b"record_id,first_name,last_name,dob,phone\n".as_slice();
    let latin = [head, b"l1,Zo\xeb,Gr\xfcnbaum,1980-02-03,+44 20 7946 0011\n"].concat();
    place.add("latin1.csv", latin);
    let broken = [head, "b1,Zoë,Ok,1951-01-02,\nb2,A".as_bytes(), b"\xff\xfe\n,Who,,\n"].concat();
    let found = place.matched(&[]);
    assert!(found.are_one("u1", "l1"), "{}", found.text);
    place.add("broken.csv", broken);
    // The broken letters end up in a row that has too few values, and that is said.
    let said = place.refused(&[]);
    assert!(said.contains("broken.csv, line 3"), "{said}");
}

#[test]
fn a_row_of_the_wrong_width_is_named_and_nothing_is_written() {
    for (rows, line) in [
        ("1,Adams,020 1\n2,Baker\n", "line 3: the row has 2 values for 3 columns"),
        ("1,Adams,020 1,more\n", "line 2: the row has 4 values for 3 columns"),
        ("1,Adams,020 1\n2,\"Baker,020 2\n", "line 3: a quotation mark opens"),
        ("1,Adams,020 1\n,Baker,020 2\n", "line 3: the record has no record_id"),
    ] {
        let mut place = Place::new();
        place.add("ragged.csv", format!("record_id,surname,phone\n{rows}"));
        let said = place.refused(&[]);
        assert!(said.contains("ragged.csv") && said.contains(line), "{said}");
    }
}

#[test]
fn huge_values_are_matched_or_refused_by_name() {
    let mut place = Place::new();
    let long = "a".repeat(900_000);
    let rows: Vec<String> = (0..6).map(|at| format!("h{at},{long}{at},street {long}")).collect();
    place.add("long.csv", format!("record_id,surname,street\n{}\n", rows.join("\n")));
    assert_eq!(place.matched(&[]).count("records"), 6);
    place.add("huge.csv", format!("record_id,surname\nh9,{}\n", "b".repeat(1 << 21)));
    let said = place.refused(&[]);
    assert!(said.contains("huge.csv, line 2") && said.contains("longer than 1 MiB"), "{said}");
}

#[test]
fn an_empty_file_is_an_error_and_one_without_records_is_not() {
    let mut place = Place::new();
    place.add("empty.csv", "");
    assert!(place.refused(&[]).contains("empty.csv: it is empty"));
    let mut place = Place::new();
    place.add("heads.csv", "record_id,surname,phone\n");
    let found = place.matched(&[]);
    assert_eq!(found.text, "record_id,cluster_id\n");
    assert_eq!(found.count("records"), 0);
    place.add("one.csv", "record_id,surname,phone\n7,Adams,020 7946 0000\n");
    assert_eq!(place.matched(&[]).text, "record_id,cluster_id\n7,7\n");
}

#[test]
fn an_id_that_comes_twice_is_an_error_that_names_both_places() {
    let (rows, _) = twice_each(&people(20, 22));
    let place = Place::of(HEAD, &rows);
    let file = place.path("records.csv");
    let output = run_files(&[file.clone(), file], &place.out(), &[]);
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    assert!(said.contains("records.csv, line 2: the record_id p00000a was there before"), "{said}");
    assert!(!place.out().exists());
}

#[test]
fn a_file_that_is_missing_or_cut_is_named() {
    let mut place = Place::new();
    let output = run_files(&[place.path("gone.csv")], &place.out(), &[]);
    assert!(stderr(&output).contains("there is no file"));
    let (rows, _) = twice_each(&people(400, 23));
    let whole = packed(&format!("{HEAD}\n{}\n", rows.join("\n")));
    place.add("cut.csv.gz", &whole[..whole.len() / 2]);
    let said = place.refused(&[]);
    assert!(said.contains("could not read") && said.contains("cut.csv.gz"), "{said}");
}

#[test]
fn ids_with_commas_and_quotation_marks_come_back_as_they_were() {
    let mut place = Place::new();
    place.add("odd.csv", "record_id,surname\n\"a,1\",Adams\n\"b\"\"2\",Baker\n");
    let found = place.matched(&[]);
    assert_eq!(found.text, "record_id,cluster_id\n\"a,1\",\"a,1\"\n\"b\"\"2\",\"b\"\"2\"\n");
    assert_eq!(clusters("record_id,cluster_id\na,a\n").len(), 1);
}
