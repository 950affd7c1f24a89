//! Why a link is good no more.

use handfast_db::{Cx, Fault};
use handfast_kit::TimeMs;
use handfast_record::sharing::Lens;

use super::{Asked, Link, dispute, duty, is_addressed, open_leg};
use crate::{
    State,
    disputes::{self, traces},
    obligations::DutyState,
};

/// Why a link is good no more, as far as whoever holds it may know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// There is none, or what it asked for is no longer shown to its organisation.
    Unknown,
    /// It was good until then.
    Expired(TimeMs),
    /// Letters of its organisation go to another address now.
    Elsewhere,
    /// The hand-off was answered, taken back, or not answered in time.
    HandOff(State),
    /// The obligation was verified, overtaken, or is its organisation's no more.
    Obligation(DutyState),
    /// The dispute was answered, settled or taken back.
    Dispute(disputes::State),
    /// The leg of the missing delivery was answered, or nobody asks for it any more.
    Leg,
}

/// Why a link that is [known](super::known) is good no more. What it asked for is told through the
/// lens of its organisation.
pub fn over(cx: &mut Cx<'_>, lens: &Lens, now: TimeMs, link: &Link) -> Result<Over, Fault> {
    if !is_addressed(cx, link)? {
        return Ok(Over::Elsewhere);
    }
    let ended = match link.asked {
        Asked::HandOff(id) => {
            let hand_off = crate::find(cx, lens, now, id)?;
            let hand_off = hand_off.filter(|one| one.to == link.organisation);
            hand_off.and_then(|one| match one.state {
                State::Offered if now < one.accept_by => None,
                State::Offered => Some(Over::HandOff(State::Expired)),
                state => Some(Over::HandOff(state)),
            })
        }
        Asked::Obligation(id) => {
            let state = duty(cx, lens, link, id)?.map(|duty| duty.obligation.state);
            state.filter(|state| !state.is_open()).map(Over::Obligation)
        }
        Asked::Dispute(id) => {
            let state = dispute(cx, lens, link, id)?.map(|one| one.state);
            state.filter(|state| *state != disputes::State::Open).map(Over::Dispute)
        }
        Asked::Leg(id) => {
            let trace = traces::find(cx, lens, id)?;
            let is_over = |trace: &traces::Trace| open_leg(trace, link.organisation).is_none();
            trace.filter(is_over).map(|_| Over::Leg)
        }
    };
    let expired = (link.expires <= now).then_some(Over::Expired(link.expires));
    Ok(ended.or(expired).unwrap_or(Over::Unknown))
}
