//! Who sees what, in words.

use std::cmp::Reverse;

use axum::http::Uri;
use handfast_kit::{Day, OrganisationId, TimeMs, Uuid};
use handfast_record::{
    sharing::{Class, Entry, Level, Outline, Verdict},
    touches::Audience,
};
use handfast_web::{Frame, Nav, Viewer};

use super::{
    super::{
        sentences::Badge,
        who::{self, Organisation},
    },
    ClassRow, Matrix, MatrixRow, ReaderRow, SightPage,
    reading::{Reader, Seen, Subject},
};
use crate::{
    reasons::{self, Ground},
    words,
};

/// Who reads the page, and when.
pub(super) struct Telling<'a> {
    pub(super) viewer: &'a Viewer,
    pub(super) seen: &'a Seen,
    pub(super) today: Day,
}

impl Telling<'_> {
    pub(super) fn page(&self, uri: &Uri) -> SightPage {
        let path = format!("/customers/{}", self.seen.customer);
        let is_brand = self.viewer.is_brand();
        let is_all = matches!(self.seen.subject, Subject::Everything);
        let customer = words::sentence(&self.seen.name);
        let frame = Frame::of(self.viewer, uri, Nav::Customers, "Who sees what")
            .below("Customers", "/customers")
            .below(customer, path.clone());
        SightPage {
            frame,
            title: self.title(),
            lede: self.lede(),
            readers: if is_all { Vec::new() } else { self.readers() },
            classes: if is_all && !is_brand { self.classes() } else { Vec::new() },
            matrix: (is_all && is_brand && !self.seen.readers.is_empty()).then(|| self.matrix()),
            others: self.others(),
            agreement: self
                .seen
                .readers
                .first()
                .filter(|_| is_all && !is_brand)
                .and_then(|reader| self.agreement(reader)),
            whole: (!is_all).then(|| format!("{path}/sight")),
        }
    }

    fn title(&self) -> String {
        let name = &self.seen.name;
        match (&self.seen.subject, self.viewer.is_brand()) {
            (Subject::Touch(..), true) => "Who can see this entry, and why".to_owned(),
            (Subject::Touch(..), false) => "Why you see this entry".to_owned(),
            (Subject::Class(class), true) => {
                format!("Who can see {} {}, and why", who::possessive(name), reasons::class(*class))
            }
            (Subject::Class(class), false) => {
                format!("What you see of {} {}", who::possessive(name), reasons::class(*class))
            }
            (Subject::Everything, true) => format!("Who sees what of {name}, and why"),
            (Subject::Everything, false) => format!("What you see of {name}, and why"),
        }
    }

    fn lede(&self) -> String {
        match &self.seen.subject {
            Subject::Touch(touch, _) => {
                let day = words::heading(self.viewer.zone.day_of(touch.at), self.today);
                let time = words::clock_time(touch.at, &self.viewer.zone);
                format!("{day}, {time}. {}", touch.summary)
            }
            Subject::Everything if !self.viewer.is_brand() => self.between(),
            _ => format!(
                "As agreements, ties and the word of {} stand now. {} sees everything.",
                self.seen.name, self.viewer.network_name
            ),
        }
    }

    /// What is between the customer and the partner who reads.
    fn between(&self) -> String {
        let Some(reader) = self.seen.readers.first() else { return String::new() };
        let ground = self.ground(reader);
        let held = reader.sight.held();
        let held = held.map(|held| format!("{}.", words::sentence(&ground.held(held))));
        let own = "What your own people wrote you always see.".to_owned();
        held.chain([own]).collect::<Vec<_>>().join(" ")
    }

    fn ground<'a>(&'a self, reader: &'a Reader) -> Ground<'a> {
        Ground {
            partner: self.viewer.is_brand().then_some(&*reader.name),
            customer: &self.seen.name,
            brand: &self.viewer.network_name,
            signed: reader.signed,
            zone: &self.viewer.zone,
            today: self.today,
        }
    }

    /// The brand, and each partner with what it sees: those who see most first.
    fn readers(&self) -> Vec<ReaderRow> {
        let brand = self.brand();
        let verdict = |reader: &&Reader| Reverse(self.verdict(reader).level);
        let mut partners: Vec<&Reader> = self.seen.readers.iter().collect();
        partners.sort_by_key(verdict);
        let partners = partners.into_iter().map(|reader| self.reader(reader));
        if self.viewer.is_brand() {
            [brand].into_iter().chain(partners).collect()
        } else {
            partners.chain([brand]).collect()
        }
    }

    fn brand(&self) -> ReaderRow {
        ReaderRow {
            organisation: Organisation { name: self.viewer.network_name.clone(), kind: "us" },
            level: badge(Level::Full),
            why: format!("{} looks after everybody in the network.", self.viewer.network_name),
            ties: Vec::new(),
            agreement: None,
            ties_href: None,
        }
    }

    fn reader(&self, reader: &Reader) -> ReaderRow {
        let ground = self.ground(reader);
        let verdict = self.verdict(reader);
        let why = match &self.seen.subject {
            Subject::Class(class) => outlined(reader.sight.outline(*class), reader, &ground),
            _ => ground.because(verdict),
        };
        let is_brand = self.viewer.is_brand();
        let held = reader.sight.held().map(|held| {
            let said = if is_brand { ground.held_by_it(held) } else { ground.held(held) };
            words::sentence(&said)
        });
        ReaderRow {
            organisation: Organisation { name: reader.name.clone(), kind: "" },
            level: badge(verdict.level),
            why,
            ties: held.map(|held| format!("{held}.")).collect(),
            agreement: self.agreement(reader),
            ties_href: Some(format!("/customers/{}/ties", self.seen.customer)),
        }
    }

    /// Where the agreement in force is, and what it is called.
    fn agreement(&self, reader: &Reader) -> Option<(String, String)> {
        reader.signed?;
        let called = words::sentence(&self.ground(reader).agreement());
        Some((format!("/partners/{}/agreement", reader.id), called))
    }

    fn verdict(&self, reader: &Reader) -> Verdict {
        match &self.seen.subject {
            Subject::Touch(touch, named) => {
                let nobody = OrganisationId::from_uuid(Uuid::nil());
                let audience = match touch.audience {
                    Audience::Shared => None,
                    Audience::Own => Some(&[][..]),
                    Audience::Named => Some(named.as_slice()),
                };
                let author = touch.organisation.id().unwrap_or(nobody);
                let entry = Entry { author, audience, at: touch.at };
                reader.sight.why(touch.class, Some(&entry))
            }
            Subject::Class(class) => reader.sight.outline(*class).verdict,
            Subject::Everything => reader.sight.outline(Class::Identity).verdict,
        }
    }

    /// Each class as the partner who reads sees it.
    fn classes(&self) -> Vec<ClassRow> {
        let Some(reader) = self.seen.readers.first() else { return Vec::new() };
        let ground = self.ground(reader);
        let row = |class: Class| {
            let outline = reader.sight.outline(class);
            ClassRow {
                name: words::sentence(reasons::class(class)),
                level: badge(outline.verdict.level),
                why: outlined(outline, reader, &ground),
            }
        };
        Class::ALL.map(row).into()
    }

    fn matrix(&self) -> Matrix {
        let path = format!("/customers/{}", self.seen.customer);
        let row = |class: Class| {
            let cell = |reader: &Reader| badge(reader.sight.outline(class).verdict.level);
            MatrixRow {
                name: words::sentence(reasons::class(class)),
                href: format!("{path}/sight?class={}", class.word()),
                cells: self.seen.readers.iter().map(cell).collect(),
            }
        };
        let partner = |reader: &Reader| (reader.name.clone(), format!("{path}?as={}", reader.id));
        Matrix {
            partners: self.seen.readers.iter().map(partner).collect(),
            rows: Class::ALL.map(row).into(),
        }
    }

    fn others(&self) -> String {
        let name = &self.seen.name;
        match (self.viewer.is_brand(), self.seen.others) {
            (true, 0) => String::new(),
            (true, others) if self.seen.readers.is_empty() => {
                let none = words::counted(others, "partner has", "partners have");
                format!("{none} no tie to {name}, and none sees anything.")
            }
            (true, 1) => format!("1 other partner has no tie to {name}, and sees nothing."),
            (true, others) => {
                let others = words::number(others);
                format!("{others} other partners have no tie to {name}, and see nothing.")
            }
            (false, _) => {
                format!("{} and {name} can see what others see.", self.viewer.network_name)
            }
        }
    }
}

/// Why a class is shown or hidden, since when and until when.
fn outlined(outline: Outline, reader: &Reader, ground: &Ground<'_>) -> String {
    let because = ground.because(outline.verdict);
    let can = match outline.verdict.level {
        Level::None => format!(" {}", ground.who_can(outline.verdict.reason)),
        _ => String::new(),
    };
    let until = outline.until.and_then(|until| ground.until(until));
    let until = until.map_or(String::new(), |until| format!(" {}.", words::sentence(&until)));
    let older = reader.sight.why_older(&outline).map_or(String::new(), |_| {
        let since = outline.since.unwrap_or(TimeMs(0));
        format!(" Only from {} on.", words::date(ground.zone.day_of(since), ground.today))
    });
    format!("{because}{can}{until}{older}").trim_end().to_owned()
}

fn badge(level: Level) -> Badge {
    let (tone, icon, word) = reasons::level(level);
    Badge { tone, icon, word: word.to_owned() }
}
