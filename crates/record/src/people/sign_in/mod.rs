//! How a person comes in, stays, and goes: passwords, links, sessions; who a request comes from.

pub(super) mod api;
mod store;

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{Id, NetworkId, OrganisationId, PersonId, TimeMs};
use handfast_web::{ClientAddress, Credential, Secret, TokenHash, Viewer};

use super::{Error, LIMITS, PasswordHash, invitations, password, rules, tokens};

/// What a counted attempt may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "an attempt that must wait is not to be made"]
pub enum Turn {
    /// Be made.
    Go,
    /// Wait, and not be made.
    Wait {
        /// For so many seconds.
        retry_after_s: u32,
    },
}

impl Turn {
    /// Fails with [`Error::TooManyAttempts`] if the attempt must wait.
    pub fn check(self) -> Result<(), Error> {
        match self {
            Self::Go => Ok(()),
            Self::Wait { retry_after_s } => Err(Error::TooManyAttempts { retry_after_s }),
        }
    }
}

/// Counts an attempt to sign in, for its e-mail and for its address, across all processes. Its own
/// transaction: the count must stay, whatever becomes of the attempt.
pub fn count_attempt(
    tx: &mut Tx<'_>,
    email: &str,
    address: ClientAddress,
    now: TimeMs,
) -> Result<Turn, Fault> {
    // Always in this order, so that two attempts never wait for each other.
    let address = attempt_key("address", &address.counted());
    let by_address = count(tx, &address, LIMITS.attempts_per_address_max, now)?;
    // What is no address belongs to nobody, so there is nobody to protect.
    let by_email = match rules::email_key(email) {
        Ok(key) => count(tx, &attempt_key("email", &key), LIMITS.attempts_per_email_max, now)?,
        Err(_) => None,
    };
    Ok(match by_address.max(by_email) {
        None => Turn::Go,
        Some(retry_after_s) => Turn::Wait { retry_after_s },
    })
}

/// What is counted, without being readable: people type passwords into the e-mail's field.
fn attempt_key(kind: &str, value: &str) -> String {
    let id: Id<()> = Id::derived(&[b"attempt", kind.as_bytes(), value.as_bytes()]);
    format!("{kind} {id}")
}

fn count(tx: &mut Tx<'_>, key: &str, count_max: i64, now: TimeMs) -> Result<Option<u32>, Fault> {
    store::count_attempt(tx, key, now, LIMITS.attempt_window_ms)?;
    let counted = store::attempts(tx, key)?;
    Ok(counted.and_then(|(since, count)| rules::wait_s(since, count, count_max, now)))
}

/// Whoever may be signing in: a person whose password is to be shown, or nobody, which cannot be
/// told from outside.
#[derive(Debug, Clone)]
pub struct Candidate {
    person: Option<PersonId>,
    password: PasswordHash,
}

/// A person who has shown their password.
#[derive(Debug, Clone)]
pub struct Proven {
    person: PersonId,
    password: PasswordHash,
    renewed: Option<PasswordHash>,
}

/// Looks up who has this address. Answers a [`Candidate`] for every text, and in the same time.
pub fn begin_sign_in(cx: &mut Cx<'_>, email: &str) -> Result<Candidate, Fault> {
    // Made before it is needed, so that the first unknown address does not take longer either.
    let nobodys = password::nobodys();
    let key = rules::email_key(email).unwrap_or_default();
    Ok(match store::person_and_password(cx, &key)? {
        Some((person, password)) => Candidate { person: Some(person), password },
        None => Candidate { person: None, password: nobodys.clone() },
    })
}

impl Candidate {
    /// Checks the password. Slow (see [`super::hash_password`]): between two transactions, never
    /// inside one. Fails with [`Error::DoNotFit`] whatever the reason, with [`Error::Busy`] if too
    /// many are being checked.
    pub fn check(&self, password: &str) -> Result<Proven, Error> {
        let fits = password::fits(password, &self.password)?;
        let Some(person) = self.person.filter(|_| fits) else { return Err(Error::DoNotFit) };
        let renewed = self.password.is_outdated().then(|| password::hash(password)).transpose()?;
        Ok(Proven { person, password: self.password.clone(), renewed })
    }
}

impl Proven {
    /// Who.
    pub const fn person(&self) -> PersonId {
        self.person
    }

    /// Makes sure that the password shown is still the person's, and renews its hash if it was made
    /// with costs of the past.
    pub(super) fn still_holds(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        if super::store::lock_password(tx, self.person)?.as_ref() != Some(&self.password) {
            return Err(Error::DoNotFit);
        }
        if let Some(renewed) = &self.renewed {
            super::store::renew_password(tx, self.person, renewed, &self.password)?;
        }
        Ok(())
    }
}

/// Signs in a person who has shown their password: a new session, in the place the person has been
/// a member of for longest. The session that the browser had before (`old`) ends.
///
/// Fails with [`Error::DoNotFit`] if the person was shut out meanwhile, or is a member of nothing.
pub fn sign_in(
    tx: &mut Tx<'_>,
    proven: &Proven,
    old: Option<&TokenHash>,
    now: TimeMs,
) -> Result<Secret, Error> {
    proven.still_holds(tx)?;
    let place = super::store::memberships(tx, proven.person)?.into_iter().next();
    let place = place.ok_or(Error::DoNotFit)?;
    let at = Session::new(proven.person, place.network, place.organisation, now);
    start(tx, &at, old, now)
}

/// A session as it lies in the database.
#[derive(Debug, Clone)]
pub(super) struct Session {
    pub(super) person: PersonId,
    pub(super) network: NetworkId,
    pub(super) organisation: OrganisationId,
    /// When the person signed in; kept when the session's secret changes.
    pub(super) created: TimeMs,
    /// When its use was last noted.
    seen: TimeMs,
}

impl Session {
    pub(super) const fn new(
        person: PersonId,
        network: NetworkId,
        organisation: OrganisationId,
        created: TimeMs,
    ) -> Self {
        Self { person, network, organisation, created, seen: created }
    }
}

/// Starts a session under a new secret, in place of the one the browser had.
pub(super) fn start(
    tx: &mut Tx<'_>,
    session: &Session,
    old: Option<&TokenHash>,
    now: TimeMs,
) -> Result<Secret, Error> {
    if let Some(old) = old {
        store::delete_session(tx, old)?;
    }
    let secret = Secret::random();
    store::insert_session(tx, &secret.hash(), session, now)?;
    let (person, organisation) = (session.person, session.organisation);
    tx.after_commit(move || {
        tracing::info!(person.id = %person, organisation.id = %organisation, "started a session");
    });
    Ok(secret)
}

/// The session, if it is still good.
pub(super) fn session(
    cx: &mut Cx<'_>,
    session: &TokenHash,
    now: TimeMs,
) -> Result<Option<Session>, Fault> {
    store::session(cx, session, oldest_created(now), oldest_seen(now))
}

const fn oldest_created(now: TimeMs) -> TimeMs {
    now.plus(-LIMITS.session_absolute_ms)
}

const fn oldest_seen(now: TimeMs) -> TimeMs {
    now.plus(-LIMITS.session_idle_ms)
}

/// Who a request comes from, if its credential is still good: one statement, on the path of every
/// request. Everything that can end is looked at anew: the session's age, the token's, the person,
/// the membership, the organisation.
pub fn authenticate(
    cx: &mut Cx<'_>,
    credential: &Credential,
    now: TimeMs,
) -> Result<Option<Viewer>, Fault> {
    match credential {
        Credential::Session(hash) => {
            store::viewer_of_session(cx, hash, oldest_created(now), oldest_seen(now))
        }
        Credential::Token(hash) => tokens::viewer(cx, hash, now),
    }
}

/// Whether the use of this session is worth noting: it is good, and was last noted a minute ago.
pub(super) fn is_unnoted(cx: &mut Cx<'_>, hash: &TokenHash, now: TimeMs) -> Result<bool, Fault> {
    Ok(store::session(cx, hash, oldest_created(now), oldest_seen(now))?
        .is_some_and(|session| session.seen <= noted_before(now)))
}

const fn noted_before(now: TimeMs) -> TimeMs {
    now.plus(-LIMITS.session_seen_every_ms)
}

/// Notes that a session is in use, at most once a minute; one that is over stays over.
///
/// [`authenticate`] only reads. Whoever serves pages lays [`super::api::note_use`] around them,
/// which calls this; a session nobody notes for [`super::Limits::session_idle_ms`] is over.
pub fn seen(tx: &mut Tx<'_>, hash: &TokenHash, now: TimeMs) -> Result<(), Fault> {
    if is_unnoted(tx, hash, now)? {
        store::set_seen(tx, hash, now)?;
    }
    Ok(())
}

/// Ends this session.
pub fn sign_out(tx: &mut Tx<'_>, session: &TokenHash) -> Result<(), Fault> {
    store::delete_session(tx, session)?;
    Ok(())
}

/// Ends every session of this person, on every device.
pub fn sign_out_everywhere(tx: &mut Tx<'_>, person: PersonId) -> Result<(), Fault> {
    store::delete_sessions(tx, person)?;
    tx.after_commit(move || tracing::info!(person.id = %person, "signed out everywhere"));
    Ok(())
}

/// Goes on in another place of the same person's, under a new secret; no longer than the session
/// would have lasted. Fails with [`Error::SessionOver`], or [`Error::NotFound`] if the person is no
/// member there.
pub fn switch(
    tx: &mut Tx<'_>,
    old: &TokenHash,
    network: NetworkId,
    organisation: OrganisationId,
    now: TimeMs,
) -> Result<Secret, Error> {
    let session = session(tx, old, now)?.ok_or(Error::SessionOver)?;
    let places = super::store::memberships(tx, session.person)?;
    if !places.iter().any(|at| (at.network, at.organisation) == (network, organisation)) {
        return Err(Error::NotFound);
    }
    start(tx, &Session { network, organisation, ..session }, Some(old), now)
}

/// Ends everything that is signed in, or could yet sign in by a link that works once.
pub(super) fn end_all(tx: &mut Tx<'_>, person: PersonId, now: TimeMs) -> Result<(), Fault> {
    store::delete_sessions(tx, person)?;
    store::void_links(tx, person, now)?;
    Ok(())
}

/// Ends a person's sessions in one organisation.
pub(super) fn end_in(
    tx: &mut Tx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    person: PersonId,
) -> Result<(), Fault> {
    store::delete_sessions_in(tx, network, organisation, person)?;
    Ok(())
}

/// How often a sign-in link works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uses {
    /// Once: what is sent to somebody.
    Once,
    /// As often as one likes until it is too old: what the demo prints.
    UntilExpiry,
}

/// Makes a link that signs this person in without a password, for `lifetime_ms`. The secret goes
/// behind [`super::SIGN_IN_LINK_PATH`]. Fails with [`Error::NotFound`] if there is no such person.
pub fn issue_sign_in_link(
    tx: &mut Tx<'_>,
    person: PersonId,
    lifetime_ms: i64,
    uses: Uses,
    now: TimeMs,
) -> Result<Secret, Error> {
    super::store::person(tx, person)?.ok_or(Error::NotFound)?;
    let secret = Secret::random();
    store::insert_link(tx, &secret.hash(), person, uses, now, now.plus(lifetime_ms))?;
    tx.after_commit(move || tracing::info!(person.id = %person, "made a sign-in link"));
    Ok(secret)
}

/// What the page of a sign-in link shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkPage {
    /// Who signs in.
    pub name: String,
    /// Where.
    pub place: super::Membership,
    /// Whether the person has no password and the link works once, so that one must be chosen.
    pub needs_password: bool,
}

/// Who would sign in by a link, and where; uses nothing up. Fails as [`use_sign_in_link`] would.
pub fn sign_in_link(cx: &mut Cx<'_>, link: &TokenHash, now: TimeMs) -> Result<LinkPage, Error> {
    let (id, uses) = store::link(cx, link, now)?.ok_or(Error::LinkGone)?;
    let person = super::store::person(cx, id)?.ok_or(Error::LinkGone)?;
    let place = super::store::memberships(cx, id)?.into_iter().next().ok_or(Error::LinkGone)?;
    let needs_password = uses == Uses::Once && !person.has_password;
    Ok(LinkPage { name: person.name, place, needs_password })
}

/// Signs in by a link, as [`sign_in`] does. Fails with [`Error::LinkGone`] if it was used, is too
/// old, or its person was shut out.
pub fn use_sign_in_link(
    tx: &mut Tx<'_>,
    link: &TokenHash,
    old: Option<&TokenHash>,
    now: TimeMs,
) -> Result<Secret, Error> {
    let (person, uses) = store::link(tx, link, now)?.ok_or(Error::LinkGone)?;
    // Of those who use it at the same moment, one changes the row.
    if uses == Uses::Once && store::use_link(tx, link, now)? == 0 {
        return Err(Error::LinkGone);
    }
    let place = super::store::memberships(tx, person)?.into_iter().next();
    let place = place.ok_or(Error::LinkGone)?;
    start(tx, &Session::new(person, place.network, place.organisation, now), old, now)
}

/// How many rows were forgotten, of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Sessions that were over.
    pub session_count: u64,
    /// Counts of attempts.
    pub attempt_count: u64,
    /// Sign-in links, used or too old.
    pub link_count: u64,
    /// Invitations that ended a month ago.
    pub invitation_count: u64,
    /// API tokens that ended a month ago.
    pub token_count: u64,
}

/// Deletes what has been over for long enough that nobody asks. A job calls it every hour.
pub fn forget_expired(tx: &mut Tx<'_>, now: TimeMs) -> Result<Forgotten, Fault> {
    let month_ago = now.plus(-30 * TimeMs::DAY);
    Ok(Forgotten {
        session_count: store::delete_sessions_over(tx, oldest_created(now), oldest_seen(now))?,
        attempt_count: store::delete_attempts(tx, now.plus(-LIMITS.attempt_window_ms))?,
        link_count: store::delete_links(tx, now)?,
        invitation_count: invitations::forget(tx, month_ago)?,
        token_count: tokens::forget(tx, month_ago)?,
    })
}
