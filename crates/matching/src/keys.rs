//! Blocking keys: what two records must share to be compared at all.

use crate::{
    compare::{FORMS, TITLE},
    nicknames,
    prepared::{Kind, Slot, View},
    text::{hash, mix},
};

/// What the kinds of keys are called in reports; the lowest bits of a key say which it is.
pub(crate) const KINDS: [&str; 26] = [
    "e-mail",
    "telephone",
    "identifier",
    "two names",
    "two names, one misspelt",
    "birth date and name",
    "part of the birth date and name",
    "birth date and place",
    "street and place",
    "street and name",
    "postcode and name",
    "town and name",
    "two names and part of the birth date",
    "two names and place",
    "e-mail without provider",
    "name alone",
    "birth date alone",
    "postcode alone",
    "category and name",
    "category and birth date",
    "organisation",
    "postcode and category",
    "misspelt name and place",
    "misspelt name and birth date",
    "name and telephone",
    "telephone with a wrong digit",
];
const KIND_BITS: u32 = 5;
/// More keys than this a record never has.
pub(crate) const KEYS_MAX: usize = 128;
/// Words of a whole name that take part: the rarest.
const WORDS_MAX: usize = 4;

/// The kind of a key, an index into [`KINDS`].
pub(crate) fn kind(key: u64) -> usize {
    (key & ((1 << KIND_BITS) - 1)) as usize
}

struct Keys<'k> {
    out: &'k mut Vec<u64>,
}

impl Keys<'_> {
    fn add(&mut self, kind: u64, parts: &[u64]) {
        let key = parts.iter().fold(kind, |key, &part| mix(key, part));
        self.out.push(key >> KIND_BITS << KIND_BITS | kind);
    }
}

/// Up to three forms.
struct Forms {
    list: [u64; 3],
    count: usize,
}

impl std::ops::Deref for Forms {
    type Target = [u64];

    fn deref(&self) -> &[u64] {
        &self.list[..self.count]
    }
}

/// A word of a name as keys see it.
struct Word {
    /// The word itself, or the names it is a form of.
    forms: Forms,
    /// The halves, one of which survives one slip.
    halves: [u64; 2],
    rare: u8,
}

fn word(view: &View<'_>, slot: &Slot) -> Option<Word> {
    let text = view.text(slot);
    if text.len() < 2 {
        return None;
    }
    let mut forms = Forms { list: [u64::from(slot.hash) << 16, 0, 0], count: 1 };
    if slot.column & FORMS != 0 {
        for (at, name) in nicknames::names(text).into_iter().take(3).enumerate() {
            if name != 0 {
                forms.list[at] = u64::from(name);
                forms.count = at + 1;
            }
        }
    }
    let half = text.len().div_ceil(2).max(2);
    let front = hash(11, &text[..half.min(text.len())]);
    let back = hash(12, &text[text.len() - half.min(text.len())..]);
    Some(Word { forms, halves: [front, back], rare: slot.rare })
}

/// Appends the keys of a record: ascending, each once.
pub(crate) fn keys(view: View<'_>, out: &mut Vec<u64>) {
    let start = out.len();
    let mut keys = Keys { out };
    let bag = !view.of(Kind::Word).is_empty();
    let words = words(&view);
    let date = view.of(Kind::Date).first().map(|slot| slot.aux);
    contact_keys(&view, &mut keys);
    name_keys(&words, date, &view, &mut keys);
    place_keys(&words, date, &view, &mut keys);
    if bag {
        bag_keys(&words, date, &view, &mut keys);
    }
    let mut mine = out.split_off(start);
    mine.sort_unstable();
    mine.dedup();
    mine.truncate(KEYS_MAX);
    out.append(&mut mine);
}

fn words(view: &View<'_>) -> Vec<Word> {
    let mut words: Vec<Word> = if view.of(Kind::Word).is_empty() {
        let given = view.of(Kind::Given).iter().take(1);
        let given = given.chain(
            view.of(Kind::Middle)
                .iter()
                .take(usize::from(view.of(Kind::Given).first().is_none_or(|slot| slot.len < 2))),
        );
        let family = view.of(Kind::Family).iter().take(1).chain(view.of(Kind::FamilyPart));
        given.chain(family).filter_map(|slot| word(view, slot)).collect()
    } else {
        let named = view.of(Kind::Word).iter().filter(|slot| slot.column & TITLE == 0);
        named.filter_map(|slot| word(view, slot)).collect()
    };
    if words.len() > WORDS_MAX {
        words.sort_by_key(|word| (std::cmp::Reverse(word.rare), word.forms[0]));
        words.truncate(WORDS_MAX);
    }
    words
}

fn contact_keys(view: &View<'_>, keys: &mut Keys<'_>) {
    for slot in view.of(Kind::Email) {
        keys.add(0, &[slot.hash.into()]);
        keys.add(14, &[slot.aux.into()]);
    }
    for slot in view.of(Kind::Phone) {
        let digits = view.text(slot);
        keys.add(1, &[hash(3, &digits[digits.len().saturating_sub(9)..])]);
    }
    for slot in view.of(Kind::Identifier) {
        keys.add(2, &[slot.column.into(), slot.hash.into()]);
    }
    for slot in view.of(Kind::Organisation) {
        keys.add(20, &[slot.hash.into()]);
    }
}

fn pair(a: u64, b: u64) -> u64 {
    mix(a.min(b), a.max(b))
}

fn name_keys(words: &[Word], date: Option<u32>, view: &View<'_>, keys: &mut Keys<'_>) {
    let town = view.of(Kind::City).first().map(|slot| u64::from(slot.hash));
    let code = view.of(Kind::Postcode).first().map(|slot| u64::from(slot.hash));
    for (at, first) in words.iter().enumerate() {
        for second in &words[at + 1..] {
            for &a in first.forms.iter() {
                for &b in second.forms.iter() {
                    let both = pair(a, b);
                    keys.add(3, &[both]);
                    if let Some(day) = date {
                        keys.add(12, &[both, (day / 10_000).into()]);
                        keys.add(12, &[both, 1, (day % 10_000).into()]);
                    }
                    for place in town.iter().chain(&code) {
                        keys.add(13, &[both, *place]);
                    }
                }
            }
            for (whole, other) in [(first, second), (second, first)] {
                for &form in whole.forms.iter() {
                    keys.add(4, &[form, other.halves[0]]);
                    keys.add(4, &[form, other.halves[1]]);
                }
            }
        }
        if let Some(day) = date {
            for &form in first.forms.iter() {
                keys.add(5, &[form, day.into()]);
                keys.add(6, &[form, 1, (day / 100).into()]);
                keys.add(6, &[form, 2, (day % 10_000).into()]);
                keys.add(6, &[form, 3, (day / 10_000 * 100 + day % 100).into()]);
            }
        }
    }
}

fn place_keys(words: &[Word], date: Option<u32>, view: &View<'_>, keys: &mut Keys<'_>) {
    let code = view.of(Kind::Postcode).first().map(|slot| u64::from(slot.hash));
    let town = view.of(Kind::City).first().map(|slot| u64::from(slot.hash));
    if let (Some(day), Some(code)) = (date, code) {
        keys.add(7, &[1, day.into(), code]);
    }
    if let (Some(day), Some(town)) = (date, town) {
        keys.add(7, &[2, day.into(), town]);
    }
    for slot in view.of(Kind::Street) {
        let street = mix(slot.hash.into(), slot.aux.into());
        for place in code.iter().chain(&town) {
            keys.add(8, &[street, *place]);
        }
        if let Some(day) = date {
            keys.add(7, &[3, day.into(), street]);
        }
        for form in words.iter().flat_map(|word| word.forms.iter()) {
            keys.add(9, &[street, *form]);
        }
    }
    for form in words.iter().flat_map(|word| word.forms.iter()) {
        if let Some(code) = code {
            keys.add(10, &[code, *form]);
        }
        if let Some(town) = town {
            keys.add(11, &[town, *form]);
        }
    }
}

fn bag_keys(words: &[Word], date: Option<u32>, view: &View<'_>, keys: &mut Keys<'_>) {
    let code = view.of(Kind::Postcode).first().map(|slot| u64::from(slot.hash));
    if let Some(day) = date {
        keys.add(16, &[day.into()]);
    }
    if let Some(code) = code {
        keys.add(17, &[code]);
    }
    for slot in view.of(Kind::Category) {
        let value = mix(slot.column.into(), slot.hash.into());
        for form in words.iter().flat_map(|word| word.forms.iter()) {
            keys.add(18, &[value, *form]);
        }
        if let Some(day) = date {
            keys.add(19, &[value, day.into()]);
        }
        if let Some(code) = code {
            keys.add(21, &[value, code]);
        }
    }
    for word in words {
        for &form in word.forms.iter() {
            keys.add(15, &[form]);
        }
        for half in word.halves {
            if let Some(code) = code {
                keys.add(22, &[half, code]);
            }
            for slot in view.of(Kind::Category) {
                keys.add(22, &[half, slot.column.into(), slot.hash.into()]);
            }
            if let Some(day) = date {
                keys.add(23, &[half, day.into()]);
            }
        }
    }
}
