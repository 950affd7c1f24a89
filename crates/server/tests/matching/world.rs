//! People, the files they are in, and what `handfast match` makes of them.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Output,
};

use serde_json::Value;

use crate::support::{handfast, stderr};

/// The columns of [`Person::row`].
pub(crate) const HEAD: &str = "record_id,first_name,last_name,dob,email,phone,street,city,postcode";

/// One person as one partner knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) first: String,
    pub(crate) last: String,
    pub(crate) born: String,
    pub(crate) email: String,
    pub(crate) phone: String,
    pub(crate) street: String,
    pub(crate) city: String,
    pub(crate) postcode: String,
}

/// Numbers that look random and are the same in every run.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `sides`.
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        // splitmix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators".
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % sides as u64) as usize
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len())]
    }

    fn word(&mut self, syllables: usize) -> String {
        const BEGIN: &[&str] =
            &["b", "br", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "st", "t", "w"];
        const MIDDLE: &[&str] = &["a", "e", "i", "o", "u", "ai", "ee", "ou"];
        const END: &[&str] = &["n", "r", "l", "m", "ck", "s", "th", ""];
        let mut word = String::new();
        for _ in 0..syllables {
            word += self.pick(BEGIN);
            word += self.pick(MIDDLE);
        }
        word + self.pick(END)
    }
}

/// So many people, none of whom has anything to do with another.
pub(crate) fn people(count: usize, seed: u64) -> Vec<Person> {
    const FIRST: &[&str] = &[
        "Maya", "Jonas", "Ingrid", "Peter", "Susan", "Thomas", "Aisha", "Victor", "Clara", "Henry",
        "Laura", "Martin", "Nora", "Oliver", "Priya", "Ruben", "Sara", "Tobias", "Wendy", "Felix",
    ];
    let mut dice = Dice::new(seed);
    (0..count)
        .map(|_| {
            let (first, last) = (dice.pick(FIRST).to_owned(), dice.word(3));
            let number = dice.roll(10_000_000);
            Person {
                email: format!("{}.{last}{}@example.com", first.to_lowercase(), dice.roll(100)),
                born: format!(
                    "{}-{:02}-{:02}",
                    1940 + dice.roll(65),
                    1 + dice.roll(12),
                    1 + dice.roll(28)
                ),
                phone: format!("+44 20 {:04} {:04}", 1_000 + number / 10_000, number % 10_000),
                street: format!("{} {} Road", 1 + dice.roll(200), dice.word(2)),
                city: dice.word(2),
                postcode: format!("{:05}", dice.roll(100_000)),
                first,
                last,
            }
        })
        .collect()
}

impl Person {
    /// The person as a row of a file with the columns [`HEAD`].
    pub(crate) fn row(&self, id: &str) -> String {
        let Self { first, last, born, email, phone, street, city, postcode } = self;
        format!("{id},{first},{last},{born},{email},{phone},{street},{city},{postcode}")
    }
}

/// A file in which each of these people is twice, once with a slip of the pen; and who is who.
pub(crate) fn twice_each(people: &[Person]) -> (Vec<String>, BTreeMap<String, usize>) {
    let (mut rows, mut truth) = (vec![], BTreeMap::new());
    for (at, person) in people.iter().enumerate() {
        let mut other = person.clone();
        match at % 4 {
            0 => other.last.insert(2, 'h'),
            1 => other.phone.clear(),
            2 => other.email.clear(),
            _ => (other.street, other.city) = (String::new(), String::new()),
        }
        for (letter, version) in [("a", person), ("b", &other)] {
            let id = format!("p{at:05}{letter}");
            rows.push(version.row(&id));
            truth.insert(id, at);
        }
    }
    (rows, truth)
}

/// A folder with files of records, and room for what comes out.
pub(crate) struct Place {
    folder: tempfile::TempDir,
    files: Vec<PathBuf>,
}

/// What a run gave.
pub(crate) struct Found {
    /// For each record the cluster.
    pub(crate) cluster_of: BTreeMap<String, String>,
    /// What `--json` printed.
    pub(crate) report: Value,
    /// The file of clusters as it is.
    pub(crate) text: String,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), files: vec![] }
    }

    /// A place with one file of these rows.
    pub(crate) fn of(head: &str, rows: &[String]) -> Self {
        let mut place = Self::new();
        place.add("records.csv", format!("{head}\n{}\n", rows.join("\n")));
        place
    }

    /// Writes a file of records.
    pub(crate) fn add(&mut self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::write(&path, bytes).unwrap();
        self.files.push(path);
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Where the clusters are written.
    pub(crate) fn out(&self) -> PathBuf {
        self.path("clusters.csv")
    }

    /// All names of files here, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
        let mut names: Vec<String> = entries.map(|entry| name(entry.unwrap())).collect();
        names.sort();
        names
    }

    /// Runs `match` over all files, however it ends.
    pub(crate) fn run(&self, more: &[&str]) -> Output {
        run_files(&self.files, &self.out(), more)
    }

    /// Runs `match`, which succeeds.
    pub(crate) fn matched(&self, more: &[&str]) -> Found {
        let output = self.run(&[&["--json"], more].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        let text = fs::read_to_string(self.out()).unwrap();
        Found {
            cluster_of: clusters(&text),
            report: serde_json::from_slice(&output.stdout).unwrap(),
            text,
        }
    }

    /// What `match` says when it fails, which it does, leaving nothing.
    pub(crate) fn refused(&self, more: &[&str]) -> String {
        let before = self.names();
        let output = self.run(more);
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert_eq!(self.names(), before, "a run that fails leaves nothing behind");
        stderr(&output)
    }
}

/// Runs `match` over these files.
pub(crate) fn run_files(files: &[PathBuf], out: &Path, more: &[&str]) -> Output {
    let mut command = handfast(&["match", "--records"]);
    command.args(files).arg("--out").arg(out).args(more).output().unwrap()
}

/// Record and cluster of each line.
pub(crate) fn clusters(text: &str) -> BTreeMap<String, String> {
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("record_id,cluster_id"));
    let pair = |line: &str| {
        let (record, cluster) = line.split_once(',').unwrap();
        (record.to_owned(), cluster.to_owned())
    };
    lines.map(pair).collect()
}

impl Found {
    /// Whether these two are one person.
    pub(crate) fn are_one(&self, a: &str, b: &str) -> bool {
        self.cluster_of[a] == self.cluster_of[b]
    }

    /// A number of the report.
    pub(crate) fn count(&self, name: &str) -> u64 {
        self.report[name].as_u64().unwrap_or_else(|| panic!("{name}: {}", self.report))
    }

    /// The placeholder values that were found.
    pub(crate) fn placeholders(&self) -> Vec<String> {
        let found = self.report["placeholders"].as_array().unwrap();
        found.iter().map(|one| one["value"].as_str().unwrap().to_owned()).collect()
    }

    /// How many pairs of one person are in one cluster, and how many pairs of two people are;
    /// records that `truth` does not know are left out.
    pub(crate) fn pairs(&self, truth: &BTreeMap<String, usize>) -> (usize, usize) {
        let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (record, cluster) in &self.cluster_of {
            if let Some(person) = truth.get(record) {
                groups.entry(cluster).or_default().push(*person);
            }
        }
        let (mut right, mut wrong) = (0, 0);
        for group in groups.values() {
            for (at, person) in group.iter().enumerate() {
                for other in &group[at + 1..] {
                    if person == other { right += 1 } else { wrong += 1 }
                }
            }
        }
        (right, wrong)
    }
}
