//! Given names that are forms of one another.

use std::sync::LazyLock;

use crate::text::{HashedMap, hash};

const TABLE: &str = include_str!("nicknames.txt");
/// A form belongs to at most so many names.
pub(crate) const NAMES_MAX: usize = 6;

/// For each known form, by hash, the names it belongs to (1 and up; 0 is none).
static FORMS: LazyLock<HashedMap<[u16; NAMES_MAX]>> = LazyLock::new(|| {
    let mut forms: HashedMap<[u16; NAMES_MAX]> = HashedMap::default();
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    for (at, line) in lines.enumerate() {
        for form in line.split_whitespace() {
            let names = forms.entry(hash(0, form.as_bytes())).or_default();
            let own = at as u16 + 1;
            if let Some(free) = names.iter_mut().find(|name| **name == 0 || **name == own) {
                *free = own;
            }
        }
    }
    forms
});

/// The names that `form` (folded) belongs to; zeros at the end.
pub(crate) fn names(form: &[u8]) -> [u16; NAMES_MAX] {
    FORMS.get(&hash(0, form)).copied().unwrap_or_default()
}

/// Do two forms belong to one name?
pub(crate) fn related(a: &[u16; NAMES_MAX], b: &[u16; NAMES_MAX]) -> bool {
    a.iter().take_while(|name| **name != 0).any(|name| b.contains(name))
}
