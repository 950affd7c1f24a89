//! From what is stored to what is shown.

use handfast_db::{Cx, Fault};
use handfast_kit::{NetworkId, OrganisationId, TimeMs};
use handfast_record::{
    CaseId, HandOffId, SaleId, customers,
    entrusting::{self, Seen},
    organisations,
    sharing::{Lens, Sight, Who},
    touches::{HandOffStep, Handed},
};

use super::{
    names::{self, Names},
    store,
};
use crate::{
    BriefItem, HandOff, Plan, Row, State, Step, Thing, Told, brief as told_of,
    figures::ToldOf,
    rules::{Hand, Item},
    store::{Stored, StoredStep, entrusted, items},
    terms,
};

/// `H-` and six letters or digits, of the random part of the id.
fn reference(id: HandOffId) -> String {
    // Without those that are mistaken for others when read aloud or by hand.
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let bits = id.uuid().as_u128();
    let letter = |place: u32| char::from(LETTERS[(bits >> (5 * place)) as usize & 31]);
    format!("H-{}", (0..6).rev().map(letter).collect::<String>())
}

fn thing(stored: &Stored) -> Thing {
    match stored.hand.handed {
        Handed::Case => Thing::Case(CaseId::from_uuid(stored.thing_id)),
        Handed::Sale => Thing::Sale(SaleId::from_uuid(stored.thing_id)),
        Handed::Customer => Thing::Customer,
        Handed::Task => Thing::Task(stored.title.clone()),
    }
}

/// What the viewer sees of the customer of a hand-off, and what the customer is called.
fn customer(
    cx: &mut Cx<'_>,
    lens: &Lens,
    stored: &Stored,
) -> Result<Option<(Sight, Option<String>)>, Fault> {
    let Some(sight) = entrusting::sight(cx, lens, &stored.place)? else { return Ok(None) };
    let name = customers::name_by(cx, lens, &sight)?;
    Ok(Some((sight, name.filter(|name| !name.is_empty()))))
}

/// Rows of a list, in their order: all customers are looked at together.
pub(super) fn rows(cx: &mut Cx<'_>, lens: &Lens, page: Vec<Stored>) -> Result<Vec<Row>, Fault> {
    let places: Vec<_> = page.iter().map(|stored| stored.place.clone()).collect();
    let seen = entrusting::seen(cx, lens, &places)?;
    let mut rows = Vec::with_capacity(page.len());
    for (stored, Seen { sight, name }) in page.into_iter().zip(seen) {
        let hand = stored.hand;
        let Some((waits_for, due)) = stored.waits else { continue };
        rows.push(Row {
            id: hand.id,
            reference: reference(hand.id),
            customer: sight.known_as(),
            customer_name: name,
            handed: hand.handed,
            title: stored.title,
            from: hand.from,
            to: hand.to,
            state: hand.state,
            is_seen: hand.seen.is_some(),
            waits_for,
            since: since(cx, lens.network(), &hand, waits_for)?,
            due,
        });
    }
    Ok(rows)
}

/// A hand-off in a panel beside others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glimpse {
    /// Its id.
    pub id: HandOffId,
    /// What is handed off.
    pub title: String,
    /// Who sent it.
    pub from: OrganisationId,
    /// Who is asked.
    pub to: OrganisationId,
    /// Where it stands.
    pub state: State,
    /// When it was offered.
    pub offered: TimeMs,
    /// Who acts next, and by when.
    pub waits_for: Option<(OrganisationId, TimeMs)>,
}

/// No more than a panel shows.
pub(super) fn glimpse(stored: Stored) -> Glimpse {
    let hand = stored.hand;
    Glimpse {
        id: hand.id,
        title: stored.title,
        from: hand.from,
        to: hand.to,
        state: hand.state,
        offered: hand.offered,
        waits_for: stored.waits,
    }
}

/// What a list of figures tells of a hand-off.
pub(super) fn told_behind(
    cx: &mut Cx<'_>,
    lens: &Lens,
    stored: Stored,
) -> Result<Option<ToldOf>, Fault> {
    let Some((sight, customer_name)) = customer(cx, lens, &stored)? else { return Ok(None) };
    Ok(Some(ToldOf {
        reference: reference(stored.hand.id),
        title: stored.title,
        customer: sight.known_as(),
        customer_name,
        between: Some((stored.hand.from, stored.hand.to)),
    }))
}

/// Since when somebody is waited for: since it was offered, asked for, or came back.
fn since(
    cx: &mut Cx<'_>,
    network: NetworkId,
    hand: &Hand,
    waits_for: OrganisationId,
) -> Result<TimeMs, Fault> {
    Ok(match hand.state {
        State::Offered if waits_for == hand.to => hand.offered,
        State::Offered | State::Accepted => {
            let asked = items(cx, network, hand.id)?.into_iter().filter_map(|item| item.asked);
            asked.map(|(at, _)| at).min().unwrap_or(hand.offered)
        }
        State::Declined => hand.answered.as_ref().map_or(hand.offered, |(at, ..)| *at),
        State::Expired | State::Withdrawn => hand.accept_by,
    })
}

pub(super) fn whole(
    cx: &mut Cx<'_>,
    lens: &Lens,
    now: TimeMs,
    mut stored: Stored,
    names: &mut Names,
) -> Result<HandOff, Fault> {
    let network = lens.network();
    stored.hand.brief = items(cx, network, stored.hand.id)?;
    let gone = || Fault::other("a hand-off is of a customer who is not there");
    let (sight, customer_name) = customer(cx, lens, &stored)?.ok_or_else(gone)?;
    let thing = thing(&stored);
    let told = told_of::told(cx, lens, &sight, &thing)?;
    let steps = store::steps(cx, network, stored.hand.id)?;
    let escalation = plan(cx, network, &stored.hand, &steps, now, names)?;
    let hand = stored.hand;
    let holder = entrusted(cx, network, stored.thing_id)?.map_or(hand.from, |one| one.holder);
    let is_party = [hand.from, hand.to].contains(&holder);
    let accountable =
        if is_party { Who::Named(holder) } else { names::who(cx, lens, &sight, holder)? };
    Ok(HandOff {
        id: hand.id,
        reference: reference(hand.id),
        customer: sight.known_as(),
        customer_name,
        thing,
        title: stored.title,
        from: hand.from,
        to: hand.to,
        state: hand.state,
        version: hand.version,
        offered: hand.offered,
        accept_by: hand.accept_by,
        waits_for: hand.waits(),
        seen: hand.seen,
        answered: hand.answered,
        accountable,
        brief: brief(hand.handed, hand.brief, &told),
        steps: steps.into_iter().filter_map(step).collect(),
        escalation,
    })
}

fn step(stored: StoredStep) -> Option<Step> {
    Some(Step {
        step: HandOffStep::named(&stored.step)?,
        at: stored.at,
        by: stored.by,
        organisation: stored.organisation,
        words: stored.words,
        touch: stored.touch,
    })
}

/// The brief: what the record tells is shown as far as the viewer's lens shows the record.
pub(super) fn brief(
    handed: Handed,
    items: Vec<Item>,
    told: &[(&'static str, String)],
) -> Vec<BriefItem> {
    let shown = |item: Item| {
        let of_record =
            told.iter().find(|(word, _)| *word == item.word).filter(|_| item.from_record);
        BriefItem {
            title: terms::title(handed, &item.word).to_owned(),
            text: item.text.or_else(|| of_record.map(|(_, text)| text.clone())),
            item: item.word,
            from_record: item.from_record,
            asked: item.asked,
        }
    };
    items.into_iter().map(shown).collect()
}

/// What happened or will happen by itself: what the clock did, then what it will do.
fn plan(
    cx: &mut Cx<'_>,
    network: NetworkId,
    hand: &Hand,
    steps: &[StoredStep],
    now: TimeMs,
    names: &mut Names,
) -> Result<Vec<Plan>, Fault> {
    let (from, to) = (names.name(cx, hand.from)?, names.name(cx, hand.to)?);
    let brand = names.name(cx, organisations::brand_id(network))?;
    let mut plan = Vec::new();
    for step in steps.iter().filter(|step| step.organisation.is_none()) {
        let what = match HandOffStep::named(&step.step) {
            Some(HandOffStep::Chased) => format!("{to} was reminded"),
            Some(HandOffStep::Expired) => format!("It went back to {from}"),
            Some(HandOffStep::Escalated) => format!("{brand} was told"),
            _ => continue,
        };
        plan.push(Plan { at: step.at, what, done: true });
    }
    let mut ahead =
        |at: TimeMs, what: String| plan.push(Plan { at: at.max(now), what, done: false });
    if hand.state == State::Offered {
        if let Some(at) = hand.remind {
            ahead(at, format!("{to} is reminded"));
        }
        ahead(hand.accept_by, format!("It goes back to {from}, and {brand} is told"));
    }
    for item in hand.brief.iter().filter(|item| !item.is_escalated) {
        if let Some((_, due)) = item.asked {
            let title = terms::title(hand.handed, &item.word);
            ahead(due, format!("{brand} is told that {from} has not sent: {title}"));
        }
    }
    if let Some(due) = hand.back.filter(|_| !hand.is_escalated) {
        ahead(due, format!("{brand} is told that {from} has asked nobody else"));
    }
    plan.sort_by_key(|plan| plan.at);
    Ok(plan)
}

/// What the customer was told of these hand-offs, the latest first.
pub(super) fn told(
    cx: &mut Cx<'_>,
    network: NetworkId,
    rows: Vec<Stored>,
) -> Result<Vec<Told>, Fault> {
    let zone = organisations::network(cx, network)?.map(|network| network.zone);
    let day = |at| zone.as_ref().map_or(String::new(), |zone| zone.format(at, "%-d %B %Y"));
    let mut names = Names::of(network);
    let mut told = Vec::new();
    for stored in rows {
        let (from, to) = (stored.hand.from, stored.hand.to);
        let (from, to) = (names.name(cx, from)?, names.name(cx, to)?);
        let what = what(&stored);
        for step in store::steps(cx, network, stored.hand.id)?.into_iter().rev() {
            let day = day(step.at);
            let words = match HandOffStep::named(&step.step) {
                Some(HandOffStep::Offered) => {
                    format!(
                        "On {day} {from} asked {to} to take over {what}. Until {to} does, {from} \
                         looks after it."
                    )
                }
                Some(HandOffStep::Accepted) if step.by.is_empty() => {
                    format!("Since {day} {to} looks after {what}.")
                }
                Some(HandOffStep::Accepted) => {
                    format!("Since {day} {to} looks after {what}: {} took it over.", step.by)
                }
                Some(HandOffStep::Declined | HandOffStep::Expired) => {
                    format!(
                        "{to} has not taken over {what}. {from} goes on looking after it, and was \
                         told so on {day}."
                    )
                }
                _ => continue,
            };
            told.push(Told { at: step.at, words });
        }
    }
    told.sort_by_key(|told| std::cmp::Reverse(told.at));
    Ok(told)
}

/// What is handed off, in words to the customer.
fn what(stored: &Stored) -> String {
    match stored.hand.handed {
        Handed::Case => format!("your case “{}”", stored.title),
        Handed::Sale => format!("your {}", stored.title.replacen("Order", "order", 1)),
        Handed::Customer => "you".to_owned(),
        Handed::Task => format!("“{}”", stored.title),
    }
}
