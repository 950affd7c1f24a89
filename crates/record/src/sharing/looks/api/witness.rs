//! Reading with somebody who writes down what was seen.

use std::sync::Arc;

use handfast_db::{Cx, Fault};
use handfast_kit::{NetworkId, OrganisationId, TimeMs};
use handfast_web::{App, Failure, Viewer};

use super::super::{Looker, Occasion, store};
use crate::sharing::{Class, Lens, lens::Glance};

/// Classes that are not shown to anybody whose look cannot be written down.
const SENSITIVE: i64 = Class::Identity.bit()
    | Class::Contact.bit()
    | Class::Address.bit()
    | Class::Price.bit()
    | Class::Case.bit()
    | Class::Service.bit()
    | Class::Message.bit()
    | Class::Feedback.bit()
    | Class::Note.bit();

/// Reads as the viewer sees: `read` gets the viewer's lens, and what it saw is written down before
/// the answer is given back. If that fails, nothing sensitive is shown: the answer is
/// [`Failure::NotWrittenDown`], unless all that was seen is of classes that tell little.
///
/// Looking through a partner's eyes is for the brand: a partner that asks for it is answered with
/// [`Failure::NotFound`].
pub async fn read<T, E>(
    app: &App,
    viewer: &Viewer,
    occasion: Occasion,
    read: impl FnOnce(&mut Cx<'_>, &Lens) -> Result<T, E> + Send + 'static,
) -> Result<T, Failure>
where
    T: Send + 'static,
    E: From<Fault> + Send + 'static,
    Failure: From<E>,
{
    if occasion.eyes_of.is_some() && !viewer.is_brand() {
        return Err(Failure::NotFound);
    }
    let (now, asking) = (app.clock.now(), viewer.clone());
    let (answer, seen) = app
        .read(move |cx| -> Result<_, E> {
            let lens = match occasion.eyes_of {
                None => Lens::of(cx, &asking, now)?,
                Some(partner) => Lens::of_partner(cx, asking.network, partner, now)?,
            };
            let answer = read(cx, &lens)?;
            Ok((answer, lens.take_seen()))
        })
        .await?;
    write_down(app, Looker::of(viewer, occasion, now), seen).await?;
    Ok(answer)
}

/// Reads as a partner sees, for whoever holds a link of its: somebody who is not signed in, and
/// whom the audit knows as nobody. Otherwise as [`read`].
pub async fn read_by_link<T, E>(
    app: &App,
    (network, organisation): (NetworkId, OrganisationId),
    read: impl FnOnce(&mut Cx<'_>, &Lens) -> Result<T, E> + Send + 'static,
) -> Result<T, Failure>
where
    T: Send + 'static,
    E: From<Fault> + Send + 'static,
    Failure: From<E>,
{
    let now = app.clock.now();
    let (answer, seen) = app
        .read(move |cx| -> Result<_, E> {
            let lens = Lens::of_partner(cx, network, organisation, now)?;
            let answer = read(cx, &lens)?;
            Ok((answer, lens.take_seen()))
        })
        .await?;
    let (person, eyes_of) = (None, None);
    let looker = Looker { network, organisation, person, eyes_of, what: "link", at: now };
    write_down(app, looker, seen).await?;
    Ok(answer)
}

impl Looker {
    const fn of(viewer: &Viewer, occasion: Occasion, at: TimeMs) -> Self {
        Self {
            network: viewer.network,
            organisation: viewer.organisation,
            person: Some(viewer.person),
            eyes_of: occasion.eyes_of,
            what: occasion.what,
            at,
        }
    }
}

/// Writes the glances of one request, in one transaction. Fails only if something sensitive was
/// seen; otherwise the failure is logged and the answer may be given.
async fn write_down(app: &App, looker: Looker, seen: Vec<Glance>) -> Result<(), Failure> {
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
        person.id = ?looker.person,
        what = looker.what,
        classes,
        is_refused,
        %fault,
        "could not write down who looked"
    );
    if is_refused { Err(Failure::NotWrittenDown) } else { Ok(()) }
}
