#![allow(clippy::unwrap_used)]

use std::fmt::Debug;

use handfast_db::{Fault, Tx};
use handfast_kit::{OrganisationId, TimeMs};

use crate::{
    CustomerId,
    consents::{self, About},
    customers::{self, Details, Incoming, Received},
    sharing::{
        Author, Class, Grant, Lens, Level, Tie,
        ties::{MadeBy, NewTie},
    },
    testing::{NOW, World, worlds},
    ties::{self, ByHand},
    touches::{self, Audience, Body, Channel, NewTouch, SoldLine},
};

fn grant(tie: Tie, class: Class, level: Level) -> Grant {
    Grant { tie, class, level, from_tie: false, purpose: None }
}

impl World {
    /// What an organisation finds, at most three.
    fn ask(&self, organisation: OrganisationId, question: &str) -> Vec<CustomerId> {
        self.ask_for(organisation, question, 3)
    }

    fn ask_for(
        &self,
        organisation: OrganisationId,
        question: &str,
        limit: usize,
    ) -> Vec<CustomerId> {
        let lens = self.lens(organisation);
        let found = self.db.read(|cx| customers::search(cx, &lens, question, limit)).unwrap();
        found.into_iter().map(|row| row.id).collect()
    }

    fn receive(&self, organisation: OrganisationId, details: Details, at: TimeMs) -> Received {
        let author = self.author(organisation);
        let incoming = Incoming {
            external_ref: "AUR-1".to_owned(),
            person_key: Some("maya".to_owned()),
            details,
            since: None,
        };
        self.db.write(move |tx| customers::receive(tx, &author, at, at, &incoming)).unwrap()
    }

    /// A record of the brand's with everything in it.
    fn maya(&self) -> CustomerId {
        let details = Details {
            name: "Maya Okafor".to_owned(),
            phone: "0117 496 0123".to_owned(),
            email: "maya@example.com".to_owned(),
            street: "Harbourside 3".to_owned(),
            city: "Bristol".to_owned(),
            ..Details::default()
        };
        self.receive(self.brand, details, NOW).ids().0
    }

    fn tie(&self, customer: CustomerId, organisation: OrganisationId) {
        let why = "Looks after the bicycle".to_owned();
        let new = ByHand { organisation, tie: Tie::Serves, from: None, until: None, why };
        self.brand_does(move |tx, lens, author, now| {
            ties::make(tx, lens, author, now, customer, &new)
        });
    }

    /// What somebody of the brand does now.
    fn brand_does<T: Send + 'static, E: From<Fault> + Debug + Send + 'static>(
        &self,
        mut act: impl FnMut(&mut Tx<'_>, &Lens, &Author, TimeMs) -> Result<T, E> + Send + 'static,
    ) -> T {
        let (lens, author) = (self.lens(self.brand), self.author(self.brand));
        let now = self.clock.now();
        self.db.write(move |tx| act(tx, &lens, &author, now)).unwrap()
    }

    fn write(&self, organisation: OrganisationId, touch: NewTouch) {
        let (author, now) = (self.author(organisation), self.clock.now());
        self.db.write(move |tx| touches::append(tx, &author, now, touch.clone())).unwrap();
    }

    fn note(&self, customer: CustomerId, text: &str) -> NewTouch {
        let body = Body::Note { text: text.to_owned() };
        NewTouch::new(customer.as_kind(), self.clock.now(), body)
    }
}

#[test]
fn a_partner_finds_others_records_by_the_classes_it_is_granted_and_by_no_other() {
    for world in worlds() {
        let maya = world.maya();
        world.agree(world.harbour, &[grant(Tie::Serves, Class::Identity, Level::Veiled)]);
        assert!(world.ask(world.harbour, "okafor").is_empty());
        world.tie(maya, world.harbour);
        for question in ["okafor", "ok ma", "m"] {
            assert_eq!(world.ask(world.harbour, question), [maya], "{question}");
        }
        for question in ["0117", "01174960123", "example", "harbourside", "br", "aur", "okafor br"]
        {
            assert!(world.ask(world.harbour, question).is_empty(), "{question}");
            assert_eq!(world.ask(world.brand, question), [maya], "{question}");
        }
        world.agree(
            world.harbour,
            &[
                grant(Tie::Serves, Class::Contact, Level::Full),
                grant(Tie::Serves, Class::Address, Level::Count),
            ],
        );
        assert_eq!(world.ask(world.harbour, "011749"), [maya]);
        for question in ["okafor", "harbourside", "aur"] {
            assert!(world.ask(world.harbour, question).is_empty(), "{question}");
        }
        // Neither a competitor without a tie, nor one without an agreement.
        world.agree(world.spoke, &[grant(Tie::Serves, Class::Contact, Level::Full)]);
        assert!(world.ask(world.spoke, "0117").is_empty());
    }
}

#[test]
fn a_record_that_changed_is_found_by_what_it_says_now() {
    for world in worlds() {
        let maya = world.maya();
        world.agree(world.harbour, &[grant(Tie::Serves, Class::Identity, Level::Full)]);
        world.tie(maya, world.harbour);
        let wed = Details { name: "Maya Winter".to_owned(), ..Details::default() };
        world.receive(world.brand, wed, NOW.plus(1));
        for organisation in [world.brand, world.harbour] {
            assert_eq!(world.ask(organisation, "winter"), [maya]);
            assert!(world.ask(organisation, "okafor").is_empty());
        }
        let signs = Details { name: "— —".to_owned(), ..Details::default() };
        world.receive(world.brand, signs, NOW.plus(2));
        assert!(world.ask(world.harbour, "winter").is_empty());
        assert_eq!(world.ask(world.brand, "aur"), [maya]);
    }
}

#[test]
fn what_is_kept_for_oneself_or_for_others_is_not_found() {
    for world in worlds() {
        let maya = world.maya();
        for partner in [world.spoke, world.harbour] {
            world.agree(partner, &[grant(Tie::Serves, Class::Note, Level::Full)]);
            world.tie(maya, partner);
        }
        world.write(world.brand, world.note(maya, "apples for everybody"));
        let own = NewTouch { audience: Audience::Own, ..world.note(maya, "berries of our own") };
        world.write(world.spoke, own);
        let named = world.note(maya, "cherries for one").naming(vec![world.harbour]);
        world.write(world.brand, named);
        let ask = |word: &str| {
            let all = [world.brand, world.spoke, world.harbour];
            all.map(|organisation| world.ask(organisation, word).len())
        };
        assert_eq!(ask("apples"), [1, 1, 1]);
        assert_eq!(ask("berries"), [1, 1, 0]);
        assert_eq!(ask("cherries"), [1, 0, 1]);
    }
}

#[test]
fn who_does_not_see_whose_order_it_is_does_not_find_it_by_its_reference() {
    for world in worlds() {
        let (maya, _) = world.record(world.spoke, "7", None, "Maya Okafor");
        let line = SoldLine { title: "Lumen headlight".to_owned(), quantity: 1, price_minor: None };
        let sale = Body::Sale {
            order_ref: "SC-2041".to_owned(),
            status: "paid".to_owned(),
            lines: vec![line],
            total_minor: None,
            currency: String::new(),
        };
        world.write(world.spoke, NewTouch::new(maya.as_kind(), NOW, sale));
        world.tie(maya, world.harbour);
        let ask = |question: &str| world.ask(world.harbour, question).len();
        world.agree(world.harbour, &[grant(Tie::Serves, Class::Purchase, Level::Veiled)]);
        assert_eq!(["lumen", "2041", "lumen 2041"].map(ask), [1, 0, 0]);
        world.agree(world.harbour, &[grant(Tie::Serves, Class::Purchase, Level::Full)]);
        assert_eq!(["lumen", "2041", "lumen 2041"].map(ask), [1, 1, 1]);
        world.agree(world.harbour, &[grant(Tie::None, Class::Purchase, Level::Veiled)]);
        assert_eq!(["lumen", "2041", "lumen 2041"].map(ask), [1, 0, 0]);
        assert_eq!(world.ask(world.spoke, "2041"), [maya]);
    }
}

#[test]
fn what_is_found_ends_with_the_tie_the_freeze_and_the_no_of_the_customer() {
    for world in worlds() {
        let maya = world.maya();
        world.agree(world.harbour, &[grant(Tie::Serves, Class::Identity, Level::Full)]);
        world.tie(maya, world.harbour);
        let harbour = world.harbour;
        let found = || !world.ask(harbour, "okafor").is_empty();
        assert!(found());
        let identity = About { class: Some(Class::Identity), ..About::default() };
        let everything = About { organisation: Some(harbour), ..About::default() };
        for about in [identity, everything] {
            let word = (about, Channel::Phone);
            world.brand_does(move |tx, lens, author, now| {
                consents::withdraw(tx, lens, author, now, maya, word)
            });
            assert!(!found());
            world.brand_does(move |tx, lens, author, now| {
                consents::take_back(tx, lens, author, now, maya, word)
            });
            assert!(found());
        }
        world.brand_does(move |tx, lens, author, now| {
            consents::freeze(tx, lens, author, now, maya, "Disputed")
        });
        assert!(!found());
        world.brand_does(move |tx, lens, author, now| {
            consents::release(tx, lens, author, now, maya)
        });
        assert!(found());
        world.clock.advance(1_000);
        world.brand_does(move |tx, lens, author, now| {
            ties::end(tx, lens, author, now, maya, (harbour, Tie::Serves))
        });
        assert!(!found());
    }
}

#[test]
fn a_grant_from_the_tie_on_leads_to_no_earlier_entry() {
    for world in worlds() {
        let maya = world.maya();
        let of_notes = grant(Tie::Serves, Class::Note, Level::Full);
        let of_names = grant(Tie::Serves, Class::Identity, Level::Full);
        world
            .agree(world.harbour, &[of_notes, of_names].map(|one| Grant { from_tie: true, ..one }));
        world.write(world.brand, world.note(maya, "apples"));
        world.clock.advance(1_000);
        world.tie(maya, world.harbour);
        world.write(world.brand, world.note(maya, "berries"));
        assert!(world.ask(world.harbour, "apples").is_empty());
        assert_eq!(world.ask(world.harbour, "berries"), [maya]);
        // Fields have no day.
        assert_eq!(world.ask(world.harbour, "okafor"), [maya]);
    }
}

#[test]
fn what_was_allowed_for_one_customer_is_found_of_that_customer_only() {
    for world in worlds() {
        let maya = world.maya();
        let (jonas, _) = world.record(world.brand, "AUR-2", None, "Jonas Okafor");
        world.agree(world.harbour, &[grant(Tie::Serves, Class::Delivery, Level::Full)]);
        world.tie(jonas, world.harbour);
        let allowed = |until: TimeMs| NewTie {
            organisation: world.harbour,
            tie: Tie::Allowed,
            from: NOW,
            until,
            extra: Class::Identity.bit(),
            made_by: MadeBy::Request,
            person: None,
            why: String::new(),
        };
        let (network, until) = (world.network, NOW.plus(1_000));
        let new = allowed(until);
        world
            .db
            .write(move |tx| {
                crate::sharing::ties::make(tx, network, maya, &new)?;
                touches::tied(tx, network, maya.as_kind())
            })
            .unwrap();
        assert_eq!(world.ask(world.harbour, "okafor"), [maya]);
        world.clock.advance(1_000);
        assert!(world.ask(world.harbour, "okafor").is_empty());
    }
}

#[test]
fn grants_for_every_customer_lead_to_those_that_were_there_before() {
    for world in worlds() {
        let maya = world.maya();
        world.write(world.brand, world.note(maya, "apples"));
        let own = NewTouch { audience: Audience::Own, ..world.note(maya, "berries") };
        world.write(world.brand, own);
        world.write(world.brand, world.note(maya, "cherries").naming(vec![world.harbour]));
        let to_all = |class: Class| grant(Tie::None, class, Level::Full);
        world.agree(world.harbour, &[to_all(Class::Identity), to_all(Class::Note)]);
        let ask = |question: &str| world.ask(world.harbour, question).len();
        assert_eq!(["okafor", "apples", "berries", "cherries", "0117"].map(ask), [1, 1, 0, 1, 0]);
        // A tie of its own shows it more, though there was one that everybody has.
        let served = grant(Tie::Sold, Class::Contact, Level::Full);
        world.agree(world.harbour, &[to_all(Class::Identity), served]);
        let sale = Body::Sale {
            order_ref: "HW-9".to_owned(),
            status: String::new(),
            lines: Vec::new(),
            total_minor: None,
            currency: String::new(),
        };
        world.write(world.harbour, NewTouch::new(maya.as_kind(), NOW, sale));
        assert_eq!(["okafor", "apples", "0117"].map(ask), [1, 0, 1]);
    }
}

#[test]
fn what_is_hidden_bears_neither_on_what_is_found_nor_on_its_order() {
    for world in worlds() {
        world.agree(world.harbour, &[grant(Tie::Serves, Class::Note, Level::Full)]);
        let customers: Vec<CustomerId> = (0..6)
            .map(|number| {
                let name = format!("Customer {number}");
                let (customer, _) = world.record(world.brand, &name, None, &name);
                world.clock.advance(1_000);
                world.write(world.brand, world.note(customer, "apples"));
                world.tie(customer, world.harbour);
                customer
            })
            .collect();
        let lens = world.lens(world.harbour);
        let ask = || world.db.read(|cx| super::find(cx, &lens, "app", 4)).unwrap();
        let before = ask();
        let latest: Vec<_> = customers[2..].iter().rev().map(|one| one.as_kind()).collect();
        assert_eq!(before, latest);
        for customer in &customers[..2] {
            for number in 0..30 {
                world.clock.advance(1_000);
                let text = format!("apples {number}");
                let own = NewTouch { audience: Audience::Own, ..world.note(*customer, &text) };
                world.write(world.brand, own);
                let call = Body::Call { said: text, step: None };
                world
                    .write(world.brand, NewTouch::new(customer.as_kind(), world.clock.now(), call));
            }
        }
        // Whom else they are shown to is hidden too.
        world.agree(world.spoke, &[grant(Tie::Serves, Class::Note, Level::Full)]);
        world.tie(customers[0], world.spoke);
        assert_eq!(ask(), before);
        assert_eq!(world.ask_for(world.harbour, "apples", 10).len(), 6);
    }
}

#[test]
fn without_an_agreement_a_partner_finds_its_own_whatever_is_said() {
    for world in worlds() {
        let (maya, _) = world.record(world.spoke, "SC-7", Some("maya"), "M. Okafor");
        world.maya();
        world.brand_does(move |tx, lens, author, now| {
            consents::freeze(tx, lens, author, now, maya, "Disputed")
        });
        for question in ["okafor", "sc 7", "o"] {
            assert_eq!(world.ask(world.spoke, question), [maya], "{question}");
        }
        for question in ["maya", "0117", "aur"] {
            assert!(world.ask(world.spoke, question).is_empty(), "{question}");
        }
    }
}

#[test]
fn texts_and_questions_of_any_shape_are_taken() {
    for world in worlds() {
        let maya = world.maya();
        let long = "w".repeat(5_000);
        world.write(
            world.brand,
            world.note(maya, &format!("{long} naïve T恤 {}", "x ".repeat(900))),
        );
        for question in ["naive", "T恤", "t", &long, "w w w w w w w w w w", "x"] {
            assert_eq!(world.ask(world.brand, question), [maya], "{question}");
        }
        for question in ["", "_n _o _t _s", "\"' & | ! * : ~ AND OR NOT", "okaf* zzz"] {
            assert!(world.ask(world.brand, question).is_empty(), "{question}");
        }
    }
}

#[test]
fn a_beginning_of_few_words_and_of_many_finds_all_that_begin_so() {
    for world in worlds() {
        let maya = world.maya();
        let many: Vec<String> = (0..60).map(|number| format!("annals{number}")).collect();
        world.write(world.brand, world.note(maya, &format!("{} annabel", many.join(" "))));
        let jon = world.record(world.harbour, "HW-1", None, "Annabelłe").0;
        for question in ["annabel", "anna", "annals", "annals5", "annals59", "annals7 annab"] {
            let is_jons = !question.contains("annals");
            let found = world.ask(world.brand, question);
            assert_eq!(found, if is_jons { vec![jon, maya] } else { vec![maya] }, "{question}");
            let found = world.ask(world.harbour, question);
            assert_eq!(found, if is_jons { vec![jon] } else { vec![] }, "{question}");
        }
        assert!(world.ask(world.brand, "annabels").is_empty());
    }
}
