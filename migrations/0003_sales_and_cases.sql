-- Where sales and cases stand: projections of their touches, written in the same transactions.

-- place: customer_id
create table sale (
  network_id {uuid} not null,
  customer_id {uuid} not null,
  sale_id {uuid} not null,
  -- Who keeps the order under this reference (a marketplace for its sellers, a shop for itself).
  keeper_id {uuid} not null,
  order_ref text not null,
  record_id {uuid} not null,
  -- The one partner who sold it; null when none or several did.
  organisation_id {uuid},
  partner_count {int} not null,
  status text not null,
  ordered_ms {int} not null,
  -- Hand-over to the carrier: due (the latest line's limit) and done.
  hand_over_due_ms {int},
  handed_over_ms {int},
  promised_ms {int},
  delivered_ms {int},
  -- Calendar days in the network's zone.
  promised_day {int},
  delivered_day {int},
  total_minor {int} not null,
  currency text not null,
  postcode text not null,
  region text not null,
  review_count {int} not null,
  review_sum {int} not null,
  constraint sale_pk primary key (network_id, customer_id, sale_id)
) {clustered};
create index sale_by_organisation on sale (network_id, organisation_id, ordered_ms);

-- place: order_ref
create table sale_ref (
  network_id {uuid} not null,
  keeper_id {uuid} not null,
  order_ref text not null,
  customer_id {uuid} not null,
  sale_id {uuid} not null,
  constraint sale_ref_pk primary key (network_id, keeper_id, order_ref)
) {clustered};

-- Lines of orders; they may arrive before their order does.
-- place: order_ref
create table sale_line (
  network_id {uuid} not null,
  keeper_id {uuid} not null,
  order_ref text not null,
  line_ref text not null,
  organisation_id {uuid} not null,
  product_ref text not null,
  title text not null,
  category text not null,
  quantity {int} not null,
  price_minor {int} not null,
  freight_minor {int} not null,
  hand_over_due_ms {int},
  constraint sale_line_pk primary key (network_id, keeper_id, order_ref, line_ref)
) {clustered};

-- place: customer_id
create table review (
  network_id {uuid} not null,
  customer_id {uuid} not null,
  review_id {uuid} not null,
  sale_id {uuid} not null,
  review_ref text not null,
  score {int} not null,
  has_text {int} not null,
  asked_ms {int},
  answered_ms {int} not null,
  constraint review_pk primary key (network_id, customer_id, review_id)
) {clustered};

-- place: everywhere
create table product (
  network_id {uuid} not null,
  product_ref text not null,
  name text not null,
  category text not null,
  constraint product_pk primary key (network_id, product_ref)
) {clustered};

-- A case's subject is its customer, or the case itself when nobody is named.
-- place: subject_id
create table case_state (
  network_id {uuid} not null,
  subject_id {uuid} not null,
  case_id {uuid} not null,
  organisation_id {uuid} not null,
  case_ref text not null,
  title text not null,
  product text not null,
  status text not null,
  owner text not null,
  team text not null,
  country text not null,
  opened_ms {int} not null,
  last_ms {int} not null,
  closed_ms {int},
  step_count {int} not null,
  hand_over_count {int} not null,
  constraint case_state_pk primary key (network_id, subject_id, case_id)
) {clustered};
create index case_state_by_organisation on case_state (network_id, organisation_id, last_ms);

-- place: case_ref
create table case_ref (
  network_id {uuid} not null,
  keeper_id {uuid} not null,
  case_ref text not null,
  subject_id {uuid} not null,
  case_id {uuid} not null,
  constraint case_ref_pk primary key (network_id, keeper_id, case_ref)
) {clustered};
