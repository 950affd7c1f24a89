//! Stories of the audit of reads, by the API.

#![allow(clippy::unwrap_used)]

mod reading;
mod town;
mod writing;
