//! The organisations and people of the story.

use anyhow::{Context, Result};
use handfast_db::Db;
use handfast_kit::{NetworkId, TimeMs, Zone};
use handfast_record::{
    organisations::{self, Kind, NewNetwork, NewPartner},
    people::{self, NewPerson},
};
use handfast_web::Role;

use super::{DemoPerson, SLUG};

/// A partner: reference, name, kinds, territory.
type Partner = (&'static str, &'static str, &'static [Kind], &'static str);

const PARTNERS: [Partner; 14] = [
    ("spoke", "Spoke & Chain", &[Kind::Reseller], "Leeds, York"),
    ("torque", "Torque Workshop", &[Kind::Service], "Leeds, Bradford"),
    ("harbour", "Harbour Wheelworks", &[Kind::Service], "Bristol, Bath"),
    ("kettle", "Kettle Lane Bikes", &[Kind::Reseller], "Bristol, Cardiff"),
    ("swift", "Swift Parcel", &[Kind::Carrier, Kind::Fulfilment], "United Kingdom"),
    ("coverwell", "CoverWell", &[Kind::Insurer], "United Kingdom"),
    ("pedal", "Pedal & Post", &[Kind::Licensee, Kind::Fulfilment], "United Kingdom"),
    ("northgate", "Northgate Cycles", &[Kind::Reseller], "Newcastle, Durham"),
    ("fell", "Fell & Dale", &[Kind::Franchisee, Kind::Service], "Kendal, Lancaster"),
    ("wheelhouse", "The Wheel House", &[Kind::Reseller, Kind::Service], "Norwich"),
    ("saddlers", "Saddlers Row", &[Kind::Franchisee], "Edinburgh"),
    ("lanyard", "Lanyard Support", &[Kind::Support], "United Kingdom"),
    ("brightside", "Brightside Repairs", &[Kind::Service], "Manchester"),
    ("trentside", "Trentside Distribution", &[Kind::Distributor, Kind::Fulfilment], "Nottingham"),
];

/// A person: organisation's reference, name, mail address, role.
type Member = (&'static str, &'static str, &'static str, Role);

const PEOPLE: [Member; 10] = [
    ("brand", "Ellen Marsh", "ellen.marsh@aurora.example", Role::BrandAdmin),
    ("brand", "Priya Nair", "priya.nair@aurora.example", Role::BrandStaff),
    ("brand", "Tom Aldous", "tom.aldous@aurora.example", Role::Auditor),
    ("spoke", "Dev Patel", "dev.patel@spokeandchain.example", Role::PartnerAdmin),
    ("torque", "Sam Whitlock", "sam.whitlock@torque.example", Role::PartnerStaff),
    ("harbour", "Ines Duarte", "ines.duarte@harbour.example", Role::PartnerStaff),
    ("kettle", "Rhian Cole", "rhian.cole@kettlelane.example", Role::PartnerAdmin),
    ("pedal", "Grace Lin", "grace.lin@pedalandpost.example", Role::PartnerStaff),
    ("coverwell", "Aaron Boyd", "aaron.boyd@coverwell.example", Role::PartnerStaff),
    ("swift", "Kit Lowe", LAST_EMAIL, Role::PartnerStaff),
];

/// The address of whoever is brought in last: with it the cast is whole.
pub(super) const LAST_EMAIL: &str = "kit.lowe@swiftparcel.example";

/// Makes the network with its organisations and people, at once or not at all.
pub(super) fn assemble(db: &Db, now: TimeMs) -> Result<NetworkId> {
    let new = NewNetwork {
        slug: SLUG.to_owned(),
        name: "Aurora Cycles".to_owned(),
        zone: Zone::named("Europe/London")?,
    };
    db.write(move |tx| {
        let (network, brand) =
            organisations::create_network(tx, &new, now).map_err(anyhow::Error::from)?;
        for (external_ref, name, kinds, territory) in PARTNERS {
            let partner = NewPartner {
                name: name.to_owned(),
                kinds: kinds.to_vec(),
                territory: territory.to_owned(),
                external_ref: external_ref.to_owned(),
            };
            organisations::add_partner(tx, network, &partner, now)?;
        }
        for (external_ref, name, email, role) in PEOPLE {
            let person = NewPerson { name: name.to_owned(), email: email.to_owned() };
            let person = people::add_person(tx, &person, now)?;
            let organisation = organisations::by_ref(tx, network, external_ref)?
                .map_or(brand, |organisation| organisation.id);
            people::add_member(tx, network, organisation, person, role, now)?;
        }
        Ok::<_, anyhow::Error>(network)
    })
}

/// Whom one can sign in as, the brand first.
pub(super) fn people(db: &Db, network: NetworkId) -> Result<Vec<DemoPerson>> {
    let mut cast = Vec::with_capacity(PEOPLE.len());
    for (external_ref, _, email, role) in PEOPLE {
        let (person, organisation) = db.read(|cx| {
            let person = people::person_by_email(cx, email)?;
            let organisation = organisations::by_ref(cx, network, external_ref)?;
            Ok::<_, handfast_db::Fault>((person, organisation))
        })?;
        let person = person.context("somebody of the story is not there any more")?;
        let organisation = organisation.context("an organisation of the story is gone")?;
        cast.push(DemoPerson {
            name: person.name,
            organisation: organisation.name,
            role,
            person_id: person.id,
        });
    }
    Ok(cast)
}
