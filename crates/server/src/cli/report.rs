//! `report`: what the record says of a network as a whole.

use anyhow::Result;
use clap::{Args, ValueEnum};
use handfast_db::{Db, Fault};
use handfast_record::{
    cases::figures as cases,
    organisations::Network,
    sales::figures as sales,
    sharing::{Lens, SystemReason},
};
use serde::Serialize;
use serde_json::Value;

use super::{Where, admin, say};
use crate::place::Schema;

#[derive(Args)]
pub(super) struct Report {
    /// What about
    what: What,
    /// Cases only: between whom they were handed over [default: organisation]
    #[arg(long, value_name = "WHOM")]
    by: Option<By>,
    /// The network's short name
    #[arg(long, value_name = "SLUG")]
    network: String,
    #[command(flatten)]
    place: Where,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum What {
    /// Promised deliveries: kept, broken, by whom, and what customers said
    Delivery,
    /// Reviews
    Reviews,
    /// Partners
    Partners,
    /// Cases and their hand-overs
    Cases,
}

#[derive(Clone, Copy, ValueEnum)]
enum By {
    /// Between organisations
    Organisation,
    /// Between support teams
    Team,
    /// Between the owners' countries
    Country,
}

impl Report {
    pub(super) fn run(self) -> Result<()> {
        let place = self.place.open(Schema::AsItIs)?;
        let network = admin::network(&place.db, &self.network)?;
        let figures = figures(&place.db, &network, self.what, self.by)?;
        say::answer(self.json, &figures, outline(&figures))
    }
}

fn figures(db: &Db, network: &Network, what: What, by: Option<By>) -> Result<Value> {
    let brand = admin::organisation(db, network, None)?;
    let lens = Lens::system(network.id, brand.id, SystemReason::OperatorReport);
    let zone = &network.zone;
    match what {
        What::Delivery => json(db.read(|cx| sales::delivery(cx, &lens, zone))),
        What::Reviews => json(db.read(|cx| sales::reviews(cx, &lens, zone))),
        What::Partners => json(db.read(|cx| sales::partners(cx, &lens))),
        What::Cases => {
            let by = match by {
                None | Some(By::Organisation) => cases::By::Organisation,
                Some(By::Team) => cases::By::Team,
                Some(By::Country) => cases::By::Country,
            };
            json(db.read(|cx| cases::cases(cx, &lens, by)))
        }
    }
}

fn json(figures: Result<impl Serialize, Fault>) -> Result<Value> {
    Ok(serde_json::to_value(figures?)?)
}

/// The figures as lines for a reader: names in words, lists as tables.
fn outline(value: &Value) -> String {
    let mut lines = Vec::new();
    add(&mut lines, value, 0);
    lines.join("\n")
}

fn add(lines: &mut Vec<String>, value: &Value, depth: usize) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let words = name.replace('_', " ");
                match field {
                    Value::Object(_) | Value::Array(_) if !is_row(field) => {
                        lines.push(format!("{indent}{words}"));
                        add(lines, field, depth + 1);
                    }
                    field => lines.push(format!("{indent}{words:<44} {}", cell(field))),
                }
            }
        }
        Value::Array(items) => {
            lines.extend(items.iter().map(|item| format!("{indent}{}", row(item))));
        }
        value => lines.push(format!("{indent}{}", cell(value))),
    }
}

/// Whether the value fits behind its name: a few plain values.
fn is_row(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().all(|item| !item.is_object() && !item.is_array()),
        Value::Object(_) => false,
        _ => true,
    }
}

fn row(value: &Value) -> String {
    let Value::Object(fields) = value else { return cell(value) };
    let field = |(name, value): (&String, &Value)| match value {
        Value::String(text) => format!("{text:<34}"),
        Value::Array(_) => format!("{:<34}", cell(value)),
        value => format!("{} {:<8}", name.replace('_', " "), cell(value)),
    };
    // What a row is about stands first, whatever its name.
    let (labels, numbers): (Vec<_>, Vec<_>) =
        fields.iter().partition(|(_, value)| value.is_string() || value.is_array());
    labels
        .into_iter()
        .chain(numbers)
        .map(field)
        .collect::<Vec<_>>()
        .join("  ")
        .trim_end()
        .to_owned()
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join(" and "),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::outline;

    #[test]
    fn figures_read_as_words_and_tables() {
        let figures = json!({
            "orders": 3,
            "promises": { "late_share": 0.5, "as_of": null },
            "worst": [{ "partner": "Spoke & Chain", "late": 2 }, { "partner": "B", "late": 1 }],
            "between": ["A", "B"],
        });
        let lines: Vec<String> = outline(&figures)
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        let expected = [
            "between A and B",
            "orders 3",
            "promises",
            "as of -",
            "late share 0.5",
            "worst",
            "Spoke & Chain late 2",
            "B late 1",
        ];
        let mut expected = expected.to_vec();
        let mut lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        expected.sort_unstable();
        lines.sort_unstable();
        assert_eq!(lines, expected);
    }
}
