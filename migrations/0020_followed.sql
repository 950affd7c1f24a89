-- How far the feed was followed for what organisations' own records say of changes that they were
-- told of.

-- place: network_id
create table followed (
  network_id {uuid} not null,
  -- The number of the last touch that was looked at.
  leaf_index {int} not null,
  constraint followed_pk primary key (network_id)
) {table};

create index obligation_by_customer on obligation (network_id, customer_id, organisation_id);
