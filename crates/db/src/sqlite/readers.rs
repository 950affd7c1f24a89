//! Connections that read, shared by all threads.

use std::{path::Path, sync::Arc};

use super::Link;
use crate::{Fault, OpenError, Settings, pool::Pool};

pub(crate) struct Readers {
    path: Arc<Path>,
    settings: Settings,
    pool: Pool<Link>,
}

impl Readers {
    pub(super) fn open(path: &Arc<Path>, settings: &Settings) -> Result<Self, OpenError> {
        let first = Link::reading(path, settings)?;
        Ok(Self {
            path: Arc::clone(path),
            settings: settings.clone(),
            pool: Pool::new(first, settings.reader_count_max, settings),
        })
    }

    /// Runs `f` on one snapshot.
    pub(crate) fn with<T, E: From<Fault>>(
        &self,
        f: impl FnOnce(&Link) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut lent = self.pool.lend(
            |_| true,
            || {
                Link::reading(&self.path, &self.settings)
                    .map_err(|error| Fault::busy(format!("could not open one more: {error}")))
            },
        )?;
        let link = lent.link();
        link.control("begin deferred")?;
        let answer = f(link);
        // A statement that ran out of time may have ended the transaction already.
        if !link.is_idle() {
            link.control("commit")?;
        }
        lent.give_back();
        answer
    }
}
