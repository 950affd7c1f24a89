//! All that is stored of a world, read table by table without any lens, and what follows from it:
//! the plain copy against which every answer is held.

use std::collections::HashMap;

use handfast_db::{Cx, Fault, FromRow, Row};
use handfast_kit::{NetworkId, OrganisationId, PersonId, TimeMs};
use handfast_record::{
    CustomerId, RecordId, SaleId, SubjectId, TouchId,
    sharing::{Class, Entry, Grant, Held, Line, Masks, Tie, World},
};

use crate::stage::Stage;

/// A touch as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) id: TouchId,
    pub(crate) subject: SubjectId,
    pub(crate) at: TimeMs,
    pub(crate) record: Option<RecordId>,
    pub(crate) author: OrganisationId,
    pub(crate) person: Option<PersonId>,
    pub(crate) class: Class,
    pub(crate) kind: String,
    pub(crate) channel: String,
    pub(crate) is_shared: bool,
    pub(crate) summary: String,
    pub(crate) body: String,
    pub(crate) leaf_index: Option<i64>,
    pub(crate) named: Vec<OrganisationId>,
}

impl FromRow for Stored {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            id: row.get(0)?,
            subject: row.get(1)?,
            at: row.get(2)?,
            record: row.get(3)?,
            author: row.get(4)?,
            person: row.get(5)?,
            class: Class::numbered(row.get(6)?).unwrap(),
            kind: row.get(7)?,
            channel: row.get(8)?,
            is_shared: row.get::<i64>(9)? == 0,
            summary: row.get(10)?,
            body: row.get(11)?,
            leaf_index: row.get(12)?,
            named: Vec::new(),
        })
    }
}

impl Stored {
    /// The touch as what is decided about.
    pub(crate) fn entry(&self) -> Entry<'_> {
        let audience = (!self.is_shared).then_some(self.named.as_slice());
        Entry { author: self.author, audience, at: self.at }
    }
}

/// A record as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct StoredRecord {
    pub(crate) id: RecordId,
    pub(crate) organisation: OrganisationId,
    pub(crate) external_ref: String,
    /// Names and language, mail address and phone number, and the parts of the address.
    pub(crate) identity: [String; 4],
    pub(crate) contact: [String; 2],
    pub(crate) address: [String; 5],
}

impl FromRow for StoredRecord {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            id: row.get(1)?,
            organisation: row.get(2)?,
            external_ref: row.get(3)?,
            identity: [row.get(4)?, row.get(5)?, row.get(6)?, row.get(7)?],
            contact: [row.get(8)?, row.get(9)?],
            address: [row.get(10)?, row.get(11)?, row.get(12)?, row.get(13)?, row.get(14)?],
        })
    }
}

/// An order as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct StoredOrder {
    pub(crate) id: SaleId,
    pub(crate) keeper: OrganisationId,
    pub(crate) order_ref: String,
    pub(crate) at: TimeMs,
    pub(crate) seller: Option<OrganisationId>,
    pub(crate) sellers: i64,
    pub(crate) total: i64,
    pub(crate) status: String,
    pub(crate) delivered: Option<TimeMs>,
    /// How many reviews, and their scores together.
    pub(crate) reviews: (i64, i64),
}

impl FromRow for StoredOrder {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            id: row.get(1)?,
            keeper: row.get(2)?,
            order_ref: row.get(3)?,
            at: row.get(4)?,
            seller: row.get(5)?,
            sellers: row.get(6)?,
            total: row.get(7)?,
            status: row.get(8)?,
            delivered: row.get(9)?,
            reviews: (row.get(10)?, row.get(11)?),
        })
    }
}

/// One customer with all that is stored of it.
#[derive(Debug, Clone)]
pub(crate) struct One {
    pub(crate) id: CustomerId,
    /// What decides about it: the agreements of all, and its own ties, sayings and frost.
    pub(crate) world: World,
    /// Newest first.
    pub(crate) touches: Vec<Stored>,
    pub(crate) records: Vec<StoredRecord>,
    pub(crate) orders: Vec<StoredOrder>,
}

/// Everything.
#[derive(Debug, Clone)]
pub(crate) struct Truth {
    /// Customers, and cases that name none, which nobody but their author sees.
    pub(crate) all: Vec<One>,
}

impl Truth {
    pub(crate) fn of(stage: &Stage) -> Self {
        let network = stage.network;
        let (touches, ties, records, orders) = stage
            .db
            .read(|cx| {
                let (touches, ties) = (touches(cx, network)?, ties(cx, network)?);
                Ok::<_, Fault>((touches, ties, records(cx, network)?, orders(cx, network)?))
            })
            .unwrap();
        let agreements: Vec<_> = stage
            .known
            .grants
            .iter()
            .map(|(who, grants)| {
                (stage.organisations[*who], grants.iter().copied().map(line).collect())
            })
            .collect();
        let mut all: HashMap<CustomerId, One> = HashMap::new();
        let one = |id: CustomerId| {
            let mut world = World { brand: Some(stage.organisations[0]), ..World::default() };
            world.agreements.clone_from(&agreements);
            world.now = stage.clock.now();
            let own = stage.known.sayings.iter().filter(|(whose, _)| *whose == id);
            world.sayings = own.copied().collect();
            world.frozen = stage.known.frozen.iter().filter(|one| **one == id).copied().collect();
            One { id, world, touches: vec![], records: vec![], orders: vec![] }
        };
        for id in stage.known.customers.values() {
            all.insert(*id, one(*id));
        }
        for touch in touches {
            let id: CustomerId = touch.subject.as_kind();
            all.entry(id).or_insert_with(|| one(id)).touches.push(touch);
        }
        for (id, held) in ties {
            all.entry(id).or_insert_with(|| one(id)).world.ties.push((id, held));
        }
        for OfCustomer(id, record) in records {
            all.entry(id).or_insert_with(|| one(id)).records.push(record);
        }
        for OfCustomer(id, order) in orders {
            all.entry(id).or_insert_with(|| one(id)).orders.push(order);
        }
        let mut all: Vec<One> = all.into_values().collect();
        // In the plan's order: ids differ from run to run, and choices must not.
        let number = |id| stage.known.customers.values().position(|known| *known == id);
        all.sort_by_key(|one| (number(one.id).unwrap_or(usize::MAX), one.touches.len()));
        Self { all }
    }

    pub(crate) fn touch_count(&self) -> usize {
        self.all.iter().map(|one| one.touches.len()).sum()
    }
}

/// One grant as a line of its own.
pub(crate) fn line(grant: Grant) -> Line {
    let mut masks = Masks::default();
    masks.show(grant.class, grant.level);
    Line { tie: grant.tie, purpose: grant.purpose, from_tie: grant.from_tie, masks }
}

fn touches(cx: &mut Cx<'_>, network: NetworkId) -> Result<Vec<Stored>, Fault> {
    let mut touches: Vec<Stored> = cx.all(
        "select touch_id, subject_id, at_ms, record_id, organisation_id, person_id, class, kind,
                channel, audience, summary, body, leaf_index
           from touch where network_id = $1 order by at_ms desc, touch_id desc limit 1000000",
        (network,),
    )?;
    let named: Vec<(TouchId, OrganisationId)> = cx.all(
        "select touch_id, organisation_id from touch_named where network_id = $1 limit 1000000",
        (network,),
    )?;
    let mut of: HashMap<TouchId, Vec<OrganisationId>> = HashMap::new();
    for (touch, organisation) in named {
        of.entry(touch).or_default().push(organisation);
    }
    for touch in &mut touches {
        touch.named = of.remove(&touch.id).unwrap_or_default();
    }
    Ok(touches)
}

type Tied = (CustomerId, OrganisationId, i64, TimeMs, TimeMs, i64);

fn ties(cx: &mut Cx<'_>, network: NetworkId) -> Result<Vec<(CustomerId, Held)>, Fault> {
    let ties: Vec<Tied> = cx.all(
        "select customer_id, organisation_id, tie, from_ms, until_ms, extra
           from tie where network_id = $1 limit 1000000",
        (network,),
    )?;
    let held = |(customer, organisation, tie, from, until, extra): Tied| {
        let tie = Tie::numbered(tie).unwrap();
        (customer, Held { organisation, tie, from, until, extra })
    };
    Ok(ties.into_iter().map(held).collect())
}

/// Something of a customer's, whose id is the first column.
struct OfCustomer<T>(CustomerId, T);

impl<T: FromRow> FromRow for OfCustomer<T> {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self(row.get(0)?, T::from_row(row)?))
    }
}

fn records(cx: &mut Cx<'_>, network: NetworkId) -> Result<Vec<OfCustomer<StoredRecord>>, Fault> {
    cx.all(
        "select customer_id, record_id, organisation_id, external_ref, name, given_name,
                family_name, language, email, phone, street, postcode, city, region, country
           from record where network_id = $1
          order by updated_ms desc, record_id limit 1000000",
        (network,),
    )
}

fn orders(cx: &mut Cx<'_>, network: NetworkId) -> Result<Vec<OfCustomer<StoredOrder>>, Fault> {
    cx.all(
        "select customer_id, sale_id, keeper_id, order_ref, ordered_ms, organisation_id,
                partner_count, total_minor, status, delivered_ms, review_count, review_sum
           from sale where network_id = $1 limit 1000000",
        (network,),
    )
}
