use axum::http::StatusCode;
use handfast_kit::{OrganisationId, TimeMs};
use handfast_record::{
    CustomerId,
    customers::{self, Details},
    matching,
};
use handfast_web::Role;

use super::world::{Answered, World, worlds};

fn nia(family: &str, phone: &str, email: &str) -> Details {
    Details {
        name: format!("Nia {family}"),
        given_name: "Nia".to_owned(),
        family_name: family.to_owned(),
        phone: phone.to_owned(),
        email: email.to_owned(),
        street: "8 Kirkgate".to_owned(),
        postcode: "LS1 6BY".to_owned(),
        city: "Leeds".to_owned(),
        ..Details::default()
    }
}

const PHONE: &str = "0113 496 0172";
const EMAIL: &str = "nia.prydderch@example.com";

/// Matches what waits, as the server does all the time.
fn work(world: &World) {
    loop {
        let (network, now) = (world.at.network, world.at.clock.now());
        let worked = world.at.db.write(move |tx| matching::work(tx, network, now, 500)).unwrap();
        if !worked.is_more {
            return;
        }
    }
}

/// A record that no source gave a key.
fn keep(world: &World, of: OrganisationId, external_ref: &str, details: Details) -> CustomerId {
    let customer = world.record(of, external_ref, None, details);
    world.at.clock.advance(TimeMs::MINUTE);
    customer
}

/// Two records of which their own shop says that they are one, and the model does not.
async fn doubtful(world: &World) -> (CustomerId, CustomerId) {
    let first = keep(world, world.at.spoke, "SC-1", nia("Prydderch", PHONE, ""));
    let tom = Details {
        name: "Tom Blackwood".to_owned(),
        phone: "0113 496 0179".to_owned(),
        city: "Hull".to_owned(),
        ..Details::default()
    };
    let second = keep(world, world.at.spoke, "SC-2", tom);
    work(world);
    let priya = world.priya();
    let path = format!("/customers/{first}/merging?other={second}");
    let text = priya.get(&path).await.text;
    assert!(text.contains("If you join them"), "{text}");
    let record = |customer: CustomerId| {
        let lens = world.at.lens(world.at.brand);
        world.at.db.read(|cx| customers::find(cx, &lens, customer)).unwrap().unwrap().records[0].id
    };
    let form = format!("record={}&other={}&answer=same", record(first), record(second));
    let said = world.dev().post("/duplicates", &form).await;
    assert_eq!(said.location, "/duplicates?saved=same", "{}", said.text);
    work(world);
    (first, second)
}

/// The address of the first pair on a page.
fn first(page: &Answered) -> String {
    let rest = page.text.split_once("class=\"row-title\" href=\"/matching/");
    let rest = rest.unwrap_or_else(|| panic!("no pair in {}", page.text)).1;
    format!("/matching/{}", rest.split_once('"').unwrap().0)
}

/// The first address on a page that ends so.
fn way(page: &Answered, end: &str) -> String {
    let mut parts = page.text.split("href=\"").skip(1).map(|part| part.split_once('"').unwrap().0);
    let way = parts.find(|part| part.ends_with(end));
    way.unwrap_or_else(|| panic!("nothing ends with {end} in {}", page.text)).to_owned()
}

#[tokio::test]
async fn what_the_model_joined_says_why_and_is_taken_apart_for_good() {
    for world in worlds() {
        let priya = world.priya();
        let first = keep(&world, world.at.spoke, "SC-1", nia("Prydderch", PHONE, EMAIL));
        let second = keep(&world, world.at.harbour, "HW-1", nia("Pryderch", PHONE, EMAIL));
        work(&world);
        let page = priya.get(&format!("/customers/{first}")).await;
        assert!(page.says("2 records, one person"), "{}", page.text);
        assert!(page.says(&format!("/customers/{first}/matches")));

        let why = priya.get(&format!("/customers/{second}/matches")).await;
        assert_eq!(why.location, format!("/customers/{first}/matches"));
        let why = priya.get(&why.location).await;
        for text in ["What links them", "1 was joined later", "SC-1", "HW-1", "by the model"] {
            assert!(why.says(text), "{text}: {}", why.text);
        }
        let parting = way(&why, "/parting");
        let preview = priya.get(&parting).await;
        for text in
            ["Nia Pryderch of Harbour Wheelworks becomes", "1 record goes back", "No partner"]
        {
            assert!(preview.says(text), "{text}: {}", preview.text);
        }
        let parted = priya.post(&parting, "why=Two+sisters").await;
        let back = format!("/customers/{first}/matches?saved=parted");
        assert_eq!(parted.location, back, "{}", parted.text);
        assert!(priya.get(&back).await.says("They are two again, as they were before."));
        work(&world);
        for (customer, has, misses) in [(first, "SC-1", "HW-1"), (second, "HW-1", "SC-1")] {
            let page = priya.get(&format!("/customers/{customer}/matches")).await;
            assert!(page.says(has) && !page.says(misses), "{}", page.text);
        }
        let again = priya.get(&parting).await;
        assert_eq!(again.status, StatusCode::NOT_FOUND);
        let late = priya.post(&parting, "why=Two+sisters").await;
        assert_eq!(late.status, StatusCode::NOT_FOUND);
        let decided = priya.get("/matching?which=decided").await;
        assert!(!decided.says("Nothing waits"), "{}", decided.text);
    }
}

#[tokio::test]
async fn a_person_decides_a_doubtful_pair_side_by_side() {
    for world in worlds() {
        let (one, other) = doubtful(&world).await;
        let priya = world.priya();
        let queue = priya.get("/matching").await;
        assert!(queue.says("1 pair of records may be one person."), "{}", queue.text);
        assert!(queue.says("Tom Blackwood") && queue.says("Spoke &#38; Chain"), "{}", queue.text);
        let path = first(&queue);
        let page = priya.get(&path).await;
        for text in [
            "Is this one person?",
            "<mark>2</mark>",
            "1 character differs",
            "Something else",
            "If you join them",
            "Spoke &#38; Chain would learn of it",
            "Spoke &#38; Chain says that they are one customer",
            "Dev Patel, Spoke &#38; Chain, today at",
        ] {
            assert!(page.says(text), "{text}: {}", page.text);
        }
        let nothing = priya.post(&format!("{path}/decision"), "why=").await;
        assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(nothing.says("Choose one of the answers."), "{}", nothing.text);
        let long = format!("answer=same&why={}", "a".repeat(501));
        let long = priya.post(&format!("{path}/decision"), &long).await;
        assert_eq!(long.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", long.text);

        let skipped = priya.post(&format!("{path}/decision"), "answer=skip").await;
        assert_eq!(skipped.location, "/matching?saved=skipped");
        assert!(priya.get("/matching").await.says("Nothing waits for you"));
        assert_eq!(first(&priya.get("/matching?which=skipped").await), path);

        world.at.clock.advance(TimeMs::MINUTE);
        let same = priya.post(&format!("{path}/decision"), "answer=same&why=Asked+her").await;
        assert_eq!(same.location, "/matching?saved=joined", "{}", same.text);
        let joined = priya.get(&path).await;
        assert!(joined.says("These are one person") && joined.says("Asked her"));
        assert!(joined.says("Same person") && joined.says("Skipped"), "{}", joined.text);
        let why = priya.get(&format!("/customers/{one}/matches")).await;
        assert!(why.says("Decided by a person") && why.says("Priya Nair"), "{}", why.text);
        let moved = priya.get(&format!("/customers/{other}")).await;
        assert_eq!(moved.location, format!("/customers/{one}"));
        let told = priya.get(&format!("/customers/{one}")).await;
        assert!(told.says("found that another record is"), "{}", told.text);

        world.at.clock.advance(TimeMs::MINUTE);
        let apart = priya.post(&format!("{path}/decision"), "answer=apart&why=Her+twin").await;
        assert_eq!(apart.location, "/matching?saved=apart", "{}", apart.text);
        work(&world);
        assert_eq!(priya.get(&format!("/customers/{other}")).await.status, StatusCode::OK);
        assert_eq!(first(&priya.get("/matching?which=decided").await), path);
    }
}

#[tokio::test]
async fn whoever_knows_joins_two_by_hand_and_undoes_it() {
    for world in worlds() {
        let priya = world.priya();
        let one = keep(&world, world.at.brand, "AUR-1", nia("Prydderch", PHONE, ""));
        let ben = Details { name: "Ben Hartley".to_owned(), ..Details::default() };
        let ben = keep(&world, world.at.spoke, "SC-9", ben);
        work(&world);
        let page = priya.get(&format!("/customers/{one}")).await;
        assert!(page.says("The same person as") && !page.says("Why these are one person"));
        let path = format!("/customers/{one}/merging");
        let found = priya.get(&format!("{path}?q=nobody")).await;
        assert!(found.says("Nobody else is found for “nobody”"), "{}", found.text);
        let found = priya.get(&format!("{path}?q=hart")).await;
        assert!(found.says("Ben Hartley") && found.says(&format!("?other={ben}")));
        let preview = priya.get(&format!("{path}?other={ben}")).await;
        for text in ["If you join them", "Something else", "can be undone exactly"] {
            assert!(preview.says(text), "{text}: {}", preview.text);
        }
        let nobody = priya.post(&path, "other=").await;
        assert_eq!(nobody.status, StatusCode::UNPROCESSABLE_ENTITY);
        let itself = priya.post(&path, &format!("other={one}")).await;
        assert!(itself.status.is_client_error(), "{}", itself.text);

        let joined = priya.post(&path, &format!("other={ben}&why=She+married")).await;
        assert_eq!(joined.location, format!("/customers/{one}/matches?saved=joined"));
        let why = priya.get(&joined.location).await;
        assert!(why.says("They are one person now.") && why.says("She married"), "{}", why.text);
        assert!(why.says("by Priya Nair"), "{}", why.text);
        let parting = way(&why, "/parting");
        // Of what people said, the latest counts.
        world.at.clock.advance(TimeMs::MINUTE);
        priya.post(&parting, "").await;
        work(&world);
        let page = priya.get(&format!("/customers/{ben}")).await;
        assert!(page.says("Ben Hartley"), "{} {}", page.location, page.text);
    }
}

#[tokio::test]
async fn a_partner_answers_for_its_own_records_and_learns_nothing_of_others() {
    for world in worlds() {
        keep(&world, world.at.spoke, "SC-1", nia("Prydderch", PHONE, EMAIL));
        let one = keep(&world, world.at.spoke, "SC-2", nia("Prydderch", PHONE, EMAIL));
        work(&world);
        let priya = world.priya();
        let merged = priya.get(&format!("/customers/{one}")).await.location;
        let why = priya.get(&format!("{merged}/matches")).await;
        world.at.clock.advance(TimeMs::MINUTE);
        priya.post(&way(&why, "/parting"), "").await;
        keep(&world, world.at.harbour, "HW-1", nia("Pryderch", PHONE, EMAIL));
        work(&world);
        let dev = world.dev();
        let page = dev.get("/duplicates").await;
        assert!(page.says("SC-1") && page.says("SC-2"), "{}", page.text);
        assert!(!page.says("HW-1") && !page.says("Harbour"), "{}", page.text);
        for path in ["/matching", "/matching/model"] {
            assert_eq!(dev.get(path).await.status, StatusCode::FORBIDDEN);
        }
        let id = |name: &str| {
            let rest = page.text.split_once(&format!("name=\"{name}\" value=\"")).unwrap().1;
            rest.split_once('"').unwrap().0.to_owned()
        };
        let form = format!("record={}&other={}", id("record"), id("other"));
        let nothing = dev.post("/duplicates", &form).await;
        assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
        let ines = world.somebody(world.at.harbour, Role::PartnerStaff);
        let foreign = ines.post("/duplicates", &format!("{form}&answer=same")).await;
        assert_eq!(foreign.status, StatusCode::NOT_FOUND);
        let same = dev.post("/duplicates", &format!("{form}&answer=same")).await;
        assert_eq!(same.location, "/duplicates?saved=same", "{}", same.text);
        let after = dev.get("/duplicates").await;
        assert!(after.says("No two of your records look alike"), "{}", after.text);
    }
}

#[tokio::test]
async fn a_partner_sees_no_trace_of_a_merge_with_a_competitors_customer() {
    for world in worlds() {
        let first = keep(&world, world.at.spoke, "SC-1", nia("Prydderch", PHONE, EMAIL));
        let second = keep(&world, world.at.harbour, "HW-1", nia("Pryderch", PHONE, EMAIL));
        let ines = world.somebody(world.at.harbour, Role::PartnerStaff);
        let before = ines.get(&format!("/customers/{second}/matches")).await;
        assert_eq!(before.status, StatusCode::OK);
        work(&world);
        assert!(world.priya().get(&format!("/customers/{first}")).await.says("2 records"));
        let after = ines.get(&format!("/customers/{second}/matches")).await;
        let plain = |page: &Answered| {
            let from = page.place("<main");
            page.text[from..page.place("</main>")].to_owned()
        };
        assert_eq!(plain(&before), plain(&after));
        assert!(after.says("You see one record of this customer."), "{}", after.text);
        for path in [format!("/customers/{first}/matches"), format!("/customers/{first}")] {
            assert_eq!(ines.get(&path).await.status, StatusCode::NOT_FOUND);
        }
        let page = ines.get(&format!("/customers/{second}")).await;
        assert!(!page.says("SC-1") && !page.says("another record") && !page.says("Spoke"));
    }
}

#[tokio::test]
async fn the_model_page_says_how_it_decides_and_only_an_admin_runs_it() {
    for world in worlds() {
        doubtful(&world).await;
        let ellen = world.somebody(world.at.brand, Role::BrandAdmin);
        let page = ellen.get("/matching/model").await;
        for text in [
            "These weights came with Handfast.",
            "Name, best word",
            "When it joins",
            "How candidates are found",
            "Values that say nothing",
            "in doubt",
        ] {
            assert!(page.says(text), "{text}: {}", page.text);
        }
        assert!(!page.says("Run again"), "there are too few records to learn from");
        let refused = world.priya().post("/matching/model/runs", "").await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        let started = ellen.post("/matching/model/runs", "").await;
        assert_eq!(started.location, "/matching/model?saved=started");
        assert!(ellen.get(&started.location).await.says("All records are matched anew."));
    }
}
