use axum::http::StatusCode;
use handfast_kit::Id;
use handfast_record::{customers::Details, sales, testing::NOW};
use handfast_web::Role;

use super::world::{World, worlds};

fn named(name: &str) -> Details {
    Details { name: name.to_owned(), ..Details::default() }
}

/// 30 orders of Spoke & Chain, 10 of them late, and 40 of Harbour Wheelworks, one of them late.
fn orders(world: &World) {
    for (organisation, count, late) in [(world.at.spoke, 30, 10), (world.at.harbour, 40, 1)] {
        for n in 0..count {
            let (customer, order) = (format!("C-{n}"), format!("O-{n:02}"));
            world.record(organisation, &customer, None, named(&format!("Ana {n:02}")));
            let delivered = if n < late { -6 } else { -12 };
            world.order(organisation, (&order, &customer), -10, Some(delivered));
        }
    }
}

#[tokio::test]
async fn the_partner_that_stands_out_is_said_first() {
    for world in worlds() {
        orders(&world);
        let priya = world.priya();
        let page = priya.get("/partners").await;
        page.place(
            "Spoke &#38; Chain delivered 33% late over 30 orders; the network’s average is 16%",
        );
        let table = |page: &super::world::Answered, name: &str| {
            page.place("<tbody") + page.text[page.place("<tbody")..].find(name).unwrap()
        };
        assert!(table(&page, "Spoke") < table(&page, "Harbour"));
        let by_name = priya.get("/partners?sort=name").await;
        assert!(table(&by_name, "Harbour") < table(&by_name, "Spoke"));
        let by_orders = priya.get("/partners?sort=orders").await;
        assert!(table(&by_orders, "Harbour") < table(&by_orders, "Spoke"));
        let resellers = priya.get("/partners?kind=reseller").await;
        assert!(!resellers.text[resellers.place("<tbody")..].contains("Harbour"));
        assert!(!page.says("Add a partner"), "staff do not add partners");
    }
}

#[tokio::test]
async fn a_partner_sees_its_own_figures_and_no_other() {
    for world in worlds() {
        orders(&world);
        let dev = world.dev();
        assert_eq!(dev.get("/partners").await.status, StatusCode::FORBIDDEN);
        let own = dev.get(&format!("/partners/{}", world.at.spoke)).await;
        assert!(own.says("33%") && own.says("10 of 30 deliveries</a> came late."));
        assert!(own.says("Our figures") && !own.says("Network:") && !own.says("Harbour"));
        for path in ["", "/orders", "/cases"] {
            let other = dev.get(&format!("/partners/{}{path}", world.at.harbour)).await;
            let missing = dev.get(&format!("/partners/{}{path}", Id::<()>::random())).await;
            assert_eq!(other.status, StatusCode::NOT_FOUND);
            assert_eq!(missing.status, StatusCode::NOT_FOUND);
        }
        let brand = world.priya().get(&format!("/partners/{}", world.at.brand)).await;
        assert_eq!(brand.status, StatusCode::NOT_FOUND, "the brand is no partner");
    }
}

#[tokio::test]
async fn every_number_leads_to_the_orders_behind_it() {
    for world in worlds() {
        orders(&world);
        world.order(world.at.spoke, ("O-99", "C-1"), -2, None);
        let author = world.at.author(world.at.spoke);
        let review = sales::Review {
            order_ref: "O-03".to_owned(),
            review_ref: "r".to_owned(),
            score: 2,
            title: String::new(),
            text: "Nobody rings back.".to_owned(),
            asked: None,
            answered: NOW,
        };
        world.at.db.write(move |tx| sales::review(tx, &author, NOW, &review)).unwrap();
        world.seal();
        let priya = world.priya();
        let path = format!("/partners/{}", world.at.spoke);
        let page = priya.get(&path).await;
        assert!(page.says("“Nobody rings back.”") && page.says("Network: 16%."));
        for (which, shown, hidden) in [
            ("all", "O-29", "never"),
            ("late", "O-09", "O-10"),
            ("overdue", "O-99", "O-03"),
            ("reviewed", "O-03", "O-04"),
        ] {
            let href = format!("{path}/orders?which={which}");
            assert!(page.says(&href), "{which}");
            let behind = priya.get(&href).await;
            assert!(behind.says(shown) && !behind.says(hidden), "{which}");
            assert!(behind.says("href=\"/customers/"), "{which}");
        }
        assert!(priya.get(&format!("{path}/cases")).await.says("There is no case here"));
    }
}

#[tokio::test]
async fn an_admin_of_the_brand_adds_a_partner_and_a_reference_counts_once() {
    for world in worlds() {
        let ben = world.somebody(world.at.brand, Role::BrandAdmin);
        assert!(ben.get("/partners/new").await.says("Add the partner"));
        let form = "name=Torque+Workshop&kind_service=on&territory=Leeds&external_ref=TW-1";
        let added = ben.post("/partners", form).await;
        assert_eq!(added.status, StatusCode::SEE_OTHER);
        let page = ben.get(&added.location).await;
        assert!(page.says("The partner was added.") && page.says("Service, Leeds. Partner since"));

        let again = ben.post("/partners", &form.replace("Torque", "Another")).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(again.says("Another organisation has the reference “TW-1”"));
        assert!(
            again.says("value=\"Another Workshop\"") && again.says("The partner was not added")
        );
        assert!(ben.post("/partners", "name=").await.says("Give a name of 1 to 200 characters"));
        let refused = world.priya().post("/partners", form).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn how_a_partner_answers_and_where_its_letters_go_is_on_its_page() {
    for world in worlds() {
        let harbour = format!("/partners/{}", world.at.harbour);
        let admin = world.somebody(world.at.harbour, Role::PartnerAdmin);
        let page = admin.get(&harbour).await;
        assert!(page.says("How you answer") && page.says("Not enough yet"), "{}", page.text);
        assert!(!page.says("0 of 0") && page.says("Where letters go"));
        let save = format!("{harbour}/contact");
        let refused = admin.post(&save, "email=letters").await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.says("Write a mail address") && refused.says("value=\"letters\""));
        let saved = admin.post(&save, "email=letters%40harbour.example").await;
        let page = admin.get(&saved.location).await;
        assert!(page.says("Letters go there from now on."), "{}", page.text);
        assert!(page.says("<b>letters@harbour.example</b>"), "{}", page.text);
        let others = world.somebody(world.at.spoke, Role::PartnerAdmin);
        let other = others.post(&save, "email=mine%40spoke.example").await;
        assert_eq!(other.status, StatusCode::NOT_FOUND);
        let list = format!("{harbour}/figures");
        assert!(admin.get(&format!("{list}?which=late")).await.says("There is none."));
        assert_eq!(others.get(&list).await.status, StatusCode::NOT_FOUND);
    }
}
