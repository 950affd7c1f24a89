//! `receipt`: what a receipt proves, to who holds nothing but it and the ledger's public key.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, anyhow, bail, ensure};
use clap::{Args, Subcommand};
use handfast_kit::TimeMs;
use handfast_ledger::{Checkpoint, Header, PublicKey, Receipt};
use handfast_record::receipts;
use serde_json::{Value, json};

use super::{Where, admin, say};
use crate::{ledger_key, place::Schema};

/// Larger files are no receipts, in bytes.
const FILE_BYTES_MAX: u64 = 16 << 20;

#[derive(Subcommand)]
pub(super) enum ReceiptCommand {
    /// Say whether receipts prove what they say: needs the file and the public key, nothing else
    Verify(Verify),
    /// Print the public key by which a network's receipts are checked
    Key(Key),
}

impl ReceiptCommand {
    pub(super) fn run(self) -> Result<()> {
        match self {
            Self::Verify(verify) => verify.run(),
            Self::Key(key) => key.run(),
        }
    }
}

#[derive(Args)]
pub(super) struct Verify {
    /// The receipt as it was downloaded, or a list of them; - for standard input
    file: PathBuf,
    /// The ledger's public key (NAME+HASH+KEY), or a file that holds it
    #[arg(long)]
    key: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Verify {
    fn run(self) -> Result<()> {
        let key = public_key(&self.key)?;
        let bytes = bytes(&self.file)?;
        match several(&bytes) {
            Some(receipts) => self.all(&receipts, &key),
            None => self.one(&bytes, &key),
        }
    }

    fn one(&self, bytes: &[u8], key: &PublicKey) -> Result<()> {
        match checked(bytes, key) {
            Ok((receipt, checkpoint)) => say::answer(
                self.json,
                &value(&receipt, &checkpoint, key),
                text(&receipt, &checkpoint, key),
            ),
            Err(why) => {
                if self.json {
                    say::answer(true, &json!({ "valid": false, "why": why }), "")?;
                }
                bail!("{} proves nothing: {why}", self.file.display())
            }
        }
    }

    /// Says of each whether it is valid; it is an error if one is not.
    fn all(&self, receipts: &[Vec<u8>], key: &PublicKey) -> Result<()> {
        ensure!(!receipts.is_empty(), "{} holds no receipt", self.file.display());
        let (mut values, mut lines, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
        for (number, bytes) in (1..).zip(receipts) {
            match checked(bytes, key) {
                Ok((receipt, checkpoint)) => {
                    values.push(value(&receipt, &checkpoint, key));
                    lines.push(format!("{number:>4}  valid    {}", plain(&line(&receipt))));
                }
                Err(why) => {
                    values.push(json!({ "valid": false, "why": why }));
                    lines.push(format!("{number:>4}  NOTHING  {why}"));
                    wrong.push(number.to_string());
                }
            }
        }
        let count = receipts.len();
        if wrong.is_empty() {
            let ledger = key.name();
            lines.push(format!("All {count} receipts are valid, of the ledger {ledger}."));
        }
        say::answer(self.json, &json!(values), lines.join("\n"))?;
        ensure!(
            wrong.is_empty(),
            "of the {count} receipts in {} these prove nothing: {}",
            self.file.display(),
            wrong.join(", ")
        );
        Ok(())
    }
}

/// The receipts of a file that holds a list of them, as a page gives all of a hand-off at once.
fn several(bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let list: Vec<Value> = serde_json::from_slice(bytes).ok()?;
    Some(list.iter().map(|receipt| receipt.to_string().into_bytes()).collect())
}

/// What is proven, or why nothing is.
fn checked(bytes: &[u8], key: &PublicKey) -> Result<(Receipt, Checkpoint), String> {
    Receipt::read(bytes)
        .and_then(|receipt| receipt.verify(key).map(|checkpoint| (receipt, checkpoint)))
        .map_err(|error| plain(&error.to_string()))
}

/// One receipt in one line.
fn line(receipt: &Receipt) -> String {
    let touch = &receipt.touch;
    let summary = receipt.content.as_ref().map_or("", |content| &content.summary);
    format!("{}  {}  {summary}", TimeMs(touch.at_ms).rfc3339(), touch.kind)
}

#[derive(Args)]
pub(super) struct Key {
    /// The network's short name
    #[arg(long, value_name = "SLUG")]
    network: String,
    /// Let the key of this data folder sign from now on, in place of one that is lost or known to
    /// others; receipts of before stay good with the key of before
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    place: Where,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Key {
    fn run(self) -> Result<()> {
        let settings = self.place.settings()?;
        let place = self.place.open(Schema::AsItIs)?;
        let network = admin::network(&place.db, &self.network)?;
        let seed = ledger_key::of_folder(&settings.data)?;
        let key = ledger_key::signer(&seed, &network)?.public_key().to_string();
        let id = network.id;
        let signed = place.db.read(|cx| receipts::signed(cx, id))?;
        if let Some(signed) = signed.filter(|signed| signed.public_key != key) {
            ensure!(
                self.replace,
                "the ledger of {} is signed with {}, and the key of this data folder is {key}; \
                 put the file of the former in place, or let the latter sign with --replace",
                network.slug,
                signed.public_key
            );
            place.db.write(move |tx| receipts::change_key(tx, id))?;
        }
        say::answer(self.json, &json!({ "key": key }), &key)
    }
}

/// The key that `text` is, or that the file of this name holds.
pub(super) fn public_key(text: &str) -> Result<PublicKey> {
    let wrong = match text.parse() {
        Ok(key) => return Ok(key),
        Err(error) => error,
    };
    let file = Path::new(text);
    if file.is_file() {
        let held = fs::read_to_string(file).with_context(|| format!("could not read {text}"))?;
        return held.parse().map_err(|error| anyhow!("{text}: {error}"));
    }
    Err(anyhow!("--key is no file and no key: {wrong}"))
}

fn bytes(file: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = if file == Path::new("-") {
        io::stdin().take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)
    } else {
        File::open(file).and_then(|file| file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes))
    };
    read.with_context(|| format!("could not read {}", file.display()))?;
    ensure!(bytes.len() as u64 <= FILE_BYTES_MAX, "{} is too long for a receipt", file.display());
    Ok(bytes)
}

fn value(receipt: &Receipt, checkpoint: &Checkpoint, key: &PublicKey) -> Value {
    json!({
        "valid": true,
        "ledger": key.name(),
        "leaf_index": receipt.leaf_index,
        "tree_size": checkpoint.size,
        "signed": checkpoint.more.iter().find_map(|line| line.strip_prefix("signed ")),
        "touch": receipt.touch,
        "content": receipt.content.as_ref().map(|content| {
            json!({ "summary": content.summary, "body": content.body })
        }),
    })
}

fn text(receipt: &Receipt, checkpoint: &Checkpoint, key: &PublicKey) -> String {
    let touch = &receipt.touch;
    let mut lines = vec![
        "This receipt is valid.".to_owned(),
        format!(
            "The ledger {} held this touch as number {} when it had {}.",
            key.name(),
            receipt.leaf_index,
            touches(checkpoint.size)
        ),
    ];
    lines.extend(checkpoint.more.iter().map(|line| format!("  {line}")));
    let time = |ms| TimeMs(ms).rfc3339();
    lines.push(format!("  touch         {}", touch.touch_id));
    lines.push(format!("  written by    {}", author(touch)));
    lines.push(format!("  kind          {}, class {}", touch.kind, touch.class));
    lines.push(format!("  channel       {}, audience {}", touch.channel, touch.audience));
    lines.push(format!("  happened      {}", time(touch.at_ms)));
    lines.push(format!("  written down  {}", time(touch.recorded_ms)));
    if let Some(content) = &receipt.content {
        lines.push("The words are those that were sealed:".to_owned());
        lines.push(format!("  {}", content.summary));
        lines.push(format!("  {}", content.body));
    } else {
        lines.push(
            "The words are not in this receipt; it proves that they were sealed, not which."
                .to_owned(),
        );
    }
    let lines: Vec<String> = lines.iter().map(|line| plain(line)).collect();
    lines.join("\n")
}

fn touches(count: u64) -> String {
    if count == 1 { "1 touch".to_owned() } else { format!("{count} touches") }
}

fn author(touch: &Header) -> String {
    let organisation = format!("organisation {}", touch.organisation_id);
    if touch.person_id.is_empty() {
        organisation
    } else {
        format!("{organisation}, person {}", touch.person_id)
    }
}

/// One line that is safe on a terminal, whoever wrote it.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_a_stranger_wrote_moves_no_cursor() {
        assert_eq!(plain("a\u{1b}[2Jb\nc\u{9b}d’é"), "a\u{fffd}[2Jb\u{fffd}c\u{fffd}d’é");
    }

    #[test]
    fn a_key_is_given_as_text_or_as_a_file_and_a_wrong_one_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let signer = handfast_ledger::Signer::new("handfast/aurora", &[7; 32]).unwrap();
        let text = signer.public_key().to_string();
        let file = folder.path().join("aurora.key");
        fs::write(&file, format!("{text}\n")).unwrap();
        assert_eq!(public_key(&text).unwrap(), signer.public_key());
        assert_eq!(public_key(file.to_str().unwrap()).unwrap(), signer.public_key());
        let error = public_key("aurora.key").unwrap_err().to_string();
        assert!(error.contains("no file and no key"), "{error}");
        fs::write(&file, "nothing").unwrap();
        let error = public_key(file.to_str().unwrap()).unwrap_err().to_string();
        assert!(error.contains("aurora.key"), "{error}");
    }
}
