//! JSON of customers.
