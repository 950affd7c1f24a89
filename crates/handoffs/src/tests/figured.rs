//! What becomes of offers, in numbers.

#![allow(clippy::unwrap_used)]

use handfast_kit::{OrganisationId, TimeMs};

use super::town::{Town, towns};
use crate::{
    Thing,
    figures::{self, Figures, Share, Which},
};

fn figures_of(town: &Town, whose: OrganisationId, by: OrganisationId) -> Option<Figures> {
    let (lens, now) = (town.world.lens(by), town.world.clock.now());
    town.world.db.read(|cx| figures::of(cx, &lens, now, whose)).unwrap()
}

fn list(town: &Town, whose: OrganisationId, which: Which) -> Vec<figures::Item> {
    let (lens, now) = (town.world.lens(town.world.brand), town.world.clock.now());
    let list = |cx: &mut handfast_db::Cx<'_>| figures::list(cx, &lens, now, (whose, which), None);
    town.world.db.read(list).unwrap().unwrap().items
}

#[test]
fn what_was_accepted_declined_and_left_alone_is_counted_with_what_makes_it() {
    for town in towns() {
        let (brand, harbour, spoke) = (town.world.brand, town.world.harbour, town.world.spoke);
        let nothing = figures_of(&town, harbour, brand).unwrap();
        assert_eq!(nothing.accepted, Share { count: 0, of: 0 }, "nothing is no 0 per cent");
        assert_eq!(nothing.accept_median_ms, None);

        let offer = |words: &str| {
            let offer = town.offer_of(Thing::Task(words.to_owned()), harbour);
            let made = town.does(brand, move |tx, lens, actor, now| {
                crate::offer(tx, lens, actor, now, &offer)
            });
            made.unwrap().id
        };
        let taken = offer("Ring her about the loan bike");
        town.world.clock.advance(50 * TimeMs::MINUTE);
        town.accepts(harbour, taken).unwrap();
        let declined = offer("Send her a spare key");
        let no = "We have none";
        town.does(harbour, move |tx, lens, actor, now| {
            crate::decline(tx, lens, actor, now, declined, no)
        })
        .unwrap();
        offer("Fetch the bike");
        town.world.clock.advance(3 * TimeMs::DAY);
        town.round();

        let figures = figures_of(&town, harbour, brand).unwrap();
        assert_eq!(figures.accepted, Share { count: 1, of: 2 });
        assert_eq!((figures.declined_count, figures.is_latest_only), (1, false));
        assert_eq!(figures.accept_median_ms, Some(50 * TimeMs::MINUTE));
        let behind = list(&town, harbour, Which::Accepted);
        assert_eq!(behind.len(), 1);
        assert_eq!(behind[0].title, "Ring her about the loan bike");
        assert_eq!(behind[0].customer_name.as_deref(), Some("Maya Okafor"));
        assert_eq!(list(&town, harbour, Which::Unanswered)[0].title, "Fetch the bike");
        // The brand sent three briefs, of which each lacks something.
        let sent = figures_of(&town, brand, brand).unwrap().lacking;
        assert_eq!(sent.hand_offs, Share { count: 3, of: 3 });
        assert_eq!(list(&town, brand, Which::Lacking).len(), 3);

        assert_eq!(figures_of(&town, harbour, harbour), Some(figures), "its own it sees");
        assert_eq!(figures_of(&town, harbour, spoke), None, "and no other partner's");
        town.world.clock.advance(90 * TimeMs::DAY);
        let later = figures_of(&town, harbour, brand).unwrap();
        assert_eq!(later.accepted.of, 0, "what is older than 90 days counts no more");
    }
}
