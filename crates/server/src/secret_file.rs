//! Secrets in the data folder: each a file of its own, for its owner only, made when it is first
//! needed.

use std::{
    fs::{self, File},
    io::{ErrorKind, Read, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};

use anyhow::{Context, Result, ensure};
use rand::Rng;

use crate::backup::{beside, sync_folder_of};

/// 32 secret random bytes.
pub(crate) type Secret = [u8; 32];

/// The secret in this file, made when there is none yet. `what` it is says whoever must mend it.
///
/// Fails when the file may be read by others than its owner, or holds something else.
pub(crate) fn kept(path: &Path, what: &str) -> Result<Secret> {
    if let Some(secret) = find(path, what)? {
        return Ok(secret);
    }
    make(path)?;
    find(path, what)?.with_context(|| format!("{} is gone again", path.display()))
}

/// The secret in this file, if there is one.
pub(crate) fn find(path: &Path, what: &str) -> Result<Option<Secret>> {
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
        "{} holds {what} and may be read by others; run `chmod 600 {}`",
        path.display(),
        path.display()
    );
    let mut text = String::new();
    file.read_to_string(&mut text).with_context(|| format!("could not read {}", path.display()))?;
    let secret = secret_of(text.trim());
    secret.map(Some).with_context(|| {
        format!("{} is damaged: it must hold 64 hexadecimal digits", path.display())
    })
}

fn secret_of(text: &str) -> Option<Secret> {
    let mut secret = [0; 32];
    if text.len() != 2 * secret.len() || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, at) in secret.iter_mut().zip((0..text.len()).step_by(2)) {
        *byte = u8::from_str_radix(&text[at..at + 2], 16).ok()?;
    }
    Some(secret)
}

/// Makes the file, whole or not at all. Where two processes make it at once, the first one stays.
fn make(path: &Path) -> Result<()> {
    let secret: Secret = rand::rng().random();
    let text = secret.map(|byte| format!("{byte:02x}")).concat();
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

    const WHAT: &str = "the secret of the ledger";

    #[test]
    fn a_folder_has_one_secret_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ledger.key");
        assert_eq!(find(&file, WHAT).unwrap(), None, "looking makes nothing");
        let secret = kept(&file, WHAT).unwrap();
        assert_eq!(kept(&file, WHAT).unwrap(), secret);
        assert_eq!(find(&file, WHAT).unwrap(), Some(secret));
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let names = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        assert_eq!(names.collect::<Vec<_>>(), ["ledger.key"]);
        assert_ne!(kept(&folder.path().join("other.key"), WHAT).unwrap(), secret);
    }

    #[test]
    fn many_who_start_at_once_have_the_same_secret() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ledger.key");
        make(&file).unwrap();
        let secret = find(&file, WHAT).unwrap();
        make(&file).unwrap();
        assert_eq!(find(&file, WHAT).unwrap(), secret, "who comes second changes nothing");
    }

    #[test]
    fn a_secret_that_others_may_read_or_that_is_none_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ledger.key");
        kept(&file, WHAT).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(kept(&file, WHAT).unwrap_err().to_string().contains("chmod 600"));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        for text in ["", "abc", &"g".repeat(64), &"é".repeat(32), &"0".repeat(66)] {
            fs::write(&file, text).unwrap();
            assert!(kept(&file, WHAT).unwrap_err().to_string().contains("damaged"), "{text}");
        }
    }
}
