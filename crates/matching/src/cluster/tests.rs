#![allow(clippy::unwrap_used)]

mod laws;
mod shapes;
mod worlds;
