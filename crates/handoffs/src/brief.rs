//! What the record tells of a thing: what it is called, whose it was at first, and which items of
//! its brief are there already. All of it through the lens of whoever asks.

use handfast_db::{Cx, Fault};
use handfast_kit::{Day, NetworkId, TimeMs, Uuid, fold};
use handfast_record::{
    CustomerId, HandOffMark, cases, customers,
    entrusting::{Kept, Place},
    merging, organisations, sales,
    sharing::{Class, Lens, Sight, Who},
    touches::{self, Body, Filter, Handed},
};

use super::{Thing, rules::Item, store, terms};

/// A thing, as whoever asks may know it.
#[derive(Debug, Clone)]
pub(super) struct About {
    pub(super) id: Uuid,
    pub(super) handed: Handed,
    pub(super) title: String,
    pub(super) place: Place,
    /// Who is accountable for it while it was never handed off.
    pub(super) first: Who,
    /// Since when there is such a thing.
    pub(super) began: TimeMs,
    /// The items of its brief that the record tells.
    pub(super) told: Vec<(&'static str, String)>,
}

/// The thing of a customer whom the viewer looks at, if it sees it.
pub(super) fn about(
    cx: &mut Cx<'_>,
    lens: &Lens,
    sight: &Sight,
    thing: &Thing,
) -> Result<Option<About>, Fault> {
    let customer = sight.customer();
    let brand = Who::Named(organisations::brand_id(lens.network()));
    let here = Place { customer, kept: Kept::Here };
    let mut found = match thing {
        Thing::Case(id) => {
            let mut cases = cases::of_customer(cx, lens, sight)?.into_iter();
            let Some(case) = cases.find(|case| case.id == *id) else { return Ok(None) };
            of_case(customer, case)
        }
        Thing::Sale(id) => {
            let mut sales = sales::of_customer(cx, lens, sight)?.into_iter();
            let Some(sale) = sales.find(|sale| sale.id == *id) else { return Ok(None) };
            of_sale(customer, sale)
        }
        Thing::Customer => About {
            id: customer.uuid(),
            handed: Handed::Customer,
            title: "The whole customer".to_owned(),
            place: here,
            first: brand,
            began: TimeMs(0),
            told: Vec::new(),
        },
        Thing::Task(words) => About {
            id: task(cx, lens.network(), customer, words)?,
            handed: Handed::Task,
            title: words.trim().to_owned(),
            place: here,
            first: Who::Named(lens.organisation()),
            began: lens.now(),
            told: vec![("what", words.trim().to_owned())],
        },
    };
    common(cx, lens, sight, &mut found)?;
    Ok(Some(found))
}

fn of_case(customer: CustomerId, case: cases::CaseState) -> About {
    let told = case_told(&case);
    let kept = Kept::Case(case.organisation, case.case_ref.clone());
    About {
        id: case.id.uuid(),
        handed: Handed::Case,
        title: if case.title.is_empty() { case.case_ref } else { case.title },
        place: Place { customer, kept },
        first: case.by,
        began: case.opened,
        told,
    }
}

fn of_sale(customer: CustomerId, sale: sales::Sale) -> About {
    let kept = Kept::Sale(sale.keeper, sale.order_ref.clone());
    About {
        id: sale.id.uuid(),
        handed: Handed::Sale,
        title: format!("Order {}", sale.order_ref).trim().to_owned(),
        place: Place { customer, kept },
        told: vec![("ordered", format!("{} ({})", sale.order_ref, sale.status))],
        first: sale.by,
        began: sale.ordered,
    }
}

/// What the record tells of a thing that was handed off, as the viewer may know it; nothing where
/// the viewer sees nothing of the customer.
pub(super) fn told(
    cx: &mut Cx<'_>,
    lens: &Lens,
    sight: &Sight,
    thing: &Thing,
) -> Result<Vec<(&'static str, String)>, Fault> {
    if !sight.is_open() {
        return Ok(Vec::new());
    }
    Ok(about(cx, lens, sight, thing)?.map(|about| about.told).unwrap_or_default())
}

/// The id of a task: the same words of the same customer are the same task, also once that customer
/// was merged into another.
fn task(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
    words: &str,
) -> Result<Uuid, Fault> {
    let words = fold(words.trim());
    let of = |customer: CustomerId| {
        let parts = [network.uuid(), customer.uuid()];
        let [network, customer] = parts.each_ref().map(Uuid::as_bytes);
        handfast_kit::Id::<HandOffMark>::derived(&[network, b"task", customer, words.as_bytes()])
            .uuid()
    };
    for home in merging::homes(cx, network, customer)? {
        if store::entrusted(cx, network, of(home))?.is_some() {
            return Ok(of(home));
        }
    }
    Ok(of(customer))
}

fn case_told(case: &cases::CaseState) -> Vec<(&'static str, String)> {
    let mut told = Vec::new();
    if case.step_count > 1 {
        let words = format!("{} steps so far, the last one: {}", case.step_count, case.status);
        told.push(("tried", words));
    }
    if !case.product.is_empty() {
        told.push(("product", case.product.clone()));
    }
    told
}

/// Adds what briefs of several kinds need.
fn common(cx: &mut Cx<'_>, lens: &Lens, sight: &Sight, about: &mut About) -> Result<(), Fault> {
    let needed = terms::items(about.handed);
    let needs = |word: &str| needed.iter().any(|(item, _)| *item == word);
    let Some(customer) = customers::find(cx, lens, sight.known_as())? else { return Ok(()) };
    let chosen = &customer.chosen;
    let reach = [&chosen.phone, &chosen.email].into_iter().flatten();
    let reach: Vec<&str> = reach.map(|value| value.text.as_str()).collect();
    if !reach.is_empty() {
        about.told.push(("reach", reach.join(", ")));
    }
    if needs("address")
        && let Some(address) = &chosen.address
    {
        about.told.push(("address", address.text.clone()));
    }
    if let Some(words) = promised(cx, lens, sight, about)? {
        about.told.push(("promised", words));
    }
    if needs("said")
        && let Some(words) = said(cx, lens, sight, about.began)?
    {
        about.told.push(("said", words));
    }
    Ok(())
}

/// What was promised for an order, or for the first that is still to arrive.
fn promised(
    cx: &mut Cx<'_>,
    lens: &Lens,
    sight: &Sight,
    about: &About,
) -> Result<Option<String>, Fault> {
    let is_meant = |sale: &sales::Sale| match about.handed {
        Handed::Sale => sale.id.uuid() == about.id,
        _ => sale.is_open(),
    };
    let sales = sales::of_customer(cx, lens, sight)?;
    let days = sales.iter().filter(|sale| is_meant(sale)).filter_map(|sale| sale.promised_day);
    Ok(days.min().map(|day: Day| format!("Delivery by {day}")))
}

/// The customer's latest words since the thing began.
fn said(
    cx: &mut Cx<'_>,
    lens: &Lens,
    sight: &Sight,
    began: TimeMs,
) -> Result<Option<String>, Fault> {
    let filter = Filter { classes: vec![Class::Message], ..Filter::default() };
    let page = touches::timeline(cx, lens, sight, &filter, None, 20)?;
    let words = page.items.iter().filter(|touch| touch.at >= began).find_map(|touch| {
        match touch.body()? {
            Body::Call { said, .. } => Some(said),
            Body::Mail { text, .. } => Some(text),
            _ => None,
        }
    });
    Ok(words.filter(|words| !words.trim().is_empty()))
}

/// The brief that an offer begins with: what the sender wrote, what the record tells, and what is
/// missing, in the order in which items are needed; the sender's own items last.
pub(super) fn items(about: &About, written: &[super::BriefEntry]) -> Vec<Item> {
    let new = |item: &str, text: Option<String>, from_record: bool| Item {
        word: item.to_owned(),
        was_missing: text.is_none() && !from_record,
        text,
        from_record,
        asked: None,
        is_escalated: false,
    };
    let needed = terms::items(about.handed);
    let mut items: Vec<Item> = needed
        .iter()
        .map(|(word, _)| {
            let text = written.iter().find(|entry| entry.item == *word);
            let is_told = about.told.iter().any(|(told, _)| told == word);
            new(word, text.map(|entry| entry.text.clone()), text.is_none() && is_told)
        })
        .collect();
    let others = written.iter().filter(|entry| !needed.iter().any(|(word, _)| entry.item == *word));
    items.extend(others.map(|entry| new(&entry.item, Some(entry.text.clone()), false)));
    items
}
