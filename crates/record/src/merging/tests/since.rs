//! What comes between a merge and its parting goes where it belongs.

use super::{Town, towns};
use crate::{
    CustomerId, cases,
    consents::{self, Say},
    customers,
    merging::Merge,
    sharing::{Purpose, Tie},
    touches::Channel,
};

/// The second customer is Spoke's, the first is not; they are merged.
fn merged() -> Vec<(Town, Merge)> {
    let prepared = |mut town: Town| {
        town.take(town.world.spoke, "S1", 1, "M. Okafor");
        let merge = town.merge(town.customers[0], town.customers[1]).unwrap();
        (town, merge)
    };
    towns(2).into_iter().map(prepared).collect()
}

/// Kinds and summaries of what the brand sees of a customer, without what tells of merging.
fn told(town: &Town, customer: CustomerId) -> Vec<String> {
    let touches = town.world.timeline(town.world.brand, customer);
    let told = touches.into_iter().filter(|touch| !touch.kind.starts_with("customers_"));
    told.map(|touch| format!("{}: {}", touch.kind, touch.summary)).collect()
}

fn references(town: &Town, customer: CustomerId) -> Vec<String> {
    let lens = town.world.lens(town.world.brand);
    let found = town.world.db.read(|cx| customers::find(cx, &lens, customer)).unwrap().unwrap();
    let mut references: Vec<String> =
        found.records.into_iter().map(|record| record.external_ref).collect();
    references.sort();
    references
}

fn ties_of(town: &Town, customer: CustomerId) -> Vec<Tie> {
    let seen = town.world.seen(town.world.brand, customer, |cx, lens, sight| {
        crate::sharing::ties::of_customer(cx, lens, sight.customer())
    });
    let own = seen.into_iter().map(|one| one.held.tie);
    own.filter(|tie| !matches!(tie, Tie::Territory | Tie::None)).collect()
}

#[test]
fn a_record_goes_back_to_the_home_it_was_taken_in_as() {
    for (mut town, merge) in merged() {
        town.later();
        town.take(town.world.harbour, "H0", 0, "Maya Okafor");
        town.take(town.world.harbour, "H1", 1, "Maya O.");
        town.part(merge.id).unwrap();
        assert_eq!(references(&town, merge.into), ["B0", "H0"]);
        assert_eq!(references(&town, merge.from), ["B1", "H1", "S1"]);
        assert_eq!(ties_of(&town, merge.into), [Tie::Owner]);
        assert_eq!(ties_of(&town, merge.from), [Tie::Owner, Tie::Owner]);
    }
}

#[test]
fn what_names_no_record_goes_with_whom_its_author_knew() {
    for (town, merge) in merged() {
        // Spoke writes on its record, and the brand a word for Spoke, and one for itself.
        town.note(town.world.spoke, merge.from, None, "by Spoke");
        town.note(town.world.brand, merge.into, Some(town.world.spoke), "for Spoke");
        town.part(merge.id).unwrap();
        let from = told(&town, merge.from);
        assert!(from.contains(&"call: note by Spoke".to_owned()), "{from:?}");
        let into = told(&town, merge.into);
        assert!(!into.contains(&"call: note by Spoke".to_owned()), "{into:?}");
    }
}

#[test]
fn a_case_goes_with_the_record_on_which_it_was_opened() {
    for (town, merge) in merged() {
        let (author, now) = (town.world.author(town.world.spoke), town.later());
        let opened = cases::Event {
            case_ref: "C-1".into(),
            customer_ref: Some("S1".into()),
            at: now,
            title: "Motor stops".into(),
            ..cases::Event::default()
        };
        // Later steps say no more whose case it is.
        let went_on = cases::Event {
            customer_ref: None,
            at: now.plus(1_000),
            owner: "Torque".into(),
            row: 1,
            ..opened.clone()
        };
        let taken = town.world.db.write(move |tx| {
            cases::event(tx, &author, now, &opened)?;
            cases::event(tx, &author, now, &went_on)
        });
        taken.unwrap();
        town.part(merge.id).unwrap();
        let of = |customer| town.world.seen(town.world.brand, customer, cases::of_customer);
        assert_eq!((of(merge.from).len(), of(merge.into).len()), (1, 0));
        let steps = told(&town, merge.from);
        assert_eq!(steps.iter().filter(|told| told.starts_with("case_step")).count(), 2);
        assert_eq!(ties_of(&town, merge.from), [Tie::Owner, Tie::Serves]);
        assert!(ties_of(&town, merge.into).is_empty());
    }
}

#[test]
fn a_word_and_a_freeze_of_the_meantime_stay_on_both() {
    for (town, merge) in merged() {
        let (author, now) = (town.staff(town.world.brand), town.later());
        let lens = town.world.lens(town.world.brand);
        let customer = merge.into;
        let say = Say {
            purpose: Some(Purpose::Offers),
            organisation: None,
            class: None,
            allowed: false,
            channel: Channel::Phone,
            text_version: None,
        };
        let done = town.world.db.write(move |tx| {
            consents::say(tx, &lens, &author, now, customer, say)?;
            consents::freeze(tx, &lens, &author, now, customer, "She asked for it")
        });
        done.unwrap();
        town.part(merge.id).unwrap();
        let lens = town.world.lens(town.world.brand);
        for customer in [merge.into, merge.from] {
            let said = town.world.db.read(|cx| consents::of_customer(cx, &lens, customer)).unwrap();
            assert_eq!(said.len(), 1);
            let frozen = town.world.db.read(|cx| consents::frozen(cx, &lens, customer)).unwrap();
            assert!(frozen.is_some());
        }
    }
}
