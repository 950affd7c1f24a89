//! The table of what a customer said, and of what is unsaid.

use std::collections::HashMap;

use handfast_kit::{Day, OrganisationId, PersonId, Zone};
use handfast_record::{
    consents::{About, Said, Text},
    sharing::{Class, Purpose},
    touches::{Channel, channel_words},
};

use crate::words;

/// One line: a thing, whom it is for, and what was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// What it is about.
    pub(super) about: String,
    /// The words that the customer heard, or would be asked now.
    pub(super) words: String,
    /// Whom it is for.
    pub(super) whom: Option<String>,
    /// The tone, the icon and the word of the answer.
    pub(super) answer: (&'static str, &'static str, &'static str),
    /// What the answer does, where it is not plain.
    pub(super) effect: &'static str,
    /// When, how and to whom it was said; empty if it was not.
    pub(super) heard: String,
    /// Where it is changed, and what the link says.
    pub(super) change: Option<(String, &'static str)>,
}

/// What is needed to tell what was said.
pub(super) struct Telling<'a> {
    pub(super) zone: &'a Zone,
    pub(super) today: Day,
    pub(super) organisations: &'a HashMap<OrganisationId, String>,
    pub(super) people: &'a HashMap<PersonId, String>,
    pub(super) texts: &'a [Text],
    pub(super) path: String,
    pub(super) may_change: bool,
    /// To a partner: itself.
    pub(super) own: Option<OrganisationId>,
}

/// What a purpose is called: `To make offers`.
pub(super) const fn purpose_label(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Service => "To repair, advise and answer",
        Purpose::Delivery => "To deliver",
        Purpose::Insurance => "To insure",
        Purpose::Research => "To learn from it",
        Purpose::Offers => "To make offers",
    }
}

/// What a class of data is called within a sentence: `prices and payments`.
pub(super) const fn class_label(class: Class) -> &'static str {
    match class {
        Class::Identity => "names",
        Class::Contact => "phone and email",
        Class::Address => "addresses",
        Class::Purchase => "what was bought",
        Class::Price => "prices and payments",
        Class::Delivery => "deliveries",
        Class::Case => "cases",
        Class::Service => "repairs",
        Class::Promise => "promises",
        Class::Message => "calls and letters",
        Class::Feedback => "reviews and answers",
        Class::Relationship => "how the relationship stands",
        Class::Note => "notes of staff",
    }
}

/// What a word is about, as forms and addresses name it: `offers`, `data-contact`, `everything`.
pub(super) fn about_word(about: &About) -> String {
    match (about.purpose, about.class) {
        (Some(purpose), _) => purpose.word().to_owned(),
        (None, Some(class)) => format!("data-{}", class.word()),
        (None, None) => "everything".to_owned(),
    }
}

fn about_label(about: &About) -> String {
    match (about.purpose, about.class) {
        (Some(purpose), _) => purpose_label(purpose).to_owned(),
        (None, Some(class)) => words::sentence(class_label(class)),
        (None, None) => "Everything".to_owned(),
    }
}

/// `Maya said yes to 2 things and no to 1. What is unsaid is permitted, but for offers and ...`
pub(super) fn lede(said: &[Said], customer: &str) -> String {
    let count = |allowed: bool| said.iter().filter(|one| one.allowed == allowed).count() as i64;
    let things = |n: i64| words::counted(n, "thing", "things");
    let told = match (count(true), count(false)) {
        (0, 0) => format!("{customer} has said nothing yet."),
        (yes, 0) => format!("{customer} said yes to {}.", things(yes)),
        (0, no) => format!("{customer} said no to {}.", things(no)),
        (yes, no) => format!("{customer} said yes to {} and no to {no}.", things(yes)),
    };
    let told = words::sentence(&told);
    format!("{told} A no is in force at once, and beats every yes and every agreement.")
}

impl Telling<'_> {
    /// A line for each purpose and everybody, said or unsaid, and one for all else that was said.
    pub(super) fn rows(&self, said: &[Said]) -> Vec<Row> {
        let mut rows = Vec::new();
        for purpose in Purpose::ALL {
            let about = About { purpose: Some(purpose), ..About::default() };
            let of_purpose = || said.iter().filter(|one| one.about.purpose == Some(purpose));
            if !of_purpose().any(|one| one.about == about) {
                rows.push(self.unsaid(purpose, &about));
            }
            rows.extend(of_purpose().map(|one| self.row(one)));
        }
        let rest = said.iter().filter(|one| one.about.purpose.is_none());
        rows.extend(rest.map(|one| self.row(one)));
        rows
    }

    fn unsaid(&self, purpose: Purpose, about: &About) -> Row {
        let text = self.texts.iter().find(|text| text.purpose == purpose);
        let needs_consent = purpose.needs_consent();
        Row {
            about: about_label(about),
            words: text.map(|text| text.words.clone()).unwrap_or_default(),
            whom: None,
            answer: ("", "dot", "Unsaid"),
            effect: if needs_consent { "Hidden until a yes" } else { "Permitted until a no" },
            heard: String::new(),
            change: self.change(about, if needs_consent { "yes" } else { "no" }, "Record"),
        }
    }

    fn row(&self, said: &Said) -> Row {
        let (answer, effect, next, verb) = match (said.allowed, said.holds) {
            (true, true) => (("ok", "check", "Yes"), "", "no", "Withdraw"),
            (true, false) => {
                (("warn", "check", "Yes"), "A no or a freeze beats it", "no", "Withdraw")
            }
            (false, _) => (("", "x", "No"), "", "yes", "Change"),
        };
        Row {
            about: about_label(&said.about),
            words: said.words.clone().unwrap_or_default(),
            whom: said.about.organisation.map(|id| self.organisation(id)),
            answer,
            effect,
            heard: self.heard(said),
            change: self.change(&said.about, next, verb),
        }
    }

    /// `On the phone, yesterday at 09:12, to Priya Nair, Aurora Cycles. Version 2 of the text.`
    fn heard(&self, said: &Said) -> String {
        let channel = Channel::named(&said.channel).map_or("", channel_words);
        let day = words::when(self.zone.day_of(said.at), self.today);
        let time = words::clock_time(said.at, self.zone);
        let organisation = self.organisation(said.heard_by);
        let person = said.person.and_then(|person| self.people.get(&person));
        let who = person
            .map_or_else(|| organisation.clone(), |person| format!("{person}, {organisation}"));
        let text = match said.text_version {
            0 => String::new(),
            version => format!(" Version {version} of the text."),
        };
        format!("{}, {day} at {time}, to {who}.{text}", words::sentence(channel))
    }

    fn organisation(&self, id: OrganisationId) -> String {
        self.organisations.get(&id).cloned().unwrap_or_else(|| "an organisation".to_owned())
    }

    /// The form below with this thing in it; a partner changes what names itself.
    fn change(
        &self,
        about: &About,
        answer: &str,
        verb: &'static str,
    ) -> Option<(String, &'static str)> {
        let to = match (self.own, about.organisation) {
            (None, None) => "everybody".to_owned(),
            (None, Some(named)) => named.to_string(),
            (Some(own), Some(named)) if own == named => named.to_string(),
            // What is unsaid of everybody can be said of the partner itself.
            (Some(own), None) if verb == "Record" => own.to_string(),
            (Some(_), _) => return None,
        };
        let about = about_word(about);
        let href = format!("{}?about={about}&to={to}&answer={answer}#say", self.path);
        self.may_change.then_some((href, verb))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use handfast_kit::{Id, TimeMs};

    use super::*;

    fn said(purpose: Option<Purpose>, to: Option<OrganisationId>, allowed: bool) -> Said {
        Said {
            about: About { purpose, organisation: to, class: None },
            allowed,
            holds: true,
            text_version: i64::from(purpose.is_some()),
            words: purpose.map(|purpose| format!("The text on {}.", purpose.word())),
            channel: "phone".to_owned(),
            heard_by: Id::from_uuid(handfast_kit::Uuid::nil()),
            person: None,
            at: TimeMs::parse_rfc3339("2026-03-11T09:12:00Z").unwrap(),
        }
    }

    fn told(said: &[Said], own: Option<OrganisationId>) -> Vec<Row> {
        let zone = Zone::named("Europe/London").unwrap();
        let today = zone.day_of(TimeMs::parse_rfc3339("2026-03-12T09:12:00Z").unwrap());
        let heard_by = Id::from_uuid(handfast_kit::Uuid::nil());
        let organisations = HashMap::from([(heard_by, "Aurora Cycles".to_owned())]);
        let telling = Telling {
            zone: &zone,
            today,
            organisations: &organisations,
            people: &HashMap::new(),
            texts: &[],
            path: "/c".to_owned(),
            may_change: true,
            own,
        };
        telling.rows(said)
    }

    #[test]
    fn each_purpose_has_its_line_said_or_not() {
        let rows = told(&[said(Some(Purpose::Offers), None, true), said(None, None, false)], None);
        let answers: Vec<_> = rows.iter().map(|row| (row.answer.2, row.effect)).collect();
        assert_eq!(
            answers,
            [
                ("Unsaid", "Permitted until a no"),
                ("Unsaid", "Permitted until a no"),
                ("Unsaid", "Permitted until a no"),
                ("Unsaid", "Hidden until a yes"),
                ("Yes", ""),
                ("No", ""),
            ]
        );
        let heard = "On the phone, yesterday at 09:12, to Aurora Cycles. Version 1 of the text.";
        assert_eq!(rows[4].heard, heard);
        let withdraw = ("/c?about=offers&to=everybody&answer=no#say".to_owned(), "Withdraw");
        assert_eq!(rows[4].change, Some(withdraw));
    }

    #[test]
    fn a_partner_changes_what_names_itself_and_says_what_is_unsaid() {
        let own = OrganisationId::random();
        let offers = Some(Purpose::Offers);
        let rows = told(&[said(offers, None, false), said(offers, Some(own), true)], Some(own));
        assert_eq!(rows[4].change, None, "what concerns all is for the brand");
        let of_own =
            |about: &str, answer: &str| format!("/c?about={about}&to={own}&answer={answer}#say");
        assert_eq!(rows[5].change, Some((of_own("offers", "no"), "Withdraw")));
        assert_eq!(rows[0].change, Some((of_own("service", "no"), "Record")));
    }

    #[test]
    fn the_first_sentence_counts_what_was_said() {
        let (yes, no) = (said(None, None, true), said(None, None, false));
        for (said, begins) in [
            (vec![], "Maya has said nothing yet."),
            (vec![yes.clone()], "Maya said yes to 1 thing."),
            (vec![no.clone()], "Maya said no to 1 thing."),
            (vec![yes.clone(), yes, no], "Maya said yes to 2 things and no to 1."),
        ] {
            assert!(lede(&said, "Maya").starts_with(begins));
        }
    }
}
