use handfast_db::{Cx, Fault, FromRow, Row, Tx};
use handfast_kit::{Id, NetworkId, OrganisationId};

use super::{Line, Price, Review, Sale};
use crate::{
    CustomerId, RecordId, SaleId,
    sharing::{Author, Who},
};

impl FromRow for Sale {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            id: row.get(0)?,
            customer: row.get(1)?,
            keeper: row.get(2)?,
            by: Who::Named(row.get::<Option<OrganisationId>>(5)?.unwrap_or(row.get(2)?)),
            price: Price::Shown,
            order_ref: row.get(3)?,
            record: row.get(4)?,
            organisation: row.get(5)?,
            partner_count: row.get(6)?,
            status: row.get(7)?,
            ordered: row.get(8)?,
            hand_over_due: row.get(9)?,
            handed_over: row.get(10)?,
            promised: row.get(11)?,
            delivered: row.get(12)?,
            promised_day: row.get(13)?,
            delivered_day: row.get(14)?,
            total_minor: row.get(15)?,
            currency: row.get(16)?,
            postcode: row.get(17)?,
            region: row.get(18)?,
            review_count: row.get(19)?,
            review_sum: row.get(20)?,
        })
    }
}

impl FromRow for Line {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            order_ref: row.get(0)?,
            line_ref: row.get(1)?,
            seller: row.get(2)?,
            product_ref: row.get(3)?,
            title: row.get(4)?,
            category: row.get(5)?,
            quantity: row.get(6)?,
            price_minor: row.get(7)?,
            freight_minor: row.get(8)?,
            hand_over_due: row.get(9)?,
        })
    }
}

pub(super) fn place_of_ref(
    cx: &mut Cx<'_>,
    network: NetworkId,
    keeper: OrganisationId,
    order_ref: &str,
) -> Result<Option<(CustomerId, SaleId)>, Fault> {
    cx.one(
        "select customer_id, sale_id
           from sale_ref
          where network_id = $1 and keeper_id = $2 and order_ref = $3",
        (network, keeper, order_ref),
    )
}

pub(super) fn insert_ref(tx: &mut Tx<'_>, author: &Author, sale: &Sale) -> Result<u64, Fault> {
    tx.exec(
        "insert into sale_ref (network_id, keeper_id, order_ref, customer_id, sale_id)
         values ($1, $2, $3, $4, $5)",
        (author.network(), sale.keeper, &sale.order_ref, sale.customer, sale.id),
    )
}

pub(super) fn sale(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
    id: SaleId,
) -> Result<Option<Sale>, Fault> {
    cx.one(
        "select sale_id, customer_id, keeper_id, order_ref, record_id, organisation_id,
                partner_count, status, ordered_ms, hand_over_due_ms, handed_over_ms, promised_ms,
                delivered_ms, promised_day, delivered_day, total_minor, currency, postcode, region,
                review_count, review_sum
           from sale
          where network_id = $1 and customer_id = $2 and sale_id = $3",
        (network, customer, id),
    )
}

pub(super) fn of_customer(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Vec<Sale>, Fault> {
    cx.all(
        "select sale_id, customer_id, keeper_id, order_ref, record_id, organisation_id,
                partner_count, status, ordered_ms, hand_over_due_ms, handed_over_ms, promised_ms,
                delivered_ms, promised_day, delivered_day, total_minor, currency, postcode, region,
                review_count, review_sum
           from sale
          where network_id = $1 and customer_id = $2
          order by ordered_ms desc, sale_id
          limit 200",
        (network, customer),
    )
}

pub(super) fn insert(tx: &mut Tx<'_>, network: NetworkId, sale: &Sale) -> Result<u64, Fault> {
    tx.exec(
        "insert into sale (network_id, customer_id, sale_id, keeper_id, order_ref, record_id,
           organisation_id, partner_count, status, ordered_ms, hand_over_due_ms, handed_over_ms,
           promised_ms, delivered_ms, promised_day, delivered_day, total_minor, currency, postcode,
           region, review_count, review_sum)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
           $19, $20, 0, 0)",
        (
            network,
            sale.customer,
            sale.id,
            sale.keeper,
            &sale.order_ref,
            sale.record,
            sale.organisation,
            sale.partner_count,
            &sale.status,
            sale.ordered,
            sale.hand_over_due,
            sale.handed_over,
            sale.promised,
            sale.delivered,
            sale.promised_day,
            sale.delivered_day,
            sale.total_minor,
            &sale.currency,
            &sale.postcode,
            &sale.region,
        ),
    )
}

pub(super) fn update(tx: &mut Tx<'_>, network: NetworkId, sale: &Sale) -> Result<u64, Fault> {
    tx.exec(
        "update sale set organisation_id = $1, partner_count = $2, status = $3, ordered_ms = $4,
           hand_over_due_ms = $5, handed_over_ms = $6, promised_ms = $7, delivered_ms = $8,
           promised_day = $9, delivered_day = $10, total_minor = $11, currency = $12,
           postcode = $13, region = $14
         where network_id = $15 and customer_id = $16 and sale_id = $17",
        (
            sale.organisation,
            sale.partner_count,
            &sale.status,
            sale.ordered,
            sale.hand_over_due,
            sale.handed_over,
            sale.promised,
            sale.delivered,
            sale.promised_day,
            sale.delivered_day,
            sale.total_minor,
            &sale.currency,
            &sale.postcode,
            &sale.region,
            network,
            sale.customer,
            sale.id,
        ),
    )
}

pub(super) fn lines(
    cx: &mut Cx<'_>,
    network: NetworkId,
    keeper: OrganisationId,
    order_ref: &str,
) -> Result<Vec<Line>, Fault> {
    cx.all(
        "select l.order_ref, l.line_ref, l.organisation_id, l.product_ref,
                case when l.title = '' then coalesce(p.name, '') else l.title end,
                case when l.category = '' then coalesce(p.category, '') else l.category end,
                l.quantity, l.price_minor, l.freight_minor, l.hand_over_due_ms
           from sale_line l
           left join product p
             on p.network_id = l.network_id and p.product_ref = l.product_ref
          where l.network_id = $1 and l.keeper_id = $2 and l.order_ref = $3
          order by l.line_ref
          limit 500",
        (network, keeper, order_ref),
    )
}

/// Says 0 when the line was there and says the same.
pub(super) fn upsert_line(tx: &mut Tx<'_>, author: &Author, line: &Line) -> Result<u64, Fault> {
    tx.exec(
        "insert into sale_line (network_id, keeper_id, order_ref, line_ref, organisation_id,
           product_ref, title, category, quantity, price_minor, freight_minor, hand_over_due_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         on conflict (network_id, keeper_id, order_ref, line_ref)
         do update set organisation_id = excluded.organisation_id,
           product_ref = excluded.product_ref, title = excluded.title,
           category = excluded.category, quantity = excluded.quantity,
           price_minor = excluded.price_minor, freight_minor = excluded.freight_minor,
           hand_over_due_ms = excluded.hand_over_due_ms
         where sale_line.organisation_id <> excluded.organisation_id
            or sale_line.product_ref <> excluded.product_ref
            or sale_line.title <> excluded.title or sale_line.category <> excluded.category
            or sale_line.quantity <> excluded.quantity
            or sale_line.price_minor <> excluded.price_minor
            or sale_line.freight_minor <> excluded.freight_minor
            or coalesce(sale_line.hand_over_due_ms, 0) <> coalesce(excluded.hand_over_due_ms, 0)",
        (
            author.network(),
            author.organisation_id(),
            &line.order_ref,
            &line.line_ref,
            line.seller,
            &line.product_ref,
            &line.title,
            &line.category,
            line.quantity,
            line.price_minor,
            line.freight_minor,
            line.hand_over_due,
        ),
    )
}

pub(super) fn upsert_product(
    tx: &mut Tx<'_>,
    network: NetworkId,
    product_ref: &str,
    name: &str,
    category: &str,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into product (network_id, product_ref, name, category)
         values ($1, $2, $3, $4)
         on conflict (network_id, product_ref)
         do update set name = excluded.name, category = excluded.category
         where product.name <> excluded.name or product.category <> excluded.category",
        (network, product_ref, name, category),
    )
}

pub(super) fn place_of_record(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
    record: RecordId,
) -> Result<(String, String), Fault> {
    let row: Option<(String, String)> = tx.one(
        "select postcode, region from record
          where network_id = $1 and customer_id = $2 and record_id = $3",
        (network, customer, record),
    )?;
    Ok(row.unwrap_or_default())
}

pub(super) fn customer_ref(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
    record: RecordId,
) -> Result<String, Fault> {
    let row: Option<(String,)> = tx.one(
        "select external_ref from record
          where network_id = $1 and customer_id = $2 and record_id = $3",
        (network, customer, record),
    )?;
    Ok(row.map(|(external_ref,)| external_ref).unwrap_or_default())
}

pub(super) fn address(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
    record: RecordId,
) -> Result<String, Fault> {
    let row: Option<(String, String, String, String)> = tx.one(
        "select street, postcode, city, region from record
          where network_id = $1 and customer_id = $2 and record_id = $3",
        (network, customer, record),
    )?;
    let (street, postcode, city, region) = row.unwrap_or_default();
    let parts: Vec<String> =
        [street, format!("{postcode} {city}").trim().to_owned(), region].into_iter().collect();
    Ok(parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", "))
}

/// The record to which the order before this one went, of the same keeper.
pub(super) fn record_of_order_before(
    tx: &mut Tx<'_>,
    network: NetworkId,
    sale: &Sale,
) -> Result<Option<RecordId>, Fault> {
    let row: Option<(RecordId,)> = tx.one(
        "select record_id
           from sale
          where network_id = $1 and customer_id = $2 and keeper_id = $3 and ordered_ms < $4
          order by ordered_ms desc, sale_id
          limit 1",
        (network, sale.customer, sale.keeper, sale.ordered),
    )?;
    Ok(row.map(|(record,)| record))
}

pub(super) fn score(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
    review: Id<()>,
) -> Result<Option<i64>, Fault> {
    let row: Option<(i64,)> = tx.one(
        "select score from review
          where network_id = $1 and customer_id = $2 and review_id = $3",
        (network, customer, review),
    )?;
    Ok(row.map(|(score,)| score))
}

pub(super) fn upsert_review(
    tx: &mut Tx<'_>,
    network: NetworkId,
    sale: &Sale,
    id: Id<()>,
    review: &Review,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into review (network_id, customer_id, review_id, sale_id, review_ref, score,
           has_text, asked_ms, answered_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (network_id, customer_id, review_id)
         do update set score = excluded.score, has_text = excluded.has_text,
           asked_ms = excluded.asked_ms, answered_ms = excluded.answered_ms",
        (
            network,
            sale.customer,
            id,
            sale.id,
            &review.review_ref,
            review.score,
            i64::from(!review.text.trim().is_empty()),
            review.asked,
            review.answered,
        ),
    )
}

pub(super) fn count_review(
    tx: &mut Tx<'_>,
    network: NetworkId,
    sale: &Sale,
    counted: i64,
    sum: i64,
) -> Result<u64, Fault> {
    tx.exec(
        "update sale set review_count = review_count + $1, review_sum = review_sum + $2
          where network_id = $3 and customer_id = $4 and sale_id = $5",
        (counted, sum, network, sale.customer, sale.id),
    )
}
