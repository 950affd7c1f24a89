//! Ines keeps what is sent to her each month, and can prove that history was rewritten.

use std::thread;

use handfast_kit::TimeMs;
use handfast_ledger::{Checkpoint, Signer};
use handfast_record::{
    organisations,
    receipts::{self, Fits},
    testing::{World, worlds},
};

use super::{INES, letters};
use crate::links::write_checkpoints;

fn signer() -> Signer {
    Signer::new("handfast/aurora", &[7; 32]).unwrap()
}

fn seal(world: &World) {
    let (network, now) = (world.network, world.clock.now());
    let seal =
        move |tx: &mut handfast_db::Tx<'_>| receipts::seal(tx, network, now, 100, Some(&signer()));
    world.db.write(seal).unwrap();
}

fn write(world: &World) -> usize {
    let (network, now) = (world.network, world.clock.now());
    world.db.write(move |tx| write_checkpoints(tx, network, now)).unwrap()
}

/// Harbour Wheelworks has its letters sent to Ines; Spoke & Chain has nobody.
fn with_letters(world: &World) {
    let (network, harbour) = (world.network, world.harbour);
    world
        .db
        .write(move |tx| organisations::set_contact_email(tx, network, harbour, INES))
        .map_err(|error: organisations::Error| error)
        .unwrap();
}

#[test]
fn each_partner_is_sent_the_signed_checkpoint_once_a_month() {
    for world in worlds() {
        with_letters(&world);
        world.record(world.spoke, "1", None, "Maya Okafor");
        assert_eq!(write(&world), 0, "nothing is signed yet");
        seal(&world);
        assert_eq!(write(&world), 1);
        assert_eq!(write(&world), 0, "once a month");
        let sent = letters(&world);
        let [(letter, Some(written))] = &sent[..] else { panic!("one letter: {sent:?}") };
        assert_eq!((letter.to.as_str(), letter.text.as_str()), (INES, ""));
        assert_eq!(written.subject, "Aurora Cycles: the signed record of March 2026");
        let (_, rest) = written.text.split_once("----- begin -----\n").unwrap();
        let (note, rest) = rest.split_once("----- end -----").unwrap();
        let kept = Checkpoint::verify(note, &signer().public_key()).unwrap();
        assert_eq!(kept.size, 1);
        assert!(rest.contains("handfast verify --kept aurora-2026-03.checkpoint"), "{rest}");
        assert!(rest.contains(&signer().public_key().to_string()), "{rest}");
        assert!(!written.text.contains("Maya"), "{}", written.text);

        world.record(world.spoke, "2", None, "Ben Adeyemi");
        seal(&world);
        world.clock.advance(31 * TimeMs::DAY);
        let (network, note) = (world.network, note.to_owned());
        let fits = world.db.read(move |cx| receipts::fits(cx, network, &note)).unwrap();
        assert!(matches!(fits, Some(Fits::Yes { .. })), "{fits:?}");
        assert_eq!(write(&world), 1, "the next month");
    }
}

#[test]
fn several_processes_write_one_letter() {
    for world in worlds() {
        with_letters(&world);
        world.record(world.spoke, "1", None, "Maya Okafor");
        seal(&world);
        let counts: Vec<usize> = thread::scope(|scope| {
            let writing: Vec<_> = (0..8).map(|_| scope.spawn(|| write(&world))).collect();
            writing.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(counts.iter().sum::<usize>(), 1, "{counts:?}");
        assert_eq!(letters(&world).len(), 1);
    }
}

#[test]
fn who_gets_an_address_later_is_written_to_then() {
    for world in worlds() {
        world.record(world.spoke, "1", None, "Maya Okafor");
        seal(&world);
        assert_eq!(write(&world), 0);
        with_letters(&world);
        assert_eq!(write(&world), 1);
    }
}
