//! JSON of what is seen of a customer, and why.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use handfast_kit::{OrganisationId, TimeMs};
use handfast_web::{App, Failure, Path, Query, Viewer};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    CustomerId, customers, organisations,
    sharing::{self, Class, Lens, Level, Outline, Purpose, Reason, Sight, Tie, looks::Occasion},
};

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// For the brand: the partner whose sight is asked for. A partner may name itself only.
    #[param(value_type = Option<String>, format = "uuid")]
    organisation_id: Option<OrganisationId>,
}

/// What an organisation sees of a customer
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ShownSight {
    #[schema(value_type = String, format = "uuid")]
    customer_id: CustomerId,
    #[schema(value_type = String, format = "uuid")]
    organisation_id: OrganisationId,
    /// What is between the two now; nothing for the brand.
    ties: Vec<HeldTie>,
    /// All classes, in the order of their numbers.
    classes: Vec<SeenClass>,
}

/// A tie that is in force.
#[derive(Debug, Serialize, ToSchema)]
struct HeldTie {
    tie: Tie,
    /// Since when, RFC 3339.
    from: String,
    /// Until when, RFC 3339; none while it goes on.
    until: Option<String>,
}

/// What is seen of one class, and why.
#[derive(Debug, Serialize, ToSchema)]
struct SeenClass {
    class: Class,
    level: Level,
    /// `brand`, `granted`, `allowed`, `frozen`, `no_agreement`, `no_tie`, `not_granted`,
    /// `objected`, `not_consented`, `before_tie`.
    reason: &'static str,
    /// The tie by which it is granted.
    tie: Option<Tie>,
    /// The purpose for which it is granted, or that needs the customer's consent.
    purpose: Option<Purpose>,
    /// Until when, RFC 3339; none while it goes on, or where nothing is shown.
    until: Option<String>,
    /// Older entries are shown less than that, RFC 3339; none where their age does not matter.
    since: Option<String>,
}

impl From<Outline> for SeenClass {
    fn from(outline: Outline) -> Self {
        let (reason, tie, purpose) = worded(outline.verdict.reason);
        Self {
            class: outline.class,
            level: outline.verdict.level,
            reason,
            tie,
            purpose,
            until: outline.until.map(TimeMs::rfc3339),
            since: outline.since.map(TimeMs::rfc3339),
        }
    }
}

/// The reason's word, with the tie and the purpose that it names.
const fn worded(reason: Reason) -> (&'static str, Option<Tie>, Option<Purpose>) {
    match reason {
        Reason::Brand => ("brand", None, None),
        Reason::Own => ("own", None, None),
        Reason::Granted(tie, purpose) => ("granted", Some(tie), purpose),
        Reason::Allowed(_) => ("allowed", None, None),
        Reason::Audience => ("audience", None, None),
        Reason::Frozen => ("frozen", None, None),
        Reason::NoAgreement => ("no_agreement", None, None),
        Reason::NoTie => ("no_tie", None, None),
        Reason::NotGranted => ("not_granted", None, None),
        Reason::Objected => ("objected", None, None),
        Reason::NotConsented(purpose) => ("not_consented", None, Some(purpose)),
        Reason::BeforeTie(_) => ("before_tie", None, None),
    }
}

impl ShownSight {
    fn of(sight: &Sight) -> Self {
        let held = sight.held().map(|held| HeldTie {
            tie: held.tie,
            from: held.from.rfc3339(),
            until: (held.until != sharing::ties::OPEN).then(|| held.until.rfc3339()),
        });
        Self {
            customer_id: sight.known_as(),
            organisation_id: sight.organisation(),
            ties: held.collect(),
            classes: Class::ALL.map(|class| sight.outline(class).into()).into(),
        }
    }
}

/// What is seen of a customer, and why
///
/// The level of every class with its reason: of the fields that make it up, or of entries that
/// others share. What your own organisation wrote is always seen in full. The brand may ask for
/// the sight of a partner.
#[utoipa::path(
    get, path = "/api/v1/customers/{id}/sight", tag = "customers",
    params(("id" = String, Path, format = "uuid"), Wanted),
    responses(
        (status = 200, body = ShownSight),
        (status = "default", description = "Problem details")
    )
)]
pub(super) async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<CustomerId>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let occasion = Occasion::of("customer");
    let shown = sharing::read(&app, &viewer, occasion, move |cx, lens| -> Result<_, Failure> {
        let sight = customers::look(cx, lens, id)?.ok_or(Failure::NotFound)?;
        let asked = wanted.organisation_id.filter(|asked| *asked != lens.organisation());
        let Some(asked) = asked else { return Ok(ShownSight::of(&sight)) };
        let there = organisations::find(cx, lens.network(), asked)?;
        if !lens.is_whole() || there.is_none() {
            return Err(Failure::NotFound);
        }
        let theirs = Lens::of_partner(cx, lens.network(), asked, lens.now())?;
        Ok(ShownSight::of(&theirs.sight(cx, sight.customer())?))
    });
    Ok(Json(shown.await?).into_response())
}
