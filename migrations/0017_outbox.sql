-- Letters that wait to be sent, links by which who gets one may act without signing in, and where
-- an organisation wants its letters.

alter table organisation add column contact_email text not null default '';

-- Once it is sent or withdrawn, who it went to and what it said are gone from here.
-- place: letter_id
create table letter (
  network_id {uuid} not null,
  letter_id {uuid} not null,
  -- Whom it is for.
  organisation_id {uuid} not null,
  -- What it is about: a hand-off, an obligation. Letters of one thread are shown together.
  thread_id {uuid} not null,
  -- Who words it.
  kind text not null,
  recipient text not null,
  -- Empty when it is worded only as it is sent.
  subject text not null,
  body text not null,
  -- waiting, sent, withdrawn, dead.
  state text not null,
  try_count {int} not null,
  last_error text not null,
  -- Somebody is sending it until then at most.
  sending_until_ms {int},
  created_ms {int} not null,
  -- When it was sent, withdrawn or given up.
  ended_ms {int},
  constraint letter_pk primary key (network_id, letter_id)
) {table};
create index letter_by_thread on letter (network_id, thread_id);
create index letter_by_state on letter (network_id, state, created_ms);

-- place: link_hash
create table action_link (
  link_hash {blob} not null,
  network_id {uuid} not null,
  -- hand_off, obligation.
  thing text not null,
  thing_id {uuid} not null,
  organisation_id {uuid} not null,
  email text not null,
  created_ms {int} not null,
  expires_ms {int} not null,
  constraint action_link_pk primary key (link_hash)
) {clustered};
create index action_link_by_expiry on action_link (expires_ms);

-- What a link was used for: each once.
-- place: link_hash
create table action_link_use (
  link_hash {blob} not null,
  network_id {uuid} not null,
  act text not null,
  used_ms {int} not null,
  constraint action_link_use_pk primary key (link_hash, act)
) {clustered};

-- only: postgres
create policy letter_wall on letter using (
  coalesce(network_id = (select nullif(current_setting('handfast.network', true), '')::uuid), true)
  and coalesce(organisation_id =
        (select nullif(current_setting('handfast.partner', true), '')::uuid), true));

create policy action_link_wall on action_link using (
  coalesce(network_id = (select nullif(current_setting('handfast.network', true), '')::uuid), true)
  and coalesce(organisation_id =
        (select nullif(current_setting('handfast.partner', true), '')::uuid), true));

create policy action_link_use_wall on action_link_use using (
  coalesce(network_id =
        (select nullif(current_setting('handfast.network', true), '')::uuid), true));

alter table letter enable row level security;
alter table letter force row level security;
alter table action_link enable row level security;
alter table action_link force row level security;
alter table action_link_use enable row level security;
alter table action_link_use force row level security;
-- only: end
