//! Stories of people, on every engine, by the front door.

#![allow(clippy::unwrap_used)]

mod api;
mod invitations;
mod members;
mod sign_in;
mod tokens;

use std::sync::LazyLock;

use handfast_db::Fault;
use handfast_kit::{OrganisationId, PersonId, TimeMs};
use handfast_web::{ClientAddress, Credential, Role, Secret, TokenHash, Viewer};

use super::{
    Attempt, Error, NewInvitation, NewPerson, PasswordHash, Uses, add_member, add_person,
    authenticate, hash_password, invite, issue_sign_in_link, set_password, sign_in_by_password,
    use_sign_in_link,
};
use crate::testing::{World, worlds};

/// The password of everybody who has one.
const PASSWORD: &str = "blue bicycle bell";

/// What of [`PASSWORD`] is kept; made once, because it is slow.
static HASH: LazyLock<PasswordHash> =
    LazyLock::new(|| hash_password(PASSWORD, "nobody@example.com").unwrap());

/// Aurora Cycles and its partners, with people: Priya (brand admin), Tom (brand staff), Sam (admin
/// of Spoke & Chain), Grace (admin of Harbour Wheelworks).
struct Town {
    world: World,
    priya: PersonId,
    tom: PersonId,
    sam: PersonId,
    grace: PersonId,
}

fn towns() -> Vec<Town> {
    worlds().into_iter().map(Town::new).collect()
}

impl Town {
    fn new(world: World) -> Self {
        let nobody = PersonId::random();
        let mut town = Self { world, priya: nobody, tom: nobody, sam: nobody, grace: nobody };
        let (brand, spoke, harbour) = (town.world.brand, town.world.spoke, town.world.harbour);
        town.priya = town.member("Priya", brand, Role::BrandAdmin);
        town.tom = town.member("Tom", brand, Role::BrandStaff);
        town.sam = town.member("Sam", spoke, Role::PartnerAdmin);
        town.grace = town.member("Grace", harbour, Role::PartnerAdmin);
        town
    }

    fn now(&self) -> TimeMs {
        self.world.clock.now()
    }

    fn later(&self, ms: i64) {
        self.world.clock.advance(ms);
    }

    /// Writes, as one transaction.
    fn write<T: Send + 'static>(
        &self,
        f: impl FnMut(&mut handfast_db::Tx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.world.db.write(f)
    }

    fn read<T>(&self, f: impl FnOnce(&mut handfast_db::Cx<'_>) -> Result<T, Error>) -> T {
        self.world.db.read(f).unwrap()
    }

    /// Somebody with [`PASSWORD`], a member of nothing.
    fn person(&self, name: &str) -> PersonId {
        let (new, now) = (NewPerson { name: name.to_owned(), email: email(name) }, self.now());
        self.write(move |tx| {
            let person = add_person(tx, &new, now)?;
            set_password(tx, person, &HASH, now)?;
            Ok(person)
        })
        .unwrap()
    }

    /// Somebody with [`PASSWORD`] in an organisation.
    fn member(&self, name: &str, organisation: OrganisationId, role: Role) -> PersonId {
        let person = self.person(name);
        self.join(person, organisation, role).unwrap();
        person
    }

    fn join(
        &self,
        person: PersonId,
        organisation: OrganisationId,
        role: Role,
    ) -> Result<(), Error> {
        let (network, now) = (self.world.network, self.now());
        self.write(move |tx| add_member(tx, network, organisation, person, role, now))
    }

    fn attempt(&self, email: &str, password: &str) -> Result<Secret, Error> {
        let attempt = Attempt {
            email: email.to_owned(),
            password: password.to_owned(),
            address: address("192.0.2.1"),
            old: None,
        };
        sign_in_by_password(&self.world.db, &attempt, self.now())
    }

    /// A session of this person's.
    fn session(&self, person: PersonId) -> Secret {
        let now = self.now();
        self.write(move |tx| {
            let link = issue_sign_in_link(tx, person, TimeMs::HOUR, Uses::Once, now)?;
            use_sign_in_link(tx, &link.hash(), None, now)
        })
        .unwrap()
    }

    /// Who this session belongs to now.
    fn whose(&self, session: &Secret) -> Option<Viewer> {
        self.known(&Credential::Session(session.hash()))
    }

    /// Who this token belongs to now.
    fn whose_token(&self, token: &Secret) -> Option<Viewer> {
        self.known(&Credential::Token(token.hash()))
    }

    fn known(&self, credential: &Credential) -> Option<Viewer> {
        let now = self.now();
        let known: Result<_, Fault> = self.world.db.read(|cx| authenticate(cx, credential, now));
        known.unwrap()
    }

    /// This person, signed in.
    fn viewer(&self, person: PersonId) -> Viewer {
        self.whose(&self.session(person)).unwrap()
    }

    /// An invitation by this person, into the person's own organisation.
    fn invitation(&self, by: PersonId, name: &str, role: Role) -> Result<TokenHash, Error> {
        let new =
            NewInvitation { organisation: None, email: email(name), name: name.to_owned(), role };
        let (viewer, now) = (self.viewer(by), self.now());
        self.write(move |tx| Ok(invite(tx, &viewer, &new, now)?.hash()))
    }
}

fn email(name: &str) -> String {
    format!("{}@example.com", name.to_lowercase())
}

fn address(text: &str) -> ClientAddress {
    ClientAddress(text.parse().unwrap())
}
