use handfast_kit::{OrganisationId, TimeMs};
use handfast_record::{
    CustomerId, DisputeId, SaleId, TouchId, TraceId,
    sharing::Who,
    touches::{Leg, TraceStep},
};

use super::super::Claim;

/// A delivery that somebody misses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTrace {
    /// Whose it is.
    pub customer: CustomerId,
    /// Which order.
    pub sale: SaleId,
    /// What is known of it: 3 to 500 characters.
    pub words: String,
    /// Whether the customer said so.
    pub by_customer: bool,
}

/// Where a leg stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LegState {
    /// Its organisation was asked to prove it.
    Asked,
    /// It proved it.
    Proved,
    /// It broke there.
    Broke,
    /// Its organisation says that this is not its part: that is disputed.
    Refused,
    /// It was settled that it was another's.
    Cleared,
}

impl LegState {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Asked, Self::Proved, Self::Broke, Self::Refused, Self::Cleared];

    /// Its word, as it is stored and as in the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Proved => "proved",
            Self::Broke => "broke",
            Self::Refused => "refused",
            Self::Cleared => "cleared",
        }
    }

    /// The one with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }
}

/// What an organisation says of its leg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Our part is done, and this proves it: evidence, and where it can be looked up.
    Proved(String, String),
    /// It broke with us.
    Broke(String),
    /// It was not our part.
    NotOurs(Claim),
}

/// What the customer gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RemedyKind {
    /// It is sent again.
    SendAgain,
    /// The money goes back.
    Refund,
    /// A case looks after it.
    Case,
    /// It arrived after all.
    Arrived,
}

impl RemedyKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::SendAgain, Self::Refund, Self::Case, Self::Arrived];

    /// Its word, as it is stored and as in the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::SendAgain => "send_again",
            Self::Refund => "refund",
            Self::Case => "case",
            Self::Arrived => "arrived",
        }
    }

    /// What is said of it at the beginning of a sentence.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::SendAgain => "It is sent again",
            Self::Refund => "The money goes back",
            Self::Case => "A case looks after it",
            Self::Arrived => "It arrived after all",
        }
    }

    /// The one with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }
}

/// Where the remedy stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RemedyState {
    /// Nothing was promised yet.
    Open,
    /// Something was.
    Promised,
    /// The customer has it.
    Done,
}

impl RemedyState {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Open, Self::Promised, Self::Done];

    /// Its word, as it is stored and as in the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Promised => "promised",
            Self::Done => "done",
        }
    }

    /// The one with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }
}

/// Where the way of a delivery broke, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding<W> {
    /// This leg is the first that has not proved its part, and has time left.
    Waits(Leg, W),
    /// It did not answer in time.
    Silent(Leg, W),
    /// It says that it was not its part.
    Disputed(Leg, W),
    /// It broke there.
    BrokeAt(Leg, W),
    /// Somebody without a leg answers for it.
    AnswersFor(W),
    /// Every leg proved its part.
    AllProved,
}

impl<W> Finding<W> {
    /// Its word, as in the API.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Waits(..) => "waits",
            Self::Silent(..) => "not_answering",
            Self::Disputed(..) => "disputed",
            Self::BrokeAt(..) => "broke",
            Self::AnswersFor(_) => "answers_for",
            Self::AllProved => "all_proved",
        }
    }

    /// The leg at which it stands.
    pub const fn leg(&self) -> Option<Leg> {
        match self {
            Self::Waits(leg, _)
            | Self::Silent(leg, _)
            | Self::Disputed(leg, _)
            | Self::BrokeAt(leg, _) => Some(*leg),
            Self::AnswersFor(_) | Self::AllProved => None,
        }
    }

    /// Who is named.
    pub const fn who(&self) -> Option<&W> {
        match self {
            Self::Waits(_, who)
            | Self::Silent(_, who)
            | Self::Disputed(_, who)
            | Self::BrokeAt(_, who)
            | Self::AnswersFor(who) => Some(who),
            Self::AllProved => None,
        }
    }

    /// In a sentence, with the name of who is named.
    pub fn in_words(&self, name: &str) -> String {
        let leg = self.leg().map_or("", Leg::in_words);
        match self {
            Self::Waits(..) => format!("{name} has time left to answer for {leg}"),
            Self::Silent(..) => {
                format!("{name} did not answer for {leg} in time: nothing proves that part")
            }
            Self::Disputed(..) => format!("{name} disputes that {leg} was its part"),
            Self::BrokeAt(..) => format!("it broke at {leg}, with {name}"),
            Self::AnswersFor(_) => format!("{name} answers for it"),
            Self::AllProved => "every leg proved its part".to_owned(),
        }
    }

    /// Whether more answers could not change it, but for late ones.
    pub const fn is_final(&self) -> bool {
        !matches!(self, Self::Waits(..) | Self::Disputed(..))
    }
}

/// A leg, as the viewer may know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownLeg {
    /// Which.
    pub leg: Leg,
    /// Whose it is.
    pub who: Who,
    /// Where it stands.
    pub state: LegState,
    /// Whether it was not answered in time.
    pub is_late: bool,
    /// All that is known of it: for its organisation and the brand.
    pub told: Option<LegTold>,
}

/// What a leg's own organisation, and the brand, see of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegTold {
    /// By when it is to be answered.
    pub due: TimeMs,
    /// Whether it is to be answered still.
    pub is_open: bool,
    /// What the record says of it.
    pub record_says: String,
    /// What the organisation says; empty before.
    pub words: String,
    /// Where that can be looked up; may be empty.
    pub reference: String,
    /// When it answered, and who did.
    pub answered: Option<(TimeMs, String)>,
    /// The dispute about it.
    pub dispute: Option<DisputeId>,
}

/// What the customer gets, for who looks after that and the brand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedy {
    /// Who looks after it.
    pub owner: OrganisationId,
    /// Where it stands.
    pub state: RemedyState,
    /// What it is; none before it is promised.
    pub kind: Option<RemedyKind>,
    /// In words; may be empty.
    pub words: String,
    /// Who acts next for the customer, and by when; none once the customer has it.
    pub waits_for: Option<(OrganisationId, TimeMs)>,
    /// Whether the brand was told that nobody acted.
    pub is_escalated: bool,
}

/// A step of a trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownStep {
    /// Which.
    pub step: TraceStep,
    /// Of which leg; none for the trace as a whole and for what the customer gets.
    pub leg: Option<Leg>,
    /// When.
    pub at: TimeMs,
    /// By which organisation, as the viewer may know it; none for a clock.
    pub organisation: Option<Who>,
    /// Who did it, as they are called; empty for a clock, and where the organisation is hidden.
    pub by: String,
    /// The evidence, the promise or where it broke; may be empty.
    pub words: String,
    /// The touch that tells of it.
    pub touch: TouchId,
}

/// The trace of a missing delivery, as the viewer may know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// Its id.
    pub id: TraceId,
    /// What people call it: `T-` and six letters or digits.
    pub reference: String,
    /// The customer, by the id that the viewer knows.
    pub customer: CustomerId,
    /// What the customer is called, if the viewer may know it.
    pub customer_name: Option<String>,
    /// The order.
    pub sale: SaleId,
    /// The keeper's reference of the order, where the viewer may know the keeper.
    pub order_ref: String,
    /// Since when.
    pub opened: TimeMs,
    /// Who opened it.
    pub opened_by: Who,
    /// The person, as they are called; empty where the organisation is hidden.
    pub by: String,
    /// Whether the customer said so.
    pub by_customer: bool,
    /// What is known of it.
    pub words: String,
    /// The legs, in the order of the way; a partner sees its own, and where others stand whom it
    /// knows at this customer.
    pub legs: Vec<ShownLeg>,
    /// Where it broke, if the viewer may know whom that names.
    pub finding: Option<Finding<Who>>,
    /// What the customer gets.
    pub remedy: Option<Remedy>,
    /// Counts its steps, from 1.
    pub version: i64,
    /// When it came to its end.
    pub ended: Option<TimeMs>,
    /// What happened, the first step first.
    pub steps: Vec<ShownStep>,
}
