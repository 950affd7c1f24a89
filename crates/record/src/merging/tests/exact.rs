//! Parting gives back everything as it was: every row of every table, and every page of everybody.

use super::{chance::Dice, compare::Everything, towns};
use crate::merging::{Error, MergeId};

const SEEDS: u64 = 4;

#[test]
fn merges_undone_last_first_give_back_each_state() {
    for seed in 0..SEEDS {
        for mut town in towns(5) {
            let mut dice = Dice::new(seed);
            (0..50).for_each(|_| town.something(&mut dice));
            let mut states: Vec<(Everything, MergeId)> = Vec::new();
            for _ in 0..6 {
                let before = Everything::of(&town);
                let (a, b) = (dice.pick(&town.customers), dice.pick(&town.customers));
                match town.merge(a, b) {
                    Ok(merge) => states.push((before, merge.id)),
                    Err(Error::Same | Error::Refused(_)) => {
                        before.is_as_before(&town, "a merge that is refused leaves no trace");
                    }
                    Err(error) => panic!("{error:?}"),
                }
            }
            assert!(states.len() > 1, "seed {seed} merges too little");
            while let Some((before, merge)) = states.pop() {
                town.part(merge).unwrap();
                let what = format!("seed {seed}, {:?}, {} left", town.world.engine, states.len());
                before.is_as_before(&town, &what);
            }
        }
    }
}

#[test]
fn merges_undone_in_any_order_give_back_the_first_state() {
    for seed in 100..100 + SEEDS {
        for mut town in towns(6) {
            let mut dice = Dice::new(seed);
            (0..50).for_each(|_| town.something(&mut dice));
            let before = Everything::of(&town);
            let mut merges = Vec::new();
            for _ in 0..8 {
                let (a, b) = (dice.pick(&town.customers), dice.pick(&town.customers));
                merges.extend(town.merge(a, b).ok().map(|merge| merge.id));
            }
            while !merges.is_empty() {
                let merge = merges.swap_remove(dice.below(merges.len()));
                assert_eq!(town.part(merge).unwrap().id, merge);
                assert!(matches!(town.part(merge), Err(Error::NoSuchMerge)));
            }
            before.is_as_before(&town, &format!("seed {seed}, {:?}", town.world.engine));
        }
    }
}
