//! The feed: touches in the order of their numbers, without gaps, never another order.

use axum::http::Method;
use handfast_queue::Stop;
use handfast_server::rounds;
use serde_json::{Value, json};

use crate::{Api, apis, client::Ask, estates::Whose};

fn read(api: &Api, query: &str) -> (Vec<Value>, String) {
    let answer = api.ask(Ask::get(format!("/api/v1/feed{query}")));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let page = answer.json();
    let next = page["next"].as_str().unwrap().to_owned();
    assert!(answer.header("link").contains(&format!("after={next}")));
    (page["items"].as_array().unwrap().clone(), next)
}

fn numbers(items: &[Value]) -> Vec<i64> {
    items.iter().map(|item| item["index"].as_i64().unwrap()).collect()
}

/// All of the feed, some at a time.
fn whole(api: &Api, limit: usize) -> Vec<Value> {
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let place = if after.is_empty() { String::new() } else { format!("after={after}&") };
        let (items, next) = read(api, &format!("?{place}limit={limit}"));
        if items.is_empty() {
            assert_eq!(next, after, "at the end one asks from the same place again");
            return all;
        }
        assert!(items.len() <= limit);
        all.extend(items);
        after = next;
    }
}

fn note(api: &Api, text: &str) {
    let id = api.town.of(Whose::Aurora).customer;
    let ask = Ask::new(Method::POST, format!("/api/v1/customers/{id}/touches"));
    assert_eq!(api.ask(ask.json(&json!({"kind": "note", "text": text}))).status, 201);
}

#[test]
fn the_brand_reads_every_number_once_and_in_order() {
    for api in apis() {
        let all = whole(&api, 3);
        let expected: Vec<i64> = (0..all.len() as i64).collect();
        assert!(all.len() > 20, "{} touches", all.len());
        assert_eq!(numbers(&all), expected);
        assert_eq!(whole(&api, 200), all, "however much is asked for at once");
        let (from_the_beginning, _) = read(&api, "");
        assert_eq!(from_the_beginning, all[..from_the_beginning.len()]);
    }
}

#[test]
fn new_touches_come_after_the_old_ones_in_the_order_in_which_they_were_written() {
    for api in apis() {
        let before = whole(&api, 200);
        for text in ["one", "two", "three"] {
            note(&api, text);
            // A clock that stands still would leave the order to chance; so would nobody's.
            api.town.world.clock.advance(1);
        }
        assert_eq!(whole(&api, 200), before, "what has no number yet is not in the feed");
        rounds::seal(&api.town.world.db, &api.town.world.clock, None, &Stop::default()).unwrap();
        let after = whole(&api, 200);
        assert_eq!(after[..before.len()], before, "what was read stays where it was");
        let new: Vec<&Value> =
            after[before.len()..].iter().map(|item| &item["body"]["text"]).collect();
        assert_eq!(new, ["one", "two", "three"]);
    }
}

#[test]
fn a_partner_reads_its_own_in_the_same_order() {
    for api in apis() {
        let brand = whole(&api, 200);
        let answer = api.ask_as_spoke(Ask::get("/api/v1/feed?limit=200")).json();
        let own = answer["items"].as_array().unwrap();
        let spoke = api.town.of(Whose::Spoke).organisation.to_string();
        assert!(!own.is_empty() && own.iter().all(|item| item["organisation_id"] == spoke));
        let of_brand: Vec<&Value> =
            brand.iter().filter(|item| item["organisation_id"] == spoke).collect();
        let ids = |items: &[&Value]| -> Vec<Value> {
            items.iter().map(|item| item["id"].clone()).collect()
        };
        assert_eq!(ids(&own.iter().collect::<Vec<_>>()), ids(&of_brand));
        // Gaps in the numbers would tell a partner how much others wrote.
        assert!(own.iter().all(|item| item["index"].is_null()));
        let foreign = brand.iter().find(|item| item["organisation_id"] != spoke).unwrap();
        for unknown in [foreign["id"].as_str().unwrap(), "00000000-0000-4000-8000-000000000000"] {
            let answer = api.ask_as_spoke(Ask::get(format!("/api/v1/feed?after={unknown}")));
            assert_eq!(answer.status, 422, "{}", answer.text());
        }
    }
}
