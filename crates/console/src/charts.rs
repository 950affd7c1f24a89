//! Shapes of small charts, in the numbers that SVG takes. The template writes the markup, and a
//! sentence says the same for whoever does not see it.

/// A line of 72 by 20 units, its last point marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spark {
    /// The points of the line: `2.0,17.0 8.0,3.0`.
    pub(crate) points: String,
    /// Where the last point lies, from the left.
    pub(crate) last_x: String,
    /// Where the last point lies, from the top.
    pub(crate) last_y: String,
    /// What the line shows, in a sentence.
    pub(crate) label: String,
}

const LEFT: f64 = 2.0;
const RIGHT: f64 = 68.0;
const TOP: f64 = 3.0;
const BOTTOM: f64 = 17.0;

/// The line through `values`, the first at the left; `None` when there are fewer than two.
/// A value that is missing is passed over. When all are equal the line runs through the middle.
pub(crate) fn spark(values: &[Option<f64>], label: String) -> Option<Spark> {
    let known: Vec<(usize, f64)> =
        values.iter().enumerate().filter_map(|(at, value)| Some((at, (*value)?))).collect();
    let (first, last) = (known.first()?.0, known.last()?.0);
    if known.len() < 2 {
        return None;
    }
    let least = known.iter().map(|(_, value)| *value).fold(f64::INFINITY, f64::min);
    let most = known.iter().map(|(_, value)| *value).fold(f64::NEG_INFINITY, f64::max);
    let x = |at: usize| LEFT + (RIGHT - LEFT) * (at - first) as f64 / (last - first) as f64;
    let y = |value: f64| {
        let share = if most > least { (value - least) / (most - least) } else { 0.5 };
        BOTTOM - (BOTTOM - TOP) * share
    };
    let places: Vec<(String, String)> = known
        .iter()
        .map(|(at, value)| (format!("{:.1}", x(*at)), format!("{:.1}", y(*value))))
        .collect();
    let points: Vec<String> = places.iter().map(|(x, y)| format!("{x},{y}")).collect();
    let (last_x, last_y) = places.last().cloned()?;
    Some(Spark { points: points.join(" "), last_x, last_y, label })
}

/// One bar of [`Bars`]; widths and places are shares of the whole, heights are units of 48.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bar {
    /// `up` above the line, `down` below it.
    pub(crate) class: &'static str,
    /// From the left: `4.2%`.
    pub(crate) x: String,
    /// From the top.
    pub(crate) y: String,
    /// How wide: `5.3%`.
    pub(crate) width: String,
    /// How high.
    pub(crate) height: String,
}

/// Pairs of bars on a line: what went well stands above it, what did not hangs below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bars {
    /// Each bar, from the left.
    pub(crate) each: Vec<Bar>,
    /// Where the line runs, from the top.
    pub(crate) line: String,
    /// What they show, in a sentence.
    pub(crate) label: String,
}

/// How high the chart is, in units; the style sheet says the same.
const HEIGHT: f64 = 48.0;

/// The bars of `pairs` (up, down), the first at the left; `None` when all are zero.
pub(crate) fn bars(pairs: &[(i64, i64)], label: String) -> Option<Bars> {
    let most_up = pairs.iter().map(|(up, _)| *up).max()?.max(0) as f64;
    let most_down = pairs.iter().map(|(_, down)| *down).max()?.max(0) as f64;
    if most_up + most_down == 0.0 {
        return None;
    }
    let unit = (HEIGHT - 2.0) / (most_up + most_down);
    let line = 1.0 + most_up * unit;
    let step = 100.0 / pairs.len() as f64;
    let bar = |class, at: usize, y: f64, height: f64| Bar {
        class,
        x: format!("{:.2}%", step * (at as f64 + 0.15)),
        y: format!("{y:.1}"),
        width: format!("{:.2}%", step * 0.7),
        height: format!("{height:.1}"),
    };
    let mut bars = Vec::new();
    for (at, (up, down)) in pairs.iter().enumerate() {
        if *up > 0 {
            let height = *up as f64 * unit;
            bars.push(bar("up", at, line - height, height));
        }
        if *down > 0 {
            bars.push(bar("down", at, line, *down as f64 * unit));
        }
    }
    Some(Bars { each: bars, line: format!("{line:.1}"), label })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_line_runs_from_the_least_at_the_bottom_to_the_most_at_the_top() {
        let line = spark(&[Some(1.0), None, Some(3.0)], String::new()).unwrap();
        assert_eq!(line.points, "2.0,17.0 68.0,3.0");
        assert_eq!((line.last_x.as_str(), line.last_y.as_str()), ("68.0", "3.0"));
    }

    #[test]
    fn a_steady_line_runs_through_the_middle_and_one_value_is_no_line() {
        let steady = spark(&[Some(2.0), Some(2.0)], String::new()).unwrap();
        assert_eq!(steady.points, "2.0,10.0 68.0,10.0");
        assert_eq!(spark(&[None, Some(2.0)], String::new()), None);
        assert_eq!(spark(&[], String::new()), None);
    }

    #[test]
    fn bars_share_one_scale_above_and_below_the_line() {
        let chart = bars(&[(3, 1), (0, 0)], String::new()).unwrap();
        assert_eq!(chart.each.len(), 2);
        assert_eq!((chart.each[0].y.as_str(), chart.each[0].height.as_str()), ("1.0", "34.5"));
        assert_eq!((chart.each[1].y.as_str(), chart.each[1].height.as_str()), ("35.5", "11.5"));
        assert_eq!(bars(&[(0, 0)], String::new()), None);
        assert_eq!(bars(&[], String::new()), None);
    }
}
