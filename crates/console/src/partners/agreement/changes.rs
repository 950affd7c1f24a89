//! What is different between two versions of an agreement, in words.

use handfast_record::{
    agreements::Draft,
    organisations::Kind,
    sharing::{Class, Grant, Tie},
};

use super::{matrix, words};
use crate::{partners::words as partner_words, words as common};

/// One thing that is different.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    /// What it is about: "Prices, sold to".
    pub(super) what: String,
    pub(super) was: String,
    pub(super) is: String,
}

/// What the partner and the brand are called.
pub(super) type Names<'a> = (&'a str, &'a str);

/// All that is different between two versions of the agreement with a partner; nothing of the day,
/// which every version has of its own.
pub(super) fn between(names: Names<'_>, was: &Draft, is: &Draft) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut differ = |what: &str, was: String, is: String| {
        if was != is {
            changes.push(Change { what: what.to_owned(), was, is });
        }
    };
    differ("What it does", kinds(&was.kinds), kinds(&is.kinds));
    differ("Where it works", was.territory.join(", "), is.territory.join(", "));
    for occasion in occasions(was, is) {
        let (before, after) = (deeds(names, was, occasion), deeds(names, is, occasion));
        differ(&format!("“{occasion}”"), before, after);
    }
    let guests = |draft: &Draft| {
        let hours = words::hours(draft.guest_hours);
        format!("{}, for {hours}", common::sentence(words::guests(draft.guests)))
    };
    differ("Guests", guests(was), guests(is));
    differ("Note", was.note.clone(), is.note.clone());
    changes.extend(of_grants(&was.grants, &is.grants));
    changes
}

fn kinds(kinds: &[Kind]) -> String {
    partner_words::kinds(kinds)
}

/// The occasions of both versions, each once.
fn occasions<'a>(was: &'a Draft, is: &'a Draft) -> Vec<&'a str> {
    let mut all: Vec<&str> = Vec::new();
    for row in was.responsibilities.iter().chain(&is.responsibilities) {
        if !all.contains(&&*row.when) {
            all.push(&row.when);
        }
    }
    all
}

/// Who does what on an occasion.
fn deeds((name, brand): Names<'_>, draft: &Draft, occasion: &str) -> String {
    let rows = draft.responsibilities.iter().filter(|row| row.when == occasion);
    let deeds = rows.flat_map(|row| {
        let theirs = (!row.theirs.is_empty()).then(|| format!("{name}: {}", row.theirs));
        let ours = (!row.ours.is_empty()).then(|| format!("{brand}: {}", row.ours));
        [theirs, ours]
    });
    deeds.flatten().collect::<Vec<_>>().join(". ")
}

/// What is granted differently; classes to which the same happens stand together.
fn of_grants(was: &[Grant], is: &[Grant]) -> Vec<Change> {
    let mut found: Vec<(Tie, String, String, Vec<Class>)> = Vec::new();
    for tie in Tie::GRANTABLE {
        for class in Class::ALL {
            let (before, after) = (said(was, tie, class), said(is, tie, class));
            if before == after {
                continue;
            }
            let same = |one: &&mut (Tie, String, String, Vec<Class>)| {
                one.0 == tie && one.1 == before && one.2 == after
            };
            match found.iter_mut().find(same) {
                Some((.., classes)) => classes.push(class),
                None => found.push((tie, before, after, vec![class])),
            }
        }
    }
    found
        .into_iter()
        .map(|(tie, was, is, classes)| Change {
            what: format!("{} of {}", words::classes(&classes), words::customers(tie)),
            was,
            is,
        })
        .collect()
}

/// `Everything for service, or without partner names`.
fn said(grants: &[Grant], tie: Tie, class: Class) -> String {
    let lines = matrix::essential(matrix::of(grants, tie, class));
    let parts: Vec<String> = lines
        .iter()
        .map(|grant| {
            let text = format!("{} {}", words::how_much(grant.level), words::conditions(*grant));
            text.trim_end().to_owned()
        })
        .collect();
    if parts.is_empty() { "Nothing".to_owned() } else { common::sentence(&parts.join(", or ")) }
}

#[cfg(test)]
mod tests {
    use handfast_kit::Day;
    use handfast_record::{
        agreements::{Guests, Responsibility},
        sharing::{Level, Purpose},
    };

    use super::*;

    #[test]
    fn only_what_is_different_is_told() {
        let grant = |class, level| Grant {
            tie: Tie::Delivers,
            class,
            level,
            from_tie: false,
            purpose: Some(Purpose::Delivery),
        };
        let does = |when: &str| Responsibility {
            when: when.to_owned(),
            theirs: "Names the day".to_owned(),
            ours: "Packs it".to_owned(),
        };
        let was = Draft {
            kinds: vec![Kind::Carrier],
            responsibilities: vec![does("A parcel is sent"), does("A parcel is lost")],
            grants: vec![grant(Class::Identity, Level::Full), grant(Class::Contact, Level::Full)],
            ..Draft::signed_on(Day(0))
        };
        let mut is = Draft { signed: Day(9), ..was.clone() };
        let names = ("Fleet", "Aurora");
        assert_eq!(between(names, &was, &is), [], "the day is each version's own");

        is.kinds.push(Kind::Service);
        is.guests = Guests::Open;
        is.responsibilities.remove(0);
        is.grants = vec![grant(Class::Identity, Level::Full), grant(Class::Case, Level::Count)];
        let told = between(names, &was, &is);
        let told: Vec<String> = told
            .iter()
            .map(|change| format!("{}: {} / {}", change.what, change.was, change.is))
            .collect();
        assert_eq!(
            told,
            [
                "What it does: Carrier / Carrier and service",
                "“A parcel is sent”: Fleet: Names the day. Aurora: Packs it / ",
                "Guests: The customer is asked first, and lets it in by a code or a link, for 24 \
                 hours / The customer’s phone number, email address or order number lets it in, \
                 for 24 hours",
                "Contact details of customers to whom it delivers: Everything for delivery / \
                 Nothing",
                "Cases of customers to whom it delivers: Nothing / Only how many for delivery",
            ]
        );
    }
}
