//! Addresses: street, town and postcode as one comparison.

use super::{Level, Parts, Seen};
use crate::{
    prepared::{Kind, Slot},
    text::{Near, distance, mask, near},
};

/// How the street compares; times five, plus how the town and the postcode do.
const STREET_SAME: u8 = 1;
const STREET_NEAR: u8 = 2;
const STREET_NAME: u8 = 3;
const STREET_OTHER: u8 = 4;
const TOWN_POSTCODE: u8 = 1;
const TOWN_NAME: u8 = 2;
const TOWN_NEAR: u8 = 3;
const TOWN_OTHER: u8 = 4;

/// How rare it is that two postcodes or towns are near one another, in half-octaves.
const NEAR_RARE: u8 = 13;

const fn both(words: &'static str, same: f32) -> Level {
    Level { words, same, chance: 0.0, by_rarity: true, bounded: false, frame: 0 }
}
const fn street(words: &'static str, same: f32) -> Level {
    Level { frame: 1, ..both(words, same) }
}
const fn town(words: &'static str, same: f32) -> Level {
    Level { frame: 2, ..both(words, same) }
}

pub(super) static LEVELS: [Level; 25] = [
    both("missing", 0.0),
    town("same postcode", 0.62),
    town("same town", 0.08),
    town("a town or postcode close by", 0.05),
    town("another town", 0.25),
    street("same street and number", 0.55),
    both("same street, number and postcode", 0.42),
    both("same street, number and town", 0.10),
    both("same street and number, town close by", 0.05),
    both("same street and number in another town", 0.01),
    street("street or number slightly different", 0.12),
    both("same postcode, street slightly different", 0.08),
    both("same town, street slightly different", 0.03),
    both("town close by, street slightly different", 0.01),
    both("another town, street slightly different", 0.005),
    street("same street, another number", 0.03),
    both("same street and postcode, another number", 0.02),
    both("same street and town, another number", 0.01),
    both("town close by, same street, another number", 0.005),
    both("another town, same street, another number", 0.005),
    street("another street", 0.30),
    both("same postcode, another street", 0.03),
    both("same town, another street", 0.02),
    both("town close by, another street", 0.01),
    both("another address", 0.21),
];

pub(super) fn compare(a: &Parts<'_>, b: &Parts<'_>) -> Seen {
    let (street, street_rare) = streets(a, b);
    let (town, town_rare) = towns(a, b);
    Seen::new(street * 5 + town, street_rare.saturating_add(town_rare))
}

/// The best over all street lines of both.
fn streets(a: &Parts<'_>, b: &Parts<'_>) -> (u8, u8) {
    let mut best = (0, 0);
    for x in a.of(Kind::Street) {
        for y in b.of(Kind::Street) {
            let found = one_street(a, b, x, y);
            if best.0 == 0 || (found.0, 255 - found.1) < (best.0, 255 - best.1) {
                best = found;
            }
        }
    }
    best
}

fn one_street(a: &Parts<'_>, b: &Parts<'_>, x: &Slot, y: &Slot) -> (u8, u8) {
    let name_rare = x.rare_else.min(y.rare_else);
    let numbers = (x.aux != 0, y.aux != 0);
    let same_number = x.aux == y.aux;
    if x.hash == y.hash {
        return if same_number && x.len > 0 {
            (STREET_SAME, x.rare.min(y.rare))
        } else if numbers == (true, true) {
            (STREET_NAME, name_rare)
        } else {
            (STREET_NEAR, name_rare)
        };
    }
    let (mine, theirs) = (a.text(x), b.text(y));
    let close = near(mine, theirs, (mask(mine), mask(theirs))) != Near::Not;
    if close && same_number && numbers.0 {
        (STREET_NEAR, x.rare.min(y.rare))
    } else if close {
        (STREET_NAME, name_rare.min(NEAR_RARE))
    } else {
        (STREET_OTHER, 0)
    }
}

fn towns(a: &Parts<'_>, b: &Parts<'_>) -> (u8, u8) {
    let codes = (a.of(Kind::Postcode), b.of(Kind::Postcode));
    let cities = (a.of(Kind::City), b.of(Kind::City));
    let same = |(xs, ys): (&[Slot], &[Slot])| {
        xs.iter()
            .flat_map(|x| ys.iter().map(move |y| (x, y)))
            .find(|(x, y)| x.hash == y.hash)
            .map(|(x, y)| x.rare.min(y.rare))
    };
    let codes_known = !codes.0.is_empty() && !codes.1.is_empty();
    let cities_known = !cities.0.is_empty() && !cities.1.is_empty();
    let city_near = || {
        cities_known && {
            let (x, y) = (&cities.0[0], &cities.1[0]);
            near(a.text(x), b.text(y), (x.aux, y.aux)) != Near::Not
        }
    };
    let city_rare = same(cities);
    if let Some(rare) = same(codes) {
        // One postcode may serve several towns: then it says no more than that they are close.
        let elsewhere = cities_known && city_rare.is_none() && !city_near();
        return if elsewhere { (TOWN_NEAR, rare.min(NEAR_RARE)) } else { (TOWN_POSTCODE, rare) };
    }
    if let Some(rare) = city_rare {
        return (TOWN_NAME, rare);
    }
    if !codes_known && !cities_known {
        return (0, 0);
    }
    let code_near = codes_known && {
        let (p, q) = (a.text(&codes.0[0]), b.text(&codes.1[0]));
        distance(p, q, 1).is_some() || (p.len() > 5 && q.len() > 5 && p[..4] == q[..4])
    };
    if code_near || city_near() { (TOWN_NEAR, NEAR_RARE) } else { (TOWN_OTHER, 0) }
}
