//! What comes in, read into types: JSON, forms, queries, and the parts of a path. What cannot be
//! read is a [`Failure`] that names the field.

use std::{fmt, marker::PhantomData};

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request, path},
    http::{HeaderMap, header, request::Parts},
};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, IgnoredAny, MapAccess, Visitor, value::MapAccessDeserializer},
};

use crate::{Failure, Problems, csrf};

/// How deep the brackets of a JSON body may nest: more is no request of ours, and every reader of
/// it would recurse as deep.
const DEPTH_MAX: usize = 32;

/// A body of `application/json`.
#[derive(Debug, Clone, Copy, Default)]
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Failure;
    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        if essence(request.headers()) != "application/json" {
            return Err(Failure::UnsupportedMedia("This takes application/json."));
        }
        let bytes = whole(request, state).await?;
        let value = json(&bytes)?;
        // Serde would take the fields of an object in their order, without their names.
        if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
            return Err(Failure::field("body", "an object is expected, not a list"));
        }
        Ok(Self(value))
    }
}

/// For `#[serde(deserialize_with = "handfast_web::object")]` on a part of a body that has fields of
/// its own: takes an object only, where serde would also take a list of the fields' values.
pub fn object<'de, T: Deserialize<'de>, D: Deserializer<'de>>(reader: D) -> Result<T, D::Error> {
    struct Fields<T>(PhantomData<T>);
    impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<T> {
        type Value = T;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<T, A::Error> {
            T::deserialize(MapAccessDeserializer::new(fields))
        }
    }
    reader.deserialize_map(Fields(PhantomData))
}

/// Reads JSON as [`JsonBody`] does; for one line of a stream.
pub fn json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    if depth(bytes) > DEPTH_MAX {
        let text = format!("The JSON nests deeper than {DEPTH_MAX} brackets.");
        return Err(Failure::Unreadable(text));
    }
    no_zero(bytes)?;
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        match inner.classify() {
            serde_json::error::Category::Data => wrong_field(&path, &inner),
            // What may be one of some words only is told as if the text were broken.
            _ if serde_json::from_slice::<IgnoredAny>(bytes).is_ok() => {
                wrong_field(&path, &"a value of another kind is expected")
            }
            _ => not_json(&inner),
        }
    })?;
    reader.end().map_err(|error| not_json(&error))?;
    Ok(value)
}

/// Refuses texts with the character 0, which no database holds, by the name of their field.
fn no_zero(bytes: &[u8]) -> Result<(), Failure> {
    // Looked for as it is written, so that almost no body is read twice.
    if !bytes.windows(6).any(|six| six == b"\\u0000") {
        return Ok(());
    }
    // What is no JSON at all is refused by whoever reads it.
    let body: serde_json::Value = serde_json::from_slice(bytes).unwrap_or_default();
    with_zero(&body, String::new()).map_or(Ok(()), |field| Err(holds_zero(field)))
}

fn holds_zero(field: String) -> Failure {
    Failure::field(field, "a text cannot hold the character 0 (NUL)")
}

/// The place of the first text with the character 0. The depth was looked at before.
fn with_zero(value: &serde_json::Value, at: String) -> Option<String> {
    let below = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
    match value {
        serde_json::Value::String(text) => text.contains('\0').then_some(at),
        serde_json::Value::Array(items) => {
            let mut items = items.iter().enumerate();
            items.find_map(|(index, item)| with_zero(item, format!("{at}[{index}]")))
        }
        serde_json::Value::Object(fields) => fields.iter().find_map(|(name, value)| {
            if name.contains('\0') { Some(at.clone()) } else { with_zero(value, below(name)) }
        }),
        _ => None,
    }
}

fn not_json(error: &serde_json::Error) -> Failure {
    Failure::Unreadable(format!("The body is not JSON: {error}."))
}

/// The text of a serde error names fields and kinds, and at most a value whoever asks sent.
fn wrong_field(path: &str, error: &dyn fmt::Display) -> Failure {
    let field = if matches!(path, "." | "?" | "") { "body".to_owned() } else { path.to_owned() };
    let text = error.to_string();
    // The place in the text means nothing to a person who reads the name of the field.
    let text = text.split(" at line ").next().unwrap_or_default().to_owned();
    Failure::Invalid(Problems::default().and(field, text))
}

/// How deep the brackets nest, without recursion. Brackets within strings do not count.
fn depth(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut within_string, mut escaped) = (false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if within_string => escaped = true,
            b'"' => within_string = !within_string,
            b'[' | b'{' if !within_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !within_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// The fields of a form without files. The field `csrf` was looked at before and is left out.
#[derive(Debug, Clone, Copy, Default)]
pub struct Form<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Form<T> {
    type Rejection = Failure;
    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        if essence(request.headers()) != "application/x-www-form-urlencoded" {
            return Err(Failure::UnsupportedMedia("This takes a form."));
        }
        let bytes = whole(request, state).await?;
        let named = format!("{}=", csrf::FIELD);
        let kept: Vec<&[u8]> = bytes
            .split(|byte| *byte == b'&')
            .filter(|field| !field.starts_with(named.as_bytes()))
            .collect();
        fields(&kept.join(&b'&')).map(Self)
    }
}

/// The fields of the query.
#[derive(Debug, Clone, Copy, Default)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        fields(parts.uri.query().unwrap_or_default().as_bytes()).map(Self)
    }
}

/// Reads `a=1&b=2`. A field left blank counts as not given, as browsers send every field of a form.
fn fields<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    let given: Vec<&[u8]> =
        bytes.split(|byte| *byte == b'&').filter(|field| !field.ends_with(b"=")).collect();
    let given = given.join(&b'&');
    if let Some((name, _)) = form_urlencoded::parse(&given).find(|(_, value)| value.contains('\0'))
    {
        return Err(holds_zero(name.into_owned()));
    }
    let reader = serde_urlencoded::Deserializer::new(form_urlencoded::parse(&given));
    serde_path_to_error::deserialize(reader)
        .map_err(|error| wrong_field(&error.path().to_string(), error.inner()))
}

/// The parts of a path. What cannot be one, such as an id that is none, is not there.
#[derive(Debug, Clone, Copy, Default)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        match path::Path::<T>::from_request_parts(parts, state).await {
            Ok(path::Path(value)) => Ok(Self(value)),
            Err(_) => Err(Failure::NotFound),
        }
    }
}

fn essence(headers: &HeaderMap) -> String {
    let text = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = text.unwrap_or_default().split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

async fn whole<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Failure> {
    Bytes::from_request(request, state).await.map_err(|refused| {
        if refused.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
            Failure::TooLarge
        } else {
            Failure::Unreadable("The request broke off before its end.".to_owned())
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Call {
        name: String,
        minutes: Option<u32>,
        #[serde(default)]
        lines: Vec<Line>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Line {
        count: u32,
    }

    fn wrong<T: fmt::Debug>(read: Result<T, Failure>) -> String {
        match read.unwrap_err() {
            Failure::Invalid(problems) => {
                format!("{}: {}", problems.fields[0].field, problems.fields[0].detail)
            }
            Failure::Unreadable(what) => what,
            other => panic!("{other}"),
        }
    }

    #[test]
    fn what_is_wrong_in_json_is_named_by_its_field() {
        let read = |text: &str| json::<Call>(text.as_bytes());
        assert_eq!(read(r#"{"name":"a"}"#).unwrap().name, "a");
        assert_eq!(
            wrong(read(r#"{"name":"a","lines":[{"count":1},{"count":"x"}]}"#)),
            "lines[1].count: invalid type: string \"x\", expected u32"
        );
        assert!(wrong(read(r#"{"name":"a","owner":1}"#)).starts_with("owner: unknown field"));
        assert!(wrong(read("{}")).starts_with("body: missing field `name`"));
        assert!(wrong(read("{")).starts_with("The body is not JSON"));
        assert!(wrong(read(r#"{"name":"a"} x"#)).starts_with("The body is not JSON"));
    }

    #[test]
    fn what_may_be_one_of_some_words_is_named_too() {
        #[derive(Debug, Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum Word {
            Yes,
        }
        #[derive(Debug, Deserialize)]
        struct Said {
            word: Word,
        }
        let read = |text: &str| json::<Said>(text.as_bytes());
        assert!(matches!(read(r#"{"word":"yes"}"#).unwrap().word, Word::Yes));
        assert!(wrong(read(r#"{"word":[]}"#)).starts_with("word: a value of another kind"));
        assert!(wrong(read(r#"{"word":"#)).starts_with("The body is not JSON"));
    }

    #[test]
    fn a_part_with_fields_is_no_list_of_their_values() {
        #[derive(Debug, Deserialize)]
        struct Outer {
            #[serde(deserialize_with = "object")]
            line: Line,
        }
        let read = |text: &str| json::<Outer>(text.as_bytes());
        assert_eq!(read(r#"{"line":{"count":1}}"#).unwrap().line, Line { count: 1 });
        assert!(wrong(read(r#"{"line":[1]}"#)).starts_with("line: invalid type: sequence"));
        assert!(wrong(read(r#"{"line":{"count":"x"}}"#)).starts_with("line.count: "));
    }

    #[test]
    fn a_text_that_no_database_holds_is_named() {
        let read = |text: &str| json::<serde_json::Value>(text.as_bytes());
        let says = ": a text cannot hold the character 0 (NUL)";
        assert_eq!(wrong(read(r#"{"a":[1,{"b":"x\u0000"}]}"#)), format!("a[1].b{says}"));
        read(r#"{"a":"\\u0000"}"#).unwrap();
        assert_eq!(wrong(fields::<Call>(b"name=a%00b")), format!("name{says}"));
    }

    #[test]
    fn deep_json_is_refused_before_it_is_read() {
        let deep = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        let read = |text: String| json::<serde_json::Value>(text.as_bytes());
        read(deep(32)).unwrap();
        assert!(wrong(read(deep(33))).contains("nests deeper"));
        assert!(wrong(read("[".repeat(1_000_000))).contains("nests deeper"));
        read(format!("\"{}\\\"[\"", "[".repeat(99))).unwrap();
    }

    #[test]
    fn a_blank_field_of_a_form_counts_as_not_given() {
        let read = |text: &str| fields::<Call>(text.as_bytes());
        assert_eq!(read("name=a%26b&minutes=").unwrap().minutes, None);
        assert_eq!(read("name=a&minutes=5").unwrap().minutes, Some(5));
        assert!(wrong(read("name=a&minutes=five")).starts_with("minutes: invalid digit"));
        assert!(wrong(read("name=")).contains("missing field `name`"));
    }
}
