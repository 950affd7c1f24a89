//! Names: typed parts with swaps, or bags of words.

use super::{Level, Parts, Seen, exact, level};
use crate::{
    nicknames,
    prepared::{Kind, Slot},
    text::{Near, near},
};

const SAME: u8 = 1;
const FORM: u8 = 2;
const SLIP: u8 = 3;
const SIMILAR: u8 = 4;
const INITIAL: u8 = 5;
const ELSEWHERE: u8 = 6;
const OTHER: u8 = 7;

const NONE: Level = level("missing", 0.0, 1.0, false);

pub(super) static FAMILY: [Level; 8] = [
    NONE,
    exact("same", 0.84, 0.001),
    level("another form", 0.001, 0.0005, true),
    level("one letter apart", 0.06, 0.0008, true),
    level("similar", 0.02, 0.002, true),
    level("initial", 0.005, 0.05, false),
    level("given and family name swapped, or one part the same", 0.02, 0.0005, true),
    level("another", 0.05, 0.99, false),
];
pub(super) static GIVEN: [Level; 8] = [
    NONE,
    exact("same", 0.76, 0.005),
    level("another form of the name", 0.09, 0.004, true),
    level("one letter apart", 0.06, 0.003, true),
    level("similar", 0.02, 0.005, true),
    level("initial", 0.03, 0.05, false),
    level("used as middle name", 0.015, 0.003, true),
    level("another", 0.02, 0.97, false),
];
pub(super) static MIDDLE: [Level; 8] = [
    NONE,
    exact("same", 0.38, 0.005),
    level("another form of the name", 0.02, 0.004, true),
    level("one letter apart", 0.04, 0.003, true),
    level("similar", 0.02, 0.005, true),
    level("initial", 0.48, 0.07, false),
    level("elsewhere", 0.01, 0.003, true),
    level("another", 0.05, 0.92, false),
];
pub(super) const WORD: [Level; 8] = [
    NONE,
    exact("same", 0.74, 0.01),
    level("another form of the name", 0.08, 0.01, true),
    level("one letter apart", 0.08, 0.005, true),
    level("similar", 0.03, 0.01, true),
    level("initial", 0.03, 0.05, false),
    level("elsewhere", 0.001, 0.01, true),
    level("another", 0.04, 0.90, false),
];

/// The levels of the best word: those of two words and more, then those of a single word, which
/// differ in how often they occur and are counted by themselves.
pub(super) static FIRST_WORD: [Level; 15] = {
    let mut levels = [NONE; 15];
    let mut at = 1;
    while at < 8 {
        levels[at] = WORD[at];
        levels[at + SINGLE as usize] = Level { frame: 1, ..WORD[at] };
        at += 1;
    }
    levels
};
/// Added to the level of the best word when one of the names is a single word.
const SINGLE: u8 = 7;

/// How two words of names agree, and how rare that is. `rare` picks the rarity to look at.
fn words_agree(
    a: (&Parts<'_>, &Slot),
    b: (&Parts<'_>, &Slot),
    rare: fn(&Slot, &Slot) -> u8,
) -> Seen {
    let ((parts_a, x), (parts_b, y)) = (a, b);
    if x.hash == y.hash {
        return Seen::new(if x.len == 1 { INITIAL } else { SAME }, rare(x, y));
    }
    let (mine, theirs) = (parts_a.text(x), parts_b.text(y));
    if mine.len() == 1 || theirs.len() == 1 {
        let same = mine.first() == theirs.first();
        return Seen::new(if same { INITIAL } else { OTHER }, 0);
    }
    if x.column & y.column & FORMS != 0
        && nicknames::related(&nicknames::names(mine), &nicknames::names(theirs))
    {
        return Seen::new(FORM, rare(x, y));
    }
    match near(mine, theirs, (x.aux, y.aux)) {
        Near::One => Seen::new(SLIP, rare(x, y)),
        Near::Some => Seen::new(SIMILAR, rare(x, y)),
        Near::Not => Seen::new(OTHER, 0),
    }
}

/// Marks a name that has other forms, in [`Slot::column`].
pub(crate) const FORMS: u16 = 1;
/// Marks a title, in [`Slot::column`]. Titles come together ("1st", "baronet") and are shared by
/// many, so they never say much.
pub(crate) const TITLE: u16 = 2;
/// The most that a title says, in half-octaves.
pub(crate) const TITLE_RARE_MAX: u8 = 3;

fn own(x: &Slot, y: &Slot) -> u8 {
    x.rare.min(y.rare)
}

/// The rarity for a given name met as a family name.
fn crossed(x: &Slot, y: &Slot) -> u8 {
    x.rare.max(x.rare_else).min(y.rare.max(y.rare_else))
}

fn agrees(seen: Seen) -> bool {
    (SAME..=SIMILAR).contains(&seen.level)
}

/// Family, given and middle name.
pub(super) fn typed(a: &Parts<'_>, b: &Parts<'_>) -> [Seen; 3] {
    let (families_a, families_b) = (a.of(Kind::Family), b.of(Kind::Family));
    let (givens_a, givens_b) = (a.of(Kind::Given), b.of(Kind::Given));
    let pair = |x: &[Slot], y: &[Slot], rare| match (x.first(), y.first()) {
        (Some(x), Some(y)) => words_agree((a, x), (b, y), rare),
        _ => Seen::MISSING,
    };
    let mut family = pair(families_a, families_b, own);
    let mut given = pair(givens_a, givens_b, own);
    if !agrees(family) && !agrees(given) {
        let first = pair(families_a, givens_b, crossed);
        let second = pair(givens_a, families_b, crossed);
        let weak = first.level == 0 || second.level == 0;
        if (agrees(first) && agrees(second)) || (weak && (agrees(first) || agrees(second))) {
            // By level where they are equally rare: the weight is the same from both sides.
            let rank = |seen: Seen| (seen.rare, seen.level);
            let (whole, rest) =
                if rank(first) >= rank(second) { (first, second) } else { (second, first) };
            family = Seen::new(ELSEWHERE, whole.rare);
            given = rest;
            return [family, given, middle(a, b, None)];
        }
    }
    if family.level == OTHER {
        family = family_parts(a, b).unwrap_or(family);
    }
    let mut used = None;
    if given.level == OTHER || given.level == 0 {
        let middles = (a.of(Kind::Middle), b.of(Kind::Middle));
        let found = middles.1.iter().map(|m| pair(givens_a, std::slice::from_ref(m), own));
        let back = middles.0.iter().map(|m| pair(std::slice::from_ref(m), givens_b, own));
        let best = found.chain(back).filter(|seen| agrees(*seen)).max_by_key(|seen| seen.rare);
        if let Some(best) = best {
            given = Seen::new(ELSEWHERE, best.rare);
            used = Some(());
        }
    }
    [family, given, middle(a, b, used)]
}

/// One part of a family name of several that is all or part of the other.
fn family_parts(a: &Parts<'_>, b: &Parts<'_>) -> Option<Seen> {
    if a.of(Kind::FamilyPart).is_empty() && b.of(Kind::FamilyPart).is_empty() {
        return None;
    }
    let list = |parts: &Parts<'_>| {
        let (several, whole) = (parts.of(Kind::FamilyPart), parts.of(Kind::Family));
        if several.is_empty() { whole.to_vec() } else { several.to_vec() }
    };
    let (xs, ys) = (list(a), list(b));
    let same = xs.iter().filter_map(|x| ys.iter().find(|y| y.hash == x.hash).map(|y| own(x, y)));
    same.max().map(|rare| Seen::new(ELSEWHERE, rare))
}

fn middle(a: &Parts<'_>, b: &Parts<'_>, used: Option<()>) -> Seen {
    if used.is_some() {
        return Seen::MISSING;
    }
    let mut best = Seen::MISSING;
    for x in a.of(Kind::Middle) {
        for y in b.of(Kind::Middle) {
            let seen = words_agree((a, x), (b, y), own);
            if best.level == 0 || (seen.level, 255 - seen.rare) < (best.level, 255 - best.rare) {
                best = seen;
            }
        }
    }
    best
}

/// More words of a name are not looked at.
const WORDS_MAX: usize = 8;

/// The three best agreements between two bags of words, best first. What agrees is used once.
pub(super) fn words(a: &Parts<'_>, b: &Parts<'_>) -> [Seen; 3] {
    let (xs, ys) = (a.of(Kind::Word), b.of(Kind::Word));
    let (xs, ys) = (&xs[..xs.len().min(WORDS_MAX)], &ys[..ys.len().min(WORDS_MAX)]);
    let mut found = [(0_i16, Seen::MISSING, 0_u8, 0_u8); WORDS_MAX * WORDS_MAX];
    let mut count = 0;
    for (i, x) in xs.iter().enumerate() {
        for (j, y) in ys.iter().enumerate() {
            let seen = words_agree((a, x), (b, y), own);
            if seen.level != OTHER {
                let discount = match seen.level {
                    SAME => 0,
                    FORM | SLIP => 6,
                    SIMILAR => 12,
                    _ => 200,
                };
                let rank = i16::from(seen.rare) - discount;
                found[count] = (rank, seen, i as u8, j as u8);
                count += 1;
            }
        }
    }
    // Ties by what is seen alone, so that the order of the two records does not matter.
    found[..count].sort_unstable_by_key(|&(rank, seen, i, j)| {
        (-rank, seen.level, seen.rare, i + j, i.max(j))
    });
    let mut out = [Seen::MISSING; 3];
    let pairs = xs.len().min(ys.len());
    for seen in out.iter_mut().take(pairs) {
        *seen = Seen::new(OTHER, 0);
    }
    let (mut used_x, mut used_y, mut next) = (0_u32, 0_u32, 0);
    for &(_, seen, i, j) in &found[..count] {
        if next < 3 && used_x >> i & 1 == 0 && used_y >> j & 1 == 0 {
            used_x |= 1 << i;
            used_y |= 1 << j;
            out[next] = seen;
            next += 1;
        }
    }
    if pairs == 1 {
        out[0].level += SINGLE;
    }
    out
}
