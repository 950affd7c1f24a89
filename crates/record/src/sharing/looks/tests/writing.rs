use axum::http::StatusCode;
use handfast_kit::{Day, TimeMs};
use serde_json::json;

use super::town::{Town, towns};
use crate::{receipts, testing::NOW, touches::Body};

const AWAY: &str = "alter table look rename to look_away";
const BACK: &str = "alter table look_away rename to look";

fn case(reference: &str) -> Body {
    Body::CaseOpened {
        case_ref: reference.to_owned(),
        title: "Motor stops".to_owned(),
        product: String::new(),
    }
}

fn seal(town: &Town) {
    let network = town.world.network;
    town.world.db.write(move |tx| receipts::seal(tx, network, NOW, 500, None)).unwrap();
}

#[tokio::test]
async fn each_request_writes_one_entry_for_each_customer_it_showed() {
    for town in towns() {
        let touch = town.touch(town.world.spoke, case("C-1"));
        seal(&town);
        let maya = town.maya;
        let paths = [
            (format!("/api/v1/customers/{maya}"), "customer", true),
            (format!("/api/v1/customers/{maya}/timeline"), "timeline", true),
            (format!("/api/v1/customers/{maya}/sales"), "sales", true),
            (format!("/api/v1/customers/{maya}/cases"), "cases", true),
            (format!("/api/v1/touches/{touch}"), "touch", true),
            ("/api/v1/customers".to_owned(), "list", false),
            ("/api/v1/customers?q=maya".to_owned(), "search", false),
            ("/api/v1/feed".to_owned(), "feed", false),
        ];
        for (who, of) in [(&town.priya, town.world.brand), (&town.dev, town.world.spoke)] {
            for (path, what, names_one) in &paths {
                let before = town.looks().await.len();
                town.world.clock.advance(1);
                let answered = town.get(who, path).await;
                assert_eq!(answered.status, StatusCode::OK, "{path}: {}", answered.text);
                let looks = town.looks().await;
                assert_eq!(looks.len(), before + 1, "{path} writes one entry");
                let look = &looks[0];
                assert_eq!(look["what"], *what);
                assert_eq!(look["customer_id"], if *names_one { json!(maya) } else { json!(null) });
                assert_eq!(look["organisation_id"], json!(of));
                assert_eq!(look["person_id"], json!(who.person));
            }
        }
    }
}

#[tokio::test]
async fn who_is_shown_nothing_leaves_no_entry() {
    for town in towns() {
        for path in [
            format!("/api/v1/customers/{}", town.maya),
            format!("/api/v1/customers/{}/timeline", town.maya),
            format!("/api/v1/customers/{}/looks", town.maya),
        ] {
            assert_eq!(town.get(&town.ines, &path).await.status, StatusCode::NOT_FOUND);
        }
        assert!(town.looks().await.is_empty());
    }
}

#[tokio::test]
async fn an_entry_says_what_was_seen_by_which_tie_and_why() {
    for town in towns() {
        let Town { maya, .. } = town;
        town.touch(town.world.spoke, case("C-1"));
        town.guest(town.world.spoke, "=the chain slips");
        town.get(&town.dev, &format!("/api/v1/customers/{maya}/timeline")).await;
        let look = town.looks().await.remove(0);
        let classes: Vec<&str> =
            look["classes"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
        assert!(classes.contains(&"case") && classes.contains(&"identity"), "{classes:?}");
        assert_eq!(look["ties"], json!(["owner", "serves", "guest"]));
        assert_eq!(look["why"], "=the chain slips");

        town.world.clock.advance(2 * TimeMs::DAY);
        town.get(&town.dev, &format!("/api/v1/customers/{maya}/timeline")).await;
        let look = town.looks().await.remove(0);
        assert_eq!(look["ties"], json!(["owner", "serves"]), "the guest has left");
        assert_eq!(look["why"], "");
    }
}

#[tokio::test]
async fn what_cannot_be_written_down_is_not_shown_if_it_is_sensitive() {
    for town in towns() {
        let day = Day(20_600);
        let promised = Body::DeliveryPromised { order_ref: "A-1".to_owned(), day };
        let delivery = town.touch(town.world.spoke, promised);
        let opened = town.touch(town.world.spoke, case("C-1"));
        seal(&town);
        town.rename_table(AWAY);
        let maya = town.maya;
        for who in [&town.priya, &town.dev] {
            for path in [
                format!("/api/v1/customers/{maya}"),
                format!("/api/v1/customers/{maya}/timeline"),
                format!("/api/v1/touches/{opened}"),
                "/api/v1/customers".to_owned(),
                "/api/v1/customers?q=maya".to_owned(),
                "/api/v1/feed".to_owned(),
            ] {
                let refused = town.get(who, &path).await;
                assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
                assert!(refused.headers.contains_key("retry-after"));
                let problem = refused.json();
                assert_eq!(problem["type"], "/problems/look-not-written-down");
                assert!(problem["detail"].as_str().unwrap().contains("before anything is shown"));
                assert!(!refused.text.contains("Maya") && !refused.text.contains("Motor"));
            }
            let shown = town.get(who, &format!("/api/v1/touches/{delivery}")).await;
            assert_eq!(shown.status, StatusCode::OK, "a promised day tells little of anybody");
        }
        town.rename_table(BACK);
        let shown = town.get(&town.dev, &format!("/api/v1/customers/{maya}")).await;
        assert_eq!(shown.status, StatusCode::OK);
        assert_eq!(town.looks().await.len(), 1);
    }
}
