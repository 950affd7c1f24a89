//! Everybody who walks: each role of each organisation, programs with each scope, and those whose
//! credential lets nobody in any more.

use handfast_kit::TimeMs;
use handfast_record::{
    people::{self, LIMITS, Maker, NewPerson, NewToken, Uses},
    testing::NOW,
};
use handfast_web::{Facts, Role, Scope, Secret};

use crate::{
    client::Ask,
    estates::{Estate, Member, Whose},
    places::Eye,
    table::Column,
    town::Town,
};

/// What somebody comes with.
#[derive(Debug, Clone)]
pub(crate) enum With {
    Nothing,
    Session(Secret),
    Token(Secret, Vec<Scope>),
    /// A header that is no token of ours.
    Words(&'static str),
}

/// Somebody who walks.
#[derive(Debug, Clone)]
pub(crate) struct Actor {
    pub(crate) name: String,
    pub(crate) column: Column,
    /// Whose they are; nobody's if their credential lets nobody in.
    pub(crate) whose: Option<Whose>,
    pub(crate) with: With,
    /// Whether every id is tried, or only one's own and nobody's.
    pub(crate) tries_everything: bool,
}

/// What the server owes somebody on a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owed {
    /// To be asked who they are.
    SignIn,
    /// To be told that they may not.
    Refusal,
    /// To be served.
    Service,
}

impl Actor {
    /// What this actor is owed, by what the table of roles says of their column.
    pub(crate) fn owed(&self, facts: &Facts, may: bool, may_nobody: bool) -> Owed {
        let is_known = match &self.with {
            With::Nothing | With::Words(_) => false,
            With::Session(_) => self.whose.is_some(),
            // Pages take no tokens.
            With::Token(..) => self.whose.is_some() && facts.scope.is_some(),
        };
        if !is_known {
            return if may_nobody { Owed::Service } else { Owed::SignIn };
        }
        let has_scope = match (&self.with, facts.scope) {
            (With::Token(_, scopes), Some(scope)) => scopes.contains(&scope),
            _ => true,
        };
        if may && has_scope { Owed::Service } else { Owed::Refusal }
    }

    /// The request as this actor sends it.
    pub(crate) fn signs(&self, ask: Ask) -> Ask {
        match &self.with {
            With::Nothing => ask,
            With::Session(session) => ask.signed_in(session),
            With::Token(token, _) => ask.with_token(token),
            With::Words(words) => ask.with("authorization", *words),
        }
    }

    /// Whoever looks with this actor's eyes, if they are somebody on this route.
    pub(crate) fn eye<'a>(&self, facts: &Facts, town: &'a Town) -> Option<Eye<'a>> {
        if matches!(self.with, With::Token(..)) && facts.scope.is_none() {
            return None;
        }
        let estate = town.of(self.whose?);
        let role = match self.column {
            Column::BrandAdmin => Role::BrandAdmin,
            Column::BrandStaff => Role::BrandStaff,
            Column::PartnerAdmin => Role::PartnerAdmin,
            Column::PartnerStaff => Role::PartnerStaff,
            Column::BrandAuditor | Column::PartnerAuditor => Role::Auditor,
            Column::Nobody => return None,
        };
        Some(Eye { estate, role })
    }
}

/// Everybody.
pub(crate) fn all(town: &Town) -> Vec<Actor> {
    let mut all = vec![Actor {
        name: "nobody".to_owned(),
        column: Column::Nobody,
        whose: None,
        with: With::Nothing,
        tries_everything: true,
    }];
    all.extend(town.estates.iter().flat_map(members));
    all.extend(programs(town));
    all.extend(shut_out(town));
    all
}

fn members(estate: &Estate) -> Vec<Actor> {
    let columns = if estate.is_brand() {
        [Column::BrandAdmin, Column::BrandStaff, Column::BrandAuditor]
    } else {
        [Column::PartnerAdmin, Column::PartnerStaff, Column::PartnerAuditor]
    };
    let members = [&estate.admin, &estate.staff, &estate.auditor];
    let actor = |(member, column): (&Member, Column)| Actor {
        name: format!("{column:?} of {:?}", estate.whose),
        column,
        whose: Some(estate.whose),
        with: With::Session(member.session.clone()),
        tries_everything: true,
    };
    members.into_iter().zip(columns).map(actor).collect()
}

/// Tokens of admins with one scope each, and one of a partner's staff with all it can have.
fn programs(town: &Town) -> Vec<Actor> {
    let mut programs = Vec::new();
    let admins = [(Whose::Aurora, Column::BrandAdmin), (Whose::Spoke, Column::PartnerAdmin)];
    for (whose, column) in admins {
        for scope in Scope::ALL {
            let with = token(town, whose, &town.of(whose).admin, &[*scope]);
            let name = format!("token of {whose:?} with {scope}");
            let whose = Some(whose);
            programs.push(Actor { name, column, whose, with, tries_everything: false });
        }
    }
    let scopes = [Scope::Read, Scope::Write, Scope::Import];
    programs.push(Actor {
        name: "token of Harbour's staff".to_owned(),
        column: Column::PartnerStaff,
        whose: Some(Whose::Harbour),
        with: token(town, Whose::Harbour, &town.of(Whose::Harbour).staff, &scopes),
        tries_everything: true,
    });
    programs
}

fn token(town: &Town, whose: Whose, member: &Member, scopes: &[Scope]) -> With {
    let (_, secret) = make_token(town, whose, member, scopes, LIMITS.token_ms);
    With::Token(secret, scopes.to_vec())
}

fn make_token(
    town: &Town,
    whose: Whose,
    member: &Member,
    scopes: &[Scope],
    lifetime_ms: i64,
) -> (people::ApiTokenId, Secret) {
    let estate = town.of(whose);
    let maker = Maker::member(estate.network, estate.organisation, member.person);
    let name = format!("token {}", whose.canary());
    let new = NewToken { name, scopes: scopes.to_vec(), lifetime_ms: Some(lifetime_ms) };
    // Long ago enough that the shortest of them has ended.
    let then = NOW.plus(-TimeMs::HOUR);
    town.world.db.write(move |tx| people::create_token(tx, &maker, &new, then)).unwrap()
}

/// Those who had a way in once.
fn shut_out(town: &Town) -> Vec<Actor> {
    let aurora = town.of(Whose::Aurora);
    let (network, brand) = (aurora.network, aurora.organisation);
    let old = NOW.plus(-LIMITS.session_absolute_ms - TimeMs::DAY);
    let (_, expired) = session(town, "expired", old);
    let (_, idle) = session(town, "idle", NOW.plus(-LIMITS.session_idle_ms - TimeMs::MINUTE));
    let (away, deactivated) = session(town, "deactivated", NOW);
    let (left, ended) = session(town, "ended", NOW);
    let (_, over) = make_token(town, Whose::Aurora, &aurora.admin, Scope::ALL, 2 * TimeMs::MINUTE);
    let (id, revoked) = make_token(town, Whose::Aurora, &aurora.admin, Scope::ALL, TimeMs::DAY);
    town.world
        .db
        .write(move |tx| {
            people::deactivate(tx, away, NOW)?;
            people::end_member(tx, network, brand, left, NOW)?;
            people::revoke_token(tx, network, brand, id, NOW)
        })
        .unwrap();
    let strange = Secret::random();
    let withs = [
        ("an expired session", With::Session(expired)),
        ("a session nobody used", With::Session(idle)),
        ("the session of a deactivated person", With::Session(deactivated)),
        ("the session of one who left", With::Session(ended)),
        ("a session that never was", With::Session(strange.clone())),
        ("an expired token", With::Token(over, Scope::ALL.to_vec())),
        ("a revoked token", With::Token(revoked, Scope::ALL.to_vec())),
        ("a token that never was", With::Token(strange, Scope::ALL.to_vec())),
        ("a word", With::Words("Bearer admin")),
    ];
    let actor = |(name, with): (&str, With)| Actor {
        name: name.to_owned(),
        column: Column::Nobody,
        whose: None,
        with,
        tries_everything: false,
    };
    withs.into_iter().map(actor).collect()
}

/// A brand admin who came in at a moment.
fn session(town: &Town, name: &str, at: TimeMs) -> (handfast_kit::PersonId, Secret) {
    let aurora = town.of(Whose::Aurora);
    let (network, brand) = (aurora.network, aurora.organisation);
    let email = format!("{name}@{}.example", Whose::Aurora.canary());
    let new = NewPerson { name: format!("{} {name}", Whose::Aurora.canary()), email };
    town.world
        .db
        .write(move |tx| {
            let person = people::add_person(tx, &new, at)?;
            people::add_member(tx, network, brand, person, Role::BrandAdmin, at)?;
            let link = people::issue_sign_in_link(tx, person, TimeMs::HOUR, Uses::Once, at)?;
            let session = people::use_sign_in_link(tx, &link.hash(), None, at)?;
            Ok::<_, people::Error>((person, session))
        })
        .unwrap()
}
