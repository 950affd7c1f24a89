//! Who can see something of a customer, and why: one entry, one class, or all of it.

use std::cmp::Reverse;

use askama::Template;
use axum::{
    extract::State,
    http::{Method, Uri},
    response::Response,
};
use handfast_db::{Cx, Fault};
use handfast_kit::{Day, OrganisationId, TimeMs, Uuid};
use handfast_record::{
    CustomerId, TouchId, agreements, customers, organisations,
    sharing::{self, Class, Entry, Lens, Level, Outline, Sight, Verdict, looks::Occasion},
    touches::{self, Audience, Touch},
};
use handfast_web::{
    Access, App, Failure, Frame, Nav, Path, Query, Route, Viewer, html, page, see_other,
};
use serde::Deserialize;

use super::{
    seen,
    sentences::Badge,
    who::{self, Organisation},
};
use crate::{
    reasons::{self, Ground},
    words,
};

/// Of how many partners it is told what they see.
const PARTNERS_MAX: usize = 60;

pub(super) fn routes() -> Vec<Route> {
    vec![page(Method::GET, "/customers/{id}/sight", Access::Member, show)]
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Asked {
    touch: Option<TouchId>,
    class: Option<String>,
}

#[derive(Template)]
#[template(path = "customer_sight.html")]
struct SightPage {
    frame: Frame,
    title: String,
    lede: String,
    /// Whoever sees something, or could.
    readers: Vec<ReaderRow>,
    /// For a partner: each class as it sees it.
    classes: Vec<ClassRow>,
    /// For the brand: each class as its partners see it.
    matrix: Option<Matrix>,
    others: String,
    whole: Option<String>,
}

/// What one organisation sees, and why.
struct ReaderRow {
    organisation: Organisation,
    level: Badge,
    why: String,
    /// What is between it and the customer.
    ties: Vec<String>,
    agreement: Option<(String, String)>,
    ties_href: Option<String>,
}

struct ClassRow {
    name: String,
    level: Badge,
    why: String,
}

struct Matrix {
    partners: Vec<(String, String)>,
    rows: Vec<MatrixRow>,
}

struct MatrixRow {
    name: String,
    href: String,
    cells: Vec<Badge>,
}

/// What the page is about.
enum Subject {
    Touch(Box<Touch>, Vec<OrganisationId>),
    Class(Class),
    Everything,
}

/// What one partner sees, unworded.
struct Reader {
    id: OrganisationId,
    name: String,
    signed: Option<Day>,
    sight: Sight,
}

struct Seen {
    customer: CustomerId,
    name: String,
    subject: Subject,
    readers: Vec<Reader>,
    /// How many partners have no tie.
    others: i64,
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<CustomerId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let own = viewer.organisation_name.clone();
    let seen = sharing::read(&app, &viewer, Occasion::of("customer"), move |cx, lens| {
        read(cx, lens, id, &asked, own)
    });
    let seen = seen.await?.ok_or(Failure::NotFound)?;
    if seen.customer != id {
        return Ok(see_other(&format!("/customers/{}/sight", seen.customer)));
    }
    let today = viewer.zone.day_of(app.clock.now());
    html(&Telling { viewer: &viewer, seen: &seen, today }.page(&uri))
}

fn read(
    cx: &mut Cx<'_>,
    lens: &Lens,
    id: CustomerId,
    asked: &Asked,
    own: String,
) -> Result<Option<Seen>, Fault> {
    let Some(customer) = customers::find(cx, lens, id)? else { return Ok(None) };
    let (id, network) = (customer.id, lens.network());
    let subject = match (asked.touch, &asked.class) {
        (Some(touch), _) => {
            let touch = touches::find(cx, lens, touch)?;
            let Some(touch) = touch.filter(|touch| touch.subject == id.as_kind()) else {
                return Ok(None);
            };
            let named = touches::named(cx, lens, &touch)?;
            Subject::Touch(Box::new(touch), named)
        }
        (None, Some(word)) => match Class::named(word) {
            Some(class) => Subject::Class(class),
            None => return Ok(None),
        },
        (None, None) => Subject::Everything,
    };
    let name = who::short_name(&customer);
    let signed = |cx: &mut Cx<'_>, id| -> Result<Option<Day>, Fault> {
        Ok(agreements::in_force(cx, network, id)?.map(|agreement| agreement.signed))
    };
    if !lens.is_whole() {
        let id = lens.organisation();
        let reader = Reader { id, name: own, signed: signed(cx, id)?, sight: customer.sight };
        let (customer, readers) = (customer.id, vec![reader]);
        return Ok(Some(Seen { customer, name, subject, readers, others: 0 }));
    }
    let tied = seen::tied(cx, lens, id)?;
    let names = organisations::names(cx, network, tied.iter().copied())?;
    let others = organisations::partner_count(cx, network)? - tied.len() as i64;
    let mut readers = Vec::new();
    for id in tied.into_iter().take(PARTNERS_MAX) {
        let sight = Lens::of_partner(cx, network, id, lens.now())?.sight(cx, customer.id)?;
        let name = names.get(&id).cloned().unwrap_or_default();
        readers.push(Reader { id, name, signed: signed(cx, id)?, sight });
    }
    readers.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Some(Seen { customer: id, name, subject, readers, others }))
}

/// Who reads the page, and when.
struct Telling<'a> {
    viewer: &'a Viewer,
    seen: &'a Seen,
    today: Day,
}

impl Telling<'_> {
    fn page(&self, uri: &Uri) -> SightPage {
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
            readers: if is_all && is_brand { Vec::new() } else { self.readers() },
            classes: if is_all && !is_brand { self.classes() } else { Vec::new() },
            matrix: (is_all && is_brand && !self.seen.readers.is_empty()).then(|| self.matrix()),
            others: self.others(),
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
            _ => format!(
                "As agreements, ties and the word of {} stand now. {} sees everything.",
                self.seen.name, self.viewer.network_name
            ),
        }
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
        let held = reader.sight.held().map(|held| words::sentence(&ground.held(held)));
        let agreement = words::sentence(&ground.agreement());
        let has_agreement = reader.signed.is_some();
        ReaderRow {
            organisation: Organisation { name: reader.name.clone(), kind: "" },
            level: badge(verdict.level),
            why,
            ties: held.map(|held| format!("{held}.")).collect(),
            agreement: has_agreement
                .then(|| (format!("/partners/{}/agreement", reader.id), agreement)),
            ties_href: Some(format!("/customers/{}/ties", self.seen.customer)),
        }
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
            (false, _) => format!(
                "What other partners see is told by {}, and to {name}.",
                self.viewer.network_name
            ),
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
