use handfast_kit::{Day, TimeMs};
use serde::{Deserialize, Serialize};

use super::Channel;
use crate::sharing::Class;

/// What happened, one variant for each kind of touch.
///
/// The JSON of this type is stored and sealed: variants and fields are added, never renamed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Body {
    /// An organisation wrote a customer down.
    CustomerRecorded {
        /// The name as it was given.
        name: String,
        /// The organisation's own reference.
        external_ref: String,
    },
    /// The address, phone or mail address changed.
    AddressChanged {
        /// What it was.
        before: String,
        /// What it is now.
        after: String,
    },
    /// Somebody bought something.
    Sale {
        /// The order.
        order_ref: String,
        /// Where the order stands, in the source's word.
        status: String,
        /// What was sold by the author.
        lines: Vec<SoldLine>,
        /// The author's lines together, in minor units of the currency (cents).
        total_minor: i64,
        /// ISO 4217; empty when the source names none.
        currency: String,
    },
    /// Money was paid.
    Payment {
        /// The order.
        order_ref: String,
        /// How: a card, an invoice.
        method: String,
        /// How much, in minor units.
        amount_minor: i64,
        /// ISO 4217; empty when the source names none.
        currency: String,
    },
    /// A delivery was promised.
    DeliveryPromised {
        /// The order.
        order_ref: String,
        /// The last day that keeps the promise, in the network's zone.
        day: Day,
    },
    /// The goods went to the carrier.
    Shipped {
        /// The order.
        order_ref: String,
        /// When they were due there.
        due_ms: Option<TimeMs>,
    },
    /// The goods arrived.
    Delivered {
        /// The order.
        order_ref: String,
        /// Days after the promised day; negative when early.
        days_late: Option<i32>,
    },
    /// The customer said how it was.
    ReviewGiven {
        /// The order.
        order_ref: String,
        /// The source's reference of the review.
        review_ref: String,
        /// 1 (worst) to 5.
        score: i64,
        /// Its heading; may be empty.
        title: String,
        /// What the customer wrote; may be empty.
        text: String,
    },
    /// A case began.
    CaseOpened {
        /// The case.
        case_ref: String,
        /// What it is about.
        title: String,
        /// The product; may be empty.
        product: String,
    },
    /// Something was done on a case.
    CaseStep {
        /// The case.
        case_ref: String,
        /// Where it stands, in the source's words.
        status: String,
        /// Who has it; empty when unknown.
        owner: String,
        /// Which team has it; empty when unknown.
        team: String,
        /// In which country; empty when unknown.
        country: String,
        /// Its line in the source, for the order of steps of one moment.
        row: i64,
    },
    /// A case went from one owner to another.
    CaseHandOver {
        /// The case.
        case_ref: String,
        /// Who had it.
        from: String,
        /// Who has it.
        to: String,
    },
    /// A case ended.
    CaseClosed {
        /// The case.
        case_ref: String,
        /// How it ended, in the source's words.
        status: String,
    },
    /// A talk on the phone or in person.
    Call {
        /// What both said.
        said: String,
        /// How it left the customer.
        step: Option<Step>,
    },
    /// A mail.
    Mail {
        /// Its subject.
        subject: String,
        /// Its text.
        text: String,
    },
    /// What staff wrote down.
    Note {
        /// The note.
        text: String,
    },
}

/// The effect of a contact, in the eyes of whoever had it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Toward partnership.
    Closer,
    /// Neither.
    Same,
    /// Away from it.
    Away,
}

/// One line of a sale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoldLine {
    /// What was sold, in words or by its reference.
    pub title: String,
    /// How many.
    pub quantity: i64,
    /// The price of the line, in minor units.
    pub price_minor: i64,
}

impl Body {
    /// The kind's word, as in the database, the API and the feed.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::CustomerRecorded { .. } => "customer_recorded",
            Self::AddressChanged { .. } => "address_changed",
            Self::Sale { .. } => "sale",
            Self::Payment { .. } => "payment",
            Self::DeliveryPromised { .. } => "delivery_promised",
            Self::Shipped { .. } => "shipped",
            Self::Delivered { .. } => "delivered",
            Self::ReviewGiven { .. } => "review_given",
            Self::CaseOpened { .. } => "case_opened",
            Self::CaseStep { .. } => "case_step",
            Self::CaseHandOver { .. } => "case_hand_over",
            Self::CaseClosed { .. } => "case_closed",
            Self::Call { .. } => "call",
            Self::Mail { .. } => "mail",
            Self::Note { .. } => "note",
        }
    }

    /// The class of data that the kind is.
    pub const fn class(&self) -> Class {
        match self {
            Self::CustomerRecorded { .. } => Class::Identity,
            Self::AddressChanged { .. } => Class::Address,
            Self::Sale { .. } => Class::Purchase,
            Self::Payment { .. } => Class::Price,
            Self::DeliveryPromised { .. } | Self::Shipped { .. } | Self::Delivered { .. } => {
                Class::Delivery
            }
            Self::ReviewGiven { .. } => Class::Feedback,
            Self::CaseOpened { .. }
            | Self::CaseStep { .. }
            | Self::CaseHandOver { .. }
            | Self::CaseClosed { .. } => Class::Case,
            Self::Call { .. } | Self::Mail { .. } => Class::Message,
            Self::Note { .. } => Class::Note,
        }
    }

    /// Which of the kinds that one moment may hold came first: a case opens before its first step.
    pub(super) const fn rank(&self) -> u16 {
        match self {
            Self::CustomerRecorded { .. } => 0,
            Self::AddressChanged { .. } => 1,
            Self::Sale { .. } | Self::CaseOpened { .. } => 2,
            Self::Payment { .. } | Self::CaseStep { .. } => 3,
            Self::DeliveryPromised { .. } | Self::CaseHandOver { .. } => 4,
            Self::Shipped { .. } | Self::CaseClosed { .. } => 5,
            Self::Delivered { .. } => 6,
            _ => 7,
        }
    }

    pub(super) const fn usual_channel(&self) -> Channel {
        match self {
            Self::Call { .. } => Channel::Phone,
            Self::Mail { .. } => Channel::Mail,
            Self::Note { .. } => Channel::Internal,
            _ => Channel::System,
        }
    }

    /// The body as it is stored.
    pub fn json(&self) -> String {
        serde_json::to_string(self).expect("a body has only strings and numbers")
    }
}
