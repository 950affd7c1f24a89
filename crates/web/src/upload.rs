//! Forms with files, read part by part as they arrive; nothing is held in memory whole.

use axum::{
    body::Bytes,
    extract::{FromRequest, Multipart, Request, multipart::Field},
    http::StatusCode,
};

use crate::{Failure, csrf};

/// How long the text of a field that is no file may be.
const TEXT_BYTES_MAX: usize = 64 << 10;

/// A form of several parts (`multipart/form-data`) on a route made with [`crate::Route::upload`].
///
/// The token in the part `csrf` was checked before the handler ran, and is left out here.
pub struct Upload(Multipart);

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Failure;
    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let begins_with_token = request.extensions().get::<csrf::InFirstPart>().is_some();
        let mut parts = Multipart::from_request(request, state).await.map_err(|_| {
            Failure::UnsupportedMedia("This takes a form of several parts (multipart/form-data).")
        })?;
        if begins_with_token {
            parts.next_field().await.map_err(|error| broken_off(&error))?;
        }
        Ok(Self(parts))
    }
}

impl Upload {
    /// The next part, if there is one. The part before must have been dropped.
    pub async fn next_part(&mut self) -> Result<Option<Part<'_>>, Failure> {
        let field = self.0.next_field().await.map_err(|error| broken_off(&error))?;
        Ok(field.map(Part))
    }
}

/// One part of a form: a field's text, or a file.
pub struct Part<'a>(Field<'a>);

impl Part<'_> {
    /// The name of the field.
    pub fn name(&self) -> &str {
        self.0.name().unwrap_or_default()
    }

    /// What the file was called where it came from; `None` for a field without a file. Data only:
    /// nothing is ever stored under it.
    pub fn file_name(&self) -> Option<&str> {
        self.0.file_name().filter(|name| !name.is_empty())
    }

    /// The next piece of its content; `None` at its end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Failure> {
        self.0.chunk().await.map_err(|error| broken_off(&error))
    }

    /// The whole of a field's text, up to 64 KiB.
    pub async fn text(mut self) -> Result<String, Failure> {
        let mut bytes = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > TEXT_BYTES_MAX {
                return Err(Failure::TooLarge);
            }
        }
        String::from_utf8(bytes)
            .map_err(|_| Failure::Unreadable("A field's text is not UTF-8.".to_owned()))
    }
}

fn broken_off(error: &axum::extract::multipart::MultipartError) -> Failure {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Failure::TooLarge
    } else {
        Failure::Unreadable("The upload broke off, or is not a form of several parts.".to_owned())
    }
}
