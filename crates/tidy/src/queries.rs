//! The shape of statements: portable between the engines, and bounded.

use crate::{
    Offence, Statement, Tree,
    sql::{Kind, Token, lex},
    statements::{self, Call},
};

const AGGREGATES: [&str; 6] = ["avg", "count", "exists", "max", "min", "sum"];

/// What gives another answer each time, or exists on one engine only: the value comes in as a
/// parameter instead. With or without brackets, as the second field says.
pub(crate) const VOLATILE: [(&str, bool); 19] = [
    ("now", true),
    ("random", true),
    ("randomblob", true),
    ("gen_random_uuid", true),
    ("uuid_generate_v4", true),
    ("clock_timestamp", true),
    ("statement_timestamp", true),
    ("transaction_timestamp", true),
    ("timeofday", true),
    ("unixepoch", true),
    ("julianday", true),
    ("nextval", true),
    ("setval", true),
    ("last_insert_rowid", true),
    ("current_timestamp", false),
    ("current_date", false),
    ("current_time", false),
    ("localtime", false),
    ("localtimestamp", false),
];

pub(crate) fn offences(tree: &Tree) -> Vec<Offence> {
    statements::of(tree).iter().flat_map(judge).collect()
}

fn judge(statement: &Statement) -> Vec<Offence> {
    let tokens = lex(&statement.text);
    let says = [
        capitals(&tokens),
        star(&tokens),
        unbounded(&tokens, statement.call),
        writing_part(&tokens),
        parameters(&tokens),
        volatile(&tokens).map(|name| {
            format!("{name} is not the same on each run, pass the value as a parameter")
        }),
    ];
    says.into_iter().flatten().map(|says| statement.offence(says)).collect()
}

fn capitals(tokens: &[Token]) -> Option<String> {
    let is_capital =
        |token: &&Token| token.is_word() && token.text.contains(|c: char| c.is_ascii_uppercase());
    let token = tokens.iter().find(is_capital)?;
    Some(format!("{} in capitals, write SQL in lower case", token.text))
}

fn star(tokens: &[Token]) -> Option<String> {
    let before =
        |at: usize| at > 0 && tokens[at - 1].is_any(&["select", "distinct", ",", ".", "all"]);
    let is_list = |at: usize| {
        tokens[at].is("*") && (before(at) || (at > 0 && tokens[at - 1].is("returning")))
    };
    let found = (0..tokens.len()).any(is_list);
    found.then(|| "names no columns (*), list the ones that are read".to_owned())
}

/// A list without a limit. What answers with one row anyway needs none.
fn unbounded(tokens: &[Token], call: Call) -> Option<String> {
    let has = |word: &str, depth: Option<usize>| {
        tokens.iter().any(|token| token.is(word) && depth.is_none_or(|depth| depth == token.depth))
    };
    let main = tokens.iter().find(|token| {
        token.depth == 0 && token.is_any(&["select", "insert", "update", "delete"])
    })?;
    let bounded = if main.is("select") {
        call == Call::One || has("limit", Some(0)) || is_one_row(tokens)
    } else {
        // What is written and read back: the rows given, or a bounded choice of rows.
        call != Call::All || has("limit", None) || (main.is("insert") && !has("select", None))
    };
    (!bounded).then(|| "a list without a limit, end it with `limit`".to_owned())
}

/// Whether a select without a limit has one row by its form: no table, or only aggregates.
fn is_one_row(tokens: &[Token]) -> bool {
    let outer = |word: &str| tokens.iter().position(|token| token.depth == 0 && token.is(word));
    let Some(from) = outer("from") else { return true };
    let chosen = &tokens[outer("select").unwrap_or(from)..from];
    // The aggregates of a query inside count its rows, not these.
    let has_inner = chosen.iter().any(|token| token.depth > 0 && token.is("select"));
    let counts = |token: &Token| token.is_any(&AGGREGATES) && (token.depth == 0 || !has_inner);
    chosen.iter().any(counts) && ["group", "over", "union"].iter().all(|word| outer(word).is_none())
}

/// A CTE that writes: PostgreSQL's alone, and its order of effects surprises.
fn writing_part(tokens: &[Token]) -> Option<String> {
    let writes =
        |pair: &[Token]| pair[0].is("(") && pair[1].is_any(&["insert", "update", "delete"]);
    let found = tokens.windows(2).any(writes);
    found.then(|| "writes inside a CTE, make it a statement of its own".to_owned())
}

/// SQLite numbers `$n` by first appearance, so the first appearances must ascend.
fn parameters(tokens: &[Token]) -> Option<String> {
    if tokens.iter().any(|token| token.is("?")) {
        return Some("a ? as a parameter, write $1, $2, ..".to_owned());
    }
    let mut seen = 0;
    for token in tokens.iter().filter(|token| token.kind == Kind::Parameter) {
        let number: usize = token.text.parse().unwrap_or_default();
        if number > seen + 1 || number == 0 {
            return Some(format!(
                "${number} appears before ${}, number parameters in the order of their first use",
                seen + 1
            ));
        }
        seen = seen.max(number);
    }
    None
}

/// The first volatile function or advisory lock in these tokens.
pub(crate) fn volatile(tokens: &[Token]) -> Option<&str> {
    let found = tokens.iter().enumerate().find(|(at, token)| {
        let called = tokens.get(at + 1).is_some_and(|next| next.is("("));
        let named = |&(name, bracket): &(&str, bool)| token.is(name) && (called || !bracket);
        let is_column = *at > 0 && tokens[at - 1].is(".");
        token.is_word()
            && !is_column
            && (VOLATILE.iter().any(named) || token.text.contains("advisory_"))
    });
    found.map(|(_, token)| token.text.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(call: &str, sql: &str) -> Vec<String> {
        let source = format!("fn a() {{ cx.{call}({sql:?}, ()); }}");
        let tree = Tree::of(&[("crates/record/src/people/store.rs", &source)]);
        offences(&tree).into_iter().map(|offence| offence.says).collect()
    }

    #[track_caller]
    fn refused(call: &str, sql: &str, part: &str) {
        let says = says(call, sql);
        assert!(says.len() == 1 && says[0].contains(part), "{sql}: {says:?}");
    }

    #[track_caller]
    fn fine(call: &str, sql: &str) {
        assert_eq!(says(call, sql), Vec::<String>::new(), "{sql}");
    }

    #[test]
    fn columns_are_named_in_lower_case() {
        refused("one", "select * from a", "names no columns");
        refused("one", "select b, a.* from a", "names no columns");
        refused("all", "insert into a (b) values ($1) returning *", "names no columns");
        refused("one", "select a FROM b", "FROM in capitals");
        fine("one", "select count(*), a.b * 2, 'TEXT' as \"Name\" from a");
    }

    #[test]
    fn lists_have_a_limit() {
        refused("all", "select a from b", "without a limit");
        refused("all", "select a from b where c in (select d from e limit 5)", "without a limit");
        refused("all", "select a, count(*) from b group by a", "without a limit");
        refused("all", "update a set b = 1 where c = $1 returning d", "without a limit");
        fine("all", "select a from b limit $1");
        fine("all", "select count(*), sum(a) from b");
        fine("all", "select coalesce(sum(a), 0) from b");
        refused("all", "select a, (select count(*) from c) from b", "without a limit");
        fine("all", "select 1");
        fine("one", "select a from b where c = $1");
        fine("all", "insert into a (b) values ($1) returning b");
        fine("all", "delete from a where b in (select b from a limit 9) returning b");
        fine("exec", "delete from a where b = $1");
        fine("exec", "insert into a (b) select b from c");
    }

    #[test]
    fn writes_stand_alone() {
        let sql = "with a as (delete from b where c = $1 returning d) select d from a limit 1";
        refused("all", sql, "writes inside a CTE");
        fine("exec", "with a as (select b from c) delete from d where e in (select b from a)");
    }

    #[test]
    fn parameters_appear_in_order() {
        refused("one", "select a from b where c = $2 and d = $1", "$2 appears before $1");
        refused("one", "select a from b where c = ?", "write $1");
        fine("one", "select a from b where c = $1 and d = $2 and e = $1 and f = $3");
    }

    #[test]
    fn the_same_statement_does_the_same_again() {
        refused("exec", "insert into a (b) values (now())", "now is not the same");
        refused("exec", "insert into a (b) values (current_timestamp)", "current_timestamp");
        refused("one", "select pg_advisory_lock($1)", "pg_advisory_lock");
        fine("one", "select now, b.random from b");
    }
}
