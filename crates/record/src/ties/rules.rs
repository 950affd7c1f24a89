use handfast_kit::TimeMs;

use super::{ByHand, Error};
use crate::sharing::Tie;

/// Since when the tie is, and why, if it can be made.
pub(super) fn checked(new: &ByHand, now: TimeMs) -> Result<(TimeMs, String), Error> {
    if !Tie::BY_HAND.contains(&new.tie) {
        return Err(Error::NotByHand);
    }
    let from = new.from.unwrap_or(now);
    if from > now {
        return Err(Error::FromWrong);
    }
    if new.until.is_some_and(|until| until <= now) {
        return Err(Error::UntilWrong);
    }
    let why = new.why.trim();
    if !(5..=500).contains(&why.chars().count()) {
        return Err(Error::WhyWrong);
    }
    Ok((from, why.to_owned()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use handfast_kit::OrganisationId;

    use super::*;

    #[test]
    fn a_tie_by_hand_has_begun_and_has_not_ended() {
        let now = TimeMs(1_000);
        let new = |from, until| ByHand {
            organisation: OrganisationId::random(),
            tie: Tie::Assigned,
            from,
            until,
            why: "  Lives next door ".to_owned(),
        };
        let (from, why) = checked(&new(None, None), now).unwrap();
        assert_eq!((from, &*why), (now, "Lives next door"));
        assert_eq!(checked(&new(Some(TimeMs(5)), Some(TimeMs(1_001))), now).unwrap().0, TimeMs(5));
        let wrong = checked(&new(Some(TimeMs(1_001)), None), now);
        assert!(matches!(wrong, Err(Error::FromWrong)));
        assert!(matches!(checked(&new(None, Some(now)), now), Err(Error::UntilWrong)));
        for tie in [Tie::Owner, Tie::Guest, Tie::Territory, Tie::None, Tie::Allowed] {
            let wrong = checked(&ByHand { tie, ..new(None, None) }, now);
            assert!(matches!(wrong, Err(Error::NotByHand)), "{}", tie.word());
        }
    }
}
