use handfast_kit::{OrganisationId, TimeMs};

use super::{Class, Entry, Reason, Sight, Verdict, ties};

/// What is seen of one class of a customer, in short: of the fields that make it up, or of the
/// entries that others share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outline {
    /// The class.
    pub class: Class,
    /// How much is shown of what happens now, and why that.
    pub verdict: Verdict,
    /// Older entries are shown less than that; none where their age does not matter.
    pub since: Option<TimeMs>,
    /// Until when it is shown; none while it goes on, or where nothing is shown.
    pub until: Option<TimeMs>,
}

impl Sight {
    /// What is seen of a class.
    pub fn outline(&self, class: Class) -> Outline {
        let verdict = match class {
            Class::Identity | Class::Contact | Class::Address => self.why(class, None),
            _ => self.why(class, Some(&shared(TimeMs(i64::MAX)))),
        };
        Outline { class, verdict, since: self.since(class), until: self.until(verdict.reason) }
    }

    /// Why older entries of the class are not shown as those of now are.
    pub fn why_older(&self, outline: &Outline) -> Option<Verdict> {
        let since = outline.since?;
        Some(self.why(outline.class, Some(&shared(TimeMs(since.0 - 1)))))
    }

    fn since(&self, class: Class) -> Option<TimeMs> {
        if matches!(class, Class::Identity | Class::Contact | Class::Address) {
            return None;
        }
        let mut levels = self.spans().iter().map(|span| (span.from, span.masks.level(class)));
        let (mut since, now) = levels.next()?;
        for (from, level) in levels {
            if level != now {
                return Some(since);
            }
            since = from;
        }
        None
    }

    fn until(&self, reason: Reason) -> Option<TimeMs> {
        match reason {
            Reason::Granted(tie, _) => {
                let held = self.held().find(|held| held.tie == tie)?;
                (held.until != ties::OPEN).then_some(held.until)
            }
            Reason::Allowed(until) => (until != ties::OPEN).then_some(until),
            _ => None,
        }
    }
}

/// An entry of that moment that somebody else wrote for everybody.
fn shared(at: TimeMs) -> Entry<'static> {
    Entry { author: OrganisationId::from_uuid(handfast_kit::Uuid::nil()), audience: None, at }
}
