//! JSON of traces.

use axum::{
    extract::State as Held,
    http::Uri,
    response::{IntoResponse, Response},
};
use handfast_db::{Cx, Tx};
use handfast_kit::{Page, TimeMs};
use handfast_record::{
    CustomerId, SaleId, TraceId, customers,
    sharing::{self, Lens, looks::Occasion},
    touches::Leg,
};
use handfast_web::{Answer as Reply, App, Failure, JsonBody, Once, Path, Viewer, list as listed};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    super::{
        Claim, Error,
        traces::{self, Answer, NewTrace, RemedyKind, Trace},
    },
    shown::TraceJson,
};
use crate::Actor;

/// A delivery that is missing.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MissingDelivery {
    #[schema(value_type = String, format = "uuid")]
    sale_id: SaleId,
    /// What is known of it: 3 to 500 characters.
    words: String,
    /// Whether the customer said so.
    #[serde(default)]
    by_customer: bool,
}

/// Trace a delivery that did not arrive, leg by leg
///
/// What the customer gets has its own clock from now on, and waits for no leg.
#[utoipa::path(
    post, path = "/api/v1/customers/{id}/traces", tag = "disputes",
    request_body = MissingDelivery, params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 201, body = TraceJson),
        (status = "default", description = "Problem details")
    )
)]
pub(super) async fn open(
    Held(app): Held<App>,
    viewer: Viewer,
    once: Once,
    Path(id): Path<CustomerId>,
    JsonBody(new): JsonBody<MissingDelivery>,
) -> Result<Reply, Failure> {
    let (sale, words) = (new.sale_id, new.words);
    let new = NewTrace { customer: id, sale, words, by_customer: new.by_customer };
    let (now, asks) = (app.clock.now(), viewer.clone());
    app.write_once(&viewer, once, move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &asks, now)?;
        let made = TraceJson::from(traces::open(tx, &lens, &Actor::of(&asks), now, &new)?);
        Ok(Reply::created(format!("/api/v1/traces/{}", made.id), &made))
    })
    .await
}

/// Traces.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what `list` of web writes")]
struct Traces {
    /// The latest first, at most 50.
    items: Vec<TraceJson>,
    next: Option<String>,
}

/// A customer's traces that concern you, the latest first
#[utoipa::path(
    get, path = "/api/v1/customers/{id}/traces", tag = "disputes",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Traces), (status = "default", description = "Problem details"))
)]
pub(super) async fn of_customer(
    Held(app): Held<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<CustomerId>,
) -> Result<Response, Failure> {
    let all = move |cx: &mut Cx<'_>, lens: &Lens| -> Result<_, Error> {
        let sight = customers::look(cx, lens, id)?.ok_or(Error::NotFound)?;
        Ok(traces::of_customer(cx, lens, &sight)?)
    };
    let all = sharing::read(&app, &viewer, Occasion::of("traces"), all).await?;
    let items = all.into_iter().map(TraceJson::from).collect();
    Ok(listed(&uri, Page { items, next: None }))
}

/// One trace
#[utoipa::path(
    get, path = "/api/v1/traces/{id}", tag = "disputes",
    params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = TraceJson),
        (status = "default", description = "Problem details")
    )
)]
pub(super) async fn show(
    Held(app): Held<App>,
    viewer: Viewer,
    Path(id): Path<TraceId>,
) -> Result<Response, Failure> {
    let found =
        move |cx: &mut Cx<'_>, lens: &Lens| traces::find(cx, lens, id)?.ok_or(Error::NotFound);
    let found = sharing::read(&app, &viewer, Occasion::of("trace"), found).await?;
    Ok(axum::Json(TraceJson::from(found)).into_response())
}

/// Does something about a trace, and answers with it.
async fn done(
    app: App,
    viewer: Viewer,
    once: Once,
    deed: impl Fn(&mut Tx<'_>, &Lens, &Actor, TimeMs) -> Result<Trace, Error> + Send + 'static,
) -> Result<Reply, Failure> {
    let (now, asks) = (app.clock.now(), viewer.clone());
    app.write_once(&viewer, once, move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &asks, now)?;
        Ok(Reply::ok(&TraceJson::from(deed(tx, &lens, &Actor::of(&asks), now)?)))
    })
    .await
}

/// What an organisation says of its leg
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LegAnswer {
    /// `data`, `fulfilment` or `carrier`.
    leg: String,
    /// `proved` (our part is done), `broke` (with us) or `not_ours`, which opens a dispute.
    answer: String,
    /// The evidence: 3 to 500 characters.
    #[serde(default)]
    words: String,
    /// Where that can be looked up: a parcel's number, a line of a log.
    #[serde(default)]
    reference: String,
    /// For `not_ours`: whose leg it is, as `data`, `fulfilment`, `carrier` or `other`.
    #[serde(default)]
    names_leg: Option<String>,
    /// For `not_ours`: which organisation's, if you know it at this customer.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "uuid")]
    organisation_id: Option<handfast_kit::OrganisationId>,
}

impl LegAnswer {
    fn of(self) -> Result<(Leg, Answer), Failure> {
        let unknown = || Failure::field("leg", "data, fulfilment or carrier is expected");
        let leg = Leg::named(&self.leg).ok_or_else(unknown)?;
        let answer = match self.answer.as_str() {
            "proved" => Answer::Proved(self.words, self.reference),
            "broke" => Answer::Broke(self.words),
            "not_ours" => {
                let named = Leg::named(self.names_leg.as_deref().unwrap_or("other"));
                let unknown = "data, fulfilment, carrier or other is expected";
                let named = named.ok_or_else(|| Failure::field("names_leg", unknown))?;
                let (words, reference) = (self.words, self.reference);
                let organisation = self.organisation_id;
                Answer::NotOurs(Claim { leg: named, organisation, words, reference })
            }
            _ => return Err(Failure::field("answer", "proved, broke or not_ours is expected")),
        };
        Ok((leg, answer))
    }
}

/// Answer for your leg
#[utoipa::path(
    post, path = "/api/v1/traces/{id}/answers", tag = "disputes", request_body = LegAnswer,
    params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = TraceJson),
        (status = "default", description = "Problem details")
    )
)]
pub(super) async fn answer(
    Held(app): Held<App>,
    viewer: Viewer,
    once: Once,
    Path(id): Path<TraceId>,
    JsonBody(said): JsonBody<LegAnswer>,
) -> Result<Reply, Failure> {
    let (leg, answer) = said.of()?;
    let deed = move |tx: &mut Tx<'_>, lens: &Lens, actor: &Actor, now: TimeMs| {
        traces::answer(tx, lens, actor, now, (id, leg, &answer))
    };
    done(app, viewer, once, deed).await
}

/// What the customer is to get
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RemedyPromise {
    /// `send_again`, `refund`, `case` or `arrived`.
    kind: String,
    /// Up to 500 characters.
    #[serde(default)]
    words: String,
    /// By when, RFC 3339; in three working days if left out.
    #[serde(default)]
    by: Option<String>,
}

/// Promise the customer something, whoever's leg it broke at
#[utoipa::path(
    post, path = "/api/v1/traces/{id}/promise", tag = "disputes", request_body = RemedyPromise,
    params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = TraceJson),
        (status = "default", description = "Problem details")
    )
)]
pub(super) async fn promise(
    Held(app): Held<App>,
    viewer: Viewer,
    once: Once,
    Path(id): Path<TraceId>,
    JsonBody(said): JsonBody<RemedyPromise>,
) -> Result<Reply, Failure> {
    let unknown = || Failure::field("kind", "send_again, refund, case or arrived is expected");
    let kind = RemedyKind::named(&said.kind).ok_or_else(unknown)?;
    let wrong = || Failure::field("by", "a moment like 2026-03-12T17:00:00Z is expected");
    let by =
        said.by.as_deref().map(|by| TimeMs::parse_rfc3339(by).ok_or_else(wrong)).transpose()?;
    let deed = move |tx: &mut Tx<'_>, lens: &Lens, actor: &Actor, now: TimeMs| {
        traces::promise(tx, lens, actor, now, (id, kind, &said.words, by))
    };
    done(app, viewer, once, deed).await
}

/// What the customer has
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RemedyKept {
    /// Up to 500 characters.
    #[serde(default)]
    words: String,
}

/// Say that the customer has what was promised
#[utoipa::path(
    post, path = "/api/v1/traces/{id}/kept", tag = "disputes", request_body = RemedyKept,
    params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = TraceJson),
        (status = "default", description = "Problem details")
    )
)]
pub(super) async fn keep(
    Held(app): Held<App>,
    viewer: Viewer,
    once: Once,
    Path(id): Path<TraceId>,
    JsonBody(said): JsonBody<RemedyKept>,
) -> Result<Reply, Failure> {
    let deed = move |tx: &mut Tx<'_>, lens: &Lens, actor: &Actor, now: TimeMs| {
        traces::keep(tx, lens, actor, now, (id, &said.words))
    };
    done(app, viewer, once, deed).await
}
