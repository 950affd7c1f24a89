//! JSON of matching: doubts and decisions, why records are one, merges, and the model.

mod merges;
mod shown;

use axum::{
    Json,
    extract::State,
    http::{Method, Uri},
    response::{IntoResponse, Response},
};
use handfast_kit::{Cursor, Page, TimeMs};
use handfast_web::{
    Access, Answer, App, Failure, JsonBody, Once, Path, Query, Route, Scope, Viewer, api,
    list as listed,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use self::shown::{ShownDecision, ShownModel, ShownPair, ShownTogether};
use super::{Decided, Effect, Error, State as DoubtState, Verdict, runs};
use crate::{
    CustomerId, RecordId,
    sharing::{self, Author, Lens, looks::Occasion},
};

/// The calls of this module, described.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(
    paths(
        doubts, decide, why, own_duplicates, model, run, merges::list, merges::preview,
        merges::merge, merges::part
    ),
    tags((name = "matching", description = "Which records are one customer"))
)]
pub struct Documentation;

/// The calls of this module.
pub fn routes() -> Vec<Route> {
    const DOUBTS: &str = "/api/v1/matching/doubts";
    const DECISIONS: &str = "/api/v1/matching/decisions";
    const WHY: &str = "/api/v1/customers/{id}/matches";
    const OWN: &str = "/api/v1/matching/own-duplicates";
    const MERGES: &str = "/api/v1/customers/{id}/merges";
    const PREVIEW: &str = "/api/v1/customers/{id}/merges/preview";
    const MERGE: &str = "/api/v1/customers/{id}/merges/{merge_id}";
    vec![
        api(Method::GET, DOUBTS, Access::Brand, Scope::Read, doubts),
        api(Method::POST, DECISIONS, Access::Worker, Scope::Write, decide),
        api(Method::GET, WHY, Access::Member, Scope::Read, why),
        api(Method::GET, OWN, Access::Member, Scope::Read, own_duplicates),
        api(Method::GET, "/api/v1/matching/model", Access::Brand, Scope::Read, model),
        api(Method::POST, "/api/v1/matching/runs", Access::BrandAdmin, Scope::Admin, run),
        api(Method::GET, MERGES, Access::Brand, Scope::Read, merges::list),
        api(Method::POST, PREVIEW, Access::Brand, Scope::Write, merges::preview),
        api(Method::POST, MERGES, Access::Brand, Scope::Write, merges::merge),
        api(Method::DELETE, MERGE, Access::Brand, Scope::Write, merges::part),
    ]
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let text = error.to_string();
        match error {
            Error::NotFound | Error::NoSuchMerge => Self::NotFound,
            Error::WhyWrong => Self::field("why", text),
            Error::Itself => Self::field("other_id", text),
            Error::OneHome | Error::Refused(_) => Self::Conflict(sentence(&text)),
            Error::ForTheBrand => Self::Forbidden(sentence(&text).into()),
            Error::Fault(fault) => fault.into(),
        }
    }
}

/// The text as a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).chain(['.']).collect()
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct DoubtsWanted {
    /// `open` (if left out) or `skipped`.
    state: Option<String>,
    /// The cursor of the page before.
    after: Option<String>,
    /// 1 to 50; 20 if left out.
    limit: Option<usize>,
}

/// Pairs of records.
#[derive(Debug, ToSchema)]
#[schema(as = MatchingPairs)]
#[expect(dead_code, reason = "describes what `list` of web writes")]
struct Pairs {
    /// The most alike first.
    items: Vec<ShownPair>,
    next: Option<String>,
}

/// Pairs of records that a person shall look at
///
/// The model does not decide them alone: they are alike but not enough, or to join them would tell
/// a partner something.
#[utoipa::path(
    get, path = "/api/v1/matching/doubts", tag = "matching", params(DoubtsWanted),
    responses((status = 200, body = Pairs), (status = "default", description = "Problem details"))
)]
async fn doubts(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Query(wanted): Query<DoubtsWanted>,
) -> Result<Response, Failure> {
    let state = match wanted.state.as_deref() {
        None | Some("open") => DoubtState::Open,
        Some("skipped") => DoubtState::Skipped,
        Some(_) => return Err(Failure::field("state", "open or skipped is expected")),
    };
    let after: Option<Cursor> = wanted
        .after
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(|wrong| Failure::field("after", wrong))?;
    let limit = wanted.limit.unwrap_or(20);
    let page = sharing::read(&app, &viewer, Occasion::of("duplicates"), move |cx, lens| {
        let page = super::queue(cx, lens, state, after.as_ref(), limit)?;
        let next = page.next;
        Ok::<_, Error>(Page { items: shown::pairs(cx, lens, page.items)?, next })
    });
    Ok(listed(&uri, page.await?))
}

/// What you say of two records
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(as = NewMatchingDecision)]
#[serde(deny_unknown_fields)]
struct NewDecision {
    /// One record.
    #[schema(value_type = String, format = "uuid")]
    record_id: RecordId,
    /// The other.
    #[schema(value_type = String, format = "uuid")]
    other_id: RecordId,
    /// `same`, `apart` or `skip`.
    verdict: Verdict,
    /// Why, at most 500 characters; may be left out.
    #[serde(default)]
    why: String,
}

/// What was said, and since when it counts
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MatchingDecided)]
struct ShownDecided {
    decision: ShownDecision,
    /// `now`; `after_the_run` while a new model is taken up; `with_the_brand` for a partner's word,
    /// which the brand reads; `none` for a skip.
    effect: &'static str,
}

impl From<Decided> for ShownDecided {
    fn from(decided: Decided) -> Self {
        let effect = match decided.effect {
            Effect::Now => "now",
            Effect::AfterTheRun => "after_the_run",
            Effect::WithTheBrand => "with_the_brand",
            Effect::None => "none",
        };
        Self { decision: decided.decision.into(), effect }
    }
}

/// Say of two records whether they are one customer
///
/// The brand's word is followed at once and outranks the model. A partner says so of two records of
/// its own, and the brand reads it.
#[utoipa::path(
    post, path = "/api/v1/matching/decisions", tag = "matching", request_body = NewDecision,
    responses(
        (status = 200, body = ShownDecided),
        (status = "default", description = "Problem details")
    )
)]
async fn decide(
    State(app): State<App>,
    viewer: Viewer,
    once: Once,
    JsonBody(new): JsonBody<NewDecision>,
) -> Result<Answer, Failure> {
    let (now, asks) = (app.clock.now(), viewer.clone());
    app.write_once(&viewer, once, move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &asks, now)?;
        let pair = (new.record_id, new.other_id);
        let author = Author::of(&asks);
        let decided = super::decide(tx, &lens, &author, now, pair, new.verdict, &new.why)?;
        Ok(Answer::ok(&ShownDecided::from(decided)))
    })
    .await
}

/// Why a customer's records are one
///
/// A partner sees the links between the records it sees, weighed by what it sees of them.
#[utoipa::path(
    get, path = "/api/v1/customers/{id}/matches", tag = "matching",
    params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = ShownTogether),
        (status = "default", description = "Problem details")
    )
)]
async fn why(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<CustomerId>,
) -> Result<Response, Failure> {
    let together = sharing::read(&app, &viewer, Occasion::of("customer"), move |cx, lens| {
        super::why(cx, lens, id)?.ok_or(Error::NotFound)
    });
    Ok(Json(ShownTogether::from(together.await?)).into_response())
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct OwnWanted {
    /// 1 to 50; 20 if left out.
    limit: Option<usize>,
}

/// Pairs of your organisation's own records that look like one customer
///
/// Found by your own records alone.
#[utoipa::path(
    get, path = "/api/v1/matching/own-duplicates", tag = "matching", params(OwnWanted),
    responses((status = 200, body = Pairs), (status = "default", description = "Problem details"))
)]
async fn own_duplicates(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Query(wanted): Query<OwnWanted>,
) -> Result<Response, Failure> {
    let limit = wanted.limit.unwrap_or(20);
    let pairs = sharing::read(&app, &viewer, Occasion::of("duplicates"), move |cx, lens| {
        let pairs = super::own_duplicates(cx, lens, limit)?;
        shown::pairs(cx, lens, pairs).map_err(Error::from)
    });
    Ok(listed(&uri, Page { items: pairs.await?, next: None }))
}

/// The model in force, and how matching stands
#[utoipa::path(
    get, path = "/api/v1/matching/model", tag = "matching",
    responses(
        (status = 200, body = ShownModel),
        (status = "default", description = "Problem details")
    )
)]
async fn model(State(app): State<App>, viewer: Viewer) -> Result<Response, Failure> {
    let now = app.clock.now();
    let model = app.read(move |cx| -> Result<_, Error> {
        let lens = Lens::of(cx, &viewer, now)?;
        super::model(cx, &lens)?.ok_or(Error::NotFound)
    });
    Ok(Json(ShownModel::from(model.await?)).into_response())
}

/// That a run was asked for
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MatchingRun)]
struct ShownRun {
    /// When, RFC 3339.
    asked: String,
}

/// Make the model anew of all records
///
/// It goes on in the background; `GET /api/v1/matching/model` says how far it is. Of fewer than
/// 2,000 records no model is made.
#[utoipa::path(
    post, path = "/api/v1/matching/runs", tag = "matching",
    responses(
        (status = 202, body = ShownRun),
        (status = "default", description = "Problem details")
    )
)]
async fn run(State(app): State<App>, viewer: Viewer, once: Once) -> Result<Answer, Failure> {
    let (now, network) = (app.clock.now(), viewer.network);
    app.write_once(&viewer, once, move |tx| -> Result<_, Error> {
        runs::ask(tx, network, now)?;
        let asked = ShownRun { asked: TimeMs::rfc3339(now) };
        Ok(Answer::accepted("/api/v1/matching/model", &asked))
    })
    .await
}
