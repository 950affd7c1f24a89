//! What decides without a database and without a clock.

use handfast_kit::{TimeMs, tokens};
use handfast_web::{Role, Scope, Side};
use unicode_normalization::UnicodeNormalization;

use super::Error;

/// How long things last and how often they may be tried: the one place that says so.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// A session that nobody used for so long is over.
    pub session_idle_ms: i64,
    /// A session is over so long after sign-in, however much it is used.
    pub session_absolute_ms: i64,
    /// The use of a session is written down at most this often.
    pub session_seen_every_ms: i64,
    /// An invitation is good for so long.
    pub invitation_ms: i64,
    /// An API token is good for so long if its maker says nothing.
    pub token_ms: i64,
    /// The longest an API token can be good for.
    pub token_ms_max: i64,
    /// The time over which attempts to sign in are counted, from the first of them.
    pub attempt_window_ms: i64,
    /// Attempts for one e-mail in that time.
    pub attempts_per_email_max: i64,
    /// Attempts from one address (IPv6: one /64) in that time.
    pub attempts_per_address_max: i64,
    /// The shortest password, in characters.
    pub password_chars_min: usize,
    /// The longest password, in bytes of UTF-8.
    pub password_bytes_max: usize,
}

/// The limits in force.
pub const LIMITS: Limits = Limits {
    session_idle_ms: 12 * TimeMs::HOUR,
    session_absolute_ms: 14 * TimeMs::DAY,
    session_seen_every_ms: TimeMs::MINUTE,
    invitation_ms: 72 * TimeMs::HOUR,
    token_ms: 90 * TimeMs::DAY,
    token_ms_max: 400 * TimeMs::DAY,
    attempt_window_ms: TimeMs::MINUTE,
    attempts_per_email_max: 10,
    attempts_per_address_max: 50,
    password_chars_min: 10,
    password_bytes_max: 1024,
};

/// The side on which a role can be held; `None` if on either.
pub(super) const fn side_of(role: Role) -> Option<Side> {
    match role {
        Role::BrandAdmin | Role::BrandStaff => Some(Side::Brand),
        Role::PartnerAdmin | Role::PartnerStaff => Some(Side::Partner),
        Role::Auditor => None,
    }
}

/// Fails unless the role can be held in an organisation on this side.
pub(super) fn check_fits(role: Role, side: Side) -> Result<(), Error> {
    match side_of(role) {
        Some(only) if only != side => Err(Error::RoleDoesNotFit { role, side }),
        _ => Ok(()),
    }
}

/// Whether the role looks after people and tokens of its organisation.
pub(super) const fn is_admin(role: Role) -> bool {
    matches!(role, Role::BrandAdmin | Role::PartnerAdmin)
}

/// The first scope that somebody with this role cannot give away, if there is one.
pub(super) fn scope_beyond(role: Role, scopes: &[Scope]) -> Option<Scope> {
    let may_give = |scope: Scope| match scope {
        Scope::Read => true,
        Scope::Write | Scope::Import => role != Role::Auditor,
        Scope::Admin => is_admin(role),
    };
    scopes.iter().copied().find(|scope| !may_give(*scope))
}

/// The name without surrounding space. Fails unless it has 1 to 200 characters, none of them a
/// control character.
pub(super) fn name(text: &str) -> Result<&str, Error> {
    let text = text.trim();
    let fits = (1..=200).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    if fits { Ok(text) } else { Err(Error::NameWrong) }
}

/// The address in the one form in which two spellings of it are the same: lower case, composed.
/// Fails unless it looks like an address.
pub(super) fn email_key(email: &str) -> Result<String, Error> {
    // The length first: nothing longer is worked on.
    let email = email.trim();
    if email.len() > 254 {
        return Err(Error::EmailWrong);
    }
    let Some((local, domain)) = email.rsplit_once('@') else { return Err(Error::EmailWrong) };
    let strange = |c: char| c.is_whitespace() || c.is_control() || "@<>()[],;:\\\"".contains(c);
    let is_plain = |part: &str| !part.is_empty() && !part.contains(strange);
    if !is_plain(local) || !is_plain(domain) || domain.starts_with('.') || domain.ends_with('.') {
        return Err(Error::EmailWrong);
    }
    Ok(email.nfc().flat_map(char::to_lowercase).nfc().collect())
}

/// Fails unless the password is long enough, not too long, and not one that is guessed first.
/// Asks for no particular characters.
pub(super) fn check_password(password: &str, email: &str) -> Result<(), Error> {
    if password.len() > LIMITS.password_bytes_max {
        return Err(Error::PasswordTooLong);
    }
    if password.chars().count() < LIMITS.password_chars_min {
        return Err(Error::PasswordTooShort);
    }
    let plain = password.to_lowercase();
    if is_common(&plain) || is_repetition(&plain) {
        return Err(Error::PasswordCommon);
    }
    if holds_local_part(&plain, email) { Err(Error::PasswordHoldsEmail) } else { Ok(()) }
}

fn is_common(plain: &str) -> bool {
    // Those of the most used leaked passwords that are long enough to be chosen here.
    include_str!("common_passwords.txt").lines().any(|common| common == plain)
}

/// Whether it is one short piece again and again: `aaaaaaaaaa`, `abcabcabcabc`.
fn is_repetition(plain: &str) -> bool {
    let chars: Vec<char> = plain.chars().collect();
    (1..=4).any(|step| chars.iter().zip(chars.iter().skip(step)).all(|(one, next)| one == next))
}

fn holds_local_part(plain: &str, email: &str) -> bool {
    let local = email.trim().rsplit_once('@').map_or("", |(local, _)| local).to_lowercase();
    // The whole of it, or a word of it that is long enough to be a name: "ana.moreira@" is both.
    let long_words = tokens(&local).into_iter().filter(|word| word.chars().count() >= 5);
    let whole = Some(local.clone()).filter(|local| local.chars().count() >= 3);
    long_words.chain(whole).any(|part| plain.contains(&part))
}

/// A moment `window` of attempts judged: passes, or is refused for so many seconds.
pub(super) fn wait_s(since: TimeMs, count: i64, count_max: i64, now: TimeMs) -> Option<u32> {
    if count <= count_max {
        return None;
    }
    let left_ms = LIMITS.attempt_window_ms - (now.0 - since.0);
    Some((left_ms.clamp(1, LIMITS.attempt_window_ms) as u32).div_ceil(1000))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_role_is_held_on_its_own_side_only() {
        for (role, brand, partner) in [
            (Role::BrandAdmin, true, false),
            (Role::BrandStaff, true, false),
            (Role::PartnerAdmin, false, true),
            (Role::PartnerStaff, false, true),
            (Role::Auditor, true, true),
        ] {
            assert_eq!(check_fits(role, Side::Brand).is_ok(), brand, "{role}");
            assert_eq!(check_fits(role, Side::Partner).is_ok(), partner, "{role}");
        }
    }

    #[test]
    fn nobody_gives_a_token_more_than_they_have() {
        let all = Scope::ALL;
        for (role, beyond) in [
            (Role::BrandAdmin, None),
            (Role::PartnerAdmin, None),
            (Role::PartnerStaff, Some(Scope::Admin)),
            (Role::Auditor, Some(Scope::Write)),
        ] {
            assert_eq!(scope_beyond(role, all), beyond, "{role}");
        }
        assert_eq!(scope_beyond(Role::Auditor, &[Scope::Read]), None);
    }

    #[test]
    fn two_spellings_of_one_address_are_one() {
        for (email, key) in [
            ("  Ana@Example.COM ", "ana@example.com"),
            ("JOSE\u{301}@example.com", "josé@example.com"),
            ("root@localhost", "root@localhost"),
        ] {
            assert_eq!(email_key(email).unwrap(), key);
        }
        let long = format!("{}@example.com", "a".repeat(300));
        for wrong in [
            "",
            "ana",
            "@example.com",
            "ana@",
            "a b@c.d",
            "a@b@c",
            "a@.c",
            "a@c.",
            "a,b@c.d",
            &long,
        ] {
            assert!(email_key(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_password_is_long_and_not_the_first_guess() {
        let refused = |password: &str| check_password(password, "ana.moreira@example.com");
        assert!(matches!(refused("short"), Err(Error::PasswordTooShort)));
        assert!(matches!(refused(&"ü".repeat(513)), Err(Error::PasswordTooLong)));
        for common in ["Password123", "1234567890", "aaaaaaaaaaaa", "abcabcabcabc"] {
            assert!(matches!(refused(common), Err(Error::PasswordCommon)), "{common}");
        }
        for own in ["ana.moreira!1", "xx Moreira xx"] {
            assert!(matches!(refused(own), Err(Error::PasswordHoldsEmail)), "{own}");
        }
        for good in ["blue bicycle bell", "ünïcödé räder", "banana boat 77"] {
            refused(good).unwrap();
        }
        check_password("at the seaside", "at@example.com").unwrap();
    }

    #[test]
    fn the_wait_is_what_is_left_of_the_window() {
        assert_eq!(wait_s(TimeMs(0), 10, 10, TimeMs(1_000)), None);
        assert_eq!(wait_s(TimeMs(0), 11, 10, TimeMs(1_000)), Some(59));
        assert_eq!(wait_s(TimeMs(0), 11, 10, TimeMs(59_999)), Some(1));
        assert_eq!(wait_s(TimeMs(90_000), 11, 10, TimeMs(0)), Some(60));
    }
}
