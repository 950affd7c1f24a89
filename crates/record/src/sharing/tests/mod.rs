#![allow(clippy::unwrap_used)]

mod decisions;
mod opening;
mod together;
mod veils;
mod wall;
