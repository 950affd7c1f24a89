//! What a preview says comes true when the draft is signed.

use std::collections::BTreeMap;

use handfast_kit::TimeMs;
use handfast_web::Role;

use super::{Draft, draft, grant};
use crate::{
    CustomerId,
    agreements::{Change, Difference, Extent},
    consents::{self, Say},
    customers::{self, Details, Incoming},
    people::{self, NewPerson},
    sharing::{
        Class, Grant, Level, Masks, Purpose, Tie,
        ties::{self, MadeBy, NewTie, OPEN},
    },
    testing::{World, worlds},
    touches::Channel,
};

fn lives_in(world: &World, external_ref: &str, city: &str, postcode: &str) -> CustomerId {
    let author = world.author(world.brand);
    let details = Details {
        name: external_ref.to_owned(),
        city: city.to_owned(),
        postcode: postcode.to_owned(),
        ..Details::default()
    };
    let external_ref = external_ref.to_owned();
    let incoming = Incoming { external_ref, person_key: None, details, since: None };
    let now = world.clock.now();
    world.db.write(move |tx| customers::receive(tx, &author, now, now, &incoming)).unwrap().ids().0
}

fn tie(world: &World, customer: CustomerId, tie: Tie, until: TimeMs, extra: i64) {
    let (network, from) = (world.network, world.clock.now());
    let new = NewTie {
        organisation: world.spoke,
        tie,
        from,
        until,
        extra,
        made_by: MadeBy::Hand,
        person: None,
        why: String::new(),
    };
    world.db.write(move |tx| ties::make(tx, network, customer, &new)).unwrap();
}

fn say(
    world: &World,
    customer: CustomerId,
    purpose: Option<Purpose>,
    class: Option<Class>,
    allowed: bool,
) {
    let (lens, author, now) =
        (world.lens(world.brand), world.author(world.brand), world.clock.now());
    let say = Say {
        purpose,
        organisation: None,
        class,
        allowed,
        channel: Channel::Phone,
        text_version: None,
    };
    world.db.write(move |tx| consents::say(tx, &lens, &author, now, customer, say)).unwrap();
}

fn freeze(world: &World, customer: CustomerId) {
    let (lens, author, now) =
        (world.lens(world.brand), world.author(world.brand), world.clock.now());
    world.db.write(move |tx| consents::freeze(tx, &lens, &author, now, customer, "asked")).unwrap();
}

/// Ten customers: with one tie, several, none, ended ones; some of whom said something; in towns
/// within and without the territory.
fn crowd(world: &World) -> Vec<CustomerId> {
    let town = |n: usize| [("Leeds", "LS1 1AA"), ("York", "YO1"), ("Bath", "BA1")][n % 3];
    let crowd: Vec<CustomerId> =
        (0..10).map(|n| lives_in(world, &format!("c{n}"), town(n).0, town(n).1)).collect();
    let soon = world.clock.now().plus(TimeMs::HOUR);
    for customer in &crowd[0..4] {
        tie(world, *customer, Tie::Sold, OPEN, 0);
    }
    tie(world, crowd[1], Tie::Serves, OPEN, 0);
    tie(world, crowd[2], Tie::Allowed, OPEN, Class::Price.bit() | Class::Note.bit());
    tie(world, crowd[3], Tie::Guest, soon, Class::Price.bit());
    tie(world, crowd[4], Tie::Serves, world.clock.now(), 0);
    say(world, crowd[0], Some(Purpose::Research), None, true);
    say(world, crowd[1], Some(Purpose::Service), None, false);
    say(world, crowd[3], None, Some(Class::Case), false);
    say(world, crowd[5], Some(Purpose::Research), None, true);
    say(world, crowd[6], None, None, false);
    freeze(world, crowd[7]);
    crowd
}

fn drafts() -> Vec<Draft> {
    let service = |grant: Grant| Grant { purpose: Some(Purpose::Service), ..grant };
    let since = |grant: Grant| Grant { from_tie: true, ..grant };
    let research = Grant {
        purpose: Some(Purpose::Research),
        ..grant(Tie::None, Class::Feedback, Level::Count)
    };
    let within = |territory: &[&str], grants: &[Grant]| Draft {
        territory: territory.iter().map(|&term| term.to_owned()).collect(),
        ..draft(grants)
    };
    vec![
        draft(&[]),
        draft(&[grant(Tie::Sold, Class::Purchase, Level::Full)]),
        draft(&[
            since(grant(Tie::Sold, Class::Purchase, Level::Full)),
            service(grant(Tie::Sold, Class::Case, Level::Veiled)),
            grant(Tie::Serves, Class::Case, Level::Full),
        ]),
        draft(&[
            grant(Tie::Sold, Class::Purchase, Level::Count),
            since(grant(Tie::Sold, Class::Purchase, Level::Full)),
            grant(Tie::Guest, Class::Case, Level::Veiled),
        ]),
        draft(&[grant(Tie::None, Class::Identity, Level::Veiled), research]),
        within(&["leeds", "YO1"], &[research, grant(Tie::Territory, Class::Contact, Level::Full)]),
        within(&["Bath"], &[grant(Tie::Territory, Class::Contact, Level::Full)]),
        within(&["Bath"], &[grant(Tie::Sold, Class::Contact, Level::Full)]),
        draft(&[grant(Tie::Allowed, Class::Case, Level::None)]),
    ]
}

/// What the partner sees of each customer: of fields, and of entries before its first tie.
fn sights(world: &World, crowd: &[CustomerId]) -> Vec<(Masks, Masks, bool)> {
    let seen = |customer: &CustomerId| {
        world.seen(world.spoke, *customer, |_, _, sight| {
            let before = sight.at(TimeMs(i64::MIN));
            Ok((sight.fields(), before, sight.held().next().is_some()))
        })
    };
    crowd.iter().map(seen).collect()
}

fn counted(before: &[(Masks, Masks, bool)], after: &[(Masks, Masks, bool)]) -> Vec<Change> {
    let mut counts: BTreeMap<_, i64> = BTreeMap::new();
    for (was, becomes) in before.iter().zip(after) {
        for class in Class::ALL {
            let since = (was.0.level(class), becomes.0.level(class));
            let earlier = (was.1.level(class), becomes.1.level(class));
            let parts = if since == earlier {
                vec![(Extent::Everything, since)]
            } else {
                vec![(Extent::SinceTie, since), (Extent::BeforeTie, earlier)]
            };
            for (extent, (was, becomes)) in parts {
                if was != becomes {
                    *counts
                        .entry((class as i64, becomes < was, extent, was, becomes))
                        .or_default() += 1;
                }
            }
        }
    }
    let change = |((class, _, extent, was, becomes), customers)| Change {
        class: Class::numbered(class).unwrap(),
        extent,
        was,
        becomes,
        customers,
    };
    counts.into_iter().map(change).collect()
}

fn preview(world: &World, draft: &Draft) -> Difference {
    let lens = world.lens(world.brand);
    world.db.read(|cx| crate::agreements::preview(cx, &lens, world.spoke, draft)).unwrap()
}

#[test]
fn what_a_preview_says_of_each_class_and_how_many_customers_comes_true() {
    for world in worlds() {
        let crowd = crowd(&world);
        let drafts = drafts();
        // From each draft to each other one, and back to it.
        let mut told = 0;
        for from in &drafts {
            for to in &drafts {
                world.sign(world.spoke, from).unwrap();
                let before = sights(&world, &crowd);
                let difference = preview(&world, to);
                assert_eq!(sights(&world, &crowd), before, "a preview changes nothing");
                let signed = world.sign(world.spoke, to).unwrap();
                let after = sights(&world, &crowd);
                assert_eq!(difference.version + 1, signed.version);
                assert_eq!(difference.changes, counted(&before, &after), "{from:?} to {to:?}");
                let tied = |is: fn(bool, bool) -> bool| {
                    let pairs = before.iter().zip(&after);
                    pairs.filter(|(was, becomes)| is(was.2, becomes.2)).count() as i64
                };
                assert_eq!(difference.customers, tied(|_, becomes| becomes));
                assert_eq!(difference.tied, tied(|was, becomes| !was && becomes));
                assert_eq!(difference.untied, tied(|was, becomes| was && !becomes));
                told += difference.changes.len();
            }
        }
        assert!(told > 100, "{told}");
    }
}

#[test]
fn a_start_at_the_day_of_the_tie_is_told_as_such() {
    for world in worlds() {
        let maya = lives_in(&world, "Maya", "Leeds", "");
        tie(&world, maya, Tie::Sold, OPEN, 0);
        let whole = grant(Tie::Sold, Class::Purchase, Level::Full);
        world.agree(world.spoke, &[whole]);
        let difference = preview(&world, &draft(&[Grant { from_tie: true, ..whole }]));
        let expected = Change {
            class: Class::Purchase,
            extent: Extent::BeforeTie,
            was: Level::Full,
            becomes: Level::None,
            customers: 1,
        };
        assert_eq!(difference.changes, [expected]);
        assert!(!expected.is_more());
        assert!(preview(&world, &draft(&[whole])).changes.is_empty());
    }
}

#[test]
fn after_the_end_everything_would_be_new_again() {
    for world in worlds() {
        let maya = lives_in(&world, "Maya", "Leeds", "");
        tie(&world, maya, Tie::Sold, OPEN, 0);
        let whole = grant(Tie::Sold, Class::Purchase, Level::Full);
        world.agree(world.spoke, &[whole]);
        super::end(&world, world.spoke, 1).unwrap();
        let difference = preview(&world, &draft(&[whole]));
        let [change] = difference.changes[..] else { panic!("{difference:?}") };
        assert_eq!((change.was, change.becomes, change.customers), (Level::None, Level::Full, 1));
        assert_eq!(difference.version, 1);
    }
}

#[test]
fn a_preview_names_the_people_who_would_see_it_but_not_those_who_left() {
    for world in worlds() {
        let (network, spoke, now) = (world.network, world.spoke, world.clock.now());
        let joined = |name: &'static str, email: &'static str| {
            world
                .db
                .write(move |tx| -> Result<_, people::Error> {
                    let new = NewPerson { name: name.into(), email: email.into() };
                    let person = people::add_person(tx, &new, now)?;
                    people::add_member(tx, network, spoke, person, Role::PartnerStaff, now)?;
                    Ok(person)
                })
                .unwrap()
        };
        let (ada, leo) = (joined("Ada Holt", "ada@example.com"), joined("Leo", "leo@example.com"));
        world.db.write(move |tx| people::end_member(tx, network, spoke, leo, now)).unwrap();
        let difference = preview(&world, &draft(&[]));
        assert_eq!(difference.people_count, 1);
        let [reader] = &difference.people[..] else { panic!("{difference:?}") };
        assert_eq!((reader.id, reader.name.as_str()), (ada, "Ada Holt"));
    }
}
