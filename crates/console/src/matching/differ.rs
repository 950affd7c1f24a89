//! What differs between two texts, character by character, so that an eye finds it at once.
//!
//! The longest common subsequence (Wagner and Fischer, 1974) is kept plain and the rest is marked.
//! A single letter that happens to be common between two marks is marked with them, and texts that
//! have little in common are marked whole: specks of likeness are no help to a reader.

use handfast_kit::fold;

/// A run of a text that is common to both texts, or is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    /// The text of the run.
    pub(crate) text: String,
    /// Whether the other text has something else here.
    pub(crate) is_marked: bool,
}

/// How two texts stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Likeness {
    /// Neither says anything.
    Silent,
    /// Letter by letter.
    Same,
    /// The same but for capitals, accents, blanks and points.
    Written,
    /// The same words in another order.
    Turned,
    /// Some characters differ: how many, on the side where more do.
    Differs(usize),
    /// They have little in common.
    Other,
    /// Only the left one says something.
    OnlyLeft,
    /// Only the right one says something.
    OnlyRight,
}

/// Two texts side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    /// The left text, in runs.
    pub(crate) left: Vec<Piece>,
    /// The right text, in runs.
    pub(crate) right: Vec<Piece>,
    /// How they stand to each other.
    pub(crate) likeness: Likeness,
}

/// Longer texts are compared from their ends only, so that no page costs more than it should.
const CELLS_MAX: usize = 300 * 300;

/// Marks what differs between two texts. Small and large letters are one.
pub(crate) fn difference(left: &str, right: &str) -> Difference {
    let whole = |text: &str, is_marked| match text {
        "" => Vec::new(),
        text => vec![Piece { text: text.to_owned(), is_marked }],
    };
    let alike = |likeness, is_marked| Difference {
        left: whole(left, is_marked),
        right: whole(right, is_marked),
        likeness,
    };
    match (left.is_empty(), right.is_empty()) {
        (true, true) => return alike(Likeness::Silent, false),
        (false, true) => return alike(Likeness::OnlyLeft, false),
        (true, false) => return alike(Likeness::OnlyRight, false),
        (false, false) if left == right => return alike(Likeness::Same, false),
        (false, false) if bare(left) != bare(right) && words(left) == words(right) => {
            return alike(Likeness::Turned, false);
        }
        (false, false) => {}
    }
    let (these, those) = (letters(left), letters(right));
    let (these_common, those_common) = common(&these, &those);
    let (these_common, those_common) = (steady(&these_common), steady(&those_common));
    let count = |common: &[bool]| common.iter().filter(|is_common| !**is_common).count();
    let (here, there) = (count(&these_common), count(&those_common));
    let is_written = bare(left) == bare(right);
    let kept = these.len().saturating_sub(here).min(those.len().saturating_sub(there));
    if !is_written && kept * 2 < these.len().max(those.len()) {
        return alike(Likeness::Other, true);
    }
    Difference {
        left: runs(&these, &these_common),
        right: runs(&those, &those_common),
        likeness: if is_written {
            Likeness::Written
        } else {
            Likeness::Differs(here.max(there).max(1))
        },
    }
}

impl Difference {
    /// How they stand to each other, in words.
    pub(crate) fn words(&self) -> String {
        match self.likeness {
            Likeness::Silent => "Neither says it".to_owned(),
            Likeness::Same => "The same".to_owned(),
            Likeness::Written => "Written another way".to_owned(),
            Likeness::Turned => "Same words, another order".to_owned(),
            Likeness::Differs(1) => "1 character differs".to_owned(),
            Likeness::Differs(n) => format!("{n} characters differ"),
            Likeness::Other => "Something else".to_owned(),
            Likeness::OnlyLeft => "Only the first says it".to_owned(),
            Likeness::OnlyRight => "Only the second says it".to_owned(),
        }
    }
}

/// What a reader takes for one letter: a character with the accents that follow it.
fn letters(text: &str) -> Vec<String> {
    let is_accent =
        |letter: char| matches!(letter, '\u{300}'..='\u{36f}' | '\u{200d}' | '\u{fe0f}');
    let mut letters: Vec<String> = Vec::new();
    for letter in text.chars() {
        match letters.last_mut() {
            Some(last) if is_accent(letter) => last.push(letter),
            _ => letters.push(letter.to_string()),
        }
    }
    letters
}

/// The words of a text, whatever their order.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = fold(text)
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    words.sort_unstable();
    words
}

/// The text without what is a matter of writing it down.
fn bare(text: &str) -> String {
    let text: String = fold(text).chars().filter(|letter| letter.is_alphanumeric()).collect();
    // A number with and without the zero or the country before it is one number.
    let digits = text.chars().filter(char::is_ascii_digit).count();
    if digits >= 9 && digits == text.len() { text[digits - 9..].to_owned() } else { text }
}

/// Which letters of each are in the longest common subsequence.
fn common(these: &[String], those: &[String]) -> (Vec<bool>, Vec<bool>) {
    let low = |letters: &[String]| -> Vec<String> {
        letters.iter().map(|letter| letter.to_lowercase()).collect()
    };
    let (low_these, low_those) = (low(these), low(those));
    let mut found = (vec![false; these.len()], vec![false; those.len()]);
    let from = low_these.iter().zip(&low_those).take_while(|(a, b)| a == b).count();
    let rest = these.len().min(those.len()) - from;
    let ends = low_these.iter().rev().zip(low_those.iter().rev());
    let end = ends.take(rest).take_while(|(a, b)| a == b).count();
    let (to_these, to_those) = (these.len() - end, those.len() - end);
    found.0[..from].fill(true);
    found.0[to_these..].fill(true);
    found.1[..from].fill(true);
    found.1[to_those..].fill(true);
    let (a, b) = (&low_these[from..to_these], &low_those[from..to_those]);
    if a.len() * b.len() > CELLS_MAX {
        return found;
    }
    // lengths[i][j]: of the longest common subsequence of a[i..] and b[j..].
    let mut lengths = vec![vec![0_usize; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            lengths[i][j] = if a[i] == b[j] {
                lengths[i + 1][j + 1] + 1
            } else {
                lengths[i + 1][j].max(lengths[i][j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        if a[i] == b[j] {
            found.0[from + i] = true;
            found.1[from + j] = true;
            (i, j) = (i + 1, j + 1);
        } else if lengths[i + 1][j] >= lengths[i][j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    found
}

/// The same, where one common letter between two that are not is not common either.
fn steady(common: &[bool]) -> Vec<bool> {
    let is_speck = |at: usize| {
        at > 0 && !common[at - 1] && common.get(at + 1).is_some_and(|is_common| !is_common)
    };
    (0..common.len()).map(|at| common[at] && !is_speck(at)).collect()
}

/// Letters of the same kind together.
fn runs(letters: &[String], common: &[bool]) -> Vec<Piece> {
    let mut runs: Vec<Piece> = Vec::new();
    for (letter, is_common) in letters.iter().zip(common) {
        match runs.last_mut() {
            Some(run) if run.is_marked != *is_common => run.text.push_str(letter),
            _ => runs.push(Piece { text: letter.clone(), is_marked: !is_common }),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The runs, marks in brackets: `M[a]ya`.
    fn said(pieces: &[Piece]) -> String {
        let one = |piece: &Piece| {
            if piece.is_marked { format!("[{}]", piece.text) } else { piece.text.clone() }
        };
        pieces.iter().map(one).collect()
    }

    #[test]
    fn what_differs_is_marked_on_both_sides_and_said_in_words() {
        for (left, right, marked_left, marked_right, words) in [
            ("Maya Okafor", "Maya Okafor", "Maya Okafor", "Maya Okafor", "The same"),
            ("Maya Okafor", "Mya Okafor", "M[a]ya Okafor", "Mya Okafor", "1 character differs"),
            (
                "Flat 3, 27 Quay",
                "Flat 8, 27 Quay",
                "Flat [3], 27 Quay",
                "Flat [8], 27 Quay",
                "1 character differs",
            ),
            ("MAYA okafor", "Maya Okafor", "MAYA okafor", "Maya Okafor", "Written another way"),
            ("Björk", "Bjork", "Bj[ö]rk", "Bj[o]rk", "Written another way"),
            (
                "07700 900123",
                "+44 7700 900123",
                "[0]7700 900123",
                "[+44 ]7700 900123",
                "Written another way",
            ),
            (
                "Okafor, Maya",
                "Maya Okafor",
                "Okafor, Maya",
                "Maya Okafor",
                "Same words, another order",
            ),
            ("Okafor", "Hartley", "[Okafor]", "[Hartley]", "Something else"),
            ("Maya", "", "Maya", "", "Only the first says it"),
            ("", "Maya", "", "Maya", "Only the second says it"),
            ("", "", "", "", "Neither says it"),
        ] {
            let found = difference(left, right);
            assert_eq!(
                (said(&found.left), said(&found.right)),
                (marked_left.to_owned(), marked_right.to_owned()),
                "{left} / {right}"
            );
            assert_eq!(found.words(), words, "{left} / {right}");
        }
    }

    #[test]
    fn both_texts_can_be_read_whole_and_marks_lie_alike_whichever_stands_first() {
        let plain = |pieces: &[Piece]| -> String {
            pieces.iter().map(|piece| piece.text.as_str()).collect()
        };
        let texts = [
            "",
            "Zoe\u{308} Young",
            "Zoë Young",
            "14 Mill Row",
            "41 Mill Road",
            "Mill",
            "maya.okafor@example.com",
            "m.okafor@example.org",
        ];
        for left in texts {
            for right in texts {
                let (there, back) = (difference(left, right), difference(right, left));
                assert_eq!(
                    (plain(&there.left).as_str(), plain(&there.right).as_str()),
                    (left, right)
                );
                let marked = |pieces: &[Piece]| pieces.iter().any(|piece| piece.is_marked);
                assert_eq!(
                    marked(&there.left) || marked(&there.right),
                    marked(&back.left) || marked(&back.right),
                    "{left} / {right}"
                );
            }
        }
    }

    #[test]
    fn an_accent_stays_with_its_letter_and_long_texts_stay_cheap() {
        let found = difference("Zoe\u{308}", "Zoe");
        assert_eq!(said(&found.left), "Zo[e\u{308}]");
        let long = |end: &str| format!("{}{end}", "ab".repeat(20_000));
        let found = difference(&long("x"), &long("y"));
        assert_eq!(found.likeness, Likeness::Differs(1));
    }
}
