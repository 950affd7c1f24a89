//! What happens by itself if nobody answers, and what the customer was told.

use handfast_handoffs::{
    Told,
    obligations::{Change, NotTold, Obligation, WhyNot},
};
use handfast_kit::TimeMs;
use handfast_record::{organisations, touches::DutyStep};

use super::{super::time, faces::Looking};
use crate::words;

/// Most lines of what happened, and of what is to come.
const DONE_MAX: usize = 4;
const AHEAD_MAX: usize = 6;

/// A line of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PlanFace {
    pub(super) tone: &'static str,
    pub(super) icon: &'static str,
    pub(super) when: String,
    pub(super) what: String,
}

impl Looking<'_> {
    fn moment(&self, at: TimeMs) -> String {
        words::sentence(&time::moment(at, self.now, &self.viewer.zone))
    }

    /// Who was reminded and told already, and when whom next, of those with something left to do.
    pub(super) fn plan(&self, duties: &[&Obligation]) -> Vec<PlanFace> {
        let open = || duties.iter().filter(|duty| duty.state.is_open());
        let mut done: Vec<(TimeMs, String)> = open().flat_map(|duty| self.done(duty)).collect();
        let mut ahead: Vec<(TimeMs, String)> = open().flat_map(|duty| self.ahead(duty)).collect();
        done.sort();
        ahead.sort();
        let earlier = done.len().saturating_sub(DONE_MAX);
        let done = done.into_iter().skip(earlier).map(|(at, what)| PlanFace {
            tone: "ok",
            icon: "check",
            when: self.moment(at),
            what: words::sentence(&what),
        });
        let ahead = ahead.into_iter().take(AHEAD_MAX).map(|(at, what)| {
            let is_soon = at.0 - self.now.0 < TimeMs::DAY;
            let (tone, icon) = if is_soon { ("warn", "clock") } else { ("", "dot") };
            PlanFace { tone, icon, when: self.moment(at), what: words::sentence(&what) }
        });
        done.chain(ahead).collect()
    }

    fn done(&self, duty: &Obligation) -> Vec<(TimeMs, String)> {
        let (who, was, _) = self.whom(duty);
        let by = |by: &str| if by.is_empty() { String::new() } else { format!(" by {by}") };
        let told = |step: DutyStep, name: &str| match step {
            DutyStep::Chased => Some(format!("{who} {was} reminded{}", by(name))),
            DutyStep::Escalated if name.is_empty() => {
                Some(format!("{} was told that {who} {was} late", self.brand()))
            }
            DutyStep::Escalated => Some(format!("{name} told who stands above {who}")),
            _ => None,
        };
        let steps = duty.steps.iter();
        steps.filter_map(|step| Some((step.at, told(step.step, &step.by)?))).collect()
    }

    fn ahead(&self, duty: &Obligation) -> Vec<(TimeMs, String)> {
        let (who, _, is) = self.whom(duty);
        let mut ahead = Vec::new();
        if let Some(at) = duty.remind {
            ahead.push((at.max(self.now), format!("{who} {is} reminded")));
        }
        if !duty.is_escalated {
            let at = duty.due.max(self.now);
            ahead.push((at, format!("{} is told that {who} {is} late", self.brand())));
        }
        if duty.due > self.now {
            let whose = if is == "are" { "your" } else { "their" };
            let what = format!("From then on it counts as late in {whose} figures");
            ahead.push((duty.due, format!("{what}{}", self.of(duty))));
        }
        ahead
    }

    /// Whose figures, where there are several.
    fn of(&self, duty: &Obligation) -> String {
        let is_own = duty.organisation == self.viewer.organisation;
        if is_own { String::new() } else { format!(": {}", self.name(duty.organisation)) }
    }

    /// Who that is, and which verbs go with it.
    fn whom(&self, duty: &Obligation) -> (String, &'static str, &'static str) {
        if duty.organisation == self.viewer.organisation {
            return ("you".to_owned(), "were", "are");
        }
        (self.name(duty.organisation), "was", "is")
    }

    fn brand(&self) -> String {
        self.name(organisations::brand_id(self.viewer.network))
    }

    /// Each organisation that was not told, and why, as a sentence.
    pub(super) fn not_told(&self, change: &Change) -> Vec<(String, String)> {
        let why = |one: &NotTold| {
            let called = words::sentence(self.called);
            let what = change.changed.in_words();
            match one.why {
                WhyNot::ToldUs => "They told us.".to_owned(),
                WhyNot::Objected => format!("{called} does not want them to have it."),
                WhyNot::Frozen => "The customer’s data may only be kept for now.".to_owned(),
                WhyNot::NotShown => format!("Their agreement does not show them {what}."),
                WhyNot::NoTie => format!("They do nothing for {} that needs it.", self.called),
                WhyNot::NoAgreement => "They have no agreement, or it ended.".to_owned(),
                WhyNot::Later => format!("They came to {} later.", self.called),
            }
        };
        change.not_told.iter().map(|one| (self.name(one.organisation), why(one))).collect()
    }

    pub(super) fn told(&self, told: &[Told]) -> Vec<(String, String)> {
        told.iter().map(|told| (self.moment(told.at), told.words.clone())).collect()
    }
}
