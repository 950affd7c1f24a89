//! The tables that are printed, and the same as JSON.

use std::{fmt::Write as _, path::Path};

use anyhow::Result;
use serde_json::json;

use super::{clusters::Measured, incoming::Times, limits};
use crate::report;

/// Prints what was measured beside what is asked for.
pub(crate) fn print(measured: &[Measured], incoming: Option<&Times>, is_splink_here: bool) {
    println!("\n{}", accuracy(measured));
    println!("{}", speed(measured, incoming));
    if let Some(times) = incoming {
        println!(
            "{} records came in one by one, their clusters updated each time, without a commit; \
             the longest\ntook {:.1} ms. At the end {} of all records were clustered otherwise \
             than by one run over all. Splink's\nfigure is that of 4.0.17 against 99,000 records, \
             which updates no clusters.\n",
            times.incoming, times.longest_ms, times.otherwise
        );
    }
    println!(
        "F1 and precision count all pairs of records of one cluster (evaluate.py); exact: people \
         whose records are\nexactly one cluster. Times are of the whole run: reading, training and \
         writing included. Splink 5.0.0 links\nat a probability of 0.95, by its published example \
         of the set; for generated customers it publishes none:\nstored is the model that the \
         goals were set by, measured is that of tests/bench/splink/run.py.{}",
        if is_splink_here { "" } else { "\nSplink was not run here." }
    );
}

/// Writes it all as JSON.
pub(crate) fn keep(
    file: &Path,
    measured: &[Measured],
    incoming: Option<&Times>,
    failed: &[String],
) -> Result<()> {
    let value = json!({
        "machine": report::machine(),
        "sets": measured,
        "incoming": incoming,
        "failed": failed,
    });
    std::fs::write(file, serde_json::to_string_pretty(&value)?)?;
    println!("As JSON: {}", file.display());
    Ok(())
}

fn accuracy(measured: &[Measured]) -> String {
    let head = [
        "set",
        "records",
        "people",
        "Splink F1 stored",
        "measured",
        "F1",
        "must",
        "aim",
        "precision",
        "must",
        "exact",
        "must",
        "aim",
        "",
    ];
    let mut lines = vec![head.map(str::to_owned).to_vec()];
    for one in measured {
        let (score, asked) = (&one.score, &one.asked);
        let holds = score.f1 >= asked.f1
            && asked.precision.is_none_or(|least| score.precision >= least)
            && asked.exact.is_none_or(|least| score.exact >= least);
        lines.push(vec![
            one.name.clone(),
            score.records.to_string(),
            score.people.to_string(),
            one.stored.map_or_else(none, |stored| format!("{:.4}", stored.f1)),
            one.splink.as_ref().map_or_else(none, |splink| format!("{:.4}", splink.score.f1)),
            format!("{:.4}", score.f1),
            format!("{:.4}", asked.f1),
            format!("{:.4}", asked.f1_aim),
            format!("{:.4}", score.precision),
            asked.precision.map_or_else(none, |least| format!("{least:.4}")),
            format!("{:.3}", score.exact),
            asked.exact.map_or_else(none, |least| format!("{least:.3}")),
            asked.exact_aim.map_or_else(none, |least| format!("{least:.3}")),
            verdict(holds),
        ]);
    }
    aligned(&lines)
}

fn speed(measured: &[Measured], incoming: Option<&Times>) -> String {
    let head = [
        "set",
        "Splink stored",
        "measured",
        "ours",
        "limit",
        "aim",
        "unit",
        "candidates/record",
        "MiB",
        "limit",
        "Splink MiB",
        "",
    ];
    let mut lines = vec![head.map(str::to_owned).to_vec()];
    lines.extend(measured.iter().map(whole_run));
    lines.extend(incoming.into_iter().flat_map(one_record));
    aligned(&lines)
}

fn whole_run(one: &Measured) -> Vec<String> {
    let asked = &one.asked;
    let holds = asked.seconds.is_none_or(|most| one.seconds <= most)
        && asked.memory_mib.is_none_or(|most| one.peak_mib <= most);
    let splink = one.splink.as_ref();
    let stored = one.stored.map(|stored| stored.memory_mib);
    let memory = splink.map(|splink| splink.peak_mib).or(stored);
    let is_asked = asked.seconds.is_some() || asked.memory_mib.is_some();
    vec![
        one.name.clone(),
        one.stored.map_or_else(none, |stored| format!("{:.1}", stored.seconds)),
        splink.map_or_else(none, |splink| format!("{:.1}", splink.seconds)),
        format!("{:.2}", one.seconds),
        asked.seconds.map_or_else(none, |most| format!("{most:.1}")),
        asked.seconds_aim.map_or_else(none, |most| format!("{most:.1}")),
        "s".to_owned(),
        format!("{:.1}", one.candidates_per_record),
        format!("{:.0}", one.peak_mib),
        asked.memory_mib.map_or_else(none, |most| format!("{most:.0}")),
        memory.map_or_else(none, |memory| format!("{memory:.0}")),
        if is_asked { verdict(holds) } else { String::new() },
    ]
}

fn one_record(times: &Times) -> [Vec<String>; 2] {
    let (median_max, p99_max) = limits::INCOMING_MS_MAX;
    let line = |name: &str, ours: f64, limit: f64, splink: String| {
        vec![
            format!("one record against {}, {name}", times.stored),
            splink,
            none(),
            format!("{ours:.3}"),
            format!("{limit:.1}"),
            none(),
            "ms".to_owned(),
            none(),
            none(),
            none(),
            none(),
            verdict(ours < limit),
        ]
    };
    let splink = format!("{}", limits::SPLINK_INCOMING_MS);
    [
        line("median", times.median_ms, median_max, splink),
        line("p99", times.p99_ms, p99_max, none()),
    ]
}

fn none() -> String {
    "-".to_owned()
}

fn verdict(holds: bool) -> String {
    if holds { "ok" } else { "MISSED" }.to_owned()
}

/// The first column to the left, the others to the right.
fn aligned(lines: &[Vec<String>]) -> String {
    let width = |at: usize| lines.iter().map(|line| line[at].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..lines[0].len()).map(width).collect();
    let mut text = String::new();
    for line in lines {
        for (at, (cell, width)) in line.iter().zip(&widths).enumerate() {
            let _ = if at == 0 {
                write!(text, "{cell:<width$}")
            } else {
                write!(text, "  {cell:>width$}")
            };
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_aligned() {
        let line = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let text = aligned(&[line(["set", "F1", ""]), line(["a", "0.9312", "ok"])]);
        assert_eq!(text, "set      F1\na    0.9312  ok\n");
    }
}
