//! Who is looking: the person, the organisation they act for, their role, and how they came in.

use std::{fmt, str::FromStr};

use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::request::Parts,
};
use handfast_kit::{NetworkId, OrganisationId, PersonId, Zone};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Failure, TokenHash};

/// The person who asks, acting for one organisation of one network.
///
/// Only the access layer makes one, from what [`crate::Authenticate`] answers; a handler takes it
/// as an argument. `Option<Viewer>` is the form for public routes.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// The network whose data is in play.
    pub network: NetworkId,
    /// What that network is called.
    pub network_name: String,
    /// The zone whose calendar counts in that network.
    pub zone: Zone,
    /// The organisation the person acts for.
    pub organisation: OrganisationId,
    /// What that organisation is called.
    pub organisation_name: String,
    /// Whether that organisation is the brand or a partner.
    pub side: Side,
    /// The person.
    pub person: PersonId,
    /// What the person is called.
    pub person_name: String,
    /// How the person likes pages to look.
    pub theme: Theme,
    /// The person's role in that organisation.
    pub role: Role,
    /// How the request was signed in.
    pub via: Via,
}

impl Viewer {
    /// Whether this viewer may record and change things; an auditor only reads.
    pub fn may_write(&self) -> bool {
        self.role != Role::Auditor
    }

    /// Whether this viewer looks after people and tokens of their organisation.
    pub fn is_admin(&self) -> bool {
        matches!(self.role, Role::BrandAdmin | Role::PartnerAdmin)
    }

    /// Whether this viewer acts for the brand.
    pub fn is_brand(&self) -> bool {
        self.side == Side::Brand
    }
}

impl<S: Sync> FromRequestParts<S> for Viewer {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        parts.extensions.get::<Self>().cloned().ok_or(Failure::NotSignedIn)
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for Viewer {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Failure> {
        Ok(parts.extensions.get::<Self>().cloned())
    }
}

/// How a request was signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Via {
    /// By the cookie of a session. `csrf` is the session's own token against forged forms, as
    /// [`TokenHash::csrf`] gives it.
    Session {
        /// The token that every unsafe request of this session carries.
        csrf: String,
        /// How much waits for the viewer's organisation, as whoever signs requests in counts it:
        /// what the navigation shows beside hand-offs.
        waiting: i64,
    },
    /// By an API token that may do what its scopes say, and no more than its person may.
    Token {
        /// What the token may be used for.
        scopes: Vec<Scope>,
    },
}

/// What came with a request to say who asks. Looked up by hash only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// The cookie of a session.
    Session(TokenHash),
    /// `Authorization: Bearer hft_...`
    Token(TokenHash),
}

/// Makes an enum whose members are written as one word or two, in the database and in JSON alike.
macro_rules! worded {
    (
        $(#[$doc:meta])*
        $name:ident, $what:literal { $($(#[$each:meta])* $member:ident = $word:literal,)+ }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$each])* $member),+ }

        impl $name {
            /// All of them, in the order in which they are offered.
            pub const ALL: &'static [Self] = &[$(Self::$member),+];

            /// As the database, JSON and pages say it.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$member => $word),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }

        impl FromStr for $name {
            type Err = NoSuchWord;
            fn from_str(text: &str) -> Result<Self, NoSuchWord> {
                let mut all = Self::ALL.iter().copied();
                let unknown = NoSuchWord { what: $what, words: &[$($word),+] };
                all.find(|one| one.word() == text).ok_or(unknown)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.word())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

/// The text is not one of the words that are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoSuchWord {
    what: &'static str,
    words: &'static [&'static str],
}

impl fmt::Display for NoSuchWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this is not a {}; it is one of: {}", self.what, self.words.join(", "))
    }
}

impl std::error::Error for NoSuchWord {}

worded! {
    /// On which side of the agreement an organisation stands.
    Side, "side" {
        /// The brand itself.
        Brand = "brand",
        /// One of its partners.
        Partner = "partner",
    }
}

worded! {
    /// What a person may do in their organisation.
    Role, "role" {
        /// Sees all of the brand's; looks after its people, tokens and partners.
        BrandAdmin = "brand admin",
        /// Sees all of the brand's, records and changes.
        BrandStaff = "brand staff",
        /// Sees what the partner sees; looks after its people and tokens.
        PartnerAdmin = "partner admin",
        /// Sees what the partner sees, records and changes.
        PartnerStaff = "partner staff",
        /// Sees what the organisation sees and changes nothing.
        Auditor = "auditor",
    }
}

worded! {
    /// What an API token may be used for. None contains another.
    Scope, "scope" {
        /// Read customers, touches, sales and cases.
        Read = "read",
        /// Record touches and change customers.
        Write = "write",
        /// Send in files and rows.
        Import = "import",
        /// Look after people and tokens.
        Admin = "admin",
    }
}

impl Scope {
    /// The scopes of a comma-separated list, as the database keeps them; unknown words are left
    /// out, so that a token never gains by a word this version does not know.
    pub fn list(text: &str) -> Vec<Self> {
        text.split(',').filter_map(|word| word.trim().parse().ok()).collect()
    }

    /// The comma-separated list of `scopes`.
    pub fn join(scopes: &[Self]) -> String {
        scopes.iter().map(|scope| scope.word()).collect::<Vec<_>>().join(",")
    }
}

worded! {
    /// How a person likes pages to look.
    #[derive(Default)]
    Theme, "theme" {
        /// As the machine is set.
        #[default]
        System = "system",
        /// Dark text on a light ground.
        Light = "light",
        /// Light text on a dark ground.
        Dark = "dark",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn words_read_back_as_they_were_written() {
        for role in Role::ALL {
            assert_eq!(role.word().parse::<Role>().unwrap(), *role);
        }
        assert_eq!(
            "king".parse::<Role>().unwrap_err().to_string().split(';').next().unwrap(),
            "this is not a role"
        );
        assert_eq!(serde_json::to_string(&Role::BrandAdmin).unwrap(), "\"brand admin\"");
    }

    #[test]
    fn a_scope_this_version_does_not_know_gives_nothing() {
        assert_eq!(Scope::list("read,everything, import"), [Scope::Read, Scope::Import]);
        assert_eq!(Scope::join(&[Scope::Read, Scope::Admin]), "read,admin");
    }
}
