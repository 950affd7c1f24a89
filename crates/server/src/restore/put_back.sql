drop schema if exists public cascade;
alter schema handfast_before_restore rename to public;
