-- Who sees what: agreements and their grants, ties, what customers allow, who asked, who looked.

-- One version of what a partner and the brand signed; the highest is in force, the others stay.
-- place: everywhere
create table agreement (
  network_id {uuid} not null,
  organisation_id {uuid} not null,
  version {int} not null,
  signed_day {int} not null,
  -- Kinds of partner, their words separated by commas.
  kinds text not null,
  -- Where it works: countries, regions, towns and beginnings of postcodes, separated by commas.
  territory text not null,
  -- JSON: who does what when, and which class is shown to which tie at which level.
  responsibilities text not null,
  grants text not null,
  -- 'open': a customer's exact key lets a guest in; 'asked': only when the customer confirms.
  guests text not null,
  guest_hours {int} not null,
  note text not null,
  person_id {uuid},
  created_ms {int} not null,
  -- Set on the last version when the agreement ended: it grants nothing then.
  ended_ms {int},
  constraint agreement_pk primary key (network_id, organisation_id, version)
) {table};

-- The grants of the agreement in force, as statements read them: for one tie and purpose a bit for
-- each class that is counted, seen, and seen with the names of organisations.
-- place: everywhere
create table grant_line (
  network_id {uuid} not null,
  organisation_id {uuid} not null,
  tie {int} not null,
  -- 0: no purpose is named.
  purpose {int} not null,
  -- 1: only entries from the day of the tie on.
  from_tie {int} not null,
  counted {int} not null,
  seen {int} not null,
  named {int} not null,
  constraint grant_line_pk primary key (network_id, organisation_id, tie, purpose, from_tie)
) {clustered};
create index grant_line_by_tie on grant_line (network_id, tie, organisation_id);

-- A dated relation between a customer and an organisation, with what the customer's word leaves of
-- the grants: purposes that are permitted and classes that are denied, a bit each.
-- place: customer_id
create table tie (
  network_id {uuid} not null,
  customer_id {uuid} not null,
  organisation_id {uuid} not null,
  tie {int} not null,
  from_ms {int} not null,
  -- The greatest integer while it goes on.
  until_ms {int} not null,
  purposes {int} not null,
  denied {int} not null,
  -- Classes allowed for this one customer, beyond the agreement.
  extra {int} not null,
  -- The customer's name as this organisation keeps it, else the customer's own: the order of lists.
  sort_key text not null,
  -- 'event', 'hand', 'guest', 'request'.
  made_by text not null,
  person_id {uuid},
  why text not null,
  constraint tie_pk primary key (network_id, customer_id, organisation_id, tie)
) {clustered};
create index tie_by_organisation on tie (network_id, organisation_id, sort_key, customer_id, tie);

-- What the customer allows or forbids; the latest word on each thing stands.
-- place: customer_id
create table saying (
  network_id {uuid} not null,
  customer_id {uuid} not null,
  -- 0: everything.
  purpose {int} not null,
  -- The nil id: every partner.
  organisation_id {uuid} not null,
  -- -1: every class.
  class {int} not null,
  allowed {int} not null,
  text_version {int} not null,
  channel text not null,
  heard_by {uuid} not null,
  person_id {uuid},
  at_ms {int} not null,
  constraint saying_pk primary key (network_id, customer_id, purpose, organisation_id, class)
) {clustered};

-- place: customer_id
create table frozen (
  network_id {uuid} not null,
  customer_id {uuid} not null,
  why text not null,
  person_id {uuid},
  at_ms {int} not null,
  constraint frozen_pk primary key (network_id, customer_id)
) {clustered};

-- What a customer is asked to allow, in the words of each version.
-- place: everywhere
create table consent_text (
  network_id {uuid} not null,
  purpose {int} not null,
  version {int} not null,
  words text not null,
  created_ms {int} not null,
  constraint consent_text_pk primary key (network_id, purpose, version)
) {clustered};

-- The organisations that a touch is for, when it names some.
-- place: subject_id
create table touch_named (
  network_id {uuid} not null,
  subject_id {uuid} not null,
  touch_id {uuid} not null,
  organisation_id {uuid} not null,
  constraint touch_named_pk primary key (network_id, subject_id, touch_id, organisation_id)
) {clustered};

-- An organisation asks to see more of one customer.
-- place: customer_id
create table access_request (
  network_id {uuid} not null,
  customer_id {uuid} not null,
  request_id {uuid} not null,
  organisation_id {uuid} not null,
  person_id {uuid} not null,
  classes {int} not null,
  why text not null,
  asked_ms {int} not null,
  due_ms {int} not null,
  -- asked, allowed, refused, withdrawn.
  state text not null,
  allowed {int} not null,
  until_ms {int},
  answer text not null,
  answered_by {uuid},
  answered_ms {int},
  constraint access_request_pk primary key (network_id, customer_id, request_id)
) {clustered};
create index access_request_by_state on access_request (network_id, state, asked_ms);

-- An organisation without a tie asks to serve a customer whose exact key it was given.
-- place: guest_id
create table guest (
  network_id {uuid} not null,
  guest_id {uuid} not null,
  organisation_id {uuid} not null,
  person_id {uuid} not null,
  -- Null when nobody has that key: the answer is the same.
  customer_id {uuid},
  why text not null,
  -- waiting, let_in, refused.
  state text not null,
  code_hash {blob} not null,
  link_hash {blob} not null,
  try_count {int} not null,
  asked_ms {int} not null,
  expires_ms {int} not null,
  until_ms {int},
  constraint guest_pk primary key (network_id, guest_id)
) {clustered};
create index guest_by_organisation on guest (network_id, organisation_id, asked_ms);

-- Who saw which customer's which classes: an entry for each request.
-- place: customer_id
create table look (
  network_id {uuid} not null,
  -- The nil id for lists, which name many.
  customer_id {uuid} not null,
  at_ms {int} not null,
  look_id {uuid} not null,
  organisation_id {uuid} not null,
  person_id {uuid},
  -- The organisation through whose eyes the brand looked.
  as_organisation_id {uuid},
  -- What was opened: customer, timeline, list, search, feed, export.
  what text not null,
  classes {int} not null,
  row_count {int} not null,
  -- The ties by which it was seen, a bit each.
  ties {int} not null,
  why text not null,
  constraint look_pk primary key (network_id, customer_id, at_ms, look_id)
) {clustered};
create index look_by_organisation on look (network_id, organisation_id, at_ms);

-- Entries of the search say when they happened and whom they are for.
alter table search_entry add column at_ms {int} not null default 9223372036854775807;
alter table search_entry add column audience {int} not null default 0;

-- The ties that made themselves before there was this table: records, sales, cases, deliveries.
insert into tie (network_id, customer_id, organisation_id, tie, from_ms, until_ms, purposes, denied,
  extra, sort_key, made_by, person_id, why)
select r.network_id, r.customer_id, r.organisation_id, 0, min(r.since_ms), 9223372036854775807, 15,
  0, 0, min(r.sort_key), 'event', null, ''
  from record r
  join organisation o on o.network_id = r.network_id and o.organisation_id = r.organisation_id
 where o.is_brand = 0
 group by r.network_id, r.customer_id, r.organisation_id;
insert into tie (network_id, customer_id, organisation_id, tie, from_ms, until_ms, purposes, denied,
  extra, sort_key, made_by, person_id, why)
select t.network_id, t.subject_id, t.organisation_id,
  case when t.kind = 'sale' then 1 when t.kind like 'case%' then 2 else 3 end,
  min(t.at_ms), 9223372036854775807, 15, 0, 0,
  coalesce((select min(r.sort_key)
              from record r
             where r.network_id = t.network_id and r.customer_id = t.subject_id
               and r.organisation_id = t.organisation_id), min(c.sort_key)), 'event', null, ''
  from touch t
  join customer c on c.network_id = t.network_id and c.customer_id = t.subject_id
  join organisation o on o.network_id = t.network_id and o.organisation_id = t.organisation_id
 where o.is_brand = 0
   and (t.kind = 'sale' or t.kind like 'case%'
     or t.kind in ('shipped', 'delivered', 'delivery_promised'))
 group by t.network_id, t.subject_id, t.organisation_id,
  case when t.kind = 'sale' then 1 when t.kind like 'case%' then 2 else 3 end;
