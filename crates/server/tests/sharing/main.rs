//! The proof that nothing leaks and nothing is missing: generated worlds held against a model,
//! small worlds without exception, twins that differ only in what is hidden, and races with
//! revocation.
//!
//! Sizes come from the environment, for `bin/prove sharing`: `HANDFAST_PROVE_PAIRS` pairs of a
//! viewer and a touch, `HANDFAST_PROVE_TWINS` pairs of worlds, `HANDFAST_PROVE_RACES` tries. What
//! fails tells its seed, and `HANDFAST_PROVE_SEED` runs that one again.
#![allow(clippy::unwrap_used)]
#![allow(dead_code, reason = "the client and the ledger serve other tests too")]

mod alter;
mod asks;
mod causes;
mod chance;
#[path = "../walk/client.rs"]
mod client;
mod compare;
mod deeds;
mod folk;
mod generated;
mod grow;
#[path = "../walk/ledger.rs"]
mod ledger;
mod mask;
mod merged;
mod model;
mod plan;
mod policy;
mod race;
mod search;
mod signature;
mod small;
mod stage;
mod told;
mod truth;
mod twins;
mod view;

/// A number from the environment.
fn size(name: &str, usual: u64) -> u64 {
    let text = std::env::var(format!("HANDFAST_PROVE_{name}")).ok();
    text.map_or(usual, |text| text.replace('_', "").parse().expect("a whole number"))
}

/// The one seed that is asked for, if one is.
fn one_seed() -> Option<u64> {
    std::env::var("HANDFAST_PROVE_SEED").ok().map(|text| text.parse().expect("a whole number"))
}
