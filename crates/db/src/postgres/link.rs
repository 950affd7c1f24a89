//! One connection to the server. The thread that uses it drives it, and parks until it answers.

use std::{
    collections::HashMap,
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
    time::Duration,
};

use tokio::{runtime::Handle, task::unconstrained};
use tokio_postgres::{Client, Error, NoTls, Statement, types::ToSql};

use super::{address::Address, faults};
use crate::{Fault, Kind, OpenError, Param, Row, Settings, row::Source};

/// Statements kept prepared, for each connection.
const STATEMENT_COUNT_MAX: usize = 256;

/// A connection.
pub(crate) struct Link {
    client: Client,
    line: Line,
    /// Prepared statements by the address of their (static) text.
    statements: HashMap<(usize, usize), Statement>,
    /// The words that begin the transaction; sent together with its first statement.
    begin: Option<&'static str>,
    /// The line broke under a statement. Nothing was committed.
    lost: bool,
    /// Something else happened after which it is not lent again.
    unfit: bool,
}

type Driver = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

/// The connection's own half: what moves bytes. `None` when the line is gone.
struct Line(Option<Driver>);

impl Line {
    fn poll(&mut self, cx: &mut Context<'_>) {
        if let Some(line) = &mut self.0
            && line.as_mut().poll(cx).is_ready()
        {
            self.0 = None; // whoever waits for an answer is told that it is closed
        }
    }

    /// Waits for `future`, moving bytes meanwhile.
    fn wait<T>(&mut self, future: impl Future<Output = T>) -> T {
        let waker = Waker::from(Arc::new(Parked(thread::current())));
        let mut cx = Context::from_waker(&waker);
        let mut future = pin!(future);
        loop {
            self.poll(&mut cx);
            if let Poll::Ready(answer) = future.as_mut().poll(&mut cx) {
                return answer;
            }
            // What the poll above sent wakes the line at once, so this never sleeps on it.
            thread::park();
        }
    }
}

/// Wakes a thread that waits for its connection.
struct Parked(Thread);

impl Wake for Parked {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
    fn wake_by_ref(self: &Arc<Self>) {
        self.0.unpark();
    }
}

impl Link {
    pub(super) fn open(
        address: &Address,
        settings: &Settings,
        machine: &Handle,
    ) -> Result<Self, Fault> {
        let (client, line) = connect(address, machine)?;
        let mut link = Self {
            client,
            line: Line(Some(line)),
            statements: HashMap::new(),
            begin: None,
            lost: false,
            unfit: false,
        };
        // An acknowledged commit is on disk: a server set otherwise is told so for our session.
        link.batch(&format!(
            "set statement_timeout = {};
             set idle_in_transaction_session_timeout = {};
             set client_min_messages = warning;
             select set_config('synchronous_commit', 'on', false)
              where current_setting('synchronous_commit') = 'off'",
            settings.statement_ms_max, settings.idle_in_transaction_ms_max,
        ))?;
        Ok(link)
    }

    /// Sees that the server is one that we know and that stores text as we do.
    pub(super) fn guarantees(&mut self) -> Result<(), OpenError> {
        let mut found = (0, String::new());
        self.query(
            "select cast(current_setting('server_version_num') as bigint),
                    current_setting('server_encoding')",
            &[],
            &mut |row| match (row.get(0), row.get(1)) {
                (Ok(version), Ok(encoding)) => {
                    found = (version, encoding);
                    true
                }
                _ => false,
            },
        )?;
        let (version, encoding): (i64, String) = found;
        if version < 140_000 {
            return Err(OpenError::Guarantee("PostgreSQL must be 14 or newer".into()));
        }
        if encoding != "UTF8" {
            return Err(OpenError::Guarantee(format!(
                "PostgreSQL's server_encoding must be UTF8, it is {encoding}"
            )));
        }
        Ok(())
    }

    /// Whether the line still stands, as far as can be known without asking the server.
    pub(super) fn is_open(&mut self) -> bool {
        self.line.poll(&mut Context::from_waker(Waker::noop()));
        self.line.0.is_some() && !self.client.is_closed()
    }

    /// Whether it may be lent again.
    pub(super) fn is_fit(&mut self) -> bool {
        !self.unfit && !self.lost && self.is_open()
    }

    /// Whether the line broke under a statement, so that another connection may do it all.
    pub(super) fn is_lost(&self) -> bool {
        self.lost
    }

    /// A transaction begins with the next statement.
    pub(crate) fn begin(&mut self, words: &'static str) {
        self.begin = Some(words);
    }

    /// Ends a transaction that only read. Nobody needs to wait for the server's answer.
    pub(super) fn end_reading(&mut self) {
        if self.begin.take().is_none() {
            let mut cx = Context::from_waker(Waker::noop());
            let sent = pin!(self.client.batch_execute("commit")).poll(&mut cx);
            self.line.poll(&mut cx);
            self.unfit |= matches!(sent, Poll::Ready(Err(_)));
        }
    }

    /// Makes durable what the transaction wrote.
    pub(crate) fn commit(&mut self) -> Result<(), Fault> {
        if self.begin.take().is_some() {
            return Ok(()); // it had no statement
        }
        let done = self.line.wait(self.client.batch_execute("commit"));
        done.map_err(|error| {
            self.unfit = true;
            faults::of_commit(error)
        })
    }

    /// Takes back what the transaction wrote.
    pub(crate) fn undo(&mut self) {
        if self.begin.take().is_none() {
            let done = self.line.wait(self.client.batch_execute("rollback"));
            // The server takes it back when it sees the connection gone.
            self.unfit |= done.is_err();
        }
    }

    /// Runs a transaction's own words: `savepoint` and the like.
    pub(crate) fn control(&mut self, text: &'static str) -> Result<(), Fault> {
        let begin = self.begin.take();
        let done = self.line.wait(led(&self.client, begin, self.client.batch_execute(text)));
        done.map_err(|error| self.failed(error).in_statement(text))
    }

    /// Runs a text of several statements.
    pub(crate) fn batch(&mut self, text: &str) -> Result<(), Fault> {
        let begin = self.begin.take();
        let done = self.line.wait(led(&self.client, begin, self.client.batch_execute(text)));
        done.map_err(|error| self.failed(error))
    }

    pub(crate) fn execute(
        &mut self,
        text: &'static str,
        params: &[Param<'_>],
    ) -> Result<u64, Fault> {
        let statement = self.prepare(text, params)?;
        let begin = self.begin.take();
        let done = self.client.execute_raw(&statement, params);
        let done = self.line.wait(led(&self.client, begin, done));
        done.map_err(|error| self.failed(error))
    }

    /// Gives each row to `each` until it says `false`.
    pub(crate) fn query(
        &mut self,
        text: &'static str,
        params: &[Param<'_>],
        each: &mut dyn FnMut(&Row<'_>) -> bool,
    ) -> Result<(), Fault> {
        let statement = self.prepare(text, params)?;
        let begin = self.begin.take();
        let given: Vec<&(dyn ToSql + Sync)> = params.iter().map(|param| param as _).collect();
        let all = self.client.query(&statement, &given);
        let rows = self.line.wait(led(&self.client, begin, all));
        let rows = rows.map_err(|error| self.failed(error))?;
        rows.iter().take_while(|row| each(&Row(Source::Postgres(row)))).for_each(drop);
        Ok(())
    }

    /// Prepares a statement and runs nothing.
    #[cfg(feature = "testing")]
    pub(crate) fn check(&mut self, text: &'static str) -> Result<(), Fault> {
        let begin = self.begin.take();
        let prepared = self.line.wait(led(&self.client, begin, self.client.prepare(text)));
        prepared.map(drop).map_err(|error| self.failed(error))
    }

    fn prepare(&mut self, text: &'static str, params: &[Param<'_>]) -> Result<Statement, Fault> {
        let key = (text.as_ptr() as usize, text.len());
        let statement = if let Some(statement) = self.statements.get(&key) {
            statement.clone()
        } else {
            let begin = self.begin.take();
            let prepared = self.line.wait(led(&self.client, begin, self.client.prepare(text)));
            let statement = prepared.map_err(|error| self.failed(error))?;
            if self.statements.len() >= STATEMENT_COUNT_MAX {
                self.statements.clear();
            }
            self.statements.insert(key, statement.clone());
            statement
        };
        if statement.params().len() != params.len() {
            return Err(Fault::other(format!(
                "the statement has {} parameters, {} were given",
                statement.params().len(),
                params.len()
            )));
        }
        Ok(statement)
    }

    fn failed(&mut self, error: Error) -> Fault {
        if faults::is_lost(&error) {
            self.lost = true;
            return faults::of(error).with_kind(Kind::Busy);
        }
        // A migration elsewhere changed what a prepared statement gives: prepare them anew.
        if error.code().is_some_and(|code| matches!(code.code(), "0A000" | "26000")) {
            self.statements.clear();
        }
        faults::of(error)
    }
}

/// Runs `statement`, with the words that begin its transaction sent before it in the same breath.
async fn led<T>(
    client: &Client,
    begin: Option<&'static str>,
    statement: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let Some(words) = begin else { return statement.await };
    let (mut begun, mut early) = (pin!(client.batch_execute(words)), None);
    let mut statement = pin!(statement);
    let answer = poll_fn(|cx| {
        if early.is_none()
            && let Poll::Ready(done) = begun.as_mut().poll(cx)
        {
            early = Some(done);
        }
        statement.as_mut().poll(cx)
    })
    .await;
    match early {
        Some(done) => done?,
        None => begun.await?,
    }
    answer
}

/// Connects on the machine's thread, whose poller the socket belongs to from then on.
fn connect(address: &Address, machine: &Handle) -> Result<(Client, Driver), Fault> {
    let (reply, answer) = flume::bounded(1);
    let (config, tls) = (address.config.clone(), address.tls.clone());
    machine.spawn(async move {
        let connected = async {
            // `unconstrained`: a runtime's share of turns must not make our own waiting spin.
            Ok(match tls {
                None => {
                    let (client, line) = config.connect(NoTls).await?;
                    (client, Box::pin(unconstrained(line)) as Driver)
                }
                Some(tls) => {
                    let (client, line) = config.connect(tls).await?;
                    (client, Box::pin(unconstrained(line)) as Driver)
                }
            })
        };
        let _ = reply.send(connected.await); // nobody waits any more: the connection closes
    });
    answer
        .recv_timeout(Duration::from_secs(30))
        .map_err(|_| Fault::busy("could not connect to PostgreSQL in 30 s"))?
        .map_err(faults::of_connecting)
}
