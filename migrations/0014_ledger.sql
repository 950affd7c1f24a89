-- The ledger: touches, once numbered, are leaves of a Merkle tree, whose root the network signs.

-- The hashes of the tree, 256 to a tile (C2SP tlog-tiles); only the last tile of a level grows.
-- place: tile_index
create table ledger_tile (
  network_id {uuid} not null,
  -- 0 for leaves; above, the hashes of full tiles below.
  level {int} not null,
  tile_index {int} not null,
  hashes {blob} not null,
  constraint ledger_tile_pk primary key (network_id, level, tile_index)
) {table};

-- How far the tree has grown, and what was last signed of it.
-- place: network_id
create table ledger (
  network_id {uuid} not null,
  tree_size {int} not null,
  -- Empty until there is something to sign and a key to sign with.
  public_key text not null,
  signed_size {int} not null,
  checkpoint text not null,
  signed_ms {int} not null,
  constraint ledger_pk primary key (network_id)
) {table};

-- What the ledger holds of words that were erased: a salted hash, which says nothing without them.
-- place: touch_id
create table touch_forgotten (
  network_id {uuid} not null,
  touch_id {uuid} not null,
  commitment {blob} not null,
  forgotten_ms {int} not null,
  constraint touch_forgotten_pk primary key (network_id, touch_id)
) {clustered};
