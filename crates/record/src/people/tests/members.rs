//! Stories of people and members.

use handfast_kit::TimeMs;
use handfast_web::{Role, Theme};

use super::{Town, email, towns};
use crate::people::{
    self, Error, Maker, NewPerson, NewToken, change_role, deactivate, end_member, members,
    memberships, reactivate,
};

#[test]
fn a_person_is_one_person_however_the_address_is_spelt() {
    for town in towns() {
        let new = NewPerson { name: "Sam".into(), email: " SAM@Example.com".into() };
        let now = town.now();
        let taken = town.write(move |tx| people::add_person(tx, &new, now));
        assert!(matches!(taken, Err(Error::EmailTaken)), "{taken:?}");
        let found = town.read(|cx| Ok(people::person_by_email(cx, "Sam@EXAMPLE.com")?));
        assert_eq!(found.unwrap().id, town.sam);
    }
}

#[test]
fn a_role_must_fit_the_side() {
    for town in towns() {
        let (brand, spoke) = (town.world.brand, town.world.spoke);
        let nina = town.person("Nina");
        for (organisation, role) in [(brand, Role::PartnerAdmin), (spoke, Role::BrandStaff)] {
            let refused = town.join(nina, organisation, role);
            assert!(matches!(refused, Err(Error::RoleDoesNotFit { .. })), "{refused:?}");
        }
        town.join(nina, brand, Role::Auditor).unwrap();
        town.join(nina, spoke, Role::Auditor).unwrap();
        let again = town.join(nina, spoke, Role::PartnerStaff);
        assert!(matches!(again, Err(Error::AlreadyMember)), "{again:?}");
    }
}

#[test]
fn the_last_brand_admin_stays_one() {
    for town in towns() {
        let (network, brand, priya, tom) =
            (town.world.network, town.world.brand, town.priya, town.tom);
        let now = town.now();
        let last = |done: Result<(), Error>| {
            assert!(matches!(done, Err(Error::LastBrandAdmin)), "{done:?}");
        };
        last(town.write(move |tx| end_member(tx, network, brand, priya, now)));
        last(town.write(move |tx| change_role(tx, network, brand, priya, Role::BrandStaff)));
        last(town.write(move |tx| deactivate(tx, priya, now)));
        assert_eq!(town.viewer(priya).role, Role::BrandAdmin);

        town.write(move |tx| change_role(tx, network, brand, tom, Role::BrandAdmin)).unwrap();
        town.write(move |tx| end_member(tx, network, brand, priya, now)).unwrap();
        last(town.write(move |tx| end_member(tx, network, brand, tom, now)));
    }
}

#[test]
fn two_admins_who_end_each_other_at_once_leave_one() {
    for town in towns() {
        let (network, brand, priya, tom) =
            (town.world.network, town.world.brand, town.priya, town.tom);
        town.write(move |tx| change_role(tx, network, brand, tom, Role::BrandAdmin)).unwrap();
        let now = town.now();
        let end = |person| town.write(move |tx| end_member(tx, network, brand, person, now));
        let ended = std::thread::scope(|scope| {
            let both = [scope.spawn(|| end(priya)), scope.spawn(|| end(tom))];
            both.map(|thread| thread.join().unwrap().is_ok())
        });
        assert_eq!(ended.iter().filter(|ended| **ended).count(), 1, "{:?}", town.world.engine);
    }
}

#[test]
fn a_role_is_in_force_with_the_next_request() {
    for town in towns() {
        let session = town.session(town.sam);
        let (network, spoke, sam) = (town.world.network, town.world.spoke, town.sam);
        town.write(move |tx| change_role(tx, network, spoke, sam, Role::Auditor)).unwrap();
        assert_eq!(town.whose(&session).unwrap().role, Role::Auditor);
    }
}

#[test]
fn a_person_who_is_shut_out_is_out_with_the_next_request_and_old_sessions_stay_dead() {
    for town in towns() {
        let (sam, now) = (town.sam, town.now());
        let session = town.session(sam);
        let token = token_of(&town);
        assert_eq!(town.whose(&session).unwrap().person, sam);
        assert_eq!(town.whose_token(&token).unwrap().person, sam);

        town.write(move |tx| deactivate(tx, sam, now)).unwrap();
        assert!(town.whose(&session).is_none() && town.whose_token(&token).is_none());
        assert!(matches!(town.attempt(&email("Sam"), super::PASSWORD), Err(Error::DoNotFit)));

        town.write(move |tx| reactivate(tx, sam)).unwrap();
        assert!(town.whose(&session).is_none() && town.whose_token(&token).is_none());
        town.attempt(&email("Sam"), super::PASSWORD).unwrap();
    }
}

#[test]
fn ending_a_membership_ends_what_is_signed_in_there_and_nothing_elsewhere() {
    for town in towns() {
        let (network, spoke, harbour, sam) =
            (town.world.network, town.world.spoke, town.world.harbour, town.sam);
        town.later(TimeMs::MINUTE);
        town.join(sam, harbour, Role::PartnerStaff).unwrap();
        let (session, token, now) = (town.session(sam), token_of(&town), town.now());
        let elsewhere = town
            .write({
                let session = town.session(sam).hash();
                move |tx| people::switch(tx, &session, network, harbour, now)
            })
            .unwrap();

        town.write(move |tx| end_member(tx, network, spoke, sam, now)).unwrap();
        assert!(town.whose(&session).is_none() && town.whose_token(&token).is_none());
        assert_eq!(town.whose(&elsewhere).unwrap().organisation, harbour);

        town.join(sam, spoke, Role::PartnerStaff).unwrap();
        assert!(town.whose(&session).is_none() && town.whose_token(&token).is_none());
        let places = town.read(|cx| Ok(memberships(cx, sam)?));
        let names: Vec<&str> = places.iter().map(|at| at.organisation_name.as_str()).collect();
        assert_eq!(names, ["Harbour Wheelworks", "Spoke & Chain"]);
    }
}

fn token_of(town: &Town) -> handfast_web::Secret {
    let maker = Maker::member(town.world.network, town.world.spoke, town.sam);
    let new = NewToken {
        name: "till".into(),
        scopes: vec![handfast_web::Scope::Read],
        lifetime_ms: None,
    };
    let now = town.now();
    town.write(move |tx| people::create_token(tx, &maker, &new, now)).unwrap().1
}

#[test]
fn an_admin_looks_after_their_own_and_a_brand_admin_after_all() {
    for town in towns() {
        let (spoke, harbour, brand) = (town.world.spoke, town.world.harbour, town.world.brand);
        let nina = town.member("Nina", spoke, Role::PartnerStaff);
        for (person, organisation, allowed) in [
            (town.priya, None, true),
            (town.priya, Some(spoke), true),
            (town.tom, None, false),
            (town.tom, Some(spoke), false),
            (town.sam, None, true),
            (town.sam, Some(spoke), true),
            (town.sam, Some(harbour), false),
            (town.sam, Some(brand), false),
            (nina, None, false),
        ] {
            let viewer = town.viewer(person);
            let answer = town.world.db.read(|cx| people::look_after(cx, &viewer, organisation));
            assert_eq!(answer.is_ok(), allowed, "{} of {organisation:?}", viewer.person_name);
        }
    }
}

#[test]
fn members_come_in_pages_and_those_who_left_are_marked() {
    for town in towns() {
        let (network, spoke) = (town.world.network, town.world.spoke);
        let mut added = vec![town.sam];
        for name in ["Ana", "Bo", "Cy"] {
            town.later(1_000);
            added.push(town.member(name, spoke, Role::PartnerStaff));
        }
        let (bo, now) = (added[2], town.now());
        town.write(move |tx| end_member(tx, network, spoke, bo, now)).unwrap();

        let first = town.read(|cx| Ok(members(cx, network, spoke, None, 2)?));
        let second = town.read(|cx| Ok(members(cx, network, spoke, first.next.as_ref(), 2)?));
        assert!(second.next.is_none());
        let all: Vec<_> = first.items.into_iter().chain(second.items).collect();
        assert_eq!(all.iter().map(|member| member.person).collect::<Vec<_>>(), added);
        assert_eq!(all.iter().filter(|member| member.ended.is_some()).count(), 1);
        assert!(all[2].ended.is_some());
    }
}

#[test]
fn a_theme_is_kept() {
    for town in towns() {
        let sam = town.sam;
        town.write(move |tx| people::theme(tx, sam, Theme::Dark)).unwrap();
        assert_eq!(town.viewer(sam).theme, Theme::Dark);
    }
}

#[test]
fn names_are_given_for_those_who_are_known() {
    for town in towns() {
        let nobody = handfast_kit::PersonId::random();
        let names = town.read(|cx| Ok(people::names(cx, [town.sam, nobody, town.sam])?));
        assert_eq!(names.len(), 1);
        assert_eq!(names[&town.sam], "Sam");
    }
}
