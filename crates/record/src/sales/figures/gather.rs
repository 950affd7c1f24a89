//! Reads what figures are drawn from, page by page, and hands every order to the rules.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
};

use handfast_db::{Cx, Fault};
use handfast_kit::{Id, OrganisationId, TimeMs, Uuid, Zone};

use super::{
    store,
    sums::{Order, Replies, Sums},
};
use crate::{CustomerId, SaleId, numbers::walk, sharing::Lens};

/// What one reading of all orders gives.
pub(super) struct Gathered {
    /// Lines of orders.
    pub(super) line_count: i64,
    /// Orders with lines, also those that are not there themselves.
    pub(super) orders_with_lines: i64,
    /// Who sold lines; the numbers of [`Order::sellers`] are places here.
    pub(super) sellers: Vec<OrganisationId>,
    /// Categories of lines; the numbers of [`Order::categories`] are places here.
    pub(super) categories: Vec<String>,
    /// What the orders add up to.
    pub(super) sums: Sums,
    /// The orders that the viewer sees; none for one who sees all.
    seen: Option<HashSet<SaleId>>,
}

/// Names an order across keepers.
type OrderKey = Id<Lines>;

fn order_key(keeper: OrganisationId, order_ref: &str) -> OrderKey {
    Id::derived(&[keeper.uuid().as_bytes(), order_ref.as_bytes()])
}

const NIL: Uuid = Uuid::nil();

/// What the lines of one order say of it: about 120 bytes with its place in the map.
#[derive(Default)]
struct OfOrder {
    hand_over_due: Option<TimeMs>,
    sellers: Few,
    categories: Few,
}

/// A few numbers, each once; nearly always one.
#[derive(Default)]
enum Few {
    #[default]
    None,
    One(u32),
    Several(Vec<u32>),
}

impl Few {
    fn add(&mut self, number: u32) {
        match self {
            Self::None => *self = Self::One(number),
            Self::One(known) if *known == number => {}
            Self::One(known) => *self = Self::Several(vec![*known, number]),
            Self::Several(known) if known.contains(&number) => {}
            Self::Several(known) => known.push(number),
        }
    }

    fn as_slice(&self) -> &[u32] {
        match self {
            Self::None => &[],
            Self::One(number) => std::slice::from_ref(number),
            Self::Several(numbers) => numbers,
        }
    }
}

/// Gives each value a small number, in the order in which they come.
struct Numbered<T> {
    numbers: HashMap<T, u32>,
    values: Vec<T>,
}

impl<T: Hash + Eq + Clone> Numbered<T> {
    fn new() -> Self {
        Self { numbers: HashMap::new(), values: Vec::new() }
    }

    fn of(&mut self, value: T) -> u32 {
        if let Some(number) = self.numbers.get(&value) {
            return *number;
        }
        let number = self.values.len() as u32;
        self.values.push(value.clone());
        self.numbers.insert(value, number);
        number
    }
}

struct Lines {
    count: i64,
    by_order: HashMap<OrderKey, OfOrder>,
    sellers: Numbered<OrganisationId>,
    categories: Numbered<String>,
}

/// Lines lie by the order's reference, orders by their customer: no statement may join them, so the
/// lines are read first and kept by order.
fn lines(cx: &mut Cx<'_>, lens: &Lens) -> Result<Lines, Fault> {
    let mut lines = Lines {
        count: 0,
        by_order: HashMap::new(),
        sellers: Numbered::new(),
        categories: Numbered::new(),
    };
    walk(
        (OrganisationId::from_uuid(NIL), String::new(), String::new()),
        |after| store::lines(cx, lens, after),
        |line| (line.keeper, line.order_ref.clone(), line.line_ref.clone()),
        |line| {
            lines.count += 1;
            let order = lines.by_order.entry(order_key(line.keeper, &line.order_ref)).or_default();
            order.hand_over_due = order.hand_over_due.max(line.hand_over_due);
            order.sellers.add(lines.sellers.of(line.seller));
            if !line.category.is_empty() {
                order.categories.add(lines.categories.of(line.category));
            }
        },
    )?;
    Ok(lines)
}

/// Reads every order that the viewer sees, with its lines. Of an order that several partners sold,
/// a partner sees its own lines only, and so it looks like its own.
pub(super) fn orders(cx: &mut Cx<'_>, lens: &Lens) -> Result<Gathered, Fault> {
    let lines = lines(cx, lens)?;
    let mut sums = Sums::default();
    let mut seen = lens.own_only().map(|_| HashSet::new());
    walk(
        (CustomerId::from_uuid(NIL), SaleId::from_uuid(NIL)),
        |after| store::sales(cx, lens, after),
        |sale| (sale.customer, sale.id),
        |sale| {
            let own_lines = lines.by_order.get(&order_key(sale.keeper, &sale.order_ref));
            let keeps = lens.own_only().is_none_or(|own| own == sale.keeper);
            if !keeps && own_lines.is_none() {
                return;
            }
            if let Some(seen) = &mut seen {
                seen.insert(sale.id);
            }
            sums.add(&Order {
                hand_over_due: own_lines.and_then(|lines| lines.hand_over_due),
                sellers: own_lines.map_or(&[], |lines| lines.sellers.as_slice()),
                categories: own_lines.map_or(&[], |lines| lines.categories.as_slice()),
                sale: &sale,
            });
        },
    )?;
    sums.end();
    Ok(Gathered {
        line_count: lines.count,
        orders_with_lines: lines.by_order.len() as i64,
        sellers: lines.sellers.values,
        categories: lines.categories.values,
        sums,
        seen,
    })
}

/// What the brand calls the partners, in the order of [`Gathered::sellers`].
pub(super) fn partner_names(
    cx: &mut Cx<'_>,
    lens: &Lens,
    gathered: &Gathered,
) -> Result<Vec<String>, Fault> {
    let places: HashMap<OrganisationId, usize> =
        gathered.sellers.iter().enumerate().map(|(place, id)| (*id, place)).collect();
    let mut names = vec![String::new(); gathered.sellers.len()];
    walk(
        OrganisationId::from_uuid(NIL),
        |after| store::organisation_refs(cx, lens, after),
        |(id, _)| *id,
        |(id, external_ref)| {
            if let Some(place) = places.get(&id) {
                names[*place] = external_ref;
            }
        },
    )?;
    Ok(names)
}

/// What the customers are called that may be the one with most orders or most partners: the
/// smallest verified key, or the smallest reference of a record.
pub(super) fn customer_names(
    cx: &mut Cx<'_>,
    lens: &Lens,
    gathered: &Gathered,
) -> Result<HashMap<CustomerId, String>, Fault> {
    let mut nameless: HashSet<CustomerId> = gathered.sums.candidates().collect();
    let mut names: HashMap<CustomerId, String> = HashMap::new();
    // A key names the customer to the whole network: a partner knows its own references only.
    if lens.own_only().is_none() && !nameless.is_empty() {
        walk(
            String::new(),
            |after| store::person_keys(cx, lens, after),
            |(key, _)| key.clone(),
            |(key, customer)| {
                if nameless.contains(&customer) {
                    keep_smallest(&mut names, customer, key);
                }
            },
        )?;
    }
    nameless.retain(|customer| !names.contains_key(customer));
    if nameless.is_empty() {
        return Ok(names);
    }
    walk(
        (CustomerId::from_uuid(NIL), Id::from_uuid(NIL)),
        |after| store::record_refs(cx, lens, after),
        |(customer, record, _)| (*customer, *record),
        |(customer, _, external_ref)| {
            if nameless.contains(&customer) {
                keep_smallest(&mut names, customer, external_ref);
            }
        },
    )?;
    Ok(names)
}

fn keep_smallest(names: &mut HashMap<CustomerId, String>, customer: CustomerId, name: String) {
    match names.get_mut(&customer) {
        Some(known) if *known <= name => {}
        Some(known) => *known = name,
        None => drop(names.insert(customer, name)),
    }
}

/// Reads every review of the orders that the viewer sees.
pub(super) fn reviews(
    cx: &mut Cx<'_>,
    lens: &Lens,
    zone: &Zone,
    gathered: &Gathered,
) -> Result<Replies, Fault> {
    let mut replies = Replies::default();
    walk(
        (CustomerId::from_uuid(NIL), Id::from_uuid(NIL)),
        |after| store::reviews(cx, lens, after),
        |review| (review.customer, review.id),
        |review| {
            if gathered.seen.as_ref().is_none_or(|seen| seen.contains(&review.sale)) {
                replies.add(zone, &review);
            }
        },
    )?;
    Ok(replies)
}
