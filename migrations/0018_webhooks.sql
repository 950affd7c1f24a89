-- Webhooks: where partners' systems want to be told, and what they were told.

-- place: webhook_id
create table webhook (
  network_id {uuid} not null,
  webhook_id {uuid} not null,
  organisation_id {uuid} not null,
  url text not null,
  -- Kinds of touches, with spaces between.
  kinds text not null,
  -- Locked with a key that is not in the database.
  secret {blob} not null,
  -- The one before, which signs too until then.
  old_secret {blob},
  old_until_ms {int},
  -- on, off.
  state text not null,
  -- The last touch of the feed that was looked at.
  after_id {uuid},
  -- How many deliveries there were.
  made_count {int} not null,
  -- When the next delivery is due; null while none waits.
  next_ms {int},
  -- Somebody is sending until then at most.
  sending_until_ms {int},
  last_error text not null,
  created_ms {int} not null,
  constraint webhook_pk primary key (network_id, webhook_id)
) {table};
create index webhook_by_organisation on webhook (network_id, organisation_id);

-- Each touch once; nothing of what it says.
-- place: webhook_id
create table webhook_delivery (
  network_id {uuid} not null,
  webhook_id {uuid} not null,
  touch_id {uuid} not null,
  organisation_id {uuid} not null,
  -- Deliveries go out in this order.
  position {int} not null,
  -- waiting, delivered, withdrawn, dead.
  state text not null,
  try_count {int} not null,
  last_error text not null,
  ended_ms {int},
  constraint webhook_delivery_pk primary key (network_id, webhook_id, touch_id)
) {clustered};
create index webhook_delivery_by_position
  on webhook_delivery (network_id, webhook_id, state, position);

-- only: postgres
create policy webhook_wall on webhook using (
  coalesce(network_id = (select nullif(current_setting('handfast.network', true), '')::uuid), true)
  and coalesce(organisation_id =
        (select nullif(current_setting('handfast.partner', true), '')::uuid), true));

create policy webhook_delivery_wall on webhook_delivery using (
  coalesce(network_id = (select nullif(current_setting('handfast.network', true), '')::uuid), true)
  and coalesce(organisation_id =
        (select nullif(current_setting('handfast.partner', true), '')::uuid), true));

alter table webhook enable row level security;
alter table webhook force row level security;
alter table webhook_delivery enable row level security;
alter table webhook_delivery force row level security;
-- only: end
