//! Invitations: how an admin lets somebody in. Good for 72 hours, used once, kept as a hash only.

pub(super) mod api;
mod store;

use std::{fmt, str::FromStr};

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{NetworkId, OrganisationId, PersonId, TimeMs};
use handfast_web::{Role, Secret, Side, TokenHash, Viewer};

use super::{Error, LIMITS, NewPerson, PasswordHash, Proven, look_after, rules, sign_in};

/// Somebody to be invited.
#[derive(Debug, Clone)]
pub struct NewInvitation {
    /// Into which organisation; the viewer's own if `None`.
    pub organisation: Option<OrganisationId>,
    /// The address the person will sign in with.
    pub email: String,
    /// What the person is called.
    pub name: String,
    /// As what.
    pub role: Role,
}

/// Which invitation: the hash of its secret, which tells nothing of the secret. As text, 64
/// hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct InvitationId(TokenHash);

impl InvitationId {
    /// The id of the invitation with this secret.
    pub fn of(secret: &Secret) -> Self {
        Self(secret.hash())
    }
}

impl fmt::Display for InvitationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for InvitationId {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        // The length first: nothing longer is ever worked on.
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(Error::NotFound);
        }
        let byte = |at: usize| u8::from_str_radix(&text[2 * at..2 * at + 2], 16);
        let bytes: Result<Vec<u8>, _> = (0..32).map(byte).collect();
        let hash = bytes.ok().and_then(|bytes| TokenHash::from_bytes(&bytes));
        hash.map(Self).ok_or(Error::NotFound)
    }
}

/// An invitation that can still be accepted, as its organisation's admins see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Its id, for withdrawing it: nobody gets in with it.
    pub id: InvitationId,
    /// Who is invited.
    pub name: String,
    /// The address the person will sign in with.
    pub email: String,
    /// As what.
    pub role: Role,
    /// Who sent it.
    pub invited_by: PersonId,
    /// When.
    pub created: TimeMs,
    /// Until when.
    pub expires: TimeMs,
}

/// An invitation as the invited person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitationPage {
    /// What the network is called.
    pub network_name: String,
    /// What the organisation is called.
    pub organisation_name: String,
    /// What whoever sent it is called.
    pub invited_by_name: String,
    /// Who is invited.
    pub name: String,
    /// The address the person will sign in with.
    pub email: String,
    /// As what.
    pub role: Role,
    /// Until when.
    pub expires: TimeMs,
    /// Whether the address belongs to a person who shows the password they have, instead of
    /// choosing one.
    pub is_known: bool,
}

/// How an invited person shows who they are.
#[derive(Debug, Clone)]
pub enum Proof {
    /// Nobody signs in with the address yet: the person has chosen this password.
    New(PasswordHash),
    /// The person signs in with the address already, and has shown their password.
    Known(Proven),
    /// The person is signed in.
    SignedIn(PersonId),
}

/// An invitation as it lies in the database.
#[derive(Debug, Clone)]
struct Open {
    network: NetworkId,
    network_name: String,
    organisation: OrganisationId,
    organisation_name: String,
    side: Side,
    email: String,
    name: String,
    role: Role,
    invited_by: PersonId,
    expires: TimeMs,
}

/// Invites somebody. The secret goes behind [`super::INVITATION_PATH`]; earlier invitations of the
/// same address into the same organisation are void.
///
/// Fails with [`Error::NotFound`] if the viewer does not look after the organisation, with
/// [`Error::RoleDoesNotFit`], [`Error::AlreadyMember`], [`Error::EmailWrong`],
/// [`Error::NameWrong`].
pub fn invite(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    new: &NewInvitation,
    now: TimeMs,
) -> Result<Secret, Error> {
    let organisation = look_after(tx, viewer, new.organisation)?;
    let side = super::store::side(tx, viewer.network, organisation.id)?.ok_or(Error::NotFound)?;
    rules::check_fits(new.role, side)?;
    let (name, email) = (rules::name(&new.name)?, rules::email_key(&new.email)?);
    if is_member(tx, viewer.network, organisation.id, &email)? {
        return Err(Error::AlreadyMember);
    }
    store::delete_open(tx, viewer.network, organisation.id, &email)?;
    let secret = Secret::random();
    let open = Open {
        network: viewer.network,
        network_name: viewer.network_name.clone(),
        organisation: organisation.id,
        organisation_name: organisation.name,
        side,
        email,
        name: name.to_owned(),
        role: new.role,
        invited_by: viewer.person,
        expires: now.plus(LIMITS.invitation_ms),
    };
    store::insert(tx, &secret.hash(), &open, now)?;
    let (person, organisation) = (viewer.person, organisation.id);
    tx.after_commit(move || {
        tracing::info!(person.id = %person, organisation.id = %organisation, "invited somebody");
    });
    Ok(secret)
}

fn is_member(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    email: &str,
) -> Result<bool, Fault> {
    let Some(person) = super::person_by_email(cx, email)? else { return Ok(false) };
    let member = super::store::member(cx, network, organisation, person.id)?;
    Ok(member.is_some_and(|member| member.ended.is_none()))
}

/// What the page of an invitation shows. Fails with [`Error::InvitationGone`] if it was used,
/// withdrawn, is too old, or whoever sent it may not invite any more.
pub fn invitation(cx: &mut Cx<'_>, hash: &TokenHash, now: TimeMs) -> Result<InvitationPage, Error> {
    let open = open(cx, hash, now)?;
    let is_known = super::person_by_email(cx, &open.email)?.is_some();
    let by = super::store::person_name(cx, open.invited_by)?;
    Ok(InvitationPage {
        invited_by_name: by.unwrap_or_default(),
        network_name: open.network_name,
        organisation_name: open.organisation_name,
        name: open.name,
        email: open.email,
        role: open.role,
        expires: open.expires,
        is_known,
    })
}

fn open(cx: &mut Cx<'_>, hash: &TokenHash, now: TimeMs) -> Result<Open, Error> {
    let open = store::open(cx, hash, now)?.ok_or(Error::InvitationGone)?;
    // An admin who has left must not find a way back in, prepared before.
    let by = super::memberships(cx, open.invited_by)?;
    let may_invite = by.iter().filter(|place| place.network == open.network).any(|place| {
        place.role == Role::BrandAdmin && place.side == Side::Brand
            || place.role == Role::PartnerAdmin && place.organisation == open.organisation
    });
    let fits = rules::check_fits(open.role, open.side).is_ok();
    if may_invite && fits { Ok(open) } else { Err(Error::InvitationGone) }
}

/// Accepts an invitation, once, and signs the person in there. `old` is the session the browser
/// had.
///
/// Fails with [`Error::InvitationGone`], with [`Error::PersonKnown`] if the address belongs to a
/// person who must show the password they have, with [`Error::DoNotFit`] if the proof is somebody
/// else's or does not hold any more, with [`Error::AlreadyMember`]. Whatever fails uses nothing up.
pub fn accept(
    tx: &mut Tx<'_>,
    hash: &TokenHash,
    proof: &Proof,
    old: Option<&TokenHash>,
    now: TimeMs,
) -> Result<Secret, Error> {
    let open = open(tx, hash, now)?;
    // Of those who accept at the same moment, one changes the row.
    if store::mark_used(tx, hash, now)? == 0 {
        return Err(Error::InvitationGone);
    }
    let person = invited_person(tx, &open, proof, now)?;
    super::add_member(tx, open.network, open.organisation, person, open.role, now)?;
    let at = sign_in::Session::new(person, open.network, open.organisation, now);
    sign_in::start(tx, &at, old, now)
}

fn invited_person(
    tx: &mut Tx<'_>,
    open: &Open,
    proof: &Proof,
    now: TimeMs,
) -> Result<PersonId, Error> {
    let known = super::person_by_email(tx, &open.email)?;
    let person = match (known, proof) {
        (None, Proof::New(password)) => {
            let new = NewPerson { name: open.name.clone(), email: open.email.clone() };
            let person = super::add_person(tx, &new, now).map_err(|error| match error {
                // Somebody else was quicker with another invitation.
                Error::EmailTaken => Error::PersonKnown,
                other => other,
            })?;
            super::store::set_password(tx, person, Some(password))?;
            return Ok(person);
        }
        (None, _) => return Err(Error::DoNotFit),
        (Some(_), Proof::New(_)) => return Err(Error::PersonKnown),
        (Some(known), _) => known,
    };
    let shown = match proof {
        Proof::Known(proven) => {
            proven.still_holds(tx)?;
            Some(proven.person())
        }
        Proof::SignedIn(signed_in) => Some(*signed_in),
        Proof::New(_) => None,
    };
    let is_theirs = shown == Some(person.id) && person.deactivated.is_none();
    if is_theirs { Ok(person.id) } else { Err(Error::DoNotFit) }
}

/// The invitations into an organisation that can still be accepted, the newest first, at most 200.
pub fn invitations(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    now: TimeMs,
) -> Result<Vec<Invitation>, Fault> {
    store::open_of(cx, network, organisation, now)
}

/// Makes an invitation void. Fails with [`Error::NotFound`] if the organisation has no such open
/// invitation.
pub fn withdraw_invitation(
    tx: &mut Tx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    id: InvitationId,
) -> Result<(), Error> {
    if store::delete(tx, network, organisation, &id.0)? == 0 {
        return Err(Error::NotFound);
    }
    tx.after_commit(move || {
        tracing::info!(organisation.id = %organisation, "withdrew an invitation");
    });
    Ok(())
}

/// Deletes invitations that were too old before this moment.
pub(super) fn forget(tx: &mut Tx<'_>, before: TimeMs) -> Result<u64, Fault> {
    store::delete_expired(tx, before)
}
