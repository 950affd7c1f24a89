-- When each field of a record was said, and when the customer confirmed it: of what records say,
-- the golden record has what was confirmed, then what was said last.

alter table record add column name_said_ms {int} not null default 0;
alter table record add column email_said_ms {int} not null default 0;
alter table record add column phone_said_ms {int} not null default 0;
alter table record add column address_said_ms {int} not null default 0;
-- Null: the customer did not confirm what is said now.
alter table record add column name_confirmed_ms {int};
alter table record add column email_confirmed_ms {int};
alter table record add column phone_confirmed_ms {int};
alter table record add column address_confirmed_ms {int};

-- Until now a record had one moment for all that it says.
update record set name_said_ms = updated_ms, email_said_ms = updated_ms,
  phone_said_ms = updated_ms, address_said_ms = updated_ms;
