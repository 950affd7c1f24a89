//! Maya's bicycle never came.

#![allow(clippy::unwrap_used)]

mod linked;
mod model;
mod stories;
