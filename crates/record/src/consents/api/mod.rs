//! JSON of what customers allow, of freezing, and of the texts that customers are asked.

mod texts;

use axum::{Json, extract::State, http::Method};
use handfast_kit::{OrganisationId, PersonId};
use handfast_web::{Access, Answer, App, Failure, JsonBody, Once, Path, Route, Scope, Viewer, api};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{About, Error, Said, Say};
use crate::{
    CustomerId,
    sharing::{self, Author, Class, Lens, Purpose, looks::Occasion},
    touches::Channel,
};

/// The calls of this module, described.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(
    paths(list, say, take_back, freeze, release, texts::list, texts::publish),
    tags((name = "consents", description = "What customers allow, and freezing"))
)]
pub struct Documentation;

/// The calls of this module.
pub fn routes() -> Vec<Route> {
    use Access::{Brand, BrandAdmin, Member, Worker};
    const CONSENTS: &str = "/api/v1/customers/{id}/consents";
    const REMOVAL: &str = "/api/v1/customers/{id}/consents/removal";
    const FREEZE: &str = "/api/v1/customers/{id}/freeze";
    const TEXTS: &str = "/api/v1/consent-texts";
    vec![
        api(Method::GET, CONSENTS, Member, Scope::Read, list),
        api(Method::POST, CONSENTS, Worker, Scope::Write, say),
        api(Method::POST, REMOVAL, Worker, Scope::Write, take_back),
        api(Method::PUT, FREEZE, Brand, Scope::Write, freeze),
        api(Method::DELETE, FREEZE, Brand, Scope::Write, release),
        api(Method::GET, TEXTS, Member, Scope::Read, texts::list),
        api(Method::POST, TEXTS, BrandAdmin, Scope::Admin, texts::publish),
    ]
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let text = error.to_string();
        match error {
            Error::NotFound => Self::NotFound,
            Error::BrandOnly => Self::Forbidden(Access::Brand.sentence().into()),
            Error::NotAboutYou | Error::NoSuchPartner => Self::field("organisation_id", text),
            Error::PurposeAndClass => Self::field("class", text),
            Error::NoSuchText => Self::field("text_version", text),
            Error::WhyWrong => Self::field("why", text),
            Error::WordsWrong => Self::field("words", text),
            Error::Unsaid | Error::TooMany | Error::NotFrozen | Error::TextMeanwhile => {
                Self::Conflict(format!("Nothing was changed: {text}."))
            }
            Error::Fault(fault) => fault.into(),
        }
    }
}

/// What a customer allows
#[derive(Debug, Serialize, ToSchema)]
struct Consents {
    /// Whether the customer's data may only be kept.
    #[schema(inline)]
    frozen: Option<ShownFrozen>,
    /// What was said. For what nobody speaks of here, `service`, `delivery` and `insurance` are
    /// permitted, `research` and `offers` are not.
    items: Vec<ShownSaid>,
}

#[derive(Debug, Serialize, ToSchema)]
struct ShownFrozen {
    /// Since when, RFC 3339.
    since: String,
    /// Why; for the brand only.
    why: Option<String>,
    /// Who froze it; for the brand only.
    #[schema(value_type = Option<String>, format = "uuid")]
    person_id: Option<PersonId>,
}

/// A yes or a no of a customer
#[derive(Debug, Serialize, ToSchema)]
struct ShownSaid {
    /// For what; everything if null.
    #[schema(value_type = Option<String>)]
    purpose: Option<Purpose>,
    /// To which partner; to all if null.
    #[schema(value_type = Option<String>, format = "uuid")]
    organisation_id: Option<OrganisationId>,
    /// Which class of data; all if null.
    #[schema(value_type = Option<String>)]
    class: Option<Class>,
    /// Yes, or no.
    allowed: bool,
    /// Whether it has its way: a no always, a yes unless a no or a freeze beats it.
    holds: bool,
    /// Which version of the purpose's text it was given to; 0 where no purpose is named.
    text_version: i64,
    /// That text.
    words: Option<String>,
    /// By which way it came.
    channel: String,
    /// The organisation that heard it.
    #[schema(value_type = String, format = "uuid")]
    heard_by: OrganisationId,
    /// The person who heard it, for whoever may know.
    #[schema(value_type = Option<String>, format = "uuid")]
    person_id: Option<PersonId>,
    /// When, RFC 3339.
    at: String,
}

impl From<Said> for ShownSaid {
    fn from(said: Said) -> Self {
        Self {
            purpose: said.about.purpose,
            organisation_id: said.about.organisation,
            class: said.about.class,
            allowed: said.allowed,
            holds: said.holds,
            text_version: said.text_version,
            words: said.words,
            channel: said.channel,
            heard_by: said.heard_by,
            person_id: said.person,
            at: said.at.rfc3339(),
        }
    }
}

/// What a customer allows: you see what names you or nobody, the brand sees all
#[utoipa::path(
    get, path = "/api/v1/customers/{id}/consents", tag = "consents",
    params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = Consents),
        (status = "default", description = "Problem details")
    )
)]
async fn list(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<CustomerId>,
) -> Result<Json<Consents>, Failure> {
    let read = sharing::read(&app, &viewer, Occasion::of("consents"), move |cx, lens| {
        let said = super::of_customer(cx, lens, id)?;
        Ok::<_, Error>((said, super::frozen(cx, lens, id)?))
    });
    let (said, frozen) = read.await?;
    let frozen = frozen.map(|frozen| ShownFrozen {
        since: frozen.at.rfc3339(),
        why: frozen.why,
        person_id: frozen.person,
    });
    Ok(Json(Consents { frozen, items: said.into_iter().map(ShownSaid::from).collect() }))
}

/// What a customer said
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSaying {
    /// `service`, `delivery`, `insurance`, `research` or `offers`; everything if left out.
    #[schema(value_type = Option<String>)]
    purpose: Option<Purpose>,
    /// To which partner; to all if left out. A partner names itself.
    #[schema(value_type = Option<String>, format = "uuid")]
    organisation_id: Option<OrganisationId>,
    /// Which class of data, without a purpose; all if left out.
    #[schema(value_type = Option<String>)]
    class: Option<Class>,
    /// Yes, or no.
    allowed: bool,
    /// By which way the customer said it: `phone`, `mail`, `in_person`, `web`, `internal`,
    /// `system`.
    #[schema(value_type = String)]
    channel: Channel,
    /// Which version of the purpose's text the customer heard or read; the latest if left out.
    text_version: Option<i64>,
}

/// Record what a customer allows or forbids
///
/// The same thing said again replaces what was said before. In force from the next request on.
#[utoipa::path(
    post, path = "/api/v1/customers/{id}/consents", tag = "consents",
    params(("id" = String, Path, format = "uuid")), request_body = NewSaying,
    responses(
        (status = 204, description = "Recorded"),
        (status = "default", description = "Problem details")
    )
)]
async fn say(
    State(app): State<App>,
    viewer: Viewer,
    once: Once,
    Path(id): Path<CustomerId>,
    JsonBody(new): JsonBody<NewSaying>,
) -> Result<Answer, Failure> {
    let say = Say {
        purpose: new.purpose,
        organisation: new.organisation_id,
        class: new.class,
        allowed: new.allowed,
        channel: new.channel,
        text_version: new.text_version,
    };
    let (now, author, asking) = (app.clock.now(), Author::of(&viewer), viewer.clone());
    app.write_once(&viewer, once, move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &asking, now)?;
        super::say(tx, &lens, &author, now, id, say)?;
        Ok(Answer::nothing())
    })
    .await
}

/// What is unsaid again
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Removal {
    /// For what; everything if left out.
    #[schema(value_type = Option<String>)]
    purpose: Option<Purpose>,
    /// To which partner; to all if left out.
    #[schema(value_type = Option<String>, format = "uuid")]
    organisation_id: Option<OrganisationId>,
    /// Which class of data; all if left out.
    #[schema(value_type = Option<String>)]
    class: Option<Class>,
    /// By which way the customer said it.
    #[schema(value_type = String)]
    channel: Channel,
}

/// Take a customer's word back: the thing is unsaid again
#[utoipa::path(
    post, path = "/api/v1/customers/{id}/consents/removal", tag = "consents",
    params(("id" = String, Path, format = "uuid")), request_body = Removal,
    responses(
        (status = 204, description = "Taken back"),
        (status = "default", description = "Problem details")
    )
)]
async fn take_back(
    State(app): State<App>,
    viewer: Viewer,
    once: Once,
    Path(id): Path<CustomerId>,
    JsonBody(removal): JsonBody<Removal>,
) -> Result<Answer, Failure> {
    let Removal { purpose, organisation_id: organisation, class, channel } = removal;
    let about = (About { purpose, organisation, class }, channel);
    let (now, author, asking) = (app.clock.now(), Author::of(&viewer), viewer.clone());
    app.write_once(&viewer, once, move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &asking, now)?;
        super::take_back(tx, &lens, &author, now, id, about)?;
        Ok(Answer::nothing())
    })
    .await
}

/// Why a customer's data may only be kept
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Freeze {
    /// Why, 1 to 500 characters. Partners do not see it.
    why: String,
}

/// Freeze a customer: partners see what they wrote themselves, and nothing else
#[utoipa::path(
    put, path = "/api/v1/customers/{id}/freeze", tag = "consents",
    params(("id" = String, Path, format = "uuid")), request_body = Freeze,
    responses(
        (status = 204, description = "Frozen"),
        (status = "default", description = "Problem details")
    )
)]
async fn freeze(
    State(app): State<App>,
    viewer: Viewer,
    once: Once,
    Path(id): Path<CustomerId>,
    JsonBody(Freeze { why }): JsonBody<Freeze>,
) -> Result<Answer, Failure> {
    let (now, author, asking) = (app.clock.now(), Author::of(&viewer), viewer.clone());
    app.write_once(&viewer, once, move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &asking, now)?;
        super::freeze(tx, &lens, &author, now, id, &why)?;
        Ok(Answer::nothing())
    })
    .await
}

/// Release a customer: partners see again what they saw before the freeze
#[utoipa::path(
    delete, path = "/api/v1/customers/{id}/freeze", tag = "consents",
    params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 204, description = "Released"),
        (status = "default", description = "Problem details")
    )
)]
async fn release(
    State(app): State<App>,
    viewer: Viewer,
    once: Once,
    Path(id): Path<CustomerId>,
) -> Result<Answer, Failure> {
    let (now, author, asking) = (app.clock.now(), Author::of(&viewer), viewer.clone());
    app.write_once(&viewer, once, move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &asking, now)?;
        super::release(tx, &lens, &author, now, id)?;
        Ok(Answer::nothing())
    })
    .await
}
