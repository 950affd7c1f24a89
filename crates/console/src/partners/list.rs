//! The table of partners, for the brand.

use std::collections::HashMap;

use askama::Template;
use axum::{extract::State, http::Uri, response::Response};
use handfast_db::{Cx, Fault};
use handfast_kit::{Day, NetworkId, OrganisationId, Zone};
use handfast_record::{
    cases::figures::{self as case_figures, PartnerCases},
    organisations::{self, Kind, Organisation},
    sales::figures::{self as sale_figures, MonthFigures, PartnerFigures},
    sharing::{self, Lens, looks::Occasion},
};
use handfast_web::{App, Failure, Frame, Nav, Query, Role, Viewer, html};
use serde::Deserialize;

use super::{standing, standing::Network, trend, words as partner_words};
use crate::{charts::Spark, words};

/// How many partners one page shows.
const PAGE_LEN: usize = 50;
/// How many partners of a network are compared at most.
const COMPARED_MAX: usize = 10_000;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    sort: Option<String>,
    kind: Option<String>,
    after: Option<OrganisationId>,
}

/// By what the table is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Late,
    Name,
    Orders,
    Review,
    Cases,
}

impl Sort {
    fn named(word: Option<&str>) -> Self {
        match word {
            Some("name") => Self::Name,
            Some("orders") => Self::Orders,
            Some("review") => Self::Review,
            Some("cases") => Self::Cases,
            _ => Self::Late,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Late => "late",
            Self::Name => "name",
            Self::Orders => "orders",
            Self::Review => "review",
            Self::Cases => "cases",
        }
    }

    /// As `aria-sort` says it: what is worst stands first.
    const fn direction(self) -> &'static str {
        match self {
            Self::Name | Self::Review => "ascending",
            Self::Late | Self::Orders | Self::Cases => "descending",
        }
    }
}

/// One partner with its figures; those without orders or cases have none.
struct Line {
    partner: Organisation,
    sales: PartnerFigures,
    cases: Option<PartnerCases>,
}

/// The page's lines, and what stands around them.
struct Found {
    shown: Vec<(Line, Vec<MonthFigures>)>,
    before: usize,
    total: usize,
    next: Option<OrganisationId>,
    /// The kinds that the network has.
    kinds: Vec<Kind>,
    network: Network,
    worst: Option<(String, PartnerFigures)>,
}

#[derive(Template)]
#[template(path = "partners.html")]
struct PartnersPage {
    frame: Frame,
    may_add: bool,
    lede: String,
    callout: Option<Callout>,
    kinds: Vec<Chip>,
    sort: &'static str,
    columns: Vec<Column>,
    count: String,
    rows: Vec<RowFace>,
    more: Option<String>,
    is_narrowed: bool,
    explanation: String,
}

/// The partner that a person should look at first.
struct Callout {
    tone: &'static str,
    title: String,
    href: String,
}

struct Chip {
    value: &'static str,
    label: String,
    is_chosen: bool,
}

/// A heading of the table, and the address that sorts by it.
struct Column {
    label: &'static str,
    href: Option<String>,
    direction: &'static str,
}

struct RowFace {
    href: String,
    name: String,
    kinds: String,
    territory: String,
    orders: String,
    late: String,
    late_tone: &'static str,
    spark: Option<Spark>,
    over: String,
    /// Whether so much is over that a person must act.
    is_far_over: bool,
    review: String,
    review_tone: &'static str,
    review_count: String,
    cases: String,
}

pub(crate) async fn show(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let (zone, network) = (viewer.zone.clone(), viewer.network);
    let today = zone.day_of(app.clock.now());
    let wanted = asked.clone();
    let occasion = Occasion::of("partner");
    let found = sharing::read(&app, &viewer, occasion, move |cx, lens| {
        find(cx, lens, (network, &zone, today), &wanted)
    })
    .await?;
    html(&PartnersPage::of(&viewer, &uri, &asked, found))
}

fn find(
    cx: &mut Cx<'_>,
    lens: &Lens,
    (network, zone, today): (NetworkId, &Zone, Day),
    asked: &Asked,
) -> Result<Found, Fault> {
    let mut lines = lines(cx, lens, network, today)?;
    let all = Network::of(lines.iter().map(|line| &line.sales));
    let worst = all.worst(lines.iter().map(|line| &line.sales)).copied();
    let worst = worst.and_then(|worst| {
        let line = lines.iter().find(|line| line.partner.id == worst.organisation)?;
        Some((line.partner.name.clone(), worst))
    });
    let is_there = |kind: &Kind| lines.iter().any(|line| line.partner.kinds.contains(kind));
    let kinds: Vec<Kind> = Kind::ALL.into_iter().filter(is_there).collect();
    if let Some(kind) = asked.kind.as_deref().and_then(Kind::named) {
        lines.retain(|line| line.partner.kinds.contains(&kind));
    }
    sort(&mut lines, Sort::named(asked.sort.as_deref()));
    let total = lines.len();
    let before = asked
        .after
        .and_then(|after| lines.iter().position(|line| line.partner.id == after))
        .map_or(0, |at| at + 1);
    let mut shown = Vec::new();
    for line in lines.into_iter().skip(before).take(PAGE_LEN) {
        let months = sale_figures::months(cx, lens, zone, line.partner.id, today)?;
        shown.push((line, months));
    }
    let next = (before + shown.len() < total)
        .then(|| shown.last().map(|(line, _)| line.partner.id))
        .flatten();
    Ok(Found { shown, before, total, next, kinds, network: all, worst })
}

fn lines(cx: &mut Cx<'_>, lens: &Lens, network: NetworkId, today: Day) -> Result<Vec<Line>, Fault> {
    let sales = sale_figures::of_partners(cx, lens, None, today)?;
    let mut sales: HashMap<OrganisationId, PartnerFigures> =
        sales.into_iter().map(|one| (one.organisation, one)).collect();
    let cases = case_figures::of_partners(cx, lens, None)?;
    let mut cases: HashMap<OrganisationId, PartnerCases> =
        cases.into_iter().map(|one| (one.organisation, one)).collect();
    let (mut lines, mut after) = (Vec::new(), None);
    loop {
        let page = organisations::partners(cx, network, after.as_ref(), 200)?;
        lines.extend(page.items.into_iter().map(|partner| Line {
            sales: sales.remove(&partner.id).unwrap_or_else(|| super::nothing_yet(partner.id)),
            cases: cases.remove(&partner.id),
            partner,
        }));
        after = page.next;
        if after.is_none() || lines.len() >= COMPARED_MAX {
            return Ok(lines);
        }
    }
}

/// Sorts lines that come by name. What is worst stands first, and what says too little last.
fn sort(lines: &mut [Line], by: Sort) {
    match by {
        Sort::Name => {}
        Sort::Orders => lines.sort_by_key(|line| std::cmp::Reverse(line.sales.orders)),
        Sort::Cases => lines.sort_by_key(|line| {
            std::cmp::Reverse(line.cases.map_or((0, 0), |cases| (cases.open, cases.cases)))
        }),
        Sort::Late => lines.sort_by(|a, b| {
            let share = |line: &Line| line.sales.late_share().unwrap_or(-1.0);
            let enough = standing::has_enough(&b.sales).cmp(&standing::has_enough(&a.sales));
            enough.then(share(b).total_cmp(&share(a)))
        }),
        Sort::Review => lines.sort_by(|a, b| {
            let mean = |line: &Line| line.sales.mean_review().unwrap_or(9.0);
            let enough =
                standing::has_enough_reviews(&b.sales).cmp(&standing::has_enough_reviews(&a.sales));
            enough.then(mean(a).total_cmp(&mean(b)))
        }),
    }
}

impl PartnersPage {
    fn of(viewer: &Viewer, uri: &Uri, asked: &Asked, found: Found) -> Self {
        let sort = Sort::named(asked.sort.as_deref());
        let kind = asked.kind.as_deref().and_then(Kind::named);
        let query = |sort: Sort| {
            let kind = kind.map_or(String::new(), |kind| format!("&kind={}", kind.word()));
            format!("/partners?sort={}{kind}", sort.word())
        };
        let column = |label, by: Option<Sort>| Column {
            label,
            href: by.map(query),
            direction: by.filter(|by| *by == sort).map_or("", Sort::direction),
        };
        let callout = found.worst.as_ref().map(|(name, worst)| Callout {
            tone: found.network.late_tone(worst),
            title: found.network.worst_words(name, worst),
            href: format!("/partners/{}", worst.organisation),
        });
        Self {
            frame: Frame::of(viewer, uri, Nav::Partners, "Partners").saying(super::KNOWN),
            may_add: viewer.role == Role::BrandAdmin,
            lede: format!(
                "Who serves the customers of {}. Each partner sees its own figures, and no \
                 other’s.",
                viewer.network_name
            ),
            callout,
            kinds: chips(&found.kinds, kind),
            sort: sort.word(),
            columns: vec![
                column("Partner", Some(Sort::Name)),
                column("Territory", None),
                column("Orders", Some(Sort::Orders)),
                column("Late", Some(Sort::Late)),
                column("12 months", None),
                column("Over", None),
                column("Reviews", Some(Sort::Review)),
                column("Cases", Some(Sort::Cases)),
            ],
            count: count(found.before, found.shown.len(), found.total),
            rows: found.shown.iter().map(|line| row(line, &found.network)).collect(),
            more: found.next.map(|next| format!("{}&after={next}", query(sort))),
            is_narrowed: kind.is_some(),
            explanation: standing::explanation(),
        }
    }
}

/// The kinds to choose from, when there is a choice.
fn chips(kinds: &[Kind], chosen: Option<Kind>) -> Vec<Chip> {
    if kinds.len() < 2 {
        return Vec::new();
    }
    let all = Chip { value: "", label: "All".to_owned(), is_chosen: chosen.is_none() };
    let kinds = kinds.iter().map(|kind| Chip {
        value: kind.word(),
        label: partner_words::kind(*kind).to_owned(),
        is_chosen: chosen == Some(*kind),
    });
    std::iter::once(all).chain(kinds).collect()
}

/// `14`, `1 to 50 of 3,095`.
fn count(before: usize, len: usize, total: usize) -> String {
    let number = |n: usize| words::number(n as i64);
    if len == total {
        return number(total);
    }
    format!("{} to {} of {}", number(before + 1), number(before + len), number(total))
}

fn row((line, months): &(Line, Vec<MonthFigures>), network: &Network) -> RowFace {
    let Line { partner, sales, cases } = line;
    RowFace {
        href: format!("/partners/{}", partner.id),
        name: partner.name.clone(),
        kinds: partner_words::kinds(&partner.kinds),
        territory: partner.territory.clone(),
        orders: words::number(sales.orders),
        late: words::percent(sales.late, sales.delivered),
        late_tone: network.late_tone(sales),
        spark: trend::late_spark(months),
        over: if sales.overdue > 0 { words::number(sales.overdue) } else { String::new() },
        is_far_over: standing::is_far_over(sales),
        review: sales.mean_review().map_or(String::new(), |mean| format!("{mean:.1}")),
        review_tone: standing::review_tone(sales),
        review_count: format!("of {}", words::number(sales.review_count)),
        cases: cases.map_or(String::new(), |cases| match cases.open {
            0 => words::number(cases.cases),
            open => format!("{} open of {}", words::number(open), words::number(cases.cases)),
        }),
    }
}
