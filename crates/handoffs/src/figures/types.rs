use handfast_kit::{OrganisationId, TimeMs, Uuid};
use handfast_record::{ChangeId, CustomerId, HandOffId, ObligationId};

use super::rules::Chosen;

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    /// So many.
    pub count: i64,
    /// Of how many; nothing can be said of none.
    pub of: i64,
}

/// What an organisation's briefs lacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lacking {
    /// How many items were missing, or had to be asked for.
    pub item_count: i64,
    /// In how many of the hand-offs that it sent.
    pub hand_offs: Share,
}

/// How an organisation answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// Since when.
    pub since: TimeMs,
    /// Offers that it accepted in time, of those that it accepted or left unanswered.
    pub accepted: Share,
    /// Offers that it declined: an answer too.
    pub declined_count: i64,
    /// The median time that it took to accept, in milliseconds.
    pub accept_median_ms: Option<i64>,
    /// Changes that were read back and right by when they were due, of those that were due.
    pub applied: Share,
    /// Changes that it wrote down wrong, of those that were read back.
    pub mismatches: Share,
    /// What its own briefs lacked.
    pub lacking: Lacking,
    /// Whether there was more than is counted: then it is of the latest thousand.
    pub is_latest_only: bool,
}

/// Which hand-offs or obligations are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Which {
    /// Offers accepted in time.
    Accepted,
    /// Offers that nobody answered in time.
    Unanswered,
    /// Offers declined.
    Declined,
    /// Changes applied in time: read back, and right.
    Applied,
    /// Changes applied late, or not yet although they are due.
    Late,
    /// Changes that were written down wrong at least once.
    Mismatches,
    /// Changes of which something was read back.
    ReadBack,
    /// Hand-offs sent whose brief lacked something.
    Lacking,
}

impl Which {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Accepted,
        Self::Unanswered,
        Self::Declined,
        Self::Applied,
        Self::Late,
        Self::Mismatches,
        Self::ReadBack,
        Self::Lacking,
    ];

    /// Its word, as in the API and in addresses.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Unanswered => "unanswered",
            Self::Declined => "declined",
            Self::Applied => "applied",
            Self::Late => "late",
            Self::Mismatches => "mismatches",
            Self::ReadBack => "read_back",
            Self::Lacking => "lacking",
        }
    }

    /// The one with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }
}

/// What stands behind a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A hand-off.
    HandOff(HandOffId),
    /// An organisation's part of a change.
    Obligation(ChangeId, ObligationId),
}

impl Subject {
    pub(super) const fn uuid(self) -> Uuid {
        match self {
            Self::HandOff(id) => id.uuid(),
            Self::Obligation(_, id) => id.uuid(),
        }
    }
}

/// What is told of it beside its times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ToldOf {
    pub(crate) reference: String,
    pub(crate) title: String,
    pub(crate) customer: CustomerId,
    pub(crate) customer_name: Option<String>,
    /// Of a hand-off, between whom.
    pub(crate) between: Option<(OrganisationId, OrganisationId)>,
}

/// One of those that make a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What it is.
    pub subject: Subject,
    /// What people call it; empty where nothing is told of it any more.
    pub reference: String,
    /// What it is about.
    pub title: String,
    /// The customer, by the id that the viewer knows, if anything of it is.
    pub customer: Option<CustomerId>,
    /// What the customer is called, if the viewer may know it.
    pub customer_name: Option<String>,
    /// Of a hand-off: from whom, to whom.
    pub between: Option<(OrganisationId, OrganisationId)>,
    /// When it was offered or sent.
    pub at: TimeMs,
    /// By when it was to be answered, or read back.
    pub due: Option<TimeMs>,
    /// When it was answered, or read back and right.
    pub done: Option<TimeMs>,
    /// How often it was written down wrong, or how much its brief lacked.
    pub fault_count: i64,
}

impl Item {
    pub(super) fn of(chosen: Chosen, told: Option<ToldOf>) -> Self {
        let (mut reference, mut title) = (String::new(), String::new());
        let (mut customer, mut customer_name, mut between) = (None, None, None);
        if let Some(told) = told {
            (reference, title) = (told.reference, told.title);
            customer = Some(told.customer);
            (customer_name, between) = (told.customer_name, told.between);
        }
        let Chosen { subject, at, due, done, fault_count } = chosen;
        Self {
            subject,
            reference,
            title,
            customer,
            customer_name,
            between,
            at,
            due,
            done,
            fault_count,
        }
    }
}
