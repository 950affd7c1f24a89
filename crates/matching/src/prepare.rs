//! From a record as it was written to slots.

use crate::{
    Field, Record, Schema,
    compare::{FORMS, TITLE},
    frequency::Frequencies,
    nicknames,
    prepared::{Kind, Shelf, Slot},
    text::{fold, hash, mask},
    values,
};

/// At most so many slots a record has; more values are dropped.
const SLOTS_MAX: usize = 48;
/// Longer values are cut.
const VALUE_MAX: usize = 48;

/// Normalises records; holds room that is used again.
pub(crate) struct Preparer<'m> {
    schema: &'m Schema,
    frequencies: &'m Frequencies,
    /// Is there a column with whole names? Then every name is a bag of words.
    bag: bool,
    folded: String,
    number: Vec<u8>,
    letters: Vec<u8>,
}

impl<'m> Preparer<'m> {
    pub(crate) fn new(schema: &'m Schema, frequencies: &'m Frequencies) -> Self {
        let bag = schema.has(Field::FullName);
        Self {
            schema,
            frequencies,
            bag,
            folded: String::new(),
            number: Vec::new(),
            letters: Vec::new(),
        }
    }

    /// Appends a record to the shelf.
    pub(crate) fn shelve(&mut self, record: &Record<'_>, shelf: &mut Shelf) {
        self.number.clear();
        for &(column, value) in &record.values {
            if self.schema.columns[column].field == Field::HouseNumber {
                values::joined(&value.to_lowercase(), &mut self.number);
            }
        }
        for &(column, value) in &record.values {
            self.folded.clear();
            let mut folded = std::mem::take(&mut self.folded);
            fold(value, &mut folded);
            if !values::is_nothing(&folded) {
                self.value(column, &folded, shelf);
            }
            self.folded = folded;
        }
        if !self.number.is_empty() {
            let number = std::mem::take(&mut self.number);
            let slot = Slot { aux: hash(1, &number) as u32 | 1, ..blank(Kind::Street) };
            self.push(slot, b"", shelf);
            self.number = number;
        }
        let start = shelf.slot_start();
        shelf.slots[start..].sort_by_key(|slot| (slot.kind, slot.column));
        shelf.close();
    }

    fn value(&mut self, column: usize, folded: &str, shelf: &mut Shelf) {
        let field = self.schema.columns[column].field;
        match field {
            Field::GivenName | Field::MiddleName | Field::FamilyName | Field::FullName => {
                self.name(field, folded, shelf);
            }
            Field::BirthDate => {
                if let Some(day) = values::date(folded) {
                    self.push(Slot { aux: day, ..blank(Kind::Date) }, &day.to_le_bytes(), shelf);
                }
            }
            Field::Street => self.street(folded, shelf),
            Field::City => self.joined(Kind::City, 0, folded, shelf),
            Field::Region => self.joined(Kind::Region, 0, folded, shelf),
            Field::Postcode => self.joined(Kind::Postcode, 0, folded, shelf),
            Field::HouseNumber | Field::Country => {}
            Field::Phone => {
                let mut digits = Vec::new();
                if values::phone(folded, &mut digits) {
                    self.push(blank(Kind::Phone), &digits, shelf);
                }
            }
            Field::Email => {
                if let Some((local, domain)) = values::email(folded) {
                    let slot = Slot { aux: hash(2, local.as_bytes()) as u32, ..blank(Kind::Email) };
                    self.push(slot, format!("{local}@{domain}").as_bytes(), shelf);
                }
            }
            Field::Organisation => self.joined(Kind::Organisation, 0, folded, shelf),
            Field::Identifier => self.joined(Kind::Identifier, column as u16, folded, shelf),
            Field::Category => self.joined(Kind::Category, column as u16, folded, shelf),
        }
    }

    fn name(&mut self, field: Field, folded: &str, shelf: &mut Shelf) {
        if self.bag {
            for word in folded.split([' ', '.', ',', '-', '(', ')', '"', '/', ';']) {
                self.word(Kind::Word, word, shelf);
            }
        } else if field == Field::FamilyName {
            self.joined(Kind::Family, 0, folded, shelf);
            let parts = folded.split([' ', '-', '.', ',']).filter(|part| part.len() > 2);
            if parts.clone().count() > 1 {
                for part in parts {
                    self.word(Kind::FamilyPart, part, shelf);
                }
            }
        } else {
            let mut kind = if field == Field::GivenName { Kind::Given } else { Kind::Middle };
            for word in folded.split([' ', '-', '.', ',']).filter(|word| !word.is_empty()) {
                self.word(kind, word, shelf);
                kind = Kind::Middle;
            }
        }
    }

    /// One word of a name; what is in the bag already is not put in again.
    fn word(&mut self, kind: Kind, word: &str, shelf: &mut Shelf) {
        let mut letters = std::mem::take(&mut self.letters);
        letters.clear();
        values::joined(word, &mut letters);
        letters.truncate(VALUE_MAX);
        let known = hash(0, &letters) as u32;
        let here = &shelf.slots[shelf.slot_start()..];
        let again = here.iter().any(|slot| slot.kind == kind && slot.hash == known);
        if !letters.is_empty() && !again {
            self.push(Slot { aux: mask(&letters), ..blank(kind) }, &letters, shelf);
        }
        self.letters = letters;
    }

    fn street(&mut self, folded: &str, shelf: &mut Shelf) {
        let Some(mut street) = values::street(folded) else { return };
        if street.number.is_empty() {
            street.number = std::mem::take(&mut self.number);
        }
        let number = if street.number.is_empty() { 0 } else { hash(1, &street.number) as u32 | 1 };
        self.push(Slot { aux: number, ..blank(Kind::Street) }, &street.name, shelf);
    }

    fn joined(&mut self, kind: Kind, column: u16, folded: &str, shelf: &mut Shelf) {
        let mut letters = std::mem::take(&mut self.letters);
        letters.clear();
        values::joined(folded, &mut letters);
        letters.truncate(VALUE_MAX);
        if !letters.is_empty() {
            let slot = Slot { aux: mask(&letters), column, ..blank(kind) };
            self.push(slot, &letters, shelf);
        }
        self.letters = letters;
    }

    fn push(&mut self, mut slot: Slot, text: &[u8], shelf: &mut Shelf) {
        if shelf.slots.len() - shelf.slot_start() >= SLOTS_MAX {
            return;
        }
        let text = &text[..text.len().min(VALUE_MAX)];
        if slot.kind <= Kind::Word && nicknames::names(text)[0] != 0 {
            slot.column = FORMS;
        }
        if slot.kind == Kind::Word && values::is_title(text) {
            slot.column |= TITLE;
        }
        slot.hash = hash(0, text) as u32;
        if !self.frequencies.apply(&mut slot) {
            return;
        }
        slot.start = (shelf.text.len() - shelf.text_start()) as u16;
        slot.len = text.len() as u8;
        if slot.kind == Kind::Date {
            slot.len = 0;
        } else {
            shelf.text.extend_from_slice(text);
        }
        shelf.slots.push(slot);
    }
}

fn blank(kind: Kind) -> Slot {
    Slot { hash: 0, aux: 0, start: 0, len: 0, kind, rare: 0, rare_else: 0, column: 0 }
}
