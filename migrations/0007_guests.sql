-- Serving a guest: exact keys that lead to a customer, links by which customers confirm. And where
-- requests for access lie, of which one organisation has one at a time for a customer.

-- A mail address, phone number or order reference that leads to a customer.
-- place: key_hash
create table contact_key (
  network_id {uuid} not null,
  -- SHA-256 of network, kind and value: the table holds no value itself.
  key_hash {blob} not null,
  customer_id {uuid} not null,
  -- The record or the sale that says it.
  source_id {uuid} not null,
  constraint contact_key_pk primary key (network_id, key_hash, customer_id, source_id)
) {clustered};

-- The link by which a customer lets a guest in, or does not. Gone once it is used.
-- place: link_hash
create table guest_link (
  link_hash {blob} not null,
  network_id {uuid} not null,
  guest_id {uuid} not null,
  constraint guest_link_pk primary key (link_hash)
) {clustered};

create index guest_by_state on guest (network_id, state, asked_ms);

-- place: request_id
create table access_request_place (
  network_id {uuid} not null,
  request_id {uuid} not null,
  customer_id {uuid} not null,
  constraint access_request_place_pk primary key (network_id, request_id)
) {clustered};

create index access_request_by_organisation
  on access_request (network_id, organisation_id, asked_ms);
create unique index access_request_open
  on access_request (network_id, customer_id, organisation_id) where state = 'asked';
