//! What is open with a customer, the worst first: promised deliveries and cases.

use handfast_kit::{Day, Zone};
use handfast_record::{cases::CaseState, sales::Sale, sharing::Who};
use handfast_web::{ClockFace, Viewer};

use super::{
    sentences::{Part, the_case, the_order},
    who::{Names, Organisation},
};
use crate::words;

/// How many rows the panel shows.
const ROWS_MAX: usize = 20;
/// For how many days a delivery that came is still shown.
const MET_DAYS: i32 = 7;

/// The panel of promises and cases, and the sentence at the top of the page.
#[derive(Debug, Clone, Default)]
pub(crate) struct Now {
    pub(crate) rows: Vec<Row>,
    /// `2 open, 1 kept this week`.
    pub(crate) summary: String,
    pub(crate) open_count: String,
    /// How many more there are than rows, in words.
    pub(crate) left_out: String,
    pub(crate) callout: Option<Callout>,
}

/// The worst thing, in one sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Callout {
    pub(crate) title: String,
    pub(crate) text: String,
}

/// One promise or case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) title: String,
    /// What it is, and whose.
    pub(crate) parts: Vec<Part>,
    /// Who acts next, as a sentence; empty when nobody has to.
    pub(crate) next: String,
    /// Whether that is the viewer's organisation.
    pub(crate) is_mine: bool,
    pub(crate) clock: Option<ClockFace>,
    /// How long it is open, and when something last happened; for rows without a clock.
    pub(crate) age: Option<(String, String)>,
}

/// Who looks at what is open, and when.
pub(crate) struct Looking<'a> {
    pub(crate) viewer: &'a Viewer,
    pub(crate) names: &'a Names,
    pub(crate) today: Day,
}

impl Looking<'_> {
    fn zone(&self) -> &Zone {
        &self.viewer.zone
    }

    /// What is open now.
    pub(crate) fn now(&self, sales: &[Sale], cases: &[CaseState]) -> Now {
        let mut open: Vec<(&Sale, Day)> = sales
            .iter()
            .filter(|sale| sale.is_open())
            .filter_map(|sale| Some((sale, sale.promised_day?)))
            .collect();
        open.sort_by_key(|(_, due)| *due);
        let open_cases: Vec<&CaseState> =
            cases.iter().filter(|case| case.closed.is_none()).collect();
        let met: Vec<&Sale> = sales.iter().filter(|sale| self.is_fresh(sale)).collect();
        let kept = met.iter().filter(|sale| days_late(sale).is_some_and(|days| days <= 0)).count();

        let rows = open.iter().map(|(sale, due)| self.promise(sale, *due));
        let rows = rows.chain(open_cases.iter().map(|case| self.case(case)));
        let mut rows: Vec<Row> = rows.chain(met.iter().map(|sale| self.met(sale))).collect();
        let left_out = rows.len().saturating_sub(ROWS_MAX);
        rows.truncate(ROWS_MAX);
        let open_count = open.len() + open_cases.len();
        Now {
            rows,
            summary: summary(open_count, kept),
            open_count: words::number(open_count as i64),
            left_out: match left_out {
                0 => String::new(),
                n => format!("{} on the timeline", words::counted(n as i64, "more is", "more are")),
            },
            callout: self.callout(&open),
        }
    }

    fn is_fresh(&self, sale: &Sale) -> bool {
        let age = sale.delivered_day.map(|day| self.today.0 - day.0);
        age.is_some_and(|days| (0..=MET_DAYS).contains(&days)) && days_late(sale).is_some()
    }

    fn promise(&self, sale: &Sale, due: Day) -> Row {
        let keeper = &sale.by;
        let owner = self.names.who(keeper);
        let ordered = self.zone().day_of(sale.ordered);
        let sum = words::money(sale.total_minor, &sale.currency);
        let sum = if sale.total_minor == 0 { String::new() } else { format!(", {sum}") };
        let placed = format!(". Ordered {}{sum}.", words::when(ordered, self.today));
        let is_mine = *keeper == Who::Named(self.viewer.organisation);
        Row {
            title: format!("Deliver {}", the_order(&sale.order_ref)),
            next: next(is_mine, &owner.name),
            parts: vec![text("Promised by"), Part::Organisation(owner), text(placed)],
            is_mine,
            clock: Some(words::clock(ordered, due, self.today)),
            age: None,
        }
    }

    fn met(&self, sale: &Sale) -> Row {
        let owner = self.names.who(&sale.by);
        let days = days_late(sale).unwrap_or(0);
        let delivered = sale.delivered_day.unwrap_or(self.today);
        let (state, word) = match days {
            1.. => ("over", words::sentence(&words::lateness(days))),
            0 => ("met", "Kept on the day".to_owned()),
            _ => ("met", format!("Kept {}", words::lateness(days))),
        };
        let came = format!(". It came {}.", words::when(delivered, self.today));
        Row {
            title: format!("{} was delivered", words::sentence(&the_order(&sale.order_ref))),
            parts: vec![text("Promised by"), Part::Organisation(owner), text(came)],
            next: String::new(),
            is_mine: false,
            clock: Some(ClockFace { state, word, by: String::new(), used_percent: None }),
            age: None,
        }
    }

    fn case(&self, case: &CaseState) -> Row {
        let about = [&case.title, &case.product].into_iter().find(|text| !text.is_empty());
        let named = words::sentence(&the_case(&case.case_ref));
        let title = match about {
            Some(about) => format!("{named}: {about}"),
            None => named,
        };
        let teller = self.names.who(&case.by);
        let has = if case.owner.is_empty() { teller.name.clone() } else { case.owner.clone() };
        let is_mine = match case.owner.as_str() {
            "" => case.by == Who::Named(self.viewer.organisation),
            owner => owner == self.viewer.organisation_name || owner == self.viewer.person_name,
        };
        let opened = self.zone().day_of(case.opened);
        let status =
            if case.status.is_empty() { String::new() } else { format!(", “{}”", case.status) };
        let since = format!(". Open since {}{status}.", words::date(opened, self.today));
        let open_days = i64::from(self.today.0 - opened.0);
        let open = match open_days {
            ..=0 => "Opened today".to_owned(),
            days => format!("{} open", words::counted(days, "day", "days")),
        };
        let last = words::ago(self.zone().day_of(case.last), self.today);
        Row {
            title,
            parts: vec![text("Case of"), Part::Organisation(teller), text(since)],
            next: next(is_mine, &has),
            is_mine,
            clock: None,
            age: Some((open, format!("last step {last}"))),
        }
    }

    /// What a person must hear first: the promise that is over the longest.
    fn callout(&self, open: &[(&Sale, Day)]) -> Option<Callout> {
        let over: Vec<&(&Sale, Day)> =
            open.iter().filter(|(_, due)| due.0 < self.today.0).collect();
        let (sale, due) = over.first()?;
        let keeper = &sale.by;
        let Organisation { name, .. } = self.names.who(keeper);
        let is_mine = *keeper == Who::Named(self.viewer.organisation);
        let promised = if is_mine { "you".to_owned() } else { name.clone() };
        let waiting = words::sentence(&self.names.customer);
        let mut text = format!(
            "{} is {}. {}",
            words::sentence(&the_order(&sale.order_ref)),
            words::counted(i64::from(self.today.0 - due.0), "day over", "days over"),
            next(is_mine, &name),
        );
        if over.len() > 1 {
            let more =
                words::counted(over.len() as i64 - 1, "more promise is", "more promises are");
            text = format!("{text} {more} over too.");
        }
        Some(Callout {
            title: format!(
                "{waiting} is waiting for a delivery that {promised} promised for {}",
                words::when(*due, self.today)
            ),
            text,
        })
    }
}

/// Days after the promised day on which an order arrived; negative when early.
pub(crate) fn days_late(sale: &Sale) -> Option<i32> {
    Some(sale.delivered_day?.0 - sale.promised_day?.0)
}

fn next(is_mine: bool, name: &str) -> String {
    if is_mine {
        "You act next.".to_owned()
    } else {
        format!("{} acts next.", words::sentence(name))
    }
}

fn summary(open: usize, kept: usize) -> String {
    let kept = if kept > 0 { format!(", {kept} kept this week") } else { String::new() };
    format!("{open} open{kept}")
}

fn text(words: impl Into<String>) -> Part {
    Part::Text(words.into())
}
