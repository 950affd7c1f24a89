//! One version of an agreement, to be read and printed: all that it says, in plain words, and what
//! was different in the one before.

use askama::Template;
use axum::{extract::State, http::Uri, response::Response};
use handfast_db::{Cx, Fault};
use handfast_kit::OrganisationId;
use handfast_record::{
    agreements::{self, Agreement, Draft, Responsibility},
    people,
    sharing::{Class, Grant, Level},
};
use handfast_web::{App, Failure, Frame, Path, Role, Viewer, html};

use super::{
    Known,
    changes::{self, Change},
    long_date,
    matrix::{self, Detail, Matrix},
    words,
};
use crate::{partners::words as partner_words, words as common};

/// How many versions are listed.
const VERSIONS_MAX: usize = 50;
const UNLISTED: &str = "The oldest are not listed. They stay readable under their numbers.";

#[derive(Template)]
#[template(path = "partner_agreement.html")]
struct AgreementPage {
    frame: Frame,
    path: String,
    name: String,
    brand: String,
    is_own: bool,
    /// Whether this is the one in force, and the viewer may change it.
    may_change: bool,
    /// Whether none is in force, and the viewer may write one.
    may_write: bool,
    shown: Option<Shown>,
    versions: Vec<Row>,
    /// What is said of versions that are not listed.
    unlisted: Option<&'static str>,
}

/// All that one version says.
struct Shown {
    title: String,
    about: String,
    /// What became of it, if it is not in force: since when, and where to look instead.
    past: Option<String>,
    facts: Vec<(&'static str, String)>,
    rows: Vec<Responsibility>,
    matrix: Matrix,
    clauses: Vec<Clause>,
    note: String,
    /// The number of the version before, and what is different.
    before: Option<(i64, Vec<Change>)>,
}

/// What is shown of customers with one tie.
struct Clause {
    of: String,
    lines: Vec<String>,
}

/// One version in the list.
struct Row {
    title: String,
    about: String,
    href: String,
    is_shown: bool,
}

/// What is read for the page.
struct Seen {
    known: Known,
    shown: Option<Agreement>,
    before: Option<Agreement>,
    after: Option<Agreement>,
    versions: Vec<Agreement>,
    has_more: bool,
    author: Option<String>,
}

pub(super) async fn show(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<OrganisationId>,
) -> Result<Response, Failure> {
    answer(&app, &viewer, &uri, id, None).await
}

pub(super) async fn show_version(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path((id, version)): Path<(OrganisationId, i64)>,
) -> Result<Response, Failure> {
    answer(&app, &viewer, &uri, id, Some(version)).await
}

async fn answer(
    app: &App,
    viewer: &Viewer,
    uri: &Uri,
    id: OrganisationId,
    version: Option<i64>,
) -> Result<Response, Failure> {
    let asking = viewer.clone();
    let seen = app.read(move |cx| read(cx, &asking, id, version)).await?;
    let seen = seen.ok_or(Failure::NotFound)?;
    html(&AgreementPage::of(viewer, uri, &seen))
}

/// The version that is asked for, or the last; none if there is no such partner or version.
fn read(
    cx: &mut Cx<'_>,
    viewer: &Viewer,
    id: OrganisationId,
    version: Option<i64>,
) -> Result<Option<Seen>, Fault> {
    let Some(known) = Known::read(cx, viewer, id)? else { return Ok(None) };
    let network = viewer.network;
    let shown = match version {
        None => known.last.clone(),
        Some(version) => {
            let found = agreements::version(cx, network, id, version)?;
            if found.is_none() {
                return Ok(None);
            }
            found
        }
    };
    let mut beside = |by: i64| match &shown {
        None => Ok(None),
        Some(shown) => agreements::version(cx, network, id, shown.version + by),
    };
    let (before, after) = (beside(-1)?, beside(1)?);
    let versions = agreements::versions(cx, network, id, None, VERSIONS_MAX)?;
    let author = match shown.as_ref().and_then(|shown| shown.person) {
        Some(person) => people::person(cx, person)?.map(|person| person.name),
        None => None,
    };
    Ok(Some(Seen {
        known,
        shown,
        before,
        after,
        has_more: versions.next.is_some(),
        versions: versions.items,
        author,
    }))
}

impl AgreementPage {
    fn of(viewer: &Viewer, uri: &Uri, seen: &Seen) -> Self {
        let known = &seen.known;
        let is_shown = |version: i64| seen.shown.as_ref().is_some_and(|one| one.version == version);
        let may_write = viewer.role == Role::BrandAdmin;
        let title = match &seen.shown {
            Some(shown) => format!("Agreement {}", shown.version),
            None => "Agreement".to_owned(),
        };
        let row = |agreement: &Agreement| Row {
            title: format!("Agreement {}", agreement.version),
            about: common::sentence(&super::signed(agreement)),
            href: format!("{}/agreement/{}", known.path(), agreement.version),
            is_shown: is_shown(agreement.version),
        };
        Self {
            frame: known.frame(viewer, uri, &title),
            path: known.path(),
            name: known.partner.name.clone(),
            brand: viewer.network_name.clone(),
            is_own: !viewer.is_brand(),
            may_change: may_write && known.in_force().is_some_and(|last| is_shown(last.version)),
            may_write: may_write && known.in_force().is_none(),
            shown: seen.shown.as_ref().map(|shown| Shown::of(viewer, seen, shown)),
            versions: seen.versions.iter().map(row).collect(),
            unlisted: seen.has_more.then_some(UNLISTED),
        }
    }
}

impl Shown {
    fn of(viewer: &Viewer, seen: &Seen, agreement: &Agreement) -> Self {
        let name = &seen.known.partner.name;
        let day = |at| long_date(viewer.zone.day_of(at));
        let time = |at| common::clock_time(at, &viewer.zone);
        let by = seen.author.as_ref().map_or(String::new(), |author| format!(" by {author}"));
        let begun = agreement.created;
        let past = match (&seen.after, agreement.ended) {
            (Some(after), _) => Some(format!(
                "Agreement {} took its place on {}.",
                after.version,
                day(after.created)
            )),
            (None, Some(ended)) => Some(format!(
                "It ended on {}, {}. Since then {name} is shown nothing of others.",
                day(ended),
                time(ended)
            )),
            (None, None) => None,
        };
        Self {
            title: format!("Agreement {} with {name}", agreement.version),
            about: format!(
                "{}. Written down{by} on {}, {}, and in force {}.",
                common::sentence(&super::signed(agreement)),
                day(begun),
                time(begun),
                if past.is_some() { "from then on" } else { "since" }
            ),
            past,
            facts: facts(agreement),
            rows: agreement.responsibilities.clone(),
            matrix: Matrix::of(&agreement.grants, &[], Detail::Whole),
            clauses: clauses(name, &agreement.grants),
            note: agreement.note.clone(),
            before: seen.before.as_ref().map(|before| {
                let (was, is) = (Draft::from(before.clone()), Draft::from(agreement.clone()));
                (before.version, changes::between((name, &viewer.network_name), &was, &is))
            }),
        }
    }
}

fn facts(agreement: &Agreement) -> Vec<(&'static str, String)> {
    let kinds = partner_words::kinds(&agreement.kinds);
    let guests = common::sentence(words::guests(agreement.guests));
    let stay = words::hours(agreement.guest_hours);
    let facts = [
        ("Does", kinds),
        ("Works in", agreement.territory.join(", ")),
        ("Guests", format!("{guests}. It may look for {stay}.")),
    ];
    facts.into_iter().filter(|(_, text)| !text.is_empty()).collect()
}

/// What is shown, as sentences, tie by tie.
fn clauses(name: &str, grants: &[Grant]) -> Vec<Clause> {
    let clause = |tie| {
        let mut lines: Vec<(Grant, Vec<Class>)> = Vec::new();
        for class in Class::ALL {
            for grant in matrix::essential(matrix::of(grants, tie, class)) {
                let alike = |(known, _): &&mut (Grant, Vec<Class>)| {
                    (known.level, known.purpose, known.from_tie)
                        == (grant.level, grant.purpose, grant.from_tie)
                };
                match lines.iter_mut().find(alike) {
                    Some((_, classes)) => classes.push(class),
                    None => lines.push((grant, vec![class])),
                }
            }
        }
        lines.sort_by_key(|(grant, _)| std::cmp::Reverse(grant.level));
        Clause {
            of: format!("Of {}, {name} sees", words::customers(tie)),
            lines: lines.iter().map(|(grant, classes)| line(*grant, classes)).collect(),
        }
    };
    matrix::ties_of(grants).map(clause).collect()
}

/// `Purchases and repairs, without the names of other partners, for service`.
fn line(grant: Grant, classes: &[Class]) -> String {
    let how = match grant.level {
        Level::Veiled => ", without the names of other partners",
        Level::Count => ", only how many there are",
        Level::Full | Level::None => "",
    };
    let conditions = words::conditions(grant);
    let joint = if conditions.is_empty() { "" } else { ", " };
    format!("{}{how}{joint}{conditions}", words::classes(classes))
}
