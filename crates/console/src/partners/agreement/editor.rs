//! The page on which an agreement is written.

use askama::Template;
use axum::{extract::State, http::Uri, response::Response};
use handfast_kit::{Day, OrganisationId};
use handfast_record::{
    agreements::{self, Draft, GUEST_HOURS_MAX, Guests},
    organisations::Kind,
    sharing::{Grant, Level},
};
use handfast_web::{App, Failure, Frame, Path, Viewer};

use super::{
    Known, cells,
    form::{self, Do, Start, Typed},
};
use crate::{
    forms::{Refusal, beside, reply},
    partners::words as partner_words,
};

#[derive(Template)]
#[template(path = "partner_agreement_new.html")]
struct EditorPage {
    frame: Frame,
    path: String,
    name: String,
    brand: String,
    /// The number of the agreement in force, if there is one.
    in_force: Option<i64>,
    version: i64,
    refusal: Option<Refusal>,
    signed: String,
    signed_error: Option<String>,
    today: String,
    kinds: Vec<Tick>,
    starts: Vec<Choice>,
    territory: String,
    territory_error: Option<String>,
    rows: Vec<RowFace>,
    rows_error: Option<String>,
    ties: Vec<cells::TieFace>,
    classes: Vec<cells::ClassRow>,
    guests: Vec<Choice>,
    guest_hours: String,
    guest_hours_max: i64,
    hours_error: Option<String>,
    note: String,
    note_error: Option<String>,
}

struct Tick {
    field: String,
    label: &'static str,
    does: &'static str,
    is_chosen: bool,
}

pub(super) struct Choice {
    pub(super) value: &'static str,
    pub(super) label: String,
    pub(super) is_chosen: bool,
}

/// One occasion of who does what.
struct RowFace {
    at: usize,
    number: usize,
    texts: [Text; 3],
    has_focus: bool,
}

struct Text {
    id: String,
    label: String,
    value: String,
    error: Option<String>,
}

/// What a page with the form says besides what was typed.
#[derive(Default)]
pub(super) struct Said {
    pub(super) refusal: Option<Refusal>,
    /// The occasion or line that was just added: the focus goes there.
    pub(super) added: Option<Do>,
}

pub(super) async fn show(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<OrganisationId>,
) -> Result<Response, Failure> {
    let known = super::known(&app, &viewer, id).await?;
    let typed = begun(&known, viewer.zone.day_of(app.clock.now()));
    page(&app, &viewer, &uri, &known, (&typed, Said::default()))
}

/// The form as it is first shown: the last version again, or what is usual.
fn begun(known: &Known, today: Day) -> Typed {
    let draft = match &known.last {
        Some(last) => Draft { signed: today, ..last.clone().into() },
        None => Draft {
            territory: form::places(&known.partner.territory),
            ..agreements::preset(&known.partner.kinds, today)
        },
    };
    Typed::of(&draft, known.version())
}

/// Does what a button of the form asks, but for the preview.
pub(super) fn change(typed: &mut Typed, known: &Known, asked: Do) {
    match asked {
        Do::AddRow => typed.rows.push(agreements::Responsibility {
            when: String::new(),
            theirs: String::new(),
            ours: String::new(),
        }),
        Do::DropRow(row) if row < typed.rows.len() => {
            typed.rows.remove(row);
        }
        Do::AddLine(tie, class) => {
            let same = |grant: &Grant| (grant.tie, grant.class) == (tie, class);
            let grant = Grant { tie, class, level: Level::None, from_tie: false, purpose: None };
            match typed.grants.iter().rposition(same) {
                Some(last) => typed.grants.insert(last + 1, grant),
                None => typed.grants.push(grant),
            }
            typed.at = tie;
        }
        Do::Fill(start) => fill(typed, known, start),
        Do::DropRow(_) | Do::Edit | Do::Preview => {}
    }
}

/// Puts what is usual in the place of what is there. What no preset knows stays: the day, the
/// places, the note, and the version that was seen.
fn fill(typed: &mut Typed, known: &Known, start: Start) {
    // What is usual does not depend on the day, which is kept as it was typed.
    let usual = |kinds: &[Kind]| agreements::preset(kinds, Day::default());
    let draft = match start {
        Start::Last => known.last.clone().map_or_else(|| usual(&[]), Draft::from),
        Start::Ticked => usual(&typed.kinds),
        Start::Kind(kind) => usual(&[kind]),
        Start::Empty => Draft { kinds: typed.kinds.clone(), ..usual(&[]) },
    };
    let keeps_texts = start != Start::Last;
    let fresh = Typed::of(&draft, typed.version);
    *typed = Typed {
        signed: std::mem::take(&mut typed.signed),
        territory: if keeps_texts { std::mem::take(&mut typed.territory) } else { fresh.territory },
        note: if keeps_texts { std::mem::take(&mut typed.note) } else { fresh.note },
        ..fresh
    };
}

/// The page with the form.
pub(super) fn page(
    app: &App,
    viewer: &Viewer,
    uri: &Uri,
    known: &Known,
    (typed, said): (&Typed, Said),
) -> Result<Response, Failure> {
    let today = viewer.zone.day_of(app.clock.now());
    let answer = reply(said.refusal.as_ref());
    answer.with(&EditorPage::of((viewer, uri, today), known, typed, said))
}

/// The refusal of a form because somebody else was first.
pub(super) fn overtaken(name: &str, version: i64) -> Result<Refusal, Failure> {
    let text = format!(
        "Somebody changed the agreement with {name} while you wrote: version {version} is the last \
         now. Nothing was saved, and what you wrote is still below. Read that version first, then \
         see again what yours would change."
    );
    Refusal::of("The agreement was not signed", Failure::Conflict(text))
}

impl EditorPage {
    fn of(
        (viewer, uri, today): (&Viewer, &Uri, Day),
        known: &Known,
        typed: &Typed,
        said: Said,
    ) -> Self {
        let error = |field: &str| beside(said.refusal.as_ref(), field);
        let title =
            if known.last.is_some() { "Change the agreement" } else { "Write the agreement" };
        Self {
            frame: known
                .frame(viewer, uri, title)
                .below("Agreement", format!("{}/agreement", known.path())),
            path: known.path(),
            name: known.partner.name.clone(),
            brand: viewer.network_name.clone(),
            in_force: known.in_force().map(|agreement| agreement.version),
            version: typed.version,
            signed: typed.signed.clone(),
            signed_error: error("signed"),
            today: today.to_string(),
            kinds: Kind::ALL.map(|kind| tick(kind, typed)).into(),
            starts: starts(known),
            territory: typed.territory.clone(),
            territory_error: error("territory"),
            rows: rows(known, viewer, typed, &said),
            rows_error: error("responsibilities"),
            ties: cells::ties(typed),
            classes: cells::rows(typed, &said),
            guests: Guests::ALL.map(|guests| guests_choice(guests, typed)).into(),
            guest_hours: typed.guest_hours.clone(),
            guest_hours_max: GUEST_HOURS_MAX,
            hours_error: error("guest_hours"),
            note: typed.note.clone(),
            note_error: error("note"),
            refusal: said.refusal,
        }
    }
}

fn tick(kind: Kind, typed: &Typed) -> Tick {
    Tick {
        field: form::kind_field(kind),
        label: partner_words::kind(kind),
        does: partner_words::does(kind),
        is_chosen: typed.kinds.contains(&kind),
    }
}

fn starts(known: &Known) -> Vec<Choice> {
    let choice = |start: Start, label: String| Choice {
        value: start.word(),
        label,
        is_chosen: start == Start::Ticked,
    };
    let mut starts = vec![choice(Start::Ticked, "What is usual for what is ticked".to_owned())];
    let usual = |kind: Kind| {
        let noun = kind.noun();
        let article = if noun.starts_with(['a', 'i']) { "an" } else { "a" };
        choice(Start::Kind(kind), format!("What is usual for {article} {noun}"))
    };
    starts.extend(Kind::ALL.map(usual));
    starts.extend(
        known.last.as_ref().map(|last| {
            choice(Start::Last, format!("Agreement {}, as it is signed", last.version))
        }),
    );
    starts.push(choice(Start::Empty, "An empty page".to_owned()));
    starts
}

fn rows(known: &Known, viewer: &Viewer, typed: &Typed, said: &Said) -> Vec<RowFace> {
    let text = |row: usize, text: &str, label: &str, value: &str| {
        let id = form::row_field(row, text);
        Text {
            error: beside(said.refusal.as_ref(), &id),
            label: label.to_owned(),
            value: value.to_owned(),
            id,
        }
    };
    let (theirs, ours) = (&known.partner.name, &viewer.network_name);
    let last = typed.rows.len().saturating_sub(1);
    let rows = typed.rows.iter().enumerate();
    rows.map(|(at, row)| RowFace {
        at,
        number: at + 1,
        texts: [
            text(at, "when", "When", &row.when),
            text(at, "theirs", theirs, &row.theirs),
            text(at, "ours", ours, &row.ours),
        ],
        has_focus: at == last && said.added == Some(Do::AddRow),
    })
    .collect()
}

fn guests_choice(guests: Guests, typed: &Typed) -> Choice {
    let label = match guests {
        Guests::Open => "At once, with the customer’s phone number, email address or order number",
        Guests::Asked => "Only when the customer confirms by a code or a link",
    };
    let (value, is_chosen) = (guests.word(), guests == typed.guests);
    Choice { value, label: label.to_owned(), is_chosen }
}
