//! What a closure behind one of the doors is given.

use std::{
    any::Any,
    ops::{Deref, DerefMut},
};

use crate::{Engine, Fault, FromRow, Kind, Param, Params, Row, Sql, postgres, sqlite};

/// A snapshot to read from.
pub struct Cx<'a> {
    link: Link<'a>,
    state: State,
}

pub(crate) enum Link<'a> {
    Sqlite(&'a sqlite::Link),
    Postgres(&'a mut postgres::Link),
}

/// How the transaction stands.
#[derive(Default)]
struct State {
    /// A statement failed: PostgreSQL takes no other one, so neither do we on SQLite.
    failed: Option<Fault>,
    /// The server asked to run the whole closure again.
    rerun: Option<Fault>,
}

impl<'a> Cx<'a> {
    pub(crate) fn new(link: Link<'a>) -> Self {
        Self { link, state: State::default() }
    }

    /// Which database this is.
    pub fn engine(&self) -> Engine {
        match self.link {
            Link::Sqlite(_) => Engine::Sqlite,
            Link::Postgres(_) => Engine::Postgres,
        }
    }

    /// All rows of the answer. The statement itself says how many there can be (`limit`).
    pub fn all<R: FromRow>(
        &mut self,
        sql: impl Into<Sql>,
        params: impl Params,
    ) -> Result<Vec<R>, Fault> {
        let mut rows = Vec::new();
        self.visit(sql.into(), params, &mut |row| {
            rows.push(R::from_row(row)?);
            Ok(())
        })?;
        Ok(rows)
    }

    /// The only row of the answer, or `None`. More than one is a fault.
    pub fn one<R: FromRow>(
        &mut self,
        sql: impl Into<Sql>,
        params: impl Params,
    ) -> Result<Option<R>, Fault> {
        let sql = sql.into();
        let mut only = None;
        self.visit(sql, params, &mut |row| {
            if only.is_some() {
                return Err(Fault::other("one row was expected, there are more"));
            }
            only = Some(R::from_row(row)?);
            Ok(())
        })?;
        Ok(only)
    }

    /// Prepares a statement and runs nothing.
    #[cfg(feature = "testing")]
    pub(crate) fn prepare(&mut self, sql: Sql) -> Result<(), Fault> {
        let text = sql.text(self.engine());
        let prepared = match &mut self.link {
            Link::Sqlite(link) => link.check(text),
            Link::Postgres(link) => link.check(text),
        };
        prepared.map_err(|fault| fault.in_statement(text))
    }

    fn visit(
        &mut self,
        sql: Sql,
        params: impl Params,
        each: &mut dyn FnMut(&Row<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let text = sql.text(self.engine());
        // What `each` dislikes is not the statement's failure: the transaction goes on.
        let mut disliked = None;
        let mut guarded = |row: &Row<'_>| match each(row) {
            Ok(()) => true,
            Err(fault) => {
                disliked = Some(fault.in_statement(text));
                false
            }
        };
        self.state.usable(text)?;
        let outcome = params.bound(|params: &[Param<'_>]| match &mut self.link {
            Link::Sqlite(link) => link.query(text, params, &mut guarded),
            Link::Postgres(link) => link.query(text, params, &mut guarded),
        });
        self.state.note(outcome, text)?;
        disliked.map_or(Ok(()), Err)
    }

    fn run(&mut self, text: &'static str, params: impl Params) -> Result<u64, Fault> {
        self.state.usable(text)?;
        let outcome = params.bound(|params: &[Param<'_>]| match &mut self.link {
            Link::Sqlite(link) => link.execute(text, params),
            Link::Postgres(link) => link.execute(text, params),
        });
        self.state.note(outcome, text)
    }

    /// Runs a transaction's own words: `savepoint` and the like.
    fn control(&mut self, text: &'static str) -> Result<(), Fault> {
        match &mut self.link {
            Link::Sqlite(link) => link.control(text),
            Link::Postgres(link) => link.control(text),
        }
    }
}

impl State {
    fn usable(&self, text: &'static str) -> Result<(), Fault> {
        self.failed.as_ref().map_or(Ok(()), |first| {
            Err(first.clone().context("an earlier statement failed").in_statement(text))
        })
    }

    fn note<T>(&mut self, outcome: Result<T, Fault>, text: &'static str) -> Result<T, Fault> {
        outcome.map_err(|fault| {
            let fault = fault.in_statement(text);
            if *fault.kind() == Kind::Serialization {
                self.rerun.get_or_insert_with(|| fault.clone());
            }
            self.failed = Some(fault.clone());
            fault
        })
    }
}

/// A transaction: all of it becomes durable, or nothing.
pub struct Tx<'a> {
    cx: Cx<'a>,
    last: Vec<AtEnd>,
    baskets: Vec<Box<dyn Any + Send>>,
    after: Vec<AfterCommit>,
}

type AtEnd = Box<dyn FnOnce(&mut Tx<'_>) -> Result<(), Fault> + Send>;
pub(crate) type AfterCommit = Box<dyn FnOnce() + Send>;

/// How a closure left its transaction, beside its own answer.
pub(crate) struct Left {
    pub(crate) after: Vec<AfterCommit>,
    pub(crate) failed: Option<Fault>,
    pub(crate) rerun: Option<Fault>,
}

impl<'a> Deref for Tx<'a> {
    type Target = Cx<'a>;
    fn deref(&self) -> &Cx<'a> {
        &self.cx
    }
}

impl<'a> DerefMut for Tx<'a> {
    fn deref_mut(&mut self) -> &mut Cx<'a> {
        &mut self.cx
    }
}

impl<'a> Tx<'a> {
    pub(crate) fn new(link: Link<'a>) -> Self {
        Self { cx: Cx::new(link), last: Vec::new(), baskets: Vec::new(), after: Vec::new() }
    }

    pub(crate) fn leave(self) -> Left {
        let State { failed, rerun } = self.cx.state;
        Left { after: self.after, failed, rerun }
    }

    /// Runs a statement that changes rows; gives how many.
    ///
    /// A statement that fails ends the transaction: no other one is taken, and the closure's work
    /// is undone even if it returns `Ok`. What may fail and be gone around belongs in
    /// [`Tx::attempt`].
    pub fn exec(&mut self, sql: impl Into<Sql>, params: impl Params) -> Result<u64, Fault> {
        let text = sql.into().text(self.engine());
        self.cx.run(text, params)
    }

    /// Runs a part that may fail alone: if it does, what it wrote is undone, and the transaction
    /// goes on as if it had never begun.
    pub fn attempt<T, E: From<Fault>>(
        &mut self,
        part: impl FnOnce(&mut Tx<'a>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.cx.state.usable("savepoint")?;
        self.cx.control("savepoint attempt")?;
        let (last_count, after_count) = (self.last.len(), self.after.len());
        let answer = part(self);
        if answer.is_ok() && self.cx.state.failed.is_none() {
            let released = self.cx.control("release savepoint attempt");
            self.cx.state.note(released, "release savepoint attempt")?;
            return answer;
        }
        self.last.truncate(last_count);
        self.after.truncate(after_count);
        let failed = self.cx.state.failed.take();
        let undone = self
            .cx
            .control("rollback to savepoint attempt")
            .and_then(|()| self.cx.control("release savepoint attempt"));
        if let Err(fault) = undone {
            // The connection or the whole transaction is gone: nothing can go on from here.
            self.cx.state.failed = Some(failed.unwrap_or_else(|| fault.clone()));
            return Err(fault.into());
        }
        // A part that swallowed the failure of its statement has failed all the same.
        answer.and_then(|answer| failed.map_or(Ok(answer), |fault| Err(fault.into())))
    }

    /// Calls `f` in the transaction when the closure has done everything else; never if it fails.
    ///
    /// For what is dear to write between savepoints: a full-text index writes out all it holds
    /// whenever one begins. What fails in `f` fails the closure.
    pub fn at_end(&mut self, f: impl FnOnce(&mut Tx<'_>) -> Result<(), Fault> + Send + 'static) {
        self.last.push(Box::new(f));
    }

    /// What the functions of [`Tx::at_end`] put together: each lays its part in, and what one of
    /// them leaves for the end once more finds all parts. Empty at first.
    ///
    /// Only for them: a part that fails in [`Tx::attempt`] is not taken out again.
    pub fn basket<T: Default + Send + 'static>(&mut self) -> &mut T {
        let found = self.baskets.iter().position(|basket| basket.is::<T>());
        let at = found.unwrap_or_else(|| {
            self.baskets.push(Box::new(T::default()));
            self.baskets.len() - 1
        });
        self.baskets[at].downcast_mut().expect("the basket at this place is of this type")
    }

    /// Does what was left for the end. What fails is noted as any failed statement is.
    pub(crate) fn finish(&mut self) {
        while !self.last.is_empty() {
            for f in std::mem::take(&mut self.last) {
                if let Err(fault) = f(self) {
                    self.cx.state.failed.get_or_insert(fault);
                    return;
                }
            }
        }
    }

    /// Calls `f` once the transaction is durable, before its answer is given; never if it is
    /// undone.
    ///
    /// It runs on the thread that commits, so it only rings bells: no statement, no waiting.
    pub fn after_commit(&mut self, f: impl FnOnce() + Send + 'static) {
        self.after.push(Box::new(f));
    }
}
