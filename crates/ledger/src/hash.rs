use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sha2::{Digest, Sha256};

use crate::encoding;

/// A SHA-256 hash: of a leaf, of two nodes, of a whole tree. As text it is Base64 of 44 characters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// The root of a tree without leaves (RFC 6962, 2.1).
    pub fn of_nothing() -> Self {
        Self(Sha256::digest([]).into())
    }

    /// The hash of a leaf: `SHA-256(0x00 || data)` (RFC 6962, 2.1), with `data` in parts.
    pub fn of_leaf(parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new_with_prefix([0]);
        for part in parts {
            hash.update(part);
        }
        Self(hash.finalize().into())
    }

    /// The hash of two nodes beside each other: `SHA-256(0x01 || left || right)`.
    pub fn of_nodes(left: &Self, right: &Self) -> Self {
        let mut hash = Sha256::new_with_prefix([1]);
        hash.update(left.0);
        hash.update(right.0);
        Self(hash.finalize().into())
    }

    /// The hash of as many nodes as a power of two says, beside each other.
    pub(crate) fn of_level(mut nodes: Vec<Self>) -> Option<Self> {
        while nodes.len() > 1 {
            nodes = nodes.chunks_exact(2).map(|two| Self::of_nodes(&two[0], &two[1])).collect();
        }
        nodes.pop()
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encoding::text(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        encoding::bytes(&text).map(Self).ok_or_else(|| D::Error::custom("a hash has 32 bytes"))
    }
}
