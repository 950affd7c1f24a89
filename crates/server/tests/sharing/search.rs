//! Search: customers are found by the words of what is seen of them, and by no others.

use handfast_db::{Cx, Fault};
use handfast_kit::tokens;
use handfast_record::customers;

use crate::{
    compare::Judge,
    truth::Stored,
    view::{Seen, SeenRecord, View},
};

/// The kinds of touches that are found by their words.
const INDEXED: [&str; 6] = ["sale", "review_given", "case_opened", "call", "mail", "note"];

impl Judge<'_> {
    pub(crate) fn search(&mut self, cx: &mut Cx<'_>, views: &[View<'_>]) -> Result<(), Fault> {
        for _ in 0..4 {
            let one = &views[self.chance.below(views.len())].one;
            let mut questions: Vec<String> = Vec::new();
            if !one.touches.is_empty() {
                questions.extend(word_of(self.chance.pick(&one.touches)));
            }
            if !one.records.is_empty() {
                let record = self.chance.pick(&one.records);
                let fields = [&record.identity[1], &record.contact[0], &record.address[1]];
                questions.extend(fields.into_iter().cloned());
                questions.push(record.external_ref.clone());
            }
            for question in questions.iter().filter(|question| !tokens(question).is_empty()) {
                self.found(cx, views, question)?;
            }
        }
        Ok(())
    }

    /// Whoever is found is found by what is seen, and whoever has all words in one field is found.
    fn found(&mut self, cx: &mut Cx<'_>, views: &[View<'_>], question: &str) -> Result<(), Fault> {
        let rows = customers::search(cx, &self.lens, question, 200)?;
        for view in views {
            let is_known = self.stage.known.customers.values().any(|id| *id == view.one.id);
            let is_found = rows.iter().any(|row| row.id == view.one.id);
            let says = |what: &str| format!("search for {question:?} {what} {}", view.one.id);
            if is_found && !(is_known && may_find(view, question)) {
                self.came.wrong.push(says("finds"));
            }
            // Beyond so many it is not promised who is found.
            if !is_found && is_known && rows.len() < 200 && must_find(view, question) {
                let by = view.seen.iter().find(|seen| seen.touch.body.contains(question));
                let levels = by.map(|seen| view.level(seen.touch.class, Some(&seen.touch.entry())));
                let is_own = by.is_some_and(|seen| seen.touch.author == view.viewer);
                let of = if is_own { "of its own" } else { "of others" };
                self.came.wrong.push(format!("{} {of}: {levels:?} {by:?}", says("misses")));
            }
        }
        Ok(())
    }
}

/// Whether each word of the question begins a word of the text.
fn matches(question: &str, text: &str) -> bool {
    let words = tokens(text);
    tokens(question).iter().all(|asked| words.iter().any(|word| word.starts_with(asked.as_str())))
}

/// What is seen of a record, field by field. An organisation's own reference is found by itself and
/// the brand, whoever else sees it.
fn fields(view: &View<'_>, seen: &SeenRecord<'_>) -> Vec<String> {
    let record = seen.record;
    let is_own = view.is_brand || record.organisation == view.viewer;
    let shown = |at: usize, text: String| if seen.shows[at] { text } else { String::new() };
    vec![
        shown(0, record.identity[..3].join(" ")),
        shown(1, record.contact.join(" ")),
        shown(2, record.address[..3].join(" ")),
        if is_own { record.external_ref.clone() } else { String::new() },
    ]
}

/// A customer that is not open to the viewer any more is not found, though the viewer wrote on it.
fn must_find(view: &View<'_>, question: &str) -> bool {
    if !view.is_open() {
        return false;
    }
    let in_field =
        |seen: &SeenRecord<'_>| fields(view, seen).iter().any(|text| matches(question, text));
    // A touch of a unique word is told apart from words that happen to stand in its body.
    let in_touch = |seen: &Seen<'_>| {
        let word = word_of(seen.touch);
        word.is_some_and(|word| tokens(question) == [word])
    };
    view.records().iter().any(in_field) || view.seen.iter().any(in_touch)
}

fn may_find(view: &View<'_>, question: &str) -> bool {
    let in_record = |seen: &SeenRecord<'_>| {
        let digits: String = seen.record.contact[1].chars().filter(char::is_ascii_digit).collect();
        let digits = if seen.shows[1] { digits } else { String::new() };
        let reference = if seen.is_named { seen.record.external_ref.as_str() } else { "" };
        matches(question, &(fields(view, seen).join(" ") + " " + &digits + " " + reference))
    };
    let in_touch = |seen: &Seen<'_>| {
        INDEXED.contains(&seen.touch.kind.as_str()) && matches(question, &seen.touch.body)
    };
    view.records().iter().any(in_record) || view.seen.iter().any(in_touch)
}

/// The word that only one act's entries have.
fn word_of(touch: &Stored) -> Option<String> {
    let is_letter = |c: char| !c.is_ascii_alphanumeric();
    let is_word = |word: &&str| {
        let digits = word.trim_start_matches('t').trim_end_matches(['x', 'y', 'z']);
        word.starts_with('t')
            && word.len() == digits.len() + 2
            && !digits.is_empty()
            && digits.bytes().all(|digit| digit.is_ascii_digit())
    };
    let is_found = INDEXED.contains(&touch.kind.as_str());
    is_found.then(|| touch.body.split(is_letter).find(is_word).map(str::to_owned))?
}
