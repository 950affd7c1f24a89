//! Merging and parting by hand, and what was merged.

use axum::{
    Json,
    extract::State,
    http::Uri,
    response::{IntoResponse, Response},
};
use handfast_kit::{OrganisationId, Page, PersonId, TimeMs};
use handfast_web::{Answer, App, Failure, JsonBody, Once, Path, Viewer, list as listed};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{super::Error, ShownDecided};
use crate::{
    CustomerId, matching,
    merging::{self, MergeId},
    sharing::{Author, Lens},
};

impl From<merging::Error> for Error {
    fn from(error: merging::Error) -> Self {
        match error {
            merging::Error::NotFound => Self::NotFound,
            merging::Error::Same => Self::Itself,
            merging::Error::NoSuchMerge => Self::NoSuchMerge,
            merging::Error::Refused(refusal) => Self::Refused(refusal.to_string()),
            merging::Error::Fault(fault) => Self::Fault(fault),
        }
    }
}

/// A customer that was merged into another
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CustomerMerge)]
struct ShownMerge {
    #[schema(value_type = String, format = "uuid")]
    id: MergeId,
    #[schema(value_type = String, format = "uuid")]
    into_id: CustomerId,
    #[schema(value_type = String, format = "uuid")]
    from_id: CustomerId,
    /// How alike they were, in bits; none when a person said so without the model.
    bits: Option<f64>,
    why: String,
    #[schema(value_type = Option<String>, format = "uuid")]
    person_id: Option<PersonId>,
    /// RFC 3339.
    made: String,
}

/// Merges.
#[derive(Debug, ToSchema)]
#[schema(as = CustomerMerges)]
#[expect(dead_code, reason = "describes what `list` of web writes")]
pub(super) struct Merges {
    /// The last first.
    items: Vec<ShownMerge>,
    next: Option<String>,
}

/// The merges by which a customer became what it is
#[utoipa::path(
    get, path = "/api/v1/customers/{id}/merges", tag = "matching",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Merges), (status = "default", description = "Problem details"))
)]
pub(super) async fn list(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<CustomerId>,
) -> Result<Response, Failure> {
    let now = app.clock.now();
    let merges = app.read(move |cx| -> Result<_, Error> {
        let lens = Lens::of(cx, &viewer, now)?;
        Ok(merging::merges(cx, &lens, id)?)
    });
    let shown = |merge: merging::Merge| ShownMerge {
        id: merge.id,
        into_id: merge.into,
        from_id: merge.from,
        bits: merge.why.weight.map(|weight| f64::from(weight) / 256.0),
        why: merge.why.words,
        person_id: merge.person,
        made: TimeMs::rfc3339(merge.made),
    };
    let items = merges.await?.into_iter().map(shown).collect();
    Ok(listed(&uri, Page { items, next: None }))
}

/// Which other customer
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(as = MergeWith)]
#[serde(deny_unknown_fields)]
pub(super) struct With {
    /// The other customer.
    #[schema(value_type = String, format = "uuid")]
    other_id: CustomerId,
}

/// What merging two customers would do
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MergePreview)]
pub(super) struct ShownPreview {
    /// The one that would survive.
    #[schema(value_type = String, format = "uuid")]
    into_id: CustomerId,
    /// The one that would be merged.
    #[schema(value_type = String, format = "uuid")]
    from_id: CustomerId,
    record_count: i64,
    touch_count: i64,
    sale_count: i64,
    case_count: i64,
    /// Ties that both have with the same organisation.
    tie_count: usize,
    /// Words of the customers' that would change for one of the two.
    word_count: usize,
    /// Whether both would be frozen.
    freezes: bool,
    /// Partners that would learn that the two are one.
    #[schema(value_type = Vec<String>)]
    told: Vec<OrganisationId>,
    /// Why it cannot be done; none if it can.
    refused: Option<String>,
}

/// What merging these two would do, before anybody does it
#[utoipa::path(
    post, path = "/api/v1/customers/{id}/merges/preview", tag = "matching", request_body = With,
    params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = ShownPreview),
        (status = "default", description = "Problem details")
    )
)]
pub(super) async fn preview(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<CustomerId>,
    JsonBody(With { other_id }): JsonBody<With>,
) -> Result<Response, Failure> {
    let now = app.clock.now();
    let preview = app.read(move |cx| -> Result<_, Error> {
        let lens = Lens::of(cx, &viewer, now)?;
        Ok(merging::preview(cx, &lens, id, other_id)?)
    });
    let preview = preview.await?;
    Ok(Json(ShownPreview {
        into_id: preview.into,
        from_id: preview.from,
        record_count: preview.moves.records,
        touch_count: preview.moves.touches,
        sale_count: preview.moves.sales,
        case_count: preview.moves.cases,
        tie_count: preview.ties.len(),
        word_count: preview.words.len(),
        freezes: preview.freezes,
        told: preview.told,
        refused: preview.refused.map(|refusal| refusal.to_string()),
    })
    .into_response())
}

/// Another customer who is the same
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewMerge {
    /// The other customer.
    #[schema(value_type = String, format = "uuid")]
    other_id: CustomerId,
    /// Why, at most 500 characters; may be left out.
    #[serde(default)]
    why: String,
}

/// Make one customer of two
///
/// Nothing is deleted, and it can be undone exactly. It outranks the model.
#[utoipa::path(
    post, path = "/api/v1/customers/{id}/merges", tag = "matching", request_body = NewMerge,
    params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = ShownDecided),
        (status = "default", description = "Problem details")
    )
)]
pub(super) async fn merge(
    State(app): State<App>,
    viewer: Viewer,
    once: Once,
    Path(id): Path<CustomerId>,
    JsonBody(new): JsonBody<NewMerge>,
) -> Result<Answer, Failure> {
    let (now, asks) = (app.clock.now(), viewer.clone());
    app.write_once(&viewer, once, move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &asks, now)?;
        let author = Author::of(&asks);
        let decided = matching::merge(tx, &lens, &author, now, (id, new.other_id), &new.why)?;
        Ok(Answer::ok(&ShownDecided::from(decided)))
    })
    .await
}

/// Undo a merge: two customers again, and kept apart from now on
#[utoipa::path(
    delete, path = "/api/v1/customers/{id}/merges/{merge_id}", tag = "matching",
    params(
        ("id" = String, Path, format = "uuid"),
        ("merge_id" = String, Path, format = "uuid")
    ),
    responses(
        (status = 200, body = ShownDecided),
        (status = "default", description = "Problem details")
    )
)]
pub(super) async fn part(
    State(app): State<App>,
    viewer: Viewer,
    once: Once,
    Path((id, merge)): Path<(CustomerId, MergeId)>,
) -> Result<Answer, Failure> {
    let (now, asks) = (app.clock.now(), viewer.clone());
    app.write_once(&viewer, once, move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &asks, now)?;
        let author = Author::of(&asks);
        let decided = matching::part(tx, &lens, &author, now, (id, merge), "")?;
        Ok(Answer::ok(&ShownDecided::from(decided)))
    })
    .await
}
