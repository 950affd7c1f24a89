//! `verify`: whether the database still holds what was sealed, from the first touch to the last.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use handfast_db::{Cx, Db, Fault};
use handfast_kit::NetworkId;
use handfast_ledger::PublicKey;
use handfast_record::{
    organisations::{self, Network},
    receipts::{self, Bad, Checking, Fits, Signed},
};
use serde_json::{Value, json};

use super::{Where, admin, receipt, say};
use crate::{ledger_key, place::Schema};

/// How many touches are checked between two steps of the bar.
const CHECKED_AT_ONCE: usize = 1_000;

#[derive(Args)]
pub(super) struct Verify {
    /// The network's short name [default: all networks]
    #[arg(long, value_name = "SLUG")]
    network: Option<String>,
    /// The ledger's public key, or a file that holds it [default: that of ledger.key in the data
    /// folder]
    #[arg(long)]
    key: Option<String>,
    /// A checkpoint that somebody kept: says whether history was rewritten since it was signed
    #[arg(long, value_name = "FILE")]
    kept: Option<PathBuf>,
    #[command(flatten)]
    place: Where,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What was found out about one network.
struct Checked {
    network: Network,
    /// How many touches are as they were sealed.
    good: u64,
    signed: Option<Signed>,
    /// Whether the signature was held against a key that is not the database's own word.
    is_key_known: bool,
    bad: Option<Wrong>,
}

/// The first thing that is wrong.
#[derive(Default)]
struct Wrong {
    number: Option<i64>,
    touch: Option<String>,
    why: String,
}

impl Verify {
    pub(super) fn run(self) -> Result<()> {
        let settings = self.place.settings()?;
        let place = self.place.open(Schema::AsItIs)?;
        let networks = match &self.network {
            Some(slug) => vec![admin::network(&place.db, slug)?],
            None => place.db.read(organisations::networks)?,
        };
        let is_of_one = self.key.is_none() && self.kept.is_none() || networks.len() == 1;
        ensure!(is_of_one, "--key and --kept are of one network; name it with --network");
        let kept = self.kept.as_deref().map(kept).transpose()?;
        let mut all = Vec::with_capacity(networks.len());
        for network in networks {
            let key = self.public_key(&settings.data, &network)?;
            all.push(check(&place.db, network, key.as_ref(), kept.as_deref())?);
        }
        self.answer(&all)
    }

    /// The key that signed, as whoever asks knows it.
    fn public_key(&self, data: &Path, network: &Network) -> Result<Option<PublicKey>> {
        if let Some(key) = &self.key {
            return receipt::public_key(key).map(Some);
        }
        let Some(seed) = ledger_key::find(data)? else { return Ok(None) };
        Ok(Some(ledger_key::signer(&seed, network)?.public_key()))
    }

    fn answer(&self, all: &[Checked]) -> Result<()> {
        let is_good = all.iter().all(|checked| checked.bad.is_none());
        let networks: Vec<Value> = all.iter().map(value).collect();
        let good = all.iter().filter(|checked| checked.bad.is_none());
        let good: Vec<String> = good.map(text).collect();
        if self.json || !good.is_empty() {
            let value = json!({ "valid": is_good, "networks": networks });
            say::answer(self.json, &value, good.join("\n"))?;
        }
        let wrong = all.iter().filter_map(|checked| Some((checked, checked.bad.as_ref()?)));
        let wrong: Vec<String> = wrong
            .map(|(checked, wrong)| format!("{}: {}", checked.network.slug, wrong.why))
            .collect();
        if wrong.is_empty() {
            return Ok(());
        }
        bail!("{}", wrong.join("\n"))
    }
}

fn kept(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("could not read {}", file.display()))
}

/// Goes through one network's ledger, all of it as it stands at one moment.
fn check(
    db: &Db,
    network: Network,
    key: Option<&PublicKey>,
    kept: Option<&str>,
) -> Result<Checked> {
    let bar = say::steps_bar(0);
    bar.set_message(network.slug.clone());
    let id = network.id;
    let (good, signed, bad) = db.read(|cx| {
        let signed = receipts::signed(cx, id)?;
        let mut checking = Checking::new(cx, id)?;
        let bad = go_through(cx, &mut checking, |done, size| {
            bar.set_length(size);
            bar.set_position(done);
        })?;
        let bad = match bad {
            None => unbelieved(cx, id, signed.as_ref(), key, kept)?,
            bad => bad,
        };
        Ok::<_, Fault>((checking.progress().0, signed, bad))
    })?;
    bar.finish_and_clear();
    Ok(Checked { network, good, signed, is_key_known: key.is_some(), bad })
}

fn go_through(
    cx: &mut Cx<'_>,
    checking: &mut Checking,
    mut progress: impl FnMut(u64, u64),
) -> Result<Option<Wrong>, Fault> {
    let mut at_once = CHECKED_AT_ONCE;
    loop {
        let (done, size) = checking.progress();
        progress(done, size);
        match checking.go_on(cx, at_once) {
            Ok(Ok(true)) => {}
            Ok(Ok(false)) => return Ok(None),
            Ok(Err(bad)) => return Ok(Some(wrong(&bad))),
            // What cannot even be read is found touch by touch, to be named.
            Err(_) if at_once > 1 => at_once = 1,
            Err(fault) => {
                let why = format!("touch number {done}, or the next, cannot be read: {fault}");
                return Ok(Some(Wrong { number: Some(done as i64), touch: None, why }));
            }
        }
    }
}

fn wrong(bad: &Bad) -> Wrong {
    let (number, touch) = match bad {
        Bad::Changed { number, id } | Bad::Twice { number, id } => (*number as i64, Some(id)),
        Bad::Unsealed { number, id } => (*number, Some(id)),
        Bad::Missing { number, .. } | Bad::Tree { number, .. } => (*number as i64, None),
        Bad::Signature(_) => return Wrong { why: bad.to_string(), ..Wrong::default() },
    };
    let (number, touch) = (Some(number), touch.map(ToString::to_string));
    Wrong { number, touch, why: bad.to_string() }
}

/// Why the signature, or what somebody kept, does not belong to a ledger that fits together.
fn unbelieved(
    cx: &mut Cx<'_>,
    network: NetworkId,
    signed: Option<&Signed>,
    key: Option<&PublicKey>,
    kept: Option<&str>,
) -> Result<Option<Wrong>, Fault> {
    if let (Some(signed), Some(key)) = (signed, key)
        && signed.public_key != key.to_string()
    {
        let why = format!("the ledger was signed with another key: {}", signed.public_key);
        return Ok(Some(Wrong { why, ..Wrong::default() }));
    }
    let Some(kept) = kept else { return Ok(None) };
    let why = match receipts::fits(cx, network, kept)? {
        Some(Fits::Yes { .. }) => return Ok(None),
        Some(Fits::Rewritten) => {
            "history was rewritten: the kept checkpoint is of other touches".to_owned()
        }
        Some(Fits::Shorter { held, kept }) => {
            format!("the end was cut off: there were {kept} touches, and {held} are left")
        }
        Some(Fits::NotOurs(error)) => format!("the kept checkpoint is not of this ledger: {error}"),
        None => "nothing is signed, so the kept checkpoint is of another ledger".to_owned(),
    };
    Ok(Some(Wrong { why, ..Wrong::default() }))
}

fn value(checked: &Checked) -> Value {
    json!({
        "network": checked.network.slug,
        "valid": checked.bad.is_none(),
        "good_touches": checked.good,
        "signed": checked.signed.as_ref().map(|signed| json!({
            "touches": signed.size, "at": signed.at.rfc3339(), "key": signed.public_key,
        })),
        "key_known": checked.is_key_known,
        "bad": checked.bad.as_ref().map(|bad| json!({
            "number": bad.number, "touch_id": bad.touch, "why": bad.why,
        })),
    })
}

fn text(checked: &Checked) -> String {
    let slug = &checked.network.slug;
    let good = format!("{slug}: {} touches are as they were sealed", checked.good);
    match &checked.signed {
        None => format!("{good}. Nothing is signed yet: `handfast serve` does that."),
        Some(signed) => {
            let at = signed.at.rfc3339();
            let known = if checked.is_key_known {
                String::new()
            } else {
                "\nThe key is the database’s own word: give --key to be sure of it.".to_owned()
            };
            format!("{good}, and signed at {at} with {}{known}", signed.public_key)
        }
    }
}
