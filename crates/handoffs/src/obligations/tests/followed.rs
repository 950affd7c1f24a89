//! What organisations' own records say is read back by itself.

use handfast_record::{
    receipts,
    touches::{Body, Changed},
};

use super::*;

impl Move {
    /// Touches get their numbers, and the round follows the feed to its end. Answers how many
    /// touches it went through.
    fn follows(&self) -> usize {
        let (network, now) = (self.world.network, self.world.clock.now());
        self.world.db.write(move |tx| receipts::seal(tx, network, now, 1_000, None)).unwrap();
        let mut count = 0;
        loop {
            let some = self.world.db.write(move |tx| follow(tx, network, now, 3)).unwrap();
            count += some;
            if some == 0 {
                return count;
            }
        }
    }

    fn line(street: &str, city: &str, postcode: &str) -> Incoming {
        Incoming {
            external_ref: "M-1".to_owned(),
            person_key: None,
            details: Details {
                name: "Maya Okafor".to_owned(),
                street: street.to_owned(),
                city: city.to_owned(),
                postcode: postcode.to_owned(),
                ..Details::default()
            },
            since: None,
        }
    }

    /// A line of an organisation's export is taken in, as it was written at that moment.
    fn takes_in(&self, of: OrganisationId, as_of: TimeMs, line: &Incoming) {
        let (author, now, line) = (self.world.author(of), self.world.clock.now(), line.clone());
        let taken = move |tx: &mut Tx<'_>| customers::receive(tx, &author, as_of, now, &line);
        self.world.db.write(taken).unwrap();
    }

    fn later(&self) -> TimeMs {
        self.world.clock.advance(TimeMs::MINUTE);
        self.world.clock.now()
    }

    fn steps(&self, of: OrganisationId, change: &Change) -> Vec<String> {
        let own = self.obligation(of, change);
        own.steps.iter().map(|step| step.step.word().to_owned()).collect()
    }
}

#[test]
fn an_export_without_the_flat_is_a_mismatch_and_a_right_one_is_verified_once() {
    for told in moves() {
        let spoke = told.world.spoke;
        let change = told.enters(told.world.brand, bristol("Flat 3"), None);
        told.follows();
        assert_eq!(told.obligation(spoke, &change).state, DutyState::Sent);

        let now = told.later();
        let wrong = Move::line("27 Coopers Wharf", "Bristol", "BS1 6ZZ");
        told.takes_in(spoke, now, &wrong);
        told.follows();
        let own = told.obligation(spoke, &change);
        assert_eq!(own.state, DutyState::Mismatch);
        assert_eq!(own.held.as_ref().unwrap().1, ReadBack::ExportLine);
        let [given, _] = own.diff.as_ref().unwrap();
        let missing: String =
            given.iter().filter(|part| !part.is_same).map(|part| part.text.as_str()).collect();
        assert!(missing.contains("Flat 3"), "{missing}");
        assert_eq!(told.obligation(told.world.harbour, &change).state, DutyState::Sent);

        let now = told.later();
        told.takes_in(spoke, now, &Move::line("FLAT 3, 27 Coopers Wharf", "Bristol", "BS16ZZ"));
        told.follows();
        assert_eq!(told.obligation(spoke, &change).state, DutyState::Verified);
        assert_eq!(told.steps(spoke, &change), ["sent", "mismatch", "verified"]);

        // What was right may be wrong the next time; and the same twice is the same.
        for _ in 0..2 {
            let now = told.later();
            told.takes_in(spoke, now, &wrong);
            told.follows();
            // The obligation's own touch is followed, too, and tells nothing.
            told.follows();
            assert_eq!(told.follows(), 0, "nothing new");
        }
        let steps = told.steps(spoke, &change);
        assert_eq!(steps, ["sent", "mismatch", "verified", "mismatch"]);
    }
}

#[test]
fn what_was_said_before_it_was_told_proves_nothing() {
    for told in moves() {
        let (spoke, harbour) = (told.world.spoke, told.world.harbour);
        let before = told.world.clock.now();
        told.takes_in(spoke, before, &Move::line("1 Other Road", "Leeds", "LS2 7AA"));
        let file_written = told.later();
        let now = told.later();
        let change = told.enters(told.world.brand, bristol("Flat 3"), None);
        told.follows();
        assert_eq!(told.obligation(spoke, &change).state, DutyState::Sent);

        // The file is older than what it did not know of.
        assert!(file_written < now);
        told.later();
        told.takes_in(harbour, file_written, &Move::line("2 Other Road", "Leeds", "LS2 7AA"));
        told.follows();
        assert_eq!(told.obligation(harbour, &change).state, DutyState::Sent);

        // From May on she lives in Hove: who has not changed it yet is right until then.
        let may = told.later().plus(60 * TimeMs::DAY);
        let hove = address("2 Pier", "Hove", "BN3 1AA");
        let change = told.enters_from(told.world.brand, hove, (Some(may), None));
        let now = told.later();
        told.takes_in(spoke, now, &Move::line("Flat 3, 27 Coopers Wharf", "Bristol", "BS1 6ZZ"));
        told.follows();
        assert_eq!(told.obligation(spoke, &change).state, DutyState::Sent);
        told.takes_in(harbour, now, &Move::line("2 Pier", "Hove", "BN3 1AA"));
        told.follows();
        assert_eq!(told.obligation(harbour, &change).state, DutyState::Verified);
    }
}

#[test]
fn what_was_typed_back_is_not_read_back_again_from_the_record_that_follows_it() {
    for told in moves() {
        let (spoke, harbour) = (told.world.spoke, told.world.harbour);
        let change = told.enters(told.world.brand, bristol("Flat 3"), None);
        told.later();
        let id = told.obligation(spoke, &change).id;
        told.reads_back(spoke, id, bristol("Flat 30"));
        let id = told.obligation(harbour, &change).id;
        told.reads_back(harbour, id, bristol("Flat 3"));
        told.later();
        assert!(told.follows() > 0);
        assert_eq!(told.steps(spoke, &change), ["sent", "mismatch"]);
        assert_eq!(told.steps(harbour, &change), ["sent", "verified"]);
        let telling = |touch: &handfast_record::touches::Touch| {
            matches!(touch.body(), Some(Body::Obligation { .. }))
        };
        let touches = told.world.timeline(told.world.brand, told.maya);
        assert_eq!(touches.iter().filter(|touch| telling(touch)).count(), 4);
        assert_eq!(change.changed, Changed::Address);
    }
}

#[test]
fn a_line_that_says_what_it_said_before_is_what_they_hold() {
    for told in moves() {
        let (spoke, author) = (told.world.spoke, told.world.author(told.world.spoke));
        let old = Move::line("14 Mill Row", "Leeds", "LS2 7AA");
        let hears = |as_of: TimeMs| {
            let (line, now) = (old.clone(), told.world.clock.now());
            told.world.db.write(move |tx| hear(tx, &author, (as_of, now), &[&line])).unwrap();
        };
        hears(told.world.clock.now());
        let written = told.world.clock.now();
        told.later();
        let change = told.enters(told.world.brand, bristol("Flat 3"), None);
        told.later();
        hears(written);
        assert_eq!(told.obligation(spoke, &change).state, DutyState::Sent, "the file is older");
        hears(told.world.clock.now());
        let own = told.obligation(spoke, &change);
        assert_eq!(own.state, DutyState::Mismatch);
        assert_eq!(
            own.held,
            Some((address("14 Mill Row", "Leeds", "LS2 7AA"), ReadBack::ExportLine))
        );
        // They type it right, and their next export is the old one still.
        told.later();
        told.reads_back(spoke, own.id, bristol("Flat 3"));
        told.later();
        hears(told.world.clock.now());
        told.follows();
        assert_eq!(told.steps(spoke, &change), ["sent", "mismatch", "verified", "mismatch"]);
    }
}

#[test]
fn what_cannot_be_read_keeps_nothing_else_waiting() {
    for told in moves() {
        let (spoke, harbour) = (told.world.spoke, told.world.harbour);
        let change = told.enters(told.world.brand, bristol("Flat 3"), None);
        let broken = move |tx: &mut Tx<'_>| {
            tx.exec("update obligation set held = 'torn' where organisation_id = $1", (spoke,))
        };
        assert_eq!(told.world.db.write(broken).unwrap(), 1);
        told.world.clock.advance(10 * TimeMs::DAY);
        assert_eq!(told.round(), 1, "the other one");
        assert_eq!(told.round(), 0);
        assert_eq!(told.steps(harbour, &change), ["sent", "escalated"]);
    }
}
