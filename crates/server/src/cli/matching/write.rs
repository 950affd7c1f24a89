//! What comes out: clusters, links with their reasons, the model.

use std::{
    fmt::Write as _,
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use handfast_matching::{Explanation, Model, Outcome, Records};

/// A file that has not yet its name; gone when dropped.
pub(super) struct Draft {
    path: PathBuf,
    to: Option<PathBuf>,
}

impl Draft {
    /// Writes a file beside the place where it will be.
    pub(super) fn write(
        to: &Path,
        write: impl FnOnce(&mut BufWriter<File>) -> Result<()>,
    ) -> Result<Self> {
        let said = || format!("could not write {}", to.display());
        let name = to.file_name().with_context(said)?.to_string_lossy();
        let path = to.with_file_name(format!(".{name}.{}.part", std::process::id()));
        let file = File::create(&path).with_context(said)?;
        let draft = Self { path, to: Some(to.to_owned()) };
        let mut file = BufWriter::with_capacity(1 << 20, file);
        write(&mut file).with_context(said)?;
        file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all().with_context(said)?;
        Ok(draft)
    }

    /// Gives the file its name, in place of one that had it before.
    pub(super) fn keep(mut self) -> Result<()> {
        if let Some(to) = self.to.take() {
            fs::rename(&self.path, &to)
                .with_context(|| format!("could not write {}", to.display()))?;
        }
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if self.to.is_some() {
            // Nothing more can be done about a file that cannot be removed.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// `record_id,cluster_id` for each record, in the order they came in.
pub(super) fn clusters(
    file: &mut BufWriter<File>,
    records: &Records,
    group_of: &[u32],
) -> Result<()> {
    writeln!(file, "record_id,cluster_id")?;
    for (record, group) in group_of.iter().enumerate() {
        cell(file, records.id(record))?;
        file.write_all(b",")?;
        cell(file, records.id(*group as usize))?;
        file.write_all(b"\n")?;
    }
    Ok(())
}

/// Each link, and each doubtful pair, with its weight and where that comes from.
pub(super) fn links(
    file: &mut BufWriter<File>,
    records: &Records,
    outcome: &Outcome,
) -> Result<()> {
    writeln!(file, "record_id_a,record_id_b,verdict,weight_bits,probability,why")?;
    for link in outcome.links() {
        self::link(file, records, (link.a, link.b), "linked", &link.why)?;
    }
    for doubt in &outcome.grouping.doubtful {
        let pair = (doubt.best.a, doubt.best.b);
        let prepare = |index: u32| outcome.model.prepare(&records.record(index as usize));
        let why = outcome.model.explain(&prepare(pair.0), &prepare(pair.1));
        self::link(file, records, pair, "doubtful", &why)?;
    }
    Ok(())
}

fn link(
    file: &mut BufWriter<File>,
    records: &Records,
    (a, b): (u32, u32),
    verdict: &str,
    why: &Explanation,
) -> Result<()> {
    cell(file, records.id(a as usize))?;
    file.write_all(b",")?;
    cell(file, records.id(b as usize))?;
    let weight = bits(why.weight);
    write!(file, ",{verdict},{weight:.2},{:.6},", probability(weight))?;
    let mut words = String::new();
    for (at, line) in why.lines.iter().enumerate() {
        let between = if at == 0 { "" } else { "; " };
        let _ = write!(words, "{between}{}", line.comparison);
        if !line.level.is_empty() {
            let _ = write!(words, ": {}", line.level);
        }
        let _ = write!(words, " {:+.2}", bits(line.weight));
    }
    cell(file, &words)?;
    file.write_all(b"\n")?;
    Ok(())
}

/// The model, for a program and for a reader.
pub(super) fn model(file: &mut BufWriter<File>, model: &Model) -> Result<()> {
    serde_json::to_writer_pretty(&mut *file, model)?;
    writeln!(file)?;
    Ok(())
}

/// A weight in bits from one in 1/256 bit.
fn bits(weight: i32) -> f64 {
    f64::from(weight) / 256.0
}

/// The odds of a weight in bits as a probability.
fn probability(weight_bits: f64) -> f64 {
    1.0 / (1.0 + (-weight_bits).exp2())
}

/// A value of a CSV file, in quotation marks where it needs them (RFC 4180).
fn cell(file: &mut BufWriter<File>, text: &str) -> io::Result<()> {
    if !text.contains([',', '"', '\n', '\r']) {
        return file.write_all(text.as_bytes());
    }
    write!(file, "\"{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_odds_to_the_base_of_two() {
        assert!((bits(640) - 2.5).abs() < 1e-9);
        assert!((probability(0.0) - 0.5).abs() < 1e-9);
        assert!((probability(2.0) - 0.8).abs() < 1e-9);
        assert!((probability(-2.0) - 0.2).abs() < 1e-9);
    }
}
