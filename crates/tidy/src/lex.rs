//! Rust source as tokens: just enough to tell code from texts, comments and documentation.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A keyword or a name.
    Word,
    Lifetime,
    Number,
    /// A string literal; the token's text is its value, escapes resolved.
    Text,
    /// A byte string or a character; the token's text is empty.
    Bytes,
    /// One character of punctuation.
    Sign,
    /// A `///` or `/** */` comment; the token's text is what it says.
    Doc,
}

/// A piece of source and where it begins.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) text: String,
    /// Counted from 1.
    pub(crate) line: usize,
}

impl Token {
    pub(crate) fn is_sign(&self, sign: char) -> bool {
        self.kind == Kind::Sign && self.text.starts_with(sign)
    }

    pub(crate) fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text == word
    }
}

/// The tokens of `source`, without ordinary comments.
pub(crate) fn lex(source: &str) -> Vec<Token> {
    let mut lexer = Lexer { chars: source.chars().collect(), at: 0, line: 1, tokens: Vec::new() };
    while let Some(c) = lexer.peek(0) {
        lexer.next_token(c);
    }
    lexer.tokens
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
    line: usize,
    tokens: Vec<Token>,
}

impl Lexer {
    fn next_token(&mut self, c: char) {
        match (c, self.peek(1)) {
            _ if c.is_whitespace() => {
                self.bump();
            }
            ('/', Some('/')) => self.line_comment(),
            ('/', Some('*')) => self.block_comment(),
            ('"', _) => self.text(),
            ('\'', _) => self.quote(),
            _ if self.prefixed() => {}
            _ if is_word(c) && !c.is_ascii_digit() => {
                let line = self.line;
                let word = self.take_while(is_word);
                self.push(Kind::Word, word, line);
            }
            _ if c.is_ascii_digit() => self.number(),
            _ => {
                let line = self.line;
                self.bump();
                self.push(Kind::Sign, c.to_string(), line);
            }
        }
    }

    /// Literals that begin with letters: `r""`, `br#""#`, `b''`, `c""`, and raw names (`r#type`).
    fn prefixed(&mut self) -> bool {
        let prefix: String =
            self.chars[self.at..].iter().take_while(|c| "rbc".contains(**c)).take(2).collect();
        if prefix.is_empty() {
            return false;
        }
        let hashes = self.chars[self.at + prefix.len()..].iter().take_while(|c| **c == '#').count();
        match self.peek(prefix.len() + hashes) {
            Some('"') if prefix.ends_with('r') => self.raw_text(&prefix, hashes),
            Some('"') if hashes == 0 => {
                self.bump();
                self.text();
                self.make_bytes(&prefix);
            }
            Some('\'') if prefix == "b" && hashes == 0 => {
                self.bump();
                self.quote();
            }
            Some(c) if prefix == "r" && hashes == 1 && is_word(c) => {
                self.bump();
                self.bump();
                let (line, name) = (self.line, self.take_while(is_word));
                self.push(Kind::Word, name, line);
            }
            _ => return false,
        }
        true
    }

    fn raw_text(&mut self, prefix: &str, hashes: usize) {
        let line = self.line;
        for _ in 0..=prefix.len() + hashes {
            self.bump();
        }
        let mut value = String::new();
        while let Some(c) = self.peek(0) {
            let end = c == '"' && (1..=hashes).all(|ahead| self.peek(ahead) == Some('#'));
            self.bump();
            if end {
                break;
            }
            value.push(c);
        }
        for _ in 0..hashes {
            self.bump();
        }
        self.push(Kind::Text, value, line);
        self.make_bytes(prefix);
    }

    fn make_bytes(&mut self, prefix: &str) {
        if let Some(token) = self.tokens.last_mut().filter(|_| prefix.starts_with('b')) {
            token.kind = Kind::Bytes;
        }
    }

    fn text(&mut self) {
        let line = self.line;
        self.bump();
        let mut value = String::new();
        while let Some(c) = self.bump() {
            match c {
                '"' => break,
                '\\' => self.escape(&mut value),
                _ => value.push(c),
            }
        }
        self.push(Kind::Text, value, line);
    }

    /// What follows a backslash in a text.
    fn escape(&mut self, value: &mut String) {
        match self.bump() {
            Some('n') => value.push('\n'),
            Some('t') => value.push('\t'),
            Some('r') => value.push('\r'),
            Some('0') => value.push('\0'),
            Some('x') => {
                let digits: String = [self.bump(), self.bump()].into_iter().flatten().collect();
                value.extend(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32));
            }
            Some('u') => {
                self.bump();
                let digits = self.take_while(|c| c != '}').replace('_', "");
                self.bump();
                value.extend(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32));
            }
            // A backslash at the end of a line swallows the white space that follows.
            Some('\n') => {
                self.take_while(char::is_whitespace);
            }
            Some(c) => value.push(c),
            None => {}
        }
    }

    /// A character or a lifetime.
    fn quote(&mut self) {
        let line = self.line;
        self.bump();
        if self.peek(0) == Some('\\') || self.peek(1) == Some('\'') {
            if self.bump() == Some('\\') {
                self.bump();
            }
            self.take_while(|c| c != '\'');
            self.bump();
            self.push(Kind::Bytes, String::new(), line);
        } else {
            let name = self.take_while(is_word);
            self.push(Kind::Lifetime, name, line);
        }
    }

    fn number(&mut self) {
        let line = self.line;
        let mut number = self.take_while(is_word);
        if self.peek(0) == Some('.') && self.peek(1).is_some_and(|c| c.is_ascii_digit()) {
            self.bump();
            number.push('.');
            number.push_str(&self.take_while(is_word));
        }
        self.push(Kind::Number, number, line);
    }

    fn line_comment(&mut self) {
        let line = self.line;
        let comment = self.take_while(|c| c != '\n');
        if let Some(says) = comment.strip_prefix("///").filter(|says| !says.starts_with('/')) {
            self.push(Kind::Doc, says.trim().to_owned(), line);
        }
    }

    fn block_comment(&mut self) {
        let (line, start, mut depth) = (self.line, self.at, 0);
        while let Some(c) = self.bump() {
            match (c, self.peek(0)) {
                ('/', Some('*')) => depth += 1,
                ('*', Some('/')) => depth -= 1,
                _ => continue,
            }
            self.bump();
            if depth == 0 {
                break;
            }
        }
        let comment: String = self.chars[start..self.at].iter().collect();
        if comment.len() > 4 && comment.starts_with("/**") && !comment.starts_with("/***") {
            self.push(Kind::Doc, comment, line);
        }
    }

    fn take_while(&mut self, is_wanted: impl Fn(char) -> bool) -> String {
        let start = self.at;
        while self.peek(0).is_some_and(&is_wanted) {
            self.bump();
        }
        self.chars[start..self.at].iter().collect()
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek(0)?;
        self.at += 1;
        self.line += usize::from(c == '\n');
        Some(c)
    }

    fn push(&mut self, kind: Kind, text: String, line: usize) {
        self.tokens.push(Token { kind, text, line });
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<String> {
        let is_text = |token: &Token| token.kind == Kind::Text;
        lex(source).into_iter().filter(is_text).map(|token| token.text).collect()
    }

    #[test]
    fn texts_are_read_with_their_escapes() {
        assert_eq!(texts(r#" f("a\n\"b\" \u{e9}") "#), ["a\n\"b\" é"]);
        assert_eq!(texts("f(\"select a, \\\n      b\")"), ["select a, b"]);
        assert_eq!(texts(r##" r#"raw "x" \n"# "##), [r#"raw "x" \n"#]);
        assert!(texts(r#" b"bytes" // "comment" "#).is_empty());
    }

    #[test]
    fn characters_are_told_from_lifetimes() {
        let tokens = lex(r"fn f<'a>(c: &'a str) { '\''; '}'; b'\\'; r#type }");
        assert_eq!(tokens.iter().filter(|token| token.kind == Kind::Lifetime).count(), 2);
        assert_eq!(tokens.iter().filter(|token| token.kind == Kind::Bytes).count(), 3);
        assert!(tokens.iter().any(|token| token.is_word("type")));
    }

    #[test]
    fn lines_are_counted_through_comments_and_texts() {
        let tokens = lex("/* one\n/* two */\n*/ /// says\n\"a\nb\" last");
        let seen: Vec<_> = tokens.iter().map(|t| (t.kind, t.line)).collect();
        assert_eq!(seen, [(Kind::Doc, 3), (Kind::Text, 4), (Kind::Word, 5)]);
    }
}
