//! Ids with a type, so that two of them cannot be swapped unseen.

use std::{fmt, hash::Hash, marker::PhantomData, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use crate::TimeMs;

/// A 128-bit id of one kind of thing. Written as a hyphenated UUID.
pub struct Id<T> {
    uuid: Uuid,
    kind: PhantomData<fn() -> T>,
}

impl<T> Id<T> {
    /// A random id (UUID version 4): says nothing about when it was made, nor what came before.
    pub fn random() -> Self {
        Self::from_uuid(Uuid::new_v4())
    }

    /// An id that sorts by `at` (UUID version 7), random in its last 74 bits.
    pub fn at(at: TimeMs) -> Self {
        let random = Uuid::new_v4();
        let mut bytes = [0; 10];
        bytes.copy_from_slice(&random.as_bytes()[..10]);
        Self::from_uuid(Builder::from_unix_timestamp_millis(at.0.max(0) as u64, &bytes).into_uuid())
    }

    /// The same id for the same parts, always (UUID version 8 over SHA-256).
    ///
    /// What is imported twice gets one id. The first part should be the network's own random id, so
    /// that nobody outside can compute the ids of a network from guessed values.
    pub fn derived(parts: &[&[u8]]) -> Self {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest(parts)[..16]);
        Self::from_uuid(Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// As [`Id::derived`], but sorting by `at`, and at one moment by `rank`, up to 4,095 (UUID
    /// version 7).
    pub fn derived_at(at: TimeMs, rank: u16, parts: &[&[u8]]) -> Self {
        let mut bytes = [0; 10];
        bytes.copy_from_slice(&digest(parts)[..10]);
        bytes[..2].copy_from_slice(&(rank & 0x0fff).to_be_bytes());
        Self::from_uuid(Builder::from_unix_timestamp_millis(at.0.max(0) as u64, &bytes).into_uuid())
    }

    /// The id as the databases hold it.
    pub const fn uuid(self) -> Uuid {
        self.uuid
    }

    /// The id of this kind that the databases hold as `uuid`.
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self { uuid, kind: PhantomData }
    }

    /// The same 128 bits as the id of another kind of thing: a case without a customer is its own
    /// subject, for one.
    pub const fn as_kind<U>(self) -> Id<U> {
        Id::from_uuid(self.uuid)
    }
}

fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        // The length keeps ("ab", "c") apart from ("a", "bc").
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// The text is not a UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseIdError;

impl fmt::Display for ParseIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an id: 32 hexadecimal digits with hyphens are expected")
    }
}

impl std::error::Error for ParseIdError {}

impl<T> FromStr for Id<T> {
    type Err = ParseIdError;
    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        Uuid::try_parse(text).map(Self::from_uuid).map_err(|_| ParseIdError)
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.uuid == other.uuid
    }
}
impl<T> Eq for Id<T> {}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.uuid.cmp(&other.uuid)
    }
}
impl<T> Hash for Id<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.uuid.hash(state);
    }
}
impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uuid.fmt(f)
    }
}
impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uuid.fmt(f)
    }
}
impl<T> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.uuid.serialize(serializer)
    }
}
impl<'de, T> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Uuid::deserialize(deserializer).map(Self::from_uuid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_ids_are_the_same_for_the_same_parts_only() {
        let one: Id<()> = Id::derived(&[b"ab", b"c"]);
        assert_eq!(one, Id::derived(&[b"ab", b"c"]));
        assert_ne!(one, Id::derived(&[b"a", b"bc"]));
    }

    #[test]
    fn ids_made_later_sort_later() {
        let early: Id<()> = Id::derived_at(TimeMs(1_000), 0, &[b"z"]);
        let then: Id<()> = Id::derived_at(TimeMs(1_000), 1, &[b"y"]);
        let late: Id<()> = Id::derived_at(TimeMs(1_001), 0, &[b"a"]);
        assert!(early < then && then < late);
        assert!(Id::<()>::at(TimeMs(1_000)) < Id::<()>::at(TimeMs(1_001)));
    }
}
