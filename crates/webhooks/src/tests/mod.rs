//! Stories of calls that go out, and of those that do not.
#![allow(clippy::unwrap_used)]

mod addresses;
mod deliveries;
mod receiver;
mod stories;
