//! Printing: what a command answers on standard output, and how far it is on standard error.

use std::{
    fmt::Display,
    io::{self, Write},
    time::Duration,
};

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

/// Prints `text`, or `value` as one line of JSON.
pub(super) fn answer(json: bool, value: &impl Serialize, text: impl Display) -> Result<()> {
    let mut out = io::stdout().lock();
    if json {
        serde_json::to_writer(&mut out, value)?;
        writeln!(out)?;
    } else {
        let text = text.to_string();
        writeln!(out, "{}", text.trim_end_matches('\n'))?;
    }
    out.flush()?;
    Ok(())
}

/// A bar over `total` bytes; shown on a terminal only.
pub(super) fn bytes_bar(total: u64) -> ProgressBar {
    let style = "{bar:32} {percent:>3} %  {bytes} of {total_bytes}  {msg}  {eta} left";
    bar(total, style)
}

/// A bar over `total` steps; shown on a terminal only.
pub(super) fn steps_bar(total: u64) -> ProgressBar {
    bar(total, "{bar:32} {percent:>3} %  {msg}")
}

fn bar(total: u64, style: &str) -> ProgressBar {
    let bar = ProgressBar::new(total);
    bar.set_style(ProgressStyle::with_template(style).expect("the template is written above"));
    bar.enable_steady_tick(Duration::from_millis(250));
    bar
}
