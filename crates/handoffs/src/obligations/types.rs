use handfast_db::Fault;
use handfast_kit::{OrganisationId, TimeMs};
use handfast_record::{
    ChangeId, CustomerId, ObligationId, TouchId,
    touches::{Changed, DutyStep},
};

use super::{
    same::DiffPart,
    value::{VALUE_CHARS_MAX, Value},
};
use crate::disputes;

/// A change as somebody enters it, once for everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewChange {
    /// Whose detail changes.
    pub customer: CustomerId,
    /// What changes.
    pub changed: Changed,
    /// What it is to be.
    pub value: Value,
    /// From when on; none for at once.
    pub from: Option<TimeMs>,
    /// Until when, after which it is again what it was; none for good.
    pub until: Option<TimeMs>,
    /// Whether the customer said it to whoever enters it.
    pub by_customer: bool,
}

/// Where an obligation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DutyState {
    /// The organisation was told.
    Sent,
    /// It is responsible for applying it.
    Accepted,
    /// It says that this is not its part.
    Refused,
    /// It says that it is done. Nothing was read back yet.
    Applied,
    /// What it holds was read back, and is what was given.
    Verified,
    /// What it holds was read back, and differs.
    Mismatch,
    /// A later change took its place.
    Superseded,
    /// It is no longer its part: it holds nothing of the customer, or another answers for it.
    Released,
}

impl DutyState {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Sent,
        Self::Accepted,
        Self::Refused,
        Self::Applied,
        Self::Verified,
        Self::Mismatch,
        Self::Superseded,
        Self::Released,
    ];

    /// Its word, as it is stored and as in the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Applied => "applied",
            Self::Verified => "verified",
            Self::Mismatch => "mismatch",
            Self::Superseded => "superseded",
            Self::Released => "released",
        }
    }

    /// The one with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }

    /// Whether somebody has to act still.
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Verified | Self::Superseded | Self::Released)
    }
}

/// How it was found out what an organisation holds. Never by showing it what it should hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReadBack {
    /// Its system answered.
    Api,
    /// A person of the organisation typed what its system shows.
    Typed,
    /// A line of a file that its system wrote.
    ExportLine,
    /// The label of a parcel that it sent.
    Label,
    /// The customer said so.
    Customer,
}

impl ReadBack {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Api, Self::Typed, Self::ExportLine, Self::Label, Self::Customer];

    /// Its word, as it is stored and as in the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Typed => "typed",
            Self::ExportLine => "export_line",
            Self::Label => "label",
            Self::Customer => "customer",
        }
    }

    /// The same within a sentence.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Api => "their system answered",
            Self::Typed => "typed from what their system shows",
            Self::ExportLine => "a line that their system wrote",
            Self::Label => "the label of a parcel",
            Self::Customer => "the customer confirmed it",
        }
    }

    /// The one with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }
}

/// A step of an obligation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Which.
    pub step: DutyStep,
    /// When.
    pub at: TimeMs,
    /// The organisation that did it; none for a clock.
    pub organisation: Option<OrganisationId>,
    /// Who did it, as they are called; empty for a clock or a system.
    pub by: String,
    /// The reason, the evidence, or what was read back; may be empty.
    pub words: String,
    /// The touch that tells of it.
    pub touch: TouchId,
}

/// One organisation's part of a change, for that organisation or the brand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obligation {
    /// Its id.
    pub id: ObligationId,
    /// The change that opened it.
    pub change: ChangeId,
    /// The customer, by the id that the viewer knows.
    pub customer: CustomerId,
    /// What the customer is called, if the viewer may know it.
    pub customer_name: Option<String>,
    /// Who is obliged.
    pub organisation: OrganisationId,
    /// What changes.
    pub changed: Changed,
    /// What it is to be; none if the viewer may not see it any more.
    pub given: Option<Value>,
    /// From when on; none for at once.
    pub from: Option<TimeMs>,
    /// Until when; none for good.
    pub until: Option<TimeMs>,
    /// Where it stands.
    pub state: DutyState,
    /// Counts its steps, from 1.
    pub version: i64,
    /// When it was sent.
    pub sent: TimeMs,
    /// By when what they hold is to be read back and right.
    pub due: TimeMs,
    /// When the organisation is reminded by itself; none once it was.
    pub remind: Option<TimeMs>,
    /// When something goes out to the customer next, if that is known.
    pub next_delivery: Option<TimeMs>,
    /// Whether whoever stands above was told.
    pub is_escalated: bool,
    /// What they held when it was read back last, and how that was found out.
    pub held: Option<(Value, ReadBack)>,
    /// What was given and what is held, with their differences; where both are known and differ.
    pub diff: Option<[Vec<DiffPart>; 2]>,
    /// Who acts next, and by when.
    pub waits_for: Option<(OrganisationId, TimeMs)>,
    /// What happened, the first step first.
    pub steps: Vec<Step>,
}

/// A change with all the obligations that the viewer may know of: for the brand all, for a partner
/// its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its id.
    pub id: ChangeId,
    /// What people call it: `C-` and six letters or digits.
    pub reference: String,
    /// The customer, by the id that the viewer knows.
    pub customer: CustomerId,
    /// What the customer is called, if the viewer may know it.
    pub customer_name: Option<String>,
    /// What changes.
    pub changed: Changed,
    /// What it was, in one line; empty when unknown, or the viewer may not see it.
    pub before: String,
    /// What it is to be; none if the viewer may not see it.
    pub value: Option<Value>,
    /// From when on; none for at once.
    pub from: Option<TimeMs>,
    /// Until when; none for good.
    pub until: Option<TimeMs>,
    /// When it was entered.
    pub entered: TimeMs,
    /// By which organisation.
    pub entered_by: OrganisationId,
    /// By whom, as they are called.
    pub by: String,
    /// Whether the customer said it.
    pub by_customer: bool,
    /// The touch that tells of it.
    pub touch: TouchId,
    /// One for each organisation that needs it.
    pub obligations: Vec<Obligation>,
    /// For the brand: who has a tie with the customer, but is not shown such data, and so was not
    /// told.
    pub not_told: Vec<NotTold>,
}

/// Who was not told of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotTold {
    /// The organisation, which has a tie with the customer.
    pub organisation: OrganisationId,
    /// Why.
    pub why: WhyNot,
}

/// Why somebody was not told of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyNot {
    /// It told us.
    ToldUs,
    /// The customer does not want it to have such data.
    Objected,
    /// The customer's data may only be kept.
    Frozen,
    /// Its agreement shows it no such data.
    NotShown,
    /// Its agreement shows such data to other ties, of which it has none.
    NoTie,
    /// It has no agreement, or none any more.
    NoAgreement,
    /// It was not shown such data then, and is now.
    Later,
}

impl WhyNot {
    /// Its word, as in the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::ToldUs => "told_us",
            Self::Objected => "objected",
            Self::Frozen => "frozen",
            Self::NotShown => "not_shown",
            Self::NoTie => "no_tie",
            Self::NoAgreement => "no_agreement",
            Self::Later => "later",
        }
    }
}

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is none, or the viewer may not know of it.
    #[error("there is no such change or obligation")]
    NotFound,
    /// The value is not of the kind that changes, or says nothing.
    #[error("this is no value for {}", .0.in_words())]
    ValueWrong(Changed),
    /// It is too long.
    #[error("a part of the value has more than {VALUE_CHARS_MAX} characters")]
    TooLong,
    /// It ends before it begins.
    #[error("the change ends before it begins, or lies more than two years ahead")]
    TimesWrong,
    /// Nobody knows what to go back to.
    #[error("you do not see what it is now, so it cannot go back by itself; leave out the end")]
    NothingBefore,
    /// Too few words, or too many.
    #[error("this needs words: 3 to 500 characters")]
    WordsWrong,
    /// It was said to be applied before.
    #[error("it was said to be applied already; read back what is held instead")]
    AppliedAlready,
    /// Nothing is to be done any more.
    #[error(
        "nothing is to be done any more: it was verified, a later change took its place, or it is \
         not your part"
    )]
    Over,
    /// Another organisation's.
    #[error("only the organisation that is obliged, or the brand for it, can say this")]
    NotYours,
    /// What was said of whose part it is.
    #[error(transparent)]
    Claim(disputes::Error),
    /// The rest.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<disputes::Error> for Error {
    fn from(error: disputes::Error) -> Self {
        match error {
            disputes::Error::Fault(fault) => Self::Fault(fault),
            other => Self::Claim(other),
        }
    }
}
