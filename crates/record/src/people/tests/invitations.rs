//! Stories of invitations.

use handfast_kit::TimeMs;
use handfast_web::{Role, TokenHash};

use super::{HASH, PASSWORD, Town, address, email, towns};
use crate::people::{
    self, Acceptance, Error, InvitationId, LIMITS, NewInvitation, Proof, accept,
    accept_by_password, invitation, invitations, withdraw_invitation,
};

impl Town {
    fn accept_by(&self, invitation: TokenHash, password: &str) -> Result<people::Person, Error> {
        let password = password.to_owned();
        let acceptance = Acceptance { invitation, password, address: address("::1"), old: None };
        let session = accept_by_password(&self.world.db, &acceptance, self.now())?;
        let person = self.whose(&session).unwrap().person;
        Ok(self.read(|cx| Ok(people::person(cx, person)?)).unwrap())
    }

    fn page(&self, hash: TokenHash) -> Result<people::InvitationPage, Error> {
        let now = self.now();
        self.world.db.read(|cx| invitation(cx, &hash, now))
    }
}

#[test]
fn an_invited_person_chooses_a_password_and_is_in() {
    for town in towns() {
        let hash = town.invitation(town.sam, "Nina", Role::PartnerStaff).unwrap();
        let page = town.page(hash).unwrap();
        assert_eq!(page.network_name, "Aurora Cycles");
        assert_eq!(page.organisation_name, "Spoke & Chain");
        assert_eq!((page.name.as_str(), page.role), ("Nina", Role::PartnerStaff));
        assert!(!page.is_known);

        let weak = town.accept_by(hash, "nina1");
        assert!(matches!(weak, Err(Error::PasswordTooShort)), "{weak:?}");
        let nina = town.accept_by(hash, "seven silver spokes").unwrap();
        assert_eq!((nina.name.as_str(), nina.email.as_str()), ("Nina", "nina@example.com"));
        let viewer = town.viewer(nina.id);
        assert_eq!((viewer.organisation, viewer.role), (town.world.spoke, Role::PartnerStaff));
        town.attempt(&email("Nina"), "seven silver spokes").unwrap();
        assert!(matches!(town.page(hash), Err(Error::InvitationGone)));
        assert!(matches!(town.accept_by(hash, "seven silver spokes"), Err(Error::InvitationGone)));
    }
}

#[test]
fn fifty_people_accept_one_invitation_at_once_and_one_gets_in() {
    for town in towns() {
        let hash = town.invitation(town.sam, "Nina", Role::PartnerStaff).unwrap();
        let (now, proof) = (town.now(), Proof::New(HASH.clone()));
        let answers: Vec<Result<_, Error>> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..50)
                .map(|_| {
                    let (db, proof) = (town.world.db.clone(), proof.clone());
                    scope.spawn(move || db.write(move |tx| accept(tx, &hash, &proof, None, now)))
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let (let_in, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        assert_eq!((let_in.len(), refused.len()), (1, 49), "{:?}", town.world.engine);
        for answer in refused {
            let error = answer.unwrap_err();
            // PostgreSQL may see the person before the invitation's end; either refuses.
            assert!(
                matches!(error, Error::InvitationGone | Error::PersonKnown),
                "{:?}: {error:?}",
                town.world.engine
            );
        }
        let (network, spoke) = (town.world.network, town.world.spoke);
        let members = town.read(|cx| Ok(people::members(cx, network, spoke, None, 50)?));
        assert_eq!(members.items.len(), 2);
    }
}

#[test]
fn an_invitation_ends_after_72_hours() {
    for town in towns() {
        let hash = town.invitation(town.sam, "Nina", Role::PartnerStaff).unwrap();
        town.later(LIMITS.invitation_ms - 1);
        assert!(town.page(hash).is_ok());
        town.later(1);
        assert!(matches!(town.page(hash), Err(Error::InvitationGone)));
        let late = town.accept_by(hash, "seven silver spokes");
        assert!(matches!(late, Err(Error::InvitationGone)), "{late:?}");
        assert!(town.read(|cx| Ok(people::person_by_email(cx, "nina@example.com")?)).is_none());
    }
}

#[test]
fn whoever_is_known_shows_the_password_they_have() {
    for town in towns() {
        let hash = town.invitation(town.sam, "Grace", Role::PartnerStaff).unwrap();
        assert!(town.page(hash).unwrap().is_known);
        let refused = town.accept_by(hash, "a password of my own");
        assert!(matches!(refused, Err(Error::DoNotFit)), "{refused:?}");
        let (now, chosen) = (town.now(), Proof::New(HASH.clone()));
        let refused = town.write(move |tx| accept(tx, &hash, &chosen, None, now));
        assert!(matches!(refused, Err(Error::PersonKnown)), "{refused:?}");
        let (sam, grace) = (town.sam, town.grace);
        let others = town.write(move |tx| accept(tx, &hash, &Proof::SignedIn(sam), None, now));
        assert!(matches!(others, Err(Error::DoNotFit)), "{others:?}");

        assert_eq!(town.accept_by(hash, PASSWORD).unwrap().id, grace);
        let places = town.read(|cx| Ok(people::memberships(cx, grace)?));
        assert_eq!(places.len(), 2);
    }
}

#[test]
fn whoever_is_signed_in_accepts_without_a_password() {
    for town in towns() {
        let hash = town.invitation(town.sam, "Grace", Role::PartnerStaff).unwrap();
        let (now, grace, old) = (town.now(), town.grace, town.session(town.grace));
        let old_hash = old.hash();
        let session = town
            .write(move |tx| accept(tx, &hash, &Proof::SignedIn(grace), Some(&old_hash), now))
            .unwrap();
        assert_eq!(town.whose(&session).unwrap().organisation, town.world.spoke);
        assert!(town.whose(&old).is_none());
    }
}

#[test]
fn a_partner_admin_invites_into_their_own_organisation_only() {
    for town in towns() {
        let (brand, spoke, harbour) = (town.world.brand, town.world.spoke, town.world.harbour);
        for (by, organisation, role, allowed) in [
            (town.sam, None, Role::PartnerAdmin, true),
            (town.sam, Some(spoke), Role::Auditor, true),
            (town.sam, Some(harbour), Role::PartnerStaff, false),
            (town.sam, Some(brand), Role::BrandStaff, false),
            (town.sam, None, Role::BrandAdmin, false),
            (town.tom, None, Role::BrandStaff, false),
            (town.priya, None, Role::BrandStaff, true),
            (town.priya, Some(harbour), Role::PartnerStaff, true),
            (town.priya, Some(harbour), Role::BrandStaff, false),
        ] {
            let new =
                NewInvitation { organisation, email: email("Nina"), name: "Nina".into(), role };
            let (viewer, now) = (town.viewer(by), town.now());
            let name = viewer.person_name.clone();
            let answer = town.write(move |tx| people::invite(tx, &viewer, &new, now));
            assert_eq!(answer.is_ok(), allowed, "{name} as {role}");
        }
        let known = town.invitation(town.sam, "Sam", Role::PartnerStaff);
        assert!(matches!(known, Err(Error::AlreadyMember)), "{known:?}");
    }
}

#[test]
fn a_second_invitation_takes_the_place_of_the_first_and_either_can_be_withdrawn() {
    for town in towns() {
        let first = town.invitation(town.sam, "Nina", Role::PartnerStaff).unwrap();
        town.later(TimeMs::MINUTE);
        let second = town.invitation(town.sam, "NINA", Role::PartnerAdmin).unwrap();
        assert!(matches!(town.page(first), Err(Error::InvitationGone)));
        let (network, spoke, harbour) = (town.world.network, town.world.spoke, town.world.harbour);
        let now = town.now();
        let open = town.read(|cx| Ok(invitations(cx, network, spoke, now)?));
        assert_eq!(open.len(), 1);
        assert_eq!(open[0].role, Role::PartnerAdmin);

        let id: InvitationId = open[0].id.to_string().parse().unwrap();
        let elsewhere = town.write(move |tx| withdraw_invitation(tx, network, harbour, id));
        assert!(matches!(elsewhere, Err(Error::NotFound)), "{elsewhere:?}");
        assert!(town.page(second).is_ok());
        town.write(move |tx| withdraw_invitation(tx, network, spoke, id)).unwrap();
        assert!(matches!(town.page(second), Err(Error::InvitationGone)));
    }
}

#[test]
fn an_admin_who_has_left_finds_no_way_back_in() {
    for town in towns() {
        let by_sam = town.invitation(town.sam, "Nina", Role::PartnerAdmin).unwrap();
        let (network, spoke, sam, now) =
            (town.world.network, town.world.spoke, town.sam, town.now());
        town.write(move |tx| people::end_member(tx, network, spoke, sam, now)).unwrap();
        assert!(matches!(town.page(by_sam), Err(Error::InvitationGone)));
        let used = town.accept_by(by_sam, "seven silver spokes");
        assert!(matches!(used, Err(Error::InvitationGone)), "{used:?}");
    }
}

#[test]
fn the_id_of_an_invitation_is_64_digits_and_nothing_else() {
    for wrong in ["", "12", &"g".repeat(64), &"é".repeat(32), &"a".repeat(65)] {
        assert!(wrong.parse::<InvitationId>().is_err(), "{wrong}");
    }
    let text = "0123456789abcdef".repeat(4);
    assert_eq!(text.parse::<InvitationId>().unwrap().to_string(), text);
}
