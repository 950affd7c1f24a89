use handfast_db::{Cx, Fault, FromRow, Row, Sql, Tx};
use handfast_kit::{NetworkId, OrganisationId, TimeMs, Uuid};

use crate::{
    CustomerId, RecordId,
    merging::{Merge, MergeId, moving::What},
    touches::{Audience, Body},
};

pub(super) fn all_records(
    tx: &mut Tx<'_>,
    (network, from): (NetworkId, CustomerId),
    (into, merge): (CustomerId, MergeId),
) -> Result<u64, Fault> {
    tx.exec(
        "insert into moved (network_id, customer_id, merge_id, what, row_id)
         select network_id, $1, $2, 1, record_id
           from record
          where network_id = $3 and customer_id = $4",
        (into, merge, network, from),
    )
}

pub(super) fn all_touches(
    tx: &mut Tx<'_>,
    (network, from): (NetworkId, CustomerId),
    (into, merge): (CustomerId, MergeId),
) -> Result<u64, Fault> {
    tx.exec(
        "insert into moved (network_id, customer_id, merge_id, what, row_id)
         select network_id, $1, $2, 2, touch_id
           from touch
          where network_id = $3 and subject_id = $4",
        (into, merge, network, from),
    )
}

pub(super) fn all_sales(
    tx: &mut Tx<'_>,
    (network, from): (NetworkId, CustomerId),
    (into, merge): (CustomerId, MergeId),
) -> Result<u64, Fault> {
    tx.exec(
        "insert into moved (network_id, customer_id, merge_id, what, row_id)
         select network_id, $1, $2, 3, sale_id
           from sale
          where network_id = $3 and customer_id = $4",
        (into, merge, network, from),
    )
}

pub(super) fn all_reviews(
    tx: &mut Tx<'_>,
    (network, from): (NetworkId, CustomerId),
    (into, merge): (CustomerId, MergeId),
) -> Result<u64, Fault> {
    tx.exec(
        "insert into moved (network_id, customer_id, merge_id, what, row_id)
         select network_id, $1, $2, 4, review_id
           from review
          where network_id = $3 and customer_id = $4",
        (into, merge, network, from),
    )
}

pub(super) fn all_cases(
    tx: &mut Tx<'_>,
    (network, from): (NetworkId, CustomerId),
    (into, merge): (CustomerId, MergeId),
) -> Result<u64, Fault> {
    tx.exec(
        "insert into moved (network_id, customer_id, merge_id, what, row_id)
         select network_id, $1, $2, 5, case_id
           from case_state
          where network_id = $3 and subject_id = $4",
        (into, merge, network, from),
    )
}

pub(super) fn all_requests(
    tx: &mut Tx<'_>,
    (network, from): (NetworkId, CustomerId),
    (into, merge): (CustomerId, MergeId),
) -> Result<u64, Fault> {
    tx.exec(
        "insert into moved (network_id, customer_id, merge_id, what, row_id)
         select network_id, $1, $2, 6, request_id
           from access_request
          where network_id = $3 and customer_id = $4",
        (into, merge, network, from),
    )
}

pub(super) fn all_looks(
    tx: &mut Tx<'_>,
    (network, from): (NetworkId, CustomerId),
    (into, merge): (CustomerId, MergeId),
) -> Result<u64, Fault> {
    tx.exec(
        "insert into moved (network_id, customer_id, merge_id, what, row_id)
         select network_id, $1, $2, 7, look_id
           from look
          where network_id = $3 and customer_id = $4",
        (into, merge, network, from),
    )
}

/// Notes up to a thousand rows by their ids. Those noted already are left.
pub(super) fn rows(
    tx: &mut Tx<'_>,
    network: NetworkId,
    merge: &Merge,
    what: What,
    ids: &str,
) -> Result<u64, Fault> {
    tx.exec(
        Sql {
            sqlite: "insert into moved (network_id, customer_id, merge_id, what, row_id)
                select $1, $2, $3, $4, unhex(value) from json_each($5) where true
                on conflict do nothing",
            postgres: "insert into moved (network_id, customer_id, merge_id, what, row_id)
                select $1, $2, $3, $4, cast(one as uuid)
                  from jsonb_array_elements_text(cast(cast($5 as text) as jsonb)) l (one)
                on conflict do nothing",
        },
        (network, merge.into, merge.id, what as i64, ids),
    )
}

/// Notes the sales of the noted records.
pub(super) fn sales_of_noted(
    tx: &mut Tx<'_>,
    network: NetworkId,
    merge: &Merge,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into moved (network_id, customer_id, merge_id, what, row_id)
         select s.network_id, s.customer_id, m.merge_id, $1, s.sale_id
           from sale s
           join moved m on m.network_id = s.network_id and m.customer_id = s.customer_id
            and m.row_id = s.record_id
          where s.network_id = $2 and s.customer_id = $3 and m.merge_id = $4 and m.what = $5
         on conflict do nothing",
        (What::Sale as i64, network, merge.into, merge.id, What::Record as i64),
    )
}

/// Notes the reviews of the noted sales.
pub(super) fn reviews_of_noted(
    tx: &mut Tx<'_>,
    network: NetworkId,
    merge: &Merge,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into moved (network_id, customer_id, merge_id, what, row_id)
         select w.network_id, w.customer_id, m.merge_id, $1, w.review_id
           from review w
           join moved m on m.network_id = w.network_id and m.customer_id = w.customer_id
            and m.row_id = w.sale_id
          where w.network_id = $2 and w.customer_id = $3 and m.merge_id = $4 and m.what = $5
         on conflict do nothing",
        (What::Review as i64, network, merge.into, merge.id, What::Sale as i64),
    )
}

/// The records of the customer that stands, each with the organisation that keeps it and whether
/// it is noted.
pub(super) fn records(
    cx: &mut Cx<'_>,
    network: NetworkId,
    merge: &Merge,
) -> Result<Vec<(RecordId, OrganisationId, bool)>, Fault> {
    cx.all(
        "select r.record_id, r.organisation_id,
                case when m.row_id is null then 0 else 1 end
           from record r
           left join moved m on m.network_id = r.network_id and m.customer_id = r.customer_id
            and m.merge_id = $1 and m.what = 1 and m.row_id = r.record_id
          where r.network_id = $2 and r.customer_id = $3
          order by r.record_id
          limit 1000",
        (merge.id, network, merge.into),
    )
}

/// The customer that a record was taken in as.
pub(super) fn home(
    cx: &mut Cx<'_>,
    network: NetworkId,
    record: RecordId,
) -> Result<Option<CustomerId>, Fault> {
    let row: Option<(CustomerId,)> = cx.one(
        "select home_id from match_record where network_id = $1 and record_id = $2",
        (network, record),
    )?;
    Ok(row.map(|(home,)| home))
}

/// A touch that is not noted, and may have come since.
pub(super) struct Fresh {
    pub(super) id: Uuid,
    pub(super) record: Option<RecordId>,
    pub(super) organisation: OrganisationId,
    pub(super) kind: String,
    body: String,
    audience: i64,
    pub(super) recorded: TimeMs,
}

impl Fresh {
    /// The case it is of, by its keeper's reference.
    pub(super) fn case_ref(&self) -> Option<String> {
        match serde_json::from_str(&self.body).ok()? {
            Body::CaseOpened { case_ref, .. }
            | Body::CaseStep { case_ref, .. }
            | Body::CaseHandOver { case_ref, .. }
            | Body::CaseClosed { case_ref, .. } => Some(case_ref),
            _ => None,
        }
    }

    /// Whether it is for organisations that it names.
    pub(super) const fn is_named(&self) -> bool {
        self.audience == Audience::Named as i64
    }
}

impl FromRow for Fresh {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            id: row.get(0)?,
            record: row.get(1)?,
            organisation: row.get(2)?,
            kind: row.get(3)?,
            body: row.get(4)?,
            audience: row.get(5)?,
            recorded: row.get(6)?,
        })
    }
}

/// The touches that are not noted and are of a noted record, or of the moment of the merge or
/// later.
pub(super) fn touches(
    cx: &mut Cx<'_>,
    network: NetworkId,
    merge: &Merge,
) -> Result<Vec<Fresh>, Fault> {
    cx.all(
        "select t.touch_id, t.record_id, t.organisation_id, t.kind, t.body, t.audience,
                t.recorded_ms
           from touch t
          where t.network_id = $1 and t.subject_id = $2
            and (t.recorded_ms >= $3 or exists (
              select 1
                from moved r
               where r.network_id = t.network_id and r.customer_id = t.subject_id
                 and r.merge_id = $4 and r.what = 1 and r.row_id = t.record_id))
            and not exists (
              select 1
                from moved m
               where m.network_id = t.network_id and m.customer_id = t.subject_id
                 and m.merge_id = $4 and m.what = 2 and m.row_id = t.touch_id)
          order by t.at_ms, t.touch_id
          limit 1000000",
        (network, merge.into, merge.applied, merge.id),
    )
}

/// The one organisation that a touch names; none if it names several.
pub(super) fn named(
    cx: &mut Cx<'_>,
    network: NetworkId,
    merge: &Merge,
    touch: Uuid,
) -> Result<Option<OrganisationId>, Fault> {
    let rows: Vec<(OrganisationId,)> = cx.all(
        "select organisation_id
           from touch_named
          where network_id = $1 and subject_id = $2 and touch_id = $3
          order by organisation_id
          limit 2",
        (network, merge.into, touch),
    )?;
    Ok(if let [(one,)] = rows[..] { Some(one) } else { None })
}

/// The cases, each with its keeper, its reference and whether it is noted.
pub(super) fn cases(
    cx: &mut Cx<'_>,
    network: NetworkId,
    merge: &Merge,
) -> Result<Vec<(Uuid, OrganisationId, String, bool)>, Fault> {
    cx.all(
        "select c.case_id, c.organisation_id, c.case_ref,
                case when m.row_id is null then 0 else 1 end
           from case_state c
           left join moved m on m.network_id = c.network_id and m.customer_id = c.subject_id
            and m.merge_id = $1 and m.what = 5 and m.row_id = c.case_id
          where c.network_id = $2 and c.subject_id = $3
          order by c.case_id
          limit 1000000",
        (merge.id, network, merge.into),
    )
}

/// The requests made since, each with who asks.
pub(super) fn requests(
    cx: &mut Cx<'_>,
    network: NetworkId,
    merge: &Merge,
) -> Result<Vec<(Uuid, OrganisationId)>, Fault> {
    cx.all(
        "select q.request_id, q.organisation_id
           from access_request q
          where q.network_id = $1 and q.customer_id = $2 and q.asked_ms > $3
          order by q.request_id
          limit 1000000",
        (network, merge.into, merge.applied),
    )
}

/// The looks since, each with who looked.
pub(super) fn looks(
    cx: &mut Cx<'_>,
    network: NetworkId,
    merge: &Merge,
) -> Result<Vec<(Uuid, OrganisationId)>, Fault> {
    cx.all(
        "select l.look_id, l.organisation_id
           from look l
          where l.network_id = $1 and l.customer_id = $2 and l.at_ms > $3
          order by l.look_id
          limit 1000000",
        (network, merge.into, merge.applied),
    )
}

/// The entries of the search.
pub(super) fn entries(
    cx: &mut Cx<'_>,
    network: NetworkId,
    merge: &Merge,
) -> Result<Vec<Uuid>, Fault> {
    let rows: Vec<(Uuid,)> = cx.all(
        "select entry_id
           from search_entry
          where network_id = $1 and subject_id = $2
          order by entry_id
          limit 1000000",
        (network, merge.into),
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The noted rows of one kind.
pub(super) fn noted(
    cx: &mut Cx<'_>,
    network: NetworkId,
    merge: &Merge,
    what: What,
) -> Result<Vec<Uuid>, Fault> {
    let rows: Vec<(Uuid,)> = cx.all(
        "select row_id
           from moved
          where network_id = $1 and customer_id = $2 and merge_id = $3 and what = $4
          order by row_id
          limit 1000000",
        (network, merge.into, merge.id, what as i64),
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
