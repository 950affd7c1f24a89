//! Maya's bicycle never came.

#![allow(clippy::unwrap_used)]

mod model;
mod stories;
