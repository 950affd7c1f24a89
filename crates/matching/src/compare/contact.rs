//! Telephone, e-mail, identifiers and single words.

use super::{Level, Parts, Seen, exact, level};
use crate::{
    prepared::{Kind, Slot},
    text::{Near, distance, near},
};

const NONE: Level = level("missing", 0.0, 1.0, false);

pub(super) static PHONE: [Level; 4] = [
    NONE,
    exact("same", 0.60, 0.00001),
    level("one digit apart", 0.03, 0.00001, false),
    level("another", 0.37, 1.0, false),
];
pub(super) static EMAIL: [Level; 4] = [
    NONE,
    exact("same", 0.60, 0.00001),
    level("one letter apart, or another provider", 0.03, 0.00001, false),
    level("another", 0.37, 1.0, false),
];
pub(super) static IDENTIFIER: [Level; 4] = [
    NONE,
    exact("same", 0.93, 0.00001),
    level("one digit apart", 0.05, 0.00001, false),
    level("another", 0.02, 1.0, false),
];
pub(super) static ORGANISATION: [Level; 4] = [
    NONE,
    exact("same", 0.75, 0.001),
    level("similar", 0.15, 0.002, true),
    level("another", 0.10, 0.99, false),
];
pub(super) static CATEGORY: [Level; 4] = [
    NONE,
    exact("same", 0.85, 0.1),
    level("similar", 0.03, 0.01, true),
    level("another", 0.12, 0.9, false),
];

/// The best of all pairs, by level.
fn best(xs: &[Slot], ys: &[Slot], one: impl Fn(&Slot, &Slot) -> Seen) -> Seen {
    let mut best = Seen::MISSING;
    for x in xs {
        for y in ys {
            let seen = one(x, y);
            if best.level == 0 || (seen.level, 255 - seen.rare) < (best.level, 255 - best.rare) {
                best = seen;
            }
        }
    }
    best
}

pub(super) fn phone(a: &Parts<'_>, b: &Parts<'_>) -> Seen {
    best(a.of(Kind::Phone), b.of(Kind::Phone), |x, y| {
        if x.hash == y.hash {
            return Seen::new(1, x.rare.min(y.rare));
        }
        let (p, q) = (a.text(x), b.text(y));
        let tails = p.len().min(q.len()).min(9);
        if tails >= 8 && p[p.len() - tails..] == q[q.len() - tails..] {
            Seen::new(1, x.rare.min(y.rare))
        } else if one_apart(p, q) {
            Seen::new(2, 0)
        } else {
            Seen::new(3, 0)
        }
    })
}

/// One slip, decided quickly for the usual case of many.
fn one_apart(p: &[u8], q: &[u8]) -> bool {
    if p.len().abs_diff(q.len()) > 1 {
        return false;
    }
    if p.len() == q.len() {
        let apart = p.iter().zip(q).filter(|(x, y)| x != y).count();
        if apart > 2 {
            return false;
        }
    }
    distance(p, q, 1).is_some()
}

pub(super) fn email(a: &Parts<'_>, b: &Parts<'_>) -> Seen {
    best(a.of(Kind::Email), b.of(Kind::Email), |x, y| {
        if x.hash == y.hash {
            return Seen::new(1, x.rare.min(y.rare));
        }
        let (p, q) = (a.text(x), b.text(y));
        let local = |text: &[u8]| text.iter().position(|&byte| byte == b'@').unwrap_or(0);
        if (x.aux == y.aux && local(p) > 5) || (p.len() > 8 && one_slip_long(p, q)) {
            Seen::new(2, 0)
        } else {
            Seen::new(3, 0)
        }
    })
}

/// One slip in texts that may be longer than [`distance`] looks.
fn one_slip_long(p: &[u8], q: &[u8]) -> bool {
    if p.len().abs_diff(q.len()) > 1 {
        return false;
    }
    let front = p.iter().zip(q).take_while(|(x, y)| x == y).count();
    let back = p[front..].iter().rev().zip(q[front..].iter().rev()).take_while(|(x, y)| x == y);
    let back = back.count();
    distance(&p[front..p.len() - back], &q[front..q.len() - back], 1).is_some()
}

pub(super) fn identifier(a: &Parts<'_>, b: &Parts<'_>, column: u16) -> Seen {
    let (xs, ys) = (a.of_column(Kind::Identifier, column), b.of_column(Kind::Identifier, column));
    best(xs, ys, |x, y| {
        if x.hash == y.hash {
            return Seen::new(1, x.rare.min(y.rare));
        }
        let (p, q) = (a.text(x), b.text(y));
        Seen::new(if p.len() >= 5 && one_apart(p, q) { 2 } else { 3 }, 0)
    })
}

pub(super) fn plain(a: &Parts<'_>, b: &Parts<'_>, kind: Kind, column: u16) -> Seen {
    best(a.of_column(kind, column), b.of_column(kind, column), |x, y| {
        if x.hash == y.hash {
            return Seen::new(1, x.rare.min(y.rare));
        }
        match near(a.text(x), b.text(y), (x.aux, y.aux)) {
            Near::One | Near::Some if x.len > 3 && y.len > 3 => Seen::new(2, x.rare.min(y.rare)),
            _ => Seen::new(3, 0),
        }
    })
}
