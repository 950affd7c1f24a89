//! Versions: what is known is not sent again, and nobody overwrites what they have not read.

use axum::http::Method;
use serde_json::json;

use crate::{apis, client::Ask, estates::Whose, problem_of};

#[test]
fn what_is_known_already_is_not_sent_again() {
    for api in apis() {
        let id = api.town.of(Whose::Aurora).customer;
        let get = || Ask::get(format!("/api/v1/customers/{id}"));
        let first = api.ask(get());
        let tag = first.header("etag").to_owned();
        assert!(tag.starts_with('"'), "{tag}");
        for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()]
        {
            let again = api.ask(get().with("if-none-match", known.clone()));
            assert_eq!((again.status, again.body.len()), (304, 0), "{known}");
            assert_eq!(again.header("etag"), tag);
        }
        assert_eq!(api.ask(get().with("if-none-match", "\"v0\"")).status, 200);
    }
}

#[test]
fn a_change_needs_the_version_it_was_made_from() {
    for api in apis() {
        let own = api.town.of(Whose::Aurora);
        let (customer, record) = (own.customer, own.record);
        let get = || Ask::get(format!("/api/v1/customers/{customer}"));
        let path = format!("/api/v1/customers/{customer}/records/{record}");
        let change = |city: &str, tag: &str| {
            let ask = Ask::new(Method::PATCH, path.clone()).json(&json!({"city": city}));
            ask.with("if-match", tag)
        };
        let read = api.ask(get()).header("etag").to_owned();
        assert_eq!(api.ask(change("Hull", &read)).status, 200);
        let now = api.ask(get()).header("etag").to_owned();
        assert_ne!(read, now, "a change is another version");

        let before = api.ledger();
        let stale = api.refused(change("Leeds", &read), &before);
        assert_eq!((stale.status, &*problem_of(&stale)), (412, "changed-meanwhile"));
        let weak = api.refused(change("Leeds", &format!("W/{now}")), &before);
        assert_eq!(weak.status, 412, "a weak tag never stands for a version");
        assert_eq!(api.ask(change("York", "*")).status, 200);
        let shown = api.ask(get()).json();
        assert_eq!(shown["records"][0]["city"], "York");
    }
}

#[test]
fn of_two_changes_of_one_version_one_is_taken() {
    for api in apis() {
        let own = api.town.of(Whose::Aurora);
        let (customer, record) = (own.customer, own.record);
        let tag =
            api.ask(Ask::get(format!("/api/v1/customers/{customer}"))).header("etag").to_owned();
        let path = format!("/api/v1/customers/{customer}/records/{record}");
        let change = |n: usize| {
            let ask = Ask::new(Method::PATCH, path.clone()).json(&json!({"city": format!("C{n}")}));
            ask.with("if-match", tag.clone()).with_token(&api.aurora)
        };
        let answers = api.client.send_together((0..10).map(change).collect());
        let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [[200].as_slice(), &[412; 9]].concat());
    }
}
