use handfast_kit::{Cursor, OrganisationId, TimeMs, Uuid, tokens};

use super::{
    Customer, Details, Error, Field, Incoming, Party, Record, Row, Statement, Statements,
    TEXT_CHARS_MAX, golden,
};
use crate::{
    CustomerId, RecordId, search,
    sharing::{Class, Level, Sight},
};

/// Refuses what no record can be made of.
pub(super) fn check(incoming: &Incoming) -> Result<(), Error> {
    let length = incoming.external_ref.chars().count();
    if length == 0 || length > 200 {
        return Err(Error::ReferenceWrong);
    }
    for (name, text) in fields(&incoming.details) {
        if text.chars().count() > TEXT_CHARS_MAX {
            return Err(Error::TooLong(name));
        }
    }
    Ok(())
}

const fn fields(details: &Details) -> [(&'static str, &String); 11] {
    [
        ("name", &details.name),
        ("given name", &details.given_name),
        ("family name", &details.family_name),
        ("email", &details.email),
        ("phone", &details.phone),
        ("street", &details.street),
        ("postcode", &details.postcode),
        ("city", &details.city),
        ("region", &details.region),
        ("country", &details.country),
        ("language", &details.language),
    ]
}

/// The details with surrounding space gone and the name made of its parts where it is missing.
pub(super) fn complete(details: &Details) -> Details {
    let trim = |text: &String| text.trim().to_owned();
    let mut complete = Details {
        party: details.party,
        name: trim(&details.name),
        given_name: trim(&details.given_name),
        family_name: trim(&details.family_name),
        email: trim(&details.email).to_lowercase(),
        phone: trim(&details.phone),
        street: trim(&details.street),
        postcode: trim(&details.postcode),
        city: trim(&details.city),
        region: trim(&details.region),
        country: trim(&details.country),
        language: trim(&details.language),
    };
    if complete.name.is_empty() {
        let parts = [complete.given_name.as_str(), complete.family_name.as_str()];
        complete.name = join(&parts, " ");
    }
    complete
}

/// As [`complete`], for a change of `held`: a changed part of the name changes the whole.
pub(super) fn complete_over(held: &Details, change: &Details) -> Details {
    let mut complete = complete(change);
    let parts_change = !change.given_name.is_empty() || !change.family_name.is_empty();
    if change.name.trim().is_empty() && parts_change {
        let pick =
            |new: &str, old: &str| if new.is_empty() { old.to_owned() } else { new.to_owned() };
        let given = pick(&complete.given_name, &held.given_name);
        let family = pick(&complete.family_name, &held.family_name);
        complete.name = join(&[&given, &family], " ");
    }
    complete
}

/// What a record says after `said` came in: what is left empty stays as it was.
pub(super) fn over(held: &Details, said: &Details) -> Details {
    let pick = |new: &String, old: &String| if new.is_empty() { old.clone() } else { new.clone() };
    // An address is one thing: a new street with the old postcode would be nobody's address.
    let moved = [&said.street, &said.postcode, &said.city].iter().any(|part| !part.is_empty());
    let place = |new: &String, old: &String| if moved { new.clone() } else { old.clone() };
    Details {
        party: if said.party == Party::Business { said.party } else { held.party },
        name: pick(&said.name, &held.name),
        given_name: pick(&said.given_name, &held.given_name),
        family_name: pick(&said.family_name, &held.family_name),
        email: pick(&said.email, &held.email),
        phone: pick(&said.phone, &held.phone),
        street: place(&said.street, &held.street),
        postcode: place(&said.postcode, &held.postcode),
        city: place(&said.city, &held.city),
        region: place(&said.region, &held.region),
        country: pick(&said.country, &held.country),
        language: pick(&said.language, &held.language),
    }
}

/// What changed of phone and mail address, before and after; `None` if neither did.
pub(super) fn contact_difference(before: &Details, after: &Details) -> Option<(String, String)> {
    let pairs = [(&before.phone, &after.phone), (&before.email, &after.email)];
    let changed: Vec<_> = pairs.into_iter().filter(|(old, new)| old != new).collect();
    if changed.is_empty() {
        return None;
    }
    let (old, new): (Vec<_>, Vec<_>) = changed.into_iter().unzip();
    Some((listed(&old), listed(&new)))
}

fn listed(texts: &[&String]) -> String {
    texts.iter().map(|text| said(text)).collect::<Vec<_>>().join("; ")
}

/// What changed of the address, before and after.
pub(super) fn address_difference(before: &Details, after: &Details) -> Option<(String, String)> {
    let (old, new) = (address(before), address(after));
    (old != new).then(|| (said(&old).to_owned(), said(&new).to_owned()))
}

fn said(text: &str) -> &str {
    if text.is_empty() { "nothing" } else { text }
}

/// A record as somebody else sees it, and whether with its organisation's name: each field by the
/// level of its class. `None` if nothing of it is seen.
pub(super) fn projected(
    sight: &Sight,
    viewer: OrganisationId,
    mut record: Record,
) -> Option<(Record, bool)> {
    if record.organisation == viewer {
        return Some((record, true));
    }
    let fields = sight.fields();
    let shown = |class| fields.level(class) >= Level::Veiled;
    let details = &mut record.details;
    if !shown(Class::Identity) {
        for text in [&mut details.name, &mut details.given_name, &mut details.family_name] {
            text.clear();
        }
        details.party = Party::Person;
        details.language.clear();
    }
    if !shown(Class::Contact) {
        details.email.clear();
        details.phone.clear();
    }
    if !shown(Class::Address) {
        let Details { street, postcode, city, region, country, .. } = details;
        [street, postcode, city, region, country].into_iter().for_each(String::clear);
    }
    in_part(&mut record, shown);
    let levels = [Class::Identity, Class::Contact, Class::Address].map(|class| fields.level(class));
    let least = levels.into_iter().filter(|level| *level >= Level::Veiled).min()?;
    // One hidden name hides the record's: a value shown without a name would else be given one.
    Some((record.clone(), sight.names(record.organisation, least)))
}

/// Hides of a record seen in part when the rest of it was said: its moment and its version are
/// those of what is seen.
fn in_part(record: &mut Record, shown: impl Fn(Class) -> bool) {
    let hidden = Field::ALL.into_iter().filter(|field| !shown(field.class()));
    let hidden: Vec<Field> = hidden.collect();
    if hidden.is_empty() {
        return;
    }
    for field in hidden {
        *record.statements.of_mut(field) = Statement::default();
    }
    let said = Field::ALL.map(|field| record.statements.of(field).said);
    record.updated = said.into_iter().max().unwrap_or(record.since);
    let seen = format!("{:?} {:?}", record.details, record.statements);
    let id = RecordId::derived(&[record.id.uuid().as_bytes(), seen.as_bytes()]);
    // As many bits as JSON's numbers have.
    record.version = (id.uuid().as_u64_pair().1 & ((1 << 53) - 1)) as i64;
}

/// When each field of a record was said that says `after` instead of `before` from now on. What is
/// only written in another way was said, and confirmed, before.
pub(super) fn restated(
    statements: &Statements,
    (before, after): (&Details, &Details),
    now: TimeMs,
) -> Statements {
    let mut restated = *statements;
    for field in Field::ALL {
        if !golden::is_same(field, before, after) {
            *restated.of_mut(field) = Statement { said: now, confirmed: None };
        }
    }
    restated
}

/// The address on one line.
pub(super) fn address(details: &Details) -> String {
    let town = join(&[&details.postcode, &details.city], " ");
    join(&[&details.street, &town, &details.region, &details.country], ", ")
}

fn join(parts: &[&str], between: &str) -> String {
    let parts: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    parts.join(between)
}

/// Town and region, as lists show them.
pub(super) fn place(details: &Details) -> String {
    join(&[&details.city, &details.region], ", ")
}

/// The classes of which something is shown.
pub(super) fn classes(customer: &Customer) -> i64 {
    let chosen = &customer.chosen;
    let shown = [
        (Class::Identity, !customer.records.is_empty()),
        (Class::Contact, chosen.email.is_some() || chosen.phone.is_some()),
        (Class::Address, chosen.address.is_some()),
    ];
    let bit = |(class, is_shown): (Class, bool)| if is_shown { class.bit() } else { 0 };
    shown.into_iter().fold(0, |classes, one| classes | bit(one))
}

/// The words a record is found by.
pub(super) fn words(external_ref: &str, details: &Details) -> search::Words {
    search::Words::of(
        external_ref,
        [&details.name, &details.given_name, &details.family_name],
        [&details.email, &details.phone],
        [&details.street, &details.postcode, &details.city],
    )
}

/// Where a found customer stands: by name those whose name it was, then by name the others.
pub(super) fn rank(question: &str, row: &Row) -> (bool, String) {
    let named = tokens(question)
        .iter()
        .all(|word| row.sort_key.split(' ').any(|part| part.starts_with(word.as_str())));
    (!named, row.sort_key.clone())
}

/// The sort key and id after which a page begins.
pub(super) fn place_of(after: Option<&Cursor>) -> (String, CustomerId) {
    let first = (String::new(), CustomerId::from_uuid(Uuid::nil()));
    let Some([key, id]) = after.and_then(Cursor::values::<2>) else { return first };
    id.parse().map_or(first, |id| (key.to_owned(), id))
}
