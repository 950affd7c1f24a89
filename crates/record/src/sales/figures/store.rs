use handfast_db::{Cx, Fault, FromRow, Param, Row, ToParam};
use handfast_kit::{Day, OrganisationId, TimeMs};

use super::{MonthFigures, PartnerFigures, Which};
use crate::{CustomerId, RecordId, SaleId, numbers::ROWS_AT_ONCE, sales::Sale, sharing::Lens};

/// A line of an order, as far as figures need it.
pub(super) struct LineRow {
    pub(super) keeper: OrganisationId,
    pub(super) order_ref: String,
    pub(super) line_ref: String,
    pub(super) seller: OrganisationId,
    pub(super) category: String,
    pub(super) hand_over_due: Option<TimeMs>,
}

impl FromRow for LineRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            keeper: row.get(0)?,
            order_ref: row.get(1)?,
            line_ref: row.get(2)?,
            seller: row.get(3)?,
            category: row.get(4)?,
            hand_over_due: row.get(5)?,
        })
    }
}

/// An order, as far as figures need it.
#[derive(Debug, Clone)]
pub(super) struct SaleRow {
    pub(super) customer: CustomerId,
    pub(super) id: SaleId,
    pub(super) keeper: OrganisationId,
    pub(super) order_ref: String,
    pub(super) status: String,
    pub(super) ordered: TimeMs,
    pub(super) handed_over: Option<TimeMs>,
    pub(super) promised: Option<TimeMs>,
    pub(super) delivered: Option<TimeMs>,
    pub(super) promised_day: Option<Day>,
    pub(super) delivered_day: Option<Day>,
    pub(super) postcode: String,
    pub(super) region: String,
    pub(super) review_count: i64,
    pub(super) review_sum: i64,
}

impl FromRow for SaleRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            customer: row.get(0)?,
            id: row.get(1)?,
            keeper: row.get(2)?,
            order_ref: row.get(3)?,
            status: row.get(4)?,
            ordered: row.get(5)?,
            handed_over: row.get(6)?,
            promised: row.get(7)?,
            delivered: row.get(8)?,
            promised_day: row.get(9)?,
            delivered_day: row.get(10)?,
            postcode: row.get(11)?,
            region: row.get(12)?,
            review_count: row.get(13)?,
            review_sum: row.get(14)?,
        })
    }
}

/// A review, as far as figures need it.
pub(super) struct ReviewRow {
    pub(super) customer: CustomerId,
    pub(super) id: handfast_kit::Id<()>,
    pub(super) sale: SaleId,
    pub(super) review_ref: String,
    pub(super) score: i64,
    pub(super) has_text: i64,
    pub(super) asked: Option<TimeMs>,
    pub(super) answered: TimeMs,
}

impl FromRow for ReviewRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            customer: row.get(0)?,
            id: row.get(1)?,
            sale: row.get(2)?,
            review_ref: row.get(3)?,
            score: row.get(4)?,
            has_text: row.get(5)?,
            asked: row.get(6)?,
            answered: row.get(7)?,
        })
    }
}

impl FromRow for PartnerFigures {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            organisation: row.get(0)?,
            orders: row.get(1)?,
            delivered: row.get(2)?,
            late: row.get(3)?,
            open: row.get(4)?,
            overdue: row.get(5)?,
            review_count: row.get(6)?,
            review_sum: row.get(7)?,
        })
    }
}

/// Lines of what the viewer keeps or sold; of everything, for those who see everything.
pub(super) fn lines(
    cx: &mut Cx<'_>,
    lens: &Lens,
    (keeper, order_ref, line_ref): &(OrganisationId, String, String),
) -> Result<Vec<LineRow>, Fault> {
    cx.all(
        "select l.keeper_id, l.order_ref, l.line_ref, l.organisation_id,
                case when l.category = '' then coalesce(p.category, '') else l.category end,
                l.hand_over_due_ms
           from sale_line l
           left join product p
             on p.network_id = l.network_id and p.product_ref = l.product_ref
          where l.network_id = $1 and (l.keeper_id, l.order_ref, l.line_ref) > ($2, $3, $4)
            and (l.organisation_id = coalesce($5, l.organisation_id)
                 or l.keeper_id = coalesce($5, l.keeper_id))
          order by l.keeper_id, l.order_ref, l.line_ref
          limit $6",
        (lens.network(), keeper, order_ref, line_ref, lens.own_only(), ROWS_AT_ONCE as i64),
    )
}

/// Orders that the viewer keeps, sold, or may have sold a part of; everything, for those who see
/// everything.
pub(super) fn sales(
    cx: &mut Cx<'_>,
    lens: &Lens,
    (customer, sale): &(CustomerId, SaleId),
) -> Result<Vec<SaleRow>, Fault> {
    cx.all(
        "select customer_id, sale_id, keeper_id, order_ref, status, ordered_ms, handed_over_ms,
                promised_ms, delivered_ms, promised_day, delivered_day, postcode, region,
                review_count, review_sum
           from sale
          where network_id = $1 and (customer_id, sale_id) > ($2, $3)
            and (organisation_id = coalesce($4, organisation_id)
                 or keeper_id = coalesce($4, keeper_id) or partner_count > 1)
          order by customer_id, sale_id
          limit $5",
        (lens.network(), customer, sale, lens.own_only(), ROWS_AT_ONCE as i64),
    )
}

pub(super) fn reviews(
    cx: &mut Cx<'_>,
    lens: &Lens,
    (customer, review): &(CustomerId, handfast_kit::Id<()>),
) -> Result<Vec<ReviewRow>, Fault> {
    cx.all(
        "select customer_id, review_id, sale_id, review_ref, score, has_text, asked_ms, answered_ms
           from review
          where network_id = $1 and (customer_id, review_id) > ($2, $3)
          order by customer_id, review_id
          limit $4",
        (lens.network(), customer, review, ROWS_AT_ONCE as i64),
    )
}

pub(super) fn person_keys(
    cx: &mut Cx<'_>,
    lens: &Lens,
    after: &String,
) -> Result<Vec<(String, CustomerId)>, Fault> {
    cx.all(
        "select person_key, customer_id
           from person_key
          where network_id = $1 and person_key > $2
          order by person_key
          limit $3",
        (lens.network(), after, ROWS_AT_ONCE as i64),
    )
}

pub(super) fn record_refs(
    cx: &mut Cx<'_>,
    lens: &Lens,
    (customer, record): &(CustomerId, RecordId),
) -> Result<Vec<(CustomerId, RecordId, String)>, Fault> {
    cx.all(
        "select customer_id, record_id, external_ref
           from record
          where network_id = $1 and (customer_id, record_id) > ($2, $3)
            and organisation_id = coalesce($4, organisation_id)
          order by customer_id, record_id
          limit $5",
        (lens.network(), customer, record, lens.own_only(), ROWS_AT_ONCE as i64),
    )
}

pub(super) fn organisation_refs(
    cx: &mut Cx<'_>,
    lens: &Lens,
    after: &OrganisationId,
) -> Result<Vec<(OrganisationId, String)>, Fault> {
    cx.all(
        "select organisation_id, external_ref
           from organisation
          where network_id = $1 and organisation_id > $2
          order by organisation_id
          limit $3",
        (lens.network(), after, ROWS_AT_ONCE as i64),
    )
}

/// How many organisations [`partners_named`] asks for at once.
pub(super) const PARTNERS_AT_ONCE: usize = 20;

pub(super) fn partners(
    cx: &mut Cx<'_>,
    lens: &Lens,
    today: Day,
) -> Result<Vec<PartnerFigures>, Fault> {
    cx.all(
        "select organisation_id, count(*),
                cast(sum(case when status = 'delivered' and delivered_ms is not null
                              then 1 else 0 end) as bigint),
                cast(sum(case when status = 'delivered' and delivered_ms is not null
                               and delivered_day > promised_day then 1 else 0 end) as bigint),
                cast(sum(case when promised_ms is not null and delivered_ms is null
                               and lower(status) not in ('delivered', 'canceled', 'cancelled',
                                 'unavailable', 'refunded', 'voided', 'closed lost')
                              then 1 else 0 end) as bigint),
                cast(sum(case when promised_ms is not null and delivered_ms is null
                               and lower(status) not in ('delivered', 'canceled', 'cancelled',
                                 'unavailable', 'refunded', 'voided', 'closed lost')
                               and promised_day < $1 then 1 else 0 end) as bigint),
                cast(sum(review_count) as bigint), cast(sum(review_sum) as bigint)
           from sale
          where network_id = $2 and organisation_id is not null
            and organisation_id = coalesce($3, organisation_id)
          group by organisation_id
          order by organisation_id
          limit 100000",
        (today, lens.network(), lens.own_only()),
    )
}

/// As [`partners`], of at most [`PARTNERS_AT_ONCE`] organisations, which the caller may see.
pub(super) fn partners_named(
    cx: &mut Cx<'_>,
    lens: &Lens,
    organisations: &[OrganisationId],
    today: Day,
) -> Result<Vec<PartnerFigures>, Fault> {
    let mut params = vec![today.to_param(), Param::Uuid(lens.network().uuid())];
    params.extend(organisations.iter().map(|id| Param::Uuid(id.uuid())));
    // What no organisation fills is null, and null is in no list.
    params.resize(2 + PARTNERS_AT_ONCE, Param::Null);
    cx.all(
        "select organisation_id, count(*),
                cast(sum(case when status = 'delivered' and delivered_ms is not null
                              then 1 else 0 end) as bigint),
                cast(sum(case when status = 'delivered' and delivered_ms is not null
                               and delivered_day > promised_day then 1 else 0 end) as bigint),
                cast(sum(case when promised_ms is not null and delivered_ms is null
                               and lower(status) not in ('delivered', 'canceled', 'cancelled',
                                 'unavailable', 'refunded', 'voided', 'closed lost')
                              then 1 else 0 end) as bigint),
                cast(sum(case when promised_ms is not null and delivered_ms is null
                               and lower(status) not in ('delivered', 'canceled', 'cancelled',
                                 'unavailable', 'refunded', 'voided', 'closed lost')
                               and promised_day < $1 then 1 else 0 end) as bigint),
                cast(sum(review_count) as bigint), cast(sum(review_sum) as bigint)
           from sale
          where network_id = $2
            and organisation_id in ($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
              $17, $18, $19, $20, $21, $22)
          group by organisation_id
          order by organisation_id
          limit 20",
        params,
    )
}

/// When the organisation's latest order before `before` was placed.
pub(super) fn latest_order(
    cx: &mut Cx<'_>,
    lens: &Lens,
    organisation: OrganisationId,
    before: TimeMs,
) -> Result<Option<TimeMs>, Fault> {
    let row: Option<(Option<TimeMs>,)> = cx.one(
        "select max(ordered_ms)
           from sale
          where network_id = $1 and organisation_id = $2 and ordered_ms < $3",
        (lens.network(), organisation, before),
    )?;
    Ok(row.and_then(|(latest,)| latest))
}

/// The figures of the months that begin at `begins`, by their place in it; the last ends at the
/// thirteenth moment. Months without orders are left out.
pub(super) fn months(
    cx: &mut Cx<'_>,
    lens: &Lens,
    organisation: OrganisationId,
    begins: &[(Day, TimeMs); 13],
) -> Result<Vec<MonthFigures>, Fault> {
    let mut params: Vec<Param<'_>> = begins[1..12].iter().map(|(_, at)| at.to_param()).collect();
    params.push(Param::Uuid(lens.network().uuid()));
    params.push(Param::Uuid(organisation.uuid()));
    params.extend([begins[0].1.to_param(), begins[12].1.to_param()]);
    let rows: Vec<(i64, i64, i64, i64, i64)> = cx.all(
        "select month,
                cast(sum(case when status = 'delivered' and delivered_ms is not null
                              then 1 else 0 end) as bigint),
                cast(sum(case when status = 'delivered' and delivered_ms is not null
                               and delivered_day > promised_day then 1 else 0 end) as bigint),
                cast(sum(review_count) as bigint), cast(sum(review_sum) as bigint)
           from (select cast(case when ordered_ms < $1 then 0 when ordered_ms < $2 then 1
                                  when ordered_ms < $3 then 2 when ordered_ms < $4 then 3
                                  when ordered_ms < $5 then 4 when ordered_ms < $6 then 5
                                  when ordered_ms < $7 then 6 when ordered_ms < $8 then 7
                                  when ordered_ms < $9 then 8 when ordered_ms < $10 then 9
                                  when ordered_ms < $11 then 10 else 11 end as bigint) as month,
                        status, delivered_ms, delivered_day, promised_day, review_count, review_sum
                   from sale
                  where network_id = $12 and organisation_id = $13
                    and ordered_ms >= $14 and ordered_ms < $15) as placed
          group by month
          order by month
          limit 12",
        params,
    )?;
    let figures =
        |(month, delivered, late, review_count, review_sum): (i64, i64, i64, i64, i64)| {
            let first_day = begins[month as usize].0;
            MonthFigures { first_day, delivered, late, review_count, review_sum }
        };
    Ok(rows.into_iter().map(figures).collect())
}

pub(super) fn sales_of(
    cx: &mut Cx<'_>,
    lens: &Lens,
    (organisation, which, today): (OrganisationId, Which, Day),
    (ordered, sale): (TimeMs, SaleId),
    limit: usize,
) -> Result<Vec<Sale>, Fault> {
    cx.all(
        "select sale_id, customer_id, keeper_id, order_ref, record_id, organisation_id,
                partner_count, status, ordered_ms, hand_over_due_ms, handed_over_ms, promised_ms,
                delivered_ms, promised_day, delivered_day, total_minor, currency, postcode, region,
                review_count, review_sum
           from sale
          where network_id = $1 and organisation_id = $2 and (ordered_ms, sale_id) < ($3, $4)
            and case cast($5 as text)
                when 'delivered' then status = 'delivered' and delivered_ms is not null
                when 'late' then status = 'delivered' and delivered_ms is not null
                  and delivered_day > promised_day
                when 'reviewed' then review_count > 0
                when 'reviewed-low' then review_count > 0 and review_sum <= 2 * review_count
                when 'all' then true
                else promised_ms is not null and delivered_ms is null
                  and lower(status) not in ('delivered', 'canceled', 'cancelled', 'unavailable',
                    'refunded', 'voided', 'closed lost')
                  and (cast($5 as text) = 'open' or promised_day < $6)
                end
          order by ordered_ms desc, sale_id desc
          limit $7",
        (lens.network(), organisation, ordered, sale, which.word(), today, limit as i64),
    )
}
