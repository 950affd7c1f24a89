-- One person, many records: what was merged and how it is undone, what is alike, who decided.

-- One customer was merged into another. Gone when it is undone; its touches tell.
-- place: customer_id
create table merge (
  network_id {uuid} not null,
  -- The one they both are now.
  customer_id {uuid} not null,
  merge_id {uuid} not null,
  -- The one that was merged.
  from_id {uuid} not null,
  -- Counts the merges of a customer: they are undone last first.
  position {int} not null,
  -- 1/256 bit; null when a person said so without the model.
  weight {int},
  person_id {uuid},
  why text not null,
  made_ms {int} not null,
  -- When its rows were moved: again, when an earlier merge was undone.
  applied_ms {int} not null,
  constraint merge_pk primary key (network_id, customer_id, merge_id)
) {clustered};
create index merge_by_id on merge (network_id, merge_id);

-- The rows that a merge moved, by their own ids; `what` as in `merging`'s `What`.
-- place: customer_id
create table moved (
  network_id {uuid} not null,
  customer_id {uuid} not null,
  merge_id {uuid} not null,
  what {int} not null,
  row_id {uuid} not null,
  constraint moved_pk primary key (network_id, customer_id, merge_id, what, row_id)
) {clustered};

-- What has no id of its own, as it stood: before with either, and after the merge.
-- place: customer_id
create table merge_kept (
  network_id {uuid} not null,
  customer_id {uuid} not null,
  merge_id {uuid} not null,
  -- 0: with the one that was merged, 1: with the one it was merged into, 2: after.
  side {int} not null,
  what {int} not null,
  position {int} not null,
  -- JSON: the row's columns.
  kept text not null,
  constraint merge_kept_pk primary key (network_id, customer_id, merge_id, side, what, position)
) {clustered};

-- By which ids an organisation knows a merged customer: those it knew before. None: the customer's.
-- place: customer_id
create table known_as (
  network_id {uuid} not null,
  customer_id {uuid} not null,
  organisation_id {uuid} not null,
  known_id {uuid} not null,
  constraint known_as_pk primary key (network_id, customer_id, organisation_id, known_id)
) {clustered};

-- A record as matching sees it.
-- place: record_id
create table match_record (
  network_id {uuid} not null,
  record_id {uuid} not null,
  organisation_id {uuid} not null,
  -- The customer it was taken in as.
  home_id {uuid} not null,
  -- JSON of the fields that are compared, as they were indexed; empty until then.
  said text not null,
  -- Counts what the record said anew; it waits while that is not what was indexed.
  version {int} not null,
  indexed {int} not null,
  -- With which fit of the model it was indexed; 0: with none yet.
  fit {int} not null,
  -- 0: indexed, and the customers behind it and those alike are still to be settled.
  is_settled {int} not null,
  constraint match_record_pk primary key (network_id, record_id)
) {clustered};
create index match_record_waiting on match_record (network_id, record_id)
  where version <> indexed;
create index match_record_by_fit on match_record (network_id, fit, record_id);
create index match_record_unsettled on match_record (network_id, record_id) where is_settled = 0;
create index match_record_by_home on match_record (network_id, home_id);
create index match_record_by_organisation on match_record (network_id, organisation_id, record_id);
-- Whoever was known before there was matching waits for it.
insert into match_record (network_id, record_id, organisation_id, home_id, said, version, indexed,
  fit, is_settled)
select network_id, record_id, organisation_id, customer_id, '', 1, 0, 0, 1
  from record;

-- Under which keys a record is found as a candidate.
-- place: match_key
create table match_key (
  network_id {uuid} not null,
  match_key {int} not null,
  record_id {uuid} not null,
  constraint match_key_pk primary key (network_id, match_key, record_id)
) {clustered};

-- How alike two records are, in 1/256 bit; each pair stands twice.
-- place: record_id
create table match_edge (
  network_id {uuid} not null,
  record_id {uuid} not null,
  other_id {uuid} not null,
  weight {int} not null,
  constraint match_edge_pk primary key (network_id, record_id, other_id)
) {clustered};

-- What people decided of two records; the latest counts, and outranks the model. Each pair stands
-- twice.
-- place: record_id
create table match_decision (
  network_id {uuid} not null,
  record_id {uuid} not null,
  other_id {uuid} not null,
  decision_id {uuid} not null,
  -- 'same', 'apart', 'skip'.
  verdict text not null,
  organisation_id {uuid} not null,
  person_id {uuid},
  why text not null,
  at_ms {int} not null,
  constraint match_decision_pk primary key (network_id, record_id, other_id, decision_id)
) {clustered};

-- Pairs that a person shall look at.
-- place: record_id
create table match_doubt (
  network_id {uuid} not null,
  -- The smaller id of the two.
  record_id {uuid} not null,
  other_id {uuid} not null,
  weight {int} not null,
  -- Why the model does not decide alone.
  why text not null,
  -- 'open', 'decided', 'skipped'.
  state text not null,
  found_ms {int} not null,
  constraint match_doubt_pk primary key (network_id, record_id, other_id)
) {clustered};
create index match_doubt_by_state on match_doubt (network_id, state, weight, record_id, other_id);
create index match_doubt_by_other on match_doubt (network_id, other_id);

-- The model of a network, and its last run. Whoever matches holds this row.
-- place: network_id
create table matcher (
  network_id {uuid} not null,
  -- Readable, as `handfast match --save-model` writes it; empty: the built-in one.
  model text not null,
  -- JSON: what the last run over all records found.
  report text not null,
  -- Of how many records the model was made.
  record_count {int} not null,
  fitted_ms {int},
  -- Counts the models, from 1.
  fit {int} not null,
  -- 1: a new model is here, and keys of the one before are being taken away.
  is_clearing {int} not null,
  constraint matcher_pk primary key (network_id)
) {table};
insert into matcher (network_id, model, report, record_count, fit, is_clearing)
select network_id, '', '', 0, 1, 0 from network;

-- Behind the wall as what 0009 says: merges are the brand's, the rest is an organisation's own, or
-- holds no more than ids.
-- only: postgres
create policy merge_wall on merge using (
  coalesce(network_id = (select nullif(current_setting('handfast.network', true), '')::uuid), true)
  and (select nullif(current_setting('handfast.partner', true), '')::uuid) is null);

create policy moved_wall on moved using (
  coalesce(network_id = (select nullif(current_setting('handfast.network', true), '')::uuid), true)
  and (select nullif(current_setting('handfast.partner', true), '')::uuid) is null);

create policy merge_kept_wall on merge_kept using (
  coalesce(network_id = (select nullif(current_setting('handfast.network', true), '')::uuid), true)
  and (select nullif(current_setting('handfast.partner', true), '')::uuid) is null);

create policy match_doubt_wall on match_doubt using (
  coalesce(network_id = (select nullif(current_setting('handfast.network', true), '')::uuid), true)
  and (select nullif(current_setting('handfast.partner', true), '')::uuid) is null);

create policy known_as_wall on known_as using (
  coalesce(network_id = (select nullif(current_setting('handfast.network', true), '')::uuid), true)
  and coalesce(organisation_id =
        (select nullif(current_setting('handfast.partner', true), '')::uuid), true));

create policy match_record_wall on match_record using (
  coalesce(network_id = (select nullif(current_setting('handfast.network', true), '')::uuid), true)
  and coalesce(organisation_id =
        (select nullif(current_setting('handfast.partner', true), '')::uuid), true));

create policy match_key_wall on match_key using (
  coalesce(network_id =
        (select nullif(current_setting('handfast.network', true), '')::uuid), true));

create policy match_edge_wall on match_edge using (
  coalesce(network_id =
        (select nullif(current_setting('handfast.network', true), '')::uuid), true));

create policy match_decision_wall on match_decision using (
  coalesce(network_id =
        (select nullif(current_setting('handfast.network', true), '')::uuid), true));

create policy matcher_wall on matcher using (
  coalesce(network_id =
        (select nullif(current_setting('handfast.network', true), '')::uuid), true));

alter table merge enable row level security;
alter table merge force row level security;
alter table moved enable row level security;
alter table moved force row level security;
alter table merge_kept enable row level security;
alter table merge_kept force row level security;
alter table match_doubt enable row level security;
alter table match_doubt force row level security;
alter table known_as enable row level security;
alter table known_as force row level security;
alter table match_record enable row level security;
alter table match_record force row level security;
alter table match_key enable row level security;
alter table match_key force row level security;
alter table match_edge enable row level security;
alter table match_edge force row level security;
alter table match_decision enable row level security;
alter table match_decision force row level security;
alter table matcher enable row level security;
alter table matcher force row level security;
-- only: end
