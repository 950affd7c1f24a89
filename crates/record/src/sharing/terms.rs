use handfast_kit::{OrganisationId, TimeMs};
use serde::{Deserialize, Serialize};

use super::{Class, Masks};
use crate::CustomerId;

/// An organisation as a viewer may know it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Who {
    /// By its name.
    Named(OrganisationId),
    /// In words that tell what it does, and not which it is: "another Aurora Cycles reseller".
    Veiled(String),
}

impl Who {
    /// Its id, where the viewer may know it.
    pub const fn id(&self) -> Option<OrganisationId> {
        match self {
            Self::Named(id) => Some(*id),
            Self::Veiled(_) => None,
        }
    }

    /// The words in place of its name.
    pub fn veil(&self) -> Option<&str> {
        match self {
            Self::Named(_) => None,
            Self::Veiled(words) => Some(words),
        }
    }
}

/// How much of a class is shown. Each level shows what the ones before it show, and more.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Nothing, not even that there is something.
    None,
    /// How many entries there are.
    Count,
    /// The entries, without the names of other organisations and their people.
    Veiled,
    /// The entries.
    Full,
}

impl Level {
    /// All levels, the least first.
    pub const ALL: [Self; 4] = [Self::None, Self::Count, Self::Veiled, Self::Full];

    /// The level's word, as in the API and in forms.
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Count => "count",
            Self::Veiled => "veiled",
            Self::Full => "full",
        }
    }

    /// The level with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.word() == word)
    }
}

/// What is between a customer and an organisation. The number is its bit and its value in the
/// database; numbers are never used again for something else.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Tie {
    /// The organisation keeps a record of the customer.
    Owner = 0,
    /// It sold to the customer.
    Sold = 1,
    /// It takes care of a case of the customer's.
    Serves = 2,
    /// It delivers to the customer.
    Delivers = 3,
    /// It insures the customer.
    Insures = 4,
    /// The brand named it for the customer.
    Assigned = 5,
    /// It was let in for a short time, by the customer's own key.
    Guest = 6,
    /// The customer lives where it works.
    Territory = 7,
    /// None is needed: every customer of the network. Written only for an organisation whose
    /// agreement grants something without a tie.
    None = 8,
    /// A request of its own was answered with yes. No agreement grants anything to this tie; it
    /// carries what was allowed.
    Allowed = 9,
}

impl Tie {
    /// All ties, in the order of their numbers.
    pub const ALL: [Self; 10] = [
        Self::Owner,
        Self::Sold,
        Self::Serves,
        Self::Delivers,
        Self::Insures,
        Self::Assigned,
        Self::Guest,
        Self::Territory,
        Self::None,
        Self::Allowed,
    ];

    /// Those that an agreement can grant something to.
    pub const GRANTABLE: [Self; 9] = [
        Self::Owner,
        Self::Sold,
        Self::Serves,
        Self::Delivers,
        Self::Insures,
        Self::Assigned,
        Self::Guest,
        Self::Territory,
        Self::None,
    ];

    /// Those that a person may make and end by hand.
    pub const BY_HAND: [Self; 5] =
        [Self::Sold, Self::Serves, Self::Delivers, Self::Insures, Self::Assigned];

    /// The tie's bit.
    pub const fn bit(self) -> i64 {
        1 << (self as u8)
    }

    /// The tie with this number.
    pub fn numbered(number: i64) -> Option<Self> {
        usize::try_from(number).ok().and_then(|index| Self::ALL.get(index).copied())
    }

    /// The tie's word, as in the API and in forms.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Sold => "sold",
            Self::Serves => "serves",
            Self::Delivers => "delivers",
            Self::Insures => "insures",
            Self::Assigned => "assigned",
            Self::Guest => "guest",
            Self::Territory => "territory",
            Self::None => "none",
            Self::Allowed => "allowed",
        }
    }

    /// The tie with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tie| tie.word() == word)
    }
}

/// What something is shown for. The number is its bit among the purposes a customer permits, where
/// bit 0 is whatever names none.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Purpose {
    /// To repair, advise and answer.
    Service = 1,
    /// To deliver.
    Delivery = 2,
    /// To insure and to settle claims.
    Insurance = 3,
    /// To learn from it. Only with the customer's consent.
    Research = 4,
    /// To make offers. Only with the customer's consent.
    Offers = 5,
}

impl Purpose {
    /// All purposes, in the order of their numbers.
    pub const ALL: [Self; 5] =
        [Self::Service, Self::Delivery, Self::Insurance, Self::Research, Self::Offers];

    /// Whether the customer must have said yes; the others hold until the customer says no.
    pub const fn needs_consent(self) -> bool {
        matches!(self, Self::Research | Self::Offers)
    }

    /// The purpose with this number.
    pub fn numbered(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| *purpose as i64 == number)
    }

    /// The purpose's word, as in the API and in forms.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Delivery => "delivery",
            Self::Insurance => "insurance",
            Self::Research => "research",
            Self::Offers => "offers",
        }
    }

    /// The purpose with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.word() == word)
    }
}

/// The purposes permitted of a customer who said nothing: all that need no consent.
pub const PURPOSES_UNSAID: i64 = 0b1111;

/// One line of an agreement: what is shown of one class for customers with one tie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// For customers with this tie.
    pub tie: Tie,
    /// This class.
    pub class: Class,
    /// At this level.
    pub level: Level,
    /// Only entries from the day of the tie on. Says nothing about fields, which have no day.
    #[serde(default)]
    pub from_tie: bool,
    /// Only while the customer permits this purpose; none needs nothing but the customer's not
    /// having objected to everything.
    #[serde(default)]
    pub purpose: Option<Purpose>,
}

/// The grants of one agreement for one tie and purpose, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// For customers with this tie.
    pub tie: Tie,
    /// While this purpose is permitted.
    pub purpose: Option<Purpose>,
    /// Only entries from the day of the tie on.
    pub from_tie: bool,
    /// Which classes at which level.
    pub masks: Masks,
}

/// A tie that one organisation has with one customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The organisation.
    pub organisation: OrganisationId,
    /// Which tie.
    pub tie: Tie,
    /// Since when.
    pub from: TimeMs,
    /// Until when; [`TimeMs::MAX`](i64::MAX) while it goes on. Over at this very moment.
    pub until: TimeMs,
    /// Classes allowed beyond the agreement, a bit each: shown in full.
    pub extra: i64,
}

/// What a customer said about being shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Saying {
    /// For what; none is everything.
    pub purpose: Option<Purpose>,
    /// To whom; none is every partner.
    pub organisation: Option<OrganisationId>,
    /// What; none is every class. A saying about a class names no purpose.
    pub class: Option<Class>,
    /// Yes, or no.
    pub allowed: bool,
}

/// Something that is shown or not: an entry of the timeline, say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Who wrote it.
    pub author: OrganisationId,
    /// Whom it is for, beside its author and the brand: none for whoever the agreements let see it,
    /// or else the organisations it names, if any; they too need the agreement.
    pub audience: Option<&'a [OrganisationId]>,
    /// When it happened.
    pub at: TimeMs,
}

/// All that decides who sees what. In memory, so that the decision is a pure function of it.
#[derive(Debug, Clone, Default)]
pub struct World {
    /// The brand, who sees everything.
    pub brand: Option<OrganisationId>,
    /// The grants of each agreement in force. A partner without agreement stands not here.
    pub agreements: Vec<(OrganisationId, Vec<Line>)>,
    /// The ties of each customer.
    pub ties: Vec<(CustomerId, Held)>,
    /// What customers said.
    pub sayings: Vec<(CustomerId, Saying)>,
    /// Customers whose data may only be kept.
    pub frozen: Vec<CustomerId>,
    /// Now.
    pub now: TimeMs,
}

/// What was decided, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// How much is shown.
    pub level: Level,
    /// Why that, and not more.
    pub reason: Reason,
}

/// Why something is shown or hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The viewer is of the brand.
    Brand,
    /// The viewer's organisation wrote it.
    Own,
    /// The agreement grants it for this tie, and for this purpose if it names one.
    Granted(Tie, Option<Purpose>),
    /// A request was answered with yes, until this moment.
    Allowed(TimeMs),
    /// Its author wrote it for its own organisation, or for others that it named.
    Audience,
    /// The customer's data may only be kept.
    Frozen,
    /// There is no agreement.
    NoAgreement,
    /// The agreement grants the class to other ties, of which the viewer has none.
    NoTie,
    /// The agreement grants the class to no tie.
    NotGranted,
    /// The customer said no: to everything, this purpose, or this class.
    Objected,
    /// The purpose needs the customer's consent, and the customer did not give it.
    NotConsented(Purpose),
    /// It happened before the tie began.
    BeforeTie(TimeMs),
}
