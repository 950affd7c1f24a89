//! Looking through a partner's eyes: what the brand sees of its customers as one of its partners
//! does, and a strip above the page that says so.

use std::collections::HashMap;

use handfast_db::{Cx, Fault};
use handfast_kit::{NetworkId, OrganisationId};
use handfast_record::organisations::{self, Organisation};
use handfast_web::{Role, Side, Viewer};

use super::seen::Partner;

/// The strip above a page that is seen through another's eyes.
#[derive(Debug, Clone)]
pub(crate) struct Strip {
    /// Where another partner is chosen, and the way back.
    pub(crate) path: String,
    /// `You see Maya as Harbour Wheelworks does.`
    pub(crate) text: String,
    pub(crate) back: String,
    pub(crate) choices: Choices,
}

/// The partners to choose from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Choices {
    pub(crate) tied: Vec<Choice>,
    pub(crate) others: Vec<Choice>,
}

/// A partner to choose.
#[derive(Debug, Clone)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) is_chosen: bool,
}

impl Choices {
    /// The partners, the one chosen that is looked through the eyes of.
    pub(crate) fn of(partners: &[Partner], chosen: Option<OrganisationId>) -> Self {
        let choice = |partner: &Partner| Choice {
            value: partner.id.to_string(),
            label: partner.name.clone(),
            is_chosen: chosen == Some(partner.id),
        };
        let (tied, others): (Vec<&Partner>, Vec<&Partner>) =
            partners.iter().partition(|partner| partner.is_tied);
        Self {
            tied: tied.into_iter().map(choice).collect(),
            others: others.into_iter().map(choice).collect(),
        }
    }

    /// All partners alike, where no customer is at hand.
    pub(crate) fn of_all(partners: &[Organisation], chosen: OrganisationId) -> Self {
        let partner =
            |one: &Organisation| Partner { id: one.id, name: one.name.clone(), is_tied: false };
        Self::of(&partners.iter().map(partner).collect::<Vec<_>>(), Some(chosen))
    }

    /// Whether there is nobody to choose.
    pub(crate) fn is_empty(&self) -> bool {
        self.tied.is_empty() && self.others.is_empty()
    }
}

impl Strip {
    /// The strip above the page at `path`. `whom` is who is looked at.
    pub(crate) fn of(
        viewer: &Viewer,
        partner: &Organisation,
        path: String,
        whom: &str,
        choices: Choices,
    ) -> Self {
        Self {
            path,
            text: format!("You see {whom} as {} does. Nothing can be written here.", partner.name),
            back: format!("Back to {} view", super::who::possessive(&viewer.organisation_name)),
            choices,
        }
    }
}

/// The partner whose eyes the query asks for; what is unreadable is as if it were not there.
pub(crate) fn asked(query: &HashMap<String, String>) -> Option<OrganisationId> {
    query.get("as").and_then(|id| id.trim().parse().ok())
}

/// The partner with this id, for the brand. For a partner there are no other eyes than its own.
pub(crate) fn partner(
    cx: &mut Cx<'_>,
    network: NetworkId,
    id: OrganisationId,
) -> Result<Option<Organisation>, Fault> {
    let found = organisations::find(cx, network, id)?;
    Ok(found.filter(|organisation| organisation.side == Side::Partner))
}

/// The viewer as one of the partner's people would be, who only reads.
pub(crate) fn eyes(viewer: &Viewer, partner: &Organisation) -> Viewer {
    Viewer {
        organisation: partner.id,
        organisation_name: partner.name.clone(),
        side: Side::Partner,
        role: Role::Auditor,
        person_name: String::new(),
        ..viewer.clone()
    }
}
