use handfast_kit::{Cursor, TimeMs};
use serde::{Deserialize, Serialize};

use super::{Body, Filter};
use crate::{TouchId, sharing::EVERY_CLASS};

/// By which way something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// On the phone.
    Phone,
    /// By mail.
    Mail,
    /// In a shop or at the door.
    InPerson,
    /// On the web.
    Web,
    /// Among staff.
    Internal,
    /// Told by another system: a file, an API.
    System,
}

impl Channel {
    /// All channels, in the order in which pages list them.
    pub const ALL: [Self; 6] =
        [Self::Phone, Self::Mail, Self::InPerson, Self::Web, Self::Internal, Self::System];

    /// The channel's word, as in the database and the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Mail => "mail",
            Self::InPerson => "in_person",
            Self::Web => "web",
            Self::Internal => "internal",
            Self::System => "system",
        }
    }

    /// The channel with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.word() == word)
    }
}

/// The channel in words for a page: "on the phone".
pub const fn channel_words(channel: Channel) -> &'static str {
    match channel {
        Channel::Phone => "on the phone",
        Channel::Mail => "by mail",
        Channel::InPerson => "in person",
        Channel::Web => "on the web",
        Channel::Internal => "among staff",
        Channel::System => "from another system",
    }
}

/// The mask of the classes that a filter asks for.
pub(super) fn mask_of(filter: &Filter) -> i64 {
    if filter.classes.is_empty() {
        return EVERY_CLASS;
    }
    filter.classes.iter().fold(0, |mask, class| mask | class.bit())
}

/// The moment and id after which a page begins; the end of time for the first page.
pub(super) fn place_of(after: Option<&Cursor>) -> (TimeMs, TouchId) {
    let first = (TimeMs(i64::MAX), TouchId::from_uuid(handfast_kit::Uuid::max()));
    let Some([at, id]) = after.and_then(Cursor::values::<2>) else { return first };
    match (at.parse(), id.parse()) {
        (Ok(at), Ok(id)) => (TimeMs(at), id),
        _ => first,
    }
}

/// The longest summary, in characters; the whole text stays in the body.
const SUMMARY_CHARS_MAX: usize = 240;

/// What happened in one sentence, for lists and the feed.
pub(super) fn summary(body: &Body) -> String {
    let text = match body {
        Body::CustomerRecorded { name, external_ref } if name.is_empty() => {
            format!("Recorded as {external_ref}")
        }
        Body::CustomerRecorded { name, .. } => format!("Recorded as {name}"),
        Body::ContactChanged { before, after } | Body::AddressChanged { before, after } => {
            format!("Changed from {before} to {after}")
        }
        Body::DetailConfirmed { field, value } => {
            format!("The customer confirmed {}: {value}", field.in_words())
        }
        Body::Sale { order_ref, lines, status, .. } => sale_summary(order_ref, lines.len(), status),
        Body::Payment { order_ref, method, .. } => {
            format!("Paid for {} by {}", the_order(order_ref), method.replace('_', " "))
        }
        Body::DeliveryPromised { order_ref, day } => {
            format!("Promised {} by {day}", the_order(order_ref))
        }
        Body::Shipped { order_ref, .. } => {
            format!("Handed {} to the carrier", the_order(order_ref))
        }
        Body::Delivered { order_ref, days_late } => delivered_summary(order_ref, *days_late),
        Body::ReviewGiven { score, title, text, .. } => {
            review_summary(*score, if text.is_empty() { title } else { text })
        }
        Body::CaseOpened { case_ref, title, product } => {
            opened_summary(case_ref, if title.is_empty() { product } else { title })
        }
        Body::CaseStep { case_ref, status, owner, .. } if owner.is_empty() => {
            format!("{}: {status}", the_case(case_ref))
        }
        Body::CaseStep { case_ref, status, owner, .. } => {
            format!("{}: {status}, with {owner}", the_case(case_ref))
        }
        Body::CaseHandOver { from, to, .. } if from.is_empty() && to.is_empty() => {
            "Case went from one owner to another".to_owned()
        }
        Body::CaseHandOver { case_ref, from, to } => {
            format!("Case {case_ref} went from {from} to {to}")
        }
        Body::CaseClosed { case_ref, status } => format!("{} closed: {status}", the_case(case_ref)),
        Body::Call { said, .. } => said.clone(),
        Body::Mail { subject, text } => {
            if subject.is_empty() {
                text.clone()
            } else {
                subject.clone()
            }
        }
        Body::Note { text } => text.clone(),
        other => super::access::summary(other),
    };
    shortened(&text)
}

fn opened_summary(case_ref: &str, about: &str) -> String {
    let case = the_case(case_ref);
    if about.is_empty() { format!("{case} opened") } else { format!("{case} opened: {about}") }
}

fn review_summary(score: i64, words: &str) -> String {
    if words.is_empty() {
        format!("Rated {score} of 5")
    } else {
        format!("Rated {score} of 5: {words}")
    }
}

/// "order 1042", or "an order" for who may not know whose reference it is.
fn the_order(order_ref: &str) -> String {
    if order_ref.is_empty() { "an order".to_owned() } else { format!("order {order_ref}") }
}

fn the_case(case_ref: &str) -> String {
    if case_ref.is_empty() { "Case".to_owned() } else { format!("Case {case_ref}") }
}

fn sale_summary(order_ref: &str, line_count: usize, status: &str) -> String {
    let things = match line_count {
        0 => "Order".to_owned(),
        1 => "One line of order".to_owned(),
        n => format!("{n} lines of order"),
    };
    let things = format!("{things} {order_ref}");
    let things = things.trim_end();
    if status.is_empty() { things.to_owned() } else { format!("{things}: {status}") }
}

fn delivered_summary(order_ref: &str, days_late: Option<i32>) -> String {
    let order = the_order(order_ref);
    match days_late {
        None => format!("Delivered {order}"),
        Some(0) => format!("Delivered {order} on the promised day"),
        Some(days) if days > 0 => format!("Delivered {order} {} late", days_word(days)),
        Some(days) => format!("Delivered {order} {} early", days_word(-days)),
    }
}

fn days_word(days: i32) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}

fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= SUMMARY_CHARS_MAX {
        return line;
    }
    let mut short: String = line.chars().take(SUMMARY_CHARS_MAX - 1).collect();
    short.push('…');
    short
}

impl Body {
    /// The words this touch is found by; empty for kinds that only repeat another's reference.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Sale { order_ref, lines, .. } => {
                let titles: Vec<&str> = lines.iter().map(|line| line.title.as_str()).collect();
                format!("{order_ref} {}", titles.join(" "))
            }
            Self::ReviewGiven { title, text, .. } => format!("{title} {text}").trim().to_owned(),
            Self::CaseOpened { case_ref, title, product } => {
                format!("{case_ref} {title} {product}")
            }
            Self::Call { said, .. } => said.clone(),
            Self::Mail { subject, text } => format!("{subject} {text}"),
            Self::Note { text } => text.clone(),
            _ => String::new(),
        }
    }

    /// The words it is found by with a veil, where they are fewer.
    pub(super) fn words_veiled(&self) -> Option<String> {
        let veiled = self.clone().veiled().words();
        (veiled != self.words()).then_some(veiled)
    }
}
