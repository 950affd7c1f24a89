//! Stories of signing in and out, of sessions, links and limits.

use handfast_db::Fault;
use handfast_kit::TimeMs;
use handfast_web::{Failure, Role, Via};

use super::{HASH, PASSWORD, Town, address, email, towns};
use crate::people::{
    self, Attempt, Error, LIMITS, Turn, Uses, begin_sign_in, count_attempt, forget_expired,
    sign_in_by_password, sign_out, sign_out_everywhere, switch, use_sign_in_link,
};

#[test]
fn whoever_shows_the_password_is_signed_in_where_they_have_been_for_longest() {
    for town in towns() {
        town.later(TimeMs::DAY);
        town.join(town.sam, town.world.harbour, Role::Auditor).unwrap();
        let session = town.attempt(" Sam@Example.COM", PASSWORD).unwrap();
        let viewer = town.whose(&session).unwrap();
        assert_eq!(viewer.person, town.sam);
        assert_eq!((viewer.network, viewer.organisation), (town.world.network, town.world.spoke));
        assert_eq!(viewer.role, Role::PartnerAdmin);
        assert_eq!(viewer.organisation_name, "Spoke & Chain");
        assert_eq!(viewer.via, Via::Session { csrf: session.hash().csrf(), waiting: 0 });
    }
}

#[test]
fn whatever_does_not_fit_gets_one_answer() {
    for town in towns() {
        let loner = town.person("Loner");
        let gone = town.member("Gone", town.world.spoke, Role::PartnerStaff);
        let now = town.now();
        town.write(move |tx| people::deactivate(tx, gone, now)).unwrap();
        let silent = people::NewPerson { name: "Silent".into(), email: email("Silent") };
        town.write(move |tx| people::add_person(tx, &silent, now)).unwrap();
        let told: Vec<String> = [
            (email("Sam"), "wrong wheel spoke"),
            (email("Stranger"), PASSWORD),
            (email("Gone"), PASSWORD),
            (email("Loner"), PASSWORD),
            (email("Silent"), PASSWORD),
            ("no address".to_owned(), PASSWORD),
            (email("Sam"), ""),
        ]
        .into_iter()
        .map(|(email, password)| {
            let Failure::Invalid(problems) = town.attempt(&email, password).unwrap_err().into()
            else {
                panic!("another failure for {email}")
            };
            assert!(problems.fields.is_empty());
            problems.detail.into_owned()
        })
        .collect();
        assert!(told.iter().all(|text| text == people::DO_NOT_FIT), "{told:?}");
        assert!(town.read(|cx| Ok(people::person(cx, loner)?)).is_some());
    }
}

#[test]
fn ten_attempts_a_minute_for_one_address_of_mail_then_wait() {
    for town in towns() {
        for _ in 0..LIMITS.attempts_per_email_max {
            assert!(matches!(town.attempt(&email("Sam"), "guess"), Err(Error::DoNotFit)));
            town.later(1_000);
        }
        let refused = town.attempt("SAM@example.com", PASSWORD);
        assert!(
            matches!(refused, Err(Error::TooManyAttempts { retry_after_s: 50 })),
            "{refused:?}"
        );
        town.attempt(&email("Grace"), PASSWORD).unwrap();
        town.later(50_000);
        town.attempt(&email("Sam"), PASSWORD).unwrap();
    }
}

#[test]
fn fifty_attempts_a_minute_from_one_address_and_a_whole_ipv6_64_is_one() {
    for town in towns() {
        let now = town.now();
        let count = |n: i64, from: &str| {
            let (email, from) = (format!("p{n}@example.com"), address(from));
            let turn: Result<Turn, Fault> =
                town.world.db.write(move |tx| count_attempt(tx, &email, from, now));
            turn.unwrap()
        };
        for n in 0..LIMITS.attempts_per_address_max {
            assert_eq!(count(n, &format!("2001:db8:0:1::{n:x}")), Turn::Go);
        }
        assert_eq!(count(99, "2001:db8:0:1:ffff::1"), Turn::Wait { retry_after_s: 60 });
        assert_eq!(count(99, "2001:db8:0:2::1"), Turn::Go);
    }
}

#[test]
fn eight_threads_together_get_as_many_attempts_as_one() {
    for town in towns() {
        let now = town.now();
        let passed = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|n| {
                    let db = town.world.db.clone();
                    let from = address(&format!("192.0.2.{n}"));
                    scope.spawn(move || {
                        let go = |_: &i32| {
                            let turn: Result<Turn, Fault> =
                                db.write(move |tx| count_attempt(tx, "sam@example.com", from, now));
                            turn.unwrap() == Turn::Go
                        };
                        (0..5).filter(go).count()
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum::<usize>()
        });
        assert_eq!(passed as i64, LIMITS.attempts_per_email_max, "{:?}", town.world.engine);
    }
}

#[test]
fn signing_in_ends_the_session_the_browser_had() {
    for town in towns() {
        let before = town.session(town.grace);
        let attempt = Attempt {
            email: email("Sam"),
            password: PASSWORD.to_owned(),
            address: address("192.0.2.1"),
            old: Some(before.hash()),
        };
        let after = sign_in_by_password(&town.world.db, &attempt, town.now()).unwrap();
        assert!(town.whose(&before).is_none());
        assert_eq!(town.whose(&after).unwrap().person, town.sam);
    }
}

#[test]
fn a_session_ends_when_nobody_uses_it_and_after_two_weeks_at_the_latest() {
    for town in towns() {
        let session = town.session(town.sam);
        town.later(LIMITS.session_idle_ms - 1);
        assert!(town.whose(&session).is_some());
        town.later(1);
        assert!(town.whose(&session).is_none(), "idle");
        let (hash, now) = (session.hash(), town.now());
        town.write(move |tx| Ok(people::seen(tx, &hash, now)?)).unwrap();
        assert!(town.whose(&session).is_none(), "what is over stays over");

        let session = town.session(town.sam);
        let hours = LIMITS.session_absolute_ms / TimeMs::HOUR;
        for hour in 0..hours {
            assert!(town.whose(&session).is_some(), "after {hour} hours");
            town.later(TimeMs::HOUR);
            let (hash, now) = (session.hash(), town.now());
            town.write(move |tx| Ok(people::seen(tx, &hash, now)?)).unwrap();
        }
        assert!(town.whose(&session).is_none(), "after two weeks");
        let now = town.now();
        assert!(town.read(|cx| Ok(people::signed_in(cx, &session.hash(), now)?)).is_none());
    }
}

#[test]
fn signing_out_ends_one_session_and_everywhere_ends_all() {
    for town in towns() {
        let [one, two, three] = [(); 3].map(|()| town.session(town.sam));
        let others = town.session(town.grace);
        let hash = one.hash();
        town.write(move |tx| Ok(sign_out(tx, &hash)?)).unwrap();
        assert!(town.whose(&one).is_none() && town.whose(&two).is_some());
        let sam = town.sam;
        town.write(move |tx| Ok(sign_out_everywhere(tx, sam)?)).unwrap();
        assert!(town.whose(&two).is_none() && town.whose(&three).is_none());
        assert!(town.whose(&others).is_some());
    }
}

#[test]
fn switching_goes_on_in_another_place_under_another_secret_and_lasts_no_longer() {
    for town in towns() {
        let (network, brand, harbour) = (town.world.network, town.world.brand, town.world.harbour);
        town.later(1);
        town.join(town.sam, harbour, Role::PartnerStaff).unwrap();
        let session = town.session(town.sam);
        let to = |secret: &handfast_web::Secret, organisation| {
            let (hash, now) = (secret.hash(), town.now());
            town.write(move |tx| switch(tx, &hash, network, organisation, now))
        };
        assert!(matches!(to(&session, brand), Err(Error::NotFound)));
        town.later(TimeMs::HOUR);
        let there = to(&session, harbour).unwrap();
        assert!(town.whose(&session).is_none());
        assert_eq!(town.whose(&there).unwrap().organisation, harbour);
        assert!(matches!(to(&session, harbour), Err(Error::SessionOver)));

        for _ in 0..(LIMITS.session_absolute_ms / TimeMs::HOUR - 1) {
            town.later(TimeMs::HOUR);
            let (hash, now) = (there.hash(), town.now());
            town.write(move |tx| Ok(people::seen(tx, &hash, now)?)).unwrap();
        }
        assert!(town.whose(&there).is_none(), "two weeks from the first sign-in");
    }
}

#[test]
fn a_link_works_once_under_many_hands_and_the_demos_until_it_is_too_old() {
    for town in towns() {
        let (sam, now) = (town.sam, town.now());
        let link = |uses| {
            town.write(move |tx| people::issue_sign_in_link(tx, sam, TimeMs::HOUR, uses, now))
                .unwrap()
                .hash()
        };
        let use_it = |hash| {
            let now = town.now();
            town.write(move |tx| use_sign_in_link(tx, &hash, None, now))
        };
        let (once, often) = (link(Uses::Once), link(Uses::UntilExpiry));
        let used = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..20).map(|_| scope.spawn(|| use_it(once).is_ok())).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).filter(|used| *used).count()
        });
        assert_eq!(used, 1, "{:?}", town.world.engine);
        for _ in 0..3 {
            assert_eq!(town.whose(&use_it(often).unwrap()).unwrap().person, sam);
        }
        town.later(TimeMs::HOUR);
        assert!(matches!(use_it(often), Err(Error::LinkGone)));
    }
}

#[test]
fn looking_at_a_link_says_who_comes_in_and_uses_nothing_up() {
    for town in towns() {
        let (sam, now) = (town.sam, town.now());
        let looked = |link: &handfast_web::Secret| {
            let (hash, now) = (link.hash(), town.now());
            town.world.db.read(|cx| people::sign_in_link(cx, &hash, now))
        };
        let link = town
            .write(move |tx| people::issue_sign_in_link(tx, sam, TimeMs::HOUR, Uses::Once, now))
            .unwrap();
        for _ in 0..2 {
            let page = looked(&link).unwrap();
            assert_eq!((&*page.name, page.place.role), ("Sam", Role::PartnerAdmin));
            assert!(!page.needs_password);
        }
        let reset =
            town.write(move |tx| people::reset_password(tx, sam, TimeMs::HOUR, now)).unwrap();
        assert!(looked(&reset).unwrap().needs_password);
        assert!(matches!(looked(&link), Err(Error::LinkGone)), "void since the reset");
        town.later(TimeMs::HOUR);
        assert!(matches!(looked(&reset), Err(Error::LinkGone)));
    }
}

#[test]
fn a_new_password_ends_every_session_and_voids_waiting_links() {
    for town in towns() {
        let (sam, now) = (town.sam, town.now());
        let session = town.session(sam);
        let waiting = town
            .write(move |tx| people::issue_sign_in_link(tx, sam, TimeMs::DAY, Uses::Once, now))
            .unwrap()
            .hash();
        town.write(move |tx| people::set_password(tx, sam, &HASH, now)).unwrap();
        assert!(town.whose(&session).is_none());
        let used = town.write(move |tx| use_sign_in_link(tx, &waiting, None, now));
        assert!(matches!(used, Err(Error::LinkGone)), "{used:?}");
    }
}

fn change(
    town: &Town,
    session: &handfast_web::Secret,
    shown: &str,
    chosen: &str,
) -> Result<handfast_web::Secret, Error> {
    let (hash, from) = (session.hash(), address("192.0.2.1"));
    people::change_password(&town.world.db, &hash, shown, chosen, from, town.now())
}

#[test]
fn ones_own_password_is_changed_by_showing_the_old_and_goes_on_in_a_new_session() {
    for town in towns() {
        let (here, phone) = (town.session(town.sam), town.session(town.sam));
        let refused = change(&town, &here, "not the one", "seven silver spokes");
        assert!(matches!(refused, Err(Error::DoNotFit)), "{refused:?}");
        let refused = change(&town, &here, PASSWORD, "1234567890");
        assert!(matches!(refused, Err(Error::PasswordCommon)), "{refused:?}");

        let after = change(&town, &here, PASSWORD, "seven silver spokes").unwrap();
        assert!(town.whose(&here).is_none() && town.whose(&phone).is_none());
        assert_eq!(town.whose(&after).unwrap().person, town.sam);
        assert!(town.attempt(&email("Sam"), PASSWORD).is_err());
        town.attempt(&email("Sam"), "seven silver spokes").unwrap();
    }
}

#[test]
fn a_password_that_was_reset_is_chosen_anew_by_a_link() {
    for town in towns() {
        let (sam, now) = (town.sam, town.now());
        let session = town.session(sam);
        let link =
            town.write(move |tx| people::reset_password(tx, sam, TimeMs::HOUR, now)).unwrap();
        assert!(town.whose(&session).is_none());
        assert!(town.attempt(&email("Sam"), PASSWORD).is_err());
        let session = town.write(move |tx| use_sign_in_link(tx, &link.hash(), None, now)).unwrap();
        change(&town, &session, "", "seven silver spokes").unwrap();
        town.attempt(&email("Sam"), "seven silver spokes").unwrap();
    }
}

#[test]
fn a_password_changed_while_it_was_being_checked_does_not_let_in() {
    for town in towns() {
        let (sam, now) = (town.sam, town.now());
        let candidate = town.read(|cx| Ok(begin_sign_in(cx, "sam@example.com")?));
        let proven = candidate.check(PASSWORD).unwrap();
        town.write(move |tx| people::set_password(tx, sam, &HASH.clone(), now)).unwrap();
        let other = people::hash_password("seven silver spokes", "sam@example.com").unwrap();
        town.write(move |tx| people::set_password(tx, sam, &other, now)).unwrap();
        let refused = town.write(move |tx| people::sign_in(tx, &proven, None, now));
        assert!(matches!(refused, Err(Error::DoNotFit)), "{refused:?}");
    }
}

#[test]
fn an_outdated_hash_is_renewed_at_sign_in() {
    for town in towns() {
        let (sam, now) = (town.sam, town.now());
        let cheap = argon2::Params::new(1_024, 1, 1, None).unwrap();
        let hasher =
            argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, cheap);
        let hash =
            argon2::password_hash::PasswordHasher::hash_password(&hasher, PASSWORD.as_bytes());
        let hash = people::PasswordHash::stored(hash.unwrap().to_string());
        let old = hash.clone();
        town.write(move |tx| people::set_password(tx, sam, &old, now)).unwrap();
        assert!(hash.is_outdated());
        town.attempt(&email("Sam"), PASSWORD).unwrap();
        let renewed = town.write(move |tx| Ok(people::store::lock_password(tx, sam)?));
        assert!(!renewed.unwrap().unwrap().is_outdated());
        town.attempt(&email("Sam"), PASSWORD).unwrap();
    }
}

#[test]
fn what_is_over_is_forgotten_and_what_is_not_stays() {
    for town in towns() {
        let forget = |town: &Town| {
            let now = town.now();
            town.write(move |tx| Ok(forget_expired(tx, now)?)).unwrap()
        };
        town.session(town.sam);
        town.attempt(&email("Sam"), PASSWORD).unwrap();
        town.invitation(town.sam, "Nina", Role::PartnerStaff).unwrap();
        let first = forget(&town);
        assert_eq!((first.session_count, first.attempt_count, first.invitation_count), (0, 0, 0));
        assert!(first.link_count > 0, "links that were used");
        town.later(40 * TimeMs::DAY);
        let then = forget(&town);
        assert_eq!((then.attempt_count, then.invitation_count), (2, 1));
        assert_eq!(then.session_count, 3);
    }
}
