//! Passwords: hashed slowly (argon2id), a few at a time, never inside a transaction.

use std::{
    fmt,
    sync::{Condvar, LazyLock, Mutex, PoisonError},
    thread::available_parallelism,
};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier},
};

use super::{Error, rules};

/// What is kept of a password. Made by [`hash_password`].
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    pub(super) fn stored(text: String) -> Self {
        Self(text)
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it was made with other costs than those that hold now.
    pub(super) fn is_outdated(&self) -> bool {
        let costs = format!("$argon2id$v=19$m={},t={},p=1$", COSTS.memory_kib, COSTS.passes);
        !self.0.starts_with(&costs)
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(..)")
    }
}

struct Costs {
    memory_kib: u32,
    passes: u32,
}

/// The default of reliability 5.2; its minimum where only the machine's patience is tested.
#[cfg(not(any(test, feature = "testing")))]
const COSTS: Costs = Costs { memory_kib: 65_536, passes: 3 };
#[cfg(any(test, feature = "testing"))]
const COSTS: Costs = Costs { memory_kib: 19_456, passes: 2 };

/// How many may wait for a core before the next is turned away: about what is done in ten seconds.
const WAITING_MAX: usize = 128;

/// Hashes a password that the person with this e-mail chooses. Slow (a tenth of a second of one
/// core, 64 MiB): call it before the transaction, and from async code on a blocking thread.
///
/// Fails with one of [`Error::PasswordTooShort`], [`Error::PasswordTooLong`],
/// [`Error::PasswordCommon`], [`Error::PasswordHoldsEmail`] if it may not be chosen, with
/// [`Error::Busy`] if too many wait already.
pub fn hash_password(password: &str, email: &str) -> Result<PasswordHash, Error> {
    rules::check_password(password, email)?;
    hash(password)
}

/// Hashes without asking whether the password may be chosen: for one that is in use already.
pub(super) fn hash(password: &str) -> Result<PasswordHash, Error> {
    let _turn = Turn::take()?;
    Ok(PasswordHash(raw_hash(password)))
}

/// Whether this is the password behind the hash.
pub(super) fn fits(password: &str, hash: &PasswordHash) -> Result<bool, Error> {
    if password.len() > rules::LIMITS.password_bytes_max {
        return Ok(false);
    }
    let _turn = Turn::take()?;
    Ok(hasher().verify_password(password.as_bytes(), hash.as_str()).is_ok())
}

/// A hash that fits no password anybody has, so that an unknown address costs as much as a known.
pub(super) fn nobodys() -> &'static PasswordHash {
    static NOBODYS: LazyLock<PasswordHash> =
        LazyLock::new(|| PasswordHash(raw_hash(&handfast_web::Secret::random().text())));
    &NOBODYS
}

fn raw_hash(password: &str) -> String {
    hasher()
        .hash_password(password.as_bytes())
        .expect("the costs are valid and a salt is drawn for each")
        .to_string()
}

fn hasher() -> Argon2<'static> {
    let params = Params::new(COSTS.memory_kib, COSTS.passes, 1, None)
        .expect("the costs are constants within argon2's limits");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// One of as many turns as there are cores; given back when dropped.
struct Turn;

#[derive(Default)]
struct Turns {
    taken: usize,
    waiting: usize,
}

static TURNS: Mutex<Turns> = Mutex::new(Turns { taken: 0, waiting: 0 });
static FREE: Condvar = Condvar::new();

impl Turn {
    fn take() -> Result<Self, Error> {
        static CORES: LazyLock<usize> =
            LazyLock::new(|| available_parallelism().map_or(1, Into::into));
        // Nothing panics between taking the lock and giving it back, so its counts are good.
        let mut turns = TURNS.lock().unwrap_or_else(PoisonError::into_inner);
        if turns.waiting >= WAITING_MAX {
            return Err(Error::Busy);
        }
        turns.waiting += 1;
        while turns.taken >= *CORES {
            turns = FREE.wait(turns).unwrap_or_else(PoisonError::into_inner);
        }
        turns.waiting -= 1;
        turns.taken += 1;
        Ok(Self)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        TURNS.lock().unwrap_or_else(PoisonError::into_inner).taken -= 1;
        FREE.notify_one();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_hash_fits_its_password_only_and_shows_neither() {
        let hash = hash_password("blue bicycle bell", "ana@example.com").unwrap();
        assert!(fits("blue bicycle bell", &hash).unwrap());
        assert!(!fits("blue bicycle bel", &hash).unwrap());
        assert!(!fits(&"x".repeat(5_000), &hash).unwrap());
        assert!(!fits("anything at all", nobodys()).unwrap());
        assert_eq!(format!("{hash:?}"), "PasswordHash(..)");
    }

    #[test]
    fn a_hash_with_other_costs_is_outdated() {
        let now = hash_password("blue bicycle bell", "ana@example.com").unwrap();
        assert!(!now.is_outdated());
        let other = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$WD1v0Hn1aQ".to_owned();
        assert!(PasswordHash::stored(other).is_outdated());
    }
}
