use axum::http::StatusCode;
use handfast_web::Role;

use super::town::towns;

#[tokio::test]
async fn a_token_is_shown_once_and_revoked() {
    for town in towns() {
        let sam = town.signed_in("Sam", town.at.spoke, Role::PartnerAdmin).await;
        assert!(sam.get("/tokens").await.says("There are no tokens yet"));
        let fields =
            [("name", "Shop export"), ("scope", "read"), ("scope", "import"), ("days", "30")];
        let made = sam.post("/tokens", &fields).await;
        let token = made.between("id=\"made-token\" value=\"", "\"").to_owned();
        assert!(token.starts_with("hft_"));
        let page = sam.get("/tokens").await;
        assert!(page.says("Shop export") && page.says("May read and import."));
        assert!(!page.says(&token));

        let id = page.between("action=\"/tokens/", "/revocation").to_owned();
        let revoked = sam.post(&format!("/tokens/{id}/revocation"), &[]).await;
        let page = sam.get(&revoked.location).await;
        assert!(page.says("The token is revoked.") && page.says("Revoked"));
    }
}

#[tokio::test]
async fn a_token_without_name_or_scope_is_refused_by_field() {
    for town in towns() {
        let sam = town.signed_in("Sam", town.at.spoke, Role::PartnerAdmin).await;
        let page = sam.post("/tokens", &[("days", "30")]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.says("2 things need changing"));
        let page = sam.post("/tokens", &[("name", "x"), ("scope", "read"), ("days", "9")]).await;
        assert_eq!(page.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn everybody_reads_how_to_call_the_api_and_only_admins_make_tokens() {
    for town in towns() {
        let staff = town.signed_in("Ana", town.at.spoke, Role::PartnerStaff).await;
        let page = staff.get("/api").await;
        assert_eq!(page.status, StatusCode::OK);
        for text in ["/api/v1/customers/{id}/touches", "/problems/not-found", "Admins make tokens"]
        {
            assert!(page.says(text), "{text}");
        }
        assert_eq!(staff.get("/tokens").await.status, StatusCode::FORBIDDEN);
        assert_eq!(staff.get("/people").await.status, StatusCode::FORBIDDEN);
        let sam = town.signed_in("Sam", town.at.spoke, Role::PartnerAdmin).await;
        assert!(sam.get("/api").await.says("Make a token"));
    }
}
