use handfast_db::{Cx, Fault, FromRow, Row, Sql, Tx};
use handfast_kit::{Id, OrganisationId, TimeMs, Uuid};

use crate::{RecordId, SaleId, merging::moving::Way};

/// A record, and what leads to it.
pub(super) struct Record {
    pub(super) id: RecordId,
    organisation: OrganisationId,
    external_ref: String,
    pub(super) email: String,
    pub(super) phone: String,
}

impl FromRow for Record {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            id: row.get(0)?,
            organisation: row.get(1)?,
            external_ref: row.get(2)?,
            email: row.get(3)?,
            phone: row.get(4)?,
        })
    }
}

pub(super) fn records(cx: &mut Cx<'_>, way: &Way) -> Result<Vec<Record>, Fault> {
    cx.all(
        "select t.record_id, t.organisation_id, t.external_ref, t.email, t.phone
           from record t
          where t.network_id = $1 and t.customer_id = $2
            and (cast($3 as bigint) = 1 or exists (
              select 1
                from moved m
               where m.network_id = t.network_id and m.customer_id = t.customer_id
                 and m.merge_id = $4 and m.what = 1 and m.row_id = t.record_id))
          order by t.record_id
          limit 1000",
        (way.network, way.from, way.whole(), way.merge),
    )
}

pub(super) fn record_ref(tx: &mut Tx<'_>, way: &Way, record: &Record) -> Result<u64, Fault> {
    tx.exec(
        "update record_ref set customer_id = $1
          where network_id = $2 and organisation_id = $3 and external_ref = $4",
        (way.to, way.network, record.organisation, &record.external_ref),
    )
}

/// A sale, and what leads to it.
pub(super) struct Sale {
    pub(super) id: SaleId,
    keeper: OrganisationId,
    pub(super) order_ref: String,
}

impl FromRow for Sale {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self { id: row.get(0)?, keeper: row.get(1)?, order_ref: row.get(2)? })
    }
}

pub(super) fn sales(cx: &mut Cx<'_>, way: &Way) -> Result<Vec<Sale>, Fault> {
    cx.all(
        "select t.sale_id, t.keeper_id, t.order_ref
           from sale t
          where t.network_id = $1 and t.customer_id = $2
            and (cast($3 as bigint) = 1 or exists (
              select 1
                from moved m
               where m.network_id = t.network_id and m.customer_id = t.customer_id
                 and m.merge_id = $4 and m.what = 3 and m.row_id = t.sale_id))
          order by t.sale_id
          limit 1000000",
        (way.network, way.from, way.whole(), way.merge),
    )
}

pub(super) fn sale_ref(tx: &mut Tx<'_>, way: &Way, sale: &Sale) -> Result<u64, Fault> {
    tx.exec(
        "update sale_ref set customer_id = $1
          where network_id = $2 and keeper_id = $3 and order_ref = $4",
        (way.to, way.network, sale.keeper, &sale.order_ref),
    )
}

/// What leads to a case.
pub(super) struct Case {
    keeper: OrganisationId,
    case_ref: String,
}

impl FromRow for Case {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self { keeper: row.get(0)?, case_ref: row.get(1)? })
    }
}

pub(super) fn cases(cx: &mut Cx<'_>, way: &Way) -> Result<Vec<Case>, Fault> {
    cx.all(
        "select t.organisation_id, t.case_ref
           from case_state t
          where t.network_id = $1 and t.subject_id = $2
            and (cast($3 as bigint) = 1 or exists (
              select 1
                from moved m
               where m.network_id = t.network_id and m.customer_id = t.subject_id
                 and m.merge_id = $4 and m.what = 5 and m.row_id = t.case_id))
          order by t.case_id
          limit 1000000",
        (way.network, way.from, way.whole(), way.merge),
    )
}

pub(super) fn case_ref(tx: &mut Tx<'_>, way: &Way, case: &Case) -> Result<u64, Fault> {
    tx.exec(
        "update case_ref set subject_id = $1
          where network_id = $2 and keeper_id = $3 and case_ref = $4",
        (way.to, way.network, case.keeper, &case.case_ref),
    )
}

pub(super) fn requests(cx: &mut Cx<'_>, way: &Way) -> Result<Vec<Id<()>>, Fault> {
    let rows: Vec<(Id<()>,)> = cx.all(
        "select t.request_id
           from access_request t
          where t.network_id = $1 and t.customer_id = $2
            and (cast($3 as bigint) = 1 or exists (
              select 1
                from moved m
               where m.network_id = t.network_id and m.customer_id = t.customer_id
                 and m.merge_id = $4 and m.what = 6 and m.row_id = t.request_id))
          order by t.request_id
          limit 1000000",
        (way.network, way.from, way.whole(), way.merge),
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

pub(super) fn request_place(tx: &mut Tx<'_>, way: &Way, request: Id<()>) -> Result<u64, Fault> {
    tx.exec(
        "update access_request_place set customer_id = $1
          where network_id = $2 and request_id = $3",
        (way.to, way.network, request),
    )
}

pub(super) fn touches(cx: &mut Cx<'_>, way: &Way) -> Result<Vec<Uuid>, Fault> {
    let rows: Vec<(Uuid,)> = cx.all(
        "select t.touch_id
           from touch t
          where t.network_id = $1 and t.subject_id = $2
            and (cast($3 as bigint) = 1 or exists (
              select 1
                from moved m
               where m.network_id = t.network_id and m.customer_id = t.subject_id
                 and m.merge_id = $4 and m.what = 2 and m.row_id = t.touch_id))
          order by t.at_ms, t.touch_id
          limit 1000000",
        (way.network, way.from, way.whole(), way.merge),
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Up to a thousand of them, by their own keys.
pub(super) fn touch_places(tx: &mut Tx<'_>, way: &Way, ids: &str) -> Result<u64, Fault> {
    tx.exec(
        Sql {
            sqlite: "update touch_place set subject_id = $1
                      where network_id = $2
                        and touch_id in (select unhex(value) from json_each($3))",
            postgres: "update touch_place set subject_id = $1
                        where network_id = $2
                          and touch_id in (
                            select cast(jsonb_array_elements_text(cast(cast($3 as text) as jsonb))
                                     as uuid))",
        },
        (way.to, way.network, ids),
    )
}

/// The askings that name the customer that survived, and were made since or let in: one that was
/// let in before is of an organisation that knew it before.
pub(super) fn guests(
    cx: &mut Cx<'_>,
    way: &Way,
    applied: TimeMs,
) -> Result<Vec<(Id<()>, OrganisationId)>, Fault> {
    cx.all(
        "select guest_id, organisation_id
           from guest
          where network_id = $1 and customer_id = $2 and (asked_ms > $3 or state = 'let_in')
          order by guest_id
          limit 100000",
        (way.network, way.from, applied),
    )
}

pub(super) fn guest(tx: &mut Tx<'_>, way: &Way, guest: Id<()>) -> Result<u64, Fault> {
    tx.exec(
        "update guest set customer_id = $1 where network_id = $2 and guest_id = $3",
        (way.to, way.network, guest),
    )
}
