//! What receipts and checkpoints prove, and to whom they are given.

use handfast_ledger::{CheckpointError, Content, ReceiptError, Signer};

use super::{super::*, Told, granted, key, signer, told};
use crate::{
    merging::{self, Why},
    sharing::{Class, Grant, Level},
    testing::NOW,
    touches::{Body, NewTouch, append},
};

#[test]
fn a_receipt_verifies_with_the_file_and_the_key_alone_and_grows_with_the_ledger() {
    for told in told(300) {
        let first = told.calls[0];
        assert_eq!(told.receipt(first), None, "not before it is sealed");
        told.seal(64);
        let early = told.receipt(first).unwrap();
        let file = serde_json::to_vec(&early).unwrap();
        let read = Receipt::read(&file).unwrap();
        // Maya's record is a touch too.
        assert_eq!(read.verify(&key()).unwrap().size, 301);
        assert_eq!(read.touch.kind, "call");
        assert_eq!(read.touch.record_id.len(), 36, "the record, and nothing of who Maya is");
        assert!(!String::from_utf8(file).unwrap().contains(&told.maya.to_string()));
        let content: Content = read.content.unwrap();
        assert_eq!(content.summary, "The motor cuts out, call 0");
        assert_eq!(fingerprint(&early).len(), 14);

        told.world.record(told.world.harbour, "HW-3", None, "Leo Marsh");
        told.seal(500);
        let late = told.receipt(first).unwrap();
        assert_eq!(late.verify(&key()).unwrap().size, 302);
        assert_eq!(late.leaf(), early.leaf());
        let other = Signer::new("handfast/aurora", &[8; 32]).unwrap().public_key();
        let refused = late.verify(&other).unwrap_err();
        assert_eq!(refused, ReceiptError::Checkpoint(CheckpointError::OtherKey));
    }
}

#[test]
fn a_partner_gets_receipts_of_what_it_sees_and_words_only_where_it_sees_them_whole() {
    for told in told(2) {
        told.seal(500);
        let (world, call) = (&told.world, told.calls[1]);
        let of = |organisation| {
            let lens = world.lens(organisation);
            told.read(|cx| receipt(cx, &lens, call))
        };
        let own = of(world.spoke).expect("who wrote it");
        assert!(own.content.is_some());
        assert_eq!(of(world.harbour), None, "who sees nothing of her has no such touch");
        world.record(world.harbour, "HW-1", Some("maya"), "Maya Okafor");
        world.agree(world.harbour, &[granted(Class::Identity)]);
        assert_eq!(of(world.harbour), None, "nor who sees something else of her");
        world.agree(world.harbour, &[granted(Class::Message)]);
        assert_eq!(of(world.harbour), Some(own));
    }
}

#[test]
fn who_knows_the_author_behind_a_veil_alone_gets_no_receipt() {
    for told in told(2) {
        told.seal(500);
        let (world, call) = (&told.world, told.calls[1]);
        world.record(world.harbour, "HW-1", Some("maya"), "Maya Okafor");
        let veiled = Grant { level: Level::Veiled, ..granted(Class::Message) };
        world.agree(world.harbour, &[veiled]);
        let lens = world.lens(world.harbour);
        assert!(told.read(|cx| touches::find(cx, &lens, call)).is_some(), "the call is seen");
        assert_eq!(told.read(|cx| receipt(cx, &lens, call)), None, "its header names the author");
    }
}

#[test]
fn what_was_said_can_be_erased_and_every_proof_stays() {
    for told in told(5) {
        told.seal(500);
        let (network, call) = (told.world.network, told.calls[2]);
        let before = told.receipt(call).unwrap();
        let forget = move |tx: &mut Tx<'_>| forget(tx, network, call, NOW.plus(9));
        assert!(told.world.db.write(forget).unwrap());
        assert!(!told.world.db.write(forget).unwrap(), "a second time there is nothing");
        let after = told.receipt(call).unwrap();
        assert_eq!(after.content, None);
        assert_eq!((after.leaf(), after.commitment), (before.leaf(), before.commitment));
        assert!(after.verify(&key()).is_ok());
        assert!(before.verify(&key()).is_ok(), "a receipt that was given stays true");
        assert_eq!(told.check(), None);
        let said = told.world.timeline(told.world.brand, told.maya);
        assert!(said.iter().all(|touch| !touch.summary.contains("call 2")));
        let lens = told.world.lens(told.world.brand);
        let found = told.read(|cx| crate::search::find(cx, &lens, "cuts", 9));
        assert_eq!(found.len(), 1, "the other calls are found still");
    }
}

#[test]
fn touches_that_are_erased_before_they_are_sealed_become_leaves_too() {
    for told in told(3) {
        let (network, call) = (told.world.network, told.calls[0]);
        told.world.db.write(move |tx| forget(tx, network, call, NOW)).unwrap();
        told.seal(2);
        assert_eq!(told.check(), None);
        assert!(told.receipt(call).unwrap().verify(&key()).is_ok());
    }
}

#[test]
fn merging_two_customers_changes_no_leaf() {
    for told in told(4) {
        told.seal(500);
        let (leo, _) = told.world.record(told.world.harbour, "HW-3", None, "Mya Okafor");
        told.seal(500);
        let before = told.receipt(told.calls[0]).unwrap();
        let author = told.world.author(told.world.brand);
        let (into, from) = (told.maya, leo);
        let why = Why { weight: None, words: "One person".to_owned() };
        told.world.db.write(move |tx| merging::merge(tx, &author, NOW, into, from, &why)).unwrap();
        told.seal(500);
        let after = told.receipt(told.calls[0]).unwrap();
        assert_eq!(before.leaf(), after.leaf());
        assert_eq!(told.check(), None);
        let spoke = told.world.lens(told.world.spoke);
        let own = told.read(|cx| receipt(cx, &spoke, told.calls[0])).unwrap();
        assert_eq!(own.leaf(), after.leaf(), "by whichever id its author knows her");
    }
}

#[test]
fn touches_that_an_older_version_numbered_are_taken_in() {
    for told in told(700) {
        let network = told.world.network;
        let number = move |tx: &mut Tx<'_>| touches::number(tx, network, 0, 600);
        told.world
            .db
            .write(move |tx| {
                touches::hold_sealing(tx, network)?;
                number(tx)
            })
            .unwrap();
        let sealed =
            told.world.db.write(move |tx| seal(tx, network, NOW, 256, Some(&signer()))).unwrap();
        assert_eq!((sealed, told.signed().size), (256, 256), "first what had its number already");
        told.seal(256);
        assert_eq!((told.signed().size, told.check()), (701, None));
    }
}

#[test]
fn a_ledger_without_a_key_grows_and_is_signed_once_there_is_one_and_by_no_other() {
    for told in told(3) {
        let network = told.world.network;
        told.world.db.write(move |tx| seal(tx, network, NOW, 500, None)).unwrap();
        assert_eq!(told.read(|cx| signed(cx, network)), None);
        assert_eq!(told.receipt(told.calls[0]), None);
        told.seal(500);
        assert_eq!(told.signed().size, 4, "signed without a new touch");
        told.world.record(told.world.harbour, "HW-3", None, "Leo Marsh");
        let other = Signer::new("handfast/aurora", &[8; 32]).unwrap();
        let sealed = told.world.db.write(move |tx| seal(tx, network, NOW, 500, Some(&other)));
        assert_eq!(sealed.unwrap(), 1, "numbers go on");
        assert_eq!((told.signed().size, told.signed().public_key), (4, key().to_string()));
    }
}

#[test]
fn who_kept_a_checkpoint_learns_whether_history_was_rewritten() {
    for told in told(40) {
        let network = told.world.network;
        let number =
            |limit| told.world.db.write(move |tx| seal(tx, network, NOW, limit, Some(&signer())));
        number(20).unwrap();
        let kept = told.signed();
        told.seal(7);
        let fit = |note: &str| told.read(|cx| fits(cx, network, note)).unwrap();
        let Fits::Yes { signed, proof } = fit(&kept.note) else { panic!("{:?}", fit(&kept.note)) };
        let checkpoint = |note: &str| Checkpoint::verify(note, &key()).unwrap();
        let (old, new) = (checkpoint(&kept.note), checkpoint(&signed.note));
        let pair = |of: &Checkpoint| (of.size, of.root);
        assert!(handfast_ledger::is_continued(pair(&old), pair(&new), &proof));
        let proof = told.read(|cx| consistency(cx, network, (old.size, new.size))).unwrap();
        assert!(handfast_ledger::is_continued(pair(&old), pair(&new), &proof));
        assert_eq!(told.read(|cx| consistency(cx, network, (5, 4_000))), None);

        assert_eq!(fit("nonsense"), Fits::NotOurs(CheckpointError::Form));
        let forged =
            Signer::new("handfast/aurora", &[9; 32]).unwrap().checkpoint(20, old.root, &[]);
        assert_eq!(fit(&forged), Fits::NotOurs(CheckpointError::OtherKey));
        let lied = signer().checkpoint(20, new.root, &[]);
        assert_eq!(fit(&lied), Fits::Rewritten);
        let longer = signer().checkpoint(4_000, new.root, &[]);
        assert_eq!(fit(&longer), Fits::Shorter { held: 41, kept: 4_000 });
    }
}

#[test]
fn two_who_seal_at_once_leave_no_gap() {
    for told in told(400) {
        let network = told.world.network;
        let seal_all = |told: &Told| {
            let part = || {
                told.world.db.write(move |tx| seal(tx, network, NOW, 7, Some(&signer()))).unwrap()
            };
            while part() > 0 {}
        };
        std::thread::scope(|scope| {
            let both = [scope.spawn(|| seal_all(&told)), scope.spawn(|| seal_all(&told))];
            for one in both {
                one.join().unwrap();
            }
        });
        assert_eq!((told.signed().size, told.check()), (401, None));
    }
}

#[test]
fn a_receipt_of_a_sale_has_no_words_for_who_sees_no_prices() {
    for told in told(0) {
        let world = &told.world;
        let (author, maya) = (world.author(world.spoke), told.maya);
        let sale = Body::Sale {
            order_ref: "SC-88213".to_owned(),
            status: String::new(),
            lines: Vec::new(),
            total_minor: Some(329_000),
            currency: "GBP".to_owned(),
        };
        let sale = NewTouch::new(maya.as_kind(), NOW, sale);
        let (id, _) = world.db.write(move |tx| append(tx, &author, NOW, sale.clone())).unwrap();
        told.seal(500);
        world.record(world.harbour, "HW-1", Some("maya"), "Maya Okafor");
        world.agree(world.harbour, &[granted(Class::Purchase)]);
        let lens = world.lens(world.harbour);
        let seen = told.read(|cx| receipt(cx, &lens, id)).unwrap();
        assert_eq!(seen.content, None, "the price is in the words");
        assert!(seen.verify(&key()).is_ok());
        assert!(told.receipt(id).unwrap().content.is_some());
    }
}
