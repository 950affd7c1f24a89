//! What a receiver is told of a touch: ids and the step, never words.

use handfast_db::{Cx, Fault};
use handfast_kit::{NetworkId, OrganisationId, TimeMs};
use handfast_record::{
    TouchId, organisations,
    sharing::{Lens, SystemReason},
    touches::{self, Body, Touch},
};
use serde_json::{Value, json};

/// Through whose eyes an organisation is told: the brand's see all.
pub(crate) fn eyes(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    now: TimeMs,
) -> Result<Lens, Fault> {
    if organisation == organisations::brand_id(network) {
        return Ok(Lens::system(network, organisation, SystemReason::Webhook));
    }
    Lens::of_partner(cx, network, organisation, now)
}

/// The body of a call about a touch, through the eyes of who is told; `None` when it may not see it
/// any more.
pub(crate) fn body(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    id: TouchId,
    now: TimeMs,
) -> Result<Option<String>, Fault> {
    let lens = eyes(cx, network, organisation, now)?;
    Ok(touches::find(cx, &lens, id)?.map(|touch| of(&touch).to_string()))
}

fn of(touch: &Touch) -> Value {
    let mut data = json!({ "touch_id": touch.id, "customer_id": touch.subject });
    let step = match touch.body() {
        Some(Body::HandOff { hand_off, step, due, .. }) => {
            data["hand_off"] = json!(hand_off);
            data["due"] = json!(due.map(TimeMs::rfc3339));
            Some(step.word())
        }
        Some(Body::Obligation { obligation, step, due, .. }) => {
            data["obligation"] = json!(obligation);
            data["due"] = json!(due.map(TimeMs::rfc3339));
            Some(step.word())
        }
        Some(Body::Dispute(said)) => {
            data["dispute"] = json!(said.dispute);
            data["due"] = json!(said.due.map(TimeMs::rfc3339));
            Some(said.step.word())
        }
        Some(Body::Trace(said)) => {
            data["trace"] = json!(said.trace);
            data["leg"] = json!(said.leg);
            data["due"] = json!(said.due.map(TimeMs::rfc3339));
            Some(said.step.word())
        }
        _ => None,
    };
    let mut kind = touch.kind.clone();
    if let Some(step) = step {
        data["step"] = json!(step);
        kind = format!("{kind}.{step}");
    }
    json!({ "type": kind, "timestamp": touch.at.rfc3339(), "data": data })
}
