//! Requests that a browser was talked into: signed in, but not by the person's own doing.

use axum::http::Method;
use handfast_db::Engine;

use crate::{
    all_facts, bodies,
    client::Ask,
    copies::Stage,
    estates::Whose,
    places::{self, Eye, Owner},
    town_on,
};

#[test]
fn what_changes_something_is_refused_without_the_token_of_the_session() {
    let data = tempfile::tempdir().unwrap();
    let town = town_on(Engine::Sqlite, data.path()).unwrap();
    let mut stage = Stage::new(&town, data.path());
    let aurora = town.of(Whose::Aurora);
    let eye = Eye { estate: aurora, role: handfast_web::Role::BrandAdmin };
    for facts in all_facts().iter().filter(|facts| facts.method != Method::GET) {
        let ids = places::ids(&places::things(facts), Owner::Of(Whose::Aurora), Some(eye), &town);
        let path = places::fill(facts.path, &ids);
        let sent = bodies::plausible(facts, aurora);
        let ask = || sent.on(Ask::new(facts.method.clone(), path.clone()));
        let session = &aurora.admin.session;
        let mut forged = vec![ask().signed_in(session).with("sec-fetch-site", "cross-site")];
        forged.push(ask().signed_in(session).with("origin", "https://elsewhere.example"));
        if facts.access != handfast_web::Access::Public {
            let stranger = town.of(Whose::Spoke).admin.session.hash().csrf();
            forged.push(ask().with_cookie(session));
            forged.push(ask().with_cookie(session).with("x-csrf-token", stranger));
        }
        for ask in forged {
            let answer = stage.send(&ask);
            assert_eq!(answer.status, 403, "{} {}: {}", ask.method, ask.path, answer.text());
        }
        stage.check_untouched();
    }
}

#[test]
fn what_only_reads_changes_nothing() {
    let data = tempfile::tempdir().unwrap();
    let town = town_on(Engine::Sqlite, data.path()).unwrap();
    let mut stage = Stage::new(&town, data.path());
    let aurora = town.of(Whose::Aurora);
    let eye = Eye { estate: aurora, role: handfast_web::Role::BrandAdmin };
    for facts in all_facts().iter().filter(|facts| facts.method == Method::GET) {
        let ids = places::ids(&places::things(facts), Owner::Of(Whose::Aurora), Some(eye), &town);
        let path = places::fill(facts.path, &ids);
        stage.read(&Ask::get(path).signed_in(&aurora.admin.session));
        stage.check_untouched();
    }
}
