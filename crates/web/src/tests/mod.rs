//! Stories through a real router: what people and programs get, whatever the handler.

mod access;
mod answers;
mod bounds;
mod forms;
mod pages;
pub(crate) mod world;
