//! The shape of a Rust file: its functions and items, what is public, what is a test.

use std::ops::Range;

use crate::lex::{Kind, Token, lex};

/// A Rust file, read.
#[derive(Debug, Default)]
pub(crate) struct Code {
    pub(crate) tokens: Vec<Token>,
    pub(crate) items: Vec<Item>,
    /// For each bracket the index of the other one of the pair; for other tokens their own.
    partner: Vec<usize>,
    is_test: Vec<bool>,
}

/// A function, type or constant.
#[derive(Debug)]
pub(crate) struct Item {
    /// `fn`, `struct`, `enum`, `trait`, `type`, `const`, `static`, `mod`.
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) line: usize,
    pub(crate) last_line: usize,
    /// Public without restriction: `pub`, not `pub(crate)`.
    pub(crate) public: bool,
    pub(crate) documented: bool,
    pub(crate) test: bool,
    /// The tokens between the brackets of its body, if it has one.
    pub(crate) body: Option<Range<usize>>,
    /// The tokens between a function's name and its body.
    pub(crate) signature: Range<usize>,
}

const KINDS: [&str; 8] = ["fn", "struct", "enum", "trait", "type", "const", "static", "mod"];
const QUALIFIERS: [&str; 5] = ["const", "async", "unsafe", "extern", "default"];

impl Code {
    pub(crate) fn read(source: &str) -> Self {
        let tokens = lex(source);
        let partner = partners(&tokens);
        let mut code = Self { is_test: vec![false; tokens.len()], partner, tokens, items: vec![] };
        code.mark_tests();
        code.items = (0..code.tokens.len()).filter_map(|at| code.item_at(at)).collect();
        code
    }

    /// The token at `at`, unless it is test code.
    pub(crate) fn is_test(&self, at: usize) -> bool {
        self.is_test.get(at).copied().unwrap_or_default()
    }

    /// Makes all of the file test code.
    pub(crate) fn mark_all_as_test(&mut self) {
        self.is_test.fill(true);
        for item in &mut self.items {
            item.test = true;
        }
    }

    /// The index of the bracket that belongs to the one at `at`.
    pub(crate) fn partner(&self, at: usize) -> usize {
        self.partner[at]
    }

    pub(crate) fn word(&self, at: usize) -> &str {
        self.tokens.get(at).filter(|t| t.kind == Kind::Word).map_or("", |t| t.text.as_str())
    }

    pub(crate) fn sign(&self, at: usize, sign: char) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is_sign(sign))
    }

    /// Whether `::` stands at `at`.
    pub(crate) fn path_at(&self, at: usize) -> bool {
        self.sign(at, ':') && self.sign(at + 1, ':')
    }

    /// The bracket of the innermost call, block or list around the token at `at`.
    pub(crate) fn around(&self, at: usize) -> Option<usize> {
        (0..at).rev().find(|open| self.partner[*open] > at)
    }

    /// The name before the bracket at `open`: of a function called, with or without types
    /// (`all::<Row>(`), of a macro (`format!(`), of a struct.
    pub(crate) fn callee(&self, open: usize) -> Option<usize> {
        let mut at = open.checked_sub(1)?;
        if self.sign(at, '!') {
            at = at.checked_sub(1)?;
        } else if self.sign(at, '>') {
            let mut depth = 0;
            loop {
                depth += i32::from(self.sign(at, '>')) - i32::from(self.sign(at, '<'));
                at = at.checked_sub(1)?;
                if depth == 0 {
                    break;
                }
            }
            at = at.checked_sub(2)?;
        }
        (self.tokens[at].kind == Kind::Word).then_some(at)
    }

    fn mark_tests(&mut self) {
        for at in 0..self.tokens.len() {
            if !self.sign(at, '#') {
                continue;
            }
            if self.sign(at + 1, '!') && self.sign(at + 2, '[') {
                let attribute = at + 3..self.partner[at + 2];
                if is_test_attribute(&self.tokens[attribute]) {
                    self.mark_all_as_test();
                }
            } else if self.sign(at + 1, '[') {
                let close = self.partner[at + 1];
                if is_test_attribute(&self.tokens[(at + 2).min(close)..close]) {
                    let end = self.end_of_item(close + 1);
                    self.is_test[at..end].fill(true);
                }
            }
        }
    }

    /// The index after the item that begins at `at`: after its `;` or its body.
    fn end_of_item(&self, mut at: usize) -> usize {
        while at < self.tokens.len() && !self.sign(at, ';') {
            if self.sign(at, '{') {
                return self.partner[at] + 1;
            }
            at = self.partner[at].max(at) + 1;
        }
        (at + 1).min(self.tokens.len())
    }

    fn item_at(&self, at: usize) -> Option<Item> {
        let kind = self.word(at);
        let name = self.word(at + 1);
        // `const fn` is a function; `fn(` and `impl Trait for` have no name here.
        if !KINDS.contains(&kind) || name.is_empty() || QUALIFIERS.contains(&name) || name == "fn" {
            return None;
        }
        // `*const T` and `as type` are types, not items.
        if at > 0 && (self.sign(at - 1, '*') || self.sign(at - 1, '\'')) {
            return None;
        }
        let mut start = at;
        while start > 0
            && (QUALIFIERS.contains(&self.word(start - 1))
                || (start > 1 && self.word(start - 2) == "extern"))
        {
            start -= 1;
        }
        let public = start > 0 && self.word(start - 1) == "pub";
        let start = if public { start - 1 } else { self.before_restriction(start) };
        let end = self.end_of_item(at);
        let open = (at..end).find(|i| self.sign(*i, '{'));
        let open = open.filter(|open| self.partner[*open] + 1 == end);
        Some(Item {
            kind: kind.to_owned(),
            name: name.to_owned(),
            line: self.tokens[start].line,
            last_line: self.tokens[end.saturating_sub(1)].line,
            public,
            documented: self.is_documented(start),
            test: self.is_test[at],
            body: open.map(|open| open + 1..end - 1),
            signature: at + 2..open.unwrap_or(end - 1).max(at + 2),
        })
    }

    /// Steps back over `pub(crate)` and the like.
    fn before_restriction(&self, start: usize) -> usize {
        let close = start.wrapping_sub(1);
        if start == 0 || !self.sign(close, ')') {
            return start;
        }
        let open = self.partner[close];
        if open > 0 && self.word(open - 1) == "pub" { open - 1 } else { start }
    }

    /// Whether a documentation comment stands before `start`, with or without attributes between.
    pub(crate) fn is_documented(&self, mut start: usize) -> bool {
        while start > 0 && self.sign(start - 1, ']') {
            let open = self.partner[start - 1];
            if open == 0 || !self.sign(open - 1, '#') {
                return false;
            }
            if self.word(open + 1) == "doc" {
                return true;
            }
            start = open - 1;
        }
        start > 0 && self.tokens[start - 1].kind == Kind::Doc
    }
}

/// `#[test]`, `#[tokio::test]`, `#[story]`, `#[cfg(test)]`, and `#[cfg(feature = "testing")]`,
/// which only other crates' tests ask for; not `#[cfg(not(test))]`.
fn is_test_attribute(attribute: &[Token]) -> bool {
    let has = |word: &str| attribute.iter().any(|token| token.is_word(word));
    if attribute.first().is_some_and(|first| first.is_word("cfg")) {
        let is_testing = |token: &Token| token.kind == Kind::Text && token.text == "testing";
        return (has("test") || attribute.iter().any(is_testing)) && !has("not");
    }
    let path = attribute.iter().take_while(|token| !token.is_sign('('));
    path.last().is_some_and(|last| last.is_word("test") || last.is_word("story"))
}

fn partners(tokens: &[Token]) -> Vec<usize> {
    let mut partner: Vec<usize> = (0..tokens.len()).collect();
    let mut open = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if token.kind != Kind::Sign {
            continue;
        }
        match token.text.as_str() {
            "(" | "[" | "{" => open.push(at),
            ")" | "]" | "}" => {
                if let Some(start) = open.pop() {
                    partner[start] = at;
                    partner[at] = start;
                }
            }
            _ => {}
        }
    }
    partner
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_found_with_what_surrounds_them() {
        let code = Code::read(
            "/// Says.\n#[inline]\npub const fn a(f: fn(u8) -> [u8; 2]) {\n b();\n}\n\
             pub(crate) fn b() {}\nextern \"C\" fn c();",
        );
        let seen: Vec<_> = code
            .items
            .iter()
            .map(|item| (item.name.as_str(), item.public, item.documented, item.line))
            .collect();
        assert_eq!(
            seen,
            [("a", true, true, 3), ("b", false, false, 6), ("c", false, false, 7)],
            "{:?}",
            code.items
        );
        assert_eq!(code.items[0].last_line, 5);
    }

    #[test]
    fn tests_are_told_from_code() {
        let code = Code::read("fn a() {} #[cfg(test)] mod tests { fn b() {} } fn c() {}");
        let tests: Vec<_> = code.items.iter().map(|i| (i.name.as_str(), i.test)).collect();
        assert_eq!(tests, [("a", false), ("tests", true), ("b", true), ("c", false)]);
        assert!(!Code::read("#[cfg(not(test))] fn a() {}").items[0].test);
        assert!(Code::read("#![cfg(test)] fn a() {}").items[0].test);
        assert!(Code::read("#[cfg(feature = \"testing\")] fn a() {}").items[0].test);
        assert!(Code::read("#[tokio::test] async fn a() {}").items[0].test);
    }

    #[test]
    fn a_call_is_named_through_its_types() {
        let code = Code::read("cx.all::<(Vec<u8>, i64)>(text)");
        let text = code.tokens.len() - 2;
        let open = code.around(text).and_then(|open| code.callee(open));
        assert_eq!(open.map(|at| code.word(at)), Some("all"));
    }
}
