//! The ledger: a log to which is only ever added, and of which that can be proved.
//!
//! Each touch is a leaf of a Merkle tree ([`Tree`]). The log signs [`Checkpoint`]s: so many leaves,
//! this root. A [`Receipt`] leads from one touch to one checkpoint; whoever holds it and the log's
//! [`PublicKey`] can check it alone, offline and years later. Whoever keeps a checkpoint can ask
//! for the proof that a later one begins with it ([`is_continued`]); if history was rewritten there
//! is none. A leaf holds a salted hash of what was said: once words and salt are erased it says
//! nothing of anybody, and all proofs stay valid.
//!
//! This crate has no I/O and knows nothing of customers. It follows RFC 6962 (hashes, trees), RFC
//! 9162 (checking) and C2SP (`tlog-tiles`, `tlog-checkpoint`, `signed-note`).
//!
//! ```
//! use handfast_ledger::{Content, Hash, Header, Receipt, Signer, Tree, append};
//!
//! let header = Header {
//!     network_id: "n".into(),
//!     touch_id: "t".into(),
//!     record_id: String::new(),
//!     organisation_id: "o".into(),
//!     person_id: String::new(),
//!     class: "note".into(),
//!     kind: "note".into(),
//!     channel: "internal".into(),
//!     audience: "shared".into(),
//!     at_ms: 0,
//!     recorded_ms: 0,
//! };
//! let content = Content { salt: Hash([7; 32]), summary: "Called".into(), body: "{}".into() };
//! let leaf = header.leaf(&content.commitment());
//! let none = |_| Ok::<_, std::convert::Infallible>(Vec::new());
//! let tiles = append(0, &[leaf], none).unwrap();
//!
//! let mut tree = Tree::new(1, |_| Ok::<_, std::convert::Infallible>(tiles[0].1.clone()));
//! let signer = Signer::new("aurora.example/ledger", &[1; 32]).unwrap();
//! let checkpoint = signer.checkpoint(1, tree.root().unwrap(), &[]);
//! let commitment = content.commitment();
//! let place = (0, tree.inclusion(0).unwrap());
//! let receipt = Receipt::new(header, (commitment, Some(content)), place, checkpoint);
//! assert!(receipt.verify(&signer.public_key()).is_ok());
//! ```

mod encoding;
mod hash;
mod note;
mod proof;
mod receipt;
mod tree;

pub use hash::Hash;
pub use note::{Checkpoint, CheckpointError, KeyError, PublicKey, Signer};
pub use proof::{is_continued, is_included};
pub use receipt::{Content, Header, Receipt, ReceiptError, commitment};
pub use tree::{TILE_WIDTH, TileId, Tree, Unread, append};
