#![allow(clippy::unwrap_used)]

mod decisions;
mod opening;
mod veils;
mod wall;
