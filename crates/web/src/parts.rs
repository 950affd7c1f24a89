//! The smallest parts of pages, as values that a template writes: `{{ web::icon("phone") }}`.

use std::fmt;

use askama::filters::HtmlSafe;

use crate::assets;

/// A picture of the sprite, for the eye only: words beside it say what it means.
#[derive(Debug, Clone, Copy)]
pub struct Icon(&'static str);

/// The picture called `name` in the sprite.
pub const fn icon(name: &'static str) -> Icon {
    Icon(name)
}

impl fmt::Display for Icon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sprite, name) = (assets::url("icons.svg"), self.0);
        write!(f, r#"<svg class="i" aria-hidden="true"><use href="{sprite}#{name}"/></svg>"#)
    }
}

impl HtmlSafe for Icon {}

/// One or two letters that stand for a name: `AC` for Aurora Cycles.
pub fn initials(name: &str) -> String {
    let words: Vec<&str> =
        name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let letters = match words.as_slice() {
        [] => return "?".to_owned(),
        [word] => word.chars().take(2).collect::<String>(),
        [first, .., last] => first.chars().take(1).chain(last.chars().take(1)).collect(),
    };
    letters.to_uppercase()
}

/// Which clock to show. `word` is the time left or over; `by` is the moment it is due, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockFace {
    /// `ok`, `soon`, `over`, `paused` or `met`.
    pub state: &'static str,
    /// "2 h 20 m left".
    pub word: String,
    /// "by 12:00".
    pub by: String,
    /// The share of time used, 0 to 100, drawn as a ring; `None` draws the state's icon.
    pub used_percent: Option<u8>,
}

impl ClockFace {
    /// The picture of a state without a ring.
    pub fn icon(&self) -> &'static str {
        match self.state {
            "over" => "alert",
            "met" => "check",
            _ => "clock",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_known_by_its_letters() {
        for (name, letters) in [
            ("Aurora Cycles", "AC"),
            ("Spoke & Chain", "SC"),
            ("Harbour Wheelworks of Bristol", "HB"),
            ("Zoë", "ZO"),
            ("ß", "SS"),
            ("...", "?"),
        ] {
            assert_eq!(initials(name), letters);
        }
    }

    #[test]
    fn an_icon_is_a_piece_of_the_sprite() {
        let text = icon("phone").to_string();
        assert!(text.ends_with("#phone\"/></svg>"), "{text}");
    }
}
