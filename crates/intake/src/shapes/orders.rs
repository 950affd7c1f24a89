//! Orders, their lines and their payments.

use handfast_kit::OrganisationId;
use handfast_record::{
    customers::{Details, Incoming},
    sales::{Line, Order, Payment},
};

use super::{
    Cells, Field, Item, ItemLine, Kind, LineWithoutSeller, Problem, Seller, field, needed,
};

const ORDER: &[&str] = &["order_id", "order_ref", "order_number", "order_no", "order_name"];

pub(super) const ORDERS: &[Field] = &[
    needed("order", Kind::Text, ORDER, "Your reference of the order."),
    needed(
        "customer",
        Kind::Text,
        &["customer_id", "customer_ref", "customer_number", "contact_id"],
        "Your reference of the customer, as in the file of customers.",
    ),
    needed(
        "ordered",
        Kind::Moment,
        &["ordered_at", "order_date", "order_purchase_timestamp", "created_at", "date"],
        "When it was placed.",
    ),
    field("status", Kind::Text, &["order_status", "state", "stage"], "Where it stands."),
    field(
        "handed_over",
        Kind::Moment,
        &["shipped_at", "shipped", "order_delivered_carrier_date", "fulfilled_at", "ship_date"],
        "When the goods went to the carrier.",
    ),
    field(
        "promised",
        Kind::Moment,
        &["promised_at", "order_estimated_delivery_date", "due_date", "delivery_date", "eta"],
        "When they were promised; the whole day keeps the promise.",
    ),
    field(
        "delivered",
        Kind::Moment,
        &["delivered_at", "order_delivered_customer_date", "received_at"],
        "When they arrived.",
    ),
    field("currency", Kind::Text, &["currency_code"], "The currency, like EUR."),
    field(
        "customer_key",
        Kind::Text,
        &["customer_unique_id"],
        "A key that was verified to name one person.",
    ),
    field("customer_name", Kind::Text, &["buyer", "buyer_name", "ship_to"], "Who ordered."),
    field("customer_email", Kind::Email, &["email", "buyer_email"], "The buyer's mail address."),
    field("customer_phone", Kind::Phone, &["phone", "buyer_phone"], "The buyer's phone number."),
    field("street", Kind::Text, &["address", "shipping_address"], "Where it goes: the street."),
    field("postcode", Kind::Text, &["zip", "postal_code", "shipping_zip"], "The postcode."),
    field("city", Kind::Text, &["town", "shipping_city"], "The town."),
    field("region", Kind::Text, &["province", "shipping_province"], "The state or province."),
    field("country", Kind::Text, &["country_code", "shipping_country"], "The country."),
];

pub(super) const ORDER_ITEMS: &[Field] = &[
    needed("order", Kind::Text, ORDER, "Your reference of the order."),
    needed(
        "line",
        Kind::Text,
        &["order_item_id", "line_number", "line_no", "position", "item"],
        "The line's number or reference within the order.",
    ),
    field(
        "seller",
        Kind::Text,
        &["seller_id", "vendor", "partner", "supplier"],
        "The partner who sold it, as the brand calls it; you, when empty.",
    ),
    field(
        "seller_if_known",
        Kind::Text,
        &["seller_name"],
        "The same, by reference or name; you, when there is no such partner.",
    ),
    field("product", Kind::Text, &["product_id", "sku", "article"], "The product's reference."),
    field("title", Kind::Text, &["product_name", "name", "description"], "What it is."),
    field("category", Kind::Text, &["product_category"], "Its category."),
    field("quantity", Kind::Count, &["qty", "amount_ordered", "pieces"], "How many; 1 when empty."),
    field("price", Kind::Amount, &["line_price", "amount", "total"], "The price of the line."),
    field("unit_price", Kind::Amount, &["price_each"], "The price of one, instead of the line's."),
    field("freight", Kind::Amount, &["freight_value", "shipping"], "The freight of the line."),
    field("currency", Kind::Text, &["currency_code"], "The currency, like EUR."),
    field(
        "hand_over_due",
        Kind::Moment,
        &["shipping_limit_date", "ship_by"],
        "Until when it must be with the carrier.",
    ),
];

pub(super) const PAYMENTS: &[Field] = &[
    needed("order", Kind::Text, ORDER, "Your reference of the order."),
    needed(
        "payment",
        Kind::Text,
        &["payment_id", "payment_sequential", "payment_ref", "transaction_id"],
        "The payment's number or reference within the order.",
    ),
    field("method", Kind::Text, &["payment_type", "payment_method"], "How it was paid."),
    needed("amount", Kind::Amount, &["payment_value", "value", "total"], "How much."),
    field("currency", Kind::Text, &["currency_code"], "The currency, like EUR."),
    field("paid", Kind::Moment, &["paid_at", "payment_date", "date"], "When."),
];

pub(super) fn order(cells: &Cells<'_>) -> Result<Item, Problem> {
    let customer_ref = cells.reference("customer")?;
    let customer = buyer(cells, &customer_ref)?;
    let order = Order {
        order_ref: cells.reference("order")?,
        customer_ref,
        status: cells.text("status"),
        ordered: cells.needed_moment("ordered")?,
        handed_over: cells.moment("handed_over")?,
        promised: cells.moment("promised")?,
        delivered: cells.moment("delivered")?,
        currency: cells.text("currency").to_uppercase(),
    };
    let customer = customer.map(|customer| Incoming { since: Some(order.ordered), ..customer });
    Ok(Item::Order(order, customer))
}

fn buyer(cells: &Cells<'_>, external_ref: &str) -> Result<Option<Incoming>, Problem> {
    let details = Details {
        name: cells.text("customer_name"),
        email: cells.email("customer_email")?,
        phone: cells.phone("customer_phone"),
        street: cells.text("street"),
        postcode: cells.text("postcode"),
        city: cells.text("city"),
        region: cells.text("region"),
        country: cells.text("country"),
        ..Details::default()
    };
    let person_key = cells.some("customer_key");
    let tells = details != Details::default() || person_key.is_some();
    let external_ref = external_ref.to_owned();
    Ok(tells.then_some(Incoming { external_ref, person_key, details, since: None }))
}

pub(super) fn item(cells: &Cells<'_>) -> Result<Item, Problem> {
    let currency = cells.text("currency").to_uppercase();
    let quantity = cells.count("quantity")?.unwrap_or(1);
    if quantity < 0 {
        let reason = "a quantity is not below zero".to_owned();
        return Err(Problem { field: "quantity", reason });
    }
    let unit = cells.amount("unit_price", &currency)?.map(|unit| unit.saturating_mul(quantity));
    let line = Line {
        order_ref: cells.reference("order")?,
        line_ref: cells.reference("line")?,
        seller: OrganisationId::from_uuid(handfast_kit::Uuid::nil()),
        product_ref: cells.text("product"),
        title: cells.text("title"),
        category: cells.text("category"),
        quantity,
        price_minor: cells.amount("price", &currency)?.or(unit).unwrap_or(0),
        freight_minor: cells.amount("freight", &currency)?.unwrap_or(0),
        hand_over_due: cells.moment("hand_over_due")?,
    };
    let seller = match (cells.some("seller"), cells.some("seller_if_known")) {
        (Some(reference), _) => Seller::Partner(reference),
        (None, Some(name)) => Seller::PartnerIfKnown(name),
        (None, None) => Seller::Importer,
    };
    Ok(Item::Line(ItemLine { seller, line: LineWithoutSeller(line) }))
}

pub(super) fn payment(cells: &Cells<'_>) -> Result<Item, Problem> {
    cells.reference("amount")?;
    let currency = cells.text("currency").to_uppercase();
    Ok(Item::Payment(Payment {
        order_ref: cells.reference("order")?,
        payment_ref: cells.reference("payment")?,
        method: cells.text("method"),
        amount_minor: cells.amount("amount", &currency)?.unwrap_or(0),
        at: cells.moment("paid")?,
    }))
}
