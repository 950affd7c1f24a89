//! What the pages of matching have in common: names of whom they mention, and reasons as the model
//! gives them.

use handfast_db::{Cx, Fault};
use handfast_kit::{OrganisationId, PersonId, TimeMs};
use handfast_record::{
    customers::Record,
    matching::{Decision, Line, Pair, Verdict, Why},
    merging::Preview,
    organisations,
    sharing::{Lens, Who},
};
use handfast_web::Viewer;

use super::reasons::Said;
use crate::{customer::who::Names, words};

/// The names of whoever keeps these records, of organisations that are mentioned, and of people.
pub(super) fn names<'a>(
    cx: &mut Cx<'_>,
    lens: &Lens,
    records: impl IntoIterator<Item = &'a Record>,
    mentioned: impl IntoIterator<Item = OrganisationId>,
    people: impl IntoIterator<Item = PersonId>,
) -> Result<Names, Fault> {
    let kept = records.into_iter().filter_map(|record| record.by.id());
    let own = [lens.organisation(), organisations::brand_id(lens.network())];
    let organisations = kept.chain(own).chain(mentioned).collect();
    let people = people.into_iter().collect();
    Names::read(cx, lens.network(), String::new(), organisations, people)
}

/// The organisations of which a pair's page speaks besides those that keep the records.
pub(super) fn mentioned(pair: &Pair, preview: Option<&Preview>) -> Vec<OrganisationId> {
    let mut mentioned: Vec<OrganisationId> =
        pair.decisions.iter().map(|decision| decision.organisation).collect();
    mentioned.extend(pair.why.iter().flat_map(Why::organisations));
    if let Some(preview) = preview {
        mentioned.extend(&preview.told);
        mentioned.extend(preview.ties.iter().map(|tie| tie.organisation));
        mentioned.extend(preview.words.iter().filter_map(|word| word.stands.organisation));
    }
    mentioned
}

/// The reasons as the model gives them.
pub(super) fn said(lines: &[Line]) -> Vec<Said<'_>> {
    let mut said = Vec::with_capacity(lines.len());
    for Line { comparison, level, weight, .. } in lines {
        said.push(Said { comparison, level, weight: *weight });
    }
    said
}

/// A decision as a page shows it.
pub(super) struct DecisionFace {
    pub(super) word: &'static str,
    /// `Priya Nair, Aurora Cycles, 3 March at 14:20`.
    pub(super) by: String,
    pub(super) why: String,
}

impl DecisionFace {
    pub(super) fn of(decision: &Decision, names: &Names, viewer: &Viewer, now: TimeMs) -> Self {
        let organisation = names.who(&Who::Named(decision.organisation)).name;
        Self {
            word: match decision.verdict {
                Verdict::Same => "Same person",
                Verdict::Apart => "Kept apart",
                Verdict::Skip => "Skipped",
            },
            by: by((names.person(decision.person), &organisation), decision.at, viewer, now),
            why: decision.why.clone(),
        }
    }
}

/// `Priya Nair, Aurora Cycles, 3 March at 14:20`.
pub(super) fn by(
    (person, organisation): (Option<&str>, &str),
    at: TimeMs,
    viewer: &Viewer,
    now: TimeMs,
) -> String {
    let person = person.map_or(String::new(), |name| format!("{name}, "));
    format!("{person}{}, {}", words::sentence(organisation), moment(at, viewer, now))
}

/// `3 March at 14:20`.
pub(super) fn moment(at: TimeMs, viewer: &Viewer, now: TimeMs) -> String {
    let zone = &viewer.zone;
    let day = words::when(zone.day_of(at), zone.day_of(now));
    format!("{day} at {}", words::clock_time(at, zone))
}
