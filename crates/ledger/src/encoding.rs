//! Bytes as text: Base64 of RFC 4648, section 4, as C2SP's notes and checkpoints write it.

use base64::{Engine as _, prelude::BASE64_STANDARD};

pub(crate) fn text(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}

/// The bytes, if it is Base64 of just so many.
pub(crate) fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    any_bytes(text)?.try_into().ok()
}

pub(crate) fn any_bytes(text: &str) -> Option<Vec<u8>> {
    BASE64_STANDARD.decode(text).ok()
}
