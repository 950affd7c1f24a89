//! Why a customer's records are one person: which were joined when and by whom, what links them,
//! and what was joined and taken apart. A partner reads it of the records it sees.

use std::collections::{BTreeSet, HashMap};

use askama::Template;
use axum::{extract::State, http::Uri, response::Response};
use handfast_db::Cx;
use handfast_kit::TimeMs;
use handfast_record::{
    CustomerId, RecordId,
    customers::Record,
    matching::{self, Error, Link, Together, Verdict},
    merging::{self, Merge, MergeId},
    sharing::{self, Lens, looks::Occasion},
};
use handfast_web::{App, Failure, Frame, Nav, Path, Viewer, html, see_other};

use super::{
    KNOWN,
    known::{self, said},
    reasons::{self, Reason},
    sides, weights,
};
use crate::{
    customer::who::{self, Names, Organisation},
    words,
};

#[derive(Template)]
#[template(path = "matching_why.html")]
struct WhyPage {
    frame: Frame,
    lede: String,
    /// Where somebody who knows joins another; for the brand.
    by_hand: Option<String>,
    records_title: String,
    records: Vec<RecordFace>,
    links: Vec<LinkFace>,
    no_links: &'static str,
    shows_history: bool,
    merges: Vec<MergeFace>,
    past: Vec<(String, String, String)>,
}

/// One record of the customer.
struct RecordFace {
    name: String,
    organisation: Organisation,
    reference: String,
    since: String,
    /// How it came to be this customer's; for the brand.
    joined: String,
}

/// What links two records.
struct LinkFace {
    left: Organisation,
    right: Organisation,
    reason: String,
    reasons: Vec<Reason>,
    tone: &'static str,
    icon: &'static str,
    word: &'static str,
    /// The two side by side.
    href: Option<String>,
}

/// A customer that was joined, and is still.
struct MergeFace {
    id: MergeId,
    title: String,
    by: String,
    why: String,
    /// Where it is taken apart.
    part: Option<String>,
}

/// What is read for the page.
pub(super) struct Found {
    pub(super) together: Together,
    /// For the brand; the last first.
    pub(super) merges: Vec<Merge>,
    pub(super) names: Names,
}

pub(super) async fn show(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<CustomerId>,
) -> Result<Response, Failure> {
    let found =
        sharing::read(&app, &viewer, Occasion::of("customer"), move |cx, lens| read(cx, lens, id));
    let found = found.await?.ok_or(Failure::NotFound)?;
    let customer = &found.together.customer;
    if customer.id != id {
        // It was joined to another since somebody kept this address.
        return Ok(see_other(&format!("/customers/{}/matches", customer.id)));
    }
    html(&found.page(&viewer, &uri, app.clock.now()))
}

/// Reads it; `None` if the lens shows no such customer.
pub(super) fn read(cx: &mut Cx<'_>, lens: &Lens, id: CustomerId) -> Result<Option<Found>, Failure> {
    let Some(together) = matching::why(cx, lens, id)? else { return Ok(None) };
    let merges = if lens.is_whole() {
        merging::merges(cx, lens, together.customer.id).map_err(Error::from)?
    } else {
        Vec::new()
    };
    let decided = together.decisions.iter();
    let people = decided.clone().filter_map(|decision| decision.person);
    let people = people.chain(merges.iter().filter_map(|merge| merge.person));
    let people: BTreeSet<_> = people.collect();
    let mentioned = decided.map(|decision| decision.organisation);
    let names = known::names(cx, lens, &together.customer.records, mentioned, people)?;
    Ok(Some(Found { together, merges, names }))
}

impl Found {
    fn page(&self, viewer: &Viewer, uri: &Uri, now: TimeMs) -> WhyPage {
        let customer = &self.together.customer;
        let name = who::title(customer);
        let path = format!("/customers/{}", customer.id);
        let may_change = viewer.is_brand() && viewer.may_write();
        let count = customer.records.len() as i64;
        let title = match count {
            1 => format!("The record of {name}"),
            _ => format!("Why these are one: {name}"),
        };
        WhyPage {
            frame: Frame::of(viewer, uri, Nav::Customers, title)
                .below("Customers", "/customers")
                .below(name.clone(), path.clone())
                .saying(KNOWN),
            lede: self.lede(viewer),
            by_hand: may_change.then(|| format!("{path}/merging")),
            records_title: words::counted(count, "record", "records"),
            records: customer.records.iter().map(|one| self.record(one, viewer, now)).collect(),
            links: self.together.links.iter().filter_map(|one| self.link(one, viewer)).collect(),
            no_links: if count > 1 {
                "Nothing that you see of them links them."
            } else {
                "There is one record only, so nothing needs linking."
            },
            shows_history: !self.merges.is_empty() || !self.together.decisions.is_empty(),
            merges: self
                .merges
                .iter()
                .map(|merge| self.merge(merge, viewer, now, may_change))
                .collect(),
            past: self.past(viewer, now),
        }
    }

    fn lede(&self, viewer: &Viewer) -> String {
        match (self.together.customer.records.len(), viewer.is_brand()) {
            (1, true) => "Join it to another if you know that they are one person.".to_owned(),
            (1, false) => "You see one record of this customer.".to_owned(),
            (_, true) => {
                let merges = match self.merges.len() as i64 {
                    0 => "none was joined later".to_owned(),
                    n => words::counted(n, "was joined later", "were joined later"),
                };
                format!("What each record says stays as it is; {merges}.")
            }
            (_, false) => "The records that you see, and what they have in common.".to_owned(),
        }
    }

    fn record(&self, record: &Record, viewer: &Viewer, now: TimeMs) -> RecordFace {
        let head = sides::head(record, &self.names);
        let merge = self.merges.iter().find(|merge| self.moved(merge).contains(&record.id));
        RecordFace {
            name: head.name,
            organisation: head.organisation,
            reference: head.reference,
            since: words::date(viewer.zone.day_of(record.since), viewer.zone.day_of(now)),
            joined: match merge {
                Some(merge) => format!("Joined {}", self.by(merge, viewer, now)),
                None => String::new(),
            },
        }
    }

    /// `by Priya Nair, 3 March at 14:20`.
    fn by(&self, merge: &Merge, viewer: &Viewer, now: TimeMs) -> String {
        let who = self.names.person(merge.person).unwrap_or("the model");
        format!("by {who}, {}", known::moment(merge.made, viewer, now))
    }

    /// The records that came by a merge: those taken in as the customer that was joined, or as one
    /// that had been joined to it.
    pub(super) fn moved(&self, merge: &Merge) -> Vec<RecordId> {
        let mut homes = BTreeSet::from([merge.from]);
        loop {
            let below = self.merges.iter().filter(|one| homes.contains(&one.into));
            let below: Vec<CustomerId> = below.map(|one| one.from).collect();
            let before = homes.len();
            homes.extend(below);
            if homes.len() == before {
                break;
            }
        }
        let records = self.together.homes.iter();
        records.filter(|(_, home)| homes.contains(home)).map(|(record, _)| *record).collect()
    }

    /// What a merge brought: `Nia Pryderch of Torque Workshop`.
    pub(super) fn brought(&self, merge: &Merge) -> String {
        let moved = self.moved(merge);
        let records = &self.together.customer.records;
        let first = records.iter().find(|record| moved.contains(&record.id));
        let Some(first) = first else { return "Another record".to_owned() };
        let head = sides::head(first, &self.names);
        let more = match moved.len() as i64 - 1 {
            ..=0 => String::new(),
            n => format!(", with {}", words::counted(n, "more record", "more records")),
        };
        format!("{} of {}{more}", head.name, head.organisation.name)
    }

    fn link(&self, link: &Link, viewer: &Viewer) -> Option<LinkFace> {
        let records = &self.together.customer.records;
        let record = |id: RecordId| records.iter().find(|record| record.id == id);
        let (left, right) = (record(link.records.0)?, record(link.records.1)?);
        let said = said(&link.lines);
        let person = self.decided(link.records);
        let (tone, icon, word) = match (link.is_verified, person) {
            (_, Some(_)) => ("ok", "user", "Decided by a person"),
            (true, None) => ("ok", "key", "One verified key"),
            (false, None) => weights::chance(link.weight),
        };
        let reason = match (link.is_verified, person) {
            (true, _) => {
                "Both were brought in under one key that their source verified.".to_owned()
            }
            (false, Some(why)) if !why.is_empty() => format!("“{why}”"),
            _ => reasons::summary(&said),
        };
        let may_compare = viewer.is_brand();
        Some(LinkFace {
            left: sides::head(left, &self.names).organisation,
            right: sides::head(right, &self.names).organisation,
            reason,
            reasons: reasons::faces(&said),
            tone,
            icon,
            word,
            href: may_compare.then(|| format!("/matching/{}/{}", left.id, right.id)),
        })
    }

    /// Why somebody said that two records are one; `None` if nobody did.
    fn decided(&self, records: (RecordId, RecordId)) -> Option<&str> {
        let is_of = |one: &(RecordId, RecordId)| *one == records || *one == (records.1, records.0);
        let last = self.together.decisions.iter().rfind(|one| is_of(&one.records))?;
        (last.verdict == Verdict::Same).then_some(last.why.as_str())
    }

    fn merge(&self, merge: &Merge, viewer: &Viewer, now: TimeMs, may_change: bool) -> MergeFace {
        let path = format!("/customers/{}/matches", self.together.customer.id);
        MergeFace {
            id: merge.id,
            title: self.brought(merge),
            by: words::sentence(&self.by(merge, viewer, now)),
            why: words::sentence(&merge.why.words),
            part: may_change.then(|| format!("{path}/{}/parting", merge.id)),
        }
    }

    /// What people said of these records, the last first: what, by whom and when, and why.
    fn past(&self, viewer: &Viewer, now: TimeMs) -> Vec<(String, String, String)> {
        let records = &self.together.customer.records;
        let called: HashMap<RecordId, String> = records
            .iter()
            .map(|record| {
                let head = sides::head(record, &self.names);
                (record.id, head.organisation.name)
            })
            .collect();
        let line = |decision: &matching::Decision| {
            let face = known::DecisionFace::of(decision, &self.names, viewer, now);
            let name = |id| called.get(&id).map_or("another record", String::as_str);
            let (left, right) = decision.records;
            let text = format!("{}: {} and {}", face.word, name(left), name(right));
            let why = match face.why.as_str() {
                "" => String::new(),
                why => format!("“{why}”"),
            };
            (text, face.by, why)
        };
        self.together.decisions.iter().rev().map(line).collect()
    }
}
