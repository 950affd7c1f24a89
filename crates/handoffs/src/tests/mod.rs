#![allow(clippy::unwrap_used)]

pub(crate) mod chance;
mod figured;
mod model;
mod parallel;
mod played;
pub(crate) mod pure;
mod stories;
mod town;
