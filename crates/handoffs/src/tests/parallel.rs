//! Two deeds at the same instant: one is done, the other is told so, and one is accountable.

use std::sync::Barrier;

use handfast_kit::OrganisationId;
use handfast_record::{HandOffId, touches::HandOffStep};

use super::town::{Town, towns};
use crate::{Error, HandOff, State};

/// Often enough that the engines' own threads meet in every order.
const ROUNDS: usize = 12;

type Deed = fn(&Town, OrganisationId, HandOffId) -> Result<HandOff, Error>;

fn accepts(town: &Town, by: OrganisationId, id: HandOffId) -> Result<HandOff, Error> {
    town.accepts(by, id)
}

fn declines(town: &Town, by: OrganisationId, id: HandOffId) -> Result<HandOff, Error> {
    town.does(by, move |tx, lens, actor, now| {
        crate::decline(tx, lens, actor, now, id, "No bay is free")
    })
}

fn withdraws(town: &Town, by: OrganisationId, id: HandOffId) -> Result<HandOff, Error> {
    town.does(by, move |tx, lens, actor, now| {
        crate::withdraw(tx, lens, actor, now, id, "We keep it")
    })
}

/// Everybody does their deed on one hand-off when all are there.
fn at_once(
    town: &Town,
    id: HandOffId,
    deeds: &[(OrganisationId, Deed)],
) -> Vec<Result<HandOff, Error>> {
    let all = Barrier::new(deeds.len());
    std::thread::scope(|scope| {
        let begin = |(by, deed): &(OrganisationId, Deed)| {
            let (by, deed, all) = (*by, *deed, &all);
            scope.spawn(move || {
                all.wait();
                deed(town, by, id)
            })
        };
        let begun: Vec<_> = deeds.iter().map(begin).collect();
        begun.into_iter().map(|one| one.join().unwrap()).collect()
    })
}

fn chain(town: &Town) -> Vec<(OrganisationId, bool)> {
    let (lens, maya, thing) = (town.world.lens(town.world.brand), town.maya, town.thing());
    let custody = town.world.db.read(|cx| crate::custody(cx, &lens, maya, &thing));
    let custody = custody.unwrap().unwrap();
    assert!(custody.windows(2).all(|pair| pair[0].until == Some(pair[1].from)), "no gap");
    custody.iter().map(|one| (one.who.id().unwrap(), one.until.is_none())).collect()
}

fn steps(town: &Town, id: HandOffId) -> Vec<HandOffStep> {
    let shown = town.finds(town.world.brand, id).unwrap();
    shown.steps.iter().map(|step| step.step).collect()
}

#[test]
fn of_eight_acceptances_at_once_one_takes_it_over_and_all_hear_the_same() {
    for town in towns() {
        let (brand, harbour) = (town.world.brand, town.world.harbour);
        let id = town.offers(harbour).unwrap().id;
        let answers = at_once(&town, id, &[(harbour, accepts as Deed); 8]);
        let first = answers[0].as_ref().unwrap();
        assert!(answers.iter().all(|answer| answer.as_ref().unwrap() == first));
        assert_eq!(steps(&town, id), [HandOffStep::Offered, HandOffStep::Accepted], "once");
        assert_eq!(chain(&town), [(brand, false), (harbour, true)]);
    }
}

#[test]
fn an_acceptance_and_its_opposite_at_once_are_never_both_done() {
    for (other, state, step) in [
        (declines as Deed, State::Declined, HandOffStep::Declined),
        (withdraws as Deed, State::Withdrawn, HandOffStep::Withdrawn),
    ] {
        for town in towns() {
            let (brand, harbour) = (town.world.brand, town.world.harbour);
            let by = if state == State::Withdrawn { brand } else { harbour };
            for _ in 0..ROUNDS {
                let before = chain(&town);
                let Ok(offered) = town.offers(harbour) else { break };
                let deeds = [(harbour, accepts as Deed), (by, other)];
                let answers = at_once(&town, offered.id, &deeds);
                let done: Vec<bool> = answers.iter().map(Result::is_ok).collect();
                let told = answers.iter().find_map(|answer| answer.as_ref().err());
                assert!(matches!(told, Some(Error::Over(_))), "the other is told: {told:?}");
                let now = town.finds(brand, offered.id).unwrap().state;
                if done == [true, false] {
                    assert_eq!(now, State::Accepted);
                    assert_eq!(steps(&town, offered.id).last(), Some(&HandOffStep::Accepted));
                    assert_eq!(chain(&town), [(brand, false), (harbour, true)]);
                } else {
                    assert_eq!((done, now), (vec![false, true], state));
                    assert_eq!(steps(&town, offered.id).last(), Some(&step));
                    assert_eq!(chain(&town), before, "it stays where it was");
                }
            }
        }
    }
}

#[test]
fn of_two_offers_at_once_one_is_made() {
    for town in towns() {
        let (brand, spoke, harbour) = (town.world.brand, town.world.spoke, town.world.harbour);
        let all = Barrier::new(2);
        let made = std::thread::scope(|scope| {
            let offers = [spoke, harbour].map(|to| {
                let (town, all) = (&town, &all);
                scope.spawn(move || {
                    all.wait();
                    town.offers(to)
                })
            });
            offers.map(|one| one.join().unwrap())
        });
        let one = match made {
            [Ok(one), Err(Error::AlreadyOffered)] | [Err(Error::AlreadyOffered), Ok(one)] => one,
            both => panic!("one is made and the other told: {both:?}"),
        };
        town.accepts(one.to, one.id).unwrap();
        assert_eq!(chain(&town), [(brand, false), (one.to, true)]);
    }
}
