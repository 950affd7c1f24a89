//! Stories of what customers allow, on every engine, by the front door.

#![allow(clippy::unwrap_used)]

mod api;
mod freezing;
mod texts;
mod words;

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{Day, OrganisationId, TimeMs};

use super::{About, Error, Said, Say, of_customer, say, take_back, withdraw};
use crate::{
    CustomerId,
    agreements::{self, Draft},
    customers::{self, Details, Incoming},
    sharing::{Author, Class, Grant, Lens, Level, Purpose, Tie},
    testing::{World, worlds},
    ties::{self as by_hand, ByHand},
    touches::{self, Body, Channel, Filter, NewTouch},
};

/// Aurora Cycles and its partners around Maya. Aurora has her phone number, and spoke with her of a
/// blue saddle. Spoke & Chain keeps a record of her, under another name. Harbour Wheelworks has
/// none: Aurora assigned it to her.
struct Town {
    world: World,
    maya: CustomerId,
}

/// What both partners are granted in full: for which tie and purpose which class.
const GRANTS: [(Tie, Option<Purpose>, Class); 10] = [
    (Tie::Owner, None, Class::Identity),
    (Tie::Owner, None, Class::Relationship),
    (Tie::Owner, Some(Purpose::Service), Class::Contact),
    (Tie::Owner, Some(Purpose::Offers), Class::Message),
    (Tie::Owner, Some(Purpose::Research), Class::Feedback),
    (Tie::Assigned, None, Class::Identity),
    (Tie::Assigned, None, Class::Relationship),
    (Tie::Assigned, Some(Purpose::Service), Class::Contact),
    (Tie::Assigned, Some(Purpose::Offers), Class::Message),
    (Tie::Assigned, Some(Purpose::Research), Class::Feedback),
];

fn towns() -> Vec<Town> {
    worlds().into_iter().map(Town::new).collect()
}

impl Town {
    fn new(world: World) -> Self {
        let phone = Details { phone: "07700 900123".to_owned(), ..named("Maya Okafor") };
        let maya = record(&world, world.brand, "AUR-1", phone);
        record(&world, world.spoke, "SC-7", named("Mrs Okafor of Leeds"));
        let town = Self { world, maya };
        for partner in [town.world.spoke, town.world.harbour] {
            town.agree(partner);
        }
        town.assign(town.world.harbour);
        let call = Body::Call { said: "She wants a blue saddle.".to_owned(), step: None };
        town.log(town.world.brand, call);
        town
    }

    /// Signs what a partner is granted, a class in full on each line.
    fn agree(&self, partner: OrganisationId) {
        let line = |(tie, purpose, class)| Grant {
            tie,
            class,
            level: Level::Full,
            from_tie: false,
            purpose,
        };
        let grants = GRANTS.into_iter().map(line).collect();
        let draft = Draft { grants, ..Draft::signed_on(Day(20_000)) };
        let (author, now) = (self.world.author(self.world.brand), self.now());
        let sign = move |tx: &mut Tx<'_>| agreements::sign(tx, &author, now, partner, &draft, 0);
        self.world.db.write(sign).unwrap();
    }

    fn assign(&self, partner: OrganisationId) {
        let brand = self.world.brand;
        let (lens, author) = (self.world.lens(brand), self.world.author(brand));
        let (maya, now) = (self.maya, self.now());
        let tie = ByHand {
            organisation: partner,
            tie: Tie::Assigned,
            from: None,
            until: None,
            why: "She moved to Bristol.".to_owned(),
        };
        let make = move |tx: &mut Tx<'_>| by_hand::make(tx, &lens, &author, now, maya, &tie);
        self.world.db.write(make).unwrap();
    }

    fn log(&self, organisation: OrganisationId, body: Body) {
        let (lens, author) = (self.world.lens(organisation), self.world.author(organisation));
        let (maya, now) = (self.maya, self.now());
        let touch = NewTouch::new(maya.as_kind(), now, body);
        let log =
            move |tx: &mut Tx<'_>| customers::log(tx, &lens, &author, now, maya, touch.clone());
        self.world.db.write(log).unwrap();
    }

    fn now(&self) -> TimeMs {
        self.world.clock.now()
    }

    /// Writes in the name of an organisation.
    fn write<T, W>(&self, organisation: OrganisationId, mut write: W) -> Result<T, Error>
    where
        T: Send + 'static,
        W: FnMut(&mut Tx<'_>, &Lens, &Author, TimeMs) -> Result<T, Error> + Send + 'static,
    {
        let (lens, author) = (self.world.lens(organisation), self.world.author(organisation));
        let now = self.now();
        self.world.db.write(move |tx| write(tx, &lens, &author, now))
    }

    fn says(&self, heard_by: OrganisationId, word: Say) -> Result<(), Error> {
        let maya = self.maya;
        self.write(heard_by, move |tx, lens, author, now| say(tx, lens, author, now, maya, word))
    }

    fn withdraws(&self, heard_by: OrganisationId, about: About) -> Result<(), Error> {
        let maya = self.maya;
        self.write(heard_by, move |tx, lens, author, now| {
            withdraw(tx, lens, author, now, maya, (about, Channel::Phone))
        })
    }

    fn takes_back(&self, heard_by: OrganisationId, about: About) -> Result<(), Error> {
        let maya = self.maya;
        self.write(heard_by, move |tx, lens, author, now| {
            take_back(tx, lens, author, now, maya, (about, Channel::Mail))
        })
    }

    /// What an organisation sees of what Maya said.
    fn said(&self, to: OrganisationId) -> Vec<Said> {
        let (lens, maya) = (self.world.lens(to), self.maya);
        self.world.db.read(move |cx| of_customer(cx, &lens, maya)).unwrap()
    }

    /// The kinds of Maya's touches that an organisation sees, the latest first.
    fn kinds(&self, to: OrganisationId) -> Vec<String> {
        let (lens, maya) = (self.world.lens(to), self.maya);
        let read = move |cx: &mut Cx<'_>| -> Result<_, Fault> {
            let Some(sight) = customers::look(cx, &lens, maya)? else { return Ok(Vec::new()) };
            let all = Filter::default();
            let page = touches::timeline(cx, &lens, &sight, &all, None, 50)?;
            Ok(page.items.into_iter().map(|touch| touch.kind).collect())
        };
        self.world.db.read(read).unwrap()
    }

    /// Whether an organisation finds Maya by a word.
    fn finds(&self, to: OrganisationId, word: &str) -> bool {
        let lens = self.world.lens(to);
        let found = self.world.db.read(|cx| customers::search(cx, &lens, word, 10)).unwrap();
        found.iter().any(|row| row.id == self.maya)
    }

    /// The phone number that an organisation sees; nothing where it sees none, or not even Maya.
    fn phone(&self, to: OrganisationId) -> String {
        let (lens, maya) = (self.world.lens(to), self.maya);
        let found = self.world.db.read(move |cx| customers::find(cx, &lens, maya)).unwrap();
        let phone = found.and_then(|customer| customer.chosen.phone);
        phone.map_or(String::new(), |phone| phone.text)
    }
}

fn named(name: &str) -> Details {
    Details { name: name.to_owned(), ..Details::default() }
}

fn record(world: &World, of: OrganisationId, reference: &str, details: Details) -> CustomerId {
    let (author, now) = (world.author(of), world.clock.now());
    let incoming = Incoming {
        external_ref: reference.to_owned(),
        person_key: Some("maya".to_owned()),
        details,
        since: None,
    };
    let receive = move |tx: &mut Tx<'_>| customers::receive(tx, &author, now, now, &incoming);
    world.db.write(receive).unwrap().ids().0
}

/// A yes on the phone.
const fn yes(about: About) -> Say {
    let About { purpose, organisation, class } = about;
    Say { purpose, organisation, class, allowed: true, channel: Channel::Phone, text_version: None }
}

/// A no on the phone.
const fn no(about: About) -> Say {
    Say { allowed: false, ..yes(about) }
}

const fn offers(to: Option<OrganisationId>) -> About {
    About { purpose: Some(Purpose::Offers), organisation: to, class: None }
}

const fn service(to: Option<OrganisationId>) -> About {
    About { purpose: Some(Purpose::Service), organisation: to, class: None }
}

const fn data(class: Class, to: Option<OrganisationId>) -> About {
    About { purpose: None, organisation: to, class: Some(class) }
}

const fn everything(to: Option<OrganisationId>) -> About {
    About { purpose: None, organisation: to, class: None }
}
