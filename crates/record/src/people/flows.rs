//! What a form's post does from beginning to end: count the attempt, look up, check the password
//! between two transactions, write. Blocking and slow (a tenth of a second of one core): async code
//! calls these on a blocking thread.

use handfast_db::{Db, Fault, Tx};
use handfast_kit::{PersonId, TimeMs};
use handfast_web::{ClientAddress, Secret, TokenHash};

use super::{
    Candidate, Error, PasswordHash, Proof, Proven, begin_sign_in, count_attempt, hash_password,
    invitations, sign_in, store,
};

/// Somebody tries to sign in with a password.
#[derive(Clone)]
pub struct Attempt {
    /// The address, as typed.
    pub email: String,
    /// The password, as typed.
    pub password: String,
    /// Where the request comes from.
    pub address: ClientAddress,
    /// The session the browser had before; it ends when the sign-in succeeds.
    pub old: Option<TokenHash>,
}

/// Signs in with a password. The secret belongs into the session's cookie.
///
/// Fails with [`Error::DoNotFit`] whatever does not fit, [`Error::TooManyAttempts`], or
/// [`Error::Busy`].
pub fn sign_in_by_password(db: &Db, attempt: &Attempt, now: TimeMs) -> Result<Secret, Error> {
    let proven = prove(db, attempt, now)?;
    let old = attempt.old;
    db.write(move |tx| sign_in::sign_in(tx, &proven, old.as_ref(), now))
}

fn prove(db: &Db, attempt: &Attempt, now: TimeMs) -> Result<Proven, Error> {
    let (email, address) = (attempt.email.clone(), attempt.address);
    db.write(move |tx| count_attempt(tx, &email, address, now))
        .map_err(|fault: Fault| Error::from(fault))?
        .check()?;
    let candidate: Candidate = db.read(|cx| begin_sign_in(cx, &attempt.email)).map_err(fault)?;
    candidate.check(&attempt.password)
}

fn fault(fault: Fault) -> Error {
    fault.into()
}

/// Somebody accepts an invitation.
#[derive(Clone)]
pub struct Acceptance {
    /// The hash of the invitation's secret.
    pub invitation: TokenHash,
    /// The password, as typed: a new one, or the one the person has.
    pub password: String,
    /// Where the request comes from.
    pub address: ClientAddress,
    /// The session the browser had before; it ends when the invitation is accepted.
    pub old: Option<TokenHash>,
}

/// Accepts an invitation and signs in: a person nobody knows yet chooses a password, one who has
/// signed in before shows the one they have. One who is signed in needs none: see
/// [`super::Proof::SignedIn`].
///
/// Fails as [`super::accept`], [`hash_password`] and [`sign_in_by_password`] do.
pub fn accept_by_password(db: &Db, acceptance: &Acceptance, now: TimeMs) -> Result<Secret, Error> {
    let Acceptance { invitation, password, address, old } = acceptance.clone();
    let page = db.read(|cx| invitations::invitation(cx, &invitation, now))?;
    let proof = if page.is_known {
        let attempt = Attempt { email: page.email, password, address, old };
        Proof::Known(prove(db, &attempt, now)?)
    } else {
        Proof::New(hash_password(&password, &page.email)?)
    };
    db.write(move |tx| invitations::accept(tx, &invitation, &proof, old.as_ref(), now))
}

/// Changes one's own password: whoever has one shows it first (`shown`). Every other session of the
/// person ends, and this one goes on under the new secret.
///
/// Fails with [`Error::SessionOver`], with [`Error::DoNotFit`] if the password shown is not the
/// person's, with [`Error::TooManyAttempts`], or as [`hash_password`] does.
pub fn change_password(
    db: &Db,
    session: &TokenHash,
    shown: &str,
    chosen: &str,
    address: ClientAddress,
    now: TimeMs,
) -> Result<Secret, Error> {
    let person = db.read(|cx| {
        let id = super::signed_in(cx, session, now)?.ok_or(Error::SessionOver)?;
        super::person(cx, id)?.ok_or(Error::SessionOver)
    })?;
    let proven = if person.has_password {
        let (email, password) = (person.email.clone(), shown.to_owned());
        Some(prove(db, &Attempt { email, password, address, old: None }, now)?)
    } else {
        None
    };
    let chosen = hash_password(chosen, &person.email)?;
    let session = *session;
    db.write(move |tx| replace(tx, person.id, proven.as_ref(), &chosen, &session, now))
}

fn replace(
    tx: &mut Tx<'_>,
    person: PersonId,
    proven: Option<&Proven>,
    chosen: &PasswordHash,
    session: &TokenHash,
    now: TimeMs,
) -> Result<Secret, Error> {
    // Somebody else may have chosen one meanwhile, or signed this session out.
    match proven {
        Some(proven) => proven.still_holds(tx)?,
        None if store::lock_password(tx, person)?.is_some() => return Err(Error::DoNotFit),
        None => {}
    }
    let at = sign_in::session(tx, session, now)?.ok_or(Error::SessionOver)?;
    super::set_password(tx, person, chosen, now)?;
    sign_in::start(tx, &at, None, now)
}
