#![allow(clippy::unwrap_used)]

mod decisions;
mod veils;
mod wall;
