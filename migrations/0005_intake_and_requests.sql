-- Files that come in, work to do later, and requests that must count once.

-- place: import_id
create table import_run (
  network_id {uuid} not null,
  import_id {uuid} not null,
  organisation_id {uuid} not null,
  person_id {uuid},
  shape text not null,
  profile text not null,
  map text not null,
  file_name text not null,
  -- waiting (for its columns to be mapped), queued, running, done, cancelled, failed.
  state text not null,
  message text not null,
  read_count {int} not null,
  stored_count {int} not null,
  unchanged_count {int} not null,
  rejected_count {int} not null,
  bytes_done {int} not null,
  bytes_total {int} not null,
  created_ms {int} not null,
  started_ms {int},
  ended_ms {int},
  constraint import_run_pk primary key (network_id, import_id)
) {table};
create index import_run_by_organisation on import_run (network_id, organisation_id, created_ms);

-- place: import_id
create table import_reject (
  network_id {uuid} not null,
  import_id {uuid} not null,
  line {int} not null,
  position {int} not null,
  column_name text not null,
  reason text not null,
  original text not null,
  constraint import_reject_pk primary key (network_id, import_id, line, position)
) {clustered};

-- What each row of each source said last, so that the same file again stores nothing new.
-- place: row_key
create table intake_row (
  network_id {uuid} not null,
  row_key {uuid} not null,
  content {uuid} not null,
  constraint intake_row_pk primary key (network_id, row_key)
) {clustered};

-- place: lane
create table job (
  lane {int} not null,
  job_id {uuid} not null,
  kind text not null,
  payload text not null,
  -- ready, claimed, dead.
  state text not null,
  run_at_ms {int} not null,
  claimed_until_ms {int},
  try_count {int} not null,
  last_error text not null,
  created_ms {int} not null,
  constraint job_pk primary key (lane, job_id)
) {table};
create index job_ready on job (lane, state, run_at_ms);

-- Answers to writes of the API, kept for seven days: the same key and body get the same answer.
-- place: idempotency_key
create table idempotency (
  network_id {uuid} not null,
  organisation_id {uuid} not null,
  idempotency_key text not null,
  request_hash {blob} not null,
  status {int} not null,
  content_type text not null,
  location text not null,
  answer text not null,
  created_ms {int} not null,
  constraint idempotency_pk primary key (network_id, organisation_id, idempotency_key)
) {table};
create index idempotency_by_age on idempotency (created_ms);
