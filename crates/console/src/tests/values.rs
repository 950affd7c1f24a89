//! Stories of the values on a customer's page: where each came from, why it stands, what others
//! say, and what the customer confirmed.

use axum::http::StatusCode;
use handfast_kit::TimeMs;
use handfast_record::{
    CustomerId,
    customers::{self, Details, Field},
    sharing::{Class, Grant, Lens, Level, Tie},
};
use handfast_web::Role;

use super::world::{Answered, Somebody, World, worlds};

/// Maya, who says this.
fn maya(street: &str, phone: &str) -> Details {
    Details {
        name: "Maya Okafor".to_owned(),
        street: street.to_owned(),
        phone: phone.to_owned(),
        ..Details::default()
    }
}

/// The panel of who the customer is.
fn panel(page: &Answered) -> String {
    let from = page.place("id=\"c-id\"");
    let panel = &page.text[from..];
    panel[..panel.find("</section>").unwrap()].to_owned()
}

/// The boxes of the form, by what they say.
fn boxes(page: &Answered) -> Vec<(String, String)> {
    let of = |after: &str, from: &str, to: &str| -> String {
        let begins = after.find(from).unwrap() + from.len();
        after[begins..begins + after[begins..].find(to).unwrap()].to_owned()
    };
    let forms = page.text.match_indices("name=\"confirmed\"");
    forms
        .map(|(at, _)| {
            let after = &page.text[at..];
            (of(after, "value=\"", "\""), of(after, "<span>", "</span>"))
        })
        .collect()
}

/// Ticks the one box that says this, and sends the form.
async fn tick(who: &Somebody<'_>, id: CustomerId, text: &str) -> Answered {
    let page = who.get(&format!("/customers/{id}")).await;
    let (key, _) = boxes(&page).into_iter().find(|(_, said)| said.contains(text)).unwrap();
    who.post(&format!("/customers/{id}/confirmations"), &format!("confirmed={key}")).await
}

/// A page without what is new each time: the form's id, and the token against forgery.
fn lasting(page: &Answered) -> String {
    let lines = page.text.lines().filter(|line| !line.contains("name=\"once\""));
    let text = lines.collect::<Vec<_>>().join("\n");
    let from = text.find("X-CSRF-Token\": \"").unwrap() + "X-CSRF-Token\": \"".len();
    let token = text[from..].split('"').next().unwrap().to_owned();
    text.replace(&token, "")
}

fn two_addresses(world: &World) -> CustomerId {
    world.record(world.at.brand, "A-1", Some("maya"), maya("Flat 3, 2 Mill Row", "07700 900123"));
    world.at.clock.advance(TimeMs::DAY);
    let other = maya("Flat 8, 2 Mill Row", "+44 7700 900123");
    world.record(world.at.spoke, "SC-7", Some("maya"), other)
}

#[tokio::test]
async fn each_value_says_why_it_stands_and_what_differs_is_marked() {
    for world in worlds() {
        let id = two_addresses(&world);
        let page = world.priya().get(&format!("/customers/{id}")).await;
        let panel = panel(&page);
        for text in [
            "1 value differs",
            "Flat 8, 2 Mill Row<span class=\"by\">Spoke &#38; Chain, said last, 13 March</span>",
            "1 other value",
            "Flat <mark>3</mark>, 2 Mill Row<span class=\"by\">Aurora Cycles, 12 March</span>",
        ] {
            assert!(panel.contains(text), "{text} in {panel}");
        }
        assert!(!panel.contains("2 other values"), "one number in two writings is one");
    }
}

#[tokio::test]
async fn what_the_customer_confirmed_is_ticked_on_the_page_and_stands() {
    for world in worlds() {
        let id = two_addresses(&world);
        let priya = world.priya();
        let saved = tick(&priya, id, "Flat 3").await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER);
        let page = priya.get(&saved.location).await;
        assert!(page.says("What was confirmed is saved."));
        let told = panel(&page);
        assert!(told.contains("Aurora Cycles, confirmed by Maya on 13 March"), "{told}");
        assert!(told.contains("Flat <mark>8</mark>, 2 Mill Row"));
        assert!(page.says("confirmed the address to"));

        let nothing = priya.post(&format!("/customers/{id}/confirmations"), "").await;
        assert!(priya.get(&nothing.location).await.says("Nothing was ticked"));
        let noise = priya.post(&format!("/customers/{id}/confirmations"), "confirmed=a.b").await;
        assert_eq!(noise.status, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn a_partner_ticks_its_own_values_only_and_a_reader_none() {
    for world in worlds() {
        let id = two_addresses(&world);
        let dev = world.dev();
        let page = dev.get(&format!("/customers/{id}")).await;
        let offered: Vec<String> = boxes(&page).into_iter().map(|(_, text)| text).collect();
        assert_eq!(offered.len(), 3, "{offered:?}");
        assert!(offered.iter().all(|text| !text.contains("Aurora")), "{offered:?}");
        let path = format!("/customers/{id}/confirmations");
        let (brands, _) = boxes(&world.priya().get(&format!("/customers/{id}")).await)
            .into_iter()
            .find(|(_, text)| text.contains("Flat 3"))
            .unwrap();
        let refused = dev.post(&path, &format!("confirmed={brands}")).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND);

        let reader = world.somebody(world.at.spoke, Role::Auditor);
        let page = reader.get(&format!("/customers/{id}")).await;
        assert!(boxes(&page).is_empty() && !page.says("What Maya confirmed"));
    }
}

#[tokio::test]
async fn a_record_that_changed_after_the_page_was_opened_is_not_confirmed() {
    for world in worlds() {
        let id = two_addresses(&world);
        let priya = world.priya();
        let page = priya.get(&format!("/customers/{id}")).await;
        let (key, _) = boxes(&page).into_iter().find(|(_, text)| text.contains("Flat 3")).unwrap();
        world.record(world.at.brand, "A-1", None, maya("Flat 5, 2 Mill Row", "07700 900123"));
        let path = format!("/customers/{id}/confirmations");
        let stale = priya.post(&path, &format!("confirmed={key}")).await;
        assert_eq!(stale.status, StatusCode::CONFLICT);
        assert!(stale.says("changed after you opened the page, so nothing was saved"));
        assert!(!priya.get(&format!("/customers/{id}")).await.says("confirmed by Maya"));
    }
}

#[tokio::test]
async fn what_is_hidden_moves_nothing_on_a_partners_page() {
    for world in worlds() {
        let id = two_addresses(&world);
        let seen = Grant {
            tie: Tie::Owner,
            class: Class::Address,
            level: Level::Full,
            from_tie: false,
            purpose: None,
        };
        // Spoke & Chain sees addresses of others, and neither names nor phone numbers.
        world.at.agree(world.at.spoke, &[seen]);
        let dev = world.dev();
        let path = format!("/customers/{id}");
        let before = dev.get(&path).await;
        assert!(before.says("Flat <mark>3</mark>, 2 Mill Row"));

        let moved = maya("Flat 3, 2 Mill Row", "07700 900555");
        let moved = Details { name: "Maya Okafor-Lind".to_owned(), ..moved };
        world.record(world.at.brand, "A-1", None, moved);
        let (author, now) = (world.at.author(world.at.brand), world.at.clock.now());
        let viewer = world.at.viewer(world.at.brand, Role::BrandStaff);
        let confirmed = world.at.db.write(move |tx| {
            let lens = Lens::of(tx, &viewer, now)?;
            let seen = customers::find(tx, &lens, id)?.ok_or(customers::Error::NotFound)?;
            let record = seen.records.iter().find(|record| record.external_ref == "A-1");
            let place = (id, record.ok_or(customers::Error::NotFound)?.id);
            customers::confirm(tx, &lens, &author, now, place, None, &[Field::Phone, Field::Name])
        });
        confirmed.unwrap();
        assert_eq!(lasting(&dev.get(&path).await), lasting(&before));
        let brands = world.priya().get(&path).await;
        assert!(brands.says("Maya Okafor-Lind") && brands.says("07700 900555"));
    }
}
