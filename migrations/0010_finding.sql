-- Entries of the search that others find too.

-- 1: found by words that only who sees names of organisations is shown.
alter table search_entry add column is_named {int} not null default 0;

-- What was allowed beyond agreements is rare: asked of all customers of an organisation at once.
create index tie_with_extra on tie (network_id, organisation_id, extra, tie, until_ms)
  where extra > 0;

-- Whether an organisation has a tie that no event makes: with every customer, or all of a region.
create index tie_of_all on tie (network_id, organisation_id, tie) where tie > 6;

-- only: postgres
-- Beginnings of up to three letters are words of their own from now on.
update search_entry
   set words = words || array_to_tsvector(array(
     select distinct '~' || left(l.lexeme, n.length)
       from unnest(tsvector_to_array(words)) l (lexeme), generate_series(1, 3) n (length)
      where left(l.lexeme, 1) <> '_' and length(l.lexeme) >= n.length));
-- only: end
