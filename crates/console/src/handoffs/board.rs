//! The boards: what waits for us, what we sent, what is overdue; each line says who acts next and
//! by when.

use askama::Template;
use axum::{extract::State, http::Uri, response::Response};
use handfast_db::{Cx, Fault};
use handfast_handoffs::{self as handoffs, Board, Counts, Row as Listed};
use handfast_kit::{Cursor, TimeMs};
use handfast_record::sharing::{self, Lens, looks::Occasion};
use handfast_web::{App, ClockFace, Failure, Frame, Nav, Query, Viewer, html, next_href};
use serde::Deserialize;

use super::{KNOWN, faces, path, time};
use crate::{
    customer::who::{Names, Organisation},
    words,
};

/// What a board counts up to.
const COUNTED_MAX: i64 = 1_000;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    board: Option<String>,
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "handoff_board.html")]
struct BoardPage {
    frame: Frame,
    lede: String,
    title: &'static str,
    chips: Vec<Chip>,
    rows: Vec<Row>,
    empty: (&'static str, &'static str),
    more: Option<String>,
}

struct Chip {
    word: &'static str,
    label: String,
    is_chosen: bool,
}

struct Row {
    href: String,
    title: String,
    reference: String,
    customer: String,
    from: Organisation,
    to: Organisation,
    next: String,
    is_mine: bool,
    clock: ClockFace,
}

struct Found {
    rows: Vec<Listed>,
    next: Option<Cursor>,
    counts: Counts,
    names: Names,
}

pub(super) async fn show(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let now = app.clock.now();
    let wanted = asked.board.as_deref().and_then(Board::named);
    let after: Option<Cursor> = asked.after.as_deref().and_then(|after| after.parse().ok());
    let found = sharing::read(&app, &viewer, Occasion::of("list"), move |cx, lens| {
        read(cx, lens, now, wanted, after.as_ref())
    });
    let (board, found) = found.await?;
    let looking = Looking { viewer: &viewer, now, names: &found.names };
    html(&BoardPage {
        frame: Frame::of(&viewer, &uri, Nav::HandOffs, "Hand-offs").saying(KNOWN),
        lede: lede(&found.counts),
        title: title(board),
        chips: chips(board, &found.counts),
        rows: found.rows.iter().map(|row| looking.row(row)).collect(),
        empty: empty(board),
        more: found.next.map(|next| next_href(&uri, &next)),
    })
}

fn read(
    cx: &mut Cx<'_>,
    lens: &Lens,
    now: TimeMs,
    wanted: Option<Board>,
    after: Option<&Cursor>,
) -> Result<(Board, Found), Fault> {
    let counts = handoffs::counts(cx, lens, now)?;
    let board = wanted.unwrap_or(if counts.waiting > 0 { Board::Waiting } else { Board::Open });
    let page = handoffs::board(cx, lens, now, board, after)?;
    let parties = page.items.iter().flat_map(|row| [row.from, row.to, row.waits_for]);
    let names = faces::names(cx, lens, parties)?;
    Ok((board, Found { rows: page.items, next: page.next, counts, names }))
}

struct Looking<'a> {
    viewer: &'a Viewer,
    now: TimeMs,
    names: &'a Names,
}

impl Looking<'_> {
    fn row(&self, row: &Listed) -> Row {
        let is_mine = row.waits_for == self.viewer.organisation;
        let next = self.names.organisation(row.waits_for).name;
        let who = if is_mine { "You" } else { &*next };
        let deed = faces::next_deed(row.state, row.waits_for == row.from);
        Row {
            href: path(row.id),
            title: words::sentence(&row.title),
            reference: row.reference.clone(),
            customer: row.customer_name.clone().unwrap_or_else(|| "a customer".to_owned()),
            from: self.names.organisation(row.from),
            to: self.names.organisation(row.to),
            next: format!("{who} {}.", if is_mine { deed.0 } else { deed.1 }),
            is_mine,
            clock: time::clock(self.now, row.due, self.now, &self.viewer.zone),
        }
    }
}

fn lede(counts: &Counts) -> String {
    let waiting = match counts.waiting {
        0 => "Nothing waits for you.".to_owned(),
        1 => "1 hand-off waits for you.".to_owned(),
        n => format!("{} hand-offs wait for you.", counted(n)),
    };
    match counts.overdue {
        0 => format!("{waiting} Nothing is overdue."),
        n => format!("{waiting} {} overdue.", if n == 1 { "1 is".into() } else { are(n) }),
    }
}

fn are(n: i64) -> String {
    format!("{} are", counted(n))
}

fn counted(n: i64) -> String {
    if n >= COUNTED_MAX { format!("{} or more", words::number(n)) } else { words::number(n) }
}

const fn title(board: Board) -> &'static str {
    match board {
        Board::Waiting => "Waiting for you",
        Board::Sent => "Sent by you",
        Board::Overdue => "Overdue",
        Board::Open => "All that are open",
    }
}

fn chips(chosen: Board, counts: &Counts) -> Vec<Chip> {
    let count = |board| match board {
        Board::Waiting => Some(counts.waiting),
        Board::Sent => Some(counts.sent),
        Board::Overdue => Some(counts.overdue),
        Board::Open => None,
    };
    let label = |board| match count(board) {
        Some(n) => format!("{} {}", title(board), counted(n)),
        None => "All open".to_owned(),
    };
    let chip =
        |board: Board| Chip { word: board.word(), label: label(board), is_chosen: board == chosen };
    Board::ALL.map(chip).into()
}

const fn empty(board: Board) -> (&'static str, &'static str) {
    match board {
        Board::Waiting => (
            "Nothing waits for you",
            "When somebody asks you to take a case, an order or a customer over, or for something \
             that a brief lacks, it stands here with its clock.",
        ),
        Board::Sent => (
            "You wait for nobody",
            "What you hand off begins at the customer’s page. Until it is accepted it stays with \
             you, and is shown here.",
        ),
        Board::Overdue => ("Nothing is overdue", "Everybody who acts next has time left."),
        Board::Open => {
            ("No hand-off is open", "One begins at a customer’s page: “Hand something off”.")
        }
    }
}
