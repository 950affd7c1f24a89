//! Why something about people was refused, in words for whoever asked.

use handfast_db::Fault;
use handfast_web::{Failure, Problems, Role, Scope, Side};

use super::LIMITS;

/// What a sign-in that failed is told, whatever the reason: a wrong password, an address nobody
/// has, a person who was shut out, one who is a member of nothing.
pub const DO_NOT_FIT: &str = "E-mail and password do not fit together. Nothing was changed. Try \
    again, or ask whoever runs Handfast for a link that lets you in.";

/// Why something about people, sign-in, invitations or tokens was refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or whoever asks may not know of it.
    #[error("there is no such person, member, organisation, invitation or token")]
    NotFound,
    /// This is not an address.
    #[error("this is not an e-mail address")]
    EmailWrong,
    /// Another person signs in with this address.
    #[error("another person signs in with this e-mail address")]
    EmailTaken,
    /// The name is missing, too long, or holds strange characters.
    #[error("a name has 1 to 200 characters, none of them a control character")]
    NameWrong,
    /// The password is too short.
    #[error("a password has at least {} characters", LIMITS.password_chars_min)]
    PasswordTooShort,
    /// The password is too long.
    #[error("a password has at most {} bytes", LIMITS.password_bytes_max)]
    PasswordTooLong,
    /// The password is one of those that are guessed first.
    #[error("the password is one of those that are guessed first")]
    PasswordCommon,
    /// The password holds the name in the person's own address.
    #[error("the password holds the person's own e-mail address")]
    PasswordHoldsEmail,
    /// Brand roles are held in the brand, partner roles in partners.
    #[error("the role {role} is not held in an organisation on the {side} side")]
    RoleDoesNotFit {
        /// The role.
        role: Role,
        /// Where it was to be held.
        side: Side,
    },
    /// The person is a member of this organisation already.
    #[error("the person is already a member of this organisation")]
    AlreadyMember,
    /// Nobody would be left to look after the brand.
    #[error("the last admin of a brand stays its admin")]
    LastBrandAdmin,
    /// The sign-in failed: see [`DO_NOT_FIT`].
    #[error("e-mail and password do not fit together")]
    DoNotFit,
    /// Too many attempts to sign in for this e-mail or from this address.
    #[error("too many attempts to sign in")]
    TooManyAttempts {
        /// When to try again, in seconds.
        retry_after_s: u32,
    },
    /// The session is over.
    #[error("the session is over")]
    SessionOver,
    /// There is no such invitation any more: used, too old, withdrawn, its sender gone.
    #[error("the invitation cannot be used any more")]
    InvitationGone,
    /// An invited address belongs to a person who must show that it is theirs.
    #[error("the invited person has signed in before, and must show the password they have")]
    PersonKnown,
    /// There is no such link any more: used or too old.
    #[error("the sign-in link cannot be used any more")]
    LinkGone,
    /// A token can be given no more than its maker has.
    #[error("the maker of the token does not have the scope {0}")]
    ScopeBeyond(Scope),
    /// A token without a scope could do nothing.
    #[error("a token has at least one scope")]
    ScopesMissing,
    /// A token lasts at least a minute, and not for ever.
    #[error("a token lasts a minute to {} days", days(LIMITS.token_ms_max))]
    LifetimeWrong,
    /// Too many passwords are being checked at this moment.
    #[error("too many passwords are being checked at this moment")]
    Busy,
    /// The rest.
    #[error(transparent)]
    Fault(#[from] Fault),
}

const fn days(ms: i64) -> i64 {
    ms / handfast_kit::TimeMs::DAY
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound => Self::NotFound,
            Error::EmailWrong => {
                Self::field("email", "Write an e-mail address, like ana@example.com.")
            }
            Error::NameWrong => Self::field("name", "Write a name of 1 to 200 characters."),
            Error::PasswordTooShort
            | Error::PasswordTooLong
            | Error::PasswordCommon
            | Error::PasswordHoldsEmail => Self::field("password", password_sentence(&error)),
            Error::RoleDoesNotFit { role, side } => {
                Self::field("role", format!("{} {}", not_held(role, side), roles_for(side)))
            }
            Error::ScopesMissing => Self::field("scopes", "Name at least one scope."),
            Error::LifetimeWrong => {
                let most = days(LIMITS.token_ms_max);
                Self::field("lifetime_days", format!("A token lasts 1 to {most} days."))
            }
            Error::ScopeBeyond(scope) => {
                Self::field("scopes", format!("You do not have the scope {scope} yourself."))
            }
            Error::DoNotFit => {
                Self::Invalid(Problems { detail: DO_NOT_FIT.into(), fields: Vec::new() })
            }
            Error::TooManyAttempts { retry_after_s } => Self::RateLimited { retry_after_s },
            Error::SessionOver => Self::NotSignedIn,
            Error::Busy => Self::Busy,
            Error::Fault(fault) => Self::from(fault),
            Error::EmailTaken
            | Error::AlreadyMember
            | Error::LastBrandAdmin
            | Error::InvitationGone
            | Error::PersonKnown
            | Error::LinkGone => Self::Conflict(conflict_sentence(&error).to_owned()),
        }
    }
}

const fn conflict_sentence(error: &Error) -> &'static str {
    match error {
        Error::EmailTaken => {
            "Somebody signs in with this e-mail address already. Send that person an invitation."
        }
        Error::AlreadyMember => "This person is a member of this organisation already.",
        Error::LastBrandAdmin => {
            "This is the last admin of the brand. Make somebody else an admin first."
        }
        Error::InvitationGone => {
            "This invitation was used, withdrawn, or is too old. Ask whoever sent it for a new one."
        }
        Error::PersonKnown => {
            "You have signed in with this e-mail address before. Enter the password you have."
        }
        _ => "This link was used or is too old. Ask whoever sent it for a new one.",
    }
}

fn password_sentence(error: &Error) -> String {
    match error {
        Error::PasswordTooShort => {
            let least = LIMITS.password_chars_min;
            format!(
                "Use at least {least} characters. Three or four words you can remember do well."
            )
        }
        Error::PasswordTooLong => format!("Use at most {} bytes.", LIMITS.password_bytes_max),
        Error::PasswordCommon => {
            "This is one of the passwords that are guessed first. Choose another.".to_owned()
        }
        _ => "Leave your own e-mail address out of the password.".to_owned(),
    }
}

fn not_held(role: Role, side: Side) -> String {
    match side {
        Side::Brand => format!("Nobody is {role} in the brand."),
        Side::Partner => format!("Nobody is {role} in a partner."),
    }
}

const fn roles_for(side: Side) -> &'static str {
    match side {
        Side::Brand => "Choose brand admin, brand staff or auditor.",
        Side::Partner => "Choose partner admin, partner staff or auditor.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_the_field_and_says_what_would_be_taken() {
        let refusal =
            Failure::from(Error::RoleDoesNotFit { role: Role::BrandStaff, side: Side::Partner });
        let Failure::Invalid(problems) = refusal else { panic!("not a form error") };
        assert_eq!(
            problems.of("role"),
            Some(
                "Nobody is brand staff in a partner. \
                 Choose partner admin, partner staff or auditor."
            )
        );
    }
}
