-- Disputes between organisations about whose part something was, and traces of deliveries that did
-- not arrive, leg by leg.

-- place: dispute_id
create table dispute (
  network_id {uuid} not null,
  dispute_id {uuid} not null,
  -- Whose obligation, hand-off or delivery it was when it was opened.
  customer_id {uuid} not null,
  -- Who keeps the case or the order, and under which reference: it leads to where that lies now.
  keeper_id {uuid},
  thing text not null,
  thing_ref text not null,
  -- obligation, hand_off, leg: which one, and the leg of a trace.
  about text not null,
  about_id {uuid} not null,
  about_leg text not null,
  -- What changes, what is handed off, or which leg: a word.
  subject text not null,
  -- Who says that it is not its part, whose it says that it is, and why.
  claimant_id {uuid} not null,
  respondent_id {uuid} not null,
  leg text not null,
  words text not null,
  reference text not null,
  -- open, answered, settled, withdrawn.
  state text not null,
  version {int} not null,
  opened_ms {int} not null,
  due_ms {int} not null,
  -- When whoever acts next is reminded; null when that is done.
  remind_ms {int},
  is_escalated {int} not null,
  answer text not null,
  answer_ref text not null,
  -- Who answers for it, once that is settled.
  answers_for_id {uuid},
  -- Who acts next and by when; null when nobody does.
  waits_id {uuid},
  waits_due_ms {int},
  -- When the round looks at it next.
  next_ms {int},
  constraint dispute_pk primary key (network_id, dispute_id)
) {table};
create index dispute_waiting on dispute (network_id, waits_id, waits_due_ms, dispute_id)
  where waits_due_ms is not null;
create index dispute_next on dispute (network_id, next_ms) where next_ms is not null;
create index dispute_by_about on dispute (network_id, about_id, opened_ms);
create index dispute_by_customer on dispute (network_id, customer_id, opened_ms);

-- place: dispute_id
create table dispute_step (
  network_id {uuid} not null,
  dispute_id {uuid} not null,
  position {int} not null,
  step text not null,
  at_ms {int} not null,
  -- Null for a clock.
  organisation_id {uuid},
  by_name text not null,
  words text not null,
  touch_id {uuid} not null,
  constraint dispute_step_pk primary key (network_id, dispute_id, position)
) {clustered};

-- place: trace_id
create table trace (
  network_id {uuid} not null,
  trace_id {uuid} not null,
  customer_id {uuid} not null,
  sale_id {uuid} not null,
  keeper_id {uuid} not null,
  order_ref text not null,
  opened_ms {int} not null,
  organisation_id {uuid} not null,
  by_name text not null,
  by_customer {int} not null,
  words text not null,
  version {int} not null,
  -- Who looks after what the customer gets: open, promised, done.
  owner_id {uuid} not null,
  remedy text not null,
  remedy_kind text not null,
  remedy_words text not null,
  remedy_due_ms {int} not null,
  remind_ms {int},
  is_escalated {int} not null,
  -- Who has no leg, and answers for it.
  settled_id {uuid},
  ended_ms {int},
  -- Whose the legs are.
  data_id {uuid} not null,
  fulfilment_id {uuid} not null,
  carrier_id {uuid} not null,
  -- Who acts next for the customer and by when; null once the customer has what was promised.
  waits_id {uuid},
  waits_due_ms {int},
  next_ms {int},
  constraint trace_pk primary key (network_id, trace_id)
) {table};
create index trace_waiting on trace (network_id, waits_id, waits_due_ms, trace_id)
  where waits_due_ms is not null;
create index trace_next on trace (network_id, next_ms) where next_ms is not null;
create index trace_by_customer on trace (network_id, customer_id, opened_ms);

-- place: trace_id
create table trace_leg (
  network_id {uuid} not null,
  trace_id {uuid} not null,
  position {int} not null,
  leg_id {uuid} not null,
  leg text not null,
  organisation_id {uuid} not null,
  -- asked, proved, broke, refused, cleared.
  state text not null,
  due_ms {int} not null,
  remind_ms {int},
  is_late {int} not null,
  -- What the record says of it, and what the organisation does.
  record_says text not null,
  words text not null,
  reference text not null,
  answered_ms {int},
  answered_by text not null,
  dispute_id {uuid},
  -- By when its organisation answers; null when it need not.
  waits_due_ms {int},
  constraint trace_leg_pk primary key (network_id, trace_id, position)
) {table};
create index trace_leg_waiting on trace_leg (network_id, organisation_id, waits_due_ms, leg_id)
  where waits_due_ms is not null;

-- place: trace_id
create table trace_step (
  network_id {uuid} not null,
  trace_id {uuid} not null,
  position {int} not null,
  step text not null,
  -- Empty for the trace as a whole, and for what the customer gets.
  leg text not null,
  at_ms {int} not null,
  organisation_id {uuid},
  by_name text not null,
  words text not null,
  touch_id {uuid} not null,
  constraint trace_step_pk primary key (network_id, trace_id, position)
) {clustered};

-- The trace of an order: one at a time.
-- place: sale_id
create table traced_sale (
  network_id {uuid} not null,
  sale_id {uuid} not null,
  trace_id {uuid} not null,
  constraint traced_sale_pk primary key (network_id, sale_id)
) {clustered};

-- Behind the wall as what 0009 says: a dispute is its two parties', a trace of whoever has a leg of
-- it, looks after the customer, or opened it.
-- only: postgres
create policy dispute_wall on dispute using (
  coalesce(network_id = (select nullif(current_setting('handfast.network', true), '')::uuid), true)
  and ((select nullif(current_setting('handfast.partner', true), '')::uuid) is null
    or claimant_id = (select nullif(current_setting('handfast.partner', true), '')::uuid)
    or respondent_id = (select nullif(current_setting('handfast.partner', true), '')::uuid)));

create policy dispute_step_wall on dispute_step using (
  coalesce(network_id = (select nullif(current_setting('handfast.network', true), '')::uuid), true)
  and ((select nullif(current_setting('handfast.partner', true), '')::uuid) is null
    or exists (
      select 1 from dispute d
       where d.network_id = dispute_step.network_id
         and d.dispute_id = dispute_step.dispute_id)));

create policy trace_wall on trace using (
  coalesce(network_id = (select nullif(current_setting('handfast.network', true), '')::uuid), true)
  and ((select nullif(current_setting('handfast.partner', true), '')::uuid) is null
    or organisation_id = (select nullif(current_setting('handfast.partner', true), '')::uuid)
    or owner_id = (select nullif(current_setting('handfast.partner', true), '')::uuid)
    or data_id = (select nullif(current_setting('handfast.partner', true), '')::uuid)
    or fulfilment_id = (select nullif(current_setting('handfast.partner', true), '')::uuid)
    or carrier_id = (select nullif(current_setting('handfast.partner', true), '')::uuid)));

create policy trace_leg_wall on trace_leg using (
  coalesce(network_id = (select nullif(current_setting('handfast.network', true), '')::uuid), true)
  and ((select nullif(current_setting('handfast.partner', true), '')::uuid) is null
    or exists (
      select 1 from trace t
       where t.network_id = trace_leg.network_id and t.trace_id = trace_leg.trace_id)));

create policy trace_step_wall on trace_step using (
  coalesce(network_id = (select nullif(current_setting('handfast.network', true), '')::uuid), true)
  and ((select nullif(current_setting('handfast.partner', true), '')::uuid) is null
    or exists (
      select 1 from trace t
       where t.network_id = trace_step.network_id and t.trace_id = trace_step.trace_id)));

create policy traced_sale_wall on traced_sale using (
  coalesce(network_id =
        (select nullif(current_setting('handfast.network', true), '')::uuid), true));

alter table dispute enable row level security;
alter table dispute force row level security;
alter table dispute_step enable row level security;
alter table dispute_step force row level security;
alter table trace enable row level security;
alter table trace force row level security;
alter table trace_leg enable row level security;
alter table trace_leg force row level security;
alter table trace_step enable row level security;
alter table trace_step force row level security;
alter table traced_sale enable row level security;
alter table traced_sale force row level security;
-- only: end
