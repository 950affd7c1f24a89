//! The timeline of one customer: which entries are asked for, and how they stand on the page.

use std::collections::HashMap;

use handfast_kit::{Cursor, Day, OrganisationId, TimeMs};
use handfast_record::{
    sharing::Class,
    touches::{Channel, Filter, Served, Touch},
};

use super::{
    banner,
    seen::Seen,
    sentences::{Entry, Telling},
    view_as,
    who::Names,
};
use crate::{reasons, words};

/// How many entries one page shows.
pub(crate) const PAGE_LEN: usize = 30;
/// Up to how many entries are counted.
const COUNTED_MAX: i64 = 10_000;
/// The longest text that is looked for, in characters.
const TEXT_CHARS_MAX: usize = 200;

/// Classes that one chip shows or hides: its word in addresses, its label, its classes.
const GROUPS: [(&str, &str, &[Class]); 6] = [
    ("contacts", "Contacts", &[Class::Message, Class::Note]),
    ("sales", "Sales", &[Class::Purchase, Class::Price]),
    ("deliveries", "Deliveries", &[Class::Delivery, Class::Promise]),
    ("cases", "Cases", &[Class::Case, Class::Service]),
    ("reviews", "Reviews", &[Class::Feedback]),
    ("details", "Details", &[Class::Identity, Class::Contact, Class::Address, Class::Relationship]),
];

/// Which part of a timeline was asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    groups: Vec<&'static str>,
    organisation: Option<OrganisationId>,
    channel: Option<Channel>,
    text: String,
    pub(crate) after: Option<Cursor>,
    /// How many stand before this page already.
    shown: i64,
    /// Through whose eyes.
    pub(crate) eyes: Option<OrganisationId>,
}

impl Asked {
    /// Reads the query; what is unknown or unreadable is as if it were not there.
    pub(crate) fn of(query: &HashMap<String, String>) -> Self {
        let get = |name: &str| query.get(name).map(|value| value.trim()).unwrap_or_default();
        let groups = GROUPS.iter().map(|(word, ..)| *word).filter(|word| query.contains_key(*word));
        Self {
            groups: groups.collect(),
            organisation: get("by").parse().ok(),
            channel: Channel::named(get("channel")),
            text: get("said").chars().take(TEXT_CHARS_MAX).collect(),
            after: Some(get("after"))
                .filter(|after| !after.is_empty())
                .and_then(|at| at.parse().ok()),
            shown: get("shown").parse().ok().filter(|shown| *shown >= 0).unwrap_or(0),
            eyes: view_as::asked(query),
        }
    }

    /// Whether anything is left out.
    pub(crate) fn is_narrowed(&self) -> bool {
        !self.groups.is_empty() || self.is_detailed()
    }

    fn is_detailed(&self) -> bool {
        self.organisation.is_some() || self.channel.is_some() || !self.text.is_empty()
    }

    /// The same as the record takes it.
    pub(crate) fn filter(&self) -> Filter {
        let groups = GROUPS.iter().filter(|(word, ..)| self.groups.contains(word));
        Filter {
            classes: groups.flat_map(|(_, _, classes)| classes.iter().copied()).collect(),
            organisation: self.organisation,
            channel: self.channel,
            text: (!self.text.is_empty()).then(|| self.text.clone()),
        }
    }
}

/// The timeline as the page shows it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Timeline {
    pub(crate) chips: Vec<Chip>,
    pub(crate) organisations: Vec<Choice>,
    pub(crate) channels: Vec<Choice>,
    pub(crate) text: String,
    /// Through whose eyes; empty for one's own.
    pub(crate) eyes: String,
    /// What is only counted, a sentence for each class.
    pub(crate) veiled: Vec<String>,
    pub(crate) is_narrowed: bool,
    /// Whether more than the chips narrows it.
    pub(crate) is_detailed: bool,
    pub(crate) count: String,
    /// What is said aloud when it changes.
    pub(crate) announce: String,
    /// Whether the first entry was just saved, and takes the focus.
    pub(crate) is_fresh: bool,
    pub(crate) days: Vec<DayGroup>,
    pub(crate) more: Option<More>,
    pub(crate) empty: String,
}

impl Timeline {
    /// The same right after its first entry was saved.
    pub(crate) fn saying(self, text: &str) -> Self {
        Self { announce: text.to_owned(), is_fresh: true, ..self }
    }
}

/// A group of classes to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chip {
    pub(crate) word: &'static str,
    pub(crate) label: &'static str,
    pub(crate) is_chosen: bool,
}

/// Something to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) is_chosen: bool,
}

/// What happened on one day. No heading when it stands above already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DayGroup {
    pub(crate) heading: Option<String>,
    pub(crate) entries: Vec<Entry>,
}

/// Where older entries are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct More {
    /// The query that the page's address takes.
    pub(crate) query: String,
    pub(crate) label: String,
}

/// Makes the timeline from what was read. `has_head` says that the entries before stand on the
/// page already, with their days.
pub(super) fn of(asked: &Asked, seen: &Seen, telling: &Telling<'_>, has_head: bool) -> Timeline {
    let Seen { touches: page, count, served, .. } = seen;
    let above = asked.after.as_ref().filter(|_| has_head).and_then(|after| day_of(after, telling));
    let shown = asked.shown + page.items.len() as i64;
    Timeline {
        chips: chips(asked),
        organisations: organisations(asked, served, telling.names),
        channels: channels(asked),
        text: asked.text.clone(),
        eyes: asked.eyes.map(|eyes| eyes.to_string()).unwrap_or_default(),
        veiled: veiled(asked, &seen.hidden),
        is_narrowed: asked.is_narrowed(),
        is_detailed: asked.is_detailed(),
        count: if asked.is_narrowed() || seen.hidden.is_empty() {
            count_words(*count)
        } else {
            banner::count_words(seen)
        },
        announce: format!("{} shown", words::counted(shown, "entry", "entries")),
        is_fresh: false,
        days: days(&page.items, telling, above),
        more: page.next.as_ref().map(|next| more(asked, next, shown, *count)),
        empty: if asked.is_narrowed() {
            "Nothing of this kind happened. Take a filter away to see the rest.".to_owned()
        } else {
            "Nothing is written down yet. The first call or note makes a beginning.".to_owned()
        },
    }
}

/// What is only counted, on the first page: where it stands is not said. Under a filter other than
/// by class nothing is said of it, as a count there would tell what it holds.
fn veiled(asked: &Asked, hidden: &[(Class, i64)]) -> Vec<String> {
    if asked.after.is_some() || asked.is_detailed() {
        return Vec::new();
    }
    let wanted = asked.filter().classes;
    let is_wanted = |(class, _): &&(Class, i64)| wanted.is_empty() || wanted.contains(class);
    let said = hidden.iter().filter(is_wanted).map(|(class, count)| {
        let entries = words::counted(*count, "entry", "entries");
        format!("{entries} about {}.", reasons::class(*class))
    });
    said.collect()
}

fn chips(asked: &Asked) -> Vec<Chip> {
    let chip = |&(word, label, _): &(&'static str, &'static str, _)| Chip {
        word,
        label,
        is_chosen: asked.groups.contains(&word),
    };
    GROUPS.iter().map(chip).collect()
}

/// The organisations to choose from, when there is a choice.
fn organisations(asked: &Asked, served: &[Served], names: &Names) -> Vec<Choice> {
    if served.len() < 2 {
        return Vec::new();
    }
    let choice = |one: &Served| Choice {
        value: one.organisation.id().map(|id| id.to_string()).unwrap_or_default(),
        label: names.who(&one.organisation).name,
        is_chosen: asked.organisation.is_some() && asked.organisation == one.organisation.id(),
    };
    // Who is not named cannot be asked for.
    let named = served.iter().filter(|one| one.organisation.id().is_some());
    named.map(choice).collect()
}

fn channels(asked: &Asked) -> Vec<Choice> {
    let label = |channel| match channel {
        Channel::Phone => "Phone",
        Channel::Mail => "Mail",
        Channel::InPerson => "In person",
        Channel::Web => "Web",
        Channel::Internal => "Among staff",
        Channel::System => "Other systems",
    };
    let choice = |channel: Channel| Choice {
        value: channel.word().to_owned(),
        label: label(channel).to_owned(),
        is_chosen: asked.channel == Some(channel),
    };
    Channel::ALL.map(choice).into()
}

fn count_words(count: i64) -> String {
    if count >= COUNTED_MAX {
        format!("over {}", words::number(COUNTED_MAX))
    } else {
        words::number(count)
    }
}

fn more(asked: &Asked, next: &Cursor, shown: i64, count: i64) -> More {
    let mut query: Vec<String> = asked.groups.iter().map(|word| format!("{word}=on")).collect();
    query.extend(asked.eyes.map(|id| format!("as={id}")));
    query.extend(asked.organisation.map(|id| format!("by={id}")));
    query.extend(asked.channel.map(|channel| format!("channel={}", channel.word())));
    if !asked.text.is_empty() {
        let text: String = form_urlencoded::byte_serialize(asked.text.as_bytes()).collect();
        query.push(format!("said={text}"));
    }
    query.push(format!("after={next}&shown={shown}"));
    let left = count - shown;
    let label = if left > 0 && left <= PAGE_LEN as i64 {
        format!("Show {}", words::counted(left, "older entry", "older entries"))
    } else {
        "Show older entries".to_owned()
    };
    More { query: query.join("&"), label }
}

/// The day of the entry that a cursor stands behind.
fn day_of(after: &Cursor, telling: &Telling<'_>) -> Option<Day> {
    let [at, _] = after.values::<2>()?;
    Some(telling.zone.day_of(TimeMs(at.parse().ok()?)))
}

fn days(touches: &[Touch], telling: &Telling<'_>, above: Option<Day>) -> Vec<DayGroup> {
    let mut groups: Vec<DayGroup> = Vec::new();
    let mut last = above;
    for touch in touches {
        let day = telling.zone.day_of(touch.at);
        let entry = telling.entry(touch);
        match groups.last_mut() {
            Some(group) if last == Some(day) => group.entries.push(entry),
            _ => {
                let heading = (last != Some(day)).then(|| words::heading(day, telling.today));
                groups.push(DayGroup { heading, entries: vec![entry] });
            }
        }
        last = Some(day);
    }
    groups
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn asked(query: &[(&str, &str)]) -> Asked {
        Asked::of(&query.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn every_class_belongs_to_exactly_one_chip() {
        for class in Class::ALL {
            let groups = GROUPS.iter().filter(|(_, _, classes)| classes.contains(&class));
            assert_eq!(groups.count(), 1, "{}", class.word());
        }
    }

    #[test]
    fn nothing_asked_for_is_everything() {
        assert!(!asked(&[]).is_narrowed());
        assert!(asked(&[]).filter().classes.is_empty());
        assert!(!asked(&[("by", "nobody"), ("channel", "smoke"), ("after", "%")]).is_narrowed());
        let sales = asked(&[("sales", "on")]);
        assert_eq!(sales.filter().classes, [Class::Purchase, Class::Price]);
    }

    #[test]
    fn the_way_to_older_entries_keeps_the_filters() {
        let next = Cursor::after(["1".to_owned(), "x".to_owned()]);
        let asked = asked(&[("cases", "on"), ("said", "loan bike & more"), ("shown", "30")]);
        let more = more(&asked, &next, 60, 71);
        assert_eq!(more.query, format!("cases=on&said=loan+bike+%26+more&after={next}&shown=60"));
        assert_eq!(more.label, "Show 11 older entries");
        assert_eq!(super::more(&asked, &next, 60, 61).label, "Show 1 older entry");
        assert_eq!(super::more(&asked, &next, 60, 500).label, "Show older entries");
    }

    #[test]
    fn long_timelines_are_not_counted_to_the_end() {
        assert_eq!(count_words(9_999), "9,999");
        assert_eq!(count_words(10_000), "over 10,000");
    }
}
