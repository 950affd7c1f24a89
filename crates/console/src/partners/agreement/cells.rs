//! The matrix of grants as it is written: for each class and tie how much, for what, from when.

use handfast_record::sharing::{Class, Grant, Level, Purpose, Tie};

use super::{
    editor::{Choice, Said},
    form::{self, Do, LINES_MAX, Typed},
    words,
};
use crate::{forms::beside, words as common};

/// One column of grants.
pub(super) struct TieFace {
    pub(super) word: &'static str,
    pub(super) head: &'static str,
    pub(super) about: String,
    pub(super) is_shown: bool,
    pub(super) granted: usize,
}

/// One row of grants.
pub(super) struct ClassRow {
    pub(super) word: &'static str,
    pub(super) label: String,
    pub(super) about: &'static str,
    pub(super) cells: Vec<CellFace>,
}

/// What is granted of one class for one tie.
pub(super) struct CellFace {
    pub(super) tie: &'static str,
    pub(super) id: String,
    pub(super) error: Option<String>,
    pub(super) levels: Vec<Choice>,
    pub(super) summary: String,
    pub(super) label: String,
    pub(super) is_open: bool,
    pub(super) purposes: Vec<Choice>,
    pub(super) from_tie: bool,
    pub(super) more: Vec<MoreFace>,
    pub(super) takes_more: bool,
}

/// One more line of the same cell.
pub(super) struct MoreFace {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) levels: Vec<Choice>,
    pub(super) purposes: Vec<Choice>,
    pub(super) from_tie: bool,
    pub(super) has_focus: bool,
}

/// The columns.
pub(super) fn ties(typed: &Typed) -> Vec<TieFace> {
    Tie::GRANTABLE.map(|tie| tie_face(tie, typed)).into()
}

/// The rows.
pub(super) fn rows(typed: &Typed, said: &Said) -> Vec<ClassRow> {
    Class::ALL.map(|class| class_row(class, typed, said)).into()
}

fn tie_face(tie: Tie, typed: &Typed) -> TieFace {
    let granted = Class::ALL.into_iter().filter(|class| {
        let is_granted =
            |grant: &Grant| grant.tie == tie && grant.class == *class && grant.level > Level::None;
        typed.grants.iter().any(is_granted)
    });
    TieFace {
        word: tie.word(),
        head: words::tie(tie),
        about: common::sentence(words::customers(tie)),
        is_shown: tie == typed.at,
        granted: granted.count(),
    }
}

fn class_row(class: Class, typed: &Typed, said: &Said) -> ClassRow {
    ClassRow {
        word: class.word(),
        label: common::sentence(words::class(class)),
        about: words::about(class),
        cells: Tie::GRANTABLE.map(|tie| cell_face(tie, class, typed, said)).into(),
    }
}

fn cell_face(tie: Tie, class: Class, typed: &Typed, said: &Said) -> CellFace {
    let same = |grant: &&Grant| (grant.tie, grant.class) == (tie, class);
    let grants: Vec<&Grant> = typed.grants.iter().filter(same).collect();
    let first = grants.first().copied();
    let label = format!("{}, {}", common::sentence(words::class(class)), words::tie(tie));
    let id = form::line_field(tie, class, 0);
    let was_added = said.added == Some(Do::AddLine(tie, class));
    let error = beside(said.refusal.as_ref(), &id);
    let more = grants.iter().enumerate().skip(1).map(|(at, grant)| MoreFace {
        id: form::line_field(tie, class, at),
        label: format!("{label}, line {}", at + 1),
        levels: levels(Some(grant)),
        purposes: purposes(Some(grant)),
        from_tie: grant.from_tie,
        has_focus: was_added && at + 1 == grants.len(),
    });
    CellFace {
        tie: tie.word(),
        levels: levels(first),
        summary: summary(&grants),
        is_open: was_added || error.is_some(),
        purposes: purposes(first),
        from_tie: first.is_some_and(|grant| grant.from_tie),
        more: more.collect(),
        takes_more: grants.len() < LINES_MAX,
        error,
        label,
        id,
    }
}

/// On what the first line depends, and how many more there are.
fn summary(grants: &[&Grant]) -> String {
    let [first, more @ ..] = grants else { return "always".to_owned() };
    let conditions = match (first.purpose, first.from_tie) {
        (None, false) => "always",
        (None, true) => "from the tie",
        (Some(purpose), _) => words::for_what(purpose),
    };
    let also = if first.purpose.is_some() && first.from_tie { ", from the tie" } else { "" };
    match more.len() {
        0 => format!("{conditions}{also}"),
        n => format!("{conditions}{also}, or {n} more"),
    }
}

fn levels(grant: Option<&Grant>) -> Vec<Choice> {
    let chosen = grant.map_or(Level::None, |grant| grant.level);
    Level::ALL
        .map(|level| Choice {
            value: level.word(),
            label: words::level(level).to_owned(),
            is_chosen: level == chosen,
        })
        .into()
}

fn purposes(grant: Option<&Grant>) -> Vec<Choice> {
    let chosen = grant.and_then(|grant| grant.purpose);
    let anything =
        Choice { value: "any", label: "Anything".to_owned(), is_chosen: chosen.is_none() };
    let named = Purpose::ALL.map(|purpose| Choice {
        value: purpose.word(),
        label: words::purpose(purpose).to_owned(),
        is_chosen: chosen == Some(purpose),
    });
    std::iter::once(anything).chain(named).collect()
}
