-- What can be found by its words: names, references, summaries. The two engines differ here.

-- only: sqlite
-- place: subject_id
create table search_entry (
  entry_key integer primary key,
  network_id blob not null,
  subject_id blob not null,
  entry_id blob not null,
  organisation_id blob not null,
  class integer not null,
  constraint search_entry_id unique (network_id, subject_id, entry_id)
) strict;
create virtual table search_text using fts5 (
  words, content = '', contentless_delete = 1, prefix = '2 3', detail = full,
  tokenize = "unicode61 remove_diacritics 0 tokenchars '_'"
);
-- only: end

-- only: postgres
-- place: subject_id
create table search_entry (
  network_id uuid not null,
  subject_id uuid not null,
  entry_id uuid not null,
  organisation_id uuid not null,
  class bigint not null,
  words tsvector not null,
  constraint search_entry_pk primary key (network_id, subject_id, entry_id)
);
create index search_entry_words on search_entry using gin (words);
-- only: end
