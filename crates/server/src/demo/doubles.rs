//! People of whom several organisations keep records, and no source says that they are one: those
//! that match, one pair of which nobody can be sure, and a household that shares all but the names.
//! At the end all records are matched, and somebody says of the household that they are two.

use anyhow::{Context, Result};
use handfast_db::Tx;
use handfast_kit::OrganisationId;
use handfast_record::{
    RecordId,
    customers::{self, Details, Incoming},
    matching::{self, Verdict},
    sharing::{Author, Lens, SystemReason},
    touches::Step,
};

use super::stage::{Ago, Own, Stage, call, mail, visit};

/// Somebody as one organisation writes them down.
struct Kept {
    external_ref: &'static str,
    given: &'static str,
    family: &'static str,
    email: &'static str,
    phone: &'static str,
    street: &'static str,
    postcode: &'static str,
    city: &'static str,
}

impl Kept {
    fn details(&self) -> Details {
        Details {
            given_name: self.given.to_owned(),
            family_name: self.family.to_owned(),
            email: self.email.to_owned(),
            phone: self.phone.to_owned(),
            street: self.street.to_owned(),
            postcode: self.postcode.to_owned(),
            city: self.city.to_owned(),
            country: "GB".to_owned(),
            ..Details::default()
        }
    }
}

/// The same woman, as a shop and a workshop know her.
const NIA_OF_SPOKE: Kept = Kept {
    external_ref: "SC-1311",
    given: "Nia",
    family: "Prydderch",
    email: "nia.prydderch@example.com",
    phone: "0113 496 0172",
    street: "8 Kirkgate",
    postcode: "LS1 6BY",
    city: "Leeds",
};
const NIA_OF_TORQUE: Kept = Kept {
    external_ref: "T-0461",
    given: "Nia",
    family: "Pryderch",
    email: "",
    phone: "+44 113 496 0172",
    street: "8 Kirkgate",
    postcode: "LS1 6BY",
    city: "Leeds",
};

/// One man, says the shop that knows him; nothing that is written down says so.
const ROBERT: Kept = Kept {
    external_ref: "KL-0915",
    given: "Robert",
    family: "Ashdown",
    email: "",
    phone: "0117 496 0118",
    street: "31 Picton Street",
    postcode: "BS6 5QA",
    city: "Bristol",
};
const ROBERT_MARRIED: Kept = Kept {
    external_ref: "KL-1043",
    given: "Bob",
    family: "Marchetti",
    email: "bob.marchetti@example.com",
    phone: "029 2018 0164",
    street: "4 Cathedral Road",
    postcode: "CF11 9LJ",
    city: "Cardiff",
};

/// Mother and son: one door, one phone, two people.
const SINEAD: Kept = Kept {
    external_ref: "AUR-C-18820",
    given: "Sinéad",
    family: "Gallagher",
    email: "gallaghers@example.com",
    phone: "0131 496 0145",
    street: "2 Leith Walk",
    postcode: "EH6 5BX",
    city: "Edinburgh",
};
const SEAN: Kept = Kept {
    external_ref: "SR-0207",
    given: "Seán",
    family: "Gallagher",
    email: "gallaghers@example.com",
    phone: "0131 496 0145",
    street: "2 Leith Walk",
    postcode: "EH6 5BX",
    city: "Edinburgh",
};

/// One customer twice in one shop's own book, or two: the brand leaves it to the shop.
const OLGA: Kept = Kept {
    external_ref: "SC-0702",
    given: "Olga",
    family: "Wiśniewska",
    email: "olga.wisniewska@example.com",
    phone: "0113 496 0133",
    street: "45 Burley Road",
    postcode: "LS3 1LB",
    city: "Leeds",
};
const OLGA_AGAIN: Kept = Kept {
    external_ref: "SC-1298",
    given: "Olga",
    family: "Wisniewska",
    email: "",
    phone: "0113 496 0133",
    street: "45 Burley Rd",
    postcode: "LS3 1LB",
    city: "Leeds",
};

/// Takes a record in that carries no key of a source.
fn keep(tx: &mut Tx<'_>, stage: &Stage, author: Author, days: i32, kept: &Kept) -> Result<Own> {
    let at = stage.at(Ago(days, 10, 30));
    let incoming = Incoming {
        external_ref: kept.external_ref.to_owned(),
        person_key: None,
        details: kept.details(),
        since: None,
    };
    let (customer, record) = customers::receive(tx, &author, at, at, &incoming)?.ids();
    Ok(Own { author, customer, record })
}

/// Brings them in, at once or not at all.
pub(super) fn tell(stage: &Stage) -> Result<()> {
    let author = |organisation, email| stage.author(organisation, Some(email));
    let priya = author("brand", "priya.nair@aurora.example")?;
    let dev = author("spoke", "dev.patel@spokeandchain.example")?;
    let sam = author("torque", "sam.whitlock@torque.example")?;
    let rhian = author("kettle", "rhian.cole@kettlelane.example")?;
    let saddlers = stage.author("saddlers", None)?;
    let told = stage.clone();
    stage.db.write(move |tx| {
        let at = |days, hour, minute| told.at(Ago(days, hour, minute));
        let nia = keep(tx, &told, dev, 210, &NIA_OF_SPOKE)?;
        visit(tx, nia, at(210, 10, 40), "Tried the Mist and the Trail.", Step::Closer)?;
        let nia = keep(tx, &told, sam, 52, &NIA_OF_TORQUE)?;
        let said = "Brought the Mist in; the brakes squeal when it rains.";
        visit(tx, nia, at(52, 10, 45), said, Step::Same)?;

        let robert = keep(tx, &told, rhian, 140, &ROBERT)?;
        visit(tx, robert, at(140, 10, 50), "Asked for a child’s bike.", Step::Same)?;
        let robert = keep(tx, &told, rhian, 33, &ROBERT_MARRIED)?;
        let text = "Can I bring the bike in on Saturday, or is it too full?";
        mail(tx, robert, at(33, 11, 15), "Saturday", text)?;

        let sinead = keep(tx, &told, priya, 301, &SINEAD)?;
        let said = "Ordered lights for herself and a lock for her son.";
        call(tx, sinead, at(300, 15, 10), said, Step::Closer)?;
        keep(tx, &told, saddlers, 76, &SEAN)?;

        keep(tx, &told, dev, 640, &OLGA)?;
        let olga = keep(tx, &told, dev, 88, &OLGA_AGAIN)?;
        visit(tx, olga, at(88, 10, 40), "Bought tyres for the winter.", Step::Same)?;
        Ok::<_, anyhow::Error>(())
    })
}

/// How many records are matched in one transaction.
const MATCHED_AT_ONCE: usize = 200;

/// Matches all records with a model made of them; then people say what they know.
pub(super) fn settle(stage: &Stage) -> Result<()> {
    let (network, now) = (stage.network, stage.now);
    matched(stage)?;
    if stage.db.read(|cx| matching::is_due(cx, network))? {
        matching::refit(&stage.db, network, now, &|_, _| ())?;
        matched(stage)?;
    }
    let priya = stage.author("brand", Some("priya.nair@aurora.example"))?;
    let rhian = stage.author("kettle", Some("rhian.cole@kettlelane.example"))?;
    let (spoke, saddlers) = (stage.organisation("spoke")?, stage.organisation("saddlers")?);
    let told = stage.clone();
    stage.db.write(move |tx| {
        let (brand, kettle) = (priya.organisation_id(), rhian.organisation_id());
        let lens = Lens::system(network, brand, SystemReason::Demo);
        let record = |tx: &mut Tx<'_>, of, kept: &Kept| record(tx, &lens, (of, kept.external_ref));
        let family = (record(tx, brand, &SINEAD)?, record(tx, saddlers, &SEAN)?);
        let at = told.at(Ago(12, 15, 40));
        let why = "Mother and son: I asked her on the phone.";
        matching::decide(tx, &lens, &priya, at, family, Verdict::Apart, why)?;

        let olga = (record(tx, spoke, &OLGA)?, record(tx, spoke, &OLGA_AGAIN)?);
        let at = told.at(Ago(4, 9, 20));
        let why = "I could reach neither. Two, until the shop has asked her.";
        matching::decide(tx, &lens, &priya, at, olga, Verdict::Apart, why)?;

        let robert = (record(tx, kettle, &ROBERT)?, record(tx, kettle, &ROBERT_MARRIED)?);
        let theirs = Lens::of_partner(tx, network, kettle, now)?;
        let at = told.at(Ago(1, 17, 30));
        let why = "He married and moved; it is the same bike";
        matching::decide(tx, &theirs, &rhian, at, robert, Verdict::Same, why)?;
        Ok(())
    })
}

fn matched(stage: &Stage) -> Result<()> {
    let (network, now) = (stage.network, stage.now);
    loop {
        let work = move |tx: &mut Tx<'_>| matching::work(tx, network, now, MATCHED_AT_ONCE);
        if !stage.db.write(work)?.is_more {
            return Ok(());
        }
    }
}

/// The record that an organisation keeps under a reference.
fn record(
    tx: &mut Tx<'_>,
    lens: &Lens,
    (organisation, external_ref): (OrganisationId, &str),
) -> Result<RecordId> {
    let customer = customers::by_reference(tx, lens, organisation, external_ref)?;
    let customer = customer.with_context(|| format!("the story misses {external_ref}"))?;
    let kept = |record: &&customers::Record| record.external_ref == external_ref;
    let record = customer.records.iter().find(kept);
    Ok(record.with_context(|| format!("the story misses {external_ref}"))?.id)
}
