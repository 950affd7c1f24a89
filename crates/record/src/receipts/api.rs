//! JSON of receipts and of the ledger behind them.

use axum::{
    Json,
    extract::State,
    http::{Method, header},
    response::{IntoResponse, Response},
};
use handfast_db::{Cx, Fault};
use handfast_ledger::{Content, Hash, Header, Receipt};
use handfast_web::{Access, App, Failure, JsonBody, Path, Query, Route, Scope, Viewer, api};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Fits, Signed};
use crate::{
    TouchId,
    sharing::{self, Lens, looks::Occasion},
};

/// The calls of this module, described.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(
    paths(receipt, checkpoint, key, consistency, compare),
    tags((name = "ledger", description = "Receipts, and proofs that history was not rewritten"))
)]
pub struct Documentation;

/// The calls of this module.
pub fn routes() -> Vec<Route> {
    const RECEIPT: &str = "/api/v1/touches/{id}/receipt";
    const COMPARISON: &str = "/api/v1/ledger/comparison";
    vec![
        api(Method::GET, RECEIPT, Access::Member, Scope::Read, receipt),
        api(Method::GET, "/api/v1/ledger/checkpoint", Access::Member, Scope::Read, checkpoint),
        api(Method::GET, "/api/v1/ledger/key", Access::Member, Scope::Read, key),
        api(Method::GET, "/api/v1/ledger/consistency", Access::Member, Scope::Read, consistency),
        api(Method::POST, COMPARISON, Access::Member, Scope::Write, compare),
    ]
}

/// That a touch is in the ledger: checked offline by `handfast receipt verify`
#[derive(Debug, ToSchema)]
#[schema(as = Receipt)]
#[expect(dead_code, reason = "describes handfast_ledger::Receipt, which writes itself")]
struct ShownReceipt {
    /// `handfast receipt 1`.
    format: String,
    /// What the ledger holds in the open; times in milliseconds since 1970.
    #[schema(value_type = Object)]
    touch: Header,
    /// A salted hash of the words, in Base64.
    #[schema(value_type = String)]
    commitment: Hash,
    /// Salt and words, where you see them whole; otherwise left out.
    #[schema(value_type = Option<Object>)]
    content: Option<Content>,
    leaf_index: u64,
    /// From the leaf to the root, in Base64.
    #[schema(value_type = Vec<String>)]
    proof: Vec<Hash>,
    /// A signed note, C2SP `tlog-checkpoint`.
    checkpoint: String,
}

/// The receipt of a touch
///
/// There is none until the ledger that holds the touch is signed, about a second after it happened;
/// and none of a touch whose author you see only in a veil.
#[utoipa::path(
    get, path = "/api/v1/touches/{id}/receipt", tag = "ledger",
    params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = ShownReceipt),
        (status = "default", description = "Problem details")
    )
)]
async fn receipt(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<TouchId>,
) -> Result<Json<Receipt>, Failure> {
    let found = move |cx: &mut Cx<'_>, lens: &Lens| super::receipt(cx, lens, id);
    let receipt = sharing::read(&app, &viewer, Occasion::of("receipt"), found).await?;
    receipt.map(Json).ok_or(Failure::NotFound)
}

async fn signed(app: &App, viewer: &Viewer) -> Result<Signed, Failure> {
    let network = viewer.network;
    let signed = app.read(move |cx| super::signed(cx, network)).await?;
    signed.ok_or(Failure::NotFound)
}

fn text(text: String) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

/// What was signed last of the ledger: keep it
///
/// A signed note, C2SP `tlog-checkpoint`. Whoever keeps one can prove that history was rewritten.
#[utoipa::path(
    get, path = "/api/v1/ledger/checkpoint", tag = "ledger",
    responses(
        (status = 200, body = String, content_type = "text/plain"),
        (status = "default", description = "Problem details")
    )
)]
async fn checkpoint(State(app): State<App>, viewer: Viewer) -> Result<Response, Failure> {
    Ok(text(signed(&app, &viewer).await?.note))
}

/// The public key of the ledger
///
/// `NAME+HASH+KEY`, as `handfast receipt verify --key` takes it. Get it once by a second way.
#[utoipa::path(
    get, path = "/api/v1/ledger/key", tag = "ledger",
    responses(
        (status = 200, body = String, content_type = "text/plain"),
        (status = "default", description = "Problem details")
    )
)]
async fn key(State(app): State<App>, viewer: Viewer) -> Result<Response, Failure> {
    let key = signed(&app, &viewer).await?.public_key;
    Ok(text(format!("{key}\n")))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Sizes {
    /// How many touches the earlier ledger held; 0 if left out.
    from: Option<u64>,
    /// How many the later one; those signed last if left out.
    to: Option<u64>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Consistency {
    from: u64,
    to: u64,
    /// RFC 6962, 2.1.2, in Base64.
    #[schema(value_type = Vec<String>)]
    proof: Vec<Hash>,
}

/// The proof that a later ledger begins with an earlier one
#[utoipa::path(
    get, path = "/api/v1/ledger/consistency", tag = "ledger", params(Sizes),
    responses(
        (status = 200, body = Consistency),
        (status = "default", description = "Problem details")
    )
)]
async fn consistency(
    State(app): State<App>,
    viewer: Viewer,
    Query(Sizes { from, to }): Query<Sizes>,
) -> Result<Json<Consistency>, Failure> {
    let signed = signed(&app, &viewer).await?.size;
    let (network, from, to) = (viewer.network, from.unwrap_or(0), to.unwrap_or(signed));
    let proof = app.read(move |cx| super::consistency(cx, network, (from, to))).await?;
    let never = || Failure::field("to", "the ledger was never so large, or `from` is larger");
    Ok(Json(Consistency { from, to, proof: proof.ok_or_else(never)? }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Kept {
    /// The checkpoint that you kept, whole.
    checkpoint: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct Comparison {
    /// `fits`, `rewritten`, `shorter` or `not_ours`.
    verdict: &'static str,
    /// The same in words.
    says: String,
    /// What was signed last, if yours fits: keep it from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    checkpoint: Option<String>,
    /// The proof that it begins with yours, RFC 6962, in Base64.
    #[schema(value_type = Option<Vec<String>>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<Vec<Hash>>,
}

impl From<Fits> for Comparison {
    fn from(fits: Fits) -> Self {
        let said = |verdict, says| Self { verdict, says, checkpoint: None, proof: None };
        match fits {
            Fits::Yes { signed, proof } => Self {
                checkpoint: Some(signed.note),
                proof: Some(proof),
                ..said("fits", "The ledger still begins with what you kept.".to_owned())
            },
            Fits::Rewritten => said(
                "rewritten",
                "The ledger held other touches when it signed what you kept: history was \
                 rewritten. Keep your checkpoint; it is the proof."
                    .to_owned(),
            ),
            Fits::Shorter { held, kept } => said(
                "shorter",
                format!(
                    "The ledger held {kept} touches when it signed what you kept, and holds \
                     {held} now: its end was cut off, or an old backup was restored. Keep your \
                     checkpoint; it is the proof."
                ),
            ),
            Fits::NotOurs(error) => said("not_ours", format!("Not compared: {error}.")),
        }
    }
}

/// Compare a checkpoint that you kept with the ledger as it stands
#[utoipa::path(
    post, path = "/api/v1/ledger/comparison", tag = "ledger", request_body = Kept,
    responses(
        (status = 200, body = Comparison),
        (status = "default", description = "Problem details")
    )
)]
async fn compare(
    State(app): State<App>,
    viewer: Viewer,
    JsonBody(Kept { checkpoint }): JsonBody<Kept>,
) -> Result<Json<Comparison>, Failure> {
    let network = viewer.network;
    let fits = app.read(move |cx| -> Result<_, Fault> { super::fits(cx, network, &checkpoint) });
    let fits = fits.await?.ok_or(Failure::NotFound)?;
    Ok(Json(fits.into()))
}
