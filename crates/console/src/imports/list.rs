//! The list of imports, and the form that brings a file in.

use std::collections::HashMap;

use askama::Template;
use axum::{extract::State, http::Uri, response::Response};
use handfast_db::Fault;
use handfast_intake::imports::{self, Import, ImportId};
use handfast_kit::{Cursor, Page, PersonId, TimeMs};
use handfast_record::people;
use handfast_web::{App, Failure, Flash, Frame, Nav, Query, Viewer};
use serde::Deserialize;

use super::words::{self, Badge, Choice};
use crate::forms::{Refusal, beside, reply};

/// How many imports one page shows.
const PAGE_LEN: usize = 30;

pub(super) const DISCARDED: Flash =
    Flash::new("discarded", "The file was thrown away. Nothing of it was stored.");

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    after: Option<String>,
}

/// What was chosen beside the file.
#[derive(Debug, Clone, Default)]
pub(super) struct Chosen {
    pub(super) shape: String,
    pub(super) profile: String,
}

#[derive(Template)]
#[template(path = "imports.html")]
struct ImportsPage {
    frame: Frame,
    lede: String,
    form: Option<UploadForm>,
    reads_only: String,
    imports: Vec<ImportRow>,
    /// Whether any of them is being worked on, so that the list looks again by itself.
    is_moving: bool,
    more: Option<String>,
}

struct UploadForm {
    refusal: Option<Refusal>,
    file_error: Option<String>,
    shapes: Vec<Choice>,
    profiles: Vec<Choice>,
}

struct ImportRow {
    id: ImportId,
    file_name: String,
    about: String,
    badge: Badge,
    counts: String,
    percent: Option<u64>,
}

pub(super) async fn show(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    imports_page(&app, &viewer, &uri, asked, &Chosen::default(), None).await
}

/// The page again, because the file that was sent cannot be taken.
pub(super) async fn refuse(
    app: &App,
    viewer: &Viewer,
    chosen: &Chosen,
    refusal: Refusal,
) -> Result<Response, Failure> {
    let uri = Uri::from_static("/imports");
    imports_page(app, viewer, &uri, Asked::default(), chosen, Some(refusal)).await
}

async fn imports_page(
    app: &App,
    viewer: &Viewer,
    uri: &Uri,
    asked: Asked,
    chosen: &Chosen,
    refusal: Option<Refusal>,
) -> Result<Response, Failure> {
    let (who, now) = (viewer.clone(), app.clock.now());
    let after: Option<Cursor> = asked.after.as_deref().and_then(|after| after.parse().ok());
    let is_first = after.is_none();
    let (found, names) = app
        .read(move |cx| {
            let found = imports::list(cx, &who, after.as_ref(), PAGE_LEN)?;
            let names = people::names(cx, found.items.iter().filter_map(|one| one.person))?;
            Ok::<_, Fault>((found, names))
        })
        .await?;
    let reply = reply(refusal.as_ref());
    let own = &viewer.organisation_name;
    let page = ImportsPage {
        frame: Frame::of(viewer, uri, Nav::Imports, "Imports").saying(&[DISCARDED]),
        lede: lede(&found, own, is_first),
        form: viewer.may_write().then(|| UploadForm {
            file_error: beside(refusal.as_ref(), "file"),
            refusal,
            shapes: words::shapes(viewer.side, &chosen.shape),
            profiles: words::profiles(&chosen.profile),
        }),
        reads_only: format!("You read what {own} has brought in. Staff and admins bring files in."),
        is_moving: is_first && found.items.iter().any(is_moving),
        more: found.next.as_ref().map(|next| format!("/imports?after={next}")),
        imports: found.items.iter().map(|one| ImportRow::of(one, viewer, &names, now)).collect(),
    };
    reply.with(&page)
}

fn is_moving(import: &Import) -> bool {
    matches!(import.state, imports::State::Queued | imports::State::Running)
}

fn lede(found: &Page<Import>, own: &str, is_first: bool) -> String {
    let waiting = found.items.iter().filter(|one| one.state == imports::State::Waiting).count();
    match waiting {
        _ if found.items.is_empty() && is_first => {
            format!("Nothing was brought in for {own} yet.")
        }
        0 => format!("What was brought in for {own}, the latest first."),
        1 => "One file waits until somebody says which column is which.".to_owned(),
        n => format!("{n} files wait until somebody says which column is which."),
    }
}

impl ImportRow {
    fn of(
        import: &Import,
        viewer: &Viewer,
        names: &HashMap<PersonId, String>,
        now: TimeMs,
    ) -> Self {
        let what = if import.shape.is_empty() {
            words::size(import.bytes_total)
        } else {
            words::shape_name(&import.shape)
        };
        let by = import.person.and_then(|person| names.get(&person));
        let by = by.map(|name| format!(", by {name}")).unwrap_or_default();
        let when = words::moment(import.created, viewer, now);
        let has_begun = import.started.is_some();
        Self {
            id: import.id,
            file_name: import.file_name.clone(),
            about: format!("{what}{by}. {when}"),
            badge: words::badge(import.state),
            counts: if has_begun { words::counts(&import.counts) } else { String::new() },
            percent: (import.state == imports::State::Running).then(|| import.percent()),
        }
    }
}
