//! What a run says, writes and keeps.

use std::{collections::BTreeMap, fs};

use crate::{
    support::stderr,
    world::{Dice, HEAD, Place, people, twice_each},
};

#[test]
fn people_are_found_and_a_reader_is_told_what_was_done() {
    let (rows, truth) = twice_each(&people(300, 1));
    let place = Place::of(HEAD, &rows);
    let found = place.matched(&[]);
    let (right, wrong) = found.pairs(&truth);
    assert!(right >= 294, "{right} of 300 people are found");
    assert_eq!(wrong, 0, "nobody is glued to another");
    assert_eq!(found.count("records"), 600);
    assert_eq!(found.count("clusters"), (600 - right) as u64);
    let output = place.run(&[]);
    let said = String::from_utf8(output.stdout).unwrap();
    for words in
        ["600 records are", "Compared by    first_name, last_name", "a record;", "--explain"]
    {
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn clusters_stand_in_the_order_of_the_records_under_their_smallest_id() {
    let (mut rows, _) = twice_each(&people(120, 2));
    rows.reverse();
    let found = Place::of(HEAD, &rows).matched(&[]);
    let order: Vec<&str> =
        found.text.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    let expected: Vec<&str> = rows.iter().map(|row| row.split(',').next().unwrap()).collect();
    assert_eq!(order, expected);
    let mut smallest: BTreeMap<&str, &str> = BTreeMap::new();
    // The records of a map come sorted, so the first one of a cluster is its smallest.
    for (record, cluster) in &found.cluster_of {
        smallest.entry(cluster).or_insert(record);
    }
    assert!(smallest.iter().all(|(cluster, record)| cluster == record));
}

#[test]
fn the_order_of_records_and_of_files_changes_nothing() {
    let (mut rows, _) = twice_each(&people(300, 3));
    let expected = Place::of(HEAD, &rows).matched(&[]).cluster_of;
    let mut dice = Dice::new(7);
    for at in (1..rows.len()).rev() {
        rows.swap(at, dice.roll(at + 1));
    }
    assert_eq!(Place::of(HEAD, &rows).matched(&[]).cluster_of, expected);
    let mut place = Place::new();
    for (name, part) in [("a.csv", &rows[400..]), ("b.csv", &rows[..400])] {
        place.add(name, format!("{HEAD}\n{}\n", part.join("\n")));
    }
    assert_eq!(place.matched(&[]).cluster_of, expected);
}

#[test]
fn who_is_who_is_never_read() {
    let (rows, truth) = twice_each(&people(200, 4));
    let expected = Place::of(HEAD, &rows).matched(&[]);
    let with = |name: fn(usize) -> String| {
        let told = |row: &String| {
            let (id, rest) = row.split_once(',').unwrap();
            format!("{id},{},{rest}", name(truth[id]))
        };
        let head = HEAD.replace("record_id", "record_id,true_id");
        Place::of(&head, &rows.iter().map(told).collect::<Vec<_>>()).matched(&[])
    };
    for found in [with(|person| format!("e{person}")), with(|person| format!("e{}", person % 2))] {
        assert_eq!(found.text, expected.text);
        assert_eq!(found.report["ignored"][0]["columns"], serde_json::json!(["true_id"]));
    }
}

#[test]
fn every_link_is_explained_by_weights_that_add_up() {
    let (rows, truth) = twice_each(&people(300, 5));
    let place = Place::of(HEAD, &rows);
    let links = place.path("links.csv");
    let found = place.matched(&["--explain", links.to_str().unwrap()]);
    let text = fs::read_to_string(links).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("record_id_a,record_id_b,verdict,weight_bits,probability,why"));
    let mut linked = 0;
    for line in lines {
        // The reasons may be in quotation marks; nothing before them is.
        let cells: Vec<&str> = line.splitn(6, ',').collect();
        let [a, b, verdict, weight, probability, why] = cells[..] else { panic!("{line}") };
        assert_eq!(verdict == "linked", found.are_one(a, b), "{line}");
        let (weight, probability): (f64, f64) =
            (weight.parse().unwrap(), probability.parse().unwrap());
        assert!((probability - 1.0 / (1.0 + (-weight).exp2())).abs() < 1e-3, "{line}");
        let reasons = why.trim_matches('"').split("; ").map(|reason| {
            let (words, bits) = reason.rsplit_once(' ').unwrap();
            assert!(!words.is_empty() && bits.starts_with(['+', '-']), "{reason}");
            bits.parse::<f64>().unwrap()
        });
        assert!((reasons.sum::<f64>() - weight).abs() < 0.1, "{line}");
        linked += usize::from(verdict == "linked");
    }
    let (right, _) = found.pairs(&truth);
    assert!(linked >= right, "a cluster of two has its one link: {linked} for {right}");
}

#[test]
fn a_kept_model_gives_the_same_clusters_and_is_used_as_it_is() {
    let (rows, _) = twice_each(&people(300, 6));
    let place = Place::of(HEAD, &rows);
    let model = place.path("model.json");
    let model = model.to_str().unwrap();
    let expected = place.matched(&["--save-model", model]);
    let kept = fs::read_to_string(model).unwrap();
    let again = place.path("again.json");
    let again = again.to_str().unwrap();
    let found = place.matched(&["--model", model, "--save-model", again]);
    assert_eq!(found.text, expected.text);
    assert_eq!(fs::read_to_string(again).unwrap(), kept, "a model that is given is not fitted");
}

#[test]
fn one_more_record_changes_no_cluster_that_it_does_not_join() {
    let (mut rows, _) = twice_each(&people(300, 8));
    let before = Place::of(HEAD, &rows).matched(&[]).cluster_of;
    let stranger = &people(301, 8)[300];
    rows.push(stranger.row("zz-new"));
    let mut after = Place::of(HEAD, &rows).matched(&[]).cluster_of;
    assert_eq!(after.remove("zz-new"), Some("zz-new".to_owned()));
    assert_eq!(after, before);
}

#[test]
fn columns_without_a_usual_name_are_mapped() {
    let (rows, truth) = twice_each(&people(150, 9));
    let head = "Nr,Ruf,Zu,Tag,Netz,Draht,Weg,Platz,Zahl";
    let place = Place::of(head, &rows);
    let map = place.path("map.toml");
    let map = map.to_str().unwrap();
    assert!(place.refused(&[]).contains("rename the column that has it to record_id"));
    let text = "record_id = \"Nr\"\ngiven_name = \"Ruf\"\nfamily_name = \"Zu\"\n\
                birth_date = \"Tag\"\nemail = \"Netz\"\nphone = [\"Draht\"]\nstreet = \"Weg\"\n\
                city = \"Platz\"\npostcode = \"Zahl\"\n";
    fs::write(map, text).unwrap();
    let found = place.matched(&["--columns", map]);
    let usual = Place::of(HEAD, &rows).matched(&[]);
    assert_eq!(found.text, usual.text, "the names of columns decide nothing else");
    assert!(found.pairs(&truth).0 >= 145);
    fs::write(map, format!("{text}fax = \"Bild\"\n")).unwrap();
    assert!(place.refused(&["--columns", map]).contains("\"Bild\" holds \"fax\""));
}

#[test]
fn files_with_other_columns_are_matched_together() {
    let people = people(200, 10);
    let mut place = Place::new();
    let shop = |at: usize| {
        let one = &people[at];
        format!("s{at},{},{},{}", one.last, one.first, one.phone.replace(' ', ""))
    };
    let magazine = |at: usize| {
        let one = &people[at];
        let phone = one.phone.replace("+44 ", "0");
        format!("m{at};{} {};{};{phone};{}", one.first, one.last, one.postcode, one.born)
    };
    let text = |head: &str, row: &dyn Fn(usize) -> String| {
        format!("{head}\n{}\n", (0..200).map(row).collect::<Vec<_>>().join("\n"))
    };
    place.add("shop.csv", text("record_id,surname,forename,mobile", &shop));
    place.add("magazine.csv", text("record_id;full_name;zip;telephone;dob", &magazine));
    let found = place.matched(&[]);
    let together =
        (0..200).filter(|at| found.are_one(&format!("s{at}"), &format!("m{at}"))).count();
    assert!(together >= 190, "{together} of 200 are found over both files");
    let truth: BTreeMap<String, usize> =
        (0..200).flat_map(|at| [(format!("s{at}"), at), (format!("m{at}"), at)]).collect();
    assert_eq!(found.pairs(&truth).1, 0);
}

#[test]
fn an_earlier_answer_stays_when_a_run_fails() {
    let place = Place::of("record_id,surname", &["1,Adams".to_owned(), "1,Baker".to_owned()]);
    fs::write(place.out(), "what was there").unwrap();
    let said = place.refused(&[]);
    assert!(said.contains("line 3") && said.contains("line 2"), "{said}");
    assert_eq!(fs::read_to_string(place.out()).unwrap(), "what was there");
}

#[test]
fn places_that_cannot_be_written_are_refused_before_the_work() {
    let place = Place::of("record_id,surname", &["1,Adams".to_owned()]);
    let records = place.path("records.csv");
    let nowhere = place.path("nowhere/links.csv");
    let out = place.out();
    let here = place.path("");
    for (given, words) in [
        (records, "is read, so it cannot be written"),
        (nowhere, "make it first"),
        (out, "named twice"),
        (here, "is a folder"),
    ] {
        let said = place.refused(&["--explain", given.to_str().unwrap()]);
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(stderr(&place.run(&["--model", "no-such.json"])).contains("no-such.json"));
}
