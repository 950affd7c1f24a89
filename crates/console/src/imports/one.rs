//! One import: to be mapped, under way, or over.

use askama::Template;
use axum::{
    extract::State,
    http::{StatusCode, Uri},
    response::Response,
};
use handfast_intake::{
    How, MapError, OpenError, Preview, Uploads,
    imports::{self, Import, ImportId},
    preview, rejects_file,
};
use handfast_record::people;
use handfast_web::{
    App, Failure, Flash, Form, Frame, Nav, Path, Query, Viewer, download, see_other,
};

use super::{
    list::DISCARDED,
    mapping::{self, Chosen, Mapping},
    run::{REJECTS_SHOWN, Run},
    words::{self, Badge},
};
use crate::{
    entry::slowly,
    forms::{Refusal, reply},
};

const STOPPED: Flash = Flash::new("stopped", "The import was stopped.");

#[derive(Template)]
#[template(path = "import.html")]
struct ImportPage {
    frame: Frame,
    path: String,
    file_name: String,
    about: String,
    badge: Badge,
    may_write: bool,
    refusal: Option<Refusal>,
    mapping: Option<Mapping>,
    run: Option<Run>,
}

/// One import, and whoever brought it.
struct Found {
    import: Import,
    person: Option<String>,
    rejects: Vec<imports::Reject>,
}

async fn find(app: &App, viewer: &Viewer, id: ImportId) -> Result<Found, Failure> {
    let who = viewer.clone();
    app.read(move |cx| {
        let import = imports::find(cx, &who, id)?.ok_or(imports::Error::NotFound)?;
        let names = people::names(cx, import.person)?;
        let rejects = if import.counts.rejected > 0 {
            imports::rejects(cx, &who, id, None, REJECTS_SHOWN)?.items
        } else {
            Vec::new()
        };
        let person = import.person.and_then(|person| names.get(&person).cloned());
        Ok::<_, imports::Error>(Found { import, person, rejects })
    })
    .await
}

/// The first rows, read where that holds up nobody else.
async fn look(
    uploads: &Uploads,
    viewer: &Viewer,
    id: ImportId,
    how: How,
) -> Result<Result<Preview, OpenError>, Failure> {
    let (path, limits, zone) = (uploads.path(id), uploads.limits, viewer.zone.clone());
    slowly(move || preview(&path, &how, &zone, limits)).await
}

pub(super) async fn show(
    uploads: Uploads,
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<ImportId>,
    Query(chosen): Query<Chosen>,
) -> Result<Response, Failure> {
    let found = find(&app, &viewer, id).await?;
    if found.import.state != imports::State::Waiting || !viewer.may_write() {
        return ImportPage::of(&app, &viewer, &uri, found).answer();
    }
    let seen = mapped(&uploads, &viewer, id, &chosen).await?;
    ImportPage::of(&app, &viewer, &uri, found).mapping(seen, &chosen, &viewer)?.answer()
}

/// What the choices make of the first rows.
async fn mapped(
    uploads: &Uploads,
    viewer: &Viewer,
    id: ImportId,
    chosen: &Chosen,
) -> Result<Result<(How, Preview), OpenError>, Failure> {
    let how = match mapping::how(chosen) {
        Ok(how) => how,
        Err(wrong) => return Ok(Err(wrong.into())),
    };
    let seen = look(uploads, viewer, id, how.clone()).await?;
    Ok(seen.map(|seen| (how, seen)))
}

/// Looks again with other choices, or starts the import with them.
pub(super) async fn decide(
    uploads: Uploads,
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<ImportId>,
    Form(chosen): Form<Chosen>,
) -> Result<Response, Failure> {
    let found = find(&app, &viewer, id).await?;
    if found.import.state != imports::State::Waiting {
        // Somebody started or stopped it meanwhile: its page says so.
        return Ok(see_other(&format!("/imports/{id}")));
    }
    let seen = mapped(&uploads, &viewer, id, &chosen).await?;
    let page = ImportPage::of(&app, &viewer, &uri, found);
    if !mapping::wants_start(&chosen) {
        return page.mapping(seen, &chosen, &viewer)?.answer();
    }
    let (how, seen) = match seen {
        Ok(mapped) => mapped,
        Err(error) => return page.mapping(Err(error), &chosen, &viewer)?.answer(),
    };
    if let Some(why) = mapping::objection(&seen, &chosen) {
        return page.mapping(Ok((how, seen)), &chosen, &viewer)?.refused(&why)?.answer();
    }
    let (who, now, asked) = (viewer.clone(), app.clock.now(), how.clone());
    let started = app.db.write_soon(move |tx| imports::start(tx, &who, id, &asked, now)).await;
    match started {
        Ok(()) | Err(imports::Error::NotWaiting) => Ok(see_other(&format!("/imports/{id}"))),
        Err(imports::Error::Map(MapError(why))) => {
            page.mapping(Ok((how, seen)), &chosen, &viewer)?.refused(&why)?.answer()
        }
        Err(other) => Err(other.into()),
    }
}

pub(super) async fn cancel(
    uploads: Uploads,
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<ImportId>,
) -> Result<Response, Failure> {
    let found = find(&app, &viewer, id).await?;
    let (who, now) = (viewer.clone(), app.clock.now());
    let cancelled = app.db.write_soon(move |tx| imports::cancel(tx, &who, &uploads, id, now)).await;
    match cancelled {
        Ok(()) if found.import.state == imports::State::Waiting => {
            Ok(see_other(&DISCARDED.at("/imports")))
        }
        Ok(()) => Ok(see_other(&STOPPED.at(&format!("/imports/{id}")))),
        // It ended by itself meanwhile: its page says how.
        Err(imports::Error::Over) => Ok(see_other(&format!("/imports/{id}"))),
        Err(other) => Err(other.into()),
    }
}

pub(super) async fn rejects(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<ImportId>,
) -> Result<Response, Failure> {
    let (name, text) = app.read(move |cx| rejects_file(cx, &viewer, id)).await?;
    Ok(download(&name, "text/csv; charset=utf-8", text))
}

impl ImportPage {
    fn of(app: &App, viewer: &Viewer, uri: &Uri, found: Found) -> Self {
        let Found { import, person, rejects } = found;
        let now = app.clock.now();
        let by = person.map(|name| format!(", by {name}")).unwrap_or_default();
        let when = words::moment(import.created, viewer, now);
        let what = match import.shape.as_str() {
            "" => String::new(),
            shape => format!("{}, ", words::shape_name(shape)),
        };
        let size = words::size(import.bytes_total);
        let is_waiting = import.state == imports::State::Waiting;
        let frame = Frame::of(viewer, uri, Nav::Imports, &import.file_name);
        Self {
            frame: frame.below("Imports", "/imports").saying(&[STOPPED]),
            path: format!("/imports/{}", import.id),
            about: format!("{what}{size}. {when}{by}."),
            badge: words::badge(import.state),
            may_write: viewer.may_write(),
            refusal: None,
            mapping: None,
            run: (!is_waiting).then(|| Run::of(&import, rejects, now)),
            file_name: import.file_name,
        }
    }

    /// The page with the form and the rows, or with why there can be none.
    fn mapping(
        mut self,
        seen: Result<(How, Preview), OpenError>,
        chosen: &Chosen,
        viewer: &Viewer,
    ) -> Result<Self, Failure> {
        match seen {
            Ok((_, preview)) => self.mapping = Some(Mapping::of(&preview, chosen, viewer)),
            Err(error) => {
                let text = format!(
                    "{}. Nothing was stored. Throw the file away and upload another.",
                    crate::words::sentence(&error.to_string())
                );
                let failure = Failure::Conflict(text);
                self.refusal = Some(Refusal::of("The file cannot be taken in", failure)?);
            }
        }
        Ok(self)
    }

    fn refused(mut self, why: &str) -> Result<Self, Failure> {
        let text = format!(
            "{}. Nothing was stored; your choices are still below.",
            crate::words::sentence(why.trim_end_matches('.'))
        );
        let mut refusal = Refusal::of("The import was not started", Failure::Conflict(text))?;
        refusal.status = StatusCode::UNPROCESSABLE_ENTITY;
        self.refusal = Some(refusal);
        Ok(self)
    }

    fn answer(self) -> Result<Response, Failure> {
        reply(self.refusal.as_ref()).with(&self)
    }
}
