use axum::http::StatusCode;
use handfast_kit::{Day, TimeMs};
use handfast_record::{
    CustomerId,
    agreements::{self, Draft},
    customers::Details,
    sharing::{Class, Grant, Level, Tie},
};
use handfast_web::Role;

use super::world::{World, worlds};

/// Maya, of whom the brand and Spoke & Chain have records; the agreement shows her name.
fn maya(world: &World) -> CustomerId {
    let grant = Grant {
        tie: Tie::Owner,
        class: Class::Identity,
        level: Level::Full,
        from_tie: false,
        purpose: None,
    };
    let draft = Draft { grants: vec![grant], ..Draft::signed_on(Day(20_000)) };
    let (author, now) = (world.at.author(world.at.brand), world.at.clock.now());
    let spoke = world.at.spoke;
    let signed = world.at.db.write(move |tx| agreements::sign(tx, &author, now, spoke, &draft, 0));
    signed.unwrap();
    let details = |name: &str| Details { name: name.to_owned(), ..Details::default() };
    let street = "3 Quay".to_owned();
    let of_brand = Details { street, ..details("Maya Okafor") };
    world.record(world.at.brand, "AUR-1", Some("maya"), of_brand);
    world.record(world.at.spoke, "SC-7", Some("maya"), details("Maya Okafor"))
}

/// The id of the first request on a page.
fn first(text: &str) -> String {
    let rest = text.split_once("id=\"r-").unwrap_or_else(|| panic!("no request in {text}")).1;
    rest.split_once('"').unwrap().0.to_owned()
}

#[tokio::test]
async fn a_partner_asks_the_brand_answers_and_what_was_allowed_is_shown_until_it_ends() {
    for world in worlds() {
        let maya = maya(&world);
        let (dev, priya) = (world.dev(), world.priya());
        let ask = format!("/customers/{maya}/requests");
        let form = dev.get(&ask).await;
        assert!(form.says("What you need to see of Maya Okafor") && form.says("value=\"address\""));
        let asked = dev.post(&ask, "class=address&class=contact&why=For+her+insurer").await;
        assert_eq!(asked.location, "/requests?saved=asked");
        assert!(dev.get(&asked.location).await.says("The brand was asked."));
        assert!(dev.get(&ask).await.says("Your organisation asked already"));
        let again = dev.post(&ask, "class=case&why=For+her+insurer").await;
        assert_eq!(again.status, StatusCode::CONFLICT);

        let page = priya.get("/requests").await;
        for text in
            ["1 request waits for your answer.", "Spoke &#38; Chain asks to see", "24 h left"]
        {
            assert!(page.says(text), "{text}: {}", page.text);
        }
        let id = first(&page.text);
        let path = format!("/requests/{id}/answer");
        let wordless = priya.post(&path, "answer=yes&class=address&days=3").await;
        assert_eq!(wordless.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wordless.says(&format!("href=\"#text-{id}\"")), "{}", wordless.text);
        let words = "text=Only+for+the+claim";
        let dayless = priya.post(&path, &format!("answer=yes&class=address&{words}")).await;
        assert!(dayless.says("Write for how many days, 1 to 365."));
        assert!(!dev.get(&format!("/customers/{maya}")).await.says("3 Quay"));

        let answer = format!("answer=yes&class=address&days=3&{words}");
        assert_eq!(priya.post(&path, &answer).await.location, "/requests?saved=answered");
        let seen = dev.get(&format!("/customers/{maya}")).await;
        assert!(seen.says("3 Quay"), "{}", seen.text);
        let own = dev.get("/requests").await;
        for text in ["Allowed", "until 15 March at 09:40", "Only for the claim", "End now"] {
            assert!(own.says(text), "{text}: {}", own.text);
        }
        let twice = priya.post(&path, &answer).await;
        assert_eq!(twice.status, StatusCode::CONFLICT);
        world.at.clock.advance(3 * TimeMs::DAY);
        assert!(!dev.get(&format!("/customers/{maya}")).await.says("3 Quay"));
    }
}

#[tokio::test]
async fn a_no_comes_with_words_and_a_request_can_be_withdrawn() {
    for world in worlds() {
        let maya = maya(&world);
        let (dev, priya) = (world.dev(), world.priya());
        let ask = format!("/customers/{maya}/requests");
        let nothing = dev.post(&ask, "why=For+her+insurer").await;
        assert!(nothing.says("Choose at least one kind of entry"), "{}", nothing.text);
        dev.post(&ask, "class=case&why=For+her+insurer").await;
        let id = first(&priya.get("/requests").await.text);
        let refused = format!("/requests/{id}/answer");
        priya.post(&refused, "answer=no&class=case&text=Ask+her+yourself").await;
        let own = dev.get("/requests").await;
        assert!(own.says("Refused") && own.says("Ask her yourself"), "{}", own.text);

        dev.post(&ask, "class=case&why=For+her+insurer").await;
        let id = first(&dev.get("/requests").await.text);
        let gone = dev.post(&format!("/requests/{id}/withdrawal"), "").await;
        assert!(dev.get(&gone.location).await.says("The request was withdrawn."));
        let late = priya.post(&format!("/requests/{id}/answer"), "answer=no&text=Too+late").await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        assert!(late.says("answered or withdrawn already"));
    }
}

#[tokio::test]
async fn a_competitor_reads_nothing_of_a_request_and_cannot_touch_it() {
    for world in worlds() {
        let maya = maya(&world);
        let dev = world.dev();
        dev.post(&format!("/customers/{maya}/requests"), "class=case&why=For+her+insurer").await;
        let id = first(&dev.get("/requests").await.text);
        let rival = world.somebody(world.at.harbour, Role::PartnerAdmin);
        let page = rival.get("/requests").await;
        assert!(!page.says(&id) && !page.says("Maya") && !page.says("insurer"));
        for (end, status) in [
            ("withdrawal", StatusCode::NOT_FOUND),
            ("end", StatusCode::NOT_FOUND),
            ("answer", StatusCode::FORBIDDEN),
        ] {
            let tried =
                rival.post(&format!("/requests/{id}/{end}"), "answer=no&text=Nonsense").await;
            assert_eq!(tried.status, status, "{end}");
        }
        let hidden = rival.get(&format!("/customers/{maya}/requests")).await;
        assert_eq!(hidden.status, StatusCode::NOT_FOUND);
        // The brand has nobody to ask, and is led to the customer, if there is one.
        let priya = world.priya();
        let led = priya.get(&format!("/customers/{maya}/requests")).await;
        assert_eq!(led.location, format!("/customers/{maya}"));
        let nobody = CustomerId::random();
        let missing = priya.get(&format!("/customers/{nobody}/requests")).await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn the_brand_ties_a_partner_by_hand_and_ends_it() {
    for world in worlds() {
        let maya = maya(&world);
        let (dev, priya) = (world.dev(), world.priya());
        let path = format!("/customers/{maya}/ties");
        let page = priya.get(&path).await;
        assert!(page.says("Who is tied to Maya Okafor") && page.says("Keeps a record since"));
        let spoke = world.at.spoke;
        let empty = priya.post(&path, "why=Near+her").await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(empty.says("Choose a partner.") && empty.says("Near her</textarea>"));
        let tie = format!("organisation_id={spoke}&tie=insures&days=30&why=Near+her");
        let made = priya.post(&path, &tie).await;
        assert_eq!(made.location, format!("{path}?saved=tied"), "{}", made.text);
        let page = dev.get(&path).await;
        for text in ["Insures the customer since 12 March", "until 11 April", "Near her"] {
            assert!(page.says(text), "{text}: {}", page.text);
        }
        assert!(!page.says("Tie the partner"), "only the brand ties");
        assert_eq!(priya.post(&path, &tie).await.status, StatusCode::CONFLICT);
        let end = format!("organisation_id={spoke}&tie=insures");
        assert_eq!(dev.post(&format!("{path}/end"), &end).await.status, StatusCode::FORBIDDEN);
        let ended = priya.post(&format!("{path}/end"), &end).await;
        assert!(priya.get(&ended.location).await.says("The tie has ended."));
        let again = priya.post(&format!("{path}/end"), &end).await;
        assert_eq!(again.status, StatusCode::CONFLICT);
        let rival = world.somebody(world.at.harbour, Role::PartnerAdmin);
        assert_eq!(rival.get(&path).await.status, StatusCode::NOT_FOUND);
    }
}
