//! Stories of customers who turn out to be one, and histories made up by the dice.

#![allow(clippy::unwrap_used)]

mod chance;
mod compare;
mod deeds;
mod exact;
mod groups;
mod histories;
mod since;
mod stories;
mod tables;
mod town;

use town::{Town, towns};
