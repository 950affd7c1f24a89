use handfast_kit::{OrganisationId, Uuid};

use super::{CaseState, End, Event};
use crate::{
    CaseId, SubjectId,
    sharing::{Author, Who},
    touches::Body,
};

/// What a step means: the case opened, the step itself, the case handed over, the case closed.
pub(super) fn bodies(before: Option<&CaseState>, event: &Event) -> Vec<Body> {
    let case_ref = || event.case_ref.clone();
    let mut bodies = Vec::with_capacity(3);
    if before.is_none() {
        bodies.push(Body::CaseOpened {
            case_ref: case_ref(),
            title: event.title.clone(),
            product: event.product.clone(),
        });
    }
    bodies.push(Body::CaseStep {
        case_ref: case_ref(),
        status: event.status.clone(),
        owner: event.owner.clone(),
        team: event.team.clone(),
        country: event.country.clone(),
        row: event.row,
    });
    if let Some(from) = hands_over(before, event) {
        bodies.push(Body::CaseHandOver { case_ref: case_ref(), from, to: event.owner.clone() });
    }
    if closes_now(before, event) {
        bodies.push(Body::CaseClosed { case_ref: case_ref(), status: event.status.clone() });
    }
    bodies
}

/// Who had the case before this step took it to another owner.
fn hands_over(before: Option<&CaseState>, event: &Event) -> Option<String> {
    let before = before?;
    let another =
        !before.owner.is_empty() && !event.owner.is_empty() && before.owner != event.owner;
    // A step that comes late says nothing of who has the case now.
    (another && event.at >= before.last).then(|| before.owner.clone())
}

/// A case closes once until a later step opens it again.
fn closes_now(before: Option<&CaseState>, event: &Event) -> bool {
    let open = before.is_none_or(|before| before.closed.is_none() && event.at >= before.last);
    event.end == End::Closes && open
}

/// Where the case stands after the step.
pub(super) fn after(
    before: Option<&CaseState>,
    author: &Author,
    (subject, id): (SubjectId, CaseId),
    event: &Event,
) -> CaseState {
    let handed_over = i64::from(hands_over(before, event).is_some());
    let mut state = before.cloned().unwrap_or_else(|| CaseState {
        id,
        subject,
        organisation: author.organisation_id(),
        by: Who::Named(author.organisation_id()),
        case_ref: event.case_ref.clone(),
        title: String::new(),
        product: String::new(),
        status: String::new(),
        owner: String::new(),
        team: String::new(),
        country: String::new(),
        opened: event.at,
        last: event.at,
        closed: None,
        step_count: 0,
        hand_over_count: 0,
    });
    state.step_count += 1;
    state.hand_over_count += handed_over;
    state.opened = state.opened.min(event.at);
    if event.at >= state.last {
        let known = |new: &String, old: String| if new.is_empty() { old } else { new.clone() };
        state.title = known(&event.title, state.title);
        state.product = known(&event.product, state.product);
        state.status = known(&event.status, state.status);
        state.owner = known(&event.owner, state.owner);
        state.team = known(&event.team, state.team);
        state.country = known(&event.country, state.country);
        state.last = event.at;
        state.closed = match (event.end, state.closed) {
            (End::Closes, Some(closed)) => Some(closed),
            (End::Closes, None) => Some(event.at),
            (End::GoesOn, _) => None,
        };
    }
    state
}

/// The same with words in place of who told of it, and without who has it.
pub(super) fn veiled(mut state: CaseState, words: &str) -> CaseState {
    state.by = Who::Veiled(words.to_owned());
    state.organisation = OrganisationId::from_uuid(Uuid::nil());
    let CaseState { case_ref, owner, team, country, .. } = &mut state;
    [case_ref, owner, team, country].into_iter().for_each(String::clear);
    state
}
