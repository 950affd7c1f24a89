//! What the organisations of the town write of their customers.

use handfast_db::{Db, Fault};
use handfast_handoffs::{
    Actor, Offer, Thing,
    disputes::{
        self, Claim,
        traces::{self, NewTrace, RemedyKind},
    },
    links::{self, Asked},
    obligations::{self, NewChange, Value},
};
use handfast_kit::{NetworkId, OrganisationId, TimeMs};
use handfast_record::{
    ChangeId, CustomerId, DisputeId, HandOffId, ObligationId, SaleId, TraceId,
    customers::Details,
    organisations,
    sales::{self, Line, Order, Review},
    sharing::{Lens, SystemReason},
    testing::NOW,
    touches::Changed,
};
use handfast_web::{Secret, Side};

use crate::estates::Whose;

pub(crate) fn line(order_ref: &str, seller: OrganisationId, whose: Whose) -> Line {
    Line {
        order_ref: order_ref.to_owned(),
        line_ref: "1".to_owned(),
        seller,
        product_ref: format!("{}-p", whose.canary()),
        title: format!("{} saddle", whose.canary()),
        category: whose.canary().to_owned(),
        quantity: 1,
        price_minor: 10_000,
        freight_minor: 500,
        hand_over_due: Some(NOW.plus(-TimeMs::DAY)),
    }
}

pub(crate) fn order(order_ref: &str, customer_ref: &str) -> Order {
    Order {
        order_ref: order_ref.to_owned(),
        customer_ref: customer_ref.to_owned(),
        status: "delivered".to_owned(),
        ordered: NOW.plus(-9 * TimeMs::DAY),
        handed_over: Some(NOW.plus(-6 * TimeMs::DAY)),
        promised: Some(NOW.plus(-4 * TimeMs::DAY)),
        delivered: Some(NOW.plus(-2 * TimeMs::DAY)),
        currency: "GBP".to_owned(),
    }
}

pub(crate) fn review(order_ref: &str, title: &str, text: &str) -> Review {
    Review {
        order_ref: order_ref.to_owned(),
        review_ref: format!("{order_ref}-review"),
        score: 2,
        title: title.to_owned(),
        text: text.to_owned(),
        asked: None,
        answered: NOW.plus(-TimeMs::DAY),
    }
}

/// What a record of an organisation says, its canary in every field that takes words.
pub(crate) fn details(whose: Whose) -> Details {
    let canary = whose.canary();
    Details {
        name: format!("Customer {canary}"),
        email: format!("customer@{canary}.example"),
        phone: "+44 20 7946 0000".to_owned(),
        street: format!("1 {canary} street"),
        city: format!("{canary}town"),
        region: canary.to_owned(),
        ..Details::default()
    }
}

/// The link of the letter that asks a partner to take this over. A brand is sent no letters.
pub(crate) fn linked(
    db: &Db,
    network: NetworkId,
    organisation: OrganisationId,
    hand_off: HandOffId,
) -> Secret {
    let linked = db.write(move |tx| {
        let email = links::address_of(tx, network, organisation)?;
        let Some(email) = email else { return Ok(Secret::random()) };
        links::issue(tx, network, organisation, Asked::HandOff(hand_off), &email, NOW)
    });
    linked.map_err(|fault: Fault| fault).unwrap()
}

/// What is between a brand and a partner about a customer.
pub(crate) struct Between {
    pub(crate) hand_off: HandOffId,
    pub(crate) change: ChangeId,
    pub(crate) obligation: ObligationId,
    pub(crate) dispute: DisputeId,
    pub(crate) sale: SaleId,
    pub(crate) trace: TraceId,
}

/// All of it; nothing is between a brand and itself.
pub(crate) fn between(
    db: &Db,
    (whose, network, side): (Whose, NetworkId, Side),
    (organisation, customer): (OrganisationId, CustomerId),
) -> Between {
    let (sale, trace) = missing(db, network, (side, organisation, customer));
    if side == Side::Brand {
        let (hand_off, change) = (HandOffId::random(), ChangeId::random());
        let (obligation, dispute) = (ObligationId::random(), DisputeId::random());
        return Between { hand_off, change, obligation, dispute, sale, trace };
    }
    let hand_off = offered(db, network, whose, (organisation, customer));
    let (change, obligation) = told(db, network, (organisation, customer));
    let dispute = disputed(db, network, whose, (organisation, hand_off));
    Between { hand_off, change, obligation, dispute, sale, trace }
}

/// A brand offers a partner to do something for a customer.
fn offered(
    db: &Db,
    network: NetworkId,
    whose: Whose,
    (to, customer): (OrganisationId, CustomerId),
) -> HandOffId {
    let offer = Offer {
        customer,
        thing: Thing::Task(format!("task {}", whose.canary())),
        to,
        accept_by: None,
        words: format!("words {}", whose.canary()),
        brief: Vec::new(),
        incomplete_ok: true,
    };
    let brand = organisations::brand_id(network);
    let offered = db.write(move |tx| {
        let eyes = Lens::system(network, brand, SystemReason::Demo);
        let name = "Somebody of the brand".to_owned();
        let actor = Actor { organisation: brand, person: None, name };
        handfast_handoffs::offer(tx, &eyes, &actor, NOW, &offer)
    });
    offered.unwrap().id
}

/// A brand tells a partner what a customer no longer allows.
fn told(
    db: &Db,
    network: NetworkId,
    (organisation, customer): (OrganisationId, CustomerId),
) -> (ChangeId, ObligationId) {
    let new = NewChange {
        customer,
        changed: Changed::Consent,
        value: Value::Nothing,
        from: None,
        until: None,
        by_customer: true,
    };
    let brand = organisations::brand_id(network);
    let entered = db.write(move |tx| {
        let eyes = Lens::system(network, brand, SystemReason::Demo);
        let name = "Somebody of the brand".to_owned();
        let actor = Actor { organisation: brand, person: None, name };
        obligations::enter(tx, &eyes, &actor, NOW, &new)
    });
    let change = entered.unwrap();
    let own = change.obligations.iter().find(|one| one.organisation == organisation);
    (change.id, own.unwrap().id)
}

/// A partner says that what it was offered is not its part.
fn disputed(
    db: &Db,
    network: NetworkId,
    whose: Whose,
    (organisation, hand_off): (OrganisationId, HandOffId),
) -> DisputeId {
    let claim = Claim::of_words(&format!("not ours {}", whose.canary()));
    let opened = db.write(move |tx| {
        let eyes = Lens::of_partner(tx, network, organisation, NOW)?;
        let name = format!("Somebody of {}", whose.canary());
        let actor = Actor { organisation, person: None, name };
        disputes::open(tx, &eyes, &actor, NOW, (hand_off, &claim))
    });
    opened.unwrap().id
}

/// A customer's order, and the trace of it where a partner sold it: something is promised already.
fn missing(
    db: &Db,
    network: NetworkId,
    (side, organisation, customer): (Side, OrganisationId, CustomerId),
) -> (SaleId, TraceId) {
    let brand = organisations::brand_id(network);
    let eyes = Lens::system(network, brand, SystemReason::Demo);
    let sale = db.read(|cx| {
        let sight = eyes.sight(cx, customer)?;
        sales::of_customer(cx, &eyes, &sight)
    });
    let sale = sale.map_err(|fault: Fault| fault).unwrap()[0].id;
    if side == Side::Brand {
        return (sale, TraceId::random());
    }
    let traced = db.write(move |tx| {
        let eyes = Lens::of_partner(tx, network, organisation, NOW)?;
        let name = "Somebody".to_owned();
        let actor = Actor { organisation, person: None, name };
        let words = "It never came".to_owned();
        let new = NewTrace { customer, sale, words, by_customer: true };
        let trace = traces::open(tx, &eyes, &actor, NOW, &new)?.id;
        traces::promise(tx, &eyes, &actor, NOW, (trace, RemedyKind::SendAgain, "", None))
    });
    (sale, traced.unwrap().id)
}
