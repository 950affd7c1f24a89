use handfast_kit::{Day, OrganisationId, PersonId, TimeMs};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use utoipa::ToSchema;

use crate::{
    organisations::Kind,
    sharing::{Class, Grant, Level},
};

/// Who does what on one occasion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Responsibility {
    /// On which occasion: "A customer calls".
    pub when: String,
    /// What the partner does; may be empty.
    #[serde(default)]
    pub theirs: String,
    /// What the brand does; may be empty.
    #[serde(default)]
    pub ours: String,
}

/// How a partner without a tie comes to serve a customer whose exact key it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Guests {
    /// The key is enough.
    Open,
    /// The customer is asked, and confirms by a code or a link.
    Asked,
}

impl Guests {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Open, Self::Asked];

    /// Its word, as in the database, the API and forms.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Asked => "asked",
        }
    }

    /// The one with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|guests| guests.word() == word)
    }
}

/// One version of what a partner and the brand signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// The partner.
    pub organisation: OrganisationId,
    /// The first is 1.
    pub version: i64,
    /// The day on which it was signed.
    pub signed: Day,
    /// What the partner does under it.
    pub kinds: Vec<Kind>,
    /// Where it works: countries, regions, towns, and beginnings of postcodes.
    pub territory: Vec<String>,
    /// Who does what.
    pub responsibilities: Vec<Responsibility>,
    /// What is shown of which customers.
    pub grants: Vec<Grant>,
    /// How guests come in.
    pub guests: Guests,
    /// How long a guest may stay, in hours.
    pub guest_hours: i64,
    /// Anything else; may be empty.
    pub note: String,
    /// Who wrote it down.
    pub person: Option<PersonId>,
    /// When it was written down, and so came into force.
    pub created: TimeMs,
    /// When it ended, if this is the last version and it ended: it grants nothing since.
    pub ended: Option<TimeMs>,
}

/// What becomes the next version when both sign it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AgreementDraft)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// The day on which it was signed.
    #[serde(serialize_with = "write_day", deserialize_with = "read_day")]
    #[schema(value_type = String, format = "date")]
    pub signed: Day,
    /// What the partner does under it.
    #[schema(value_type = Vec<String>)]
    pub kinds: Vec<Kind>,
    /// Where it works: countries, regions and towns as records name them, and beginnings of
    /// postcodes, which have a digit or end with `*`. At most 60, of at most 80 characters.
    #[serde(default)]
    pub territory: Vec<String>,
    /// Who does what, at most 60 lines of at most 500 characters each.
    #[serde(default, deserialize_with = "objects")]
    pub responsibilities: Vec<Responsibility>,
    /// What is shown of customers with which tie. One line for each tie, class, purpose and start.
    #[serde(default, deserialize_with = "objects")]
    pub grants: Vec<Grant>,
    /// How guests come in; `asked` if left out.
    #[serde(default = "asked")]
    pub guests: Guests,
    /// How long a guest may stay, 1 to 168 hours; 24 if left out.
    #[serde(default = "one_day")]
    #[schema(minimum = 1, maximum = 168)]
    pub guest_hours: i64,
    /// Anything else, at most 2,000 characters.
    #[serde(default)]
    pub note: String,
}

const fn asked() -> Guests {
    Guests::Asked
}

const fn one_day() -> i64 {
    24
}

impl Draft {
    /// A draft with nothing in it but its day.
    pub const fn signed_on(signed: Day) -> Self {
        Self {
            signed,
            kinds: Vec::new(),
            territory: Vec::new(),
            responsibilities: Vec::new(),
            grants: Vec::new(),
            guests: asked(),
            guest_hours: one_day(),
            note: String::new(),
        }
    }
}

impl From<Agreement> for Draft {
    /// The same again, to be changed.
    fn from(agreement: Agreement) -> Self {
        Self {
            signed: agreement.signed,
            kinds: agreement.kinds,
            territory: agreement.territory,
            responsibilities: agreement.responsibilities,
            grants: agreement.grants,
            guests: agreement.guests,
            guest_hours: agreement.guest_hours,
            note: agreement.note,
        }
    }
}

/// What a draft would change, if it were signed now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The last version there is, with which the draft was compared; 0 if there is none. Signing
    /// names it, so that nobody signs over what another wrote meanwhile.
    pub version: i64,
    /// What becomes visible or hidden, by class. Empty if nothing does.
    pub changes: Vec<Change>,
    /// Customers with whom the partner has a tie, with the draft in force.
    pub customers: i64,
    /// Customers with whom it gets its first tie, because they live where it works or because it
    /// needs none.
    pub tied: i64,
    /// Customers with whom it has no tie any more.
    pub untied: i64,
    /// Those who will see it, at most 200: the partner's members.
    pub people: Vec<Reader>,
    /// How many there are in all.
    pub people_count: i64,
}

/// One of those who see what a partner sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Reader {
    /// Who.
    #[schema(value_type = String, format = "uuid")]
    pub id: PersonId,
    /// What the person is called.
    pub name: String,
}

/// One class of so many customers is shown at another level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Change {
    /// What.
    pub class: Class,
    /// Which of it.
    pub extent: Extent,
    /// How much was shown.
    pub was: Level,
    /// How much will be.
    pub becomes: Level,
    /// Of how many customers.
    pub customers: i64,
}

impl Change {
    /// Whether more is shown than before.
    pub fn is_more(&self) -> bool {
        self.becomes > self.was
    }
}

/// Which part of a class a change is about. Grants that begin with the day of the tie show less of
/// what was before.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// Fields, and entries of all times.
    Everything,
    /// Fields, and entries from the day of the tie on.
    SinceTie,
    /// Entries from before the first tie.
    BeforeTie,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
pub(super) fn write_day<S: serde::Serializer>(day: &Day, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(day)
}

fn read_day<'de, D: Deserializer<'de>>(reader: D) -> Result<Day, D::Error> {
    let text = String::deserialize(reader)?;
    Day::parse(&text).ok_or_else(|| D::Error::custom("a day like 2026-03-12 is expected"))
}

/// A list of objects, where serde would also take lists of their fields' values.
fn objects<'de, T: Deserialize<'de>, D: Deserializer<'de>>(reader: D) -> Result<Vec<T>, D::Error> {
    #[derive(Deserialize)]
    #[serde(bound(deserialize = "T: Deserialize<'de>"))]
    struct One<T>(#[serde(deserialize_with = "handfast_web::object")] T);
    let items = Vec::<One<T>>::deserialize(reader)?;
    Ok(items.into_iter().map(|One(item)| item).collect())
}
