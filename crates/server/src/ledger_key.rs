//! The secret with which the ledger's checkpoints are signed: a file in the data folder. It is
//! never in the database: whoever can rewrite the touches must not be able to sign what he wrote.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use handfast_ledger::Signer;
use handfast_record::organisations::Network;

use crate::secret_file;

/// 32 secret random bytes, from which the signing key grows.
pub type Seed = [u8; 32];

/// What the file holds, in words.
const WHAT: &str = "the secret of the ledger";

/// Where the secret of a data folder lies.
pub fn path(data: &Path) -> PathBuf {
    data.join("ledger.key")
}

/// The secret of the data folder, made when there is none yet.
///
/// Fails when the file may be read by others than its owner, or holds something else.
pub fn of_folder(data: &Path) -> Result<Seed> {
    secret_file::kept(&path(data), WHAT)
}

/// The secret of the data folder, if it has one.
pub fn find(data: &Path) -> Result<Option<Seed>> {
    secret_file::find(&path(data), WHAT)
}

/// Who signs the ledger of a network. Each network's ledger has a name of its own, so that a
/// checkpoint of one is never taken for one of another.
pub fn signer(seed: &Seed, network: &Network) -> Result<Signer> {
    Signer::new(&format!("handfast/{}", network.slug), seed)
        .with_context(|| format!("no ledger can be named after {}", network.slug))
}
