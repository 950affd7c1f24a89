//! The description of the API: each slice describes its own calls.

use utoipa::{
    OpenApi,
    openapi::{
        OpenApi as Document,
        security::{Http, HttpAuthScheme, SecurityScheme},
    },
};

#[derive(OpenApi)]
#[openapi(info(
    title = "Handfast",
    description = "One customer record for a company and all its partners. Problems are answered \
                   as problem details (RFC 9457); lists come in pages, the next one in `Link`; a \
                   write with an `Idempotency-Key` counts once.",
    license(name = "Apache-2.0", identifier = "Apache-2.0")
))]
struct Own;

/// The OpenAPI 3.1 document of everything under `/api/v1`.
pub(crate) fn document() -> Document {
    let mut document = Own::openapi();
    document.merge(handfast_record::openapi());
    document.merge(handfast_intake::Documentation::openapi());
    let token = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    document.components.get_or_insert_default().add_security_scheme("token", token);
    document
}
