//! PostgreSQL: a bounded pool of connections, each waited for by the thread that uses it.

mod address;
mod faults;
mod link;
mod number;
mod value;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use tokio::runtime::{Builder, Handle, Runtime};

pub(crate) use link::Link;
pub(crate) use value::column;

use crate::{
    Cx, Fault, Kind, OpenError, Settings, Tx,
    cx::{self, Left},
    door,
    pool::{Lent, Pool},
};
use address::Address;

/// How often a closure runs at most when the server asks for it again.
const RUN_COUNT_MAX: u32 = 6;
/// How often it runs at most when the connection broke before the commit.
const RUN_COUNT_MAX_OF_LOST: u32 = 2;

/// An open PostgreSQL database.
pub(crate) struct Postgres {
    address: Address,
    settings: Settings,
    pool: Pool<Link>,
    machine: Machine,
}

/// What watches the sockets. Threads that use a connection wait for it by parking, not by blocking
/// on a runtime, so that both doors work from any thread, a runtime's own workers included.
struct Machine(Option<Runtime>);

impl Machine {
    fn start(thread_count_max: usize) -> Result<Self, OpenError> {
        Builder::new_multi_thread()
            .worker_threads(1)
            .max_blocking_threads(thread_count_max.max(1))
            .thread_name("handfast-postgres")
            .enable_all()
            .build()
            .map(|runtime| Self(Some(runtime)))
            .map_err(|error| Fault::other("could not start its thread").caused_by(error).into())
    }

    fn handle(&self) -> &Handle {
        self.0.as_ref().expect("it is taken only when dropped").handle()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // The last handle may be dropped on a runtime's worker, where waiting is not allowed.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Postgres {
    pub(crate) fn open(settings: &Settings) -> Result<Self, OpenError> {
        let address = Address::parse(&settings.url)?;
        let machine = Machine::start(settings.connection_count_max)?;
        let mut first = Link::open(&address, settings, machine.handle())?;
        first.guarantees()?;
        let pool = Pool::new(first, settings.connection_count_max, settings);
        Ok(Self { address, settings: settings.clone(), pool, machine })
    }

    /// A thread for a closure that a handler waits for; no more of them than connections.
    pub(crate) fn threads(&self) -> &Handle {
        self.machine.handle()
    }

    fn lend(&self) -> Result<Lent<'_, Link>, Fault> {
        self.pool.lend(Link::is_open, || self.connect())
    }

    fn connect(&self) -> Result<Link, Fault> {
        Link::open(&self.address, &self.settings, self.machine.handle())
    }

    /// Runs `f` on one snapshot.
    pub(crate) fn read<T, E: From<Fault>>(
        &self,
        f: impl FnOnce(&mut Cx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut lent = self.lend()?;
        lent.link().begin("begin isolation level repeatable read, read only");
        let answer = f(&mut Cx::new(cx::Link::Postgres(lent.link())));
        lent.link().end_reading();
        if lent.link().is_fit() {
            lent.give_back();
        }
        answer
    }

    /// Runs `f` in a transaction, again if the server asks for it.
    pub(crate) fn write<T, E: From<Fault>>(
        &self,
        mut f: impl FnMut(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        for run in 1.. {
            let mut lent = self.lend()?;
            let ended = once(lent.link(), &mut f);
            if lent.link().is_fit() {
                lent.give_back();
            }
            match ended {
                Ended::Answer(answer) => return answer,
                Ended::Again(fault, most) if run >= most => return Err(fault.into()),
                Ended::Again(..) => std::thread::sleep(pause(run)),
            }
        }
        unreachable!("the last run answers")
    }

    /// A connection of its own on which statements may take as long as they need.
    pub(crate) fn unlimited(&self) -> Result<Link, Fault> {
        let settings = Settings {
            statement_ms_max: 0,
            idle_in_transaction_ms_max: 0,
            ..self.settings.clone()
        };
        Link::open(&self.address, &settings, self.machine.handle())
    }
}

/// One connection without a pool, for tests that make databases.
#[cfg(feature = "testing")]
pub(crate) fn alone(settings: &Settings) -> Result<Link, OpenError> {
    use std::sync::OnceLock;
    static MACHINE: OnceLock<Machine> = OnceLock::new();
    let machine = if let Some(machine) = MACHINE.get() {
        machine
    } else {
        let started = Machine::start(1)?;
        MACHINE.get_or_init(|| started)
    };
    Ok(Link::open(&Address::parse(&settings.url)?, settings, machine.handle())?)
}

enum Ended<T, E> {
    Answer(Result<T, E>),
    /// It may run again, if it did not run so often already.
    Again(Fault, u32),
}

/// One run of a write closure, committed if it is to be kept.
fn once<T, E: From<Fault>>(
    link: &mut Link,
    f: &mut impl FnMut(&mut Tx<'_>) -> Result<T, E>,
) -> Ended<T, E> {
    link.begin("begin isolation level read committed, read write");
    let mut tx = Tx::new(cx::Link::Postgres(link));
    let ran = catch_unwind(AssertUnwindSafe(|| {
        let answer = f(&mut tx);
        if answer.is_ok() {
            tx.finish();
        }
        answer
    }));
    let Left { after, failed, rerun } = tx.leave();
    let answer = match ran {
        Ok(answer) => answer,
        Err(panic) => {
            link.undo();
            return Ended::Answer(Err(door::panicked(panic.as_ref()).into()));
        }
    };
    if let Some(fault) = rerun {
        link.undo();
        return Ended::Again(fault, RUN_COUNT_MAX);
    }
    if let Some(fault) = failed.as_ref().filter(|_| link.is_lost()) {
        return Ended::Again(fault.clone(), RUN_COUNT_MAX_OF_LOST);
    }
    // A closure that passed over the failure of a statement has failed all the same.
    let kept = answer.and_then(|answer| failed.map_or(Ok(answer), |fault| Err(fault.into())));
    let Ok(answer) = kept else {
        link.undo();
        return Ended::Answer(kept);
    };
    match link.commit() {
        Ok(()) => {
            after.into_iter().for_each(door::call_after_commit);
            Ended::Answer(Ok(answer))
        }
        Err(fault) if *fault.kind() == Kind::Serialization => Ended::Again(fault, RUN_COUNT_MAX),
        Err(fault) => Ended::Answer(Err(fault.into())),
    }
}

/// How long to wait before run `run + 1`: doubling, and never the same for two who collided.
fn pause(run: u32) -> Duration {
    use std::hash::{BuildHasher, Hasher, RandomState};
    let most_us = 4_000_u64 << run.min(6);
    let random = RandomState::new().build_hasher().finish();
    Duration::from_micros(most_us / 2 + random % (most_us / 2))
}
