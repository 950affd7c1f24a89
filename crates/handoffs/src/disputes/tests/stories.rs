use handfast_kit::TimeMs;
use handfast_record::touches::{DisputeStep, DutyStep, Leg};

use super::town::{claim, towns};
use crate::{
    disputes::{self, Claim, Error, Side, State, Step},
    obligations::{self, DutyState},
};

fn steps(steps: &[Step]) -> Vec<DisputeStep> {
    steps.iter().map(|step| step.step).collect()
}

#[test]
fn a_refusal_opens_a_dispute_and_the_obligation_goes_on_with_the_brand() {
    for town in towns() {
        let (brand, torque, swift) = (town.world.brand, town.torque, town.swift);
        let change = town.moves();
        let before = town.obligation(&change, torque);
        let refused = town.refuses(torque, &change, Claim::of_words("We hold no addresses"));
        let refused = refused.unwrap();
        assert_eq!(refused.state, DutyState::Refused);
        assert_eq!(refused.waits_for, Some((brand, before.due)), "the brand acts, by then");
        assert_eq!(refused.due, before.due);

        let seen = town.disputes(torque, &refused);
        assert_eq!(seen.len(), 1);
        let one = &seen[0];
        assert_eq!((one.side, one.leg, one.state), (Side::Claimant, Leg::Other, State::Open));
        assert_eq!(one.respondent.id(), Some(brand), "who names nobody asks the brand");
        assert_eq!(one.words, "We hold no addresses");
        let (who, due) = one.meanwhile.clone().unwrap();
        assert_eq!((who.id(), due), (Some(brand), Some(before.due)));
        assert!(town.disputes(swift, &refused).is_empty(), "it is nobody else's");
        assert_eq!(town.waits(brand), ["say whose part it is"]);
        assert!(town.waits(torque).is_empty());

        let again = town.refuses(torque, &change, Claim::of_words("We hold no addresses"));
        again.unwrap();
        assert_eq!(town.disputes(brand, &refused).len(), 1, "refused twice is disputed once");
    }
}

#[test]
fn a_partner_names_only_whom_it_knows_and_a_wrong_claim_leaves_no_trace() {
    for town in towns() {
        let (torque, swift, brand) = (town.torque, town.swift, town.world.brand);
        let change = town.moves();
        let named = town.refuses(torque, &change, claim(Leg::Carrier, Some(swift)));
        assert!(matches!(named, Err(obligations::Error::Claim(Error::NotKnown))), "{named:?}");
        let itself = town.refuses(torque, &change, claim(Leg::Carrier, Some(torque)));
        assert!(matches!(itself, Err(obligations::Error::Claim(Error::Itself))));
        let duty = town.obligation(&change, torque);
        assert_eq!(duty.state, DutyState::Sent, "what is refused leaves no trace");
        let id = duty.id;
        let by_brand = town.does(brand, move |tx, lens, actor, now| {
            let claim = claim(Leg::Carrier, Some(swift));
            obligations::refuse_naming(tx, lens, actor, now, (id, &claim))
        });
        by_brand.unwrap();
        let one = &town.disputes(swift, &duty)[0];
        assert_eq!((one.side, one.leg), (Side::Respondent, Leg::Carrier));
        assert_eq!(one.claimant.id(), None, "Swift Parcel knows no other partner of Maya's");
        assert!(one.claimant.veil().is_some());
        assert_eq!(one.reference_of, "export-0309, line 88");
    }
}

#[test]
fn who_accepts_is_obliged_once_and_the_clock_is_what_it_was() {
    for town in towns() {
        let (brand, torque, spoke) = (town.world.brand, town.torque, town.world.spoke);
        let change = town.moves();
        let (was, theirs) = (town.obligation(&change, torque), town.obligation(&change, spoke));
        let id = was.id;
        let by_brand = town.does(brand, move |tx, lens, actor, now| {
            let claim = claim(Leg::Data, Some(spoke));
            obligations::refuse_naming(tx, lens, actor, now, (id, &claim))
        });
        by_brand.unwrap();
        let dispute = town.disputes(spoke, &was)[0].id;
        town.world.clock.advance(TimeMs::HOUR);
        for _ in 0..2 {
            let accepted = town.does(spoke, move |tx, lens, actor, now| {
                disputes::accept(tx, lens, actor, now, (dispute, "Our export was late"))
            });
            let accepted = accepted.unwrap();
            assert_eq!(accepted.answers_for.and_then(|who| who.id()), Some(spoke));
            assert_eq!(steps(&accepted.steps), [DisputeStep::Opened, DisputeStep::Accepted]);
        }
        assert_eq!(town.obligation(&change, torque).state, DutyState::Released);
        let after = town.obligation(&change, spoke);
        assert_eq!((after.id, after.due), (theirs.id, theirs.due), "nothing opens twice");
        let denied = town.does(spoke, move |tx, lens, actor, now| {
            disputes::reject(tx, lens, actor, now, (dispute, "Not ours after all", ""))
        });
        assert!(matches!(denied, Err(Error::Over)), "a settled dispute is settled");
    }
}

#[test]
fn who_was_never_told_is_obliged_by_the_moment_at_which_it_was_due() {
    for town in towns() {
        let (brand, torque, harbour) = (town.world.brand, town.torque, town.world.harbour);
        let change = town.moves();
        let was = town.obligation(&change, torque);
        town.refuses(torque, &change, Claim::of_words("We hold no addresses")).unwrap();
        let dispute = town.disputes(brand, &was)[0].id;
        town.world.clock.advance(TimeMs::DAY);
        let settled = town.does(brand, move |tx, lens, actor, now| {
            let words = "Harbour keeps the addresses of this line";
            disputes::settle(tx, lens, actor, now, (dispute, harbour, words))
        });
        assert_eq!(settled.unwrap().state, State::Settled);
        let new = town.obligation(&change, harbour);
        assert_eq!((new.due, new.state), (was.due, DutyState::Sent));
        assert_eq!(new.waits_for, Some((harbour, was.due)));
        assert_eq!(town.obligation(&change, torque).waits_for, None);
    }
}

#[test]
fn what_is_not_answered_is_the_brands_to_decide_and_falls_back() {
    for town in towns() {
        let (brand, torque) = (town.world.brand, town.torque);
        let change = town.moves();
        let was = town.obligation(&change, torque);
        let (id, spoke) = (was.id, town.world.spoke);
        let by_brand = town.does(brand, move |tx, lens, actor, now| {
            let claim = claim(Leg::Data, Some(spoke));
            obligations::refuse_naming(tx, lens, actor, now, (id, &claim))
        });
        by_brand.unwrap();
        assert_eq!(town.waits(spoke), ["answer whether it is your part"]);
        town.world.clock.advance(3 * TimeMs::DAY);
        assert_eq!((town.round(), town.round()), (1, 0), "reminded once");
        town.world.clock.advance(4 * TimeMs::DAY);
        assert_eq!((town.round(), town.round()), (1, 0), "told to the brand once");
        assert_eq!(town.waits(brand), ["decide who answers for it"]);
        assert!(town.waits(spoke).is_empty());
        let one = town.disputes(torque, &was).remove(0);
        let expected = [DisputeStep::Opened, DisputeStep::Chased, DisputeStep::Escalated];
        assert_eq!(steps(&one.steps), expected);
        let dispute = one.id;
        let by_torque = town.does(torque, move |tx, lens, actor, now| {
            disputes::settle(tx, lens, actor, now, (dispute, spoke, "It is theirs"))
        });
        assert!(matches!(by_torque, Err(Error::NotYours)));
        let settled = town.does(brand, move |tx, lens, actor, now| {
            let words = "Their agreement says that they keep the address";
            disputes::settle(tx, lens, actor, now, (dispute, torque, words))
        });
        assert_eq!(settled.unwrap().answers_for.and_then(|who| who.id()), Some(torque));
        let back = town.obligation(&change, torque);
        assert_eq!((back.state, back.due), (DutyState::Sent, was.due));
        assert_eq!(back.waits_for, Some((torque, was.due)), "it is its part, by then");
        assert!(back.is_escalated, "and its own clock ran all the while");
    }
}

#[test]
fn doing_it_after_all_takes_the_dispute_back() {
    for town in towns() {
        let torque = town.torque;
        let change = town.moves();
        let was = town.obligation(&change, torque);
        town.refuses(torque, &change, Claim::of_words("We hold no addresses")).unwrap();
        let id = was.id;
        let taken = town.does(torque, move |tx, lens, actor, now| {
            obligations::accept(tx, lens, actor, now, id)
        });
        let taken = taken.unwrap();
        assert_eq!((taken.state, taken.due), (DutyState::Accepted, was.due));
        assert_eq!(town.disputes(torque, &was)[0].state, State::Withdrawn);
        let duty: Vec<_> = taken.steps.iter().map(|step| step.step).collect();
        assert_eq!(duty, [DutyStep::Sent, DutyStep::Refused, DutyStep::Accepted]);
        assert!(town.waits(town.world.brand).is_empty());
    }
}

#[test]
fn each_step_has_its_touch_which_names_nobody() {
    for town in towns() {
        let torque = town.torque;
        let change = town.moves();
        let refused = town.refuses(torque, &change, Claim::of_words("We hold no addresses"));
        let one = town.disputes(torque, &refused.unwrap()).remove(0);
        let told = town.world.timeline(torque, town.maya);
        let told = told.iter().find(|touch| touch.id == one.steps[0].touch).unwrap();
        assert_eq!(told.summary, "The dispute about a change was opened: We hold no addresses");
        let others = town.world.timeline(town.swift, town.maya);
        assert!(others.iter().all(|touch| touch.kind != "dispute"));
    }
}
