//! Whoever is named in a dispute answers by a link.

use handfast_record::{DisputeId, touches::Leg};

use super::*;
use crate::disputes::{self, Claim, Dispute, State as Standing};

/// Aurora asks Spoke & Chain to call Maya back, and then says that it is Harbour’s part.
fn disputed(world: &World) -> DisputeId {
    let id = offered(world); // to Harbour, whose letters go to Ines
    let _ = letters(world);
    let (lens, now) = (world.lens(world.brand), world.clock.now());
    let actor = Actor { organisation: world.brand, person: None, name: "Priya Nair".to_owned() };
    let claim = Claim {
        leg: Leg::Carrier,
        organisation: Some(world.harbour),
        words: "It left us on Monday".to_owned(),
        reference: "P 17".to_owned(),
    };
    let open =
        move |tx: &mut handfast_db::Tx<'_>| disputes::open(tx, &lens, &actor, now, (id, &claim));
    world.db.write(open).unwrap().id
}

fn dispute(world: &World, id: DisputeId) -> Dispute {
    let lens = world.lens(world.brand);
    world.db.read(move |cx| disputes::find(cx, &lens, id)).unwrap().unwrap()
}

#[test]
fn the_one_that_is_named_gets_a_letter_and_settles_it_by_its_link() {
    for world in worlds() {
        let id = disputed(&world);
        let all = letters(&world);
        let [(letter, Some(written))] = &all[..] else { panic!("one letter: {all:?}") };
        assert_eq!((letter.to.as_str(), letter.thread), (INES, id.as_kind()));
        for said in ["Aurora Cycles says that it was Harbour Wheelworks’s part", "Please answer by"]
        {
            assert!(written.text.contains(said), "{said}: {}", written.text);
        }
        assert!(!written.text.contains("Maya") && !written.text.contains("It left us"));
        let (_, rest) = written.text.split_once("https://hf.example/l/").unwrap();
        let link = Secret::parse(rest.lines().next().unwrap()).unwrap().hash();
        let Some(What::Dispute(seen)) = behind(&world, link) else { panic!("a dispute") };
        assert_eq!((seen.id, seen.words.as_str()), (id, "It left us on Monday"));
        // What is of a hand-off is none of a dispute.
        assert!(matches!(does(&world, link, Act::See), Err(Error::NotAsked)));
        let short = does(&world, link, Act::Decline("no".to_owned()));
        assert!(matches!(short, Err(Error::Dispute(disputes::Error::WordsWrong))));
        assert_eq!(dispute(&world, id).state, Standing::Open);
        // Fifty press it at once: it is settled, once.
        thread::scope(|scope| {
            for _ in 0..50 {
                scope.spawn(|| does(&world, link, Act::Accept));
            }
        });
        let settled = dispute(&world, id);
        assert_eq!((settled.state, settled.version), (Standing::Settled, 2));
        assert_eq!(settled.steps[1].by, INES);
        assert_eq!(behind(&world, link), None, "the link ended with it");
        let late = does(&world, link, Act::Decline("It was not ours".to_owned()));
        assert!(matches!(late, Err(Error::Over)));
    }
}

#[test]
fn what_is_denied_is_the_brands_to_decide_and_no_letter_goes_out_any_more() {
    for world in worlds() {
        let id = disputed(&world);
        let link = link(&world);
        does(&world, link, Act::Decline("It was not ours".to_owned())).unwrap();
        let denied = dispute(&world, id);
        assert_eq!(
            (denied.state, denied.answer.0.as_str()),
            (Standing::Answered, "It was not ours")
        );
        assert_eq!(behind(&world, link), None);
        world.clock.advance(10 * TimeMs::DAY);
        let (network, now) = (world.network, world.clock.now());
        world.db.write(move |tx| disputes::due(tx, network, now, 100)).unwrap();
        assert!(letters(&world).iter().all(|(letter, _)| letter.thread != id.as_kind()));
    }
}

#[test]
fn who_does_not_answer_is_reminded_and_may_still_answer_when_the_brand_is_to_decide() {
    for world in worlds() {
        let id = disputed(&world);
        let link = link(&world);
        let due = dispute(&world, id).waits_for.unwrap().1;
        let round = |at: TimeMs| {
            world.clock.advance(at.0 - world.clock.now().0);
            let (network, now) = (world.network, world.clock.now());
            world.db.write(move |tx| disputes::due(tx, network, now, 100)).unwrap();
        };
        round(due.plus(-TimeMs::MINUTE));
        let all = letters(&world);
        let reminded = all.iter().find(|(letter, _)| letter.thread == id.as_kind());
        let written = reminded.and_then(|(_, written)| written.as_ref()).expect("a reminder");
        assert!(written.subject.starts_with("Reminder: Whose part was it?"), "{written:?}");
        round(due);
        assert!(dispute(&world, id).is_escalated);
        assert!(letters(&world).iter().all(|(letter, _)| letter.thread != id.as_kind()));
        assert!(behind(&world, link).is_some());
    }
}
