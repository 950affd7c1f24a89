//! Styles, scripts, fonts and pictures: built into the binary under names that carry a hash of
//! their content, hence kept by browsers for good.

use std::{borrow::Cow, collections::HashMap, sync::LazyLock};

use axum::{
    extract::Path,
    http::{HeaderMap, HeaderValue, Method, header},
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;

use crate::{Access, Failure, Route, page};

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/assets/dist"]
struct Dist;

/// From plain name to hashed address: `app.css` to `/assets/app-3f2a.css`.
static URLS: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    let manifest = Dist::get("manifest.json").map(|file| file.data).unwrap_or_default();
    let names: HashMap<String, String> = serde_json::from_slice(&manifest).unwrap_or_default();
    names.into_iter().map(|(plain, hashed)| (plain, format!("/assets/{hashed}"))).collect()
});

/// The address of the asset called `name` before it was hashed; without built assets, one at which
/// there is nothing.
pub fn url(name: &str) -> Cow<'static, str> {
    match URLS.get(name) {
        Some(url) => Cow::Borrowed(url),
        None => Cow::Owned(format!("/assets/{name}")),
    }
}

/// Serves all of them.
pub(crate) fn route() -> Route {
    page(Method::GET, "/assets/{name}", Access::Public, serve).anonymous()
}

/// Browsers ask for this one even if a page names another.
pub(crate) fn favicon_route() -> Route {
    let serve = async |headers: HeaderMap| {
        let url = url("favicon.svg");
        serve(Path(url.trim_start_matches("/assets/").to_owned()), headers).await
    };
    page(Method::GET, "/favicon.ico", Access::Public, serve).anonymous()
}

async fn serve(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Failure> {
    let is_listed = || URLS.values().any(|url| url.strip_prefix("/assets/") == Some(&name));
    let kind = kind_of(&name).filter(|_| is_listed()).ok_or(Failure::NotFound)?;
    let (data, encoding) = best(&name, &headers).ok_or(Failure::NotFound)?;
    let mut response = data.into_response();
    let set = response.headers_mut();
    set.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    let for_good = HeaderValue::from_static("public, max-age=31536000, immutable");
    set.insert(header::CACHE_CONTROL, for_good);
    set.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        set.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    Ok(response)
}

/// The smallest form of the file that the browser takes, and how it is encoded.
fn best(name: &str, headers: &HeaderMap) -> Option<(Cow<'static, [u8]>, Option<&'static str>)> {
    let taken = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    let taken = taken.unwrap_or_default();
    for (encoding, ending) in [("br", "br"), ("gzip", "gz")] {
        // Browsers never send q=0; whoever does means "not this one".
        let takes = taken.split(',').any(|one| {
            let (name, quality) = one.trim().split_once(';').unwrap_or((one.trim(), ""));
            name == encoding && quality.trim() != "q=0"
        });
        if takes && let Some(file) = Dist::get(&format!("{name}.{ending}")) {
            return Some((file.data, Some(encoding)));
        }
    }
    Dist::get(name).map(|file| (file.data, None))
}

fn kind_of(name: &str) -> Option<&'static str> {
    Some(match name.rsplit_once('.')?.1 {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        _ => return None,
    })
}
