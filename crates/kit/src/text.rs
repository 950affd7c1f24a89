//! Text as it is compared and searched: without case, accents and punctuation.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The text in lower case without accents, words separated by one space and nothing else:
/// `"Fábio  O’Neill-Söder"` is `"fabio o neill soder"`.
pub fn fold(text: &str) -> String {
    tokens(text).join(" ")
}

/// The words of the text: runs of letters and digits, in lower case, without accents.
pub fn tokens(text: &str) -> Vec<String> {
    let plain: String =
        text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect();
    plain
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_drops_case_accents_and_punctuation() {
        assert_eq!(fold("Fábio  O’Neill-Söder"), "fabio o neill soder");
        assert_eq!(tokens("ana@example.com +34 600"), ["ana", "example", "com", "34", "600"]);
        assert_eq!(fold("¡!"), "");
    }
}
