#![allow(clippy::unwrap_used)]

use super::*;

fn signer() -> Signer {
    Signer::new("aurora.example/ledger", &[7; 32]).unwrap()
}

#[test]
fn a_checkpoint_says_what_was_signed_and_the_key_survives_being_written_down() {
    let key = signer().public_key();
    let note = signer().checkpoint(3, Hash([9; 32]), &["signed 2026-03-12T09:40:00Z"]);
    let written: PublicKey = key.to_string().parse().unwrap();
    assert_eq!(written, key);
    let read = Checkpoint::verify(&note, &written).unwrap();
    assert_eq!((read.size, read.root), (3, Hash([9; 32])));
    assert_eq!(read.more, ["signed 2026-03-12T09:40:00Z"]);
    let witnessed = format!("{note}— witness.example AAAAAAAA\n");
    assert_eq!(Checkpoint::verify(&witnessed, &key), Ok(read), "others may sign beside");
}

/// The key of Go's own implementation, golang.org/x/mod/sumdb/note, and of its example.
#[test]
fn a_note_that_go_signed_is_read() {
    let key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    let key: PublicKey = key.parse().unwrap();
    assert_eq!(key.name(), "PeterNeumann");
    assert_eq!(
        key.to_string(),
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    );
    let signed = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqf\
        qdngotpRZb6KE6RyyBwJnAM=";
    let note = format!(
        "If you think cryptography is the answer to your problem,\n\
         then you don't know what your problem is.\n\n\
         — PeterNeumann {signed}\n"
    );
    let (text, signatures) = split(&note).unwrap();
    let signature = signatures.trim_end().rsplit(' ').next().unwrap();
    let signature = encoding::bytes::<68>(signature).unwrap();
    assert_eq!(signature[..4], key.id());
    UnparsedPublicKey::new(&ED25519, key.bytes).verify(text.as_bytes(), &signature[4..]).unwrap();
}

#[test]
fn a_key_that_lost_a_letter_is_told_from_one_that_is_none() {
    let text = signer().public_key().to_string();
    assert_eq!("".parse::<PublicKey>(), Err(KeyError::Form));
    assert_eq!("a+b".parse::<PublicKey>(), Err(KeyError::Form));
    assert_eq!(text.replacen("aurora", "aurara", 1).parse::<PublicKey>(), Err(KeyError::Hash));
    assert_eq!(text[..text.len() - 4].parse::<PublicKey>(), Err(KeyError::Form));
    assert_eq!(Signer::new("two words", &[0; 32]).unwrap_err(), KeyError::Name);
    assert!(!format!("{:?}", signer()).contains('7'), "a key is never printed");
}

#[test]
fn no_bit_of_a_checkpoint_can_be_changed() {
    let (key, root) = (signer().public_key(), Hash([9; 32]));
    let note = signer().checkpoint(20_852_163, root, &["signed 2026-03-12T09:40:00Z"]);
    for at in 0..note.len() * 8 {
        let mut bytes = note.clone().into_bytes();
        bytes[at / 8] ^= 1 << (at % 8);
        // What is no text any more cannot come this far.
        let Ok(changed) = String::from_utf8(bytes) else { continue };
        let read = Checkpoint::verify(&changed, &key);
        // A last letter of Base64 has bits that say nothing, and are refused.
        assert!(read.is_err(), "bit {at}: {changed}");
    }
    let other = Signer::new("aurora.example/ledger", &[8; 32]).unwrap();
    let forged = other.checkpoint(3, root, &[]);
    assert_eq!(Checkpoint::verify(&forged, &key), Err(CheckpointError::OtherKey));
    let elsewhere = Signer::new("else.example", &[7; 32]).unwrap().checkpoint(3, root, &[]);
    assert_eq!(Checkpoint::verify(&elsewhere, &key), Err(CheckpointError::OtherLog));
    assert_eq!(Checkpoint::verify("", &key), Err(CheckpointError::Form));
}
