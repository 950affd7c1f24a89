//! What comes in: columns with the kind of value they hold, and records.

use serde::{Deserialize, Serialize};

/// What kind of value a column holds, which decides how it is normalised and compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// First name or names.
    GivenName,
    /// Names between the first and the family name, or their initials.
    MiddleName,
    /// Surname.
    FamilyName,
    /// The whole name in one value, titles included.
    FullName,
    /// Name of a company or association.
    Organisation,
    /// Day of birth: `yyyy-mm-dd`, `yyyymmdd`, `dd/mm/yyyy`, or anything near it.
    BirthDate,
    /// Street, with or without the house number; further address lines are streets too.
    Street,
    /// House number alone.
    HouseNumber,
    /// Town, suburb, village.
    City,
    /// State, county, province.
    Region,
    /// Postcode or zip code.
    Postcode,
    /// Country.
    Country,
    /// Telephone number in any writing.
    Phone,
    /// E-mail address.
    Email,
    /// An id that others gave: social security, customer number. Compared within its column only.
    Identifier,
    /// One of a few words: gender, occupation, place of birth. Compared within its column only.
    Category,
}

/// A named column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// As the file names it; explanations repeat it.
    pub name: String,
    /// What it holds.
    pub field: Field,
}

/// The columns of records, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// At most [`COLUMNS_MAX`].
    pub columns: Vec<Column>,
}

/// More columns than this are refused by [`Records::new`].
pub const COLUMNS_MAX: usize = 64;

impl Schema {
    /// A schema from names and kinds.
    pub fn new<N: Into<String>>(columns: impl IntoIterator<Item = (N, Field)>) -> Self {
        let columns =
            columns.into_iter().map(|(name, field)| Column { name: name.into(), field }).collect();
        Self { columns }
    }

    /// Is there a column of this kind?
    pub fn has(&self, field: Field) -> bool {
        self.columns.iter().any(|column| column.field == field)
    }
}

/// One record on its way in. Several values of one column are allowed (two phones).
#[derive(Clone, Debug, Default)]
pub struct Record<'a> {
    /// Its id; ties between groups are settled by it.
    pub id: &'a str,
    /// Position in [`Schema::columns`] and the value as it was written. Empty is missing.
    pub values: Vec<(usize, &'a str)>,
}

/// Many records, close together in memory.
#[derive(Clone, Debug)]
pub struct Records {
    schema: Schema,
    text: String,
    /// Where each record begins in `text`: its id, then its values.
    starts: Vec<u64>,
    /// For each record `columns + 1` ends, counted from its start.
    ends: Vec<u32>,
}

impl Records {
    /// No records yet.
    ///
    /// # Panics
    /// With more than [`COLUMNS_MAX`] columns.
    pub fn new(schema: Schema) -> Self {
        assert!(schema.columns.len() <= COLUMNS_MAX, "a schema has at most {COLUMNS_MAX} columns");
        Self { schema, text: String::new(), starts: Vec::new(), ends: Vec::new() }
    }

    /// Adds a record: its id and one value for each column, in the order of the schema. Values
    /// that are missing at the end are empty; more than there are columns are ignored.
    pub fn push<V: AsRef<str>>(&mut self, id: &str, values: impl IntoIterator<Item = V>) {
        let start = self.text.len();
        self.starts.push(start as u64);
        self.text.push_str(id);
        self.ends.push((self.text.len() - start) as u32);
        let mut values = values.into_iter();
        for _ in 0..self.schema.columns.len() {
            if let Some(value) = values.next() {
                self.text.push_str(value.as_ref());
            }
            self.ends.push((self.text.len() - start) as u32);
        }
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// None at all?
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// The columns.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The id of the record at `index`, counted as pushed.
    pub fn id(&self, index: usize) -> &str {
        let start = self.starts[index] as usize;
        let end = self.ends[index * self.width()] as usize;
        &self.text[start..start + end]
    }

    /// A value of the record at `index`.
    pub fn value(&self, index: usize, column: usize) -> &str {
        let start = self.starts[index] as usize;
        let ends = &self.ends[index * self.width() + column..];
        &self.text[start + ends[0] as usize..start + ends[1] as usize]
    }

    /// The record at `index` with its values that are not empty.
    pub fn record(&self, index: usize) -> Record<'_> {
        let values = (0..self.schema.columns.len())
            .map(|column| (column, self.value(index, column)))
            .filter(|(_, value)| !value.is_empty())
            .collect();
        Record { id: self.id(index), values }
    }

    fn width(&self) -> usize {
        self.schema.columns.len() + 1
    }
}
