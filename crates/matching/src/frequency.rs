//! How frequent values are, and which of them say nothing.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
};

use serde::{Deserialize, Serialize};

use crate::{
    Field, Placeholder,
    compare::{TITLE, TITLE_RARE_MAX},
    prepared::{Kind, Slot, View},
    text::{HashedMap, hash, mix},
    threads::Team,
};

/// A value held by fewer records is not listed.
pub(crate) const LISTED_MIN: u32 = 8;
/// A value that unrelated names share is a placeholder when it has so many records.
const PLACEHOLDER_MIN: u32 = 16;
/// Different family names that make a value a placeholder.
const PLACEHOLDER_NAMES_MIN: u32 = 12;
/// How often a placeholder date occurs for each time that its neighbours in other years do.
const PLACEHOLDER_DATE_TIMES: u32 = 8;
/// Among rarities: as usual for the kind of value, see [`Class::usual`].
const USUAL: u8 = 0;
/// Stands for "placeholder" among rarities.
const PLACEHOLDER: u8 = u8::MAX;

/// Values that are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Class(u16);

impl Class {
    const GIVEN: Self = Self(0);
    const FAMILY: Self = Self(1);
    const STREET_NAME: Self = Self(2);
    const COLUMNS: u16 = 64;

    /// Where a slot's value belongs.
    pub(crate) fn of(slot: &Slot) -> Self {
        match slot.kind {
            Kind::Given | Kind::Middle => Self::GIVEN,
            Kind::Family | Kind::FamilyPart => Self::FAMILY,
            Kind::Street if slot.aux == 0 => Self::STREET_NAME,
            Kind::Identifier => Self(Self::COLUMNS + slot.column),
            Kind::Category => Self(Self::COLUMNS * 2 + slot.column),
            other => Self(8 + other as u16),
        }
    }

    /// How rare a value of this kind is where nothing was counted, in half-octaves: names as in
    /// the census of an English-speaking country, contacts as one household has them.
    fn usual(self) -> u8 {
        const STREET_NAME: u16 = Class::STREET_NAME.0;
        let kind = match self.0 {
            0 => Kind::Given,
            1 => Kind::Family,
            STREET_NAME => return 14,
            column if column >= Self::COLUMNS * 2 => Kind::Category,
            column if column >= Self::COLUMNS => Kind::Identifier,
            other => NAMED[usize::from(other - 8)].0,
        };
        match kind {
            Kind::Given | Kind::Middle | Kind::Word => 14,
            Kind::Date | Kind::Street => 26,
            Kind::Family | Kind::FamilyPart | Kind::Postcode => 20,
            Kind::City => 12,
            Kind::Region | Kind::Category => 4,
            Kind::Phone | Kind::Email | Kind::Organisation | Kind::Identifier => 34,
        }
    }

    /// Where the value is looked up for `rare_else`.
    pub(crate) fn other(self) -> Self {
        const STREET: u16 = 8 + Kind::Street as u16;
        match self.0 {
            0 => Self::FAMILY,
            1 => Self::GIVEN,
            STREET => Self::STREET_NAME,
            _ => self,
        }
    }

    fn is_street(self) -> bool {
        self.0 == 8 + Kind::Street as u16
    }

    fn key(self, slot: &Slot) -> u64 {
        let number = if self.is_street() { slot.aux } else { 0 };
        mix(u64::from(self.0) << 32 | u64::from(slot.hash), u64::from(number))
    }

    fn name(self) -> String {
        match self.0 {
            0 => "given_name".into(),
            1 => "family_name".into(),
            2 => "street_name".into(),
            column if column >= Self::COLUMNS * 2 => {
                format!("category_{}", column - Self::COLUMNS * 2)
            }
            column if column >= Self::COLUMNS => format!("identifier_{}", column - Self::COLUMNS),
            other => NAMED[usize::from(other - 8)].1.into(),
        }
    }

    fn named(name: &str) -> Option<Self> {
        (0..Self::COLUMNS * 3)
            .filter(|&at| at < 3 || (8..8 + NAMED.len() as u16).contains(&at) || at >= 64)
            .map(Self)
            .find(|class| class.name() == name)
    }

    /// The kind of value, if unrelated people may share a placeholder of it.
    fn placeholder_field(self) -> Option<Field> {
        match self.0 {
            column if column >= Self::COLUMNS * 2 => None,
            column if column >= Self::COLUMNS => Some(Field::Identifier),
            0..8 => None,
            other => match NAMED[usize::from(other - 8)].0 {
                Kind::Date => Some(Field::BirthDate),
                Kind::Street => Some(Field::Street),
                Kind::Phone => Some(Field::Phone),
                Kind::Email => Some(Field::Email),
                _ => None,
            },
        }
    }
}

const NAMED: [(Kind, &str); 15] = [
    (Kind::Given, "given"),
    (Kind::Middle, "middle"),
    (Kind::Family, "family"),
    (Kind::FamilyPart, "family_part"),
    (Kind::Word, "full_name"),
    (Kind::Date, "birth_date"),
    (Kind::Street, "street"),
    (Kind::Postcode, "postcode"),
    (Kind::City, "city"),
    (Kind::Region, "region"),
    (Kind::Phone, "phone"),
    (Kind::Email, "email"),
    (Kind::Organisation, "organisation"),
    (Kind::Identifier, "identifier"),
    (Kind::Category, "category"),
];

/// The table as it is stored: for each class each listed value and its rarity.
type Listed = BTreeMap<String, BTreeMap<String, u8>>;

/// How rare each value is, in half-octaves: `-2 * log2(share of records)`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub(crate) struct Frequencies {
    listed: Listed,
    /// The rarity of what is not listed.
    unlisted: u8,
    by_key: HashedMap<u8>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Stored {
    /// Of values not listed; 0 is what is usual for the kind of value.
    unlisted: u8,
    /// Half-octaves; 255 is a placeholder, which counts as missing.
    listed: Listed,
}

impl From<Frequencies> for Stored {
    fn from(from: Frequencies) -> Self {
        Self { unlisted: from.unlisted, listed: from.listed }
    }
}

impl From<Stored> for Frequencies {
    fn from(stored: Stored) -> Self {
        let mut by_key = HashedMap::default();
        for (class, values) in &stored.listed {
            let Some(class) = Class::named(class) else { continue };
            for (value, &rare) in values {
                by_key.insert(key_of(class, value), rare);
            }
        }
        Self { listed: stored.listed, unlisted: stored.unlisted, by_key }
    }
}

/// The key of a value from its stored text: a street has the hash of its number behind a `#`.
fn key_of(class: Class, value: &str) -> u64 {
    let day;
    let (text, number) = match value.rsplit_once('#') {
        Some((text, number)) if class.is_street() => {
            (text.as_bytes(), u32::from_str_radix(number, 16).unwrap_or(0))
        }
        _ if class.placeholder_field() == Some(Field::BirthDate) => {
            day = value.parse::<u32>().unwrap_or(0).to_le_bytes();
            (&day[..], 0)
        }
        _ => (value.as_bytes(), 0),
    };
    let hash = u64::from(hash(0, text) as u32);
    mix(u64::from(class.0) << 32 | hash, u64::from(number))
}

/// One listed value while it is being counted.
#[derive(Clone, Default)]
struct Counted {
    count: u32,
    /// One bit for each family name that came along, by hash.
    names: u64,
    /// The town or postcode that most came with, and by how many it leads (Boyer and Moore's vote).
    town: (u32, u32),
    class: u16,
    text: String,
}

impl Counted {
    fn vote(&mut self, town: u32, votes: u32) {
        if self.town.0 == town {
            self.town.1 += votes;
        } else if self.town.1 >= votes {
            self.town.1 -= votes;
        } else {
            self.town = (town, votes - self.town.1);
        }
    }
}

impl Frequencies {
    /// For few records: nothing is listed, and every value is as rare as is usual for its kind.
    pub(crate) fn usual() -> Self {
        Self { unlisted: USUAL, ..Self::default() }
    }

    /// Gives a slot the rarity of its value; false for a placeholder.
    pub(crate) fn apply(&self, slot: &mut Slot) -> bool {
        let class = Class::of(slot);
        let Some(rare) = self.rarity(class, slot) else { return false };
        let title = slot.kind == Kind::Word && slot.column & TITLE != 0;
        slot.rare = if title { rare.min(TITLE_RARE_MAX) } else { rare };
        let other = class.other();
        slot.rare_else =
            if other == class { rare } else { self.rarity(other, slot).unwrap_or(rare) };
        true
    }

    /// The rarity of a slot's value; `None` for a placeholder.
    fn rarity(&self, class: Class, slot: &Slot) -> Option<u8> {
        match self.by_key.get(&class.key(slot)) {
            Some(&PLACEHOLDER) => None,
            Some(&rare) => Some(rare),
            None if self.unlisted == USUAL => Some(class.usual()),
            None => Some(self.unlisted),
        }
    }

    /// Counts the values of all records; `view` gives the prepared record at an index.
    pub(crate) fn count<'a>(
        count: usize,
        team: Team,
        view: &(impl Fn(usize) -> View<'a> + Sync),
    ) -> (Self, Vec<Placeholder>) {
        let size = (count * 16).next_power_of_two().clamp(1 << 12, 1 << 24);
        let counters: Vec<AtomicU32> = (0..size).map(|_| AtomicU32::new(0)).collect();
        let place = |key: u64| (key as usize) & (size - 1);
        team.chunks(count, |range| {
            for index in range {
                each_class(view(index), |class, slot| {
                    counters[place(class.key(slot))].fetch_add(1, Relaxed);
                });
            }
        });
        let parts = team.chunks(count, |range| {
            let mut found: HashedMap<Counted> = HashedMap::default();
            for index in range {
                let view = view(index);
                let name = name_bit(view);
                each_class(view, |class, slot| {
                    let key = class.key(slot);
                    if counters[place(key)].load(Relaxed) >= LISTED_MIN {
                        let counted = found.entry(key).or_insert_with(|| Counted {
                            class: class.0,
                            text: stored_text(class, view, slot),
                            ..Counted::default()
                        });
                        counted.count += 1;
                        counted.names |= name;
                        if class.is_street() {
                            counted.vote(town_of(view), 1);
                        }
                    }
                });
            }
            found
        });
        Self::gather(count, parts)
    }

    fn gather(count: usize, parts: Vec<HashedMap<Counted>>) -> (Self, Vec<Placeholder>) {
        let mut all: HashedMap<Counted> = HashedMap::default();
        for (key, part) in parts.into_iter().flatten() {
            let counted = all.entry(key).or_insert_with(|| Counted {
                class: part.class,
                text: part.text,
                ..Counted::default()
            });
            counted.count += part.count;
            counted.names |= part.names;
            counted.vote(part.town.0, part.town.1);
        }
        all.retain(|_, counted| counted.count >= LISTED_MIN);
        let unlisted = half_octaves(f64::from(LISTED_MIN) / 3.0, count);
        let mut frequencies = Self { unlisted, ..Self::default() };
        let mut placeholders = Vec::new();
        for (&key, counted) in &all {
            let class = Class(counted.class);
            let mut rare = half_octaves(f64::from(counted.count), count);
            if let Some(field) = class.placeholder_field()
                && says_nothing(class, counted, &all)
            {
                rare = PLACEHOLDER;
                let value = counted.text.split('#').next().unwrap_or_default().to_owned();
                placeholders.push(Placeholder { field, value, records: counted.count.into() });
            }
            frequencies.by_key.insert(key, rare);
            frequencies.listed.entry(class.name()).or_default().insert(counted.text.clone(), rare);
        }
        placeholders
            .sort_by(|a, b| (b.records, a.field, &a.value).cmp(&(a.records, b.field, &b.value)));
        (frequencies, placeholders)
    }
}

/// Is a value shared by people who have nothing else in common?
fn says_nothing(class: Class, counted: &Counted, all: &HashedMap<Counted>) -> bool {
    let set = counted.names.count_ones();
    if counted.count < PLACEHOLDER_MIN || set < PLACEHOLDER_NAMES_MIN {
        return false;
    }
    if class.is_street() && (set < 40 || counted.town.0 == 0 || counted.town.1 * 2 < counted.count)
    {
        // Every town has a Church Street; one house with all those names is something else.
        return false;
    }
    if class.placeholder_field() != Some(Field::BirthDate) {
        return set > 40 || set * 4 >= counted.count;
    }
    let Ok(day) = counted.text.parse::<i64>() else { return false };
    let neighbours = (-5..=5).filter(|&years| years != 0).map(|years| {
        let key = key_of(class, &(day + years * 10_000).to_string());
        all.get(&key).map_or(LISTED_MIN / 2, |other| other.count)
    });
    let most = neighbours.max().unwrap_or(1);
    counted.count >= most * PLACEHOLDER_DATE_TIMES
}

/// Every class that counts a slot.
fn each_class(view: View<'_>, mut each: impl FnMut(Class, &Slot)) {
    for slot in view.slots {
        let class = Class::of(slot);
        each(class, slot);
        if class.is_street() {
            each(Class::STREET_NAME, slot);
        }
    }
}

/// A bit for the family name of a record; no bit without one.
fn name_bit(view: View<'_>) -> u64 {
    let family = view.of(Kind::Family).first().or(view.of(Kind::Word).last());
    let name = family.or(view.of(Kind::Given).first());
    name.map_or(0, |slot| 1 << (mix(7, slot.hash.into()) % 64))
}

/// The postcode, else the town; 0 for none.
fn town_of(view: View<'_>) -> u32 {
    let town = view.of(Kind::Postcode).first().or(view.of(Kind::City).first());
    town.map_or(0, |slot| slot.hash)
}

fn stored_text(class: Class, view: View<'_>, slot: &Slot) -> String {
    if slot.kind == Kind::Date {
        return slot.aux.to_string();
    }
    let text = String::from_utf8_lossy(view.text(slot));
    if class.is_street() { format!("{text}#{:x}", slot.aux) } else { text.into_owned() }
}

/// `-2 * log2(part / whole)`, rounded, below the mark for placeholders.
fn half_octaves(part: f64, whole: usize) -> u8 {
    let share = (part / whole.max(1) as f64).min(1.0);
    (-2.0 * share.log2()).round().clamp(0.0, 80.0) as u8
}
