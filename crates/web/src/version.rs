//! Versions of a thing over HTTP: `ETag`, `If-Match`, `If-None-Match`.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};

use crate::Failure;

/// The `ETag` of a thing's version: `"v3"`.
pub fn tag(version: i64) -> (HeaderName, HeaderValue) {
    let value = HeaderValue::try_from(text(version)).expect("digits and quotes make a header");
    (header::ETAG, value)
}

fn text(version: i64) -> String {
    format!("\"v{version}\"")
}

/// The versions a change is meant for; without the header, whichever there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfMatch(Option<Vec<String>>);

impl IfMatch {
    /// Fails with 412 if the thing is at another version than was read.
    pub fn check(&self, version: i64) -> Result<(), Failure> {
        let Some(tags) = &self.0 else { return Ok(()) };
        // Weak tags never match here (RFC 9110, 13.1.1), and ours are strong.
        let text = text(version);
        let matches = tags.iter().any(|tag| tag == "*" || *tag == text);
        if matches { Ok(()) } else { Err(Failure::PreconditionFailed) }
    }
}

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        Ok(Self(tags(&parts.headers, &header::IF_MATCH)))
    }
}

/// The versions whoever asks has already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfNoneMatch(Option<Vec<String>>);

impl IfNoneMatch {
    /// The answer `304 Not Modified`, if the thing is at a version that is known already.
    pub fn unchanged(&self, version: i64) -> Option<Response> {
        let text = text(version);
        let known = self
            .0
            .as_ref()?
            .iter()
            .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == text);
        known.then(|| (StatusCode::NOT_MODIFIED, [tag(version)]).into_response())
    }
}

impl<S: Sync> FromRequestParts<S> for IfNoneMatch {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        Ok(Self(tags(&parts.headers, &header::IF_NONE_MATCH)))
    }
}

fn tags(headers: &HeaderMap, name: &HeaderName) -> Option<Vec<String>> {
    if !headers.contains_key(name) {
        return None;
    }
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    Some(values.flat_map(|value| value.split(',')).map(|tag| tag.trim().to_owned()).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn tags_of(value: &str) -> Option<Vec<String>> {
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_MATCH, value.parse().unwrap());
        tags(&headers, &header::IF_MATCH)
    }

    #[test]
    fn a_change_is_taken_only_for_the_version_it_was_made_from() {
        for (sent, passes) in [
            ("\"v3\"", true),
            ("*", true),
            ("\"v2\", \"v3\"", true),
            ("\"v2\"", false),
            ("W/\"v3\"", false),
            ("v3", false),
        ] {
            assert_eq!(IfMatch(tags_of(sent)).check(3).is_ok(), passes, "{sent}");
        }
        IfMatch(None).check(3).unwrap();
    }

    #[test]
    fn what_is_known_already_is_not_sent_again() {
        let known = IfNoneMatch(tags_of("W/\"v3\""));
        let answer = known.unchanged(3).unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(answer.headers()[header::ETAG], "\"v3\"");
        assert!(known.unchanged(4).is_none());
        assert!(IfNoneMatch(None).unchanged(3).is_none());
    }
}
