//! Logs: text for a reader on a terminal, JSON lines for whatever collects them otherwise. Ids and
//! units are logged, never names, mail addresses or bodies.

use std::io::IsTerminal;

use anyhow::{Context, Result};
use tracing_subscriber::EnvFilter;

/// Starts logging to standard error. `filter` is a level, or levels by part.
pub(crate) fn start(filter: &str) -> Result<()> {
    let filter = EnvFilter::try_new(filter)
        .with_context(|| format!("could not understand the log filter {filter:?}"))?;
    let is_terminal = std::io::stderr().is_terminal();
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(is_terminal);
    // A second start (a test in the same process) keeps the first one's choice.
    let _ = if is_terminal { logs.try_init() } else { logs.json().flatten_event(true).try_init() };
    Ok(())
}
