use std::collections::{HashMap, hash_map::Entry as MapEntry};

use handfast_db::{Engine, Fault, Tx};
use handfast_kit::{Id, NetworkId, OrganisationId};

use super::{
    rules::{self, Item, Part},
    store,
};
use crate::SubjectId;

/// What waits for the end of a transaction. An index of words writes dearly what comes by and by,
/// and an import says the same of one customer several times.
#[derive(Default)]
struct Waiting {
    items: Vec<Item>,
    places: HashMap<(NetworkId, SubjectId, Id<()>), usize>,
}

impl Waiting {
    /// Takes an item in, over the one that is there of it.
    fn take_in(&mut self, item: Item) {
        let place = *self
            .places
            .entry((item.network, item.subject, item.parts[0].id))
            .or_insert(self.items.len());
        if place == self.items.len() {
            self.items.push(item);
        } else {
            self.items[place] = item;
        }
    }
}

/// Leaves an item to be written when the transaction has done everything else.
pub(super) fn leave(tx: &mut Tx<'_>, item: Item) {
    tx.at_end(move |tx| {
        let waiting = tx.basket::<Waiting>();
        let is_first = waiting.items.is_empty();
        waiting.take_in(item);
        if is_first {
            tx.at_end(write);
        }
        Ok(())
    });
}

/// Drops what was left so far for a subject.
pub(super) fn forget(tx: &mut Tx<'_>, network: NetworkId, subject: SubjectId) {
    tx.at_end(move |tx| {
        let waiting = tx.basket::<Waiting>();
        let items = std::mem::take(&mut waiting.items);
        waiting.places.clear();
        for item in items {
            if (item.network, item.subject) != (network, subject) {
                waiting.take_in(item);
            }
        }
        Ok(())
    });
}

fn write(tx: &mut Tx<'_>) -> Result<(), Fault> {
    let mut items = std::mem::take(tx.basket::<Waiting>()).items;
    if tx.engine() == Engine::Postgres {
        // Two who write the same entries wait for one another in one order.
        items.sort_by_key(|item| (item.subject, item.parts[0].id));
    }
    let mut tied: HashMap<(NetworkId, SubjectId), Vec<OrganisationId>> = HashMap::new();
    let mut texts = Vec::new();
    for item in &items {
        let tied = match tied.entry((item.network, item.subject)) {
            MapEntry::Occupied(known) => known.into_mut(),
            MapEntry::Vacant(new) => new.insert(store::tied(tx, item.network, item.subject)?),
        };
        for part in item.parts.iter().filter(|part| item.audience != 1 || part.is_own()) {
            write_part(tx, item, part, tied, &mut texts)?;
        }
    }
    // In the order of the index: each step back in it makes it write out what it holds.
    texts.sort_unstable();
    for (key, text) in texts {
        store::write_text(tx, key, &text)?;
    }
    Ok(())
}

fn write_part(
    tx: &mut Tx<'_>,
    item: &Item,
    part: &Part,
    tied: &[OrganisationId],
    texts: &mut Vec<(i64, String)>,
) -> Result<(), Fault> {
    if part.words.is_empty() {
        return store::remove(tx, item.network, item.subject, part.id);
    }
    let engine = tx.engine();
    let text = rules::text(engine, &part.words, &part.scopes(item, tied));
    match engine {
        Engine::Postgres => store::write(tx, item, part, &text)?,
        Engine::Sqlite => texts.push((store::place(tx, item, part)?, text)),
    }
    Ok(())
}
