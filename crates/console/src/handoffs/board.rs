//! The boards: what waits for us, what we sent, what is overdue, hand-offs and changes in one list;
//! each line says who acts next and by when.

use askama::Template;
use axum::{extract::State, http::Uri, response::Response};
use handfast_db::{Cx, Fault};
use handfast_handoffs::{
    Board, Counts, Row as Listed,
    boards::{self, Line},
    disputes::{Awaited, Waiting},
    obligations::{DutyState, Row as Duty},
};
use handfast_kit::{Cursor, OrganisationId, TimeMs};
use handfast_record::{
    organisations,
    sharing::{self, Lens, looks::Occasion},
};
use handfast_web::{App, ClockFace, Failure, Frame, Nav, Query, Viewer, html, next_href};
use serde::Deserialize;

use super::{KNOWN, changes, faces, path, time};
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
    /// From whom, to whom; none where that is told on its own page.
    between: Option<(Organisation, Organisation)>,
    next: String,
    is_mine: bool,
    /// What is wrong with it, in a word or two.
    wrong: Option<&'static str>,
    clock: ClockFace,
}

struct Found {
    rows: Vec<Line>,
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
    let counts = boards::counts(cx, lens, now)?;
    let board = wanted.unwrap_or(if counts.waiting > 0 { Board::Waiting } else { Board::Open });
    let page = boards::page(cx, lens, now, board, after)?;
    let parties = page.items.iter().flat_map(|line| match line {
        Line::HandOff(row) => [row.from, row.to, row.waits_for],
        Line::Obligation(row) => [row.organisation, row.organisation, row.waits_for],
        Line::Dispute(_) => [lens.organisation(); 3],
    });
    let names = faces::names(cx, lens, parties)?;
    Ok((board, Found { rows: page.items, next: page.next, counts, names }))
}

struct Looking<'a> {
    viewer: &'a Viewer,
    now: TimeMs,
    names: &'a Names,
}

impl Looking<'_> {
    fn row(&self, line: &Line) -> Row {
        match line {
            Line::HandOff(row) => self.hand_off(row),
            Line::Obligation(row) => self.duty(row),
            Line::Dispute(row) => self.dispute(row),
        }
    }

    fn hand_off(&self, row: &Listed) -> Row {
        let deed = faces::next_deed(row.state, row.waits_for == row.from);
        Row {
            href: path(row.id),
            title: words::sentence(&row.title),
            reference: row.reference.clone(),
            customer: called(row.customer_name.as_ref()),
            between: Some((self.names.organisation(row.from), self.names.organisation(row.to))),
            next: self.next(row.waits_for, deed),
            is_mine: row.waits_for == self.viewer.organisation,
            wrong: None,
            clock: time::clock(row.since, row.due, self.now, &self.viewer.zone),
        }
    }

    fn duty(&self, row: &Duty) -> Row {
        Row {
            href: changes::part(row.change, row.id),
            title: format!("Change of {}", row.changed.in_words()),
            reference: row.reference.clone(),
            customer: called(row.customer_name.as_ref()),
            between: Some((
                self.names.organisation(organisations::brand_id(self.viewer.network)),
                self.names.organisation(row.organisation),
            )),
            next: self.next(row.waits_for, changes::next_deed(row.state)),
            is_mine: row.waits_for == self.viewer.organisation,
            wrong: (row.state == DutyState::Mismatch).then_some("Read-back differs"),
            clock: time::clock(row.sent, row.due, self.now, &self.viewer.zone),
        }
    }

    fn dispute(&self, row: &Waiting) -> Row {
        let zone = &self.viewer.zone;
        Row {
            href: match row.what {
                Awaited::Dispute(id) => format!("/disputes/{id}"),
                Awaited::Leg(id, _) | Awaited::Remedy(id) => format!("/traces/{id}"),
            },
            title: words::sentence(&row.title),
            reference: row.reference.clone(),
            customer: called(row.customer_name.as_ref()),
            between: None,
            next: format!("You {}.", row.deed),
            is_mine: true,
            wrong: None,
            clock: ClockFace {
                // When it began is told on its own page.
                used_percent: None,
                ..time::clock(self.now, row.due, self.now, zone)
            },
        }
    }

    /// `You accept or decline it.`, `Pedal & Post corrects it.`
    fn next(&self, who: OrganisationId, (yours, theirs): (&str, &str)) -> String {
        if who == self.viewer.organisation {
            return format!("You {yours}.");
        }
        format!("{} {theirs}.", self.names.organisation(who).name)
    }
}

fn called(name: Option<&String>) -> String {
    name.map_or_else(|| "a customer".to_owned(), String::clone)
}

fn lede(counts: &Counts) -> String {
    let waiting = match counts.waiting {
        0 => "Nothing waits for you.".to_owned(),
        1 => "1 waits for you.".to_owned(),
        n => format!("{} wait for you.", counted(n)),
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
            "When somebody asks you to take a case, an order or a customer over, to apply a \
             change, or for something that a brief lacks, it stands here with its clock.",
        ),
        Board::Sent => (
            "You wait for nobody",
            "What you hand off, and a change that you tell everybody, begins at the customer’s \
             page. Until it is answered it is shown here.",
        ),
        Board::Overdue => ("Nothing is overdue", "Everybody who acts next has time left."),
        Board::Open => {
            ("Nothing is open", "A hand-off begins at a customer’s page: “Hand something off”.")
        }
    }
}
