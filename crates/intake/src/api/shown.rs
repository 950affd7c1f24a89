//! Imports and shapes as the API shows them.

use handfast_kit::{OrganisationId, TimeMs};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    imports::{Import, ImportId},
    shapes::{Kind, Need, Shape},
};

/// An import
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ShownImport {
    #[schema(value_type = String, format = "uuid")]
    id: ImportId,
    #[schema(value_type = String, format = "uuid")]
    organisation_id: OrganisationId,
    shape: String,
    profile: String,
    file_name: String,
    /// `waiting`, `queued`, `running`, `done`, `cancelled`, `failed`.
    state: &'static str,
    /// Why it failed.
    message: String,
    /// Rows read: the sum of the next three.
    read: u64,
    /// Rows that were new or said something new.
    stored: u64,
    /// Rows that said what was known.
    unchanged: u64,
    /// Rows left out, each with its reason.
    rejected: u64,
    /// How much of the file was read, 0 to 100.
    percent: u64,
    rows_per_s: Option<u64>,
    /// RFC 3339.
    created: String,
    started: Option<String>,
    ended: Option<String>,
}

impl ShownImport {
    pub(super) fn of(import: &Import, now: TimeMs) -> Self {
        Self {
            id: import.id,
            organisation_id: import.organisation,
            shape: import.shape.clone(),
            profile: import.profile.clone(),
            file_name: import.file_name.clone(),
            state: import.state.word(),
            message: import.message.clone(),
            read: import.counts.read,
            stored: import.counts.stored,
            unchanged: import.counts.unchanged,
            rejected: import.counts.rejected,
            percent: import.percent(),
            rows_per_s: import.rows_per_s(now),
            created: import.created.rfc3339(),
            started: import.started.map(TimeMs::rfc3339),
            ended: import.ended.map(TimeMs::rfc3339),
        }
    }
}

/// What rows may be
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ShownShape {
    shape: &'static str,
    about: &'static str,
    fields: Vec<ShownField>,
}

/// A field of a shape
#[derive(Debug, Serialize, ToSchema)]
struct ShownField {
    name: &'static str,
    /// `text`, `email`, `phone`, `moment`, `amount`, `count`, `word`.
    kind: &'static str,
    needed: bool,
    /// For a word: the words.
    words: Vec<&'static str>,
    /// Other names of its column that are understood without a map.
    also: Vec<&'static str>,
    help: &'static str,
}

impl ShownShape {
    pub(super) fn of(shape: Shape) -> Self {
        let fields = shape.fields().iter().map(|field| ShownField {
            name: field.name,
            kind: field.kind.word(),
            needed: field.need == Need::Always,
            words: match field.kind {
                Kind::Word(words) => words.to_vec(),
                _ => Vec::new(),
            },
            also: field.words.to_vec(),
            help: field.help,
        });
        Self { shape: shape.word(), about: shape.about(), fields: fields.collect() }
    }
}
