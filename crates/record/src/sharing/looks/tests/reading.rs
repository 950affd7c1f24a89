use axum::http::{StatusCode, header};
use handfast_kit::{Id, TimeMs};
use handfast_web::Role;
use serde_json::{Value, json};

use super::town::{Somebody, Town, towns};
use crate::{
    sharing::looks::{self, export, store},
    testing::NOW,
};

fn people(looks: &[Value]) -> Vec<&str> {
    looks.iter().map(|look| look["person_name"].as_str().unwrap()).collect()
}

/// Opens Maya's record a minute after whatever was before.
async fn look(town: &Town, who: &Somebody) {
    town.world.clock.advance(TimeMs::MINUTE);
    let answered = town.get(who, &format!("/api/v1/customers/{}", town.maya)).await;
    assert_eq!(answered.status, StatusCode::OK);
}

#[tokio::test]
async fn the_brand_is_told_of_everybody_and_a_partner_of_its_own_people() {
    for town in towns() {
        town.world.record(town.world.harbour, "h", None, "Somebody");
        let path = format!("/api/v1/customers/{}/looks", town.maya);
        look(&town, &town.dev).await;
        look(&town, &town.priya).await;
        town.get(&town.ines, "/api/v1/customers").await;
        let all = town.get(&town.priya, &path).await.items();
        assert_eq!(people(&all), ["Priya Nair", "Dev Patel"]);
        assert_eq!(all[0]["organisation_name"], "Aurora Cycles");
        assert_eq!(all[1]["at"], json!(NOW.plus(TimeMs::MINUTE).rfc3339()));
        assert_eq!(people(&town.get(&town.dev, &path).await.items()), ["Dev Patel"]);

        let hidden = town.get(&town.ines, &path).await;
        let missing = format!("/api/v1/customers/{}/looks", Id::<()>::random());
        assert_eq!(hidden.status, StatusCode::NOT_FOUND);
        let detail = |text: &str| serde_json::from_str::<Value>(text).unwrap()["detail"].clone();
        assert_eq!(detail(&hidden.text), detail(&town.get(&town.ines, &missing).await.text));

        let of_spoke = format!("/api/v1/looks?organisation_id={}", town.world.spoke);
        assert_eq!(people(&town.get(&town.priya, &of_spoke).await.items()), ["Dev Patel"]);
        assert!(town.get(&town.ines, &of_spoke).await.items().is_empty());
        let by_dev = format!("/api/v1/looks?person_id={}", town.dev.person);
        assert!(town.get(&town.ines, &by_dev).await.items().is_empty());
        let own = town.get(&town.ines, "/api/v1/looks").await.items();
        assert_eq!(people(&own), ["Ines Duarte"]);
        assert_eq!((&own[0]["what"], &own[0]["customer_id"]), (&json!("list"), &json!(null)));
    }
}

#[tokio::test]
async fn only_admins_and_auditors_read_what_colleagues_looked_at() {
    for town in towns() {
        for (role, status) in [
            (Role::PartnerAdmin, StatusCode::OK),
            (Role::Auditor, StatusCode::OK),
            (Role::PartnerStaff, StatusCode::FORBIDDEN),
        ] {
            let who = town.somebody(town.world.spoke, "Sam", role);
            for path in ["/api/v1/looks", "/api/v1/looks.csv", "/api/v1/looks/customers"] {
                assert_eq!(town.get(&who, path).await.status, status, "{role} {path}");
            }
        }
    }
}

#[tokio::test]
async fn pages_go_on_where_the_last_one_ended_within_the_time_asked_for() {
    for town in towns() {
        for _ in 0..5 {
            look(&town, &town.dev).await;
        }
        let at = |minutes: i64| NOW.plus(minutes * TimeMs::MINUTE).rfc3339();
        let by = |name: &str, id: String| format!("{name}={id}&");
        for filter in [
            String::new(),
            by("organisation_id", town.world.spoke.to_string()),
            by("person_id", town.dev.person.to_string()),
        ] {
            let path = format!("/api/v1/looks?{filter}limit=2&since={}&until={}", at(2), at(5));
            let first = town.get(&town.priya, &path).await;
            let next = first.json()["next"].as_str().unwrap().to_owned();
            let rest = town.get(&town.priya, &format!("{path}&after={next}")).await;
            let found = [first.items(), rest.items()].concat();
            let times: Vec<&Value> = found.iter().map(|look| &look["at"]).collect();
            assert_eq!(times, [&json!(at(4)), &json!(at(3)), &json!(at(2))], "{path}");
            assert_eq!(rest.json()["next"], Value::Null);
        }
        let wrong = town.get(&town.priya, "/api/v1/looks?since=yesterday").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[tokio::test]
async fn who_was_seen_by_a_stolen_credential_is_found_by_person_and_time() {
    for town in towns() {
        let (other, _) = town.world.record(town.world.spoke, "8", None, "Leo Brandt");
        look(&town, &town.dev).await;
        look(&town, &town.dev).await;
        town.get(&town.dev, &format!("/api/v1/customers/{other}/timeline")).await;
        town.get(&town.dev, "/api/v1/customers").await;
        let at = |minutes: i64| NOW.plus(minutes * TimeMs::MINUTE).rfc3339();
        let (person, organisation) = (town.dev.person, town.world.spoke);
        for filter in [
            format!("person_id={person}"),
            format!("organisation_id={organisation}"),
            format!("person_id={person}&organisation_id={organisation}"),
            String::new(),
        ] {
            let path = format!("/api/v1/looks/customers?{filter}&since={}", at(2));
            let found = town.get(&town.priya, &path).await.items();
            assert_eq!(found.len(), 2, "{path}");
            let maya = found.iter().find(|one| one["customer_id"] == json!(town.maya)).unwrap();
            assert_eq!(maya["look_count"], 1);
            assert_eq!(maya["first_at"], json!(at(2)));
            assert!(maya["classes"].as_array().unwrap().contains(&json!("identity")), "{maya}");
            let own = town.get(&town.dev, &path).await.items();
            assert_eq!(own.len(), 2);
            assert!(town.get(&town.ines, &path).await.items().is_empty());
            let one = town.get(&town.priya, &format!("{path}&limit=1")).await;
            let next = one.json()["next"].as_str().unwrap().to_owned();
            let two = town.get(&town.priya, &format!("{path}&limit=1&after={next}")).await;
            assert_eq!([one.items(), two.items()].concat(), found);
        }
    }
}

#[tokio::test]
async fn the_file_holds_the_same_and_no_formula() {
    for town in towns() {
        town.guest(town.world.spoke, "=1+1");
        look(&town, &town.dev).await;
        look(&town, &town.priya).await;
        let of_maya = format!("/api/v1/customers/{}/looks", town.maya);
        for (path, kind) in [
            (format!("{of_maya}.csv"), "*/*"),
            (of_maya, "text/csv"),
            ("/api/v1/looks.csv".to_owned(), "*/*"),
            ("/api/v1/looks".to_owned(), "text/csv"),
        ] {
            let file = town.get_as(&town.priya, &path, kind).await;
            assert_eq!(file.status, StatusCode::OK, "{path}");
            assert_eq!(file.headers[header::CONTENT_TYPE], "text/csv; charset=utf-8");
            let lines: Vec<&str> = file.text.lines().collect();
            assert_eq!(lines.len(), 3, "{path}: {}", file.text);
            assert!(lines[0].starts_with("at,organisation,person,"));
            assert!(lines[1].contains("Aurora Cycles,Priya Nair,"));
            assert!(lines[2].contains("Spoke & Chain,Dev Patel,"));
            assert!(lines[2].contains(",'=1+1,"), "{}", lines[2]);
        }
        let own = town.get(&town.dev, "/api/v1/looks.csv").await;
        assert!(!own.text.contains("Priya"));
        let hidden = format!("/api/v1/customers/{}/looks.csv", town.maya);
        assert_eq!(town.get(&town.ines, &hidden).await.status, StatusCode::NOT_FOUND);
        assert_eq!(town.looks().await.len(), 2, "reading the audit is no look");
    }
}

#[tokio::test]
async fn a_file_that_is_cut_says_so() {
    for town in towns() {
        for _ in 0..3 {
            look(&town, &town.dev).await;
        }
        let lens = town.world.lens(town.world.brand);
        let file = |count_max: usize| {
            let read = |cx: &mut handfast_db::Cx<'_>| {
                export::written(cx, &lens, count_max, |cx, place| {
                    store::of_customer(cx, &lens, town.maya, place, 2_000)
                })
            };
            String::from_utf8(town.world.db.read(read).unwrap()).unwrap()
        };
        assert_eq!(file(3).lines().count(), 4);
        assert!(!file(3).contains("cut after"));
        assert!(file(2).lines().last().unwrap().starts_with("cut after 2 lines"));
        assert_eq!(file(2).lines().count(), 4);
    }
}

#[tokio::test]
async fn the_customer_is_told_who_what_for_and_what_was_seen() {
    for town in towns() {
        look(&town, &town.dev).await;
        town.guest(town.world.spoke, "the chain slips");
        look(&town, &town.dev).await;
        look(&town, &town.priya).await;
        let lens = town.world.lens(town.world.brand);
        let told = town.world.db.read(|cx| looks::told_of_customer(cx, &lens, town.maya, None, 10));
        let told = told.unwrap().unwrap().items;
        let purposes: Vec<&str> = told.iter().map(|one| one.purpose.as_str()).collect();
        let guest = "as a guest, because \"the chain slips\"";
        assert_eq!(purposes, ["to look after the customer", guest, "as keeper of a record"]);
        assert_eq!((&*told[2].person, &*told[2].organisation), ("Dev Patel", "Spoke & Chain"));
        assert!(told[2].saw.starts_with("name"), "{}", told[2].saw);
    }
}
