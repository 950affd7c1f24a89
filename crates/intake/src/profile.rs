//! Profiles: what the files of known systems look like, as data (`profiles/*.toml`).

use std::{
    collections::{BTreeMap, HashMap},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::Deserialize;

use crate::{
    map::{MannerText, MapError, Origin, check_columns, squeezed},
    plan::{Columns, Part, Plan, Tables},
    shapes::Shape,
    source::{Options, Piece, Source},
};

const TEXTS: [(&str, &str); 9] = [
    ("olist", include_str!("profiles/olist.toml")),
    ("bpi2013", include_str!("profiles/bpi2013.toml")),
    ("helpdesk", include_str!("profiles/helpdesk.toml")),
    ("salesforce", include_str!("profiles/salesforce.toml")),
    ("hubspot", include_str!("profiles/hubspot.toml")),
    ("shopify", include_str!("profiles/shopify.toml")),
    ("zendesk", include_str!("profiles/zendesk.toml")),
    ("freshdesk", include_str!("profiles/freshdesk.toml")),
    ("odoo", include_str!("profiles/odoo.toml")),
];

/// Most rows of a table in which values are looked up.
const TABLE_ROWS_MAX: usize = 100_000;

/// What the files of one system look like.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Its name on command lines.
    pub name: String,
    /// What it is for.
    pub about: String,
    #[serde(default)]
    manner: MannerText,
    sections: Vec<Section>,
    #[serde(default)]
    folder: Vec<FolderFile>,
    #[serde(default)]
    tables: BTreeMap<String, TableFile>,
}

/// One kind of file of the system.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    shape: String,
    /// Columns that tell this kind of file from the others.
    needs: Vec<String>,
    parts: Vec<PartText>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct PartText {
    shape: String,
    #[serde(default)]
    when: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
    fields: BTreeMap<String, Origin>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct FolderFile {
    file: String,
    shape: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct TableFile {
    file: String,
    from: String,
    to: String,
}

/// A file of a folder, and what its rows are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where it is.
    pub path: PathBuf,
    /// What its rows are.
    pub shape: Shape,
}

impl Profile {
    /// The names of the profiles, and what each is for.
    pub fn all() -> Vec<(&'static str, String)> {
        TEXTS.iter().map(|(name, text)| (*name, parsed(text).about)).collect()
    }

    /// The profile called `name`.
    pub fn named(name: &str) -> Result<Self, MapError> {
        let found = TEXTS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, text)| parsed(text)).ok_or_else(|| {
            let known: Vec<_> = TEXTS.iter().map(|(name, _)| *name).collect();
            MapError(format!("there is no profile {name:?}; there are: {}", known.join(", ")))
        })
    }

    /// What a file with these columns becomes, when it was asked for as `shape`.
    pub(crate) fn plan(
        &self,
        shape: Shape,
        headers: &[String],
        tables: Tables,
    ) -> Result<Plan, MapError> {
        let there: Vec<String> = headers.iter().map(|header| squeezed(header)).collect();
        let fits = |section: &&Section| {
            section.needs.iter().all(|column| there.contains(&squeezed(column)))
        };
        let asked = |section: &&Section| match Shape::named(&section.shape) {
            Some(Shape::Customers | Shape::Contacts) => {
                matches!(shape, Shape::Customers | Shape::Contacts)
            }
            other => other == Some(shape),
        };
        let section = self.sections.iter().filter(asked).find(fits);
        section.map(|section| self.plan_of(section, tables)).ok_or_else(|| self.misfit(shape))?
    }

    fn plan_of(&self, section: &Section, tables: Tables) -> Result<Plan, MapError> {
        let part = |part: &PartText| {
            let shape = Shape::named(&part.shape);
            let shape = shape.ok_or_else(|| MapError(format!("no shape {:?}", part.shape)))?;
            check_columns(shape, &part.fields)?;
            let (when, unless) = (part.when.clone(), part.unless.clone());
            Ok(Part { shape, when, unless, fields: part.fields.clone() })
        };
        Ok(Plan {
            manner: self.manner.clone(),
            parts: section.parts.iter().map(part).collect::<Result<_, MapError>>()?,
            columns: Columns::SomeMayMiss,
            tables: Arc::new(tables),
        })
    }

    fn misfit(&self, shape: Shape) -> MapError {
        let known: Vec<String> = self
            .sections
            .iter()
            .map(|section| {
                format!("{} (by the columns {})", section.shape, section.needs.join(", "))
            })
            .collect();
        MapError(format!(
            "this is no file of {} that the profile {} knows; it knows {}",
            shape.word(),
            self.name,
            known.join("; ")
        ))
    }

    /// Whether every section makes sense.
    #[cfg(test)]
    pub(crate) fn check(&self) -> Result<(), MapError> {
        self.sections.iter().try_for_each(|section| {
            let plan = self.plan_of(section, Tables::new())?;
            plan.bind(&section.needs, &handfast_kit::Zone::named("UTC").expect("UTC"))
                .map(|_| ())
                .or_else(|error| if error.0.contains("no column") { Ok(()) } else { Err(error) })
        })
    }

    /// The columns that any section reads: what to take from NDJSON, whose lines name no others.
    pub fn columns(&self) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for section in &self.sections {
            let read = section.parts.iter().flat_map(|part| part.fields.values());
            for column in read.flat_map(Origin::columns) {
                if !all.iter().any(|known| known.eq_ignore_ascii_case(column)) {
                    all.push(column.to_owned());
                }
            }
        }
        all
    }

    /// The files of `folder` in the order in which they are to be taken in; plain or packed.
    pub fn files(&self, folder: &Path) -> Result<Vec<Found>, MapError> {
        if self.folder.is_empty() {
            return Err(MapError(format!(
                "the profile {} takes single files, not a folder: name a shape and its file",
                self.name
            )));
        }
        let mut files = Vec::new();
        for named in &self.folder {
            let Some(path) = file_in(folder, &named.file) else {
                return Err(MapError(format!(
                    "the folder {} has no {}.csv or {}.csv.gz",
                    folder.display(),
                    named.file,
                    named.file
                )));
            };
            let shape = Shape::named(&named.shape);
            let shape = shape.ok_or_else(|| MapError(format!("no shape {:?}", named.shape)))?;
            files.push(Found { path, shape });
        }
        Ok(files)
    }

    /// The tables of the profile, read from files beside the one that is taken in. What is not
    /// there is looked up nowhere.
    pub(crate) fn tables_beside(&self, file: &Path) -> io::Result<Tables> {
        let mut tables = Tables::new();
        for (name, table) in &self.tables {
            let folder = file.parent().unwrap_or(Path::new("."));
            if let Some(path) = file_in(folder, &table.file) {
                tables.insert(name.clone(), read_table(&path, table)?);
            }
        }
        Ok(tables)
    }
}

fn parsed(text: &str) -> Profile {
    toml::from_str(text).expect("profiles are part of the program, and a test reads all of them")
}

fn file_in(folder: &Path, stem: &str) -> Option<PathBuf> {
    let named = |suffix| folder.join(format!("{stem}.{suffix}"));
    ["csv", "csv.gz"].map(named).into_iter().find(|path| path.is_file())
}

fn read_table(path: &Path, table: &TableFile) -> io::Result<HashMap<String, String>> {
    let mut source = Source::open(path, &Options::default())?;
    let at = |name: &String| source.columns().iter().position(|column| column == name);
    let (Some(from), Some(to)) = (at(&table.from), at(&table.to)) else {
        let text = format!("{} needs the columns {} and {}", path.display(), table.from, table.to);
        return Err(io::Error::new(io::ErrorKind::InvalidData, text));
    };
    let mut words = HashMap::new();
    loop {
        match source.next_piece()? {
            Piece::Row(row) if words.len() < TABLE_ROWS_MAX => {
                words.insert(row.cell(from).trim().to_owned(), row.cell(to).trim().to_owned());
            }
            Piece::Row(_) | Piece::Bad(_) => {}
            Piece::End => return Ok(words),
        }
    }
}
