//! A record, normalised and small, ready to be compared.

/// A record as a [`crate::Model`] sees it: normalised values with their frequency, a few hundred
/// bytes. Belongs to the model that prepared it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prepared {}
