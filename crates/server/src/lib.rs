//! Composition: settings, the database, the one table of routes, the threads that work, and the
//! commands of the `handfast` binary. No rules of the domain live here.

pub mod backup;
pub mod cli;
pub mod demo;
pub mod health;
mod jobs;
pub mod ledger_key;
mod logs;
pub mod mail;
pub mod metrics;
pub mod migrations;
mod openapi;
mod pg;
pub mod place;
pub mod restore;
pub mod rounds;
pub mod routes;
mod secret_file;
pub mod serve;
pub mod settings;
mod store;
pub mod webhooks;
pub mod workers;
