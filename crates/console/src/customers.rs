//! The list of customers, and searching it as one types.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, Method, Uri},
    response::Response,
};
use handfast_db::{Cx, Fault};
use handfast_kit::{Cursor, Day, OrganisationId};
use handfast_record::{
    customers, organisations,
    sharing::{self, Lens, looks::Occasion},
};
use handfast_web::{Access, App, Failure, Frame, Nav, Query, Route, Viewer, html, page};
use serde::Deserialize;

use crate::{
    customer::view_as::{self, Choices, Strip},
    words,
};

/// How many customers one page shows.
const PAGE_LEN: usize = 50;
/// Up to how many partners are offered to choose from; beyond that one comes from a partner's page.
const PARTNERS_OFFERED_MAX: usize = 200;

pub(crate) fn routes() -> Vec<Route> {
    vec![page(Method::GET, "/customers", Access::Member, show)]
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Asked {
    q: Option<String>,
    partner: Option<OrganisationId>,
    after: Option<String>,
    /// How many stand before this page already.
    shown: Option<u32>,
    /// The partner through whose eyes the brand looks.
    #[serde(rename = "as")]
    eyes: Option<OrganisationId>,
}

/// What was found, before it is worded.
struct Found {
    rows: Vec<customers::Row>,
    next: Option<Cursor>,
    total: i64,
    partners: Vec<organisations::Organisation>,
    chosen: Option<organisations::Organisation>,
    /// The partner through whose eyes this was found, and the others.
    eyes: Option<(organisations::Organisation, Choices)>,
}

#[derive(Template)]
#[template(path = "customers.html")]
struct CustomersPage {
    frame: Frame,
    strip: Option<Strip>,
    /// The partner through whose eyes; empty for one's own.
    eyes: String,
    lede: String,
    q: String,
    partners: Vec<Choice>,
    found: String,
    rows: Vec<RowFace>,
    more: Option<More>,
    hint: String,
    empty: Option<Empty>,
}

struct Choice {
    value: String,
    label: String,
    is_chosen: bool,
}

struct RowFace {
    href: String,
    name: String,
    place: String,
    last: Option<(String, String)>,
}

struct More {
    href: String,
    label: String,
}

/// Why a list is empty, and the next good thing.
struct Empty {
    title: String,
    text: String,
    href: &'static str,
    label: &'static str,
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    headers: HeaderMap,
    Query(mut asked): Query<Asked>,
) -> Result<Response, Failure> {
    asked.q = asked.q.map(|q| q.trim().to_owned()).filter(|q| !q.is_empty());
    if !viewer.is_brand() {
        asked.partner = None;
    }
    if asked.eyes.is_some() {
        asked.partner = None;
    }
    let network = viewer.network;
    let (offers, wanted) = (viewer.is_brand() && asked.eyes.is_none(), asked.clone());
    let what = if asked.q.is_some() { "search" } else { "list" };
    let occasion = Occasion { what, eyes_of: asked.eyes };
    let found = sharing::read(&app, &viewer, occasion, move |cx, lens| {
        let mut found = find(cx, lens, &wanted)?;
        if let Some(eyes) = wanted.eyes {
            let partner = view_as::partner(cx, network, eyes)?.ok_or(Failure::NotFound)?;
            let others = organisations::partners(cx, network, None, PARTNERS_OFFERED_MAX)?;
            found.eyes = Some((partner, Choices::of_all(&others.items, eyes)));
        }
        if offers {
            let page = organisations::partners(cx, network, None, PARTNERS_OFFERED_MAX)?;
            found.partners = if page.next.is_none() { page.items } else { Vec::new() };
        }
        if let Some(partner) = wanted.partner {
            found.chosen = organisations::find(cx, network, partner)?;
        }
        Ok::<_, Failure>(found)
    })
    .await?;
    let today = viewer.zone.day_of(app.clock.now());
    let is_added = headers.contains_key("hx-request");
    html(&CustomersPage::of(&viewer, &uri, asked, found, today, is_added))
}

fn find(cx: &mut Cx<'_>, lens: &Lens, asked: &Asked) -> Result<Found, Fault> {
    let total = customers::count(cx, lens, asked.partner)?;
    let (rows, next) = if let Some(q) = &asked.q {
        (matching(cx, lens, q, asked.partner)?, None)
    } else {
        let after = asked.after.as_deref().and_then(|after| after.parse().ok());
        let page = customers::list(cx, lens, asked.partner, after.as_ref(), PAGE_LEN)?;
        (page.items, page.next)
    };
    Ok(Found { rows, next, total, partners: Vec::new(), chosen: None, eyes: None })
}

/// Up to one more than a page shows, so that it can say that there are more.
fn matching(
    cx: &mut Cx<'_>,
    lens: &Lens,
    q: &str,
    partner: Option<OrganisationId>,
) -> Result<Vec<customers::Row>, Fault> {
    let Some(partner) = partner else { return customers::search(cx, lens, q, PAGE_LEN + 1) };
    let mut rows = Vec::new();
    for row in customers::search(cx, lens, q, customers::PAGE_MAX)? {
        let customer = customers::find(cx, lens, row.id)?;
        let serves = |customer: &customers::Customer| {
            customer.records.iter().any(|record| record.organisation == partner)
        };
        if rows.len() <= PAGE_LEN && customer.as_ref().is_some_and(serves) {
            rows.push(row);
        }
    }
    Ok(rows)
}

impl CustomersPage {
    fn of(
        viewer: &Viewer,
        uri: &Uri,
        asked: Asked,
        found: Found,
        today: Day,
        is_added: bool,
    ) -> Self {
        let q = asked.q.clone().unwrap_or_default();
        let (is_search, is_cut) = (asked.q.is_some(), found.rows.len() > PAGE_LEN);
        let mut rows: Vec<RowFace> =
            found.rows.iter().map(|row| RowFace::of(row, viewer, today, asked.eyes)).collect();
        rows.truncate(PAGE_LEN);
        let before = i64::from(asked.shown.unwrap_or(0));
        let shown = before + rows.len() as i64;
        let more = found.next.as_ref().map(|next| More::of(&asked, next, shown, found.total));
        let chosen = found.chosen.as_ref().map(|partner| partner.name.clone());
        let hint = if is_search && is_cut {
            format!("These are the first {PAGE_LEN}. Type more to narrow them down.")
        } else {
            String::new()
        };
        let empty = rows.is_empty().then(|| match &found.eyes {
            Some((partner, _)) if q.is_empty() => Empty::of_eyes(partner, viewer),
            _ => Empty::of(viewer, &q, chosen.as_deref()),
        });
        let strip = found.eyes.as_ref().map(|(partner, choices)| {
            Strip::of(viewer, partner, "/customers".to_owned(), "the customers", choices.clone())
        });
        let counts = (if is_added { 0 } else { before }, shown, found.total);
        Self {
            frame: Frame::of(viewer, uri, Nav::Customers, "Customers"),
            strip,
            eyes: asked.eyes.map(|eyes| eyes.to_string()).unwrap_or_default(),
            lede: match &found.eyes {
                Some((partner, _)) => {
                    format!("The customers of whom {} sees something.", partner.name)
                }
                None => lede(viewer),
            },
            found: found_words(is_search, is_cut, rows.len() as i64, counts),
            partners: choices(&found, asked.partner),
            q,
            rows,
            more,
            hint,
            empty,
        }
    }
}

fn lede(viewer: &Viewer) -> String {
    if viewer.is_brand() {
        format!("Everybody whom {} and its partners serve.", viewer.network_name)
    } else {
        format!("The customers {} serves.", viewer.organisation_name)
    }
}

/// `50 of 13,291 customers`, `51 to 100 of 13,291 customers`, `12 customers found`.
fn found_words(
    is_search: bool,
    is_cut: bool,
    len: i64,
    (before, shown, total): (i64, i64, i64),
) -> String {
    let customers = |n| words::counted(n, "customer", "customers");
    if is_search {
        let least = if is_cut { "More than " } else { "" };
        return format!("{least}{} found", customers(len));
    }
    if before > 0 && len > 0 {
        let (first, last) = (words::number(before + 1), words::number(shown));
        return format!("{first} to {last} of {}", customers(total));
    }
    if shown >= total {
        customers(shown)
    } else {
        format!("{} of {}", words::number(shown), customers(total))
    }
}

fn choices(found: &Found, asked: Option<OrganisationId>) -> Vec<Choice> {
    let choice = |partner: &organisations::Organisation| Choice {
        value: partner.id.to_string(),
        label: partner.name.clone(),
        is_chosen: asked == Some(partner.id),
    };
    let mut choices: Vec<Choice> = found.partners.iter().map(choice).collect();
    // With too many to offer, the one that was chosen elsewhere can still be taken away.
    if choices.is_empty() {
        choices.extend(found.chosen.iter().map(choice));
    }
    choices
}

impl RowFace {
    fn of(row: &customers::Row, viewer: &Viewer, today: Day, eyes: Option<OrganisationId>) -> Self {
        let last = row.last.map(|at| {
            let day = viewer.zone.day_of(at);
            (words::sentence(&words::ago(day, today)), words::short_date(day, today))
        });
        Self {
            href: match eyes {
                Some(eyes) => format!("/customers/{}?as={eyes}", row.id),
                None => format!("/customers/{}", row.id),
            },
            name: if row.name.is_empty() { "A customer".to_owned() } else { row.name.clone() },
            place: row.place.clone(),
            last,
        }
    }
}

impl More {
    fn of(asked: &Asked, next: &Cursor, shown: i64, total: i64) -> Self {
        let partner = asked.partner.map_or(String::new(), |id| format!("partner={id}&"));
        let eyes = asked.eyes.map_or(String::new(), |id| format!("as={id}&"));
        let left = (total - shown).clamp(1, PAGE_LEN as i64);
        Self {
            href: format!("/customers?{eyes}{partner}after={next}&shown={shown}"),
            label: format!("Show the next {left}"),
        }
    }
}

impl Empty {
    fn of_eyes(partner: &organisations::Organisation, viewer: &Viewer) -> Self {
        Self {
            title: format!("{} sees no customer", partner.name),
            text: format!(
                "It has no tie to any, or its agreement with {} shows nothing of those.",
                viewer.network_name
            ),
            href: "/customers",
            label: "Show all customers",
        }
    }

    fn of(viewer: &Viewer, q: &str, partner: Option<&str>) -> Self {
        if !q.is_empty() {
            let among =
                partner.map_or(String::new(), |name| format!(" among the customers of {name}"));
            return Self {
                title: format!("Nobody is found for “{q}”{among}"),
                text: "Names, references, phone numbers, addresses and what was said are looked \
                       through by the beginnings of words. Try fewer letters, or another word."
                    .to_owned(),
                href: "/customers",
                label: "Show all customers",
            };
        }
        if let Some(name) = partner {
            return Self {
                title: format!("{name} serves no customer yet"),
                text: "Its customers appear here with its first order, record or call.".to_owned(),
                href: "/customers",
                label: "Show all customers",
            };
        }
        let whose =
            if viewer.is_brand() { "No customers are" } else { "None of your customers is" };
        Self {
            title: format!("{whose} here yet"),
            text: "They come with the first file: customers, orders, cases or contacts, as your \
                   other systems export them."
                .to_owned(),
            href: "/imports",
            label: "Bring a file in",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_says_what_is_shown_of_how_many() {
        for (is_search, is_cut, len, counts, text) in [
            (false, false, 50, (0, 50, 13_291), "50 of 13,291 customers"),
            (false, false, 50, (50, 100, 13_291), "51 to 100 of 13,291 customers"),
            (false, false, 1, (0, 1, 1), "1 customer"),
            (false, false, 0, (0, 0, 0), "0 customers"),
            (true, false, 12, (0, 12, 13_291), "12 customers found"),
            (true, true, 50, (0, 50, 13_291), "More than 50 customers found"),
        ] {
            assert_eq!(found_words(is_search, is_cut, len, counts), text);
        }
    }
}
