//! The migrations, in their one order, embedded in the binary.

pub use handfast_record::migrations::ALL;
