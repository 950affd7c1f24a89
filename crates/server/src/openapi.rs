//! The description of the API: each slice describes its own calls; what holds for all of them is
//! added here, from the table of routes.

use std::{path::PathBuf, sync::LazyLock};

use handfast_intake::Uploads;
use handfast_web::{Facts, problem_kinds};
use serde_json::{Map, Value, json};
use utoipa::{
    OpenApi,
    openapi::security::{Http, HttpAuthScheme, SecurityScheme},
};

use crate::routes;

#[derive(OpenApi)]
#[openapi(info(
    title = "Handfast",
    description = "One customer record for a company and all its partners. Problems are answered \
                   as problem details (RFC 9457); lists come in pages, the next one in `Link`; a \
                   write with an `Idempotency-Key` counts once.",
    license(name = "Apache-2.0", identifier = "Apache-2.0")
))]
struct Own;

/// The OpenAPI 3.1 document of everything under `/api/v1`.
pub(crate) fn document() -> &'static Value {
    static DOCUMENT: LazyLock<Value> = LazyLock::new(written);
    &DOCUMENT
}

fn written() -> Value {
    let mut document = Own::openapi();
    document.merge(handfast_record::openapi());
    document.merge(handfast_handoffs::api::Documentation::openapi());
    document.merge(handfast_handoffs::obligations::api::Documentation::openapi());
    document.merge(handfast_handoffs::figures::api::Documentation::openapi());
    document.merge(handfast_handoffs::endings::api::Documentation::openapi());
    document.merge(handfast_handoffs::disputes::api::Documentation::openapi());
    document.merge(handfast_webhooks::api::Documentation::openapi());
    document.merge(handfast_intake::Documentation::openapi());
    let token = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    document.components.get_or_insert_default().add_security_scheme("token", token);
    let mut document =
        serde_json::to_value(document).expect("a description is made of text and lists");
    document["components"]["schemas"]["Problem"] = problem();
    document["components"]["responses"] = json!({ "Problem": {
        "description": "What happened, what was kept, what to do",
        "content": { "application/problem+json": {
            "schema": { "$ref": "#/components/schemas/Problem" }
        } }
    } });
    // Only the facts are asked for, so no file is ever looked for in this folder.
    for route in routes::all(&Uploads::new(PathBuf::new())) {
        complete(&mut document, route.facts());
    }
    document
}

/// The problem details of every failure.
fn problem() -> Value {
    let text = |description: &str| json!({ "type": "string", "description": description });
    let types: Vec<String> = problem_kinds().into_iter().map(|kind| kind.uri).collect();
    json!({
        "type": "object",
        "description": "Problem details (RFC 9457)",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": { "type": "string", "enum": types, "description": "Never changes its meaning" },
            "title": text("What happened, in a few words"),
            "status": { "type": "integer", "description": "The HTTP status" },
            "detail": text("What happened, what was kept, what to do"),
            "errors": {
                "type": "array",
                "description": "The fields that need changing, if it is about fields",
                "items": {
                    "type": "object",
                    "required": ["field", "detail"],
                    "properties": {
                        "field": text("Its name; dots lead into parts: `address.lines[0]`"),
                        "detail": text("Why, and what would be taken")
                    }
                }
            }
        }
    })
}

/// Adds to one call what the table of routes says of it, and what all calls have in common.
fn complete(document: &mut Value, facts: &Facts) {
    let method = facts.method.as_str().to_lowercase();
    let operation = document["paths"].get_mut(facts.path).and_then(|item| item.get_mut(&method));
    let (Some(operation), Some(scope)) = (operation.and_then(Value::as_object_mut), facts.scope)
    else {
        return;
    };
    operation.insert("operationId".to_owned(), operation_id(&method, facts.path).into());
    operation.insert("security".to_owned(), json!([{ "token": [scope.word()] }]));
    let who = format!("{} A token needs the scope `{scope}`.", facts.access.sentence());
    let before = operation.get("description").and_then(Value::as_str);
    let said = before.map_or_else(|| who.clone(), |before| format!("{before}\n\n{who}"));
    operation.insert("description".to_owned(), said.into());
    let responses = operation.entry("responses").or_insert_with(|| Map::new().into());
    responses["default"] = json!({ "$ref": "#/components/responses/Problem" });
    for (status, response) in responses.as_object_mut().into_iter().flatten() {
        let is_plain = response.get("description").and_then(Value::as_str).unwrap_or_default();
        if response.get("$ref").is_none() && is_plain.is_empty() {
            response["description"] = meaning(status).into();
        }
    }
}

/// `get_customers_id_timeline`: unique, because method and path are.
fn operation_id(method: &str, path: &str) -> String {
    let words = path.strip_prefix("/api/v1").unwrap_or(path).split(['/', '.']);
    let words = words.map(|word| word.trim_matches(['{', '}'])).filter(|word| !word.is_empty());
    [method].into_iter().chain(words).collect::<Vec<_>>().join("_")
}

fn meaning(status: &str) -> &'static str {
    match status {
        "201" => "It was made; `Location` says where it is",
        "202" => "It was taken, and the work goes on; `Location` tells how far it is",
        "204" => "It was done",
        "304" => "Unchanged",
        _ => "As asked",
    }
}

#[cfg(test)]
mod tests {
    use super::operation_id;

    #[test]
    fn a_call_is_named_by_its_method_and_its_path() {
        let path = "/api/v1/customers/{id}/records/{record_id}";
        assert_eq!(operation_id("patch", path), "patch_customers_id_records_record_id");
    }
}
