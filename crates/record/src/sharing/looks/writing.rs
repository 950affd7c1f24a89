//! Writing down who looked.

use std::sync::Arc;

use handfast_db::Fault;
use handfast_kit::{NetworkId, OrganisationId, PersonId, TimeMs};
use handfast_web::{App, Failure, Viewer};

use super::{Occasion, store};
use crate::sharing::{Class, lens::Glance};

/// Classes that are not shown to anybody whose look cannot be written down.
pub(super) const SENSITIVE: i64 = Class::Identity.bit()
    | Class::Contact.bit()
    | Class::Address.bit()
    | Class::Price.bit()
    | Class::Case.bit()
    | Class::Service.bit()
    | Class::Message.bit()
    | Class::Feedback.bit()
    | Class::Note.bit();

/// Who looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Looker {
    pub(super) network: NetworkId,
    pub(super) organisation: OrganisationId,
    pub(super) person: PersonId,
    pub(super) eyes_of: Option<OrganisationId>,
    pub(super) what: &'static str,
    pub(super) at: TimeMs,
}

impl Looker {
    pub(super) const fn of(viewer: &Viewer, occasion: Occasion, at: TimeMs) -> Self {
        Self {
            network: viewer.network,
            organisation: viewer.organisation,
            person: viewer.person,
            eyes_of: occasion.eyes_of,
            what: occasion.what,
            at,
        }
    }
}

/// Writes the glances of one request, in one transaction. Fails only if something sensitive was
/// seen; otherwise the failure is logged and the answer may be given.
pub(super) async fn write_down(
    app: &App,
    looker: Looker,
    seen: Vec<Glance>,
) -> Result<(), Failure> {
    if seen.is_empty() {
        return Ok(());
    }
    let classes = seen.iter().fold(0, |all, glance| all | glance.classes);
    let seen = Arc::new(seen);
    let written = app
        .db
        .write_soon(move |tx| -> Result<(), Fault> {
            for glance in seen.iter() {
                store::insert(tx, &looker, glance)?;
            }
            Ok(())
        })
        .await;
    let Err(fault) = written else { return Ok(()) };
    let is_refused = classes & SENSITIVE != 0;
    tracing::error!(
        network.id = %looker.network,
        organisation.id = %looker.organisation,
        person.id = %looker.person,
        what = looker.what,
        classes,
        is_refused,
        %fault,
        "could not write down who looked"
    );
    if is_refused { Err(Failure::NotWrittenDown) } else { Ok(()) }
}
