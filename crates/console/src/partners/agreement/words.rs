//! How agreements are said: classes, ties, levels and purposes, within sentences and beside
//! controls.

use handfast_record::{
    agreements::Guests,
    sharing::{Class, Grant, Level, Purpose, Tie},
};

use crate::words;

/// What a class is called, as several things, within a sentence.
pub(super) const fn class(class: Class) -> &'static str {
    match class {
        Class::Identity => "customer names",
        Class::Contact => "contact details",
        Class::Address => "addresses",
        Class::Purchase => "purchases",
        Class::Price => "prices",
        Class::Delivery => "deliveries",
        Class::Case => "cases",
        Class::Service => "repairs",
        Class::Promise => "promises",
        Class::Message => "messages",
        Class::Feedback => "reviews",
        Class::Relationship => "relationship steps",
        Class::Note => "staff notes",
    }
}

/// What else belongs to a class, beside its name.
pub(super) const fn about(class: Class) -> &'static str {
    match class {
        Class::Identity => "and dates of birth",
        Class::Contact => "phone, email",
        Class::Address => "home and delivery",
        Class::Purchase => "what was bought",
        Class::Price => "what was paid",
        Class::Delivery => "on the way, arrived",
        Class::Case => "from need to end",
        Class::Service => "repairs and upkeep",
        Class::Promise => "what, by when",
        Class::Message => "said and written",
        Class::Feedback => "and other answers",
        Class::Relationship => "toward or away",
        Class::Note => "for one another",
    }
}

/// `Names, addresses and purchases`.
pub(super) fn classes(all: &[Class]) -> String {
    let parts: Vec<String> = all.iter().map(|one| class(*one).to_owned()).collect();
    words::sentence(&words::list(&parts))
}

/// A tie at the head of a column.
pub(super) const fn tie(tie: Tie) -> &'static str {
    match tie {
        Tie::Owner => "Their own customer",
        Tie::Sold => "Sold to",
        Tie::Serves => "Has a case of",
        Tie::Delivers => "Delivers to",
        Tie::Insures => "Insures",
        Tie::Assigned => "Assigned to",
        Tie::Guest => "As guest",
        Tie::Territory => "In their area",
        Tie::None => "Anybody",
        Tie::Allowed => "On request",
    }
}

/// The customers with a tie, within a sentence about a partner.
pub(super) const fn customers(tie: Tie) -> &'static str {
    match tie {
        Tie::Owner => "customers whom it keeps a record of",
        Tie::Sold => "customers to whom it sold",
        Tie::Serves => "customers whose case it takes care of",
        Tie::Delivers => "customers to whom it delivers",
        Tie::Insures => "customers whom it insures",
        Tie::Assigned => "customers for whom the brand named it",
        Tie::Guest => "customers who come to it as guests",
        Tie::Territory => "customers who live where it works",
        Tie::None => "all customers of the network",
        Tie::Allowed => "customers of whom it was allowed more",
    }
}

/// A level to choose.
pub(super) const fn level(level: Level) -> &'static str {
    match level {
        Level::None => "Nothing",
        Level::Count => "Number",
        Level::Veiled => "Veiled",
        Level::Full => "All",
    }
}

/// How much is shown, within a sentence.
pub(super) const fn how_much(level: Level) -> &'static str {
    match level {
        Level::None => "nothing",
        Level::Count => "only how many",
        Level::Veiled => "without partner names",
        Level::Full => "everything",
    }
}

/// A purpose to choose.
pub(super) const fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Service => "Service",
        Purpose::Delivery => "Delivery",
        Purpose::Insurance => "Insurance",
        Purpose::Research => "Research, if they agree",
        Purpose::Offers => "Offers, if they agree",
    }
}

/// What something is shown for, within a sentence.
pub(super) const fn for_what(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Service => "for service",
        Purpose::Delivery => "for delivery",
        Purpose::Insurance => "for insurance",
        Purpose::Research => "for research",
        Purpose::Offers => "for offers",
    }
}

/// On what a grant depends: `for service`, `for research if they agree, from the day of the tie`;
/// empty if on nothing.
pub(super) fn conditions(grant: Grant) -> String {
    let mut parts = Vec::new();
    if let Some(purpose) = grant.purpose {
        let asked = if purpose.needs_consent() { " if they agree" } else { "" };
        parts.push(format!("{}{asked}", for_what(purpose)));
    }
    if grant.from_tie {
        parts.push("from the day of the tie".to_owned());
    }
    parts.join(", ")
}

/// How guests come in, as a sentence about a partner that follows `Guests` and a colon.
pub(super) const fn guests(guests: Guests) -> &'static str {
    match guests {
        Guests::Open => "the customer’s phone number, email address or order number lets it in",
        Guests::Asked => "the customer is asked first, and lets it in by a code or a link",
    }
}

/// `24 hours`, `1 hour`.
pub(super) fn hours(hours: i64) -> String {
    words::counted(hours, "hour", "hours")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_says_on_what_it_depends() {
        let grant = |purpose, from_tie| Grant {
            tie: Tie::Sold,
            class: Class::Address,
            level: Level::Full,
            from_tie,
            purpose,
        };
        for (purpose, from_tie, said) in [
            (None, false, ""),
            (Some(Purpose::Delivery), false, "for delivery"),
            (Some(Purpose::Offers), true, "for offers if they agree, from the day of the tie"),
            (None, true, "from the day of the tie"),
        ] {
            assert_eq!(conditions(grant(purpose, from_tie)), said);
        }
    }

    #[test]
    fn classes_read_as_one_phrase() {
        assert_eq!(classes(&[Class::Identity]), "Customer names");
        assert_eq!(classes(&[Class::Case, Class::Note]), "Cases and staff notes");
    }
}
