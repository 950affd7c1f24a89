//! Bringing customers to given groups of homes.

use super::{
    Town,
    chance::Dice,
    compare::{self, Everything},
    towns,
};
use crate::{
    CustomerId,
    merging::{self, Change, Why},
};

fn regroup(town: &Town, groups: &[Vec<CustomerId>]) -> Vec<Change> {
    let (author, now) = (town.world.author(town.world.brand), town.later());
    let (groups, why) = (groups.to_vec(), Why { weight: None, words: "As it is".to_owned() });
    let changed = town.world.db.write(move |tx| merging::regroup(tx, &author, now, &groups, &why));
    changed.unwrap()
}

fn homes(town: &Town, customer: CustomerId) -> Vec<CustomerId> {
    town.world.db.read(|cx| merging::homes(cx, town.world.network, customer)).unwrap()
}

#[test]
fn whatever_stood_before_exactly_the_wanted_groups_stand() {
    for seed in 300..303 {
        for mut town in towns(6) {
            let mut dice = Dice::new(seed);
            (0..25).for_each(|_| town.something(&mut dice));
            let before = Everything::of(&town);
            for round in 0..6 {
                let mut groups = vec![Vec::new(); 4];
                for customer in &town.customers {
                    groups[dice.below(4)].push(*customer);
                }
                let changes = regroup(&town, &groups);
                let is_refused = |change: &Change| matches!(change, Change::Refused { .. });
                for group in groups.iter().filter(|_| !changes.iter().any(is_refused)) {
                    let mut group = group.clone();
                    group.sort();
                    for home in &group {
                        assert_eq!(homes(&town, *home), group, "seed {seed}, round {round}");
                    }
                }
                // Where all stand so already, nothing is written.
                let ledger = compare::ledger(&town);
                let again = regroup(&town, &groups);
                assert!(again.iter().all(is_refused), "{again:?}");
                compare::same(&ledger, &compare::ledger(&town), "the same groups again");
            }
            let apart: Vec<_> = town.customers.iter().map(|customer| vec![*customer]).collect();
            regroup(&town, &apart);
            before.is_as_before(&town, &format!("seed {seed}, {:?}", town.world.engine));
        }
    }
}

#[test]
fn homes_that_nobody_names_stay_with_the_home_by_whose_id_they_stand() {
    for town in towns(4) {
        let [a, b, c, d] = [0, 1, 2, 3].map(|at| town.customers[at]);
        regroup(&town, &[vec![a, b, c]]);
        // The second is not named: it stays with the first.
        let changes = regroup(&town, &[vec![a], vec![c, d]]);
        assert!(!changes.is_empty());
        let sorted = |mut ids: Vec<CustomerId>| {
            ids.sort();
            ids
        };
        assert_eq!(homes(&town, b), sorted(vec![a, b]));
        assert_eq!(homes(&town, c), sorted(vec![c, d]));
        // Named alone it goes on with those that are not.
        regroup(&town, &[vec![b, d]]);
        assert_eq!(homes(&town, b), sorted(vec![a, b, c, d]));
        let nobody = CustomerId::derived(&[b"nobody"]);
        assert!(regroup(&town, &[vec![nobody, a]]).is_empty());
        assert!(homes(&town, nobody).is_empty());
    }
}
