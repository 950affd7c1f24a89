-- Obligations: what a customer told once, what each organisation has to do about it, and what it
-- holds.

-- place: change_id
create table customer_change (
  network_id {uuid} not null,
  change_id {uuid} not null,
  -- Whose detail it was when it was entered.
  customer_id {uuid} not null,
  -- name, phone, email, address, consent, erasure.
  changed text not null,
  -- JSON of what it was, where that is known, and of what it is to be.
  before text not null,
  given text not null,
  from_ms {int},
  until_ms {int},
  entered_ms {int} not null,
  organisation_id {uuid} not null,
  by_name text not null,
  by_customer {int} not null,
  touch_id {uuid} not null,
  -- From when records are to say it; null once they do.
  begins_ms {int},
  -- When it is to be what it was again; null once that is done, or for a change for good.
  back_ms {int},
  constraint customer_change_pk primary key (network_id, change_id)
) {table};
create index customer_change_by_customer on customer_change (network_id, customer_id, entered_ms);
create index customer_change_begins on customer_change (network_id, begins_ms)
  where begins_ms is not null;
create index customer_change_back on customer_change (network_id, back_ms)
  where back_ms is not null;

-- place: change_id
create table obligation (
  network_id {uuid} not null,
  change_id {uuid} not null,
  obligation_id {uuid} not null,
  customer_id {uuid} not null,
  organisation_id {uuid} not null,
  changed text not null,
  -- sent, accepted, refused, applied, verified, mismatch, superseded.
  state text not null,
  version {int} not null,
  sent_ms {int} not null,
  due_ms {int} not null,
  next_delivery_ms {int},
  is_seen {int} not null,
  -- When the organisation is reminded; null when that is done.
  remind_ms {int},
  is_escalated {int} not null,
  -- JSON of what was read back last, and how; empty before.
  held text not null,
  how text not null,
  -- Who acts next and by when; null when nobody does.
  waits_id {uuid},
  waits_due_ms {int},
  -- When the round looks at it next.
  next_ms {int},
  constraint obligation_pk primary key (network_id, change_id, obligation_id)
) {table};
create index obligation_waiting on obligation
  (network_id, waits_id, waits_due_ms, obligation_id) where waits_due_ms is not null;
create index obligation_open on obligation (network_id, waits_due_ms, obligation_id)
  where waits_due_ms is not null;
create index obligation_next on obligation (network_id, next_ms) where next_ms is not null;
create index obligation_by_organisation on obligation (network_id, organisation_id, sent_ms);

-- place: change_id
create table obligation_step (
  network_id {uuid} not null,
  change_id {uuid} not null,
  obligation_id {uuid} not null,
  position {int} not null,
  step text not null,
  at_ms {int} not null,
  -- Null for a clock.
  organisation_id {uuid},
  by_name text not null,
  words text not null,
  touch_id {uuid} not null,
  constraint obligation_step_pk primary key (network_id, change_id, obligation_id, position)
) {clustered};

-- Where an obligation lies.
-- place: obligation_id
create table obligation_place (
  network_id {uuid} not null,
  obligation_id {uuid} not null,
  change_id {uuid} not null,
  constraint obligation_place_pk primary key (network_id, obligation_id)
) {clustered};

-- Behind the wall as what 0009 says: an obligation is its organisation's, a change of whoever
-- entered it or is obliged by it.
-- only: postgres
create policy obligation_wall on obligation using (
  coalesce(network_id = (select nullif(current_setting('handfast.network', true), '')::uuid), true)
  and coalesce(organisation_id =
        (select nullif(current_setting('handfast.partner', true), '')::uuid), true));

create policy obligation_step_wall on obligation_step using (
  coalesce(network_id = (select nullif(current_setting('handfast.network', true), '')::uuid), true)
  and ((select nullif(current_setting('handfast.partner', true), '')::uuid) is null
    or exists (
      select 1 from obligation o
       where o.network_id = obligation_step.network_id
         and o.change_id = obligation_step.change_id
         and o.obligation_id = obligation_step.obligation_id)));

create policy customer_change_wall on customer_change using (
  coalesce(network_id = (select nullif(current_setting('handfast.network', true), '')::uuid), true)
  and (coalesce(organisation_id =
        (select nullif(current_setting('handfast.partner', true), '')::uuid), true)
    or exists (
      select 1 from obligation o
       where o.network_id = customer_change.network_id
         and o.change_id = customer_change.change_id)));

alter table obligation enable row level security;
alter table obligation force row level security;
alter table obligation_step enable row level security;
alter table obligation_step force row level security;
alter table customer_change enable row level security;
alter table customer_change force row level security;
-- only: end
