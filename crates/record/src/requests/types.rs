use handfast_db::Fault;
use handfast_kit::{OrganisationId, PersonId, TimeMs};

use super::{DAYS_MAX, RequestId};
use crate::{CustomerId, sharing::Class};

/// A request, as its viewer may know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Its id.
    pub id: RequestId,
    /// Of which customer more is wanted.
    pub customer: CustomerId,
    /// Who asked.
    pub organisation: OrganisationId,
    /// The person who asked.
    pub person: PersonId,
    /// What is wanted.
    pub classes: Vec<Class>,
    /// Why, in the words of who asked.
    pub why: String,
    /// When it was asked.
    pub asked: TimeMs,
    /// When an answer is due.
    pub due: TimeMs,
    /// Where it stands.
    pub state: State,
    /// The brand's words; empty while there is no answer.
    pub answer: String,
    /// The person who answered.
    pub answered_by: Option<PersonId>,
    /// When.
    pub answered: Option<TimeMs>,
}

/// Where a request stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Nobody answered it yet.
    Asked,
    /// These classes are shown until that moment.
    Allowed {
        /// What.
        classes: Vec<Class>,
        /// Until when.
        until: TimeMs,
    },
    /// They were shown until that moment.
    Over {
        /// What.
        classes: Vec<Class>,
        /// Until when.
        until: TimeMs,
    },
    /// The brand said no.
    Refused,
    /// Who asked took it back.
    Withdrawn,
}

impl State {
    /// The state's word, as in the API.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Allowed { .. } => "allowed",
            Self::Over { .. } => "over",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// What is or was shown by it, and until when.
    pub fn allowed(&self) -> Option<(&[Class], TimeMs)> {
        match self {
            Self::Allowed { classes, until } | Self::Over { classes, until } => {
                Some((classes, *until))
            }
            Self::Asked | Self::Refused | Self::Withdrawn => None,
        }
    }
}

/// What the brand answers, and in which words: 5 to 500 characters, for who asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Yes, or no.
    pub verdict: Verdict,
    /// In words.
    pub text: String,
}

/// Yes, or no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// These classes for so many days.
    Allow {
        /// Some of what was asked for, or of what an earlier answer still shows.
        classes: Vec<Class>,
        /// 1 to [`DAYS_MAX`].
        days: i64,
    },
    /// Nothing.
    Refuse,
}

/// Why something about a request was refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The reason is too short or too long.
    #[error("write in 5 to 500 characters why you need it; the customer reads it too")]
    WhyWrong,
    /// No class was named.
    #[error("choose at least one kind of entry")]
    NothingNamed,
    /// A class was allowed that nobody asked for.
    #[error("{0} was not asked for")]
    NotAskedFor(&'static str),
    /// Too few or too many days.
    #[error("choose 1 to {DAYS_MAX} days")]
    DaysWrong,
    /// The answer has too few or too many words.
    #[error("write the answer in 5 to 500 characters; who asked reads it")]
    TextWrong,
    /// The brand asked.
    #[error("your organisation sees everything; requests are for partners")]
    ForPartners,
    /// Only the brand answers.
    #[error("only the brand answers requests")]
    ForTheBrand,
    /// There is a request of this organisation for this customer already.
    #[error(
        "your organisation has asked about this customer already; wait for the answer, or withdraw \
         that request first"
    )]
    AlreadyAsked,
    /// It was answered or withdrawn before.
    #[error("this request was answered or withdrawn already; open it again to see how it ended")]
    Closed,
    /// Nothing is shown by it.
    #[error("this request shows nothing any more")]
    Over,
    /// There is none, or the viewer may not see it.
    #[error("there is no such request")]
    NotFound,
    /// The rest.
    #[error(transparent)]
    Fault(#[from] Fault),
}
