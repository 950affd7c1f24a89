//! `handfast match`: which records of some files are one person.
#![allow(clippy::unwrap_used)]

mod answers;
mod bad_input;
mod files;
mod known_answers;
#[path = "../support/mod.rs"]
mod support;
mod world;
