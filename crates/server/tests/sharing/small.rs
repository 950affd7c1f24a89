//! Small worlds, all of them.
//!
//! Complete, `decide` against the second model:
//! - two organisations, two customers, three classes: every table of levels for one tie (4^3 for
//!   each organisation), every set of ties between them, each viewer, customer and class, for the
//!   fields, one's own entry, the other's, and the brand's;
//! - one organisation, one customer, one class: each level, each kind of line (with and without
//!   `from_tie`), each end of a tie (none, over, over this moment, over the next, never), each
//!   author, audience and moment of an entry, with and without agreement, frozen and not;
//! - the customer's word: every combination of yes, no and nothing said for everything, for a
//!   purpose and for a class, each to all, to the viewer and to another (3^9), for lines with no
//!   purpose, one that holds unless denied and one that needs consent, with and without a class
//!   allowed on request.
//!
//! Complete, statements against `decide`: every table of levels for one tie, with every set of ties
//! of one organisation; the other has the same tables in the opposite order.

use handfast_db::Engine;
use handfast_kit::{Id, OrganisationId, TimeMs};
use handfast_record::{
    CustomerId,
    customers::Details,
    organisations::Kind,
    sharing::{Class, Entry, Grant, Held, Level, Line, Masks, Purpose, Saying, Tie, World},
    testing::NOW,
    touches::Body,
};

use crate::{
    compare, model,
    plan::{Act, For, Plan, Written},
    stage::{Stage, fresh},
    truth::{Truth, line},
};

const CLASSES: [Class; 3] = [Class::Identity, Class::Message, Class::Note];

fn organisation(name: &str) -> OrganisationId {
    OrganisationId::derived(&[name.as_bytes()])
}

fn customer(name: &str) -> CustomerId {
    CustomerId::derived(&[name.as_bytes()])
}

/// The table with this number: a level for each of the three classes.
fn table(number: usize, from_tie: bool) -> Vec<Grant> {
    let level = |at: usize| Level::ALL[(number >> (2 * at)) & 3];
    let grant = |at: usize| Grant {
        tie: Tie::Sold,
        class: CLASSES[at],
        level: level(at),
        from_tie,
        purpose: None,
    };
    (0..3).map(grant).collect()
}

fn held(organisation: OrganisationId, until: TimeMs) -> Held {
    Held { organisation, tie: Tie::Sold, from: NOW.plus(-TimeMs::DAY), until, extra: 0 }
}

#[test]
fn two_organisations_two_customers_and_three_classes_without_exception() {
    let brand = organisation("brand");
    let both = [organisation("one"), organisation("other")];
    let customers = [customer("maya"), customer("ben")];
    let tables: Vec<Vec<Line>> =
        (0..64).map(|number| table(number, false).into_iter().map(line).collect()).collect();
    let mut decided = 0_u64;
    for ties in 0..16_usize {
        let mut world = World { brand: Some(brand), now: NOW, ..World::default() };
        for at in (0..4).filter(|at| ties >> at & 1 == 1) {
            world.ties.push((customers[at & 1], held(both[at >> 1], TimeMs(i64::MAX))));
        }
        for one in &tables {
            for other in &tables {
                world.agreements = vec![(both[0], one.clone()), (both[1], other.clone())];
                decided += everything(&world, brand, &both, &customers);
            }
        }
    }
    println!("{decided} decisions of small worlds");
    assert_eq!(decided, 16 * 64 * 64 * 2 * 2 * 3 * 4);
}

fn everything(
    world: &World,
    brand: OrganisationId,
    both: &[OrganisationId; 2],
    customers: &[CustomerId; 2],
) -> u64 {
    let mut decided = 0;
    for (at, viewer) in both.iter().enumerate() {
        let by = |author: OrganisationId| Entry { author, audience: None, at: NOW };
        let entries = [by(*viewer), by(both[1 - at]), by(brand)];
        for customer in customers {
            for class in CLASSES {
                model::level(world, *viewer, *customer, class, None);
                for entry in &entries {
                    model::level(world, *viewer, *customer, class, Some(entry));
                }
                decided += 4;
            }
        }
    }
    decided
}

#[test]
fn every_kind_of_line_tie_and_entry_without_exception() {
    let (brand, viewer, other) =
        (organisation("brand"), organisation("one"), organisation("other"));
    let (maya, class) = (customer("maya"), Class::Note);
    let ends = [i64::MIN, NOW.0, NOW.0 + 1, i64::MAX];
    let audiences: [Option<&[OrganisationId]>; 4] =
        [None, Some(&[]), Some(&[viewer]), Some(&[other])];
    let moments = [-TimeMs::DAY - 1, -TimeMs::DAY, 0];
    let mut entries = vec![None];
    for author in [viewer, other, brand] {
        for audience in audiences {
            for at in moments {
                entries.push(Some(Entry { author, audience, at: NOW.plus(at) }));
            }
        }
    }
    let mut decided = 0_u64;
    for number in 0..(4 * 2 * 5 * 2 * 2) {
        let (level, from_tie) = (Level::ALL[number & 3], number >> 2 & 1 == 1);
        let (signed, frozen) = (number >> 3 & 1 == 1, number >> 4 & 1 == 1);
        let mut world = World { brand: Some(brand), now: NOW, ..World::default() };
        if let Some(until) = ends.get(number >> 5) {
            world.ties.push((maya, held(viewer, TimeMs(*until))));
        }
        let grant = Grant { tie: Tie::Sold, class, level, from_tie, purpose: None };
        if signed {
            world.agreements.push((viewer, vec![line(grant)]));
        }
        world.frozen.extend(frozen.then_some(maya));
        for entry in &entries {
            model::level(&world, viewer, maya, class, entry.as_ref());
            decided += 1;
        }
    }
    assert_eq!(decided, 160 * 37);
}

#[test]
fn whatever_a_customer_says_in_every_combination() {
    let (viewer, other) = (organisation("one"), organisation("other"));
    let (maya, class) = (customer("maya"), Class::Note);
    let purposes = [None, Some(Purpose::Service), Some(Purpose::Research)];
    for purpose in purposes {
        let mut masks = Masks::default();
        masks.show(class, Level::Veiled);
        let of = purpose.unwrap_or(Purpose::Research);
        for combination in 0..3_usize.pow(9) {
            let mut world = World { now: NOW, ..World::default() };
            let line = Line { tie: Tie::Sold, purpose, from_tie: false, masks };
            world.agreements.push((viewer, vec![line]));
            let mut rest = combination;
            for organisation in [None, Some(viewer), Some(other)] {
                for (about, word) in [(None, None), (Some(of), None), (None, Some(class))] {
                    let said = rest % 3;
                    rest /= 3;
                    let allowed = said == 1;
                    let saying = Saying { purpose: about, organisation, class: word, allowed };
                    world.sayings.extend((said > 0).then_some((maya, saying)));
                }
            }
            for extra in [0, class.bit()] {
                let tie = Held { extra, ..held(viewer, TimeMs(i64::MAX)) };
                world.ties = vec![(maya, tie)];
                model::level(&world, viewer, maya, class, None);
            }
        }
    }
}

#[test]
fn every_small_table_in_statements_on_sqlite() {
    in_statements(Engine::Sqlite, 1);
}

#[test]
fn every_small_table_in_statements_on_postgresql() {
    // A share of them; the rest is the same on both.
    in_statements(Engine::Postgres, 5);
}

fn in_statements(engine: Engine, step: usize) {
    let Some(db) = fresh(engine) else { return };
    let partners = vec![Kind::Reseller, Kind::Service];
    let plan = Plan { partners, customers: vec![true; 2], acts: small_acts() };
    let mut stage = Stage::of(db, &plan);
    for ties in 0..4_usize {
        let tied = |whom: usize| {
            let (who, tie, from) = (1, Tie::Sold, NOW.plus(-TimeMs::DAY));
            if ties >> whom & 1 == 1 {
                return Act::Tie { who, whom, tie, from, until: None };
            }
            Act::TieEnds { who, whom, tie }
        };
        stage.act(&[tied(0), tied(1)]);
        for number in (0..64).step_by(step) {
            // Half of them only from the day of the tie on.
            let of = |who, number: usize| {
                let grants = table(number, (number + ties).is_multiple_of(2));
                let grants = grants.into_iter().filter(|grant| grant.level > Level::None);
                Act::Agreement { who, grants: Some(grants.collect()) }
            };
            stage.act(&[of(1, number), of(2, 63 - number)]);
            let truth = Truth::of(&stage);
            let came = compare::all(&stage, &truth, number as u64);
            let wrong = came.wrong.join("\n");
            assert!(came.wrong.is_empty(), "ties {ties}, table {number}: {wrong}");
        }
    }
}

/// Two customers, known to the brand, each with an entry of each organisation and class before and
/// after the day of the tie.
fn small_acts() -> Vec<Act> {
    let mut acts = Vec::new();
    let mut number = 0;
    for whom in 0..2 {
        let name = format!("Maya {whom}");
        let details = Details { name, ..Details::default() };
        acts.push(Act::Record { who: 0, whom, details, at: NOW.plus(-9 * TimeMs::DAY) });
        acts.push(Act::Tie { who: 2, whom, tie: Tie::Sold, from: NOW, until: None });
        for who in 0..3 {
            for (days, is_note) in [(-2, true), (-2, false), (0, true), (0, false)] {
                number += 1;
                let text = format!("t{number}z");
                let body = if is_note {
                    Body::Note { text }
                } else {
                    Body::Call { said: text, step: None }
                };
                acts.push(Act::Entry(Written {
                    who,
                    whom,
                    id: Id::derived(&[&[number]]),
                    body,
                    at: NOW.plus(days * TimeMs::DAY),
                    audience: For::All,
                }));
            }
        }
    }
    acts
}
