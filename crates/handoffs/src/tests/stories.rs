use handfast_kit::TimeMs;
use handfast_record::{
    customers,
    merging::{self, Why},
    sharing::Who,
    touches::{Filter, HandOffStep},
};

use super::town::{Town, towns};
use crate::{Board, BriefEntry, Error, Offer, State, Thing};

fn who(town: &Town, at: TimeMs) -> Who {
    let (lens, maya, thing) = (town.world.lens(town.world.brand), town.maya, town.thing());
    town.world.db.read(|cx| crate::accountable(cx, &lens, maya, &thing, at)).unwrap().unwrap()
}

#[test]
fn accountability_moves_with_the_acceptance_and_not_before() {
    for town in towns() {
        let (brand, harbour) = (town.world.brand, town.world.harbour);
        let offered = town.offers(harbour).unwrap();
        assert_eq!((offered.state, &offered.accountable), (State::Offered, &Who::Named(brand)));
        assert_eq!(offered.accept_by, town.world.clock.now().plus(4 * TimeMs::HOUR));
        town.world.clock.advance(TimeMs::HOUR);
        let before = town.world.clock.now();
        town.does(harbour, move |tx, lens, actor, now| {
            crate::see(tx, lens, actor, now, offered.id)
        })
        .unwrap();
        town.world.clock.advance(TimeMs::HOUR);
        let accepted = town.accepts(harbour, offered.id).unwrap();
        let now = town.world.clock.now();
        assert_eq!(accepted.accountable, Who::Named(harbour));
        assert_eq!(accepted.seen, Some((before, "Ines Duarte".to_owned())));
        assert_eq!(who(&town, now), Who::Named(harbour));
        assert_eq!(who(&town, now.plus(-1)), Who::Named(brand));
        assert_eq!(who(&town, TimeMs(0)), Who::Named(brand), "before there was a case");
        // Again changes nothing, and says the same.
        assert_eq!(town.accepts(harbour, offered.id).unwrap(), accepted);
        // The tie opens what the agreement grants to who serves her.
        assert_eq!(accepted.customer_name.as_deref(), Some("Maya Okafor"));
        let kinds: Vec<_> = accepted.steps.iter().map(|step| step.step).collect();
        assert_eq!(kinds, [HandOffStep::Offered, HandOffStep::Seen, HandOffStep::Accepted]);
    }
}

#[test]
fn nobody_else_accepts_and_to_a_competitor_there_is_no_hand_off() {
    for town in towns() {
        let (brand, spoke, harbour) = (town.world.brand, town.world.spoke, town.world.harbour);
        let id = town.offers(harbour).unwrap().id;
        assert!(matches!(town.accepts(spoke, id), Err(Error::NotFound)));
        assert!(matches!(town.accepts(brand, id), Err(Error::OthersTurn)));
        assert_eq!(town.finds(spoke, id), None);
        let lens = town.world.lens(spoke);
        let now = town.world.clock.now();
        for board in Board::ALL {
            let page = town.world.db.read(|cx| crate::board(cx, &lens, now, board, None)).unwrap();
            assert!(page.items.is_empty());
        }
        let told = town.world.timeline(spoke, town.maya);
        assert!(!told.iter().any(|touch| touch.kind == "hand_off"));
        let shown = town.finds(harbour, id).unwrap();
        assert_eq!(shown.customer_name, None, "it does not serve her yet");
        // One at a time is asked.
        assert!(matches!(town.offers(spoke), Err(Error::AlreadyOffered)));
    }
}

#[test]
fn what_nobody_answers_goes_back_and_is_escalated() {
    for town in towns() {
        let (brand, harbour) = (town.world.brand, town.world.harbour);
        let id = town.offers(harbour).unwrap().id;
        town.world.clock.advance(2 * TimeMs::HOUR);
        assert_eq!((town.round(), town.round()), (1, 0), "reminded, once");
        town.world.clock.advance(2 * TimeMs::HOUR - 1);
        assert_eq!(town.round(), 0);
        town.world.clock.advance(1);
        assert!(matches!(town.accepts(harbour, id), Err(Error::Over(_))));
        assert_eq!((town.round(), town.round()), (1, 0));
        let back = town.finds(brand, id).unwrap();
        assert_eq!((back.state, &back.accountable), (State::Expired, &Who::Named(brand)));
        let kinds: Vec<_> = back.steps.iter().map(|step| step.step).collect();
        let (chased, expired) = (HandOffStep::Chased, HandOffStep::Expired);
        assert_eq!(kinds, [HandOffStep::Offered, chased, expired, HandOffStep::Escalated]);
        assert_eq!(back.waits_for.map(|(who, _)| who), Some(brand));
        assert!(back.escalation[..3].iter().all(|plan| plan.done));
        assert!(matches!(town.accepts(harbour, id), Err(Error::Over(_))));
        // Offered again, the one before waits for nobody.
        town.offers(harbour).unwrap();
        assert_eq!(town.finds(brand, id).unwrap().waits_for, None);
    }
}

#[test]
fn who_declined_is_not_asked_again_and_the_next_is_proposed() {
    for town in towns() {
        let (brand, harbour) = (town.world.brand, town.world.harbour);
        let id = town.offers(harbour).unwrap().id;
        let declines = |why: &'static str| {
            town.does(harbour, move |tx, lens, actor, now| {
                crate::decline(tx, lens, actor, now, id, why)
            })
        };
        assert!(matches!(declines("  "), Err(Error::WordsWrong)));
        let declined = declines("No bay is free until June").unwrap();
        assert_eq!(declined.accountable, Who::Named(brand));
        let words = declined.answered.map(|(_, _, words)| words);
        assert_eq!(words.as_deref(), Some("No bay is free until June"));
        assert!(matches!(town.offers(harbour), Err(Error::NotACandidate)));
        let (lens, maya, thing) = (town.world.lens(brand), town.maya, town.thing());
        let found = town.world.db.read(|cx| crate::candidates(cx, &lens, maya, &thing));
        let names: Vec<_> = found.unwrap().unwrap().into_iter().map(|one| one.name).collect();
        assert_eq!(names, ["Spoke & Chain", "Torque Workshop"]);
        town.offers(town.torque).unwrap();
    }
}

#[test]
fn who_left_is_given_nothing_and_what_it_was_offered_comes_back() {
    for town in towns() {
        let harbour = town.world.harbour;
        let id = town.offers(harbour).unwrap().id;
        town.leaves(harbour);
        assert!(matches!(town.accepts(harbour, id), Err(Error::Ended)));
        assert_eq!((town.round(), town.round()), (1, 0));
        assert_eq!(town.finds(town.world.brand, id).unwrap().state, State::Expired);
        assert!(matches!(town.offers(harbour), Err(Error::NotACandidate)));
    }
}

#[test]
fn an_incomplete_brief_goes_out_only_with_what_is_missing_named() {
    for town in towns() {
        let (brand, harbour) = (town.world.brand, town.world.harbour);
        let entry = |item: &str| BriefEntry { item: item.to_owned(), text: "Uphill".to_owned() };
        let offer = Offer {
            brief: vec![entry("said"), entry("when"), entry("Loan bike")],
            incomplete_ok: false,
            ..town.offer_of(town.thing(), harbour)
        };
        let sends = |offer: Offer| {
            town.does(brand, move |tx, lens, actor, now| crate::offer(tx, lens, actor, now, &offer))
        };
        let Err(Error::Incomplete(missing)) = sends(offer.clone()) else { panic!("it went out") };
        let named =
            ["What was tried", "What was promised, and by when", "How to reach the customer"];
        assert_eq!(missing, named);
        let id = sends(Offer { incomplete_ok: true, ..offer }).unwrap().id;
        let shown = town.finds(harbour, id).unwrap();
        let product = shown.brief.iter().find(|item| item.item == "product").unwrap();
        assert_eq!((product.from_record, product.text.as_deref()), (true, Some("Cargo 500")));
        assert_eq!(shown.brief.last().unwrap().title, "Loan bike");
        // The receiver asks, which starts a clock at the sender.
        let asked = town.does(harbour, move |tx, lens, actor, now| {
            crate::ask(tx, lens, actor, now, id, "Motor error log")
        });
        let (who, due) = asked.unwrap().waits_for.unwrap();
        assert_eq!((who, due), (brand, town.world.clock.now().plus(4 * TimeMs::HOUR)));
        let sent = BriefEntry { item: "Motor error log".to_owned(), text: "E 14".to_owned() };
        let supplied = town.does(brand, move |tx, lens, actor, now| {
            crate::supply(tx, lens, actor, now, id, &sent)
        });
        assert_eq!(supplied.unwrap().waits_for.unwrap().0, harbour);
        let lens = town.world.lens(brand);
        let counted =
            town.world.db.read(|cx| crate::missing_by_sender(cx, &lens, TimeMs(0))).unwrap();
        assert_eq!((counted[0].organisation, counted[0].missing_count), (brand, 4));
    }
}

#[test]
fn only_who_is_accountable_or_the_brand_for_it_hands_on() {
    for town in towns() {
        let (brand, spoke, harbour) = (town.world.brand, town.world.spoke, town.world.harbour);
        let id = town.offers(harbour).unwrap().id;
        town.accepts(harbour, id).unwrap();
        let sends = |by, to| {
            let offer = town.offer_of(town.thing(), to);
            town.does(by, move |tx, lens, actor, now| crate::offer(tx, lens, actor, now, &offer))
        };
        assert!(matches!(sends(spoke, brand), Err(Error::NotYours)));
        assert!(matches!(sends(harbour, spoke), Err(Error::NotACandidate)), "not known by name");
        // The brand offers it on, in the name of who has it.
        town.world.clock.advance(TimeMs::MINUTE);
        let on = sends(brand, town.torque).unwrap();
        assert_eq!(on.from, harbour);
        let torque = town.accepts(town.torque, on.id).unwrap();
        assert_eq!(torque.accountable, Who::Named(town.torque));
        let before = town.finds(harbour, id).unwrap();
        assert_eq!(before.accountable, Who::Named(town.torque), "it handed it on itself");
        let (lens, maya) = (town.world.lens(brand), town.maya);
        let told = town.world.db.read(|cx| crate::told(cx, &lens, maya)).unwrap();
        assert_eq!(
            told[0].words,
            "Since 12 March 2026 Torque Workshop looks after your case “Motor stops uphill”: \
             Ines Duarte took it over."
        );
    }
}

#[test]
fn tasks_and_whole_customers_are_handed_off_too() {
    for town in towns() {
        let harbour = town.world.harbour;
        for thing in [Thing::Customer, Thing::Task("Bring the loan bike".to_owned())] {
            let offer = town.offer_of(thing.clone(), harbour);
            let offered = town.does(town.world.brand, move |tx, lens, actor, now| {
                crate::offer(tx, lens, actor, now, &offer)
            });
            let id = offered.unwrap().id;
            assert_eq!(town.accepts(harbour, id).unwrap().accountable, Who::Named(harbour));
            let (lens, maya, now) = (town.world.lens(harbour), town.maya, town.world.clock.now());
            let who = town.world.db.read(|cx| crate::accountable(cx, &lens, maya, &thing, now));
            assert_eq!(who.unwrap(), Some(Who::Named(harbour)));
        }
        let all = town.world.seen(harbour, town.maya, crate::of_customer);
        assert_eq!(all.len(), 2);
        let lens = town.world.lens(town.world.brand);
        let now = town.world.clock.now();
        let counts = town.world.db.read(|cx| crate::counts(cx, &lens, now)).unwrap();
        assert_eq!((counts.waiting, counts.sent, counts.overdue), (0, 0, 0));
    }
}

#[test]
fn what_was_handed_off_goes_with_its_customer_into_a_merge_and_out_again() {
    for town in towns() {
        let (brand, harbour) = (town.world.brand, town.world.harbour);
        let (older, _) = town.world.record(brand, "A0", None, "M. Okafor");
        let author = town.world.author(brand);
        let now = town.world.clock.now();
        let (maya, why) = (town.maya, Why::default());
        let before = town.offers(harbour).unwrap();
        let merge = town
            .world
            .db
            .write(move |tx| merging::merge(tx, &author, now, maya, older, &why))
            .unwrap();
        assert_ne!(merge.into, merge.from);
        let accepted = town.accepts(harbour, before.id).unwrap();
        assert_eq!(who(&town, town.world.clock.now()), Who::Named(harbour));
        let at = |customer| town.world.seen(brand, customer, crate::of_customer).len();
        assert_eq!(at(merge.into), 1);
        let id = merge.id;
        town.world.db.write(move |tx| merging::part(tx, &author, now, id, "Two people")).unwrap();
        let both = (at(town.maya), at(older));
        assert_eq!(both, (1, 0), "the case is hers again");
        assert_eq!(town.finds(harbour, accepted.id).unwrap().accountable, Who::Named(harbour));
        let lens = town.world.lens(brand);
        let found = town.world.db.read(|cx| customers::find(cx, &lens, town.maya)).unwrap();
        assert_eq!(found.unwrap().records.len(), 1);
    }
}

#[test]
fn every_step_is_a_touch_for_those_whom_it_concerns() {
    for town in towns() {
        let (brand, harbour) = (town.world.brand, town.world.harbour);
        let id = town.offers(harbour).unwrap().id;
        let accepted = town.accepts(harbour, id).unwrap();
        let seen = |by| {
            let all = Filter::default();
            let page = town.world.seen(by, town.maya, |cx, lens, sight| {
                handfast_record::touches::timeline(cx, lens, sight, &all, None, 50)
            });
            let of = page.items.into_iter().filter(|touch| touch.kind == "hand_off");
            of.map(|touch| touch.id).collect::<Vec<_>>()
        };
        let mut steps: Vec<_> = accepted.steps.iter().map(|step| step.touch).collect();
        steps.reverse();
        assert_eq!(seen(brand).len(), 2);
        let both = [seen(brand), seen(harbour)].map(|mut ids| {
            ids.sort_unstable();
            ids
        });
        steps.sort_unstable();
        assert_eq!(both, [steps.clone(), steps]);
    }
}
