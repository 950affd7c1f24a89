//! What the customer confirmed: ticked on the page by whoever spoke with the customer.

use std::collections::BTreeMap;

use axum::{extract::State, http::Method, response::Response};
use handfast_record::{
    CustomerId, RecordId,
    customers::{self, Error, Field, Record, Source, Why},
    sharing::{Author, Lens},
};
use handfast_web::{Access, App, Failure, Flash, Form, Path, Route, Viewer, page, see_other};

use super::identity::{self, Known};
use crate::words;

pub(super) const SAVED: Flash = Flash::new("confirmed", "What was confirmed is saved.");
pub(super) const NOTHING: Flash =
    Flash::new("nothing-ticked", "Nothing was ticked, so nothing was saved.");

/// Most values that are offered of one field.
const OFFERED_MAX: usize = 5;

/// The form, for who may send it.
#[derive(Debug, Clone)]
pub(crate) struct Confirming {
    /// `What Maya confirmed`.
    pub(crate) title: String,
    /// What the customer is called within a sentence.
    pub(crate) customer: String,
    pub(crate) values: Vec<Offered>,
}

/// A value that the customer may have confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offered {
    /// The field, the record, and the version that is on the page.
    pub(crate) key: String,
    /// `Phone: 07700 900123`.
    pub(crate) text: String,
    /// `Aurora Cycles, 12 March`.
    pub(crate) from: String,
}

pub(super) fn routes() -> Vec<Route> {
    vec![page(Method::POST, "/customers/{id}/confirmations", Access::Worker, save)]
}

/// The values that this viewer may say the customer confirmed: the brand what stands and what
/// differs, a partner what its own record says. `None` if there are none.
pub(super) fn of(known: &Known<'_>, viewer: &Viewer) -> Option<Confirming> {
    let values = Field::ALL.into_iter().flat_map(|field| offered(known, viewer, field));
    let values: Vec<Offered> = values.collect();
    let customer = known.names.customer.clone();
    let title = format!("What {customer} confirmed");
    (!values.is_empty()).then_some(Confirming { title, customer, values })
}

fn offered(known: &Known<'_>, viewer: &Viewer, field: Field) -> Vec<Offered> {
    let customer = known.customer;
    let Some(value) = customer.chosen.of(field) else { return Vec::new() };
    let own = |record: &&Record| record.organisation == viewer.organisation;
    let told = value.others.iter().map(|other| &other.source);
    let told = [&value.source].into_iter().chain(told);
    let record_of = |source: &Source| customer.records.iter().find(|one| one.id == source.record);
    let mut records: Vec<&Record> =
        told.filter_map(record_of).filter(|one| viewer.is_brand() || own(one)).collect();
    if records.is_empty() {
        // What stands is in another's record, and its own says the same.
        records.extend(customer.records.iter().filter(own).find(|one| !one.said(field).is_empty()));
    }
    records.truncate(OFFERED_MAX);
    let offer = |record: &Record| {
        let statement = record.statements.of(field);
        let source = Source {
            record: record.id,
            by: record.by.clone(),
            is_brand: false,
            said: statement.said,
            confirmed: statement.confirmed,
        };
        let from = known.origin(&source, Why::Alone);
        Offered {
            key: format!("{}.{}.{}", field.word(), record.id, record.version),
            text: format!("{}: {}", identity::label(field), record.said(field)),
            from: format!("{}, {}", from.organisation.name, from.how),
        }
    };
    records.into_iter().map(offer).collect()
}

/// What was ticked: of each record the version that was on the page, and the fields.
fn ticked(fields: Vec<(String, String)>) -> Option<BTreeMap<(RecordId, i64), Vec<Field>>> {
    let mut ticked: BTreeMap<_, Vec<Field>> = BTreeMap::new();
    for (_, key) in fields.into_iter().filter(|(name, _)| name == "confirmed") {
        let mut parts = key.split('.');
        let field = Field::named(parts.next()?)?;
        let (record, version) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        ticked.entry((record, version)).or_default().push(field);
    }
    Some(ticked)
}

async fn save(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<CustomerId>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let unreadable = || Failure::Unreadable("this form is not one of the page's".to_owned());
    let ticked = ticked(fields).ok_or_else(unreadable)?;
    let flash = if ticked.is_empty() { NOTHING } else { SAVED };
    let (author, now) = (Author::of(&viewer), app.clock.now());
    app.write(move |tx| -> Result<_, Failure> {
        let lens = Lens::of(tx, &viewer, now)?;
        customers::look(tx, &lens, id)?.ok_or(Failure::NotFound)?;
        for ((record, version), fields) in &ticked {
            let place = (id, *record);
            customers::confirm(tx, &lens, &author, now, place, Some(*version), fields)
                .map_err(refused)?;
        }
        Ok(())
    })
    .await?;
    Ok(see_other(&flash.at(&format!("/customers/{id}"))))
}

fn refused(error: Error) -> Failure {
    match error {
        Error::VersionWrong(_) | Error::NothingSaid(_) => Failure::Conflict(
            "A record was changed after you opened the page, so nothing was saved. Open the page \
             again, and tick what is still so."
                .to_owned(),
        ),
        Error::NotFound => Failure::NotFound,
        Error::Fault(fault) => fault.into(),
        other => Failure::Conflict(words::sentence(&other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_ticked_is_read_record_by_record() {
        let record = RecordId::random();
        let tick = |field: &str| ("confirmed".to_owned(), format!("{field}.{record}.3"));
        let csrf = ("csrf".to_owned(), "x".to_owned());
        let read = ticked(vec![csrf, tick("phone"), tick("address")]).unwrap();
        assert_eq!(read[&(record, 3)], [Field::Phone, Field::Address]);
        assert!(ticked(Vec::new()).unwrap().is_empty());
        assert!(ticked(vec![tick("shoe size")]).is_none());
    }
}
