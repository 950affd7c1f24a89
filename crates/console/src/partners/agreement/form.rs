//! The form of an agreement: what was typed, as its fields carry it and as the draft it makes.

use handfast_kit::Day;
use handfast_record::{
    agreements::{Draft, Guests, Responsibility},
    organisations::Kind,
    sharing::{Class, Grant, Level, Purpose, Tie},
};
use handfast_web::{Problem, Problems};

use crate::words;

/// What was typed, right or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Typed {
    /// The last version that whoever types has seen; 0 for none.
    pub(super) version: i64,
    pub(super) signed: String,
    pub(super) kinds: Vec<Kind>,
    pub(super) territory: String,
    pub(super) rows: Vec<Responsibility>,
    pub(super) guests: Guests,
    pub(super) guest_hours: String,
    pub(super) note: String,
    /// In the order of ties, classes and lines; at level none where a line waits to be filled in.
    pub(super) grants: Vec<Grant>,
    /// The tie that a narrow page shows.
    pub(super) at: Tie,
}

/// What a button of the form asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Do {
    /// To see what would change.
    Preview,
    /// The form again, as it is.
    Edit,
    /// What is usual, in place of what is there.
    Fill(Start),
    /// One more occasion.
    AddRow,
    /// Without this occasion.
    DropRow(usize),
    /// One more line for a tie and a class.
    AddLine(Tie, Class),
}

/// What fills the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    /// The last version.
    Last,
    /// What is usual for the kinds that are ticked.
    Ticked,
    /// What is usual for a kind.
    Kind(Kind),
    /// Nothing.
    Empty,
}

impl Start {
    /// The word of its choice.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Last => "last",
            Self::Ticked => "ticked",
            Self::Kind(kind) => kind.word(),
            Self::Empty => "empty",
        }
    }

    fn named(word: &str) -> Option<Self> {
        let plain = [Self::Last, Self::Ticked, Self::Empty];
        let plain = plain.into_iter().find(|start| start.word() == word);
        plain.or_else(|| Kind::named(word).map(Self::Kind))
    }
}

impl Do {
    /// What these fields ask for; to see what would change if they ask for nothing else.
    pub(super) fn asked(fields: &[(String, String)]) -> Self {
        let asked = field(fields, "do");
        match asked.split_once('-') {
            None if asked == "edit" => Self::Edit,
            None if asked == "row" => Self::AddRow,
            None if asked == "fill" => {
                Self::Fill(Start::named(field(fields, "start")).unwrap_or(Start::Ticked))
            }
            Some(("drop", row)) => row.parse().map_or(Self::Edit, Self::DropRow),
            Some(("more", place)) => {
                place_named(place).map_or(Self::Edit, |(tie, class)| Self::AddLine(tie, class))
            }
            _ => Self::Preview,
        }
    }
}

/// The field, which is also the id, of a line for a tie and a class: `g-sold-address`, and
/// `g-sold-address-2` for the second.
pub(super) fn line_field(tie: Tie, class: Class, line: usize) -> String {
    let place = format!("g-{}-{}", tie.word(), class.word());
    if line == 0 { place } else { format!("{place}-{}", line + 1) }
}

/// The field, which is also the id, of a text of an occasion: `r3-when`.
pub(super) fn row_field(row: usize, text: &str) -> String {
    format!("r{row}-{text}")
}

/// The field of a kind.
pub(super) fn kind_field(kind: Kind) -> String {
    format!("kind_{}", kind.word())
}

fn place_named(place: &str) -> Option<(Tie, Class)> {
    let (tie, class) = place.split_once('-')?;
    let tie = Tie::named(tie).filter(|tie| Tie::GRANTABLE.contains(tie))?;
    Some((tie, Class::named(class)?))
}

/// The last of several fields of one name is what a person saw.
fn field<'a>(fields: &'a [(String, String)], name: &str) -> &'a str {
    let found = fields.iter().rev().find(|(known, _)| known == name);
    found.map_or("", |(_, value)| value)
}

impl Typed {
    /// What becomes of a draft in the form.
    pub(super) fn of(draft: &Draft, version: i64) -> Self {
        let mut grants = draft.grants.clone();
        grants.sort_by_key(|grant| {
            let level = std::cmp::Reverse(grant.level);
            (grant.tie, grant.class as u8, level, grant.from_tie, grant.purpose)
        });
        let first = grants.iter().find(|grant| grant.level > Level::None);
        Self {
            version,
            signed: draft.signed.to_string(),
            kinds: draft.kinds.clone(),
            territory: draft.territory.join("\n"),
            rows: draft.responsibilities.clone(),
            guests: draft.guests,
            guest_hours: draft.guest_hours.to_string(),
            note: draft.note.clone(),
            at: first.map_or(Tie::Sold, |grant| grant.tie),
            grants,
        }
    }

    /// What these fields say.
    pub(super) fn read(fields: &[(String, String)]) -> Self {
        let text = |name: &str| field(fields, name).to_owned();
        let is_ticked = |kind: &Kind| fields.iter().any(|(name, _)| *name == kind_field(*kind));
        Self {
            version: field(fields, "version").parse().unwrap_or(0),
            signed: text("signed").trim().to_owned(),
            kinds: Kind::ALL.into_iter().filter(is_ticked).collect(),
            territory: text("territory"),
            rows: rows(fields),
            guests: Guests::named(field(fields, "guests")).unwrap_or(Guests::Asked),
            guest_hours: text("guest_hours").trim().to_owned(),
            // Browsers end lines in their own way.
            note: text("note").replace("\r\n", "\n"),
            grants: grants(fields),
            at: Tie::named(field(fields, "at")).unwrap_or(Tie::Sold),
        }
    }

    /// The fields that say it.
    pub(super) fn fields(&self) -> Vec<(String, String)> {
        let mut fields: Vec<(String, String)> = [
            ("version", self.version.to_string()),
            ("signed", self.signed.clone()),
            ("territory", self.territory.clone()),
            ("rows", self.rows.len().to_string()),
            ("guests", self.guests.word().to_owned()),
            ("guest_hours", self.guest_hours.clone()),
            ("note", self.note.clone()),
            ("at", self.at.word().to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        fields.extend(self.kinds.iter().map(|kind| (kind_field(*kind), "on".to_owned())));
        for (at, row) in self.rows.iter().enumerate() {
            for (text, value) in [("when", &row.when), ("theirs", &row.theirs), ("ours", &row.ours)]
            {
                fields.push((row_field(at, text), value.clone()));
            }
        }
        for (grant, line) in numbered(&self.grants) {
            let name = line_field(grant.tie, grant.class, line);
            if let Some(purpose) = grant.purpose {
                fields.push((format!("{name}-for"), purpose.word().to_owned()));
            }
            if grant.from_tie {
                fields.push((format!("{name}-from"), "on".to_owned()));
            }
            fields.push((name, grant.level.word().to_owned()));
        }
        fields.retain(|(_, value)| !value.is_empty());
        fields
    }

    /// The draft that was typed, or what is wrong with it. Occasions left blank are left out.
    pub(super) fn draft(&mut self, today: Day) -> Result<Draft, Problems> {
        self.rows.retain(|row| ![&row.when, &row.theirs, &row.ours].iter().all(|t| t.is_empty()));
        let mut problems = Problems::default();
        let signed = Day::parse(&self.signed);
        if signed.is_none() {
            problems.add("signed", "Write the day on which it was signed, such as 2026-03-12.");
        }
        if signed.is_some_and(|day| day > today) {
            problems.add("signed", "This day is still to come; write the day of the signature.");
        }
        let hours: Option<i64> = self.guest_hours.parse().ok();
        if hours.is_none() {
            problems.add("guest_hours", "Write for how many hours a guest may stay.");
        }
        let (Some(signed), Some(guest_hours), true) = (signed, hours, problems.fields.is_empty())
        else {
            return Err(problems);
        };
        Ok(Draft {
            signed,
            kinds: self.kinds.clone(),
            territory: places(&self.territory),
            responsibilities: self.rows.clone(),
            grants: self.grants.iter().filter(|one| one.level > Level::None).copied().collect(),
            guests: self.guests,
            guest_hours,
            note: self.note.clone(),
        })
    }
}

/// What is wrong with the draft, by the controls that say it, in the order of the form.
pub(super) fn problems(draft: &Draft, problems: &Problems) -> Problems {
    let place = |field: &str| -> String {
        let index = |name: &str| {
            let rest = field.strip_prefix(name)?.strip_prefix('[')?;
            let (index, part) = rest.split_once(']')?;
            Some((index.parse::<usize>().ok()?, part.trim_start_matches('.').to_owned()))
        };
        if let Some((row, text)) = index("responsibilities") {
            return row_field(row, &text);
        }
        if let Some((at, _)) = index("grants") {
            let grant = draft.grants.get(at);
            return grant.map_or(String::new(), |one| line_field(one.tie, one.class, 0));
        }
        index("territory").map_or_else(|| field.to_owned(), |_| "territory".to_owned())
    };
    let mut told = Problems { fields: Vec::new(), detail: problems.detail.clone() };
    for problem in &problems.fields {
        let field = place(&problem.field);
        let detail = format!("{}.", words::sentence(&problem.detail));
        if told.of(&field).is_none() {
            told.fields.push(Problem { field: field.into(), detail: detail.into() });
        }
    }
    told
}

/// The first tie with whose grants something is wrong.
pub(super) fn tie_of(problems: &Problems) -> Option<Tie> {
    let named = |problem: &Problem| place_named(problem.field.strip_prefix("g-")?);
    problems.fields.iter().find_map(named).map(|(tie, _)| tie)
}

/// Each line with its number among those for the same tie and class.
pub(super) fn numbered(grants: &[Grant]) -> impl Iterator<Item = (&Grant, usize)> {
    grants.iter().enumerate().map(|(at, grant)| {
        let same = |other: &&Grant| (other.tie, other.class) == (grant.tie, grant.class);
        (grant, grants[..at].iter().filter(same).count())
    })
}

/// Most occasions that the form takes; what is agreed at most is said beside them.
const ROWS_MAX: usize = 200;
/// Most lines for one tie and class: each purpose, and none, from the beginning or from the tie.
pub(super) const LINES_MAX: usize = 12;

fn rows(fields: &[(String, String)]) -> Vec<Responsibility> {
    let count = field(fields, "rows").parse().unwrap_or(0).min(ROWS_MAX);
    let text = |row: usize, text: &str| field(fields, &row_field(row, text)).trim().to_owned();
    let row = |row: usize| Responsibility {
        when: text(row, "when"),
        theirs: text(row, "theirs"),
        ours: text(row, "ours"),
    };
    (0..count).map(row).collect()
}

fn grants(fields: &[(String, String)]) -> Vec<Grant> {
    let mut known: std::collections::HashMap<&str, &str> = std::collections::HashMap::new();
    for (name, value) in fields.iter().filter(|(name, _)| name.starts_with("g-")) {
        known.insert(name, value);
    }
    let mut grants = Vec::new();
    for tie in Tie::GRANTABLE {
        for class in Class::ALL {
            for line in 0..LINES_MAX {
                let name = line_field(tie, class, line);
                let Some(level) = known.get(&*name).and_then(|word| Level::named(word)) else {
                    continue;
                };
                let purpose = known.get(&*format!("{name}-for"));
                let purpose = purpose.and_then(|word| Purpose::named(word));
                let from_tie = known.contains_key(&*format!("{name}-from"));
                // The first line is always there to be filled in, the others only if they are more.
                if level > Level::None {
                    grants.push(Grant { tie, class, level, from_tie, purpose });
                }
            }
        }
    }
    grants
}

/// The places of a territory, a line each or with commas between them.
pub(super) fn places(text: &str) -> Vec<String> {
    let places = text.split(['\n', ',', ';']).map(str::trim);
    places.filter(|place| !place.is_empty()).map(str::to_owned).collect()
}
