//! Scores the engine against files with a `true_id` column, which the engine itself never sees.
//!
//! `cargo run --release -p handfast-matching --example score -- FILE.csv[.gz] [FILE ..]`

use std::{collections::HashMap, io::Read, time::Instant};

use handfast_matching::{Field, Options, Records, Schema, run};

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

fn main() {
    let start = Instant::now();
    let mut truth: Vec<String> = Vec::new();
    let mut records: Option<Records> = None;
    let args: Vec<String> = std::env::args().skip(1).collect();
    let half: Option<u32> = std::env::var("HALF").ok().and_then(|half| half.parse().ok());
    for path in args.iter().filter(|arg| !arg.starts_with("--")) {
        let file = std::fs::File::open(path).expect("the file is there");
        let reader: Box<dyn Read> = if path.ends_with(".gz") {
            Box::new(flate2::read::GzDecoder::new(file))
        } else {
            Box::new(file)
        };
        let mut reader = csv::Reader::from_reader(reader);
        let headers = reader.headers().expect("a header").clone();
        let full = headers.iter().any(|name| name == "full_name");
        let columns: Vec<(usize, &str, Field)> = headers
            .iter()
            .enumerate()
            .filter_map(|(at, name)| field(name).map(|field| (at, name, field)))
            .filter(|(_, _, field)| !full || !matches!(field, Field::GivenName | Field::FamilyName))
            .collect();
        let schema = Schema::new(columns.iter().map(|(_, name, field)| (*name, *field)));
        let records = records.get_or_insert_with(|| Records::new(schema));
        let id = headers.iter().position(|name| name == "record_id").expect("record_id");
        let person = headers.iter().position(|name| name == "true_id").expect("true_id");
        let mut row = csv::StringRecord::new();
        while reader.read_record(&mut row).expect("a row") {
            records.push(&row[id], columns.iter().map(|(at, ..)| &row[*at]));
            truth.push(row[person].to_owned());
        }
    }
    let records = records.expect("a file");
    println!("read {:?}", start.elapsed());
    let last = std::cell::Cell::new(Instant::now());
    let out = run(&records, &Options::default(), &|stage, done, _| {
        if done == 0 {
            println!("  -> {stage:?} after {:?}", last.get().elapsed());
            last.set(Instant::now());
        }
    });
    println!("  end after {:?}; all {:?}", last.get().elapsed(), start.elapsed());
    let report = &out.report;
    println!(
        "records {} groups {} largest {} candidates/record {:.1} edges {}",
        report.records,
        report.groups,
        report.largest_group,
        report.candidates as f64 / report.records as f64,
        report.edges
    );
    let inside = |index: usize| {
        half.is_none_or(|half| {
            truth[index].bytes().fold(7_u32, |sum, byte| sum.wrapping_mul(31) + u32::from(byte)) / 8
                % 2
                == half
        })
    };
    evaluate(&out.grouping.group_of, &truth, &inside);
    if args.iter().any(|arg| arg == "--more") {
        for kind in &report.blocking {
            println!(
                "{:40} keys {:8} retired {:6} pairs {:9}",
                kind.kind, kind.keys, kind.retired, kind.pairs
            );
        }
        println!("{:?}", &report.placeholders[..report.placeholders.len().min(12)]);
        let mut model = serde_json::to_value(&out.model).expect("a model");
        model.as_object_mut().expect("an object").remove("frequencies");
        println!(
            "{}",
            serde_json::to_string(&model)
                .expect("json")
                .replace("\"what\"", "\n\"what\"")
                .replace("{\"level", "\n   {\"level")
        );
    }
    if args.iter().any(|arg| arg == "--errors") {
        errors(&records, &out, &truth);
    }
}

fn evaluate(group_of: &[u32], truth: &[String], inside: &dyn Fn(usize) -> bool) {
    let pairs = |n: u64| n * (n - 1) / 2;
    let (mut joint, mut groups, mut persons) = (HashMap::new(), HashMap::new(), HashMap::new());
    for (index, &group) in group_of.iter().enumerate().filter(|(index, _)| inside(*index)) {
        *joint.entry((group, truth[index].as_str())).or_insert(0_u64) += 1;
        *groups.entry(group).or_insert(0_u64) += 1;
        *persons.entry(truth[index].as_str()).or_insert(0_u64) += 1;
    }
    let sum =
        |counts: &mut dyn Iterator<Item = &u64>| counts.map(|n| pairs(*n)).sum::<u64>() as f64;
    let (tp, pp, tt) =
        (sum(&mut joint.values()), sum(&mut groups.values()), sum(&mut persons.values()));
    let exact = joint
        .iter()
        .filter(|((group, person), n)| groups[group] == **n && persons[person] == **n)
        .count();
    let (p, r) = (tp / pp, tp / tt);
    println!(
        "P {p:.4} R {r:.4} F1 {:.4} exact {:.4} (false {} missed {})",
        2.0 * p * r / (p + r),
        exact as f64 / persons.len() as f64,
        pp - tp,
        tt - tp
    );
}

fn errors(records: &Records, out: &handfast_matching::Outcome, truth: &[String]) {
    let show = |index: u32| {
        let values: Vec<&str> = (0..records.schema().columns.len())
            .map(|column| records.value(index as usize, column))
            .collect();
        format!("{} {}", truth[index as usize], values.join(" | "))
    };
    let group_of = &out.grouping.group_of;
    let mut by_person: HashMap<&str, Vec<u32>> = HashMap::new();
    let mut by_group: HashMap<u32, Vec<u32>> = HashMap::new();
    for index in 0..truth.len() as u32 {
        by_person.entry(&truth[index as usize]).or_default().push(index);
        by_group.entry(group_of[index as usize]).or_default().push(index);
    }
    let mut bad: Vec<&Vec<u32>> = by_group
        .values()
        .filter(|all| all.iter().any(|one| truth[*one as usize] != truth[all[0] as usize]))
        .collect();
    bad.sort();
    let mut kinds: HashMap<String, (u32, i64)> = HashMap::new();
    for group in &bad {
        for (at, &a) in group.iter().enumerate() {
            for &b in group[at + 1..].iter().filter(|b| truth[**b as usize] != truth[a as usize]) {
                let why = out.explain(a, b);
                let level = |name: &str| {
                    why.lines
                        .iter()
                        .find(|line| line.comparison == name)
                        .map_or("-", |line| &line.level)
                        .to_owned()
                };
                let kind = kinds
                    .entry(format!(
                        "{} / {} / {}",
                        level("given name"),
                        level("birth date"),
                        level("household")
                    ))
                    .or_default();
                kind.0 += 1;
                kind.1 += i64::from(why.weight);
            }
        }
    }
    let mut kinds: Vec<_> = kinds.into_iter().collect();
    kinds.sort_by_key(|(_, n)| std::cmp::Reverse(n.0));
    kinds.iter().take(25).for_each(|(kind, n)| {
        println!("{:5} {:6.1} {kind}", n.0, n.1 as f64 / 256.0 / f64::from(n.0))
    });
    println!("=== {} groups hold several persons", bad.len());
    for group in bad.iter().step_by((bad.len() / 12).max(1)).take(12) {
        group.iter().for_each(|one| println!("   {}", show(*one)));
        let (a, b) = (
            group[0],
            *group
                .iter()
                .find(|one| truth[**one as usize] != truth[group[0] as usize])
                .expect("another"),
        );
        println!("   {}", why(out, a, b));
    }
    let mut torn: Vec<&Vec<u32>> = by_person
        .values()
        .filter(|all| all.iter().any(|one| group_of[*one as usize] != group_of[all[0] as usize]))
        .collect();
    torn.sort();
    println!("=== {} persons are in several groups", torn.len());
    for person in torn.iter().step_by((torn.len() / 14).max(1)).take(14) {
        person.iter().for_each(|one| println!("   {:6} {}", group_of[*one as usize], show(*one)));
        let (a, b) = (
            person[0],
            *person
                .iter()
                .find(|one| group_of[**one as usize] != group_of[person[0] as usize])
                .expect("another"),
        );
        println!("   {}", why(out, a, b));
    }
}

fn why(out: &handfast_matching::Outcome, a: u32, b: u32) -> String {
    let why = out.explain(a, b);
    let lines: Vec<String> = why
        .lines
        .iter()
        .map(|line| {
            format!("{}: {} {:.1}", line.comparison, line.level, f64::from(line.weight) / 256.0)
        })
        .collect();
    format!("[{:.1}] {}", f64::from(why.weight) / 256.0, lines.join("; "))
}
