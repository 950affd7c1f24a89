//! Who may see what. Nothing about a customer is read without a [`Lens`], and only this module
//! makes one: from a viewer, or from a named system reason that is logged.
//!
//! Today a lens knows two answers. The brand sees everything of its network. A partner sees its own
//! records and its own touches, and nothing else: not even that more exists.

use handfast_kit::{NetworkId, OrganisationId, PersonId};
use handfast_web::{Side, Viewer};
use serde::{Deserialize, Serialize};

/// What kind of data a touch or a field is, for sharing. The number is its bit in a mask and its
/// value in the database; numbers are never used again for something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Class {
    /// Names, dates of birth, what tells who somebody is.
    Identity = 0,
    /// Phone numbers and mail addresses.
    Contact = 1,
    /// Where somebody lives or takes deliveries.
    Address = 2,
    /// What was bought.
    Purchase = 3,
    /// What was paid.
    Price = 4,
    /// What is on its way, and when it came.
    Delivery = 5,
    /// Needs and problems until their end.
    Case = 6,
    /// Repairs and upkeep.
    Service = 7,
    /// What was promised by whom by when.
    Promise = 8,
    /// What was said and written.
    Message = 9,
    /// Reviews and answers to questions.
    Feedback = 10,
    /// How the relationship stands.
    Relationship = 11,
    /// What staff wrote down for one another.
    Note = 12,
}

impl Class {
    /// All classes, in the order of their numbers.
    pub const ALL: [Self; 13] = [
        Self::Identity,
        Self::Contact,
        Self::Address,
        Self::Purchase,
        Self::Price,
        Self::Delivery,
        Self::Case,
        Self::Service,
        Self::Promise,
        Self::Message,
        Self::Feedback,
        Self::Relationship,
        Self::Note,
    ];

    /// The class's bit.
    pub const fn bit(self) -> i64 {
        1 << (self as u8)
    }

    /// The class with this number; `None` for a number that no class has.
    pub fn numbered(number: i64) -> Option<Self> {
        usize::try_from(number).ok().and_then(|index| Self::ALL.get(index).copied())
    }

    /// The class's word, as in the API and in addresses of pages.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Contact => "contact",
            Self::Address => "address",
            Self::Purchase => "purchase",
            Self::Price => "price",
            Self::Delivery => "delivery",
            Self::Case => "case",
            Self::Service => "service",
            Self::Promise => "promise",
            Self::Message => "message",
            Self::Feedback => "feedback",
            Self::Relationship => "relationship",
            Self::Note => "note",
        }
    }

    /// The class with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.word() == word)
    }
}

const EVERY_CLASS: i64 = (1 << Class::ALL.len()) - 1;

/// What one viewer may see, in the form that statements take: rows of one network that are of a
/// class in the mask, or the viewer's own.
#[derive(Debug, Clone)]
pub struct Lens {
    network: NetworkId,
    organisation: OrganisationId,
    mask: i64,
}

impl Lens {
    /// What this viewer may see.
    pub fn of(viewer: &Viewer) -> Self {
        let mask = match viewer.side {
            Side::Brand => EVERY_CLASS,
            Side::Partner => 0,
        };
        Self { network: viewer.network, organisation: viewer.organisation, mask }
    }

    /// Everything of one network, for work that no viewer asked for. The reason is logged. What
    /// leaves the system from here must be seen through the recipient's lens again.
    pub fn system(network: NetworkId, brand: OrganisationId, reason: Reason) -> Self {
        let reason = reason.word();
        tracing::info!(network.id = %network, reason, "read everything of a network");
        Self { network, organisation: brand, mask: EVERY_CLASS }
    }

    /// The network that is looked at.
    pub const fn network(&self) -> NetworkId {
        self.network
    }

    /// The organisation that looks.
    pub const fn organisation(&self) -> OrganisationId {
        self.organisation
    }

    /// The classes seen whoever wrote them, a bit each; the viewer's own rows need no bit.
    pub(crate) const fn mask(&self) -> i64 {
        self.mask
    }

    /// The records seen: everybody's (`None`), or one organisation's.
    pub(crate) fn records_of(&self) -> Option<OrganisationId> {
        if self.mask & Class::Identity.bit() == 0 { Some(self.organisation) } else { None }
    }
}

/// Why the system itself reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Somebody with the operator's rights asked for a report on the command line.
    OperatorReport,
    /// The demo's story is being told.
    Demo,
}

impl Reason {
    const fn word(self) -> &'static str {
        match self {
            Self::OperatorReport => "operator report",
            Self::Demo => "demo",
        }
    }
}

/// Who writes: every touch carries its author organisation, and the person if there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Author {
    network: NetworkId,
    organisation: OrganisationId,
    person: Option<PersonId>,
}

impl Author {
    /// The viewer as author.
    pub fn of(viewer: &Viewer) -> Self {
        Self {
            network: viewer.network,
            organisation: viewer.organisation,
            person: Some(viewer.person),
        }
    }

    /// An organisation whose files or events are taken in, without a person who signs in.
    pub const fn organisation(network: NetworkId, organisation: OrganisationId) -> Self {
        Self { network, organisation, person: None }
    }

    /// A person of an organisation, when no request is at hand (an import that was queued).
    pub const fn person(
        network: NetworkId,
        organisation: OrganisationId,
        person: PersonId,
    ) -> Self {
        Self { network, organisation, person: Some(person) }
    }

    /// The network written to.
    pub const fn network(&self) -> NetworkId {
        self.network
    }

    /// The organisation that writes.
    pub const fn organisation_id(&self) -> OrganisationId {
        self.organisation
    }

    /// The person who writes, if known.
    pub const fn person_id(&self) -> Option<PersonId> {
        self.person
    }

    /// The same network, but another organisation's touch: a marketplace's file tells what its
    /// sellers did. No person of the writer's is named.
    #[must_use]
    pub const fn on_behalf_of(&self, organisation: OrganisationId) -> Self {
        Self { network: self.network, organisation, person: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_keeps_its_number_and_its_word() {
        for (number, class) in Class::ALL.into_iter().enumerate() {
            assert_eq!(class as usize, number);
            assert_eq!(Class::numbered(number as i64), Some(class));
            assert_eq!(Class::named(class.word()), Some(class));
        }
        assert_eq!(Class::numbered(13), None);
    }
}
