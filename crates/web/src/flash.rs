//! A sentence after a save: the address carries its code, the page the text. Nobody can put words
//! on a page by making an address.

/// One sentence that may be said after a save.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flash {
    code: &'static str,
    text: &'static str,
}

/// The query field that carries the code.
const FIELD: &str = "saved";

impl Flash {
    /// The sentence `text` under a code of lower-case letters and hyphens.
    pub const fn new(code: &'static str, text: &'static str) -> Self {
        Self { code, text }
    }

    /// The sentence.
    pub const fn text(&self) -> &'static str {
        self.text
    }

    /// The address of `path`, where it is to be said. For [`crate::see_other`].
    pub fn at(&self, path: &str) -> String {
        let joint = if path.contains('?') { '&' } else { '?' };
        format!("{path}{joint}{FIELD}={}", self.code)
    }
}

/// The one of `known` that `query` names.
pub(crate) fn named(known: &'static [Flash], query: &str) -> Option<Flash> {
    let code = query.split('&').find_map(|field| field.strip_prefix(FIELD)?.strip_prefix('='))?;
    known.iter().find(|flash| flash.code == code).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[Flash] = &[Flash::new("call", "The call is on the timeline.")];

    #[test]
    fn only_what_is_known_is_said() {
        assert_eq!(KNOWN[0].at("/customers/7"), "/customers/7?saved=call");
        assert_eq!(KNOWN[0].at("/customers?q=a"), "/customers?q=a&saved=call");
        assert_eq!(named(KNOWN, "q=a&saved=call"), Some(KNOWN[0]));
        assert_eq!(named(KNOWN, "saved=Your account is closed"), None);
        assert_eq!(named(KNOWN, "unsaved=call"), None);
    }
}
