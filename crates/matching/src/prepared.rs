//! A record, normalised and small, ready to be compared.

use crate::frequency::Frequencies;

/// What a slot holds. The order is the order of slots in a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Kind {
    Given,
    Middle,
    Family,
    /// One part of a family name of several.
    FamilyPart,
    /// A word of a whole name.
    Word,
    Date,
    Street,
    Postcode,
    City,
    Region,
    Phone,
    Email,
    Organisation,
    Identifier,
    Category,
}

/// One normalised value, 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    /// Of the value; equal hashes are equal values.
    pub(crate) hash: u32,
    /// Names: the letters that occur. Dates: `yyyymmdd`. Streets: hash of the number, 0 for none.
    /// E-mail: hash of what is before the `@`. Others: the letters that occur.
    pub(crate) aux: u32,
    /// Where the text begins, and its length in bytes.
    pub(crate) start: u16,
    pub(crate) len: u8,
    pub(crate) kind: Kind,
    /// How rare the value is: half-octaves, `-2 * log2(frequency)`.
    pub(crate) rare: u8,
    /// Given names: as a family name. Family names: as a given name. Streets: the name alone.
    pub(crate) rare_else: u8,
    /// The column, for identifiers and categories.
    pub(crate) column: u16,
}

/// A record as a [`crate::Model`] sees it: normalised values with their frequency, a few hundred
/// bytes. Belongs to the model that prepared it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prepared {
    pub(crate) slots: Box<[Slot]>,
    pub(crate) text: Box<[u8]>,
}

impl Prepared {
    pub(crate) fn view(&self) -> View<'_> {
        View { slots: &self.slots, text: &self.text }
    }
}

/// A prepared record where it lies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    pub(crate) slots: &'a [Slot],
    pub(crate) text: &'a [u8],
}

impl<'a> View<'a> {
    /// The slots of a kind.
    pub(crate) fn of(&self, kind: Kind) -> &'a [Slot] {
        let start = self.slots.iter().take_while(|slot| slot.kind < kind).count();
        let count = self.slots[start..].iter().take_while(|slot| slot.kind == kind).count();
        &self.slots[start..start + count]
    }

    /// The normalised text of a slot.
    pub(crate) fn text(&self, slot: &Slot) -> &'a [u8] {
        &self.text[usize::from(slot.start)..usize::from(slot.start) + usize::from(slot.len)]
    }
}

/// Many prepared records, close together in memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shelf {
    pub(crate) slots: Vec<Slot>,
    pub(crate) text: Vec<u8>,
    /// Where each record ends in both.
    ends: Vec<(u32, u32)>,
}

impl Shelf {
    /// Ends the record whose slots and text were just appended.
    pub(crate) fn close(&mut self) {
        self.ends.push((self.slots.len() as u32, self.text.len() as u32));
    }

    /// Where the open record's text begins.
    pub(crate) fn text_start(&self) -> usize {
        self.ends.last().map_or(0, |end| end.1 as usize)
    }

    /// Where the open record's slots begin.
    pub(crate) fn slot_start(&self) -> usize {
        self.ends.last().map_or(0, |end| end.0 as usize)
    }

    /// Gives every value its rarity and drops placeholders.
    pub(crate) fn look_up(&mut self, frequencies: &Frequencies) {
        let (mut kept, mut start) = (0, 0);
        for end in &mut self.ends {
            for at in start..end.0 as usize {
                let mut slot = self.slots[at];
                if frequencies.apply(&mut slot) {
                    self.slots[kept] = slot;
                    kept += 1;
                }
            }
            start = end.0 as usize;
            end.0 = kept as u32;
        }
        self.slots.truncate(kept);
    }

    pub(crate) fn view(&self, index: usize) -> View<'_> {
        let (slot, text) = if index == 0 { (0, 0) } else { self.ends[index - 1] };
        let (slot_end, text_end) = self.ends[index];
        View {
            slots: &self.slots[slot as usize..slot_end as usize],
            text: &self.text[text as usize..text_end as usize],
        }
    }
}
