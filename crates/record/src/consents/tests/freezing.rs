//! A freeze beats everything, and a release leaves all as it was before.

use handfast_kit::OrganisationId;

use super::{
    super::{Frozen, freeze, frozen, release},
    Class, Error, Town, everything, no, offers, towns, yes,
};
use crate::{
    CustomerId,
    customers::{self, look},
    sharing::{Level, Reason},
    touches::Body,
};

/// Kinds of touches; names in the list, their count, records; which words find Maya.
type View = (Vec<String>, (Vec<String>, i64, usize), [bool; 4]);

const WHY: &str = "She disputes what Harbour Wheelworks wrote.";

impl Town {
    fn freezes(&self, by: OrganisationId, why: &'static str) -> Result<(), Error> {
        let maya = self.maya;
        self.write(by, move |tx, lens, author, now| freeze(tx, lens, author, now, maya, why))
    }

    fn releases(&self, by: OrganisationId) -> Result<(), Error> {
        let maya = self.maya;
        self.write(by, move |tx, lens, author, now| release(tx, lens, author, now, maya))
    }

    fn frozen(&self, to: OrganisationId) -> Result<Option<Frozen>, Error> {
        let (lens, maya) = (self.world.lens(to), self.maya);
        self.world.db.read(move |cx| frozen(cx, &lens, maya))
    }

    /// The names by which Maya stands in an organisation's list, its count, and how many of her
    /// records it sees.
    fn listed(&self, to: OrganisationId) -> (Vec<String>, i64, usize) {
        let (lens, maya) = (self.world.lens(to), self.maya);
        let read = move |cx: &mut handfast_db::Cx<'_>| -> Result<_, handfast_db::Fault> {
            let page = customers::list(cx, &lens, None, None, 10)?;
            let found = customers::find(cx, &lens, maya)?;
            let names = page.items.into_iter().map(|row| row.name).collect();
            let records = found.map_or(0, |customer| customer.records.len());
            Ok((names, customers::count(cx, &lens, None)?, records))
        };
        self.world.db.read(read).unwrap()
    }

    /// All that is asked of a partner's view below.
    fn view(&self, to: OrganisationId) -> View {
        let words = ["okafor", "leeds", "900123", "saddle"];
        (self.kinds(to), self.listed(to), words.map(|word| self.finds(to, word)))
    }
}

#[test]
fn frozen_a_partner_sees_what_it_wrote_itself_and_released_what_it_saw_before() {
    for town in towns() {
        let (brand, spoke, harbour) = (town.world.brand, town.world.spoke, town.world.harbour);
        town.says(brand, yes(offers(None))).unwrap();
        town.log(spoke, Body::Note { text: "Prefers mornings".to_owned() });
        let before = (town.view(brand), town.view(spoke), town.view(harbour));
        assert_eq!(before.1.2, [true; 4]);
        assert_eq!(before.2.2, [true; 4], "{before:?}");

        town.world.clock.advance(1);
        town.freezes(brand, WHY).unwrap();
        let own = vec!["note".to_owned(), "customer_recorded".to_owned()];
        let name = vec!["Mrs Okafor of Leeds".to_owned()];
        assert_eq!(town.view(spoke), (own, (name, 1, 1), [true, true, false, false]));
        assert_eq!(town.view(harbour), (vec![], (vec![], 0, 0), [false; 4]));
        assert_eq!(town.view(brand).0[0], "frozen");
        assert_eq!(town.view(brand).1, before.0.1);
        let maya = town.maya;
        for (partner, is_seen) in [(spoke, true), (harbour, false)] {
            let lens = town.world.lens(partner);
            let sight = town.world.db.read(|cx| lens.sight(cx, maya)).unwrap();
            for class in Class::ALL {
                let verdict = sight.why(class, None);
                assert_eq!((verdict.level, verdict.reason), (Level::None, Reason::Frozen));
            }
            let looked = town.world.db.read(|cx| look(cx, &lens, maya)).unwrap();
            assert_eq!(looked.is_some(), is_seen);
        }

        town.world.clock.advance(1);
        town.releases(brand).unwrap();
        assert_eq!((town.view(spoke), town.view(harbour)), (before.1, before.2));
        assert_eq!(town.view(brand).0[..2], ["released", "frozen"]);
    }
}

#[test]
fn why_is_for_the_brand_and_that_it_is_so_for_who_still_sees_the_customer() {
    for town in towns() {
        let (brand, spoke, harbour) = (town.world.brand, town.world.spoke, town.world.harbour);
        assert_eq!(town.frozen(spoke).unwrap(), None);
        town.freezes(brand, WHY).unwrap();
        let since = town.now();
        town.world.clock.advance(1);
        town.freezes(brand, "The dispute goes on.").unwrap();
        let seen = town.frozen(brand).unwrap().unwrap();
        assert_eq!((seen.why.as_deref(), seen.at), (Some("The dispute goes on."), since));
        let hidden = Frozen { why: None, person: None, at: since };
        assert_eq!(town.frozen(spoke).unwrap(), Some(hidden));
        assert!(matches!(town.frozen(harbour), Err(Error::NotFound)));
        town.releases(brand).unwrap();
        for kinds in [town.kinds(spoke), town.kinds(harbour)] {
            assert!(!kinds.iter().any(|kind| kind == "frozen" || kind == "released"), "{kinds:?}");
        }
    }
}

#[test]
fn only_the_brand_freezes_and_releases_with_a_reason_and_what_is_refused_leaves_no_trace() {
    for town in towns() {
        let (brand, spoke) = (town.world.brand, town.world.spoke);
        let before = town.kinds(brand);
        assert!(matches!(town.freezes(spoke, WHY), Err(Error::BrandOnly)));
        assert!(matches!(town.releases(spoke), Err(Error::BrandOnly)));
        assert!(matches!(town.freezes(brand, "  "), Err(Error::WhyWrong)));
        assert!(matches!(town.releases(brand), Err(Error::NotFrozen)));
        for customer in [CustomerId::random(), town.maya] {
            let rosa = town.write(town.world.harbour, move |tx, lens, author, now| {
                freeze(tx, lens, author, now, customer, WHY)
            });
            assert!(rosa.is_err());
        }
        assert_eq!((town.kinds(brand), town.frozen(brand).unwrap()), (before, None));
        town.freezes(brand, WHY).unwrap();
        let once = town.kinds(brand);
        town.freezes(brand, WHY).unwrap();
        assert_eq!(town.kinds(brand), once, "the same again is no change");
    }
}

#[test]
fn what_is_said_while_frozen_holds_from_the_release_on() {
    for town in towns() {
        let (brand, spoke) = (town.world.brand, town.world.spoke);
        town.freezes(brand, WHY).unwrap();
        town.says(brand, yes(offers(Some(spoke)))).unwrap();
        assert!(!town.said(spoke)[0].holds);
        assert!(!town.finds(spoke, "saddle"));
        town.releases(brand).unwrap();
        assert!(town.said(spoke)[0].holds);
        assert!(town.finds(spoke, "saddle"));
        town.freezes(brand, WHY).unwrap();
        town.says(brand, no(everything(None))).unwrap();
        town.releases(brand).unwrap();
        assert!(!town.finds(spoke, "saddle"));
    }
}
