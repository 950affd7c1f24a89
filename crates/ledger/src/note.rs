//! Checkpoints: what a log says of itself at a size, signed (C2SP `tlog-checkpoint`, in a C2SP
//! `signed-note` with an Ed25519 signature).
//!
//! ```text
//! aurora.example/ledger
//! 20852163
//! CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
//! signed 2026-03-12T09:40:00Z
//!
//! — aurora.example/ledger Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q...
//! ```

use std::{fmt, str::FromStr};

use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use sha2::{Digest, Sha256};

use crate::{Hash, encoding};

/// The signature algorithm of a key: Ed25519.
const ED25519_KEY: u8 = 1;

/// The public half of a log's key, in the form of C2SP: `name+hash+key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    name: String,
    bytes: [u8; 32],
}

/// Why a text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not `name+hash+key`, or not an Ed25519 key.
    #[error("a key reads NAME+HASH+KEY: eight hexadecimal digits and Base64")]
    Form,
    /// The hash is that of another name or key: something was lost on the way.
    #[error("the key's name, hash and key do not belong together; copy the whole key again")]
    Hash,
    /// A name has no spaces and no plus, and is not empty.
    #[error("the name of a key has no spaces and no plus, and is not empty")]
    Name,
}

impl PublicKey {
    /// The log's name: the first line of its checkpoints.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first four bytes of a hash of name and key, by which a note says which key signed it.
    fn id(&self) -> [u8; 4] {
        let mut hash = Sha256::new();
        hash.update(self.name.as_bytes());
        hash.update(b"\n");
        hash.update([ED25519_KEY]);
        hash.update(self.bytes);
        let hash: [u8; 32] = hash.finalize().into();
        [hash[0], hash[1], hash[2], hash[3]]
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = u32::from_be_bytes(self.id());
        let key: Vec<u8> = [ED25519_KEY].into_iter().chain(self.bytes).collect();
        write!(f, "{}+{id:08x}+{}", self.name, encoding::text(&key))
    }
}

impl FromStr for PublicKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        // Base64 may hold a plus; name and hash hold none.
        let mut parts = text.trim().splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(KeyError::Form);
        };
        let key = encoding::bytes::<33>(key).ok_or(KeyError::Form)?;
        let [ED25519_KEY, bytes @ ..] = key else { return Err(KeyError::Form) };
        let key = Self { name: name_of_key(name)?, bytes };
        let belongs = format!("{:08x}", u32::from_be_bytes(key.id())) == id;
        if belongs { Ok(key) } else { Err(KeyError::Hash) }
    }
}

fn name_of_key(name: &str) -> Result<String, KeyError> {
    let is_name = !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '+');
    if is_name { Ok(name.to_owned()) } else { Err(KeyError::Name) }
}

/// The private half, with the name under which it signs.
pub struct Signer {
    name: String,
    pair: Ed25519KeyPair,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Signer {
    /// The signer whose key grows from `seed`: 32 secret random bytes.
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<Self, KeyError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| KeyError::Form)?;
        Ok(Self { name: name_of_key(name)?, pair })
    }

    /// The public half.
    pub fn public_key(&self) -> PublicKey {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(self.pair.public_key().as_ref());
        PublicKey { name: self.name.clone(), bytes }
    }

    /// Says of the log that it has `size` leaves and this `root`, signed. Further lines are signed
    /// with it; each is one line of text and not empty.
    pub fn checkpoint(&self, size: u64, root: Hash, more: &[&str]) -> String {
        let mut text = format!("{}\n{size}\n{root}\n", self.name);
        for line in more {
            text.push_str(line);
            text.push('\n');
        }
        let mut signed = self.public_key().id().to_vec();
        signed.extend_from_slice(self.pair.sign(text.as_bytes()).as_ref());
        format!("{text}\n— {} {}\n", self.name, encoding::text(&signed))
    }
}

/// What a log said of itself, after its signature was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// How many leaves it has.
    pub size: u64,
    /// The root of its tree.
    pub root: Hash,
    /// Further lines: when it was signed.
    pub more: Vec<String>,
}

/// Why a checkpoint is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// It is not in the form of one.
    #[error("the checkpoint is not in the form of one, or was cut")]
    Form,
    /// It is of another log.
    #[error("the checkpoint is of another ledger than the key")]
    OtherLog,
    /// The key did not sign it.
    #[error("the checkpoint was signed with another key")]
    OtherKey,
    /// It was changed after it was signed.
    #[error("the checkpoint was changed after it was signed")]
    Signature,
}

impl Checkpoint {
    /// Reads a checkpoint that `key` signed. Signatures of others, such as witnesses, may stand
    /// beside and are not looked at.
    pub fn verify(note: &str, key: &PublicKey) -> Result<Self, CheckpointError> {
        let (text, signatures) = split(note).ok_or(CheckpointError::Form)?;
        let checkpoint = Self::read(text, key)?;
        let of_key = |line: &str| {
            let (name, signature) = line.strip_prefix("— ")?.split_once(' ')?;
            let signature = encoding::bytes::<68>(signature)?;
            (name == key.name && signature[..4] == key.id()).then_some(signature)
        };
        let signature = signatures.lines().find_map(of_key).ok_or(CheckpointError::OtherKey)?;
        UnparsedPublicKey::new(&ED25519, key.bytes)
            .verify(text.as_bytes(), &signature[4..])
            .map_err(|_| CheckpointError::Signature)?;
        Ok(checkpoint)
    }

    fn read(text: &str, key: &PublicKey) -> Result<Self, CheckpointError> {
        let mut lines = text.lines();
        if lines.next() != Some(key.name.as_str()) {
            return Err(CheckpointError::OtherLog);
        }
        let size = lines.next().filter(|size| !size.starts_with('0') || *size == "0");
        let size = size.and_then(|size| size.parse().ok()).ok_or(CheckpointError::Form)?;
        let root = lines.next().and_then(encoding::bytes).ok_or(CheckpointError::Form)?;
        Ok(Self { size, root: Hash(root), more: lines.map(str::to_owned).collect() })
    }
}

/// A note's text with its last line's end, and its signatures.
fn split(note: &str) -> Option<(&str, &str)> {
    let at = note.rfind("\n\n")?;
    let (text, signatures) = (&note[..=at], &note[at + 2..]);
    signatures.ends_with('\n').then_some((text, signatures))
}

#[cfg(test)]
mod tests;
