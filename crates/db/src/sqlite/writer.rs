//! The one thread that writes: it takes the closures that wait as a group, undoes each alone if
//! it fails, commits them with one sync to disk, and only then answers.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, OnceLock},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use super::{Link, faults};
use crate::{
    Fault, Kind, OpenError, Tx,
    cx::{self, AfterCommit},
    door,
};

/// The most closures that share one commit.
const GROUP_COUNT_MAX: usize = 256;
/// How long a group takes closures before it commits.
const GROUP_TIME: Duration = Duration::from_millis(25);
/// How many closures may wait; whoever comes then waits for a place.
const QUEUE_COUNT_MAX: usize = 1024;

/// A write closure with the place its answer goes to.
pub(crate) trait Job: Send {
    /// Runs the closure and keeps its answer.
    fn run(&mut self, tx: &mut Tx<'_>) -> Ran;
    /// Gives the kept answer, or the fault that overrides it, to whoever waits.
    fn answer(self: Box<Self>, fault: Option<Fault>);
}

/// Whether what a closure wrote is to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ran {
    Kept,
    Refused,
}

enum Order {
    Write(Box<dyn Job>),
    /// Something that needs the connection for itself, between two groups.
    Alone(Box<dyn FnOnce(&mut Link) + Send>),
}

/// The handle of the thread.
pub(crate) struct Writer {
    orders: Option<flume::Sender<Order>>,
    thread: Option<JoinHandle<()>>,
    broken: Arc<OnceLock<Fault>>,
}

impl Writer {
    pub(super) fn start(link: Link) -> Result<Self, OpenError> {
        let (orders, waiting) = flume::bounded(QUEUE_COUNT_MAX);
        let broken = Arc::new(OnceLock::new());
        let work = Work { link, waiting, broken: Arc::clone(&broken) };
        let thread = std::thread::Builder::new()
            .name("handfast-writer".into())
            .spawn(move || work.run())
            .map_err(|error| Fault::other("could not start the writer").caused_by(error))?;
        Ok(Self { orders: Some(orders), thread: Some(thread), broken })
    }

    /// Why nothing can be written any more, if so.
    pub(crate) fn broken(&self) -> Option<Fault> {
        self.broken.get().cloned()
    }

    pub(crate) fn submit(&self, job: Box<dyn Job>) -> Result<(), Fault> {
        self.orders().send(Order::Write(job)).map_err(|_| stopped())
    }

    pub(crate) async fn submit_soon(&self, job: Box<dyn Job>) -> Result<(), Fault> {
        self.orders().send_async(Order::Write(job)).await.map_err(|_| stopped())
    }

    /// Runs `f` on the writer's connection, outside any transaction, and waits for it.
    pub(crate) fn alone<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Link) -> T + Send + 'static,
    ) -> Result<T, Fault> {
        let (reply, answer) = flume::bounded(1);
        let order = Order::Alone(Box::new(move |link| {
            let _ = reply.send(f(link)); // nobody waits any more: nothing to tell
        }));
        self.orders().send(order).map_err(|_| stopped())?;
        answer.recv().map_err(|_| stopped())
    }

    fn orders(&self) -> &flume::Sender<Order> {
        self.orders.as_ref().expect("it is taken only when dropped")
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.orders.take();
        let Some(thread) = self.thread.take() else { return };
        // The last handle may be dropped by an `after_commit`, on the very thread.
        if thread.thread().id() != std::thread::current().id() {
            let _ = thread.join(); // its panics were caught and told
        }
    }
}

pub(crate) fn stopped() -> Fault {
    Fault::other("the writer has stopped")
}

struct Work {
    link: Link,
    waiting: flume::Receiver<Order>,
    broken: Arc<OnceLock<Fault>>,
}

/// A closure that ran in the open group.
struct Member {
    job: Box<dyn Job>,
    after: Vec<AfterCommit>,
    kept: bool,
    fault: Option<Fault>,
}

/// What a closure is undone by, so that nothing else is.
#[derive(Clone, Copy)]
enum Guard {
    /// The transaction, in which nothing else was done yet.
    Whole,
    Savepoint,
}

impl Guard {
    fn set(self, link: &Link) -> Result<(), Fault> {
        match self {
            Self::Whole => Ok(()),
            Self::Savepoint => link.control("savepoint closure"),
        }
    }

    fn keep(self, link: &Link) -> Result<(), Fault> {
        match self {
            Self::Whole => Ok(()),
            Self::Savepoint => link.control("release savepoint closure"),
        }
    }

    fn undo(self, link: &Link) -> Result<(), Fault> {
        match self {
            Self::Whole => {
                link.control("rollback")?;
                link.control("begin immediate")
            }
            Self::Savepoint => {
                link.control("rollback to savepoint closure")?;
                link.control("release savepoint closure")
            }
        }
    }
}

/// How one closure left the group.
enum Step {
    Ran(Member),
    /// It took the whole transaction with it.
    Lost(Box<dyn Job>, Fault),
}

impl Work {
    fn run(mut self) {
        door::enter_for_good();
        while let Ok(order) = self.waiting.recv() {
            let mut next = Some(order);
            while let Some(order) = next.take() {
                match order {
                    Order::Write(job) => next = self.group(job),
                    Order::Alone(f) => {
                        if catch_unwind(AssertUnwindSafe(|| f(&mut self.link))).is_err() {
                            tracing::error!("work alone on the database panicked");
                        }
                    }
                }
            }
        }
    }

    /// Runs `first` and whoever waits in one transaction; gives the order that must be alone, if
    /// one ended the group.
    fn group(&mut self, first: Box<dyn Job>) -> Option<Order> {
        let mut ready = VecDeque::from([first]);
        let mut alone = None;
        while !ready.is_empty() {
            if let Some(fault) = self.broken.get() {
                ready.drain(..).for_each(|job| job.answer(Some(fault.clone())));
                break;
            }
            if let Err(fault) = self.link.control("begin immediate") {
                self.stop_if_broken(&fault);
                ready.drain(..).for_each(|job| job.answer(Some(fault.clone())));
                break;
            }
            self.fill(&mut ready, &mut alone);
        }
        alone
    }

    /// One transaction: takes from `ready`, then from the queue, and commits. Closures that ran in
    /// vain because another one took the transaction with it come back into `ready`.
    fn fill(&mut self, ready: &mut VecDeque<Box<dyn Job>>, alone: &mut Option<Order>) {
        let end = Instant::now() + GROUP_TIME;
        let mut members: Vec<Member> = Vec::new();
        loop {
            let job = ready.pop_front().or_else(|| {
                let may = members.len() < GROUP_COUNT_MAX && Instant::now() < end;
                if !may || alone.is_some() {
                    return None;
                }
                match self.waiting.try_recv().ok()? {
                    Order::Write(job) => Some(job),
                    order @ Order::Alone(_) => {
                        *alone = Some(order);
                        None
                    }
                }
            });
            let Some(job) = job else { break };
            // Whoever comes first needs no savepoint: the transaction is its own so far. SQLite
            // copies every page that changes under a savepoint, which an import of one closure is
            // spared.
            let guard = if members.iter().any(|member| member.kept) {
                Guard::Savepoint
            } else {
                Guard::Whole
            };
            match self.step(job, guard) {
                Step::Ran(member) => members.push(member),
                Step::Lost(job, fault) => {
                    self.stop_if_broken(&fault);
                    job.answer(Some(fault));
                    // The others did nothing wrong: they run again without the one that did.
                    members.into_iter().rev().for_each(|member| ready.push_front(member.job));
                    return;
                }
            }
        }
        match self.link.control("commit") {
            Ok(()) => members.into_iter().for_each(Member::answer),
            Err(fault) => self.fail(members, fault),
        }
    }

    fn step(&mut self, mut job: Box<dyn Job>, guard: Guard) -> Step {
        if let Err(fault) = guard.set(&self.link) {
            return Step::Lost(job, fault);
        }
        let mut tx = Tx::new(cx::Link::Sqlite(&self.link));
        let ran = catch_unwind(AssertUnwindSafe(|| {
            let ran = job.run(&mut tx);
            if matches!(ran, Ran::Kept) {
                tx.finish();
            }
            ran
        }));
        let left = tx.leave();
        let kept = matches!(ran, Ok(Ran::Kept)) && left.failed.is_none();
        // What the closure itself answers counts, unless it panicked or passed over a failure.
        let fault = match ran {
            Ok(Ran::Kept) => left.failed.clone(),
            Ok(Ran::Refused) => None,
            Err(panic) => Some(door::panicked(panic.as_ref())),
        };
        if self.link.is_idle() {
            let fault = fault.or(left.failed).unwrap_or_else(|| {
                Fault::other("the closure ended the transaction that is not its own")
            });
            return Step::Lost(job, fault);
        }
        let ended = if kept { guard.keep(&self.link) } else { guard.undo(&self.link) };
        match ended {
            Ok(()) => {
                let after = if kept { left.after } else { Vec::new() };
                Step::Ran(Member { job, after, kept, fault })
            }
            Err(fault) => {
                let _ = self.link.control("rollback"); // whatever it says, nothing is kept
                Step::Lost(job, fault)
            }
        }
    }

    /// The commit failed: so did everybody in it.
    fn fail(&mut self, members: Vec<Member>, fault: Fault) {
        if !self.link.is_idle() {
            let _ = self.link.control("rollback"); // whatever it says, nothing is acknowledged
        }
        let fault = if faults::is_broken_file(&fault) {
            // The last pages may or may not have reached the disk: a restart finds out.
            fault.with_kind(Kind::UnknownOutcome)
        } else {
            fault
        };
        self.stop_if_broken(&fault);
        for member in members {
            member.job.answer(Some(fault.clone()));
        }
    }

    fn stop_if_broken(&self, fault: &Fault) {
        if faults::is_broken_file(fault) {
            tracing::error!("writing stops until the process is restarted: {fault}");
            let stop = Fault::other(format!(
                "nothing can be written until the process is restarted, because: {fault}"
            ));
            let _ = self.broken.set(stop); // the first reason counts
        }
    }
}

impl Member {
    fn answer(self) {
        for f in self.after {
            door::call_after_commit(f);
        }
        self.job.answer(self.fault);
    }
}
