-- What is known: customers, the records behind them, and what happened.

-- place: customer_id
create table customer (
  network_id {uuid} not null,
  customer_id {uuid} not null,
  -- The name and place chosen from the records: what the brand's lists show and sort by.
  name text not null,
  sort_key text not null,
  place text not null,
  created_ms {int} not null,
  merged_into {uuid},
  constraint customer_pk primary key (network_id, customer_id)
) {clustered};
create index customer_by_name on customer (network_id, sort_key, customer_id);

-- place: customer_id
create table record (
  network_id {uuid} not null,
  customer_id {uuid} not null,
  record_id {uuid} not null,
  organisation_id {uuid} not null,
  external_ref text not null,
  -- 'person' or 'business'.
  party text not null,
  name text not null,
  given_name text not null,
  family_name text not null,
  sort_key text not null,
  email text not null,
  phone text not null,
  street text not null,
  postcode text not null,
  city text not null,
  region text not null,
  country text not null,
  language text not null,
  since_ms {int} not null,
  updated_ms {int} not null,
  version {int} not null,
  constraint record_pk primary key (network_id, customer_id, record_id)
) {clustered};
create index record_by_organisation on record (network_id, organisation_id, sort_key, customer_id);

-- place: external_ref
create table record_ref (
  network_id {uuid} not null,
  organisation_id {uuid} not null,
  external_ref text not null,
  customer_id {uuid} not null,
  record_id {uuid} not null,
  constraint record_ref_pk primary key (network_id, organisation_id, external_ref)
) {clustered};

-- A key that somebody verified to name one person, as an import declares it.
-- place: person_key
create table person_key (
  network_id {uuid} not null,
  person_key text not null,
  customer_id {uuid} not null,
  constraint person_key_pk primary key (network_id, person_key)
) {clustered};

-- The timeline, the event stream and the audit at once; clustered: a page of it is one read.
-- place: subject_id
create table touch (
  network_id {uuid} not null,
  subject_id {uuid} not null,
  at_ms {int} not null,
  touch_id {uuid} not null,
  record_id {uuid},
  organisation_id {uuid} not null,
  person_id {uuid},
  class {int} not null,
  kind text not null,
  channel text not null,
  audience {int} not null,
  summary text not null,
  body text not null,
  salt {blob} not null,
  recorded_ms {int} not null,
  leaf_index {int},
  constraint touch_pk primary key (network_id, subject_id, at_ms, touch_id)
) {clustered};
create index touch_unsealed on touch (network_id, recorded_ms, touch_id) where leaf_index is null;
create index touch_leaf on touch (network_id, leaf_index) where leaf_index is not null;

-- place: touch_id
create table touch_place (
  network_id {uuid} not null,
  touch_id {uuid} not null,
  subject_id {uuid} not null,
  at_ms {int} not null,
  constraint touch_place_pk primary key (network_id, touch_id)
) {clustered};

-- place: network_id
create table sealer (
  network_id {uuid} not null,
  next_leaf_index {int} not null,
  constraint sealer_pk primary key (network_id)
) {table};
