//! Who may see what. Nothing about a customer is read without a [`Lens`], and only this module
//! makes one: from a viewer, or from a named system reason that is logged.
//!
//! What is between the brand and a partner stands in an agreement, as grants: for customers with
//! this [`Tie`], this [`Class`] at this [`Level`]. What is between the customer and the partner
//! stands in [`ties`]. What the customer said beats both. [`decide`] puts the three together, for
//! one thing and with its [`Reason`]; a [`Sight`] holds the answers for one customer; statements
//! over many customers read the same from `tie` and `grant_line`.

mod author;
mod class;
mod lens;
pub mod looks;
mod outline;
mod rules;
mod store;
mod terms;
#[cfg(test)]
mod tests;
pub mod ties;

pub use author::Author;
pub use class::Class;
pub(crate) use lens::EVERY_CLASS;
pub use lens::{Lens, Masks, Sight, Span, SystemReason, sights};
pub use looks::{read, read_by_link};
pub use outline::Outline;
pub(crate) use rules::shown;
pub use rules::{Permitted, decide, permitted};
pub use terms::{
    Entry, Grant, Held, Level, Line, PURPOSES_UNSAID, Purpose, Reason, Saying, Tie, Verdict, Who,
    World,
};
