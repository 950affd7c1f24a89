#![allow(clippy::unwrap_used)]

use std::{collections::HashMap, convert::Infallible};

use proptest::prelude::*;

use super::*;
use crate::{Signer, TileId, Tree, append};

fn signer() -> Signer {
    Signer::new("aurora.example/ledger", &[7; 32]).unwrap()
}

fn header(number: u64) -> Header {
    Header {
        network_id: "0195a1f0-0000-7000-8000-000000000001".to_owned(),
        touch_id: format!("0195a1f0-0000-7000-8000-{number:012}"),
        record_id: String::new(),
        organisation_id: "0195a1f0-0000-7000-8000-000000000002".to_owned(),
        person_id: String::new(),
        class: "address".to_owned(),
        kind: "obligation".to_owned(),
        channel: "system".to_owned(),
        audience: "named".to_owned(),
        at_ms: 1_773_308_400_000,
        recorded_ms: 1_773_308_400_001,
    }
}

fn content() -> Content {
    let summary = "The change of the address was read back and matches".to_owned();
    Content { salt: Hash([3; 32]), summary, body: r#"{"kind":"obligation"}"#.to_owned() }
}

/// The receipt of touch 5 of 9, as a file.
fn receipt() -> Receipt {
    let commitment = content().commitment();
    let leaves: Vec<Hash> = (0..9).map(|number| header(number).leaf(&commitment)).collect();
    let none = |_| Ok::<_, Infallible>(Vec::new());
    let tiles: HashMap<TileId, Vec<Hash>> = append(0, &leaves, none).unwrap().into_iter().collect();
    let mut tree = Tree::new(9, |tile| Ok::<_, Infallible>(tiles[&tile].clone()));
    let checkpoint = signer().checkpoint(9, tree.root().unwrap(), &["signed 2026-03-12T09:40:00Z"]);
    let place = (5, tree.inclusion(5).unwrap());
    Receipt::new(header(5), (commitment, Some(content())), place, checkpoint)
}

#[test]
fn a_receipt_is_checked_with_only_the_file_and_the_key() {
    let file = serde_json::to_vec_pretty(&receipt()).unwrap();
    let read = Receipt::read(&file).unwrap();
    let checkpoint = read.verify(&signer().public_key()).unwrap();
    assert_eq!((read.leaf_index, checkpoint.size), (5, 9));
    assert_eq!(read.content, Some(content()));
}

#[test]
fn once_the_words_are_erased_the_receipt_still_proves_that_the_touch_was_there() {
    let erased = Receipt { content: None, ..receipt() };
    assert!(erased.verify(&signer().public_key()).is_ok());
    let words = Content { summary: "All is well".to_owned(), ..content() };
    let other = Receipt { content: Some(words), ..receipt() };
    assert_eq!(other.verify(&signer().public_key()), Err(ReceiptError::Words));
}

#[test]
fn nothing_slides_from_one_field_into_the_next() {
    let (mut one, mut other) = (header(5), header(5));
    (one.class, one.kind) = ("ab".to_owned(), "c".to_owned());
    (other.class, other.kind) = ("a".to_owned(), "bc".to_owned());
    assert_ne!(one.leaf(&Hash([0; 32])), other.leaf(&Hash([0; 32])));
    assert_ne!(commitment(&[0; 32], "ab", "c"), commitment(&[0; 32], "a", "bc"));
}

#[test]
fn what_is_no_receipt_is_told_from_a_later_form() {
    assert!(matches!(Receipt::read(b"{}"), Err(ReceiptError::Form(_))));
    assert!(matches!(Receipt::read(b"\xff"), Err(ReceiptError::Form(_))));
    let later = Receipt { format: "handfast receipt 2".to_owned(), ..receipt() };
    let later = serde_json::to_vec(&later).unwrap();
    assert!(
        matches!(Receipt::read(&later), Err(ReceiptError::Format(form)) if form.ends_with('2'))
    );
}

#[test]
fn no_bit_of_the_file_can_be_changed() {
    let key = signer().public_key();
    let file = serde_json::to_vec(&receipt()).unwrap();
    for at in 0..file.len() * 8 {
        let mut changed = file.clone();
        changed[at / 8] ^= 1 << (at % 8);
        let Ok(read) = Receipt::read(&changed) else { continue };
        let verified = read.verify(&key);
        assert!(verified.is_err() || read == receipt(), "bit {at}: {read:?}");
    }
}

proptest! {
    #[test]
    fn whatever_a_file_holds_reading_it_never_panics(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        if let Ok(receipt) = Receipt::read(&bytes) {
            let _ = receipt.verify(&signer().public_key());
        }
    }
}
