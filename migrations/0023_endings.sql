-- What is left with a partner that is to leave is found by whom it is with.
create index entrusted_by_holder on entrusted (network_id, holder_id, thing_id);
