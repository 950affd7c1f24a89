//! The headers of every answer.

use axum::{
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};

use crate::{Failure, Settings, redirects};

/// Nothing runs, loads or frames but our own files. `require-trusted-types-for 'script'` is left
/// out: htmx turns fragments into elements through sinks that it forbids, and no script of ours
/// makes markup from text.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; \
     base-uri 'none'; frame-ancestors 'none'; object-src 'none'";

/// For content that somebody sent in: nothing of it may act, even if a browser were to show it.
pub(crate) const SANDBOX_POLICY: &str = "sandbox; default-src 'none'";

static ALWAYS: [(HeaderName, HeaderValue); 6] = [
    always("x-content-type-options", "nosniff"),
    always("referrer-policy", "no-referrer"),
    always("cross-origin-opener-policy", "same-origin"),
    always("cross-origin-resource-policy", "same-origin"),
    always(
        "permissions-policy",
        "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), display-capture=(), \
         encrypted-media=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), \
         midi=(), payment=(), usb=(), xr-spatial-tracking=()",
    ),
    always("x-frame-options", "DENY"),
];

const fn always(name: &'static str, value: &'static str) -> (HeaderName, HeaderValue) {
    (HeaderName::from_static(name), HeaderValue::from_static(value))
}

/// Adds the headers of every answer.
pub(crate) fn add(settings: &Settings, mut response: Response) -> Response {
    if response.status().is_redirection() && !redirects::stays(response.headers()) {
        // The last line of defence; `redirects::see_other` never gets here.
        tracing::error!("a redirect would have left the site");
        response = Failure::Broken(String::new()).status().into_response();
    }
    let headers = response.headers_mut();
    headers.reserve(ALWAYS.len() + 4);
    for (name, value) in &ALWAYS {
        headers.insert(name, value.clone());
    }
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    // Only assets say something else; no page and no answer is worth a copy on a shared machine.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if settings.is_https() {
        let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    response
}
