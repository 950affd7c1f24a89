//! How the index of each engine is asked.

use super::rules::{BEGINNING_CHARS_MAX, SECONDS};

/// How SQLite's index is asked for a word of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    /// By every word that begins so, found while it is asked: for long beginnings it first puts
    /// together all entries of all organisations that have one.
    Beginning(String),
    /// By these words, which are all that begin so. It goes through their entries side by side with
    /// those of the scopes, and looks at few that are not shown.
    Words(Vec<String>),
}

impl Asked {
    /// Whether the words that begin so are to be looked up first. Beginnings of up to three letters
    /// are words of the index; and what its own rules for letters may read otherwise is left to it.
    pub(super) fn is_looked_up(word: &str) -> bool {
        word.is_ascii() && word.len() > BEGINNING_CHARS_MAX
    }

    fn text(&self) -> String {
        match self {
            Self::Words(words) => {
                let words: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
                format!("({})", words.join(" OR "))
            }
            Self::Beginning(word) if word.len() > 1 => format!("\"{word}\" *"),
            // Beginnings of one letter are in no index: they would be put together from all words
            // that have them. Those of two are.
            Self::Beginning(word) => {
                let longer: Vec<String> =
                    SECONDS.chars().map(|second| format!("\"{word}{second}\" *")).collect();
                format!("(\"{word}\" OR {})", longer.join(" OR "))
            }
        }
    }
}

/// What SQLite's index is asked: one of `scopes`, and each word.
pub(super) fn match_of(scopes: &[String], words: &[Asked]) -> String {
    let scopes: Vec<String> = scopes.iter().map(|scope| format!("\"{scope}\"")).collect();
    let words: Vec<String> = words.iter().map(Asked::text).collect();
    format!("({}) AND {}", scopes.join(" OR "), words.join(" AND "))
}

/// What PostgreSQL's index is asked, as a `tsquery`.
pub(super) fn tsquery_of(scopes: &[String], words: &[String]) -> String {
    let scopes: Vec<String> = scopes.iter().map(|scope| format!("'{scope}'")).collect();
    let word = |word: &String| {
        if word.chars().count() > BEGINNING_CHARS_MAX {
            format!("'{word}':*")
        } else {
            format!("'~{word}'")
        }
    };
    let words: Vec<String> = words.iter().map(word).collect();
    format!("({}) & {}", scopes.join(" | "), words.join(" & "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beginning(word: &str) -> Asked {
        Asked::Beginning(word.to_owned())
    }

    #[test]
    fn each_word_is_a_beginning_and_one_scope_is_enough() {
        let scopes = ["_a".to_owned(), "_b".to_owned()];
        let asked = tsquery_of(&scopes, &["zo".to_owned(), "anna".to_owned()]);
        assert_eq!(asked, "('_a' | '_b') & '~zo' & 'anna':*");
        let words = Asked::Words(vec!["anna".to_owned(), "annabel".to_owned()]);
        let asked = match_of(&scopes, &[beginning("zo"), words]);
        assert_eq!(asked, "(\"_a\" OR \"_b\") AND \"zo\" * AND (\"anna\" OR \"annabel\")");
    }

    #[test]
    fn one_letter_is_asked_for_as_two() {
        let asked = match_of(&["_a".to_owned()], &[beginning("t")]);
        assert!(asked.starts_with("(\"_a\") AND (\"t\" OR \"ta\" * OR \"tb\" *"), "{asked}");
    }

    #[test]
    fn long_beginnings_in_plain_letters_are_looked_up_first() {
        for (word, is_looked_up) in [("may", false), ("maya", true), ("øøøø", false)] {
            assert_eq!(Asked::is_looked_up(word), is_looked_up, "{word}");
        }
    }
}
