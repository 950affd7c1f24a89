//! What customers are asked to allow, in versions.

use super::{
    super::{Text, WORDS_CHARS_MAX, publish_text, texts, versions},
    Error, Purpose, Say, Town, data, offers, towns, yes,
};
use crate::sharing::Class;

const NEW: &str = "Send me offers for my bike, four times a year at most.";

impl Town {
    fn publishes(&self, words: &'static str) -> Result<i64, Error> {
        self.write(self.world.brand, move |tx, _, author, now| {
            publish_text(tx, author, now, Purpose::Offers, words)
        })
    }

    fn texts(&self) -> Vec<Text> {
        let network = self.world.network;
        self.world.db.read(|cx| texts(cx, network)).unwrap()
    }
}

#[test]
fn every_purpose_has_a_text_and_a_new_one_leaves_the_old_readable() {
    for town in towns() {
        let first = town.texts();
        let purposes: Vec<_> = first.iter().map(|text| (text.purpose, text.version)).collect();
        assert_eq!(purposes, Purpose::ALL.map(|purpose| (purpose, 1)));
        assert_eq!(town.publishes(NEW).unwrap(), 2);
        assert_eq!(town.publishes("Offers, please.").unwrap(), 3);

        let now = town.texts();
        assert_eq!((now[4].version, &*now[4].words), (3, "Offers, please."));
        assert_eq!(now[..4], first[..4]);
        let network = town.world.network;
        let all = town.world.db.read(|cx| versions(cx, network, Purpose::Offers)).unwrap();
        let words: Vec<_> = all.iter().map(|text| (text.version, text.words.as_str())).collect();
        assert_eq!(words, [(3, "Offers, please."), (2, NEW), (1, first[4].words.as_str())]);
        assert_eq!((all[2].since, all[0].since), (None, Some(town.now())));
    }
}

#[test]
fn a_word_keeps_the_text_it_was_given_to() {
    for town in towns() {
        let (brand, spoke) = (town.world.brand, town.world.spoke);
        let first = town.texts().pop().unwrap().words;
        town.says(brand, yes(offers(Some(spoke)))).unwrap();
        town.publishes(NEW).unwrap();
        let heard = |town: &Town| {
            let said = town.said(spoke).pop().unwrap();
            (said.text_version, said.words.unwrap())
        };
        assert_eq!(heard(&town), (1, first.clone()), "she heard no other");
        town.says(brand, yes(offers(Some(spoke)))).unwrap();
        assert_eq!(heard(&town), (2, NEW.to_owned()));
        let of_old_form = Say { text_version: Some(1), ..yes(offers(Some(spoke))) };
        town.says(brand, of_old_form).unwrap();
        assert_eq!(heard(&town), (1, first));

        town.says(brand, yes(data(Class::Contact, None))).unwrap();
        let contact = town.said(spoke).into_iter().find(|said| said.about.class.is_some()).unwrap();
        assert_eq!((contact.text_version, contact.words), (0, None));
        for version in [0, 3, -1] {
            let unknown = Say { text_version: Some(version), ..of_old_form };
            assert!(matches!(town.says(brand, unknown), Err(Error::NoSuchText)), "{version}");
        }
        let of_nothing = Say { text_version: Some(1), ..yes(data(Class::Contact, None)) };
        assert!(matches!(town.says(brand, of_nothing), Err(Error::NoSuchText)));
    }
}

#[test]
fn only_the_brand_publishes_and_no_blank_or_endless_text() {
    for town in towns() {
        let refused = town.write(town.world.spoke, |tx, _, author, now| {
            publish_text(tx, author, now, Purpose::Offers, NEW)
        });
        assert!(matches!(refused, Err(Error::BrandOnly)));
        let endless: &'static str = "a".repeat(WORDS_CHARS_MAX + 1).leak();
        for words in [" ", endless] {
            assert!(matches!(town.publishes(words), Err(Error::WordsWrong)));
        }
        assert!(town.texts().iter().all(|text| text.version == 1));
    }
}
