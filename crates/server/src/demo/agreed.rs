//! What Aurora signed with its partners, and what a workshop asks for.

use anyhow::{Context, Result};
use handfast_db::Tx;
use handfast_kit::{NetworkId, OrganisationId, TimeMs};
use handfast_record::{
    CustomerId, agreements,
    agreements::Guests,
    customers, organisations, requests,
    sharing::{Author, Class, Lens, SystemReason},
};

use super::stage::{Ago, Stage};

/// A partner with whom nothing is signed yet: it sees what it wrote itself.
const UNSIGNED: &str = "northgate";
/// A partner whose agreement was signed anew: the first version stays readable.
const RENEWED: &str = "torque";

/// Signs an agreement of each partner's kinds with all but one of them.
pub(super) fn sign(stage: &Stage) -> Result<()> {
    let page = stage.db.read(|cx| organisations::partners(cx, stage.network, None, 200))?;
    let author = stage.author("brand", Some("ellen.marsh@aurora.example"))?;
    for partner in page.items {
        if partner.external_ref == UNSIGNED {
            continue;
        }
        let known = stage.db.read(|cx| agreements::last(cx, stage.network, partner.id))?;
        let versions = if partner.external_ref == RENEWED { 2 } else { 1 };
        for version in known.map_or(0, |known| known.version)..versions {
            let told = stage.clone();
            let (id, kinds) = (partner.id, partner.kinds.clone());
            stage.db.write(move |tx| {
                let at = told.at(Ago(310 * (versions - version) as i32, 10, 0));
                let mut draft = agreements::preset(&kinds, told.zone.day_of(at));
                // The first version of the two asked the customer of every guest.
                draft.guests = if version + 1 < versions { Guests::Asked } else { Guests::Open };
                agreements::sign(tx, &author, at, id, &draft, version).map(|_| ())
            })?;
        }
    }
    Ok(())
}

/// The workshop that has Maya's motor asks what it may know of the price.
pub(super) fn ask(stage: &Stage, tx: &mut Tx<'_>, (priya, ines): (&Author, &Author)) -> Result<()> {
    let (network, harbour) = (stage.network, ines.organisation_id());
    let brand = priya.organisation_id();
    let lens = Lens::system(network, brand, SystemReason::Demo);
    let maya = customers::by_reference(tx, &lens, brand, "AUR-C-20418")?;
    let maya = maya.context("the story misses Maya")?.id;
    request(tx, ines, stage.at(Ago(0, 9, 5)), (network, harbour, maya))
}

fn request(
    tx: &mut Tx<'_>,
    ines: &Author,
    at: TimeMs,
    (network, harbour, maya): (NetworkId, OrganisationId, CustomerId),
) -> Result<()> {
    let lens = Lens::of_partner(tx, network, harbour, at)?;
    let why = "The controller may be under warranty: what was paid for it decides who pays.";
    let asked = requests::ask(tx, &lens, ines, at, maya, (&[Class::Price], why));
    match asked {
        Ok(_) | Err(requests::Error::AlreadyAsked) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
