//! The table and the JSON file.

use std::{fmt::Write, path::Path};

use anyhow::{Result, bail};
use serde::Serialize;
use serde_json::json;

/// One line of the report.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Row {
    /// What was measured.
    pub(crate) name: String,
    /// Of what the numbers are.
    pub(crate) unit: &'static str,
    /// Handfast's.
    pub(crate) ours: f64,
    /// The limit's, where something is measured beside it.
    pub(crate) limit: Option<f64>,
    /// Ours as a part of the limit's: the median of the rounds' ratios.
    pub(crate) ratio: Option<f64>,
    /// What is asked for.
    pub(crate) required: Option<Required>,
    /// What each of our rounds gave.
    pub(crate) rounds: Vec<f64>,
    /// How far the rounds lie apart, as a part of their median: ours, the limit's.
    pub(crate) noise: Vec<f64>,
    /// What one must know to read it.
    pub(crate) note: String,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Required {
    /// The ratio is at least this.
    RatioAtLeast(f64),
    /// The ratio is at most this.
    RatioAtMost(f64),
    /// Ours is below this.
    Below(f64),
    /// Ours is at least this.
    AtLeast(f64),
}

impl Row {
    /// A row without a limit beside it.
    pub(crate) fn new(name: impl Into<String>, unit: &'static str, ours: &[f64]) -> Self {
        Self {
            name: name.into(),
            unit,
            ours: median(ours),
            limit: None,
            ratio: None,
            required: None,
            noise: vec![spread(ours)],
            rounds: ours.to_vec(),
            note: String::new(),
        }
    }

    /// The same beside its limit.
    pub(crate) fn beside(mut self, limit: &[f64]) -> Self {
        self.limit = Some(median(limit));
        // A round stands beside the round that ran next to it: a machine that slows down for a
        // while slows down both.
        let ratios: Vec<f64> =
            self.rounds.iter().zip(limit).map(|(own, least)| own / least).collect();
        self.ratio = Some(median(&ratios));
        self.noise.push(spread(limit));
        self
    }

    pub(crate) fn required(mut self, required: Required) -> Self {
        self.required = Some(required);
        self
    }

    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    fn verdict(&self) -> &'static str {
        let ratio = self.ratio.unwrap_or(f64::NAN);
        let holds = match self.required {
            None => return "",
            Some(Required::RatioAtLeast(least)) => ratio >= least,
            Some(Required::RatioAtMost(most)) => ratio <= most,
            Some(Required::Below(limit)) => self.ours < limit,
            Some(Required::AtLeast(least)) => self.ours >= least,
        };
        if holds { "ok" } else { "MISSED" }
    }

    fn asked(&self) -> String {
        match self.required {
            None => String::new(),
            Some(Required::RatioAtLeast(least)) => format!(">= {least} x"),
            Some(Required::RatioAtMost(most)) => format!("<= {most} x"),
            Some(Required::Below(limit)) => format!("< {}", figure(limit)),
            Some(Required::AtLeast(least)) => format!(">= {}", figure(least)),
        }
    }
}

/// Everything that was measured in one run.
#[derive(Debug, Default)]
pub(crate) struct Report {
    rows: Vec<Row>,
    failed: Vec<String>,
}

impl Report {
    pub(crate) fn add(&mut self, row: Row) {
        eprintln!(
            "   {}: {} {} {}",
            row.name,
            figure(row.ours),
            row.unit,
            row.ratio.map_or(String::new(), |ratio| format!("({ratio:.2} of the limit)"))
        );
        self.rows.push(row);
    }

    pub(crate) fn failed(&mut self, name: &str, error: &anyhow::Error) {
        self.failed.push(format!("{name}: {error:#}"));
    }

    /// Prints the table and writes `report.json`; fails when a part could not be run.
    pub(crate) fn finish(&self, folder: &Path) -> Result<()> {
        println!("{}", self.table());
        let told = |row: &Row| {
            let mut value = json!(row);
            value["verdict"] = json!(row.verdict());
            value
        };
        let rows: Vec<_> = self.rows.iter().map(told).collect();
        let value = json!({ "machine": machine(), "rows": rows, "failed": self.failed });
        let file = folder.join("report.json");
        std::fs::write(&file, serde_json::to_string_pretty(&value)?)?;
        println!("As JSON: {}", file.display());
        if !self.failed.is_empty() {
            bail!("could not be measured: {}", self.failed.join("; "));
        }
        Ok(())
    }

    fn table(&self) -> String {
        let head = ["", "ours", "limit", "unit", "ratio", "required", "", "noise"];
        let mut lines = vec![head.map(str::to_owned)];
        lines.extend(self.rows.iter().map(|row| {
            let noise: Vec<String> =
                row.noise.iter().map(|part| format!("{:.0} %", part * 100.0)).collect();
            [
                row.name.clone(),
                figure(row.ours),
                row.limit.map(figure).unwrap_or_default(),
                row.unit.to_owned(),
                row.ratio.map(|ratio| format!("{ratio:.2}")).unwrap_or_default(),
                row.asked(),
                row.verdict().to_owned(),
                noise.join(", "),
            ]
        }));
        let width =
            |at: usize| lines.iter().map(|line| line[at].chars().count()).max().unwrap_or_default();
        let widths: Vec<usize> = (0..head.len()).map(width).collect();
        let mut text = String::new();
        for line in &lines {
            for (at, cell) in line.iter().enumerate() {
                let is_number = (1..=2).contains(&at) || at == 4;
                let width = widths[at];
                let _ = if is_number {
                    write!(text, "{cell:>width$}  ")
                } else {
                    write!(text, "{cell:<width$}  ")
                };
            }
            text.truncate(text.trim_end().len());
            text.push('\n');
        }
        for row in self.rows.iter().filter(|row| !row.note.is_empty()) {
            let _ = write!(text, "\n{}: {}", row.name, row.note);
        }
        text
    }
}

/// What the machine is, and how busy.
pub(crate) fn machine() -> serde_json::Value {
    let processors = std::thread::available_parallelism().map_or(0, usize::from);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    json!({ "processors": processors, "load_at_the_end": load.trim() })
}

/// The one in the middle.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

fn spread(values: &[f64]) -> f64 {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (most - least) / median(values)
}

fn figure(value: f64) -> String {
    if value >= 1_000.0 {
        let digits = format!("{value:.0}");
        let mut text = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at) % 3 == 0 {
                text.push(',');
            }
            text.push(digit);
        }
        text
    } else if value >= 100.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.2}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verdict_follows_the_median_of_the_rounds() {
        let row = Row::new("a", "x", &[70.0, 76.0, 90.0]).beside(&[100.0; 3]);
        assert_eq!(row.clone().required(Required::RatioAtLeast(0.75)).verdict(), "ok");
        assert_eq!(row.clone().required(Required::RatioAtLeast(0.77)).verdict(), "MISSED");
        assert_eq!(row.required(Required::Below(76.0)).verdict(), "MISSED");
    }

    #[test]
    fn figures_are_readable() {
        assert_eq!(figure(1_234_567.0), "1,234,567");
        assert_eq!(figure(2.345), "2.35");
    }
}
