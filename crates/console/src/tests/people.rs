use axum::http::StatusCode;
use handfast_record::people;
use handfast_web::Role;

use super::town::{Browser, PASSWORD, Town, email, towns};

/// Invites somebody and says the path of the link that the page shows.
async fn invited(admin: &Browser<'_>, name: &str, role: Role) -> String {
    let email = email(name);
    let fields = [("name", name), ("email", &*email), ("role", role.word())];
    let page = admin.post("/people/invitations", &fields).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let link = page.between("id=\"made-link\" value=\"http://localhost:8080", "\"").to_owned();
    assert!(!admin.get("/people").await.says(&link), "the link is shown once");
    link
}

async fn sam(town: &Town) -> Browser<'_> {
    town.signed_in("Sam Whitlock", town.at.spoke, Role::PartnerAdmin).await
}

#[tokio::test]
async fn an_invitation_is_accepted_once_with_a_password() {
    for town in towns() {
        let sam = sam(&town).await;
        let link = invited(&sam, "Ana Moreira", Role::PartnerStaff).await;
        let browser = town.browser();
        let page = browser.get(&link).await;
        for text in ["Sam Whitlock invites you", "Spoke &#38; Chain", "partner staff"] {
            assert!(page.says(text), "{text}: {}", page.text);
        }
        let short = browser.post(&link, &[("password", "short")]).await;
        assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(short.says("Use at least 10 characters"));

        let accepted = browser.post(&link, &[("password", PASSWORD)]).await;
        assert_eq!(accepted.location, "/customers");
        assert!(browser.get("/customers").await.says("Ana Moreira"));
        for answer in [browser.get(&link).await, browser.post(&link, &[]).await] {
            assert_eq!(answer.status, StatusCode::GONE);
            assert!(answer.says("This invitation cannot be used any more"));
        }
        assert!(sam.get("/people").await.says("Ana Moreira"));
    }
}

#[tokio::test]
async fn who_is_known_shows_the_password_they_have_or_is_signed_in() {
    for town in towns() {
        town.person("Dev Patel", town.at.harbour, Role::PartnerStaff);
        let sam = sam(&town).await;
        let link = invited(&sam, "Dev Patel", Role::PartnerStaff).await;
        let stranger = town.browser();
        assert!(stranger.get(&link).await.says("The password you have"));
        let wrong = stranger.post(&link, &[("password", "certainly not this")]).await;
        assert!(wrong.says("This is not the password you sign in with."));
        assert!(!stranger.is_signed_in());

        let dev = town.browser();
        let email = email("Dev Patel");
        dev.post("/sign-in", &[("email", &email), ("password", PASSWORD)]).await;
        assert!(dev.get(&link).await.says("nothing more is needed"));
        assert_eq!(dev.post(&link, &[]).await.location, "/customers");
        assert!(dev.get("/memberships").await.says("You work for 2."));
    }
}

#[tokio::test]
async fn a_withdrawn_invitation_lets_nobody_in() {
    for town in towns() {
        let sam = sam(&town).await;
        let link = invited(&sam, "Ana Moreira", Role::PartnerStaff).await;
        let page = sam.get("/people").await;
        let id = page.between("action=\"/people/invitations/", "/withdrawal").to_owned();
        let path = format!("/people/invitations/{id}/withdrawal");
        let gone = sam.post(&path, &[]).await;
        assert!(sam.get(&gone.location).await.says("The invitation was withdrawn."));
        assert_eq!(town.browser().get(&link).await.status, StatusCode::GONE);
    }
}

#[tokio::test]
async fn a_form_that_is_refused_keeps_what_was_written() {
    for town in towns() {
        let sam = sam(&town).await;
        let fields = [("name", "Ana"), ("email", "not an address"), ("role", "brand admin")];
        let page = sam.post("/people/invitations", &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.says("The invitation was not made"));
        assert!(page.says("value=\"Ana\"") && page.says("value=\"not an address\""));
        assert!(!page.says("value=\"brand admin\""), "a role of the brand is not offered");
        assert!(page.says("name=\"then\" value=\"/people\""));
    }
}

#[tokio::test]
async fn roles_change_memberships_end_and_begin_again() {
    for town in towns() {
        let sam = sam(&town).await;
        let ana = town.person("Ana", town.at.spoke, Role::PartnerStaff);
        let at = |what: &str| format!("/people/{ana}/{what}");
        let changed = sam.post(&at("role"), &[("role", "auditor")]).await;
        assert!(sam.get(&changed.location).await.says("The new role is in force"));
        let ended = sam.post(&at("ending"), &[]).await;
        assert!(sam.get(&ended.location).await.says("Ended"));
        let returned = sam.post(&at("return"), &[("role", "partner staff")]).await;
        assert!(sam.get(&returned.location).await.says("a member again"));
        let network = town.at.network;
        let spoke = town.at.spoke;
        let member = town.at.db.read(|cx| people::member(cx, network, spoke, ana)).unwrap();
        assert_eq!(member.unwrap().role, Role::PartnerStaff);
    }
}

#[tokio::test]
async fn the_last_admin_of_the_brand_stays_and_is_told_why() {
    for town in towns() {
        let priya = town.person("Priya", town.at.brand, Role::BrandAdmin);
        let browser = town.browser();
        let link = town.link(priya, people::Uses::Once);
        browser.post(&link, &[]).await;
        for (what, fields) in [("ending", &[][..]), ("role", &[("role", "brand staff")][..])] {
            let page = browser.post(&format!("/people/{priya}/{what}"), fields).await;
            assert_eq!(page.status, StatusCode::CONFLICT);
            assert!(page.says("This is the last admin of the brand."), "{what}");
        }
        assert!(browser.is_signed_in());
    }
}

#[tokio::test]
async fn a_brand_admin_looks_after_partners_and_a_partner_admin_only_after_its_own() {
    for town in towns() {
        let sam = sam(&town).await;
        let priya = town.signed_in("Priya", town.at.brand, Role::BrandAdmin).await;
        let of = |id| format!("/people?organisation={id}");
        let page = priya.get(&of(town.at.spoke)).await;
        assert!(page.says("Sam Whitlock") && page.says("Members of Spoke"));
        assert_eq!(sam.get(&of(town.at.harbour)).await.status, StatusCode::NOT_FOUND);

        let harbour = town.at.harbour.to_string();
        let fields = [
            ("organisation", &*harbour),
            ("name", "Grace"),
            ("email", "grace@example.com"),
            ("role", "partner admin"),
        ];
        assert_eq!(priya.post("/people/invitations", &fields).await.status, StatusCode::OK);
        let refused = sam.post("/people/invitations", &fields).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND);
    }
}
