//! What happened, told in a sentence: one for each kind of touch.

mod consents;
mod handing;
mod matching;
mod sharing;
#[cfg(test)]
mod tests;
mod trade;

use handfast_kit::{Day, TimeMs, Zone};
use handfast_record::touches::{Audience, Body, Channel, Step, Touch, channel_words};

pub(super) use handing::parties;
pub(super) use sharing::mentioned;
use trade::{case, sale};
pub(super) use trade::{the_case, the_order};

use super::who::{Names, Organisation};
use crate::words;

/// A part of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    /// Words.
    Text(String),
    /// An organisation, with its mark.
    Organisation(Organisation),
    /// The customer, with a mark.
    Customer(String),
}

/// A state in one or two words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Badge {
    pub(crate) tone: &'static str,
    pub(crate) icon: &'static str,
    pub(crate) word: String,
}

/// One entry of a timeline, ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) id: String,
    pub(crate) icon: &'static str,
    pub(crate) parts: Vec<Part>,
    pub(crate) badge: Option<Badge>,
    pub(crate) datetime: String,
    pub(crate) time: String,
    /// What is known besides, a paragraph each.
    pub(crate) more: Vec<String>,
    /// The customer's own words, a paragraph each.
    pub(crate) said: Vec<String>,
    /// How it left the customer.
    pub(crate) step: Option<Badge>,
}

/// How a kind of touch is told: its icon, what the author did, and what is known besides.
struct Told {
    icon: &'static str,
    parts: Vec<Part>,
    badge: Option<Badge>,
    more: Vec<String>,
    said: Vec<String>,
    step: Option<Badge>,
}

impl Told {
    fn new(icon: &'static str, parts: Vec<Part>) -> Self {
        Self { icon, parts, badge: None, more: Vec::new(), said: Vec::new(), step: None }
    }

    fn badge(mut self, badge: Option<Badge>) -> Self {
        self.badge = badge;
        self
    }

    fn more(mut self, text: impl Into<String>) -> Self {
        let text = text.into();
        if !text.is_empty() {
            self.more.push(text);
        }
        self
    }

    fn said(mut self, text: &str) -> Self {
        self.said.extend(paragraphs(text));
        self
    }
}

/// What is needed to tell a touch besides the touch.
pub(crate) struct Telling<'a> {
    pub(crate) names: &'a Names,
    pub(crate) zone: &'a Zone,
    pub(crate) today: Day,
}

impl Telling<'_> {
    /// The touch as an entry of the timeline.
    pub(crate) fn entry(&self, touch: &Touch) -> Entry {
        let told = match touch.body() {
            Some(body) => self.told(touch, body),
            // A newer version wrote it; its summary is a sentence too.
            None => Told::new("dot", vec![self.author(touch)]).more(touch.summary.clone()),
        };
        Entry {
            id: touch.id.to_string(),
            icon: told.icon,
            parts: begun(told.parts),
            badge: told.badge.or_else(|| kept(touch)),
            datetime: words::datetime(touch.at, self.zone),
            time: words::clock_time(touch.at, self.zone),
            more: told.more,
            said: told.said,
            step: told.step,
        }
    }

    fn author(&self, touch: &Touch) -> Part {
        Part::Organisation(self.names.who(&touch.organisation))
    }

    fn customer(&self) -> Part {
        Part::Customer(words::sentence(&self.names.customer))
    }

    /// The person who wrote, if known, with the organisation; the organisation alone otherwise.
    fn writer(&self, touch: &Touch) -> Vec<Part> {
        let person = self.names.person(touch.person).map(|name| text(format!("{name},")));
        person.into_iter().chain([self.author(touch)]).collect()
    }

    fn told(&self, touch: &Touch, body: Body) -> Told {
        let author = self.author(touch);
        match body {
            Body::CustomerRecorded { name, external_ref } => recorded(author, name, external_ref),
            Body::AddressChanged { before, after } => {
                Told::new("home", vec![author, text("changed the address")])
                    .more(change(&before, &after))
            }
            Body::DetailConfirmed { field, value } => {
                let confirmed = text(format!("confirmed {} to", field.in_words()));
                Told::new("check", vec![self.customer(), confirmed, author]).more(value)
            }
            Body::Sale { order_ref, status, lines, total_minor, currency } => {
                let sum = total_minor.map(|minor| words::money(minor, &currency));
                sale(author, (&order_ref, &status), &lines, sum)
            }
            Body::Payment { order_ref, method, amount_minor, currency } => {
                let sum = words::money(amount_minor, &currency);
                let paid = text(paid(&sum, &method, &order_ref));
                Told::new("card", vec![self.customer(), text("paid"), author, paid])
            }
            Body::DeliveryPromised { order_ref, day } => {
                let by = words::date(day, self.today);
                let promised =
                    text(format!("promised to deliver {} by {by}", the_order(&order_ref)));
                Told::new("flag", vec![author, promised])
            }
            Body::Shipped { order_ref, due_ms } => {
                let over = text(format!("handed {} to the carrier", the_order(&order_ref)));
                let badge = due_ms.and_then(|due| self.late_to_carrier(touch.at, due));
                Told::new("truck", vec![author, over]).badge(badge)
            }
            Body::Delivered { order_ref, days_late } => {
                let delivered = text(format!("delivered {}", the_order(&order_ref)));
                Told::new("box", vec![author, delivered]).badge(days_late.map(arrival))
            }
            body @ Body::ReviewGiven { .. } => self.review(author, body),
            body @ (Body::CaseOpened { .. }
            | Body::CaseStep { .. }
            | Body::CaseHandOver { .. }
            | Body::CaseClosed { .. }) => case(author, body),
            body @ (Body::Call { .. } | Body::Mail { .. } | Body::Note { .. }) => {
                self.contact(touch, body)
            }
            Body::ContactChanged { before, after } => {
                Told::new("phone", vec![author, text("changed contact details")])
                    .more(change(&before, &after))
            }
            other => self
                .consent(touch, &other)
                .or_else(|| self.sharing(touch, &other))
                .or_else(|| self.matched(touch, &other))
                .or_else(|| self.handed(touch, &other))
                .unwrap_or_else(|| {
                    Told::new("dot", vec![self.author(touch)]).more(touch.summary.clone())
                }),
        }
    }

    fn late_to_carrier(&self, at: TimeMs, due: TimeMs) -> Option<Badge> {
        let days = self.zone.day_of(at).0 - self.zone.day_of(due).0;
        (days > 0).then(|| badge("bad", "alert", words::sentence(&words::lateness(days))))
    }

    fn review(&self, author: Part, body: Body) -> Told {
        let Body::ReviewGiven { order_ref, score, title, text: words, .. } = body else {
            return Told::new("star", vec![author]);
        };
        let tone = match score {
            ..=2 => "bad",
            3 => "",
            _ => "ok",
        };
        let given = badge(tone, "star", format!("{score} of 5"));
        let told = Told::new("star", vec![self.customer(), text("gave"), author]);
        let told = told.badge(Some(given)).said(&title).said(&words);
        if told.said.is_empty() {
            told.more(match order_ref.as_str() {
                "" => "Without words.".to_owned(),
                order_ref => format!("Order {order_ref}, without words."),
            })
        } else {
            told
        }
    }

    fn contact(&self, touch: &Touch, body: Body) -> Told {
        let mut parts = self.writer(touch);
        match body {
            Body::Call { said, step } => {
                let channel = Channel::named(&touch.channel).unwrap_or(Channel::Phone);
                let way = if channel == Channel::System {
                    "on the phone"
                } else {
                    channel_words(channel)
                };
                parts.extend([text("spoke with"), self.customer(), text(way)]);
                let mut told = Told::new("phone", parts);
                told.more = paragraphs(&said);
                told.step = step.map(step_badge);
                told
            }
            Body::Mail { subject, text: letter } => {
                parts.extend([text("exchanged mail with"), self.customer()]);
                let mut told = Told::new("mail", parts).more(subject);
                told.more.extend(paragraphs(&letter));
                told
            }
            Body::Note { text: note } => {
                parts.push(text("wrote a note"));
                let mut told = Told::new("note", parts);
                told.more = paragraphs(&note);
                told
            }
            _ => Told::new("dot", parts).more(touch.summary.clone()),
        }
    }
}

/// The parts as they begin a sentence: a hidden name is words, and begins like one.
fn begun(mut parts: Vec<Part>) -> Vec<Part> {
    if let Some(Part::Organisation(first)) = parts.first_mut()
        && first.kind == "veil"
    {
        first.name = words::sentence(&first.name);
    }
    parts
}

/// That an entry is not for everybody whom the agreements let see its like.
fn kept(touch: &Touch) -> Option<Badge> {
    let word = match touch.audience {
        Audience::Shared => return None,
        Audience::Own => "Not shared",
        Audience::Named => "Shared with one",
    };
    Some(badge("", "lock", word.to_owned()))
}

/// How a delivery met its promise.
pub(crate) fn arrival(days_late: i32) -> Badge {
    if days_late > 0 {
        badge("bad", "alert", words::sentence(&words::lateness(days_late)))
    } else {
        badge("ok", "check", words::sentence(&words::lateness(days_late)))
    }
}

fn step_badge(step: Step) -> Badge {
    match step {
        Step::Closer => badge("ok", "up", "A step closer".to_owned()),
        Step::Same => badge("", "dot", "About the same".to_owned()),
        Step::Away => badge("bad", "down", "A step away".to_owned()),
    }
}

fn badge(tone: &'static str, icon: &'static str, word: String) -> Badge {
    Badge { tone, icon, word }
}

fn text(words: impl Into<String>) -> Part {
    Part::Text(words.into())
}

/// "1,250.00 by card for the order 7".
fn paid(sum: &str, method: &str, order_ref: &str) -> String {
    let by = match method {
        "" => String::new(),
        method => format!(" by {}", plain(method)),
    };
    format!("{sum}{by} for {}", the_order(order_ref))
}

fn recorded(author: Part, name: String, external_ref: String) -> Told {
    let reference = match external_ref.as_str() {
        "" => String::new(),
        reference => format!("Reference {reference}."),
    };
    let known = [name, external_ref].into_iter().find(|text| !text.is_empty());
    let known = known.unwrap_or_else(|| "the customer".to_owned());
    Told::new("user", vec![author, text(format!("recorded {known}"))]).more(reference)
}

/// `From “before” to “after”.`
fn change(before: &str, after: &str) -> String {
    match (before, after) {
        ("", after) => format!("It is “{after}” now."),
        (before, "") => format!("“{before}” was taken away."),
        (before, after) => format!("From “{before}” to “{after}”."),
    }
}

/// A source's word as a person writes it: `credit_card` is `credit card`.
fn plain(word: &str) -> String {
    word.replace('_', " ")
}

/// The lines of a text that say something.
fn paragraphs(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}
