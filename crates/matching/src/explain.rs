//! Why two records are linked, in words and bits.

use serde::Serialize;

use crate::{
    Field, Model,
    compare::{Seen, WHATS_MAX, What, levels},
    prepared::View,
};

/// Why two records weigh what they weigh.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The weight of the pair in 1/256 bit; the sum of the lines.
    pub weight: i32,
    /// The prior first, then each comparison that had something to say.
    pub lines: Vec<Line>,
}

/// What one comparison contributed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// What was compared: "family name", "address", or a column's own name; "before any
    /// comparison" for the prior.
    pub comparison: String,
    /// How it came out, in words: "same", "one letter apart", "day and month swapped".
    pub level: String,
    /// In 1/256 bit; above zero speaks for one person.
    pub weight: i32,
    /// Columns of the schema that took part, so that the caller may show both values.
    pub columns: Vec<usize>,
}

pub(crate) fn explain(model: &Model, a: View<'_>, b: View<'_>) -> Explanation {
    let mut seen = [Seen::MISSING; WHATS_MAX];
    model.see(a, b, &mut seen);
    let scales = &model.scales;
    let mut lines = vec![Line {
        comparison: "before any comparison".into(),
        level: "any two records".into(),
        weight: scales.prior(),
        columns: Vec::new(),
    }];
    for (at, (weights, seen)) in model.weights().iter().zip(seen).enumerate() {
        if seen.level != 0 {
            lines.push(Line {
                comparison: title(model, weights.what),
                level: levels(weights.what)[usize::from(seen.level)].words.into(),
                weight: scales.one(at, seen),
                columns: columns(model, weights.what),
            });
        }
    }
    let kin = scales.sums(&seen).1;
    if kin > 0 {
        lines.push(Line {
            comparison: "household".into(),
            level: "relatives or a household would share this too".into(),
            weight: -kin,
            columns: Vec::new(),
        });
    }
    Explanation { weight: lines.iter().map(|line| line.weight).sum(), lines }
}

pub(crate) fn title(model: &Model, what: What) -> String {
    match what {
        What::Family => "family name".into(),
        What::Given => "given name".into(),
        What::Middle => "middle name".into(),
        What::FirstWord => "name, best word".into(),
        What::SecondWord => "name, second word".into(),
        What::ThirdWord => "name, third word".into(),
        What::BirthDate => "birth date".into(),
        What::Address => "address".into(),
        What::Phone => "telephone".into(),
        What::Email => "e-mail".into(),
        What::Organisation => "organisation".into(),
        What::Identifier(column) | What::Category(column) => {
            model.schema.columns[usize::from(column)].name.clone()
        }
    }
}

fn columns(model: &Model, what: What) -> Vec<usize> {
    let fields: &[Field] = match what {
        What::Family => &[Field::FamilyName],
        What::Given => &[Field::GivenName],
        What::Middle => &[Field::MiddleName],
        What::FirstWord | What::SecondWord | What::ThirdWord => {
            &[Field::FullName, Field::GivenName, Field::MiddleName, Field::FamilyName]
        }
        What::BirthDate => &[Field::BirthDate],
        What::Address => &[Field::Street, Field::HouseNumber, Field::City, Field::Postcode],
        What::Phone => &[Field::Phone],
        What::Email => &[Field::Email],
        What::Organisation => &[Field::Organisation],
        What::Identifier(column) | What::Category(column) => return vec![usize::from(column)],
    };
    let columns = model.schema.columns.iter().enumerate();
    columns.filter(|(_, column)| fields.contains(&column.field)).map(|(at, _)| at).collect()
}
