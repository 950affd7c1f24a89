//! One partner: its numbers, each with a link to what is behind it.

use askama::Template;
use axum::{extract::State, http::Uri, response::Response};
use handfast_db::{Cx, Fault};
use handfast_handoffs::figures::{self, Figures};
use handfast_kit::{Day, Id, OrganisationId, Zone};
use handfast_record::{
    cases::{
        CaseState,
        figures::{self as case_figures, PartnerCases},
    },
    organisations::Organisation,
    people,
    sales::figures::{self as sale_figures, MonthFigures, PartnerFigures, Which},
    sharing::{self, Lens, looks::Occasion},
    touches::{self, Body, Touch},
};
use handfast_web::{App, Failure, Frame, Nav, Path, Role, Viewer};

use super::{
    agreement::Panels,
    answers::{self, Answer},
    behind,
    contact::{self, Contact},
    standing::{self, Network},
    trend::{self, Months},
    words as partner_words,
};
use crate::{
    charts::Spark,
    forms::{Refusal, reply},
    words,
};

/// How many of the latest reviews and cases are shown.
const LATEST_LEN: usize = 5;

#[derive(Template)]
#[template(path = "partner.html")]
struct PartnerPage {
    frame: Frame,
    name: String,
    about: String,
    path: String,
    is_own: bool,
    customers: Option<String>,
    people: String,
    people_href: Option<String>,
    callout: Option<String>,
    late: Figure,
    review: Figure,
    cases: Figure,
    months: Option<Months>,
    numbers: Vec<Number>,
    reviews: Vec<Review>,
    case_rows: Vec<behind::CaseRow>,
    panels: Panels,
    facts: Vec<(&'static str, String)>,
    /// Whether the viewer may end the partnership.
    may_end: bool,
    answers_title: &'static str,
    answers: Vec<Answer>,
    is_latest_only: bool,
    contact: Contact,
    refusal: Option<Refusal>,
}

/// One large number, what it means, and how it went.
struct Figure {
    number: String,
    tone: &'static str,
    word: &'static str,
    spark: Option<Spark>,
    /// What stands before the link, the link to what is behind the number, and what follows it.
    before: &'static str,
    link: Option<(String, String)>,
    after: String,
}

/// One number that leads to the orders behind it.
struct Number {
    label: &'static str,
    count: String,
    href: Option<String>,
}

struct Review {
    tone: &'static str,
    score: String,
    text: String,
    when: String,
    customer: Option<(String, String)>,
}

/// Everything that the page shows, read in one go.
struct Seen {
    partner: Organisation,
    sales: PartnerFigures,
    network: Option<Network>,
    cases: Option<PartnerCases>,
    months: Vec<MonthFigures>,
    reviews: Vec<(Touch, Option<String>)>,
    latest_cases: Vec<(CaseState, Option<String>)>,
    member_count: usize,
    panels: Panels,
    answers: Option<Figures>,
    contact: Contact,
}

pub(crate) async fn show(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<OrganisationId>,
) -> Result<Response, Failure> {
    partner_page(&app, &viewer, &uri, id, None).await
}

/// The page, with an address that was typed and why it was refused.
pub(super) async fn partner_page(
    app: &App,
    viewer: &Viewer,
    uri: &Uri,
    id: OrganisationId,
    refused: Option<(contact::Typed, Refusal)>,
) -> Result<Response, Failure> {
    let today = viewer.zone.day_of(app.clock.now());
    let asking = viewer.clone();
    let occasion = Occasion::of("partner");
    let seen =
        sharing::read(app, viewer, occasion, move |cx, lens| read(cx, lens, &asking, id, today));
    let mut seen = seen.await?.ok_or(Failure::NotFound)?;
    let refused = refused.as_ref().map(|(typed, refusal)| (typed, refusal));
    seen.contact = seen.contact.refused(refused);
    let refusal = refused.map(|(_, refusal)| refusal.clone());
    let reply = reply(refusal.as_ref());
    reply.with(&PartnerPage { refusal, ..PartnerPage::of(viewer, uri, seen, today) })
}

fn read(
    cx: &mut Cx<'_>,
    lens: &Lens,
    viewer: &Viewer,
    id: OrganisationId,
    today: Day,
) -> Result<Option<Seen>, Fault> {
    let Some(partner) = super::find(cx, viewer, id)? else { return Ok(None) };
    // A partner's lens shows only itself, and is no average.
    let all = if viewer.is_brand() { None } else { Some([id]) };
    let figures = sale_figures::of_partners(cx, lens, all.as_ref().map(<[_; 1]>::as_slice), today)?;
    let sales = figures.iter().find(|one| one.organisation == id).copied();
    let cases = case_figures::of_partners(cx, lens, Some(&[id]))?.into_iter().next();
    let months = sale_figures::months(cx, lens, &viewer.zone, id, today)?;
    let mut reviews = Vec::new();
    for touch in touches::latest_of(cx, lens, id, &["review_given"], LATEST_LEN)? {
        let name = behind::name_of(cx, lens, Id::as_kind(touch.subject))?;
        reviews.push((touch, name));
    }
    let mut latest_cases = Vec::new();
    for case in case_figures::list_of(cx, lens, id, None, LATEST_LEN)?.items {
        let name = behind::name_of(cx, lens, Id::as_kind(case.subject))?;
        latest_cases.push((case, name));
    }
    let members = people::members(cx, viewer.network, id, None, 200)?;
    Ok(Some(Seen {
        panels: Panels::read(cx, viewer, &partner)?,
        answers: figures::of(cx, lens, lens.now(), id)?,
        contact: contact::read(cx, viewer, id)?,
        partner,
        sales: sales.unwrap_or_else(|| super::nothing_yet(id)),
        network: viewer.is_brand().then(|| Network::of(&figures)),
        cases,
        months,
        reviews,
        latest_cases,
        member_count: members.items.iter().filter(|member| member.ended.is_none()).count(),
    }))
}

impl PartnerPage {
    fn of(viewer: &Viewer, uri: &Uri, seen: Seen, today: Day) -> Self {
        let (partner, sales) = (&seen.partner, &seen.sales);
        let path = format!("/partners/{}", partner.id);
        let is_own = !viewer.is_brand();
        let frame = Frame::of(viewer, uri, Nav::Partners, &partner.name).saying(super::KNOWN);
        let network = seen.network.as_ref();
        let tone = network.map_or("", |network| network.late_tone(sales));
        let people = words::counted(seen.member_count as i64, "person signs in", "people sign in");
        Self {
            frame: if is_own { frame } else { frame.below("Partners", "/partners") },
            name: partner.name.clone(),
            about: about(partner, &viewer.zone),
            customers: (!is_own).then(|| format!("/customers?partner={}", partner.id)),
            people: if seen.member_count == 0 { "Nobody signs in yet".to_owned() } else { people },
            people_href: (viewer.role == Role::BrandAdmin)
                .then(|| format!("/people?organisation={}", partner.id)),
            callout: network
                .filter(|_| !tone.is_empty())
                .map(|network| network.worst_words(&partner.name, sales)),
            late: late(sales, network, &seen.months, &path),
            review: review(sales, &seen.months, &path),
            cases: cases(seen.cases.as_ref(), &path),
            months: trend::by_month(&seen.months),
            numbers: numbers(sales, seen.cases.as_ref(), &path),
            reviews: seen
                .reviews
                .iter()
                .filter_map(|(touch, name)| latest(touch, name.as_deref(), &viewer.zone, today))
                .collect(),
            case_rows: seen
                .latest_cases
                .iter()
                .map(|(case, name)| behind::CaseRow::of(case, name.as_deref(), &viewer.zone, today))
                .collect(),
            facts: facts(partner, viewer),
            may_end: viewer.is_brand() && viewer.is_admin(),
            panels: seen.panels,
            answers_title: if is_own { "How you answer" } else { "How they answer" },
            answers: seen.answers.map(|figures| answers::of(&figures, &path)).unwrap_or_default(),
            is_latest_only: seen.answers.is_some_and(|figures| figures.is_latest_only),
            contact: seen.contact,
            refusal: None,
            path,
            is_own,
        }
    }
}

/// `Reseller and service, Leeds and York. Partner since May 2022.`
fn about(partner: &Organisation, zone: &Zone) -> String {
    let kinds = partner_words::kinds(&partner.kinds);
    let what: Vec<String> =
        [kinds, partner.territory.clone()].into_iter().filter(|text| !text.is_empty()).collect();
    let what = if what.is_empty() { String::new() } else { format!("{}. ", what.join(", ")) };
    format!("{what}Partner since {}.", words::month(zone.day_of(partner.since)))
}

fn late(
    sales: &PartnerFigures,
    network: Option<&Network>,
    months: &[MonthFigures],
    path: &str,
) -> Figure {
    let average = network.map(Network::late_words).filter(|words| !words.is_empty());
    let average = average.map_or(String::new(), |average| format!(" Network: {average}."));
    let tone = network.map_or("", |network| network.late_tone(sales));
    let of = words::counted(sales.delivered, "delivery", "deliveries");
    let late = format!("{} of {of}", words::number(sales.late));
    let is_any = sales.delivered > 0;
    Figure {
        number: words::percent(sales.late, sales.delivered),
        tone,
        word: if tone.is_empty() { "" } else { "Above average" },
        spark: trend::late_spark(months),
        before: "",
        link: is_any.then(|| (late, format!("{path}/orders?which={}", Which::Late.word()))),
        after: if is_any {
            format!(" came late.{average}")
        } else {
            "Nothing was delivered yet.".to_owned()
        },
    }
}

fn review(sales: &PartnerFigures, months: &[MonthFigures], path: &str) -> Figure {
    let tone = standing::review_tone(sales);
    let is_any = sales.review_count > 0;
    let all = words::counted(sales.review_count, "review", "reviews");
    Figure {
        number: sales.mean_review().map_or(String::new(), |mean| format!("{mean:.1}")),
        tone,
        word: match tone {
            "bad" => "Unhappy",
            "warn" => "Weak",
            _ => "",
        },
        spark: trend::review_spark(months),
        before: if is_any { "of 5, from " } else { "" },
        link: is_any.then(|| (all, format!("{path}/orders?which={}", Which::Reviewed.word()))),
        after: if is_any { "." } else { "No customer has answered yet." }.to_owned(),
    }
}

fn cases(cases: Option<&PartnerCases>, path: &str) -> Figure {
    let all = |cases: &PartnerCases| words::counted(cases.cases, "case", "cases");
    let over = |cases: &PartnerCases| {
        format!("; {}.", words::counted(cases.hand_overs, "hand-over", "hand-overs"))
    };
    Figure {
        number: cases.map_or(String::new(), |cases| words::number(cases.open)),
        tone: "",
        word: "",
        spark: None,
        before: if cases.is_some() { "open, of " } else { "" },
        link: cases.map(|cases| (all(cases), format!("{path}/cases"))),
        after: cases.map_or("No case was told of yet.".to_owned(), over),
    }
}

fn numbers(sales: &PartnerFigures, cases: Option<&PartnerCases>, path: &str) -> Vec<Number> {
    let orders = |which: Which| format!("{path}/orders?which={}", which.word());
    let number = |label, n: i64, href: String| Number {
        label,
        count: words::number(n),
        href: (n > 0).then_some(href),
    };
    vec![
        number("Orders", sales.orders, orders(Which::All)),
        number("Delivered", sales.delivered, orders(Which::Delivered)),
        number("Delivered late", sales.late, orders(Which::Late)),
        number("On the way", sales.open, orders(Which::Open)),
        number("Past the promised day", sales.overdue, orders(Which::Overdue)),
        number("Reviews", sales.review_count, orders(Which::Reviewed)),
        number("Cases", cases.map_or(0, |cases| cases.cases), format!("{path}/cases")),
    ]
}

fn latest(touch: &Touch, name: Option<&str>, zone: &Zone, today: Day) -> Option<Review> {
    let Some(Body::ReviewGiven { score, title, text, .. }) = touch.body() else { return None };
    let said = [text, title].into_iter().find(|text| !text.trim().is_empty());
    Some(Review {
        tone: match score {
            ..=2 => "bad",
            3 => "",
            _ => "ok",
        },
        score: format!("{score} of 5"),
        text: said.unwrap_or_default(),
        when: words::sentence(&words::ago(zone.day_of(touch.at), today)),
        customer: name.map(|name| (name.to_owned(), format!("/customers/{}", touch.subject))),
    })
}

fn facts(partner: &Organisation, viewer: &Viewer) -> Vec<(&'static str, String)> {
    // What the brand's own files call a partner is the brand's affair.
    let reference = if viewer.is_brand() { partner.external_ref.clone() } else { String::new() };
    let facts = [
        ("Does", partner_words::kinds(&partner.kinds)),
        ("Territory", partner.territory.clone()),
        ("Reference", reference),
    ];
    facts.into_iter().filter(|(_, text)| !text.is_empty()).collect()
}
