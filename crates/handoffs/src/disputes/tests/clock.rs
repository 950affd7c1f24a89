//! The customer's clock is the same with a dispute and without.

use handfast_kit::{OrganisationId, TimeMs};
use handfast_record::touches::DutyStep;

use super::town::towns;
use crate::{disputes::Claim, obligations::Obligation, tests::chance::Chance};

/// Of two organisations that refuse at the same moment one
/// disputes it, and the other's dispute is taken away at once.
#[test]
fn an_obligation_is_due_reminded_of_and_escalated_as_if_nobody_disputed_it() {
    for town in towns() {
        for seed in 0..6 {
            let mut chance = Chance::of(seed);
            let change = town.moves();
            let (torque, swift) = (town.torque, town.swift);
            for by in [torque, swift] {
                town.refuses(by, &change, Claim::of_words("We hold no addresses")).unwrap();
            }
            let (disputed, quiet) =
                (town.obligation(&change, torque), town.obligation(&change, swift));
            let dispute = town.disputes(town.world.brand, &quiet).remove(0);
            town.world.db.write(move |tx| forget(tx, dispute.id)).unwrap();
            let mut answered = false;
            for _ in 0..10 {
                town.world.clock.advance(chance.below(TimeMs::DAY as usize) as i64);
                if chance.hits(30) && !answered {
                    answered = true;
                    decides(&town, &disputed, chance.one(&[torque, town.world.brand]));
                }
                town.round();
                let (one, other) =
                    (town.obligation(&change, torque), town.obligation(&change, swift));
                assert_eq!(clock(&one), clock(&other), "seed {seed}");
                assert!(one.waits_for.is_some(), "nobody acts for Maya, seed {seed}");
            }
            assert_eq!(one_of(&disputed), one_of(&quiet));
        }
    }
}

/// When it is due, when it was reminded of and when it was escalated.
fn clock(one: &Obligation) -> (TimeMs, bool, Vec<(DutyStep, TimeMs)>) {
    let ticked = [DutyStep::Chased, DutyStep::Escalated];
    let ticked = one.steps.iter().filter(|step| ticked.contains(&step.step));
    let ticked = ticked.map(|step| (step.step, step.at)).collect();
    (one.due, one.is_escalated, ticked)
}

fn one_of(one: &Obligation) -> (TimeMs, Option<(OrganisationId, TimeMs)>) {
    (one.due, one.waits_for)
}

/// The brand decides who answers for it.
fn decides(town: &super::town::Town, one: &Obligation, who: OrganisationId) {
    let dispute = town.disputes(town.world.brand, one).remove(0).id;
    let settled = town.does(town.world.brand, move |tx, lens, actor, now| {
        crate::disputes::settle(tx, lens, actor, now, (dispute, who, "So it was agreed"))
    });
    settled.unwrap();
}

/// As if there had been no dispute: its row is gone.
fn forget(
    tx: &mut handfast_db::Tx<'_>,
    id: handfast_record::DisputeId,
) -> Result<u64, handfast_db::Fault> {
    tx.exec("delete from dispute where dispute_id = $1", (id,))
}
