use handfast_db::Fault;
use handfast_kit::{OrganisationId, PersonId, TimeMs};
use handfast_web::Secret;

use super::GuestId;
use crate::{
    CustomerId,
    sharing::{Class, Level},
};

/// What a partner asks with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The phone number, mail address or order reference that the customer gave.
    pub key: String,
    /// Why, 5 to 500 characters. The brand and the customer read it.
    pub why: String,
}

/// An asking, as its viewer may know it: a partner learns which customer it is when it is let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guest {
    /// Its id.
    pub id: GuestId,
    /// Who asked.
    pub organisation: OrganisationId,
    /// The person who asked.
    pub person: PersonId,
    /// The customer; the brand sees it as soon as the key leads to one who may be asked.
    pub customer: Option<CustomerId>,
    /// Why, in the words of who asked.
    pub why: String,
    /// Where it stands.
    pub state: State,
    /// How many codes may still be tried.
    pub tries_left: i64,
    /// When it was asked.
    pub asked: TimeMs,
    /// Until when the customer may confirm.
    pub expires: TimeMs,
    /// Until when the partner is let in, or was.
    pub until: Option<TimeMs>,
}

/// Where an asking stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The customer has not confirmed yet.
    Waiting,
    /// The partner sees the customer.
    LetIn,
    /// The customer refused, or too many codes were wrong.
    Refused,
    /// Nobody confirmed in time.
    Expired,
    /// The partner was let in, and that has ended.
    Over,
}

impl State {
    /// The state's word, as in the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::LetIn => "let_in",
            Self::Refused => "refused",
            Self::Expired => "expired",
            Self::Over => "over",
        }
    }
}

/// By what a customer confirms; handed to the brand once, and kept as hashes only.
#[derive(Debug, Clone)]
pub struct Confirmation {
    /// Six digits, for the customer to tell the partner.
    pub code: String,
    /// What stands behind [`LET_IN_PATH`](super::LET_IN_PATH), for the customer to open.
    pub secret: Secret,
    /// Until when both are good.
    pub expires: TimeMs,
}

/// What a customer reads who is asked to let a partner in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// What the brand is called.
    pub network_name: String,
    /// Who asks.
    pub organisation_name: String,
    /// Why.
    pub why: String,
    /// What it would see, at which level.
    pub classes: Vec<Shows>,
    /// For how many hours.
    pub hours: i64,
    /// Until when the customer may answer.
    pub expires: TimeMs,
}

/// One class of what a guest would be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shows {
    /// The class.
    pub class: Class,
    /// At which level.
    pub level: Level,
    /// Whether of what happened, only from that moment on.
    pub from_then: bool,
}

/// What a customer answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Let them in.
    Yes,
    /// Do not.
    No,
}

/// Why something about a guest was refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What was typed is no key.
    #[error(
        "write the whole phone number, e-mail address or order number that the customer gave you"
    )]
    KeyWrong,
    /// The reason is too short or too long.
    #[error("write in 5 to 500 characters why you need it; the customer reads it too")]
    WhyWrong,
    /// The code is not six digits.
    #[error("the code has six digits")]
    CodeWrong,
    /// There is no agreement about guests. Names the brand.
    #[error("{0} has no agreement with you that covers guests")]
    NoAgreement(String),
    /// The brand asked.
    #[error("your organisation sees every customer; serving guests is for partners")]
    ForPartners,
    /// Too often. In seconds, when it may ask again.
    #[error("asked too often")]
    TooOften(u32),
    /// The asking ended before.
    #[error("this request is over; ask again with the customer's key if you still need it")]
    Over,
    /// The key leads to nobody who could confirm.
    #[error(
        "there is nobody to confirm this: the key belongs to no customer, to several, or to one \
         who lets no partner in"
    )]
    Nobody,
    /// There is none, or the viewer may not see it.
    #[error("there is no such request")]
    NotFound,
    /// The rest.
    #[error(transparent)]
    Fault(#[from] Fault),
}
