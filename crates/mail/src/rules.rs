//! Decisions about letters: what goes into a header, and what a failure means.

/// The most that a letter may have, in bytes.
pub(crate) const LETTER_BYTES_MAX: usize = 64 * 1024;
/// The longest subject, in characters; what is more is cut.
const SUBJECT_CHARS_MAX: usize = 200;
/// The longest error text that is kept with a letter, in characters.
const ERROR_CHARS_MAX: usize = 500;

/// A subject as one line: nothing in it can begin another header.
pub(crate) fn subject(text: &str) -> String {
    one_line(text, SUBJECT_CHARS_MAX)
}

/// What a server said, as it is kept.
pub(crate) fn error(text: &str) -> String {
    one_line(text, ERROR_CHARS_MAX)
}

fn one_line(text: &str, chars_max: usize) -> String {
    let is_break = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let spaced: String = text.chars().map(|c| if is_break(c) { ' ' } else { c }).collect();
    let words: Vec<&str> = spaced.split_whitespace().collect();
    words.join(" ").chars().take(chars_max).collect()
}

/// Whether the server's answer `code` is about this letter for ever. That we may not send at all
/// (530 to 538) or that its service is closed (421, 554 at the door) is no fault of the letter.
pub(crate) const fn is_refused_for_good(code: u16) -> bool {
    matches!(code, 500..=599) && !matches!(code, 530..=538)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_one_line_whatever_is_in_it() {
        for (text, line) in [
            ("Please answer\r\nBcc: all@example.com", "Please answer Bcc: all@example.com"),
            ("A\u{2028}B\u{0}C\tD", "A B C D"),
            ("  Über  ", "Über"),
        ] {
            assert_eq!(subject(text), line);
        }
        assert_eq!(subject(&"é".repeat(300)).chars().count(), 200);
    }

    #[test]
    fn only_what_concerns_the_letter_ends_it() {
        for (code, ends) in [(550, true), (552, true), (535, false), (530, false), (450, false)] {
            assert_eq!(is_refused_for_good(code), ends, "{code}");
        }
    }
}
