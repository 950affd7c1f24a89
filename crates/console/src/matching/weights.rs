//! Weights in words and bars: how likely it is that two records are one person, and how much each
//! reason says. A weight is a sum of 1/256 bit: what doubles the odds is one step.

/// 1/256 bit in a step, that is in a bit.
const STEP: f64 = 256.0;
/// The scale of reasons never ends below so many steps, or small ones would look large.
const SCALE_STEPS_MIN: f64 = 8.0;

/// How likely it is, in words: a tone, a picture and the words.
pub(crate) fn chance(weight: i32) -> (&'static str, &'static str, &'static str) {
    let odds = (f64::from(weight) / STEP).exp2();
    match odds / (1.0 + odds) {
        share if share >= 0.999 => ("ok", "check", "Almost certain"),
        share if share >= 0.95 => ("ok", "up", "Very likely"),
        share if share >= 0.75 => ("info", "up", "Likely"),
        share if share >= 0.4 => ("warn", "dot", "As likely as not"),
        share if share >= 0.05 => ("", "down", "Less likely"),
        _ => ("", "down", "Unlikely"),
    }
}

/// `+6.2`, `−3.5`: steps with their sign.
pub(crate) fn steps(weight: i32) -> String {
    let steps = f64::from(weight) / STEP;
    let tenths = (steps.abs() * 10.0).round() / 10.0;
    match tenths {
        0.0 => "0".to_owned(),
        _ if steps < 0.0 => format!("−{tenths}"),
        _ => format!("+{tenths}"),
    }
}

/// A bar on a line with zero in its middle; places are shares of the width.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Balance {
    /// `up` to the right, for it; `down` to the left, against it.
    pub(crate) class: &'static str,
    /// From the left: `50.0%`.
    pub(crate) x: String,
    /// How wide: `12.5%`.
    pub(crate) width: String,
}

impl Balance {
    /// The part of `longer`, a bar to the same side, that lies beyond this one.
    pub(crate) fn up_to(&self, longer: &Self) -> Self {
        let of = |share: &str| share.trim_end_matches('%').parse::<f64>().unwrap_or_default();
        let end =
            |bar: &Self| if bar.class == "up" { of(&bar.x) + of(&bar.width) } else { of(&bar.x) };
        let (from, to) = (end(self), end(longer));
        Self {
            class: if longer.class == "up" { "more" } else { "less" },
            x: format!("{:.1}%", from.min(to)),
            width: format!("{:.1}%", (to - from).abs()),
        }
    }
}

/// One bar for each weight, all on one scale.
pub(crate) fn balances(weights: &[i32]) -> Vec<Balance> {
    let most = weights.iter().map(|weight| f64::from(*weight).abs() / STEP);
    let most = most.fold(SCALE_STEPS_MIN, f64::max);
    let bar = |weight: &i32| {
        let width = 50.0 * (f64::from(*weight).abs() / STEP) / most;
        let x = if *weight < 0 { 50.0 - width } else { 50.0 };
        let class = if *weight < 0 { "down" } else { "up" };
        Balance { class, x: format!("{x:.1}%"), width: format!("{width:.1}%") }
    };
    weights.iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weight_is_said_as_how_likely_it_is() {
        for (steps, words) in [
            (12, "Almost certain"),
            (5, "Very likely"),
            (3, "Likely"),
            (0, "As likely as not"),
            (-2, "Less likely"),
            (-9, "Unlikely"),
        ] {
            assert_eq!(chance(steps * 256).2, words);
        }
    }

    #[test]
    fn steps_carry_their_sign() {
        for (weight, said) in [(1_600, "+6.3"), (-896, "−3.5"), (3, "0"), (256, "+1")] {
            assert_eq!(steps(weight), said);
        }
    }

    #[test]
    fn bars_share_a_scale_and_what_speaks_against_it_lies_to_the_left() {
        let bars = balances(&[16 * 256, -4 * 256, 0]);
        let said: Vec<_> = bars.iter().map(|bar| (bar.class, &*bar.x, &*bar.width)).collect();
        assert_eq!(
            said,
            [("up", "50.0%", "50.0%"), ("down", "37.5%", "12.5%"), ("up", "50.0%", "0.0%")]
        );
        // A weak reason alone does not fill the scale.
        assert_eq!(balances(&[256])[0].width, "6.2%");
    }
}
