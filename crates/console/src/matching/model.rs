//! How matching decides: what each likeness weighs, when two are joined, how candidates are found,
//! which values say nothing, and how far the last run is.

use askama::Template;
use axum::{extract::State, http::Uri, response::Response};
use handfast_db::Fault;
use handfast_record::{
    customers,
    matching::{self, Field, Found, InForce, Model, Scale, ScaleLevel},
    sharing::{self, looks::Occasion},
};
use handfast_web::{App, Failure, Frame, Nav, Viewer, html, see_other};

use super::{
    KNOWN, STARTED, known,
    weights::{self, Balance},
};
use crate::words;

/// How many values that say nothing are shown.
const PLACEHOLDERS_MAX: usize = 12;

#[derive(Template)]
#[template(path = "matching_model.html")]
struct ModelPage {
    frame: Frame,
    lede: String,
    may_run: bool,
    run: Run,
    weights: Vec<Group>,
    cuts: Vec<(&'static str, String)>,
    keys_text: String,
    keys: Vec<(String, String)>,
    placeholders_text: String,
    placeholders: Vec<(String, String)>,
}

/// How far the work is.
struct Run {
    is_moving: bool,
    title: String,
    when: String,
    percent: i64,
    /// What is read out when it changes: not every second.
    announce: &'static str,
    figures: Vec<Figure>,
}

struct Figure {
    number: String,
    word: &'static str,
    about: &'static str,
}

/// One comparison.
struct Group {
    name: String,
    note: &'static str,
    levels: Vec<Level>,
}

/// One way in which it may come out.
struct Level {
    words: String,
    /// With a value that many have.
    bar: Balance,
    /// How much further it goes with a value that few have.
    more: Option<Balance>,
    steps: String,
}

pub(super) async fn show(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Failure> {
    let found = sharing::read(&app, &viewer, Occasion::of("list"), |cx, lens| {
        let Some(model) = matching::model(cx, lens)? else { return Ok(None) };
        let customer_count = customers::count(cx, lens, None)?;
        Ok::<_, Fault>(Some((model, customer_count)))
    });
    let (found, customer_count) = found.await?.ok_or(Failure::NotFound)?;
    let scales = found.model.scales();
    let now = app.clock.now();
    let fitted = found.fitted.map(|at| known::moment(at, &viewer, now));
    let report = found.report.as_ref();
    let frame = Frame::of(&viewer, &uri, Nav::Matching, "How matching decides")
        .below("Matching", "/matching")
        .saying(KNOWN);
    let begins = frame.flash == Some(STARTED);
    html(&ModelPage {
        frame,
        lede: lede(&found),
        may_run: viewer.is_admin() && found.record_count >= Model::FIT_RECORDS_MIN as i64,
        run: Run::of(&found, (customer_count, begins), fitted),
        weights: groups(&scales),
        cuts: cuts(&found),
        keys_text: keys_text(&found),
        keys: report.map(keys).unwrap_or_default(),
        placeholders_text: placeholders_text(report),
        placeholders: report.map(placeholders).unwrap_or_default(),
    })
}

/// Matches all records anew.
pub(super) async fn run(State(app): State<App>, viewer: Viewer) -> Result<Response, Failure> {
    let (network, now) = (viewer.network, app.clock.now());
    app.write(move |tx| -> Result<_, Fault> { matching::ask_for_run(tx, network, now) }).await?;
    Ok(see_other(&STARTED.at("/matching/model")))
}

fn lede(found: &InForce) -> String {
    match found.fitted {
        Some(_) => format!(
            "The weights were learnt from {}, without anybody telling which are one person.",
            words::counted(found.fitted_of, "record", "records")
        ),
        None => {
            "These weights came with Handfast. Your own records are learnt from once there are \
                 2,000 of them."
                .to_owned()
        }
    }
}

impl Run {
    /// How far the work is, and what it found. `begins` says that it was asked for just now.
    fn of(found: &InForce, (customers, begins): (i64, bool), fitted: Option<String>) -> Self {
        let left = found.waiting_count.max(found.unindexed_count).max(found.unsettled_count);
        let done = (found.record_count - left).max(0);
        let figure =
            |number: i64, word, about| Figure { number: words::number(number), word, about };
        let mut figures = vec![
            figure(found.record_count, "records", "of all organisations"),
            figure(customers, "customers", "people and businesses behind them"),
            figure(found.doubt_count, "in doubt", "pairs that wait for a person"),
        ];
        if let Some(report) = &found.report {
            let largest = i64::try_from(report.largest_group).unwrap_or(i64::MAX);
            figures.push(figure(largest, "in the largest", "records of one customer"));
        }
        let is_moving = left > 0 || begins;
        Self {
            is_moving,
            title: if left == 0 {
                "The run is about to begin".to_owned()
            } else {
                let (done, all) = (words::number(done), words::number(found.record_count));
                format!("{done} of {all} records are matched")
            },
            when: match fitted {
                Some(when) => format!("weights learnt {when}"),
                None => "weights as they came".to_owned(),
            },
            percent: if left == 0 { 0 } else { 100 * done / found.record_count.max(1) },
            announce: if is_moving {
                "Records are being matched"
            } else {
                "All records are matched"
            },
            figures,
        }
    }
}

fn groups(scales: &[Scale]) -> Vec<Group> {
    let levels = scales.iter().flat_map(|scale| &scale.levels);
    let ends: Vec<i32> = levels.flat_map(|level| [level.common, level.rare]).collect();
    let mut bars = weights::balances(&ends).into_iter();
    let mut level = |level: &ScaleLevel| {
        let (common, rare) = (bars.next()?, bars.next()?);
        Some(Level {
            words: words::sentence(&level.words),
            more: (level.rare > level.common).then(|| common.up_to(&rare)),
            steps: if level.rare == level.common {
                weights::steps(level.common)
            } else {
                format!("{} to {}", weights::steps(level.common), weights::steps(level.rare))
            },
            bar: common,
        })
    };
    scales
        .iter()
        .map(|scale| Group {
            name: words::sentence(&scale.comparison),
            note: if scale.levels.iter().any(|level| level.rare > level.common) {
                "The rarer the value, the more it says: the pale part of a bar"
            } else {
                ""
            },
            levels: scale.levels.iter().filter_map(&mut level).collect(),
        })
        .collect()
}

fn cuts(found: &InForce) -> Vec<(&'static str, String)> {
    let cuts = found.model.cuts();
    let steps = |weight: i32| format!("{} steps", weights::steps(weight));
    vec![
        ("Before", format!("{}: two records are seldom one person", steps(found.model.prior()))),
        ("Joined", format!("from {} on, over all records of both", steps(cuts.high))),
        ("A person is asked", format!("from {} on", steps(cuts.low))),
        ("Left alone", "below that".to_owned()),
    ]
}

fn keys_text(found: &InForce) -> String {
    let most = words::number(i64::from(found.model.key_records_max));
    let share = format!(
        "Two records are compared if they share a key, such as a family name with a postcode. A \
         key that more than {most} records share says too little and is retired."
    );
    match &found.report {
        Some(report) if report.records > 0 => {
            let each = report.candidates as f64 * 2.0 / report.records as f64;
            format!("{share} The last run compared each record with {each:.1} others.")
        }
        _ => share,
    }
}

fn keys(report: &Found) -> Vec<(String, String)> {
    let number = |n: u64| words::number(i64::try_from(n).unwrap_or(i64::MAX));
    let line = |keys: &matching::Keys| {
        let retired = match keys.retired {
            0 => String::new(),
            n => format!(", {} retired", number(n)),
        };
        let text = format!("{} keys{retired}, {} pairs", number(keys.keys), number(keys.pairs));
        (words::sentence(&keys.kind), text)
    };
    // Of fields that nobody fills there are no keys.
    report.blocking.iter().filter(|keys| keys.keys > 0).map(line).collect()
}

fn placeholders_text(report: Option<&Found>) -> String {
    match report {
        None => "Such values (a form’s default, a shop’s own number) are found by how many \
                 unrelated records have them, once there are 2,000 records."
            .to_owned(),
        Some(report) if report.placeholders.is_empty() => {
            "No value was found that many unrelated records share.".to_owned()
        }
        Some(_) => "Unrelated records share these, so they link nobody.".to_owned(),
    }
}

fn placeholders(report: &Found) -> Vec<(String, String)> {
    let line = |shared: &matching::Shared| {
        let records = i64::try_from(shared.records).unwrap_or(i64::MAX);
        let records = words::counted(records, "record", "records");
        (shared.value.clone(), format!("{}, on {records}", field(shared.field)))
    };
    report.placeholders.iter().take(PLACEHOLDERS_MAX).map(line).collect()
}

const fn field(field: Field) -> &'static str {
    match field {
        Field::GivenName => "given name",
        Field::MiddleName => "middle name",
        Field::FamilyName => "family name",
        Field::FullName => "name",
        Field::Organisation => "business",
        Field::BirthDate => "day of birth",
        Field::Street => "street",
        Field::HouseNumber => "house number",
        Field::City => "town",
        Field::Region => "region",
        Field::Postcode => "postcode",
        Field::Country => "country",
        Field::Phone => "phone",
        Field::Email => "email",
        Field::Identifier => "number",
        Field::Category => "kind",
    }
}
