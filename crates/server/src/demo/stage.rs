//! What the story's tellers have at hand: who is who, what day it is, and short words for what can
//! happen.

use anyhow::{Context, Result};
use handfast_db::{Db, Tx};
use handfast_kit::{Day, NetworkId, OrganisationId, PersonId, TimeMs, Zone};
use handfast_record::{
    CustomerId, RecordId,
    customers::{self, Details, Incoming},
    organisations, people, receipts,
    sales::{self, Line, Order, Review},
    sharing::Author,
    touches::{self, Body, Channel, NewTouch, Step},
};

/// Who is who, and what day it is.
#[derive(Clone)]
pub(super) struct Stage {
    pub(super) db: Db,
    pub(super) network: NetworkId,
    pub(super) zone: Zone,
    /// When the story is told: nothing happens later.
    pub(super) now: TimeMs,
}

/// A moment of the story: so many days ago, at this time of the day.
#[derive(Clone, Copy)]
pub(super) struct Ago(pub(super) i32, pub(super) i64, pub(super) i64);

/// A customer of one organisation.
#[derive(Clone, Copy)]
pub(super) struct Own {
    pub(super) author: Author,
    pub(super) customer: CustomerId,
    pub(super) record: RecordId,
}

impl Stage {
    pub(super) fn set(db: &Db, network: NetworkId, now: TimeMs) -> Result<Self> {
        let network = db
            .read(|cx| organisations::network(cx, network))?
            .context("the demo's network is gone")?;
        Ok(Self { db: db.clone(), network: network.id, zone: network.zone, now })
    }

    /// The moment, never later than now.
    pub(super) fn at(&self, Ago(days, hour, minute): Ago) -> TimeMs {
        let day = Day(self.zone.day_of(self.now).0 - days);
        let at = self.zone.start_of(day).plus(hour * TimeMs::HOUR + minute * TimeMs::MINUTE);
        at.min(self.now)
    }

    /// The first moment of a day to come.
    pub(super) fn in_days(&self, days: i32) -> TimeMs {
        self.zone.start_of(Day(self.zone.day_of(self.now).0 + days))
    }

    pub(super) fn organisation(&self, external_ref: &str) -> Result<OrganisationId> {
        let found = self.db.read(|cx| organisations::by_ref(cx, self.network, external_ref))?;
        Ok(found.with_context(|| format!("the story misses {external_ref}"))?.id)
    }

    /// The organisation as author, and the person, if one is named by mail address.
    pub(super) fn author(&self, external_ref: &str, email: Option<&str>) -> Result<Author> {
        let organisation = self.organisation(external_ref)?;
        let Some(email) = email else {
            return Ok(Author::organisation(self.network, organisation));
        };
        let person = self.db.read(|cx| people::person_by_email(cx, email))?;
        let person: PersonId = person.with_context(|| format!("the story misses {email}"))?.id;
        Ok(Author::person(self.network, organisation, person))
    }

    /// Gives what happened its numbers, so that the feed has it at once. Whoever serves the story
    /// signs it.
    pub(super) fn seal(&self) -> Result<()> {
        let (network, now) = (self.network, self.now);
        while self.db.write(move |tx| receipts::seal(tx, network, now, 2_000, None))? > 0 {}
        Ok(())
    }
}

/// Takes a record in.
pub(super) fn receive(
    tx: &mut Tx<'_>,
    author: Author,
    at: TimeMs,
    external_ref: &str,
    person_key: &str,
    details: Details,
) -> Result<Own> {
    let incoming = Incoming {
        external_ref: external_ref.to_owned(),
        person_key: Some(person_key.to_owned()),
        details,
        since: None,
    };
    let (customer, record) = customers::receive(tx, &author, at, at, &incoming)?.ids();
    Ok(Own { author, customer, record })
}

/// Writes a touch of its own kind.
pub(super) fn touch(tx: &mut Tx<'_>, own: Own, at: TimeMs, body: Body) -> Result<()> {
    let source = format!("demo {}", at.0);
    let touch = NewTouch::new(own.customer.as_kind(), at, body).on(own.record);
    touches::append(tx, &own.author, at, touch.from_source(&own.author, &source))?;
    Ok(())
}

/// A talk on the phone.
pub(super) fn call(tx: &mut Tx<'_>, own: Own, at: TimeMs, said: &str, step: Step) -> Result<()> {
    touch(tx, own, at, Body::Call { said: said.to_owned(), step: Some(step) })
}

/// A talk in the shop.
pub(super) fn visit(tx: &mut Tx<'_>, own: Own, at: TimeMs, said: &str, step: Step) -> Result<()> {
    let body = Body::Call { said: said.to_owned(), step: Some(step) };
    let mut touch = NewTouch::new(own.customer.as_kind(), at, body).on(own.record);
    touch.channel = Channel::InPerson;
    let source = format!("demo {}", at.0);
    touches::append(tx, &own.author, at, touch.from_source(&own.author, &source))?;
    Ok(())
}

/// A mail.
pub(super) fn mail(tx: &mut Tx<'_>, own: Own, at: TimeMs, subject: &str, text: &str) -> Result<()> {
    touch(tx, own, at, Body::Mail { subject: subject.to_owned(), text: text.to_owned() })
}

/// A sale of one thing, as the seller's own order.
pub(super) struct Sold<'a> {
    pub(super) order_ref: &'a str,
    pub(super) customer_ref: &'a str,
    pub(super) title: &'a str,
    pub(super) price_minor: i64,
    pub(super) ordered: TimeMs,
    pub(super) handed_over: Option<TimeMs>,
    pub(super) promised: TimeMs,
    pub(super) delivered: Option<TimeMs>,
}

/// Takes an order in, with its one line.
pub(super) fn sell(tx: &mut Tx<'_>, zone: &Zone, author: Author, sold: &Sold<'_>) -> Result<()> {
    let line = Line {
        order_ref: sold.order_ref.to_owned(),
        line_ref: "1".to_owned(),
        seller: author.organisation_id(),
        product_ref: String::new(),
        title: sold.title.to_owned(),
        category: String::new(),
        quantity: 1,
        price_minor: sold.price_minor,
        freight_minor: 0,
        hand_over_due: Some(sold.promised.plus(-2 * TimeMs::DAY).max(sold.ordered)),
    };
    sales::line(tx, &author, sold.ordered, &line)?;
    let status = match (sold.delivered, sold.handed_over) {
        (Some(_), _) => "delivered",
        (None, Some(_)) => "shipped",
        (None, None) => "processing",
    };
    let order = Order {
        order_ref: sold.order_ref.to_owned(),
        customer_ref: sold.customer_ref.to_owned(),
        status: status.to_owned(),
        ordered: sold.ordered,
        handed_over: sold.handed_over,
        promised: Some(sold.promised),
        delivered: sold.delivered,
        currency: "GBP".to_owned(),
    };
    let recorded = sold.delivered.unwrap_or(sold.ordered);
    sales::order(tx, &author, zone, (recorded, recorded), &order)?;
    Ok(())
}

/// Takes a review in.
pub(super) fn review(
    tx: &mut Tx<'_>,
    author: Author,
    order_ref: &str,
    at: TimeMs,
    score: i64,
    text: &str,
) -> Result<()> {
    let review = Review {
        order_ref: order_ref.to_owned(),
        review_ref: order_ref.to_owned(),
        score,
        title: String::new(),
        text: text.to_owned(),
        asked: Some(at.plus(-TimeMs::DAY)),
        answered: at,
    };
    sales::review(tx, &author, at, &review)?;
    Ok(())
}
