use handfast_db::{Cx, Engine, Fault, Sql, Tx};
use handfast_kit::{Id, NetworkId, OrganisationId};

use super::{
    asking::{self, Asked},
    rules::{self, Item, Kind, Part, Shown},
};
use crate::{SubjectId, sharing::Lens};

/// Where the keys of records begin. Entries are found from the highest key down: records before
/// touches, and of each the latest first.
const FIRST_KEY_OF_RECORDS: i64 = 1 << 40;
const KEY_END: i64 = 1 << 41;
/// Most words that a question's word is put into: each is one more list of entries to go through.
const WORDS_OF_BEGINNING_MAX: usize = 32;

/// The organisations that have, or had, a tie of their own with the customer: none that everybody
/// or a whole region has.
pub(super) fn tied(
    cx: &mut Cx<'_>,
    network: NetworkId,
    subject: SubjectId,
) -> Result<Vec<OrganisationId>, Fault> {
    let rows: Vec<(OrganisationId,)> = cx.all(
        "select organisation_id
           from tie
          where network_id = $1 and customer_id = $2 and tie not in (7, 8)
          group by organisation_id
          order by organisation_id
          limit 1000",
        (network, subject),
    )?;
    Ok(rows.into_iter().map(|(organisation,)| organisation).collect())
}

/// Writes where a part is found, and gives its key: a new one if it has none.
pub(super) fn place(tx: &mut Tx<'_>, item: &Item, part: &Part) -> Result<i64, Fault> {
    let (first, end) = match item.kind {
        Kind::Touch => (1, FIRST_KEY_OF_RECORDS),
        Kind::Record => (FIRST_KEY_OF_RECORDS, KEY_END),
    };
    let row: Option<(i64,)> = tx.one(
        Sql {
            sqlite: "insert into search_entry (entry_key, network_id, subject_id, entry_id,
                organisation_id, class, at_ms, audience, is_named)
              values ((select coalesce(max(entry_key) + 1, $1) from search_entry
                        where entry_key >= $1 and entry_key < $2),
                $3, $4, $5, $6, $7, $8, $9, $10)
              on conflict (network_id, subject_id, entry_id)
              do update set class = excluded.class, at_ms = excluded.at_ms,
                audience = excluded.audience, is_named = excluded.is_named
              returning entry_key",
            postgres: "",
        },
        (
            first,
            end,
            item.network,
            item.subject,
            part.id,
            item.organisation,
            part.class as i64,
            item.at,
            item.audience,
            part.is_named(),
        ),
    )?;
    row.map(|(key,)| key).ok_or_else(|| Fault::other("an entry was written without a key"))
}

/// Writes the words of the entry with this key.
pub(super) fn write_text(tx: &mut Tx<'_>, key: i64, text: &str) -> Result<u64, Fault> {
    tx.exec(
        Sql {
            sqlite: "insert or replace into search_text (rowid, words) values ($1, $2)",
            postgres: "",
        },
        (key, text),
    )
}

/// Writes a part with its words.
pub(super) fn write(tx: &mut Tx<'_>, item: &Item, part: &Part, text: &str) -> Result<(), Fault> {
    tx.exec(
        Sql {
            sqlite: "",
            postgres: "insert into search_entry (network_id, subject_id, entry_id,
                organisation_id, class, at_ms, audience, is_named, words)
              values ($1, $2, $3, $4, $5, $6, $7, $8,
                array_to_tsvector(string_to_array($9, ' ')))
              on conflict (network_id, subject_id, entry_id)
              do update set class = excluded.class, at_ms = excluded.at_ms,
                audience = excluded.audience, is_named = excluded.is_named,
                words = excluded.words",
        },
        (
            item.network,
            item.subject,
            part.id,
            item.organisation,
            part.class as i64,
            item.at,
            item.audience,
            part.is_named(),
            text,
        ),
    )?;
    Ok(())
}

/// Removes a part that has no words any more.
pub(super) fn remove(
    tx: &mut Tx<'_>,
    network: NetworkId,
    subject: SubjectId,
    id: Id<()>,
) -> Result<(), Fault> {
    if tx.engine() == Engine::Sqlite {
        tx.exec(
            Sql {
                sqlite: "delete from search_text
                  where rowid in (select entry_key from search_entry
                                   where network_id = $1 and subject_id = $2 and entry_id = $3)",
                postgres: "",
            },
            (network, subject, id),
        )?;
    }
    tx.exec(
        "delete from search_entry where network_id = $1 and subject_id = $2 and entry_id = $3",
        (network, subject, id),
    )?;
    Ok(())
}

/// What a partner may be shown of one customer or another. What is granted to ties with everybody
/// or a whole region counts only if there are such ties: it is looked for in all entries.
pub(super) fn shown(cx: &mut Cx<'_>, lens: &Lens) -> Result<Shown, Fault> {
    let rows: Vec<(i64, i64, i64)> = cx.all(
        "select g.tie, g.seen, g.named
           from grant_line g
          where g.network_id = $1 and g.organisation_id = $2
            and (g.tie < 7 or exists (
              select 1
                from tie s
               where s.network_id = $1 and s.organisation_id = $2 and s.tie = g.tie
                 and s.tie > 6))
         union
         select tie, extra, extra
           from tie
          where network_id = $1 and organisation_id = $2 and extra > 0 and until_ms > $3
          limit 10000",
        (lens.network(), lens.organisation(), lens.now()),
    )?;
    let mut shown = Shown::default();
    for (tie, seen, named) in rows {
        shown.add(tie, seen, named);
    }
    Ok(shown)
}

/// What a partner finds. Whether an entry of another's is shown is asked as the list of customers
/// asks it, of ties and grants; whom it is for says the index already.
pub(super) fn find_shown(
    cx: &mut Cx<'_>,
    lens: &Lens,
    scopes: &[String],
    words: &[String],
    limit: usize,
) -> Result<Vec<SubjectId>, Fault> {
    let question = question(cx, scopes, words)?;
    let rows = cx.all(
        Sql {
            // Goes down the index and stops at the limit: nothing is sorted, and `distinct` keeps
            // the order in which subjects come.
            sqlite: "select distinct e.subject_id
               from search_text f
              cross join search_entry e on e.entry_key = f.rowid
              where e.network_id = $1
                and (e.organisation_id = $2 or exists (
                  select 1
                    from tie s
                    left join grant_line g on g.network_id = s.network_id
                         and g.organisation_id = s.organisation_id and g.tie = s.tie
                         and (s.purposes & (1 << g.purpose)) <> 0
                   where s.network_id = e.network_id and s.customer_id = e.subject_id
                     and s.organisation_id = $2 and s.until_ms > $3
                     and ((case when e.is_named <> 0 then g.named else g.seen end
                           & ~s.denied & (1 << e.class)) <> 0
                          and (g.from_tie = 0 or e.at_ms >= s.from_ms)
                       or (s.purposes & 1) <> 0
                          and (s.extra & ~s.denied & (1 << e.class)) <> 0)))
                and f.words match $4
              order by f.rowid desc
              limit $5",
            postgres: "with g as materialized (
                select tie, purpose, from_tie, seen, named
                  from grant_line where network_id = $1 and organisation_id = $2)
             select e.subject_id
               from search_entry e
              where e.network_id = $1
                and (e.organisation_id = $2 or exists (
                  select 1
                    from tie s
                    left join g on g.tie = s.tie
                         and (s.purposes & (1 << cast(g.purpose as integer))) <> 0
                   where s.network_id = e.network_id and s.customer_id = e.subject_id
                     and s.organisation_id = $2 and s.until_ms > $3
                     and ((case when e.is_named <> 0 then g.named else g.seen end
                           & ~s.denied & (1 << cast(e.class as integer))) <> 0
                          and (g.from_tie = 0 or e.at_ms >= s.from_ms)
                       or (s.purposes & 1) <> 0
                          and (s.extra & ~s.denied & (1 << cast(e.class as integer))) <> 0)))
                and e.words @@ cast(cast($4 as text) as tsquery)
              group by e.subject_id
              order by max(e.at_ms) desc, e.subject_id
              limit $5",
        },
        (lens.network(), lens.organisation(), lens.now(), question, limit as i64),
    )?;
    Ok(subjects(rows))
}

/// What the brand finds: anything.
pub(super) fn find_any(
    cx: &mut Cx<'_>,
    lens: &Lens,
    words: &[String],
    limit: usize,
) -> Result<Vec<SubjectId>, Fault> {
    let scopes = rules::all_scopes(lens.network());
    let question = question(cx, &scopes, words)?;
    let rows = cx.all(
        Sql {
            sqlite: "select distinct e.subject_id
               from search_text f
              cross join search_entry e on e.entry_key = f.rowid
              where e.network_id = $1 and f.words match $2
              order by f.rowid desc
              limit $3",
            // Nothing is hidden here, so only so many entries are looked at: a subject may have
            // several of them.
            postgres: "select subject_id
               from (select subject_id, at_ms
                       from search_entry
                      where network_id = $1 and words @@ cast(cast($2 as text) as tsquery)
                      limit cast($3 as bigint) * 10) e
              group by subject_id
              order by max(at_ms) desc, subject_id
              limit $3",
        },
        (lens.network(), question, limit as i64),
    )?;
    Ok(subjects(rows))
}

/// The question in the words of the engine.
fn question(cx: &mut Cx<'_>, scopes: &[String], words: &[String]) -> Result<String, Fault> {
    if cx.engine() == Engine::Postgres {
        return Ok(asking::tsquery_of(scopes, words));
    }
    let words: Vec<Asked> =
        words.iter().map(|word| asked(cx, word)).collect::<Result<_, Fault>>()?;
    Ok(asking::match_of(scopes, &words))
}

/// How a word is asked for: by the words that begin so, if these are few.
fn asked(cx: &mut Cx<'_>, word: &str) -> Result<Asked, Fault> {
    if !Asked::is_looked_up(word) {
        return Ok(Asked::Beginning(word.to_owned()));
    }
    let mut words = vec![word.to_owned()];
    while words.len() <= WORDS_OF_BEGINNING_MAX {
        match word_after(cx, &words[words.len() - 1])? {
            Some(next) if next.starts_with(word) => words.push(next),
            _ => return Ok(Asked::Words(words)),
        }
    }
    Ok(Asked::Beginning(word.to_owned()))
}

/// The next word of the index, whoever may find it: it only says what to ask for.
fn word_after(cx: &mut Cx<'_>, word: &str) -> Result<Option<String>, Fault> {
    let row: Option<(String,)> = cx.one(
        Sql {
            // Asked for what is greater, the index would go through all entries of the word itself.
            sqlite: "select term
               from search_text_word
              where term >= $1 || char(1)
              order by term
              limit 1",
            postgres: "",
        },
        (word,),
    )?;
    Ok(row.map(|(word,)| word))
}

fn subjects(rows: Vec<(SubjectId,)>) -> Vec<SubjectId> {
    rows.into_iter().map(|(subject,)| subject).collect()
}
