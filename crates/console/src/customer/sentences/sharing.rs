//! What was asked and done about who sees the customer, told in a sentence each.

use handfast_kit::{OrganisationId, TimeMs};
use handfast_record::touches::{Body, Touch};

use super::{Part, Telling, Told, text};
use crate::{reasons, words};

/// The organisation that an entry is about, beside the one that wrote it.
pub(in crate::customer) const fn mentioned(body: &Body) -> Option<OrganisationId> {
    match body {
        Body::ConsentSaid { recipient, .. } | Body::ConsentTakenBack { recipient, .. } => {
            *recipient
        }
        Body::GuestAsked { organisation, .. }
        | Body::GuestCodeMade { organisation }
        | Body::GuestLetIn { organisation, .. }
        | Body::GuestRefused { organisation, .. }
        | Body::TieMade { organisation, .. }
        | Body::TieEnded { organisation, .. }
        | Body::AccessAsked { organisation, .. }
        | Body::AccessAnswered { organisation, .. }
        | Body::AccessWithdrawn { organisation } => Some(*organisation),
        _ => None,
    }
}

impl Telling<'_> {
    /// What partners asked for, and what they were given; `None` for what is no such entry.
    pub(super) fn sharing(&self, touch: &Touch, body: &Body) -> Option<Told> {
        let about = self.named(mentioned(body)?);
        let author = self.author(touch);
        let until = |at: Option<TimeMs>| at.map_or(String::new(), |at| self.until(at));
        Some(match body {
            Body::GuestAsked { why, .. } => {
                let parts =
                    vec![about, text("asked to serve"), self.customer(), text("as a guest")];
                Told::new("key", parts).more(why.clone())
            }
            Body::GuestCodeMade { .. } => {
                let made = text("made a code and a link by which");
                let parts = vec![author, made, self.customer(), text("can let in"), about];
                Told::new("key", parts)
            }
            Body::GuestLetIn { why, until: end, by, .. } => {
                let is_in = text(format!("was let in as a guest{}", until(Some(*end))));
                let customer = reasons::possessive(&words::sentence(&self.names.customer));
                Told::new("key", vec![about, is_in])
                    .more(why.clone())
                    .more(format!("{customer} {by} opened the record."))
            }
            Body::GuestRefused { why, .. } => {
                Told::new("x", vec![about, text("was not let in as a guest")]).more(why.clone())
            }
            Body::TieMade { tie, until: end, why, .. } => {
                let does = reasons::does(*tie, &self.names.customer);
                let parts = vec![author, text("noted that"), about];
                let does = text(format!("{does}{}", until(*end)));
                Told::new("link", parts.into_iter().chain([does]).collect()).more(why.clone())
            }
            Body::TieEnded { tie, .. } => {
                let does = text(reasons::does(*tie, &self.names.customer));
                Told::new("x", vec![author, text("ended the tie by which"), about, does])
            }
            Body::AccessAsked { classes, why, .. } => {
                let asked = text(format!("asked to see {}", reasons::classes(classes)));
                Told::new("key", vec![about, asked]).more(why.clone())
            }
            Body::AccessAnswered { classes, answer, .. } if classes.is_empty() => {
                let parts = vec![author, text("did not allow"), about, text("to see more")];
                Told::new("x", parts).more(answer.clone())
            }
            Body::AccessAnswered { classes, until: end, answer, .. } => {
                let sees = format!("to see {}{}", reasons::classes(classes), until(*end));
                Told::new("check", vec![author, text("allowed"), about, text(sees)])
                    .more(answer.clone())
            }
            Body::AccessWithdrawn { .. } => {
                Told::new("undo", vec![about, text("took back its request to see more")])
            }
            _ => return None,
        })
    }

    fn named(&self, id: impl std::borrow::Borrow<OrganisationId>) -> Part {
        Part::Organisation(self.names.organisation(*id.borrow()))
    }

    fn until(&self, at: TimeMs) -> String {
        if at.0 == i64::MAX {
            return String::new();
        }
        let day = self.zone.day_of(at);
        let (day, time) = (words::when(day, self.today), words::clock_time(at, self.zone));
        format!(", until {day}, {time}")
    }
}
