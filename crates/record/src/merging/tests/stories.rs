//! Merging and parting as the brand's people and its partners meet them.

use handfast_kit::{OrganisationId, TimeMs};

use super::{Town, compare::Everything, towns};
use crate::{
    CustomerId, agreements,
    consents::{self, Say},
    customers,
    merging::{self, Error, Preview, Refusal},
    requests, sales,
    sharing::{Class, Purpose, Tie},
    ties,
    touches::{self, Channel},
};

fn say(town: &Town, customer: CustomerId, purpose: Purpose, allowed: bool) {
    let (lens, author, now) =
        (town.world.lens(town.world.brand), town.staff(town.world.brand), town.later());
    let say = Say {
        purpose: Some(purpose),
        organisation: None,
        class: None,
        allowed,
        channel: Channel::Phone,
        text_version: None,
    };
    let said = town.world.db.write(move |tx| consents::say(tx, &lens, &author, now, customer, say));
    said.unwrap();
}

fn asks(town: &Town, partner: OrganisationId, customer: CustomerId) {
    let (lens, author, now) = (town.world.lens(partner), town.staff(partner), town.later());
    let asked = town.world.db.write(move |tx| {
        requests::ask(tx, &lens, &author, now, customer, (&[Class::Case], "To call back"))
    });
    asked.unwrap();
}

fn preview(town: &Town, viewer: OrganisationId, ids: [CustomerId; 2]) -> Result<Preview, Error> {
    let lens = town.world.lens(viewer);
    town.world.db.read(|cx| merging::preview(cx, &lens, ids[0], ids[1]))
}

fn find(town: &Town, viewer: OrganisationId, id: CustomerId) -> Option<customers::Customer> {
    let lens = town.world.lens(viewer);
    town.world.db.read(|cx| customers::find(cx, &lens, id)).unwrap()
}

fn until(town: &Town, customer: CustomerId, tie: Tie, of: OrganisationId) -> Option<TimeMs> {
    let lens = town.world.lens(town.world.brand);
    let held = town.world.db.read(|cx| ties::of_customer(cx, &lens, customer)).unwrap().unwrap();
    let one = held.into_iter().find(|one| one.held.tie == tie && one.held.organisation == of);
    one.map(|one| one.held.until)
}

#[test]
fn the_older_survives_and_either_id_leads_to_it() {
    for town in towns(2) {
        let [first, second] = [town.customers[0], town.customers[1]];
        let merge = town.merge(second, first).unwrap();
        assert_eq!((merge.into, merge.from, merge.position), (first, second, 1));
        for id in [first, second] {
            let found = find(&town, town.world.brand, id).unwrap();
            assert_eq!((found.id, found.records.len()), (first, 2));
        }
        let lens = town.world.lens(town.world.brand);
        let list = town.world.db.read(|cx| customers::list(cx, &lens, None, None, 200)).unwrap();
        assert_eq!(list.items.len(), 1);
        let found = town.world.db.read(|cx| customers::search(cx, &lens, "okafor", 200)).unwrap();
        assert_eq!(found.iter().map(|row| row.id).collect::<Vec<_>>(), [first]);
        let merges = town.world.db.read(|cx| merging::merges(cx, &lens, second)).unwrap();
        assert_eq!(merges, [merge]);
    }
}

#[test]
fn only_the_brand_is_told_of_it_and_by_whom() {
    for mut town in towns(2) {
        town.take(town.world.spoke, "S1", 1, "Maya Okafor");
        let [first, second] = [town.customers[0], town.customers[1]];
        let merge = town.merge(first, second).unwrap();
        town.part(merge.id).unwrap();
        let told = |viewer, id| -> Vec<(String, String)> {
            let Some(found) = find(&town, viewer, id) else { return Vec::new() };
            let touches = town.world.timeline(viewer, found.sight.customer());
            let of_merging = touches.into_iter().filter(|touch| {
                ["customers_matched", "customers_parted"].contains(&touch.kind.as_str())
            });
            of_merging.map(|touch| (touch.kind, touch.summary)).collect()
        };
        let parted = ("customers_parted", "Parted from another customer again: Not the same");
        let matched = (
            "customers_matched",
            "Joined with another customer, who is the same: The same telephone number",
        );
        let own = |(kind, summary): (&str, &str)| (kind.to_owned(), summary.to_owned());
        assert_eq!(told(town.world.brand, first), [own(parted), own(matched)]);
        assert_eq!(told(town.world.brand, second), [own(parted)]);
        for id in [first, second] {
            assert!(told(town.world.spoke, id).is_empty());
        }
        let lens = town.world.lens(town.world.spoke);
        let seen = town.world.db.read(|cx| merging::merges(cx, &lens, second));
        assert!(matches!(seen, Err(Error::NotFound)));
        let seen = preview(&town, town.world.spoke, [first, second]);
        assert!(matches!(seen, Err(Error::NotFound)));
    }
}

#[test]
fn a_partner_goes_on_with_the_id_it_knew() {
    for mut town in towns(3) {
        town.take(town.world.spoke, "S1", 1, "Maya Okafor");
        town.take(town.world.harbour, "H0", 0, "Maya Okafor");
        let [first, second, third] = [town.customers[0], town.customers[1], town.customers[2]];
        town.merge(second, third).unwrap();
        town.merge(first, second).unwrap();
        let spokes = find(&town, town.world.spoke, second).unwrap();
        assert_eq!(spokes.id, second);
        assert_eq!(find(&town, town.world.harbour, first).unwrap().id, first);
        assert!(find(&town, town.world.spoke, first).is_none());
        assert!(find(&town, town.world.harbour, second).is_none());
    }
}

#[test]
fn what_cannot_be_one_is_refused_with_words_and_leaves_no_trace() {
    for mut town in towns(2) {
        let [first, second] = [town.customers[0], town.customers[1]];
        for (reference, home) in [("S0", 0), ("S1", 1)] {
            town.take(town.world.spoke, reference, home, "Maya Okafor");
            asks(&town, town.world.spoke, town.customers[home]);
        }
        let before = Everything::of(&town);
        let refused = town.merge(first, second).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "a partner has asked to see more of both customers, and would have asked twice for \
             one: answer one of its requests first"
        );
        let preview = preview(&town, town.world.brand, [first, second]).unwrap();
        assert_eq!(preview.refused, Some(Refusal::TwoRequests(town.world.spoke)));
        assert_eq!(preview.told, [town.world.spoke]);
        assert!(matches!(town.merge(first, first), Err(Error::Same)));
        let nobody = CustomerId::derived(&[b"nobody"]);
        assert!(matches!(town.merge(first, nobody), Err(Error::NotFound)));
        before.is_as_before(&town, "a merge that is refused leaves no trace");
    }
}

#[test]
fn a_no_of_either_holds_for_both_and_a_freeze_freezes_both() {
    for town in towns(2) {
        let [first, second] = [town.customers[0], town.customers[1]];
        say(&town, first, Purpose::Service, true);
        say(&town, second, Purpose::Service, false);
        say(&town, second, Purpose::Research, true);
        let told = preview(&town, town.world.brand, [first, second]).unwrap();
        let words: Vec<_> = told
            .words
            .iter()
            .map(|word| (word.stands.purpose, word.stands.allowed, word.into_said, word.from_said))
            .collect();
        assert_eq!(
            words,
            [
                (Some(Purpose::Service), false, Some(true), Some(false)),
                (Some(Purpose::Research), true, None, Some(true)),
            ]
        );
        assert_eq!((told.moves.records, told.freezes), (1, false));
        town.merge(first, second).unwrap();
        let lens = town.world.lens(town.world.brand);
        let said = town.world.db.read(|cx| consents::of_customer(cx, &lens, first)).unwrap();
        let said: Vec<_> = said.iter().map(|one| (one.about.purpose, one.allowed)).collect();
        assert_eq!(said, [(Some(Purpose::Service), false), (Some(Purpose::Research), true)]);
    }
}

#[test]
fn a_tie_reaches_from_the_first_beginning_to_the_last_end() {
    for mut town in towns(2) {
        town.take(town.world.spoke, "S0", 0, "Maya Okafor");
        let lens = town.world.lens(town.world.brand);
        let (author, spoke, now) = (town.staff(town.world.brand), town.world.spoke, town.later());
        let [first, second] = [town.customers[0], town.customers[1]];
        let end = now.plus(TimeMs::DAY);
        let new = ties::ByHand {
            organisation: spoke,
            tie: Tie::Assigned,
            from: None,
            until: Some(end),
            why: "She lives next door".to_owned(),
        };
        let made = town.world.db.write(move |tx| ties::make(tx, &lens, &author, now, second, &new));
        made.unwrap();
        let merge = town.merge(first, second).unwrap();
        assert_eq!(until(&town, first, Tie::Assigned, spoke), Some(end));
        town.part(merge.id).unwrap();
        assert_eq!(until(&town, first, Tie::Assigned, spoke), None);
        assert_eq!(until(&town, second, Tie::Assigned, spoke), Some(end));
    }
}

#[test]
fn an_import_of_the_same_file_again_stores_nothing_after_a_merge_and_after_parting() {
    for town in towns(2) {
        let [first, second] = [town.customers[0], town.customers[1]];
        let order = sales::Order {
            order_ref: "A-1".into(),
            customer_ref: "B1".into(),
            status: "sent".into(),
            ordered: town.world.clock.now(),
            handed_over: None,
            promised: None,
            delivered: None,
            currency: "GBP".into(),
        };
        let again = || {
            let (author, zone) = (town.world.author(town.world.brand), town.world.zone.clone());
            let (order, now) = (order.clone(), town.world.clock.now());
            let taken =
                town.world.db.write(move |tx| sales::order(tx, &author, &zone, (now, now), &order));
            taken.unwrap()
        };
        assert_eq!(again(), sales::Applied::Stored);
        let merge = town.merge(first, second).unwrap();
        assert_eq!(again(), sales::Applied::Same);
        town.part(merge.id).unwrap();
        assert_eq!(again(), sales::Applied::Same);
        let seen = town.world.seen(town.world.brand, second, sales::of_customer);
        assert_eq!(seen.len(), 1);
    }
}

#[test]
fn numbers_of_the_feed_stay_with_their_touches_and_have_no_gap() {
    for town in towns(3) {
        let [first, second, third] = [town.customers[0], town.customers[1], town.customers[2]];
        town.seal();
        let merge = town.merge(first, second).unwrap();
        town.merge(first, third).unwrap();
        town.seal();
        town.part(merge.id).unwrap();
        town.seal();
        let lens = town.world.lens(town.world.brand);
        let feed = town.world.db.read(|cx| touches::feed(cx, &lens, None, 200)).unwrap().unwrap();
        let numbers: Vec<i64> = feed.iter().map(|touch| touch.leaf_index.unwrap()).collect();
        assert_eq!(numbers, (0..numbers.len() as i64).collect::<Vec<_>>());
    }
}

#[test]
fn an_agreement_of_the_meantime_reaches_both() {
    for town in towns(2) {
        let [first, second] = [town.customers[0], town.customers[1]];
        let harbour = town.world.harbour;
        let merge = town.merge(first, second).unwrap();
        // Bristol, where the second lives, was Harbour's; from now on everybody is.
        let last = town.world.db.read(|cx| agreements::last(cx, town.world.network, harbour));
        assert!(last.unwrap().is_some());
        town.everybody_is(harbour);
        town.part(merge.id).unwrap();
        for customer in [first, second] {
            assert!(until(&town, customer, Tie::None, harbour).is_some());
            assert!(until(&town, customer, Tie::Territory, harbour).is_none());
        }
    }
}
