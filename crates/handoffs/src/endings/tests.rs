//! Spoke & Chain leaves. Whatever was begun with it, the rehearsal lists, and the exit settles the
//! same; nothing is without somebody who is accountable.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use handfast_kit::{OrganisationId, TimeMs, Uuid};
use handfast_record::{
    cases,
    people::{self, NewPerson},
    touches::Leg,
};
use handfast_web::Role;

use super::{Error, Kind, Part, Settled, finish, rehearse, settle};
use crate::{
    Offer, Thing,
    disputes::{
        Claim,
        tests::town::{Town, claim, towns},
        traces::{self, NewTrace},
    },
};

/// What can be begun with Spoke & Chain.
const BEGINNINGS: usize = 8;

impl Town {
    fn task(&self, words: &str, to: OrganisationId) -> Offer {
        Offer {
            customer: self.maya,
            thing: Thing::Task(words.to_owned()),
            to,
            accept_by: None,
            words: String::new(),
            brief: Vec::new(),
            incomplete_ok: true,
        }
    }

    /// The brand hands a task to Spoke & Chain, which accepts it.
    fn holds(&self, words: &str) {
        let (brand, spoke) = (self.world.brand, self.world.spoke);
        let offer = self.task(words, spoke);
        let offered = self
            .does(brand, move |tx, lens, actor, now| crate::offer(tx, lens, actor, now, &offer));
        let id = offered.unwrap().id;
        let accepted =
            self.does(spoke, move |tx, lens, actor, now| crate::accept(tx, lens, actor, now, id));
        accepted.unwrap();
    }

    fn begins(&self, which: usize) {
        let (brand, spoke) = (self.world.brand, self.world.spoke);
        match which {
            0 => {
                let offer = self.task("Call Maya about the invoice", spoke);
                self.does(brand, move |tx, lens, actor, now| {
                    crate::offer(tx, lens, actor, now, &offer)
                })
                .map(drop)
                .unwrap();
            }
            1 => self.holds("Order the spare part"),
            // It gives back to the brand what it holds, and the brand has not answered yet.
            2 => {
                self.holds("Write to the insurer");
                let offer = self.task("Write to the insurer", brand);
                self.does(spoke, move |tx, lens, actor, now| {
                    crate::offer(tx, lens, actor, now, &offer)
                })
                .map(drop)
                .unwrap();
            }
            3 => drop(self.moves()),
            4 => {
                let change = self.moves();
                self.refuses(self.torque, &change, Claim::of_words("We hold none")).unwrap();
                let id = self.obligation(&change, self.swift).id;
                self.does(brand, move |tx, lens, actor, now| {
                    let claim = claim(Leg::Data, Some(spoke));
                    crate::obligations::refuse_naming(tx, lens, actor, now, (id, &claim))
                })
                .map(drop)
                .unwrap();
            }
            5 => {
                let (customer, sale) = (self.maya, self.sale);
                let words = "It never came".to_owned();
                let new = NewTrace { customer, sale, words, by_customer: true };
                self.does(brand, move |tx, lens, actor, now| {
                    traces::open(tx, lens, actor, now, &new)
                })
                .map(drop)
                .unwrap();
            }
            6 => {
                self.world.record(spoke, "B-7", None, "Ben Achterberg");
            }
            _ => self.keeps_a_case(),
        }
        self.world.clock.advance(TimeMs::MINUTE);
    }

    fn keeps_a_case(&self) {
        let spoke = self.world.spoke;
        let author = self.world.author(spoke);
        let event = cases::Event {
            case_ref: "3127".to_owned(),
            customer_ref: Some("M-1".to_owned()),
            at: self.world.clock.now(),
            status: "Open".to_owned(),
            title: "Chain skips".to_owned(),
            ..cases::Event::default()
        };
        let now = self.world.clock.now();
        self.world.db.write(move |tx| cases::event(tx, &author, now, &event)).unwrap();
    }

    fn rehearses(&self) -> Vec<Part> {
        let (lens, spoke) = (self.world.lens(self.world.brand), self.world.spoke);
        self.world.db.read(|cx| rehearse(cx, &lens, spoke)).unwrap()
    }

    fn settles(&self, limit: usize) -> Settled {
        let spoke = self.world.spoke;
        let settled = self.does(self.world.brand, move |tx, lens, actor, now| {
            settle(tx, lens, actor, now, (spoke, limit))
        });
        settled.unwrap()
    }

    fn finishes(&self) -> Result<(), Error> {
        let spoke = self.world.spoke;
        self.does(self.world.brand, move |tx, lens, actor, now| {
            finish(tx, lens, actor, now, (spoke, "It closes its shop"))
        })
    }

    /// Who is accountable now for what Spoke & Chain had.
    fn accountable(&self, thing: Thing) -> Option<OrganisationId> {
        let (lens, now) = (self.world.lens(self.world.brand), self.world.clock.now());
        let maya = self.maya;
        let who = self.world.db.read(|cx| crate::accountable(cx, &lens, maya, &thing, now));
        who.unwrap().and_then(|who| who.id())
    }
}

fn rows(parts: &[Part]) -> BTreeSet<(Kind, Uuid)> {
    parts.iter().flat_map(|part| &part.first).map(|left| (left.kind, left.id)).collect()
}

#[test]
fn rehearsal_and_exit_give_the_same_list_whatever_was_begun() {
    for seed in 0..24 {
        for town in towns() {
            // Each is begun in about half of the worlds, in an order of its own.
            for which in (0..BEGINNINGS).map(|place| (place * 3 + seed) % BEGINNINGS) {
                if (seed * 7 + which * which * 5 + which) % 3 != 0 {
                    town.begins(which);
                }
            }
            let rehearsed = town.rehearses();
            let listed = rows(&rehearsed);
            assert!(!listed.is_empty(), "seed {seed}: a sale is promised at least");
            let before = town.finishes().unwrap_err();
            assert!(matches!(before, Error::Left(_)), "seed {seed}: {before}");
            assert_eq!(rows(&town.rehearses()), listed, "seed {seed}: a refusal changes nothing");

            let mut moved = Vec::new();
            for round in 0.. {
                let settled = town.settles(1 + (seed + round) % 5);
                assert!(settled.stuck.is_empty(), "seed {seed}: {:?}", settled.stuck);
                moved.extend(settled.moved.iter().map(|left| (left.kind, left.id)));
                if settled.left_count == 0 {
                    break;
                }
                assert!(!settled.moved.is_empty(), "seed {seed}: it goes on");
            }
            assert_eq!(moved.len(), listed.len(), "seed {seed}: each once");
            assert_eq!(moved.into_iter().collect::<BTreeSet<_>>(), listed, "seed {seed}");
            assert_eq!(town.accountable(Thing::Sale(town.sale)), Some(town.world.brand));
            town.finishes().unwrap();
            assert!(matches!(town.finishes(), Err(Error::Over)));
        }
    }
}

#[test]
fn who_has_left_is_let_in_no_more_and_is_offered_nothing() {
    for town in towns() {
        let (network, spoke) = (town.world.network, town.world.spoke);
        let new = NewPerson { name: "Dev Patel".to_owned(), email: "dev@example.com".to_owned() };
        let now = town.world.clock.now();
        let dev = town.world.db.write(move |tx| -> Result<_, people::Error> {
            let dev = people::add_person(tx, &new, now)?;
            people::add_member(tx, network, spoke, dev, Role::PartnerAdmin, now)?;
            Ok(dev)
        });
        let dev = dev.unwrap();
        let works_at = || town.world.db.read(|cx| people::memberships(cx, dev)).unwrap().len();
        assert_eq!(works_at(), 1);
        while town.settles(500).left_count > 0 {}
        town.finishes().unwrap();
        assert_eq!(works_at(), 0, "Dev Patel cannot sign in there any more");
        let offer = town.task("Call Maya", spoke);
        let offered = town.does(town.world.brand, move |tx, lens, actor, now| {
            crate::offer(tx, lens, actor, now, &offer)
        });
        assert!(matches!(offered, Err(crate::Error::NotACandidate)), "{offered:?}");
        let change = town.moves();
        assert!(change.obligations.iter().all(|one| one.organisation != spoke));
        let page = town.world.timeline(town.world.brand, town.maya);
        assert!(!page.is_empty(), "what it wrote stays");
    }
}

#[test]
fn a_partner_rehearses_nothing_of_itself_or_of_others() {
    for town in towns() {
        let (spoke, torque) = (town.world.spoke, town.torque);
        for by in [spoke, torque] {
            let rehearsed = town.does(by, move |tx, lens, _, _| rehearse(tx, lens, spoke));
            assert!(matches!(rehearsed, Err(Error::NotFound)));
            let settled = town
                .does(by, move |tx, lens, actor, now| settle(tx, lens, actor, now, (spoke, 10)));
            assert!(matches!(settled, Err(Error::NotFound)));
            let ended = town.does(by, move |tx, lens, actor, now| {
                finish(tx, lens, actor, now, (spoke, "We close"))
            });
            assert!(matches!(ended, Err(Error::NotFound)));
        }
    }
}
