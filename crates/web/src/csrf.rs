//! Forged requests: a write that comes with a cookie must come from one of our own pages.
//!
//! Three walls, each enough by itself in today's browsers: the cookie is `SameSite=Lax`; the
//! browser says where the request comes from (`Sec-Fetch-Site`, else `Origin`); and the page
//! carries the session's token, in the header `X-CSRF-Token`, in the form field `csrf`, or as the
//! first part of a form of several parts.

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{HeaderMap, header},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::{StreamExt, stream};

use crate::{
    Failure, Settings,
    routes::{Face, Facts, Key},
};

/// The header that carries the session's token.
const HEADER: &str = "x-csrf-token";
/// The form field that carries it.
pub(crate) const FIELD: &str = "csrf";
/// How large a form may be that is read for its token.
const FORM_BYTES_MAX: usize = 1 << 20;
/// How far into a body of several parts the end of its first part is looked for.
const FIRST_PART_BYTES_MAX: usize = 4 << 10;

/// The session's token as a page carries it: behind a mask that is new on every page, so that
/// nobody who sees only the sizes of compressed pages can guess it letter by letter (BREACH).
pub(crate) fn offer(session_csrf: &str) -> String {
    let mask: [u8; 32] = rand::random();
    let token = URL_SAFE_NO_PAD.decode(session_csrf).unwrap_or_default();
    let masked = token.iter().zip(&mask).map(|(byte, mask)| byte ^ mask);
    URL_SAFE_NO_PAD.encode(mask.iter().copied().chain(masked).collect::<Vec<u8>>())
}

/// Whether `given` is the session's token, masked or plain. Every wrong one takes the same time.
fn is_token(session_csrf: &str, given: &str) -> bool {
    let (Ok(token), Ok(given)) =
        (URL_SAFE_NO_PAD.decode(session_csrf), URL_SAFE_NO_PAD.decode(given.trim()))
    else {
        return false;
    };
    let plain: Vec<u8> = match given.split_at_checked(32) {
        Some((mask, masked)) if !masked.is_empty() => {
            masked.iter().zip(mask).map(|(byte, mask)| byte ^ mask).collect()
        }
        _ => given,
    };
    let differences = plain.iter().zip(&token).fold(0, |seen, (a, b)| seen | (a ^ b));
    token.len() == 32 && plain.len() == token.len() && differences == 0
}

/// Fails unless the browser says, or nothing denies, that the request comes from this site.
pub(crate) fn check_site(headers: &HeaderMap, settings: &Settings) -> Result<(), Failure> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    let comes_from_here = match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        // Without https browsers leave Sec-Fetch-Site out, and write "null" for pages that, like
        // ours, send no referrer.
        (None, Some("null")) => !settings.is_https(),
        (None, Some(origin)) => origin.eq_ignore_ascii_case(&settings.base_url),
        // No browser, hence nobody's cookies sent unasked.
        (None, None) => true,
    };
    if comes_from_here { Ok(()) } else { Err(forged()) }
}

/// Fails unless the request carries the session's token; hands the request on whole.
pub(crate) async fn check_token(
    request: Request,
    session_csrf: &str,
    facts: &Facts,
) -> Result<Request, Failure> {
    if let Some(given) = request.headers().get(HEADER) {
        let matches = given.to_str().is_ok_and(|given| is_token(session_csrf, given));
        return if matches { Ok(request) } else { Err(forged()) };
    }
    if facts.face == Face::Api {
        return Err(forged());
    }
    let (mut parts, body) = request.into_parts();
    let (given, body) = match kind_of(&parts.headers) {
        Kind::Form => token_of_form(body, facts.body_bytes_max).await?,
        Kind::Parts(boundary) if facts.key == Key::FirstPart => {
            parts.extensions.insert(InFirstPart);
            token_of_first_part(body, &boundary).await?
        }
        Kind::Parts(_) => {
            return Err(Failure::UnsupportedMedia("This form takes no files."));
        }
        Kind::Other => return Err(forged()),
    };
    if given.is_some_and(|given| is_token(session_csrf, &given)) {
        Ok(Request::from_parts(parts, body))
    } else {
        Err(forged())
    }
}

/// Rides with a request whose body begins with the token.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InFirstPart;

fn forged() -> Failure {
    Failure::Forbidden(
        "The form was sent from elsewhere, or the page is older than your sign-in. Open the \
         page again and send the form from there."
            .into(),
    )
}

enum Kind {
    Form,
    Parts(String),
    Other,
}

fn kind_of(headers: &HeaderMap) -> Kind {
    let text = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let text = text.unwrap_or_default();
    let (essence, parameters) = text.split_once(';').unwrap_or((text, ""));
    match essence.trim().to_ascii_lowercase().as_str() {
        "application/x-www-form-urlencoded" => Kind::Form,
        "multipart/form-data" => parameters
            .split(';')
            .filter_map(|parameter| parameter.trim().split_once('='))
            .find(|(name, _)| name.eq_ignore_ascii_case("boundary"))
            .map_or(Kind::Other, |(_, value)| Kind::Parts(value.trim_matches('"').to_owned())),
        _ => Kind::Other,
    }
}

async fn token_of_form(body: Body, bytes_max: usize) -> Result<(Option<String>, Body), Failure> {
    let bytes = axum::body::to_bytes(body, bytes_max.min(FORM_BYTES_MAX)).await;
    let bytes = bytes.map_err(|_| Failure::TooLarge)?;
    // The token's letters are never percent-encoded, so the field can be found as it stands.
    let field = bytes.split(|byte| *byte == b'&').find_map(|field| field.strip_prefix(b"csrf="));
    let given = field.map(|value| String::from_utf8_lossy(value).into_owned());
    Ok((given, Body::from(bytes)))
}

async fn token_of_first_part(
    body: Body,
    boundary: &str,
) -> Result<(Option<String>, Body), Failure> {
    let mut rest = body.into_data_stream();
    let mut begun: Vec<u8> = Vec::new();
    let mut given = None;
    while given.is_none() && begun.len() < FIRST_PART_BYTES_MAX {
        match rest.next().await {
            Some(Ok(chunk)) => begun.extend_from_slice(&chunk),
            Some(Err(_)) => return Err(Failure::Unreadable("The upload broke off.".to_owned())),
            None => break,
        }
        given = first_part(&begun, boundary);
    }
    let begun = stream::iter([Ok(Bytes::from(begun))]);
    Ok((given, Body::from_stream(begun.chain(rest))))
}

/// The text of the first part, if it is whole and its name is `csrf`.
fn first_part(begun: &[u8], boundary: &str) -> Option<String> {
    let text = begun.strip_prefix(format!("--{boundary}\r\n").as_bytes())?;
    let end = find(text, format!("\r\n--{boundary}").as_bytes())?;
    let part = std::str::from_utf8(&text[..end]).ok()?;
    let (head, value) = part.split_once("\r\n\r\n")?;
    let named = format!("name=\"{FIELD}\"");
    let is_token = head.lines().any(|line| {
        line.to_ascii_lowercase().starts_with("content-disposition:")
            && line.split(';').any(|parameter| parameter.trim() == named)
    });
    is_token.then(|| value.to_owned())
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Secret;

    #[test]
    fn a_token_is_known_masked_and_plain_and_no_other_is() {
        let session = Secret::random().hash().csrf();
        assert!(is_token(&session, &session));
        assert!(is_token(&session, &offer(&session)));
        assert_ne!(offer(&session), offer(&session));
        for wrong in ["", "AAAA", &offer(&Secret::random().hash().csrf())] {
            assert!(!is_token(&session, wrong), "{wrong}");
        }
        assert!(!is_token("", ""), "a session without a token has no forms");
    }

    #[test]
    fn the_token_of_a_form_of_several_parts_is_its_first() {
        let part = |name: &str| {
            format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\nabc\r\n--x--")
        };
        assert_eq!(first_part(part("csrf").as_bytes(), "x").as_deref(), Some("abc"));
        assert_eq!(first_part(part("file").as_bytes(), "x"), None);
        assert_eq!(first_part(&part("csrf").as_bytes()[..58], "x"), None);
        assert_eq!(first_part(b"--y\r\n", "x"), None);
    }
}
