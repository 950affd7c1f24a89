//! Words that are said, withdrawn and taken back: by whom, who sees them, and what they do.

use handfast_kit::{OrganisationId, TimeMs};

use super::{
    super::SAYINGS_MAX, About, Class, Error, Purpose, Tie, Town, data, everything, no, offers,
    service, towns, yes,
};
use crate::{
    CustomerId,
    consents::{of_customer, say},
};

/// What was said, in short: purpose or class, whether a partner is named, the answer.
fn told(town: &Town, to: OrganisationId) -> Vec<(String, bool, bool)> {
    let about = |about: About| match (about.purpose, about.class) {
        (Some(purpose), _) => purpose.word().to_owned(),
        (None, Some(class)) => class.word().to_owned(),
        (None, None) => "everything".to_owned(),
    };
    let said = town.said(to).into_iter();
    said.map(|one| (about(one.about), one.about.organisation.is_some(), one.allowed)).collect()
}

#[test]
fn what_needs_consent_is_hidden_until_a_yes_and_again_from_the_next_read_after_a_no() {
    for town in towns() {
        let (brand, spoke, harbour) = (town.world.brand, town.world.spoke, town.world.harbour);
        let sees = |to| (town.kinds(to).contains(&"call".to_owned()), town.finds(to, "saddle"));
        for partner in [spoke, harbour] {
            assert_eq!(sees(partner), (false, false), "before she said anything");
        }
        town.says(brand, yes(offers(Some(spoke)))).unwrap();
        assert_eq!((sees(spoke), sees(harbour)), ((true, true), (false, false)));
        town.withdraws(brand, offers(Some(spoke))).unwrap();
        assert_eq!(sees(spoke), (false, false));

        town.says(brand, yes(offers(None))).unwrap();
        assert_eq!(sees(spoke), (false, false), "a no beats a yes to everybody");
        assert_eq!(sees(harbour), (true, true));
        town.takes_back(brand, offers(Some(spoke))).unwrap();
        assert_eq!(sees(spoke), (true, true));
        town.takes_back(brand, offers(None)).unwrap();
        for partner in [spoke, harbour] {
            assert_eq!(sees(partner), (false, false), "it is unsaid again");
        }
        assert_eq!(sees(brand), (true, true));
    }
}

#[test]
fn a_no_beats_every_grant_for_its_purpose_its_class_or_everything() {
    for town in towns() {
        let (brand, spoke, harbour) = (town.world.brand, town.world.spoke, town.world.harbour);
        let phone = "07700 900123";
        let shown = || [spoke, harbour].map(|partner| town.phone(partner) == phone);
        assert_eq!(shown(), [true, true]);
        for (about, left) in [
            (service(Some(spoke)), [false, true]),
            (service(None), [false, false]),
            (data(Class::Contact, Some(harbour)), [true, false]),
            (data(Class::Contact, None), [false, false]),
            (data(Class::Address, None), [true, true]),
            (everything(Some(spoke)), [false, true]),
            (everything(None), [false, false]),
            (offers(None), [true, true]),
        ] {
            town.withdraws(brand, about).unwrap();
            assert_eq!(shown(), left, "{about:?}");
            assert_eq!(town.finds(spoke, "900123"), left[0], "{about:?}");
            assert_eq!(town.finds(harbour, "900123"), left[1], "{about:?}");
            assert_eq!(town.phone(brand), phone);
            town.takes_back(brand, about).unwrap();
            assert_eq!(shown(), [true, true], "after {about:?}");
        }
    }
}

#[test]
fn each_partner_sees_words_that_name_it_or_nobody_and_never_who_else_is_named() {
    for town in towns() {
        let (brand, spoke, harbour) = (town.world.brand, town.world.spoke, town.world.harbour);
        town.says(brand, yes(offers(Some(spoke)))).unwrap();
        town.says(brand, no(offers(Some(harbour)))).unwrap();
        town.says(brand, no(data(Class::Price, None))).unwrap();
        assert_eq!(told(&town, brand).len(), 3);
        for (partner, allowed) in [(spoke, true), (harbour, false)] {
            let own = ("offers".to_owned(), true, allowed);
            assert_eq!(told(&town, partner), [("price".to_owned(), false, false), own]);
            let said = town.said(partner);
            assert!(said.iter().all(|one| one.about.organisation.is_none_or(|id| id == partner)));
            let kinds = town.kinds(partner);
            let heard = kinds.iter().filter(|kind| *kind == "consent_said").count();
            assert_eq!(heard, 2, "the touches keep to it too: {kinds:?}");
        }
    }
}

#[test]
fn a_partner_records_what_concerns_itself_and_is_refused_all_else_alike() {
    for town in towns() {
        let (brand, spoke, harbour) = (town.world.brand, town.world.spoke, town.world.harbour);
        town.says(spoke, yes(offers(Some(spoke)))).unwrap();
        town.says(spoke, no(data(Class::Contact, Some(spoke)))).unwrap();
        town.takes_back(spoke, data(Class::Contact, Some(spoke))).unwrap();
        let before = (told(&town, brand), town.kinds(brand));
        assert_eq!(before.0, [("offers".to_owned(), true, true)]);
        for to in [Some(harbour), Some(brand), Some(OrganisationId::random()), None] {
            for refused in [
                town.says(spoke, yes(offers(to))),
                town.withdraws(spoke, offers(to)),
                town.takes_back(spoke, offers(to)),
            ] {
                assert!(matches!(refused, Err(Error::NotAboutYou)), "{refused:?}");
            }
        }
        assert_eq!((told(&town, brand), town.kinds(brand)), before);
    }
}

#[test]
fn hearing_a_word_ties_nobody_to_the_customer() {
    for town in towns() {
        let (harbour, maya) = (town.world.harbour, town.maya);
        town.says(harbour, yes(offers(Some(harbour)))).unwrap();
        town.takes_back(harbour, offers(Some(harbour))).unwrap();
        let lens = town.world.lens(harbour);
        let sight = town.world.db.read(move |cx| lens.sight(cx, maya)).unwrap();
        let held: Vec<Tie> = sight.held().map(|held| held.tie).collect();
        assert_eq!(held, [Tie::Assigned]);
    }
}

#[test]
fn an_invisible_customer_answers_as_a_missing_one() {
    for town in towns() {
        // Harbour Wheelworks has no tie with Rosa.
        let rosa = town.world.record(town.world.spoke, "SC-8", None, "Rosa Whitfield").0;
        let harbour = town.world.harbour;
        let word = yes(offers(Some(harbour)));
        for customer in [rosa, CustomerId::random()] {
            let refused = town.write(harbour, move |tx, lens, author, now| {
                say(tx, lens, author, now, customer, word)
            });
            assert!(matches!(refused, Err(Error::NotFound)));
            let lens = town.world.lens(harbour);
            let read = town.world.db.read(move |cx| of_customer(cx, &lens, customer));
            assert!(matches!(read, Err(Error::NotFound)));
        }
    }
}

#[test]
fn a_word_names_a_partner_of_the_network_and_one_thing() {
    for town in towns() {
        let (brand, spoke) = (town.world.brand, town.world.spoke);
        for nobody in [brand, OrganisationId::random()] {
            let refused = town.says(brand, yes(offers(Some(nobody))));
            assert!(matches!(refused, Err(Error::NoSuchPartner)));
        }
        let both = About { class: Some(Class::Contact), ..offers(Some(spoke)) };
        assert!(matches!(town.says(brand, yes(both)), Err(Error::PurposeAndClass)));
        assert!(matches!(town.takes_back(brand, offers(None)), Err(Error::Unsaid)));
        assert!(town.said(brand).is_empty());
        assert!(!town.kinds(brand).contains(&"consent_said".to_owned()));
    }
}

#[test]
fn the_same_said_again_replaces_and_every_word_stays_on_the_timeline() {
    for town in towns() {
        let (brand, spoke) = (town.world.brand, town.world.spoke);
        town.says(brand, yes(offers(Some(spoke)))).unwrap();
        town.world.clock.advance(TimeMs::HOUR);
        town.says(spoke, no(offers(Some(spoke)))).unwrap();
        let said = town.said(brand);
        assert_eq!(said.len(), 1);
        assert_eq!((said[0].allowed, said[0].heard_by, said[0].at), (false, spoke, town.now()));
        town.world.clock.advance(TimeMs::HOUR);
        town.takes_back(brand, offers(Some(spoke))).unwrap();
        assert!(town.said(brand).is_empty());
        let kinds = town.kinds(brand).into_iter().filter(|kind| kind.starts_with("consent"));
        let kinds: Vec<String> = kinds.collect();
        assert_eq!(kinds, ["consent_taken_back", "consent_said", "consent_said"]);
    }
}

#[test]
fn a_yes_that_a_no_beats_says_so() {
    for town in towns() {
        let (brand, spoke) = (town.world.brand, town.world.spoke);
        town.says(brand, yes(offers(Some(spoke)))).unwrap();
        assert!(town.said(spoke)[0].holds);
        town.withdraws(brand, everything(None)).unwrap();
        let holds: Vec<_> = town.said(spoke).iter().map(|one| (one.allowed, one.holds)).collect();
        assert_eq!(holds, [(false, true), (true, false)]);
    }
}

#[test]
fn who_heard_a_word_is_a_person_to_its_own_organisation_and_the_brand() {
    use crate::sharing::Author;
    use handfast_web::Role;

    for town in towns() {
        let (brand, spoke, maya) = (town.world.brand, town.world.spoke, town.maya);
        let viewer = town.world.viewer(brand, Role::BrandStaff);
        let (lens, author, now) = (town.world.lens(brand), Author::of(&viewer), town.now());
        let word = yes(offers(Some(spoke)));
        town.world.db.write(move |tx| say(tx, &lens, &author, now, maya, word)).unwrap();
        assert_eq!(town.said(brand)[0].person, Some(viewer.person));
        assert_eq!(town.said(spoke)[0].person, None);
    }
}

#[test]
fn no_more_words_are_kept_than_each_read_can_weigh() {
    for town in towns() {
        let (brand, spoke, harbour) = (town.world.brand, town.world.spoke, town.world.harbour);
        town.says(brand, no(offers(Some(spoke)))).unwrap();
        let (network, maya) = (town.world.network, town.maya);
        let fill = move |tx: &mut handfast_db::Tx<'_>| -> Result<(), handfast_db::Fault> {
            for _ in 1..SAYINGS_MAX {
                tx.exec(
                    "insert into saying (network_id, customer_id, purpose, organisation_id, class,
                       allowed, text_version, channel, heard_by, person_id, at_ms)
                     values ($1, $2, 4, $3, -1, 0, 1, 'web', $4, null, 0)",
                    (network, maya, OrganisationId::random(), brand),
                )?;
            }
            Ok(())
        };
        town.world.db.write(fill).unwrap();
        let refused = town.says(brand, yes(offers(Some(harbour))));
        assert!(matches!(refused, Err(Error::TooMany)));
        town.says(brand, yes(offers(Some(spoke)))).unwrap();
        town.takes_back(brand, offers(Some(spoke))).unwrap();
        town.says(brand, yes(offers(Some(harbour)))).unwrap();
        assert_eq!(Purpose::numbered(4), Some(Purpose::Research));
    }
}
