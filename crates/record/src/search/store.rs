use handfast_db::{Cx, Engine, Fault, Sql, Tx};
use handfast_kit::{NetworkId, OrganisationId};

use super::Entry;
use crate::{SubjectId, sharing::Lens};

pub(super) fn replace(
    tx: &mut Tx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    entry: &Entry,
    words: &str,
) -> Result<(), Fault> {
    match tx.engine() {
        Engine::Sqlite => replace_on_sqlite(tx, network, organisation, entry, words),
        Engine::Postgres => {
            tx.exec(
                Sql {
                    sqlite: "",
                    postgres: "insert into search_entry (network_id, subject_id, entry_id,
                        organisation_id, class, words)
                      values ($1, $2, $3, $4, $5, array_to_tsvector(string_to_array($6, ' ')))
                      on conflict (network_id, subject_id, entry_id)
                      do update set words = excluded.words",
                },
                (network, entry.subject, entry.id, organisation, entry.class as i64, words),
            )?;
            Ok(())
        }
    }
}

fn replace_on_sqlite(
    tx: &mut Tx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    entry: &Entry,
    words: &str,
) -> Result<(), Fault> {
    let row: Option<(i64,)> = tx.one(
        Sql {
            sqlite: "insert into search_entry (network_id, subject_id, entry_id, organisation_id,
                class)
              values ($1, $2, $3, $4, $5)
              on conflict (network_id, subject_id, entry_id)
              do update set class = excluded.class
              returning entry_key",
            postgres: "",
        },
        (network, entry.subject, entry.id, organisation, entry.class as i64),
    )?;
    let key = row.ok_or_else(|| Fault::other("an entry was written without a key"))?.0;
    tx.exec(
        Sql {
            sqlite: "insert or replace into search_text (rowid, words) values ($1, $2)",
            postgres: "",
        },
        (key, words),
    )?;
    Ok(())
}

pub(super) fn find(
    cx: &mut Cx<'_>,
    lens: &Lens,
    scope: &str,
    words: &[String],
    limit: usize,
) -> Result<Vec<SubjectId>, Fault> {
    // Entries are looked at newest first, and only so many: a subject may have several of them.
    let entry_count_max = (limit * 10) as i64;
    let question = match cx.engine() {
        Engine::Sqlite => {
            let words: Vec<String> = words.iter().map(|word| format!("\"{word}\" *")).collect();
            format!("\"{scope}\" AND {}", words.join(" AND "))
        }
        Engine::Postgres => {
            let words: Vec<String> = words.iter().map(|word| format!("'{word}':*")).collect();
            format!("'{scope}' & {}", words.join(" & "))
        }
    };
    let rows: Vec<(SubjectId,)> = cx.all(
        Sql {
            sqlite: "select e.subject_id
               from (select rowid as entry_key from search_text where search_text match $1
                      order by rowid desc limit $2) f
               join search_entry e on e.entry_key = f.entry_key
              where e.network_id = $3
                and (($4 & (1 << e.class)) <> 0 or e.organisation_id = $5)
              group by e.subject_id
              order by max(e.entry_key) desc
              limit $6",
            postgres: "select subject_id
               from (select subject_id, entry_id, network_id, organisation_id, class
                       from search_entry where words @@ cast(cast($1 as text) as tsquery)
                      limit $2) e
              where network_id = $3
                and (($4 & (1 << cast(class as integer))) <> 0 or organisation_id = $5)
              group by subject_id
              order by max(cast(entry_id as text)) desc
              limit $6",
        },
        (question, entry_count_max, lens.network(), lens.mask(), lens.organisation(), limit as i64),
    )?;
    Ok(rows.into_iter().map(|(subject,)| subject).collect())
}
