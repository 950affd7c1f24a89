//! JSON of organisations.
