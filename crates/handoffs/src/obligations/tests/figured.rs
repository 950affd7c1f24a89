//! Changes on the board, in numbers, and as the customer was told of them.

use handfast_kit::{Cursor, TimeMs};

use super::*;
use crate::{
    boards::{self, Line},
    figures::{self, Share, Which},
};

#[test]
fn who_applied_in_time_and_who_wrote_it_down_wrong_is_counted() {
    for told in moves() {
        let (brand, spoke, harbour) = (told.world.brand, told.world.spoke, told.world.harbour);
        let change = told.enters(brand, bristol("Flat 3"), None);
        let of = |by| told.obligation(by, &change).id;
        told.reads_back(spoke, of(spoke), bristol("Flat 3"));
        // Just before it is due: to write something down wrong wins no time.
        let due = told.obligation(harbour, &change).due;
        told.world.clock.advance(due.0 - told.world.clock.now().0 - TimeMs::MINUTE);
        let wrong = told.reads_back(harbour, of(harbour), bristol("Flat 8"));
        assert!(wrong.due > due, "it has longer to put it right");
        told.world.clock.advance(TimeMs::HOUR);
        told.reads_back(harbour, of(harbour), bristol("Flat 3"));

        let lens = told.world.lens(brand);
        let now = told.world.clock.now();
        let figures = |whose| {
            let found = told.world.db.read(|cx| figures::of(cx, &lens, now, whose));
            found.unwrap().unwrap()
        };
        let (good, bad) = (figures(spoke), figures(harbour));
        assert_eq!(good.applied, Share { count: 1, of: 1 });
        assert_eq!(good.mismatches, Share { count: 0, of: 1 });
        assert_eq!(bad.applied, Share { count: 0, of: 1 }, "it was late");
        assert_eq!(bad.mismatches, Share { count: 1, of: 1 });
        let list =
            |cx: &mut Cx<'_>| figures::list(cx, &lens, now, (harbour, Which::Mismatches), None);
        let behind = told.world.db.read(list).unwrap().unwrap().items;
        assert_eq!((behind.len(), behind[0].fault_count), (1, 1));
        assert_eq!(behind[0].customer_name.as_deref(), Some("Maya Okafor"));
    }
}

#[test]
fn the_customer_is_told_who_has_it_wrong_and_when_all_is_right() {
    for move_ in moves() {
        let (brand, spoke, harbour) = (move_.world.brand, move_.world.spoke, move_.world.harbour);
        let change = move_.enters(brand, bristol("Flat 3"), None);
        let of = |by| move_.obligation(by, &change).id;
        let said = |by| {
            let (lens, now) = (move_.world.lens(by), move_.change(by, change.id).unwrap());
            let told = move_.world.db.read(|cx| super::super::told(cx, &lens, &now)).unwrap();
            told.into_iter().map(|told| told.words).collect::<Vec<_>>()
        };
        let first = "We have your new address. Two organisations need it. You do not have to tell \
                     them.";
        assert_eq!(said(brand), [first]);
        assert!(!said(spoke)[0].contains("Two"), "a partner is not told how many there are");
        move_.reads_back(harbour, of(harbour), bristol("Flat 8"));
        assert!(said(brand)[1].starts_with(
            "Harbour Wheelworks wrote it down wrong. We have asked them to correct it by "
        ));
        assert_eq!(said(spoke).len(), 1, "nor what becomes of others");
        move_.world.clock.advance(TimeMs::HOUR);
        move_.reads_back(harbour, of(harbour), bristol("Flat 3"));
        move_.reads_back(spoke, of(spoke), bristol("Flat 3"));
        assert_eq!(said(brand).last().unwrap(), "Both are right now. We read back what they hold.");
    }
}

#[test]
fn the_board_is_one_list_in_one_order_however_it_is_paged() {
    for told in moves() {
        let (brand, harbour) = (told.world.brand, told.world.harbour);
        told.enters(brand, bristol("Flat 3"), None);
        for n in 0..60 {
            let offer = crate::Offer {
                customer: told.maya,
                thing: crate::Thing::Task(format!("Task {n}")),
                to: harbour,
                accept_by: Some(told.world.clock.now().plus((1 + n % 7) * TimeMs::DAY)),
                words: String::new(),
                brief: Vec::new(),
                incomplete_ok: true,
            };
            let made = told.does(brand, move |tx, lens, actor, now| {
                let made = crate::offer(tx, lens, actor, now, &offer);
                made.unwrap();
                Ok(())
            });
            made.unwrap();
        }
        let (lens, now) = (told.world.lens(brand), told.world.clock.now());
        let mut after: Option<Cursor> = None;
        let mut lines: Vec<Line> = Vec::new();
        loop {
            let page = told
                .world
                .db
                .read(|cx| boards::page(cx, &lens, now, crate::Board::Sent, after.as_ref()));
            let page = page.unwrap();
            assert!(page.items.len() <= boards::PAGE_ROWS);
            lines.extend(page.items);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert!(lines.is_sorted_by_key(Line::due));
        assert_eq!(lines.len(), 62, "60 tasks, and two parts of a change, each once");
        let counts = told.world.db.read(|cx| boards::counts(cx, &lens, now)).unwrap();
        assert_eq!((counts.waiting, counts.sent, counts.overdue), (0, 62, 0));
        let network = told.world.network;
        let waiting = told.world.db.read(|cx| boards::waiting(cx, network, harbour)).unwrap();
        assert_eq!(waiting, 61);
    }
}
