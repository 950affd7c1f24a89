//! The cookie of a session, the only one there is.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::{Secret, Settings};

/// The header that makes the browser keep the session's secret for `keep_s` seconds.
///
/// With https the name has the prefix `__Host-`, so that no neighbouring site can set it.
pub fn sign_in(settings: &Settings, secret: &Secret, keep_s: u32) -> (HeaderName, HeaderValue) {
    cookie(settings, &secret.text(), keep_s)
}

/// The headers that make the browser forget the session, and what it has seen.
pub fn sign_out(settings: &Settings) -> [(HeaderName, HeaderValue); 2] {
    let forget = HeaderValue::from_static("\"cache\", \"storage\"");
    [cookie(settings, "", 0), (HeaderName::from_static("clear-site-data"), forget)]
}

/// The secret in the session's cookie, if there is one.
pub fn secret(settings: &Settings, headers: &HeaderMap) -> Option<Secret> {
    let name = name(settings);
    let values = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut cookies = values.flat_map(|value| value.split(';')).filter_map(|one| {
        let (cookie, value) = one.trim().split_once('=')?;
        (cookie == name).then_some(value)
    });
    Secret::parse(cookies.next()?)
}

fn name(settings: &Settings) -> &'static str {
    if settings.is_https() { "__Host-sid" } else { "sid" }
}

fn cookie(settings: &Settings, value: &str, keep_s: u32) -> (HeaderName, HeaderValue) {
    let name = name(settings);
    let secure = if settings.is_https() { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; Max-Age={keep_s}; HttpOnly; SameSite=Lax{secure}");
    let value = HeaderValue::try_from(text).expect("base64url and fixed text make a header");
    (header::SET_COOKIE, value)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn settings(base_url: &str) -> Settings {
        Settings { base_url: base_url.to_owned(), ..Settings::default() }
    }

    #[test]
    fn the_cookie_reads_back_and_is_locked_to_the_host_on_https() {
        for (base_url, begins) in
            [("https://h.example", "__Host-sid="), ("http://localhost", "sid=")]
        {
            let (settings, given) = (settings(base_url), Secret::random());
            let (_, set) = sign_in(&settings, &given, 60);
            let set = set.to_str().unwrap();
            assert!(set.starts_with(begins), "{set}");
            assert!(set.contains("; Path=/; Max-Age=60; HttpOnly; SameSite=Lax"), "{set}");
            assert_eq!(set.ends_with("; Secure"), settings.is_https());

            let sent = set.split(';').next().unwrap();
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, format!("theme=x; {sent}").parse().unwrap());
            assert_eq!(secret(&settings, &headers).unwrap().hash(), given.hash());
        }
    }
}
