//! Maya moves from Leeds to Bristol and tells it once. Three organisations apply it: two hold what
//! she gave, one wrote down the wrong flat.

use anyhow::{Context, Result};
use handfast_db::Tx;
use handfast_handoffs::{
    Actor,
    obligations::{self, Address, NewChange, ReadBack, Value},
};
use handfast_kit::OrganisationId;
use handfast_record::{
    CustomerId, ObligationId,
    consents::{self, Say},
    customers,
    sharing::{Author, Class, Lens, SystemReason, Tie},
    ties::{self, ByHand},
    touches::{Changed, Channel},
};

use super::{
    stage::{Ago, Stage},
    story::Cast,
};

/// Who brings parcels to her, and who insures her bike: nobody could tell it from their records.
pub(super) fn tie(stage: &Stage, tx: &mut Tx<'_>, cast: &Cast) -> Result<()> {
    let lens = brand_lens(stage, &cast.priya);
    let maya = customers::by_reference(tx, &lens, cast.dev.organisation_id(), "SC-1207")?;
    let maya = maya.context("the story misses SC-1207")?.id;
    for (author, tie, ago, why) in [
        (&cast.kit, Tie::Delivers, Ago(81, 8, 5), "Swift Parcel brings what Aurora sends her."),
        (&cast.aaron, Tie::Insures, Ago(80, 9, 15), "Policy CW-77120 is on her Aurora Trail."),
    ] {
        let new = ByHand {
            organisation: author.organisation_id(),
            tie,
            from: None,
            until: None,
            why: why.to_owned(),
        };
        ties::make(tx, &lens, &cast.priya, stage.at(ago), maya, &new)?;
    }
    Ok(())
}

/// She wants her new address with those who deliver to her or insure her, and nobody else.
pub(super) fn tell(stage: &Stage, tx: &mut Tx<'_>, cast: &Cast) -> Result<()> {
    let lens = brand_lens(stage, &cast.priya);
    let maya = customers::by_reference(tx, &lens, cast.priya.organisation_id(), "AUR-C-20418")?;
    let maya = maya.context("the story misses AUR-C-20418")?.id;
    for author in [&cast.dev, &cast.sam, &cast.ines] {
        forbid(stage, tx, &cast.priya, (maya, author.organisation_id()))?;
    }
    let new = NewChange {
        customer: maya,
        changed: Changed::Address,
        value: bristol("Flat 3"),
        from: None,
        until: None,
        by_customer: true,
    };
    let priya = actor(&cast.priya, "Priya Nair");
    let change = obligations::enter(tx, &lens, &priya, stage.at(Ago(2, 14, 20)), &new)?;
    for organisation in &change.obligations {
        let mut apply = Applying { stage, tx, lens: &lens, id: organisation.id };
        match organisation.organisation {
            id if id == cast.kit.organisation_id() => apply.swift(&cast.kit)?,
            id if id == cast.aaron.organisation_id() => apply.coverwell(&cast.aaron)?,
            id if id == cast.grace.organisation_id() => apply.pedal(&cast.grace)?,
            _ => {}
        }
    }
    Ok(())
}

fn brand_lens(stage: &Stage, brand: &Author) -> Lens {
    Lens::system(stage.network, brand.organisation_id(), SystemReason::Demo)
}

fn actor(author: &Author, name: &str) -> Actor {
    Actor {
        organisation: author.organisation_id(),
        person: author.person_id(),
        name: name.to_owned(),
    }
}

fn bristol(flat: &str) -> Value {
    Value::Address(Address {
        street: format!("{flat}, 27 Cooper’s Wharf"),
        postcode: "BS1 6ZZ".to_owned(),
        city: "Bristol".to_owned(),
        region: String::new(),
        country: "GB".to_owned(),
    })
}

fn forbid(
    stage: &Stage,
    tx: &mut Tx<'_>,
    priya: &Author,
    (maya, organisation): (CustomerId, OrganisationId),
) -> Result<()> {
    let lens = brand_lens(stage, priya);
    let say = Say {
        purpose: None,
        organisation: Some(organisation),
        class: Some(Class::Address),
        allowed: false,
        channel: Channel::Phone,
        text_version: None,
    };
    consents::say(tx, &lens, priya, stage.at(Ago(2, 14, 15)), maya, say)?;
    Ok(())
}

/// What one organisation does with the change.
struct Applying<'a, 'tx> {
    stage: &'a Stage,
    tx: &'a mut Tx<'tx>,
    lens: &'a Lens,
    id: ObligationId,
}

impl Applying<'_, '_> {
    /// A system, at once: it answers what it holds.
    fn swift(&mut self, kit: &Author) -> Result<()> {
        let service = Actor { person: None, ..actor(kit, "Address service") };
        let author = &service;
        self.took(author, [Ago(2, 14, 21), Ago(2, 14, 21)])?;
        self.applied(author, Ago(2, 15, 2), "Live in the address service")?;
        self.read(author, Ago(2, 15, 2), ("Flat 3", ReadBack::Api))
    }

    fn coverwell(&mut self, aaron: &Author) -> Result<()> {
        let aaron = actor(aaron, "Aaron Boyd");
        self.took(&aaron, [Ago(2, 17, 10), Ago(1, 8, 45)])?;
        self.applied(&aaron, Ago(1, 9, 30), "Premium unchanged")?;
        self.read(&aaron, Ago(1, 9, 31), ("Flat 3", ReadBack::Typed))
    }

    /// Grace Lin has an 8 where Maya gave a 3.
    fn pedal(&mut self, grace: &Author) -> Result<()> {
        let grace = actor(grace, "Grace Lin");
        self.took(&grace, [Ago(2, 15, 55), Ago(2, 16, 30)])?;
        self.applied(&grace, Ago(1, 11, 40), "")?;
        self.read(&grace, Ago(1, 11, 41), ("Flat 8", ReadBack::Typed))
    }

    fn took(&mut self, author: &Actor, [seen, accepted]: [Ago; 2]) -> Result<()> {
        obligations::see(self.tx, self.lens, author, self.stage.at(seen), self.id)?;
        obligations::accept(self.tx, self.lens, author, self.stage.at(accepted), self.id)?;
        Ok(())
    }

    fn applied(&mut self, author: &Actor, at: Ago, evidence: &str) -> Result<()> {
        let at = self.stage.at(at);
        obligations::applied(self.tx, self.lens, author, at, self.id, evidence)?;
        Ok(())
    }

    fn read(&mut self, author: &Actor, at: Ago, (flat, how): (&str, ReadBack)) -> Result<()> {
        let (at, held) = (self.stage.at(at), bristol(flat));
        obligations::read_back(self.tx, self.lens, author, at, self.id, (&held, how))?;
        Ok(())
    }
}
