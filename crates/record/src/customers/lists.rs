//! Many customers at once: by name, and found by words.

use handfast_db::{Cx, Fault};
use handfast_kit::{Cursor, Id, OrganisationId, Page, fold};

use super::{PAGE_MAX, Row, found_at, golden, projected, rules, store, trusted};
use crate::{
    search,
    sharing::{Class, Lens, Sight},
    touches,
};

/// Customers that the viewer sees, by name, up to `limit` (at most [`PAGE_MAX`]) after `after`: for
/// a partner, those it has a record of, and those whose name it sees. With `of`, only
/// those of whom that organisation has a record; a partner may ask for none but its own.
pub fn list(
    cx: &mut Cx<'_>,
    lens: &Lens,
    of: Option<OrganisationId>,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<Page<Row>, Fault> {
    let limit = limit.clamp(1, PAGE_MAX);
    let (key, id) = rules::place_of(after);
    // Lists are in the order of where customers stand; a viewer may know them by another id.
    let id = store::standing(cx, lens.network(), id)?.unwrap_or(id);
    let mut rows = match (lens.own_only(), of) {
        (Some(own), Some(asked)) if own != asked => return Ok(Page { items: vec![], next: None }),
        (Some(_), None) => store::list_of_partner(cx, lens, &key, id, limit + 1)?,
        (_, Some(organisation)) => store::list_of(cx, lens, organisation, &key, id, limit + 1)?,
        (None, None) => store::list(cx, lens, &key, id, limit + 1)?,
    };
    for row in &mut rows {
        let sight = lens.sight(cx, row.id)?;
        if !sight.is_whole() {
            named(cx, lens, &sight, row)?;
        }
        row.last = touches::last(cx, lens, &sight)?;
        row.id = sight.known_as();
    }
    let page =
        Page::of(rows, limit, |row| Cursor::after([row.sort_key.clone(), row.id.to_string()]));
    lens.saw_list(Class::Identity.bit() | Class::Address.bit(), page.items.len());
    Ok(page)
}

/// Fills in the name and place of a row as its viewer may know them: the name as the viewer's own
/// record has it, by which its list is in order, else the customer's.
fn named(cx: &mut Cx<'_>, lens: &Lens, sight: &Sight, row: &mut Row) -> Result<(), Fault> {
    let records = store::records(cx, lens.network(), row.id)?;
    let records = projected(cx, lens, sight, records)?;
    let own = records.iter().find(|record| record.organisation == lens.organisation());
    let own = own.map(|record| match record.details.name.as_str() {
        "" => record.external_ref.clone(),
        name => name.to_owned(),
    });
    let chosen = golden::choose(&records, &trusted(cx, lens, records.iter())?);
    row.name = own.or(chosen.name.map(|name| name.text)).unwrap_or_default();
    row.place = chosen.place.map(|place| place.text).unwrap_or_default();
    Ok(())
}

/// Customers found by the beginnings of words in their records and touches, at most `limit`: those
/// whose name has all the words first, each group by name. Finds only by what the viewer sees.
pub fn search(
    cx: &mut Cx<'_>,
    lens: &Lens,
    question: &str,
    limit: usize,
) -> Result<Vec<Row>, Fault> {
    let mut rows = Vec::new();
    for subject in search::find(cx, lens, question, limit)? {
        // A case that names nobody is found too, but is not a customer.
        if let Some(customer) = found_at(cx, lens, Id::as_kind(subject))? {
            let place = customer.chosen.place.as_ref();
            rows.push(Row {
                id: customer.id,
                name: customer.name().to_owned(),
                place: place.map_or(String::new(), |place| place.text.clone()),
                last: touches::last(cx, lens, &customer.sight)?,
                sort_key: fold(customer.name()),
            });
        }
    }
    rows.sort_by_cached_key(|row| rules::rank(question, row));
    lens.saw_list(Class::Identity.bit() | Class::Address.bit(), rows.len());
    Ok(rows)
}

/// How many customers [`list`] has.
pub fn count(cx: &mut Cx<'_>, lens: &Lens, of: Option<OrganisationId>) -> Result<i64, Fault> {
    match (lens.own_only(), of) {
        (Some(own), Some(asked)) if own != asked => Ok(0),
        (Some(_), None) => store::count_of_partner(cx, lens),
        (_, Some(asked)) => store::count_of(cx, lens.network(), asked),
        (None, None) => store::count(cx, lens.network()),
    }
}
