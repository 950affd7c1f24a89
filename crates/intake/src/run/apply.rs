//! One item of a row, stored: where files meet the record.

use std::collections::BTreeMap;

use handfast_db::{Fault, Tx};
use handfast_kit::{OrganisationId, TimeMs, Zone};
use handfast_record::{
    cases, customers, organisations,
    sales::{self, Applied},
    sharing::Author,
};
use handfast_web::Side;

use crate::shapes::{Item, Seller};

/// In whose name, and as of when, items are stored.
#[derive(Debug, Clone)]
pub(super) struct Writer {
    pub(super) author: Author,
    pub(super) side: Side,
    /// The network's zone, whose calendar days count.
    pub(super) zone: Zone,
    /// When the file said so, where its rows do not say it themselves.
    pub(super) as_of: TimeMs,
}

/// Who sells under which reference; looked up once for many rows.
pub(super) type Sellers = BTreeMap<Seller, OrganisationId>;

/// Why an item is not stored.
#[derive(Debug)]
pub(super) enum Refused {
    /// The row's own fault: it goes to the rejects.
    Row(String),
    /// The database's.
    Fault(Fault),
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<customers::Error> for Refused {
    fn from(error: customers::Error) -> Self {
        match error {
            customers::Error::Fault(fault) => Self::Fault(fault),
            other => Self::Row(other.to_string()),
        }
    }
}

impl From<sales::Error> for Refused {
    fn from(error: sales::Error) -> Self {
        match error {
            sales::Error::Fault(fault) => Self::Fault(fault),
            other => Self::Row(other.to_string()),
        }
    }
}

impl From<cases::Error> for Refused {
    fn from(error: cases::Error) -> Self {
        match error {
            cases::Error::Fault(fault) => Self::Fault(fault),
            unknown @ cases::Error::UnknownCustomer(_) => Self::Row(unknown.to_string()),
        }
    }
}

impl From<organisations::Error> for Refused {
    fn from(error: organisations::Error) -> Self {
        match error {
            organisations::Error::Fault(fault) => Self::Fault(fault),
            other => Self::Row(other.to_string()),
        }
    }
}

/// Stores one item; says whether that changed anything.
pub(super) fn apply(
    tx: &mut Tx<'_>,
    writer: &Writer,
    sellers: &mut Sellers,
    now: TimeMs,
    item: &Item,
) -> Result<Applied, Refused> {
    let author = &writer.author;
    match item {
        Item::Customer(incoming, updated) => {
            let as_of = updated.unwrap_or(writer.as_of);
            Ok(received(customers::receive(tx, author, as_of, now, incoming)?))
        }
        Item::Order(order, customer) => {
            make_customer(tx, writer, now, customer.as_ref())?;
            Ok(sales::order(tx, author, &writer.zone, (writer.as_of, now), order)?)
        }
        Item::Line(item) => {
            let seller = seller(tx, writer, sellers, &item.seller)?;
            Ok(sales::line(tx, author, now, &item.line.sold_by(seller))?)
        }
        Item::Payment(payment) => Ok(sales::payment(tx, author, now, payment)?),
        Item::Review(review) => Ok(sales::review(tx, author, now, review)?),
        Item::Product { product_ref, name, category } => {
            Ok(sales::product(tx, author.network(), author, product_ref, name, category)?)
        }
        Item::Partner(partner) => {
            if organisations::by_ref(tx, author.network(), &partner.external_ref)?.is_some() {
                return Ok(Applied::Same);
            }
            organisations::add_partner(tx, author.network(), partner, now)?;
            Ok(Applied::Stored)
        }
        Item::Event(step) => {
            make_customer(tx, writer, now, step.customer.as_ref())?;
            cases::event(tx, author, now, &step.event)?;
            Ok(Applied::Stored)
        }
    }
}

const fn received(received: customers::Received) -> Applied {
    match received {
        customers::Received::Same(..) => Applied::Same,
        customers::Received::New(..) | customers::Received::Changed(..) => Applied::Stored,
    }
}

/// Writes down a customer whom nobody wrote down yet. A known one stays as its own file says.
fn make_customer(
    tx: &mut Tx<'_>,
    writer: &Writer,
    now: TimeMs,
    customer: Option<&customers::Incoming>,
) -> Result<(), Refused> {
    let Some(customer) = customer else { return Ok(()) };
    if customers::own_record(tx, &writer.author, &customer.external_ref)?.is_none() {
        let as_of = customer.since.unwrap_or(writer.as_of);
        customers::receive(tx, &writer.author, as_of, now, customer)?;
    }
    Ok(())
}

fn seller(
    tx: &mut Tx<'_>,
    writer: &Writer,
    sellers: &mut Sellers,
    seller: &Seller,
) -> Result<OrganisationId, Refused> {
    let own = writer.author.organisation_id();
    if *seller == Seller::Importer {
        return Ok(own);
    }
    if let Some(known) = sellers.get(seller) {
        return Ok(*known);
    }
    let network = writer.author.network();
    let found = match seller {
        Seller::Importer => Some(own),
        Seller::Partner(reference) => organisations::by_ref(tx, network, reference)?.map(|o| o.id),
        Seller::PartnerIfKnown(name) => {
            let known = match organisations::by_ref(tx, network, name)? {
                Some(known) => Some(known),
                None => organisations::by_name(tx, network, name)?,
            };
            // A partner writes as itself, whatever its file calls the seller.
            let id = known.map_or(own, |known| known.id);
            Some(if writer.side == Side::Brand { id } else { own })
        }
    };
    let id = match (found, writer.side) {
        (Some(id), Side::Brand) => id,
        (Some(id), Side::Partner) if id == own => id,
        // Also for a partner that is there: whether it is, is not for another partner to learn.
        (_, Side::Partner) => {
            let reason = "you may take in what you sold yourself; leave the seller empty or give \
                your own reference";
            return Err(Refused::Row(reason.to_owned()));
        }
        (None, Side::Brand) => {
            let name = match seller {
                Seller::Partner(name) | Seller::PartnerIfKnown(name) => name.as_str(),
                Seller::Importer => "",
            };
            let reason = format!(
                "no partner with the reference {name:?} is known here: take in the partners \
                 first, then this row again"
            );
            return Err(Refused::Row(reason));
        }
    };
    sellers.insert(seller.clone(), id);
    Ok(id)
}
