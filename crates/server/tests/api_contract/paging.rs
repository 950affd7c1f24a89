//! Lists come in pages, and following them gives everything once.

use std::collections::BTreeSet;

use handfast_record::customers::{self, Details, Incoming};
use serde_json::Value;

use crate::{Api, apis, client::Ask, estates::Whose};

const CUSTOMER_COUNT: usize = 230;

/// Spoke & Chain takes in more customers than one page holds; some of the same name.
fn many_customers(api: &Api) {
    let (author, now) = (api.town.world.author(api.town.world.spoke), api.town.world.clock.now());
    let written = api.town.world.db.write(move |tx| {
        for number in 0..CUSTOMER_COUNT {
            let name = format!("Customer {}", number / 3);
            let incoming = Incoming {
                external_ref: format!("many-{number}"),
                details: Details { name, ..Details::default() },
                ..Incoming::default()
            };
            customers::receive(tx, &author, now, now, &incoming)?;
        }
        Ok::<_, customers::Error>(())
    });
    written.unwrap();
}

/// Follows `Link` from `path` to the end: the ids on each page.
fn follow(api: &Api, path: &str) -> Vec<Vec<String>> {
    let (mut pages, mut next) = (Vec::new(), Some(path.to_owned()));
    while let Some(path) = next {
        assert!(pages.len() < 100, "the list does not end");
        let answer = api.ask_as_spoke(Ask::get(&path));
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        let page = answer.json();
        let items = page["items"].as_array().unwrap();
        pages.push(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect());
        let link = answer.header("link");
        next = link.strip_prefix('<').map(|link| {
            let (href, rest) = link.split_once('>').unwrap();
            assert_eq!(rest, "; rel=\"next\"");
            let cursor = page["next"].as_str().unwrap();
            assert!(href.contains(&format!("after={cursor}")), "{href} is not {cursor}");
            href.to_owned()
        });
        assert_eq!(next.is_none(), page["next"] == Value::Null);
    }
    pages
}

#[test]
fn following_the_links_gives_every_customer_once() {
    for api in apis() {
        many_customers(&api);
        // Its own, and the one that the brand's order brought.
        let all_count = CUSTOMER_COUNT + 2 + imported(&api);
        for limit in [7, 50, 200] {
            let pages = follow(&api, &format!("/api/v1/customers?limit={limit}"));
            let (last, full) = pages.split_last().unwrap();
            assert!(full.iter().all(|page| page.len() == limit) && last.len() <= limit);
            let ids: Vec<&String> = pages.iter().flatten().collect();
            assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "one came twice");
            assert_eq!(ids.len(), all_count);
        }
        let own = api.town.of(Whose::Spoke).organisation;
        let pages = follow(&api, &format!("/api/v1/customers?organisation_id={own}&limit=100"));
        assert_eq!(pages.iter().flatten().count(), all_count, "the filter stays on all pages");
    }
}

/// How many of the town's imports' rows were customers of Spoke & Chain.
fn imported(api: &Api) -> usize {
    let imports = api.ask_as_spoke(Ask::get("/api/v1/imports")).json();
    let stored = imports["items"].as_array().unwrap().iter().map(|one| one["stored"].as_u64());
    stored.map(|count| count.unwrap() as usize).sum()
}

#[test]
fn no_page_is_longer_than_it_may_be() {
    for api in apis() {
        many_customers(&api);
        for (asked, given) in [("", 50), ("?limit=1", 1), ("?limit=0", 1), ("?limit=100000", 200)] {
            let page = api.ask_as_spoke(Ask::get(format!("/api/v1/customers{asked}"))).json();
            assert_eq!(page["items"].as_array().unwrap().len(), given, "{asked}");
        }
        for list in ["organisations", "people", "imports", "feed"] {
            let answer = api.ask(Ask::get(format!("/api/v1/{list}?limit=65535")));
            assert_eq!(answer.status, 200, "{list}");
            assert!(answer.json()["items"].as_array().unwrap().len() <= 200, "{list}");
        }
        let found = api.ask_as_spoke(Ask::get("/api/v1/customers?q=customer&limit=100000")).json();
        assert!(found["items"].as_array().unwrap().len() <= 200);
    }
}

#[test]
fn a_timeline_is_followed_to_its_end() {
    for api in apis() {
        let id = api.town.of(Whose::Spoke).customer;
        let whole = follow(&api, &format!("/api/v1/customers/{id}/timeline?limit=200"));
        let parts = follow(&api, &format!("/api/v1/customers/{id}/timeline?limit=2"));
        assert!(parts.len() > 3, "{parts:?}");
        assert_eq!(whole.concat(), parts.concat());
    }
}
