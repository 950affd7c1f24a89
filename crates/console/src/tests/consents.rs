use axum::http::StatusCode;
use handfast_record::{CustomerId, consents, customers::Details, sharing::Purpose};
use handfast_web::Role;

use super::world::{World, worlds};

/// Maya, whom Spoke & Chain and Harbour Wheelworks serve.
fn maya(world: &World) -> CustomerId {
    let named = || Details { name: "Maya Okafor".to_owned(), ..Details::default() };
    world.record(world.at.harbour, "HW-2", Some("maya"), named());
    world.record(world.at.spoke, "SC-7", Some("maya"), named())
}

#[tokio::test]
async fn what_is_said_stands_in_the_table_with_its_words_and_can_be_taken_back() {
    for world in worlds() {
        let maya = maya(&world);
        let path = format!("/customers/{maya}/consents");
        let priya = world.priya();
        let page = priya.get(&path).await;
        for text in [
            "What Maya allows",
            "Maya has said nothing yet.",
            "To make offers",
            "I would like to get offers that fit me.",
            "Hidden until a yes",
            "Permitted until a no",
            "Harbour Wheelworks</option>",
        ] {
            assert!(page.says(text), "{text}: {}", page.text);
        }
        let spoke = world.at.spoke;
        let said = format!("about=offers&to={spoke}&answer=yes&channel=phone&texts=offers%3D1");
        let done = priya.post(&path, &said).await;
        assert_eq!(done.location, format!("{path}?saved=said"));
        let page = priya.get(&done.location).await;
        for text in [
            "in force from the next page on",
            "Maya said yes to 1 thing.",
            "On the phone, today at 09:40, to Priya Nair, Aurora Cycles. Version 1 of the text.",
        ] {
            assert!(page.says(text), "{text}: {}", page.text);
        }
        // The link beside it leads to the form with the no in it, and the words above it.
        let form = priya.get(&format!("{path}?about=offers&to={spoke}&answer=no")).await;
        assert!(form.says("value=\"no\" checked"));
        assert!(form.says("<blockquote>“I would like to get offers that fit me."));
        assert!(form.says(&format!("<option value=\"{spoke}\" selected>")));

        let back = format!("about=offers&to={spoke}&answer=unsaid&channel=mail");
        let done = priya.post(&path, &back).await;
        assert!(priya.get(&done.location).await.says("It is unsaid again."));
        let again = priya.post(&path, &back).await;
        assert_eq!(again.status, StatusCode::CONFLICT);
        assert!(again.says("the customer has said nothing about it"));
        let timeline = priya.get(&format!("/customers/{maya}")).await;
        assert!(timeline.says("said yes to offers, for"), "{}", timeline.text);
        assert!(timeline.says("took back the word on offers, for"));
    }
}

#[tokio::test]
async fn a_form_that_is_refused_keeps_what_was_chosen_and_says_all_that_is_missing() {
    for world in worlds() {
        let path = format!("/customers/{}/consents", maya(&world));
        let page = world.priya().post(&path, "about=research&to=everybody").await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.says("What the customer said was not recorded"));
        assert!(page.says("Choose what the customer said."));
        assert!(page.says("Choose how the customer said it."));
        assert!(page.says("<option value=\"research\" selected>"));
    }
}

#[tokio::test]
async fn a_partner_records_what_names_itself_and_never_sees_who_else_is_named() {
    for world in worlds() {
        let maya = maya(&world);
        let path = format!("/customers/{maya}/consents");
        let (priya, dev, harbour) = (world.priya(), world.dev(), world.at.harbour);
        let of_harbour = format!("about=research&to={harbour}&answer=yes&channel=web");
        priya.post(&path, &of_harbour).await;
        let page = dev.get(&path).await;
        assert!(page.says("You see what names Spoke &#38; Chain"), "{}", page.text);
        assert!(page.says("Maya has said nothing yet."));
        assert!(!page.says("Harbour") && !page.says(&harbour.to_string()));
        assert!(!page.says("Freeze the record") && !page.says("id=\"to\""));

        // Whomever its form names, a partner speaks of itself.
        let done = dev.post(&path, &of_harbour.replace("yes", "no")).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER);
        let page = dev.get(&path).await;
        assert!(page.says("Maya said no to 1 thing."));
        assert!(page.says("to Dev Patel, Spoke &#38; Chain."));
        let (network, brand) = (world.at.network, world.at.lens(world.at.brand));
        let said = world.at.db.read(move |cx| consents::of_customer(cx, &brand, maya)).unwrap();
        let of = |id| said.iter().find(|one| one.about.organisation == Some(id)).unwrap().allowed;
        assert_eq!((of(harbour), of(world.at.spoke)), (true, false));
        let texts = world.at.db.read(move |cx| consents::texts(cx, network)).unwrap();
        assert_eq!(texts.len(), Purpose::ALL.len());
    }
}

#[tokio::test]
async fn the_brand_freezes_with_a_reason_that_partners_do_not_read() {
    for world in worlds() {
        let maya = maya(&world);
        let at = |what: &str| format!("/customers/{maya}/{what}");
        let (priya, dev) = (world.priya(), world.dev());
        let blank = priya.post(&at("freeze"), "why=").await;
        assert_eq!(blank.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(blank.says("A reason has 1 to 500 characters."));
        let refused = dev.post(&at("freeze"), "why=mine").await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);

        let done = priya.post(&at("freeze"), "why=She+disputes+the+invoice").await;
        let page = priya.get(&done.location).await;
        for text in ["The record is frozen.", "Frozen since today", "She disputes the invoice"] {
            assert!(page.says(text), "{text}");
        }
        let page = dev.get(&at("consents")).await;
        assert!(page.says("Frozen since today") && page.says("Ask Aurora Cycles why."));
        assert!(!page.says("disputes") && !page.says("Release the record"));
        assert_eq!(dev.post(&at("release"), "").await.status, StatusCode::FORBIDDEN);
        let done = priya.post(&at("release"), "").await;
        assert!(priya.get(&done.location).await.says("The record is released."));
        assert!(!dev.get(&at("consents")).await.says("Frozen since"));
        let timeline = priya.get(&format!("/customers/{maya}")).await;
        assert!(timeline.says("froze the record") && timeline.says("released the record"));
        let timeline = dev.get(&format!("/customers/{maya}")).await;
        assert!(!timeline.says("froze the record") && !timeline.says("disputes"));
        let again = priya.post(&at("release"), "").await;
        assert_eq!(again.status, StatusCode::CONFLICT);
        assert!(again.says("The record was not released"), "{}", again.text);
    }
}

#[tokio::test]
async fn an_auditor_reads_and_an_invisible_customer_is_a_missing_one() {
    for world in worlds() {
        let path = format!("/customers/{}/consents", maya(&world));
        let auditor = world.somebody(world.at.brand, Role::Auditor);
        let page = auditor.get(&path).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(!page.says("Record it") && !page.says("Freeze the record"));
        let rosa = Details { name: "Rosa".to_owned(), ..Details::default() };
        let rosa = world.record(world.at.harbour, "HW-3", None, rosa);
        let word = "about=offers&to=everybody&answer=yes&channel=phone";
        for customer in [rosa, CustomerId::random()] {
            let path = format!("/customers/{customer}/consents");
            for answer in [world.dev().get(&path).await, world.dev().post(&path, word).await] {
                assert_eq!(answer.status, StatusCode::NOT_FOUND);
            }
        }
    }
}
