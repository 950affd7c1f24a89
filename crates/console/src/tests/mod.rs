//! Stories of the pages, told through the router: on SQLite, and on PostgreSQL where one is given.

#![allow(clippy::unwrap_used)]

mod agreements;
mod consents;
mod customers;
mod endings;
mod entry;
mod guests;
mod handoffs;
mod imports;
mod links;
mod looks;
mod matching;
mod partners;
mod people;
mod requests;
mod sight;
mod tokens;
mod town;
mod values;
mod world;
