//! Stories of the pages, told through the router: on SQLite, and on PostgreSQL where one is given.

#![allow(clippy::unwrap_used)]

mod consents;
mod customers;
mod entry;
mod imports;
mod partners;
mod people;
mod tokens;
mod town;
mod world;
