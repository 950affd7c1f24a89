//! Weights of pairs within one part, each scored at most once.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

/// Parts up to this size keep their weights in a square; larger ones in a map.
const SQUARE_MAX: usize = 96;
const UNKNOWN: i32 = i32::MIN;

/// Weights between the records of one part, by their places in it.
#[derive(Default)]
pub(super) struct Memo {
    size: usize,
    square: Vec<i32>,
    map: HashMap<u64, i32, BuildHasherDefault<Mix>>,
}

impl Memo {
    /// Forgets everything and makes room for `size` records.
    pub(super) fn reset(&mut self, size: usize) {
        self.size = size;
        self.square.clear();
        if size <= SQUARE_MAX {
            self.square.resize(size * size, UNKNOWN);
        } else {
            // A fresh one: clearing the map of a giant would cost as much for every dwarf after it.
            self.map = HashMap::default();
        }
    }

    /// The weight of `a` and `b`, asked of `score` (with the smaller first) only the first time.
    pub(super) fn weight(&mut self, a: u32, b: u32, score: impl FnOnce(u32, u32) -> i32) -> i32 {
        let (a, b) = (a.min(b), a.max(b));
        if self.size <= SQUARE_MAX {
            let cell = &mut self.square[a as usize * self.size + b as usize];
            if *cell == UNKNOWN {
                *cell = score(a, b);
            }
            return *cell;
        }
        *self.map.entry(u64::from(a) << 32 | u64::from(b)).or_insert_with(|| score(a, b))
    }
}

/// One multiplication and a fold: the keys are two small numbers of our own making.
#[derive(Default)]
pub(super) struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }

    fn write_u64(&mut self, value: u64) {
        let mixed = (self.0 ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 32);
    }
}
