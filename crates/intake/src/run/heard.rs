use std::{fmt, sync::Arc};

use handfast_db::{Fault, Tx};
use handfast_kit::TimeMs;
use handfast_record::{customers::Incoming, sharing::Author};

type Hear =
    dyn Fn(&mut Tx<'_>, &Author, (TimeMs, TimeMs), &[&Incoming]) -> Result<(), Fault> + Send + Sync;

/// Who hears the lines about customers of a file, in the transaction that takes them in: of whom
/// the file is, as of when it was written, now, and what the lines say.
///
/// A line that says what it said before stores nothing and leaves no touch; whoever waits for what
/// an organisation holds hears of it here.
#[derive(Clone)]
pub struct Heard(Arc<Hear>);

impl Heard {
    /// By this function. It may be called again for the same lines.
    pub fn by(
        hear: impl Fn(&mut Tx<'_>, &Author, (TimeMs, TimeMs), &[&Incoming]) -> Result<(), Fault>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        Self(Arc::new(hear))
    }

    pub(super) fn hear(
        &self,
        tx: &mut Tx<'_>,
        author: &Author,
        (as_of, now): (TimeMs, TimeMs),
        lines: &[&Incoming],
    ) -> Result<(), Fault> {
        (self.0)(tx, author, (as_of, now), lines)
    }
}

impl fmt::Debug for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Heard")
    }
}
