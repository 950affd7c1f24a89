//! Letters that ask a partner for something, each with its link. What they say is put into words
//! only as they are sent, through the lens of whom they are for; so the outbox holds no words.

mod checkpoint;
mod dispute;
mod hand_off;
mod leg;
mod obligation;

use std::sync::Arc;

use askama::Template;
use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{NetworkId, OrganisationId, TimeMs, Zone};
use handfast_mail::{Letter, Standing, Writer, Written};
use handfast_record::{
    DisputeId, HandOffId, ObligationId, TraceId, organisations,
    sharing::{Lens, Who},
    touches::{DisputeStep, DutyStep, HandOffStep, TraceStep},
};

use super::{Asked, PATH, What, address_of, addresses_of, issue, show};

/// Why a letter is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// Something is asked for the first time.
    Asked,
    /// Nobody has answered yet.
    Reminded,
    /// Whoever stands above was told that it is still to be done.
    Escalated,
    /// What is held was read back, and differs.
    Differs,
}

/// The kinds of letters, by what they ask for and why they are written.
const KINDS: [(&str, Occasion); 4] = [
    ("obligation", Occasion::Asked),
    ("obligation_again", Occasion::Reminded),
    ("obligation_escalated", Occasion::Escalated),
    ("obligation_differs", Occasion::Differs),
];
const HAND_OFF: &str = "hand_off";
const HAND_OFF_AGAIN: &str = "hand_off_again";
const DISPUTE: &str = "dispute";
const DISPUTE_AGAIN: &str = "dispute_again";
const LEG: &str = "leg";
const LEG_AGAIN: &str = "leg_again";
/// How far the signed ledger goes.
pub(super) const CHECKPOINT: &str = "checkpoint";

/// Asks, in the caller's transaction, for a letter to whoever is to answer. Without an address
/// there is none: the request stands on the board all the same.
pub fn write_to(
    tx: &mut Tx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    asked: Asked,
    occasion: Occasion,
    now: TimeMs,
) -> Result<(), Fault> {
    let Some(to) = address_of(tx, network, organisation)? else { return Ok(()) };
    let letter = unworded(network, organisation, (asked, occasion), to);
    match handfast_mail::send(tx, now, &letter) {
        Ok(_) => Ok(()),
        Err(handfast_mail::Error::Fault(fault)) => Err(fault),
        // An address from before it was checked is no reason not to hand off.
        Err(error) => {
            tracing::warn!(organisation.id = %organisation, %error, "no letter");
            Ok(())
        }
    }
}

/// Writes what follows from a step of a hand-off: a letter to who is asked, or none any more.
pub(crate) fn follow(
    tx: &mut Tx<'_>,
    network: NetworkId,
    (id, to): (HandOffId, OrganisationId),
    (step, waits_for): (HandOffStep, Option<OrganisationId>),
    now: TimeMs,
) -> Result<(), Fault> {
    let asked = Asked::HandOff(id);
    match step {
        HandOffStep::Offered => write_to(tx, network, to, asked, Occasion::Asked, now),
        HandOffStep::Chased if waits_for == Some(to) => {
            write_to(tx, network, to, asked, Occasion::Reminded, now)
        }
        HandOffStep::Accepted
        | HandOffStep::Declined
        | HandOffStep::Expired
        | HandOffStep::Withdrawn => handfast_mail::withdraw(tx, network, asked.id(), now).map(drop),
        _ => Ok(()),
    }
}

/// Writes what follows from a step that some obligations took at once: a letter to each
/// organisation that acts next, or none any more. Each comes with its organisation, and who acts
/// next.
pub(crate) fn follow_duties(
    tx: &mut Tx<'_>,
    network: NetworkId,
    duties: &[(ObligationId, OrganisationId, Option<OrganisationId>)],
    step: DutyStep,
    now: TimeMs,
) -> Result<(), Fault> {
    let occasion = match step {
        DutyStep::Sent => Occasion::Asked,
        DutyStep::Chased => Occasion::Reminded,
        DutyStep::Escalated => Occasion::Escalated,
        DutyStep::Mismatch => Occasion::Differs,
        DutyStep::Verified | DutyStep::Superseded | DutyStep::Released => {
            for (id, ..) in duties {
                handfast_mail::withdraw(tx, network, id.as_kind(), now)?;
            }
            return Ok(());
        }
        _ => return Ok(()),
    };
    let acting = duties.iter().filter(|(_, organisation, acts)| *acts == Some(*organisation));
    let acting: Vec<(ObligationId, OrganisationId)> =
        acting.map(|(id, organisation, _)| (*id, *organisation)).collect();
    let organisations = acting.iter().map(|(_, organisation)| *organisation).collect();
    let addresses = addresses_of(tx, network, organisations)?;
    let letter = |(id, organisation): &(ObligationId, OrganisationId)| {
        let to = addresses.get(organisation)?.clone();
        Some(unworded(network, *organisation, (Asked::Obligation(*id), occasion), to))
    };
    let letters: Vec<Letter> = acting.iter().filter_map(letter).collect();
    handfast_mail::send_all(tx, now, &letters).map(drop)
}

/// Writes what follows from a step of a dispute: a letter to the one that is named, or none any
/// more: whoever answered it, or did not in time, it is the brand's to decide then.
pub(crate) fn follow_dispute(
    tx: &mut Tx<'_>,
    network: NetworkId,
    (id, respondent): (DisputeId, OrganisationId),
    (step, waits_for): (DisputeStep, Option<OrganisationId>),
    now: TimeMs,
) -> Result<(), Fault> {
    let asked = Asked::Dispute(id);
    match step {
        DisputeStep::Opened => write_to(tx, network, respondent, asked, Occasion::Asked, now),
        DisputeStep::Chased if waits_for == Some(respondent) => {
            write_to(tx, network, respondent, asked, Occasion::Reminded, now)
        }
        DisputeStep::Chased => Ok(()),
        DisputeStep::Accepted
        | DisputeStep::Rejected
        | DisputeStep::Settled
        | DisputeStep::Withdrawn
        | DisputeStep::Escalated => handfast_mail::withdraw(tx, network, asked.id(), now).map(drop),
    }
}

/// Writes what follows from a step of a leg of a trace: a letter to whose it is. Once it is
/// answered there is nothing to word, and so no letter any more.
pub(crate) fn follow_leg(
    tx: &mut Tx<'_>,
    network: NetworkId,
    (id, organisation): (TraceId, OrganisationId),
    step: TraceStep,
    now: TimeMs,
) -> Result<(), Fault> {
    let occasion = match step {
        TraceStep::Asked => Occasion::Asked,
        TraceStep::Chased => Occasion::Reminded,
        _ => return Ok(()),
    };
    write_to(tx, network, organisation, Asked::Leg(id), occasion, now)
}

/// A letter that is worded only as it is sent.
fn unworded(
    network: NetworkId,
    organisation: OrganisationId,
    (asked, occasion): (Asked, Occasion),
    to: String,
) -> Letter {
    Letter {
        network,
        organisation,
        thread: asked.id(),
        kind: kind(asked, occasion).to_owned(),
        to,
        subject: String::new(),
        text: String::new(),
    }
}

fn kind(asked: Asked, occasion: Occasion) -> &'static str {
    match (asked, occasion) {
        (Asked::HandOff(_), Occasion::Asked) => HAND_OFF,
        (Asked::HandOff(_), _) => HAND_OFF_AGAIN,
        (Asked::Dispute(_), Occasion::Asked) => DISPUTE,
        (Asked::Dispute(_), _) => DISPUTE_AGAIN,
        (Asked::Leg(_), Occasion::Asked) => LEG,
        (Asked::Leg(_), _) => LEG_AGAIN,
        (Asked::Obligation(_), wanted) => {
            let found = KINDS.iter().find(|(_, occasion)| *occasion == wanted);
            found.map_or("obligation", |(kind, _)| *kind)
        }
    }
}

/// What a letter of this kind is about, and why it is written.
fn about(letter: &Letter) -> Option<(Asked, Occasion)> {
    let hand_off = Asked::HandOff(letter.thread.as_kind());
    let dispute = Asked::Dispute(letter.thread.as_kind());
    match letter.kind.as_str() {
        HAND_OFF => Some((hand_off, Occasion::Asked)),
        HAND_OFF_AGAIN => Some((hand_off, Occasion::Reminded)),
        DISPUTE => Some((dispute, Occasion::Asked)),
        DISPUTE_AGAIN => Some((dispute, Occasion::Reminded)),
        LEG => Some((Asked::Leg(letter.thread.as_kind()), Occasion::Asked)),
        LEG_AGAIN => Some((Asked::Leg(letter.thread.as_kind()), Occasion::Reminded)),
        other => {
            let (_, occasion) = KINDS.iter().find(|(kind, _)| *kind == other)?;
            Some((Asked::Obligation(letter.thread.as_kind()), *occasion))
        }
    }
}

/// Words letters of this crate, with links under `base_url`; others as they were asked for. What a
/// letter asks for may be over when it is to be sent: then there is none.
pub fn writer(base_url: &str) -> Writer {
    let base_url = base_url.to_owned();
    let others = handfast_mail::as_written();
    Arc::new(move |tx, letter, now| match about(letter) {
        Some((asked, occasion)) => worded(tx, letter, asked, occasion, &base_url, now),
        None if letter.kind == CHECKPOINT => checkpoint::worded(tx, letter, now),
        None => others(tx, letter, now),
    })
}

fn worded(
    tx: &mut Tx<'_>,
    letter: &Letter,
    asked: Asked,
    occasion: Occasion,
    base_url: &str,
    now: TimeMs,
) -> Result<Option<Written>, Fault> {
    let Letter { network, organisation, to, .. } = letter;
    // Whoever is asked may have its letters sent elsewhere by now.
    if address_of(tx, *network, *organisation)?.as_ref() != Some(to) {
        return Ok(None);
    }
    let Some(home) = organisations::network(tx, *network)? else { return Ok(None) };
    let lens = Lens::of_partner(tx, *network, *organisation, now)?;
    let link = super::Link {
        network: *network,
        asked,
        organisation: *organisation,
        email: to.clone(),
        expires: now.plus(super::GOOD_FOR_MS),
    };
    let Some(what) = show(tx, &lens, now, &link)? else { return Ok(None) };
    if matches!(&what, What::Obligation(duty) if !obligation::is_wanted(duty, occasion)) {
        return Ok(None);
    }
    let secret = issue(tx, *network, *organisation, asked, to, now)?;
    let from = match &what {
        What::HandOff(hand_off) => hand_off.from,
        // Who entered it may be a partner of whom this one knows nothing.
        What::Obligation(_) | What::Leg(..) => organisations::brand_id(*network),
        What::Dispute(one) => match &one.claimant {
            Who::Named(claimant) => *claimant,
            Who::Veiled(_) => organisations::brand_id(*network),
        },
    };
    let names = organisations::names(tx, *network, [from, *organisation])?;
    let name = |id: &OrganisationId| names.get(id).cloned().unwrap_or_default();
    let words = Words {
        from: name(&from),
        to: name(organisation),
        network: home.name,
        link: format!("{base_url}{PATH}{}", secret.text()),
        zone: home.zone,
        occasion,
    };
    match what {
        What::HandOff(hand_off) => hand_off::letter(&hand_off, words).map(Some),
        What::Obligation(duty) => obligation::letter(&duty, words).map(Some),
        What::Dispute(one) => dispute::letter(&one, words).map(Some),
        What::Leg(trace, which) => leg::letter(&trace, which, words).map(Some),
    }
}

/// The letters to an organisation that were given up, the latest first: what the mail server said
/// may name the address. Of a network's, only the 200 oldest are looked at.
pub fn given_up(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
) -> Result<Vec<Standing>, Fault> {
    let mut letters = handfast_mail::dead(cx, network)?;
    letters.retain(|letter| letter.organisation == organisation);
    letters.reverse();
    Ok(letters)
}

fn rendered(letter: &impl Template) -> Result<String, Fault> {
    letter.render().map_err(|error| Fault::other(error.to_string()))
}

/// What every letter says.
struct Words {
    from: String,
    to: String,
    network: String,
    link: String,
    zone: Zone,
    occasion: Occasion,
}
