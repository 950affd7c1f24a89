//! What becomes of a hand-off when somebody does something, or time passes. Pure: `now` is told.

use handfast_kit::{OrganisationId, TimeMs};
use handfast_record::{
    HandOffId,
    touches::{HandOffStep, Handed},
};

use super::{
    BriefEntry, Error, State,
    terms::{ITEMS_MAX, checked, needed, optional, title, within_ms},
};

/// One item of a brief, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) word: String,
    pub(crate) text: Option<String>,
    pub(crate) from_record: bool,
    /// It was missing when it was offered, or had to be asked for.
    pub(crate) was_missing: bool,
    pub(crate) asked: Option<(TimeMs, TimeMs)>,
    pub(crate) is_escalated: bool,
}

impl Item {
    pub(crate) const fn is_missing(&self) -> bool {
        self.text.is_none() && !self.from_record
    }
}

/// A hand-off as rules see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hand {
    pub(crate) id: HandOffId,
    pub(crate) handed: Handed,
    pub(crate) from: OrganisationId,
    pub(crate) to: OrganisationId,
    /// Where the thing's custody stood when it was offered.
    pub(crate) position: i64,
    pub(crate) state: State,
    pub(crate) version: i64,
    pub(crate) offered: TimeMs,
    pub(crate) accept_by: TimeMs,
    pub(crate) remind: Option<TimeMs>,
    pub(crate) seen: Option<(TimeMs, String)>,
    pub(crate) answered: Option<(TimeMs, String, String)>,
    /// Until when the sender is to find somebody else, once it is back.
    pub(crate) back: Option<TimeMs>,
    pub(crate) is_escalated: bool,
    pub(crate) brief: Vec<Item>,
}

impl Hand {
    /// By when the sender is to answer the first of the open questions.
    fn asked_by(&self) -> Option<TimeMs> {
        self.brief.iter().filter_map(|item| item.asked).map(|(_, due)| due).min()
    }

    /// Who acts next, and by when.
    pub(crate) fn waits(&self) -> Option<(OrganisationId, TimeMs)> {
        let asked = self.asked_by().map(|due| (self.from, due));
        match self.state {
            State::Offered => asked.or(Some((self.to, self.accept_by))),
            State::Accepted => asked,
            State::Declined | State::Expired => self.back.map(|due| (self.from, due)),
            State::Withdrawn => None,
        }
    }

    /// When the clock has something to do next.
    pub(crate) fn next(&self) -> Option<TimeMs> {
        let late = |item: &&Item| !item.is_escalated;
        let asked = self.brief.iter().filter(late).filter_map(|item| item.asked);
        let asked = asked.map(|(_, due)| due).min();
        let least = |one: Option<TimeMs>, other| one.into_iter().chain(other).min();
        match self.state {
            State::Offered => least(least(self.remind, asked), Some(self.accept_by)),
            State::Accepted => asked,
            State::Declined | State::Expired => self.back.filter(|_| !self.is_escalated),
            State::Withdrawn => None,
        }
    }
}

/// Who is accountable for a thing, and what is being offered of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Holding {
    pub(crate) holder: OrganisationId,
    pub(crate) position: i64,
    pub(crate) since: TimeMs,
    pub(crate) open: Option<HandOffId>,
}

/// What somebody does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deed<'a> {
    See,
    Accept,
    Decline(&'a str),
    Withdraw(&'a str),
    Ask(&'a str),
    Supply(&'a BriefEntry),
    Chase(&'a str),
    Escalate(&'a str),
}

/// Who does it, and when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn<'a> {
    pub(crate) organisation: OrganisationId,
    pub(crate) name: &'a str,
    pub(crate) brand: OrganisationId,
    /// Whether the receiver has left the network.
    pub(crate) receiver_ended: bool,
    pub(crate) now: TimeMs,
}

/// A step that was made, in words, and by when somebody acts next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Made {
    pub(crate) step: HandOffStep,
    pub(crate) words: String,
}

/// What becomes of it. Without steps nothing changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) hand: Hand,
    pub(crate) holding: Holding,
    pub(crate) steps: Vec<Made>,
}

impl Outcome {
    fn same(hand: &Hand, holding: &Holding) -> Self {
        Self { hand: hand.clone(), holding: *holding, steps: Vec::new() }
    }

    fn step(&mut self, step: HandOffStep, words: &str) {
        self.steps.push(Made { step, words: words.to_owned() });
        self.hand.version += 1;
    }

    /// Gives it back to the sender, who was accountable all the while.
    fn back(&mut self, state: State, now: TimeMs) {
        self.hand.state = state;
        self.hand.remind = None;
        self.hand.back = Some(now.plus(within_ms(self.hand.handed)));
        for item in &mut self.hand.brief {
            item.asked = None;
        }
        self.close();
    }

    fn close(&mut self) {
        if self.holding.open == Some(self.hand.id) {
            self.holding.open = None;
        }
    }
}

/// What becomes of a hand-off that somebody does something about. Whatever was done already gives
/// the same answer again, and no steps.
pub(crate) fn apply(
    hand: &Hand,
    holding: &Holding,
    turn: &Turn<'_>,
    deed: &Deed<'_>,
) -> Result<Outcome, Error> {
    let mut outcome = Outcome::same(hand, holding);
    let is_receiver = turn.organisation == hand.to;
    // The brand stands in for whoever sent it.
    let is_sender = !is_receiver && [hand.from, turn.brand].contains(&turn.organisation);
    match deed {
        Deed::See => {
            if is_receiver && hand.state == State::Offered && hand.seen.is_none() {
                outcome.hand.seen = Some((turn.now, turn.name.to_owned()));
                outcome.step(HandOffStep::Seen, "");
            }
        }
        Deed::Accept | Deed::Decline(_) | Deed::Ask(_) if !is_receiver => {
            return Err(Error::OthersTurn);
        }
        Deed::Withdraw(_) | Deed::Supply(_) if !is_sender => return Err(Error::OthersTurn),
        Deed::Accept => accept(&mut outcome, turn)?,
        Deed::Decline(reason) => decline(&mut outcome, turn, reason)?,
        Deed::Withdraw(text) => withdraw(&mut outcome, turn, text)?,
        Deed::Ask(item) => ask(&mut outcome, turn, item)?,
        Deed::Supply(entry) => supply(&mut outcome, entry)?,
        Deed::Chase(text) => press(&mut outcome, turn, HandOffStep::Chased, text)?,
        Deed::Escalate(text) => press(&mut outcome, turn, HandOffStep::Escalated, text)?,
    }
    Ok(outcome)
}

fn accept(outcome: &mut Outcome, turn: &Turn<'_>) -> Result<(), Error> {
    let hand = &outcome.hand;
    match hand.state {
        State::Accepted => return Ok(()),
        State::Offered => {}
        over => return Err(Error::Over(was(over))),
    }
    if turn.receiver_ended {
        return Err(Error::Ended);
    }
    if turn.now >= hand.accept_by {
        return Err(Error::Over("was not answered in time, and is back with its sender"));
    }
    let is_still = outcome.holding.open == Some(hand.id)
        && (outcome.holding.holder, outcome.holding.position) == (hand.from, hand.position);
    if !is_still {
        return Err(Error::Over("was overtaken by another"));
    }
    outcome.holding = Holding {
        holder: hand.to,
        position: outcome.holding.position + 1,
        // A clock that was set back makes neither gap nor overlap.
        since: turn.now.max(outcome.holding.since),
        open: None,
    };
    outcome.hand.state = State::Accepted;
    outcome.hand.remind = None;
    outcome.hand.answered = Some((turn.now, turn.name.to_owned(), String::new()));
    outcome.step(HandOffStep::Accepted, "");
    Ok(())
}

fn decline(outcome: &mut Outcome, turn: &Turn<'_>, reason: &str) -> Result<(), Error> {
    match outcome.hand.state {
        State::Declined => return Ok(()),
        State::Offered => {}
        over => return Err(Error::Over(was(over))),
    }
    let reason = needed(reason, 500)?;
    outcome.back(State::Declined, turn.now);
    outcome.hand.answered = Some((turn.now, turn.name.to_owned(), reason.clone()));
    outcome.step(HandOffStep::Declined, &reason);
    Ok(())
}

fn withdraw(outcome: &mut Outcome, turn: &Turn<'_>, text: &str) -> Result<(), Error> {
    let text = optional(text)?;
    match outcome.hand.state {
        State::Withdrawn => return Ok(()),
        State::Accepted => return Err(Error::Over(was(State::Accepted))),
        State::Declined | State::Expired if outcome.hand.back.is_none() => return Ok(()),
        // The sender keeps what came back.
        State::Declined | State::Expired => outcome.hand.back = None,
        State::Offered => {
            outcome.back(State::Withdrawn, turn.now);
            outcome.hand.back = None;
            outcome.hand.answered = Some((turn.now, turn.name.to_owned(), text.clone()));
        }
    }
    outcome.step(HandOffStep::Withdrawn, &text);
    Ok(())
}

fn ask(outcome: &mut Outcome, turn: &Turn<'_>, item: &str) -> Result<(), Error> {
    let hand = &mut outcome.hand;
    let limit = match hand.state {
        State::Offered if turn.now < hand.accept_by => hand.accept_by,
        State::Offered => return Err(Error::Over(was(State::Expired))),
        State::Accepted => TimeMs(i64::MAX),
        over => return Err(Error::Over(was(over))),
    };
    let words = needed(item, 100)?;
    let asked = Some((turn.now, turn.now.plus(within_ms(hand.handed)).min(limit)));
    let is_full = hand.brief.len() >= ITEMS_MAX;
    match hand.brief.iter_mut().find(|known| known.word == words) {
        Some(known) if known.asked.is_some() => return Ok(()),
        Some(known) => {
            *known = Item { asked, was_missing: true, is_escalated: false, ..known.clone() };
        }
        None if is_full => return Err(Error::BriefWrong),
        None => hand.brief.push(Item {
            word: words.clone(),
            text: None,
            from_record: false,
            was_missing: true,
            asked,
            is_escalated: false,
        }),
    }
    let title = title(hand.handed, &words).to_owned();
    outcome.step(HandOffStep::Asked, &title);
    Ok(())
}

fn supply(outcome: &mut Outcome, entry: &BriefEntry) -> Result<(), Error> {
    let hand = &mut outcome.hand;
    if !matches!(hand.state, State::Offered | State::Accepted) {
        return Err(Error::Over(was(hand.state)));
    }
    let entry = checked(entry)?;
    let is_full = hand.brief.len() >= ITEMS_MAX;
    let new = |was_missing| Item {
        word: entry.item.clone(),
        text: Some(entry.text.clone()),
        from_record: false,
        was_missing,
        asked: None,
        is_escalated: false,
    };
    match hand.brief.iter_mut().find(|known| known.word == entry.item) {
        Some(known) if *known == new(known.was_missing) => return Ok(()),
        Some(known) => *known = new(known.was_missing),
        None if is_full => return Err(Error::BriefWrong),
        None => hand.brief.push(new(false)),
    }
    let title = title(hand.handed, &entry.item).to_owned();
    outcome.step(HandOffStep::Supplied, &title);
    Ok(())
}

/// Reminds whoever acts next, or tells who stands above.
fn press(
    outcome: &mut Outcome,
    turn: &Turn<'_>,
    step: HandOffStep,
    text: &str,
) -> Result<(), Error> {
    let text = optional(text)?;
    match outcome.hand.waits() {
        None => Err(Error::Over("waits for nobody")),
        Some((organisation, _)) if organisation == turn.organisation => Err(Error::OthersTurn),
        Some(_) => {
            outcome.step(step, &text);
            Ok(())
        }
    }
}

/// What time alone does.
pub(crate) fn clock(hand: &Hand, holding: &Holding, receiver_ended: bool, now: TimeMs) -> Outcome {
    let mut outcome = Outcome::same(hand, holding);
    if hand.state == State::Offered && (receiver_ended || now >= hand.accept_by) {
        outcome.back(State::Expired, now);
        let words = if receiver_ended { "The receiver has left the network" } else { "" };
        outcome.step(HandOffStep::Expired, words);
        outcome.step(HandOffStep::Escalated, "");
        return outcome;
    }
    if hand.state == State::Offered && hand.remind.is_some_and(|at| now >= at) {
        outcome.hand.remind = None;
        outcome.step(HandOffStep::Chased, "Half of the time has passed");
    }
    let late = |item: &Item| !item.is_escalated && item.asked.is_some_and(|(_, due)| now >= due);
    let mut words = Vec::new();
    for item in outcome.hand.brief.iter_mut().filter(|item| late(item)) {
        item.is_escalated = true;
        words.push(title(hand.handed, &item.word).to_owned());
    }
    for title in words {
        outcome.step(HandOffStep::Escalated, &format!("Still missing: {title}"));
    }
    let is_back = matches!(hand.state, State::Declined | State::Expired);
    if is_back && !hand.is_escalated && hand.back.is_some_and(|due| now >= due) {
        outcome.hand.is_escalated = true;
        outcome.step(HandOffStep::Escalated, "Nobody else was asked");
    }
    outcome
}

const fn was(state: State) -> &'static str {
    match state {
        State::Offered => "waits for an answer",
        State::Accepted => "was accepted already",
        State::Declined => "was declined already",
        State::Expired => "was not answered in time, and is back with its sender",
        State::Withdrawn => "was withdrawn",
    }
}
