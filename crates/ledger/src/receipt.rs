//! Receipts: that a touch is in the ledger, to be checked by anybody who holds the ledger's public
//! key, without asking anybody.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{Checkpoint, CheckpointError, Hash, PublicKey, is_included};

/// What a receipt says it is.
const FORMAT: &str = "handfast receipt 1";
/// What the bytes of a header begin with, so that they can never be taken for something else.
const HEADER: &str = "handfast touch 1";

/// What the ledger holds of a touch in the open: who, when, of which kind, but nothing of what was
/// said, and not which customer. It names the author's record instead, so that merging two
/// customers changes no leaf.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// The network's id.
    pub network_id: String,
    /// The touch's id.
    pub touch_id: String,
    /// The author's own record of the customer; empty for none.
    pub record_id: String,
    /// The author organisation.
    pub organisation_id: String,
    /// The author's person; empty for none.
    pub person_id: String,
    /// The class's word.
    pub class: String,
    /// The kind's word.
    pub kind: String,
    /// The channel's word.
    pub channel: String,
    /// Who it is for: `shared`, `own` or `named`.
    pub audience: String,
    /// When it happened, in milliseconds since 1970.
    pub at_ms: i64,
    /// When it was written down, in the same.
    pub recorded_ms: i64,
}

impl Header {
    /// Its bytes, one form for one header: the words in order, each behind its length in bytes (16
    /// bit, the greater byte first), then both times (64 bit).
    fn bytes(&self) -> Vec<u8> {
        let words = [
            HEADER,
            &self.network_id,
            &self.touch_id,
            &self.record_id,
            &self.organisation_id,
            &self.person_id,
            &self.class,
            &self.kind,
            &self.channel,
            &self.audience,
        ];
        let mut bytes = Vec::with_capacity(256);
        for word in words {
            let length = u16::try_from(word.len()).unwrap_or(u16::MAX);
            bytes.extend(length.to_be_bytes());
            bytes.extend(&word.as_bytes()[..usize::from(length)]);
        }
        bytes.extend(self.at_ms.to_be_bytes());
        bytes.extend(self.recorded_ms.to_be_bytes());
        bytes
    }

    /// The leaf: `SHA-256(0x00 || header || commitment)`.
    pub fn leaf(&self, commitment: &Hash) -> Hash {
        Hash::of_leaf(&[&self.bytes(), &commitment.0])
    }
}

/// What was said, as it was written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// 32 random bytes that keep the words from being guessed from their hash.
    pub salt: Hash,
    /// What happened, in one sentence.
    pub summary: String,
    /// What is special to its kind: JSON, byte by byte as it was hashed.
    pub body: String,
}

impl Content {
    /// What the ledger holds of the words: `SHA-256(salt || length of summary || summary || body)`,
    /// the length in 32 bit, the greater byte first. Without words and salt it says nothing.
    pub fn commitment(&self) -> Hash {
        commitment(&self.salt.0, &self.summary, &self.body)
    }
}

/// See [`Content::commitment`].
pub fn commitment(salt: &[u8], summary: &str, body: &str) -> Hash {
    let mut hash = Sha256::new();
    hash.update(salt);
    hash.update(u32::try_from(summary.len()).unwrap_or(u32::MAX).to_be_bytes());
    hash.update(summary.as_bytes());
    hash.update(body.as_bytes());
    Hash(hash.finalize().into())
}

/// That a touch is in the ledger. As JSON it is a file that anybody can keep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// Which form of receipt it is.
    pub format: String,
    /// What the ledger holds in the open.
    pub touch: Header,
    /// What it holds of the words.
    pub commitment: Hash,
    /// The words, where whoever asked for the receipt sees them whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Content>,
    /// The touch's number.
    pub leaf_index: u64,
    /// From the leaf to the root.
    pub proof: Vec<Hash>,
    /// What the ledger said of itself, signed, when it held the touch.
    pub checkpoint: String,
}

/// Why a receipt proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// It is not one, or was cut.
    #[error("this is not a receipt, or a part of it is missing: {0}")]
    Form(String),
    /// Another version wrote it.
    #[error("this receipt has the form \"{0}\", which this version does not know")]
    Format(String),
    /// The words are not those that were sealed.
    #[error("the words were changed: they are not those that the ledger sealed")]
    Words,
    /// The checkpoint is not believed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// Header, number or proof do not belong to the checkpoint.
    #[error("the receipt was changed: it does not lead to what the ledger signed")]
    Proof,
}

impl Receipt {
    /// A receipt of this form.
    pub fn new(
        touch: Header,
        (commitment, content): (Hash, Option<Content>),
        (leaf_index, proof): (u64, Vec<Hash>),
        checkpoint: String,
    ) -> Self {
        let format = FORMAT.to_owned();
        Self { format, touch, commitment, content, leaf_index, proof, checkpoint }
    }

    /// Reads one from its file.
    pub fn read(json: &[u8]) -> Result<Self, ReceiptError> {
        let receipt: Self =
            serde_json::from_slice(json).map_err(|error| ReceiptError::Form(error.to_string()))?;
        if receipt.format == FORMAT {
            Ok(receipt)
        } else {
            Err(ReceiptError::Format(receipt.format))
        }
    }

    /// The leaf it speaks of.
    pub fn leaf(&self) -> Hash {
        self.touch.leaf(&self.commitment)
    }

    /// Whether it proves what it says, to who knows the ledger's key. Answers the checkpoint.
    pub fn verify(&self, key: &PublicKey) -> Result<Checkpoint, ReceiptError> {
        if self.content.as_ref().is_some_and(|content| content.commitment() != self.commitment) {
            return Err(ReceiptError::Words);
        }
        let checkpoint = Checkpoint::verify(&self.checkpoint, key)?;
        let (size, root) = (checkpoint.size, checkpoint.root);
        if is_included(self.leaf(), self.leaf_index, size, &self.proof, root) {
            Ok(checkpoint)
        } else {
            Err(ReceiptError::Proof)
        }
    }
}

#[cfg(test)]
mod tests;
