use super::{Body, Channel};
use crate::sharing::{Class, Tie};

impl Body {
    /// The kind's word, as in the database, the API and the feed.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::CustomerRecorded { .. } => "customer_recorded",
            Self::ContactChanged { .. } => "contact_changed",
            Self::AddressChanged { .. } => "address_changed",
            Self::DetailConfirmed { .. } => "detail_confirmed",
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
            Self::ConsentSaid { .. } => "consent_said",
            Self::ConsentTakenBack { .. } => "consent_taken_back",
            Self::ConsentTextPublished { .. } => "consent_text_published",
            Self::Frozen { .. } => "frozen",
            Self::Released { .. } => "released",
            Self::GuestAsked { .. } => "guest_asked",
            Self::GuestCodeMade { .. } => "guest_code_made",
            Self::GuestLetIn { .. } => "guest_let_in",
            Self::GuestRefused { .. } => "guest_refused",
            Self::TieMade { .. } => "tie_made",
            Self::TieEnded { .. } => "tie_ended",
            Self::AccessAsked { .. } => "access_asked",
            Self::AccessAnswered { .. } => "access_answered",
            Self::AccessWithdrawn { .. } => "access_withdrawn",
            Self::AgreementSigned { .. } => "agreement_signed",
            Self::AgreementEnded { .. } => "agreement_ended",
            Self::PartnershipEnded { .. } => "partnership_ended",
            Self::CustomersMatched { .. } => "customers_matched",
            Self::CustomersParted { .. } => "customers_parted",
            Self::KeptApart { .. } => "kept_apart",
            Self::RecordsJudged { .. } => "records_judged",
            Self::ChangeEntered { .. } => "change_entered",
            Self::HandOff { .. } => "hand_off",
            Self::Obligation { .. } => "obligation",
            Self::Dispute(_) => "dispute",
            Self::Trace(_) => "trace",
        }
    }

    /// The class of data that the kind is.
    pub const fn class(&self) -> Class {
        match self {
            Self::CustomerRecorded { .. } => Class::Identity,
            Self::ContactChanged { .. } => Class::Contact,
            Self::AddressChanged { .. } => Class::Address,
            Self::DetailConfirmed { field, .. } => field.class(),
            Self::ChangeEntered { changed, .. } | Self::Obligation { changed, .. } => {
                changed.class()
            }
            Self::HandOff { thing, .. } => thing.class(),
            Self::Dispute(said) => said.class,
            Self::Trace(_) => Class::Delivery,
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
            Self::ConsentSaid { .. }
            | Self::ConsentTakenBack { .. }
            | Self::ConsentTextPublished { .. }
            | Self::Frozen { .. }
            | Self::Released { .. }
            | Self::GuestAsked { .. }
            | Self::GuestCodeMade { .. }
            | Self::GuestLetIn { .. }
            | Self::GuestRefused { .. }
            | Self::TieMade { .. }
            | Self::TieEnded { .. }
            | Self::AccessAsked { .. }
            | Self::AccessAnswered { .. }
            | Self::AccessWithdrawn { .. }
            | Self::AgreementSigned { .. }
            | Self::AgreementEnded { .. }
            | Self::PartnershipEnded { .. }
            | Self::CustomersMatched { .. }
            | Self::CustomersParted { .. }
            | Self::KeptApart { .. }
            | Self::RecordsJudged { .. } => Class::Relationship,
        }
    }

    /// The tie that it makes between its author and the customer. Hearing what the customer allows
    /// makes none: it would show more than the customer said.
    pub(super) const fn tie(&self) -> Option<Tie> {
        Some(match self {
            Self::ConsentSaid { .. }
            | Self::ConsentTakenBack { .. }
            | Self::ChangeEntered { .. }
            | Self::HandOff { .. }
            | Self::Obligation { .. }
            | Self::Dispute(_)
            | Self::Trace(_) => return None,
            Self::Sale { .. } => Tie::Sold,
            Self::CaseOpened { .. }
            | Self::CaseStep { .. }
            | Self::CaseHandOver { .. }
            | Self::CaseClosed { .. } => Tie::Serves,
            Self::DeliveryPromised { .. } | Self::Shipped { .. } | Self::Delivered { .. } => {
                Tie::Delivers
            }
            _ => Tie::Owner,
        })
    }

    /// The same without what names its author or another organisation.
    pub(super) fn veiled(mut self) -> Self {
        match &mut self {
            Self::CustomerRecorded { external_ref: one, .. }
            | Self::Sale { order_ref: one, .. }
            | Self::Payment { order_ref: one, .. }
            | Self::DeliveryPromised { order_ref: one, .. }
            | Self::Shipped { order_ref: one, .. }
            | Self::Delivered { order_ref: one, .. }
            | Self::CaseOpened { case_ref: one, .. }
            | Self::CaseClosed { case_ref: one, .. } => one.clear(),
            Self::ReviewGiven { order_ref, review_ref, .. } => {
                order_ref.clear();
                review_ref.clear();
            }
            Self::CaseStep { case_ref, owner, team, country, .. } => {
                [case_ref, owner, team, country].into_iter().for_each(String::clear);
            }
            Self::CaseHandOver { case_ref, from, to } => {
                [case_ref, from, to].into_iter().for_each(String::clear);
            }
            Self::Dispute(said) => said.by.clear(),
            Self::Trace(said) => said.by.clear(),
            _ => {}
        }
        self
    }

    /// The same without prices.
    pub(super) fn without_prices(mut self) -> Self {
        if let Self::Sale { lines, total_minor, currency, .. } = &mut self {
            *total_minor = None;
            currency.clear();
            for line in lines {
                line.price_minor = None;
            }
        }
        self
    }

    /// Whether its summary is the same with a veil and without: nobody is named in it but by who
    /// wrote it in their own words.
    pub(super) const PLAIN_KINDS: &'static str = ",review_given,call,mail,note,";

    /// Which of the kinds that one moment may hold came first: a case opens before its first step.
    pub(super) const fn rank(&self) -> u16 {
        match self {
            Self::CustomerRecorded { .. } => 0,
            Self::ContactChanged { .. } | Self::AddressChanged { .. } => 1,
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
            Self::Note { .. }
            | Self::AgreementSigned { .. }
            | Self::AgreementEnded { .. }
            | Self::PartnershipEnded { .. } => Channel::Internal,
            _ => Channel::System,
        }
    }

    /// The body as it is stored.
    pub fn json(&self) -> String {
        serde_json::to_string(self).expect("a body has only strings and numbers")
    }
}
