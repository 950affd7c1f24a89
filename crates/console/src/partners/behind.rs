//! What is behind a partner's numbers: its orders and its cases, each leading to its customer.

use askama::Template;
use axum::{extract::State, http::Uri, response::Response};
use handfast_db::{Cx, Fault};
use handfast_kit::{Cursor, Day, Id, OrganisationId, Zone};
use handfast_record::{
    CustomerId,
    cases::{CaseState, figures as case_figures},
    customers,
    sales::{
        Sale,
        figures::{self as sale_figures, Which},
    },
    sharing::{self, Lens, looks::Occasion},
};
use handfast_web::{App, Failure, Frame, Nav, Path, Query, Viewer, html, next_href};
use serde::Deserialize;

use crate::words;

/// How many orders or cases one page shows.
const PAGE_LEN: usize = 50;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    which: Option<String>,
    after: Option<String>,
}

impl Asked {
    fn after(&self) -> Option<Cursor> {
        self.after.as_deref().and_then(|after| after.parse().ok())
    }
}

#[derive(Template)]
#[template(path = "partner_orders.html")]
struct OrdersPage {
    frame: Frame,
    title: &'static str,
    path: String,
    chips: Vec<Chip>,
    rows: Vec<OrderRow>,
    more: Option<String>,
    empty: String,
}

struct Chip {
    word: &'static str,
    label: &'static str,
    is_chosen: bool,
}

struct OrderRow {
    order_ref: String,
    customer: Option<(String, String)>,
    ordered: String,
    promised: String,
    delivered: String,
    badge: Option<(&'static str, &'static str, String)>,
    sum: String,
    review: String,
}

#[derive(Template)]
#[template(path = "partner_cases.html")]
struct CasesPage {
    frame: Frame,
    rows: Vec<CaseRow>,
    more: Option<String>,
}

/// One case of a partner.
pub(crate) struct CaseRow {
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) customer: Option<(String, String)>,
    pub(crate) is_open: bool,
    pub(crate) when: String,
}

pub(crate) async fn orders(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<OrganisationId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let which = asked.which.as_deref().and_then(Which::named).unwrap_or_default();
    let today = viewer.zone.day_of(app.clock.now());
    let (asking, after) = (viewer.clone(), asked.after());
    let found = sharing::read(&app, &viewer, Occasion::of("partner"), move |cx, lens| {
        let Some(partner) = super::find(cx, &asking, id)? else {
            return Err(Failure::NotFound);
        };
        let page = sale_figures::sales_of(cx, lens, (id, which, today), after.as_ref(), PAGE_LEN)?;
        let mut sales = Vec::with_capacity(page.items.len());
        for sale in page.items {
            let name = name_of(cx, lens, sale.customer)?;
            sales.push((sale, name));
        }
        Ok((partner, sales, page.next))
    })
    .await?;
    let (partner, sales, next) = found;
    let path = format!("/partners/{id}");
    let zone = &viewer.zone;
    html(&OrdersPage {
        frame: below(&viewer, &uri, title(which), (&partner.name, &path)),
        title: title(which),
        chips: chips(which),
        rows: sales
            .iter()
            .map(|(sale, name)| OrderRow::of(sale, name.as_deref(), zone, today))
            .collect(),
        more: next.map(|next| next_href(&uri, &next)),
        empty: empty(which, &partner.name),
        path: format!("{path}/orders"),
    })
}

pub(crate) async fn cases(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<OrganisationId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let today = viewer.zone.day_of(app.clock.now());
    let (asking, after) = (viewer.clone(), asked.after());
    let found = sharing::read(&app, &viewer, Occasion::of("partner"), move |cx, lens| {
        let Some(partner) = super::find(cx, &asking, id)? else {
            return Err(Failure::NotFound);
        };
        let page = case_figures::list_of(cx, lens, id, after.as_ref(), PAGE_LEN)?;
        let mut cases = Vec::with_capacity(page.items.len());
        for case in page.items {
            let name = name_of(cx, lens, Id::as_kind(case.subject))?;
            cases.push((case, name));
        }
        Ok((partner, cases, page.next))
    })
    .await?;
    let (partner, cases, next) = found;
    html(&CasesPage {
        frame: below(&viewer, &uri, "Cases", (&partner.name, &format!("/partners/{id}"))),
        rows: cases
            .iter()
            .map(|(case, name)| CaseRow::of(case, name.as_deref(), &viewer.zone, today))
            .collect(),
        more: next.map(|next| next_href(&uri, &next)),
    })
}

/// What a customer is called in a list of a partner's.
pub(super) fn name_of(
    cx: &mut Cx<'_>,
    lens: &Lens,
    id: CustomerId,
) -> Result<Option<String>, Fault> {
    let name = customers::name(cx, lens, id)?;
    Ok(name.map(|name| if name.is_empty() { "A customer".to_owned() } else { name }))
}

/// The frame of a page below a partner's.
fn below(viewer: &Viewer, uri: &Uri, title: &str, (name, path): (&str, &str)) -> Frame {
    let frame = Frame::of(viewer, uri, Nav::Partners, title);
    let frame = if viewer.is_brand() { frame.below("Partners", "/partners") } else { frame };
    frame.below(name, path)
}

const fn title(which: Which) -> &'static str {
    match which {
        Which::All => "Orders",
        Which::Delivered => "Orders that arrived",
        Which::Late => "Orders that arrived late",
        Which::Open => "Orders on the way",
        Which::Overdue => "Orders past the promised day",
        Which::Reviewed => "Orders with a review",
        Which::ReviewedLow => "Orders with a bad review",
    }
}

fn chips(chosen: Which) -> Vec<Chip> {
    let label = |which| match which {
        Which::All => "All",
        Which::Delivered => "Arrived",
        Which::Late => "Late",
        Which::Open => "On the way",
        Which::Overdue => "Past the day",
        Which::Reviewed => "Reviewed",
        Which::ReviewedLow => "Reviewed badly",
    };
    let chip =
        |which: Which| Chip { word: which.word(), label: label(which), is_chosen: which == chosen };
    Which::ALL.map(chip).into()
}

fn empty(which: Which, name: &str) -> String {
    match which {
        Which::All => format!("{name} sold nothing alone yet."),
        Which::Late => format!("Nothing that {name} sold alone came late."),
        Which::Overdue => format!("No open order of {name} is past its promised day."),
        _ => format!("{name} has no such order."),
    }
}

impl OrderRow {
    fn of(sale: &Sale, name: Option<&str>, zone: &Zone, today: Day) -> Self {
        let day = |day: Option<Day>| day.map_or(String::new(), |day| words::short_date(day, today));
        let badge = match (sale.delivered_day, sale.promised_day) {
            (Some(delivered), Some(promised)) => {
                let late = delivered.0 - promised.0;
                let word = words::sentence(&words::lateness(late));
                Some(if late > 0 { ("bad", "alert", word) } else { ("ok", "check", word) })
            }
            (None, Some(promised)) if sale.is_open() && promised.0 < today.0 => {
                let over = words::counted(i64::from(today.0 - promised.0), "day over", "days over");
                Some(("bad", "alert", over))
            }
            (None, _) if sale.is_open() => None,
            (None, _) => Some(("", "dot", words::sentence(&sale.status))),
            (Some(_), None) => None,
        };
        let mean = sale.review_sum as f64 / sale.review_count as f64;
        Self {
            order_ref: sale.order_ref.clone(),
            customer: name.map(|name| (name.to_owned(), format!("/customers/{}", sale.customer))),
            ordered: words::short_date(zone.day_of(sale.ordered), today),
            promised: day(sale.promised_day),
            delivered: day(sale.delivered_day),
            badge: badge.filter(|(_, _, word)| !word.is_empty()),
            sum: if sale.total_minor == 0 {
                String::new()
            } else {
                words::money(sale.total_minor, &sale.currency)
            },
            review: if sale.review_count > 0 { format!("{mean:.1} of 5") } else { String::new() },
        }
    }
}

impl CaseRow {
    /// A case as a line of a list. `name` is the customer's, if the case names one.
    pub(crate) fn of(case: &CaseState, name: Option<&str>, zone: &Zone, today: Day) -> Self {
        let about = [&case.title, &case.product].into_iter().find(|text| !text.is_empty());
        let about = about.map_or(String::new(), |about| format!(": {about}"));
        let with =
            if case.owner.is_empty() { String::new() } else { format!(", with {}", case.owner) };
        let status = if case.status.is_empty() {
            String::new()
        } else {
            format!("“{}”{with}. ", case.status)
        };
        let over = words::counted(case.hand_over_count, "hand-over", "hand-overs");
        let steps = words::counted(case.step_count, "step", "steps");
        Self {
            title: format!("Case {}{about}", case.case_ref),
            text: format!("{status}{steps}, {over}."),
            customer: name.map(|name| (name.to_owned(), format!("/customers/{}", case.subject))),
            is_open: case.closed.is_none(),
            when: words::sentence(&words::ago(zone.day_of(case.last), today)),
        }
    }
}
