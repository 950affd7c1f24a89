//! Somebody changes the database behind everybody's back.

use super::{super::*, told};
use crate::testing::NOW;

/// Each is done to a sealed ledger of 601 touches, and found at the touch with this number.
#[test]
fn whatever_is_changed_of_a_touch_is_found_at_its_number() {
    let changes = [
        "update touch set summary = 'All is well' where leaf_index = 300",
        "update touch set body = replace(body, 'call', 'visit') where leaf_index = 300",
        "update touch set kind = 'note' where leaf_index = 300",
        "update touch set class = 12 where leaf_index = 300",
        "update touch set class = 99 where leaf_index = 300",
        "update touch set channel = 'mail' where leaf_index = 300",
        "update touch set audience = 1 where leaf_index = 300",
        "update touch set recorded_ms = recorded_ms + 1 where leaf_index = 300",
        "update touch set at_ms = at_ms - 1 where leaf_index = 300",
        "update touch set record_id = null where leaf_index = 300",
        "update touch set organisation_id = record_id where leaf_index = 300",
        "update touch set person_id = record_id where leaf_index = 300",
        "update touch set touch_id = record_id where leaf_index = 300",
        "update touch set salt = (select t.salt from touch t where t.leaf_index = 301) where \
         leaf_index = 300",
    ];
    for change in changes {
        for told in told(600) {
            told.seal(500);
            assert_eq!(told.check(), None);
            told.tamper(change);
            let found = told.check();
            let is_named = matches!(found, Some(Bad::Changed { number: 300, .. }));
            assert!(is_named, "{change}: {found:?}");
        }
    }
}

fn is_twice_or_changed(bad: Option<&Bad>) -> bool {
    let Some(Bad::Twice { number, .. } | Bad::Changed { number, .. }) = bad else { return false };
    [250, 299].contains(number)
}

#[test]
fn touches_that_are_gone_doubled_swapped_or_added_are_found() {
    type Found = fn(Option<&Bad>) -> bool;
    let changes: [(&'static str, Found); 8] = [
        ("update touch set leaf_index = -5 where leaf_index = 600", |bad| {
            matches!(bad, Some(Bad::Unsealed { number: -5, .. }))
        }),
        ("delete from touch where leaf_index = 300", |bad| {
            matches!(bad, Some(Bad::Missing { number: 300, .. }))
        }),
        ("delete from touch where leaf_index >= 590", |bad| {
            matches!(bad, Some(Bad::Missing { number: 590, .. }))
        }),
        // At the end of a part that is checked at once, and within one.
        ("update touch set leaf_index = 299 where leaf_index = 600", is_twice_or_changed),
        ("update touch set leaf_index = 250 where leaf_index = 600", is_twice_or_changed),
        ("update touch set leaf_index = 599 - leaf_index where leaf_index in (299, 300)", |bad| {
            matches!(bad, Some(Bad::Changed { number: 299, .. }))
        }),
        ("update touch set leaf_index = 700 where leaf_index = 600", |bad| {
            matches!(bad, Some(Bad::Missing { number: 600, .. }))
        }),
        ("update ledger set tree_size = 590", |bad| {
            matches!(bad, Some(Bad::Tree { .. } | Bad::Unsealed { number: 590, .. }))
        }),
    ];
    for (change, is_found) in changes {
        for told in told(600) {
            told.seal(500);
            told.tamper(change);
            let found = told.check();
            assert!(is_found(found.as_ref()), "{change}: {found:?}");
        }
    }
}

#[test]
fn a_tree_or_signature_that_was_changed_is_found() {
    let changes = [
        "update ledger_tile set hashes = (select t.hashes from ledger_tile t where t.level = 0 and \
         t.tile_index = 0) where level = 1",
        "delete from ledger_tile where level = 0 and tile_index = 1",
        "update ledger set checkpoint = replace(checkpoint, '601', '600')",
        "update ledger set checkpoint = replace(checkpoint, 'signed 2026', 'signed 2025')",
        "update ledger set public_key = 'handfast/aurora+00000000+AAAA'",
        "update ledger set signed_size = 600",
    ];
    for change in changes {
        for told in told(600) {
            told.seal(500);
            told.tamper(change);
            assert!(told.check().is_some(), "{change}");
        }
    }
}

#[test]
fn who_rewrites_words_and_tree_is_found_by_the_signature() {
    for told in told(10) {
        told.seal(500);
        let network = told.world.network;
        told.tamper("update touch set summary = 'All is well' where leaf_index = 4");
        // The tree is made anew to fit, and only the key is missing to sign it.
        told.tamper("delete from ledger_tile");
        told.tamper("update ledger set tree_size = 0");
        told.world.db.write(move |tx| seal(tx, network, NOW, 500, None)).unwrap();
        assert!(matches!(told.check(), Some(Bad::Signature(_))), "{:?}", told.check());
        let kept = told.signed().note;
        let fits = told.read(|cx| fits(cx, network, &kept)).unwrap();
        assert_eq!(fits, Fits::Rewritten, "whoever kept a checkpoint sees it too");
    }
}

#[test]
fn a_byte_flipped_anywhere_in_a_sample_is_found_and_nothing_panics() {
    for told in told(3) {
        told.seal(500);
        let network = told.world.network;
        let tile: Vec<(Vec<u8>,)> = told.read(|cx| {
            cx.all("select hashes from ledger_tile where network_id = $1 limit 9", (network,))
        });
        let whole = tile[0].0.clone();
        for bit in 0..whole.len() * 8 {
            let mut changed = whole.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let write = move |tx: &mut Tx<'_>| {
                tx.exec(
                    "update ledger_tile set hashes = $1 where network_id = $2",
                    (changed.clone(), network),
                )
            };
            told.world.db.write(write).unwrap();
            let number = bit as u64 / 256;
            let found = told.check();
            let is_named = matches!(&found, Some(Bad::Changed { number: at, .. }) if *at == number);
            assert!(is_named, "bit {bit}: {found:?}");
        }
    }
}
