//! Pedal & Post says that it is not its part, and what becomes of that.

#![allow(clippy::unwrap_used)]

mod clock;
mod model;
mod stories;
pub(crate) mod town;
