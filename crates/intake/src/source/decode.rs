//! The second layer: text in UTF-8, whatever the bytes were.

use std::io::{self, Read};

use encoding_rs::{CoderResult, Decoder, WINDOWS_1252};

const CHUNK_BYTES: usize = 64 << 10;

/// How the letters of a file are written as bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoding(Kind);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Guess,
    Utf32Little,
    Utf32Big,
    Labelled(&'static encoding_rs::Encoding),
}

impl Encoding {
    /// UTF-8, and what is not UTF-8 is taken as Windows-1252 (which holds Latin-1).
    pub const GUESSED: Self = Self(Kind::Guess);

    /// The encoding that people call `name`: `utf-8`, `latin1`, `windows-1252`, `utf-16le`, and
    /// every other label of the WHATWG list.
    pub fn named(name: &str) -> Option<Self> {
        let plain = name.trim().to_ascii_lowercase().replace('_', "-");
        let kind = match plain.as_str() {
            "utf-8" | "utf8" => Kind::Guess,
            "utf-32" | "utf-32le" => Kind::Utf32Little,
            "utf-32be" => Kind::Utf32Big,
            other => Kind::Labelled(encoding_rs::Encoding::for_label(other.as_bytes())?),
        };
        Some(Self(kind))
    }
}

/// Text that is read piece by piece, without marks of byte order and without NUL.
pub(super) struct Text<R> {
    bytes: R,
    pending: Vec<u8>,
    state: State,
    ended: bool,
}

enum State {
    /// Nothing but valid UTF-8 so far; `seen_beyond_ascii` once it held more than ASCII.
    Guess {
        seen_beyond_ascii: bool,
    },
    Utf32 {
        big: bool,
    },
    Decoder(Box<Decoder>),
}

impl<R: Read> Text<R> {
    /// Opens the text; a byte-order mark outranks `stated`.
    pub(super) fn open(mut bytes: R, stated: Encoding) -> io::Result<Self> {
        let mut pending = Vec::with_capacity(CHUNK_BYTES);
        let ended = fill(&mut bytes, &mut pending, 1024)?;
        let (kind, mark_bytes) = match pending.as_slice() {
            [0xff, 0xfe, 0, 0, ..] => (Kind::Utf32Little, 4),
            [0, 0, 0xfe, 0xff, ..] => (Kind::Utf32Big, 4),
            [0xef, 0xbb, 0xbf, ..] => (Kind::Guess, 3),
            [0xff, 0xfe, ..] => (Kind::Labelled(encoding_rs::UTF_16LE), 2),
            [0xfe, 0xff, ..] => (Kind::Labelled(encoding_rs::UTF_16BE), 2),
            _ => (stated.0, 0),
        };
        pending.drain(..mark_bytes);
        // Some programs write no mark, or the mark of UTF-16 before UTF-32.
        let kind = match wide(&pending) {
            Some(wide) if mark_bytes == 2 || kind == Kind::Guess => wide,
            _ => kind,
        };
        let state = match kind {
            Kind::Guess => State::Guess { seen_beyond_ascii: false },
            Kind::Utf32Little => State::Utf32 { big: false },
            Kind::Utf32Big => State::Utf32 { big: true },
            Kind::Labelled(encoding) => {
                State::Decoder(Box::new(encoding.new_decoder_without_bom_handling()))
            }
        };
        Ok(Self { bytes, pending, state, ended })
    }

    /// Adds the next piece to `out`, which stays valid UTF-8; `false` when there is no more.
    pub(super) fn read_into(&mut self, out: &mut Vec<u8>) -> io::Result<bool> {
        if self.ended && self.pending.is_empty() {
            return Ok(false);
        }
        if !self.ended {
            self.ended = fill(&mut self.bytes, &mut self.pending, CHUNK_BYTES)?;
        }
        let begin = out.len();
        match &mut self.state {
            State::Guess { .. } => self.guess(out),
            State::Utf32 { big } => utf32(&mut self.pending, *big, self.ended, out),
            State::Decoder(decoder) => decode(decoder, &mut self.pending, self.ended, out),
        }
        if memchr::memchr(0, &out[begin..]).is_some() {
            let tail: Vec<u8> = out.drain(begin..).filter(|byte| *byte != 0).collect();
            out.extend(tail);
        }
        Ok(true)
    }

    /// The first bytes, decoded where they are ASCII: enough to tell one format from another.
    pub(super) fn start(&self) -> Vec<u8> {
        self.pending.iter().copied().filter(|byte| *byte != 0).take(64).collect()
    }

    fn guess(&mut self, out: &mut Vec<u8>) {
        let State::Guess { seen_beyond_ascii } = &mut self.state else { return };
        let mut at = 0;
        while at < self.pending.len() {
            let rest = &self.pending[at..];
            let (valid, wrong) = match std::str::from_utf8(rest) {
                Ok(_) => (rest.len(), 0),
                Err(error) => match error.error_len() {
                    Some(wrong) => (error.valid_up_to(), wrong),
                    None if self.ended => (error.valid_up_to(), rest.len() - error.valid_up_to()),
                    None => {
                        // A letter cut by the end of the piece: its other bytes come next.
                        out.extend_from_slice(&rest[..error.valid_up_to()]);
                        *seen_beyond_ascii |= !rest[..error.valid_up_to()].is_ascii();
                        at += error.valid_up_to();
                        break;
                    }
                },
            };
            out.extend_from_slice(&rest[..valid]);
            *seen_beyond_ascii |= !rest[..valid].is_ascii();
            at += valid;
            if wrong > 0 && !*seen_beyond_ascii {
                // The first letter beyond ASCII is no UTF-8, so nothing that follows will be.
                self.pending.drain(..at);
                let mut decoder = WINDOWS_1252.new_decoder_without_bom_handling();
                decode(&mut decoder, &mut self.pending, self.ended, out);
                self.state = State::Decoder(Box::new(decoder));
                return;
            }
            let (text, _) = WINDOWS_1252.decode_without_bom_handling(&rest[valid..valid + wrong]);
            out.extend_from_slice(text.as_bytes());
            at += wrong;
        }
        self.pending.drain(..at);
    }
}

/// Adds up to `count` bytes to `to`; `true` at the end of the bytes.
fn fill(bytes: &mut impl Read, to: &mut Vec<u8>, count: usize) -> io::Result<bool> {
    let wanted = to.len() + count;
    bytes.take(count as u64).read_to_end(to)?;
    Ok(to.len() < wanted)
}

/// Letters of two or four bytes each, of mostly Latin text, by the places of their zeros.
fn wide(start: &[u8]) -> Option<Kind> {
    let mut zeros = [0; 4];
    for (at, _) in start.iter().enumerate().filter(|(_, byte)| **byte == 0) {
        zeros[at % 4] += 1;
    }
    let many = start.len() / 5;
    let is_zero = zeros.map(|count| count > many.max(1));
    match is_zero {
        [false, true, true, true] => Some(Kind::Utf32Little),
        [true, true, true, false] => Some(Kind::Utf32Big),
        [false, true, false, true] => Some(Kind::Labelled(encoding_rs::UTF_16LE)),
        [true, false, true, false] => Some(Kind::Labelled(encoding_rs::UTF_16BE)),
        _ => None,
    }
}

fn utf32(pending: &mut Vec<u8>, big: bool, ended: bool, out: &mut Vec<u8>) {
    let whole = pending.len() - pending.len() % 4;
    let mut letter = [0; 4];
    for four in pending[..whole].chunks_exact(4) {
        let four = [four[0], four[1], four[2], four[3]];
        let code = if big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) };
        let char = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
        out.extend_from_slice(char.encode_utf8(&mut letter).as_bytes());
    }
    pending.drain(..if ended { pending.len() } else { whole });
}

fn decode(decoder: &mut Decoder, pending: &mut Vec<u8>, ended: bool, out: &mut Vec<u8>) {
    let mut at = 0;
    let mut text = String::with_capacity(CHUNK_BYTES * 3);
    loop {
        let (result, read, _) = decoder.decode_to_string(&pending[at..], &mut text, ended);
        at += read;
        out.extend_from_slice(text.as_bytes());
        text.clear();
        if result == CoderResult::InputEmpty {
            break;
        }
    }
    pending.clear();
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    /// Gives its bytes in crumbs, so that letters are cut everywhere.
    struct Crumbs(Cursor<Vec<u8>>);
    impl Read for Crumbs {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = buffer.len().min(3);
            self.0.read(&mut buffer[..count])
        }
    }

    fn text_as(bytes: &[u8], encoding: Encoding) -> String {
        let mut text = Text::open(Crumbs(Cursor::new(bytes.to_vec())), encoding).unwrap();
        let mut out = Vec::new();
        while text.read_into(&mut out).unwrap() {}
        String::from_utf8(out).unwrap()
    }

    fn text(bytes: &[u8]) -> String {
        text_as(bytes, Encoding::GUESSED)
    }

    fn wide(text: &str, four: bool, big: bool) -> Vec<u8> {
        let order = |bytes: Vec<u8>| if big { bytes.into_iter().rev().collect() } else { bytes };
        if four {
            let codes = std::iter::once(0xfeff).chain(text.chars().map(|c| c as u32));
            codes.flat_map(|c| order(c.to_le_bytes().to_vec())).collect()
        } else {
            let codes = std::iter::once(0xfeff).chain(text.encode_utf16());
            codes.flat_map(|c| order(c.to_le_bytes().to_vec())).collect()
        }
    }

    #[test]
    fn marks_of_byte_order_tell_the_encoding_and_are_gone() {
        assert_eq!(text(b"\xef\xbb\xbfname\n"), "name\n");
        for (four, big) in [(false, false), (false, true), (true, false), (true, true)] {
            assert_eq!(text(&wide("Söder,€,🚲\n", four, big)), "Söder,€,🚲\n");
        }
        for (four, big) in [(false, false), (false, true), (true, false), (true, true)] {
            let marked = wide("name,city,street\n", four, big);
            let bare = &marked[if four { 4 } else { 2 }..];
            assert_eq!(text(bare), "name,city,street\n");
            let wrong = [b"\xfe\xff", bare].concat();
            assert!(!four || text(&wrong) == "name,city,street\n");
        }
    }

    #[test]
    fn what_is_no_utf8_is_windows_1252() {
        assert_eq!(text(b"S\xf6der \x80 5\n"), "Söder € 5\n");
        // One broken letter among good ones does not change how the others are read.
        assert_eq!(
            text("Zoë ".as_bytes().iter().copied().chain([0xf6]).collect::<Vec<_>>().as_slice()),
            "Zoë ö"
        );
        let late = [vec![b'a'; 200_000], b"\xe9\xe8".to_vec()].concat();
        assert!(text(&late).ends_with("aéè"));
    }

    #[test]
    fn a_stated_encoding_is_used_and_nul_is_dropped() {
        let cyrillic = Encoding::named("windows-1251").unwrap();
        assert_eq!(text_as(b"\xcc\xe0\xff", cyrillic), "Мая");
        assert_eq!(Encoding::named("no such thing"), None);
        assert_eq!(text(b"a\0b\n"), "ab\n");
    }

    proptest! {
        #[test]
        fn any_text_comes_back_from_every_unicode_encoding(
            original in "[^\0\u{feff}]{0,200}", four: bool, big: bool,
        ) {
            prop_assert_eq!(&text(&wide(&original, four, big)), &original);
            let marked = [b"\xef\xbb\xbf", original.as_bytes()].concat();
            prop_assert_eq!(&text(&marked), &original);
        }

        #[test]
        fn any_bytes_become_some_text(bytes: Vec<u8>) {
            text(&bytes);
        }
    }
}
