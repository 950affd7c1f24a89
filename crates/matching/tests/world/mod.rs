//! A made-up crowd: people with one to three records, some of them with a slip.

use handfast_matching::{Field, Records, Schema};

/// Columns of every record.
pub(crate) const COLUMNS: usize = 9;

/// One record.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) number: u64,
    pub(crate) person: u64,
    pub(crate) values: Vec<String>,
}

impl Row {
    /// A record of nobody in the crowd.
    pub(crate) fn new(id: &str, values: [&str; COLUMNS]) -> Self {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        Self { id: id.into(), number: u64::MAX, person: u64::MAX, values }
    }
}

/// The columns.
pub(crate) fn schema() -> Schema {
    Schema::new([
        ("first_name", Field::GivenName),
        ("middle_name", Field::MiddleName),
        ("last_name", Field::FamilyName),
        ("dob", Field::BirthDate),
        ("email", Field::Email),
        ("phone", Field::Phone),
        ("street", Field::Street),
        ("city", Field::City),
        ("postcode", Field::Postcode),
    ])
}

/// All rows in the container that is matched.
pub(crate) fn records(rows: &[Row]) -> Records {
    let mut records = Records::new(schema());
    for row in rows {
        records.push(&row.id, &row.values);
    }
    records
}

/// A number from two, the same every time.
pub(crate) fn mix(a: u64, b: u64) -> u64 {
    let mut mixed = (a ^ b.rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^= mixed >> 29;
    mixed = mixed.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed ^ mixed >> 32
}

const GIVEN: [&str; 24] = [
    "William",
    "Charlotte",
    "Edward",
    "Susan",
    "Theodore",
    "Alice",
    "Martin",
    "Nora",
    "Victor",
    "Irene",
    "Stanley",
    "Ruth",
    "Douglas",
    "Helen",
    "Leonard",
    "Joan",
    "Bruno",
    "Clara",
    "Oscar",
    "Greta",
    "Felix",
    "Hanna",
    "Igor",
    "Vera",
];
const SOUND: [&str; 20] = [
    "bal", "cor", "dun", "fen", "gar", "hol", "jas", "kel", "lor", "mar", "nev", "pol", "quin",
    "ros", "sten", "tor", "val", "wes", "yar", "zel",
];

/// At least `count` records, those of one person next to one another.
pub(crate) fn crowd(count: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut person = 0;
    while rows.len() < count {
        let pick = |what: u64, of: u64| mix(person * 64 + what, 7) % of;
        let sound = |what: u64| SOUND[pick(what, 20) as usize];
        let family = format!("{}{}{}", sound(1), sound(2), sound(3));
        let given = GIVEN[pick(4, 24) as usize];
        let values = [
            given.to_owned(),
            GIVEN[pick(5, 24) as usize][..1].to_owned(),
            family.clone(),
            format!("{}-{:02}-{:02}", 1940 + pick(6, 60), 1 + pick(7, 12), 1 + pick(8, 28)),
            format!("{given}.{family}{}@post.example", pick(9, 100)).to_lowercase(),
            format!("555{:07}", pick(10, 10_000_000)),
            format!("{} {} street", 1 + pick(11, 90), sound(12)),
            format!("{}{}", sound(13), "ton"),
            format!("{}", 10_000 + pick(13, 20) * 100 + pick(14, 10)),
        ];
        for copy in 0..=pick(15, 3) {
            let number = rows.len() as u64;
            let mut values = values.to_vec();
            let slip = mix(number, 21) % 12;
            match slip {
                0 => values[2] = values[2].replacen('a', "e", 1),
                1 => values[4].clear(),
                2 => values[5].clear(),
                3 => values[3].clear(),
                4 => values[0].truncate(1),
                _ => {}
            }
            if copy > 0 && slip == 6 {
                values.swap(0, 2);
            }
            rows.push(Row { id: format!("r{number:06}"), number, person, values });
        }
        person += 1;
    }
    rows
}
