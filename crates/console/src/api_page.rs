//! How programs use Handfast: calling it, and every call there is, taken from its description.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::State,
    http::{Method, Uri},
    response::Response,
};
use handfast_intake::Uploads;
use handfast_web::{
    Access, App, Failure, Frame, Nav, ProblemKind, Route, Scope, Viewer, html, page, problem_kinds,
};
use serde_json::Value;
use utoipa::OpenApi as _;

use crate::{tokens, words};

/// The page, about the calls of the whole server.
pub(crate) fn routes(uploads: &Uploads) -> Vec<Route> {
    let groups: Arc<[Group]> = groups(uploads).into();
    let show = move |State(app): State<App>, viewer: Viewer, uri: Uri| {
        let groups = Arc::clone(&groups);
        async move { show(&app, &viewer, &uri, groups) }
    };
    vec![page(Method::GET, "/api", Access::Member, show)]
}

/// Calls about one thing.
struct Group {
    name: String,
    about: String,
    calls: Vec<Call>,
}

/// One call of the API.
struct Call {
    method: String,
    path: String,
    summary: String,
    /// What a token needs for it.
    scope: &'static str,
    /// Who may, where not everybody may.
    who: &'static str,
}

/// The calls as the OpenAPI document has them, by tag, with what the table of routes says of each.
fn groups(uploads: &Uploads) -> Vec<Group> {
    let mut document = handfast_record::openapi();
    document.merge(handfast_intake::Documentation::openapi());
    let document = serde_json::to_value(&document).unwrap_or_default();
    let mut routes = handfast_record::routes();
    routes.extend(handfast_intake::routes(uploads));
    let mut groups: Vec<Group> = Vec::new();
    for tag in document["tags"].as_array().into_iter().flatten() {
        let (name, about) = (text(&tag["name"]), text(&tag["description"]));
        groups.push(Group { name, about, calls: Vec::new() });
    }
    for route in &routes {
        let facts = route.facts();
        let method = facts.method.as_str();
        let said = &document["paths"][facts.path][method.to_lowercase()];
        let tag = text(&said["tags"][0]);
        let call = Call {
            method: method.to_owned(),
            path: facts.path.to_owned(),
            summary: text(&said["summary"]).trim_end_matches('.').to_owned(),
            scope: facts.scope.map_or("", Scope::word),
            who: who(facts.access),
        };
        match groups.iter_mut().find(|group| group.name == tag) {
            Some(group) => group.calls.push(call),
            None => groups.push(Group { name: tag, about: String::new(), calls: vec![call] }),
        }
    }
    groups.retain(|group| !group.calls.is_empty());
    groups
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

const fn who(access: Access) -> &'static str {
    match access {
        Access::Public | Access::Member => "",
        Access::Worker => "not for auditors",
        Access::Admin => "admins only",
        Access::Overseer => "admins and auditors only",
        Access::Brand => "the brand only",
        Access::BrandAdmin => "brand admins only",
    }
}

#[derive(Template)]
#[template(path = "api.html")]
struct ApiPage {
    frame: Frame,
    base_url: String,
    is_admin: bool,
    per_minute: String,
    scopes: Vec<(&'static str, &'static str)>,
    groups: Arc<[Group]>,
    call_count: String,
    problems: Vec<ProblemKind>,
}

fn show(app: &App, viewer: &Viewer, uri: &Uri, groups: Arc<[Group]>) -> Result<Response, Failure> {
    let call_count = groups.iter().map(|group| group.calls.len() as i64).sum();
    html(&ApiPage {
        frame: Frame::of(viewer, uri, Nav::Api, "API"),
        base_url: app.settings.base_url.clone(),
        is_admin: viewer.is_admin(),
        per_minute: words::number(i64::from(app.settings.token_requests_per_min)),
        scopes: Scope::ALL.iter().map(|scope| (scope.word(), tokens::about(*scope))).collect(),
        groups,
        call_count: words::counted(call_count, "call", "calls"),
        problems: problem_kinds(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_of_the_api_is_listed_with_a_summary() {
        let uploads = Uploads::new(std::env::temp_dir());
        for group in groups(&uploads) {
            assert!(!group.about.is_empty(), "{} has no description", group.name);
            for call in &group.calls {
                assert!(!call.summary.is_empty(), "{} {} has none", call.method, call.path);
                assert!(!call.scope.is_empty(), "{} {} has none", call.method, call.path);
            }
        }
    }
}
