use handfast_kit::{NetworkId, OrganisationId, Uuid};

use super::Text;
use crate::{
    SubjectId,
    sharing::{Class, Purpose, Saying, permitted},
};

/// Stands in the database for every partner.
pub(super) const EVERYBODY: OrganisationId = OrganisationId::from_uuid(Uuid::nil());

/// Whether a word has its way among all that concern the same partner: a no always, a yes unless a
/// no or a freeze beats it.
pub(super) fn holds(saying: &Saying, all: &[Saying], is_frozen: bool) -> bool {
    let permitted = permitted(all, is_frozen, saying.organisation.unwrap_or(EVERYBODY));
    let purpose = saying.purpose.map_or(1, |purpose| 1 << (purpose as u8));
    let class = saying.class.map_or(0, Class::bit);
    !saying.allowed || (permitted.purposes & purpose != 0 && permitted.denied & class == 0)
}

/// The text without blanks around it, if it has 1 to `chars_max` characters.
pub(super) fn text(text: &str, chars_max: usize) -> Option<&str> {
    let text = text.trim();
    (1..=chars_max).contains(&text.chars().count()).then_some(text)
}

/// What touches about a purpose's texts are about.
pub(super) fn subject_of(network: NetworkId, purpose: Purpose) -> SubjectId {
    SubjectId::derived(&[network.uuid().as_bytes(), b"consent text", &[purpose as u8]])
}

/// The text that came with Handfast.
pub(super) fn first(purpose: Purpose) -> Text {
    Text { purpose, version: 1, words: first_words(purpose).to_owned(), since: None }
}

/// The words of the text that came with Handfast, if it is that version.
pub(super) fn built_in(purpose: Option<Purpose>, version: i64) -> Option<&'static str> {
    purpose.filter(|_| version == 1).map(first_words)
}

/// As the customer would say it, whoever is asked.
const fn first_words(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Service => {
            "Whoever repairs what I bought, advises me or answers me may see what they need for \
             that, so that I do not have to tell my story again."
        }
        Purpose::Delivery => {
            "Whoever brings me something may see what it is, where it goes, and how to reach me."
        }
        Purpose::Insurance => {
            "Whoever insures me may see what I own and what happened to it, to insure it and to \
             settle a claim."
        }
        Purpose::Research => {
            "What happened to me may be looked at to make products and service better. Nobody \
             writes to me because of it, and I can say no at any time."
        }
        Purpose::Offers => {
            "I would like to get offers that fit me. I can say no at any time, and then they stop."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn word(purpose: Option<Purpose>, to: Option<OrganisationId>, allowed: bool) -> Saying {
        Saying { purpose, organisation: to, class: None, allowed }
    }

    #[test]
    fn a_yes_has_its_way_unless_a_no_or_a_freeze_beats_it() {
        let (spoke, harbour) = (OrganisationId::random(), OrganisationId::random());
        let yes = word(Some(Purpose::Offers), Some(spoke), true);
        let contact = Saying { class: Some(Class::Contact), ..word(None, Some(spoke), true) };
        let never_contact = Saying { organisation: None, allowed: false, ..contact };
        for (saying, beside, frozen, has_its_way) in [
            (yes, None, false, true),
            (yes, None, true, false),
            (yes, Some(word(Some(Purpose::Offers), None, false)), false, false),
            (yes, Some(word(None, Some(spoke), false)), false, false),
            (yes, Some(word(Some(Purpose::Offers), Some(harbour), false)), false, true),
            (yes, Some(word(Some(Purpose::Research), None, false)), false, true),
            (yes, Some(never_contact), false, true),
            (contact, Some(never_contact), false, false),
            (word(None, None, true), Some(word(None, Some(spoke), false)), false, true),
            (word(None, Some(spoke), true), Some(word(None, None, false)), false, false),
            (word(None, None, false), Some(yes), true, true),
        ] {
            let all: Vec<Saying> = [saying].into_iter().chain(beside).collect();
            assert_eq!(holds(&saying, &all, frozen), has_its_way, "{saying:?} beside {beside:?}");
        }
    }

    #[test]
    fn each_purpose_has_a_text_of_its_own_from_the_first_day() {
        let words: std::collections::HashSet<_> =
            Purpose::ALL.iter().map(|purpose| first_words(*purpose)).collect();
        assert_eq!(words.len(), Purpose::ALL.len());
        assert_eq!(built_in(Some(Purpose::Offers), 1), Some(first_words(Purpose::Offers)));
        assert_eq!((built_in(Some(Purpose::Offers), 2), built_in(None, 1)), (None, None));
    }

    #[test]
    fn a_text_is_not_blank_and_not_too_long() {
        assert_eq!(text(" a legal dispute ", 20), Some("a legal dispute"));
        assert_eq!((text("  ", 20), text("four", 3)), (None, None));
    }
}
