-- What an organisation handed to others lately, for its figures.
create index hand_off_by_sender on hand_off (network_id, from_id, offered_ms);
