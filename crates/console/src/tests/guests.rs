use axum::http::StatusCode;
use handfast_kit::{Day, TimeMs};
use handfast_record::{
    CustomerId,
    agreements::{self, Draft, Guests},
    customers::Details,
    sharing::{Class, Grant, Level, Tie},
};
use handfast_web::Role;

use super::world::{Somebody, World, worlds};

/// Maya, whom only the brand knows; Spoke & Chain's agreement says this of guests.
fn maya(world: &World, guests: Guests) -> CustomerId {
    let grant =
        |class, level| Grant { tie: Tie::Guest, class, level, from_tie: false, purpose: None };
    let draft = Draft {
        grants: vec![grant(Class::Identity, Level::Full), grant(Class::Case, Level::Veiled)],
        guests,
        ..Draft::signed_on(Day(20_000))
    };
    let (author, now) = (world.at.author(world.at.brand), world.at.clock.now());
    let spoke = world.at.spoke;
    let signed = world.at.db.write(move |tx| agreements::sign(tx, &author, now, spoke, &draft, 0));
    signed.unwrap();
    let details = Details {
        name: "Maya Okafor".to_owned(),
        phone: "+44 7700 900123".to_owned(),
        ..Details::default()
    };
    world.record(world.at.brand, "AUR-1", None, details)
}

/// Where the page of an asking for this key is.
async fn asks(dev: &Somebody<'_>, key: &str) -> String {
    let asked = dev.post("/guests", &format!("key={key}&why=Her+brake+squeals")).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text);
    asked.location
}

/// The text between two others.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let rest = text.split_once(before).unwrap_or_else(|| panic!("no {before:?} in {text}")).1;
    rest.split_once(after).unwrap().0
}

#[tokio::test]
async fn where_guests_are_open_the_key_leads_to_the_customer_until_it_is_ended() {
    for world in worlds() {
        let maya = maya(&world, Guests::Open);
        let dev = world.dev();
        let form = dev.get("/guests").await;
        assert!(form.says("What the customer gives you") && form.says("Serve a guest"));
        assert_eq!(dev.get(&format!("/customers/{maya}")).await.status, StatusCode::NOT_FOUND);
        let page = dev.get(&asks(&dev, "07700+900123").await).await;
        for text in ["Let in", "until tomorrow at 09:40", "Maya Okafor", "End it now"] {
            assert!(page.says(text), "{text}: {}", page.text);
        }
        let customer = dev.get(&format!("/customers/{maya}")).await;
        assert_eq!(customer.status, StatusCode::OK);
        let path = between(&page.text, "method=\"post\" action=\"/guests/", "/end");
        let ended = dev.post(&format!("/guests/{path}/end"), "").await;
        assert!(dev.get(&ended.location).await.says("The access has ended"));
        assert_eq!(dev.get(&format!("/customers/{maya}")).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn the_brand_passes_a_code_on_and_the_partner_types_it() {
    for world in worlds() {
        let maya = maya(&world, Guests::Asked);
        let (dev, priya) = (world.dev(), world.priya());
        let path = asks(&dev, "%2B447700900123").await;
        let waiting = dev.get(&path).await;
        assert!(waiting.says("We asked the customer to confirm"), "{}", waiting.text);
        assert!(!waiting.says("Maya"), "a partner learns nobody’s name by asking");

        let list = priya.get("/guests").await;
        assert!(list.says("1 partner waits for a customer to confirm.") && list.says(&path));
        let asked = priya.get(&path).await;
        assert!(asked.says("Maya Okafor") && asked.says("Her brake squeals"));
        let made = priya.post(&format!("{path}/confirmation"), "").await;
        assert_eq!(made.status, StatusCode::OK, "{}", made.text);
        let code = between(&made.text, "id=\"made-code\" value=\"", "\"").to_owned();
        assert!(!priya.get(&path).await.says(&code), "shown once");
        let own = dev.post(&format!("{path}/confirmation"), "").await;
        assert_eq!(own.status, StatusCode::FORBIDDEN);

        let half = dev.post(&format!("{path}/code"), "code=12").await;
        assert_eq!(half.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(half.says("The code has six digits"));
        let number: u32 = code.parse().unwrap();
        let wrong = format!("code={:06}", (number + 1) % 1_000_000);
        let tried = dev.post(&format!("{path}/code"), &wrong).await;
        let page = dev.get(&tried.location).await;
        assert!(page.says("That code was not right. 4 tries are left."), "{}", page.text);
        let right = dev.post(&format!("{path}/code"), &format!("code={code}")).await;
        assert!(dev.get(&right.location).await.says("Maya Okafor"));
        assert_eq!(dev.get(&format!("/customers/{maya}")).await.status, StatusCode::OK);
        let rival = world.somebody(world.at.harbour, Role::PartnerAdmin);
        assert_eq!(rival.get(&path).await.status, StatusCode::NOT_FOUND);
        assert!(!rival.get("/guests").await.says(&path));
    }
}

#[tokio::test]
async fn a_page_says_the_same_to_the_letter_whether_the_key_leads_to_somebody_or_not() {
    for world in worlds() {
        maya(&world, Guests::Asked);
        let (dev, priya) = (world.dev(), world.priya());
        let found = asks(&dev, "%2B447700900123").await;
        let missing = asks(&dev, "%2B447700900999").await;
        let mut pages = Vec::new();
        for path in [&found, &missing] {
            let page = dev.get(path).await.text.replace(path.as_str(), "PATH");
            // Every page has its own token against forged forms.
            let csrf = between(&page, "name=\"csrf\" value=\"", "\"").to_owned();
            pages.push(page.replace(&csrf, "CSRF"));
        }
        assert_eq!(pages[0], pages[1]);
        assert!(priya.get(&missing).await.says("There is nobody to ask"));
        let none = priya.post(&format!("{missing}/confirmation"), "").await;
        assert_eq!(none.status, StatusCode::CONFLICT);
    }
}

#[tokio::test]
async fn the_customer_reads_behind_the_link_what_is_asked_and_presses_once() {
    for world in worlds() {
        let maya = maya(&world, Guests::Asked);
        let (dev, priya, customer) = (world.dev(), world.priya(), world.stranger());
        let path = asks(&dev, "%2B447700900123").await;
        let made = priya.post(&format!("{path}/confirmation"), "").await;
        let link = between(&made.text, "id=\"made-link\" value=\"", "\"");
        let link = link.strip_prefix("http://localhost:8080").unwrap().to_owned();
        for _ in 0..2 {
            let page = customer.get(&link).await;
            for text in [
                "Let Spoke &#38; Chain in?",
                "Her brake squeals",
                "For 24 hours it would see",
                "Name",
                "Cases, without the names of others",
                "good for 30 minutes more",
            ] {
                assert!(page.says(text), "{text}: {}", page.text);
            }
            assert!(!page.says("Maya"), "who finds the link learns no name by it");
        }
        assert_eq!(dev.get(&format!("/customers/{maya}")).await.status, StatusCode::NOT_FOUND);
        let unsaid = customer.post(&link, "answer=perhaps").await;
        assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
        let done = customer.post(&link, "answer=yes").await;
        assert!(done.says("They are let in"), "{}", done.text);
        assert_eq!(dev.get(&format!("/customers/{maya}")).await.status, StatusCode::OK);
        for gone in [customer.get(&link).await, customer.post(&link, "answer=no").await] {
            assert_eq!(gone.status, StatusCode::GONE);
        }
        world.at.clock.advance(TimeMs::DAY);
        assert_eq!(dev.get(&format!("/customers/{maya}")).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn who_has_no_agreement_and_who_gives_no_reason_is_told_what_to_do() {
    for world in worlds() {
        maya(&world, Guests::Asked);
        let rival = world.somebody(world.at.harbour, Role::PartnerStaff);
        let refused = rival.post("/guests", "key=07700+900123&why=Her+brake+squeals").await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert!(refused.says("Aurora Cycles has no agreement with you that covers guests."));
        assert!(refused.says("Her brake squeals</textarea>"), "what was typed is kept");
        let dev = world.dev();
        let empty = dev.post("/guests", "key=&why=").await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(empty.says("Write what the customer gave you."));
        let short = dev.post("/guests", "key=07700+900123&why=no").await;
        assert!(short.says("5 to 500 characters"));
        let auditor = world.somebody(world.at.spoke, Role::Auditor);
        assert!(!auditor.get("/guests").await.says("What the customer gives you"));
    }
}

#[tokio::test]
async fn who_asks_around_is_told_when_to_go_on() {
    for world in worlds() {
        maya(&world, Guests::Asked);
        let dev = world.dev();
        for n in 0..20 {
            asks(&dev, &format!("order+{n}")).await;
        }
        let stopped = dev.post("/guests", "key=07700+900123&why=Her+brake+squeals").await;
        assert_eq!(stopped.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(stopped.says("Try again in 61 minutes."), "{}", stopped.text);
    }
}
