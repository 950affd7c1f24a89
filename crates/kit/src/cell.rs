//! Cells of files that a spreadsheet may open.

use std::borrow::Cow;

/// The text as a spreadsheet cell that is never taken for a formula: what begins like one gets an
/// apostrophe (CWE-1236). Full-width forms of the signs count too.
pub fn inert(text: &str) -> Cow<'_, str> {
    let risky = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];
    if text.starts_with(risky) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_formula_is_quoted() {
        assert_eq!(inert("=1+1"), "'=1+1");
        assert_eq!(inert("Ana"), "Ana");
    }
}
