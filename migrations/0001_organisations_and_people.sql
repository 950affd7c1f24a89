-- Who there is: networks, their organisations, the people who sign in, and what lets them in.

-- place: everywhere
create table network (
  network_id {uuid} not null,
  slug text not null,
  name text not null,
  time_zone text not null,
  created_ms {int} not null,
  constraint network_pk primary key (network_id),
  constraint network_slug unique (slug)
) {table};

-- place: everywhere
create table organisation (
  network_id {uuid} not null,
  organisation_id {uuid} not null,
  is_brand {int} not null,
  -- Kinds of partner, their words separated by commas; empty for the brand.
  kinds text not null,
  name text not null,
  sort_key text not null,
  territory text not null,
  external_ref text not null,
  created_ms {int} not null,
  ended_ms {int},
  constraint organisation_pk primary key (network_id, organisation_id),
  constraint organisation_external_ref unique (network_id, external_ref)
) {table};
create index organisation_by_name on organisation (network_id, sort_key, organisation_id);

-- place: everywhere
create table person (
  person_id {uuid} not null,
  name text not null,
  email text not null,
  email_key text not null,
  password_hash text,
  theme text not null,
  created_ms {int} not null,
  deactivated_ms {int},
  constraint person_pk primary key (person_id),
  constraint person_email unique (email_key)
) {table};

-- place: everywhere
create table member (
  network_id {uuid} not null,
  organisation_id {uuid} not null,
  person_id {uuid} not null,
  role text not null,
  since_ms {int} not null,
  ended_ms {int},
  constraint member_pk primary key (network_id, organisation_id, person_id)
) {table};
create index member_by_person on member (person_id, network_id, organisation_id);

-- place: token_hash
create table invitation (
  token_hash {blob} not null,
  network_id {uuid} not null,
  organisation_id {uuid} not null,
  email text not null,
  name text not null,
  role text not null,
  invited_by {uuid} not null,
  created_ms {int} not null,
  expires_ms {int} not null,
  used_ms {int},
  constraint invitation_pk primary key (token_hash)
) {table};
create index invitation_by_organisation on invitation (network_id, organisation_id, created_ms);

-- place: token_hash
create table sign_in_link (
  token_hash {blob} not null,
  person_id {uuid} not null,
  -- 1: works once. 0: works until it expires, and its use is not written down.
  single_use {int} not null,
  created_ms {int} not null,
  expires_ms {int} not null,
  used_ms {int},
  constraint sign_in_link_pk primary key (token_hash)
) {table};

-- place: token_hash
create table session (
  token_hash {blob} not null,
  person_id {uuid} not null,
  network_id {uuid} not null,
  organisation_id {uuid} not null,
  created_ms {int} not null,
  seen_ms {int} not null,
  constraint session_pk primary key (token_hash)
) {clustered};
create index session_by_person on session (person_id);

-- place: token_hash
create table api_token (
  token_hash {blob} not null,
  api_token_id {uuid} not null,
  network_id {uuid} not null,
  organisation_id {uuid} not null,
  person_id {uuid} not null,
  name text not null,
  scopes text not null,
  created_ms {int} not null,
  expires_ms {int} not null,
  revoked_ms {int},
  constraint api_token_pk primary key (token_hash)
) {clustered};
create index api_token_by_organisation on api_token (network_id, organisation_id, created_ms);

-- Attempts to sign in, a row for each address and each e-mail: several processes count together.
-- place: attempt_key
create table sign_in_attempt (
  attempt_key text not null,
  window_ms {int} not null,
  attempt_count {int} not null,
  constraint sign_in_attempt_pk primary key (attempt_key)
) {clustered};
