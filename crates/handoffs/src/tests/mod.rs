#![allow(clippy::unwrap_used)]

mod chance;
mod model;
mod played;
mod pure;
mod stories;
mod town;
