//! What is sent to routes that change something: what they would take, and what nobody would.

use axum::http::Method;
use handfast_record::organisations;
use handfast_web::{Facts, Side};
use serde_json::json;

use crate::{
    client::Ask,
    estates::{Estate, Whose},
};

/// A body with its kind, and what stands in the query beside it.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    query: &'static str,
    kind: &'static str,
    body: Vec<u8>,
}

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const ROWS: &str = "application/x-ndjson";
const FILE: &str = "multipart/form-data; boundary=x";
/// A form with a file, as a browser sends it.
const UPLOAD: &str = "--x\r\nContent-Disposition: form-data; name=\"shape\"\r\n\r\ncustomers\r\n\
     --x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\
     Content-Type: text/csv\r\n\r\nreference,name\n1,Nia\n\r\n--x--\r\n";

impl Sent {
    fn new(kind: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self { query: "", kind, body: body.into() }
    }

    fn json(body: &serde_json::Value) -> Self {
        Self::new(JSON, body.to_string())
    }

    fn form(body: impl Into<Vec<u8>>) -> Self {
        Self::new(FORM, body)
    }

    /// Whether nothing is sent.
    pub(crate) fn is_empty(&self) -> bool {
        self.body.is_empty()
    }

    /// The request with this body.
    pub(crate) fn on(&self, mut ask: Ask) -> Ask {
        ask.path.push_str(self.query);
        if self.kind.is_empty() { ask } else { ask.body(self.kind, self.body.clone()) }
    }
}

/// What no route should be troubled by: nothing at all, and noise.
pub(crate) fn noise() -> Vec<Sent> {
    vec![
        Sent::new("", ""),
        Sent::json(&json!({})),
        Sent::new(JSON, "{\"x\": [[[\"\\ud800\"]}"),
        Sent::form("%zz=%00&role=king&=&&\u{1f}"),
        Sent::new(FILE, "--x\r\nno part\r\n--x--\r\n"),
    ]
}

/// What this route would take from somebody of `own`, where its address names something that is
/// theirs.
pub(crate) fn plausible(facts: &Facts, own: &Estate) -> Sent {
    let route = format!("{} {}", facts.method, facts.path);
    if facts.path.starts_with("/api/") { call(&route, facts, own) } else { form(&route, own) }
}

fn call(route: &str, facts: &Facts, own: &Estate) -> Sent {
    let person = json!({"name": "Nia", "email": "nia@example.com", "role": "auditor"});
    match route {
        "POST /api/v1/customers" => {
            Sent::json(&json!({"external_ref": "n-1", "details": {"name": "Nia"}}))
        }
        "PATCH /api/v1/customers/{id}/records/{record_id}" => Sent::json(&json!({"city": "Hull"})),
        "POST /api/v1/customers/{id}/records/{record_id}/confirmations" => {
            Sent::json(&json!({"fields": ["name"]}))
        }
        "POST /api/v1/customers/{id}/touches" => Sent::json(&json!({"kind": "note", "text": "a"})),
        "POST /api/v1/customers/{id}/consents" => Sent::json(&word(own)),
        "POST /api/v1/customers/{id}/consents/removal" => {
            let mut word = word(own);
            word.as_object_mut().map(|fields| fields.remove("allowed"));
            Sent::json(&word)
        }
        "PUT /api/v1/customers/{id}/freeze" => Sent::json(&json!({"why": "a dispute"})),
        "POST /api/v1/consent-texts" => {
            Sent::json(&json!({"purpose": "offers", "words": "Send me offers."}))
        }
        "PATCH /api/v1/me" => Sent::json(&json!({"theme": "dark"})),
        "POST /api/v1/people" | "POST /api/v1/invitations" => Sent::json(&person),
        "PATCH /api/v1/people/{id}" => Sent::json(&json!({"role": "auditor"})),
        "POST /api/v1/webhooks" => {
            Sent::json(&json!({"url": "https://till.example/told", "kinds": ["hand_off"]}))
        }
        "POST /api/v1/webhooks/{id}/again" => Sent::json(&json!({})),
        "POST /api/v1/tokens" => Sent::json(&json!({"name": "till", "scopes": ["read"]})),
        "POST /api/v1/imports" => Sent {
            query: "?shape=customers",
            ..Sent::new(ROWS, "{\"reference\":\"n-1\",\"name\":\"Nia\"}\n")
        },
        "POST /api/v1/customers/{id}/ties" => Sent::json(&json!({
            "organisation_id": own.organisation.to_string(), "tie": "insures", "why": "Near her"
        })),
        "POST /api/v1/guests" => Sent::json(&json!({"key": "an order", "why": "Her brake"})),
        "POST /api/v1/guests/{id}/code" => Sent::json(&json!({"code": "000000"})),
        "POST /api/v1/requests" => Sent::json(&json!({
            "customer_id": own.customer.to_string(), "classes": ["case"], "why": "Her brake"
        })),
        "POST /api/v1/requests/{id}/answer" => Sent::json(&json!({"text": "Not now"})),
        "POST /api/v1/ledger/comparison" => Sent::json(&json!({"checkpoint": "none"})),
        "POST /api/v1/webhooks/{id}/secret"
        | "POST /api/v1/hand-offs/{id}/acceptance"
        | "POST /api/v1/obligations/{id}/acceptance"
        | "POST /api/v1/obligations/{id}/seen"
        | "POST /api/v1/hand-offs/{id}/seen"
        | "POST /api/v1/guests/{id}/confirmation"
        | "POST /api/v1/guests/{id}/end"
        | "POST /api/v1/requests/{id}/withdrawal"
        | "POST /api/v1/requests/{id}/end" => Sent::new("", ""),
        _ if facts.method == Method::DELETE => Sent::new("", ""),
        _ => call_between_organisations(route, own),
    }
}

fn call_between_organisations(route: &str, own: &Estate) -> Sent {
    match route {
        "PUT /api/v1/organisations/{id}/contact" => {
            Sent::json(&json!({"email": "post@example.com"}))
        }
        "POST /api/v1/organisations" => Sent::json(&json!({"name": "Third Gear"})),
        "POST /api/v1/organisations/{id}/agreements" => {
            Sent::json(&json!({"expected_version": 1, "draft": {"signed": "2026-03-12",
                "kinds": ["service"], "grants": []}}))
        }
        "POST /api/v1/organisations/{id}/agreements/preview" => Sent::json(&json!({
            "signed": "2026-03-12", "kinds": ["service"],
            "grants": [{"tie": "none", "class": "case", "level": "count"}]})),
        "POST /api/v1/organisations/{id}/agreements/end" => {
            Sent::json(&json!({"expected_version": 1}))
        }
        "POST /api/v1/organisations/{id}/ending" => Sent::json(&json!({"why": "It closes"})),
        "POST /api/v1/organisations/{id}/ending/settlements" => Sent::json(&json!({"limit": 5})),
        "POST /api/v1/hand-offs" => Sent::json(&json!({
            "customer_id": own.customer.to_string(), "thing": "task:Bring her bike",
            "to_id": organisations::brand_id(own.network).to_string(), "incomplete_ok": true
        })),
        "POST /api/v1/customers/{id}/changes" => {
            Sent::json(&json!({"changed": "phone", "value": {"phone": "07700 900123"}}))
        }
        "POST /api/v1/obligations/{id}/read-back" => {
            Sent::json(&json!({"value": {"name": "Somebody"}, "by": "typed"}))
        }
        "POST /api/v1/obligations/{id}/refusal"
        | "POST /api/v1/obligations/{id}/applied"
        | "POST /api/v1/obligations/{id}/chase"
        | "POST /api/v1/obligations/{id}/escalation"
        | "POST /api/v1/hand-offs/{id}/decline"
        | "POST /api/v1/hand-offs/{id}/withdrawal"
        | "POST /api/v1/hand-offs/{id}/chase" => Sent::json(&json!({"words": "Not now"})),
        "POST /api/v1/hand-offs/{id}/questions" => Sent::json(&json!({"item": "The key"})),
        "POST /api/v1/hand-offs/{id}/answers" => {
            Sent::json(&json!({"item": "The key", "text": "In the box"}))
        }
        _ => call_of_disputes(route, own),
    }
}

fn call_of_disputes(route: &str, own: &Estate) -> Sent {
    match route {
        "POST /api/v1/hand-offs/{id}/disputes" => {
            Sent::json(&json!({"leg": "carrier", "words": "It left us on Monday"}))
        }
        "POST /api/v1/disputes/{id}/answer" => {
            Sent::json(&json!({"ours": false, "words": "It never came to us"}))
        }
        "POST /api/v1/disputes/{id}/settlement" => Sent::json(&json!({
            "organisation_id": own.organisation.to_string(), "words": "So it was agreed"
        })),
        "POST /api/v1/disputes/{id}/withdrawal" | "POST /api/v1/traces/{id}/kept" => {
            Sent::json(&json!({"words": "All is well"}))
        }
        "POST /api/v1/customers/{id}/traces" => Sent::json(&json!({
            "sale_id": own.sale.to_string(), "words": "It never came"
        })),
        "POST /api/v1/traces/{id}/answers" => Sent::json(&json!({
            "leg": "data", "answer": "proved", "words": "The label was right"
        })),
        "POST /api/v1/traces/{id}/promise" => Sent::json(&json!({"kind": "refund"})),
        _ => call_of_matching(route, own),
    }
}

fn call_of_matching(route: &str, own: &Estate) -> Sent {
    match route {
        "POST /api/v1/customers/{id}/merges" => {
            Sent::json(&json!({"other_id": own.customer.to_string(), "why": "One person"}))
        }
        "POST /api/v1/customers/{id}/merges/preview" => {
            Sent::json(&json!({"other_id": own.customer.to_string()}))
        }
        "POST /api/v1/matching/decisions" => Sent::json(&json!({
            "record_id": own.record.to_string(), "other_id": own.customer.to_string(),
            "verdict": "skip"
        })),
        "POST /api/v1/matching/runs" => Sent::new("", ""),
        _ => panic!("{route} has no plausible body in walk/bodies.rs"),
    }
}

fn form_of_handing(route: &str, own: &Estate) -> Sent {
    match route {
        "POST /hand-offs" => {
            let (customer, brand) = (own.customer, organisations::brand_id(own.network));
            let what = "thing=task&task=Call+her&within=24&incomplete=on";
            Sent::form(format!("customer={customer}&{what}&to={brand}"))
        }
        "POST /hand-offs/{id}/steps" => Sent::form("step=accept"),
        "POST /customers/{id}/changes" => Sent::form("changed=address&street=1+Quay&city=Bath"),
        "POST /changes/{id}/steps" => {
            Sent::form(format!("step=accept&obligation={}", own.obligation))
        }
        _ if route.ends_with("/not-our-part") => Sent::form("leg=carrier&words=It+left+us+then"),
        "POST /disputes/{id}/steps" => Sent::form("step=withdraw"),
        "POST /customers/{id}/traces" => {
            Sent::form(format!("sale={}&words=It+never+came", own.sale))
        }
        "POST /traces/{id}/steps" => Sent::form("step=promise&kind=refund"),
        _ => panic!("{route} has no plausible body in walk/bodies.rs"),
    }
}

/// A word of a customer's about whoever hears it; the brand hears it about every partner.
fn word(own: &Estate) -> serde_json::Value {
    let about = (own.side == Side::Partner).then_some(own.organisation);
    json!({"purpose": "offers", "organisation_id": about, "allowed": true, "channel": "phone"})
}

fn form(route: &str, own: &Estate) -> Sent {
    match route {
        "POST /customers/{id}/consents" => {
            Sent::form("about=offers&to=everybody&answer=yes&channel=phone")
        }
        "POST /customers/{id}/confirmations" => {
            Sent::form(format!("confirmed=name.{}.1", own.record))
        }
        "POST /customers/{id}/freeze" => Sent::form("why=a+dispute"),
        route if route.contains("/ending") => Sent::form("why=It+closes"),
        "POST /customers/{id}/touches" => Sent::form("kind=note&note=hello"),
        "POST /partners" => Sent::form("name=Third+Gear&kind_reseller=on"),
        "POST /partners/{id}/contact" => Sent::form("email=letters%40example.com"),
        "POST /partners/{id}/agreement" | "POST /partners/{id}/agreement/preview" => {
            Sent::form("version=1&signed=2020-01-02&guest_hours=24&g-sold-identity=full")
        }
        "POST /partners/{id}/agreement/end" => Sent::form("version=1"),
        "POST /me/theme" => Sent::form("theme=dark"),
        "POST /memberships" => {
            Sent::form(format!("network={}&organisation={}", own.network, own.organisation))
        }
        "POST /people/invitations" => Sent::form("name=Nia&email=nia@example.com&role=auditor"),
        "POST /people/{id}/role" | "POST /people/{id}/return" => Sent::form("role=auditor"),
        "POST /tokens" => Sent::form("name=till&scope=read&days=30"),
        "POST /imports" => Sent::new(FILE, UPLOAD),
        "POST /imports/{id}" => Sent::form("shape=customers&profile=&do=start"),
        "POST /sign-in" => Sent::form("email=nia@example.com&password=blue+bicycle+bell"),
        "POST /me/password" | "POST /invitations/{secret}" => {
            Sent::form("password=blue+bicycle+bell")
        }
        "POST /customers/{id}/ties" | "POST /customers/{id}/ties/end" => {
            let organisation = own.organisation;
            Sent::form(format!("organisation_id={organisation}&tie=insures&why=Near+her"))
        }
        "POST /customers/{id}/requests" => Sent::form("class=case&why=Her+brake"),
        "POST /matching/{record}/{other}/decision" => Sent::form("answer=skip&why=Two+people"),
        "POST /customers/{id}/merging" => Sent::form(format!("other={}", own.customer)),
        "POST /customers/{id}/matches/{merge}/parting" => Sent::form("why=Two+people"),
        "POST /duplicates" => Sent::form(format!("record={0}&other={0}&answer=apart", own.record)),
        "POST /guests" => Sent::form("key=an+order&why=Her+brake"),
        "POST /guests/{id}/code" => Sent::form("code=000000"),
        "POST /let-in/{secret}" => Sent::form("answer=no"),
        "POST /l/{secret}" => Sent::form("act=accept"),
        "POST /requests/{id}/answer" => Sent::form("answer=no&text=Not+now"),
        "POST /guests/{id}/confirmation"
        | "POST /guests/{id}/end"
        | "POST /requests/{id}/withdrawal"
        | "POST /requests/{id}/end"
        | "POST /matching/model/runs"
        | "POST /sign-out"
        | "POST /sign-out-everywhere"
        | "POST /customers/{id}/release"
        | "POST /people/{id}/ending"
        | "POST /people/invitations/{id}/withdrawal"
        | "POST /tokens/{id}/revocation"
        | "POST /imports/{id}/cancellation"
        | "POST /sign-in/{secret}" => Sent::form(""),
        _ => form_of_handing(route, own),
    }
}

/// What names another's organisation in a body: the same call, as if for that organisation.
pub(crate) fn for_another(facts: &Facts, organisation: &str) -> Option<Sent> {
    let route = format!("{} {}", facts.method, facts.path);
    let person = |email: &str| {
        json!({"name": "Nia", "email": email, "role": "auditor",
                                       "organisation_id": organisation})
    };
    match route.as_str() {
        "POST /api/v1/people" | "POST /api/v1/invitations" => {
            Some(Sent::json(&person("nia@example.com")))
        }
        "PATCH /api/v1/people/{id}" => {
            Some(Sent::json(&json!({"role": "auditor", "organisation_id": organisation})))
        }
        "POST /people/invitations" => Some(Sent::form(format!(
            "name=Nia&email=nia@example.com&role=auditor&organisation={organisation}"
        ))),
        "POST /people/{id}/role" => {
            Some(Sent::form(format!("role=auditor&organisation={organisation}")))
        }
        "POST /people/{id}/ending" | "POST /people/invitations/{id}/withdrawal" => {
            Some(Sent::form(format!("organisation={organisation}")))
        }
        "POST /memberships" => Some(Sent::form(format!(
            "network={}&organisation={organisation}",
            handfast_kit::Uuid::nil()
        ))),
        _ => None,
    }
}

/// What a partner never does: what a sender says, and the one that is named in a dispute.
const FOR_BRANDS: [&str; 4] = [
    "POST /api/v1/hand-offs/{id}/answers",
    "POST /api/v1/hand-offs/{id}/chase",
    "POST /api/v1/hand-offs/{id}/withdrawal",
    "POST /api/v1/disputes/{id}/answer",
];

/// Somebody of whom this walk knows that a form of theirs is refused however plausible: nothing of
/// theirs is in the state that it is for.
pub(crate) fn is_taken(facts: &Facts, whose: Whose) -> bool {
    let route = format!("{} {}", facts.method, facts.path);
    let never = [
        "POST /people/{id}/return",     // nobody has left
        "POST /customers/{id}/release", // nobody is frozen
        "DELETE /api/v1/customers/{id}/freeze",
        "POST /api/v1/customers/{id}/consents/removal", // nobody has said anything
        "POST /sign-in",                                // nobody has a password
        "POST /api/v1/customers/{id}/ties",             // a brand is no partner
        "POST /customers/{id}/ties",
        "DELETE /api/v1/customers/{id}/ties/{organisation_id}/{tie}", // nobody insures anybody
        "POST /customers/{id}/ties/end",
        "POST /api/v1/guests/{id}/end", // nobody is let in
        "POST /guests/{id}/end",
        "POST /api/v1/requests/{id}/end", // nothing is allowed
        "POST /requests/{id}/end",
        "POST /api/v1/customers/{id}/merges", // with oneself, and nobody is two
        "POST /api/v1/customers/{id}/merges/preview",
        "DELETE /api/v1/customers/{id}/merges/{merge_id}",
        "POST /api/v1/matching/decisions",
        "POST /customers/{id}/merging", // with oneself, and nobody is two
        "GET /customers/{id}/matches/{merge}/parting",
        "POST /customers/{id}/matches/{merge}/parting",
        "POST /duplicates",
    ];
    let for_partners = [
        "POST /api/v1/guests",
        "POST /api/v1/guests/{id}/code",
        "POST /api/v1/requests",
        "POST /api/v1/requests/{id}/withdrawal",
        "POST /customers/{id}/requests",
        "POST /guests",
        "POST /guests/{id}/code",
        "POST /requests/{id}/withdrawal",
        "GET /let-in/{secret}", // about a partner's guest
        "POST /let-in/{secret}",
        "POST /api/v1/hand-offs", // to the brand
        "POST /hand-offs",
        "POST /api/v1/hand-offs/{id}/acceptance", // what a partner is asked
        "POST /api/v1/hand-offs/{id}/decline",
        "POST /api/v1/hand-offs/{id}/questions",
        "POST /hand-offs/{id}/steps",
        "POST /changes/{id}/steps",
        "GET /l/{secret}",
        "GET /l/{secret}/read-back",
        "POST /l/{secret}",
        "GET /api/v1/guests/{id}", // the walk of most of the brand's people looks at its own only
        "GET /guests/{id}",
        "GET /api/v1/requests/{id}",
    ];
    let is_brands = matches!(whose, Whose::Aurora | Whose::Borealis);
    let others: &[&str] = if is_brands { &for_partners } else { &FOR_BRANDS };
    let is_never = never.contains(&route.as_str()) || others.contains(&route.as_str());
    let is_left = facts.method == Method::POST && route.ends_with("/ending"); // something is
    !is_never && !is_left && whose != Whose::Fjord
}
