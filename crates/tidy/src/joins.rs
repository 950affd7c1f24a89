//! Statements and places (law 10): a statement joins only rows of one place and tables that stand
//! everywhere, and never moves a row.

use std::collections::BTreeMap;

use crate::{
    Offence, Statement, Tree,
    migrations::{Place, Schema},
    sql::{Kind, Token, lex},
    statements,
};

type Places<'a> = BTreeMap<&'a str, &'a Place>;

pub(crate) fn offences(tree: &Tree) -> Vec<Offence> {
    let schema = Schema::of(tree);
    let places = schema.places();
    statements::of(tree).iter().flat_map(|statement| judge(statement, &places)).collect()
}

fn judge(statement: &Statement, places: &Places<'_>) -> Vec<Offence> {
    let tokens = lex(&statement.text);
    let mut found: Vec<Offence> =
        moves(&tokens, places).into_iter().map(|says| statement.offence(says)).collect();
    found.extend(scattered(&tokens, places).map(|says| statement.offence(says)));
    found
}

/// A table a statement names, and whether rows are written to it.
struct Named<'a> {
    name: &'a str,
    place: &'a Place,
    written: bool,
}

/// The tables that `tokens` name after `from`, `join`, `into`, `update` and `using`.
fn tables<'a>(tokens: &'a [Token], places: &Places<'a>) -> Vec<Named<'a>> {
    let mut named = Vec::new();
    let mut expected: Option<bool> = None;
    // For each depth whether the list after `from` is still going on.
    let mut in_list: BTreeMap<usize, bool> = BTreeMap::new();
    for (at, token) in tokens.iter().enumerate() {
        let after = |words: &[&str]| at > 0 && tokens[at - 1].is_any(words);
        if token.is_any(&["from", "join", "using"]) && !after(&["distinct"]) {
            expected = Some(false);
            in_list.insert(token.depth, !token.is("using"));
        } else if token.is("into") || (token.is("update") && !after(&["for", "do"])) {
            expected = Some(true);
        } else if token.is(",") && in_list.get(&token.depth) == Some(&true) {
            expected = Some(false);
        } else if token.is_any(&["where", "group", "order", "limit", "set", "values", "select"]) {
            in_list.insert(token.depth, false);
        } else if !token.is_any(&["only", "lateral"])
            && let Some(written) = expected.take()
        {
            let place = places.get_key_value(token.text.as_str());
            named.extend(place.map(|(name, place)| Named { name, place, written }));
        }
    }
    named
}

/// Updates that set the column of a place: a move is `insert .. select` and `delete`.
fn moves(tokens: &[Token], places: &Places<'_>) -> Vec<String> {
    let written = tables(tokens, places).into_iter().find(|named| named.written);
    let Some((table, column)) = written.and_then(|table| Some((table.name, table.place.column()?)))
    else {
        return Vec::new();
    };
    let sets = tokens.iter().enumerate().filter(|(at, token)| {
        let updates = tokens[..*at].iter().any(|token| token.is("update"));
        token.is("set") && updates && targets(&tokens[at + 1..], token.depth).any(|t| t.is(column))
    });
    let says =
        format!("sets {column}, the place of {table}; a move is `insert .. select` and `delete`");
    sets.map(|_| says.clone()).collect()
}

/// The columns that the assignments after `set` change.
fn targets(tokens: &[Token], depth: usize) -> impl Iterator<Item = &Token> {
    let ends = move |token: &Token| {
        token.depth < depth
            || (token.depth == depth && token.is_any(&["where", "from", "returning"]))
    };
    let mut in_target = true;
    tokens.iter().take_while(move |token| !ends(token)).filter(move |token| {
        if token.depth == depth {
            in_target = (in_target || token.is(",")) && !token.is("=");
        }
        in_target && token.is_word()
    })
}

/// Tables of several places, or rows of one place that are not joined by it.
fn scattered(tokens: &[Token], places: &Places<'_>) -> Option<String> {
    let named = tables(tokens, places);
    let placed: Vec<&Named<'_>> =
        named.iter().filter(|named| *named.place != Place::Everywhere).collect();
    let first = placed.first()?;
    if let Some(other) = placed.iter().find(|other| !other.place.is_with(first.place)) {
        return Some(format!(
            "{} and {} lie in different places, read them in statements of their own",
            first.name, other.name
        ));
    }
    let read = placed.iter().filter(|named| !named.written).count();
    let updates = placed.len() > read && tokens.iter().all(|token| !token.is("into"));
    let joined = read + usize::from(updates);
    let apart = joined > 1 && !tokens.iter().any(|token| token.is("union"));
    let columns: Vec<&str> = placed.iter().filter_map(|named| named.place.column()).collect();
    (apart && !meet(tokens, &columns, joined)).then(|| {
        format!(
            "joins {} without its place, join on {} or give both the same parameter",
            first.name, columns[0]
        )
    })
}

/// Whether the place columns are compared with each other, or as often as needed with one
/// parameter.
fn meet(tokens: &[Token], columns: &[&str], joined: usize) -> bool {
    let is_place = |token: Option<&Token>| token.is_some_and(|token| token.is_any(columns));
    let mut parameters: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, token) in tokens.iter().enumerate().filter(|(at, _)| is_place(tokens.get(*at))) {
        let next = |ahead: usize| tokens.get(at + ahead);
        let is_next = |ahead: usize, text: &str| next(ahead).is_some_and(|token| token.is(text));
        if is_next(1, "=") {
            let value = if is_next(3, ".") { next(4) } else { next(2) };
            if is_place(value) {
                return true;
            }
            if let Some(parameter) = value.filter(|value| value.kind == Kind::Parameter) {
                *parameters.entry(parameter.text.as_str()).or_default() += 1;
            }
        }
        // `using (network_id, customer_id)` and `customer_id in (select customer_id ..)`.
        let rest = &tokens[at..];
        let closing = rest.iter().position(|other| other.depth < token.depth).unwrap_or(0);
        let opening = tokens[..at].iter().rposition(|other| other.depth < token.depth);
        let before = opening.and_then(|open| open.checked_sub(1)).map(|at| &tokens[at]);
        if before.is_some_and(|before| before.is("using")) {
            return true;
        }
        let chosen = tokens.get(at + closing + 1..).unwrap_or_default();
        let chooses = chosen.len() > 2 && chosen[0].is("in") && chosen[2].is("select");
        if chooses && chosen.iter().take_while(|t| !t.is("from")).any(|t| t.is_any(columns)) {
            return true;
        }
    }
    parameters.values().any(|count| *count >= joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLES: &str = "
        -- place: customer_id
        create table record (network_id a, customer_id b, name c, primary key (customer_id));
        -- place: subject_id
        create table touch (network_id a, subject_id b, at_ms c, primary key (subject_id));
        -- place: external_ref
        create table record_ref (external_ref a, customer_id b, primary key (external_ref));
        -- place: everywhere
        create table organisation (organisation_id a, name b, primary key (organisation_id));";

    fn says(sql: &str) -> Vec<String> {
        let source = format!("fn a() {{ cx.one({sql:?}, ()); }}");
        let store = ("crates/record/src/people/store.rs", source.as_str());
        let tree = Tree::of(&[("migrations/0001_a.sql", TABLES), store]);
        offences(&tree).into_iter().map(|offence| offence.says).collect()
    }

    #[track_caller]
    fn refused(sql: &str, part: &str) {
        let says = says(sql);
        assert!(says.len() == 1 && says[0].contains(part), "{sql}: {says:?}");
    }

    #[track_caller]
    fn fine(sql: &str) {
        assert_eq!(says(sql), Vec::<String>::new(), "{sql}");
    }

    #[test]
    fn a_statement_stays_in_one_place() {
        let join = "select r.name from record_ref f join record r on r.customer_id = f.customer_id";
        refused(join, "different places");
        refused("select name from record, record_ref", "different places");
        refused(
            "delete from record where customer_id in (select customer_id from record_ref)",
            "different places",
        );
        fine("select r.name from record r join organisation o on o.name = r.name");
        fine("insert into record (customer_id) values ($1) on conflict do nothing");
        fine("select name, record from record where record = $1");
    }

    #[test]
    fn rows_of_one_place_are_joined_by_it() {
        refused(
            "select r.name from record r join touch t on t.at_ms = r.name",
            "without its place",
        );
        refused(
            "select name from record where customer_id = $1 and name in \
             (select at_ms from touch where subject_id = $2)",
            "without its place",
        );
        fine("select r.name from record r join touch t on t.subject_id = r.customer_id");
        fine("select r.name from record r join record s using (network_id, customer_id)");
        fine(
            "select name from record r where customer_id = $1 and exists \
             (select 1 from touch where subject_id = $1)",
        );
        fine(
            "delete from record where (network_id, customer_id) in \
             (select network_id, subject_id from touch limit 5)",
        );
        fine("select name from record union all select at_ms from touch");
    }

    #[test]
    fn a_row_stays_in_its_place() {
        refused(
            "update record set name = $1, customer_id = $2 where name = $3",
            "sets customer_id",
        );
        refused("update record set (name, customer_id) = ($1, $2)", "sets customer_id");
        refused(
            "insert into touch (subject_id) values ($1) on conflict (subject_id) \
             do update set subject_id = excluded.subject_id",
            "sets subject_id",
        );
        fine("update record set name = customer_id where customer_id = $1");
        fine("update organisation set organisation_id = $1 where name = $2");
    }
}
