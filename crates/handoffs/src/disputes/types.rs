use handfast_db::Fault;
use handfast_kit::{OrganisationId, TimeMs, Uuid};
use handfast_record::{
    CustomerId, DisputeId, HandOffId, ObligationId, TouchId, TraceId,
    sharing::Who,
    touches::{DisputeStep, Disputed, Leg},
};

/// What an organisation says that answers “not our part”: whose part it is, and how it knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Which leg it is.
    pub leg: Leg,
    /// Whose leg that is; none for the brand to find out. A partner names only whom it knows at
    /// this customer.
    pub organisation: Option<OrganisationId>,
    /// The evidence: 3 to 500 characters.
    pub words: String,
    /// Where that can be looked up: a parcel's number, a line of a log; may be empty.
    pub reference: String,
}

impl Claim {
    /// One that names neither a leg nor an organisation.
    pub fn of_words(words: &str) -> Self {
        let (words, reference) = (words.to_owned(), String::new());
        Self { leg: Leg::Other, organisation: None, words, reference }
    }
}

/// What a dispute is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// An organisation's part of a change.
    Obligation(ObligationId),
    /// A hand-off.
    HandOff(HandOffId),
    /// A leg of a trace.
    Leg(TraceId, Leg),
}

impl About {
    /// Of which kind it is.
    pub const fn kind(self) -> Disputed {
        match self {
            Self::Obligation(_) => Disputed::Obligation,
            Self::HandOff(_) => Disputed::HandOff,
            Self::Leg(..) => Disputed::Leg,
        }
    }
}

/// Where a dispute stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// The one that was named has not answered.
    Open,
    /// It says that it is not its part either: the brand decides.
    Answered,
    /// It is known who answers for it.
    Settled,
    /// Whoever opened it took it back.
    Withdrawn,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Open, Self::Answered, Self::Settled, Self::Withdrawn];

    /// Its word, as it is stored and as in the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Answered => "answered",
            Self::Settled => "settled",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The one with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }

    /// Whether somebody has to act still.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::Answered)
    }
}

/// A step of a dispute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Which.
    pub step: DisputeStep,
    /// When.
    pub at: TimeMs,
    /// The organisation that did it, as the viewer may know it; none for a clock.
    pub organisation: Option<Who>,
    /// Who did it, as they are called; empty for a clock, and where the organisation is hidden.
    pub by: String,
    /// The evidence, the answer, the decision; may be empty.
    pub words: String,
    /// The touch that tells of it.
    pub touch: TouchId,
}

/// A dispute, for one of its two parties or the brand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispute {
    /// Its id.
    pub id: DisputeId,
    /// What people call it: `D-` and six letters or digits.
    pub reference: String,
    /// The customer, by the id that the viewer knows.
    pub customer: CustomerId,
    /// What the customer is called, if the viewer may know it.
    pub customer_name: Option<String>,
    /// What it is about.
    pub about: About,
    /// The same within a sentence: `a change of the address`.
    pub subject: String,
    /// Who says that it is not its part.
    pub claimant: Who,
    /// Whose part it is said to be.
    pub respondent: Who,
    /// Which leg that is.
    pub leg: Leg,
    /// The evidence.
    pub words: String,
    /// Where that can be looked up; may be empty.
    pub reference_of: String,
    /// Where it stands.
    pub state: State,
    /// Counts its steps, from 1.
    pub version: i64,
    /// Since when.
    pub opened: TimeMs,
    /// Whether it was not answered in time, so that the brand decides.
    pub is_escalated: bool,
    /// What the one that was named says, and where that can be looked up; empty before.
    pub answer: (String, String),
    /// Who answers for it, once that is settled.
    pub answers_for: Option<Who>,
    /// Who acts next in the dispute, and by when.
    pub waits_for: Option<(Who, TimeMs)>,
    /// Who acts for the customer meanwhile, and by when, as if there were no dispute.
    pub meanwhile: Option<(Who, Option<TimeMs>)>,
    /// What the viewer is to it.
    pub side: Side,
    /// What happened, the first step first.
    pub steps: Vec<Step>,
}

/// What a viewer is to a dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Of the organisation that says that it is not its part.
    Claimant,
    /// Of the one that it names.
    Respondent,
    /// Of the brand, which is neither.
    Brand,
}

/// Something that waits for an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// What.
    pub what: Awaited,
    /// Its place among those that are due at the same moment.
    pub(crate) place: Uuid,
    /// The customer, by the id that the viewer knows.
    pub customer: CustomerId,
    /// What the customer is called, if the viewer may know it.
    pub customer_name: Option<String>,
    /// What is to be done, within a sentence: `answer whether it is your part`.
    pub deed: String,
    /// What it is about, at the beginning of a sentence.
    pub title: String,
    /// What people call it.
    pub reference: String,
    /// By when.
    pub due: TimeMs,
}

/// What it is that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Awaited {
    /// A dispute to be answered or decided.
    Dispute(DisputeId),
    /// A leg to be proved.
    Leg(TraceId, Leg),
    /// What the customer gets.
    Remedy(TraceId),
}

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is none, or the viewer may not know of it.
    #[error("there is no such dispute, trace, or delivery to be traced")]
    NotFound,
    /// Too few words, or too many.
    #[error("this needs words: 3 to 500 characters")]
    WordsWrong,
    /// Too long.
    #[error("where it can be looked up has at most 200 characters")]
    ReferenceWrong,
    /// A partner named whom it does not know at this customer.
    #[error(
        "no organisation that you know at this customer is called so; leave it out, and the \
             brand finds out whose part it is"
    )]
    NotKnown,
    /// It named itself.
    #[error("name another organisation, or accept that it is your part")]
    Itself,
    /// Another's to say.
    #[error("this is for another organisation to say: the one that is named, or the brand")]
    NotYours,
    /// It is over.
    #[error("it is settled or withdrawn already")]
    Over,
    /// The delivery is traced already.
    #[error("this delivery is being traced already; whoever looks after the customer sees to it")]
    TracedAlready,
    /// It arrived.
    #[error("the remedy is promised to be there by a day that is over, or too far ahead")]
    PromiseWrong,
    /// The rest.
    #[error(transparent)]
    Fault(#[from] Fault),
}
