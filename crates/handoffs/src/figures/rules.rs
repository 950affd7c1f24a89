//! What counts for which number. Pure: `now` is told.

use handfast_kit::{TimeMs, Zone};
use handfast_record::{ChangeId, HandOffId, ObligationId};

use super::types::{Subject, Which};
use crate::obligations::{self, DutyState};

/// What became of an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Accepted,
    Declined,
    Expired,
}

impl Fate {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Expired => "expired",
        }
    }
}

/// An offer to the organisation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Offer {
    pub(super) id: HandOffId,
    pub(super) fate: Fate,
    pub(super) at: TimeMs,
    pub(super) due: TimeMs,
    pub(super) answered: Option<TimeMs>,
}

impl Offer {
    /// How long it took to accept.
    pub(super) fn took_ms(&self) -> Option<i64> {
        let answered = self.answered.filter(|_| self.fate == Fate::Accepted)?;
        Some((answered.0 - self.at.0).max(0))
    }
}

/// An offer of the organisation's own.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sent {
    pub(super) id: HandOffId,
    pub(super) at: TimeMs,
    pub(super) missing_count: i64,
}

/// An obligation of the organisation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Duty {
    pub(super) id: ObligationId,
    pub(super) change: ChangeId,
    pub(super) state: DutyState,
    pub(super) at: TimeMs,
    /// By when it is due: who wrote it down wrong has longer to put it right.
    pub(super) due: TimeMs,
    /// When it was read back and right, the first time.
    pub(super) verified: Option<TimeMs>,
    pub(super) mismatch_count: i64,
    /// When something was to go out to the customer next.
    pub(super) next_delivery: Option<TimeMs>,
    /// From when the change holds; none for at once.
    pub(super) holds_from: Option<TimeMs>,
}

impl Duty {
    /// The same with the day by which it was due at first: to write something down wrong wins no
    /// time.
    pub(super) fn as_at_first(self, zone: &Zone) -> Self {
        if self.mismatch_count == 0 {
            return self;
        }
        let first = obligations::first_due(self.at, self.holds_from, self.next_delivery, zone);
        Self { due: self.due.min(first), ..self }
    }

    fn is_in_time(&self) -> bool {
        self.verified.is_some_and(|at| at <= self.due)
    }

    /// Late, and its part: what a later change overtook, or what it says is not its part, does not
    /// count.
    fn is_late(&self, now: TimeMs) -> bool {
        let counts = match self.state {
            DutyState::Verified => true,
            DutyState::Sent | DutyState::Accepted | DutyState::Applied | DutyState::Mismatch => {
                self.due < now
            }
            _ => false,
        };
        counts && !self.is_in_time()
    }
}

/// One of those that make a number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chosen {
    pub(super) subject: Subject,
    pub(super) at: TimeMs,
    pub(super) due: Option<TimeMs>,
    pub(super) done: Option<TimeMs>,
    pub(super) fault_count: i64,
}

/// Those that make a number, the latest first.
pub(super) fn chosen(
    offers: &[Offer],
    sent: &[Sent],
    duties: &[Duty],
    which: Which,
    now: TimeMs,
) -> Vec<Chosen> {
    let offered = |fate| offers.iter().filter(move |offer| offer.fate == fate).map(of_offer);
    let mut chosen: Vec<Chosen> = match which {
        Which::Accepted => offered(Fate::Accepted).collect(),
        Which::Unanswered => offered(Fate::Expired).collect(),
        Which::Declined => offered(Fate::Declined).collect(),
        Which::Applied => duties.iter().filter(|duty| duty.is_in_time()).map(of_duty).collect(),
        Which::Late => duties.iter().filter(|duty| duty.is_late(now)).map(of_duty).collect(),
        Which::Mismatches => {
            duties.iter().filter(|duty| duty.mismatch_count > 0).map(of_duty).collect()
        }
        Which::ReadBack => {
            let is_read = |duty: &&Duty| duty.mismatch_count > 0 || duty.verified.is_some();
            duties.iter().filter(is_read).map(of_duty).collect()
        }
        Which::Lacking => sent.iter().filter(|sent| sent.missing_count > 0).map(of_sent).collect(),
    };
    chosen.sort_by_key(|one| std::cmp::Reverse((one.at, one.subject.uuid())));
    chosen
}

fn of_offer(offer: &Offer) -> Chosen {
    Chosen {
        subject: Subject::HandOff(offer.id),
        at: offer.at,
        due: Some(offer.due),
        done: offer.answered,
        fault_count: 0,
    }
}

fn of_sent(sent: &Sent) -> Chosen {
    Chosen {
        subject: Subject::HandOff(sent.id),
        at: sent.at,
        due: None,
        done: None,
        fault_count: sent.missing_count,
    }
}

fn of_duty(duty: &Duty) -> Chosen {
    Chosen {
        subject: Subject::Obligation(duty.change, duty.id),
        at: duty.at,
        due: Some(duty.due),
        done: duty.verified,
        fault_count: duty.mismatch_count,
    }
}

/// The one in the middle; of an even number the mean of the two.
pub(super) fn median(values: impl Iterator<Item = i64>) -> Option<i64> {
    let mut values: Vec<i64> = values.collect();
    values.sort_unstable();
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    if values.len() % 2 == 1 {
        return Some(upper);
    }
    Some(values[middle - 1] + (upper - values[middle - 1]) / 2)
}
