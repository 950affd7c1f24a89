//! “Not our part”, with whose part it is.

use axum::extract::State as Held;
use handfast_db::Tx;
use handfast_kit::TimeMs;
use handfast_record::{ObligationId, sharing::Lens};
use handfast_web::{Answer, App, Failure, JsonBody, Once, Path, Viewer};

use super::{super::refuse_naming, Shown, done};
use crate::{Actor, disputes::api::ClaimJson};

/// Say that it is not your part, whose it is, and how you know
///
/// That opens a dispute between the two organisations; the obligation and its clock go on.
#[utoipa::path(
    post, path = "/api/v1/obligations/{id}/refusal", tag = "obligations", request_body = ClaimJson,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Shown), (status = "default", description = "Problem details"))
)]
pub(super) async fn refuse(
    Held(app): Held<App>,
    viewer: Viewer,
    once: Once,
    Path(id): Path<ObligationId>,
    JsonBody(claim): JsonBody<ClaimJson>,
) -> Result<Answer, Failure> {
    let claim = claim.claim()?;
    let deed = move |tx: &mut Tx<'_>, lens: &Lens, actor: &Actor, now: TimeMs| {
        refuse_naming(tx, lens, actor, now, (id, &claim))
    };
    done(app, viewer, once, deed).await
}
