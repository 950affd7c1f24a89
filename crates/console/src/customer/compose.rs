//! Adding to a customer's record: a call or a note, checked before it is kept.

use handfast_kit::TimeMs;
use handfast_record::{
    CustomerId, TouchId,
    touches::{Audience, Body, NewTouch, Step},
};
use handfast_web::{Flash, Problem, Problems, Viewer};
use serde::Deserialize;

use super::seen::Seen;
use crate::words;

/// The longest text, in characters.
const TEXT_CHARS_MAX: usize = 10_000;

pub(crate) const CALL_SAVED: Flash = Flash::new("call", "The call was saved.");
pub(crate) const NOTE_SAVED: Flash = Flash::new("note", "The note was saved.");

/// What came in with the form.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Written {
    kind: String,
    said: String,
    step: String,
    note: String,
    /// `shared` or `own`: for whom a call is.
    readers: String,
    /// An id made with the page, the same however often its form is sent.
    once: String,
}

/// The form as the page shows it.
#[derive(Debug, Clone)]
pub(crate) struct Composer {
    pub(crate) action: String,
    /// Goes into the field `once`.
    pub(crate) once: String,
    pub(crate) is_note: bool,
    pub(crate) said: String,
    pub(crate) note: String,
    /// How it left the customer: each choice's word, label, icon, and whether it is chosen.
    pub(crate) steps: [(&'static str, &'static str, &'static str, bool); 3],
    /// Who may read a note, and a call that is shared.
    pub(crate) note_readers: String,
    pub(crate) call_readers: String,
    /// Whether a call is for its author and the brand only; and how that is offered.
    pub(crate) is_own: bool,
    pub(crate) shared_label: String,
    pub(crate) own_label: String,
    pub(crate) problems: Vec<Problem>,
    pub(crate) said_error: Option<String>,
    pub(crate) note_error: Option<String>,
    /// What was not saved, for the heading of the summary.
    pub(crate) what: &'static str,
}

impl Written {
    fn is_note(&self) -> bool {
        self.kind == "note"
    }

    /// What is to be written down, or what has to be changed first.
    pub(crate) fn checked(&self) -> Result<(Body, Flash), Problems> {
        let (field, text, empty) = if self.is_note() {
            ("note", &self.note, "Write the note")
        } else {
            ("said", &self.said, "Write what you both said")
        };
        let text = text.trim();
        let length = text.chars().count();
        let mut problems = Problems::default();
        if length == 0 {
            problems.add(field, empty);
        } else if length > TEXT_CHARS_MAX {
            let over = (length - TEXT_CHARS_MAX) as i64;
            let over = words::counted(over, "character", "characters");
            problems.add(field, format!("Shorten the text by {over}"));
        }
        let step = match self.step.as_str() {
            "closer" => Some(Step::Closer),
            "same" => Some(Step::Same),
            "away" => Some(Step::Away),
            _ => None,
        };
        if !problems.fields.is_empty() {
            return Err(problems);
        }
        let text = text.to_owned();
        Ok(if self.is_note() {
            (Body::Note { text }, NOTE_SAVED)
        } else {
            (Body::Call { said: text, step }, CALL_SAVED)
        })
    }

    /// The form with what was written, for a customer and a viewer.
    pub(super) fn composer(
        &self,
        seen: &Seen,
        viewer: &Viewer,
        now: TimeMs,
        problems: Option<&Problems>,
    ) -> Composer {
        let error = |field| problems.and_then(|problems| problems.of(field)).map(str::to_owned);
        let step = |word, label, icon| (word, label, icon, self.step == word);
        Composer {
            action: format!("/customers/{}/touches", seen.customer.id),
            once: TouchId::at(now).to_string(),
            is_note: self.is_note(),
            said: self.said.clone(),
            note: self.note.clone(),
            steps: [
                step("closer", "A step closer", "up"),
                step("same", "About the same", ""),
                step("away", "A step away", "down"),
            ],
            note_readers: note_readers(viewer),
            call_readers: call_readers(seen, viewer),
            is_own: self.readers == "own",
            shared_label: "Whoever the agreements let in".to_owned(),
            own_label: own_label(viewer),
            said_error: error("said"),
            note_error: error("note"),
            problems: problems.map(|problems| problems.fields.clone()).unwrap_or_default(),
            what: if self.is_note() { "note" } else { "call" },
        }
    }
}

/// Who may read a note: the writer's organisation, and the brand.
fn note_readers(viewer: &Viewer) -> String {
    if viewer.is_brand() {
        format!("Everybody at {} can read this. No partner can.", viewer.organisation_name)
    } else {
        let (own, brand) = (&viewer.organisation_name, &viewer.network_name);
        format!("Everybody at {own} and at {brand} can read this. No other partner can.")
    }
}

/// Who may read a call that is shared: the brand knows who that is today, a partner does not.
fn call_readers(seen: &Seen, viewer: &Viewer) -> String {
    let (own, brand) = (&viewer.organisation_name, &viewer.network_name);
    let customer = &seen.names.customer;
    if !viewer.is_brand() {
        return format!(
            "Everybody at {own} and at {brand} can read this, and partners whose agreements show \
             them what is said with {customer}."
        );
    }
    match seen.readers.as_slice() {
        [] => format!("Everybody at {own} can read this, and no partner as agreements are today."),
        readers => {
            let readers = words::list(readers);
            format!("Everybody at {own} can read this, and by their agreements {readers}.")
        }
    }
}

fn own_label(viewer: &Viewer) -> String {
    let (own, brand) = (&viewer.organisation_name, &viewer.network_name);
    if viewer.is_brand() { format!("Only {own}") } else { format!("Only {own} and {brand}") }
}

impl Written {
    /// The touch of a text that was checked, for those whom the form named. A note is never shared:
    /// it is what staff write for one another.
    pub(crate) fn touch(&self, customer: CustomerId, body: Body, now: TimeMs) -> NewTouch {
        let id = self.id_of(&body);
        let is_shared = !self.is_note() && self.readers == "shared";
        let audience = if is_shared { Audience::Shared } else { Audience::Own };
        NewTouch { audience, id, ..NewTouch::new(customer.as_kind(), now, body) }
    }

    /// The same form with the same text, sent twice, is one touch. Another text is another touch:
    /// a browser that goes back shows the old form again, with its old id.
    fn id_of(&self, body: &Body) -> Option<TouchId> {
        let once: TouchId = self.once.parse().ok()?;
        let (seconds, nanos) = once.uuid().get_timestamp()?.to_unix();
        let made = TimeMs(seconds as i64 * 1_000 + i64::from(nanos / 1_000_000));
        Some(TouchId::derived_at(made, 0, &[once.uuid().as_bytes(), body.json().as_bytes()]))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn written(kind: &str, said: &str, note: &str) -> Written {
        let (kind, said, note) = (kind.to_owned(), said.to_owned(), note.to_owned());
        Written { kind, said, note, step: "away".to_owned(), ..Written::default() }
    }

    #[test]
    fn what_is_written_becomes_a_call_or_a_note() {
        let (body, flash) = written("call", " Rang. ", "").checked().unwrap();
        assert_eq!(body, Body::Call { said: "Rang.".to_owned(), step: Some(Step::Away) });
        assert_eq!(flash, CALL_SAVED);
        let (body, flash) = written("note", "", "Loan bike.").checked().unwrap();
        assert_eq!((body, flash), (Body::Note { text: "Loan bike.".to_owned() }, NOTE_SAVED));
    }

    #[test]
    fn an_empty_or_endless_text_is_named_by_its_field() {
        let wrong = |written: Written| written.checked().unwrap_err().fields[0].clone();
        assert_eq!(wrong(written("call", "  ", "not this one")).field, "said");
        assert_eq!(wrong(written("note", "not this one", "")).field, "note");
        let long = wrong(written("note", "", &"é".repeat(TEXT_CHARS_MAX + 1)));
        assert_eq!(long.detail, "Shorten the text by 1 character");
    }
}
