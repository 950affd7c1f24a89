//! What was sold and what was done on cases, told in a sentence each.

use handfast_record::touches::{Body, SoldLine};

use super::{Part, Told, badge, plain, text};
use crate::words;

/// A sale. `sum` is what it cost; `None` where prices are hidden.
pub(super) fn sale(
    author: Part,
    (order_ref, status): (&str, &str),
    lines: &[SoldLine],
    sum: Option<String>,
) -> Told {
    if lines.is_empty() && !status.is_empty() {
        let now = format!("says that {} is {}", the_order(order_ref), plain(status));
        return Told::new("bag", vec![author, text(now)]);
    }
    let sold = match lines {
        [] => format!("took {}", the_order(order_ref)),
        [one] if one.quantity <= 1 && !one.title.is_empty() => {
            format!("sold {}", plain(&one.title))
        }
        [one] if !one.title.is_empty() => format!("sold {} of {}", one.quantity, plain(&one.title)),
        several => format!("sold {}", words::counted(several.len() as i64, "thing", "things")),
    };
    let titles: Vec<String> = match lines {
        [] | [_] => Vec::new(),
        several => several.iter().filter(|line| !line.title.is_empty()).map(line_words).collect(),
    };
    let what = words::list(&titles);
    let what = if what.is_empty() { String::new() } else { format!(": {what}") };
    let sum = match sum.as_deref() {
        Some("0") => String::new(),
        Some(sum) => format!(" {sum}."),
        None => " Price hidden.".to_owned(),
    };
    let order = match (order_ref, lines.is_empty(), what.is_empty()) {
        (_, true, true) | ("", _, true) => String::new(),
        ("", ..) => format!("{}.", what.trim_start_matches(": ")),
        (order_ref, ..) => format!("Order {order_ref}{what}."),
    };
    let called_off =
        (!status.is_empty()).then(|| badge("warn", "alert", words::sentence(&plain(status))));
    Told::new("bag", vec![author, text(sold)])
        .badge(called_off)
        .more(format!("{order}{sum}").trim().to_owned())
}

fn line_words(line: &SoldLine) -> String {
    let title = plain(&line.title);
    if line.quantity <= 1 { title } else { format!("{} × {title}", line.quantity) }
}

/// A step of a case.
pub(super) fn case(author: Part, body: Body) -> Told {
    match body {
        Body::CaseOpened { case_ref, title, product } => {
            let about = if title.is_empty() || product.is_empty() || title == product {
                format!("{title}{product}")
            } else {
                format!("{title} ({product})")
            };
            Told::new("case", vec![author, text(format!("opened {}", the_case(&case_ref)))])
                .more(about)
        }
        Body::CaseStep { case_ref, status, owner, team, country, .. } => {
            let with: Vec<String> =
                [owner, team, country].into_iter().filter(|part| !part.is_empty()).collect();
            let with = with.join(", ");
            let now = match (status.is_empty(), with.is_empty()) {
                (true, true) => String::new(),
                (true, false) => format!("With {with}."),
                (false, true) => format!("“{status}”."),
                (false, false) => format!("“{status}”, with {with}."),
            };
            let did = text(format!("took a step on {}", the_case(&case_ref)));
            Told::new("case", vec![author, did]).more(now)
        }
        Body::CaseHandOver { case_ref, from, to } => {
            let over = text(format!("handed {} over", the_case(&case_ref)));
            let told = Told::new("handoff", vec![author, over]);
            if from.is_empty() && to.is_empty() {
                told
            } else {
                told.more(format!("From {from} to {to}."))
            }
        }
        Body::CaseClosed { case_ref, status } => {
            let status =
                if status.is_empty() { status } else { format!("It ended as “{status}”.") };
            Told::new("check", vec![author, text(format!("closed {}", the_case(&case_ref)))])
                .more(status)
        }
        _ => Told::new("case", vec![author]),
    }
}

/// `order 1001`; `an order` where its keeper's reference is hidden.
pub(in crate::customer) fn the_order(order_ref: &str) -> String {
    match order_ref {
        "" => "an order".to_owned(),
        order_ref => format!("order {}", words::reference(order_ref)),
    }
}

/// `case 3127`; `a case` where its teller's reference is hidden.
pub(in crate::customer) fn the_case(case_ref: &str) -> String {
    match case_ref {
        "" => "a case".to_owned(),
        case_ref => format!("case {case_ref}"),
    }
}
