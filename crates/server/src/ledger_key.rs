//! The secret with which the ledger's checkpoints are signed: a file in the data folder, for its
//! owner only, made when it is first needed. It is never in the database: whoever can rewrite the
//! touches must not be able to sign what he wrote.

use std::{
    fs::{self, File},
    io::{ErrorKind, Read, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use handfast_ledger::Signer;
use handfast_record::organisations::Network;
use rand::Rng;

use crate::backup::{beside, sync_folder_of};

/// 32 secret random bytes, from which the signing key grows.
pub type Seed = [u8; 32];

/// Where the secret of a data folder lies.
pub fn path(data: &Path) -> PathBuf {
    data.join("ledger.key")
}

/// The secret of the data folder, made when there is none yet.
///
/// Fails when the file may be read by others than its owner, or holds something else.
pub fn of_folder(data: &Path) -> Result<Seed> {
    let path = path(data);
    if let Some(seed) = read(&path)? {
        return Ok(seed);
    }
    make(&path)?;
    read(&path)?.with_context(|| format!("{} is gone again", path.display()))
}

/// The secret of the data folder, if it has one.
pub fn find(data: &Path) -> Result<Option<Seed>> {
    read(&path(data))
}

/// Who signs the ledger of a network. Each network's ledger has a name of its own, so that a
/// checkpoint of one is never taken for one of another.
pub fn signer(seed: &Seed, network: &Network) -> Result<Signer> {
    Signer::new(&format!("handfast/{}", network.slug), seed)
        .with_context(|| format!("no ledger can be named after {}", network.slug))
}

fn read(path: &Path) -> Result<Option<Seed>> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(error).with_context(|| format!("could not read {}", path.display()));
        }
    };
    let mode = file.metadata()?.permissions().mode();
    // What the group and everybody may do are the last six bits.
    ensure!(
        mode % 0o100 == 0,
        "{} holds the secret of the ledger and may be read by others; run `chmod 600 {}`",
        path.display(),
        path.display()
    );
    let mut text = String::new();
    file.read_to_string(&mut text).with_context(|| format!("could not read {}", path.display()))?;
    let seed = seed_of(text.trim());
    seed.map(Some).with_context(|| {
        format!("{} is damaged: it must hold 64 hexadecimal digits", path.display())
    })
}

fn seed_of(text: &str) -> Option<Seed> {
    let mut seed = [0; 32];
    if text.len() != 2 * seed.len() || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, at) in seed.iter_mut().zip((0..text.len()).step_by(2)) {
        *byte = u8::from_str_radix(&text[at..at + 2], 16).ok()?;
    }
    Some(seed)
}

/// Makes the file, whole or not at all. Where two processes make it at once, the first one stays.
fn make(path: &Path) -> Result<()> {
    let seed: Seed = rand::rng().random();
    let text = seed.map(|byte| format!("{byte:02x}")).concat();
    let part = beside(path, &format!(".{}", std::process::id()));
    let made = write(&part, &text).and_then(|()| match fs::hard_link(&part, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        linked => Ok(linked?),
    });
    // What is left of the attempt is of no use to anybody.
    let _ = fs::remove_file(&part);
    made.with_context(|| format!("could not make {}", path.display()))?;
    sync_folder_of(path)
}

fn write(path: &Path, text: &str) -> Result<()> {
    let mut options = File::options();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(path)?;
    writeln!(file, "{text}")?;
    Ok(file.sync_all()?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_folder_has_one_secret_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(find(folder.path()).unwrap(), None, "looking makes nothing");
        let seed = of_folder(folder.path()).unwrap();
        assert_eq!(of_folder(folder.path()).unwrap(), seed);
        assert_eq!(find(folder.path()).unwrap(), Some(seed));
        let file = path(folder.path());
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let names = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        assert_eq!(names.collect::<Vec<_>>(), ["ledger.key"]);
        assert_ne!(of_folder(tempfile::tempdir().unwrap().path()).unwrap(), seed);
    }

    #[test]
    fn many_who_start_at_once_have_the_same_secret() {
        let folder = tempfile::tempdir().unwrap();
        make(&path(folder.path())).unwrap();
        let seed = find(folder.path()).unwrap();
        make(&path(folder.path())).unwrap();
        assert_eq!(find(folder.path()).unwrap(), seed, "who comes second changes nothing");
    }

    #[test]
    fn a_secret_that_others_may_read_or_that_is_none_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        of_folder(folder.path()).unwrap();
        let file = path(folder.path());
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(of_folder(folder.path()).unwrap_err().to_string().contains("chmod 600"));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        for text in ["", "abc", &"g".repeat(64), &"é".repeat(32), &"0".repeat(66)] {
            fs::write(&file, text).unwrap();
            assert!(
                of_folder(folder.path()).unwrap_err().to_string().contains("damaged"),
                "{text}"
            );
        }
    }
}
