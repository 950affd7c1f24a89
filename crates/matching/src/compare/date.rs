//! Days of birth, as `yyyymmdd` numbers.

use super::{Habits, Level, Seen, exact, level};
use crate::prepared::Slot;

const fn dayless(words: &'static str, same: f32, chance: f32, by_rarity: bool) -> Level {
    Level { frame: 1, bounded: false, ..level(words, same, chance, by_rarity) }
}

pub(super) static LEVELS: [Level; 10] = [
    level("missing", 0.0, 1.0, false),
    exact("same", 0.915, 0.0001),
    level("one digit apart", 0.05, 0.002, false),
    level("day and month swapped", 0.01, 0.0001, false),
    level("two of day, month and year the same", 0.015, 0.003, false),
    level("same year", 0.005, 0.02, false),
    level("another", 0.005, 0.97, false),
    dayless("same year, no day known", 0.90, 0.01, true),
    dayless("a year one digit apart, no day known", 0.06, 0.08, false),
    dayless("another year, no day known", 0.04, 0.91, false),
];

pub(super) fn compare(habits: Habits, a: &[Slot], b: &[Slot]) -> Seen {
    let mut best = Seen::MISSING;
    for x in a {
        for y in b {
            let seen = one(habits, x, y);
            if best.level == 0 || seen.level < best.level {
                best = seen;
            }
        }
    }
    best
}

fn one(habits: Habits, x: &Slot, y: &Slot) -> Seen {
    let (p, q) = (x.aux, y.aux);
    let no_day =
        |day: u32| day.is_multiple_of(10_000) || (habits.new_year_is_no_day && day % 10_000 == 101);
    if no_day(p) && no_day(q) {
        let digits = digits_apart(p / 10_000, q / 10_000);
        return match digits {
            0 => Seen::new(7, x.rare.min(y.rare)),
            1 => Seen::new(8, 0),
            _ => Seen::new(9, 0),
        };
    }
    if p == q {
        return Seen::new(1, x.rare.min(y.rare));
    }
    let parts = |day: u32| (day / 10_000, day / 100 % 100, day % 100);
    let ((py, pm, pd), (qy, qm, qd)) = (parts(p), parts(q));
    if py == qy && pm == qd && pd == qm {
        return Seen::new(3, 0);
    }
    if digits_apart(p, q) == 1 {
        return Seen::new(2, 0);
    }
    match u8::from(py == qy) + u8::from(pm == qm) + u8::from(pd == qd) {
        2 => Seen::new(4, 0),
        _ if py == qy => Seen::new(5, 0),
        _ => Seen::new(6, 0),
    }
}

fn digits_apart(mut a: u32, mut b: u32) -> u32 {
    let mut apart = 0;
    while a > 0 || b > 0 {
        apart += u32::from(a % 10 != b % 10);
        a /= 10;
        b /= 10;
    }
    apart
}
