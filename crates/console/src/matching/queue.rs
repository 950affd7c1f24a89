//! The pairs of records that a person decides, the most alike first.

use askama::Template;
use axum::{extract::State, http::Uri, response::Response};
use handfast_db::{Cx, Fault};
use handfast_kit::{Cursor, TimeMs};
use handfast_record::{
    matching::{self, Pair, State as Standing},
    sharing::{self, Lens, looks::Occasion},
};
use handfast_web::{App, Failure, Frame, Nav, Query, Viewer, html, next_href};
use serde::Deserialize;

use super::{
    Chip, KNOWN,
    known::{self, said},
    reasons,
    sides::{self, Head},
    weights,
};
use crate::{customer::who::Names, words};

/// How many pairs one page shows.
const PAGE_LEN: usize = 25;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    which: Option<String>,
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "matching.html")]
struct QueuePage {
    frame: Frame,
    lede: String,
    title: &'static str,
    chips: Vec<Chip>,
    rows: Vec<Row>,
    empty: Empty,
    more: Option<String>,
}

/// One pair of the list.
struct Row {
    href: String,
    left: Head,
    right: Head,
    reason: String,
    tone: &'static str,
    icon: &'static str,
    word: &'static str,
    when: String,
}

/// Why a list is empty, and the next good thing.
struct Empty {
    title: &'static str,
    text: &'static str,
    href: &'static str,
    label: &'static str,
}

/// What is read for the page.
struct Found {
    pairs: Vec<Pair>,
    next: Option<Cursor>,
    open: i64,
    names: Names,
}

pub(super) async fn show(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let which = asked.which.as_deref().and_then(Standing::named).unwrap_or_default();
    let after: Option<Cursor> = asked.after.as_deref().and_then(|after| after.parse().ok());
    let found = sharing::read(&app, &viewer, Occasion::of("list"), move |cx, lens| {
        read(cx, lens, which, after.as_ref())
    });
    let (found, now) = (found.await?, app.clock.now());
    html(&QueuePage {
        frame: Frame::of(&viewer, &uri, Nav::Matching, "Matching").saying(KNOWN),
        lede: lede(found.open),
        title: title(which),
        chips: chips(which),
        rows: found.pairs.iter().map(|pair| row(pair, &found.names, &viewer, now)).collect(),
        empty: empty(which),
        more: found.next.map(|next| next_href(&uri, &next)),
    })
}

fn read(
    cx: &mut Cx<'_>,
    lens: &Lens,
    which: Standing,
    after: Option<&Cursor>,
) -> Result<Found, Fault> {
    let page = matching::queue(cx, lens, which, after, PAGE_LEN)?;
    let records = page.items.iter().flat_map(|pair| [&pair.records.0, &pair.records.1]);
    let names = known::names(cx, lens, records, [], [])?;
    let open = matching::queue_len(cx, lens, Standing::Open)?;
    Ok(Found { pairs: page.items, next: page.next, open, names })
}

fn row(pair: &Pair, names: &Names, viewer: &Viewer, now: TimeMs) -> Row {
    let (left, right) = &pair.records;
    let (tone, icon, word) = weights::chance(pair.weight);
    let day = |at| words::when(viewer.zone.day_of(at), viewer.zone.day_of(now));
    Row {
        href: format!("/matching/{}/{}", left.id, right.id),
        left: sides::head(left, names),
        right: sides::head(right, names),
        reason: reasons::summary(&said(&pair.lines)),
        tone,
        icon,
        word,
        when: pair.found.map_or(String::new(), |at| format!("found {}", day(at))),
    }
}

fn lede(open: i64) -> String {
    match open {
        0 => "No pair of records waits for an answer.".to_owned(),
        1 => "1 pair of records may be one person. You decide.".to_owned(),
        n => format!("{} pairs of records may be one person. You decide.", words::number(n)),
    }
}

const fn title(which: Standing) -> &'static str {
    match which {
        Standing::Open => "May be one person",
        Standing::Decided => "Decided",
        Standing::Skipped => "Skipped",
    }
}

fn chips(chosen: Standing) -> Vec<Chip> {
    let label = |which| match which {
        Standing::Open => "Open",
        Standing::Decided => "Decided",
        Standing::Skipped => "Skipped",
    };
    let chip = |which: Standing| Chip {
        word: which.word(),
        label: label(which),
        is_chosen: which == chosen,
    };
    Standing::ALL.map(chip).into()
}

const fn empty(which: Standing) -> Empty {
    let (title, text) = match which {
        Standing::Open => (
            "Nothing waits for you",
            "Records that are surely one person are joined by themselves. When two are much alike \
             and not enough, they come here. To join two that you know are one, begin at either’s \
             page.",
        ),
        Standing::Decided => {
            ("Nobody has decided yet", "Answers stay here, with who gave them and when.")
        }
        Standing::Skipped => {
            ("Nothing was skipped", "What you skip stays here until somebody knows.")
        }
    };
    Empty { title, text, href: "/customers", label: "Find a customer" }
}
