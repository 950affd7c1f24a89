//! How two records compare: for each comparison a level, and how rare what agrees is.

mod contact;
mod date;
mod name;
mod place;

pub(crate) use name::{FORMS, TITLE, TITLE_RARE_MAX};
use serde::{Deserialize, Serialize};

use crate::prepared::{Kind, Slot, View};

/// One thing that is compared. Fields that go together (all of an address) are one comparison, so
/// that they do not count twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum What {
    /// Family name.
    Family,
    /// Given name, the right way round if the two were swapped.
    Given,
    /// Middle names.
    Middle,
    /// Of whole names: the words that agree best.
    FirstWord,
    /// The words that agree second best.
    SecondWord,
    /// The words that agree third best.
    ThirdWord,
    /// Day of birth.
    BirthDate,
    /// Street, town and postcode together.
    Address,
    /// Telephone.
    Phone,
    /// E-mail.
    Email,
    /// Company.
    Organisation,
    /// An identifier, by its column.
    Identifier(u16),
    /// A category, by its column.
    Category(u16),
}

/// More comparisons than this a model never has.
pub(crate) const WHATS_MAX: usize = 24;

/// How one comparison came out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// 0 is missing; the others as [`levels`] lists them.
    pub(crate) level: u8,
    /// How rare what agrees is, in half-octaves; 0 where nothing agrees.
    pub(crate) rare: u8,
}

impl Seen {
    pub(crate) const MISSING: Self = Self { level: 0, rare: 0 };

    fn new(level: u8, rare: u8) -> Self {
        Self { level, rare }
    }
}

/// What is known of a level before any record is seen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Level {
    /// In words.
    pub(crate) words: &'static str,
    /// How often one person's records come out so, among levels of the same frame.
    pub(crate) same: f32,
    /// How often unrelated records do, for levels without rarity; also bounds the rarity.
    pub(crate) chance: f32,
    /// Does the rarity of the value say how often unrelated records agree?
    pub(crate) by_rarity: bool,
    /// May agreement of this level not be rarer than a quarter of how often it happens by chance?
    /// So where values differ: what is rare is the value, not that something is near it.
    pub(crate) bounded: bool,
    /// Shares of one frame add up to one: levels that are possible in the same circumstances.
    pub(crate) frame: u8,
}

const fn level(words: &'static str, same: f32, chance: f32, by_rarity: bool) -> Level {
    Level { words, same, chance, by_rarity, bounded: by_rarity, frame: 0 }
}

const fn exact(words: &'static str, same: f32, chance: f32) -> Level {
    Level { bounded: false, ..level(words, same, chance, true) }
}

/// The levels of a comparison, from 1; the first entry is "missing".
pub(crate) fn levels(what: What) -> &'static [Level] {
    match what {
        What::Family => &name::FAMILY,
        What::Given => &name::GIVEN,
        What::Middle => &name::MIDDLE,
        What::FirstWord => &name::FIRST_WORD,
        What::SecondWord | What::ThirdWord => &name::WORD,
        What::BirthDate => &date::LEVELS,
        What::Address => &place::LEVELS,
        What::Phone => &contact::PHONE,
        What::Email => &contact::EMAIL,
        What::Organisation => &contact::ORGANISATION,
        What::Identifier(_) => &contact::IDENTIFIER,
        What::Category(_) => &contact::CATEGORY,
    }
}

/// Where the kinds of slots of one record are.
pub(crate) struct Parts<'a> {
    view: View<'a>,
    starts: [u8; 17],
}

impl<'a> Parts<'a> {
    pub(crate) fn new(view: View<'a>) -> Self {
        let mut starts = [0; 17];
        for slot in view.slots {
            starts[slot.kind as usize + 1] += 1;
        }
        for at in 1..17 {
            starts[at] += starts[at - 1];
        }
        Self { view, starts }
    }

    pub(crate) fn of(&self, kind: Kind) -> &'a [Slot] {
        let at = kind as usize;
        &self.view.slots[usize::from(self.starts[at])..usize::from(self.starts[at + 1])]
    }

    pub(crate) fn text(&self, slot: &Slot) -> &'a [u8] {
        self.view.text(slot)
    }

    fn of_column(&self, kind: Kind, column: u16) -> &'a [Slot] {
        let slots = self.of(kind);
        let start = slots.iter().take_while(|slot| slot.column < column).count();
        let count = slots[start..].iter().take_while(|slot| slot.column == column).count();
        &slots[start..start + count]
    }
}

/// What the comparisons need to know of the data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Habits {
    /// The first of January stands for "only the year is known".
    pub(crate) new_year_is_no_day: bool,
}

/// Compares two records in everything on the list.
pub(crate) fn compare(
    whats: &[What],
    habits: Habits,
    a: &Parts<'_>,
    b: &Parts<'_>,
    out: &mut [Seen; WHATS_MAX],
) {
    for (at, &what) in whats.iter().enumerate() {
        out[at] = match what {
            What::Family => {
                // Given and middle names follow on the list.
                let names = name::typed(a, b);
                if at + 2 < WHATS_MAX {
                    out[at + 1] = names[1];
                    out[at + 2] = names[2];
                }
                names[0]
            }
            What::Given | What::Middle | What::SecondWord | What::ThirdWord => continue,
            What::FirstWord => {
                let words = name::words(a, b);
                if at + 2 < WHATS_MAX {
                    out[at + 1] = words[1];
                    out[at + 2] = words[2];
                }
                words[0]
            }
            What::BirthDate => date::compare(habits, a.of(Kind::Date), b.of(Kind::Date)),
            What::Address => place::compare(a, b),
            What::Phone => contact::phone(a, b),
            What::Email => contact::email(a, b),
            What::Organisation => contact::plain(a, b, Kind::Organisation, 0),
            What::Identifier(column) => contact::identifier(a, b, column),
            What::Category(column) => contact::plain(a, b, Kind::Category, column),
        };
    }
}
