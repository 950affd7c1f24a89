//! Words: folding, hashing, distance.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use unicode_normalization::UnicodeNormalization;

/// Mixes two numbers into one; the same on every machine and in every version.
pub(crate) fn mix(a: u64, b: u64) -> u64 {
    let product = u128::from(a ^ 0x9e37_79b9_7f4a_7c15) * u128::from(b ^ 0xe703_7ed1_a0b4_28db);
    let folded = (product as u64) ^ ((product >> 64) as u64);
    folded ^ (folded >> 29)
}

/// A hash of bytes that is the same on every machine and in every version.
pub(crate) fn hash(seed: u64, bytes: &[u8]) -> u64 {
    let mut state = mix(seed, bytes.len() as u64);
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        let mut word = [0; 8];
        word.copy_from_slice(chunk);
        state = mix(state, u64::from_le_bytes(word));
    }
    let mut last = 0;
    for &byte in chunks.remainder() {
        last = last << 8 | u64::from(byte);
    }
    mix(state, last ^ 0xa5a5_a5a5)
}

/// A map by keys that are hashes already.
pub(crate) type HashedMap<V> = HashMap<u64, V, BuildHasherDefault<AsItIs>>;

/// Takes a hash for what it is.
#[derive(Clone, Default)]
pub(crate) struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = hash(self.0, bytes);
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

/// Appends `text` in small letters without accents; runs of white space become one space.
pub(crate) fn fold(text: &str, out: &mut String) {
    let start = out.len();
    if text.is_ascii() {
        for byte in text.bytes() {
            push_folded(char::from(byte.to_ascii_lowercase()), start, out);
        }
    } else {
        for letter in text.nfkd() {
            match letter {
                '\u{300}'..='\u{36f}' => {}
                'ß' => out.push_str("ss"),
                'æ' | 'Æ' => out.push_str("ae"),
                'œ' | 'Œ' => out.push_str("oe"),
                'ø' | 'Ø' => out.push('o'),
                'ł' | 'Ł' => out.push('l'),
                'đ' | 'Đ' | 'ð' | 'Ð' => out.push('d'),
                'þ' | 'Þ' => out.push_str("th"),
                'ı' => out.push('i'),
                '\u{2018}' | '\u{2019}' | '\u{2bc}' => push_folded('\'', start, out),
                '\u{2010}'..='\u{2015}' => push_folded('-', start, out),
                other => other.to_lowercase().for_each(|small| push_folded(small, start, out)),
            }
        }
    }
    while out.len() > start && out.ends_with(' ') {
        out.pop();
    }
}

fn push_folded(letter: char, start: usize, out: &mut String) {
    if letter.is_whitespace() || letter.is_control() {
        if out.len() > start && !out.ends_with(' ') {
            out.push(' ');
        }
    } else {
        out.push(letter);
    }
}

/// Which letters and digits occur, one bit each (digits share bits with rare letters).
pub(crate) fn mask(word: &[u8]) -> u32 {
    word.iter().fold(0, |mask, &byte| {
        mask | 1
            << match byte {
                b'a'..=b'z' => byte - b'a',
                b'0'..=b'9' => 26 + byte % 6,
                other => other % 26,
            }
    })
}

/// The longest word whose distance is measured; what is longer is cut.
const WORD_MAX: usize = 32;

/// Insertions, deletions, changes and swaps of neighbours that lead from one word to the other
/// (optimal string alignment), if at most `most`. Bytes, not letters.
pub(crate) fn distance(a: &[u8], b: &[u8], most: usize) -> Option<usize> {
    let (a, b) = trimmed(&a[..a.len().min(WORD_MAX)], &b[..b.len().min(WORD_MAX)]);
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    if a.is_empty() || b.is_empty() {
        return Some(a.len().max(b.len()));
    }
    let mut before = [0_u8; WORD_MAX + 1];
    let mut last = [0_u8; WORD_MAX + 1];
    let mut row = [0_u8; WORD_MAX + 1];
    for (j, cell) in last.iter_mut().enumerate() {
        *cell = j as u8;
    }
    for i in 1..=a.len() {
        row[0] = i as u8;
        let mut least = row[0];
        for j in 1..=b.len() {
            let cost = u8::from(a[i - 1] != b[j - 1]);
            let mut best = (last[j - 1] + cost).min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before[j - 2] + 1);
            }
            row[j] = best;
            least = least.min(best);
        }
        if usize::from(least) > most {
            return None;
        }
        (before, last, row) = (last, row, before);
    }
    Some(usize::from(last[b.len()])).filter(|&distance| distance <= most)
}

/// Without the beginning and the end that both share.
fn trimmed<'a>(a: &'a [u8], b: &'a [u8]) -> (&'a [u8], &'a [u8]) {
    let front = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[front..], &b[front..]);
    let back = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    (&a[..a.len() - back], &b[..b.len() - back])
}

/// How near two different words are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Near {
    /// One slip of the pen.
    One,
    /// Two slips in a longer word, or one begins with the other.
    Some,
    /// Nothing to see.
    Not,
}

/// How near two different words are; `masks` are theirs from [`mask`].
pub(crate) fn near(a: &[u8], b: &[u8], masks: (u32, u32)) -> Near {
    let shorter = a.len().min(b.len());
    if shorter < 3 {
        return Near::Not;
    }
    let prefix = || shorter >= 4 && a[..shorter] == b[..shorter];
    if (masks.0 ^ masks.1).count_ones() > 4 {
        return if prefix() { Near::Some } else { Near::Not };
    }
    match distance(a, b, if shorter >= 5 { 2 } else { 1 }) {
        Some(1) => Near::One,
        Some(_) => Near::Some,
        None if prefix() => Near::Some,
        None => Near::Not,
    }
}
