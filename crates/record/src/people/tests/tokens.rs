//! Stories of API tokens.

use handfast_kit::{PersonId, TimeMs};
use handfast_web::{Role, Scope, Secret, Via};

use super::{Town, towns};
use crate::people::{
    self, ApiTokenId, Error, LIMITS, Maker, NewToken, create_token, revoke_token, tokens,
};

impl Town {
    fn token(
        &self,
        maker: &Maker,
        scopes: &[Scope],
        lifetime_ms: Option<i64>,
    ) -> Result<(ApiTokenId, Secret), Error> {
        let (maker, now) = (maker.clone(), self.now());
        let new = NewToken { name: "till".into(), scopes: scopes.to_owned(), lifetime_ms };
        self.write(move |tx| create_token(tx, &maker, &new, now))
    }

    fn maker(&self, person: PersonId) -> Maker {
        Maker::of(&self.viewer(person))
    }
}

#[test]
fn a_token_acts_as_its_maker_with_its_scopes() {
    for town in towns() {
        let scopes = [Scope::Import, Scope::Read, Scope::Read];
        let (_, token) = town.token(&town.maker(town.sam), &scopes, None).unwrap();
        assert!(token.token_text().starts_with("hft_"));
        let viewer = town.whose_token(&token).unwrap();
        assert_eq!((viewer.person, viewer.organisation), (town.sam, town.world.spoke));
        assert_eq!(viewer.role, Role::PartnerAdmin);
        assert_eq!(viewer.via, Via::Token { scopes: vec![Scope::Read, Scope::Import] });
        assert!(town.whose(&token).is_none(), "a token is not a session");
    }
}

#[test]
fn a_token_never_has_more_than_its_maker() {
    for town in towns() {
        let (spoke, brand) = (town.world.spoke, town.world.brand);
        let clerk = town.maker(town.member("Nina", spoke, Role::PartnerStaff));
        let auditor = town.maker(town.member("Otto", brand, Role::Auditor));
        for (maker, scope, allowed) in [
            (&clerk, Scope::Write, true),
            (&clerk, Scope::Admin, false),
            (&auditor, Scope::Read, true),
            (&auditor, Scope::Write, false),
            (&auditor, Scope::Import, false),
        ] {
            assert_eq!(town.token(maker, &[scope], None).is_ok(), allowed, "{scope}");
        }
        let (_, narrow) =
            town.token(&town.maker(town.sam), &[Scope::Admin, Scope::Read], None).unwrap();
        let by_token = Maker::of(&town.whose_token(&narrow).unwrap());
        town.token(&by_token, &[Scope::Read], None).unwrap();
        let wider = town.token(&by_token, &[Scope::Write], None);
        assert!(matches!(wider, Err(Error::ScopeBeyond(Scope::Write))), "{wider:?}");
        let stranger = Maker::member(town.world.network, brand, town.sam);
        assert!(matches!(town.token(&stranger, &[Scope::Read], None), Err(Error::NotFound)));
        let nothing = town.token(&clerk, &[], None);
        assert!(matches!(nothing, Err(Error::ScopesMissing)), "{nothing:?}");
    }
}

#[test]
fn a_token_whose_maker_is_demoted_has_the_lower_role_at_once() {
    for town in towns() {
        let (_, token) = town.token(&town.maker(town.sam), &[Scope::Admin], None).unwrap();
        let (network, spoke, sam) = (town.world.network, town.world.spoke, town.sam);
        town.write(move |tx| people::change_role(tx, network, spoke, sam, Role::PartnerStaff))
            .unwrap();
        assert_eq!(town.whose_token(&token).unwrap().role, Role::PartnerStaff);
    }
}

#[test]
fn a_token_ends_when_its_time_is_up() {
    for town in towns() {
        let maker = town.maker(town.sam);
        let (_, usual) = town.token(&maker, &[Scope::Read], None).unwrap();
        let (_, long) = town.token(&maker, &[Scope::Read], Some(LIMITS.token_ms_max)).unwrap();
        for wrong in [0, -1, LIMITS.token_ms_max + 1, i64::MAX] {
            let refused = town.token(&maker, &[Scope::Read], Some(wrong));
            assert!(matches!(refused, Err(Error::LifetimeWrong)), "{refused:?}");
        }
        town.later(LIMITS.token_ms - 1);
        assert!(town.whose_token(&usual).is_some());
        town.later(1);
        assert!(town.whose_token(&usual).is_none() && town.whose_token(&long).is_some());
        town.later(400 * TimeMs::DAY);
        assert!(town.whose_token(&long).is_none());
    }
}

#[test]
fn a_revoked_token_is_dead_with_the_next_request_and_only_its_organisation_revokes_it() {
    for town in towns() {
        let (id, token) = town.token(&town.maker(town.sam), &[Scope::Read], None).unwrap();
        let (network, spoke, harbour, now) =
            (town.world.network, town.world.spoke, town.world.harbour, town.now());
        let elsewhere = town.write(move |tx| revoke_token(tx, network, harbour, id, now));
        assert!(matches!(elsewhere, Err(Error::NotFound)), "{elsewhere:?}");
        assert!(town.whose_token(&token).is_some());
        town.write(move |tx| revoke_token(tx, network, spoke, id, now)).unwrap();
        assert!(town.whose_token(&token).is_none());
        town.write(move |tx| revoke_token(tx, network, spoke, id, now)).unwrap();

        let listed = town.read(|cx| Ok(tokens(cx, network, spoke)?));
        assert_eq!(listed.len(), 1);
        assert_eq!((listed[0].id, listed[0].person_name.as_str()), (id, "Sam"));
        assert!(!listed[0].is_good(now) && listed[0].revoked == Some(now));
        assert!(town.read(|cx| Ok(tokens(cx, network, harbour)?)).is_empty());
    }
}
