//! Hand-offs and obligations: nothing is lost between organisations.
//!
//! A hand-off moves accountability for a case, a sale, a customer or a task from one organisation to
//! another. The sender stays accountable until the receiver accepts; then, in the same transaction,
//! the receiver is: at every instant exactly one organisation is.
