//! JSON of imports: send a file or a stream of rows, see how far it is, fetch what was left out.

mod arriving;
mod shown;

use axum::{
    extract::{FromRequest, Request, State},
    http::{HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use handfast_kit::Cursor;
use handfast_web::{
    Access, App, Failure, Path, Query, Route, Scope, Upload, Viewer, api, download, list as listed,
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::{
    imports::{self, ImportId},
    opening::How,
    run::{Head, csv_text},
    shapes::Shape,
    uploads::Uploads,
};
pub use arriving::Keeper;
use arriving::{receive_form, receive_rows};
use shown::{ShownImport, ShownShape};

/// The calls of this module, described.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(
    paths(send, list, show, rejects, cancel, shapes),
    tags((name = "imports", description = "Files and streams of rows that come in"))
)]
pub struct Documentation;

/// The calls of this module; files wait in `uploads` for a worker.
pub fn routes(uploads: &Uploads) -> Vec<Route> {
    use {Access::Member, Access::Worker, Scope::Import};
    const ALL: &str = "/api/v1/imports";
    const ONE: &str = "/api/v1/imports/{id}";
    let bytes_max = usize::try_from(uploads.upload_bytes_max).unwrap_or(usize::MAX);
    let (sending, cancelling) = (uploads.clone(), uploads.clone());
    let send = move |state: State<App>, viewer, query, request| {
        send(sending.clone(), state, viewer, query, request)
    };
    let cancel =
        move |state: State<App>, viewer, path| cancel(cancelling.clone(), state, viewer, path);
    vec![
        // A form of several parts is somewhat larger than the file in it.
        api(Method::POST, ALL, Worker, Import, send).upload(bytes_max.saturating_add(1 << 20)),
        api(Method::GET, ALL, Member, Import, list),
        api(Method::GET, ONE, Member, Import, show),
        api(Method::DELETE, ONE, Worker, Import, cancel),
        api(Method::GET, "/api/v1/imports/{id}/rejects.csv", Member, Import, rejects)
            .takes_its_time(),
        api(Method::GET, "/api/v1/shapes", Member, Import, shapes),
    ]
}

/// What the rows are
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
struct Asked {
    /// `customers`, `orders`, ..: see `GET /api/v1/shapes`.
    shape: String,
    /// The system that wrote the file: `shopify`, `hubspot`, ..
    profile: String,
    /// Which column is which, as TOML.
    map: String,
}

/// A file to be taken in
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes a form of several parts")]
struct FileForm {
    /// As in the query.
    shape: String,
    /// As in the query.
    profile: Option<String>,
    /// As in the query.
    map: Option<String>,
    /// CSV, vCard or NDJSON, plain or gz.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// A page of imports.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what `list` of web writes")]
struct Imports {
    items: Vec<ShownImport>,
    next: Option<String>,
}

impl From<imports::Error> for Failure {
    fn from(error: imports::Error) -> Self {
        match error {
            imports::Error::NotFound => Self::NotFound,
            imports::Error::NotWaiting | imports::Error::Over => Self::Conflict(error.to_string()),
            imports::Error::Map(wrong) => Self::field("map", wrong.to_string()),
            imports::Error::Unreadable(why) => Self::Unreadable(why),
            imports::Error::Fault(fault) => Self::from(fault),
        }
    }
}

/// Send a file, or a stream of rows
///
/// A file comes in the part `file` of a form of several parts; rows come as `application/x-ndjson`,
/// an object on each line with the fields of the shape (or the columns of the profile or map). The
/// answer comes when all bytes are here; a worker takes the rows in afterwards. The same rows again
/// store nothing new, so sending again after a broken connection is safe.
#[utoipa::path(
    post, path = "/api/v1/imports", tag = "imports", params(Asked),
    request_body(
        content((FileForm = "multipart/form-data"), (String = "application/x-ndjson"))
    ),
    responses(
        (status = 202, body = ShownImport),
        (status = "default", description = "Problem details")
    )
)]
async fn send(
    uploads: Uploads,
    State(app): State<App>,
    viewer: Viewer,
    Query(asked): Query<Asked>,
    request: Request,
) -> Result<Response, Failure> {
    let id = ImportId::random();
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let received = match kind {
        "multipart/form-data" => {
            let upload = Upload::from_request(request, &app).await?;
            receive_form(&uploads, id, asked, upload).await?
        }
        "application/x-ndjson" | "application/jsonl" => {
            // Refused before its rows are sent where possible.
            how(&asked)?;
            receive_rows(&uploads, id, asked, request.into_body()).await?
        }
        _ => {
            return Err(Failure::UnsupportedMedia(
                "This takes multipart/form-data with a file, or application/x-ndjson.",
            ));
        }
    };
    let how = match how(&received.asked) {
        Ok(how) => how,
        Err(failure) => {
            uploads.remove(id);
            return Err(failure);
        }
    };
    let now = app.clock.now();
    let stored = app
        .write(move |tx| -> Result<_, imports::Error> {
            imports::receive(tx, &viewer, id, (&received.file_name, received.bytes), now)?;
            imports::start(tx, &viewer, id, &how, now)?;
            imports::find(tx, &viewer, id)?.ok_or(imports::Error::NotFound)
        })
        .await;
    let import = match stored {
        Ok(import) => import,
        Err(failure) => {
            uploads.remove(id);
            return Err(failure);
        }
    };
    let mut response =
        (StatusCode::ACCEPTED, axum::Json(ShownImport::of(&import, now))).into_response();
    if let Ok(place) = HeaderValue::try_from(format!("/api/v1/imports/{id}")) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

fn how(asked: &Asked) -> Result<How, Failure> {
    How::of_texts(&asked.shape, &asked.profile, &asked.map)
        .map_err(|wrong| imports::Error::Map(wrong).into())
}

/// Where a list begins and how long it is
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Part {
    /// The `next` of the page before.
    after: Option<String>,
    /// 1 to 200; 50 if left out.
    limit: Option<usize>,
}

/// Your organisation's imports, the latest first
#[utoipa::path(
    get, path = "/api/v1/imports", tag = "imports", params(Part),
    responses((status = 200, body = Imports), (status = "default", description = "Problem details"))
)]
async fn list(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Query(part): Query<Part>,
) -> Result<Response, Failure> {
    let after = part.after.as_deref().map(str::parse::<Cursor>).transpose();
    let after = after.map_err(|wrong| Failure::field("after", wrong))?;
    let (limit, now) = (part.limit.unwrap_or(50), app.clock.now());
    let page = app.read(move |cx| imports::list(cx, &viewer, after.as_ref(), limit)).await?;
    Ok(listed(&uri, page.map(|import| ShownImport::of(&import, now))))
}

/// One import: where it stands, what became of its rows
#[utoipa::path(
    get, path = "/api/v1/imports/{id}", tag = "imports",
    params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = ShownImport),
        (status = "default", description = "Problem details")
    )
)]
async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<ImportId>,
) -> Result<axum::Json<ShownImport>, Failure> {
    let now = app.clock.now();
    let import = app.read(move |cx| imports::find(cx, &viewer, id)).await?;
    let import = import.ok_or(Failure::NotFound)?;
    Ok(axum::Json(ShownImport::of(&import, now)))
}

/// The rows that were left out, with line, column, reason and original text
///
/// Of very many the first 10,000; the import's `rejected` counts all.
#[utoipa::path(
    get, path = "/api/v1/imports/{id}/rejects.csv", tag = "imports",
    params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, content_type = "text/csv", body = String),
        (status = "default", description = "Problem details")
    )
)]
async fn rejects(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<ImportId>,
) -> Result<Response, Failure> {
    let (name, text) = app.read(move |cx| rejects_file(cx, &viewer, id)).await?;
    Ok(download(&name, "text/csv; charset=utf-8", text))
}

/// The file of an import's rejects: its name and its text.
pub fn rejects_file(
    cx: &mut handfast_db::Cx<'_>,
    viewer: &Viewer,
    id: ImportId,
) -> Result<(String, Vec<u8>), imports::Error> {
    let import = imports::find(cx, viewer, id)?.ok_or(imports::Error::NotFound)?;
    let mut text = csv_text(&[], Head::Named);
    let mut after = None;
    loop {
        let page = imports::rejects(cx, viewer, id, after.as_ref(), imports::PAGE_MAX)?;
        text.extend(csv_text(&page.items, Head::GoesOn));
        after = page.next;
        if after.is_none() {
            return Ok((format!("{}.rejects.csv", import.file_name), text));
        }
    }
}

/// Stop an import; what it stored stays
#[utoipa::path(
    delete, path = "/api/v1/imports/{id}", tag = "imports",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 204), (status = "default", description = "Problem details"))
)]
async fn cancel(
    uploads: Uploads,
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<ImportId>,
) -> Result<StatusCode, Failure> {
    let now = app.clock.now();
    app.write(move |tx| imports::cancel(tx, &viewer, &uploads, id, now)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What rows may be, with their fields
#[utoipa::path(
    get, path = "/api/v1/shapes", tag = "imports",
    responses((status = 200, body = [ShownShape]))
)]
async fn shapes(_: Viewer) -> axum::Json<Vec<ShownShape>> {
    axum::Json(Shape::ALL.into_iter().map(ShownShape::of).collect())
}
