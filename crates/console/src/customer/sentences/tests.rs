#![allow(clippy::unwrap_used)]
use handfast_kit::Id;
use handfast_record::{
    sharing::{Class, Who},
    touches::{Audience, SoldLine},
};

use super::*;

fn told(body: Body) -> (String, Entry) {
    let mut names = Names::default();
    "Maya".clone_into(&mut names.customer);
    let zone = Zone::named("Europe/London").unwrap();
    let at = TimeMs::parse_rfc3339("2026-03-11T17:00:00Z").unwrap();
    let today = zone.day_of(at);
    let touch = Touch {
        id: Id::random(),
        subject: Id::random(),
        record: None,
        organisation: Who::Named(Id::random()),
        person: None,
        class: Class::Note,
        kind: body.kind().to_owned(),
        channel: "system".to_owned(),
        audience: Audience::Shared,
        at,
        recorded: at,
        leaf_index: None,
        summary: "the summary".to_owned(),
        body_json: body.json(),
    };
    let entry = Telling { names: &names, zone: &zone, today }.entry(&touch);
    let said: Vec<String> = entry
        .parts
        .iter()
        .map(|part| match part {
            Part::Text(text) | Part::Customer(text) => text.clone(),
            Part::Organisation(_) => "Org".to_owned(),
        })
        .collect();
    (said.join(" "), entry)
}

fn line(title: &str, quantity: i64) -> SoldLine {
    SoldLine { title: title.to_owned(), quantity, price_minor: Some(100) }
}

fn sold(status: &str, lines: Vec<SoldLine>) -> (String, Entry) {
    told(Body::Sale {
        order_ref: "1001".to_owned(),
        status: status.to_owned(),
        lines,
        total_minor: Some(329_000),
        currency: "GBP".to_owned(),
    })
}

#[test]
fn a_sale_names_what_was_sold() {
    let (said, entry) = sold("", vec![line("Aurora Trail", 1)]);
    assert_eq!(said, "Org sold Aurora Trail");
    assert_eq!(entry.more, ["Order 1001. £3,290."]);
    let (said, entry) = sold("", vec![line("Aurora Trail", 1), line("bike_lock", 2)]);
    assert_eq!(said, "Org sold 2 things");
    assert_eq!(entry.more, ["Order 1001: Aurora Trail and 2 × bike lock. £3,290."]);
    assert_eq!(sold("", vec![]).0, "Org took order 1001");
    assert_eq!(sold("canceled", vec![]).0, "Org says that order 1001 is canceled");
    let (_, entry) = sold("canceled", vec![line("Aurora Trail", 1)]);
    assert_eq!(entry.badge.unwrap().word, "Canceled");
}

#[test]
fn a_delivery_says_whether_it_kept_the_promise() {
    for (days_late, tone, word) in [
        (Some(3), "bad", "3 days late"),
        (Some(0), "ok", "On time"),
        (Some(-2), "ok", "2 days early"),
    ] {
        let (said, entry) = told(Body::Delivered { order_ref: "1001".to_owned(), days_late });
        assert_eq!(said, "Org delivered order 1001");
        assert_eq!(
            entry.badge,
            Some(badge(tone, if tone == "ok" { "check" } else { "alert" }, word.to_owned()))
        );
    }
    let (_, entry) = told(Body::Delivered { order_ref: "1001".to_owned(), days_late: None });
    assert_eq!(entry.badge, None);
    assert_eq!(entry.time, "17:00");
}

#[test]
fn goods_that_reached_the_carrier_late_are_said_to() {
    let shipped = |due: &str| {
        let due_ms = TimeMs::parse_rfc3339(due);
        told(Body::Shipped { order_ref: "1001".to_owned(), due_ms }).1.badge
    };
    assert_eq!(shipped("2026-03-11T09:00:00Z"), None, "the same day keeps it");
    assert_eq!(shipped("2026-03-09T09:00:00Z").unwrap().word, "2 days late");
}

#[test]
fn a_review_is_the_customers_own_words() {
    let review = |score, text: &str| {
        told(Body::ReviewGiven {
            order_ref: "1001".to_owned(),
            review_ref: "r".to_owned(),
            score,
            title: String::new(),
            text: text.to_owned(),
        })
    };
    let (said, entry) = review(2, "Nobody rings back.");
    assert_eq!(said, "Maya gave Org");
    assert_eq!(entry.badge, Some(badge("bad", "star", "2 of 5".to_owned())));
    assert_eq!(entry.said, ["Nobody rings back."]);
    assert_eq!(review(5, "").1.more, ["Order 1001, without words."]);
}

#[test]
fn contacts_and_cases_are_told_in_words() {
    let (said, entry) =
        told(Body::Call { said: "One.\n\nTwo.".to_owned(), step: Some(Step::Closer) });
    assert_eq!(said, "Org spoke with Maya on the phone");
    assert_eq!((entry.more.len(), entry.step.unwrap().word.as_str()), (2, "A step closer"));
    assert_eq!(told(Body::Note { text: "x".to_owned() }).0, "Org wrote a note");
    let step = Body::CaseStep {
        case_ref: "3127".to_owned(),
        status: "In Progress".to_owned(),
        owner: "Ines Duarte".to_owned(),
        team: String::new(),
        country: "UK".to_owned(),
        row: 1,
    };
    let (said, entry) = told(step);
    assert_eq!(said, "Org took a step on case 3127");
    assert_eq!(entry.more, ["“In Progress”, with Ines Duarte, UK."]);
    let payment = Body::Payment {
        order_ref: "1001".to_owned(),
        method: "credit_card".to_owned(),
        amount_minor: 2_050,
        currency: "BRL".to_owned(),
    };
    assert_eq!(told(payment).0, "Maya paid Org R$ 20.50 by credit card for order 1001");
}

#[test]
fn what_partners_asked_for_and_were_given_is_told_in_words() {
    use handfast_record::sharing::{Tie, ties};
    let organisation = Id::random();
    let until = TimeMs::parse_rfc3339("2026-03-12T16:05:00Z").unwrap();
    let why = || "Her motor is on the bench.".to_owned();
    for (body, sentence) in [
        (
            Body::TieMade { tie: Tie::Serves, organisation, until: None, why: why() },
            "Org noted that Org takes care of Maya’s case",
        ),
        (
            Body::TieMade { tie: Tie::Sold, organisation, until: Some(ties::OPEN), why: why() },
            "Org noted that Org sold to Maya",
        ),
        (
            Body::GuestLetIn { organisation, why: why(), until, by: "code".to_owned() },
            "Org was let in as a guest, until tomorrow, 16:05",
        ),
        (
            Body::AccessAsked { organisation, classes: vec![Class::Price], why: why() },
            "Org asked to see prices",
        ),
        (
            Body::AccessAnswered {
                organisation,
                classes: vec![],
                until: None,
                answer: "No.".to_owned(),
            },
            "Org did not allow Org to see more",
        ),
        (
            Body::AccessAnswered {
                organisation,
                classes: vec![Class::Price, Class::Feedback],
                until: Some(until),
                answer: "Yes.".to_owned(),
            },
            "Org allowed Org to see prices and reviews, until tomorrow, 16:05",
        ),
        (Body::AccessWithdrawn { organisation }, "Org took back its request to see more"),
    ] {
        assert_eq!(told(body).0, sentence);
    }
}

#[test]
fn a_sentence_reads_well_where_names_references_and_prices_are_hidden() {
    let hidden = Body::Sale {
        order_ref: String::new(),
        status: String::new(),
        lines: vec![SoldLine { price_minor: None, ..line("Aurora Trail", 1) }],
        total_minor: None,
        currency: String::new(),
    };
    let (said, entry) = told(hidden);
    assert_eq!(
        (said.as_str(), entry.more),
        ("Org sold Aurora Trail", vec!["Price hidden.".into()])
    );
    let late = Body::Delivered { order_ref: String::new(), days_late: Some(2) };
    assert_eq!(told(late).0, "Org delivered an order");
    let over =
        Body::CaseHandOver { case_ref: String::new(), from: String::new(), to: String::new() };
    let (said, entry) = told(over);
    assert_eq!((said.as_str(), entry.more.len()), ("Org handed a case over", 0));
    let recorded = Body::CustomerRecorded { name: String::new(), external_ref: String::new() };
    assert_eq!(told(recorded).0, "Org recorded the customer");
}

#[test]
fn what_was_joined_and_parted_says_what_was_found_and_why() {
    let why = "e-mail: same".to_owned();
    for (body, icon, sentence) in [
        (
            Body::CustomersMatched {
                from_id: Id::random(),
                weight: Some(900),
                by_person: false,
                why: why.clone(),
            },
            "link",
            "Org found that another record is Maya",
        ),
        (
            Body::CustomersParted { other_id: Id::random(), by_person: true, why: why.clone() },
            "split",
            "Org found that another record is not Maya after all",
        ),
        (
            Body::KeptApart { other_id: Id::random(), why: why.clone() },
            "split",
            "Org decided that somebody much alike is not Maya",
        ),
        (
            Body::RecordsJudged {
                records: [Id::random(), Id::random()],
                verdict: "skip".to_owned(),
                why: why.clone(),
            },
            "eye",
            "Org looked at two records of Maya side by side: hard to tell",
        ),
    ] {
        let (said, entry) = told(body);
        assert_eq!((said.as_str(), entry.icon), (sentence, icon));
        assert_eq!(entry.more, ["E-mail: same"]);
    }
}
