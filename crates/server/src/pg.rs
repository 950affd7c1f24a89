//! PostgreSQL's own programs, for copies of a whole database.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::place::split_password;

/// Writes the database to `file` in pg_dump's custom format, at one moment, while it is in use.
pub(crate) fn dump(url: &str, file: &Path) -> Result<()> {
    let mut dump = program("pg_dump", url)?;
    // The program's role is held by row-level security, which lets everything through to whoever
    // says of no network that it is the one: nor may the role's own settings say so.
    dump.env("PGOPTIONS", "-c handfast.network= -c handfast.partner=");
    dump.args([
        "--enable-row-security",
        "--format=custom",
        "--no-owner",
        "--no-privileges",
        "--schema=public",
        "--file",
    ]);
    run(dump.arg(file))
}

/// Reads a file of [`dump`] to its end. Fails when it is not one, or not whole.
pub(crate) fn check(file: &Path) -> Result<()> {
    for target in ["--list", "--file=/dev/null"] {
        let mut restore = Command::new(found("pg_restore")?);
        run(restore.arg(target).arg(file))
            .with_context(|| format!("{} is damaged or no backup", file.display()))?;
    }
    Ok(())
}

/// Fills the database, all or nothing.
pub(crate) fn restore(url: &str, file: &Path) -> Result<()> {
    let mut restore = program("pg_restore", url)?;
    restore.args(["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]);
    // The schema is there: an empty database has one, and `set_aside` makes one.
    run(restore.args(["--clean", "--if-exists"]).arg(file))
}

/// Renames the tables' schema, and makes an empty one in its place.
pub(crate) fn set_aside(url: &str) -> Result<()> {
    script(url, include_str!("restore/set_aside.sql"))
}

/// Undoes [`set_aside`].
pub(crate) fn put_back(url: &str) -> Result<()> {
    script(url, include_str!("restore/put_back.sql"))
}

fn script(url: &str, sql: &str) -> Result<()> {
    let mut psql = program("psql", url)?;
    psql.args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction"]);
    run(psql.arg("--command").arg(sql))
}

/// A program that knows the database. The password goes by the environment: other users of the
/// machine may read command lines.
fn program(name: &str, url: &str) -> Result<Command> {
    let (url, password) = split_password(url);
    let mut command = Command::new(found(name)?);
    command.arg(format!("--dbname={url}"));
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    Ok(command)
}

fn run(command: &mut Command) -> Result<()> {
    let name = Path::new(command.get_program()).file_name().unwrap_or_default().to_owned();
    let name = name.to_string_lossy();
    let output = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .with_context(|| format!("could not start {name}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    bail!("{name} failed: {}", said.trim())
}

/// Where a program of PostgreSQL lies: on the PATH, or where Debian keeps each version's.
fn found(name: &str) -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|folder| folder.join(name));
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path())).collect())
        .unwrap_or_default();
    // The newest first: it reads every older server.
    versions.sort_by_key(|folder| {
        let version = folder.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
        std::cmp::Reverse(version.unwrap_or(0))
    });
    on_path
        .chain(versions.into_iter().map(|folder| folder.join("bin").join(name)))
        .find(|program| program.is_file())
        .with_context(|| {
            format!("{name} is not installed; it comes with PostgreSQL's client programs")
        })
}
