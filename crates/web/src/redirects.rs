//! Where to go next: only ever a path of this site.

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

const PATH_LEN_MAX: usize = 2_000;

/// What must not stand as it is in a query's value.
const VALUE: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>').add(b'&').add(b'+').add(b'%');

/// `303 See Other`: the browser fetches `path` with `GET`. A path that would leave the site leads
/// to the start instead.
pub fn see_other(path: &str) -> Response {
    let to = HeaderValue::try_from(relative(path).unwrap_or("/"));
    let to = to.expect("a relative path is printable ASCII");
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}

/// `text`, if it is a path within this site. For what comes in from outside, such as `then`.
///
/// Browsers read a backslash as a slash and skip tabs, so `/\host` and `//host` both leave.
pub fn relative(text: &str) -> Option<&str> {
    let leaves = !text.starts_with('/')
        || text.starts_with("//")
        || text.len() > PATH_LEN_MAX
        || text.contains(|c: char| c == '\\' || !c.is_ascii_graphic());
    (!leaves).then_some(text)
}

/// Where somebody who is not signed in goes, to come back to `then` afterwards.
pub fn sign_in(then: &str) -> String {
    match relative(then) {
        Some("/") | None => "/sign-in".to_owned(),
        Some(then) => format!("/sign-in?then={}", utf8_percent_encode(then, VALUE)),
    }
}

/// Whether an answer with these headers stays on the site.
pub(crate) fn stays(headers: &HeaderMap) -> bool {
    let location = headers.get(header::LOCATION).map(HeaderValue::to_str);
    location.is_none_or(|text| text.is_ok_and(|text| relative(text).is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_site_are_followed() {
        for good in ["/", "/customers?q=a%20b&after=x", "/customers/7#calls"] {
            assert_eq!(relative(good), Some(good));
        }
        for bad in [
            "",
            "customers",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\tb",
            "/a\r\nSet-Cookie: x",
            "/caf\u{e9}",
            "javascript:alert(1)",
            "\\\\evil.example",
        ] {
            assert_eq!(relative(bad), None, "{bad:?}");
            assert_eq!(see_other(bad).headers()[header::LOCATION], "/");
        }
    }

    #[test]
    fn signing_in_leads_back_to_where_one_was() {
        assert_eq!(sign_in("/customers?q=a&b=c"), "/sign-in?then=/customers?q=a%26b=c");
        assert_eq!(sign_in("//evil.example"), "/sign-in");
    }
}
