//! SQL as tokens, and which texts are SQL at all.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A keyword, a name, or a token of a migration such as `{uuid}`.
    Word,
    Number,
    /// `$1`; the token's text is the number.
    Parameter,
    /// `'..'` or `".."`; the token's text is what is inside.
    Quoted,
    Sign,
    /// `-- ..`; the token's text is what it says.
    Comment,
}

/// A piece of SQL.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) text: String,
    /// Counted from 1 within the text.
    pub(crate) line: usize,
    /// How many brackets are open around it; a bracket counts as outside of itself.
    pub(crate) depth: usize,
}

impl Token {
    pub(crate) fn is(&self, text: &str) -> bool {
        matches!(self.kind, Kind::Word | Kind::Sign) && self.text.eq_ignore_ascii_case(text)
    }

    pub(crate) fn is_any(&self, texts: &[&str]) -> bool {
        texts.iter().any(|text| self.is(text))
    }

    pub(crate) fn is_word(&self) -> bool {
        self.kind == Kind::Word
    }
}

/// The tokens of `text`, comments included.
pub(crate) fn lex(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let (mut tokens, mut at, mut line, mut depth) = (Vec::new(), 0, 1, 0_usize);
    while let Some(&c) = chars.get(at) {
        let start = at;
        let run = |from: usize, wanted: fn(char) -> bool| {
            from + chars[from..].iter().take_while(|c| wanted(**c)).count()
        };
        let kind = match c {
            _ if c.is_whitespace() => {
                line += usize::from(c == '\n');
                at += 1;
                continue;
            }
            '-' if chars.get(at + 1) == Some(&'-') => {
                at = run(at, |c| c != '\n');
                Kind::Comment
            }
            '\'' | '"' => {
                at = end_of_quoted(&chars, at);
                Kind::Quoted
            }
            '$' if chars.get(at + 1).is_some_and(char::is_ascii_digit) => {
                at = run(at + 1, |c| c.is_ascii_digit());
                Kind::Parameter
            }
            '{' => {
                at = (run(at, |c| c != '}') + 1).min(chars.len());
                Kind::Word
            }
            _ if c.is_ascii_digit() => {
                at = run(at, |c| c.is_alphanumeric() || c == '.');
                Kind::Number
            }
            _ if is_word(c) => {
                at = run(at, is_word);
                Kind::Word
            }
            _ => {
                at += 1;
                Kind::Sign
            }
        };
        depth -= usize::from(c == ')' && depth > 0);
        let text: String = chars[start..at].iter().collect();
        let text = match kind {
            Kind::Comment => text.trim_start_matches('-').trim().to_owned(),
            Kind::Parameter => text[1..].to_owned(),
            Kind::Quoted => text[1..text.len() - 1].to_owned(),
            _ => text,
        };
        let lines = text.matches('\n').count();
        tokens.push(Token { kind, text, line, depth });
        line += lines;
        depth += usize::from(c == '(');
    }
    tokens
}

/// The index after the quoted text that begins at `at`; a doubled quote stands for itself.
fn end_of_quoted(chars: &[char], at: usize) -> usize {
    let quote = chars[at];
    let mut end = at + 1;
    while end < chars.len() {
        if chars[end] == quote {
            if chars.get(end + 1) != Some(&quote) {
                return end + 1;
            }
            end += 1;
        }
        end += 1;
    }
    chars.len()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

const OBJECTS: [&str; 16] = [
    "database",
    "extension",
    "function",
    "index",
    "materialized",
    "or",
    "role",
    "schema",
    "sequence",
    "table",
    "temp",
    "temporary",
    "trigger",
    "unique",
    "view",
    "virtual",
];

/// Whether a text of a program is an SQL statement, rather than a sentence that begins with one of
/// its words.
pub(crate) fn is_statement(text: &str) -> bool {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let Some(written) = text.split_whitespace().next() else { return false };
    // `Select a file` is English; SQL is written all small or all capital.
    let is_capitalised =
        written.chars().skip(1).any(char::is_lowercase) && written.starts_with(char::is_uppercase);
    let second = words.get(1).map_or("", String::as_str);
    let has = |word: &str| words.iter().any(|other| other == word);
    !is_capitalised
        && match words[0].as_str() {
            "select" => {
                has("from")
                    || second.contains('(')
                    || second.starts_with(|c: char| c.is_ascii_digit() || "$*'".contains(c))
            }
            "insert" => matches!(second, "into" | "or"),
            "delete" => second == "from",
            "update" => words.iter().skip(2).take(3).any(|word| word == "set"),
            "with" => words.windows(2).any(|pair| pair[0] == "as" && pair[1].starts_with('(')),
            "create" | "alter" | "drop" => OBJECTS.contains(&second) && words.len() > 2,
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sql_is_told_from_sentences() {
        for sql in [
            "select a from b",
            "SELECT 1",
            "select count(*) n",
            "insert into a values (1)",
            "\n  update a as b set c = 1",
            "delete from a",
            "with a as (select 1) select b from a",
            "create table a (b text)",
            "drop index a if",
            "alter table a add b",
        ] {
            assert!(is_statement(sql), "{sql}");
        }
        for sentence in [
            "",
            "select",
            "Select a file from your disk",
            "update available",
            "with {name}",
            "create a network",
            "delete this token?",
            "drop a file here",
            "insert a coin",
        ] {
            assert!(!is_statement(sentence), "{sentence}");
        }
    }

    #[test]
    fn tokens_know_their_depth_and_line() {
        let seen: Vec<_> = lex("a ('x''y',\n $12) -- why\n{uuid} 1.5 z")
            .into_iter()
            .map(|token| (token.kind, token.text, token.line, token.depth))
            .collect();
        let token = |kind, text: &str, line, depth| (kind, text.to_owned(), line, depth);
        assert_eq!(
            seen,
            [
                token(Kind::Word, "a", 1, 0),
                token(Kind::Sign, "(", 1, 0),
                token(Kind::Quoted, "x''y", 1, 1),
                token(Kind::Sign, ",", 1, 1),
                token(Kind::Parameter, "12", 2, 1),
                token(Kind::Sign, ")", 2, 0),
                token(Kind::Comment, "why", 2, 0),
                token(Kind::Word, "{uuid}", 3, 0),
                token(Kind::Number, "1.5", 3, 0),
                token(Kind::Word, "z", 3, 0),
            ]
        );
    }
}
