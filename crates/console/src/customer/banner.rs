//! What a partner sees of a customer and what not, and why: the banner above the page.

use handfast_kit::{Day, TimeMs};
use handfast_record::{
    requests::{self, Request},
    sharing::{Class, Level, Outline, Reason, Tie, ties},
};
use handfast_web::Viewer;

use super::{seen::Seen, who};
use crate::{
    reasons::{self, Ground},
    words,
};

/// The banner.
#[derive(Debug, Clone)]
pub(crate) struct Banner {
    /// `You see 11 of 17 entries, until 3 April`.
    pub(crate) title: String,
    pub(crate) lines: Vec<Line>,
    /// What was asked for already and waits for an answer; empty if nothing.
    pub(crate) asked: String,
    pub(crate) ask: Option<Ask>,
    /// `Maya can see that you looked, and why`.
    pub(crate) looks: String,
}

/// Something that is hidden.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) icon: &'static str,
    pub(crate) what: String,
    pub(crate) text: String,
}

/// What may be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ask {
    pub(crate) action: String,
    /// Who answers, and by when.
    pub(crate) answer: String,
    /// Who reads the reason.
    pub(crate) hint: String,
    /// Each class's word and label.
    pub(crate) classes: Vec<(&'static str, String)>,
}

/// Whether the viewer may ask for more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asking {
    May,
    MayNot,
}

/// What the reasons of this page are told of, to the partner whose eyes these are.
pub(super) fn ground<'a>(seen: &'a Seen, eyes: &'a Viewer, today: Day) -> Ground<'a> {
    Ground {
        partner: None,
        customer: &seen.names.customer,
        brand: &eyes.network_name,
        signed: seen.signed,
        zone: &eyes.zone,
        today,
    }
}

/// The banner for the partner whose eyes these are.
pub(super) fn of(seen: &Seen, ground: &Ground<'_>, now: TimeMs, asking: Asking) -> Banner {
    let outlines = Class::ALL.map(|class| seen.customer.sight.outline(class));
    let customer = words::sentence(&seen.names.customer);
    Banner {
        title: title(seen, &outlines, ground),
        lines: lines(seen, &outlines, ground),
        asked: seen.request.as_ref().map_or(String::new(), |one| asked(one, ground)),
        ask: match (asking, &seen.request) {
            (Asking::May, None) => ask(seen, &outlines, ground, now),
            _ => None,
        },
        looks: format!("{customer} can see that you looked, and why"),
    }
}

/// What is between the customer and the partner, for the head of the page: `You sold to Maya, since
/// 20 December 2025.` Ties that say more stand before those that say less.
pub(super) fn between(seen: &Seen, ground: &Ground<'_>) -> String {
    let mut held: Vec<_> = seen.customer.sight.held().collect();
    held.retain(|held| !matches!(held.tie, Tie::None | Tie::Territory | Tie::Allowed));
    let is_more = |tie: Tie| tie != Tie::Owner;
    if held.iter().any(|held| is_more(held.tie)) {
        held.retain(|held| is_more(held.tie));
    }
    let said = held.into_iter().map(|held| format!("{}.", words::sentence(&ground.held(held))));
    said.collect::<Vec<_>>().join(" ")
}

fn title(seen: &Seen, outlines: &[Outline], ground: &Ground<'_>) -> String {
    let until = until(seen, outlines, ground);
    format!("You see {}{until}", count_words(seen))
}

/// `11 of 17 entries`: of those that may be counted. What is hidden altogether is not hinted at.
pub(super) fn count_words(seen: &Seen) -> String {
    let counted: i64 = seen.hidden.iter().map(|(_, count)| count).sum();
    let (total, all) = (seen.total, seen.total + counted);
    if counted == 0 {
        words::counted(total, "entry", "entries")
    } else {
        format!("{} of {}", words::number(total), words::counted(all, "entry", "entries"))
    }
}

/// Until when what others wrote is shown: the last end of what shows it, unless that goes on.
fn until(seen: &Seen, outlines: &[Outline], ground: &Ground<'_>) -> String {
    let is_showing = |tie: Tie| {
        outlines.iter().any(|outline| {
            let is_granted = matches!(outline.verdict.reason, Reason::Granted(by, _) if by == tie);
            is_granted || tie == Tie::Allowed && is_allowed(outline)
        })
    };
    let showing = seen.customer.sight.held().filter(|held| is_showing(held.tie));
    let showing: Vec<_> = showing.collect();
    let going_on: Vec<Tie> =
        showing.iter().filter(|held| held.until == ties::OPEN).map(|held| held.tie).collect();
    match going_on.as_slice() {
        [] => {
            let last = showing.iter().map(|held| held.until).max();
            let last = last.and_then(|last| ground.until(last));
            last.map_or(String::new(), |last| format!(", {last}"))
        }
        [Tie::Serves] => {
            let whose = who::possessive(ground.customer);
            format!(", until {} days after {whose} last case closes", ties::CARE_DAYS)
        }
        _ => String::new(),
    }
}

const fn is_allowed(outline: &Outline) -> bool {
    matches!(outline.verdict.reason, Reason::Allowed(_))
}

/// What is hidden: names first, then what is only counted, then what is not shown at all.
fn lines(seen: &Seen, outlines: &[Outline], ground: &Ground<'_>) -> Vec<Line> {
    let first = outlines[0].verdict.reason;
    if matches!(first, Reason::NoAgreement | Reason::Frozen) {
        return vec![Line {
            icon: "lock",
            what: "Everything that others wrote.".to_owned(),
            text: why(outlines[0], ground),
        }];
    }
    let names = names(seen, outlines, ground);
    let counted = seen.hidden.iter().map(|(class, count)| counted(*class, *count, ground));
    let older = outlines.iter().filter_map(|outline| older(seen, outline, ground));
    let own = Line {
        icon: "lock",
        what: "What others keep to themselves.".to_owned(),
        text: format!("Only those who wrote it and {} read that.", ground.brand),
    };
    let hidden = hidden(outlines, ground);
    names.into_iter().chain(counted).chain(hidden).chain(older).chain([own]).collect()
}

fn names(seen: &Seen, outlines: &[Outline], ground: &Ground<'_>) -> Option<Line> {
    outlines.iter().find(|outline| outline.verdict.level == Level::Veiled)?;
    let count = seen.served.iter().filter(|one| one.organisation.veil().is_some()).count() as i64;
    let count = match count {
        0 => String::new(),
        count => format!(" ({})", words::counted(count, "organisation", "organisations")),
    };
    let agreement = words::sentence(&ground.agreement());
    Some(Line {
        icon: "eyeoff",
        what: format!("Names of organisations you may compete with{count}."),
        text: format!("{agreement} says so. You see what they did, not who they are."),
    })
}

fn counted(class: Class, count: i64, ground: &Ground<'_>) -> Line {
    let what = words::sentence(reasons::class(class));
    let count = words::counted(count, "entry", "entries");
    let agreement = words::sentence(&ground.agreement());
    Line {
        icon: "eyeoff",
        what: format!("{what} ({count})."),
        text: format!("{agreement} shows how many there are, and no more."),
    }
}

/// What is not shown at all, a line for each reason.
fn hidden(outlines: &[Outline], ground: &Ground<'_>) -> Vec<Line> {
    let mut groups: Vec<(Outline, Vec<Class>)> = Vec::new();
    for outline in outlines.iter().filter(|outline| outline.verdict.level == Level::None) {
        let same = |(one, _): &&mut (Outline, _)| one.verdict == outline.verdict;
        match groups.iter_mut().find(same) {
            Some((_, classes)) => classes.push(outline.class),
            None => groups.push((*outline, vec![outline.class])),
        }
    }
    let line = |(outline, classes): (Outline, Vec<Class>)| Line {
        icon: match outline.verdict.reason {
            Reason::Objected | Reason::NotConsented(_) => "lock",
            _ => "eyeoff",
        },
        what: format!("{}.", words::sentence(&reasons::classes(&classes))),
        text: why(outline, ground),
    };
    groups.into_iter().map(line).collect()
}

/// Entries from before what shows them began.
fn older(seen: &Seen, outline: &Outline, ground: &Ground<'_>) -> Option<Line> {
    let (since, verdict) = (outline.since?, seen.customer.sight.why_older(outline)?);
    if verdict.level >= outline.verdict.level {
        return None;
    }
    let since = words::date(ground.zone.day_of(since), ground.today);
    let what = words::sentence(reasons::class(outline.class));
    let reason = ground.because(verdict);
    let icon = "eyeoff";
    Some(Line { icon, what: format!("{what} from before {since}."), text: reason })
}

fn why(outline: Outline, ground: &Ground<'_>) -> String {
    let reason = outline.verdict.reason;
    format!("{} {}", ground.because(outline.verdict), ground.who_can(reason))
}

fn asked(request: &Request, ground: &Ground<'_>) -> String {
    let classes = reasons::classes(&request.classes);
    let day = words::when(ground.zone.day_of(request.asked), ground.today);
    let due = ground.moment(request.due);
    format!("You asked {day} to see {classes}. {} answers by {due}.", ground.brand)
}

/// What may be asked for; nothing where no answer could show it.
fn ask(seen: &Seen, outlines: &[Outline], ground: &Ground<'_>, now: TimeMs) -> Option<Ask> {
    // Whose record a name or an address stands in is not worth a question.
    let is_field =
        |class: Class| matches!(class, Class::Identity | Class::Contact | Class::Address);
    let is_of_use = |outline: &&Outline| {
        let level = outline.verdict.level;
        let never = matches!(
            outline.verdict.reason,
            Reason::NoAgreement | Reason::Frozen | Reason::Objected
        );
        !never && (level < Level::Veiled || level == Level::Veiled && !is_field(outline.class))
    };
    let label = |outline: &Outline| {
        let is_veiled = outline.verdict.level == Level::Veiled;
        let names = if is_veiled { ", with the names of organisations" } else { "" };
        let label = words::sentence(reasons::class(outline.class));
        (outline.class.word(), format!("{label}{names}"))
    };
    let mut of_use: Vec<&Outline> = outlines.iter().filter(is_of_use).collect();
    of_use.sort_by_key(|outline| outline.verdict.level);
    let classes: Vec<_> = of_use.into_iter().map(label).collect();
    let due = ground.moment(now.plus(requests::ANSWER_WITHIN_MS));
    (!classes.is_empty()).then(|| Ask {
        action: format!("/customers/{}/requests", seen.customer.id),
        answer: format!("{} answers by {due}.", ground.brand),
        hint: format!("{} can read this.", words::sentence(ground.customer)),
        classes,
    })
}
