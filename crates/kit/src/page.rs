//! One page of a list, and the cursor to the next.

use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// Some items of a list, and where the next ones begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The items of this page, in the list's order.
    pub items: Vec<T>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// Makes a page from up to `limit + 1` rows: the extra row only tells that there is more.
    /// `cursor` names the place after an item.
    pub fn of(mut rows: Vec<T>, limit: usize, cursor: impl Fn(&T) -> Cursor) -> Self {
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more { rows.last().map(cursor) } else { None };
        Self { items: rows, next }
    }

    /// The same page with every item turned into something else.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(change).collect(), next: self.next }
    }
}

/// A place in a list: the sort values of the item before it. Opaque text to whoever holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(Vec<String>);

impl Cursor {
    /// The place after the item with these sort values.
    pub fn after<const N: usize>(values: [String; N]) -> Self {
        Self(values.into())
    }

    /// The sort values, if there are `N` of them.
    pub fn values<const N: usize>(&self) -> Option<[&str; N]> {
        let values: Vec<&str> = self.0.iter().map(String::as_str).collect();
        values.try_into().ok()
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0.join("\u{1f}")))
    }
}

impl FromStr for Cursor {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "this is not a cursor; take it from the answer before, unchanged";
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| wrong)?;
        let text = String::from_utf8(bytes).map_err(|_| wrong)?;
        // No sort value has it, and no database takes it.
        if text.contains('\0') {
            return Err(wrong);
        }
        Ok(Self(text.split('\u{1f}').map(str::to_owned).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_the_next_only_when_there_is_more() {
        let after = |n: &i32| Cursor::after([n.to_string()]);
        assert_eq!(Page::of(vec![1, 2], 2, after).next, None);
        let page = Page::of(vec![1, 2, 3], 2, after);
        assert_eq!((page.items, page.next), (vec![1, 2], Some(after(&2))));
    }

    #[test]
    fn a_cursor_reads_back_as_it_was_written() {
        let cursor = Cursor::after(["Müller".to_owned(), "7".to_owned()]);
        let read: Cursor = cursor.to_string().parse().expect("its own text");
        assert_eq!(read.values::<2>(), Some(["Müller", "7"]));
        assert!("%%%".parse::<Cursor>().is_err());
        assert!(Cursor::after(["a\0".to_owned()]).to_string().parse::<Cursor>().is_err());
    }
}
