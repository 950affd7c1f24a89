-- Hand-offs: who is accountable for what, since when, and how it went from one to another.

-- What was handed off at least once, and who is accountable for it now. Whoever changes either
-- holds this row.
-- place: thing_id
create table entrusted (
  network_id {uuid} not null,
  -- The case, the order or the customer; of a task made from its words.
  thing_id {uuid} not null,
  holder_id {uuid} not null,
  -- Counts who was accountable, from 0.
  position {int} not null,
  since_ms {int} not null,
  -- The offer that waits for an answer.
  open_id {uuid},
  constraint entrusted_pk primary key (network_id, thing_id)
) {table};

-- Who was accountable from when until when: no gaps, no overlaps.
-- place: thing_id
create table custody (
  network_id {uuid} not null,
  thing_id {uuid} not null,
  position {int} not null,
  organisation_id {uuid} not null,
  from_ms {int} not null,
  -- Null while it goes on.
  until_ms {int},
  -- By which it came here; null for who was accountable from the beginning.
  hand_off_id {uuid},
  constraint custody_pk primary key (network_id, thing_id, position)
) {clustered};

-- place: hand_off_id
create table hand_off (
  network_id {uuid} not null,
  hand_off_id {uuid} not null,
  -- Whose thing it was when it was offered.
  customer_id {uuid} not null,
  -- case, sale, customer, task.
  thing text not null,
  thing_id {uuid} not null,
  -- Who keeps the case or the order, and under which reference: it leads to where that lies now.
  keeper_id {uuid},
  thing_ref text not null,
  title text not null,
  from_id {uuid} not null,
  to_id {uuid} not null,
  -- Where the thing's custody stood when it was offered.
  custody_position {int} not null,
  -- offered, accepted, declined, expired, withdrawn.
  state text not null,
  version {int} not null,
  offered_ms {int} not null,
  accept_by_ms {int} not null,
  -- When the receiver is reminded; null when that is done.
  remind_ms {int},
  seen_ms {int},
  seen_by text not null,
  answered_ms {int},
  answered_by text not null,
  answer text not null,
  -- Until when the sender is to find somebody else, once it is back.
  back_ms {int},
  is_escalated {int} not null,
  -- Who acts next and by when; null when nobody does.
  waits_id {uuid},
  due_ms {int},
  -- When the round looks at it next.
  next_ms {int},
  constraint hand_off_pk primary key (network_id, hand_off_id)
) {table};
create index hand_off_waiting on hand_off (network_id, waits_id, due_ms, hand_off_id)
  where due_ms is not null;
create index hand_off_sent on hand_off (network_id, from_id, due_ms, hand_off_id)
  where due_ms is not null;
create index hand_off_open on hand_off (network_id, due_ms, hand_off_id) where due_ms is not null;
create index hand_off_next on hand_off (network_id, next_ms) where next_ms is not null;
create index hand_off_by_receiver on hand_off (network_id, to_id, state, offered_ms);
create index hand_off_by_thing on hand_off (network_id, thing_id, offered_ms);
create index hand_off_by_customer on hand_off (network_id, customer_id, offered_ms);
create index hand_off_by_age on hand_off (network_id, offered_ms);

-- The brief, item by item.
-- place: hand_off_id
create table hand_off_item (
  network_id {uuid} not null,
  hand_off_id {uuid} not null,
  position {int} not null,
  item text not null,
  -- What the sender wrote; null where the record tells it, or nobody.
  body text,
  from_record {int} not null,
  -- 1: it was missing when it was offered, or had to be asked for.
  was_missing {int} not null,
  asked_ms {int},
  due_ms {int},
  is_escalated {int} not null,
  constraint hand_off_item_pk primary key (network_id, hand_off_id, position)
) {clustered};

-- place: hand_off_id
create table hand_off_step (
  network_id {uuid} not null,
  hand_off_id {uuid} not null,
  position {int} not null,
  step text not null,
  at_ms {int} not null,
  -- Null for a clock.
  organisation_id {uuid},
  by_name text not null,
  words text not null,
  touch_id {uuid} not null,
  constraint hand_off_step_pk primary key (network_id, hand_off_id, position)
) {clustered};

-- Behind the wall as what 0009 says: a hand-off is its sender's and its receiver's. Who is
-- accountable is no more than ids.
-- only: postgres
create policy hand_off_wall on hand_off using (
  coalesce(network_id = (select nullif(current_setting('handfast.network', true), '')::uuid), true)
  and ((select nullif(current_setting('handfast.partner', true), '')::uuid) is null
    or from_id = (select nullif(current_setting('handfast.partner', true), '')::uuid)
    or to_id = (select nullif(current_setting('handfast.partner', true), '')::uuid)));

create policy hand_off_item_wall on hand_off_item using (
  coalesce(network_id = (select nullif(current_setting('handfast.network', true), '')::uuid), true)
  and ((select nullif(current_setting('handfast.partner', true), '')::uuid) is null
    or exists (
      select 1 from hand_off h
       where h.network_id = hand_off_item.network_id
         and h.hand_off_id = hand_off_item.hand_off_id)));

create policy hand_off_step_wall on hand_off_step using (
  coalesce(network_id = (select nullif(current_setting('handfast.network', true), '')::uuid), true)
  and ((select nullif(current_setting('handfast.partner', true), '')::uuid) is null
    or exists (
      select 1 from hand_off h
       where h.network_id = hand_off_step.network_id
         and h.hand_off_id = hand_off_step.hand_off_id)));

create policy entrusted_wall on entrusted using (
  coalesce(network_id =
        (select nullif(current_setting('handfast.network', true), '')::uuid), true));

create policy custody_wall on custody using (
  coalesce(network_id =
        (select nullif(current_setting('handfast.network', true), '')::uuid), true));

alter table hand_off enable row level security;
alter table hand_off force row level security;
alter table hand_off_item enable row level security;
alter table hand_off_item force row level security;
alter table hand_off_step enable row level security;
alter table hand_off_step force row level security;
alter table entrusted enable row level security;
alter table entrusted force row level security;
alter table custody enable row level security;
alter table custody force row level security;
-- only: end
