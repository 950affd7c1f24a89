//! Record linkage: which records are one person.
//!
//! A library of its own: no I/O, no clock, no randomness. The same records and the same model give
//! the same groups, in any order and on any number of threads.
//!
//! - [`Schema`] and [`Records`]: columns with the kind of value they hold, and records.
//! - [`run`]: the whole way in one call: fits a [`Model`] to the records without labels, proposes
//!   pairs by blocking keys, scores them, groups them. [`Outcome::links`] explains every link.
//! - [`Model`]: the pure pieces, for one record at a time: [`Model::prepare`], [`Model::keys`],
//!   [`Model::score`], [`Model::explain`]; [`cluster::settle`] forms groups.
//!
//! Below [`Model::FIT_RECORDS_MIN`] records nothing is estimated; the built-in weights hold.
//!
//! ```
//! use handfast_matching::{Field, Options, Records, Schema, run};
//!
//! let schema = Schema::new([("name", Field::FullName), ("phone", Field::Phone)]);
//! let mut records = Records::new(schema);
//! records.push("a", ["Lindqvist, Maya", "+44 20 7946 0018"]);
//! records.push("b", ["Ms Maya Lindqvist", "020 7946 0018"]);
//! records.push("c", ["Jonas Lindqvist", "020 7946 0018"]);
//! let outcome = run(&records, &Options::default(), &|_stage, _done, _of| {});
//! assert_eq!(outcome.grouping.group_of, [0, 0, 2]);
//! for link in outcome.links() {
//!     let why: Vec<_> = link.why.lines.iter().map(|line| &line.level).collect();
//!     println!("{} and {}: {why:?}", link.a, link.b);
//! }
//! ```

mod blocks;
pub mod cluster;
pub mod columns;
mod compare;
mod explain;
mod fit;
mod frequency;
pub mod index;
mod keys;
mod model;
mod nicknames;
mod prepare;
mod prepared;
mod report;
mod run;
mod scale;
mod schema;
mod text;
mod threads;
mod values;
mod weights;

pub use explain::{Explanation, Line};
pub use model::Model;
pub use prepared::Prepared;
pub use report::{KeyKind, Placeholder, Report, Stage};
pub use run::{Link, Options, Outcome, run};
pub use scale::{COMMON, RARE, Scale, ScaleLevel};
pub use schema::{COLUMNS_MAX, Column, Field, Record, Records, Schema};
