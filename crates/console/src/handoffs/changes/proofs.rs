//! The receipts of a change: what each organisation signed last, and all that came before.

use std::collections::BTreeSet;

use handfast_db::{Cx, Fault};
use handfast_handoffs::obligations::{Change, DutyState, Obligation};
use handfast_record::{TouchId, sharing::Lens, touches::DutyStep};
use handfast_web::Viewer;

use super::super::{
    receipts::{self, Face, Kept},
    time,
};
use crate::{customer::who::Names, words};

/// Most receipts that a page checks of what came before.
const EARLIER_MAX: usize = 24;

/// The receipts that a page shows.
pub(super) struct Proofs {
    latest: Vec<(Step, Kept)>,
    earlier: Vec<(Step, Kept)>,
    /// How many there are in all.
    pub(super) count: usize,
}

struct Step {
    touch: TouchId,
    by: String,
    about: String,
    differs: bool,
}

/// Reads and checks those that the page shows: of `first`, what each signed last.
pub(super) fn read(
    cx: &mut Cx<'_>,
    lens: &Lens,
    viewer: &Viewer,
    (one, first): (&Change, &[&Obligation]),
    names: &Names,
) -> Result<Proofs, Fault> {
    let mut latest = BTreeSet::new();
    for duty in first {
        latest.extend(duty.steps.last().map(|step| step.touch));
        let is_wrong = duty.state == DutyState::Mismatch;
        let accepted = duty.steps.iter().find(|step| step.step == DutyStep::Accepted);
        latest.extend(accepted.filter(|_| is_wrong).map(|step| step.touch));
    }
    let all = steps(viewer, one, first, names);
    let count = 1 + one.obligations.iter().map(|duty| duty.steps.len()).sum::<usize>();
    let (latest, mut earlier): (Vec<Step>, Vec<Step>) =
        all.into_iter().partition(|step| latest.contains(&step.touch));
    earlier.truncate(EARLIER_MAX);
    Ok(Proofs { latest: kept(cx, lens, latest)?, earlier: kept(cx, lens, earlier)?, count })
}

fn kept(cx: &mut Cx<'_>, lens: &Lens, steps: Vec<Step>) -> Result<Vec<(Step, Kept)>, Fault> {
    let kept = receipts::of(cx, lens, steps.iter().map(|step| step.touch))?;
    Ok(steps.into_iter().zip(kept).collect())
}

fn steps(viewer: &Viewer, one: &Change, duties: &[&Obligation], names: &Names) -> Vec<Step> {
    let zone = &viewer.zone;
    let mut steps = vec![Step {
        touch: one.touch,
        by: names.organisation(one.entered_by).name,
        about: format!("Entered, {}", time::short(one.entered, zone)),
        differs: false,
    }];
    for duty in duties {
        for step in &duty.steps {
            let by = step.organisation.unwrap_or(duty.organisation);
            let said = match step.step {
                DutyStep::Applied => "Applied, they say".to_owned(),
                other => words::sentence(other.in_words().trim_start_matches("was ")),
            };
            steps.push(Step {
                touch: step.touch,
                by: names.organisation(by).name,
                about: format!("{said}, {}", time::short(step.at, zone)),
                differs: step.step == DutyStep::Mismatch,
            });
        }
    }
    steps
}

impl Proofs {
    pub(super) fn latest(&self, path: &str) -> Vec<Face> {
        faces(path, &self.latest)
    }

    pub(super) fn earlier(&self, path: &str) -> Vec<Face> {
        faces(path, &self.earlier)
    }
}

fn faces(path: &str, steps: &[(Step, Kept)]) -> Vec<Face> {
    let face = |(step, kept): &(Step, Kept)| {
        let face = receipts::face((path, step.touch), step.by.clone(), step.about.clone(), kept);
        match face.badge {
            // The signature is good, and what it says is not.
            ("ok", ..) if step.differs => {
                Face { badge: ("bad", "alert", "Valid, mismatch"), ..face }
            }
            _ => face,
        }
    };
    steps.iter().map(face).collect()
}
