//! What is decided of one thing, case by case.

#![allow(clippy::unwrap_used)]

use handfast_kit::{OrganisationId, TimeMs};

use super::super::{
    Class, Entry, Held, Level, Line, Masks, PURPOSES_UNSAID, Purpose, Reason, Saying, Span, Tie,
    World, decide, permitted, rules::spans,
};
use crate::CustomerId;

const NOW: TimeMs = TimeMs(1_000);
const OPEN: TimeMs = TimeMs(i64::MAX);

fn organisation(name: &str) -> OrganisationId {
    OrganisationId::derived(&[name.as_bytes()])
}

fn brand() -> OrganisationId {
    organisation("Aurora")
}

fn shop() -> OrganisationId {
    organisation("Holt")
}

fn other() -> OrganisationId {
    organisation("Blum")
}

fn lena() -> CustomerId {
    CustomerId::derived(&[b"Lena"])
}

fn line(tie: Tie, purpose: Option<Purpose>, from_tie: bool, shown: &[(Class, Level)]) -> Line {
    let mut masks = Masks::default();
    for (class, level) in shown {
        masks.show(*class, *level);
    }
    Line { tie, purpose, from_tie, masks }
}

fn held(tie: Tie, from: i64, until: TimeMs, extra: i64) -> Held {
    Held { organisation: shop(), tie, from: TimeMs(from), until, extra }
}

/// The shop sold to Lena at 500 and is granted purchases in full, cases veiled for its service,
/// feedback from the tie on, notes as a number, and messages for research.
fn world() -> World {
    let service = Some(Purpose::Service);
    let lines = vec![
        line(
            Tie::Sold,
            None,
            false,
            &[(Class::Purchase, Level::Full), (Class::Note, Level::Count)],
        ),
        line(Tie::Sold, service, false, &[(Class::Case, Level::Veiled)]),
        line(Tie::Sold, None, true, &[(Class::Feedback, Level::Full)]),
        line(Tie::Sold, Some(Purpose::Research), false, &[(Class::Message, Level::Full)]),
        line(
            Tie::Serves,
            None,
            false,
            &[(Class::Case, Level::Full), (Class::Promise, Level::Full)],
        ),
    ];
    World {
        brand: Some(brand()),
        agreements: vec![(shop(), lines)],
        ties: vec![(lena(), held(Tie::Sold, 500, OPEN, 0))],
        now: NOW,
        ..World::default()
    }
}

fn no(purpose: Option<Purpose>, class: Option<Class>) -> (CustomerId, Saying) {
    (lena(), Saying { purpose, organisation: None, class, allowed: false })
}

fn yes(purpose: Purpose, to: Option<OrganisationId>) -> (CustomerId, Saying) {
    (lena(), Saying { purpose: Some(purpose), organisation: to, class: None, allowed: true })
}

fn entry(at: i64) -> Entry<'static> {
    Entry { author: other(), audience: None, at: TimeMs(at) }
}

fn seen(world: &World, class: Class, entry: Option<&Entry<'_>>) -> (Level, Reason) {
    let verdict = decide(world, shop(), lena(), class, entry);
    (verdict.level, verdict.reason)
}

const SOLD: Reason = Reason::Granted(Tie::Sold, None);

#[test]
fn the_brand_sees_everything_and_an_author_its_own_whatever_the_customer_said() {
    let mut world = world();
    world.frozen.push(lena());
    world.sayings.push(no(None, None));
    let named = [other()];
    let entry = Entry { author: other(), audience: Some(&named[..0]), at: NOW };
    let by = |viewer| decide(&world, viewer, lena(), Class::Note, Some(&entry)).reason;
    assert_eq!(by(brand()), Reason::Brand);
    assert_eq!(by(other()), Reason::Own);
    assert_eq!(by(shop()), Reason::Frozen);
}

#[test]
fn an_agreement_shows_each_class_at_its_level_to_its_tie_only() {
    let world = world();
    let service = Reason::Granted(Tie::Sold, Some(Purpose::Service));
    assert_eq!(seen(&world, Class::Purchase, None), (Level::Full, SOLD));
    assert_eq!(seen(&world, Class::Note, Some(&entry(1))), (Level::Count, SOLD));
    assert_eq!(seen(&world, Class::Case, Some(&entry(1))), (Level::Veiled, service));
    assert_eq!(seen(&world, Class::Promise, None), (Level::None, Reason::NoTie));
    assert_eq!(seen(&world, Class::Price, None), (Level::None, Reason::NotGranted));
}

#[test]
fn of_several_ties_the_one_that_shows_most_counts_until_the_moment_it_ends() {
    let mut world = world();
    world.ties.push((lena(), held(Tie::Serves, 100, TimeMs(NOW.0 + 1), 0)));
    let serves = Reason::Granted(Tie::Serves, None);
    assert_eq!(seen(&world, Class::Case, None), (Level::Full, serves));
    world.now = TimeMs(NOW.0 + 1);
    assert_eq!(seen(&world, Class::Case, None).0, Level::Veiled);
}

#[test]
fn without_agreement_no_tie_shows_anything_and_nor_does_a_request_that_was_allowed() {
    let mut world = world();
    world.ties.push((lena(), held(Tie::Allowed, 0, OPEN, Class::Price.bit())));
    assert_eq!(seen(&world, Class::Price, None), (Level::Full, Reason::Allowed(OPEN)));
    world.agreements.clear();
    assert_eq!(seen(&world, Class::Price, None), (Level::None, Reason::NoAgreement));
    assert_eq!(seen(&world, Class::Purchase, None), (Level::None, Reason::NoAgreement));
}

#[test]
fn what_was_allowed_yields_to_the_customers_no() {
    let mut world = world();
    world.ties.push((lena(), held(Tie::Allowed, 0, OPEN, Class::Price.bit())));
    for refusal in [no(None, None), no(None, Some(Class::Price))] {
        world.sayings = vec![refusal];
        assert_eq!(seen(&world, Class::Price, None), (Level::None, Reason::Objected));
    }
    world.sayings = vec![no(Some(Purpose::Service), None)];
    assert_eq!(seen(&world, Class::Price, None).0, Level::Full);
}

#[test]
fn an_audience_hides_from_all_it_does_not_name_and_shows_to_those_named_what_is_granted() {
    let world = world();
    let named = [shop()];
    let own = Entry { author: other(), audience: Some(&[]), at: NOW };
    let for_shop = Entry { author: other(), audience: Some(&named), at: NOW };
    assert_eq!(seen(&world, Class::Purchase, Some(&own)), (Level::None, Reason::Audience));
    assert_eq!(seen(&world, Class::Purchase, Some(&for_shop)), (Level::Full, SOLD));
    assert_eq!(seen(&world, Class::Price, Some(&for_shop)), (Level::None, Reason::NotGranted));
}

#[test]
fn a_line_from_the_day_of_the_tie_on_shows_no_earlier_entry_but_fields() {
    let world = world();
    let before = (Level::None, Reason::BeforeTie(TimeMs(500)));
    assert_eq!(seen(&world, Class::Feedback, Some(&entry(499))), before);
    assert_eq!(seen(&world, Class::Feedback, Some(&entry(500))), (Level::Full, SOLD));
    assert_eq!(seen(&world, Class::Feedback, None), (Level::Full, SOLD));
}

#[test]
fn research_needs_a_yes_and_a_no_beats_it() {
    let mut world = world();
    let research = Purpose::Research;
    let unsaid = (Level::None, Reason::NotConsented(research));
    let objected = (Level::None, Reason::Objected);
    assert_eq!(seen(&world, Class::Message, None), unsaid);
    world.sayings = vec![yes(research, Some(other()))];
    assert_eq!(seen(&world, Class::Message, None), unsaid);
    world.sayings = vec![yes(research, None)];
    assert_eq!(seen(&world, Class::Message, None).0, Level::Full);
    let (_, refusal) = no(Some(research), None);
    world.sayings.push((lena(), Saying { organisation: Some(shop()), ..refusal }));
    assert_eq!(seen(&world, Class::Message, None), objected);
    world.sayings.push(yes(research, Some(shop())));
    assert_eq!(seen(&world, Class::Message, None).0, Level::Full, "the last word stands");
    world.sayings.push(no(None, None));
    assert_eq!(seen(&world, Class::Message, None), objected);
}

#[test]
fn the_customers_word_becomes_bits_for_each_organisation() {
    let word = |sayings: &[(CustomerId, Saying)], is_frozen| {
        let sayings: Vec<Saying> = sayings.iter().map(|(_, saying)| *saying).collect();
        let permitted = permitted(&sayings, is_frozen, shop());
        (permitted.purposes, permitted.denied)
    };
    let (_, refusal) = no(None, None);
    let to_other = (lena(), Saying { organisation: Some(other()), ..refusal });
    assert_eq!(word(&[], false), (PURPOSES_UNSAID, 0));
    assert_eq!(word(&[], true), (0, 0));
    assert_eq!(word(&[to_other], false), (PURPOSES_UNSAID, 0));
    assert_eq!(word(&[no(None, None), yes(Purpose::Offers, None)], false), (0, 0));
    assert_eq!(word(&[no(Some(Purpose::Service), None)], false), (0b1101, 0));
    assert_eq!(word(&[yes(Purpose::Offers, None)], false), (0b10_1111, 0));
    let both = [no(Some(Purpose::Service), None), no(Some(Purpose::Delivery), None)];
    assert_eq!(word(&both, false), (0b1001, 0));
    assert_eq!(
        word(&[no(None, Some(Class::Case)), no(None, Some(Class::Note))], false),
        (PURPOSES_UNSAID, Class::Case.bit() | Class::Note.bit())
    );
}

#[test]
fn ties_of_others_and_with_others_show_nothing() {
    let mut world = world();
    world.ties.clear();
    let omar = CustomerId::derived(&[b"Omar"]);
    world.ties.push((omar, held(Tie::Sold, 500, OPEN, 0)));
    world.ties.push((lena(), Held { organisation: other(), ..held(Tie::Sold, 500, OPEN, 0) }));
    assert_eq!(seen(&world, Class::Purchase, None), (Level::None, Reason::NoTie));
    assert_eq!(decide(&world, shop(), omar, Class::Purchase, None).level, Level::Full);
    world.sayings.push(no(None, None));
    assert_eq!(decide(&world, shop(), omar, Class::Purchase, None).level, Level::Full);
}

#[test]
fn of_ties_that_show_the_same_the_first_is_the_reason() {
    let mut world = world();
    let lines = &mut world.agreements[0].1;
    lines.push(line(Tie::Serves, None, false, &[(Class::Purchase, Level::Full)]));
    world.ties.push((lena(), held(Tie::Serves, 1, OPEN, Class::Purchase.bit())));
    assert_eq!(seen(&world, Class::Purchase, None), (Level::Full, SOLD));
}

#[test]
fn what_the_customer_denies_of_a_class_holds_for_that_class_alone() {
    let mut world = world();
    world.sayings = vec![no(None, Some(Class::Purchase)), no(None, Some(Class::Feedback))];
    let objected = (Level::None, Reason::Objected);
    assert_eq!(seen(&world, Class::Purchase, None), objected);
    assert_eq!(seen(&world, Class::Feedback, Some(&entry(499))), objected);
    assert_eq!(seen(&world, Class::Case, None).0, Level::Veiled);
    // Words about a class, or another purpose, say nothing about research.
    world.sayings.extend([no(Some(Purpose::Offers), None), no(Some(Purpose::Insurance), None)]);
    let unsaid = Reason::NotConsented(Purpose::Research);
    assert_eq!(seen(&world, Class::Message, None), (Level::None, unsaid));
}

#[test]
fn of_all_that_stands_in_the_way_the_customers_word_is_told_first_then_the_earliest_day() {
    let mut world = world();
    let lines = &mut world.agreements[0].1;
    let research = Some(Purpose::Research);
    let offers = Some(Purpose::Offers);
    lines.extend([
        line(Tie::Sold, None, true, &[(Class::Price, Level::Full)]),
        line(Tie::Owner, None, true, &[(Class::Price, Level::Full)]),
        line(Tie::Sold, offers, false, &[(Class::Address, Level::Full)]),
        line(Tie::Owner, research, false, &[(Class::Address, Level::Full)]),
        line(Tie::Owner, None, true, &[(Class::Address, Level::Full)]),
        line(Tie::Serves, offers, false, &[(Class::Contact, Level::Full)]),
    ]);
    world.ties.push((lena(), held(Tie::Owner, 300, OPEN, 0)));
    let at = entry(200);
    let why = |world: &World, class| seen(world, class, Some(&at)).1;
    assert_eq!(why(&world, Class::Price), Reason::BeforeTie(TimeMs(300)));
    world.ties.reverse();
    assert_eq!(why(&world, Class::Price), Reason::BeforeTie(TimeMs(300)));
    assert_eq!(why(&world, Class::Address), Reason::NotConsented(Purpose::Research));
    assert_eq!(why(&world, Class::Contact), Reason::NoTie, "whatever that tie would need");
    world.ties.reverse();
    assert_eq!(why(&world, Class::Address), Reason::NotConsented(Purpose::Research));
    world.sayings.push(no(Some(Purpose::Offers), None));
    assert_eq!(why(&world, Class::Address), Reason::Objected);
}

#[test]
fn spans_say_of_every_moment_and_class_what_is_decided_of_an_entry() {
    let mut world = world();
    let lines = &mut world.agreements[0].1;
    lines.push(line(Tie::Serves, None, true, &[(Class::Message, Level::Veiled)]));
    world.ties.push((lena(), held(Tie::Serves, 700, OPEN, 0)));
    world.ties.push((lena(), held(Tie::Owner, 600, OPEN, 0)));
    let (fields, spans) = spans(&world, shop(), lena());
    let begins: Vec<i64> = spans.iter().map(|span| span.from.0).collect();
    assert_eq!(begins, [700, 500, i64::MIN], "nothing begins with the record at 600");
    for class in Class::ALL {
        assert_eq!(fields.level(class), seen(&world, class, None).0, "{class:?}");
        for at in [i64::MIN, 0, 499, 500, 501, 600, 699, 700, 701, 5_000] {
            let span = spans.iter().find(|span| span.from.0 <= at).unwrap();
            let entry = entry(at);
            assert_eq!(span.masks.level(class), seen(&world, class, Some(&entry)).0, "{at}");
        }
    }
}

#[test]
fn the_brand_has_one_span_of_everything_and_a_stranger_one_of_nothing() {
    let from = TimeMs(i64::MIN);
    let everything = vec![Span { from, masks: Masks::EVERYTHING }];
    assert_eq!(spans(&world(), brand(), lena()), (Masks::EVERYTHING, everything));
    let nothing = vec![Span { from, masks: Masks::default() }];
    assert_eq!(spans(&world(), other(), lena()), (Masks::default(), nothing.clone()));
    let mut frozen = world();
    frozen.frozen.push(lena());
    assert_eq!(spans(&frozen, shop(), lena()), (Masks::default(), nothing));
}
