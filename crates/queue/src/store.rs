//! All SQL about jobs. While a job is claimed its `run_at_ms` is the end of the lease, so that one
//! condition finds what is due, whether it was never tried or its worker was killed.

use handfast_db::{Cx, Fault, FromRow, Row, Sql, Tx};
use handfast_kit::TimeMs;

use crate::{Dead, Depth, Job, JobId, rules};

/// A job as it lies in the database.
#[derive(Debug, Clone)]
pub(crate) struct Due {
    pub(crate) lane: i64,
    pub(crate) id: JobId,
    pub(crate) kind: String,
    pub(crate) payload: String,
    pub(crate) try_count: i64,
}

/// A claim that somebody holds on a job. No two claims of a job end at the same moment, because the
/// second begins when the first has run out; so the end tells whether the claim is still ours.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claim {
    pub(crate) lane: i64,
    pub(crate) id: JobId,
    pub(crate) until: TimeMs,
}

impl FromRow for Due {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            lane: row.get(0)?,
            id: row.get(1)?,
            kind: row.get(2)?,
            payload: row.get(3)?,
            try_count: row.get(4)?,
        })
    }
}

pub(crate) fn insert(tx: &mut Tx<'_>, id: JobId, job: &Job, now: TimeMs) -> Result<(), Fault> {
    tx.exec(
        "insert into job (lane, job_id, kind, payload, state, run_at_ms, claimed_until_ms,
                          try_count, last_error, created_ms)
         values ($1, $2, $3, $4, 'ready', $5, null, 0, '', $6)",
        (rules::lane_of(id), id, job.kind, job.payload.to_string(), job.run_at, now),
    )?;
    Ok(())
}

/// Writes jobs of one kind that may run at once.
pub(crate) fn insert_all(
    tx: &mut Tx<'_>,
    kind: &str,
    jobs: &[(JobId, &serde_json::Value)],
    now: TimeMs,
) -> Result<(), Fault> {
    let row = |(id, payload): &(JobId, &serde_json::Value)| {
        serde_json::json!({
            "lane": rules::lane_of(*id), "id": id.uuid().simple().to_string(),
            "payload": payload.to_string(),
        })
    };
    for some in jobs.chunks(1_000) {
        let rows: serde_json::Value = some.iter().map(row).collect();
        tx.exec(
            Sql {
                sqlite: "insert into job (lane, job_id, kind, payload, state, run_at_ms,
                      claimed_until_ms, try_count, last_error, created_ms)
                    select value ->> 'lane', unhex(value ->> 'id'), $1, value ->> 'payload',
                           'ready', $2, null, 0, '', $2
                      from json_each($3)",
                postgres: "insert into job (lane, job_id, kind, payload, state, run_at_ms,
                      claimed_until_ms, try_count, last_error, created_ms)
                    select r.lane, r.id, $1, r.payload, 'ready', $2, null, 0, '', $2
                      from jsonb_to_recordset(cast(cast($3 as text) as jsonb))
                        r (lane bigint, id uuid, payload text)",
            },
            (kind, now, rows.to_string()),
        )?;
    }
    Ok(())
}

/// The lanes in which something is due.
pub(crate) fn due_lanes(cx: &mut Cx<'_>, now: TimeMs) -> Result<Vec<i64>, Fault> {
    let rows: Vec<(i64,)> = cx.all(
        "select distinct lane
           from job
          where state in ('ready', 'claimed') and run_at_ms <= $1
          order by lane
          limit 16",
        (now,),
    )?;
    Ok(rows.into_iter().map(|(lane,)| lane).collect())
}

/// The job of the lane that has been due for longest and that nobody else is just claiming.
pub(crate) fn lock_due(tx: &mut Tx<'_>, lane: i64, now: TimeMs) -> Result<Option<Due>, Fault> {
    tx.one(
        Sql {
            sqlite: "select lane, job_id, kind, payload, try_count
                       from job
                      where lane = $1 and state in ('ready', 'claimed') and run_at_ms <= $2
                      order by run_at_ms, job_id
                      limit 1",
            postgres: "select lane, job_id, kind, payload, try_count
                         from job
                        where lane = $1 and state in ('ready', 'claimed') and run_at_ms <= $2
                        order by run_at_ms, job_id
                        limit 1
                          for update skip locked",
        },
        (lane, now),
    )
}

pub(crate) fn claim(tx: &mut Tx<'_>, due: &Due, until: TimeMs) -> Result<Claim, Fault> {
    tx.exec(
        "update job
            set state = 'claimed', claimed_until_ms = $1, run_at_ms = $1, try_count = $2
          where lane = $3 and job_id = $4",
        (until, due.try_count + 1, due.lane, due.id),
    )?;
    Ok(Claim { lane: due.lane, id: due.id, until })
}

/// Moves the end of a claim. Answers whether it was still ours.
pub(crate) fn renew(tx: &mut Tx<'_>, claim: Claim, until: TimeMs) -> Result<bool, Fault> {
    let changed = tx.exec(
        "update job
            set claimed_until_ms = $1, run_at_ms = $1
          where lane = $2 and job_id = $3 and state = 'claimed' and claimed_until_ms = $4",
        (until, claim.lane, claim.id, claim.until),
    )?;
    Ok(changed > 0)
}

pub(crate) fn delete(tx: &mut Tx<'_>, claim: Claim) -> Result<(), Fault> {
    tx.exec(
        "delete from job
          where lane = $1 and job_id = $2 and state = 'claimed' and claimed_until_ms = $3",
        (claim.lane, claim.id, claim.until),
    )?;
    Ok(())
}

/// Gives the job back: it is ready again at `run_at`.
pub(crate) fn release(
    tx: &mut Tx<'_>,
    claim: Claim,
    run_at: TimeMs,
    try_count: i64,
    last_error: &str,
) -> Result<(), Fault> {
    tx.exec(
        "update job
            set state = 'ready', claimed_until_ms = null, run_at_ms = $1, try_count = $2,
                last_error = $3
          where lane = $4 and job_id = $5 and state = 'claimed' and claimed_until_ms = $6",
        (run_at, try_count, last_error, claim.lane, claim.id, claim.until),
    )?;
    Ok(())
}

pub(crate) fn bury(tx: &mut Tx<'_>, claim: Claim, last_error: &str) -> Result<(), Fault> {
    tx.exec(
        "update job
            set state = 'dead', claimed_until_ms = null, last_error = $1
          where lane = $2 and job_id = $3 and state = 'claimed' and claimed_until_ms = $4",
        (last_error, claim.lane, claim.id, claim.until),
    )?;
    Ok(())
}

pub(crate) fn depth(cx: &mut Cx<'_>) -> Result<Depth, Fault> {
    let rows: Vec<(String, i64)> =
        cx.all("select state, count(*) from job group by state order by state limit 3", ())?;
    let mut depth = Depth::default();
    for (state, count) in rows {
        match state.as_str() {
            "ready" => depth.ready_count = count,
            "claimed" => depth.claimed_count = count,
            _ => depth.dead_count = count,
        }
    }
    Ok(depth)
}

pub(crate) fn dead(cx: &mut Cx<'_>) -> Result<Vec<Dead>, Fault> {
    let rows: Vec<(JobId, String, i64, String, TimeMs)> = cx.all(
        "select job_id, kind, try_count, last_error, created_ms
           from job
          where state = 'dead'
          order by created_ms, job_id
          limit 200",
        (),
    )?;
    let dead = |(id, kind, try_count, last_error, created)| Dead {
        id,
        kind,
        try_count,
        last_error,
        created,
    };
    Ok(rows.into_iter().map(dead).collect())
}

pub(crate) fn revive(tx: &mut Tx<'_>, id: JobId, now: TimeMs) -> Result<bool, Fault> {
    let changed = tx.exec(
        "update job
            set state = 'ready', run_at_ms = $1, try_count = 0
          where lane = $2 and job_id = $3 and state = 'dead'",
        (now, rules::lane_of(id), id),
    )?;
    Ok(changed > 0)
}
