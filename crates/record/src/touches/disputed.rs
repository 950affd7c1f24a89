//! What organisations say of whose part something was, and how a missing delivery is traced. The
//! words are stored and sealed: variants are added, never renamed.

use handfast_kit::TimeMs;
use serde::{Deserialize, Serialize};

use super::{Body, custody::words};
use crate::{DisputeId, TraceId, sharing::Class};

words! {
    /// A part of the way to the customer, for which one organisation answers.
    Leg {
        /// Who held which address, and gave it on.
        Data = "data", "the data";
        /// Who packed it and handed it over.
        Fulfilment = "fulfilment", "the fulfilment";
        /// Who brought it.
        Carrier = "carrier", "the carrier";
        /// None of these.
        Other = "other", "another part";
    }
}

words! {
    /// What a dispute is about.
    Disputed {
        /// An organisation's part of a change.
        Obligation = "obligation", "a change";
        /// A hand-off.
        HandOff = "hand_off", "a hand-off";
        /// A leg of a delivery that is traced.
        Leg = "leg", "a delivery";
    }
}

words! {
    /// The steps of a dispute.
    DisputeStep {
        /// An organisation said that it is not its part, and whose it is.
        Opened = "opened", "was opened";
        /// The one that was named says that it is its part.
        Accepted = "accepted", "ended: the one that was named answers for it";
        /// The one that was named says that it is not its part either.
        Rejected = "rejected", "was answered with no";
        /// The brand decided who answers for it.
        Settled = "settled", "was settled";
        /// Whoever opened it took it back.
        Withdrawn = "withdrawn", "was withdrawn";
        /// Whoever acts next was reminded.
        Chased = "chased", "was chased";
        /// It was not answered in time: the brand decides.
        Escalated = "escalated", "was not answered in time";
    }
}

words! {
    /// The steps of a trace.
    TraceStep {
        /// A delivery is missing.
        Opened = "opened", "is being traced";
        /// An organisation was asked to prove its leg.
        Asked = "asked", "was asked about";
        /// It proved it.
        Proved = "proved", "was proved for";
        /// It says that it broke there.
        Broke = "broke", "broke with";
        /// It says that this was not its part.
        Refused = "refused", "is disputed for";
        /// It was settled that it was not its part.
        Cleared = "cleared", "was cleared for";
        /// It did not answer in time.
        NotAnswered = "not_answered", "was not answered in time for";
        /// Whoever acts next was reminded.
        Chased = "chased", "was chased for";
        /// Whoever stands above was told.
        Escalated = "escalated", "was told to the brand, for";
        /// The customer was promised something.
        Promised = "promised", "is to be made good";
        /// The customer has it.
        Kept = "kept", "was made good";
        /// It is known where it broke, and the customer has what was promised.
        Ended = "ended", "was traced to its end";
    }
}

/// A step of a dispute. It names no organisation: each party is told by its own part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisputeSaid {
    /// Which dispute.
    pub dispute: DisputeId,
    /// What it is about.
    pub about: Disputed,
    /// The class of data that this is.
    pub class: Class,
    /// Whose part it is said to be.
    pub leg: Leg,
    /// Which step.
    pub step: DisputeStep,
    /// The evidence, the answer or the decision; may be empty.
    pub words: String,
    /// By when somebody acts next.
    pub due: Option<TimeMs>,
    /// The name of who did it, as they gave it; empty for a clock or a system.
    pub by: String,
}

/// A step of a trace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceSaid {
    /// Which trace.
    pub trace: TraceId,
    /// Which leg; none for the trace as a whole, and for what the customer gets.
    pub leg: Option<Leg>,
    /// Which step.
    pub step: TraceStep,
    /// The evidence, the promise or where it broke; may be empty.
    pub words: String,
    /// By when somebody acts next.
    pub due: Option<TimeMs>,
    /// The name of who did it, as they gave it; empty for a clock or a system.
    pub by: String,
}

/// The sentence; empty for what is no such touch. No organisation is named in it.
pub(super) fn summary(body: &Body) -> String {
    let (said, words) = match body {
        Body::Dispute(said) => {
            let about = said.about.in_words();
            (format!("The dispute about {about} {}", said.step.in_words()), &said.words)
        }
        Body::Trace(said) => match said.leg {
            Some(leg) => {
                let step = said.step.in_words();
                (format!("The missing delivery {step} {}", leg.in_words()), &said.words)
            }
            None => (format!("The missing delivery {}", said.step.in_words()), &said.words),
        },
        _ => return String::new(),
    };
    if words.is_empty() { said } else { format!("{said}: {words}") }
}
