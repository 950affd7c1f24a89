//! What joining two customers would do, in words.

use handfast_kit::OrganisationId;
use handfast_record::{
    CustomerId,
    merging::{Counts, Preview, TieTogether, WordTogether},
    sharing::Tie,
};

use crate::{customer::who::Names, reasons, words};

/// What joining would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Effects {
    /// Why they cannot be joined now.
    pub(crate) refused: Option<String>,
    /// Each with its picture.
    pub(crate) lines: Vec<(&'static str, String)>,
    pub(crate) told_title: String,
    /// Whom it tells what; empty when it tells nobody anything.
    pub(crate) told: String,
}

/// Two customers with what each is called.
pub(crate) type Called<'a> = [(CustomerId, &'a str); 2];

/// What would happen; `called` are the two in any order.
pub(crate) fn of(preview: &Preview, called: Called<'_>, names: &Names) -> Effects {
    let name = |id| called.iter().find(|(one, _)| *one == id).map_or("", |(_, name)| *name);
    let told = words::list(&each(&preview.told, names));
    let is_one = preview.told.len() == 1;
    Effects {
        refused: preview.refused.as_ref().map(|refusal| full(&refusal.to_string())),
        lines: lines(preview, (name(preview.from), name(preview.into)), names),
        told_title: words::sentence(&format!("{told} would learn of it")),
        told: match (preview.told.is_empty(), is_one) {
            (true, _) => String::new(),
            (false, true) => {
                "It knows both as customers of its own, and would see that they are one.".to_owned()
            }
            (false, false) => {
                "Each knows both as customers of its own, and would see that they are one."
                    .to_owned()
            }
        },
    }
}

fn lines(
    preview: &Preview,
    (from, into): (&str, &str),
    names: &Names,
) -> Vec<(&'static str, String)> {
    let moves = moves(preview.moves);
    let mut lines = vec![if from == into {
        ("right", format!("{moves} of the younger record join the older one."))
    } else {
        ("right", format!("{moves} of {from} move to {into}, the older."))
    }];
    lines.extend(preview.ties.iter().map(|tie| ("link", tie_words(tie, names))));
    lines.extend(preview.words.iter().map(|word| ("voice", word_words(word, names))));
    if preview.freezes {
        lines.push(("lock", "One of them is frozen, so both will be.".to_owned()));
    }
    if preview.told.is_empty() {
        lines.push(("eyeoff", "No partner learns anything from it.".to_owned()));
    }
    lines.push(("undo", "Nothing is deleted, and joining can be undone exactly.".to_owned()));
    lines
}

/// `2 records, 14 entries and 3 orders`.
fn moves(counts: Counts) -> String {
    let parts = [
        (counts.records, "record", "records"),
        (counts.touches, "entry", "entries"),
        (counts.sales, "order", "orders"),
        (counts.reviews, "review", "reviews"),
        (counts.cases, "case", "cases"),
        (counts.requests, "request for access", "requests for access"),
    ];
    let parts = parts.into_iter().filter(|(n, ..)| *n > 0);
    let parts: Vec<String> = parts.map(|(n, one, many)| words::counted(n, one, many)).collect();
    if parts.is_empty() { "All entries".to_owned() } else { words::list(&parts) }
}

fn tie_words(tie: &TieTogether, names: &Names) -> String {
    let name = names.organisation(tie.organisation).name;
    let what = match tie.tie {
        Tie::Owner => "keeps a record of both",
        Tie::Sold => "sold to both",
        Tie::Serves => "serves both",
        Tie::Delivers => "delivers to both",
        Tie::Insures => "insures both",
        Tie::Assigned => "was named for both",
        Tie::Guest => "is a guest of both",
        Tie::Allowed => "was allowed to see more of both",
        Tie::Territory | Tie::None => "sees both",
    };
    format!("{} {what}: that becomes one tie.", words::sentence(&name))
}

fn word_words(word: &WordTogether, names: &Names) -> String {
    let about = match (word.stands.purpose, word.stands.class) {
        (Some(purpose), _) => purpose.word().to_owned(),
        (None, Some(class)) => format!("showing {}", reasons::class(class)),
        (None, None) => "being shown at all".to_owned(),
    };
    let whom = word
        .stands
        .organisation
        .map_or(String::new(), |id| format!(" to {}", names.organisation(id).name));
    let (stands, why) = match (word.stands.allowed, word.into_said, word.from_said) {
        (false, Some(_), Some(_)) => ("no", ", because one of them said no"),
        (true, Some(_), Some(_)) => ("yes", ", as it was said last"),
        (false, ..) => ("no", ", as one of them said"),
        (true, ..) => ("yes", ", as one of them said"),
    };
    format!("Asked about {about}{whom}, both say {stands}{why}.")
}

fn each(ids: &[OrganisationId], names: &Names) -> Vec<String> {
    ids.iter().map(|id| names.organisation(*id).name).collect()
}

/// A part of a sentence as a whole one.
fn full(text: &str) -> String {
    format!("{}.", words::sentence(text))
}

#[cfg(test)]
mod tests {
    use handfast_kit::{Id, TimeMs};
    use handfast_record::{
        merging::Refusal,
        sharing::{Purpose, Saying},
    };

    use super::*;

    fn preview() -> Preview {
        Preview {
            into: Id::random(),
            from: Id::random(),
            moves: Counts { records: 1, touches: 14, sales: 2, looks: 9, ..Counts::default() },
            ties: Vec::new(),
            words: Vec::new(),
            freezes: false,
            told: Vec::new(),
            refused: None,
        }
    }

    fn told(preview: &Preview) -> (Effects, String) {
        let called = [(preview.into, "Nia Prydderch"), (preview.from, "Nia Pryderch")];
        let effects = of(preview, called, &Names::default());
        let lines: Vec<&str> = effects.lines.iter().map(|(_, text)| text.as_str()).collect();
        let lines = lines.join("\n");
        (effects, lines)
    }

    #[test]
    fn what_moves_is_counted_and_who_learns_nothing_is_said() {
        let (effects, lines) = told(&preview());
        assert_eq!(
            lines,
            "1 record, 14 entries and 2 orders of Nia Pryderch move to Nia Prydderch, the older.\n\
             No partner learns anything from it.\n\
             Nothing is deleted, and joining can be undone exactly."
        );
        assert!(effects.told.is_empty() && effects.refused.is_none());
    }

    #[test]
    fn ties_words_and_who_would_learn_of_it_are_told() {
        let stands = Saying {
            purpose: Some(Purpose::Offers),
            organisation: None,
            class: None,
            allowed: false,
        };
        let word = WordTogether { stands, into_said: Some(true), from_said: Some(false) };
        let organisation = Id::random();
        let tie =
            TieTogether { organisation, tie: Tie::Sold, from: TimeMs(0), until: TimeMs(i64::MAX) };
        let (effects, lines) = told(&Preview {
            ties: vec![tie],
            words: vec![word],
            freezes: true,
            told: vec![organisation],
            refused: Some(Refusal::TwoRequests(organisation)),
            ..preview()
        });
        for text in [
            "Another partner sold to both: that becomes one tie.",
            "Asked about offers, both say no, because one of them said no.",
            "One of them is frozen, so both will be.",
        ] {
            assert!(lines.contains(text), "{text}: {lines}");
        }
        assert!(!lines.contains("No partner learns"), "{lines}");
        assert_eq!(effects.told_title, "Another partner would learn of it");
        assert!(effects.refused.is_some_and(|text| text.starts_with("A partner has asked")));
    }
}
