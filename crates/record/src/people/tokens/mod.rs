//! API tokens: what programs come with. A token acts for one organisation, as the person who made
//! it, and may never do more than that person may: the role is looked up anew at every request.

pub(super) mod api;
mod store;

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{Id, NetworkId, OrganisationId, PersonId, TimeMs};
use handfast_web::{Scope, Secret, TokenHash, Via, Viewer};

use super::{Error, LIMITS, rules};

/// Marks the id of an API token.
#[derive(Debug, Clone, Copy)]
pub enum ApiTokenMark {}
/// Which API token; says nothing about its secret.
pub type ApiTokenId = Id<ApiTokenMark>;

/// An API token, without its secret, which nobody has but its user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Its id.
    pub id: ApiTokenId,
    /// What it is for.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// Whose it is.
    pub person: PersonId,
    /// What that person is called.
    pub person_name: String,
    /// Since when.
    pub created: TimeMs,
    /// Until when.
    pub expires: TimeMs,
    /// Since when no longer, if somebody ended it before its time.
    pub revoked: Option<TimeMs>,
}

impl ApiToken {
    /// Whether it lets anybody in at `now`.
    pub fn is_good(&self, now: TimeMs) -> bool {
        self.revoked.is_none() && now < self.expires
    }
}

/// Who makes a token.
#[derive(Debug, Clone)]
pub struct Maker {
    network: NetworkId,
    organisation: OrganisationId,
    person: PersonId,
    /// What the maker's own credential may be used for; `None` if for everything.
    scopes: Option<Vec<Scope>>,
}

impl Maker {
    /// The viewer as maker. One who came by a token gives no scope that it does not have.
    pub fn of(viewer: &Viewer) -> Self {
        let scopes = match &viewer.via {
            Via::Session { .. } => None,
            Via::Token { scopes } => Some(scopes.clone()),
        };
        Self { scopes, ..Self::member(viewer.network, viewer.organisation, viewer.person) }
    }

    /// A member, when no request is at hand: the command line, the demo.
    pub const fn member(
        network: NetworkId,
        organisation: OrganisationId,
        person: PersonId,
    ) -> Self {
        Self { network, organisation, person, scopes: None }
    }
}

/// A token to be made.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// What it is for, 1 to 200 characters.
    pub name: String,
    /// What it may be used for; at least one.
    pub scopes: Vec<Scope>,
    /// How long it is good for; [`super::Limits::token_ms`] if `None`.
    pub lifetime_ms: Option<i64>,
}

/// Makes a token that acts as its maker, in the maker's organisation. Its text, to be shown once,
/// is [`Secret::token_text`].
///
/// Fails with [`Error::NotFound`] if the maker is no member, with [`Error::ScopeBeyond`],
/// [`Error::ScopesMissing`], [`Error::NameWrong`] or [`Error::LifetimeWrong`].
pub fn create_token(
    tx: &mut Tx<'_>,
    maker: &Maker,
    new: &NewToken,
    now: TimeMs,
) -> Result<(ApiTokenId, Secret), Error> {
    let name = rules::name(&new.name)?;
    let lifetime_ms = new.lifetime_ms.unwrap_or(LIMITS.token_ms);
    if !(TimeMs::MINUTE..=LIMITS.token_ms_max).contains(&lifetime_ms) {
        return Err(Error::LifetimeWrong);
    }
    let mut scopes = new.scopes.clone();
    scopes.sort_unstable();
    scopes.dedup();
    if scopes.is_empty() {
        return Err(Error::ScopesMissing);
    }
    let member = super::store::member(tx, maker.network, maker.organisation, maker.person)?;
    let member = member.filter(|member| member.ended.is_none()).ok_or(Error::NotFound)?;
    let beyond_own = |scope: &Scope| maker.scopes.as_ref().is_some_and(|own| !own.contains(scope));
    let beyond = rules::scope_beyond(member.role, &scopes)
        .or_else(|| scopes.iter().copied().find(beyond_own));
    if let Some(scope) = beyond {
        return Err(Error::ScopeBeyond(scope));
    }
    let (id, secret) = (ApiTokenId::random(), Secret::random());
    let row =
        store::NewRow { id, name, scopes: &scopes, created: now, expires: now.plus(lifetime_ms) };
    store::insert(tx, &secret.hash(), maker, &row)?;
    let person = maker.person;
    tx.after_commit(move || tracing::info!(token.id = %id, person.id = %person, "made a token"));
    Ok((id, secret))
}

/// Ends a token of an organisation, from the next request on; whoever's it was. Ended already is
/// as good. Fails with [`Error::NotFound`] if the organisation has no such token.
pub fn revoke_token(
    tx: &mut Tx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    id: ApiTokenId,
    now: TimeMs,
) -> Result<(), Error> {
    let hash = store::hash_of(tx, network, organisation, id)?.ok_or(Error::NotFound)?;
    store::revoke(tx, &hash, now)?;
    tx.after_commit(move || tracing::info!(token.id = %id, "revoked a token"));
    Ok(())
}

/// The tokens of an organisation, the newest first, at most 200; those that ended within the last
/// month too.
pub fn tokens(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
) -> Result<Vec<ApiToken>, Fault> {
    store::of_organisation(cx, network, organisation)
}

/// Who comes with this token, if it is still good.
pub(super) fn viewer(
    cx: &mut Cx<'_>,
    hash: &TokenHash,
    now: TimeMs,
) -> Result<Option<Viewer>, Fault> {
    store::viewer(cx, hash, now)
}

/// Ends every token that acts as this person in this organisation.
pub(super) fn revoke_all(
    tx: &mut Tx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    person: PersonId,
    now: TimeMs,
) -> Result<(), Fault> {
    store::revoke_all(tx, network, organisation, person, now)?;
    Ok(())
}

/// Deletes tokens that ended before this moment.
pub(super) fn forget(tx: &mut Tx<'_>, before: TimeMs) -> Result<u64, Fault> {
    store::delete_ended(tx, before)
}
