use axum::http::StatusCode;
use handfast_kit::TimeMs;
use handfast_record::{
    CustomerId,
    customers::Details,
    sharing::looks::{self, Look, Wanted},
};

use super::world::{World, worlds};

/// Maya Okafor, a customer of Spoke & Chain with an order.
fn maya(world: &World) -> CustomerId {
    let details = Details {
        name: "Maya Okafor".to_owned(),
        phone: "07700 900123".to_owned(),
        ..Details::default()
    };
    let maya = world.record(world.at.spoke, "7", None, details);
    world.order(world.at.spoke, ("A-1", "7"), 5, None);
    maya
}

/// All looks, the latest first.
fn all(world: &World) -> Vec<Look> {
    let lens = world.at.lens(world.at.brand);
    let page = |cx: &mut handfast_db::Cx<'_>| looks::list(cx, &lens, &Wanted::default(), None, 200);
    world.at.db.read(page).unwrap().items
}

#[tokio::test]
async fn each_page_writes_one_entry_for_each_customer_it_showed() {
    for world in worlds() {
        let maya = maya(&world);
        let pages = [
            (format!("/customers/{maya}"), Some(maya)),
            (format!("/customers/{maya}?words=bike"), Some(maya)),
            ("/customers".to_owned(), None),
            ("/customers?q=maya".to_owned(), None),
        ];
        for somebody in [world.priya(), world.dev()] {
            for (page, customer) in &pages {
                let before = all(&world).len();
                world.at.clock.advance(1);
                assert_eq!(somebody.get(page).await.status, StatusCode::OK, "{page}");
                let looks = all(&world);
                assert_eq!(looks.len(), before + 1, "{page} writes one entry");
                assert_eq!(looks[0].customer, *customer, "{page}");
            }
        }
    }
}

#[tokio::test]
async fn the_page_of_looks_says_who_when_what_for_and_what_was_seen() {
    for world in worlds() {
        let maya = maya(&world);
        let (priya, dev) = (world.priya(), world.dev());
        let page = format!("/customers/{maya}/looks");
        assert!(priya.get(&page).await.says("Nobody looked yet"));
        dev.get(&format!("/customers/{maya}")).await;
        world.at.clock.advance(TimeMs::DAY);
        priya.get(&format!("/customers/{maya}")).await;

        let shown = priya.get(&page).await;
        assert!(shown.says("Who looked at this record, and why"));
        let (first, second) = (shown.place("Priya Nair, Aurora Cycles"), shown.place("Dev Patel,"));
        assert!(first < second, "the latest first");
        assert!(shown.says("Dev Patel, Spoke &#38; Chain"), "{}", shown.text);
        assert!(shown.says("Yesterday, 09:40, as the seller. Saw: name, "), "{}", shown.text);
        assert!(shown.says("Today, 09:40, to look after the customer. Saw: name, "));
        assert!(shown.says(&format!("/api/v1/customers/{maya}/looks.csv")));
        assert!(!shown.says("Maya"), "it shows nothing of the customer, so it is no look itself");
        assert_eq!(all(&world).len(), 2);

        let own = dev.get(&page).await;
        assert!(own.says("Dev Patel") && !own.says("Priya"));
        let ines = world.somebody(world.at.harbour, handfast_web::Role::PartnerAdmin);
        assert_eq!(ines.get(&page).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn many_looks_are_paged() {
    for world in worlds() {
        let maya = maya(&world);
        let priya = world.priya();
        for _ in 0..51 {
            world.at.clock.advance(TimeMs::MINUTE);
            priya.get(&format!("/customers/{maya}")).await;
        }
        let first = priya.get(&format!("/customers/{maya}/looks")).await;
        assert_eq!(first.text.matches("row-title").count(), 50);
        let more = first.text.split("id=\"more\"").nth(1).unwrap();
        let href = more.split("href=\"").nth(1).unwrap().split('"').next().unwrap();
        let rest = priya.get(&href.replace("&#38;", "&")).await;
        assert_eq!(rest.text.matches("row-title").count(), 1);
    }
}
