use handfast_kit::{OrganisationId, TimeMs};
use handfast_record::{
    TraceId,
    sharing::Who,
    touches::{Leg, TraceStep},
};

use super::super::{super::tests::town, *};
use crate::disputes::{self, Claim, Error, State};

impl town::Town {
    /// Somebody misses Maya's order.
    fn traces(&self, by: OrganisationId) -> Result<Trace, Error> {
        let (customer, sale) = (self.maya, self.sale);
        self.does(by, move |tx, lens, actor, now| {
            let words = "She waited at home all day".to_owned();
            open(tx, lens, actor, now, &NewTrace { customer, sale, words, by_customer: true })
        })
    }

    fn answers(
        &self,
        by: OrganisationId,
        (id, leg, said): (TraceId, Leg, Answer),
    ) -> Result<Trace, Error> {
        self.does(by, move |tx, lens, actor, now| answer(tx, lens, actor, now, (id, leg, &said)))
    }

    fn trace(&self, by: OrganisationId, id: TraceId) -> Option<Trace> {
        let lens = self.world.lens(by);
        self.world.db.read(|cx| find(cx, &lens, id)).unwrap()
    }

    fn found(&self, id: TraceId) -> Finding<OrganisationId> {
        let found = self.trace(self.world.brand, id).unwrap().finding.unwrap();
        match (found.leg(), found.who().and_then(Who::id)) {
            (Some(leg), Some(who)) => match found {
                Finding::Waits(..) => Finding::Waits(leg, who),
                Finding::Silent(..) => Finding::Silent(leg, who),
                Finding::Disputed(..) => Finding::Disputed(leg, who),
                _ => Finding::BrokeAt(leg, who),
            },
            (None, Some(who)) => Finding::AnswersFor(who),
            _ => Finding::AllProved,
        }
    }

    fn looks_after(&self, by: OrganisationId, id: TraceId) -> Trace {
        let promised = self.does(by, move |tx, lens, actor, now| {
            promise(tx, lens, actor, now, (id, RemedyKind::SendAgain, "by courier", None))?;
            keep(tx, lens, actor, now, (id, "She signed for it"))
        });
        promised.unwrap()
    }
}

fn proved(words: &str) -> Answer {
    Answer::Proved(words.to_owned(), "4711".to_owned())
}

#[test]
fn each_leg_is_asked_of_whom_the_record_names_and_the_customer_has_an_owner_at_once() {
    for town in town::towns() {
        let (brand, spoke) = (town.world.brand, town.world.spoke);
        let trace = town.traces(brand).unwrap();
        let whose: Vec<_> = trace.legs.iter().map(|leg| (leg.leg, leg.who.id())).collect();
        let (torque, swift) = (town.torque, town.swift);
        let expected = [(Leg::Data, spoke), (Leg::Fulfilment, torque), (Leg::Carrier, swift)];
        assert_eq!(whose, expected.map(|(leg, who)| (leg, Some(who))));
        let says: Vec<_> =
            trace.legs.into_iter().map(|leg| leg.told.unwrap().record_says).collect();
        assert_eq!(says[0], "No change of the address was told before the label was made.");
        assert_eq!(says[1], "Handed to the carrier on 8 March 2026.");
        assert_eq!(says[2], "No delivery is in the record.");
        let remedy = trace.remedy.unwrap();
        assert_eq!((remedy.owner, remedy.state), (spoke, RemedyState::Open));
        assert!(remedy.waits_for.is_some());
        let waiting = town.waits(spoke);
        let expected = ["promise the customer something", "prove your part of it: the data"];
        assert!(expected.iter().all(|deed| waiting.iter().any(|one| one == deed)), "{waiting:?}");
        assert_eq!(town.waits(swift), ["prove your part of it: the carrier"]);
        assert_eq!(town.traces(spoke).unwrap().id, trace.id, "traced once");
        let by_harbour = town.traces(town.world.harbour);
        assert!(matches!(by_harbour, Err(Error::NotFound)), "who has nothing to do with her");
    }
}

#[test]
fn it_broke_at_the_first_leg_that_does_not_prove_its_part() {
    for town in town::towns() {
        let (brand, spoke) = (town.world.brand, town.world.spoke);
        let (torque, swift) = (town.torque, town.swift);
        let id = town.traces(brand).unwrap().id;
        assert_eq!(town.found(id), Finding::Waits(Leg::Data, spoke));
        town.answers(swift, (id, Leg::Carrier, Answer::Broke("Lost in our depot".into()))).unwrap();
        town.answers(spoke, (id, Leg::Data, proved("The label had her new address"))).unwrap();
        assert_eq!(town.found(id), Finding::Waits(Leg::Fulfilment, torque));
        town.world.clock.advance(4 * TimeMs::DAY);
        assert_eq!(town.round(), 1);
        assert_eq!(town.found(id), Finding::Silent(Leg::Fulfilment, torque), "it is named");
        let late = town.answers(torque, (id, Leg::Fulfilment, proved("Handed over, signed")));
        late.unwrap();
        assert_eq!(town.found(id), Finding::BrokeAt(Leg::Carrier, swift));
        let over = town.answers(torque, (id, Leg::Carrier, proved("It was there")));
        assert!(matches!(over, Err(Error::NotYours)), "each answers for its own part");

        let ended = town.looks_after(brand, id);
        assert!(ended.ended.is_some());
        assert_eq!(ended.steps.last().unwrap().step, TraceStep::Ended);
        assert!(town.round() == 0 && town.waits(spoke).is_empty());
        let again = town.traces(brand).unwrap();
        assert_ne!(again.id, id, "what is missing again is traced again");
    }
}

#[test]
fn the_customer_does_not_wait_for_a_disputed_leg() {
    for town in town::towns() {
        let (brand, spoke) = (town.world.brand, town.world.spoke);
        let (torque, swift) = (town.torque, town.swift);
        let id = town.traces(brand).unwrap().id;
        let before = town.trace(brand, id).unwrap().remedy;
        town.answers(spoke, (id, Leg::Data, proved("The label had her new address"))).unwrap();
        let claim = Claim {
            leg: Leg::Carrier,
            organisation: None,
            words: "Picked up at 14:02, see the scan".to_owned(),
            reference: "4711".to_owned(),
        };
        let said = Answer::NotOurs(claim);
        let answered = town.answers(torque, (id, Leg::Fulfilment, said)).unwrap();
        let own = answered.legs.iter().find(|leg| leg.who.id() == Some(torque)).unwrap();
        let dispute = own.told.as_ref().unwrap().dispute.unwrap();
        assert_eq!(town.found(id), Finding::Disputed(Leg::Fulfilment, torque));
        assert_eq!(town.trace(brand, id).unwrap().remedy, before, "its clock is what it was");
        let done = town.looks_after(spoke, id);
        assert_eq!((done.remedy.unwrap().state, done.ended), (RemedyState::Done, None));

        let settled = town.does(brand, move |tx, lens, actor, now| {
            let words = "The scan of 14:02 is the carrier’s own";
            disputes::settle(tx, lens, actor, now, (dispute, swift, words))
        });
        assert_eq!(settled.unwrap().state, State::Settled);
        assert_eq!(town.found(id), Finding::BrokeAt(Leg::Carrier, swift));
        assert!(town.trace(brand, id).unwrap().ended.is_some(), "and so it ends");
    }
}

#[test]
fn a_disputed_leg_that_is_taken_back_is_asked_again() {
    for town in town::towns() {
        let (brand, spoke) = (town.world.brand, town.world.spoke);
        let id = town.traces(brand).unwrap().id;
        let said = Answer::NotOurs(Claim::of_words("The shop’s till wrote it"));
        let answered = town.answers(spoke, (id, Leg::Data, said)).unwrap();
        let dispute = answered.legs[0].told.as_ref().unwrap().dispute.unwrap();
        let withdrawn = town.does(spoke, move |tx, lens, actor, now| {
            disputes::withdraw(tx, lens, actor, now, (dispute, "It was our till"))
        });
        withdrawn.unwrap();
        assert_eq!(town.found(id), Finding::Waits(Leg::Data, spoke));
        town.answers(spoke, (id, Leg::Data, Answer::Broke("Our till was wrong".into()))).unwrap();
        assert_eq!(town.found(id), Finding::BrokeAt(Leg::Data, spoke));
    }
}

#[test]
fn a_partner_sees_its_own_leg_and_nothing_of_whom_it_does_not_know() {
    for town in town::towns() {
        let (brand, torque, swift) = (town.world.brand, town.torque, town.swift);
        let id = town.traces(brand).unwrap().id;
        town.answers(swift, (id, Leg::Carrier, Answer::Broke("Lost in our depot".into()))).unwrap();
        let seen = town.trace(torque, id).unwrap();
        let legs: Vec<_> = seen.legs.iter().map(|leg| leg.leg).collect();
        assert_eq!(legs, [Leg::Fulfilment], "it knows no other partner of Maya’s");
        assert!(seen.legs[0].told.is_some());
        assert_eq!((seen.finding, seen.remedy), (None, None));
        assert!(seen.order_ref.is_empty() && seen.words.is_empty());
        let own: Vec<_> = seen.steps.iter().map(|step| (step.step, step.leg)).collect();
        assert_eq!(own, [(TraceStep::Asked, Some(Leg::Fulfilment))]);
        assert!(town.trace(town.world.harbour, id).is_none(), "to everybody else there is none");
        let of_customer = town.world.seen(torque, town.maya, of_customer);
        assert_eq!(of_customer.len(), 1);
    }
}

#[test]
fn who_promises_nothing_in_time_hands_the_customer_to_the_brand() {
    for town in town::towns() {
        let (brand, spoke) = (town.world.brand, town.world.spoke);
        let id = town.traces(spoke).unwrap().id;
        let waits = |id| town.trace(brand, id).unwrap().remedy.unwrap().waits_for.unwrap();
        assert_eq!(waits(id).0, spoke);
        town.world.clock.advance(4 * TimeMs::DAY);
        town.round();
        assert_eq!(waits(id).0, brand);
        assert_eq!(town.waits(brand), ["promise the customer something"]);
        let kept = town.does(spoke, move |tx, lens, actor, now| {
            keep(tx, lens, actor, now, (id, "It is all well"))
        });
        assert!(matches!(kept, Err(Error::PromiseWrong)), "nothing was promised");
        town.looks_after(spoke, id);
        assert!(town.waits(brand).is_empty(), "the seller may still see to it");
    }
}
