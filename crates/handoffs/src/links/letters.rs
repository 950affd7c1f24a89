//! Letters that ask a partner for something, each with its link. What they say is put into words
//! only as they are sent, through the lens of whom they are for; so the outbox holds no words.

use std::sync::Arc;

use askama::Template;
use handfast_db::{Fault, Tx};
use handfast_kit::{NetworkId, OrganisationId, TimeMs, Zone};
use handfast_mail::{Letter, Writer, Written};
use handfast_record::{HandOffId, organisations, sharing::Lens, touches::HandOffStep};

use super::{Asked, PATH, What, address_of, issue, show};
use crate::HandOff;

/// Why a letter is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// Something is asked for the first time.
    Asked,
    /// Nobody has answered yet.
    Reminded,
}

/// The kinds of letters, by what they ask for and why they are written.
const HAND_OFF: &str = "hand_off";
const HAND_OFF_AGAIN: &str = "hand_off_again";

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
    let letter = Letter {
        network,
        organisation,
        thread: asked.id(),
        kind: kind(asked, occasion).to_owned(),
        to,
        subject: String::new(),
        text: String::new(),
    };
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

const fn kind(asked: Asked, occasion: Occasion) -> &'static str {
    match (asked, occasion) {
        (Asked::HandOff(_), Occasion::Asked) => HAND_OFF,
        (Asked::HandOff(_), Occasion::Reminded) => HAND_OFF_AGAIN,
    }
}

/// What a letter of this kind is about, and why it is written.
fn about(letter: &Letter) -> Option<(Asked, Occasion)> {
    let hand_off = Asked::HandOff(letter.thread.as_kind());
    match letter.kind.as_str() {
        HAND_OFF => Some((hand_off, Occasion::Asked)),
        HAND_OFF_AGAIN => Some((hand_off, Occasion::Reminded)),
        _ => None,
    }
}

/// Words letters of this crate, with links under `base_url`; others as they were asked for. What a
/// letter asks for may be over when it is to be sent: then there is none.
pub fn writer(base_url: &str) -> Writer {
    let base_url = base_url.to_owned();
    let others = handfast_mail::as_written();
    Arc::new(move |tx, letter, now| match about(letter) {
        Some((asked, occasion)) => worded(tx, letter, asked, occasion, &base_url, now),
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
    let secret = issue(tx, *network, *organisation, asked, to, now)?;
    let address = format!("{base_url}{PATH}{}", secret.text());
    let What::HandOff(hand_off) = what;
    let names = organisations::names(tx, *network, [hand_off.from, *organisation])?;
    let name = |id: &OrganisationId| names.get(id).cloned().unwrap_or_default();
    let (from, to) = (name(&hand_off.from), name(organisation));
    let words = Words { from, to, network: home.name, link: address, zone: home.zone, occasion };
    hand_off_letter(&hand_off, words).map(Some)
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

#[derive(Template)]
#[template(path = "hand_off.txt")]
struct HandOffLetter {
    from: String,
    to: String,
    network: String,
    what: &'static str,
    title: String,
    reference: String,
    by: String,
    is_again: bool,
    link: String,
}

fn hand_off_letter(hand_off: &HandOff, words: Words) -> Result<Written, Fault> {
    let is_again = words.occasion == Occasion::Reminded;
    let by = words.zone.format(hand_off.accept_by, "%A %-d %B, %H:%M");
    let what = hand_off.thing.handed().in_words();
    let subject = format!(
        "{}{} asks you to take over {what} by {by} ({})",
        if is_again { "Reminder: " } else { "" },
        words.from,
        hand_off.reference
    );
    let letter = HandOffLetter {
        from: words.from,
        to: words.to,
        network: words.network,
        what,
        title: hand_off.title.clone(),
        reference: hand_off.reference.clone(),
        by,
        is_again,
        link: words.link,
    };
    let text = letter.render().map_err(|error| Fault::other(error.to_string()))?;
    Ok(Written { subject, text })
}
