#![allow(clippy::unwrap_used)]

use handfast_record::testing::NOW;

use super::*;
use crate::{obligations::Address, tests::chance::Chance};

fn zone() -> Zone {
    Zone::named("Europe/London").unwrap()
}

fn address(flat: &str) -> Value {
    Value::Address(Address {
        street: format!("{flat}, 27 Cooper’s Wharf"),
        city: "Bristol".to_owned(),
        postcode: "BS1 6ZZ".to_owned(),
        ..Address::default()
    })
}

fn london(at: TimeMs) -> String {
    zone().format(at, "%a %d %H:%M")
}

#[test]
fn a_change_is_due_after_three_working_days_or_before_the_next_delivery() {
    // NOW is a Thursday, 09:40.
    assert_eq!(london(due(NOW, None, None, &zone())), "Tue 17 17:00");
    let delivery = NOW.plus(3 * TimeMs::DAY);
    assert_eq!(due(NOW, None, Some(delivery), &zone()), NOW.plus(2 * TimeMs::DAY));
    let tomorrow = NOW.plus(TimeMs::HOUR);
    assert_eq!(due(NOW, None, Some(tomorrow), &zone()), NOW.plus(4 * TimeMs::HOUR));
    let in_may = NOW.plus(60 * TimeMs::DAY);
    assert_eq!(due(NOW, Some(in_may), None, &zone()), in_may, "there is time until it holds");
    assert_eq!(due(NOW, Some(in_may), Some(delivery), &zone()), NOW.plus(2 * TimeMs::DAY));
    let saturday = NOW.plus(2 * TimeMs::DAY);
    assert_eq!(london(due(saturday, None, None, &zone())), "Wed 18 17:00");
}

#[test]
fn what_they_say_is_never_what_they_hold() {
    let (given, zone) = (address("Flat 3"), zone());
    let duty = Duty::sent(NOW, due(NOW, None, None, &zone));
    let then = |duty: &Duty, deed: &Deed<'_>| apply(duty, &given, deed, NOW, &zone).unwrap();
    let (duty, _) = then(&duty, &Deed::Accept);
    let (duty, made) = then(&duty, &Deed::Apply("Done, says our system"));
    assert_eq!((duty.state, made.unwrap().step), (DutyState::Applied, DutyStep::Applied));
    assert!(duty.state.is_open(), "somebody acts next still");
    let (wrong, made) = then(&duty, &Deed::ReadBack(&address("Flat 8"), ReadBack::Typed));
    assert_eq!((wrong.state, made.unwrap().step), (DutyState::Mismatch, DutyStep::Mismatch));
    let (again, made) = then(&wrong, &Deed::ReadBack(&address("Flat 8"), ReadBack::Typed));
    assert_eq!((&again, made), (&wrong, None), "the same twice is once");
    let (right, _) = then(&wrong, &Deed::ReadBack(&address("flat 3"), ReadBack::Typed));
    assert_eq!((right.state, right.next()), (DutyState::Verified, None));
    let (undone, _) = then(&right, &Deed::ReadBack(&address("Flat 8"), ReadBack::Label));
    assert_eq!(undone.state, DutyState::Mismatch, "what was right may be overwritten");
    let refused = apply(&undone, &given, &Deed::Refuse("Not our part"), NOW, &zone);
    assert!(matches!(refused, Err(Error::AppliedAlready)));
}

#[test]
fn the_clock_reminds_once_and_then_tells_whoever_stands_above() {
    let (given, zone) = (address("Flat 3"), zone());
    let duty = Duty::sent(NOW, NOW.plus(100));
    let at = |duty: &Duty, ms| apply(duty, &given, &Deed::Tick, NOW.plus(ms), &zone).unwrap();
    assert_eq!(at(&duty, 49), (duty.clone(), None));
    let (duty, made) = at(&duty, 50);
    assert_eq!(made.unwrap().step, DutyStep::Chased);
    assert_eq!(at(&duty, 60).1, None);
    let (duty, made) = at(&duty, 100);
    assert_eq!(made.unwrap().step, DutyStep::Escalated);
    assert_eq!((at(&duty, 9_999).1, duty.next()), (None, None));
    let (late, _) =
        apply(&duty, &given, &Deed::ReadBack(&address("9"), ReadBack::Api), NOW.plus(200), &zone)
            .unwrap();
    assert_eq!(london(late.due), "Fri 13 17:00", "a mismatch has a clock of its own");
    assert!(!late.is_escalated);
}

/// Partners who answer late, wrong, twice, in any order, and clocks that go back: whatever happens,
/// an obligation is verified only if the last value read back is the one that was given.
#[test]
fn no_run_of_ten_thousand_ends_verified_falsely() {
    let (given, zone) = (address("Flat 3"), zone());
    let held = [
        address("Flat 3"),
        address("FLAT 3"),
        address("apartment 3"),
        address("Flat 8"),
        address("Flat 33"),
        address("Flat"),
        Value::Nothing,
        Value::Phone("07700 900123".to_owned()),
    ];
    let (mut verified, mut mismatched) = (0, 0);
    for seed in 0..10_000 {
        let mut chance = Chance::of(seed);
        let mut duty = Duty::sent(NOW, due(NOW, None, None, &zone));
        let mut last: Option<usize> = None;
        for _ in 0..chance.below(14) {
            let now = NOW.plus((chance.below(10) as i64 - 2) * TimeMs::DAY);
            let one = chance.below(held.len());
            let deed = match chance.below(9) {
                0 => Deed::See,
                1 => Deed::Accept,
                2 => Deed::Refuse("Not our part"),
                3 => Deed::Apply("Done"),
                4..=6 => Deed::ReadBack(&held[one], chance.one(&ReadBack::ALL)),
                7 => Deed::Chase(""),
                _ => Deed::Tick,
            };
            let is_read = matches!(deed, Deed::ReadBack(..));
            let Ok((next, made)) = apply(&duty, &given, &deed, now, &zone) else { continue };
            assert_eq!(made.is_some(), next.version == duty.version + 1, "seed {seed}");
            if is_read {
                last = Some(one);
            }
            duty = next;
        }
        let is_right = last.is_some_and(|last| last < 3);
        assert_eq!(duty.state == DutyState::Verified, is_right, "seed {seed}: {duty:?}");
        let is_wrong = duty.state == DutyState::Mismatch;
        assert!(!is_wrong || !is_right, "seed {seed}");
        verified += u32::from(is_right);
        mismatched += u32::from(is_wrong);
    }
    assert!(verified > 1_000 && mismatched > 1_000, "{verified} and {mismatched} of 10,000");
}

#[test]
fn a_thousand_clocks_run_on_while_it_is_disputed_whose_part_it_is() {
    let (given, zone) = (address("Flat 3"), zone());
    let words = "We hold no addresses";
    for seed in 0..1_000 {
        let mut chance = Chance::of(seed);
        let sent = Duty::sent(NOW, due(NOW, None, None, &zone));
        let (mut quiet, mut disputed, mut now) = (sent.clone(), sent, NOW);
        for _ in 0..20 {
            now = now.plus(chance.below(TimeMs::DAY as usize) as i64 - TimeMs::HOUR);
            let deed = match chance.below(5) {
                0 => Deed::Refuse(words),
                1 => Deed::Return(words),
                _ => Deed::Tick,
            };
            if let Ok((next, _)) = apply(&disputed, &given, &deed, now, &zone) {
                disputed = next;
            }
            if deed == Deed::Tick {
                quiet = apply(&quiet, &given, &deed, now, &zone).unwrap().0;
            }
            let clock = |duty: &Duty| (duty.due, duty.remind, duty.is_escalated, duty.next());
            assert_eq!(clock(&quiet), clock(&disputed), "seed {seed}");
            assert!(disputed.state.is_open(), "seed {seed}");
        }
    }
}
