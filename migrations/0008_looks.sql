-- The audit of reads is asked by person (whose credential was stolen?) and by time.
create index look_by_person on look (network_id, person_id, at_ms, look_id);
create index look_by_time on look (network_id, at_ms, look_id);
