//! What a veil hides, wherever one looks.

use handfast_kit::{Day, TimeMs};

use crate::{
    CustomerId,
    agreements::{self, Draft},
    cases::{self, Event},
    customers::{self, Details, Incoming},
    sales::{self, Order, Price},
    sharing::{Class, Grant, Level, Tie, Who},
    testing::{NOW, World, worlds},
    touches::{self, Audience, Body, Filter, NewTouch},
};

const RESELLER: &str = "another Aurora Cycles reseller";

fn veiled(class: Class) -> Grant {
    Grant { tie: Tie::Owner, class, level: Level::Veiled, from_tie: false, purpose: None }
}

/// Maya bought at Spoke's, who took a case of hers; Harbour keeps a record of her, and is shown
/// what happened without the names of others, and no prices.
fn maya(world: &World) -> CustomerId {
    let (maya, _) = world.record(world.brand, "AUR-1", Some("maya"), "Maya Okafor");
    let spoke = world.author(world.spoke);
    let details = Details {
        name: "Maya O.".into(),
        phone: "07700 900123".into(),
        city: "Leeds".into(),
        ..Details::default()
    };
    let incoming = Incoming {
        external_ref: "SC-7".into(),
        person_key: Some("maya".into()),
        details,
        since: None,
    };
    let order = Order {
        order_ref: "SC-88213".into(),
        customer_ref: "SC-7".into(),
        status: "delivered".into(),
        ordered: NOW,
        handed_over: None,
        promised: None,
        delivered: None,
        currency: "GBP".into(),
    };
    let case = Event {
        case_ref: "SC-CASE".into(),
        customer_ref: Some("SC-7".into()),
        at: NOW,
        status: "In progress".into(),
        owner: "Spoke & Chain".into(),
        title: "Brakes squeal".into(),
        ..Event::default()
    };
    let zone = world.zone.clone();
    world
        .db
        .write(move |tx| {
            customers::receive(tx, &spoke, NOW, NOW, &incoming).unwrap();
            sales::order(tx, &spoke, &zone, (NOW, NOW), &order).unwrap();
            cases::event(tx, &spoke, NOW, &case).unwrap();
            Ok::<_, handfast_db::Fault>(())
        })
        .unwrap();
    world.record(world.harbour, "HW-1", Some("maya"), "M. Okafor");
    let classes = [Class::Identity, Class::Purchase, Class::Case, Class::Note, Class::Message];
    let draft = Draft { grants: classes.map(veiled).to_vec(), ..Draft::signed_on(Day(20_000)) };
    let (brand, harbour) = (world.author(world.brand), world.harbour);
    world.db.write(move |tx| agreements::sign(tx, &brand, NOW, harbour, &draft, 0)).unwrap();
    maya
}

#[test]
fn entries_tell_what_happened_and_not_who_did_it() {
    for world in worlds() {
        let maya = maya(&world);
        let told = world.timeline(world.harbour, maya);
        let of = |kind: &str| told.iter().find(|touch| touch.kind == kind).unwrap();
        let sale = of("sale");
        assert_eq!(sale.organisation, Who::Veiled(RESELLER.into()));
        assert_eq!((sale.record, sale.person), (None, None));
        let body = sale.body().unwrap();
        assert!(matches!(body, Body::Sale { ref order_ref, total_minor: None, .. }
            if order_ref.is_empty()));
        let step = of("case_step");
        assert!(!format!("{step:?}").contains("Spoke"), "{step:?}");
        assert_eq!(step.summary, "Case: In progress");
        let recorded: Vec<_> =
            told.iter().filter(|touch| touch.kind == "customer_recorded").collect();
        let names: Vec<_> = recorded.iter().filter_map(|touch| touch.organisation.id()).collect();
        assert!(names.contains(&world.brand), "the brand's name is no secret");
        assert!(names.contains(&world.harbour) && !names.contains(&world.spoke));
        let told = world.timeline(world.brand, maya);
        assert!(told.iter().all(|touch| touch.organisation.id().is_some()));
    }
}

#[test]
fn a_hidden_name_can_be_neither_chosen_nor_looked_for() {
    for world in worlds() {
        let maya = maya(&world);
        let count = |viewer, filter: Filter| {
            world.seen(viewer, maya, |cx, lens, sight| {
                let page = touches::timeline(cx, lens, sight, &filter, None, 50)?;
                assert_eq!(touches::count(cx, lens, sight, &filter)?, page.items.len() as i64);
                Ok(page.items.len())
            })
        };
        let by_spoke = || Filter { organisation: Some(world.spoke), ..Filter::default() };
        let saying = |text: &str| Filter { text: Some(text.into()), ..Filter::default() };
        assert!(count(world.brand, by_spoke()) > 0 && count(world.brand, saying("88213")) > 0);
        assert_eq!(count(world.harbour, by_spoke()), 0);
        assert_eq!(count(world.harbour, saying("88213")), 0);
        assert_eq!(count(world.harbour, saying("Spoke")), 0);
        let served = world.seen(world.harbour, maya, touches::served_by);
        let who: Vec<&Who> = served.iter().map(|one| &one.organisation).collect();
        assert!(who.contains(&&Who::Veiled(RESELLER.into())));
        assert!(!who.contains(&&Who::Named(world.spoke)));
    }
}

#[test]
fn records_orders_and_cases_hide_whose_they_are() {
    for world in worlds() {
        let maya = maya(&world);
        let lens = world.lens(world.harbour);
        let seen = world.db.read(|cx| customers::find(cx, &lens, maya)).unwrap().unwrap();
        let theirs = seen.records.iter().find(|record| record.by.id().is_none()).unwrap();
        assert_eq!(theirs.by, Who::Veiled(RESELLER.into()));
        assert_eq!((theirs.external_ref.as_str(), theirs.details.name.as_str()), ("", "Maya O."));
        assert_eq!((theirs.details.phone.as_str(), theirs.details.city.as_str()), ("", ""));
        let sales = world.seen(world.harbour, maya, sales::of_customer);
        assert_eq!((&sales[0].by, sales[0].price), (&Who::Veiled(RESELLER.into()), Price::Hidden));
        assert!(sales[0].order_ref.is_empty() && sales[0].organisation.is_none());
        let cases = world.seen(world.harbour, maya, cases::of_customer);
        assert_eq!(cases[0].by, Who::Veiled(RESELLER.into()));
        assert!(cases[0].owner.is_empty() && cases[0].case_ref.is_empty());
    }
}

#[test]
fn what_somebody_keeps_to_itself_is_shown_to_the_brand_alone() {
    for world in worlds() {
        let maya = maya(&world);
        let write = |of, audience, named: Vec<_>, text: &str| {
            let author = world.author(of);
            let body = Body::Note { text: text.to_owned() };
            let note = NewTouch { audience, named, ..NewTouch::new(maya.as_kind(), NOW, body) };
            let note = move |tx: &mut handfast_db::Tx<'_>| {
                touches::append(tx, &author, NOW.plus(TimeMs::MINUTE), note.clone())
            };
            world.db.write(note).unwrap();
        };
        write(world.spoke, Audience::Own, vec![], "ours");
        write(world.spoke, Audience::Named, vec![world.harbour], "for Harbour");
        write(world.spoke, Audience::Named, vec![], "for nobody else");
        write(world.spoke, Audience::Shared, vec![], "for all");
        let notes = |viewer| {
            let told = world.timeline(viewer, maya).into_iter();
            let mut notes: Vec<String> =
                told.filter(|one| one.kind == "note").map(|one| one.summary).collect();
            notes.sort();
            notes
        };
        assert_eq!(notes(world.brand), ["for Harbour", "for all", "for nobody else", "ours"]);
        assert_eq!(notes(world.spoke), notes(world.brand));
        assert_eq!(notes(world.harbour), ["for Harbour", "for all"]);
    }
}
