//! Whose things are: five organisations of two networks, and an id of everything that each has.

use handfast_intake::imports::ImportId;
use handfast_kit::{NetworkId, OrganisationId, PersonId};
use handfast_record::{
    ChangeId, CustomerId, DisputeId, HandOffId, ObligationId, RecordId, SaleId, TouchId, TraceId,
    guests::GuestId,
    people::{ApiTokenId, InvitationId},
    requests::RequestId,
};
use handfast_web::{Secret, Side};
use handfast_webhooks::EndpointId;

/// Whose something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Whose {
    /// The brand.
    Aurora,
    /// Its partner.
    Spoke,
    /// Another partner, who competes with Spoke.
    Harbour,
    /// The brand of another network.
    Borealis,
    /// A partner there.
    Fjord,
}

impl Whose {
    pub(crate) const ALL: [Self; 5] =
        [Self::Aurora, Self::Spoke, Self::Harbour, Self::Borealis, Self::Fjord];

    /// What stands in every text of this organisation's own.
    pub(crate) const fn canary(self) -> &'static str {
        match self {
            Self::Aurora => "kanariaurora",
            Self::Spoke => "kanarispoke",
            Self::Harbour => "kanariharbour",
            Self::Borealis => "kanariborealis",
            Self::Fjord => "kanarifjord",
        }
    }

    /// Words in small letters that give this organisation away to whom it does not concern.
    pub(crate) const fn traces(self) -> &'static [&'static str] {
        match self {
            Self::Aurora => &["kanariaurora"],
            Self::Spoke => &["kanarispoke", "spoke & chain", "spoke &amp; chain", "spoke &#38;"],
            Self::Harbour => &["kanariharbour", "harbour wheelworks"],
            Self::Borealis => &["kanariborealis"],
            Self::Fjord => &["kanarifjord"],
        }
    }
}

impl Whose {
    /// The name that everybody in the same network may know, in small letters.
    pub(crate) const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Aurora => &["aurora cycles"],
            Self::Borealis => &["northern bikes"],
            _ => &[],
        }
    }
}

/// A person of an organisation.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) person: PersonId,
    pub(crate) session: Secret,
}

/// One organisation, and an id of everything that is its own.
#[derive(Debug, Clone)]
pub(crate) struct Estate {
    pub(crate) whose: Whose,
    pub(crate) network: NetworkId,
    pub(crate) organisation: OrganisationId,
    pub(crate) side: Side,
    pub(crate) admin: Member,
    pub(crate) staff: Member,
    pub(crate) auditor: Member,
    /// One who is a member, and neither of the above: to be changed and ended.
    pub(crate) colleague: PersonId,
    pub(crate) customer: CustomerId,
    pub(crate) record: RecordId,
    /// A note of this organisation's own.
    pub(crate) touch: TouchId,
    /// An import that waits for its columns to be mapped.
    pub(crate) waiting: ImportId,
    /// An import that is over and left a row out.
    pub(crate) done: ImportId,
    pub(crate) token: ApiTokenId,
    /// Where its system is told what happens.
    pub(crate) webhook: EndpointId,
    pub(crate) invitation: Secret,
    pub(crate) link: Secret,
    /// An asking that waits for a customer; a brand has none.
    pub(crate) guest: GuestId,
    /// What that customer holds.
    pub(crate) guest_link: Secret,
    /// The link of a letter that asks this partner to take something over.
    pub(crate) action_link: Secret,
    /// A request that waits for the brand; a brand has none.
    pub(crate) request: RequestId,
    /// What the brand offers a partner; a brand is offered nothing.
    pub(crate) hand_off: HandOffId,
    /// A change of that customer, and what this partner has to do about it; a brand has neither.
    pub(crate) change: ChangeId,
    pub(crate) obligation: ObligationId,
    /// What this partner says of that offer is not its part; a brand says so of nothing.
    pub(crate) dispute: DisputeId,
    /// An order of that customer's, and the trace of it, which a brand has none of.
    pub(crate) sale: SaleId,
    pub(crate) trace: TraceId,
}

impl Estate {
    pub(crate) fn invitation_id(&self) -> InvitationId {
        InvitationId::of(&self.invitation)
    }

    pub(crate) const fn is_brand(&self) -> bool {
        matches!(self.side, Side::Brand)
    }
}
