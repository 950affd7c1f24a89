//! The text of a statement.

use crate::Engine;

/// One statement. Usually a plain `&'static str` that runs on both engines; where they truly
/// differ, both texts stand side by side. Texts are static, so nothing typed by a person can ever
/// become a part of one.
#[derive(Debug, Clone, Copy)]
pub struct Sql {
    /// What SQLite is given.
    pub sqlite: &'static str,
    /// What PostgreSQL is given.
    pub postgres: &'static str,
}

impl From<&'static str> for Sql {
    fn from(text: &'static str) -> Self {
        Self { sqlite: text, postgres: text }
    }
}

impl Sql {
    /// The text for this engine.
    pub const fn text(self, engine: Engine) -> &'static str {
        match engine {
            Engine::Sqlite => self.sqlite,
            Engine::Postgres => self.postgres,
        }
    }
}
