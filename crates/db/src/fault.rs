//! What went wrong, for a log and for the few callers who can answer it.

use std::{borrow::Cow, error::Error, fmt, sync::Arc};

/// Why a statement, a transaction or a connection failed.
///
/// Its text is for a log: what was being done, what the engine said, which statement. It never
/// holds the values of a statement or a row, and is never shown to a person.
#[derive(Clone)]
pub struct Fault(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: Kind,
    text: Cow<'static, str>,
    /// What was being done; the outermost last.
    contexts: Vec<String>,
    statement: Option<&'static str>,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

/// The kinds of [`Fault`] that are told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A row with this key is already there.
    Unique {
        /// The name of the key in `migrations/`. Citus adds a suffix: compare with
        /// [`Fault::is_unique`].
        constraint: String,
    },
    /// A row refers to one that is not there, or is referred to.
    ForeignKey,
    /// Not now: locked, no connection free or to be had, or over the time limit. Nothing was done.
    Busy,
    /// Others changed the same rows, again and again. Nothing was done.
    Serialization,
    /// The disk is full. Nothing was done.
    DiskFull,
    /// The connection or the disk failed while committing: it may have been done, or not.
    UnknownOutcome,
    /// Anything else: a mistake in a statement, a broken file.
    Other,
}

impl Fault {
    pub(crate) fn new(kind: Kind, text: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            text: text.into(),
            contexts: Vec::new(),
            statement: None,
            source: None,
        }))
    }

    pub(crate) fn busy(text: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Busy, text)
    }

    /// A fault of kind [`Kind::Other`]: for rows whose content cannot be, and the like. The text
    /// goes to a log, so it holds no names, addresses or secrets.
    pub fn other(text: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Other, text)
    }

    pub(crate) fn caused_by(mut self, source: impl Error + Send + Sync + 'static) -> Self {
        self.0.source = Some(Arc::new(source));
        self
    }

    pub(crate) fn in_statement(mut self, statement: &'static str) -> Self {
        self.0.statement.get_or_insert(statement);
        self
    }

    pub(crate) fn with_kind(mut self, kind: Kind) -> Self {
        self.0.kind = kind;
        self
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> &Kind {
        &self.0.kind
    }

    /// Whether it is the key `constraint` that was already taken. Compares by prefix, because Citus
    /// adds the number of a shard to the name.
    pub fn is_unique(&self, constraint: &str) -> bool {
        let Kind::Unique { constraint: taken } = &self.0.kind else { return false };
        taken.strip_prefix(constraint).is_some_and(|rest| {
            rest.is_empty()
                || rest.strip_prefix('_').is_some_and(|shard| {
                    !shard.is_empty() && shard.bytes().all(|byte| byte.is_ascii_digit())
                })
        })
    }

    /// The same fault, saying also what was being done: "could not store the order".
    #[must_use]
    pub fn context(mut self, doing: impl Into<String>) -> Self {
        self.0.contexts.push(doing.into());
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for context in self.0.contexts.iter().rev() {
            write!(f, "{context}: ")?;
        }
        f.write_str(&self.0.text)?;
        if let Some(statement) = self.0.statement {
            let line = statement.split_whitespace().collect::<Vec<_>>().join(" ");
            let short: String = line.chars().take(100).collect();
            write!(f, " (in: {short})")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fault({:?}: {self})", self.0.kind)
    }
}

impl Error for Fault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source.as_ref().map(|source| source.as_ref() as &(dyn Error + 'static))
    }
}

/// Turns a taken key into the answer the caller has for it.
pub trait OnUnique<T> {
    /// The caller's own `error` if the key `constraint` was taken; any other fault as it is.
    ///
    /// On PostgreSQL a failed statement ends its transaction, and so it does here on both engines:
    /// leave the closure with the error, or run the statement inside [`crate::Tx::attempt`].
    fn on_unique<E: From<Fault>>(self, constraint: &str, error: E) -> Result<T, E>;
}

impl<T> OnUnique<T> for Result<T, Fault> {
    fn on_unique<E: From<Fault>>(self, constraint: &str, error: E) -> Result<T, E> {
        self.map_err(|fault| if fault.is_unique(constraint) { error } else { E::from(fault) })
    }
}

/// Says what was being done when a fault passed by.
pub trait Context<T> {
    /// Adds what only the caller knows: `.context(|| format!("could not read line {line}"))`.
    fn context<S: Into<String>>(self, doing: impl FnOnce() -> S) -> Result<T, Fault>;
}

impl<T> Context<T> for Result<T, Fault> {
    fn context<S: Into<String>>(self, doing: impl FnOnce() -> S) -> Self {
        self.map_err(|fault| fault.context(doing()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_recognised_with_the_number_of_a_citus_shard_and_not_with_a_longer_name() {
        let taken = |name: &str| Fault::new(Kind::Unique { constraint: name.into() }, "taken");
        assert!(taken("record_ref_pk").is_unique("record_ref_pk"));
        assert!(taken("record_ref_pk_102184").is_unique("record_ref_pk"));
        assert!(!taken("record_ref_pk_too").is_unique("record_ref_pk"));
        assert!(!taken("record_ref_pk_").is_unique("record_ref_pk"));
        assert!(!taken("record_pk").is_unique("record_ref_pk"));
    }

    #[test]
    fn a_fault_says_what_was_done_and_in_which_statement() {
        let fault = Fault::other("no such table: sale")
            .in_statement("select  1\n  from sale")
            .context("could not count sales");
        assert_eq!(
            fault.to_string(),
            "could not count sales: no such table: sale (in: select 1 from sale)"
        );
    }
}
