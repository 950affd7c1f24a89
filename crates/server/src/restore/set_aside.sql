alter schema public rename to handfast_before_restore;
create schema public;
