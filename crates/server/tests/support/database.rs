//! A database of a test's own on the PostgreSQL that `HANDFAST_TEST_POSTGRES` names.

use std::{
    path::Path,
    process::{Command, Output},
};

use super::{json, stderr};

/// A database of its own; gone when dropped.
pub(crate) struct Database {
    server: String,
    pub(crate) name: String,
    pub(crate) url: String,
}

impl Database {
    /// `None` where there is no server.
    pub(crate) fn new(name: &str) -> Option<Self> {
        let server = std::env::var("HANDFAST_TEST_POSTGRES").ok()?;
        let name = format!("handfast_{name}_{}", std::process::id());
        psql(&server, &format!("create database {name}"));
        let (before, options) = server.split_once('?').unwrap_or((&server, ""));
        let base = before.rsplit_once('/').unwrap().0.to_owned();
        let mark = if options.is_empty() { "" } else { "?" };
        let url = format!("{base}/{name}{mark}{options}");
        Some(Self { server, name, url })
    }

    pub(crate) fn networks(&self, data: &Path) -> serde_json::Value {
        json(data, &["admin", "network", "list", "--database", &self.url])
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        psql(&self.server, &format!("drop database if exists {} with (force)", self.name));
    }
}

pub(crate) fn psql(url: &str, sql: &str) {
    let output = psql_output(url, sql);
    assert!(output.status.success(), "{sql}: {}", stderr(&output));
}

/// The rows of an answer, a line each.
pub(crate) fn ask(url: &str, sql: &str) -> String {
    let output = psql_output(url, sql);
    assert!(output.status.success(), "{sql}: {}", stderr(&output));
    String::from_utf8(output.stdout).unwrap()
}

pub(crate) fn psql_output(url: &str, sql: &str) -> Output {
    let line = ["--quiet", "--no-align", "--tuples-only", "--no-password", url, "--command", sql];
    Command::new("psql").args(line).output().unwrap()
}
