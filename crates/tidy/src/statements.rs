//! The registry of statements: every SQL text of every `store.rs`, and nothing of SQL elsewhere.

use crate::{
    Offence, Tree, lex, sql,
    tree::{File, extension},
};

/// Which engines a statement is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// One text for both, the rule.
    Both,
    /// The text beside `sqlite:`.
    Sqlite,
    /// The text beside `postgres:`.
    Postgres,
}

/// How a statement is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    /// `cx.all(..)`: many rows.
    All,
    /// `cx.one(..)`: at most one row, more are a fault.
    One,
    /// `tx.exec(..)`: no rows.
    Exec,
    /// Through a name that is not a constant.
    Unknown,
}

/// One SQL statement of the program.
#[derive(Debug, Clone)]
pub struct Statement {
    /// The `store.rs` it stands in, from the root of the repository.
    pub file: String,
    /// Where its text begins, counted from 1.
    pub line: usize,
    /// Which engines prepare it.
    pub engine: Engine,
    /// The text as the engine gets it.
    pub text: String,
    pub(crate) call: Call,
}

impl Statement {
    pub(crate) fn offence(&self, says: impl Into<String>) -> Offence {
        Offence::new(&self.file, self.line, says)
    }
}

/// Every statement, in the order of files and lines.
pub(crate) fn of(tree: &Tree) -> Vec<Statement> {
    tree.rust().filter(|file| is_store(file)).flat_map(in_store).collect()
}

/// SQL outside `store.rs`, and SQL put together while running.
pub(crate) fn offences(tree: &Tree) -> Vec<Offence> {
    tree.rust()
        .flat_map(|file| {
            if is_store(file) {
                built(file)
            } else if file.crate_name() == "db" {
                // The doors themselves: pragmas, savepoints, the table of migrations.
                Vec::new()
            } else {
                stray(file)
            }
        })
        .collect()
}

fn is_store(file: &File) -> bool {
    file.name() == "store.rs" && extension(&file.path) == "rs" && file.crate_name() != "db"
}

/// The places of texts outside tests, as indices of tokens.
fn texts(file: &File) -> impl Iterator<Item = (usize, &lex::Token)> {
    let is_text = |token: &lex::Token| token.kind == lex::Kind::Text;
    let tokens = file.code.tokens.iter().enumerate();
    tokens.filter(move |(at, token)| is_text(token) && !file.code.is_test(*at))
}

fn stray(file: &File) -> Vec<Offence> {
    let sql = texts(file).filter(|(_, token)| sql::is_statement(&token.text));
    let says = "SQL outside store.rs, move it to the store.rs of its capability";
    sql.map(|(_, token)| Offence::new(&file.path, token.line, says)).collect()
}

/// Statements that are not one literal: what a test cannot prepare, and may inject.
fn built(file: &File) -> Vec<Offence> {
    let code = &file.code;
    let mut found = Vec::new();
    for (at, token) in code.tokens.iter().enumerate().filter(|(at, _)| !code.is_test(*at)) {
        let is_macro = code.sign(at + 1, '!');
        let says = match code.word(at) {
            "concat" | "include_str" if is_macro => "puts a text together",
            "leak" if at > 0 && (code.sign(at - 1, '.') || code.sign(at - 1, ':')) => {
                "makes a text static"
            }
            "format" | "write" | "writeln" | "format_args" if is_macro => {
                let inside = at + 2..code.partner(at + 2);
                let mut texts = code.tokens[inside].iter().filter(|t| t.kind == lex::Kind::Text);
                if !texts.any(|text| is_part_of_sql(&text.text)) {
                    continue;
                }
                "builds SQL"
            }
            _ => continue,
        };
        let says = format!(
            "{} {says} in store.rs, write each statement as one literal at its call",
            token.text
        );
        found.push(Offence::new(&file.path, token.line, says));
    }
    found
}

fn is_part_of_sql(text: &str) -> bool {
    const PARTS: [&str; 9] =
        ["select", "from", "where", "values", "set", "order by", "limit", "join", "returning"];
    let spaced = format!(" {} ", text.split_whitespace().collect::<Vec<_>>().join(" "));
    let spaced = spaced.to_lowercase();
    sql::is_statement(text) || PARTS.iter().any(|part| spaced.contains(&format!(" {part} ")))
}

fn in_store(file: &File) -> Vec<Statement> {
    let sql = texts(file).filter(|(_, token)| sql::is_statement(&token.text));
    let statement = |(at, token): (usize, &lex::Token)| Statement {
        file: file.path.clone(),
        line: token.line,
        engine: engine(file, at),
        text: token.text.clone(),
        call: call(file, at),
    };
    sql.map(statement).collect()
}

/// The engine of the text at `at`: beside `sqlite:` or `postgres:`, or named there if a constant.
fn engine(file: &File, at: usize) -> Engine {
    let code = &file.code;
    let beside = |at: usize| match at.checked_sub(2).map(|word| code.word(word)) {
        Some("sqlite") if code.sign(at - 1, ':') => Engine::Sqlite,
        Some("postgres") if code.sign(at - 1, ':') => Engine::Postgres,
        _ => Engine::Both,
    };
    let own = beside(at);
    let uses = constant(file, at).into_iter().flat_map(|name| uses(file, name));
    uses.map(beside).fold(own, |engine, used| if engine == Engine::Both { used } else { engine })
}

/// How the text at `at` is run, directly or through its constant.
fn call(file: &File, at: usize) -> Call {
    let direct = call_around(file, at);
    if direct != Call::Unknown {
        return direct;
    }
    let calls: Vec<Call> = constant(file, at)
        .into_iter()
        .flat_map(|name| uses(file, name))
        .map(|used| call_around(file, used))
        .collect();
    match calls.split_first() {
        Some((first, rest)) if rest.iter().all(|call| call == first) => *first,
        _ => Call::Unknown,
    }
}

/// The nearest `all(`, `one(` or `exec(` around `at`, through `Sql { .. }`, `if` and `match`.
fn call_around(file: &File, at: usize) -> Call {
    let code = &file.code;
    let mut open = code.around(at);
    while let Some(bracket) = open {
        let callee = code.callee(bracket).filter(|name| *name > 0 && code.sign(name - 1, '.'));
        match callee.map(|name| code.word(name)) {
            Some("all") => return Call::All,
            Some("one") => return Call::One,
            Some("exec") => return Call::Exec,
            _ => open = code.around(bracket),
        }
    }
    Call::Unknown
}

/// The name of the constant whose value the text at `at` is, or a part of.
fn constant(file: &File, at: usize) -> Option<&str> {
    let line = file.code.tokens[at].line;
    let constants = file.code.items.iter().filter(|item| item.kind == "const");
    let mut around = constants
        .filter(|item| item.line <= line && line <= item.last_line && item.signature.start <= at);
    around.next_back().map(|item| item.name.as_str())
}

/// Where `name` is used, except where it is made.
fn uses<'a>(file: &'a File, name: &'a str) -> impl Iterator<Item = usize> + 'a {
    let code = &file.code;
    let named = (1..code.tokens.len()).filter(move |at| code.word(*at) == name);
    named.filter(move |at| code.word(at - 1) != "const")
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORE: &str = r#"
        const LATE: &str = "select a
            from b limit 1";
        const CLAIM: &str = "select j from job limit 1 for update";
        fn a(cx: &mut Cx) {
            cx.all::<(i64,)>(LATE, ());
            cx.one(Sql { sqlite: "select b from c", postgres: CLAIM }, (if x { 1 } else { 2 },));
            tx.exec(if x { "delete from a where b = $1" } else { "delete from c" }, ());
            let name = "select-all"; 
        }
        #[cfg(test)] mod tests { fn a() { cx.all("select d from e", ()); } }
    "#;

    #[test]
    fn the_registry_knows_engine_and_call() {
        let tree = Tree::of(&[("crates/queue/src/store.rs", STORE)]);
        let seen: Vec<_> = of(&tree)
            .into_iter()
            .map(|statement| (statement.line, statement.engine, statement.call))
            .collect();
        assert_eq!(
            seen,
            [
                (2, Engine::Both, Call::All),
                (4, Engine::Postgres, Call::One),
                (7, Engine::Sqlite, Call::One),
                (8, Engine::Both, Call::Exec),
                (8, Engine::Both, Call::Exec),
            ]
        );
    }

    #[test]
    fn sql_elsewhere_is_refused() {
        let source = "fn a() { b(\"select a from b\"); }";
        let found = |path| offences(&Tree::of(&[(path, source)])).len();
        assert_eq!(found("crates/record/src/people/rules.rs"), 1);
        assert_eq!(found("crates/record/src/people/store.rs"), 0);
        assert_eq!(found("crates/record/src/people/tests.rs"), 0);
        assert_eq!(found("crates/db/src/sqlite.rs"), 0);
    }

    #[test]
    fn sql_put_together_is_refused() {
        let found = |body: &str| {
            let source = format!("fn a() {{ {body} }}");
            offences(&Tree::of(&[("crates/record/src/people/store.rs", &source)])).len()
        };
        assert_eq!(found("format!(\"select {a} from b\")"), 1);
        assert_eq!(found("write!(text, \" order by {a}\")"), 1);
        assert_eq!(found("concat!(\"a\", \"b\"); text.leak(); Box::leak(text)"), 3);
        assert_eq!(found("format!(\"{word}*\")"), 0);
    }
}
