//! Who sees what, as a table to read: what a partner is shown of customers with each tie, what a
//! competitor is shown, what the customer sees.

use handfast_record::{
    agreements::Agreement,
    sharing::{Class, Grant, Level, Purpose, Tie},
};

use super::words;
use crate::words as common;

/// The table. Ties and classes to which the same applies stand together.
pub(crate) struct Matrix {
    /// How many columns are the partner's.
    pub(crate) own: usize,
    pub(crate) heads: Vec<String>,
    pub(crate) has_competitor: bool,
    pub(crate) rows: Vec<Row>,
}

/// What of the customer, and who sees how much of it.
pub(crate) struct Row {
    pub(crate) head: String,
    pub(crate) cells: Vec<Cell>,
}

/// How much is seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) word: &'static str,
    pub(crate) icon: &'static str,
    pub(crate) tone: &'static str,
    /// On what it depends, and what else is seen then; may be empty.
    pub(crate) note: String,
}

/// How much a table tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// How much is seen.
    Brief,
    /// And for what.
    Whole,
}

const NEVER: Cell = plain("Never", "x", "");

const fn plain(word: &'static str, icon: &'static str, tone: &'static str) -> Cell {
    Cell { word, icon, tone, note: String::new() }
}

impl Matrix {
    /// The table of these grants. `competitors` are the agreements in force with partners of the
    /// same kind, if they may be known.
    pub(super) fn of(grants: &[Grant], competitors: &[Agreement], detail: Detail) -> Self {
        let mut columns: Vec<(Vec<Tie>, Vec<Cell>)> = Vec::new();
        for tie in ties_of(grants) {
            let cells: Vec<Cell> =
                Class::ALL.iter().map(|class| cell(of(grants, tie, *class), detail)).collect();
            match columns.iter_mut().find(|(_, known)| *known == cells) {
                Some((ties, _)) => ties.push(tie),
                None => columns.push((vec![tie], cells)),
            }
        }
        let own = columns.len();
        let heads = columns.iter().map(|(ties, _)| head(ties)).collect();
        let mut cells: Vec<Vec<Cell>> = columns.into_iter().map(|(_, cells)| cells).collect();
        if !competitors.is_empty() {
            let seen = |class: &Class| {
                let all = competitors.iter().flat_map(|agreement| &agreement.grants);
                cell(all.filter(|grant| grant.class == *class).copied().collect(), Detail::Brief)
            };
            cells.push(Class::ALL.iter().map(seen).collect());
        }
        cells.push(Class::ALL.iter().map(|class| of_customer(*class)).collect());
        Self { own, heads, has_competitor: !competitors.is_empty(), rows: rows(&cells) }
    }
}

/// The ties to which something is granted, in the order of their numbers.
pub(super) fn ties_of(grants: &[Grant]) -> impl Iterator<Item = Tie> + '_ {
    let is_granted =
        |tie: &Tie| grants.iter().any(|grant| grant.tie == *tie && grant.level > Level::None);
    Tie::GRANTABLE.into_iter().filter(is_granted)
}

/// The grants for one tie and class.
pub(super) fn of(grants: &[Grant], tie: Tie, class: Class) -> Vec<Grant> {
    grants.iter().filter(|grant| grant.tie == tie && grant.class == class).copied().collect()
}

/// `Sold to, assigned to`.
fn head(ties: &[Tie]) -> String {
    let heads: Vec<&str> = ties.iter().map(|tie| words::tie(*tie)).collect();
    common::sentence(&heads.join(", ").to_lowercase())
}

/// The rows, where classes that are seen alike stand together.
fn rows(columns: &[Vec<Cell>]) -> Vec<Row> {
    let mut groups: Vec<(Vec<Class>, Vec<Cell>)> = Vec::new();
    for (at, class) in Class::ALL.into_iter().enumerate() {
        let cells: Vec<Cell> = columns.iter().map(|column| column[at].clone()).collect();
        match groups.iter_mut().find(|(_, known)| *known == cells) {
            Some((classes, _)) => classes.push(class),
            None => groups.push((vec![class], cells)),
        }
    }
    groups
        .into_iter()
        .map(|(classes, cells)| Row { head: words::classes(&classes), cells })
        .collect()
}

/// The customer sees all, and changes what is about nobody else.
const fn of_customer(class: Class) -> Cell {
    match class {
        Class::Identity | Class::Contact | Class::Address => plain("Sees, changes", "eye", "ok"),
        _ => plain("Sees", "eye", "ok"),
    }
}

/// The grants without those beside which another shows as much or more, on fewer conditions; what
/// needs nobody's consent first, and then what shows most.
pub(super) fn essential(mut grants: Vec<Grant>) -> Vec<Grant> {
    grants.retain(|grant| grant.level > Level::None);
    let asks = |grant: &Grant| grant.purpose.is_some_and(Purpose::needs_consent);
    grants.sort_by_key(|grant| {
        (asks(grant), std::cmp::Reverse(grant.level), grant.from_tie, grant.purpose)
    });
    let is_beside = |(at, grant): (usize, &Grant)| {
        let covers = |(other_at, other): (usize, &Grant)| {
            let is_wider = other.level >= grant.level
                && (other.purpose.is_none() || other.purpose == grant.purpose)
                && (!other.from_tie || grant.from_tie);
            let is_same = other.level == grant.level
                && other.purpose == grant.purpose
                && other.from_tie == grant.from_tie;
            at != other_at && is_wider && (!is_same || other_at < at)
        };
        grants.iter().enumerate().any(covers)
    };
    let kept = grants.iter().enumerate().filter(|one| !is_beside(*one));
    kept.map(|(_, grant)| *grant).collect()
}

/// What these grants of one class come to.
fn cell(grants: Vec<Grant>, detail: Detail) -> Cell {
    let grants = essential(grants);
    let Some((first, others)) = grants.split_first() else { return NEVER };
    let asks = first.purpose.is_some_and(Purpose::needs_consent);
    let mut cell = match first.level {
        _ if asks => plain("If they agree", "lock", "warn"),
        _ if first.from_tie => plain("From the day of the tie", "clock", "warn"),
        Level::Full => plain("Sees", "eye", "ok"),
        Level::Veiled => plain("Without partner names", "eyeoff", "warn"),
        _ => plain("Number only", "dot", "warn"),
    };
    let is_said = !asks && !first.from_tie;
    let mut notes = Vec::new();
    if detail == Detail::Whole {
        let level = if is_said { "" } else { words::how_much(first.level) };
        let purpose = first.purpose.map_or("", words::for_what);
        let parts: Vec<&str> = [level, purpose].into_iter().filter(|one| !one.is_empty()).collect();
        notes.extend((!parts.is_empty()).then(|| parts.join(", ")));
        notes.extend(others.iter().map(|other| {
            format!("{} {}", words::how_much(other.level), words::conditions(*other))
                .trim_end()
                .to_owned()
        }));
    } else if !is_said && first.level < Level::Full {
        notes.push(words::how_much(first.level).to_owned());
    }
    cell.note = notes.join("; ");
    cell
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn grant(level: Level, purpose: Option<Purpose>, from_tie: bool) -> Grant {
        Grant { tie: Tie::Sold, class: Class::Case, level, from_tie, purpose }
    }

    #[test]
    fn a_cell_says_how_much_is_seen_and_on_what_that_depends() {
        let service = Some(Purpose::Service);
        let research = Some(Purpose::Research);
        for (grants, word, note) in [
            (vec![], "Never", ""),
            (vec![grant(Level::None, None, false)], "Never", ""),
            (vec![grant(Level::Full, None, false)], "Sees", ""),
            (vec![grant(Level::Full, service, false)], "Sees", "for service"),
            (vec![grant(Level::Veiled, None, false)], "Without partner names", ""),
            (vec![grant(Level::Count, None, false)], "Number only", ""),
            (
                vec![grant(Level::Veiled, None, true)],
                "From the day of the tie",
                "without partner names",
            ),
            (
                vec![grant(Level::Full, research, false)],
                "If they agree",
                "everything, for research",
            ),
            (
                vec![grant(Level::Full, research, false), grant(Level::Count, None, false)],
                "Number only",
                "everything for research if they agree",
            ),
        ] {
            let cell = cell(grants, Detail::Whole);
            assert_eq!((cell.word, &*cell.note), (word, note));
        }
    }

    #[test]
    fn what_shows_no_more_than_another_grant_is_left_out() {
        let service = Some(Purpose::Service);
        let wide = grant(Level::Full, None, false);
        let narrow = grant(Level::Full, service, true);
        assert_eq!(essential(vec![narrow, wide, wide]), [wide]);
        let more = grant(Level::Full, service, false);
        let less = grant(Level::Count, None, false);
        assert_eq!(essential(vec![less, more]), [more, less]);
    }

    #[test]
    fn ties_and_classes_that_are_seen_alike_stand_together() {
        let tied = [Tie::Delivers, Tie::Assigned].into_iter();
        let classes = [Class::Identity, Class::Contact, Class::Address, Class::Delivery];
        let grants: Vec<Grant> = tied
            .flat_map(|tie| {
                classes.map(|class| Grant { tie, class, ..grant(Level::Full, None, false) })
            })
            .collect();
        let matrix = Matrix::of(&grants, &[], Detail::Brief);
        assert_eq!(matrix.heads, ["Delivers to, assigned to"]);
        assert_eq!((matrix.own, matrix.has_competitor), (1, false));
        let heads: Vec<&str> = matrix.rows.iter().map(|row| &*row.head).collect();
        assert_eq!(heads[0], "Customer names, contact details and addresses");
        assert!(heads[1].starts_with("Purchases, prices, cases"), "{heads:?}");
        assert_eq!(heads[2], "Deliveries");
        let words: Vec<&str> = matrix.rows[1].cells.iter().map(|cell| cell.word).collect();
        assert_eq!(words, ["Never", "Sees"], "the partner, and the customer");
    }
}
