//! Answers without what may differ between twins: ids that chance made are numbered in the order in
//! which they were first told, also those inside cursors.

use std::{collections::HashMap, fmt::Write};

use handfast_kit::Cursor;

/// The ids that were told so far.
#[derive(Debug, Default)]
pub(crate) struct Names(HashMap<String, usize>);

const ID_LEN: usize = 36;

fn is_id(text: &str) -> bool {
    text.len() == ID_LEN
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

impl Names {
    /// The text with a number for each id.
    pub(crate) fn mask(&mut self, text: &str) -> String {
        let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let mut plain = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(begin) = rest.find(is_letter) {
            plain.push_str(&rest[..begin]);
            let run = &rest[begin..];
            let end = run.find(|c| !is_letter(c)).unwrap_or(run.len());
            self.word(&run[..end], &mut plain);
            rest = &run[end..];
        }
        plain + rest
    }

    fn word(&mut self, word: &str, plain: &mut String) {
        if word.len() < ID_LEN {
            plain.push_str(word);
            return;
        }
        // An id may stand behind a word: `id-0190..`.
        let at = (0..=word.len() - ID_LEN).find(|at| is_id(&word[*at..*at + ID_LEN]));
        if let Some(at) = at {
            let next = self.0.len();
            let id = word[at..at + ID_LEN].to_owned();
            let number = *self.0.entry(id).or_insert(next);
            plain.push_str(&word[..at]);
            let _ = write!(plain, "#{number}");
            self.word(&word[at + ID_LEN..], plain);
            return;
        }
        let cursor = word.parse::<Cursor>().ok();
        match cursor.as_ref().and_then(Cursor::values::<2>) {
            Some([value, id]) => plain.push_str(&self.mask(&format!("{value} {id}"))),
            None => plain.push_str(word),
        }
    }
}
