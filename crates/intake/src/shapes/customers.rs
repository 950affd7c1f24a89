//! Customers and contacts.

use handfast_record::customers::{Details, Incoming, Party};

use super::{Cells, Field, Item, Kind, Problem, field, needed};

const PARTY: Kind = Kind::Word(&["person", "business"]);

const REFERENCE: &[&str] = &[
    "customer_id",
    "customer",
    "external_ref",
    "customer_number",
    "customer_no",
    "id",
    "record_id",
    "contact_id",
    "account_id",
    "uid",
    "kundennummer",
];

pub(super) const CUSTOMERS: &[Field] = &[
    needed("reference", Kind::Text, REFERENCE, "Your own reference of the customer, unique."),
    PERSON_KEY,
    PARTY_FIELD,
    NAME,
    GIVEN_NAME,
    FAMILY_NAME,
    COMPANY,
    EMAIL,
    PHONE,
    STREET,
    POSTCODE,
    CITY,
    REGION,
    COUNTRY,
    LANGUAGE,
    SINCE,
    UPDATED,
];

pub(super) const CONTACTS: &[Field] = &[
    field(
        "reference",
        Kind::Text,
        REFERENCE,
        "Your own reference; else the mail address is it, or the name with the phone number.",
    ),
    PERSON_KEY,
    PARTY_FIELD,
    NAME,
    GIVEN_NAME,
    FAMILY_NAME,
    COMPANY,
    EMAIL,
    PHONE,
    STREET,
    POSTCODE,
    CITY,
    REGION,
    COUNTRY,
    LANGUAGE,
    SINCE,
    UPDATED,
];

const PERSON_KEY: Field = field(
    "person_key",
    Kind::Text,
    &["customer_unique_id", "person_id", "master_id"],
    "A key that was verified to name one person: records with the same one are one customer.",
);
const PARTY_FIELD: Field =
    field("party", PARTY, &["kind", "customer_type"], "person or business; person when empty.");
const NAME: Field = field(
    "name",
    Kind::Text,
    &["full_name", "fn", "display_name", "customer_name", "contact_name", "account_name"],
    "The whole name, where given and family name are not apart.",
);
const GIVEN_NAME: Field = field(
    "given_name",
    Kind::Text,
    &["first_name", "firstname", "forename", "vorname", "prenom"],
    "The given name.",
);
const FAMILY_NAME: Field = field(
    "family_name",
    Kind::Text,
    &["last_name", "lastname", "surname", "nachname", "nom"],
    "The family name.",
);
const COMPANY: Field = field(
    "company",
    Kind::Text,
    &["company_name", "organisation", "organization", "business_name", "firma"],
    "The name of a business; it names the customer where nothing else does.",
);
const EMAIL: Field = field(
    "email",
    Kind::Email,
    &["e_mail", "email_address", "mail", "customer_email"],
    "The mail address.",
);
const PHONE: Field = field(
    "phone",
    Kind::Phone,
    &["phone_number", "telephone", "mobile", "mobile_phone", "tel", "telefon", "customer_phone"],
    "The phone number.",
);
const STREET: Field = field(
    "street",
    Kind::Text,
    &["address", "street_address", "address1", "address_1", "address_line_1", "strasse"],
    "Street and house number.",
);
const POSTCODE: Field = field(
    "postcode",
    Kind::Text,
    &["zip", "zip_code", "postal_code", "plz", "customer_zip_code_prefix", "cep"],
    "The postcode, as text: zeros in front count.",
);
const CITY: Field =
    field("city", Kind::Text, &["town", "place", "ort", "customer_city"], "The town.");
const REGION: Field = field(
    "region",
    Kind::Text,
    &["state", "province", "county", "state_region", "customer_state"],
    "The state or province.",
);
const COUNTRY: Field =
    field("country", Kind::Text, &["country_code", "country_region", "land"], "The country.");
const LANGUAGE: Field =
    field("language", Kind::Text, &["lang", "locale"], "The language, like en or pt-BR.");
const SINCE: Field = field(
    "since",
    Kind::Moment,
    &["created", "created_at", "create_date", "created_date", "customer_since"],
    "Since when you know the customer.",
);
const UPDATED: Field = field(
    "updated",
    Kind::Moment,
    &["updated_at", "last_modified", "last_modified_date", "modified_at"],
    "When the row last changed.",
);

pub(super) fn customer(cells: &Cells<'_>) -> Result<Item, Problem> {
    let details = details(cells)?;
    received(cells, cells.reference("reference")?, details)
}

pub(super) fn contact(cells: &Cells<'_>) -> Result<Item, Problem> {
    let details = details(cells)?;
    let name = if details.name.is_empty() {
        format!("{} {}", details.given_name, details.family_name)
    } else {
        details.name.clone()
    };
    // People share phones, so a number alone is nobody's reference while there is a name.
    let name_and_phone = format!("{} {}", handfast_kit::fold(&name), details.phone);
    let own = [cells.text("reference"), details.email.clone()];
    let reference = own.into_iter().find(|text| !text.is_empty()).unwrap_or(name_and_phone);
    let reference = reference.trim().to_owned();
    if reference.is_empty() {
        let reason = "the row names nobody: give a name, a mail address or a phone number";
        return Err(Problem { field: "name", reason: reason.to_owned() });
    }
    received(cells, reference, details)
}

fn received(cells: &Cells<'_>, external_ref: String, details: Details) -> Result<Item, Problem> {
    let since = cells.moment("since")?;
    let updated = cells.moment("updated")?;
    let person_key = cells.some("person_key");
    Ok(Item::Customer(Incoming { external_ref, person_key, details, since }, updated))
}

fn details(cells: &Cells<'_>) -> Result<Details, Problem> {
    let (given_name, family_name) = (cells.text("given_name"), cells.text("family_name"));
    let company = cells.text("company");
    let named = !given_name.is_empty() || !family_name.is_empty();
    let mut name = cells.text("name");
    let party = match cells.word("party")?.as_deref() {
        Some("business") => Party::Business,
        // A row that names only a company is the company.
        None if !named && name.is_empty() && !company.is_empty() => Party::Business,
        _ => Party::Person,
    };
    if name.is_empty() && !named {
        name = company;
    }
    Ok(Details {
        party,
        name,
        given_name,
        family_name,
        email: cells.email("email")?,
        phone: cells.phone("phone"),
        street: cells.text("street"),
        postcode: cells.text("postcode"),
        city: cells.text("city"),
        region: cells.text("region"),
        country: cells.text("country"),
        language: cells.text("language"),
    })
}
