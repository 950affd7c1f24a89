//! What was handed off, what changed, and who applied it, told in a sentence each.

use handfast_kit::OrganisationId;
use handfast_record::touches::{Body, DisputeStep, DutyStep, HandOffStep, Touch, TraceStep};

use super::{Badge, Part, Telling, Told, badge, change, text};
use crate::words;

/// The organisations that an entry names. It is shown to these and to the brand alone.
pub(in crate::customer) fn parties(body: &Body) -> Vec<OrganisationId> {
    match body {
        Body::HandOff { from, to, .. } => vec![*from, *to],
        Body::Obligation { organisation, .. } => vec![*organisation],
        _ => Vec::new(),
    }
}

impl Telling<'_> {
    /// Hand-offs, changes and obligations; `None` for what is no such entry.
    pub(super) fn handed(&self, touch: &Touch, body: &Body) -> Option<Told> {
        match body {
            Body::HandOff { .. } => Some(self.hand_off(touch, body)),
            Body::ChangeEntered { changed, before, after, from, until, .. } => {
                let entered = text(format!("entered a change of {}", changed.in_words()));
                let day = |at| words::date(self.zone.day_of(at), self.today);
                let span = match (from, until) {
                    (None, None) => String::new(),
                    (Some(from), None) => format!("From {} on.", day(*from)),
                    (None, Some(until)) => format!("Until {}.", day(*until)),
                    (Some(from), Some(until)) => format!("From {} to {}.", day(*from), day(*until)),
                };
                let what = if after.is_empty() { String::new() } else { change(before, after) };
                Some(Told::new("home", vec![self.author(touch), entered]).more(what).more(span))
            }
            Body::Obligation { organisation, changed, step, words, .. } => {
                let who = Part::Organisation(self.names.organisation(*organisation));
                let what = changed.in_words();
                let parts = match step {
                    DutyStep::Sent => {
                        let told = text(format!("is to apply the change of {what}"));
                        vec![who, told]
                    }
                    DutyStep::Chased => vec![who, text(format!("was reminded of {what}"))],
                    DutyStep::Verified => {
                        vec![text(format!("Read back: {what} is right at")), who]
                    }
                    DutyStep::Mismatch => {
                        vec![text(format!("Read back: {what} is wrong at")), who]
                    }
                    DutyStep::Applied => {
                        vec![who, text(format!("says that the change of {what} is applied"))]
                    }
                    other => {
                        let said = format!("the change of {what} {} at", other.in_words());
                        vec![text(words::sentence(&said)), who]
                    }
                };
                Some(Told::new("handoff", parts).badge(duty(*step)).more(words.clone()))
            }
            Body::Dispute(said) => {
                let about = said.about.in_words();
                let about = format!("The dispute about {about} {}: noted by", said.step.in_words());
                let told = Told::new("handoff", vec![text(about), self.author(touch)]);
                Some(told.badge(disputed(said.step)).more(said.words.clone()))
            }
            Body::Trace(said) => {
                let step = said.step.in_words();
                let of = said.leg.map_or(String::new(), |leg| format!(" {}", leg.in_words()));
                let about = format!("The missing delivery {step}{of}: noted by");
                let told = Told::new("truck", vec![text(about), self.author(touch)]);
                Some(told.badge(traced(said.step)).more(said.words.clone()))
            }
            _ => None,
        }
    }

    fn hand_off(&self, touch: &Touch, body: &Body) -> Told {
        let Body::HandOff { thing, title, from, to, step, words, by, .. } = body else {
            return Told::new("handoff", vec![self.author(touch)]);
        };
        let named = |id| Part::Organisation(self.names.organisation(id));
        let (from, to, what) = (named(*from), named(*to), thing.in_words());
        let parts = match step {
            HandOffStep::Offered => {
                vec![from, text("asked"), to, text(format!("to take over {what}"))]
            }
            HandOffStep::Seen => vec![to, text(format!("opened the hand-off of {what}"))],
            HandOffStep::Accepted => {
                vec![to, text(format!("took over {what} from")), from]
            }
            HandOffStep::Declined => {
                vec![to, text(format!("declined to take over {what} from")), from]
            }
            HandOffStep::Expired => {
                vec![to, text(format!("did not answer in time; {what} is back with")), from]
            }
            HandOffStep::Withdrawn => {
                vec![from, text(format!("took back the offer of {what} to")), to]
            }
            HandOffStep::Asked => vec![to, text("asked for more, of"), from],
            HandOffStep::Supplied => vec![from, text("sent what the brief lacked, to"), to],
            HandOffStep::Chased => {
                vec![
                    text(format!("The hand-off of {what} from")),
                    from,
                    text("to"),
                    to,
                    text("was chased"),
                ]
            }
            HandOffStep::Escalated => {
                let told = text("was told to the brand");
                vec![text(format!("The hand-off of {what} from")), from, text("to"), to, told]
            }
        };
        let who = if by.is_empty() { String::new() } else { format!("{by}.") };
        Told::new("handoff", parts)
            .badge(handed(*step))
            .more(title.clone())
            .more(words.clone())
            .more(who)
    }
}

fn handed(step: HandOffStep) -> Option<Badge> {
    let (tone, icon, word) = match step {
        HandOffStep::Accepted => ("ok", "check", "Accepted"),
        HandOffStep::Declined => ("bad", "x", "Declined"),
        HandOffStep::Expired => ("bad", "alert", "Not answered"),
        HandOffStep::Escalated => ("warn", "alert", "Escalated"),
        _ => return None,
    };
    Some(badge(tone, icon, word.to_owned()))
}

fn disputed(step: DisputeStep) -> Option<Badge> {
    let (tone, icon, word) = match step {
        DisputeStep::Accepted | DisputeStep::Settled => ("ok", "check", "Settled"),
        DisputeStep::Opened | DisputeStep::Rejected => ("warn", "alert", "Disputed"),
        DisputeStep::Escalated => ("warn", "alert", "Escalated"),
        _ => return None,
    };
    Some(badge(tone, icon, word.to_owned()))
}

fn traced(step: TraceStep) -> Option<Badge> {
    let (tone, icon, word) = match step {
        TraceStep::Opened => ("bad", "alert", "Missing"),
        TraceStep::Broke => ("bad", "x", "Broke here"),
        TraceStep::Proved => ("ok", "check", "Proved"),
        TraceStep::NotAnswered => ("bad", "alert", "Not answered"),
        TraceStep::Refused => ("warn", "alert", "Disputed"),
        TraceStep::Kept => ("ok", "check", "Made good"),
        _ => return None,
    };
    Some(badge(tone, icon, word.to_owned()))
}

/// “Applied” is only what they say.
fn duty(step: DutyStep) -> Option<Badge> {
    let (tone, icon, word) = match step {
        DutyStep::Verified => ("ok", "check", "Verified"),
        DutyStep::Mismatch => ("bad", "alert", "Differs"),
        DutyStep::Applied => ("", "clock", "Not verified yet"),
        DutyStep::Refused => ("warn", "x", "Refused"),
        DutyStep::Escalated => ("warn", "alert", "Escalated"),
        _ => return None,
    };
    Some(badge(tone, icon, word.to_owned()))
}
