//! The limit of the timeline: an HTTP handler that runs the same statement on a bare connection and
//! writes the same JSON. Nobody signs in, nothing is checked, nothing is added.

use std::{cell::RefCell, path::PathBuf, sync::Arc};

use anyhow::{Context, Result};
use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::get,
};
use clap::Args;
use rusqlite::{Connection, Row, params};
use serde::Serialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::{database, seed::Id};

/// The statement itself, out of the source of the program, so that it stays the same one.
fn statement() -> Result<&'static str> {
    let source = include_str!("../../../crates/record/src/touches/reading/store.rs");
    let function = source.split("fn timeline(").nth(1).context("the timeline has moved")?;
    function.split('"').nth(1).context("the timeline has no statement")
}

#[derive(Args)]
pub(crate) struct Bare {
    /// The database
    #[arg(long)]
    file: PathBuf,
    /// The network
    #[arg(long)]
    network: Uuid,
}

/// What a handler has at hand.
struct Given {
    file: PathBuf,
    network: Id,
    statement: &'static str,
}

thread_local! {
    static CONNECTION: RefCell<Option<Connection>> = const { RefCell::new(None) };
}

#[derive(Serialize)]
struct Listed {
    items: Vec<Touch>,
    next: Option<String>,
}

#[derive(Serialize)]
struct Touch {
    id: Uuid,
    subject_id: Uuid,
    organisation_id: Uuid,
    person_id: Option<Uuid>,
    class: &'static str,
    kind: String,
    channel: String,
    at: String,
    recorded: String,
    index: Option<i64>,
    summary: String,
    body: Box<RawValue>,
}

const CLASSES: [&str; 13] = [
    "identity",
    "contact",
    "address",
    "purchase",
    "price",
    "delivery",
    "case",
    "service",
    "promise",
    "message",
    "feedback",
    "relationship",
    "note",
];
/// How many touches a page has.
const PAGE: usize = 50;

impl Bare {
    /// Serves until it is ended.
    pub(crate) fn serve(self) -> Result<()> {
        let given =
            Given { file: self.file, network: self.network.into_bytes(), statement: statement()? };
        // As many threads as the program itself would have.
        let processors = std::thread::available_parallelism().map_or(2, usize::from);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads((processors * 2).max(4))
            .enable_all()
            .build()?;
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
            println!("{{\"address\":\"{}\"}}", listener.local_addr()?);
            let listener = axum::serve::ListenerExt::tap_io(listener, |stream| {
                let _ = stream.set_nodelay(true);
            });
            let router = Router::new()
                .route("/api/v1/customers/{id}/timeline", get(timeline))
                .with_state(Arc::new(given));
            axum::serve(listener, router).await?;
            Ok(())
        })
    }
}

async fn timeline(
    State(given): State<Arc<Given>>,
    Path(customer): Path<Uuid>,
) -> Result<Json<Listed>, StatusCode> {
    let listed = CONNECTION.with_borrow_mut(|connection| {
        let connection = match connection {
            Some(connection) => connection,
            None => connection.insert(database::reading(&given.file)?),
        };
        read(connection, &given, customer)
    });
    listed.map(Json).map_err(|error| {
        eprintln!("{error:#}");
        StatusCode::INTERNAL_SERVER_ERROR
    })
}

fn read(connection: &Connection, given: &Given, customer: Uuid) -> Result<Listed> {
    let every_class = (1_i64 << CLASSES.len()) - 1;
    let mut statement = connection.prepare_cached(given.statement)?;
    let rows = statement.query_and_then(
        params![
            given.network,
            customer.into_bytes(),
            i64::MAX,
            [255_u8; 16],
            i64::MIN,
            every_class,
            given.network,
            every_class,
            2,
            PAGE as i64 + 1,
        ],
        touch,
    )?;
    let mut items = rows.collect::<Result<Vec<_>>>()?;
    let next = items.get(PAGE).map(|touch| touch.id.to_string());
    items.truncate(PAGE);
    Ok(Listed { items, next })
}

fn touch(row: &Row<'_>) -> Result<Touch> {
    let id = |at: usize| -> Result<Uuid> { Ok(Uuid::from_bytes(row.get(at)?)) };
    Ok(Touch {
        id: id(0)?,
        subject_id: id(1)?,
        organisation_id: id(3)?,
        person_id: row.get::<_, Option<Id>>(4)?.map(Uuid::from_bytes),
        class: CLASSES.get(usize::from(row.get::<_, u8>(5)?)).copied().unwrap_or_default(),
        kind: row.get(6)?,
        channel: row.get(7)?,
        at: moment(row.get(8)?),
        recorded: moment(row.get(9)?),
        index: row.get(10)?,
        summary: row.get(11)?,
        body: RawValue::from_string(row.get(12)?)?,
    })
}

/// A moment as RFC 3339, to the millisecond.
fn moment(ms: i64) -> String {
    let (days, in_day) = (ms.div_euclid(86_400_000), ms.rem_euclid(86_400_000));
    // Days to a date of the Gregorian calendar, in eras of 400 years that begin in March.
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute) = (in_day / 3_600_000, in_day / 60_000 % 60);
    let (second, milli) = (in_day / 1_000 % 60, in_day % 1_000);
    let mut text = String::with_capacity(24);
    // Digit by digit: the machinery of `write!` takes longer than reading the row did.
    for (number, digits, sign) in [
        (year, 4, '-'),
        (month, 2, '-'),
        (day, 2, 'T'),
        (hour, 2, ':'),
        (minute, 2, ':'),
        (second, 2, '.'),
        (milli, 3, 'Z'),
    ] {
        for digit in (0..digits).rev() {
            text.push(char::from(b'0' + (number / 10_i64.pow(digit) % 10) as u8));
        }
        text.push(sign);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_the_program_writes_them() {
        assert_eq!(moment(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(moment(1_709_164_800_000), "2024-02-29T00:00:00.000Z");
        assert_eq!(moment(1_700_000_000_123), "2023-11-14T22:13:20.123Z");
    }

    #[test]
    fn the_statement_is_found_in_the_program() {
        assert!(statement().is_ok_and(|text| text.trim_start().starts_with("select t.touch_id")));
    }
}
