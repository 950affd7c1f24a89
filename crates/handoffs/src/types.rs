use std::fmt;

use handfast_db::Fault;
use handfast_kit::{OrganisationId, PersonId, TimeMs};
use handfast_record::{
    CaseId, CustomerId, HandOffId, SaleId, TouchId,
    sharing::Who,
    touches::{HandOffStep, Handed},
};
use handfast_web::Viewer;

/// What is handed off, of a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Thing {
    /// A case of the customer's.
    Case(CaseId),
    /// An order of the customer's.
    Sale(SaleId),
    /// The customer as a whole.
    Customer,
    /// Something to be done for the customer, in words. The same words are the same task.
    Task(String),
}

impl Thing {
    /// Of which kind it is.
    pub const fn handed(&self) -> Handed {
        match self {
            Self::Case(_) => Handed::Case,
            Self::Sale(_) => Handed::Sale,
            Self::Customer => Handed::Customer,
            Self::Task(_) => Handed::Task,
        }
    }

    /// The thing that this text names, as it is written in the API: `case:` or `sale:` with an id,
    /// `customer`, or `task:` with its words.
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once(':') {
            Some(("case", id)) => id.parse().ok().map(Self::Case),
            Some(("sale", id)) => id.parse().ok().map(Self::Sale),
            Some(("task", words)) => Some(Self::Task(words.trim().to_owned())),
            None if text == "customer" => Some(Self::Customer),
            _ => None,
        }
    }
}

impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Case(id) => write!(f, "case:{id}"),
            Self::Sale(id) => write!(f, "sale:{id}"),
            Self::Customer => f.write_str("customer"),
            Self::Task(words) => write!(f, "task:{words}"),
        }
    }
}

/// Who acts: a person who signs in, or one who holds a link and has no account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// For which organisation.
    pub organisation: OrganisationId,
    /// The person, where there is an account.
    pub person: Option<PersonId>,
    /// What the person is called.
    pub name: String,
}

impl Actor {
    /// The viewer.
    pub fn of(viewer: &Viewer) -> Self {
        Self {
            organisation: viewer.organisation,
            person: Some(viewer.person),
            name: viewer.person_name.clone(),
        }
    }
}

/// One entry of a brief as its sender writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BriefEntry {
    /// Which item: one of [`crate::items`], or words of the sender's own.
    pub item: String,
    /// What the receiver needs to know.
    pub text: String,
}

/// An offer to hand something off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Whose thing it is.
    pub customer: CustomerId,
    /// What.
    pub thing: Thing,
    /// Who is asked to take it over.
    pub to: OrganisationId,
    /// By when it is to be accepted; by default four hours for a case, a day for all else.
    pub accept_by: Option<TimeMs>,
    /// Words for the receiver; may be empty.
    pub words: String,
    /// The brief, beside what the record says already.
    pub brief: Vec<BriefEntry>,
    /// Whether it may go out with what is missing named.
    pub incomplete_ok: bool,
}

/// Where a hand-off stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// The sender is accountable, and waits for an answer.
    Offered,
    /// The receiver took it over.
    Accepted,
    /// The receiver does not take it: the sender goes on being accountable.
    Declined,
    /// Nobody answered in time: it is back with the sender.
    Expired,
    /// The sender took it back.
    Withdrawn,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Offered, Self::Accepted, Self::Declined, Self::Expired, Self::Withdrawn];

    /// Its word, as it is stored and as in the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Expired => "expired",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The one with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }
}

/// One item of a brief.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BriefItem {
    /// Its word, for those that every hand-off of its kind needs; else the words of who named it.
    pub item: String,
    /// What it is, in words: "What was tried".
    pub title: String,
    /// What is known; none while it is missing.
    pub text: Option<String>,
    /// Whether the record said so, and nobody had to write it.
    pub from_record: bool,
    /// When the receiver asked for it, and by when the sender is to send it.
    pub asked: Option<(TimeMs, TimeMs)>,
}

/// A step of a hand-off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Which.
    pub step: HandOffStep,
    /// When.
    pub at: TimeMs,
    /// Who did it, as they are called; empty for a clock.
    pub by: String,
    /// The organisation that did it; none for a clock.
    pub organisation: Option<OrganisationId>,
    /// The reason, the question or the answer; may be empty.
    pub words: String,
    /// The touch that tells of it.
    pub touch: TouchId,
}

/// What happens by itself if nobody acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// When.
    pub at: TimeMs,
    /// What, in words.
    pub what: String,
    /// Whether it happened.
    pub done: bool,
}

/// A hand-off, as its viewer may know it: its sender, its receiver, or the brand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOff {
    /// Its id.
    pub id: HandOffId,
    /// What people call it: `H-` and six letters or digits.
    pub reference: String,
    /// The customer, by the id that the viewer knows.
    pub customer: CustomerId,
    /// What the customer is called, if the viewer may know it.
    pub customer_name: Option<String>,
    /// What is handed off.
    pub thing: Thing,
    /// What it is called: the case's title, the order, the task.
    pub title: String,
    /// Who is, or was, accountable until it was accepted.
    pub from: OrganisationId,
    /// Who is, or was, asked.
    pub to: OrganisationId,
    /// Where it stands.
    pub state: State,
    /// Counts its steps, from 1.
    pub version: i64,
    /// When it was offered.
    pub offered: TimeMs,
    /// By when it is, or was, to be accepted.
    pub accept_by: TimeMs,
    /// When the receiver first opened it, and who did.
    pub seen: Option<(TimeMs, String)>,
    /// When it was answered, by whom, and in which words.
    pub answered: Option<(TimeMs, String, String)>,
    /// Who acts next, and by when.
    pub waits_for: Option<(OrganisationId, TimeMs)>,
    /// Who is accountable for the thing now.
    pub accountable: Who,
    /// What the receiver needs.
    pub brief: Vec<BriefItem>,
    /// What happened, the first step first.
    pub steps: Vec<Step>,
    /// What happens by itself if nobody acts.
    pub escalation: Vec<Plan>,
}

/// Which hand-offs of a board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Board {
    /// The viewer's organisation acts next.
    Waiting,
    /// The viewer's organisation sent it, and somebody acts next.
    Sent,
    /// Somebody should have acted already.
    Overdue,
    /// Somebody acts next.
    Open,
}

impl Board {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Sent, Self::Overdue, Self::Open];

    /// Its word, as in the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Overdue => "overdue",
            Self::Open => "open",
        }
    }

    /// The one with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }
}

/// A hand-off in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its id.
    pub id: HandOffId,
    /// What people call it.
    pub reference: String,
    /// The customer, by the id that the viewer knows.
    pub customer: CustomerId,
    /// What the customer is called, if the viewer may know it.
    pub customer_name: Option<String>,
    /// Of which kind the thing is.
    pub handed: Handed,
    /// What it is called.
    pub title: String,
    /// Who sent it.
    pub from: OrganisationId,
    /// Who is asked.
    pub to: OrganisationId,
    /// Where it stands.
    pub state: State,
    /// Whether the receiver opened it.
    pub is_seen: bool,
    /// Who acts next.
    pub waits_for: OrganisationId,
    /// Since when they are waited for.
    pub since: TimeMs,
    /// By when.
    pub due: TimeMs,
}

/// How many hand-offs each list of the board holds, counted up to 1,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Of [`Board::Waiting`].
    pub waiting: i64,
    /// Of [`Board::Sent`].
    pub sent: i64,
    /// Of [`Board::Overdue`].
    pub overdue: i64,
}

/// An organisation that may be asked to take something over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Which.
    pub organisation: OrganisationId,
    /// Its name.
    pub name: String,
    /// Whether it knows the customer already.
    pub knows_customer: bool,
}

/// Who was accountable for a thing for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Custody {
    /// Who, as the viewer may know it.
    pub who: Who,
    /// Since when.
    pub from: TimeMs,
    /// Until when; none while it goes on.
    pub until: Option<TimeMs>,
    /// The hand-off by which it came there, if it concerns the viewer.
    pub hand_off: Option<HandOffId>,
}

/// Something that the customer was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// When.
    pub at: TimeMs,
    /// The sentence.
    pub words: String,
}

/// How many items of its briefs an organisation left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missing {
    /// The sender.
    pub organisation: OrganisationId,
    /// How many hand-offs it sent.
    pub hand_off_count: i64,
    /// How many items were missing, or had to be asked for.
    pub missing_count: i64,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such hand-off or thing, or it does not concern the viewer.
    #[error("there is no such hand-off")]
    NotFound,
    /// The thing is another's.
    #[error("only who is accountable hands something off")]
    NotYours,
    /// The receiver is no such organisation, or ended, or the sender itself, or declined.
    #[error("choose an organisation that may take it: one that declined is not asked again")]
    NotACandidate,
    /// Somebody else is being asked.
    #[error("somebody is being asked already; withdraw that offer first")]
    AlreadyOffered,
    /// The brief lacks something.
    #[error("the brief lacks {}: write it, or say that it may go out without", .0.join(", "))]
    Incomplete(Vec<String>),
    /// The clock would have run out already, or runs for too long.
    #[error("an offer is to be accepted later than now and within 30 days")]
    AcceptByWrong,
    /// A reason, question or answer is missing or too long.
    #[error("write 3 to 500 characters")]
    WordsWrong,
    /// The brief has too many entries or too long ones.
    #[error("a brief has up to 30 items, each named in 1 to 100 and told in 1 to 2,000 characters")]
    BriefWrong,
    /// It was answered already, or it ran out.
    #[error("this hand-off {0}")]
    Over(&'static str),
    /// The one who asks is not the one whose turn it is.
    #[error("this is for the other side to do")]
    OthersTurn,
    /// The organisation left the network.
    #[error("the organisation has left the network and takes nothing over")]
    Ended,
    /// The rest.
    #[error(transparent)]
    Fault(#[from] Fault),
}
