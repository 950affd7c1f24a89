//! The usual names of columns.

use crate::Field::{
    self, BirthDate, Category, City, Country, Email, FamilyName, FullName, GivenName, HouseNumber,
    Identifier, MiddleName, Organisation, Phone, Postcode, Region, Street,
};

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The record's id.
    RecordId,
    /// A value that is compared, and the topic it is about.
    Value(Field, String),
    /// Nothing that is read.
    Ignored,
}

/// The column of truth in sets made for scoring. A matcher never reads it.
pub(super) const TRUTH: &str = "trueid";

/// Lower case letters and digits of a name, and nothing else.
pub(super) fn squeezed(name: &str) -> String {
    name.chars().filter(|char| char.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Recognises a column by its name alone.
pub(super) fn meaning(name: &str) -> Meaning {
    let squeezed = squeezed(name);
    match known(&squeezed) {
        Meaning::Ignored => {
            let plain = squeezed.trim_end_matches(|char: char| char.is_ascii_digit());
            if plain.len() == squeezed.len() {
                return Meaning::Ignored;
            }
            match known(plain) {
                Meaning::Value(field, topic) if field != Identifier => Meaning::Value(field, topic),
                _ => Meaning::Ignored,
            }
        }
        meaning => meaning,
    }
}

fn known(squeezed: &str) -> Meaning {
    if squeezed == TRUTH {
        return Meaning::Ignored;
    }
    if matches!(squeezed, "recordid" | "recid") {
        return Meaning::RecordId;
    }
    let row = USUAL.iter().find(|(_, _, names)| names.contains(&squeezed));
    match row {
        Some((field, "", _)) => Meaning::Value(*field, squeezed.to_owned()),
        Some((field, topic, _)) => Meaning::Value(*field, (*topic).to_owned()),
        None => Meaning::Ignored,
    }
}

/// Kind, topic (empty: its own name) and names. Topics keep apart what is compared within its
/// column only, and bring its synonyms together.
#[rustfmt::skip]
const USUAL: &[(Field, &str, &[&str])] = &[
    (GivenName, "", &[
        "givenname", "firstname", "forename", "forenames", "givennames", "firstnames", "fname",
        "christianname", "vorname", "prenom", "prénom", "voornaam", "fornamn", "customerfirstname",
        "contactfirstname", "billingfirstname",
    ]),
    (MiddleName, "", &[
        "middlename", "middlenames", "middleinitial", "mname", "secondname", "middle",
    ]),
    (FamilyName, "", &[
        "surname", "lastname", "familyname", "lname", "secondsurname", "nachname", "familienname",
        "nomdefamille", "achternaam", "efternamn", "apellido", "apellidos", "cognome",
        "customerlastname", "contactlastname", "billinglastname",
    ]),
    (FullName, "", &[
        "fullname", "name", "firstandsurname", "firstandlastname", "personname", "contactname",
        "customername", "displayname", "completename", "wholename",
    ]),
    (Organisation, "", &[
        "organisation", "organization", "company", "companyname", "organisationname",
        "organizationname", "business", "businessname", "employer", "firma", "org", "accountname",
    ]),
    (BirthDate, "", &[
        "dob", "dateofbirth", "birthdate", "birthday", "born", "bornon", "birthdt", "geburtsdatum",
        "datedenaissance", "geboortedatum",
    ]),
    (Street, "", &[
        "street", "streetname", "address", "addressline", "streetaddress", "addr", "road",
        "mailingstreet", "mailingaddress", "postaladdress", "homeaddress", "strasse", "straße",
        "rue", "straat",
    ]),
    (HouseNumber, "", &[
        "streetnumber", "housenumber", "housenum", "houseno", "streetno", "streetnum",
        "hausnummer", "huisnummer",
    ]),
    (City, "", &[
        "city", "suburb", "town", "locality", "village", "municipality", "cityname", "posttown",
        "mailingcity", "addresscity", "ort", "stadt", "ville", "plaats", "rescitydesc",
    ]),
    (Region, "", &[
        "state", "region", "province", "county", "statecode", "stateprovince", "mailingstate",
        "bundesland", "addressstate", "territory",
    ]),
    (Postcode, "", &[
        "postcode", "postcodefake", "zip", "zipcode", "postalcode", "zippostalcode", "plz",
        "codepostal", "mailingpostalcode", "mailingzip", "addresspostcode", "eircode",
        "postleitzahl", "pincode",
    ]),
    (Country, "", &[
        "country", "countrycode", "countryname", "land", "pays", "mailingcountry",
    ]),
    (Phone, "", &[
        "phone", "mobile", "telephone", "phonenumber", "telephonenumber", "mobilenumber",
        "mobilephone", "cell", "cellphone", "tel", "landline", "homephone", "workphone",
        "businessphone", "otherphone", "contactnumber", "contactphone", "telefon", "handy",
        "telefoon", "msisdn", "phonehome", "phonework", "phonemobile", "fullphonenumber",
    ]),
    (Email, "", &[
        "email", "emailaddress", "mail", "emailaddr", "contactemail", "customeremail", "workemail",
        "homeemail", "personalemail", "courriel", "emailid",
    ]),
    (Identifier, "social security", &[
        "socsecid", "ssn", "socialsecuritynumber", "socialsecurityid", "socsecnumber",
    ]),
    (Identifier, "national id", &[
        "nationalid", "nationalinsurancenumber", "nino", "nationalidnumber", "personalnumber",
        "identitynumber", "nhsnumber", "medicarenumber",
    ]),
    (Identifier, "passport", &["passport", "passportnumber", "passportno"]),
    (Identifier, "tax", &["taxid", "taxnumber", "vatnumber", "vatid", "tin"]),
    (Identifier, "driving licence", &[
        "drivinglicence", "drivinglicencenumber", "driverslicense", "driverslicensenumber",
        "driverlicense", "licencenumber",
    ]),
    (Identifier, "loyalty", &[
        "loyaltynumber", "loyaltycard", "loyaltyid", "membershipnumber", "membernumber",
        "memberid", "membershipid",
    ]),
    (Category, "gender", &["gender", "sex"]),
    (Category, "occupation", &["occupation", "profession", "job", "jobtitle"]),
    (Category, "birth place", &[
        "birthplace", "placeofbirth", "birthcity", "cityofbirth", "birthtown",
    ]),
    (Category, "nationality", &["nationality", "citizenship"]),
];
