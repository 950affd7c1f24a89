use axum::http::{StatusCode, header};
use handfast_kit::TimeMs;
use handfast_record::people::{self, LIMITS, Uses};
use handfast_web::Role;

use super::town::{PASSWORD, Town, email, towns};

/// Towns in which Priya, brand staff, signs in with a password.
fn with_priya() -> Vec<Town> {
    let towns = towns();
    for town in &towns {
        town.person("Priya Nair", town.at.brand, Role::BrandStaff);
    }
    towns
}

fn typed<'a>(email: &'a str, password: &'a str, then: &'a str) -> [(&'a str, &'a str); 3] {
    [("email", email), ("password", password), ("then", then)]
}

#[tokio::test]
async fn a_password_signs_in_and_leads_back_to_where_one_was() {
    for town in with_priya() {
        let browser = town.browser();
        assert_eq!(browser.get("/").await.location, "/sign-in");
        let turned_away = browser.get("/customers?q=maya").await;
        assert_eq!(turned_away.location, "/sign-in?then=/customers?q=maya");
        let page = browser.get(&turned_away.location).await;
        assert!(page.says("name=\"then\" value=\"/customers?q=maya\""));

        let email = email("Priya");
        let came = browser.post("/sign-in", &typed(&email, PASSWORD, "/customers?q=maya")).await;
        assert_eq!((came.status, &*came.location), (StatusCode::SEE_OTHER, "/customers?q=maya"));
        assert!(browser.get("/customers").await.says("Priya Nair"));
        assert_eq!(browser.get("/").await.location, "/customers");
        assert_eq!(browser.get("/sign-in").await.location, "/customers");
    }
}

#[tokio::test]
async fn a_wrong_password_and_a_stranger_get_one_answer() {
    for town in with_priya() {
        let browser = town.browser();
        let mut answers = Vec::new();
        for email in [email("Priya"), email("Nobody")] {
            let answer = browser.post("/sign-in", &typed(&email, "certainly not this", "")).await;
            assert!(!browser.is_signed_in());
            assert!(answer.says("E-mail and password do not fit together"));
            assert!(answer.says(&format!("value=\"{email}\"")), "what was typed is kept");
            assert!(!answer.says("certainly not this"), "except the password");
            answers.push((answer.status, answer.text.replace(&email, "")));
        }
        assert_eq!(answers[0].0, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(answers[0], answers[1]);
    }
}

#[tokio::test]
async fn an_empty_form_says_what_is_missing() {
    for town in with_priya() {
        let answer = town.browser().post("/sign-in", &[]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.says("Write your email address.") && answer.says("Write your password."));
    }
}

#[tokio::test]
async fn too_many_attempts_are_told_to_wait_in_words() {
    for town in with_priya() {
        let (browser, email) = (town.browser(), email("Priya"));
        for _ in 0..LIMITS.attempts_per_email_max {
            browser.post("/sign-in", &typed(&email, "certainly not this", "")).await;
        }
        let answer = browser.post("/sign-in", &typed(&email, PASSWORD, "")).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(answer.says("Try again in 60 seconds."));
        assert_eq!(answer.headers[header::RETRY_AFTER], "60");
        assert!(!browser.is_signed_in());
    }
}

#[tokio::test]
async fn a_sign_in_never_leads_out_of_the_site() {
    for town in with_priya() {
        let email = email("Priya");
        for then in ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x"] {
            let browser = town.browser();
            let page = browser.get(&format!("/sign-in?then={then}")).await;
            assert!(!page.says("evil") && !page.says("javascript"), "{then}");
            let came = browser.post("/sign-in", &typed(&email, PASSWORD, then)).await;
            assert_eq!(came.location, "/customers", "{then}");
            let themed = browser.post("/me/theme", &[("theme", "dark"), ("then", then)]).await;
            assert_eq!(themed.location, "/", "{then}");
        }
    }
}

#[tokio::test]
async fn signing_out_ends_the_session_here_or_everywhere() {
    for town in with_priya() {
        let (email, one, other) = (email("Priya"), town.browser(), town.browser());
        for browser in [&one, &other] {
            browser.post("/sign-in", &typed(&email, PASSWORD, "")).await;
        }
        let left = one.post("/sign-out", &[]).await;
        assert_eq!(left.location, "/sign-in?out=here");
        assert!(!one.is_signed_in());
        assert!(one.get("/sign-in?out=here").await.says("signed out on this device"));
        assert_eq!(other.get("/customers").await.status, StatusCode::OK);

        one.post("/sign-in", &typed(&email, PASSWORD, "")).await;
        assert_eq!(other.post("/sign-out-everywhere", &[]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(one.get("/customers").await.status, StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn a_link_is_used_up_by_its_button_and_not_by_looking() {
    for town in towns() {
        let grace = town.person("Grace Lin", town.at.harbour, Role::PartnerAdmin);
        let link = town.link(grace, Uses::Once);
        for _ in 0..2 {
            let page = town.browser().get(&link).await;
            assert!(page.says("Sign in as Grace Lin") && page.says("Harbour Wheelworks"));
        }
        let browser = town.browser();
        assert_eq!(browser.post(&link, &[]).await.location, "/customers");
        assert!(browser.is_signed_in());
        for answer in [town.browser().get(&link).await, town.browser().post(&link, &[]).await] {
            assert_eq!(answer.status, StatusCode::GONE);
            assert!(answer.says("cannot be used any more"));
        }
        assert_eq!(town.browser().get("/sign-in/nonsense").await.status, StatusCode::GONE);
    }
}

#[tokio::test]
async fn who_lost_the_password_comes_in_by_a_link_and_chooses_another() {
    for town in towns() {
        let grace = town.person("Grace", town.at.harbour, Role::PartnerAdmin);
        let now = town.at.clock.now();
        let link = town.write(move |tx| people::reset_password(tx, grace, TimeMs::HOUR, now));
        let (browser, link) = (town.browser(), format!("/sign-in/{}", link.text()));
        assert!(browser.get(&link).await.says("You choose a password next."));
        assert_eq!(browser.post(&link, &[]).await.location, "/me/password");
        let page = browser.get("/me/password").await;
        assert!(page.says("Choose it") && !page.says("The password you have"));
        let chosen = "green bicycle bell";
        browser.post("/me/password", &[("password", chosen)]).await;
        let again = town.browser();
        again.post("/sign-in", &typed(&email("Grace"), chosen, "")).await;
        assert!(again.is_signed_in());
    }
}

#[tokio::test]
async fn the_theme_is_kept_and_one_comes_back_to_the_page() {
    for town in towns() {
        let browser = town.signed_in("Tom", town.at.brand, Role::BrandStaff).await;
        let saved = browser.post("/me/theme", &[("theme", "dark"), ("then", "/imports")]).await;
        assert_eq!(saved.location, "/imports");
        assert!(browser.get("/imports").await.says("data-theme=\"dark\""));
    }
}

#[tokio::test]
async fn who_works_for_several_chooses_after_signing_in() {
    for town in towns() {
        let sam = town.person("Sam", town.at.spoke, Role::PartnerStaff);
        town.join(sam, town.at.harbour, Role::PartnerStaff);
        let browser = town.browser();
        let came = browser.post("/sign-in", &typed(&email("Sam"), PASSWORD, "")).await;
        assert!(came.location.starts_with("/memberships?then="), "{}", came.location);
        let page = browser.get(&came.location).await;
        assert!(page.says("Spoke &#38; Chain") && page.says("Harbour Wheelworks"));

        let (network, harbour) = (town.at.network.to_string(), town.at.harbour.to_string());
        let place = [("network", &*network), ("organisation", &*harbour)];
        let went = browser.post("/memberships", &place).await;
        assert_eq!(went.location, "/customers");
        let page = browser.get("/imports").await;
        assert!(page.says("Harbour Wheelworks <span class=\"by\">Partner"));

        let brand = town.at.brand.to_string();
        let elsewhere = [("network", &*network), ("organisation", &*brand)];
        let refused = browser.post("/memberships", &elsewhere).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_password_is_changed_by_showing_the_one_there_is() {
    for town in with_priya() {
        let (browser, email) = (town.browser(), email("Priya"));
        browser.post("/sign-in", &typed(&email, PASSWORD, "")).await;
        let chosen = "green bicycle bell";
        let wrong = [("shown", "not this one"), ("password", chosen)];
        let refused = browser.post("/me/password", &wrong).await;
        assert!(refused.says("This is not your present password."));
        let short = [("shown", PASSWORD), ("password", "short")];
        assert!(browser.post("/me/password", &short).await.says("Use at least 10 characters"));

        let right = [("shown", PASSWORD), ("password", chosen)];
        let changed = browser.post("/me/password", &right).await;
        assert_eq!(changed.location, "/me/password?saved=password");
        assert!(browser.get(&changed.location).await.says("The new password is in force."));
        let again = town.browser();
        again.post("/sign-in", &typed(&email, chosen, "")).await;
        assert!(again.is_signed_in());
    }
}
