//! Stories of agreements.

#![allow(clippy::unwrap_used)]

mod api;
mod difference;
mod reach;

use std::{sync::Arc, thread};

use handfast_db::Cx;
use handfast_kit::{Day, OrganisationId, TimeMs};
use handfast_web::{Problems, Role};

use super::{Agreement, Draft, Error, Guests, Responsibility, preset};
use crate::{
    CustomerId,
    organisations::Kind,
    sharing::{Class, Grant, Level, Purpose, Tie},
    testing::{World, worlds},
    touches,
};

const DAY: Day = Day(20_524);

pub(super) const fn grant(tie: Tie, class: Class, level: Level) -> Grant {
    Grant { tie, class, level, from_tie: false, purpose: None }
}

fn draft(grants: &[Grant]) -> Draft {
    Draft { grants: grants.to_vec(), ..Draft::signed_on(DAY) }
}

fn end(
    world: &World,
    organisation: OrganisationId,
    expected_version: i64,
) -> Result<Agreement, Error> {
    let (author, now) = (world.author(world.brand), world.clock.now());
    world.db.write(move |tx| super::end(tx, &author, now, organisation, expected_version))
}

fn sign_over(world: &World, draft: &Draft, expected_version: i64) -> Result<Agreement, Error> {
    let (author, now, spoke) = (world.author(world.brand), world.clock.now(), world.spoke);
    let draft = draft.clone();
    world.db.write(move |tx| super::sign(tx, &author, now, spoke, &draft, expected_version))
}

fn in_force(world: &World, organisation: OrganisationId) -> Option<Agreement> {
    world.db.read(|cx| super::in_force(cx, world.network, organisation)).unwrap()
}

fn level(world: &World, who: OrganisationId, customer: CustomerId, class: Class) -> Level {
    world.seen(who, customer, |_, _, sight| Ok(sight.fields().level(class)))
}

/// What happened with a partner's agreements, as the brand reads it.
fn told(world: &World, partner: OrganisationId) -> Vec<String> {
    let touches = world.timeline(world.brand, partner.as_kind());
    touches.into_iter().map(|touch| touch.summary).collect()
}

const OWNER_SEES_WHO: Grant = grant(Tie::Owner, Class::Identity, Level::Full);

#[test]
fn nothing_is_shared_before_an_agreement_and_nothing_after_its_end() {
    for world in worlds() {
        let (maya, _) = world.record(world.spoke, "7", Some("k"), "Maya Okafor");
        let identity = |world: &World| level(world, world.spoke, maya, Class::Identity);
        assert_eq!(identity(&world), Level::None);
        world.agree(world.spoke, &[OWNER_SEES_WHO]);
        assert_eq!(identity(&world), Level::Full);
        let ended = end(&world, world.spoke, 1).unwrap();
        assert_eq!(ended.ended, Some(world.clock.now()));
        assert_eq!(identity(&world), Level::None);
        assert_eq!(in_force(&world, world.spoke), None);
        assert!(matches!(end(&world, world.spoke, 1), Err(Error::Changed(1))));
        assert!(matches!(end(&world, world.harbour, 0), Err(Error::NotFound)));
        // What ended can be followed by another one.
        assert_eq!(world.agree(world.spoke, &[OWNER_SEES_WHO]).version, 2);
        assert_eq!(identity(&world), Level::Full);
    }
}

#[test]
fn an_agreement_reads_back_as_it_was_signed_without_what_says_nothing() {
    for world in worlds() {
        let line = |when: &str| Responsibility {
            when: when.into(),
            theirs: " Answers ".into(),
            ours: String::new(),
        };
        let full = Draft {
            signed: DAY,
            kinds: vec![Kind::Reseller, Kind::Service, Kind::Reseller],
            territory: vec![" Leeds".into(), String::new(), "LS1".into(), "Leeds".into()],
            responsibilities: vec![line("A customer calls")],
            grants: vec![
                OWNER_SEES_WHO,
                grant(Tie::Owner, Class::Note, Level::None),
                Grant {
                    from_tie: true,
                    purpose: Some(Purpose::Service),
                    ..grant(Tie::Sold, Class::Case, Level::Veiled)
                },
            ],
            guests: Guests::Open,
            guest_hours: 48,
            note: " Renewed each May. ".into(),
        };
        let signed = world.sign(world.spoke, &full).unwrap();
        assert_eq!(in_force(&world, world.spoke), Some(signed.clone()));
        assert_eq!((signed.version, signed.created), (1, world.clock.now()));
        let read = Draft::from(signed);
        assert_eq!(read.kinds, [Kind::Reseller, Kind::Service]);
        assert_eq!(read.territory, ["Leeds", "LS1"]);
        assert_eq!(read.responsibilities[0].theirs, "Answers");
        assert_eq!(read.grants, [full.grants[0], full.grants[2]]);
        assert_eq!((read.guests, read.guest_hours), (Guests::Open, 48));
        assert_eq!((read.note.as_str(), read.signed), ("Renewed each May.", DAY));
        // Signed again as it was read, it is the same but for its version.
        assert_eq!(Draft::from(world.sign(world.spoke, &read).unwrap()), read);
    }
}

#[test]
fn old_versions_stay_readable_the_latest_first() {
    for world in worlds() {
        for level in [Level::Count, Level::Veiled, Level::Full] {
            world.clock.advance(TimeMs::DAY);
            world.agree(world.spoke, &[grant(Tie::Sold, Class::Purchase, level)]);
        }
        let page = |after, limit| {
            let read =
                |cx: &mut Cx<'_>| super::versions(cx, world.network, world.spoke, after, limit);
            world.db.read(read).unwrap()
        };
        let first = page(None, 2);
        let levels = |items: &[Agreement]| -> Vec<(i64, Level)> {
            items.iter().map(|one| (one.version, one.grants[0].level)).collect()
        };
        assert_eq!(levels(&first.items), [(3, Level::Full), (2, Level::Veiled)]);
        let rest = page(first.next.as_ref(), 2);
        assert_eq!((levels(&rest.items), rest.next), (vec![(1, Level::Count)], None));
        let one = |version| {
            world.db.read(|cx| super::version(cx, world.network, world.spoke, version)).unwrap()
        };
        assert_eq!(one(2), Some(first.items[1].clone()));
        assert_eq!(one(4), None);
    }
}

#[test]
fn agreements_are_open_to_the_brand_and_to_their_partner_alone() {
    for world in worlds() {
        let opens = |viewer, organisation| {
            let viewer = world.viewer(viewer, Role::PartnerStaff);
            world.db.read(|cx| super::open_to(cx, &viewer, organisation)).is_ok()
        };
        assert!(opens(world.brand, world.spoke));
        assert!(opens(world.spoke, world.spoke));
        assert!(!opens(world.harbour, world.spoke));
        assert!(!opens(world.brand, world.brand), "nobody signs with itself");
        assert!(!opens(world.brand, OrganisationId::derived(&[b"nobody"])));
    }
}

#[test]
fn only_the_brand_signs_ends_and_previews_and_only_with_its_partners() {
    for world in worlds() {
        let now = world.clock.now();
        for (author, with) in [
            (world.spoke, world.spoke),
            (world.spoke, world.harbour),
            (world.brand, world.brand),
            (world.brand, OrganisationId::derived(&[b"nobody"])),
        ] {
            let (author, draft) = (world.author(author), draft(&[]));
            let signed = world.db.write(move |tx| super::sign(tx, &author, now, with, &draft, 0));
            assert!(matches!(signed, Err(Error::NotFound)));
            let ended = world.db.write(move |tx| super::end(tx, &author, now, with, 0));
            assert!(matches!(ended, Err(Error::NotFound)));
        }
        let lens = world.lens(world.spoke);
        let seen = world.db.read(|cx| super::preview(cx, &lens, world.spoke, &draft(&[])));
        assert!(matches!(seen, Err(Error::NotFound)));
    }
}

#[test]
fn who_signs_over_what_another_wrote_meanwhile_is_told_and_nothing_is_written() {
    for world in worlds() {
        let (maya, _) = world.record(world.spoke, "7", None, "Maya Okafor");
        let first = sign_over(&world, &draft(&[OWNER_SEES_WHO]), 0).unwrap();
        let other = draft(&[grant(Tie::Owner, Class::Price, Level::Full)]);
        for stale in [0, 2, -1] {
            assert!(matches!(sign_over(&world, &other, stale), Err(Error::Changed(1))));
        }
        assert!(matches!(end(&world, world.spoke, 0), Err(Error::Changed(1))));
        assert_eq!(in_force(&world, world.spoke), Some(first));
        assert_eq!(level(&world, world.spoke, maya, Class::Price), Level::None);
        assert_eq!(told(&world, world.spoke).len(), 1);
    }
}

#[test]
fn of_many_who_sign_at_once_one_succeeds() {
    for world in worlds() {
        let world = Arc::new(world);
        let signing: Vec<_> = (0..8)
            .map(|_| {
                let world = Arc::clone(&world);
                thread::spawn(move || sign_over(&world, &draft(&[OWNER_SEES_WHO]), 0))
            })
            .collect();
        let answers: Vec<_> = signing.into_iter().map(|one| one.join().unwrap()).collect();
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
        for answer in answers {
            assert!(matches!(answer, Ok(_) | Err(Error::Changed(1))), "{answer:?}");
        }
        assert_eq!(told(&world, world.spoke).len(), 1);
    }
}

#[test]
fn signing_and_ending_are_told_with_the_classes_that_more_or_less_is_shown_of() {
    for world in worlds() {
        let sold = |class, level| grant(Tie::Sold, class, level);
        world.agree(world.spoke, &[sold(Class::Case, Level::Full)]);
        let second = [
            sold(Class::Case, Level::Count),
            Grant { from_tie: true, ..sold(Class::Purchase, Level::Full) },
        ];
        world.agree(world.spoke, &second);
        end(&world, world.spoke, 2).unwrap();
        let told = told(&world, world.spoke);
        assert!(told.contains(&"Signed version 2 of the agreement with Spoke & Chain".to_owned()));
        assert!(told.contains(&"Ended the agreement with Spoke & Chain".to_owned()));
        let touches = world.timeline(world.brand, world.spoke.as_kind());
        let of_second = touches.iter().find_map(|touch| match touch.body() {
            Some(touches::Body::AgreementSigned {
                version: 2, classes_more, classes_less, ..
            }) => Some((classes_more, classes_less)),
            _ => None,
        });
        assert_eq!(of_second, Some((vec![Class::Purchase], vec![Class::Case])));
        assert!(touches.iter().all(|touch| touch.class == Class::Relationship));
        assert!(world.timeline(world.harbour, world.spoke.as_kind()).is_empty());
    }
}

fn refused(world: &World, draft: &Draft) -> Problems {
    match world.sign(world.spoke, draft) {
        Err(Error::Invalid(problems)) => problems,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_cannot_be_agreed_is_named_field_by_field_and_nothing_is_written() {
    for world in worlds() {
        let long = "x".repeat(501);
        let line = |when: &str, ours: &str| Responsibility {
            when: when.into(),
            theirs: String::new(),
            ours: ours.into(),
        };
        let problems = refused(
            &world,
            &Draft {
                territory: vec!["Leeds, York".into(), "x".repeat(81)],
                responsibilities: vec![line(" ", ""), line("A customer calls", &long)],
                grants: vec![
                    OWNER_SEES_WHO,
                    grant(Tie::Allowed, Class::Case, Level::Full),
                    Grant { level: Level::Count, ..OWNER_SEES_WHO },
                    Grant { from_tie: true, ..OWNER_SEES_WHO },
                ],
                guest_hours: 169,
                note: "x".repeat(2_001),
                ..Draft::signed_on(DAY)
            },
        );
        let fields: Vec<&str> = problems.fields.iter().map(|one| &*one.field).collect();
        let expected = [
            "territory[0]",
            "territory[1]",
            "responsibilities[0].when",
            "responsibilities[1].ours",
            "note",
            "grants[1].tie",
            "grants[2]",
            "guest_hours",
        ];
        assert_eq!(fields, expected);
        let many = Draft {
            territory: (0..61).map(|n| format!("Town {n}")).collect(),
            responsibilities: (0..61).map(|n| line(&format!("Case {n}"), "")).collect(),
            guest_hours: 0,
            ..Draft::signed_on(DAY)
        };
        let fields = refused(&world, &many).fields;
        let fields: Vec<&str> = fields.iter().map(|one| &*one.field).collect();
        assert_eq!(fields, ["territory", "responsibilities", "guest_hours"]);
        assert_eq!(in_force(&world, world.spoke), None);
        assert!(told(&world, world.spoke).is_empty());
    }
}

#[test]
fn a_preset_grants_each_kind_something_and_nobody_prices_notes_or_strangers() {
    for kind in Kind::ALL {
        let draft = preset(&[kind], DAY);
        assert!(!draft.grants.is_empty() && draft.responsibilities.len() >= 2, "{kind:?}");
        for grant in &draft.grants {
            assert!(!matches!(grant.tie, Tie::None | Tie::Territory), "{kind:?}");
            assert!(!matches!(grant.class, Class::Price | Class::Note), "{kind:?}");
        }
    }
    assert_eq!(preset(&[], DAY), Draft::signed_on(DAY));
}

#[test]
fn the_preset_of_several_kinds_is_what_each_of_them_gets_and_can_be_signed() {
    for world in worlds() {
        let all = preset(&Kind::ALL, DAY);
        for grant in Kind::ALL.into_iter().flat_map(|kind| preset(&[kind], DAY).grants) {
            let same = |other: &&Grant| {
                (other.tie, other.class, other.purpose) == (grant.tie, grant.class, grant.purpose)
            };
            let granted = all.grants.iter().find(same).unwrap();
            assert!(granted.level >= grant.level);
        }
        world.sign(world.spoke, &all).unwrap();
    }
}
