//! Reading: a dispute is its two parties' and the brand's, and each names to its viewer whom the
//! viewer knows at this customer.

use handfast_db::{Cx, Fault};
use handfast_kit::{Cursor, Page, TimeMs, Uuid};
use handfast_record::{
    DisputeId, customers,
    entrusting::{self, Seen},
    merging, organisations,
    sharing::{Lens, Sight, Who},
    touches::DisputeStep,
};

use super::{
    PAGE_ROWS, acting,
    store::{self, Stored},
    traces,
    types::{About, Awaited, Dispute, Side, Step, Waiting},
};
use crate::{obligations, reading::names, store::StoredStep};

/// Through which eyes a customer is looked at, and what is known of it by them.
pub(super) struct Eyes<'a> {
    pub(super) lens: &'a Lens,
    pub(super) sight: Sight,
    pub(super) name: Option<String>,
}

impl<'a> Eyes<'a> {
    pub(super) fn of(
        cx: &mut Cx<'_>,
        lens: &'a Lens,
        place: &entrusting::Place,
    ) -> Result<Option<Self>, Fault> {
        let Some(sight) = entrusting::sight(cx, lens, place)? else { return Ok(None) };
        let name = if sight.is_open() {
            customers::name(cx, lens, sight.known_as())?.filter(|name| !name.is_empty())
        } else {
            None
        };
        Ok(Some(Self { lens, sight, name }))
    }

    /// An organisation as the viewer may know it.
    pub(super) fn who(
        &self,
        cx: &mut Cx<'_>,
        organisation: handfast_kit::OrganisationId,
    ) -> Result<Who, Fault> {
        names::who(cx, self.lens, &self.sight, organisation)
    }

    /// An organisation, with who acted for it; nobody's name where the organisation is hidden.
    pub(super) fn actor(
        &self,
        cx: &mut Cx<'_>,
        organisation: Option<handfast_kit::OrganisationId>,
        by: String,
    ) -> Result<(Option<Who>, String), Fault> {
        let Some(organisation) = organisation else { return Ok((None, by)) };
        let who = self.who(cx, organisation)?;
        let by = if who.id().is_some() { by } else { String::new() };
        Ok((Some(who), by))
    }
}

/// `D-` and six letters or digits, of the random part of the id.
pub(super) fn reference(letter: char, id: Uuid) -> String {
    // Without those that are mistaken for others when read aloud or by hand.
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let bits = id.as_u128();
    let one = |place: u32| char::from(LETTERS[(bits >> (5 * place)) as usize & 31]);
    format!("{letter}-{}", (0..6).rev().map(one).collect::<String>())
}

/// The dispute with this id, if it concerns the viewer.
pub(super) fn one(cx: &mut Cx<'_>, lens: &Lens, id: DisputeId) -> Result<Option<Stored>, Fault> {
    let own = lens.organisation();
    let stored = store::one(cx, lens.network(), id)?;
    Ok(stored.filter(|stored| {
        lens.is_whole() || [stored.quarrel.claimant, stored.quarrel.respondent].contains(&own)
    }))
}

pub(super) fn find(cx: &mut Cx<'_>, lens: &Lens, id: DisputeId) -> Result<Option<Dispute>, Fault> {
    let Some(stored) = one(cx, lens, id)? else { return Ok(None) };
    shown(cx, lens, stored)
}

fn shown(cx: &mut Cx<'_>, lens: &Lens, stored: Stored) -> Result<Option<Dispute>, Fault> {
    let Some(eyes) = Eyes::of(cx, lens, &stored.place)? else { return Ok(None) };
    let quarrel = stored.quarrel;
    let mut steps = Vec::new();
    for step in store::steps(cx, lens.network(), stored.id)? {
        steps.extend(shown_step(cx, &eyes, step)?);
    }
    let answers_for = match quarrel.answers_for {
        Some(who) => Some(eyes.who(cx, who)?),
        None => None,
    };
    let waits_for = match stored.waits {
        Some((who, due)) => Some((eyes.who(cx, who)?, due)),
        None => None,
    };
    let own = lens.organisation();
    let side = match own {
        own if own == quarrel.claimant => Side::Claimant,
        own if own == quarrel.respondent => Side::Respondent,
        _ => Side::Brand,
    };
    Ok(Some(Dispute {
        id: stored.id,
        reference: reference('D', stored.id.uuid()),
        customer: eyes.sight.known_as(),
        customer_name: eyes.name.clone(),
        about: stored.about,
        subject: acting::subject(stored.about, &stored.subject),
        claimant: eyes.who(cx, quarrel.claimant)?,
        respondent: eyes.who(cx, quarrel.respondent)?,
        leg: stored.leg,
        words: stored.words,
        reference_of: stored.reference,
        state: quarrel.state,
        version: quarrel.version,
        opened: stored.opened,
        is_escalated: quarrel.is_escalated,
        answer: stored.answer,
        answers_for,
        waits_for,
        meanwhile: meanwhile(cx, &eyes, stored.about)?,
        side,
        steps,
    }))
}

fn shown_step(cx: &mut Cx<'_>, eyes: &Eyes<'_>, stored: StoredStep) -> Result<Option<Step>, Fault> {
    let Some(step) = DisputeStep::named(&stored.step) else { return Ok(None) };
    let (organisation, by) = eyes.actor(cx, stored.organisation, stored.by)?;
    let (at, words, touch) = (stored.at, stored.words, stored.touch);
    Ok(Some(Step { step, at, organisation, by, words, touch }))
}

/// Who acts for the customer, whatever becomes of the dispute.
fn meanwhile(
    cx: &mut Cx<'_>,
    eyes: &Eyes<'_>,
    about: About,
) -> Result<Option<(Who, Option<TimeMs>)>, Fault> {
    let network = eyes.lens.network();
    let found = match about {
        About::Obligation(id) => obligations::waits(cx, network, id)?,
        About::Leg(id, _) => traces::waits(cx, network, id)?,
        About::HandOff(id) => {
            let Some(stored) = crate::store::one(cx, network, id)? else { return Ok(None) };
            let holder = crate::store::entrusted(cx, network, stored.thing_id)?;
            let holder = holder.map_or(stored.hand.from, |one| one.holder);
            return Ok(Some((eyes.who(cx, holder)?, None)));
        }
    };
    let Some((who, due)) = found else { return Ok(None) };
    Ok(Some((eyes.who(cx, who)?, Some(due))))
}

pub(super) fn of_customer(
    cx: &mut Cx<'_>,
    lens: &Lens,
    sight: &Sight,
) -> Result<Vec<Dispute>, Fault> {
    let (network, own) = (lens.network(), lens.organisation());
    let mut rows = Vec::new();
    for home in merging::homes(cx, network, sight.customer())? {
        rows.extend(store::of_customer(cx, network, home)?);
    }
    rows.sort_by_key(|stored| std::cmp::Reverse((stored.opened, stored.id)));
    let mut found = Vec::new();
    for stored in rows {
        let parties = [stored.quarrel.claimant, stored.quarrel.respondent];
        let here = entrusting::standing(cx, network, &stored.place)?;
        if here == Some(sight.customer()) && (lens.is_whole() || parties.contains(&own)) {
            found.extend(shown(cx, lens, stored)?);
        }
        if found.len() == 100 {
            break;
        }
    }
    Ok(found)
}

/// The disputes about an obligation, a hand-off or a trace that concern the viewer.
pub(super) fn about(cx: &mut Cx<'_>, lens: &Lens, about: Uuid) -> Result<Vec<Dispute>, Fault> {
    let mut found = Vec::new();
    for stored in store::of_about(cx, lens.network(), about)? {
        let parties = [stored.quarrel.claimant, stored.quarrel.respondent];
        if lens.is_whole() || parties.contains(&lens.organisation()) {
            found.extend(shown(cx, lens, stored)?);
        }
    }
    Ok(found)
}

pub(super) fn waiting(
    cx: &mut Cx<'_>,
    lens: &Lens,
    after: Option<&Cursor>,
) -> Result<Page<Waiting>, Fault> {
    let place = after.and_then(Cursor::values::<2>);
    let after = place.and_then(|[due, id]| Some((TimeMs(due.parse().ok()?), id.parse().ok()?)));
    let after = after.unwrap_or((TimeMs(i64::MIN), Uuid::nil()));
    let (network, own) = (lens.network(), lens.organisation());
    let mut rows: Vec<(Uuid, Waiting)> = Vec::new();
    let disputes = store::waiting(cx, network, own, after, PAGE_ROWS + 1)?;
    let places: Vec<_> = disputes.iter().map(|stored| stored.place.clone()).collect();
    let seen = entrusting::seen(cx, lens, &places)?;
    for (stored, Seen { sight, name }) in disputes.into_iter().zip(seen) {
        let Some((_, due)) = stored.waits else { continue };
        let subject = acting::subject(stored.about, &stored.subject);
        let is_named = own == stored.quarrel.respondent && !stored.quarrel.is_escalated;
        let is_brands = own == organisations::brand_id(network);
        let deed = match is_named && stored.answer.0.is_empty() {
            true if is_brands => "say whose part it is",
            true => "answer whether it is your part",
            false => "decide who answers for it",
        };
        let waiting = Waiting {
            what: Awaited::Dispute(stored.id),
            place: stored.id.uuid(),
            customer: sight.known_as(),
            customer_name: name,
            deed: deed.to_owned(),
            title: format!("Dispute about {subject}"),
            reference: reference('D', stored.id.uuid()),
            due,
        };
        rows.push((stored.id.uuid(), waiting));
    }
    rows.extend(traces::waiting(cx, lens, after, PAGE_ROWS + 1)?);
    rows.sort_by_key(|(id, waiting)| (waiting.due, *id));
    let page = Page::of(rows, PAGE_ROWS, |(id, waiting)| {
        Cursor::after([waiting.due.0.to_string(), id.to_string()])
    });
    Ok(page.map(|(_, waiting)| waiting))
}
