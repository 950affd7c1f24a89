//! Opening a file with what is known of it, and looking at its first rows before it is taken in.

use std::{io, path::Path};

use handfast_kit::Zone;
use handfast_web::Side;

use crate::{
    map::{Map, MapError},
    plan::{Bound, Columns, Plan, Seen},
    profile::Profile,
    shapes::Shape,
    source::{Bad, Limits, Options, OtherKeys, Piece, Source},
};

/// How many rows a preview shows.
pub const PREVIEW_ROWS: usize = 20;

/// What is known of a file's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// Their columns have usual names.
    UsualNames(Shape),
    /// They come from a system that a profile knows.
    Profile(Shape, String),
    /// Somebody wrote which column is which.
    Map(Map),
}

impl How {
    /// What the texts of a stored import, or of a request, say; the last two may be empty.
    pub fn of_texts(shape: &str, profile: &str, map: &str) -> Result<Self, MapError> {
        if !map.trim().is_empty() {
            let map = Map::parse(map)?;
            if !shape.is_empty() && map.shape != shape {
                let text = format!("the map is for {}, not for {shape}", map.shape);
                return Err(MapError(text));
            }
            return Ok(Self::Map(map));
        }
        let named = Map {
            shape: shape.to_owned(),
            manner: crate::MannerText::default(),
            columns: std::collections::BTreeMap::new(),
        };
        let shape = named.shape()?;
        if profile.is_empty() {
            return Ok(Self::UsualNames(shape));
        }
        Ok(Self::Profile(shape, Profile::named(profile)?.name))
    }

    pub(crate) fn texts(&self) -> (String, String, String) {
        match self {
            Self::UsualNames(shape) => (shape.word().to_owned(), String::new(), String::new()),
            Self::Profile(shape, name) => (shape.word().to_owned(), name.clone(), String::new()),
            Self::Map(map) => (map.shape.clone(), String::new(), map.text()),
        }
    }

    /// What the rows are.
    pub fn shape(&self) -> Result<Shape, MapError> {
        match self {
            Self::UsualNames(shape) | Self::Profile(shape, _) => Ok(*shape),
            Self::Map(map) => map.shape(),
        }
    }

    /// Refuses what an organisation of this side may not take in.
    pub(crate) fn check(&self, side: Side) -> Result<(), MapError> {
        let shape = self.shape()?;
        if side == Side::Partner && shape.is_for_brand_only() {
            return Err(MapError(format!("only the brand may take in {}", shape.word())));
        }
        Ok(())
    }

    fn options(&self, limits: Limits) -> Result<Options, MapError> {
        let plain = Options { limits, ..Options::default() };
        Ok(match self {
            Self::UsualNames(shape) => Options {
                ndjson_columns: shape.fields().iter().map(|field| field.name.to_owned()).collect(),
                ndjson_other_keys: OtherKeys::Refused,
                ..plain
            },
            Self::Profile(_, name) => Options {
                ndjson_columns: Profile::named(name)?.columns(),
                ndjson_other_keys: OtherKeys::Ignored,
                ..plain
            },
            Self::Map(map) => Plan::of_map(map)?.options(limits)?,
        })
    }

    fn plan(&self, path: &Path, headers: &[String]) -> Result<Plan, OpenError> {
        Ok(match self {
            Self::UsualNames(shape) => Plan::of_map(&Map::guessed(*shape, headers))?,
            Self::Profile(shape, name) => {
                let profile = Profile::named(name)?;
                profile.plan(*shape, headers, profile.tables_beside(path)?)?
            }
            Self::Map(map) => Plan::of_map(map)?,
        })
    }
}

/// Why a file cannot be taken in at all.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// What its rows are to be makes no sense, or does not fit the file.
    #[error(transparent)]
    Map(#[from] MapError),
    /// It cannot be read.
    #[error("the file cannot be read: {0}")]
    Io(#[from] io::Error),
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
}

/// A file that is open, and what its rows become.
pub(crate) struct Opened {
    pub(crate) source: Source,
    pub(crate) bound: Bound,
}

/// Opens the file; moments that name no zone are local time of `zone` unless the map says other.
pub(crate) fn open(
    path: &Path,
    how: &How,
    zone: &Zone,
    limits: Limits,
) -> Result<Opened, OpenError> {
    let source = Source::open(path, &how.options(limits)?)?;
    if source.columns().is_empty() {
        return Err(OpenError::Empty);
    }
    let bound = how.plan(path, source.columns())?.bind(source.columns(), zone)?;
    Ok(Opened { source, bound })
}

/// The first rows of a file, as they would be taken in.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The shape.
    pub shape: Shape,
    /// The file's columns.
    pub columns: Vec<String>,
    /// What stands between values, where anything does.
    pub separator: Option<char>,
    /// Which column is which: as it was asked, or proposed from usual names. A profile has its own.
    pub map: Map,
    /// What keeps the file from being taken in like this, if anything does.
    pub problem: Option<String>,
    /// At most [`PREVIEW_ROWS`] rows.
    pub rows: Vec<PreviewRow>,
}

/// One row of a preview.
#[derive(Debug, Clone)]
pub struct PreviewRow {
    /// The line of the file it begins in.
    pub line: u64,
    /// The values as they stand in the file, in the order of the columns.
    pub values: Vec<String>,
    /// Every mapped field as it is understood.
    pub seen: Vec<Seen>,
    /// Why the row would be left out, if it would.
    pub problem: Option<Bad>,
}

/// Looks at the first rows of a file, however incomplete the map is.
pub fn preview(path: &Path, how: &How, zone: &Zone, limits: Limits) -> Result<Preview, OpenError> {
    let mut source = Source::open(path, &how.options(limits)?)?;
    let columns = source.columns().to_vec();
    let shape = how.shape()?;
    let map = match how {
        How::Map(map) => map.clone(),
        How::UsualNames(_) | How::Profile(..) => Map::guessed(shape, &columns),
    };
    let plan = how.plan(path, &columns);
    let problem = match &plan {
        _ if columns.is_empty() => Some("the file is empty".to_owned()),
        Ok(plan) => plan.bind(&columns, zone).err().map(|error| error.to_string()),
        Err(error) => Some(error.to_string()),
    };
    let plan = match plan {
        Ok(plan) => Plan { columns: Columns::Draft, ..plan },
        Err(_) => Plan { columns: Columns::Draft, ..Plan::of_map(&map)? },
    };
    let mut bound = plan.bind(&columns, zone)?;
    let mut rows = Vec::new();
    while rows.len() < PREVIEW_ROWS {
        rows.push(match source.next_piece()? {
            Piece::End => break,
            Piece::Bad(bad) => PreviewRow {
                line: bad.line,
                values: Vec::new(),
                seen: Vec::new(),
                problem: Some(bad),
            },
            Piece::Row(row) => PreviewRow {
                line: row.line,
                values: row.cells().map(str::to_owned).collect(),
                seen: bound.look(&row),
                problem: bound.make(&row).err(),
            },
        });
    }
    Ok(Preview { shape, columns, separator: source.separator(), map, problem, rows })
}
