use handfast_db::{Engine, Fault, Sql, Tx};

use crate::merging::moving::Way;

pub(super) fn records(tx: &mut Tx<'_>, way: &Way) -> Result<(), Fault> {
    tx.exec(
        "insert into record (network_id, customer_id, record_id, organisation_id, external_ref,
           party, name, given_name, family_name, sort_key, email, phone, street, postcode, city,
           region, country, language, since_ms, updated_ms, version, name_said_ms, email_said_ms,
           phone_said_ms, address_said_ms, name_confirmed_ms, email_confirmed_ms,
           phone_confirmed_ms, address_confirmed_ms)
         select t.network_id, $1, t.record_id, t.organisation_id, t.external_ref, t.party, t.name,
                t.given_name, t.family_name, t.sort_key, t.email, t.phone, t.street, t.postcode,
                t.city, t.region, t.country, t.language, t.since_ms, t.updated_ms, t.version,
                t.name_said_ms, t.email_said_ms, t.phone_said_ms, t.address_said_ms,
                t.name_confirmed_ms, t.email_confirmed_ms, t.phone_confirmed_ms,
                t.address_confirmed_ms
           from record t
          where t.network_id = $2 and t.customer_id = $3
            and (cast($4 as bigint) = 1 or exists (
              select 1
                from moved m
               where m.network_id = t.network_id and m.customer_id = t.customer_id
                 and m.merge_id = $5 and m.what = 1 and m.row_id = t.record_id))",
        (way.to, way.network, way.from, way.whole(), way.merge),
    )?;
    tx.exec(
        "delete from record
          where network_id = $1 and customer_id = $2
            and (cast($3 as bigint) = 1 or exists (
              select 1
                from moved m
               where m.network_id = record.network_id
                 and m.customer_id = record.customer_id
                 and m.merge_id = $4 and m.what = 1 and m.row_id = record.record_id))",
        (way.network, way.from, way.whole(), way.merge),
    )?;
    Ok(())
}

pub(super) fn touches(tx: &mut Tx<'_>, way: &Way) -> Result<(), Fault> {
    tx.exec(
        "insert into touch (network_id, subject_id, at_ms, touch_id, record_id, organisation_id,
           person_id, class, kind, channel, audience, summary, body, salt, recorded_ms,
           leaf_index)
         select t.network_id, $1, t.at_ms, t.touch_id, t.record_id, t.organisation_id,
                t.person_id, t.class, t.kind, t.channel, t.audience, t.summary, t.body, t.salt,
                t.recorded_ms, t.leaf_index
           from touch t
          where t.network_id = $2 and t.subject_id = $3
            and (cast($4 as bigint) = 1 or exists (
              select 1
                from moved m
               where m.network_id = t.network_id and m.customer_id = t.subject_id
                 and m.merge_id = $5 and m.what = 2 and m.row_id = t.touch_id))",
        (way.to, way.network, way.from, way.whole(), way.merge),
    )?;
    tx.exec(
        "delete from touch
          where network_id = $1 and subject_id = $2
            and (cast($3 as bigint) = 1 or exists (
              select 1
                from moved m
               where m.network_id = touch.network_id
                 and m.customer_id = touch.subject_id
                 and m.merge_id = $4 and m.what = 2 and m.row_id = touch.touch_id))",
        (way.network, way.from, way.whole(), way.merge),
    )?;
    Ok(())
}

pub(super) fn named(tx: &mut Tx<'_>, way: &Way) -> Result<(), Fault> {
    tx.exec(
        "insert into touch_named (network_id, subject_id, touch_id, organisation_id)
         select t.network_id, $1, t.touch_id, t.organisation_id
           from touch_named t
          where t.network_id = $2 and t.subject_id = $3
            and (cast($4 as bigint) = 1 or exists (
              select 1
                from moved m
               where m.network_id = t.network_id and m.customer_id = t.subject_id
                 and m.merge_id = $5 and m.what = 2 and m.row_id = t.touch_id))",
        (way.to, way.network, way.from, way.whole(), way.merge),
    )?;
    tx.exec(
        "delete from touch_named
          where network_id = $1 and subject_id = $2
            and (cast($3 as bigint) = 1 or exists (
              select 1
                from moved m
               where m.network_id = touch_named.network_id
                 and m.customer_id = touch_named.subject_id
                 and m.merge_id = $4 and m.what = 2 and m.row_id = touch_named.touch_id))",
        (way.network, way.from, way.whole(), way.merge),
    )?;
    Ok(())
}

pub(super) fn sales(tx: &mut Tx<'_>, way: &Way) -> Result<(), Fault> {
    tx.exec(
        "insert into sale (network_id, customer_id, sale_id, keeper_id, order_ref, record_id,
           organisation_id, partner_count, status, ordered_ms, hand_over_due_ms, handed_over_ms,
           promised_ms, delivered_ms, promised_day, delivered_day, total_minor, currency,
           postcode, region, review_count, review_sum)
         select t.network_id, $1, t.sale_id, t.keeper_id, t.order_ref, t.record_id,
                t.organisation_id, t.partner_count, t.status, t.ordered_ms, t.hand_over_due_ms,
                t.handed_over_ms, t.promised_ms, t.delivered_ms, t.promised_day, t.delivered_day,
                t.total_minor, t.currency, t.postcode, t.region, t.review_count, t.review_sum
           from sale t
          where t.network_id = $2 and t.customer_id = $3
            and (cast($4 as bigint) = 1 or exists (
              select 1
                from moved m
               where m.network_id = t.network_id and m.customer_id = t.customer_id
                 and m.merge_id = $5 and m.what = 3 and m.row_id = t.sale_id))",
        (way.to, way.network, way.from, way.whole(), way.merge),
    )?;
    tx.exec(
        "delete from sale
          where network_id = $1 and customer_id = $2
            and (cast($3 as bigint) = 1 or exists (
              select 1
                from moved m
               where m.network_id = sale.network_id
                 and m.customer_id = sale.customer_id
                 and m.merge_id = $4 and m.what = 3 and m.row_id = sale.sale_id))",
        (way.network, way.from, way.whole(), way.merge),
    )?;
    Ok(())
}

pub(super) fn reviews(tx: &mut Tx<'_>, way: &Way) -> Result<(), Fault> {
    tx.exec(
        "insert into review (network_id, customer_id, review_id, sale_id, review_ref, score,
           has_text, asked_ms, answered_ms)
         select t.network_id, $1, t.review_id, t.sale_id, t.review_ref, t.score, t.has_text,
                t.asked_ms, t.answered_ms
           from review t
          where t.network_id = $2 and t.customer_id = $3
            and (cast($4 as bigint) = 1 or exists (
              select 1
                from moved m
               where m.network_id = t.network_id and m.customer_id = t.customer_id
                 and m.merge_id = $5 and m.what = 4 and m.row_id = t.review_id))",
        (way.to, way.network, way.from, way.whole(), way.merge),
    )?;
    tx.exec(
        "delete from review
          where network_id = $1 and customer_id = $2
            and (cast($3 as bigint) = 1 or exists (
              select 1
                from moved m
               where m.network_id = review.network_id
                 and m.customer_id = review.customer_id
                 and m.merge_id = $4 and m.what = 4 and m.row_id = review.review_id))",
        (way.network, way.from, way.whole(), way.merge),
    )?;
    Ok(())
}

pub(super) fn cases(tx: &mut Tx<'_>, way: &Way) -> Result<(), Fault> {
    tx.exec(
        "insert into case_state (network_id, subject_id, case_id, organisation_id, case_ref,
           title, product, status, owner, team, country, opened_ms, last_ms, closed_ms,
           step_count, hand_over_count)
         select t.network_id, $1, t.case_id, t.organisation_id, t.case_ref, t.title, t.product,
                t.status, t.owner, t.team, t.country, t.opened_ms, t.last_ms, t.closed_ms,
                t.step_count, t.hand_over_count
           from case_state t
          where t.network_id = $2 and t.subject_id = $3
            and (cast($4 as bigint) = 1 or exists (
              select 1
                from moved m
               where m.network_id = t.network_id and m.customer_id = t.subject_id
                 and m.merge_id = $5 and m.what = 5 and m.row_id = t.case_id))",
        (way.to, way.network, way.from, way.whole(), way.merge),
    )?;
    tx.exec(
        "delete from case_state
          where network_id = $1 and subject_id = $2
            and (cast($3 as bigint) = 1 or exists (
              select 1
                from moved m
               where m.network_id = case_state.network_id
                 and m.customer_id = case_state.subject_id
                 and m.merge_id = $4 and m.what = 5 and m.row_id = case_state.case_id))",
        (way.network, way.from, way.whole(), way.merge),
    )?;
    Ok(())
}

pub(super) fn requests(tx: &mut Tx<'_>, way: &Way) -> Result<(), Fault> {
    tx.exec(
        "insert into access_request (network_id, customer_id, request_id, organisation_id,
           person_id, classes, why, asked_ms, due_ms, state, allowed, until_ms, answer,
           answered_by, answered_ms)
         select t.network_id, $1, t.request_id, t.organisation_id, t.person_id, t.classes, t.why,
                t.asked_ms, t.due_ms, t.state, t.allowed, t.until_ms, t.answer, t.answered_by,
                t.answered_ms
           from access_request t
          where t.network_id = $2 and t.customer_id = $3
            and (cast($4 as bigint) = 1 or exists (
              select 1
                from moved m
               where m.network_id = t.network_id and m.customer_id = t.customer_id
                 and m.merge_id = $5 and m.what = 6 and m.row_id = t.request_id))",
        (way.to, way.network, way.from, way.whole(), way.merge),
    )?;
    tx.exec(
        "delete from access_request
          where network_id = $1 and customer_id = $2
            and (cast($3 as bigint) = 1 or exists (
              select 1
                from moved m
               where m.network_id = access_request.network_id
                 and m.customer_id = access_request.customer_id
                 and m.merge_id = $4 and m.what = 6 and m.row_id = access_request.request_id))",
        (way.network, way.from, way.whole(), way.merge),
    )?;
    Ok(())
}

pub(super) fn looks(tx: &mut Tx<'_>, way: &Way) -> Result<(), Fault> {
    tx.exec(
        "insert into look (network_id, customer_id, at_ms, look_id, organisation_id, person_id,
           as_organisation_id, what, classes, row_count, ties, why)
         select t.network_id, $1, t.at_ms, t.look_id, t.organisation_id, t.person_id,
                t.as_organisation_id, t.what, t.classes, t.row_count, t.ties, t.why
           from look t
          where t.network_id = $2 and t.customer_id = $3
            and (cast($4 as bigint) = 1 or exists (
              select 1
                from moved m
               where m.network_id = t.network_id and m.customer_id = t.customer_id
                 and m.merge_id = $5 and m.what = 7 and m.row_id = t.look_id))",
        (way.to, way.network, way.from, way.whole(), way.merge),
    )?;
    tx.exec(
        "delete from look
          where network_id = $1 and customer_id = $2
            and (cast($3 as bigint) = 1 or exists (
              select 1
                from moved m
               where m.network_id = look.network_id
                 and m.customer_id = look.customer_id
                 and m.merge_id = $4 and m.what = 7 and m.row_id = look.look_id))",
        (way.network, way.from, way.whole(), way.merge),
    )?;
    Ok(())
}

/// Entries keep their keys: on SQLite their words lie under them.
pub(super) fn entries(tx: &mut Tx<'_>, way: &Way) -> Result<(), Fault> {
    tx.exec(
        Sql {
            // Takes the place of the row with the same key.
            sqlite: "insert or replace into search_entry (entry_key, network_id, subject_id,
                entry_id, organisation_id, class, at_ms, audience, is_named)
              select t.entry_key, t.network_id, $1, t.entry_id, t.organisation_id, t.class,
                     t.at_ms, t.audience, t.is_named
                from search_entry t
               where t.network_id = $2 and t.subject_id = $3
                 and ($4 = 1 or exists (
                   select 1
                     from moved m
                    where m.network_id = t.network_id and m.customer_id = t.subject_id
                      and m.merge_id = $5 and m.what = 8 and m.row_id = t.entry_id))",
            postgres: "insert into search_entry (network_id, subject_id, entry_id,
                organisation_id, class, at_ms, audience, is_named, words)
              select t.network_id, $1, t.entry_id, t.organisation_id, t.class, t.at_ms,
                     t.audience, t.is_named, t.words
                from search_entry t
               where t.network_id = $2 and t.subject_id = $3
                 and (cast($4 as bigint) = 1 or exists (
                   select 1
                     from moved m
                    where m.network_id = t.network_id and m.customer_id = t.subject_id
                      and m.merge_id = $5 and m.what = 8 and m.row_id = t.entry_id))",
        },
        (way.to, way.network, way.from, way.whole(), way.merge),
    )?;
    if tx.engine() == Engine::Sqlite {
        return Ok(());
    }
    tx.exec(
        "delete from search_entry
          where network_id = $1 and subject_id = $2
            and (cast($3 as bigint) = 1 or exists (
              select 1
                from moved m
               where m.network_id = search_entry.network_id
                 and m.customer_id = search_entry.subject_id
                 and m.merge_id = $4 and m.what = 8 and m.row_id = search_entry.entry_id))",
        (way.network, way.from, way.whole(), way.merge),
    )?;
    Ok(())
}
