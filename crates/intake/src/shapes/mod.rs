//! What a row may be: the shapes, their fields, and the words that people use for them.
//!
//! The table of fields serves the automatic mapping of columns, the mapping page and the
//! documentation alike; [`Shape::item`] turns the mapped values of a row into what the record
//! takes in.

mod case_events;
mod cells;
mod customers;
mod orders;
mod organisations;
mod reviews;

use handfast_kit::TimeMs;
use handfast_record::{
    cases::Event,
    customers::Incoming,
    organisations::NewPartner,
    sales::{Line, Order, Payment, Review},
};

pub use cells::{Cells, Problem};

/// What each row of a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Shape {
    /// A customer as the organisation keeps it.
    Customers,
    /// The same, from an address book.
    Contacts,
    /// An order.
    Orders,
    /// A line of an order.
    OrderItems,
    /// A payment for an order.
    Payments,
    /// What a customer said of an order.
    Reviews,
    /// A product.
    Products,
    /// A partner of the brand.
    Partners,
    /// A step of a case.
    CaseEvents,
}

/// How the text of a field is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// As it is.
    Text,
    /// A mail address.
    Email,
    /// A phone number.
    Phone,
    /// A date with or without a time.
    Moment,
    /// An amount of money.
    Amount,
    /// A whole number.
    Count,
    /// One of these words.
    Word(&'static [&'static str]),
}

impl Kind {
    /// The kind's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Moment => "moment",
            Self::Amount => "amount",
            Self::Count => "count",
            Self::Word(_) => "word",
        }
    }
}

/// Whether a row can do without a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Each row has it.
    Always,
    /// A row may have it.
    Sometimes,
}

/// One field of a shape.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name in maps and in NDJSON.
    pub name: &'static str,
    /// How its text is understood.
    pub kind: Kind,
    /// Whether a row can do without it.
    pub need: Need,
    /// Other names that people give its column, the commonest first.
    pub words: &'static [&'static str],
    /// What it is, for the person who maps columns.
    pub help: &'static str,
}

const fn field(
    name: &'static str,
    kind: Kind,
    words: &'static [&'static str],
    help: &'static str,
) -> Field {
    Field { name, kind, need: Need::Sometimes, words, help }
}

const fn needed(
    name: &'static str,
    kind: Kind,
    words: &'static [&'static str],
    help: &'static str,
) -> Field {
    Field { name, kind, need: Need::Always, words, help }
}

/// What one row asks the record to take in.
#[derive(Debug, Clone)]
pub enum Item {
    /// A record of a customer, as of a moment if the row names one.
    Customer(Incoming, Option<TimeMs>),
    /// An order; its customer's record is made when it is not there yet and the row tells of it.
    Order(Order, Option<Incoming>),
    /// A line of an order, and the seller's reference if it names one.
    Line(ItemLine),
    /// A payment.
    Payment(Payment),
    /// A review.
    Review(Review),
    /// A product.
    Product {
        /// Its reference.
        product_ref: String,
        /// Its name; may be empty.
        name: String,
        /// Its category; may be empty.
        category: String,
    },
    /// A partner.
    Partner(NewPartner),
    /// A step of a case.
    Event(ItemEvent),
}

/// A step of a case; its customer's record is made when it is not there yet and the row tells of
/// it.
#[derive(Debug, Clone)]
pub struct ItemEvent {
    /// The step's own reference, if its source has one.
    pub event_ref: Option<String>,
    /// The step.
    pub event: Event,
    /// What the row tells of the customer.
    pub customer: Option<Incoming>,
}

/// A line whose seller is still a reference.
#[derive(Debug, Clone)]
pub struct ItemLine {
    /// Who sold it.
    pub seller: Seller,
    /// The line; its seller is filled in when it is stored.
    pub line: LineWithoutSeller,
}

/// Who sold a line, as its row says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Seller {
    /// The organisation whose file it is.
    Importer,
    /// The partner that the brand's files call so; the row is left out if there is none.
    Partner(String),
    /// The partner with this reference or name; the importer if there is none.
    PartnerIfKnown(String),
}

/// A line before its seller is looked up.
#[derive(Debug, Clone, PartialEq)]
pub struct LineWithoutSeller(Line);

impl LineWithoutSeller {
    /// The line, sold by `seller`.
    pub fn sold_by(&self, seller: handfast_kit::OrganisationId) -> Line {
        Line { seller, ..self.0.clone() }
    }
}

impl Shape {
    /// All shapes, in the order in which a folder of files should be taken in.
    pub const ALL: [Self; 9] = [
        Self::Partners,
        Self::Products,
        Self::Customers,
        Self::Contacts,
        Self::OrderItems,
        Self::Orders,
        Self::Payments,
        Self::Reviews,
        Self::CaseEvents,
    ];

    /// The shape's word, as on command lines.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Contacts => "contacts",
            Self::Orders => "orders",
            Self::OrderItems => "order-items",
            Self::Payments => "payments",
            Self::Reviews => "reviews",
            Self::Products => "products",
            Self::Partners => "partners",
            Self::CaseEvents => "case-events",
        }
    }

    /// The shape with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shape| shape.word() == word)
    }

    /// What a row of it is, in a sentence for whoever chooses.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Customers => "A row is a customer as you keep it, under your own reference.",
            Self::Contacts => "A row or card is a person or business of an address book.",
            Self::Orders => "A row is an order, with its promised and its actual delivery.",
            Self::OrderItems => "A row is a line of an order; lines may come before their order.",
            Self::Payments => "A row is a payment for an order.",
            Self::Reviews => "A row is what a customer said of an order, 1 to 5.",
            Self::Products => "A row is a product.",
            Self::Partners => "A row is a partner of the brand.",
            Self::CaseEvents => "A row is a step of a case: who had it, and where it stood.",
        }
    }

    /// Its fields.
    pub const fn fields(self) -> &'static [Field] {
        match self {
            Self::Customers => customers::CUSTOMERS,
            Self::Contacts => customers::CONTACTS,
            Self::Orders => orders::ORDERS,
            Self::OrderItems => orders::ORDER_ITEMS,
            Self::Payments => orders::PAYMENTS,
            Self::Reviews => reviews::FIELDS,
            Self::Products => organisations::PRODUCTS,
            Self::Partners => organisations::PARTNERS,
            Self::CaseEvents => case_events::FIELDS,
        }
    }

    /// Its field called `name`.
    pub fn field(self, name: &str) -> Option<&'static Field> {
        self.fields().iter().find(|field| field.name == name)
    }

    /// Whether only the brand may take it in: partners, for one, are not for partners to make.
    pub const fn is_for_brand_only(self) -> bool {
        matches!(self, Self::Partners | Self::Products)
    }

    /// What the mapped values of a row mean.
    pub fn item(self, cells: &Cells<'_>) -> Result<Item, Problem> {
        match self {
            Self::Customers => customers::customer(cells),
            Self::Contacts => customers::contact(cells),
            Self::Orders => orders::order(cells),
            Self::OrderItems => orders::item(cells),
            Self::Payments => orders::payment(cells),
            Self::Reviews => reviews::review(cells),
            Self::Products => organisations::product(cells),
            Self::Partners => organisations::partner(cells),
            Self::CaseEvents => case_events::event(cells),
        }
    }
}

impl Item {
    /// What names it within its organisation and shape; an event that has no reference of its own
    /// is named by its case alone, and told apart by its content.
    pub fn natural_key(&self) -> Vec<&str> {
        match self {
            Self::Customer(incoming, _) => vec![&incoming.external_ref],
            Self::Order(order, _) => vec![&order.order_ref],
            Self::Line(item) => vec![&item.line.0.order_ref, &item.line.0.line_ref],
            Self::Payment(payment) => vec![&payment.order_ref, &payment.payment_ref],
            Self::Review(review) => vec![&review.order_ref, &review.review_ref],
            Self::Product { product_ref, .. } => vec![product_ref],
            Self::Partner(partner) => vec![&partner.external_ref],
            Self::Event(step) => {
                let mut key = vec![step.event.case_ref.as_str()];
                key.extend(step.event_ref.as_deref());
                key
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_and_field_is_found_by_its_word_and_no_word_is_used_twice() {
        for shape in Shape::ALL {
            assert_eq!(Shape::named(shape.word()), Some(shape));
            let names = |field: &Field| {
                let names = field.words.iter().copied().chain([field.name]);
                names.map(crate::map::squeezed).collect::<std::collections::BTreeSet<_>>()
            };
            let mut words: Vec<String> = shape.fields().iter().flat_map(names).collect();
            words.sort();
            let twice = words.windows(2).find(|two| two[0] == two[1]);
            assert_eq!(twice, None, "two fields of {}", shape.word());
        }
    }
}
