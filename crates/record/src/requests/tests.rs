#![allow(clippy::unwrap_used)]

use handfast_kit::{Day, OrganisationId, TimeMs};
use handfast_web::Role;

use super::{
    Answer, Error, Request, RequestId, State, Verdict, answer, ask, denied, end, find, list,
    open_about, withdraw,
};
use crate::{
    CustomerId,
    agreements::{self, Draft},
    consents::{self, Say},
    customers::{self, Details, Incoming},
    sharing::{Author, Class, Grant, Level, Tie, ties},
    testing::{NOW, World, worlds},
    touches::{Body, Channel},
};

/// Maya, of whom the brand and both partners have a record; partners see her name.
fn mayas() -> Vec<(World, CustomerId)> {
    let prepared = |world: World| {
        for partner in [world.spoke, world.harbour] {
            agree(&world, partner);
        }
        let author = world.author(world.brand);
        let details = Details {
            name: "Maya Okafor".to_owned(),
            email: "maya@example.com".to_owned(),
            street: "3 Quay".to_owned(),
            ..Details::default()
        };
        let person_key = Some("maya".to_owned());
        let incoming = Incoming { external_ref: "A1".to_owned(), person_key, details, since: None };
        let taken = world.db.write(move |tx| customers::receive(tx, &author, NOW, NOW, &incoming));
        let maya = taken.unwrap().ids().0;
        world.record(world.spoke, "7", Some("maya"), "M. Okafor");
        world.record(world.harbour, "9", Some("maya"), "Maya");
        (world, maya)
    };
    worlds().into_iter().map(prepared).collect()
}

fn agree(world: &World, organisation: OrganisationId) {
    let (tie, class, level) = (Tie::Owner, Class::Identity, Level::Full);
    let grants = vec![Grant { tie, class, level, from_tie: false, purpose: None }];
    let draft = Draft { grants, ..Draft::signed_on(Day(20_000)) };
    let author = world.author(world.brand);
    let sign = move |tx: &mut handfast_db::Tx<'_>| {
        agreements::sign(tx, &author, NOW, organisation, &draft, 0)
    };
    world.db.write(sign).unwrap();
}

/// Somebody of an organisation, as author.
fn staff(world: &World, organisation: OrganisationId) -> Author {
    let is_brand = organisation == world.brand;
    let role = if is_brand { Role::BrandStaff } else { Role::PartnerStaff };
    Author::of(&world.viewer(organisation, role))
}

fn asks(
    world: &World,
    organisation: OrganisationId,
    customer: CustomerId,
    classes: &[Class],
) -> Result<Request, Error> {
    let (lens, author, now) =
        (world.lens(organisation), staff(world, organisation), world.clock.now());
    let classes = classes.to_vec();
    let why = "Her insurer asks for the address";
    world.db.write(move |tx| ask(tx, &lens, &author, now, customer, (&classes, why)))
}

fn answers(
    world: &World,
    organisation: OrganisationId,
    id: RequestId,
    verdict: Verdict,
) -> Result<Request, Error> {
    let (lens, author, now) =
        (world.lens(organisation), staff(world, organisation), world.clock.now());
    let given = Answer { verdict, text: "For the claim".to_owned() };
    world.db.write(move |tx| answer(tx, &lens, &author, now, id, &given))
}

fn yes(classes: &[Class], days: i64) -> Verdict {
    Verdict::Allow { classes: classes.to_vec(), days }
}

/// What an organisation sees of the customer's fields, class by class.
fn fields(world: &World, organisation: OrganisationId, customer: CustomerId) -> Vec<Class> {
    let lens = world.lens(organisation);
    let sight = world.db.read(|cx| lens.sight(cx, customer)).unwrap();
    let shown = |class: &Class| sight.fields().level(*class) == Level::Full;
    Class::ALL.into_iter().filter(shown).collect()
}

fn kinds(world: &World, organisation: OrganisationId, customer: CustomerId) -> Vec<String> {
    world.timeline(organisation, customer).into_iter().map(|touch| touch.kind).collect()
}

#[test]
fn a_yes_shows_exactly_what_it_names_and_ends_at_its_millisecond() {
    for (world, maya) in mayas() {
        let wanted = [Class::Contact, Class::Address, Class::Relationship];
        let request = asks(&world, world.harbour, maya, &wanted).unwrap();
        assert_eq!(request.due, NOW.plus(TimeMs::DAY));
        assert_eq!(fields(&world, world.harbour, maya), [Class::Identity]);

        let allowed = [Class::Address, Class::Relationship];
        let answered = answers(&world, world.brand, request.id, yes(&allowed, 3)).unwrap();
        let until = NOW.plus(3 * TimeMs::DAY);
        assert_eq!(answered.state, State::Allowed { classes: allowed.to_vec(), until });
        let shown = [Class::Identity, Class::Address, Class::Relationship];
        assert_eq!(fields(&world, world.harbour, maya), shown);
        let lens = world.lens(world.harbour);
        let seen = world.db.read(|cx| customers::find(cx, &lens, maya)).unwrap().unwrap();
        let of_brand = seen.records.iter().find(|one| one.organisation == world.brand).unwrap();
        assert_eq!(of_brand.details.street, "3 Quay");
        assert_eq!(of_brand.details.email, "");
        // Both read of it; the competitor does not, nor does it see more.
        assert!(kinds(&world, world.harbour, maya).iter().any(|kind| kind == "access_answered"));
        assert!(!kinds(&world, world.spoke, maya).iter().any(|kind| kind.starts_with("access")));
        assert_eq!(fields(&world, world.spoke, maya), [Class::Identity]);

        world.clock.advance(3 * TimeMs::DAY - 1);
        assert_eq!(fields(&world, world.harbour, maya), shown);
        world.clock.advance(1);
        assert_eq!(fields(&world, world.harbour, maya), [Class::Identity]);
        let (lens, now) = (world.lens(world.harbour), world.clock.now());
        let over = world.db.read(|cx| find(cx, &lens, now, request.id)).unwrap().unwrap();
        assert_eq!(over.state, State::Over { classes: allowed.to_vec(), until });
    }
}

#[test]
fn a_competitor_neither_sees_nor_answers_nor_withdraws_a_request() {
    for (world, maya) in mayas() {
        let request = asks(&world, world.harbour, maya, &[Class::Address]).unwrap();
        let lens = world.lens(world.spoke);
        let id = request.id;
        assert_eq!(world.db.read(|cx| find(cx, &lens, NOW, id)).unwrap(), None);
        assert!(world.db.read(|cx| list(cx, &lens, NOW)).unwrap().is_empty());
        assert!(world.db.read(|cx| denied(cx, &lens, &request)).unwrap().is_empty());
        let answered = answers(&world, world.spoke, id, yes(&[Class::Address], 1));
        assert!(matches!(answered, Err(Error::NotFound)));
        let own = answers(&world, world.harbour, id, yes(&[Class::Address], 1));
        assert!(matches!(own, Err(Error::ForTheBrand)));
        let (lens, author) = (world.lens(world.spoke), staff(&world, world.spoke));
        let gone = lens.clone();
        let withdrawn = world.db.write(move |tx| withdraw(tx, &gone, NOW, id));
        assert!(matches!(withdrawn, Err(Error::NotFound)));
        let ended = world.db.write(move |tx| end(tx, &lens, &author, NOW, id));
        assert!(matches!(ended, Err(Error::NotFound)));
        // It may ask for itself: whether others did is not told.
        asks(&world, world.spoke, maya, &[Class::Address]).unwrap();
    }
}

#[test]
fn one_organisation_has_one_open_request_for_a_customer_even_of_many_sent_at_once() {
    for (world, maya) in mayas() {
        let asking = || asks(&world, world.harbour, maya, &[Class::Address]);
        let came: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..6).map(|_| scope.spawn(asking)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(came.iter().filter(|request| request.is_ok()).count(), 1);
        let refused =
            |request: &Result<Request, Error>| matches!(request, Ok(_) | Err(Error::AlreadyAsked));
        assert!(came.iter().all(refused));
        let lens = world.lens(world.harbour);
        let open = world.db.read(|cx| open_about(cx, &lens, NOW, maya)).unwrap().unwrap();
        let id = open.id;
        let withdrawn = world.db.write(move |tx| withdraw(tx, &lens, NOW, id)).unwrap();
        assert_eq!(withdrawn.state, State::Withdrawn);
        assert!(matches!(answers(&world, world.brand, id, Verdict::Refuse), Err(Error::Closed)));
        asks(&world, world.harbour, maya, &[Class::Address]).unwrap();
    }
}

#[test]
fn a_request_is_answered_once_in_words_with_nothing_that_was_not_asked_for() {
    for (world, maya) in mayas() {
        let request = asks(&world, world.harbour, maya, &[Class::Address]).unwrap();
        let answered = |verdict| answers(&world, world.brand, request.id, verdict);
        let more = answered(yes(&[Class::Address, Class::Price], 1));
        assert!(matches!(more, Err(Error::NotAskedFor("price"))));
        assert!(matches!(answered(yes(&[Class::Address], 366)), Err(Error::DaysWrong)));
        assert_eq!(fields(&world, world.harbour, maya), [Class::Identity]);
        let refused = answered(Verdict::Refuse).unwrap();
        assert_eq!((refused.state, &*refused.answer), (State::Refused, "For the claim"));
        assert!(matches!(answered(yes(&[Class::Address], 1)), Err(Error::Closed)));
        assert_eq!(fields(&world, world.harbour, maya), [Class::Identity]);
    }
}

#[test]
fn what_the_customer_denies_stays_hidden_whatever_is_answered() {
    for (world, maya) in mayas() {
        let (lens, author) = (world.lens(world.brand), staff(&world, world.brand));
        let no = Say {
            purpose: None,
            organisation: Some(world.harbour),
            class: Some(Class::Address),
            allowed: false,
            channel: Channel::Phone,
            text_version: None,
        };
        world.db.write(move |tx| consents::say(tx, &lens, &author, NOW, maya, no)).unwrap();
        let wanted = [Class::Contact, Class::Address];
        let request = asks(&world, world.harbour, maya, &wanted).unwrap();
        let lens = world.lens(world.brand);
        let denies = world.db.read(|cx| denied(cx, &lens, &request)).unwrap();
        assert_eq!(denies, [Class::Address]);
        answers(&world, world.brand, request.id, yes(&wanted, 1)).unwrap();
        assert_eq!(fields(&world, world.harbour, maya), [Class::Identity, Class::Contact]);
    }
}

#[test]
fn who_does_not_see_the_customer_cannot_ask_for_more_of_it() {
    for (world, _) in mayas() {
        let (noah, _) = world.record(world.brand, "A2", None, "Noah Reed");
        let hidden = asks(&world, world.harbour, noah, &[Class::Address]);
        let missing = asks(&world, world.harbour, CustomerId::random(), &[Class::Address]);
        assert!(matches!(hidden, Err(Error::NotFound)));
        assert!(matches!(missing, Err(Error::NotFound)));
        assert_eq!(kinds(&world, world.brand, noah), ["customer_recorded"]);
    }
}

#[test]
fn a_yes_takes_the_place_of_an_earlier_one_and_either_side_can_end_it() {
    for (world, maya) in mayas() {
        let first = asks(&world, world.harbour, maya, &[Class::Address]).unwrap();
        answers(&world, world.brand, first.id, yes(&[Class::Address], 30)).unwrap();
        let second = asks(&world, world.harbour, maya, &[Class::Contact]).unwrap();
        // What the first still shows may be named again.
        let both = [Class::Address, Class::Contact];
        answers(&world, world.brand, second.id, yes(&both, 2)).unwrap();
        let shown = [Class::Identity, Class::Contact, Class::Address];
        assert_eq!(fields(&world, world.harbour, maya), shown);
        let lens = world.lens(world.harbour);
        let before = world.db.read(|cx| find(cx, &lens, NOW, first.id)).unwrap().unwrap();
        assert!(matches!(before.state, State::Over { .. }));

        let (author, id) = (staff(&world, world.harbour), second.id);
        world.clock.advance(1);
        let now = world.clock.now();
        world.db.write(move |tx| end(tx, &lens, &author, now, id)).unwrap();
        assert_eq!(fields(&world, world.harbour, maya), [Class::Identity]);
    }
}

#[test]
fn the_brand_reads_open_requests_first_those_due_first_before_others() {
    for (world, maya) in mayas() {
        let (noah, _) = world.record(world.spoke, "8", None, "Noah Reed");
        let answered = asks(&world, world.spoke, noah, &[Class::Address]).unwrap();
        answers(&world, world.brand, answered.id, Verdict::Refuse).unwrap();
        let first = asks(&world, world.harbour, maya, &[Class::Address]).unwrap();
        world.clock.advance(TimeMs::HOUR);
        let second = asks(&world, world.spoke, maya, &[Class::Address]).unwrap();
        let ids = |organisation| -> Vec<RequestId> {
            let lens = world.lens(organisation);
            let rows = world.db.read(|cx| list(cx, &lens, NOW)).unwrap();
            rows.into_iter().map(|row| row.id).collect()
        };
        assert_eq!(ids(world.brand), [first.id, second.id, answered.id]);
        assert_eq!(ids(world.spoke), [second.id, answered.id]);
    }
}

#[test]
fn asking_ties_nobody_and_is_told_on_the_timeline() {
    for (world, maya) in mayas() {
        asks(&world, world.harbour, maya, &[Class::Relationship]).unwrap();
        let entries = world.timeline(world.brand, maya);
        let asked = entries.iter().find_map(|entry| match entry.body() {
            Some(Body::AccessAsked { organisation, classes, .. }) => Some((organisation, classes)),
            _ => None,
        });
        assert_eq!(asked, Some((world.harbour, vec![Class::Relationship])));
        let lens = world.lens(world.harbour);
        let held = world.db.read(|cx| ties::of_customer(cx, &lens, maya)).unwrap();
        assert!(held.iter().all(|story| story.held.tie == Tie::Owner));
    }
}
