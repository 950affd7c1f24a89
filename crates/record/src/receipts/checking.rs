use handfast_db::{Cx, Fault};
use handfast_kit::NetworkId;
use handfast_ledger::{Checkpoint, Hash, PublicKey, TILE_WIDTH, TileId, append};

use super::{leaf_of, store, tree, unread};
use crate::TouchId;

/// Goes through the whole ledger of a network, part by part: each touch is the leaf that was
/// sealed, each hash of the tree that of what is below it, and the tree what was signed.
///
/// It keeps the last tile of each level and nothing else, however large the ledger is. All parts
/// are to be read in one snapshot, or what is sealed meanwhile is taken for a change.
#[derive(Debug)]
pub struct Checking {
    network: NetworkId,
    /// How many leaves must be there.
    size: u64,
    /// How many were checked.
    done: u64,
    /// The last tile of each level, made again from the leaves.
    made: Vec<(TileId, Vec<Hash>)>,
    /// The tile of leaves that was read last, as it stands.
    held: (u64, Vec<Hash>),
}

/// The first thing that is not as it was sealed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Bad {
    /// A touch was changed after it was sealed.
    #[error("touch {id}, number {number}, was changed after it was sealed")]
    Changed {
        /// Its number.
        number: u64,
        /// Which touch.
        id: TouchId,
    },
    /// A touch is gone.
    #[error("touch number {number} is missing: {id}")]
    Missing {
        /// Its number.
        number: u64,
        /// What stands in its place.
        id: String,
    },
    /// A number was given twice.
    #[error("touch {id} has number {number}, which another touch has")]
    Twice {
        /// The number.
        number: u64,
        /// The other touch.
        id: TouchId,
    },
    /// There are more touches with a number than the ledger has leaves.
    #[error("touch {id} has number {number}, but was never sealed")]
    Unsealed {
        /// The number.
        number: i64,
        /// Which touch.
        id: TouchId,
    },
    /// A hash of the tree is not that of what is below it.
    #[error("the tree was changed: tile {index} of level {level}, above touch number {number}")]
    Tree {
        /// Level of the tile.
        level: u32,
        /// Its number.
        index: u64,
        /// The first touch that is below it.
        number: u64,
    },
    /// What was signed is not this tree.
    #[error("the ledger is not what was signed: {0}")]
    Signature(String),
}

impl Checking {
    /// From the beginning.
    pub fn new(cx: &mut Cx<'_>, network: NetworkId) -> Result<Self, Fault> {
        let size = store::ledger(cx, network)?.map_or(0, |ledger| ledger.tree_size as u64);
        Ok(Self { network, size, done: 0, made: Vec::new(), held: (u64::MAX, Vec::new()) })
    }

    /// How many touches were checked, of how many.
    pub const fn progress(&self) -> (u64, u64) {
        (self.done, self.size)
    }

    /// Checks up to `limit` more touches. Answers whether there are any left; or the first that is
    /// bad.
    pub fn go_on(&mut self, cx: &mut Cx<'_>, limit: usize) -> Result<Result<bool, Bad>, Fault> {
        let wanted = limit.clamp(1, 5_000).min((self.size - self.done) as usize);
        // No number is below 0; and one row more, which may have the number of the last.
        let first = if self.done == 0 { i64::MIN } else { self.done as i64 };
        let rows = store::numbered(cx, self.network, first, wanted + 1)?;
        let mut leaves = Vec::with_capacity(wanted);
        for row in &rows {
            let number = self.done + leaves.len() as u64;
            let Ok(held) = u64::try_from(row.leaf_index) else {
                return Ok(Err(unsealed(row)));
            };
            if held < number {
                return Ok(Err(Bad::Twice { number: held, id: row.id }));
            }
            if leaves.len() == wanted {
                break;
            }
            if held > number {
                return Ok(Err(missing(number, Some(row.id))));
            }
            let sealed = self.sealed(cx, number)?;
            match leaf_of(cx, self.network, row) {
                Ok(leaf) if Some(leaf) == sealed => leaves.push(leaf),
                // A class or audience that does not exist is a change too.
                _ => return Ok(Err(Bad::Changed { number, id: row.id })),
            }
        }
        if leaves.len() < wanted {
            return Ok(Err(missing(self.done + leaves.len() as u64, None)));
        }
        if let Some(bad) = self.grow(cx, &leaves)? {
            return Ok(Err(bad));
        }
        if self.done < self.size {
            return Ok(Ok(true));
        }
        Ok(self.end(cx)?.map_or(Ok(false), Err))
    }

    /// The leaf as the tree holds it.
    fn sealed(&mut self, cx: &mut Cx<'_>, number: u64) -> Result<Option<Hash>, Fault> {
        let width = TILE_WIDTH as u64;
        let index = number / width;
        if self.held.0 != index {
            self.held = (index, store::tile(cx, self.network, TileId { level: 0, index })?);
        }
        Ok(self.held.1.get((number % width) as usize).copied())
    }

    /// Makes the tree again with these leaves, and compares what is full or last.
    fn grow(&mut self, cx: &mut Cx<'_>, leaves: &[Hash]) -> Result<Option<Bad>, Fault> {
        let made = &self.made;
        let known = |tile: TileId| {
            let known = made.iter().find(|(id, _)| *id == tile);
            Ok::<_, Fault>(known.map(|(_, hashes)| hashes.clone()).unwrap_or_default())
        };
        let written = append(self.done, leaves, known).map_err(unread)?;
        self.done += leaves.len() as u64;
        for (tile, hashes) in &written {
            let held = store::tile(cx, self.network, *tile)?;
            if held.get(..hashes.len()) != Some(hashes.as_slice()) {
                let number = (tile.index * TILE_WIDTH as u64) << (8 * tile.level);
                return Ok(Some(Bad::Tree { level: tile.level, index: tile.index, number }));
            }
        }
        for (tile, hashes) in written {
            self.made.retain(|(id, _)| id.level != tile.level);
            self.made.push((tile, hashes));
        }
        Ok(None)
    }

    /// What stands behind the last leaf, and whether the whole is what was signed.
    fn end(&self, cx: &mut Cx<'_>) -> Result<Option<Bad>, Fault> {
        let Some(ledger) = store::ledger(cx, self.network)? else {
            return Ok(store::numbered(cx, self.network, 0, 1)?.first().map(unsealed));
        };
        if ledger.tree_size < self.size as i64 {
            return Ok(Some(missing(ledger.tree_size as u64, None)));
        }
        let size = ledger.tree_size;
        if let Some(row) = store::numbered(cx, self.network, size, 1)?.first() {
            return Ok(Some(unsealed(row)));
        }
        let Some(signed) = ledger.signed() else { return Ok(None) };
        let bad = |why: String| Ok(Some(Bad::Signature(why)));
        let key: PublicKey = match signed.public_key.parse() {
            Ok(key) => key,
            Err(error) => return bad(format!("{error}")),
        };
        let checkpoint = match Checkpoint::verify(&signed.note, &key) {
            Ok(checkpoint) => checkpoint,
            Err(error) => return bad(error.to_string()),
        };
        if checkpoint.size != signed.size || checkpoint.size > size as u64 {
            return bad(format!(
                "it was signed with {} touches, and holds {size}",
                checkpoint.size
            ));
        }
        let root = tree(cx, self.network, checkpoint.size).root().map_err(unread)?;
        if root == checkpoint.root { Ok(None) } else { bad("its touches are others".to_owned()) }
    }
}

fn unsealed(row: &store::Row) -> Bad {
    Bad::Unsealed { number: row.leaf_index, id: row.id }
}

fn missing(number: u64, next: Option<TouchId>) -> Bad {
    let id = match next {
        Some(next) => format!("touch {next} comes next"),
        None => "none comes after it".to_owned(),
    };
    Bad::Missing { number, id }
}
