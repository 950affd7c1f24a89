-- The second wall, on PostgreSQL: rows of customers are held back by the database itself, should a
-- statement ever forget its lens. Whoever makes a lens says in the same transaction whose it is:
--   handfast.network  the network; empty while the system itself works
--   handfast.partner  the partner who reads; empty for the brand, and while anybody writes
--   handfast.now_ms   the moment at which ties are in force
-- A partner who reads gets rows of its own, and others' rows only of customers with whom it has a
-- tie in force that the customer's word leaves something of. Which classes it is shown stays with
-- the lens. Writing is held to the network only: one change follows others' ties and records.
--
-- `force`, because the program owns its tables. A superuser is not held by it, nor whoever has
-- `bypassrls`: the server warns when it runs as one. `search_entry` has no wall: its index of words
-- cannot be used behind one (`@@` may leak, says PostgreSQL), and it only leads to customers, whose
-- rows are behind theirs.
--
-- Settings are read in sub-selects: once for a statement, not for each row. They stand in no view,
-- because pg_dump, which reads behind the wall too, refuses to look at any.

-- only: postgres
-- Behind their own walls, the next two answer whose they are: policies below ask them no more.
create policy tie_wall on tie using (
  coalesce(network_id = (select nullif(current_setting('handfast.network', true), '')::uuid), true)
  and coalesce(organisation_id =
        (select nullif(current_setting('handfast.partner', true), '')::uuid), true));

create policy touch_named_wall on touch_named using (
  coalesce(network_id = (select nullif(current_setting('handfast.network', true), '')::uuid), true)
  and coalesce(organisation_id =
        (select nullif(current_setting('handfast.partner', true), '')::uuid), true));

-- Any tie, also one that ended: who wrote of a customer sees its own entries always. And what leads
-- from a merged customer to where it stands now.
create policy customer_wall on customer using (
  coalesce(network_id = (select nullif(current_setting('handfast.network', true), '')::uuid), true)
  and ((select nullif(current_setting('handfast.partner', true), '')::uuid) is null
    or merged_into is not null
    or exists (
      select 1 from tie t
       where t.network_id = customer.network_id and t.customer_id = customer.customer_id)));

create policy record_wall on record using (
  coalesce(network_id = (select nullif(current_setting('handfast.network', true), '')::uuid), true)
  and (coalesce(organisation_id =
        (select nullif(current_setting('handfast.partner', true), '')::uuid), true)
    or exists (
      select 1 from tie t
       where t.network_id = record.network_id and t.customer_id = record.customer_id
         and t.until_ms > (select nullif(current_setting('handfast.now_ms', true), '')::bigint)
         and t.purposes <> 0)));

-- Of others, what is shared or names the organisation.
create policy touch_wall on touch using (
  coalesce(network_id = (select nullif(current_setting('handfast.network', true), '')::uuid), true)
  and (coalesce(organisation_id =
        (select nullif(current_setting('handfast.partner', true), '')::uuid), true)
    or ((audience = 0
        or (audience = 2 and exists (
          select 1 from touch_named n
           where n.network_id = touch.network_id and n.subject_id = touch.subject_id
             and n.touch_id = touch.touch_id)))
      and exists (
        select 1 from tie t
         where t.network_id = touch.network_id and t.customer_id = touch.subject_id
           and t.until_ms > (select nullif(current_setting('handfast.now_ms', true), '')::bigint)
           and t.purposes <> 0))));

create policy sale_wall on sale using (
  coalesce(network_id = (select nullif(current_setting('handfast.network', true), '')::uuid), true)
  and ((select nullif(current_setting('handfast.partner', true), '')::uuid) is null
    or organisation_id = (select nullif(current_setting('handfast.partner', true), '')::uuid)
    or keeper_id = (select nullif(current_setting('handfast.partner', true), '')::uuid)
    or exists (
      select 1 from tie t
       where t.network_id = sale.network_id and t.customer_id = sale.customer_id
         and t.until_ms > (select nullif(current_setting('handfast.now_ms', true), '')::bigint)
         and t.purposes <> 0)));

-- As the sale that it is of.
create policy review_wall on review using (
  coalesce(network_id = (select nullif(current_setting('handfast.network', true), '')::uuid), true)
  and ((select nullif(current_setting('handfast.partner', true), '')::uuid) is null
    or exists (
      select 1 from sale s
       where s.network_id = review.network_id and s.customer_id = review.customer_id
         and s.sale_id = review.sale_id)
    or exists (
      select 1 from tie t
       where t.network_id = review.network_id and t.customer_id = review.customer_id
         and t.until_ms > (select nullif(current_setting('handfast.now_ms', true), '')::bigint)
         and t.purposes <> 0)));

create policy case_state_wall on case_state using (
  coalesce(network_id = (select nullif(current_setting('handfast.network', true), '')::uuid), true)
  and (coalesce(organisation_id =
        (select nullif(current_setting('handfast.partner', true), '')::uuid), true)
    or exists (
      select 1 from tie t
       where t.network_id = case_state.network_id and t.customer_id = case_state.subject_id
         and t.until_ms > (select nullif(current_setting('handfast.now_ms', true), '')::bigint)
         and t.purposes <> 0)));

-- What was said to everybody, and to the organisation: both bear on what it is shown.
create policy saying_wall on saying using (
  coalesce(network_id = (select nullif(current_setting('handfast.network', true), '')::uuid), true)
  and (coalesce(organisation_id =
        (select nullif(current_setting('handfast.partner', true), '')::uuid), true)
    or organisation_id = '00000000-0000-0000-0000-000000000000'
    or exists (
      select 1 from tie t
       where t.network_id = saying.network_id and t.customer_id = saying.customer_id
         and t.until_ms > (select nullif(current_setting('handfast.now_ms', true), '')::bigint)
         and t.purposes <> 0)));

-- Whatever the customer: an organisation's own.
create policy access_request_wall on access_request using (
  coalesce(network_id = (select nullif(current_setting('handfast.network', true), '')::uuid), true)
  and coalesce(organisation_id =
        (select nullif(current_setting('handfast.partner', true), '')::uuid), true));

create policy guest_wall on guest using (
  coalesce(network_id = (select nullif(current_setting('handfast.network', true), '')::uuid), true)
  and coalesce(organisation_id =
        (select nullif(current_setting('handfast.partner', true), '')::uuid), true));

create policy look_wall on look using (
  coalesce(network_id = (select nullif(current_setting('handfast.network', true), '')::uuid), true)
  and coalesce(organisation_id =
        (select nullif(current_setting('handfast.partner', true), '')::uuid), true));

create policy record_ref_wall on record_ref using (
  coalesce(network_id = (select nullif(current_setting('handfast.network', true), '')::uuid), true)
  and coalesce(organisation_id =
        (select nullif(current_setting('handfast.partner', true), '')::uuid), true));

-- What holds no more than ids, or keys that are not readable, or none of a customer's data.
create policy frozen_wall on frozen using (
  coalesce(network_id =
        (select nullif(current_setting('handfast.network', true), '')::uuid), true));

create policy sale_ref_wall on sale_ref using (
  coalesce(network_id =
        (select nullif(current_setting('handfast.network', true), '')::uuid), true));

create policy sale_line_wall on sale_line using (
  coalesce(network_id =
        (select nullif(current_setting('handfast.network', true), '')::uuid), true));

create policy case_ref_wall on case_ref using (
  coalesce(network_id =
        (select nullif(current_setting('handfast.network', true), '')::uuid), true));

create policy person_key_wall on person_key using (
  coalesce(network_id =
        (select nullif(current_setting('handfast.network', true), '')::uuid), true));

create policy touch_place_wall on touch_place using (
  coalesce(network_id =
        (select nullif(current_setting('handfast.network', true), '')::uuid), true));

create policy contact_key_wall on contact_key using (
  coalesce(network_id =
        (select nullif(current_setting('handfast.network', true), '')::uuid), true));

create policy guest_link_wall on guest_link using (
  coalesce(network_id =
        (select nullif(current_setting('handfast.network', true), '')::uuid), true));

create policy access_request_place_wall on access_request_place using (
  coalesce(network_id =
        (select nullif(current_setting('handfast.network', true), '')::uuid), true));

alter table tie enable row level security;
alter table tie force row level security;
alter table touch_named enable row level security;
alter table touch_named force row level security;
alter table customer enable row level security;
alter table customer force row level security;
alter table record enable row level security;
alter table record force row level security;
alter table touch enable row level security;
alter table touch force row level security;
alter table sale enable row level security;
alter table sale force row level security;
alter table review enable row level security;
alter table review force row level security;
alter table case_state enable row level security;
alter table case_state force row level security;
alter table saying enable row level security;
alter table saying force row level security;
alter table access_request enable row level security;
alter table access_request force row level security;
alter table guest enable row level security;
alter table guest force row level security;
alter table look enable row level security;
alter table look force row level security;
alter table record_ref enable row level security;
alter table record_ref force row level security;
alter table frozen enable row level security;
alter table frozen force row level security;
alter table sale_ref enable row level security;
alter table sale_ref force row level security;
alter table sale_line enable row level security;
alter table sale_line force row level security;
alter table case_ref enable row level security;
alter table case_ref force row level security;
alter table person_key enable row level security;
alter table person_key force row level security;
alter table touch_place enable row level security;
alter table touch_place force row level security;
alter table contact_key enable row level security;
alter table contact_key force row level security;
alter table guest_link enable row level security;
alter table guest_link force row level security;
alter table access_request_place enable row level security;
alter table access_request_place force row level security;
-- only: end
