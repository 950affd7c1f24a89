//! Partners are told of touches, each of its own, in order, until they have taken them.

use std::sync::Arc;

use handfast_kit::{OrganisationId, TimeMs};
use handfast_record::{
    receipts,
    sharing::{Class, Grant, Lens, Level, SystemReason, Tie},
    testing::{World, worlds},
    ties::{self, ByHand},
};

use super::receiver::{Answer, Receiver};
use crate::{
    Caller, EndpointId, Limits, OVERLAP_MS, Owner, Plain, Policy, Vault, again, collect,
    deliveries, endpoints, register, remove, rotate, store, work_one,
};

const OK: Answer = Answer::Bytes("HTTP/1.1 200 OK\r\n\r\n");
const ERROR: Answer = Answer::Bytes("HTTP/1.1 500 Oh\r\n\r\n");
const KIND: &str = "customer_recorded";

struct Told {
    world: World,
    owner: Owner,
    vault: Vault,
    caller: Caller,
    id: EndpointId,
}

fn told(world: World, organisation: OrganisationId, receiver: &Receiver) -> Told {
    let owner = Owner { network: world.network, organisation };
    let (port, ip) = (receiver.address.port(), receiver.address.ip());
    let policy =
        Policy { plain: Plain::Taken, ports: vec![port], allowed: vec![ip], own: Vec::new() };
    let resolve = Arc::new(move |_: &str| vec![ip]);
    let caller = Caller::with(policy.clone(), Limits::default(), resolve).unwrap();
    let (vault, now) = (Vault::new(&[7; 32]), world.clock.now());
    let url = format!("http://spoke.example:{port}/");
    let locks = vault.clone();
    let registered = world
        .db
        .write(move |tx| register(tx, (&locks, &policy), owner, now, (&url, &[KIND.to_owned()])));
    let (id, secret) = registered.unwrap();
    assert!(secret.starts_with("whsec_"));
    Told { world, owner, vault, caller, id }
}

impl Told {
    fn collect(&self) -> usize {
        let (network, now) = (self.world.network, self.world.clock.now());
        self.world.db.write(move |tx| receipts::seal(tx, network, now, 100, None)).unwrap();
        collect(&self.world.db, network, now).unwrap()
    }

    fn work(&self) -> bool {
        let World { db, clock, network, .. } = &self.world;
        work_one(db, clock, *network, &self.vault, &self.caller).unwrap()
    }

    fn states(&self) -> Vec<(String, i64)> {
        let (owner, id) = (self.owner, self.id);
        let all = self.world.db.read(move |cx| deliveries(cx, owner, id)).unwrap();
        all.into_iter().rev().map(|one| (one.state, one.try_count)).collect()
    }

    fn pass(&self, ms: i64) {
        self.world.clock.advance(ms);
    }
}

fn state(word: &str, try_count: i64) -> (String, i64) {
    (word.to_owned(), try_count)
}

#[test]
fn spoke_is_told_of_its_own_in_order_and_never_of_others() {
    for world in worlds() {
        let receiver = Receiver::of(vec![OK, OK]);
        let spoke = world.spoke;
        let told = told(world, spoke, &receiver);
        let (maya, _) = told.world.record(spoke, "1", None, "Maya Okafor");
        told.pass(1);
        told.world.record(told.world.harbour, "2", None, "Ben Adeyemi");
        told.pass(1);
        let (ida, _) = told.world.record(spoke, "3", None, "Ida Lund");
        assert_eq!(told.collect(), 2);
        assert_eq!(told.collect(), 0);
        assert!(told.work() && told.work() && !told.work());
        for customer in [maya, ida] {
            let heard = receiver.heard();
            assert!(heard.contains(&customer.to_string()), "{heard}");
            assert!(heard.contains("\"type\":\"customer_recorded\"") && !heard.contains("Okafor"));
        }
        assert_eq!(told.states(), [state("delivered", 1), state("delivered", 1)]);
    }
}

#[test]
fn what_fails_is_tried_eight_times_and_then_the_next_one_comes() {
    for world in worlds() {
        let receiver = Receiver::of([vec![ERROR; 8], vec![OK, OK]].concat());
        let spoke = world.spoke;
        let told = told(world, spoke, &receiver);
        told.world.record(spoke, "1", None, "Maya Okafor");
        told.world.record(spoke, "3", None, "Ida Lund");
        assert_eq!(told.collect(), 2);
        let minute = TimeMs::MINUTE;
        for wait in [5_000, 5 * minute, 30 * minute, 120 * minute, 300 * minute, 600 * minute] {
            assert!(told.work());
            told.pass(wait - 1);
            assert!(!told.work(), "not before {wait}");
            told.pass(1);
        }
        assert!(told.work());
        told.pass(600 * minute);
        assert!(told.work());
        assert_eq!(told.states(), [state("dead", 8), state("waiting", 0)]);
        let owner = told.owner;
        let shown = told.world.db.read(move |cx| endpoints(cx, owner)).unwrap();
        assert_eq!(shown[0].last_error, "it answered 500");
        assert!(told.work() && !told.work());
        assert_eq!(told.states(), [state("dead", 8), state("delivered", 1)]);

        let (id, now) = (told.id, told.world.clock.now());
        let all = told.world.db.read(move |cx| deliveries(cx, owner, id)).unwrap();
        let dead = all[1].touch;
        told.world.db.write(move |tx| again(tx, owner, id, dead, now)).unwrap();
        assert!(told.work());
        assert_eq!(told.states(), [state("delivered", 1), state("delivered", 1)]);
    }
}

#[test]
fn who_is_gone_is_called_no_more() {
    for world in worlds() {
        let receiver = Receiver::new(Answer::Bytes("HTTP/1.1 410 Gone\r\n\r\n"));
        let spoke = world.spoke;
        let told = told(world, spoke, &receiver);
        told.world.record(spoke, "1", None, "Maya Okafor");
        told.world.record(spoke, "3", None, "Ida Lund");
        told.collect();
        assert!(told.work() && !told.work());
        assert_eq!(told.states(), [state("dead", 1), state("waiting", 0)]);
    }
}

#[test]
fn an_endpoint_is_its_organisations_alone_and_its_secret_can_be_renewed() {
    for world in worlds() {
        let receiver = Receiver::of(vec![OK, OK]);
        let (spoke, harbour) = (world.spoke, world.harbour);
        let told = told(world, spoke, &receiver);
        let (id, owner, now) = (told.id, told.owner, told.world.clock.now());
        let other = Owner { organisation: harbour, ..owner };
        told.world.db.write(move |tx| remove(tx, other, id)).unwrap_err();
        let vault = told.vault.clone();
        told.world.db.write(move |tx| rotate(tx, &vault, owner, id, now)).unwrap();
        for expected in [2, 1] {
            told.world.record(spoke, &expected.to_string(), None, "Maya Okafor");
            told.collect();
            assert!(told.work());
            assert_eq!(receiver.heard().matches("v1,").count(), expected);
            told.pass(OVERLAP_MS);
        }
        told.world.db.write(move |tx| remove(tx, owner, id)).unwrap();
        assert!(!told.work());
    }
}

#[test]
fn what_harbour_may_not_see_any_more_is_not_told() {
    for world in worlds() {
        let receiver = Receiver::new(OK);
        let (spoke, harbour, network) = (world.spoke, world.harbour, world.network);
        let level = Level::Full;
        let (from_tie, purpose) = (false, None);
        let class = Class::Identity;
        world.agree(harbour, &[Grant { tie: Tie::Serves, class, level, from_tie, purpose }]);
        let told = told(world, harbour, &receiver);
        let (maya, _) = told.world.record(spoke, "1", None, "Maya Okafor");
        assert_eq!(told.collect(), 0, "Harbour has no tie with Maya");
        let (brand, now) = (told.world.brand, told.world.clock.now());
        let author = told.world.author(brand);
        let why = "Looks after the bicycle".to_owned();
        let new = ByHand { organisation: harbour, tie: Tie::Serves, from: None, until: None, why };
        let tied = told.world.db.write(move |tx| {
            let lens = Lens::system(network, brand, SystemReason::Demo);
            ties::make(tx, &lens, &author, now, maya, &new)
        });
        tied.unwrap();
        assert_eq!(told.collect(), 1);
        told.world.agree(harbour, &[]);
        assert!(told.work() && !told.work());
        assert_eq!(told.states(), [state("withdrawn", 0)]);
        assert!(told.world.db.read(move |cx| store::due(cx, network, now)).unwrap().is_none());
    }
}
