//! Lists over HTTP: some items, and a link to the next.

use axum::{
    http::{HeaderValue, Uri, header},
    response::{IntoResponse, Response},
};
use handfast_kit::{Cursor, Page};
use serde::Serialize;

use crate::Failure;

/// The query field that names the place in a list.
const FIELD: &str = "after";
/// What an item takes, more or less.
const ITEM_BYTES: usize = 600;

/// The address of the next page of the list at `uri`, keeping the rest of the query.
pub fn next_href(uri: &Uri, next: &Cursor) -> String {
    let kept = uri.query().into_iter().flat_map(|query| query.split('&'));
    let mut fields: Vec<String> = kept
        .filter(|field| !field.is_empty() && field.split('=').next() != Some(FIELD))
        .map(str::to_owned)
        .collect();
    fields.push(format!("{FIELD}={next}"));
    format!("{}?{}", uri.path(), fields.join("&"))
}

#[derive(Serialize)]
struct Listed<T> {
    items: Vec<T>,
    next: Option<String>,
}

/// A page of a list as the API gives it: `{"items": [..], "next": ".."}`, and while there is more a
/// `Link` to it. `next` goes into the query field `after`.
pub fn list<T: Serialize>(uri: &Uri, page: Page<T>) -> Response {
    let link = page.next.as_ref().map(|next| format!("<{}>; rel=\"next\"", next_href(uri, next)));
    let next = page.next.map(|next| next.to_string());
    // Grown by doubling, a page of touches would be copied twice over on its way out.
    let mut body = Vec::with_capacity(256 + page.items.len() * ITEM_BYTES);
    if let Err(error) = serde_json::to_writer(&mut body, &Listed { items: page.items, next }) {
        return Failure::Broken(format!("a list could not be written: {error}")).into_response();
    }
    let json = HeaderValue::from_static("application/json");
    let mut response = ([(header::CONTENT_TYPE, json)], body).into_response();
    if let Some(link) = link.and_then(|link| HeaderValue::try_from(link).ok()) {
        response.headers_mut().insert(header::LINK, link);
    }
    response
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn cursor() -> Cursor {
        Cursor::after(["x".to_owned()])
    }

    #[test]
    fn the_next_page_keeps_the_filters_and_moves_the_cursor() {
        let href = |uri: &str| next_href(&uri.parse().unwrap(), &cursor());
        let next = cursor();
        assert_eq!(href("/c"), format!("/c?after={next}"));
        assert_eq!(
            href("/c?q=a%20b&after=old&afterwards=1"),
            format!("/c?q=a%20b&afterwards=1&after={next}")
        );
    }

    #[test]
    fn the_last_page_has_no_link() {
        let uri: Uri = "/c".parse().unwrap();
        let last = list(&uri, Page { items: vec![1], next: None });
        assert!(!last.headers().contains_key(header::LINK));
        let first = list(&uri, Page { items: vec![1], next: Some(cursor()) });
        assert_eq!(first.headers()[header::LINK], format!("</c?after={}>; rel=\"next\"", cursor()));
    }
}
