//! Secrets that let somebody in: made here, handed out once, kept only as their hash.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// 256 random bits. As text: 43 characters of base64url. Never logged, never stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; 32]);

impl Secret {
    /// A new one from the machine's own randomness.
    pub fn random() -> Self {
        Self(rand::random())
    }

    /// The secret that `text` spells; `None` if it is not exactly 43 characters of base64url.
    pub fn parse(text: &str) -> Option<Self> {
        // The length first: nothing longer is ever decoded.
        if text.len() != 43 {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }

    /// The text to hand out, once.
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// The text of an API token: the secret behind the prefix by which scanners of leaked secrets
    /// know it.
    pub fn token_text(&self) -> String {
        format!("{TOKEN_PREFIX}{}", self.text())
    }

    /// What is stored of it. The secret has 256 random bits, so one round of SHA-256 is enough.
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0).into())
    }
}

/// How the text of every API token begins.
pub const TOKEN_PREFIX: &str = "hft_";

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// SHA-256 of a [`Secret`]: what the database keeps and looks up.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// The 32 bytes as the database keeps them.
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The hash that the database holds as `bytes`; `None` unless there are 32 of them.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(bytes.try_into().ok()?))
    }

    /// The token against forged forms that belongs to the session with this hash. Derived, so that
    /// it needs no column; whoever reads it learns nothing of the cookie.
    pub fn csrf(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(b"handfast csrf\0");
        hash.update(self.0);
        URL_SAFE_NO_PAD.encode(hash.finalize())
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(..)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_secret_reads_back_and_nothing_else_does() {
        let secret = Secret::random();
        assert_eq!(Secret::parse(&secret.text()).unwrap().hash(), secret.hash());
        assert_ne!(Secret::random().hash(), secret.hash());
        for wrong in ["", "hft_", &secret.token_text(), &"!".repeat(43)] {
            assert!(Secret::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn neither_a_secret_nor_its_hash_shows_in_a_log() {
        let secret = Secret::random();
        let shown = format!("{secret:?} {:?}", secret.hash());
        assert_eq!(shown, "Secret(..) TokenHash(..)");
    }
}
