//! Who was not told of a change, and why.

use std::collections::HashMap;

use handfast_db::{Cx, Fault};
use handfast_kit::OrganisationId;
use handfast_record::{
    entrusting,
    sharing::{self, Author, Class, Lens, Reason, Sight},
};

use crate::obligations::{
    store::{Stored, StoredChange},
    types::{NotTold, WhyNot},
};

/// Who has to do with the customer now, and is not obliged.
pub(super) fn of(
    cx: &mut Cx<'_>,
    lens: &Lens,
    sight: &Sight,
    (change, rows): (&StoredChange, &[Stored]),
) -> Result<Vec<NotTold>, Fault> {
    let (network, customer) = (lens.network(), sight.customer());
    let author = Author::organisation(network, lens.organisation());
    let mut tied = entrusting::tied(cx, &author, customer, lens.now())?;
    tied.retain(|tied| rows.iter().all(|row| row.organisation != *tied));
    if tied.is_empty() {
        return Ok(Vec::new());
    }
    let sights = sharing::sights(cx, network, customer, lens.now())?;
    let sights: HashMap<OrganisationId, Sight> =
        sights.into_iter().map(|sight| (sight.organisation(), sight)).collect();
    let class = change.changed.class();
    let not_told = |organisation| NotTold {
        organisation,
        why: if organisation == change.organisation {
            WhyNot::ToldUs
        } else {
            why(sights.get(&organisation), class)
        },
    };
    Ok(tied.into_iter().map(not_told).collect())
}

fn why(sight: Option<&Sight>, class: Class) -> WhyNot {
    let Some(sight) = sight else { return WhyNot::NoAgreement };
    match sight.why(class, None).reason {
        Reason::Objected | Reason::NotConsented(_) => WhyNot::Objected,
        Reason::Frozen => WhyNot::Frozen,
        Reason::NoAgreement => WhyNot::NoAgreement,
        Reason::NoTie | Reason::BeforeTie(_) => WhyNot::NoTie,
        Reason::NotGranted | Reason::Audience => WhyNot::NotShown,
        Reason::Brand | Reason::Own | Reason::Granted(..) | Reason::Allowed(_) => WhyNot::Later,
    }
}
