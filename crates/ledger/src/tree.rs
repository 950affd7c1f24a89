//! The tree of all leaves (RFC 6962, 2.1), kept as tiles of 256 hashes (C2SP `tlog-tiles`).
//!
//! A tile of level 0 holds leaf hashes; one of level n the hashes of full tiles of level n - 1.
//! Only the last tile of a level grows; all before it are full and never written again. Any node
//! of the tree is some hashes of one tile put together, so a proof reads few tiles however many
//! leaves there are.

use std::{collections::HashMap, fmt};

use crate::Hash;

/// How many hashes a full tile holds.
pub const TILE_WIDTH: usize = 256;
/// The same, as a number of levels of the tree.
const TILE_HEIGHT: u32 = 8;

/// Which tile: its level, and its number from the left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TileId {
    /// 0 for leaves.
    pub level: u32,
    /// From 0.
    pub index: u64,
}

impl fmt::Display for TileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tile {} of level {}", self.index, self.level)
    }
}

/// Why a tree could not be read: the reader's own fault, or a tile that is not as it must be.
#[derive(Debug, thiserror::Error)]
pub enum Unread<E> {
    /// The tile is not there, or too short.
    #[error("{tile} holds {found} hashes, where {wanted} are due")]
    Short {
        /// Which tile.
        tile: TileId,
        /// How many it holds.
        found: usize,
        /// How many it must hold.
        wanted: usize,
    },
    /// What was asked for is not in the tree.
    #[error("the tree has only {size} leaves")]
    OutOfRange {
        /// How many leaves the tree has.
        size: u64,
    },
    /// Where tiles lie could not be read.
    #[error(transparent)]
    Reader(E),
}

/// A tree of a size, over tiles that `read` brings. Each tile is read once.
pub struct Tree<R> {
    size: u64,
    read: R,
    tiles: HashMap<TileId, Vec<Hash>>,
}

impl<R, E> Tree<R>
where
    R: FnMut(TileId) -> Result<Vec<Hash>, E>,
{
    /// The tree of the first `size` leaves.
    pub fn new(size: u64, read: R) -> Self {
        Self { size, read, tiles: HashMap::new() }
    }

    /// Its root.
    pub fn root(&mut self) -> Result<Hash, Unread<E>> {
        if self.size == 0 { Ok(Hash::of_nothing()) } else { self.span(0, self.size) }
    }

    /// The hash of leaf `index`.
    pub fn leaf(&mut self, index: u64) -> Result<Hash, Unread<E>> {
        if index >= self.size {
            return Err(Unread::OutOfRange { size: self.size });
        }
        self.node(0, index)
    }

    /// The proof that leaf `index` is in this tree (RFC 6962, 2.1.1): at most 64 hashes.
    pub fn inclusion(&mut self, index: u64) -> Result<Vec<Hash>, Unread<E>> {
        if index >= self.size {
            return Err(Unread::OutOfRange { size: self.size });
        }
        let (mut from, mut to) = (0, self.size);
        let mut proof = Vec::new();
        while to - from > 1 {
            let middle = from + half(to - from);
            if index < middle {
                proof.push(self.span(middle, to)?);
                to = middle;
            } else {
                proof.push(self.span(from, middle)?);
                from = middle;
            }
        }
        proof.reverse();
        Ok(proof)
    }

    /// The proof that this tree begins with the one of `old_size` leaves (RFC 6962, 2.1.2).
    pub fn consistency(&mut self, old_size: u64) -> Result<Vec<Hash>, Unread<E>> {
        if old_size > self.size {
            return Err(Unread::OutOfRange { size: self.size });
        }
        if old_size == 0 || old_size == self.size {
            return Ok(Vec::new());
        }
        let (mut from, mut to) = (0, self.size);
        let mut proof = Vec::new();
        while old_size != to {
            let middle = from + half(to - from);
            if old_size <= middle {
                proof.push(self.span(middle, to)?);
                to = middle;
            } else {
                proof.push(self.span(from, middle)?);
                from = middle;
            }
        }
        // Whoever checks it knows the whole old tree already.
        if from > 0 {
            proof.push(self.span(from, to)?);
        }
        proof.reverse();
        Ok(proof)
    }

    /// The hash of the leaves `from..to`, as a split of the tree makes such a span: it begins at a
    /// multiple of the power of two that holds it.
    fn span(&mut self, from: u64, to: u64) -> Result<Hash, Unread<E>> {
        let count = to - from;
        if count.is_power_of_two() {
            let height = count.trailing_zeros();
            return self.node(height, from >> height);
        }
        let middle = from + half(count);
        let left = self.span(from, middle)?;
        Ok(Hash::of_nodes(&left, &self.span(middle, to)?))
    }

    /// The node at `height` above the leaves, number `index` from the left; all below it is full.
    fn node(&mut self, height: u32, index: u64) -> Result<Hash, Unread<E>> {
        let inside = height % TILE_HEIGHT;
        let first = index << inside;
        let level = height / TILE_HEIGHT;
        let tile = TileId { level, index: first / TILE_WIDTH as u64 };
        let begin = (first % TILE_WIDTH as u64) as usize;
        let wanted = begin + (1 << inside);
        let hashes = self.tile(tile)?;
        let short = Unread::Short { tile, found: hashes.len(), wanted };
        let nodes = hashes.get(begin..wanted).map(<[Hash]>::to_vec);
        nodes.and_then(Hash::of_level).ok_or(short)
    }

    fn tile(&mut self, tile: TileId) -> Result<&[Hash], Unread<E>> {
        if !self.tiles.contains_key(&tile) {
            let hashes = (self.read)(tile).map_err(Unread::Reader)?;
            self.tiles.insert(tile, hashes);
        }
        Ok(self.tiles.get(&tile).map_or(&[], Vec::as_slice))
    }
}

/// The largest power of two below `count`, which is at least 2.
const fn half(count: u64) -> u64 {
    1 << (u64::BITS - 1 - (count - 1).leading_zeros())
}

/// The last tile of a level of a tree of `size` leaves, as far as it is begun, and how many hashes
/// it holds; none for a level that has no hash yet.
fn last_tile(size: u64, level: u32) -> Option<(TileId, usize)> {
    let count = size >> (level * TILE_HEIGHT);
    let last = count.checked_sub(1)?;
    let index = last / TILE_WIDTH as u64;
    Some((TileId { level, index }, (last % TILE_WIDTH as u64) as usize + 1))
}

/// Puts `leaves` behind the `size` leaves of a tree. Answers the tiles that are new or longer than
/// before, each whole, by level and number; `read` is asked for the last tile of each level only.
pub fn append<E>(
    size: u64,
    leaves: &[Hash],
    mut read: impl FnMut(TileId) -> Result<Vec<Hash>, E>,
) -> Result<Vec<(TileId, Vec<Hash>)>, Unread<E>> {
    let mut written = Vec::new();
    let (mut coming, mut level) = (leaves.to_vec(), 0);
    while !coming.is_empty() {
        let (mut tile, held) = last_tile(size, level).unwrap_or((TileId { level, index: 0 }, 0));
        let mut hashes = Vec::with_capacity(TILE_WIDTH);
        if held == TILE_WIDTH {
            tile.index += 1;
        } else if held > 0 {
            hashes = read(tile).map_err(Unread::Reader)?;
            if hashes.len() < held {
                return Err(Unread::Short { tile, found: hashes.len(), wanted: held });
            }
            hashes.truncate(held);
        }
        let mut above = Vec::new();
        let mut waiting = coming.as_slice();
        while !waiting.is_empty() {
            let (now, later) = waiting.split_at(waiting.len().min(TILE_WIDTH - hashes.len()));
            hashes.extend_from_slice(now);
            waiting = later;
            let is_full = hashes.len() == TILE_WIDTH;
            if is_full {
                above.extend(Hash::of_level(hashes.clone()));
            }
            written.push((tile, std::mem::take(&mut hashes)));
            tile.index += 1;
        }
        coming = above;
        level += 1;
    }
    Ok(written)
}

#[cfg(test)]
mod tests;
