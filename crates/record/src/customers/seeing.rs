//! A customer as its viewer sees it: one, or those of a page at once.

use std::{cmp::Reverse, collections::HashMap};

use handfast_db::{Cx, Fault};
use handfast_kit::{OrganisationId, Uuid};

use super::{Customer, Record, golden, rules, store};
use crate::{
    CustomerId, organisations,
    sharing::{Lens, Sight, Who},
};

/// The customer that is looked at.
pub(super) fn seen(cx: &mut Cx<'_>, lens: &Lens, sight: Sight) -> Result<Customer, Fault> {
    let records = store::records(cx, lens.network(), sight.customer())?;
    let records = projected(cx, lens, &sight, records)?;
    let trusted = trusted(cx, lens, records.iter())?;
    Ok(chosen(sight, records, &trusted))
}

/// As [`seen`], of many at once.
pub(super) fn seen_each(
    cx: &mut Cx<'_>,
    lens: &Lens,
    sights: Vec<Sight>,
) -> Result<Vec<Customer>, Fault> {
    let customers: Vec<CustomerId> = sights.iter().map(Sight::customer).collect();
    let mut records: HashMap<CustomerId, Vec<Record>> = HashMap::new();
    for record in store::records_of_each(cx, lens.network(), &customers)? {
        records.entry(record.customer).or_default().push(record);
    }
    let of_each = sights.iter().map(|sight| {
        let records = records.get(&sight.customer()).cloned().unwrap_or_default();
        (sight, records)
    });
    let of_each = projected_each(cx, lens, of_each.collect())?;
    let trusted = trusted(cx, lens, of_each.iter().flatten())?;
    let whole = |(sight, records)| chosen(sight, records, &trusted);
    Ok(sights.into_iter().zip(of_each).map(whole).collect())
}

fn chosen(sight: Sight, records: Vec<Record>, trusted: &golden::Trusted) -> Customer {
    let chosen = golden::choose(&records, trusted);
    Customer { id: sight.known_as(), chosen, records, sight }
}

/// Whose word counts more to this viewer. Whether others signed is the brand's to know.
pub(super) fn trusted<'a>(
    cx: &mut Cx<'_>,
    lens: &Lens,
    records: impl Iterator<Item = &'a Record>,
) -> Result<golden::Trusted, Fault> {
    if lens.is_whole() {
        return store::trusted(cx, lens.network(), records);
    }
    let brand = Some(organisations::brand_id(lens.network()));
    Ok(golden::Trusted { brand, ..golden::Trusted::default() })
}

/// The records as the viewer may see them; those of which nothing is seen are left out.
pub(super) fn projected(
    cx: &mut Cx<'_>,
    lens: &Lens,
    sight: &Sight,
    records: Vec<Record>,
) -> Result<Vec<Record>, Fault> {
    let mut of_each = projected_each(cx, lens, vec![(sight, records)])?;
    Ok(of_each.pop().unwrap_or_default())
}

/// As [`projected`], of many customers at once, each with its records.
fn projected_each(
    cx: &mut Cx<'_>,
    lens: &Lens,
    of_each: Vec<(&Sight, Vec<Record>)>,
) -> Result<Vec<Vec<Record>>, Fault> {
    if lens.is_whole() && of_each.iter().all(|(sight, _)| sight.is_whole()) {
        return Ok(of_each.into_iter().map(|(_, records)| records).collect());
    }
    let seen = |(sight, records): (&Sight, Vec<Record>)| -> Vec<(Record, bool)> {
        let projected = |record| rules::projected(sight, lens.organisation(), record);
        records.into_iter().filter_map(projected).collect()
    };
    let of_each: Vec<Vec<(Record, bool)>> = of_each.into_iter().map(seen).collect();
    let hidden = of_each.iter().flatten().filter(|(_, is_named)| !is_named);
    let hidden: Vec<OrganisationId> = hidden.map(|(record, _)| record.organisation).collect();
    let veils = organisations::veils(cx, lens.network(), hidden)?;
    let veil = |(mut record, is_named): (Record, bool)| {
        if !is_named {
            record.by = Who::Veiled(veils[&record.organisation].clone());
            record.organisation = OrganisationId::from_uuid(Uuid::nil());
            record.external_ref.clear();
        }
        record
    };
    let veiled = |seen: Vec<(Record, bool)>| {
        let mut seen: Vec<Record> = seen.into_iter().map(veil).collect();
        // What changed out of sight moves no record.
        seen.sort_by_key(|record| (Reverse(record.updated), record.id));
        seen
    };
    Ok(of_each.into_iter().map(veiled).collect())
}
