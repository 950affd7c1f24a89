#![allow(clippy::unwrap_used)]

mod api;

use handfast_kit::{Day, OrganisationId, TimeMs};
use handfast_web::{Role, Secret};

use super::{
    Answer, Ask, Confirmation, Error, Guest, GuestId, HOUR_MAX, State, TRIES_MAX, WAIT_MS, answer,
    ask, end, find, list, make_confirmation, try_code, waiting, wish,
};
use crate::{
    CustomerId,
    agreements::{self, Draft, Guests},
    customers::{self, Details, Incoming},
    sales,
    sharing::{Author, Class, Grant, Level, Tie, ties},
    testing::{NOW, World, worlds},
    touches::Body,
};

const MAYA: &str = "+44 7700 900123";
const NOBODY: &str = "+44 7700 900999";

/// Maya, a customer of the brand's, and what Harbour's agreement says of guests.
fn mayas(guests: Guests) -> Vec<(World, CustomerId)> {
    let prepared = |world: World| {
        agree(&world, world.harbour, guests);
        let maya = maya(&world, "AUR-1", MAYA, "maya@example.com");
        (world, maya)
    };
    worlds().into_iter().map(prepared).collect()
}

fn agree(world: &World, organisation: OrganisationId, guests: Guests) {
    let grant =
        |class, level| Grant { tie: Tie::Guest, class, level, from_tie: false, purpose: None };
    let draft = Draft {
        grants: vec![grant(Class::Identity, Level::Full), grant(Class::Case, Level::Veiled)],
        guests,
        guest_hours: 24,
        ..Draft::signed_on(Day(20_000))
    };
    let (author, now) = (world.author(world.brand), world.clock.now());
    world.db.write(move |tx| agreements::sign(tx, &author, now, organisation, &draft, 0)).unwrap();
}

fn maya(world: &World, external_ref: &str, phone: &str, email: &str) -> CustomerId {
    let author = world.author(world.brand);
    let details = Details {
        name: "Maya Okafor".to_owned(),
        phone: phone.to_owned(),
        email: email.to_owned(),
        ..Details::default()
    };
    let external_ref = external_ref.to_owned();
    let incoming = Incoming { external_ref, person_key: None, details, since: None };
    let now = world.clock.now();
    let taken = world.db.write(move |tx| customers::receive(tx, &author, now, now, &incoming));
    taken.unwrap().ids().0
}

/// Somebody of an organisation, as author.
fn staff(world: &World, organisation: OrganisationId) -> Author {
    let is_brand = organisation == world.brand;
    let role = if is_brand { Role::BrandStaff } else { Role::PartnerStaff };
    Author::of(&world.viewer(organisation, role))
}

fn asks(world: &World, organisation: OrganisationId, key: &str) -> Result<Guest, Error> {
    let (lens, author, now) =
        (world.lens(organisation), staff(world, organisation), world.clock.now());
    let asked = Ask { key: key.to_owned(), why: "Her brake squeals".to_owned() };
    world.db.write(move |tx| ask(tx, &lens, &author, now, &asked))
}

fn confirmation(world: &World, id: GuestId) -> Result<Confirmation, Error> {
    let (lens, author, now) =
        (world.lens(world.brand), staff(world, world.brand), world.clock.now());
    world.db.write(move |tx| make_confirmation(tx, &lens, &author, now, id))
}

fn tries(world: &World, id: GuestId, code: &str) -> Result<Guest, Error> {
    let (lens, now, code) = (world.lens(world.harbour), world.clock.now(), code.to_owned());
    world.db.write(move |tx| try_code(tx, &lens, now, id, &code))
}

fn answers(world: &World, secret: &Secret, given: Answer) -> Result<(), Error> {
    let (hash, now) = (secret.hash(), world.clock.now());
    world.db.write(move |tx| answer(tx, &hash, now, given))
}

fn standing(world: &World, organisation: OrganisationId, id: GuestId) -> Option<Guest> {
    let (lens, now) = (world.lens(organisation), world.clock.now());
    world.db.read(move |cx| find(cx, &lens, now, id)).unwrap()
}

fn sees(world: &World, organisation: OrganisationId, customer: CustomerId) -> Option<String> {
    let lens = world.lens(organisation);
    let found = world.db.read(|cx| customers::find(cx, &lens, customer)).unwrap();
    found.map(|customer| customer.name().to_owned())
}

/// A code that is not this one.
fn another(code: &str) -> String {
    let number: u32 = code.parse().unwrap();
    format!("{:06}", (number + 1) % 1_000_000)
}

fn kinds(world: &World, organisation: OrganisationId, customer: CustomerId) -> Vec<String> {
    world.timeline(organisation, customer).into_iter().map(|touch| touch.kind).collect()
}

#[test]
fn who_brings_the_customers_key_is_let_in_where_guests_are_open_and_only_for_a_day() {
    for (world, maya) in mayas(Guests::Open) {
        assert_eq!(sees(&world, world.harbour, maya), None);
        let guest = asks(&world, world.harbour, "07700 900123").unwrap();
        let until = NOW.plus(TimeMs::DAY);
        assert_eq!((guest.state, guest.customer), (State::LetIn, Some(maya)));
        assert_eq!(guest.until, Some(until));
        assert_eq!(sees(&world, world.harbour, maya).as_deref(), Some("Maya Okafor"));
        // The brand sees that, and a competitor nothing of it.
        assert!(kinds(&world, world.brand, maya).iter().any(|kind| kind == "guest_let_in"));
        assert_eq!(sees(&world, world.spoke, maya), None);
        assert!(standing(&world, world.spoke, guest.id).is_none());

        world.clock.advance(TimeMs::DAY - 1);
        assert!(sees(&world, world.harbour, maya).is_some());
        assert_eq!(standing(&world, world.harbour, guest.id).unwrap().state, State::LetIn);
        world.clock.advance(1);
        assert_eq!(sees(&world, world.harbour, maya), None, "over at the very millisecond");
        let over = standing(&world, world.harbour, guest.id).unwrap();
        assert_eq!((over.state, over.customer), (State::Over, None));
    }
}

#[test]
fn a_guest_is_found_by_mail_address_and_order_too_and_by_no_half_of_a_key() {
    for (world, maya) in mayas(Guests::Open) {
        let (author, zone) = (world.author(world.brand), world.zone.clone());
        let order = sales::Order {
            order_ref: "AC-10442".to_owned(),
            customer_ref: "AUR-1".to_owned(),
            status: "shipped".to_owned(),
            ordered: NOW,
            handed_over: None,
            promised: None,
            delivered: None,
            currency: "GBP".to_owned(),
        };
        world.db.write(move |tx| sales::order(tx, &author, &zone, (NOW, NOW), &order)).unwrap();
        for key in [" Maya@Example.com ", "AC-10442", "0044 7700 900123"] {
            assert_eq!(asks(&world, world.harbour, key).unwrap().customer, Some(maya), "{key}");
        }
        for key in ["example.com", "900123", "AC-104", "Okafor"] {
            let guest = asks(&world, world.harbour, key).unwrap();
            assert_eq!((guest.state, guest.customer), (State::Waiting, None), "{key}");
        }
    }
}

#[test]
fn a_key_that_a_record_no_longer_says_leads_nowhere() {
    for (world, maya_okafor) in mayas(Guests::Open) {
        maya(&world, "AUR-1", "+44 7700 900555", "maya@example.com");
        let by_old = asks(&world, world.harbour, MAYA).unwrap();
        assert_eq!((by_old.state, by_old.customer), (State::Waiting, None));
        let by_new = asks(&world, world.harbour, "07700 900555").unwrap();
        assert_eq!(by_new.customer, Some(maya_okafor));
        assert!(asks(&world, world.harbour, "maya@example.com").unwrap().customer.is_some());
    }
}

#[test]
fn a_key_that_leads_to_two_customers_lets_nobody_in() {
    for (world, _) in mayas(Guests::Open) {
        maya(&world, "AUR-2", MAYA, "");
        let guest = asks(&world, world.harbour, MAYA).unwrap();
        assert_eq!((guest.state, guest.customer), (State::Waiting, None));
    }
}

#[test]
fn without_an_agreement_the_refusal_says_so_whoever_the_key_leads_to() {
    for (world, maya) in mayas(Guests::Open) {
        let found = asks(&world, world.spoke, MAYA).unwrap_err().to_string();
        let missing = asks(&world, world.spoke, NOBODY).unwrap_err().to_string();
        assert_eq!(found, "Aurora Cycles has no agreement with you that covers guests");
        assert_eq!(found, missing);
        assert_eq!(kinds(&world, world.brand, maya), ["customer_recorded"]);
    }
}

#[test]
fn a_customer_who_is_frozen_is_not_there_for_a_guest() {
    for (world, maya) in mayas(Guests::Open) {
        let (lens, author) = (world.lens(world.brand), staff(&world, world.brand));
        world
            .db
            .write(move |tx| {
                crate::consents::freeze(tx, &lens, &author, NOW, maya, "A court said so")
            })
            .unwrap();
        let guest = asks(&world, world.harbour, MAYA).unwrap();
        assert_eq!((guest.state, guest.customer), (State::Waiting, None));
        assert!(matches!(confirmation(&world, guest.id), Err(Error::Nobody)));
    }
}

#[test]
fn the_customers_code_lets_in_once_and_four_wrong_ones_do_not_spoil_it() {
    for (world, maya) in mayas(Guests::Asked) {
        let guest = asks(&world, world.harbour, MAYA).unwrap();
        assert_eq!((guest.state, guest.customer), (State::Waiting, None));
        assert_eq!(sees(&world, world.harbour, maya), None);
        let made = confirmation(&world, guest.id).unwrap();
        for left in (1..TRIES_MAX).rev() {
            let tried = tries(&world, guest.id, &another(&made.code)).unwrap();
            assert_eq!((tried.state, tried.tries_left), (State::Waiting, left));
        }
        // Half a code is no try.
        assert!(matches!(tries(&world, guest.id, "12345"), Err(Error::CodeWrong)));
        let let_in = tries(&world, guest.id, &made.code).unwrap();
        assert_eq!((let_in.state, let_in.customer), (State::LetIn, Some(maya)));
        assert!(sees(&world, world.harbour, maya).is_some());
        for code in [made.code.clone(), another(&made.code)] {
            assert!(matches!(tries(&world, guest.id, &code), Err(Error::Over)), "used once");
        }
        assert!(matches!(answers(&world, &made.secret, Answer::Yes), Err(Error::Over)));
    }
}

#[test]
fn the_fifth_wrong_code_ends_the_asking_and_the_right_one_comes_too_late() {
    for (world, maya) in mayas(Guests::Asked) {
        let guest = asks(&world, world.harbour, MAYA).unwrap();
        let made = confirmation(&world, guest.id).unwrap();
        for _ in 0..TRIES_MAX {
            tries(&world, guest.id, &another(&made.code)).unwrap();
        }
        let ended = standing(&world, world.harbour, guest.id).unwrap();
        assert_eq!((ended.state, ended.tries_left), (State::Refused, 0));
        assert!(matches!(tries(&world, guest.id, &made.code), Err(Error::Over)));
        assert!(matches!(answers(&world, &made.secret, Answer::Yes), Err(Error::Over)));
        assert_eq!(sees(&world, world.harbour, maya), None);
        assert!(kinds(&world, world.brand, maya).iter().any(|kind| kind == "guest_refused"));
    }
}

#[test]
fn of_many_who_use_one_code_or_link_at_once_one_comes_through() {
    for (world, maya) in mayas(Guests::Asked) {
        let guest = asks(&world, world.harbour, MAYA).unwrap();
        let made = confirmation(&world, guest.id).unwrap();
        let (world, made) = (&world, &made);
        let come: Vec<bool> = std::thread::scope(|scope| {
            let one = |number: usize| {
                scope.spawn(move || match number % 2 {
                    0 => tries(world, guest.id, &made.code).is_ok(),
                    _ => answers(world, &made.secret, Answer::Yes).is_ok(),
                })
            };
            let threads: Vec<_> = (0..8).map(one).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(come.iter().filter(|came| **came).count(), 1);
        let let_in = kinds(world, world.brand, maya);
        assert_eq!(let_in.iter().filter(|kind| *kind == "guest_let_in").count(), 1);
    }
}

#[test]
fn a_code_and_a_link_are_good_for_half_an_hour_and_new_ones_make_the_old_void() {
    for (world, maya) in mayas(Guests::Asked) {
        let guest = asks(&world, world.harbour, MAYA).unwrap();
        let first = confirmation(&world, guest.id).unwrap();
        let second = confirmation(&world, guest.id).unwrap();
        assert!(matches!(answers(&world, &first.secret, Answer::Yes), Err(Error::Over)));
        world.clock.advance(WAIT_MS - 1);
        let hash = second.secret.hash();
        let now = world.clock.now();
        assert!(world.db.read(|cx| wish(cx, &hash, now)).unwrap().is_some());
        world.clock.advance(1);
        let now = world.clock.now();
        assert!(world.db.read(|cx| wish(cx, &hash, now)).unwrap().is_none());
        assert!(matches!(answers(&world, &second.secret, Answer::Yes), Err(Error::Over)));
        assert!(matches!(tries(&world, guest.id, &second.code), Err(Error::Over)));
        assert!(matches!(confirmation(&world, guest.id), Err(Error::Over)));
        let expired = standing(&world, world.harbour, guest.id).unwrap();
        assert_eq!(expired.state, State::Expired);
        assert_eq!(sees(&world, world.harbour, maya), None);
    }
}

#[test]
fn behind_the_link_the_customer_reads_who_asks_why_and_what_is_shown_and_decides() {
    for (world, maya) in mayas(Guests::Asked) {
        let guest = asks(&world, world.harbour, MAYA).unwrap();
        let made = confirmation(&world, guest.id).unwrap();
        let hash = made.secret.hash();
        for _ in 0..3 {
            let read = world.db.read(|cx| wish(cx, &hash, NOW)).unwrap().unwrap();
            assert_eq!(read.organisation_name, "Harbour Wheelworks");
            assert_eq!((&*read.network_name, &*read.why), ("Aurora Cycles", "Her brake squeals"));
            let shown: Vec<_> = read.classes.iter().map(|one| (one.class, one.level)).collect();
            let granted = [(Class::Identity, Level::Full), (Class::Case, Level::Veiled)];
            assert_eq!((shown, read.hours), (granted.to_vec(), 24));
        }
        let waits = standing(&world, world.harbour, guest.id).unwrap();
        assert_eq!(waits.state, State::Waiting, "reading decides nothing");
        answers(&world, &made.secret, Answer::No).unwrap();
        assert!(matches!(answers(&world, &made.secret, Answer::Yes), Err(Error::Over)));
        assert_eq!(standing(&world, world.harbour, guest.id).unwrap().state, State::Refused);
        assert_eq!(sees(&world, world.harbour, maya), None);

        let again = asks(&world, world.harbour, MAYA).unwrap();
        let made = confirmation(&world, again.id).unwrap();
        answers(&world, &made.secret, Answer::Yes).unwrap();
        assert_eq!(sees(&world, world.harbour, maya).as_deref(), Some("Maya Okafor"));
    }
}

#[test]
fn access_ends_when_the_guest_or_the_brand_ends_it_and_at_nobody_elses_word() {
    for (world, maya) in mayas(Guests::Open) {
        let ends = |organisation, id| {
            let (lens, author) = (world.lens(organisation), staff(&world, organisation));
            let now = world.clock.now();
            world.db.write(move |tx| end(tx, &lens, &author, now, id))
        };
        for who in [world.harbour, world.brand] {
            let guest = asks(&world, world.harbour, MAYA).unwrap();
            assert!(matches!(ends(world.spoke, guest.id), Err(Error::NotFound)));
            assert!(sees(&world, world.harbour, maya).is_some());
            world.clock.advance(60_000);
            assert_eq!(ends(who, guest.id).unwrap().state, State::Over);
            assert_eq!(sees(&world, world.harbour, maya), None);
            assert!(matches!(ends(who, guest.id), Err(Error::Over)));
            assert!(kinds(&world, world.brand, maya).iter().any(|kind| kind == "tie_ended"));
        }
        // No word of this has tied the workshop to the customer in another way.
        let brand = world.lens(world.brand);
        let held = world.db.read(|cx| ties::of_customer(cx, &brand, maya)).unwrap();
        assert!(held.iter().all(|story| story.held.tie == Tie::Guest));
    }
}

#[test]
fn the_brand_sees_what_waits_with_whom_it_is_about_and_partners_only_their_own() {
    for (world, maya) in mayas(Guests::Asked) {
        agree(&world, world.spoke, Guests::Asked);
        let found = asks(&world, world.harbour, MAYA).unwrap();
        let missing = asks(&world, world.spoke, NOBODY).unwrap();
        let (brand, spoke) = (world.lens(world.brand), world.lens(world.spoke));
        let rows = world.db.read(|cx| waiting(cx, &brand, NOW)).unwrap();
        let about = |id| rows.iter().find(|row| row.id == id).unwrap().customer;
        assert_eq!((about(found.id), about(missing.id)), (Some(maya), None));
        assert!(world.db.read(|cx| waiting(cx, &spoke, NOW)).unwrap().is_empty());
        let own = world.db.read(|cx| list(cx, &spoke, NOW)).unwrap();
        assert_eq!(own.iter().map(|row| row.id).collect::<Vec<_>>(), [missing.id]);
        let (lens, author) = (world.lens(world.harbour), staff(&world, world.harbour));
        let own = world.db.write(move |tx| make_confirmation(tx, &lens, &author, NOW, found.id));
        assert!(matches!(own, Err(Error::NotFound)), "nobody confirms for the customer");
        // What the brand reads of the asking, the partner does not: it would say that there is one.
        assert!(kinds(&world, world.brand, maya).iter().any(|kind| kind == "guest_asked"));
        assert!(kinds(&world, world.harbour, maya).is_empty());
        let why = "Her brake squeals".to_owned();
        let said = Some(Body::GuestAsked { organisation: world.harbour, why });
        assert!(world.timeline(world.brand, maya).iter().any(|touch| touch.body() == said));
    }
}

#[test]
fn asking_around_is_stopped_after_twenty_in_an_hour() {
    for (world, _) in mayas(Guests::Asked) {
        for n in 0..HOUR_MAX {
            asks(&world, world.harbour, &format!("order {n}")).unwrap();
            world.clock.advance(1_000);
        }
        let stopped = asks(&world, world.harbour, MAYA).unwrap_err();
        assert!(matches!(stopped, Error::TooOften(3_580..=3_581)), "{stopped:?}");
        agree(&world, world.spoke, Guests::Asked);
        asks(&world, world.spoke, MAYA).unwrap();
        world.clock.advance(TimeMs::HOUR);
        asks(&world, world.harbour, MAYA).unwrap();
    }
}
