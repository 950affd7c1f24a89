//! Reading: the brand sees a trace whole; a partner its own leg in full, what the customer gets
//! where it looks after that, and of other legs where they stand, if it knows theirs by name.

mod store;

use std::collections::BTreeSet;

use handfast_db::{Cx, Fault};
use handfast_kit::{OrganisationId, TimeMs, Uuid};
use handfast_record::{
    TraceId, entrusting, merging, sales,
    sharing::{Lens, Sight, Who},
    touches::{Leg, TraceStep},
};

use super::{
    super::{
        reading::{Eyes, reference},
        types::{Awaited, Waiting},
    },
    rules::Part,
    store::{self as stored, Stored, StoredLeg, StoredStep},
    types::{Finding, LegTold, Remedy, ShownLeg, ShownStep, Trace},
};

/// The trace with this id, if it concerns the viewer.
pub(super) fn one(cx: &mut Cx<'_>, lens: &Lens, id: TraceId) -> Result<Option<Stored>, Fault> {
    let stored = stored::one(cx, lens.network(), id)?;
    Ok(stored.filter(|stored| concerns(lens, stored)))
}

fn concerns(lens: &Lens, stored: &Stored) -> bool {
    let own = lens.organisation();
    lens.is_whole()
        || [stored.organisation, stored.trail.good.owner].contains(&own)
        || stored.trail.parts.iter().any(|part| part.organisation == own)
}

pub(super) fn find(cx: &mut Cx<'_>, lens: &Lens, id: TraceId) -> Result<Option<Trace>, Fault> {
    let Some(stored) = one(cx, lens, id)? else { return Ok(None) };
    let Some(eyes) = Eyes::of(cx, lens, &stored.place)? else { return Ok(None) };
    shown(cx, &eyes, stored).map(Some)
}

fn shown(cx: &mut Cx<'_>, eyes: &Eyes<'_>, stored: Stored) -> Result<Trace, Fault> {
    let lens = eyes.lens;
    let mut legs = Vec::new();
    for (part, leg) in stored.trail.parts.iter().zip(&stored.legs) {
        legs.extend(shown_leg(cx, eyes, part, leg)?);
    }
    let mut steps = Vec::new();
    for step in store::steps(cx, lens.network(), stored.id)? {
        if tells(lens, &stored, &step) {
            steps.extend(shown_step(cx, eyes, step)?);
        }
    }
    let (opened_by, by) = eyes.actor(cx, Some(stored.organisation), stored.by.clone())?;
    let keeper = eyes.who(cx, stored.keeper)?;
    Ok(Trace {
        id: stored.id,
        reference: reference('T', stored.id.uuid()),
        customer: eyes.sight.known_as(),
        customer_name: eyes.name.clone(),
        sale: stored.sale,
        order_ref: keeper.id().map_or(String::new(), |_| stored.order_ref.clone()),
        opened: stored.opened,
        opened_by: opened_by.unwrap_or(keeper),
        by,
        by_customer: stored.by_customer,
        words: if is_told(lens, &stored) { stored.words.clone() } else { String::new() },
        legs,
        finding: finding(cx, eyes, &stored)?,
        remedy: remedy(lens, &stored),
        version: stored.trail.version,
        ended: stored.trail.ended,
        steps,
    })
}

/// Whether what was said when it was opened is the viewer's to read: who said it, and who looks
/// after the customer.
fn is_told(lens: &Lens, stored: &Stored) -> bool {
    let own = lens.organisation();
    lens.is_whole() || [stored.organisation, stored.trail.good.owner].contains(&own)
}

fn shown_leg(
    cx: &mut Cx<'_>,
    eyes: &Eyes<'_>,
    part: &Part,
    leg: &StoredLeg,
) -> Result<Option<ShownLeg>, Fault> {
    let is_own = part.organisation == eyes.lens.organisation();
    let who = eyes.who(cx, part.organisation)?;
    if who.id().is_none() {
        return Ok(None);
    }
    let told = (is_own || eyes.lens.is_whole()).then(|| LegTold {
        due: part.due,
        is_open: part.waits().is_some(),
        record_says: leg.record_says.clone(),
        words: part.words.clone(),
        reference: part.reference.clone(),
        answered: part.answered.clone(),
        dispute: leg.dispute,
    });
    let (state, is_late) = (part.state, part.is_late);
    Ok(Some(ShownLeg { leg: part.leg, who, state, is_late, told }))
}

/// Where it broke, if the viewer may know whom that names.
fn finding(
    cx: &mut Cx<'_>,
    eyes: &Eyes<'_>,
    stored: &Stored,
) -> Result<Option<Finding<Who>>, Fault> {
    let found = stored.trail.finding();
    let who = match found.who() {
        Some(who) => Some(eyes.who(cx, *who)?),
        None => None,
    };
    let found = match (found, who) {
        (Finding::AllProved, _) => Finding::AllProved,
        (_, None | Some(Who::Veiled(_))) => return Ok(None),
        (Finding::Waits(leg, _), Some(who)) => Finding::Waits(leg, who),
        (Finding::Silent(leg, _), Some(who)) => Finding::Silent(leg, who),
        (Finding::Disputed(leg, _), Some(who)) => Finding::Disputed(leg, who),
        (Finding::BrokeAt(leg, _), Some(who)) => Finding::BrokeAt(leg, who),
        (Finding::AnswersFor(_), Some(who)) => Finding::AnswersFor(who),
    };
    Ok(Some(found))
}

fn remedy(lens: &Lens, stored: &Stored) -> Option<Remedy> {
    let good = &stored.trail.good;
    (lens.is_whole() || good.owner == lens.organisation()).then(|| Remedy {
        owner: good.owner,
        state: good.state,
        kind: good.kind,
        words: good.words.clone(),
        waits_for: stored.waits,
        is_escalated: good.is_escalated,
    })
}

/// Whether a step is the viewer's to know: those of its own leg, and those of the customer's where
/// it looks after them; of what it did itself always.
fn tells(lens: &Lens, stored: &Stored, step: &StoredStep) -> bool {
    let own = lens.organisation();
    let part = stored.trail.parts.iter().find(|part| part.leg.word() == step.leg);
    let concerned = part.map_or(stored.trail.good.owner, |part| part.organisation);
    lens.is_whole() || concerned == own || step.organisation == Some(own)
}

fn shown_step(
    cx: &mut Cx<'_>,
    eyes: &Eyes<'_>,
    stored: StoredStep,
) -> Result<Option<ShownStep>, Fault> {
    let Some(step) = TraceStep::named(&stored.step) else { return Ok(None) };
    let (organisation, by) = eyes.actor(cx, stored.organisation, stored.by)?;
    Ok(Some(ShownStep {
        step,
        leg: Leg::named(&stored.leg),
        at: stored.at,
        organisation,
        by,
        words: stored.words,
        touch: stored.touch,
    }))
}

pub(super) fn of_customer(
    cx: &mut Cx<'_>,
    lens: &Lens,
    sight: &Sight,
) -> Result<Vec<Trace>, Fault> {
    let network = lens.network();
    let mut ids = BTreeSet::new();
    for home in merging::homes(cx, network, sight.customer())? {
        ids.extend(store::of_customer(cx, network, home)?);
    }
    // What was traced while two were one lies with whose order it is now.
    for sale in sales::of_customer(cx, lens, sight)? {
        ids.extend(store::of_sale(cx, network, sale.id)?);
    }
    let mut found = Vec::new();
    // An id sorts by its time: the latest first.
    for id in ids.into_iter().rev() {
        let Some(stored) = one(cx, lens, id)? else { continue };
        if entrusting::standing(cx, network, &stored.place)? == Some(sight.customer()) {
            found.extend(find(cx, lens, id)?);
        }
        if found.len() == 50 {
            break;
        }
    }
    Ok(found)
}

/// Who acts next for the customer of a trace, and by when.
pub(super) fn waits(
    cx: &mut Cx<'_>,
    lens_network: handfast_kit::NetworkId,
    id: TraceId,
) -> Result<Option<(OrganisationId, TimeMs)>, Fault> {
    Ok(stored::one(cx, lens_network, id)?.and_then(|stored| stored.waits))
}

/// The legs and the customers that wait for the viewer's organisation, from a place on.
pub(super) fn waiting(
    cx: &mut Cx<'_>,
    lens: &Lens,
    after: (TimeMs, Uuid),
    limit: usize,
) -> Result<Vec<(Uuid, Waiting)>, Fault> {
    let (network, own) = (lens.network(), lens.organisation());
    let mut rows = Vec::new();
    for (id, due) in store::waiting(cx, network, own, after, limit)? {
        let Some(trace) = find(cx, lens, id)? else { continue };
        let deed = match trace.remedy.as_ref().map(|remedy| remedy.kind) {
            Some(Some(_)) => "see that the customer has what was promised",
            _ => "promise the customer something",
        };
        rows.push((id.uuid(), row(&trace, (id.uuid(), Awaited::Remedy(id)), deed.to_owned(), due)));
    }
    for (id, leg_id, due) in store::waiting_legs(cx, network, own, after, limit)? {
        let Some(stored) = stored::one(cx, network, id)? else { continue };
        let at = stored.legs.iter().position(|leg| leg.id == leg_id);
        let Some(leg) = at.map(|at| stored.trail.parts[at].leg) else { continue };
        let Some(trace) = find(cx, lens, id)? else { continue };
        let deed = format!("prove your part of it: {}", leg.in_words());
        rows.push((leg_id, row(&trace, (leg_id, Awaited::Leg(id, leg)), deed, due)));
    }
    Ok(rows)
}

fn row(trace: &Trace, (place, what): (Uuid, Awaited), deed: String, due: TimeMs) -> Waiting {
    let of = if trace.order_ref.is_empty() { "" } else { ": order " };
    Waiting {
        what,
        place,
        customer: trace.customer,
        customer_name: trace.customer_name.clone(),
        deed,
        title: format!("Missing delivery{of}{}", trace.order_ref),
        reference: trace.reference.clone(),
        due,
    }
}
