//! Who may be called by name to whom.

use std::collections::HashMap;

use handfast_db::{Cx, Fault};
use handfast_kit::{NetworkId, OrganisationId};
use handfast_record::{
    organisations,
    sharing::{Lens, Sight, Who},
    touches,
};

/// Names of organisations, each asked for once.
pub(super) struct Names {
    network: NetworkId,
    known: HashMap<OrganisationId, String>,
}

impl Names {
    pub(super) fn of(network: NetworkId) -> Self {
        Self { network, known: HashMap::new() }
    }

    pub(super) fn name(
        &mut self,
        cx: &mut Cx<'_>,
        organisation: OrganisationId,
    ) -> Result<String, Fault> {
        if let Some(name) = self.known.get(&organisation) {
            return Ok(name.clone());
        }
        let found = organisations::names(cx, self.network, [organisation])?;
        let name = found.get(&organisation).cloned().unwrap_or_default();
        self.known.insert(organisation, name.clone());
        Ok(name)
    }
}

/// The organisations that the viewer knows by name at this customer.
pub(crate) fn known(
    cx: &mut Cx<'_>,
    lens: &Lens,
    sight: &Sight,
) -> Result<Vec<OrganisationId>, Fault> {
    if !sight.is_open() {
        return Ok(Vec::new());
    }
    let served = touches::served_by(cx, lens, sight)?;
    Ok(served.into_iter().filter_map(|served| served.organisation.id()).collect())
}

/// An organisation as the viewer may know it at this customer: itself, the brand, and whoever is
/// named to it there.
pub(crate) fn who(
    cx: &mut Cx<'_>,
    lens: &Lens,
    sight: &Sight,
    organisation: OrganisationId,
) -> Result<Who, Fault> {
    let network = lens.network();
    let is_own = [lens.organisation(), organisations::brand_id(network)].contains(&organisation);
    if lens.is_whole() || is_own || known(cx, lens, sight)?.contains(&organisation) {
        return Ok(Who::Named(organisation));
    }
    let mut veils = organisations::veils(cx, network, [organisation])?;
    Ok(Who::Veiled(veils.remove(&organisation).unwrap_or_default()))
}
