//! Who is who on one customer's page.

use std::collections::{BTreeSet, HashMap};

use handfast_db::{Cx, Fault};
use handfast_kit::{NetworkId, OrganisationId, PersonId};
use handfast_record::{
    customers::{Chosen, Customer, Party, Record, Value},
    organisations, people,
    sharing::Who,
};

pub(crate) use crate::reasons::possessive;

/// Names for everybody whom a page mentions.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    organisations: HashMap<OrganisationId, String>,
    people: HashMap<PersonId, String>,
    brand: Option<OrganisationId>,
    /// What the customer is called within a sentence.
    pub(crate) customer: String,
}

/// An organisation as a page names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Organisation {
    /// Its name.
    pub(crate) name: String,
    /// Which mark it has: `us` for the brand, `veil` for one whose name is hidden.
    pub(crate) kind: &'static str,
}

impl Names {
    /// Looks the names up. `customer` is what the customer is called within a sentence.
    pub(crate) fn read(
        cx: &mut Cx<'_>,
        network: NetworkId,
        customer: String,
        organisations: BTreeSet<OrganisationId>,
        people: BTreeSet<PersonId>,
    ) -> Result<Self, Fault> {
        Ok(Self {
            organisations: organisations::names(cx, network, organisations)?,
            people: people::names(cx, people)?,
            brand: organisations::brand(cx, network)?.map(|brand| brand.id),
            customer,
        })
    }

    /// What the organisations are called.
    pub(crate) const fn organisations(&self) -> &HashMap<OrganisationId, String> {
        &self.organisations
    }

    pub(crate) fn organisation(&self, id: OrganisationId) -> Organisation {
        let name = self.organisations.get(&id).cloned();
        Organisation {
            name: name.unwrap_or_else(|| "another partner".to_owned()),
            kind: if self.brand == Some(id) { "us" } else { "" },
        }
    }

    /// An organisation as the viewer may know it.
    pub(crate) fn who(&self, who: &Who) -> Organisation {
        match who {
            Who::Named(id) => self.organisation(*id),
            Who::Veiled(words) => Organisation { name: words.clone(), kind: "veil" },
        }
    }

    pub(crate) fn person(&self, id: Option<PersonId>) -> Option<&str> {
        id.and_then(|id| self.people.get(&id)).map(String::as_str)
    }
}

/// What a customer's page is called.
pub(crate) fn title(customer: &Customer) -> String {
    match customer.name() {
        "" => "A customer".to_owned(),
        name => name.to_owned(),
    }
}

/// What a customer is called within a sentence: `Maya`, a business by its whole name, and `this
/// customer` when nobody gave a name.
pub(crate) fn short_name(customer: &Customer) -> String {
    called(&customer.chosen, &customer.records)
}

fn called(chosen: &Chosen, records: &[Record]) -> String {
    let Some(Value { text: name, source, .. }) = &chosen.name else {
        return "this customer".to_owned();
    };
    let record = records.iter().find(|record| record.id == source.record);
    match record.map(|record| &record.details) {
        Some(details) if details.party == Party::Business => name.clone(),
        Some(details) if !details.given_name.is_empty() => details.given_name.clone(),
        // A source without names numbers its customers: "Customer 8f3a" is no first name.
        _ if name.contains(|c: char| c.is_ascii_digit()) => name.clone(),
        _ => name.split_whitespace().next().unwrap_or(name).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use handfast_kit::{Id, TimeMs};
    use handfast_record::customers::{Details, Source, Statements, Why};

    use super::*;

    /// What is chosen from one record with these details, and that record.
    fn chosen(details: Details) -> (Chosen, Record) {
        let (id, organisation) = (Id::random(), Id::random());
        let by = Who::Named(organisation);
        let name = (!details.name.is_empty()).then(|| Value {
            text: details.name.clone(),
            source: Source { record: id, by, is_brand: true, said: TimeMs(0), confirmed: None },
            why: Why::Alone,
            others: Vec::new(),
        });
        let record = Record {
            id,
            customer: Id::random(),
            organisation,
            by: Who::Named(organisation),
            external_ref: "AC-1".to_owned(),
            details,
            since: TimeMs(0),
            updated: TimeMs(0),
            version: 1,
            statements: Statements::default(),
        };
        (Chosen { name, ..Chosen::default() }, record)
    }

    #[test]
    fn a_person_is_called_by_the_first_name_and_a_business_by_its_own() {
        let details = |name: &str, given: &str, party| Details {
            name: name.to_owned(),
            given_name: given.to_owned(),
            party,
            ..Details::default()
        };
        for (details, short) in [
            (details("Maya Okafor", "", Party::Person), "Maya"),
            (details("Okafor, Maya", "Maya", Party::Person), "Maya"),
            (details("Harbour Couriers Ltd", "", Party::Business), "Harbour Couriers Ltd"),
            (details("Customer 8f3a", "", Party::Person), "Customer 8f3a"),
            (details("", "", Party::Person), "this customer"),
        ] {
            let (chosen, record) = chosen(details);
            assert_eq!(called(&chosen, &[record]), short);
        }
    }
}
