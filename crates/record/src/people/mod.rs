//! Who signs in, as what, and with which credential.
//!
//! A person is known by an e-mail address, everywhere; a member is a person in one organisation,
//! with a role. A person comes in by an invitation ([`invite`], [`accept`]), signs in with a
//! password ([`begin_sign_in`], [`sign_in`]; [`sign_in_by_password`] does all of it) or a link, and
//! is from then on a session; programs come with an API token. [`authenticate`] turns either into a
//! [`Viewer`], anew at every request, so that whatever ends here (a session, a token, a
//! membership, a person) has ended with the next request.
//!
//! Nothing here is about a customer, so nothing here is a touch; changes are logged, by ids.
//!
//! Who may look after whom is asked first, with [`look_after`]; the functions that change people
//! and members then take what it answered, and so serve the command line too.

pub mod api;
mod error;
mod flows;
mod invitations;
mod password;
mod rules;
mod sign_in;
mod store;
#[cfg(test)]
mod tests;
mod tokens;

use std::collections::{HashMap, hash_map::Entry};

use handfast_db::{Cx, Fault, OnUnique, Tx};
use handfast_kit::{Cursor, NetworkId, OrganisationId, Page, PersonId, TimeMs, Uuid, fold};
use handfast_web::{Role, Side, Theme, TokenHash, Viewer};

pub use error::{DO_NOT_FIT, Error};
pub use flows::{Acceptance, Attempt, accept_by_password, change_password, sign_in_by_password};
pub use invitations::{
    Invitation, InvitationId, InvitationPage, NewInvitation, Proof, accept, invitation,
    invitations, invite, withdraw_invitation,
};
pub use password::{PasswordHash, hash_password};
pub use rules::{LIMITS, Limits};
pub use sign_in::{
    Candidate, Forgotten, LinkPage, Proven, Turn, Uses, authenticate, begin_sign_in, count_attempt,
    forget_expired, issue_sign_in_link, seen, sign_in, sign_in_link, sign_out, sign_out_everywhere,
    switch, use_sign_in_link,
};
pub use tokens::{
    ApiToken, ApiTokenId, ApiTokenMark, Maker, NewToken, create_token, revoke_token, tokens,
};

use crate::organisations::{self, Organisation};

/// Where the page of an invitation lies; its secret follows. The page shows it, a form's post
/// accepts it: those who only look (mail scanners) use nothing up.
pub const INVITATION_PATH: &str = "/invitations/";
/// Where the page of a sign-in link lies; its secret follows. Used by a form's post, as above.
pub const SIGN_IN_LINK_PATH: &str = "/sign-in/";

/// A human who signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Its id.
    pub id: PersonId,
    /// What the person is called.
    pub name: String,
    /// The address the person signs in with, as it was written.
    pub email: String,
    /// How the person likes pages to look.
    pub theme: Theme,
    /// Whether there is a password; without one a link or an invitation lets the person in.
    pub has_password: bool,
    /// Since when the person is shut out of everything, if so.
    pub deactivated: Option<TimeMs>,
}

/// A person to be known.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// What the person is called, 1 to 200 characters.
    pub name: String,
    /// The address the person signs in with.
    pub email: String,
}

/// A person in one organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub person: PersonId,
    /// What the person is called.
    pub name: String,
    /// The address the person signs in with.
    pub email: String,
    /// What the person may do in this organisation.
    pub role: Role,
    /// Since when.
    pub since: TimeMs,
    /// Since when no longer, if so: by this organisation's own decision, or because whoever runs
    /// Handfast has shut the person out.
    pub ended: Option<TimeMs>,
}

/// One of the places a person acts for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The network.
    pub network: NetworkId,
    /// What it is called.
    pub network_name: String,
    /// The organisation.
    pub organisation: OrganisationId,
    /// What it is called.
    pub organisation_name: String,
    /// Whether it is the brand or a partner.
    pub side: Side,
    /// What the person may do there.
    pub role: Role,
    /// Since when.
    pub since: TimeMs,
}

/// The organisation whose people, invitations and tokens this viewer looks after: the viewer's own
/// (`None`), or for a brand admin any of the network. Fails with [`Error::NotFound`] otherwise, as
/// if there were no such organisation.
pub fn look_after(
    cx: &mut Cx<'_>,
    viewer: &Viewer,
    organisation: Option<OrganisationId>,
) -> Result<Organisation, Error> {
    let id = organisation.unwrap_or(viewer.organisation);
    let is_allowed = match viewer.role {
        Role::BrandAdmin => viewer.side == Side::Brand,
        Role::PartnerAdmin => id == viewer.organisation,
        _ => false,
    };
    if !is_allowed {
        return Err(Error::NotFound);
    }
    organisations::find(cx, viewer.network, id)?.ok_or(Error::NotFound)
}

/// Makes a person known: no password, no membership yet. Fails with [`Error::EmailTaken`] if
/// another has this address, [`Error::EmailWrong`] or [`Error::NameWrong`].
pub fn add_person(tx: &mut Tx<'_>, new: &NewPerson, now: TimeMs) -> Result<PersonId, Error> {
    let (name, key) = (rules::name(&new.name)?, rules::email_key(&new.email)?);
    let id = PersonId::random();
    store::insert_person(tx, id, name, new.email.trim(), &key, now)
        .on_unique("person_email", Error::EmailTaken)?;
    tx.after_commit(move || tracing::info!(person.id = %id, "added a person"));
    Ok(id)
}

/// The person with this id.
pub fn person(cx: &mut Cx<'_>, id: PersonId) -> Result<Option<Person>, Fault> {
    store::person(cx, id)
}

/// The person who signs in with this address, however it is spelt.
pub fn person_by_email(cx: &mut Cx<'_>, email: &str) -> Result<Option<Person>, Fault> {
    rules::email_key(email).map_or(Ok(None), |key| store::person_by_email(cx, &key))
}

/// The names of these people, for showing beside touches. Unknown ids are left out.
pub fn names(
    cx: &mut Cx<'_>,
    ids: impl IntoIterator<Item = PersonId>,
) -> Result<HashMap<PersonId, String>, Fault> {
    let mut names = HashMap::new();
    for id in ids {
        if let Entry::Vacant(place) = names.entry(id)
            && let Some(name) = store::person_name(cx, id)?
        {
            place.insert(name);
        }
    }
    Ok(names)
}

/// Gives the person this password. Whoever was signed in as this person no longer is, and links
/// that were waiting are void. See [`change_password`] for one's own.
pub fn set_password(
    tx: &mut Tx<'_>,
    person: PersonId,
    password: &PasswordHash,
    now: TimeMs,
) -> Result<(), Error> {
    if store::set_password(tx, person, Some(password))? == 0 {
        return Err(Error::NotFound);
    }
    sign_in::end_all(tx, person, now)?;
    tx.after_commit(move || tracing::info!(person.id = %person, "set a password"));
    Ok(())
}

/// Takes the person's password away, signs them out everywhere, and makes a link that lets them in
/// once, to choose another. For the operator: an admin of one organisation may not do this, because
/// the person may be a member of others.
pub fn reset_password(
    tx: &mut Tx<'_>,
    person: PersonId,
    lifetime_ms: i64,
    now: TimeMs,
) -> Result<handfast_web::Secret, Error> {
    if store::set_password(tx, person, None)? == 0 {
        return Err(Error::NotFound);
    }
    sign_in::end_all(tx, person, now)?;
    tx.after_commit(move || tracing::info!(person.id = %person, "reset a password"));
    issue_sign_in_link(tx, person, lifetime_ms, Uses::Once, now)
}

/// How this person likes pages to look, from now on.
pub fn theme(tx: &mut Tx<'_>, person: PersonId, theme: Theme) -> Result<(), Error> {
    if store::set_theme(tx, person, theme)? == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// Shuts a person out of everything, from the next request on: sessions and API tokens end, in
/// every network, and stay ended when the person is let in again. For the operator; an organisation
/// ends a membership instead. Fails with [`Error::LastBrandAdmin`] if a brand would have none left.
pub fn deactivate(tx: &mut Tx<'_>, person: PersonId, now: TimeMs) -> Result<(), Error> {
    for place in store::memberships(tx, person)? {
        leave_an_admin(tx, place.network, place.organisation, person)?;
        tokens::revoke_all(tx, place.network, place.organisation, person, now)?;
    }
    if store::set_deactivated(tx, person, Some(now))? == 0 {
        return Err(Error::NotFound);
    }
    sign_in::end_all(tx, person, now)?;
    tx.after_commit(move || tracing::info!(person.id = %person, "deactivated a person"));
    Ok(())
}

/// Lets a person in again who was shut out; they sign in anew.
pub fn reactivate(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Error> {
    if store::set_deactivated(tx, person, None)? == 0 {
        return Err(Error::NotFound);
    }
    tx.after_commit(move || tracing::info!(person.id = %person, "reactivated a person"));
    Ok(())
}

/// Makes a person a member; one whose membership had ended is one again, with this role.
///
/// Fails with [`Error::RoleDoesNotFit`], [`Error::AlreadyMember`], or [`Error::NotFound`] if there
/// is no such organisation or person.
pub fn add_member(
    tx: &mut Tx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    person: PersonId,
    role: Role,
    now: TimeMs,
) -> Result<(), Error> {
    let side = store::side(tx, network, organisation)?.ok_or(Error::NotFound)?;
    rules::check_fits(role, side)?;
    store::person(tx, person)?.ok_or(Error::NotFound)?;
    match store::member(tx, network, organisation, person)? {
        Some(member) if member.ended.is_none() => return Err(Error::AlreadyMember),
        Some(_) => store::renew_member(tx, network, organisation, person, role, now)?,
        None => store::insert_member(tx, network, organisation, person, role, now)
            .on_unique("member_pk", Error::AlreadyMember)?,
    };
    tx.after_commit(move || {
        tracing::info!(
            person.id = %person, organisation.id = %organisation, %role,
            "added a member"
        );
    });
    Ok(())
}

/// Ends a membership, and with it the person's sessions and API tokens there, from the next request
/// on. Fails with [`Error::LastBrandAdmin`] if the brand would have none left.
pub fn end_member(
    tx: &mut Tx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    person: PersonId,
    now: TimeMs,
) -> Result<(), Error> {
    leave_an_admin(tx, network, organisation, person)?;
    if store::end_member(tx, network, organisation, person, now)? == 0 {
        return Err(Error::NotFound);
    }
    sign_in::end_in(tx, network, organisation, person)?;
    tokens::revoke_all(tx, network, organisation, person, now)?;
    tx.after_commit(move || {
        tracing::info!(person.id = %person, organisation.id = %organisation, "ended a membership");
    });
    Ok(())
}

/// Gives a member another role, in force with the next request. Fails with
/// [`Error::RoleDoesNotFit`], or [`Error::LastBrandAdmin`] if the brand would have none left.
pub fn change_role(
    tx: &mut Tx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    person: PersonId,
    role: Role,
) -> Result<(), Error> {
    let side = store::side(tx, network, organisation)?.ok_or(Error::NotFound)?;
    rules::check_fits(role, side)?;
    if role != Role::BrandAdmin {
        leave_an_admin(tx, network, organisation, person)?;
    }
    if store::set_role(tx, network, organisation, person, role)? == 0 {
        return Err(Error::NotFound);
    }
    tx.after_commit(move || {
        tracing::info!(
            person.id = %person, organisation.id = %organisation, %role,
            "changed a role"
        );
    });
    Ok(())
}

/// Fails if this person is the only one who can look after the brand. Two admins who end each other
/// at once wait for one another here.
fn leave_an_admin(
    tx: &mut Tx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    person: PersonId,
) -> Result<(), Error> {
    let Some(member) = store::member(tx, network, organisation, person)? else {
        return Err(Error::NotFound);
    };
    if member.role != Role::BrandAdmin || member.ended.is_some() {
        return Ok(());
    }
    store::lock_brand(tx, network)?;
    if store::other_brand_admins(tx, network, person)? == 0 {
        return Err(Error::LastBrandAdmin);
    }
    Ok(())
}

/// One member of an organisation, also one whose membership has ended.
pub fn member(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    person: PersonId,
) -> Result<Option<Member>, Fault> {
    store::member(cx, network, organisation, person)
}

/// The members of an organisation, those who have left too, in the order in which they joined: up
/// to `limit` (at most 200) after `after`.
pub fn members(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<Page<Member>, Fault> {
    let limit = limit.clamp(1, 200);
    let (since, person) = after
        .and_then(Cursor::values::<2>)
        .and_then(|[since, person]| Some((TimeMs(since.parse().ok()?), person.parse().ok()?)))
        .unwrap_or((TimeMs(i64::MIN), PersonId::from_uuid(Uuid::nil())));
    let rows = store::members(cx, network, organisation, since, person, limit + 1)?;
    Ok(Page::of(rows, limit, |row| {
        Cursor::after([row.since.0.to_string(), row.person.to_string()])
    }))
}

/// The mail addresses of the first admins of these organisations who are still there.
pub fn first_admins(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisations: &[OrganisationId],
) -> Result<HashMap<OrganisationId, String>, Fault> {
    let mut first = HashMap::new();
    for (organisation, email) in store::admins(cx, network, organisations)? {
        first.entry(organisation).or_insert(email);
    }
    Ok(first)
}

/// The places a person acts for now, at most 200, by name; none if the person is deactivated.
pub fn memberships(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<Membership>, Fault> {
    let mut places = store::memberships(cx, person)?;
    places.sort_by_cached_key(|place| (fold(&place.network_name), fold(&place.organisation_name)));
    Ok(places)
}

/// Who is signed in with this session, if it is still good at `now`.
pub fn signed_in(
    cx: &mut Cx<'_>,
    session: &TokenHash,
    now: TimeMs,
) -> Result<Option<PersonId>, Fault> {
    Ok(sign_in::session(cx, session, now)?.map(|session| session.person))
}
