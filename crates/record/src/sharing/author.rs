use handfast_kit::{NetworkId, OrganisationId, PersonId};
use handfast_web::Viewer;

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
