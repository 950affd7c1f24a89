//! What a customer said of being shown, and freezing, told in a sentence.

use handfast_kit::OrganisationId;
use handfast_record::{
    sharing::{Class, Purpose},
    touches::{Body, Channel, Touch, channel_words},
};

use super::{Part, Telling, Told, badge, text};

impl Telling<'_> {
    /// The sentence of a touch of one of these kinds; none for others.
    pub(super) fn consent(&self, touch: &Touch, body: &Body) -> Option<Told> {
        let told = match body {
            Body::ConsentSaid { purpose, recipient, class, allowed, text_version, by_channel } => {
                let (said, answer) = if *allowed {
                    ("said yes to", badge("ok", "check", "Yes".to_owned()))
                } else {
                    ("said no to", badge("", "x", "No".to_owned()))
                };
                let heard = self.heard(touch, *by_channel);
                let version = match text_version {
                    0 => String::new(),
                    version => format!(" Version {version} of the text."),
                };
                self.word(said, &about(*purpose, *class), *recipient)
                    .badge(Some(answer))
                    .more(format!("{heard}{version}"))
            }
            Body::ConsentTakenBack { purpose, recipient, class } => {
                let channel = Channel::named(&touch.channel).unwrap_or(Channel::Internal);
                self.word("took back the word on", &about(*purpose, *class), *recipient)
                    .more(self.heard(touch, channel))
            }
            Body::ConsentTextPublished { words, .. } => {
                self.did("note", touch, "published what customers are asked").more(words)
            }
            Body::Frozen { why } => self.did("lock", touch, "froze the record").more(why),
            Body::Released {} => self.did("undo", touch, "released the record"),
            _ => return None,
        };
        Some(told)
    }

    fn did(&self, icon: &'static str, touch: &Touch, what: &str) -> Told {
        let mut parts = self.writer(touch);
        parts.push(text(what));
        Told::new(icon, parts)
    }

    /// `Maya said yes to offers from Spoke & Chain`.
    fn word(&self, said: &str, about: &str, recipient: Option<OrganisationId>) -> Told {
        let mut parts = vec![self.customer(), text(format!("{said} {about}, for"))];
        parts.push(match recipient {
            Some(named) => Part::Organisation(self.names.organisation(named)),
            None => text("every partner"),
        });
        Told::new("shield", parts)
    }

    fn heard(&self, touch: &Touch, channel: Channel) -> String {
        let organisation = self.names.who(&touch.organisation).name;
        let person = self.names.person(touch.person).map(|name| format!("{name}, "));
        let way = crate::words::sentence(channel_words(channel));
        format!("{way}, to {}{organisation}.", person.unwrap_or_default())
    }
}

fn about(purpose: Option<Purpose>, class: Option<Class>) -> String {
    match (purpose, class) {
        (Some(purpose), _) => purpose.word().to_owned(),
        (None, Some(class)) => format!("showing {} data", class.word()),
        (None, None) => "being shown at all".to_owned(),
    }
}
