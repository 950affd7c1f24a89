-- Which partner was written to in which month, how far the signed ledger goes.

-- place: organisation_id
create table checkpoint_letter (
  network_id {uuid} not null,
  organisation_id {uuid} not null,
  -- In the network's zone: 2026-03.
  month text not null,
  written_ms {int} not null,
  constraint checkpoint_letter_pk primary key (network_id, organisation_id, month)
) {clustered};

-- only: postgres
create policy checkpoint_letter_wall on checkpoint_letter using (
  coalesce(network_id = (select nullif(current_setting('handfast.network', true), '')::uuid), true)
  and coalesce(organisation_id =
        (select nullif(current_setting('handfast.partner', true), '')::uuid), true));

alter table checkpoint_letter enable row level security;
alter table checkpoint_letter force row level security;
-- only: end
