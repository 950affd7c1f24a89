//! Files and streams that bring records, orders, cases and reviews in.
//!
//! A file is a row of [`imports`]: who sent it, what its rows are, how far it is. Its bytes become
//! rows ([`source`]), its rows become what the record takes in ([`shapes`]) by a [`Map`] that a
//! person made or by a [`Profile`] of the system that wrote it, and [`run()`] stores them batch by
//! batch. A bad row never stops a file; the same file again stores nothing new; a partner's file
//! writes as that partner only.

mod api;
pub mod imports;
mod job;
mod map;
mod opening;
mod plan;
mod profile;
mod run;
pub mod shapes;
pub mod source;
mod store;
#[cfg(test)]
mod tests;
mod uploads;
pub mod value;

pub use api::{Documentation, Keeper, rejects_file, routes};
pub use job::{KIND as JOB_KIND, handler as job_handler, heard_handler};
pub use map::{MannerText, Map, MapError, Origin, Rule};
pub use opening::{How, OpenError, PREVIEW_ROWS, Preview, PreviewRow, preview};
pub use plan::Seen;
pub use profile::Profile;
pub use run::{
    Ending, Error, Heard, InputFile, Outcome, Progress, RejectsTo, Unwatched, Watch, Wish, Work,
    files, note, run,
};
pub use uploads::{Arriving, Uploads};
