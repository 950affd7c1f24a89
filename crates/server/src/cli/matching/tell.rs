//! What a run is said to have done.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use handfast_matching::{Column, Field, KeyKind, Outcome, Placeholder};
use serde::Serialize;

use super::{read::Input, watch::Took};

/// What is printed.
#[derive(Serialize)]
pub(super) struct Answer {
    records: u64,
    clusters: u64,
    largest_cluster: u64,
    /// Pairs of clusters that may be one person.
    doubtful: usize,
    /// Records that match two clusters about equally and were left alone.
    torn: usize,
    candidates: u64,
    candidates_per_record: f64,
    keys: u64,
    keys_retired: u64,
    blocking: Vec<KeyKind>,
    placeholders: Vec<Placeholder>,
    columns: Vec<Column>,
    ignored: Vec<Ignored>,
    seconds: f64,
    stages: Vec<Took>,
    written: Vec<PathBuf>,
}

#[derive(Serialize)]
struct Ignored {
    file: PathBuf,
    columns: Vec<String>,
}

impl Answer {
    pub(super) fn new(
        input: &Input,
        outcome: &Outcome,
        written: &[PathBuf],
        (seconds, stages): (f64, Vec<Took>),
    ) -> Self {
        let report = &outcome.report;
        let each = |(file, columns): &(PathBuf, Vec<String>)| Ignored {
            file: file.clone(),
            columns: columns.clone(),
        };
        let per_record = report.candidates as f64 / (report.records as f64).max(1.0);
        Self {
            records: report.records,
            clusters: report.groups,
            largest_cluster: report.largest_group,
            doubtful: outcome.grouping.doubtful.len(),
            torn: outcome.grouping.torn.len(),
            candidates: report.candidates,
            candidates_per_record: (per_record * 100.0).round() / 100.0,
            keys: report.blocking.iter().map(|kind| kind.keys).sum(),
            keys_retired: report.blocking.iter().map(|kind| kind.retired).sum(),
            blocking: report.blocking.clone(),
            placeholders: report.placeholders.clone(),
            columns: input.records.schema().columns.clone(),
            ignored: input.ignored.iter().map(each).collect(),
            seconds: (seconds * 1_000.0).round() / 1_000.0,
            stages,
            written: written.to_vec(),
        }
    }

    /// The same for a reader; `explained` is where the links are written.
    pub(super) fn text(&self, explained: Option<&Path>) -> String {
        let mut lines = vec![format!(
            "{} are {} (the largest of {}), in {:.1} s",
            count(self.records, "record"),
            count(self.clusters, "cluster"),
            count(self.largest_cluster, "record"),
            self.seconds
        )];
        lines.push(format!("Compared by    {}", self.compared()));
        lines.extend(self.not_read());
        lines.push(format!(
            "Looked at      {} pairs, {} a record; {} of {} keys are too frequent and propose none",
            grouped(self.candidates),
            self.candidates_per_record,
            grouped(self.keys_retired),
            grouped(self.keys)
        ));
        lines.extend(self.nothing_said());
        lines.push(format!(
            "In doubt       {} of clusters that may be one person and were not joined; {} left \
             alone for matching two clusters",
            count(self.doubtful as u64, "pair"),
            count(self.torn as u64, "record")
        ));
        let written: Vec<String> =
            self.written.iter().map(|path| path.display().to_string()).collect();
        lines.push(format!("Written        {}", written.join(", ")));
        lines.push(self.next(explained));
        lines.join("\n")
    }

    fn compared(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
        names.join(", ")
    }

    /// The columns that nothing was read from; files that have the same ones share a line.
    fn not_read(&self) -> Vec<String> {
        let mut files: BTreeMap<&[String], Vec<Cow<'_, str>>> = BTreeMap::new();
        for one in self.ignored.iter().filter(|one| !one.columns.is_empty()) {
            let name = one.file.file_name().unwrap_or_default().to_string_lossy();
            files.entry(&one.columns).or_default().push(name);
        }
        let line = |(columns, names): (&[String], Vec<Cow<'_, str>>)| {
            format!("Ignored        {} ({})", columns.join(", "), names.join(", "))
        };
        files.into_iter().map(line).collect()
    }

    /// The values that were found to say nothing, by name and count.
    fn nothing_said(&self) -> Vec<String> {
        const SHOWN: usize = 12;
        let line = |one: &Placeholder| {
            let value = shown(one.field, &one.value);
            let records = count(one.records, "record");
            format!("Says nothing   {} {value} ({records})", kind(one.field))
        };
        let mut lines: Vec<String> = self.placeholders.iter().take(SHOWN).map(line).collect();
        if let Some(more) = self.placeholders.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            lines.push(format!("               and {more} more values; --json names them all"));
        }
        lines
    }

    fn next(&self, explained: Option<&Path>) -> String {
        match (explained, self.doubtful) {
            (None, _) => "Next           --explain links.csv says why, for every link and every \
                          doubtful pair"
                .to_owned(),
            (Some(path), 0) => format!("Next           read why in {}", path.display()),
            (Some(path), _) => {
                format!("Next           decide the pairs that {} calls doubtful", path.display())
            }
        }
    }
}

/// A kind of value in words.
const fn kind(field: Field) -> &'static str {
    match field {
        Field::GivenName => "given name",
        Field::MiddleName => "middle name",
        Field::FamilyName => "family name",
        Field::FullName => "name",
        Field::Organisation => "organisation",
        Field::BirthDate => "birth date",
        Field::Street => "street",
        Field::HouseNumber => "house number",
        Field::City => "town",
        Field::Region => "region",
        Field::Postcode => "postcode",
        Field::Country => "country",
        Field::Phone => "telephone",
        Field::Email => "e-mail",
        Field::Identifier => "identifier",
        Field::Category => "category",
    }
}

/// A normalised value as people write it, cut where it is long.
fn shown(field: Field, value: &str) -> String {
    let is_day = value.len() == 8 && value.bytes().all(|byte| byte.is_ascii_digit());
    if field == Field::BirthDate && is_day {
        return format!("{}-{}-{}", &value[..4], &value[4..6], &value[6..]);
    }
    value.chars().take(60).collect()
}

/// A number and its noun.
fn count(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(number))
}

/// A number as people read it.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_shown_as_people_write_them() {
        assert_eq!(shown(Field::BirthDate, "19000101"), "1900-01-01");
        assert_eq!(shown(Field::Phone, "00000000"), "00000000");
        assert_eq!(shown(Field::Email, &"é".repeat(90)).chars().count(), 60);
    }

    #[test]
    fn numbers_are_readable() {
        assert_eq!(count(1_234_567, "record"), "1,234,567 records");
        assert_eq!((count(1, "record"), grouped(100)), ("1 record".to_owned(), "100".to_owned()));
    }
}
