//! How a partner answers: each number with a link to what makes it.

use askama::Template;
use axum::{extract::State, http::Uri, response::Response};
use handfast_db::{Cx, Fault};
use handfast_handoffs::figures::{self, Figures, Item, Share, Subject, Which};
use handfast_kit::{Cursor, OrganisationId, TimeMs};
use handfast_record::{
    organisations::Organisation,
    sharing::{self, Lens, looks::Occasion},
};
use handfast_web::{App, Failure, Frame, Nav, Path, Query, Viewer, html, next_href};
use serde::Deserialize;

use crate::{
    customer::who::Names,
    handoffs::{change_part, hand_off_path, names, span},
    words,
};

/// What is said of a number behind which there is nothing yet.
const NOT_YET: &str = "Not enough yet";

/// One number, and what makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) label: &'static str,
    pub(super) number: String,
    pub(super) href: Option<String>,
    /// What stands below it, each with where that leads.
    pub(super) notes: Vec<(String, Option<String>)>,
}

/// The numbers of a partner, whose page is at `path`.
pub(super) fn of(figures: &Figures, path: &str) -> Vec<Answer> {
    let to = |which: Which| format!("{path}/figures?which={}", which.word());
    let share = |label, share: Share, which, notes| Answer {
        label,
        number: number(share),
        href: (share.of > 0).then(|| to(which)),
        notes,
    };
    let note = |n: i64, words: &str, which| {
        (n > 0).then(|| (format!("{} {words}", words::number(n)), Some(to(which))))
    };
    let missed = |share: Share| share.of - share.count;
    let lacking = figures.lacking;
    let items = words::counted(lacking.item_count, "item", "items");
    vec![
        share(
            "Offers accepted in time",
            figures.accepted,
            Which::Accepted,
            note(missed(figures.accepted), "not answered", Which::Unanswered)
                .into_iter()
                .chain(note(figures.declined_count, "declined", Which::Declined))
                .collect(),
        ),
        Answer {
            label: "Time to accept, the median",
            number: figures.accept_median_ms.map_or(NOT_YET.to_owned(), span),
            href: figures.accept_median_ms.map(|_| to(Which::Accepted)),
            notes: Vec::new(),
        },
        share(
            "Changes applied in time",
            figures.applied,
            Which::Applied,
            note(missed(figures.applied), "late", Which::Late).into_iter().collect(),
        ),
        share(
            "Changes written down wrong",
            figures.mismatches,
            Which::Mismatches,
            note(figures.mismatches.of, "read back", Which::ReadBack).into_iter().collect(),
        ),
        Answer {
            label: "Missing in its briefs",
            number: if lacking.hand_offs.of == 0 { NOT_YET.to_owned() } else { items },
            href: (lacking.hand_offs.of > 0).then(|| to(Which::Lacking)),
            notes: vec![(
                format!(
                    "in {} of {}",
                    words::number(lacking.hand_offs.count),
                    words::counted(lacking.hand_offs.of, "hand-off", "hand-offs")
                ),
                None,
            )]
            .into_iter()
            .filter(|_| lacking.hand_offs.of > 0)
            .collect(),
        },
    ]
}

/// `12 of 14`; nothing is no 0 per cent.
fn number(share: Share) -> String {
    match share {
        Share { of: 0, .. } => NOT_YET.to_owned(),
        Share { count, of } => format!("{} of {}", words::number(count), words::number(of)),
    }
}

#[derive(Template)]
#[template(path = "partner_figures.html")]
struct ListPage {
    frame: Frame,
    lede: String,
    path: String,
    chips: Vec<(&'static str, &'static str, bool)>,
    rows: Vec<Row>,
    more: Option<String>,
}

/// One of those that make a number.
struct Row {
    title: String,
    href: String,
    about: String,
    when: String,
    badge: (&'static str, &'static str, String),
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    which: Option<String>,
    after: Option<String>,
}

struct Found {
    partner: Organisation,
    items: Vec<Item>,
    next: Option<Cursor>,
    names: Names,
}

pub(super) async fn list(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<OrganisationId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let now = app.clock.now();
    let which = asked.which.as_deref().and_then(Which::named).unwrap_or(Which::Accepted);
    let after: Option<Cursor> = asked.after.as_deref().and_then(|after| after.parse().ok());
    let asking = viewer.clone();
    let found = sharing::read(&app, &viewer, Occasion::of("partner"), move |cx, lens| {
        read(cx, lens, &asking, (id, which, now), after.as_ref())
    });
    let Found { partner, items, next, names } = found.await?.ok_or(Failure::NotFound)?;
    let path = format!("/partners/{id}");
    let frame = Frame::of(&viewer, &uri, Nav::Partners, title(which));
    let frame = if viewer.is_brand() { frame.below("Partners", "/partners") } else { frame };
    html(&ListPage {
        frame: frame.below(partner.name.clone(), path.clone()),
        lede: format!("{}: {}, of the last {} days.", partner.name, about(which), figures::DAYS),
        chips: Which::ALL.map(|one| (one.word(), title(one), one == which)).into(),
        rows: items.iter().map(|item| row(item, which, &viewer, &names, now)).collect(),
        more: next.map(|next| next_href(&uri, &next)),
        path: format!("{path}/figures"),
    })
}

fn read(
    cx: &mut Cx<'_>,
    lens: &Lens,
    viewer: &Viewer,
    (id, which, now): (OrganisationId, Which, TimeMs),
    after: Option<&Cursor>,
) -> Result<Option<Found>, Fault> {
    let Some(partner) = super::find(cx, viewer, id)? else { return Ok(None) };
    let Some(page) = figures::list(cx, lens, now, (id, which), after)? else { return Ok(None) };
    let parties = page.items.iter().filter_map(|item| item.between);
    let names = names(cx, lens, parties.flat_map(|(from, to)| [from, to]))?;
    Ok(Some(Found { partner, items: page.items, next: page.next, names }))
}

fn row(item: &Item, which: Which, viewer: &Viewer, names: &Names, now: TimeMs) -> Row {
    let (zone, today) = (&viewer.zone, viewer.zone.day_of(now));
    let day = |at| words::when(zone.day_of(at), today);
    let customer = item.customer_name.clone().unwrap_or_else(|| "a customer".to_owned());
    let between = item.between.map_or(String::new(), |(from, to)| {
        let name = |id| names.organisation(id).name;
        format!(": {} to {}", name(from), name(to))
    });
    Row {
        title: words::sentence(&item.title),
        href: match item.subject {
            Subject::HandOff(id) => hand_off_path(id),
            Subject::Obligation(change, id) => change_part(change, id),
        },
        about: format!("{}, {customer}{between}", item.reference),
        when: match item.subject {
            Subject::HandOff(_) => format!("offered {}", day(item.at)),
            Subject::Obligation(..) => format!("sent {}", day(item.at)),
        },
        badge: badge(item, which, now),
    }
}

fn badge(item: &Item, which: Which, now: TimeMs) -> (&'static str, &'static str, String) {
    let took = item.done.map(|done| span((done.0 - item.at.0).max(0)));
    let late = item.due.map_or(String::new(), |due| span((now.0 - due.0).max(0)));
    let after =
        |word: &str| took.as_ref().map_or(word.to_owned(), |took| format!("{word} after {took}"));
    match which {
        Which::Accepted => ("ok", "check", after("Accepted")),
        Which::Unanswered => ("bad", "alert", "Not answered".to_owned()),
        Which::Declined => ("", "x", after("Declined")),
        Which::Applied | Which::ReadBack if item.done.is_some() => ("ok", "check", after("Right")),
        Which::Late if item.done.is_some() => ("warn", "clock", after("Right")),
        Which::Late => ("bad", "alert", format!("{late} over")),
        Which::Lacking => ("warn", "alert", words::counted(item.fault_count, "item", "items")),
        _ => (
            "bad",
            "alert",
            match item.fault_count {
                1 => "Wrong once".to_owned(),
                n => format!("Wrong {} times", words::number(n)),
            },
        ),
    }
}

const fn title(which: Which) -> &'static str {
    match which {
        Which::Accepted => "Accepted in time",
        Which::Unanswered => "Not answered",
        Which::Declined => "Declined",
        Which::Applied => "Applied in time",
        Which::Late => "Applied late",
        Which::Mismatches => "Written down wrong",
        Which::ReadBack => "Read back",
        Which::Lacking => "Lacking in the brief",
    }
}

const fn about(which: Which) -> &'static str {
    match which {
        Which::Accepted => "offers to them that they accepted",
        Which::Unanswered => "offers to them that nobody answered in time",
        Which::Declined => "offers to them that they declined",
        Which::Applied => "changes that were read back and right by when they were due",
        Which::Late => "changes that were read back and right only later, or are due and not yet",
        Which::Mismatches => "changes that they held differently when they were read back",
        Which::ReadBack => "changes of which it was read back what they hold",
        Which::Lacking => "hand-offs of theirs whose brief lacked something",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_nothing_there_is_no_share() {
        assert_eq!(number(Share { count: 0, of: 0 }), "Not enough yet");
        assert_eq!(number(Share { count: 0, of: 3 }), "0 of 3");
        assert_eq!(number(Share { count: 1_200, of: 1_500 }), "1,200 of 1,500");
    }
}
