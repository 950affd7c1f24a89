//! What the customer was told of a change: plain sentences, made of its steps.

use std::collections::{BTreeSet, HashMap};

use handfast_db::{Cx, Fault};
use handfast_kit::{OrganisationId, TimeMs, Zone};
use handfast_record::{
    organisations,
    sharing::Lens,
    touches::{Changed, DutyStep},
};

use crate::{
    Told,
    obligations::{Change, DutyState, Obligation, Step},
};

/// Most sentences of one change.
const TOLD_MAX: usize = 20;

pub(crate) fn told(cx: &mut Cx<'_>, lens: &Lens, change: &Change) -> Result<Vec<Told>, Fault> {
    let network = lens.network();
    let zone = organisations::network(cx, network)?.map(|network| network.zone);
    let parties: BTreeSet<_> = change.obligations.iter().map(|one| one.organisation).collect();
    let names = organisations::names(cx, network, parties)?;
    let telling = Telling { zone: zone.as_ref(), names: &names, is_whole: lens.is_whole() };
    let mut told = vec![Told { at: change.entered, words: telling.entered(change) }];
    for one in &change.obligations {
        let mut was_wrong = false;
        for step in &one.steps {
            told.extend(telling.step(one, step, was_wrong));
            was_wrong = was_wrong || step.step == DutyStep::Mismatch;
        }
    }
    told.extend(telling.all_verified(change));
    told.sort_by_key(|told| told.at);
    // How it began, and what came last.
    if told.len() > TOLD_MAX {
        told.drain(1..=told.len() - TOLD_MAX);
    }
    Ok(told)
}

struct Telling<'a> {
    zone: Option<&'a Zone>,
    names: &'a HashMap<OrganisationId, String>,
    /// A partner is not told how many others there are.
    is_whole: bool,
}

impl Telling<'_> {
    fn name(&self, id: OrganisationId) -> &str {
        self.names.get(&id).map_or("One of them", String::as_str)
    }

    fn moment(&self, at: TimeMs) -> String {
        self.zone.map_or(String::new(), |zone| zone.format(at, "%A %-d %B, %H:%M"))
    }

    /// `We have your new address. Three organisations need it. You do not have to tell them.`
    fn entered(&self, change: &Change) -> String {
        let have = have(change.changed);
        let from = change.from.filter(|from| *from > change.entered);
        let from = from.map_or(String::new(), |at| format!(" It holds from {}.", self.moment(at)));
        match change.obligations.len() {
            _ if !self.is_whole => {
                format!("{have}{from} Who needs it is told. You do not have to tell them.")
            }
            0 => format!("{have}{from} Nobody else needs it."),
            1 => format!("{have}{from} One organisation needs it. You do not have to tell it."),
            n => format!(
                "{have}{from} {} organisations need it. You do not have to tell them.",
                counted(n)
            ),
        }
    }

    /// Only what went wrong, and how it was put right: what went well is told once, of all.
    fn step(&self, one: &Obligation, step: &Step, was_wrong: bool) -> Option<Told> {
        let name = self.name(one.organisation);
        let is_now = one.state == DutyState::Mismatch;
        let by = one.waits_for.filter(|_| is_now);
        let by = by.map_or(String::new(), |(_, due)| format!(" by {}", self.moment(due)));
        let words = match step.step {
            DutyStep::Mismatch => {
                format!("{name} wrote it down wrong. We have asked them to correct it{by}.")
            }
            DutyStep::Verified if was_wrong => {
                format!("{name} has corrected it. We read back what they hold: it is right now.")
            }
            DutyStep::Refused => {
                format!("{name} says that it is not their part. We find out whose it is.")
            }
            DutyStep::Escalated if step.organisation.is_none() => {
                format!("{name} is late with it. We are on to them.")
            }
            _ => return None,
        };
        Some(Told { at: step.at, words })
    }

    /// Once each has read back what was given.
    fn all_verified(&self, change: &Change) -> Option<Told> {
        let all = &change.obligations;
        let is_done = |one: &Obligation| one.state == DutyState::Verified;
        if !self.is_whole || all.is_empty() || !all.iter().all(is_done) {
            return None;
        }
        let steps = all.iter().flat_map(|one| &one.steps);
        let read = steps.filter(|step| step.step == DutyStep::Verified);
        let at = read.map(|step| step.at).max()?;
        let who = match all.len() {
            1 => "It is".to_owned(),
            2 => "Both are".to_owned(),
            n => format!("All {} are", counted(n).to_lowercase()),
        };
        Some(Told { at, words: format!("{who} right now. We read back what they hold.") })
    }
}

/// What was told, as its first sentence.
const fn have(changed: Changed) -> &'static str {
    match changed {
        Changed::Name => "We have your new name.",
        Changed::Phone => "We have your new phone number.",
        Changed::Email => "We have your new mail address.",
        Changed::Address => "We have your new address.",
        Changed::Consent => "We have what you allow.",
        Changed::Erasure => "We have your wish to be forgotten.",
    }
}

/// `Three`, at the beginning of a sentence.
fn counted(n: usize) -> String {
    const WORDS: [&str; 13] = [
        "No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten",
        "Eleven", "Twelve",
    ];
    WORDS.get(n).map_or_else(|| n.to_string(), |word| (*word).to_owned())
}
