#![allow(clippy::unwrap_used)]

use std::{collections::HashMap, convert::Infallible};

use ct_merkle::{digest::Output, mem_backed_tree::MemoryBackedTree};
use proptest::prelude::*;
use sha2::Sha256;

use super::*;
use crate::{is_continued, is_included};

type Tiles = HashMap<TileId, Vec<Hash>>;

/// Tiles of so many leaves, each the hash of its number, put in by parts of these lengths.
fn tiles(parts: &[usize]) -> Tiles {
    let mut tiles = Tiles::new();
    let mut size = 0;
    for length in parts {
        let leaves: Vec<Hash> = (size..size + *length as u64).map(leaf).collect();
        let written = append(size, &leaves, |tile| Ok::<_, Infallible>(tiles[&tile].clone()));
        tiles.extend(written.unwrap());
        size += *length as u64;
    }
    tiles
}

fn leaf(number: u64) -> Hash {
    Hash::of_leaf(&[&number.to_be_bytes()])
}

fn tree(tiles: &Tiles, size: u64) -> Tree<impl FnMut(TileId) -> Result<Vec<Hash>, Infallible>> {
    Tree::new(size, |tile| Ok(tiles.get(&tile).cloned().unwrap_or_default()))
}

/// The same tree as ct-merkle makes it.
fn peer(size: u64) -> MemoryBackedTree<Sha256, [u8; 8]> {
    let mut tree = MemoryBackedTree::new();
    (0..size).for_each(|number| tree.push(number.to_be_bytes()));
    tree
}

fn hex(hash: Hash) -> String {
    use std::fmt::Write as _;
    hash.0.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn bytes(proof: &[Hash]) -> Vec<u8> {
    proof.iter().flat_map(|hash| hash.0).collect()
}

/// The vectors with which Certificate Transparency's own implementations are tested.
#[test]
fn the_roots_are_those_of_certificate_transparency() {
    let leaves: [&[u8]; 8] = [
        &[],
        &[0x00],
        &[0x10],
        &[0x20, 0x21],
        &[0x30, 0x31],
        &[0x40, 0x41, 0x42, 0x43],
        &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
        &[
            0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d,
            0x6e, 0x6f,
        ],
    ];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let none = |_| Ok::<_, Infallible>(Vec::new());
    let hashes: Vec<Hash> = leaves.iter().map(|leaf| Hash::of_leaf(&[leaf])).collect();
    let tiles: Tiles = append(0, &hashes, none).unwrap().into_iter().collect();
    for (before, root) in roots.iter().enumerate() {
        let found = tree(&tiles, before as u64 + 1).root().unwrap();
        assert_eq!(hex(found), *root, "of {} leaves", before + 1);
    }
    assert_eq!(
        hex(Hash::of_nothing()),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
}

#[test]
fn every_small_tree_and_proof_is_that_of_ct_merkle() {
    let tiles = tiles(&[40]);
    for size in 1..=40 {
        let (mut ours, theirs) = (tree(&tiles, size), peer(size));
        let root = ours.root().unwrap();
        assert_eq!(theirs.root().as_bytes(), &Output::<Sha256>::from(root.0), "of {size} leaves");
        for index in 0..size {
            let proof = ours.inclusion(index).unwrap();
            assert_eq!(bytes(&proof), theirs.prove_inclusion(index as usize).as_bytes());
            assert!(is_included(leaf(index), index, size, &proof, root));
            assert!(!is_included(leaf(index + 1), index, size, &proof, root));
        }
        for old_size in 1..size {
            let proof = ours.consistency(old_size).unwrap();
            let peer_proof = theirs.prove_consistency((size - old_size) as usize);
            assert_eq!(bytes(&proof), peer_proof.as_bytes(), "{old_size} of {size}");
            let old = (old_size, tree(&tiles, old_size).root().unwrap());
            assert!(is_continued(old, (size, root), &proof));
        }
    }
}

#[test]
fn a_tree_of_three_levels_of_tiles_has_the_root_of_ct_merkle() {
    let size = 70_000;
    let tiles = tiles(&[1, 255, 256, 257, 65_000, 4_231]);
    let mut ours = tree(&tiles, size);
    let theirs = peer(size);
    let root = ours.root().unwrap();
    assert_eq!(theirs.root().as_bytes(), &Output::<Sha256>::from(root.0));
    for index in [0, 255, 256, 65_535, 65_536, 69_999] {
        let proof = ours.inclusion(index).unwrap();
        assert_eq!(bytes(&proof), theirs.prove_inclusion(index as usize).as_bytes());
        assert_eq!(ours.leaf(index).unwrap(), leaf(index));
    }
}

#[test]
fn a_tile_that_is_too_short_is_named_and_what_is_beyond_the_tree_is_refused() {
    let mut tiles = tiles(&[300]);
    let first = TileId { level: 0, index: 0 };
    tiles.get_mut(&first).unwrap().truncate(200);
    // Leaves 0 to 255 are one hash of the level above; the proof of one of them needs the tile.
    let short = tree(&tiles, 300).inclusion(3).unwrap_err();
    assert!(matches!(short, Unread::Short { tile, found: 200, .. } if tile == first), "{short}");
    assert!(matches!(tree(&tiles, 5).leaf(5), Err(Unread::OutOfRange { size: 5 })));
    assert!(tree(&tiles, 5).inclusion(5).is_err());
    assert!(tree(&tiles, 5).consistency(6).is_err());
    let lost = append(300, &[leaf(300)], |_| Ok::<_, Infallible>(Vec::new()));
    assert!(matches!(lost, Err(Unread::Short { found: 0, wanted: 44, .. })));
}

proptest! {
    #[test]
    fn in_whatever_parts_leaves_come_the_tree_is_the_same(
        parts in prop::collection::vec(0..700usize, 1..8),
    ) {
        let size: usize = parts.iter().sum();
        let (by_parts, at_once) = (tiles(&parts), tiles(&[size]));
        let root = tree(&by_parts, size as u64).root().unwrap();
        prop_assert_eq!(root, tree(&at_once, size as u64).root().unwrap());
        prop_assert_eq!(by_parts, at_once);
    }

    #[test]
    fn every_proof_holds_and_none_with_a_bit_flipped(
        size in 1..2_000u64, index in any::<u64>(), old in any::<u64>(), bit in any::<usize>(),
    ) {
        let tiles = tiles(&[size as usize]);
        let (index, old_size) = (index % size, old % size + 1);
        let mut new = tree(&tiles, size);
        let root = new.root().unwrap();
        let mut proof = new.inclusion(index).unwrap();
        prop_assert!(is_included(leaf(index), index, size, &proof, root));
        prop_assert!(!is_included(leaf(index), (index + 1) % size.max(2), size, &proof, root));
        if flip(&mut proof, bit) {
            prop_assert!(!is_included(leaf(index), index, size, &proof, root));
        }
        let old = (old_size, tree(&tiles, old_size).root().unwrap());
        let mut proof = new.consistency(old_size).unwrap();
        prop_assert!(is_continued(old, (size, root), &proof));
        prop_assert!(!is_continued((old_size, leaf(size)), (size, root), &proof));
        if flip(&mut proof, bit) {
            prop_assert!(!is_continued(old, (size, root), &proof));
        }
    }
}

fn flip(proof: &mut [Hash], bit: usize) -> bool {
    let bits = proof.len() * 256;
    if bits == 0 {
        return false;
    }
    let bit = bit % bits;
    proof[bit / 256].0[bit % 256 / 8] ^= 1 << (bit % 8);
    true
}
