//! Reasons of the model in words: what speaks for one person and what against it, each with its
//! weight.

use super::weights::{self, Balance};
use crate::words;

/// What one comparison said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Said<'a> {
    /// What was compared: `family name`.
    pub(crate) comparison: &'a str,
    /// How it came out: `one letter apart`.
    pub(crate) level: &'a str,
    /// In 1/256 bit; above zero speaks for one person.
    pub(crate) weight: i32,
}

/// A reason as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reason {
    pub(crate) words: String,
    pub(crate) icon: &'static str,
    pub(crate) tone: &'static str,
    pub(crate) bar: Balance,
    /// What the bar shows, in words.
    pub(crate) label: String,
}

/// How the engine calls what it knows before it looks at two records.
const BEFORE: &str = "before any comparison";
/// How many reasons for it a summary names.
const FOR_MAX: usize = 3;
/// How many reasons against it a summary names.
const AGAINST_MAX: usize = 2;

/// The reasons, the strongest for it first and the strongest against it last; what weighs nothing
/// is left out.
pub(crate) fn faces(said: &[Said<'_>]) -> Vec<Reason> {
    let mut said: Vec<&Said<'_>> = said.iter().filter(|one| one.weight != 0).collect();
    // What is known of any two records comes last: it is no likeness.
    said.sort_by_key(|one| (one.comparison == BEFORE, -one.weight));
    let weights: Vec<i32> = said.iter().map(|one| one.weight).collect();
    let faces = said.into_iter().zip(weights::balances(&weights));
    faces.map(|(one, bar)| face(one, bar)).collect()
}

/// `For it: email (same), family name (one letter apart). Against it: postcode (differs).`
pub(crate) fn summary(said: &[Said<'_>]) -> String {
    let mut said: Vec<&Said<'_>> =
        said.iter().filter(|one| one.comparison != BEFORE && one.weight != 0).collect();
    said.sort_by_key(|one| -one.weight.abs());
    let part = |is_for: bool, most: usize| -> String {
        let chosen = said.iter().filter(|one| (one.weight > 0) == is_for).take(most);
        let chosen = chosen.map(|one| format!("{} ({})", one.comparison, one.level));
        chosen.collect::<Vec<_>>().join(", ")
    };
    let (pro, contra) = (part(true, FOR_MAX), part(false, AGAINST_MAX));
    match (pro.is_empty(), contra.is_empty()) {
        (true, true) => String::new(),
        (false, true) => format!("For it: {pro}."),
        (true, false) => format!("Against it: {contra}."),
        (false, false) => format!("For it: {pro}. Against it: {contra}."),
    }
}

fn face(said: &Said<'_>, bar: Balance) -> Reason {
    let words = if said.comparison == BEFORE {
        "Any two records: seldom one person".to_owned()
    } else {
        format!("{}: {}", words::sentence(said.comparison), said.level)
    };
    let side = if said.weight > 0 { "for" } else { "against" };
    let steps = weights::steps(said.weight);
    let (icon, tone) = if said.weight > 0 { ("up", "ok") } else { ("down", "bad") };
    Reason { words, icon, tone, bar, label: format!("Speaks {side} it, {steps} steps") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: [Said<'_>; 4] = [
        Said { comparison: BEFORE, level: "", weight: -4_000 },
        Said { comparison: "postcode", level: "differs", weight: -900 },
        Said { comparison: "family name", level: "same", weight: 1_800 },
        Said { comparison: "email", level: "same", weight: 3_000 },
    ];

    #[test]
    fn a_summary_names_the_strongest_on_each_side() {
        assert_eq!(
            summary(&SAID),
            "For it: email (same), family name (same). Against it: postcode (differs)."
        );
        assert_eq!(summary(&SAID[..2]), "Against it: postcode (differs).");
        assert_eq!(summary(&[]), "");
    }

    #[test]
    fn the_strongest_comes_first_and_what_is_no_likeness_last() {
        let faces = faces(&SAID);
        let said: Vec<(&str, &str)> =
            faces.iter().map(|face| (&*face.words, &*face.label)).collect();
        assert_eq!(
            said,
            [
                ("Email: same", "Speaks for it, +11.7 steps"),
                ("Family name: same", "Speaks for it, +7 steps"),
                ("Postcode: differs", "Speaks against it, −3.5 steps"),
                ("Any two records: seldom one person", "Speaks against it, −15.6 steps"),
            ]
        );
    }
}
