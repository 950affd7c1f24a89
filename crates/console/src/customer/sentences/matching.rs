//! What was found and decided about who is one person, told in a sentence each.

use handfast_record::touches::{Body, Touch};

use super::{Telling, Told, text};
use crate::words;

impl Telling<'_> {
    /// What was joined, taken apart and kept apart; `None` for what is no such entry.
    pub(super) fn matched(&self, touch: &Touch, body: &Body) -> Option<Told> {
        let whose = self.customer();
        let (icon, before, after, why) = match body {
            Body::CustomersMatched { why, .. } => ("link", "found that another record is", "", why),
            Body::CustomersParted { why, .. } => {
                ("split", "found that another record is not", "after all", why)
            }
            Body::KeptApart { why, .. } => {
                ("split", "decided that somebody much alike is not", "", why)
            }
            Body::RecordsJudged { verdict, why, .. } => {
                let said = if verdict == "same" { "one person" } else { "hard to tell" };
                let parts = self.writer(touch).into_iter().chain([
                    text("looked at two records of"),
                    whose,
                    text(format!("side by side: {said}")),
                ]);
                return Some(Told::new("eye", parts.collect()).more(words::sentence(why)));
            }
            _ => return None,
        };
        let mut parts = self.writer(touch);
        parts.extend([text(before), whose]);
        if !after.is_empty() {
            parts.push(text(after));
        }
        Some(Told::new(icon, parts).more(words::sentence(why)))
    }
}
