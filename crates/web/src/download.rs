//! Files that go out to be kept, made of what somebody once sent in.

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::headers::SANDBOX_POLICY;

/// What stands as it is in `filename*` (RFC 8187).
const NAME: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'_');

/// An answer that the browser keeps as the file `name` and never shows. `kind` is its media type.
pub fn download(name: &str, kind: &'static str, body: impl Into<Body>) -> Response {
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || ".-_".contains(c) { c } else { '_' })
        .collect();
    let exact = utf8_percent_encode(name, NAME);
    let disposition = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}");
    let disposition = HeaderValue::try_from(disposition).expect("what is not plain was replaced");
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(SANDBOX_POLICY)),
    ];
    (headers, body.into()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_name_stays_a_name() {
        let response = download("a\"; x=\r\n/../é.csv", "text/csv", "a,b");
        assert_eq!(
            response.headers()[header::CONTENT_DISPOSITION],
            "attachment; filename=\"a___x____..__.csv\"; \
             filename*=UTF-8''a%22%3B%20x%3D%0D%0A%2F..%2F%C3%A9.csv"
        );
    }
}
