//! The table of roles: `roles.txt` beside this file says of every route who may use it. People read
//! and change it; the walk holds the server to it.

use std::{collections::BTreeMap, fmt::Write};

use axum::http::Method;
use handfast_web::{Face, Facts, Role, Side};

/// The text of the table.
const TEXT: &str = include_str!("roles.txt");

/// Who asks, as the columns of the table tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Column {
    Nobody,
    BrandAdmin,
    BrandStaff,
    BrandAuditor,
    PartnerAdmin,
    PartnerStaff,
    PartnerAuditor,
}

impl Column {
    pub(crate) const ALL: [Self; 7] = [
        Self::Nobody,
        Self::BrandAdmin,
        Self::BrandStaff,
        Self::BrandAuditor,
        Self::PartnerAdmin,
        Self::PartnerStaff,
        Self::PartnerAuditor,
    ];

    const fn role(self) -> Option<(Role, Side)> {
        match self {
            Self::Nobody => None,
            Self::BrandAdmin => Some((Role::BrandAdmin, Side::Brand)),
            Self::BrandStaff => Some((Role::BrandStaff, Side::Brand)),
            Self::BrandAuditor => Some((Role::Auditor, Side::Brand)),
            Self::PartnerAdmin => Some((Role::PartnerAdmin, Side::Partner)),
            Self::PartnerStaff => Some((Role::PartnerStaff, Side::Partner)),
            Self::PartnerAuditor => Some((Role::Auditor, Side::Partner)),
        }
    }
}

/// One line of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// What a token needs besides; `-` on pages.
    scope: String,
    may: Vec<bool>,
}

/// The table.
pub(crate) struct Table(BTreeMap<(String, String), Row>);

impl Table {
    pub(crate) fn read() -> Self {
        let lines = TEXT.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
        Self(lines.map(row).collect())
    }

    /// Whether somebody of this column may use the route.
    pub(crate) fn may(&self, facts: &Facts, column: Column) -> bool {
        let row = self.0.get(&key(facts));
        let row = row.unwrap_or_else(|| panic!("{} {} has no row", facts.method, facts.path));
        row.may[Column::ALL.iter().position(|one| *one == column).unwrap()]
    }

    /// What the table says of routes that are not there, and does not say of those that are.
    pub(crate) fn differences(&self, routes: &[Facts]) -> String {
        let mut text = String::new();
        for facts in routes {
            match self.0.get(&key(facts)) {
                None => writeln!(text, "missing: {}", line(facts)).unwrap(),
                Some(row) if row.scope != scope(facts) => {
                    writeln!(text, "another scope: {}", line(facts)).unwrap();
                }
                Some(_) => {}
            }
        }
        let known: Vec<_> = routes.iter().map(key).collect();
        for (method, path) in self.0.keys().filter(|key| !known.contains(key)) {
            writeln!(text, "gone: {method} {path}").unwrap();
        }
        text
    }
}

fn key(facts: &Facts) -> (String, String) {
    (facts.path.to_owned(), facts.method.to_string())
}

fn scope(facts: &Facts) -> String {
    facts.scope.filter(|_| facts.face == Face::Api).map_or("-", |scope| scope.word()).to_owned()
}

fn row(line: &str) -> ((String, String), Row) {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [method, path, scope, may @ ..] = words.as_slice() else { panic!("no row: {line}") };
    assert_eq!(may.len(), Column::ALL.len(), "{line}");
    let may = may
        .iter()
        .map(|word| match *word {
            "yes" => true,
            "no" => false,
            other => panic!("{other} is neither yes nor no: {line}"),
        })
        .collect();
    (((*path).to_owned(), (*method).to_owned()), Row { scope: (*scope).to_owned(), may })
}

/// The row that the access class of a route would give, for whoever adds it to read over.
pub(crate) fn line(facts: &Facts) -> String {
    let Facts { method, path, access, .. } = facts;
    let may = |column: Column| match column.role() {
        None => *access == handfast_web::Access::Public,
        Some((role, side)) => access.allows(role, side, method),
    };
    let word = |column| format!("{:<3}", if may(column) { "yes" } else { "no" });
    let words = Column::ALL.map(word).join(" ");
    let method = Method::as_str(method);
    format!("{method:<6} {path:<46} {:<6} {words}", scope(facts)).trim_end().to_owned()
}
