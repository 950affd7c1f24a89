//! Each act of a plan done: through the front doors of `record`, and where there is none yet, in
//! the tables themselves.

use handfast_db::{Fault, Tx};
use handfast_kit::{Id, OrganisationId, TimeMs};
use handfast_record::{
    CustomerId,
    cases::{self, End, Event},
    customers::{self, Details, Incoming},
    sales::{self, Line, Payment, Review},
    sharing::{Saying, Tie},
    touches::{self, NewTouch},
};

use crate::{
    plan::{Act, For, Order, Said, Step, Who, Whom, Written, reference},
    policy,
    stage::{Ground, Known, fault},
};

/// Does it.
pub(crate) fn act(
    tx: &mut Tx<'_>,
    ground: &Ground,
    known: &mut Known,
    act: &Act,
) -> Result<(), Fault> {
    match act {
        Act::Record { who, whom, details, at } => {
            recorded(tx, ground, known, (*who, *whom), (details, *at))
        }
        Act::Order(order) => ordered(tx, ground, order),
        Act::Case(step) => stepped(tx, ground, step),
        Act::Entry(written) => wrote(tx, ground, known, written),
        Act::Agreement { who, grants } => {
            if policy::agree(tx, ground, *who, grants.as_deref())? {
                match grants {
                    Some(grants) => known.grants.insert(*who, grants.clone()),
                    None => known.grants.remove(who),
                };
            }
            Ok(())
        }
        Act::Tie { who, whom, tie, from, until } => {
            let tied = (*who, *whom, *tie);
            let is_made = policy::tie(tx, ground, known, tied, (*from, *until))?;
            cause(known, is_made, tied);
            Ok(())
        }
        Act::TieEnds { who, whom, tie } => {
            policy::end_tie(tx, ground, known, (*who, *whom, *tie)).map(drop)
        }
        Act::Guest { who, whom } => {
            let is_in = policy::guest(tx, ground, known, (*who, *whom))?;
            cause(known, is_in, (*who, *whom, Tie::Guest));
            Ok(())
        }
        Act::Asked { who, whom, classes, is_allowed } => {
            let asked = (classes.as_slice(), *is_allowed);
            let is_allowed = policy::ask(tx, ground, known, (*who, *whom), asked)?;
            cause(known, is_allowed, (*who, *whom, Tie::Allowed));
            Ok(())
        }
        _ => said(tx, ground, known, act),
    }
}

fn recorded(
    tx: &mut Tx<'_>,
    ground: &Ground,
    known: &mut Known,
    (who, whom): (Who, Whom),
    (details, at): (&Details, TimeMs),
) -> Result<(), Fault> {
    let incoming = Incoming {
        external_ref: reference(who, whom),
        person_key: known.keys.contains(&whom).then(|| format!("person {whom}")),
        details: details.clone(),
        since: None,
    };
    let author = ground.author(who);
    let received = customers::receive(tx, &author, at, ground.now, &incoming).map_err(fault)?;
    known.customers.insert(whom, received.ids().0);
    Ok(())
}

/// What a customer says, and its data being frozen.
fn said(tx: &mut Tx<'_>, ground: &Ground, known: &mut Known, act: &Act) -> Result<(), Fault> {
    match act {
        Act::Said { whom, saying } => {
            let (said, customer) = (of(ground, saying), known.customers[whom]);
            if policy::say(tx, ground, customer, &said)? {
                known.sayings.retain(|held| !(held.0 == customer && is_about(&held.1, &said)));
                known.sayings.push((customer, said));
            }
            Ok(())
        }
        Act::Unsaid { whom, saying } => {
            let (said, customer) = (of(ground, saying), known.customers[whom]);
            if policy::unsay(tx, ground, customer, &said)? {
                known.sayings.retain(|held| !(held.0 == customer && is_about(&held.1, &said)));
            }
            Ok(())
        }
        Act::Frozen { whom, is_frozen } => {
            let customer = known.customers[whom];
            if policy::freeze(tx, ground, customer, *is_frozen)? {
                known.frozen.retain(|held| *held != customer);
                known.frozen.extend(is_frozen.then_some(customer));
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Keeps what made a tie.
fn cause(known: &mut Known, is_made: bool, (who, whom, tie): (Who, Whom, Tie)) {
    if is_made {
        known.made.insert((who, known.customers[&whom], tie));
    }
}

/// What was said, in the words of `sharing`.
fn of(ground: &Ground, said: &Said) -> Saying {
    let organisation: Option<OrganisationId> = said.to.map(|to| ground.organisations[to]);
    Saying { purpose: said.purpose, organisation, class: said.class, allowed: said.allowed }
}

/// Whether one word is about the same as another, which it then replaces.
fn is_about(one: &Saying, other: &Saying) -> bool {
    (one.purpose, one.organisation, one.class) == (other.purpose, other.organisation, other.class)
}

fn ordered(tx: &mut Tx<'_>, ground: &Ground, order: &Order) -> Result<(), Fault> {
    let author = ground.author(order.who);
    let order_ref = format!("order {}", order.number);
    for (at, seller) in order.sellers.iter().enumerate() {
        let line = Line {
            order_ref: order_ref.clone(),
            line_ref: at.to_string(),
            seller: ground.organisations[*seller],
            product_ref: format!("p{}", order.number),
            title: order.title.clone(),
            category: "saddles".to_owned(),
            quantity: 1,
            price_minor: 1_000 + order.number as i64,
            freight_minor: 50,
            hand_over_due: None,
        };
        sales::line(tx, &author, ground.now, &line).map_err(fault)?;
    }
    let delivered = order.is_delivered.then(|| order.at.plus(5 * TimeMs::DAY));
    let taken = sales::Order {
        order_ref: order_ref.clone(),
        customer_ref: reference(order.who, order.whom),
        status: if order.is_delivered { "delivered" } else { "shipped" }.to_owned(),
        ordered: order.at,
        handed_over: Some(order.at.plus(TimeMs::DAY)),
        promised: Some(order.at.plus(4 * TimeMs::DAY)),
        delivered,
        currency: "GBP".to_owned(),
    };
    sales::order(tx, &author, &ground.zone, (ground.now, ground.now), &taken).map_err(fault)?;
    if order.is_paid {
        let payment = Payment {
            order_ref: order_ref.clone(),
            payment_ref: "1".to_owned(),
            method: "card".to_owned(),
            amount_minor: 1_050,
            at: None,
        };
        sales::payment(tx, &author, ground.now, &payment).map_err(fault)?;
    }
    if let Some((score, text)) = &order.review {
        let review = Review {
            order_ref: order_ref.clone(),
            review_ref: format!("{order_ref} r"),
            score: *score,
            title: String::new(),
            text: text.clone(),
            asked: None,
            answered: order.at.plus(8 * TimeMs::DAY),
        };
        sales::review(tx, &author, ground.now, &review).map_err(fault)?;
    }
    Ok(())
}

fn stepped(tx: &mut Tx<'_>, ground: &Ground, step: &Step) -> Result<(), Fault> {
    let event = Event {
        case_ref: format!("case {}{}", step.number, if step.whom.is_some() { "" } else { "n" }),
        customer_ref: step.whom.map(|whom| reference(step.who, whom)),
        at: step.at,
        status: "working".to_owned(),
        owner: step.owner.clone(),
        team: format!("team{}", step.number),
        country: "GB".to_owned(),
        title: step.title.clone(),
        product: "brake".to_owned(),
        end: if step.closes { End::Closes } else { End::GoesOn },
        row: step.row,
        occurrence: 0,
    };
    cases::event(tx, &ground.author(step.who), ground.now, &event).map_err(fault)
}

fn wrote(tx: &mut Tx<'_>, ground: &Ground, known: &Known, written: &Written) -> Result<(), Fault> {
    let customer: CustomerId = known.customers[&written.whom];
    let mut touch = NewTouch::new(customer.as_kind(), written.at, written.body.clone());
    touch.id = Some(Id::from_uuid(written.id.uuid()));
    let touch = match &written.audience {
        For::All => touch,
        For::Own => NewTouch { audience: touches::Audience::Own, ..touch },
        For::Named(named) => {
            touch.naming(named.iter().map(|who| ground.organisations[*who]).collect())
        }
    };
    touches::append(tx, &ground.author(written.who), ground.now, touch).map(drop)
}
