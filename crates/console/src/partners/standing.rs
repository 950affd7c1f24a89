//! How partners stand beside one another: what is worth a badge, and what is worth saying first.

use handfast_record::sales::figures::PartnerFigures;

use crate::words;

/// Fewer deliveries than this say nothing about a partner.
const DELIVERED_MIN: i64 = 20;
/// Fewer reviews than this say nothing about a partner.
const REVIEWS_MIN: i64 = 5;
/// From how many points above the network's average a share of late deliveries is worth a word.
const WORTH_A_WORD: f64 = 0.05;
/// From how many points above it a person must act.
const WORTH_A_PERSON: f64 = 0.10;
/// Below this mean a person must read the reviews.
const REVIEW_BAD_BELOW: f64 = 3.0;
/// Below this mean it is worth a word.
const REVIEW_WEAK_BELOW: f64 = 3.6;

/// All partners of a network together.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Network {
    delivered: i64,
    late: i64,
}

impl Network {
    /// Adds the figures up.
    pub(crate) fn of<'a>(figures: impl IntoIterator<Item = &'a PartnerFigures>) -> Self {
        figures.into_iter().fold(Self::default(), |sum, one| Self {
            delivered: sum.delivered + one.delivered,
            late: sum.late + one.late,
        })
    }

    fn late_share(&self) -> f64 {
        if self.delivered > 0 { self.late as f64 / self.delivered as f64 } else { 0.0 }
    }

    /// `7%`; empty before anything arrived.
    pub(crate) fn late_words(&self) -> String {
        words::percent(self.late, self.delivered)
    }

    /// Whether a partner's share of late deliveries needs a person (`bad`), is worth a word
    /// (`warn`), or neither.
    pub(crate) fn late_tone(&self, partner: &PartnerFigures) -> &'static str {
        let Some(share) = partner.late_share().filter(|_| has_enough(partner)) else { return "" };
        match share - self.late_share() {
            above if above >= WORTH_A_PERSON => "bad",
            above if above >= WORTH_A_WORD => "warn",
            _ => "",
        }
    }

    /// The one whose share of late deliveries is worth saying before anything else.
    pub(crate) fn worst<'a>(
        &self,
        figures: impl IntoIterator<Item = &'a PartnerFigures>,
    ) -> Option<&'a PartnerFigures> {
        figures
            .into_iter()
            .filter(|one| !self.late_tone(one).is_empty())
            .max_by(|a, b| share(a).total_cmp(&share(b)).then(a.late.cmp(&b.late)))
    }

    /// `Torque Workshop delivered 18% late over 45 orders; the network’s average is 7%`.
    pub(crate) fn worst_words(&self, name: &str, worst: &PartnerFigures) -> String {
        format!(
            "{name} delivered {} late over {}; the network’s average is {}",
            words::percent(worst.late, worst.delivered),
            words::counted(worst.delivered, "order", "orders"),
            self.late_words(),
        )
    }
}

/// Whether a partner delivered enough to be compared.
pub(crate) fn has_enough(partner: &PartnerFigures) -> bool {
    partner.delivered >= DELIVERED_MIN
}

/// Whether a partner has enough reviews to be compared.
pub(crate) fn has_enough_reviews(partner: &PartnerFigures) -> bool {
    partner.review_count >= REVIEWS_MIN
}

fn share(partner: &PartnerFigures) -> f64 {
    partner.late_share().unwrap_or(0.0)
}

/// Whether so many of a partner's promises are over that a person must act: three, and one in
/// twenty of its orders.
pub(crate) const fn is_far_over(partner: &PartnerFigures) -> bool {
    partner.overdue >= 3 && partner.overdue * 20 >= partner.orders
}

/// Whether a mean of reviews needs a person (`bad`), is worth a word (`warn`), or neither.
pub(crate) fn review_tone(partner: &PartnerFigures) -> &'static str {
    match partner.mean_review().filter(|_| has_enough_reviews(partner)) {
        Some(mean) if mean < REVIEW_BAD_BELOW => "bad",
        Some(mean) if mean < REVIEW_WEAK_BELOW => "warn",
        _ => "",
    }
}

/// The two minimums, for the explanation below the table.
pub(crate) fn explanation() -> String {
    format!(
        "Orders are those that a partner sold alone. Late is the share of what arrived that came \
         on a later day than was promised, in the network’s time zone; the line shows it by month. \
         Over are open orders whose promised day has passed. Reviews are the mean of all scores, 5 \
         is best. Partners with fewer than {DELIVERED_MIN} deliveries, or fewer than {REVIEWS_MIN} \
         reviews, get no badge and stand last."
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use handfast_kit::Id;

    use super::*;

    fn partner(delivered: i64, late: i64, reviews: (i64, i64)) -> PartnerFigures {
        PartnerFigures {
            organisation: Id::random(),
            orders: delivered,
            delivered,
            late,
            open: 0,
            overdue: 0,
            review_count: reviews.0,
            review_sum: reviews.1,
        }
    }

    #[test]
    fn the_worst_is_named_only_with_enough_deliveries_and_well_above_the_average() {
        let (few, torque, good) =
            (partner(3, 3, (0, 0)), partner(45, 8, (0, 0)), partner(400, 22, (0, 0)));
        let network = Network::of([&few, &torque, &good]);
        assert_eq!(network.late_words(), "7%");
        assert_eq!(network.worst([&few, &torque, &good]), Some(&torque));
        assert_eq!(
            network.worst_words("Torque Workshop", &torque),
            "Torque Workshop delivered 18% late over 45 orders; the network’s average is 7%"
        );
        assert_eq!(network.worst([&good, &few]), None, "nobody stands out");
    }

    #[test]
    fn single_promises_that_are_over_need_no_badge() {
        for (orders, overdue, is_far) in [(60, 3, true), (61, 3, false), (10, 2, false)] {
            let figures = PartnerFigures { orders, overdue, ..partner(0, 0, (0, 0)) };
            assert_eq!(is_far_over(&figures), is_far);
        }
    }

    #[test]
    fn a_badge_needs_numbers_behind_it() {
        let network = Network { delivered: 1_000, late: 70 };
        for (figures, tone) in [
            (partner(45, 8, (0, 0)), "bad"),
            (partner(50, 7, (0, 0)), "warn"),
            (partner(50, 3, (0, 0)), ""),
            (partner(19, 19, (0, 0)), ""),
            (partner(0, 0, (0, 0)), ""),
        ] {
            assert_eq!(network.late_tone(&figures), tone);
        }
        for (reviews, tone) in [((5, 14), "bad"), ((5, 17), "warn"), ((5, 20), ""), ((4, 4), "")] {
            assert_eq!(review_tone(&partner(0, 0, reviews)), tone);
        }
    }
}
