//! The stored records: what the model made of them, their links, and the groups they are in.

use super::{local, postings::Postings};

/// Records by slots; a slot is used again after its record went.
pub(super) struct Shelf<P> {
    slots: Vec<Option<Stored<P>>>,
    empty: Vec<u32>,
    /// Slots by the hash of their id.
    by_id: Postings,
}

struct Stored<P> {
    id: Box<str>,
    prepared: P,
    /// Other slots and weights at or above the low cut, ascending; kept on both sides.
    links: Vec<(u32, i32)>,
    /// The slot of the smallest id in the group.
    group: u32,
    /// The next slot in the group, around in a circle.
    next: u32,
    torn: bool,
}

/// FNV-1a, 64 bits (Fowler, Noll, Vo).
fn hash(id: &str) -> u64 {
    id.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

impl<P> Shelf<P> {
    pub(super) fn new() -> Self {
        Self { slots: Vec::new(), empty: Vec::new(), by_id: Postings::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len() - self.empty.len()
    }

    /// The slots in use.
    pub(super) fn slots(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.slots.len() as u32).filter(|&slot| self.slots[slot as usize].is_some())
    }

    /// The slot of an id.
    pub(super) fn find(&self, id: &str) -> Option<u32> {
        self.by_id.holders(hash(id)).iter().copied().find(|&slot| self.id(slot) == id)
    }

    /// Stores a record under an id and returns its slot and what was there. A new one is alone.
    pub(super) fn put(&mut self, id: &str, prepared: P) -> (u32, Option<P>) {
        if let Some(slot) = self.find(id) {
            let before = std::mem::replace(&mut self.stored_mut(slot).prepared, prepared);
            return (slot, Some(before));
        }
        let slot = self.empty.pop().unwrap_or_else(|| {
            self.slots.push(None);
            self.slots.len() as u32 - 1
        });
        self.slots[slot as usize] = Some(Stored {
            id: id.into(),
            prepared,
            links: Vec::new(),
            group: slot,
            next: slot,
            torn: false,
        });
        self.by_id.add(hash(id), slot);
        (slot, None)
    }

    /// Empties a slot. Its links must be gone; its group is the caller's to form anew.
    pub(super) fn take(&mut self, slot: u32) {
        let stored = self.slots[slot as usize].take().expect("the caller found the slot");
        self.by_id.remove(hash(&stored.id), slot);
        self.empty.push(slot);
    }

    pub(super) fn id(&self, slot: u32) -> &str {
        &self.stored(slot).id
    }

    pub(super) fn prepared(&self, slot: u32) -> &P {
        &self.stored(slot).prepared
    }

    pub(super) fn links(&self, slot: u32) -> &[(u32, i32)] {
        &self.stored(slot).links
    }

    /// The weakest of its links that is near to it; see [`local::holds`].
    pub(super) fn least(&self, slot: u32) -> i32 {
        local::least(self.links(slot).iter().map(|link| link.1))
    }

    pub(super) fn group(&self, slot: u32) -> u32 {
        self.stored(slot).group
    }

    pub(super) fn is_torn(&self, slot: u32) -> bool {
        self.stored(slot).torn
    }

    /// The slots in a slot's group, from itself on, in no order that means anything.
    pub(super) fn members(&self, slot: u32) -> impl Iterator<Item = u32> + '_ {
        let mut next = Some(slot);
        std::iter::from_fn(move || {
            let member = next?;
            next = Some(self.stored(member).next).filter(|&next| next != slot);
            Some(member)
        })
    }

    /// Links two slots, or changes the weight of their link.
    pub(super) fn link(&mut self, a: u32, b: u32, weight: i32) {
        for (slot, other) in [(a, b), (b, a)] {
            let links = &mut self.stored_mut(slot).links;
            match links.binary_search_by_key(&other, |link| link.0) {
                Ok(at) => links[at].1 = weight,
                Err(at) => {
                    // Most have a few; doubling from four would waste more than it saves.
                    links.reserve_exact(if links.len() < 8 { 1 } else { links.len() / 2 });
                    links.insert(at, (other, weight));
                }
            }
        }
    }

    /// Are they linked, and how strongly?
    pub(super) fn weight(&self, a: u32, b: u32) -> Option<i32> {
        let links = self.links(a);
        links.binary_search_by_key(&b, |link| link.0).ok().map(|at| links[at].1)
    }

    pub(super) fn unlink(&mut self, a: u32, b: u32) {
        for (slot, other) in [(a, b), (b, a)] {
            let links = &mut self.stored_mut(slot).links;
            if let Ok(at) = links.binary_search_by_key(&other, |link| link.0) {
                links.remove(at);
            }
        }
    }

    /// Removes all links of a slot and returns them.
    pub(super) fn unlink_all(&mut self, slot: u32) -> Vec<(u32, i32)> {
        let links = std::mem::take(&mut self.stored_mut(slot).links);
        for &(other, _) in &links {
            let back = &mut self.stored_mut(other).links;
            if let Ok(at) = back.binary_search_by_key(&slot, |link| link.0) {
                back.remove(at);
            }
        }
        links
    }

    /// Makes a group of slots, the smallest id first.
    pub(super) fn set_group(&mut self, members: &[u32], torn: bool) {
        for (at, &slot) in members.iter().enumerate() {
            let stored = self.stored_mut(slot);
            stored.group = members[0];
            stored.next = members[(at + 1) % members.len()];
            stored.torn = torn;
        }
    }

    fn stored(&self, slot: u32) -> &Stored<P> {
        self.slots[slot as usize].as_ref().expect("slots that are named are in use")
    }

    fn stored_mut(&mut self, slot: u32) -> &mut Stored<P> {
        self.slots[slot as usize].as_mut().expect("slots that are named are in use")
    }
}
