//! Words without I/O that every other crate uses: ids, time, pages of a list, and text folded for
//! searching. Nothing here knows what a customer is.

mod cell;
mod id;
mod page;
mod text;
mod time;

pub use cell::inert;
pub use id::{Id, ParseIdError};
pub use page::{Cursor, Page};
pub use text::{fold, tokens};
pub use time::{Clock, Day, TimeMs, Zone, ZoneError};
pub use uuid::Uuid;

/// Marks the id of a network: one brand and its partners, the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Network {}
/// Marks the id of an organisation: the brand or a partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Organisation {}
/// Marks the id of a person who signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Person {}

/// Which network; every row of business data carries it.
pub type NetworkId = Id<Network>;
/// Which organisation of a network.
pub type OrganisationId = Id<Organisation>;
/// Which human who signs in.
pub type PersonId = Id<Person>;
