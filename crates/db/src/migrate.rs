//! The schema: text in one order, applied once, forward only.

use handfast_kit::{Clock, Id};

use crate::{Context, Cx, Engine, Fault, Param, cx::Link, door::Store, postgres, sqlite};

/// One file of `migrations/`.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Its name, for example `0001_organisations_and_people`.
    pub name: &'static str,
    /// Its text, with `{tokens}` and `-- only:` blocks.
    pub text: &'static str,
}

/// Why a schema was not, or not wholly, brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// Somebody ran a newer Handfast on this database.
    #[error(
        "this database was made by a newer Handfast: it has the migration {0}, which this one \
         does not know; nothing was touched; use the newer one, or restore a backup"
    )]
    Newer(String),
    /// The text of a migration is not what was applied.
    #[error("the migration {0} was changed after it had been applied; add a new one instead")]
    Changed(String),
    /// A new migration stands before one that is applied already.
    #[error("the migration {0} stands before one that is already applied; add it at the end")]
    OutOfOrder(String),
    /// A text is wrong in itself.
    #[error("the migration {name} makes no sense: {reason}")]
    Text {
        /// Which one.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The database refused. What was applied before this one stays.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What is applied and what is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaState {
    /// Names of the applied migrations, in order.
    pub applied: Vec<String>,
    /// Names of those still to be applied, in order.
    pub pending: Vec<String>,
}

/// Marks the hash of a migration's text.
enum Text {}

impl Migration {
    fn hash(&self) -> Id<Text> {
        // Line ends are not content: a check-out on another system may change them.
        Id::derived(&[self.name.as_bytes(), self.text.replace("\r\n", "\n").as_bytes()])
    }

    /// The text for one engine: blocks for the other are left out, tokens replaced.
    fn expanded(&self, engine: Engine) -> Result<String, MigrateError> {
        let wrong = |reason: String| MigrateError::Text { name: self.name.to_owned(), reason };
        let mut only: Option<Engine> = None;
        let mut text = String::with_capacity(self.text.len());
        for line in self.text.lines() {
            match line.trim().strip_prefix("-- only:").map(str::trim) {
                Some("sqlite") if only.is_none() => only = Some(Engine::Sqlite),
                Some("postgres") if only.is_none() => only = Some(Engine::Postgres),
                Some("end") if only.is_some() => only = None,
                Some(other) => return Err(wrong(format!("`-- only: {other}` is out of place"))),
                None if only.is_none_or(|only| only == engine) => {
                    text.push_str(line);
                    text.push('\n');
                }
                None => {}
            }
        }
        if only.is_some() {
            return Err(wrong("a block has no `-- only: end`".to_owned()));
        }
        let tokens = match engine {
            Engine::Sqlite => [
                ("{uuid}", "blob"),
                ("{int}", "integer"),
                ("{blob}", "blob"),
                ("{table}", "strict"),
                ("{clustered}", "strict, without rowid"),
            ],
            Engine::Postgres => [
                ("{uuid}", "uuid"),
                ("{int}", "bigint"),
                ("{blob}", "bytea"),
                ("{table}", ""),
                ("{clustered}", ""),
            ],
        };
        for (token, meaning) in tokens {
            text = text.replace(token, meaning);
        }
        match text.find('{') {
            None => Ok(text),
            Some(at) => {
                let token: String = text[at..].chars().take_while(|c| *c != '\n').collect();
                Err(wrong(format!("unknown token at {token:?}")))
            }
        }
    }
}

/// Compares what is applied with `files`.
pub(crate) fn state(cx: &mut Cx<'_>, files: &[Migration]) -> Result<SchemaState, MigrateError> {
    let there = match cx.engine() {
        Engine::Sqlite => "select 1 from sqlite_schema where type = 'table' and name = 'migration'",
        Engine::Postgres => "select 1 where to_regclass('migration') is not null",
    };
    let applied: Vec<(String, Id<Text>)> = if cx.one::<(i64,)>(there, ())?.is_some() {
        cx.all("select name, hash from migration order by position limit 100000", ())?
    } else {
        Vec::new()
    };
    compare(&applied, files)
}

fn compare(
    applied: &[(String, Id<Text>)],
    files: &[Migration],
) -> Result<SchemaState, MigrateError> {
    // Known at all, before anything else is said: an older binary must hear the true reason.
    if let Some((name, _)) =
        applied.iter().find(|(name, _)| files.iter().all(|file| file.name != name))
    {
        return Err(MigrateError::Newer(name.clone()));
    }
    for ((name, hash), file) in applied.iter().zip(files) {
        if name != file.name {
            return Err(MigrateError::OutOfOrder(file.name.to_owned()));
        }
        if *hash != file.hash() {
            return Err(MigrateError::Changed(name.clone()));
        }
    }
    Ok(SchemaState {
        applied: applied.iter().map(|(name, _)| name.clone()).collect(),
        pending: files[applied.len()..].iter().map(|file| file.name.to_owned()).collect(),
    })
}

const TABLE: &str = "create table if not exists migration (
  position {int} not null,
  name text not null,
  hash {uuid} not null,
  applied_ms {int} not null,
  constraint migration_pk primary key (position)
) {table}";

const INSERT: &str =
    "insert into migration (position, name, hash, applied_ms) values ($1, $2, $3, $4)";

/// One migration made ready: its text for the engine, and the row that says it is applied.
struct Ready {
    position: i64,
    file: Migration,
    text: String,
}

impl Ready {
    fn row(&self) -> [Param<'_>; 4] {
        [
            Param::Int(self.position),
            Param::Text(self.file.name),
            Param::Uuid(self.file.hash().uuid()),
            Param::Int(Clock::machine().now().0),
        ]
    }
}

/// Applies what is pending, each in its own transaction.
pub(crate) fn run(store: &Store, files: &[Migration]) -> Result<Vec<String>, MigrateError> {
    // All texts are made before the first is run: a mistake in the last one must not strand half.
    let engine = store.engine();
    let mut ready = Vec::new();
    for (position, file) in files.iter().enumerate() {
        let text = file.expanded(engine)?;
        ready.push(Ready { position: position as i64, file: *file, text });
    }
    let table = Migration { name: "migration", text: TABLE }.expanded(engine)?;
    let files = files.to_vec();
    match store {
        Store::Sqlite(sqlite) => {
            sqlite.writer.alone(move |link| on_sqlite(link, &table, &files, &ready))?
        }
        Store::Postgres(postgres) => {
            on_postgres(&mut postgres.unlimited()?, &table, &files, &ready)
        }
    }
}

fn on_sqlite(
    link: &mut sqlite::Link,
    table: &str,
    files: &[Migration],
    ready: &[Ready],
) -> Result<Vec<String>, MigrateError> {
    let now = |link: &sqlite::Link| state(&mut Cx::new(Link::Sqlite(link)), files);
    now(link)?;
    let mut done = Vec::new();
    let each = link.unlimited();
    for one in ready {
        let applied = link.in_transaction(|link| {
            link.batch(table)?;
            // Looked at inside the transaction: another process may have been faster.
            if now(link)?.applied.iter().any(|name| name == one.file.name) {
                return Ok(false);
            }
            link.batch(&one.text).context(|| format!("in migration {}", one.file.name))?;
            link.execute(INSERT, &one.row())?;
            Ok::<_, MigrateError>(true)
        });
        match applied {
            Ok(true) => done.push(one.file.name.to_owned()),
            Ok(false) => {}
            Err(error) => {
                link.limited(each);
                return Err(error);
            }
        }
    }
    link.limited(each);
    Ok(done)
}

fn on_postgres(
    link: &mut postgres::Link,
    table: &str,
    files: &[Migration],
    ready: &[Ready],
) -> Result<Vec<String>, MigrateError> {
    let now = |link: &mut postgres::Link| state(&mut Cx::new(Link::Postgres(link)), files);
    now(link)?;
    // Two processes that start together may both find no table; one of them then fails to make it.
    link.batch(table).or_else(|_| link.batch(table))?;
    let mut done = Vec::new();
    for one in ready {
        link.begin("begin");
        let applied = (|| {
            link.control("lock table migration in share row exclusive mode")?;
            // Looked at behind the lock: another process may have been faster.
            if now(link)?.applied.iter().any(|name| name == one.file.name) {
                return Ok(false);
            }
            link.batch(&one.text).context(|| format!("in migration {}", one.file.name))?;
            link.execute(INSERT, &one.row())?;
            link.commit()?;
            Ok::<_, MigrateError>(true)
        })();
        if !matches!(applied, Ok(true)) {
            link.undo();
        }
        if applied? {
            done.push(one.file.name.to_owned());
        }
    }
    Ok(done)
}
