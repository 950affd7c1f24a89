//! JSON of the texts that customers are asked.

use axum::{Json, extract::State};
use handfast_kit::TimeMs;
use handfast_web::{Answer, App, Failure, JsonBody, Once, Query, Viewer};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    consents::{self, Error, Text},
    sharing::{Author, Purpose},
};

#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// All versions for this purpose, the latest first; the latest of each purpose if left out.
    #[param(value_type = Option<String>)]
    purpose: Option<Purpose>,
}

/// What customers are asked to allow
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ConsentTexts {
    items: Vec<ShownText>,
}

#[derive(Debug, Serialize, ToSchema)]
struct ShownText {
    #[schema(value_type = String)]
    purpose: Purpose,
    /// Whether nothing is shown for the purpose until the customer says yes.
    needs_consent: bool,
    version: i64,
    words: String,
    /// Since when it is asked, RFC 3339; null for the text that came with Handfast.
    since: Option<String>,
}

impl From<Text> for ShownText {
    fn from(text: Text) -> Self {
        Self {
            purpose: text.purpose,
            needs_consent: text.purpose.needs_consent(),
            version: text.version,
            words: text.words,
            since: text.since.map(TimeMs::rfc3339),
        }
    }
}

/// What customers are asked to allow, by purpose
#[utoipa::path(
    get, path = "/api/v1/consent-texts", tag = "consents", params(Wanted),
    responses(
        (status = 200, body = ConsentTexts),
        (status = "default", description = "Problem details")
    )
)]
pub(super) async fn list(
    State(app): State<App>,
    viewer: Viewer,
    Query(wanted): Query<Wanted>,
) -> Result<Json<ConsentTexts>, Failure> {
    let texts = app
        .read(move |cx| match wanted.purpose {
            Some(purpose) => consents::versions(cx, viewer.network, purpose),
            None => consents::texts(cx, viewer.network),
        })
        .await?;
    Ok(Json(ConsentTexts { items: texts.into_iter().map(ShownText::from).collect() }))
}

/// A text to be asked from now on
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewText {
    /// `service`, `delivery`, `insurance`, `research` or `offers`.
    #[schema(value_type = String)]
    purpose: Purpose,
    /// What the customer is asked to allow, as the customer would say it, 1 to 2,000 characters.
    words: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct Published {
    #[schema(value_type = String)]
    purpose: Purpose,
    version: i64,
}

/// Publish what customers are asked to allow; the texts before stay readable
#[utoipa::path(
    post, path = "/api/v1/consent-texts", tag = "consents", request_body = NewText,
    responses(
        (status = 201, body = Published),
        (status = "default", description = "Problem details")
    )
)]
pub(super) async fn publish(
    State(app): State<App>,
    viewer: Viewer,
    once: Once,
    JsonBody(NewText { purpose, words }): JsonBody<NewText>,
) -> Result<Answer, Failure> {
    let (now, author) = (app.clock.now(), Author::of(&viewer));
    app.write_once(&viewer, once, move |tx| -> Result<_, Error> {
        let version = consents::publish_text(tx, &author, now, purpose, &words)?;
        let at = format!("/api/v1/consent-texts?purpose={}", purpose.word());
        Ok(Answer::created(at, &Published { purpose, version }))
    })
    .await
}
