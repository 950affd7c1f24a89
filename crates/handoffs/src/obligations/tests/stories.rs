use handfast_record::touches::{Changed, DutyStep};

use super::{super::*, address, bristol, moves};
use handfast_kit::TimeMs;

fn steps(one: &Obligation) -> Vec<DutyStep> {
    one.steps.iter().map(|step| step.step).collect()
}

#[test]
fn maya_tells_it_once_and_one_of_two_writes_it_down_wrong() {
    use DutyStep::{Accepted, Applied, Mismatch, Sent, Verified};
    for told in moves() {
        let (brand, spoke, harbour) = (told.world.brand, told.world.spoke, told.world.harbour);
        let change = told.enters(brand, bristol("Flat 3"), None);
        assert_eq!(change.before, "14 Mill Row, Leeds LS2 7AA");
        let obliged: Vec<_> = change.obligations.iter().map(|one| one.organisation).collect();
        assert!(obliged.contains(&spoke) && obliged.contains(&harbour));
        assert_eq!(obliged.len(), 2, "who is shown no addresses is told of none");
        let pedal = NotTold { organisation: told.pedal, why: WhyNot::NotShown };
        assert_eq!(change.not_told, [pedal], "and the brand sees who was not told, and why");
        assert!(told.shown().contains("Cooper"), "it stands from now on");
        assert!(told.change(told.pedal, change.id).is_none());

        let own = told.obligation(harbour, &change);
        assert_eq!(own.given, Some(bristol("Flat 3")));
        let id = own.id;
        let done = told.does(harbour, move |tx, lens, actor, now| {
            accept(tx, lens, actor, now, id)?;
            applied(tx, lens, actor, now, id, "In our system since noon")
        });
        assert_eq!(done.unwrap().state, DutyState::Applied);
        assert!(told.change(harbour, change.id).unwrap().obligations[0].waits_for.is_some());

        let wrong = told.reads_back(harbour, id, bristol("Flat 8"));
        assert_eq!(wrong.state, DutyState::Mismatch);
        let [given, held] = wrong.diff.clone().unwrap();
        let differs = |parts: &[DiffPart]| -> Vec<String> {
            parts.iter().filter(|part| !part.is_same).map(|part| part.text.clone()).collect()
        };
        assert_eq!((differs(&given), differs(&held)), (vec!["3".into()], vec!["8".into()]));
        assert_eq!(wrong.waits_for.unwrap().0, harbour, "it acts next");
        assert!(told.shown().contains("Flat 3"), "Maya's address stays as she gave it");

        let right = told.reads_back(harbour, id, bristol("flat 3"));
        assert_eq!((right.state, right.waits_for, right.diff), (DutyState::Verified, None, None));
        assert_eq!(
            steps(&told.obligation(harbour, &change)),
            [Sent, Accepted, Applied, Mismatch, Verified]
        );
        assert_eq!(told.obligation(spoke, &change).state, DutyState::Sent, "each for itself");
    }
}

#[test]
fn an_obligation_is_its_organisations_and_the_brands() {
    for told in moves() {
        let (brand, spoke, harbour) = (told.world.brand, told.world.spoke, told.world.harbour);
        let change = told.enters(brand, bristol("Flat 3"), None);
        let id = told.obligation(harbour, &change).id;
        assert_eq!(told.change(spoke, change.id).unwrap().obligations.len(), 1, "its own");
        let by = |organisation| {
            told.does(organisation, move |tx, lens, actor, now| accept(tx, lens, actor, now, id))
        };
        assert!(matches!(by(spoke), Err(Error::NotFound)));
        let chased =
            told.does(harbour, move |tx, lens, actor, now| chase(tx, lens, actor, now, id, ""));
        assert!(matches!(chased, Err(Error::NotYours)));
        let heard = told.does(harbour, move |tx, lens, actor, now| {
            let held = (&bristol("Flat 3"), ReadBack::Customer);
            read_back(tx, lens, actor, now, id, held)
        });
        assert!(matches!(heard, Err(Error::NotYours)), "only the brand hears the customer");
        let looked = told.does(brand, move |tx, lens, actor, now| see(tx, lens, actor, now, id));
        assert_eq!(looked.unwrap().steps.len(), 1, "the brand's look leaves no trace");
        by(harbour).unwrap();
        by(harbour).unwrap();
        assert_eq!(told.obligation(harbour, &change).steps.len(), 2, "accepted twice is once");
    }
}

#[test]
fn a_partner_that_may_no_longer_see_addresses_is_not_shown_what_it_was_told() {
    for told in moves() {
        let (brand, harbour) = (told.world.brand, told.world.harbour);
        let change = told.enters(brand, bristol("Flat 3"), None);
        told.world.agree(harbour, &[]);
        let own = told.obligation(harbour, &change);
        assert_eq!((own.given, own.diff), (None, None));
        assert_eq!(told.change(harbour, change.id).unwrap().before, "");
    }
}

#[test]
fn what_is_late_is_reminded_of_and_escalated_and_a_later_change_takes_its_place() {
    for told in moves() {
        let (brand, harbour) = (told.world.brand, told.world.harbour);
        let change = told.enters(brand, bristol("Flat 3"), None);
        assert_eq!(told.round(), 0);
        told.world.clock.advance(3 * TimeMs::DAY);
        assert_eq!(told.round(), 2, "both are reminded");
        assert_eq!(told.round(), 0);
        told.world.clock.advance(3 * TimeMs::DAY);
        assert_eq!(told.round(), 2);
        let own = told.obligation(harbour, &change);
        assert!(own.is_escalated);
        assert_eq!(steps(&own), [DutyStep::Sent, DutyStep::Chased, DutyStep::Escalated]);
        let lens = told.world.lens(brand);
        let now = told.world.clock.now();
        let late =
            |board| told.world.db.read(|cx| super::super::board(cx, &lens, now, board, None));
        assert_eq!(late(Board::Overdue).unwrap().items.len(), 2);

        told.enters(brand, address("1 Quay", "Bath", "BA1 1AA"), None);
        assert_eq!(told.obligation(harbour, &change).state, DutyState::Superseded);
        let id = own.id;
        let over =
            told.does(harbour, move |tx, lens, actor, now| applied(tx, lens, actor, now, id, ""));
        assert!(matches!(over, Err(Error::Over)));
        assert_eq!(late(Board::Overdue).unwrap().items.len(), 0);
        assert_eq!(late(Board::Open).unwrap().items.len(), 2);
    }
}

#[test]
fn what_is_for_a_summer_goes_back_by_itself() {
    for told in moves() {
        let (brand, harbour) = (told.world.brand, told.world.harbour);
        let until = told.world.clock.now().plus(30 * TimeMs::DAY);
        let summer = told.enters(brand, address("1 Quay", "Bath", "BA1 1AA"), Some(until));
        assert!(told.shown().contains("1 Quay"));
        told.world.clock.advance(31 * TimeMs::DAY);
        assert!(told.round() >= 1);
        assert!(told.shown().contains("14 Mill Row"), "her page too");
        let sight_of = |by| told.world.seen(by, told.maya, of_customer);
        let changes = sight_of(brand);
        assert_eq!(changes.len(), 2);
        assert_eq!(changes[0].value, Some(address("14 Mill Row", "Leeds", "LS2 7AA")));
        assert_eq!(changes[0].obligations.len(), 2, "each is told again");
        assert_eq!(told.obligation(harbour, &summer).state, DutyState::Superseded);
        told.round();
        assert_eq!(sight_of(brand).len(), 2, "once");
    }
}

#[test]
fn a_workshop_enters_it_and_what_is_wrong_leaves_no_trace() {
    for told in moves() {
        let (spoke, harbour) = (told.world.spoke, told.world.harbour);
        let change = told.enters(harbour, bristol("Flat 3"), None);
        assert!(told.shown().contains("Flat 3"), "it stands on the brand's page");
        let obliged: Vec<_> = told.change(told.world.brand, change.id).unwrap().obligations;
        assert_eq!(obliged.iter().map(|one| one.organisation).collect::<Vec<_>>(), [spoke]);
        let now = told.world.clock.now();
        let refused = |changed, value: Value, from: Option<TimeMs>, until: Option<TimeMs>| {
            let customer = told.maya;
            let new = NewChange { customer, changed, value, from, until, by_customer: false };
            let entered = told.does(harbour, move |tx, lens, actor, now| {
                enter(tx, lens, actor, now, &new).map(drop)
            });
            entered.unwrap_err()
        };
        let before = told.world.timeline(told.world.brand, told.maya).len();
        let (none, address_changed) = (None, Changed::Address);
        let wrong = refused(address_changed, Value::Phone("1".into()), none, none);
        assert!(matches!(wrong, Error::ValueWrong(Changed::Address)));
        let wrong = refused(address_changed, address("", "", ""), none, none);
        assert!(matches!(wrong, Error::ValueWrong(_)));
        let wrong = refused(address_changed, address(&"x".repeat(201), "", ""), none, none);
        assert!(matches!(wrong, Error::TooLong));
        let past = Some(now.plus(-1));
        assert!(matches!(refused(address_changed, bristol("1"), none, past), Error::TimesWrong));
        let far = Some(now.plus(900 * TimeMs::DAY));
        assert!(matches!(refused(address_changed, bristol("1"), far, none), Error::TimesWrong));
        assert_eq!(told.world.timeline(told.world.brand, told.maya).len(), before);
    }
}

#[test]
fn an_erasure_concerns_everybody_who_has_to_do_with_her() {
    for told in moves() {
        let (customer, brand) = (told.maya, told.world.brand);
        let new = NewChange {
            customer,
            changed: Changed::Erasure,
            value: Value::Nothing,
            from: None,
            until: None,
            by_customer: true,
        };
        let change = told
            .does(brand, move |tx, lens, actor, now| enter(tx, lens, actor, now, &new))
            .unwrap();
        assert_eq!(change.obligations.len(), 3);
        let own = told.obligation(told.pedal, &change);
        let kept = told.reads_back(told.pedal, own.id, Value::Name("Maya Okafor".to_owned()));
        assert_eq!(kept.state, DutyState::Mismatch);
        let gone = told.reads_back(told.pedal, own.id, Value::Nothing);
        assert_eq!(gone.state, DutyState::Verified);
    }
}

#[test]
fn after_two_turn_out_to_be_one_her_changes_are_found_still() {
    use handfast_record::merging::{self, Why};
    for told in moves() {
        let change = told.enters(told.world.brand, bristol("Flat 3"), None);
        let (other, _) = told.world.record(told.world.brand, "M-2", None, "M Okafor");
        let (author, maya, now) =
            (told.world.author(told.world.brand), told.maya, told.world.clock.now());
        let why = Why { weight: None, words: "One person".to_owned() };
        let merge =
            move |tx: &mut Tx<'_>| merging::merge(tx, &author, now, maya, other, &why).map(drop);
        told.world.db.write(merge).unwrap();
        let found = |id| told.world.seen(told.world.brand, id, of_customer);
        let lens = told.world.lens(told.world.brand);
        let standing = told.world.db.read(|cx| standing(cx, &lens, maya)).unwrap();
        assert_eq!(found(standing)[0].id, change.id);
        let harbour = told.world.harbour;
        let id = told.obligation(harbour, &change).id;
        assert_eq!(told.reads_back(harbour, id, bristol("Flat 3")).state, DutyState::Verified);
    }
}

fn standing(
    cx: &mut Cx<'_>,
    lens: &Lens,
    id: handfast_record::CustomerId,
) -> Result<handfast_record::CustomerId, Fault> {
    Ok(handfast_record::customers::look(cx, lens, id)?.unwrap().customer())
}

#[test]
fn what_holds_from_may_on_is_told_today_and_shown_in_may() {
    for told in moves() {
        let may = told.world.clock.now().plus(60 * TimeMs::DAY);
        let (brand, harbour) = (told.world.brand, told.world.harbour);
        let change = told.enters_from(brand, bristol("Flat 3"), (Some(may), None));
        assert_eq!(told.obligation(harbour, &change).due, may);
        told.round();
        assert!(told.shown().contains("14 Mill Row"), "she lives there still");
        told.world.clock.advance(61 * TimeMs::DAY);
        told.round();
        assert!(told.shown().contains("Flat 3"));
        told.world.clock.advance(TimeMs::DAY);
        told.round();
        let changes = told.world.seen(brand, told.maya, of_customer);
        assert_eq!(changes.len(), 1);
    }
}

#[test]
fn after_two_summers_in_a_row_she_is_back_where_she_was_before_both() {
    for told in moves() {
        let (brand, now) = (told.world.brand, told.world.clock.now());
        let until = |days| Some(now.plus(days * TimeMs::DAY));
        told.enters(brand, address("1 Quay", "Bath", "BA1 1AA"), until(30));
        told.enters(brand, address("2 Pier", "Hove", "BN3 1AA"), until(40));
        told.world.clock.advance(35 * TimeMs::DAY);
        told.round();
        assert!(told.shown().contains("2 Pier"), "the first ended when the second began");
        told.world.clock.advance(9 * TimeMs::DAY);
        told.round();
        assert!(told.shown().contains("14 Mill Row"));
    }
}

#[test]
fn who_does_not_see_what_it_was_cannot_have_it_go_back() {
    for told in moves() {
        let until = Some(told.world.clock.now().plus(TimeMs::DAY));
        let customer = told.maya;
        let new = NewChange {
            customer,
            changed: Changed::Phone,
            value: Value::Phone("07700 900123".to_owned()),
            from: None,
            until,
            by_customer: true,
        };
        let entered = told.does(told.pedal, move |tx, lens, actor, now| {
            enter(tx, lens, actor, now, &new).map(drop)
        });
        assert!(matches!(entered, Err(Error::NothingBefore)));
    }
}

#[test]
fn what_is_of_another_kind_is_a_mismatch_and_changes_no_record() {
    for told in moves() {
        let (brand, harbour) = (told.world.brand, told.world.harbour);
        let change = told.enters(brand, bristol("Flat 3"), None);
        let id = told.obligation(harbour, &change).id;
        let read = told.reads_back(harbour, id, Value::Phone("07700 900999".to_owned()));
        assert_eq!(read.state, DutyState::Mismatch);
        let lens = told.world.lens(brand);
        let find = |cx: &mut Cx<'_>| handfast_record::customers::find(cx, &lens, told.maya);
        let seen = told.world.db.read(find).unwrap().unwrap();
        assert!(seen.records.iter().all(|record| record.details.phone.is_empty()));
    }
}
