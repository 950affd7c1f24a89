//! How requests look: those that wait, and those that ended.

use handfast_kit::{PersonId, TimeMs};
use handfast_record::{
    requests::{DAYS_MAX, Request, RequestId, State as Standing},
    sharing::Class,
};
use handfast_web::{ClockFace, Viewer};

use super::{Entry, Found, Refused, answer::Typed};
use crate::{forms::Refusal, reasons, words};

/// A request that waits for its answer.
pub(super) struct OpenFace {
    pub(super) id: RequestId,
    pub(super) organisation: String,
    pub(super) customer: String,
    pub(super) href: Option<String>,
    /// What is wanted.
    pub(super) classes: String,
    pub(super) why: String,
    /// Who asked, and when.
    pub(super) by: String,
    pub(super) clock: ClockFace,
    /// What the customer lets nobody show.
    pub(super) denied: Option<String>,
    /// What an earlier answer shows.
    pub(super) before: Option<String>,
    pub(super) form: Option<AnswerForm>,
    pub(super) can_withdraw: bool,
}

/// The form that answers it.
pub(super) struct AnswerForm {
    pub(super) refusal: Option<Refusal>,
    pub(super) classes: Vec<ClassChoice>,
    pub(super) classes_error: Option<String>,
    pub(super) days: String,
    pub(super) days_max: i64,
    pub(super) days_error: Option<String>,
    pub(super) text: String,
    pub(super) text_error: Option<String>,
}

/// A class that may be allowed.
pub(super) struct ClassChoice {
    pub(super) word: &'static str,
    pub(super) label: String,
    pub(super) about: &'static str,
    pub(super) is_chosen: bool,
}

/// A request that ended.
pub(super) struct ClosedFace {
    pub(super) id: RequestId,
    pub(super) title: String,
    pub(super) href: Option<String>,
    pub(super) about: String,
    pub(super) answer: String,
    pub(super) tone: &'static str,
    pub(super) icon: &'static str,
    pub(super) word: &'static str,
    pub(super) by: String,
    pub(super) can_end: bool,
}

/// Who looks, at what, when.
pub(super) struct Looking<'a> {
    pub(super) viewer: &'a Viewer,
    pub(super) now: TimeMs,
    pub(super) found: &'a Found,
}

impl Looking<'_> {
    pub(super) fn open(&self, entry: &Entry, refused: Option<&Refused>) -> OpenFace {
        let request = &entry.request;
        let is_answered = self.viewer.is_brand() && self.viewer.may_write();
        let refused = refused.filter(|refused| refused.id == request.id);
        OpenFace {
            id: request.id,
            organisation: self.organisation(request),
            customer: name(entry),
            href: href(entry),
            classes: reasons::classes(&request.classes),
            why: request.why.clone(),
            by: format!("{}, {}", self.person(request.person), self.moment(request.asked)),
            clock: clock(request, self.now, &self.moment(request.due)),
            denied: denied(entry),
            before: entry.before.as_ref().map(|(classes, until)| {
                format!(
                    "An earlier answer shows {} until {}. Yours takes its place.",
                    reasons::classes(classes),
                    self.moment(*until)
                )
            }),
            form: is_answered.then(|| form(entry, refused)),
            can_withdraw: !self.viewer.is_brand() && self.viewer.may_write(),
        }
    }

    pub(super) fn closed(&self, entry: &Entry) -> ClosedFace {
        let request = &entry.request;
        let (tone, icon, word, by) = self.standing(&request.state);
        let shown = request.state.allowed().map_or(&*request.classes, |(classes, _)| classes);
        let what = format!("{}: {}", name(entry), reasons::classes(shown));
        let title = if self.viewer.is_brand() {
            format!("{}, {what}", self.organisation(request))
        } else {
            what
        };
        let answered = request.answered_by.map(|person| self.person(person));
        let answer = match (request.answer.is_empty(), answered) {
            (true, _) => String::new(),
            (false, None) => format!("“{}”", request.answer),
            (false, Some(person)) => format!("“{}” {person}", request.answer),
        };
        ClosedFace {
            id: request.id,
            title,
            href: href(entry),
            about: format!("Asked {}: “{}”", self.moment(request.asked), request.why),
            answer,
            tone,
            icon,
            word,
            by,
            can_end: matches!(request.state, Standing::Allowed { .. }) && self.viewer.may_write(),
        }
    }

    fn standing(&self, state: &Standing) -> (&'static str, &'static str, &'static str, String) {
        match state {
            Standing::Asked => ("warn", "clock", "Waiting", String::new()),
            Standing::Allowed { until, .. } => {
                ("ok", "eye", "Allowed", format!("until {}", self.moment(*until)))
            }
            Standing::Over { until, .. } => ("", "check", "Ended", self.moment(*until)),
            Standing::Refused => ("", "x", "Refused", String::new()),
            Standing::Withdrawn => ("", "undo", "Withdrawn", String::new()),
        }
    }

    fn organisation(&self, request: &Request) -> String {
        let name = self.found.organisations.get(&request.organisation);
        name.map_or("A partner", String::as_str).to_owned()
    }

    fn person(&self, id: PersonId) -> String {
        self.found.people.get(&id).map_or("somebody", String::as_str).to_owned()
    }

    /// `today at 14:30`.
    fn moment(&self, at: TimeMs) -> String {
        let zone = &self.viewer.zone;
        let day = words::when(zone.day_of(at), zone.day_of(self.now));
        format!("{day} at {}", words::clock_time(at, zone))
    }
}

fn name(entry: &Entry) -> String {
    let name = entry.customer.as_ref().filter(|name| !name.is_empty());
    name.map_or("A customer", String::as_str).to_owned()
}

fn href(entry: &Entry) -> Option<String> {
    entry.customer.as_ref().map(|_| format!("/customers/{}", entry.request.customer))
}

/// What the customer denies of what is wanted: `Maya allows nothing of messages to be shown.`
fn denied(entry: &Entry) -> Option<String> {
    let is_wanted = |class: &&Class| entry.request.classes.contains(class);
    let denied: Vec<Class> = entry.denied.iter().filter(is_wanted).copied().collect();
    let customer = name(entry);
    (!denied.is_empty()).then(|| {
        format!(
            "{customer} does not allow them to see {}. That stays hidden, whatever you answer.",
            reasons::classes(&denied)
        )
    })
}

/// The form as it was sent, or as it is before.
fn form(entry: &Entry, refused: Option<&Refused>) -> AnswerForm {
    let request = &entry.request;
    let before: &[Class] = entry.before.as_ref().map_or(&[], |(classes, _)| classes);
    let offered = |class: &Class| request.classes.contains(class) || before.contains(class);
    let fresh = Typed::default();
    let typed = refused.map_or(&fresh, |refused| &refused.typed);
    let choice = |class: Class| ClassChoice {
        word: class.word(),
        label: words::sentence(reasons::class(class)),
        about: match (before.contains(&class), entry.denied.contains(&class)) {
            (_, true) => "the customer says no",
            (true, false) => "shown by an earlier answer",
            (false, false) => "",
        },
        is_chosen: match refused {
            Some(refused) => refused.typed.classes.contains(&class),
            None => !entry.denied.contains(&class),
        },
    };
    // The fields of several forms stand on one page: each has its request's id behind its name.
    let refusal = refused.map(|refused| {
        let mut refusal = refused.refusal.clone();
        for problem in &mut refusal.problems {
            problem.field = format!("{}-{}", problem.field, request.id).into();
        }
        refusal
    });
    let error = |field: &str| refused.and_then(|refused| refused.refusal.beside(field));
    let error = |field: &str| error(field).map(str::to_owned);
    AnswerForm {
        refusal,
        classes: Class::ALL.into_iter().filter(offered).map(choice).collect(),
        classes_error: error("classes"),
        days: typed.days.clone(),
        days_max: DAYS_MAX,
        days_error: error("days"),
        text: typed.text.clone(),
        text_error: error("text"),
    }
}

/// The clock of an answer: `soon` in its last six hours, `over` when it is late.
fn clock(request: &Request, now: TimeMs, due: &str) -> ClockFace {
    let left = request.due.0 - now.0;
    let whole = (request.due.0 - request.asked.0).max(1);
    let used = (100 * (now.0 - request.asked.0) / whole).clamp(0, 100) as u8;
    let (state, word) = match left {
        ..=0 => ("over", format!("{} over", span(-left))),
        left if left < 6 * TimeMs::HOUR => ("soon", format!("{} left", span(left))),
        left => ("ok", format!("{} left", span(left))),
    };
    let used_percent = (state != "over").then_some(used);
    ClockFace { state, word, by: format!("answer due {due}"), used_percent }
}

/// `40 min`, `5 h`, `3 days`.
fn span(ms: i64) -> String {
    match ms {
        ms if ms >= 2 * TimeMs::DAY => words::counted(ms / TimeMs::DAY, "day", "days"),
        ms if ms >= TimeMs::HOUR => format!("{} h", ms / TimeMs::HOUR),
        ms => format!("{} min", ms / TimeMs::MINUTE),
    }
}

#[cfg(test)]
mod tests {
    use handfast_kit::Id;

    use super::*;

    #[test]
    fn the_clock_of_an_answer_warns_in_its_last_hours_and_goes_on_when_it_is_late() {
        let asked = TimeMs(0);
        let request = Request {
            id: Id::random(),
            customer: Id::random(),
            organisation: Id::random(),
            person: Id::random(),
            classes: Vec::new(),
            why: String::new(),
            asked,
            due: asked.plus(TimeMs::DAY),
            state: Standing::Asked,
            answer: String::new(),
            answered_by: None,
            answered: None,
        };
        let at = |hours: i64| clock(&request, asked.plus(hours * TimeMs::HOUR), "today at 09:40");
        for (hours, state, word) in [
            (0, "ok", "24 h left"),
            (18, "ok", "6 h left"),
            (19, "soon", "5 h left"),
            (24, "over", "0 min over"),
            (100, "over", "3 days over"),
        ] {
            assert_eq!((at(hours).state, &*at(hours).word), (state, word));
        }
        assert_eq!(at(6).used_percent, Some(25));
        assert_eq!(at(30).used_percent, None);
    }
}
