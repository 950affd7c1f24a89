//! Scores the engine against files with a `true_id` column, which the engine itself never sees.
//!
//! `cargo run --release -p handfast-matching --example score -- FILE.csv[.gz] ..`
//! prints figures; `--model` adds the model, `--errors` a dozen of each kind of error.

use std::{collections::HashMap, io::Read, time::Instant};

use handfast_matching::{Field, Options, Outcome, Records, Schema, run};

fn field(name: &str) -> Option<Field> {
    Some(match name {
        "given_name" | "first_name" => Field::GivenName,
        "middle_name" => Field::MiddleName,
        "surname" | "last_name" => Field::FamilyName,
        "full_name" => Field::FullName,
        "dob" | "date_of_birth" => Field::BirthDate,
        "street" | "address_1" | "address_2" => Field::Street,
        "street_number" => Field::HouseNumber,
        "suburb" | "city" => Field::City,
        "state" => Field::Region,
        "postcode" | "postcode_fake" => Field::Postcode,
        "phone" => Field::Phone,
        "email" => Field::Email,
        "soc_sec_id" => Field::Identifier,
        "birth_place" | "gender" | "occupation" => Field::Category,
        _ => return None,
    })
}

/// Records of all files, which have the same columns, and whose they are.
fn read(paths: &[String]) -> (Records, Vec<String>) {
    let mut truth = Vec::new();
    let mut records: Option<Records> = None;
    for path in paths {
        let file = std::fs::File::open(path).expect("the file is there");
        let reader: Box<dyn Read> =
            if std::path::Path::new(path).extension().is_some_and(|ext| ext == "gz") {
                Box::new(flate2::read::GzDecoder::new(file))
            } else {
                Box::new(file)
            };
        let mut reader = csv::Reader::from_reader(reader);
        let headers = reader.headers().expect("a header").clone();
        let place = |name: &str| headers.iter().position(|header| header == name);
        // Where there is a whole name, its parts only repeat it.
        let part = |field| matches!(field, Field::GivenName | Field::FamilyName);
        let columns: Vec<(usize, &str, Field)> = headers
            .iter()
            .enumerate()
            .filter_map(|(at, name)| field(name).map(|field| (at, name, field)))
            .filter(|(_, _, field)| place("full_name").is_none() || !part(*field))
            .collect();
        let schema = Schema::new(columns.iter().map(|(_, name, field)| (*name, *field)));
        let records = records.get_or_insert_with(|| Records::new(schema));
        let id = place("record_id").expect("a column record_id");
        let person = place("true_id").expect("a column true_id");
        let mut row = csv::StringRecord::new();
        while reader.read_record(&mut row).expect("a row") {
            records.push(&row[id], columns.iter().map(|(at, ..)| &row[*at]));
            truth.push(row[person].to_owned());
        }
    }
    (records.expect("at least one file"), truth)
}

fn main() {
    let start = Instant::now();
    let (flags, paths): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|arg| arg.starts_with("--"));
    let (records, truth) = read(&paths);
    println!("{:8.2?} read", start.elapsed());
    let outcome = run(&records, &Options::default(), &|stage, done, _| {
        if done == 0 {
            println!("{:8.2?} {stage:?}", start.elapsed());
        }
    });
    println!("{:8.2?} done", start.elapsed());
    let report = &outcome.report;
    println!(
        "records {} groups {} largest {} candidates/record {:.1} edges {}",
        report.records,
        report.groups,
        report.largest_group,
        report.candidates as f64 / report.records as f64,
        report.edges
    );
    evaluate(&outcome.grouping.group_of, &truth);
    if flags.iter().any(|flag| flag == "--model") {
        for kind in report.blocking.iter().filter(|kind| kind.keys > 0) {
            println!("{kind:?}");
        }
        println!("{:?}", report.placeholders);
        println!("{}", serde_json::to_string_pretty(&outcome.model).expect("a model"));
    }
    if flags.iter().any(|flag| flag == "--errors") {
        let group_of = outcome.grouping.group_of.iter().map(u32::to_string).collect::<Vec<_>>();
        println!("--- groups that hold several persons");
        divided(&records, &outcome, &group_of, &truth);
        println!("--- persons in several groups");
        divided(&records, &outcome, &truth, &group_of);
    }
}

/// Over pairs in one group and pairs of one person; exact is a person who is one whole group.
fn evaluate(group_of: &[u32], truth: &[String]) {
    let (mut joint, mut groups, mut persons) = (HashMap::new(), HashMap::new(), HashMap::new());
    for (&group, person) in group_of.iter().zip(truth) {
        *joint.entry((group, person.as_str())).or_insert(0_u64) += 1;
        *groups.entry(group).or_insert(0_u64) += 1;
        *persons.entry(person.as_str()).or_insert(0_u64) += 1;
    }
    let pairs = |counts: &mut dyn Iterator<Item = &u64>| {
        counts.map(|count| count * (count - 1) / 2).sum::<u64>() as f64
    };
    let (found, said, real) =
        (pairs(&mut joint.values()), pairs(&mut groups.values()), pairs(&mut persons.values()));
    let whole = |((group, person), count): &(&(u32, &str), &u64)| {
        groups[group] == **count && persons[person] == **count
    };
    let exact = joint.iter().filter(whole).count();
    let (precision, recall) = (found / said, found / real);
    println!(
        "precision {precision:.4} recall {recall:.4} f1 {:.4} exact {:.4} false {} missed {}",
        2.0 * precision * recall / (precision + recall),
        exact as f64 / persons.len() as f64,
        said - found,
        real - found
    );
}

/// Twelve of the sets by `outer` that `inner` divides, and why two of the parts weigh what they do.
fn divided(records: &Records, outcome: &Outcome, outer: &[String], inner: &[String]) {
    let mut sets: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, name) in outer.iter().enumerate() {
        sets.entry(name).or_default().push(index);
    }
    let other = |set: &[usize]| set.iter().copied().find(|one| inner[*one] != inner[set[0]]);
    let mut bad: Vec<&Vec<usize>> = sets.values().filter(|set| other(set).is_some()).collect();
    bad.sort();
    println!("{} of {}", bad.len(), sets.len());
    for set in bad.iter().step_by((bad.len() / 12).max(1)) {
        for &index in *set {
            let record = records.record(index);
            let values: Vec<&str> = record.values.iter().map(|(_, value)| *value).collect();
            println!("  {:10} {}", inner[index], values.join(" | "));
        }
        let why = other(set).map(|index| outcome.explain(set[0] as u32, index as u32));
        for line in why.iter().flat_map(|why| &why.lines) {
            let bits = f64::from(line.weight) / 256.0;
            println!("      {bits:6.2} {}: {}", line.comparison, line.level);
        }
    }
}
