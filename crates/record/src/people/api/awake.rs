//! A session stays awake while it is used.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use handfast_db::Fault;
use handfast_web::{App, Failure, TokenHash, cookies};

use super::super::sign_in;

/// Notes that the session of a request's cookie is in use. To be laid around the whole router:
/// `router.layer(axum::middleware::from_fn_with_state(app, people::api::note_use))`.
///
/// Most requests cost one read; once a minute it writes. A request is answered even if its use
/// cannot be noted: the disk may be full, and reading goes on.
pub async fn note_use(State(app): State<App>, request: Request, next: Next) -> Response {
    if let Some(secret) = cookies::secret(&app.settings, request.headers())
        && let Err(failure) = note(&app, secret.hash()).await
    {
        tracing::warn!(%failure, "could not note the use of a session");
    }
    next.run(request).await
}

async fn note(app: &App, hash: TokenHash) -> Result<(), Failure> {
    let now = app.clock.now();
    if app.read(move |cx| sign_in::is_unnoted(cx, &hash, now)).await? {
        app.write(move |tx| -> Result<(), Fault> { sign_in::seen(tx, &hash, now) }).await?;
    }
    Ok(())
}
