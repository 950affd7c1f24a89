//! How pages say who sees what, and why: classes, ties, levels and reasons in plain words.

use handfast_kit::{Day, TimeMs, Zone};
use handfast_record::sharing::{Class, Held, Level, Purpose, Reason, Tie, Verdict, ties};

use crate::words;

/// What a class is called within a sentence.
pub(crate) const fn class(class: Class) -> &'static str {
    match class {
        Class::Identity => "name",
        Class::Contact => "contact details",
        Class::Address => "address",
        Class::Purchase => "purchases",
        Class::Price => "prices",
        Class::Delivery => "deliveries",
        Class::Case => "cases",
        Class::Service => "repairs",
        Class::Promise => "promises",
        Class::Message => "calls and messages",
        Class::Feedback => "reviews",
        Class::Relationship => "how the relationship stands",
        Class::Note => "staff notes",
    }
}

/// Several classes within a sentence: `purchases, deliveries and cases`.
pub(crate) fn classes(all: &[Class]) -> String {
    let parts: Vec<String> = all.iter().map(|one| class(*one).to_owned()).collect();
    words::list(&parts)
}

/// How much is shown, in one or two words, with the tone and icon of its badge.
pub(crate) const fn level(level: Level) -> (&'static str, &'static str, &'static str) {
    match level {
        Level::None => ("", "lock", "Hidden"),
        Level::Count => ("", "eyeoff", "Only how many"),
        Level::Veiled => ("info", "eyeoff", "Without names"),
        Level::Full => ("ok", "eye", "In full"),
    }
}

pub(crate) const fn for_what(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Service => "for service",
        Purpose::Delivery => "for deliveries",
        Purpose::Insurance => "for insurance",
        Purpose::Research => "for research",
        Purpose::Offers => "for offers",
    }
}

/// `Maya’s`, `James’`.
pub(crate) fn possessive(name: &str) -> String {
    if name.ends_with('s') { format!("{name}’") } else { format!("{name}’s") }
}

/// What a tie says of a partner: `sold to Maya`, `takes care of Maya’s case`.
pub(crate) fn does(tie: Tie, customer: &str) -> String {
    match tie {
        Tie::Owner => format!("keeps a record of {customer}"),
        Tie::Sold => format!("sold to {customer}"),
        Tie::Serves => format!("takes care of {} case", possessive(customer)),
        Tie::Delivers => format!("delivers to {customer}"),
        Tie::Insures => format!("insures {customer}"),
        Tie::Assigned => format!("is named for {customer}"),
        Tie::Guest => format!("serves {customer} as a guest"),
        Tie::Territory => format!("works where {customer} lives"),
        Tie::None => "is in the network".to_owned(),
        Tie::Allowed => format!("asked to see more of {customer}"),
    }
}

/// The same of whoever reads: `take care of Maya’s case`.
fn you_do(tie: Tie, customer: &str) -> String {
    match tie {
        Tie::Owner => format!("keep a record of {customer}"),
        Tie::Serves => format!("take care of {} case", possessive(customer)),
        Tie::Delivers => format!("deliver to {customer}"),
        Tie::Insures => format!("insure {customer}"),
        Tie::Assigned => format!("are named for {customer}"),
        Tie::Guest => format!("serve {customer} as a guest"),
        Tie::Territory => format!("work where {customer} lives"),
        Tie::None => "are in the network".to_owned(),
        Tie::Sold | Tie::Allowed => does(tie, customer),
    }
}

/// About whom reasons are told, to whom.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ground<'a> {
    /// The partner that is told about; none for the one who reads.
    pub(crate) partner: Option<&'a str>,
    /// What the customer is called within a sentence.
    pub(crate) customer: &'a str,
    pub(crate) brand: &'a str,
    /// When the agreement in force was signed.
    pub(crate) signed: Option<Day>,
    pub(crate) zone: &'a Zone,
    pub(crate) today: Day,
}

impl Ground<'_> {
    fn who(&self) -> &str {
        self.partner.unwrap_or("you")
    }

    /// `your agreement of 2 May 2025`.
    pub(crate) fn agreement(&self) -> String {
        let whose = if self.partner.is_some() { "its" } else { "your" };
        match self.signed {
            Some(day) => format!("{whose} agreement of {}", words::date(day, self.today)),
            None => format!("{whose} agreement"),
        }
    }

    /// What is between them: `you sold to Maya`, `Harbour Wheelworks sold to Maya`.
    pub(crate) fn tie(&self, tie: Tie) -> String {
        match self.partner {
            Some(name) => format!("{name} {}", does(tie, self.customer)),
            None => format!("you {}", you_do(tie, self.customer)),
        }
    }

    /// A tie with its time: `you sold to Maya, since 20 December 2025`.
    pub(crate) fn held(&self, held: &Held) -> String {
        format!("{}{}", self.tie(held.tie), self.span(held))
    }

    /// The same without saying whose tie it is: `sold to Maya, since 20 December 2025`.
    pub(crate) fn held_by_it(&self, held: &Held) -> String {
        format!("{}{}", does(held.tie, self.customer), self.span(held))
    }

    fn span(&self, held: &Held) -> String {
        if matches!(held.tie, Tie::Territory | Tie::None) {
            return String::new();
        }
        let since = words::date(self.zone.day_of(held.from), self.today);
        let until = self.until(held.until).map_or(String::new(), |until| format!(", {until}"));
        format!(", since {since}{until}")
    }

    /// `until today, 16:05`, `until 3 April`; none for what goes on.
    pub(crate) fn until(&self, at: TimeMs) -> Option<String> {
        if at == ties::OPEN {
            return None;
        }
        Some(format!("until {}", self.moment(at)))
    }

    /// `tomorrow, 09:40`, `3 April`.
    pub(crate) fn moment(&self, at: TimeMs) -> String {
        let day = self.zone.day_of(at);
        let said = words::when(day, self.today);
        // What is near is near by the hour.
        if day.0 - self.today.0 > 2 {
            return said;
        }
        format!("{said}, {}", words::clock_time(at, self.zone))
    }

    /// Why something is shown or hidden, as a sentence.
    pub(crate) fn because(&self, verdict: Verdict) -> String {
        let said = match verdict.reason {
            Reason::Granted(Tie::None, _) => {
                format!("{} shows this of every customer", self.agreement())
            }
            Reason::Granted(tie, _) if self.partner.is_none() && verdict.level > Level::Count => {
                format!("you see this because {}, by {}", self.tie(tie), self.agreement())
            }
            Reason::Granted(tie, _) => format!("{}, by {}", self.tie(tie), self.agreement()),
            Reason::Brand if self.partner.is_none() => {
                "you look after everybody in the network".to_owned()
            }
            Reason::Brand => format!("{} looks after everybody in the network", self.brand),
            Reason::Own => format!("{} wrote it", self.who()),
            Reason::Allowed(until) => {
                let until = self.until(until).map_or(String::new(), |until| format!(", {until}"));
                format!("{} allowed it when {} asked{until}", self.brand, self.who())
            }
            hidden => self.hidden(hidden),
        };
        let said = match verdict.reason {
            Reason::Granted(_, Some(purpose)) => format!("{said}, {}", for_what(purpose)),
            _ => said,
        };
        format!("{}.", words::sentence(&said))
    }

    /// Why nothing is shown.
    fn hidden(&self, reason: Reason) -> String {
        let (who, agreement, customer) = (self.who(), self.agreement(), self.customer);
        match reason {
            Reason::Audience => format!("this was not written for {who}"),
            Reason::Frozen => format!("{} data may only be kept for now", possessive(customer)),
            Reason::NoAgreement => format!("{} and {who} have no agreement", self.brand),
            Reason::NoTie => {
                let has = if self.partner.is_some() { "has" } else { "have" };
                format!("{agreement} shows this of customers with whom {who} {has} another tie")
            }
            Reason::Objected => format!("{customer} said no"),
            Reason::NotConsented(purpose) => {
                format!("{customer} has not agreed to being shown {}", for_what(purpose))
            }
            Reason::BeforeTie(from) => {
                let from = words::date(self.zone.day_of(from), self.today);
                format!("{agreement} shows only what happened since {from}")
            }
            _ => format!("this is not part of {agreement}"),
        }
    }

    /// Who can change that something is hidden; empty where nobody can.
    pub(crate) fn who_can(&self, reason: Reason) -> String {
        match reason {
            Reason::Objected | Reason::NotConsented(_) => {
                format!("Only {} can change that.", self.customer)
            }
            Reason::Audience => String::new(),
            Reason::Frozen => format!("{} ends that when its reason is gone.", self.brand),
            Reason::NoAgreement => format!("{} signs one.", self.brand),
            _ => format!("{} can allow more.", self.brand),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn day(text: &str) -> Day {
        let at = TimeMs::parse_rfc3339(&format!("{text}T12:00:00Z")).unwrap();
        Zone::named("UTC").unwrap().day_of(at)
    }

    fn told(partner: Option<&str>, level: Level, reason: Reason) -> String {
        let zone = Zone::named("UTC").unwrap();
        let (signed, today) = (Some(day("2025-05-02")), day("2026-03-12"));
        let (customer, brand) = ("Maya", "Aurora Cycles");
        let ground = Ground { partner, customer, brand, signed, zone: &zone, today };
        ground.because(Verdict { level, reason })
    }

    #[test]
    fn what_is_shown_is_told_by_its_tie_and_agreement() {
        let sold = Reason::Granted(Tie::Sold, None);
        assert_eq!(
            told(None, Level::Full, sold),
            "You see this because you sold to Maya, by your agreement of 2 May 2025."
        );
        assert_eq!(
            told(
                Some("Harbour"),
                Level::Full,
                Reason::Granted(Tie::Serves, Some(Purpose::Service))
            ),
            "Harbour takes care of Maya’s case, by its agreement of 2 May 2025, for service."
        );
        let until = TimeMs::parse_rfc3339("2026-03-13T09:40:00Z").unwrap();
        assert_eq!(
            told(None, Level::Full, Reason::Allowed(until)),
            "Aurora Cycles allowed it when you asked, until tomorrow, 09:40."
        );
    }

    #[test]
    fn what_is_hidden_says_why() {
        for (reason, you, it) in [
            (
                Reason::NotGranted,
                "This is not part of your agreement of 2 May 2025.",
                "This is not part of its agreement of 2 May 2025.",
            ),
            (
                Reason::NoTie,
                "Your agreement of 2 May 2025 shows this of customers with whom you have another \
                 tie.",
                "Its agreement of 2 May 2025 shows this of customers with whom Harbour has another \
                 tie.",
            ),
            (Reason::Objected, "Maya said no.", "Maya said no."),
            (
                Reason::NoAgreement,
                "Aurora Cycles and you have no agreement.",
                "Aurora Cycles and Harbour have no agreement.",
            ),
        ] {
            assert_eq!(told(None, Level::None, reason), you);
            assert_eq!(told(Some("Harbour"), Level::None, reason), it);
        }
    }
}
