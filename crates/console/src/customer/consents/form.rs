//! The form that records what a customer says.

use std::collections::HashMap;

use handfast_db::Tx;
use handfast_kit::{OrganisationId, TimeMs};
use handfast_record::{
    CustomerId,
    consents::{self, About, Error, Say, Text},
    sharing::{Author, Class, Lens, Purpose},
    touches::{Channel, channel_words},
};
use handfast_web::{Failure, Problems};
use serde::Deserialize;

use super::rows::{about_word, class_label, purpose_label};
use crate::{
    forms::{Refusal, beside},
    words,
};

/// What was chosen in the form, or by the address that leads to it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    about: String,
    to: String,
    answer: String,
    channel: String,
    /// The versions of the texts that stood on the page: `service=1,offers=2`.
    texts: String,
}

/// What the form says, once it can be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Given {
    about: About,
    channel: Channel,
    /// Yes or no; none takes the word back.
    allowed: Option<bool>,
    text_version: Option<i64>,
}

impl Given {
    /// Whether a word is taken back.
    pub(super) const fn is_taken_back(&self) -> bool {
        self.allowed.is_none()
    }

    /// Records it.
    pub(super) fn record(
        &self,
        tx: &mut Tx<'_>,
        lens: &Lens,
        author: &Author,
        now: TimeMs,
        customer: CustomerId,
    ) -> Result<(), Error> {
        let Self { about, channel, allowed, text_version } = *self;
        let Some(allowed) = allowed else {
            return consents::take_back(tx, lens, author, now, customer, (about, channel));
        };
        let About { purpose, organisation, class } = about;
        let say = Say { purpose, organisation, class, allowed, channel, text_version };
        consents::say(tx, lens, author, now, customer, say)
    }
}

impl Typed {
    /// What it says, or the fields to change. `own` is a partner, which speaks of itself only.
    pub(super) fn checked(&self, own: Option<OrganisationId>) -> Result<Given, Failure> {
        let mut problems = Problems::default();
        let about = about_named(&self.about);
        if about.is_none() {
            problems.add("about", "Choose what it is about.");
        }
        let to = match (own, self.to.as_str()) {
            (Some(own), _) => Some(Some(own)),
            (None, "everybody") => Some(None),
            (None, id) => id.parse().ok().map(Some),
        };
        if to.is_none() {
            problems.add("to", "Choose whom it is for.");
        }
        let allowed = match self.answer.as_str() {
            "yes" => Some(Some(true)),
            "no" => Some(Some(false)),
            "unsaid" => Some(None),
            _ => None,
        };
        if allowed.is_none() {
            problems.add("answer", "Choose what the customer said.");
        }
        let channel = Channel::named(&self.channel);
        if channel.is_none() {
            problems.add("channel", "Choose how the customer said it.");
        }
        let (Some(about), Some(organisation), Some(allowed), Some(channel)) =
            (about, to, allowed, channel)
        else {
            return Err(problems.into());
        };
        let text_version = about.purpose.and_then(|purpose| self.text_version(purpose));
        Ok(Given { about: About { organisation, ..about }, channel, allowed, text_version })
    }

    fn text_version(&self, purpose: Purpose) -> Option<i64> {
        let version =
            |pair: &str| pair.strip_prefix(purpose.word())?.strip_prefix('=')?.parse().ok();
        self.texts.split(',').find_map(version)
    }
}

fn about_named(word: &str) -> Option<About> {
    let nobody = About::default();
    match word.strip_prefix("data-") {
        Some(class) => Some(About { class: Some(Class::named(class)?), ..nobody }),
        None if word == "everything" => Some(nobody),
        None => Some(About { purpose: Some(Purpose::named(word)?), ..nobody }),
    }
}

/// The failure that an error is on this page, whose fields have other names than the API's.
pub(super) fn failure(error: Error) -> Failure {
    let text = format!("{}.", words::sentence(&error.to_string()));
    match error {
        Error::NotAboutYou | Error::NoSuchPartner => Failure::field("to", text),
        Error::NoSuchText => Failure::Conflict(
            "The text on this page is not asked any more. Nothing was recorded. Read out the one \
             that stands here now, and try again."
                .to_owned(),
        ),
        Error::WhyWrong => Failure::field("why", text),
        other => other.into(),
    }
}

/// What there is to choose from.
pub(super) struct Choices<'a> {
    pub(super) customer: &'a str,
    pub(super) serving: &'a [OrganisationId],
    pub(super) others: &'a [OrganisationId],
    pub(super) organisations: &'a HashMap<OrganisationId, String>,
    pub(super) texts: &'a [Text],
    /// To a partner: its name.
    pub(super) own: Option<&'a String>,
}

/// The form, ready to be shown.
pub(super) struct SayForm {
    pub(super) title: String,
    pub(super) refusal: Option<Refusal>,
    pub(super) about: Vec<Group>,
    pub(super) about_error: Option<String>,
    /// To a partner: its name, which is all it may choose.
    pub(super) own: Option<String>,
    pub(super) to: Vec<Group>,
    pub(super) to_error: Option<String>,
    pub(super) answers: [(&'static str, &'static str, &'static str, bool); 3],
    pub(super) answer_error: Option<String>,
    pub(super) channels: Vec<Choice>,
    pub(super) channel_error: Option<String>,
    /// The versions of the texts that stand on the page.
    pub(super) texts: String,
    /// What to read out, if the page leads to one purpose.
    pub(super) words: Option<String>,
    pub(super) hint: &'static str,
}

/// Choices under one heading; the first group of a list has none.
pub(super) struct Group {
    pub(super) label: String,
    pub(super) choices: Vec<Choice>,
}

/// One choice.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) is_chosen: bool,
}

impl SayForm {
    /// The form as it was filled in.
    pub(super) fn of(typed: &Typed, refusal: Option<Refusal>, choices: &Choices<'_>) -> Self {
        let purpose = about_named(&typed.about).and_then(|about| about.purpose);
        let text = choices.texts.iter().find(|text| Some(text.purpose) == purpose);
        let versions = choices.texts.iter();
        let versions = versions.map(|text| format!("{}={}", text.purpose.word(), text.version));
        let answer = |word: &str| typed.answer == word;
        Self {
            title: format!("Record what {} said", choices.customer),
            about_error: beside(refusal.as_ref(), "about"),
            to_error: beside(refusal.as_ref(), "to"),
            answer_error: beside(refusal.as_ref(), "answer"),
            channel_error: beside(refusal.as_ref(), "channel"),
            refusal,
            about: abouts(&typed.about),
            own: choices.own.cloned(),
            to: if choices.own.is_some() { Vec::new() } else { choices.recipients(&typed.to) },
            answers: [
                ("yes", "check", "Yes", answer("yes")),
                ("no", "x", "No", answer("no")),
                ("unsaid", "undo", "Takes it back", answer("unsaid")),
            ],
            channels: channels(&typed.channel),
            texts: versions.collect::<Vec<_>>().join(","),
            words: text.map(|text| text.words.clone()),
            hint: match purpose {
                Some(_) => "Read the words out before you record a yes.",
                None => "For a purpose, read out the words in the table before you record a yes.",
            },
        }
    }
}

fn abouts(chosen: &str) -> Vec<Group> {
    let choice = |about: About, label: String| {
        let value = about_word(&about);
        Choice { is_chosen: value == chosen, value, label }
    };
    let purpose = |purpose: Purpose| {
        let about = About { purpose: Some(purpose), ..About::default() };
        choice(about, purpose_label(purpose).to_owned())
    };
    let class = |class: Class| {
        let about = About { class: Some(class), ..About::default() };
        choice(about, words::sentence(class_label(class)))
    };
    let everything = choice(About::default(), "Everything".to_owned());
    vec![
        Group { label: String::new(), choices: vec![everything] },
        Group {
            label: "Being shown for a purpose".to_owned(),
            choices: Purpose::ALL.map(purpose).into(),
        },
        Group { label: "Showing a kind of data".to_owned(), choices: Class::ALL.map(class).into() },
    ]
}

impl Choices<'_> {
    fn recipients(&self, chosen: &str) -> Vec<Group> {
        let choice = |id: &OrganisationId| {
            let value = id.to_string();
            let label = self.organisations.get(id).cloned().unwrap_or_default();
            Choice { is_chosen: value == chosen, value, label }
        };
        let sorted = |ids: &[OrganisationId]| {
            let mut choices: Vec<Choice> = ids.iter().map(choice).collect();
            choices.sort_by(|a, b| a.label.cmp(&b.label));
            choices
        };
        let everybody = Choice {
            value: "everybody".to_owned(),
            label: "Every partner".to_owned(),
            is_chosen: matches!(chosen, "" | "everybody"),
        };
        let groups = [
            (String::new(), vec![everybody]),
            (format!("Who serve {}", self.customer), sorted(self.serving)),
            ("Other partners".to_owned(), sorted(self.others)),
        ];
        let groups = groups.into_iter().filter(|(_, choices)| !choices.is_empty());
        groups.map(|(label, choices)| Group { label, choices }).collect()
    }
}

/// By which ways a customer says something to a person.
fn channels(chosen: &str) -> Vec<Choice> {
    let ways = [Channel::Phone, Channel::InPerson, Channel::Mail, Channel::Web].into_iter();
    let choice = |channel: Channel| Choice {
        value: channel.word().to_owned(),
        label: words::sentence(channel_words(channel)),
        is_chosen: channel.word() == chosen,
    };
    ways.map(choice).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn typed(about: &str, to: &str, answer: &str, channel: &str) -> Typed {
        let [about, to, answer, channel] = [about, to, answer, channel].map(str::to_owned);
        Typed { about, to, answer, channel, texts: "service=1,offers=2".to_owned() }
    }

    #[test]
    fn what_is_chosen_is_read() {
        let given = typed("offers", "everybody", "no", "phone").checked(None).unwrap();
        assert_eq!((given.allowed, given.text_version), (Some(false), Some(2)));
        assert_eq!(given.about, About { purpose: Some(Purpose::Offers), ..About::default() });
        let (own, other) = (OrganisationId::random(), OrganisationId::random().to_string());
        let given = typed("data-contact", &other, "unsaid", "web").checked(Some(own)).unwrap();
        assert!(given.is_taken_back());
        assert_eq!(given.about.organisation, Some(own), "a partner speaks of itself");
        assert_eq!(given.about.class, Some(Class::Contact));
        let given = typed("research", &other, "yes", "web").checked(None).unwrap();
        assert_eq!(given.text_version, None, "the page had no text of it");
        assert_eq!(given.about.organisation.unwrap().to_string(), other);
    }

    #[test]
    fn all_that_is_missing_is_said_at_once() {
        let failure = typed("data-all", "nobody", "perhaps", "").checked(None).unwrap_err();
        let Failure::Invalid(problems) = failure else { panic!("{failure}") };
        let fields: Vec<_> = problems.fields.iter().map(|problem| &*problem.field).collect();
        assert_eq!(fields, ["about", "to", "answer", "channel"]);
    }

    #[test]
    fn every_thing_can_be_chosen_and_is_named_alike_everywhere() {
        let values = abouts("").into_iter().flat_map(|group| group.choices);
        let values: Vec<String> = values.map(|choice| choice.value).collect();
        assert_eq!(values.len(), 1 + Purpose::ALL.len() + Class::ALL.len());
        for value in values {
            assert_eq!(about_word(&about_named(&value).unwrap()), value);
        }
    }
}
