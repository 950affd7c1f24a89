//! The audit of reads as a file for a spreadsheet.

use handfast_db::{Cx, Fault};
use handfast_kit::{TimeMs, inert};

use super::{Look, Names, Sweep, Wanted, known, place, store};
use crate::{CustomerId, sharing::Lens};

/// How many looks a file holds at most; a last line says so when there are more.
const LOOK_COUNT_MAX: usize = 100_000;
/// How many are read at once.
const READ_COUNT: usize = 2_000;

const COLUMNS: [&str; 14] = [
    "at",
    "organisation",
    "person",
    "through_the_eyes_of",
    "what",
    "classes",
    "row_count",
    "ties",
    "why",
    "customer_id",
    "organisation_id",
    "person_id",
    "as_organisation_id",
    "id",
];

/// Looks at one customer, which must be where it stands now and be shown by the lens.
pub(super) fn of_customer(
    cx: &mut Cx<'_>,
    lens: &Lens,
    customer: CustomerId,
) -> Result<Vec<u8>, Fault> {
    written(cx, lens, LOOK_COUNT_MAX, |cx, place| {
        store::of_customer(cx, lens, customer, place, READ_COUNT)
    })
}

/// The looks that are asked for.
pub(super) fn of_wanted(cx: &mut Cx<'_>, lens: &Lens, wanted: &Wanted) -> Result<Vec<u8>, Fault> {
    let sweep = Sweep::of(lens, wanted);
    let since = wanted.since.unwrap_or(TimeMs(0));
    let mut from = Some(place(None, wanted.until));
    written(cx, lens, LOOK_COUNT_MAX, move |cx, place| match sweep {
        None => Ok(Vec::new()),
        Some(sweep) => {
            let place = from.take().unwrap_or(place);
            store::list(cx, lens.network(), sweep, (since, place), READ_COUNT)
        }
    })
}

/// All that `read` gives, from the latest on, at most `count_max`.
pub(super) fn written(
    cx: &mut Cx<'_>,
    lens: &Lens,
    count_max: usize,
    mut read: impl FnMut(&mut Cx<'_>, super::Place) -> Result<Vec<Look>, Fault>,
) -> Result<Vec<u8>, Fault> {
    let told = "writing to memory does not fail";
    let mut file = csv::Writer::from_writer(Vec::new());
    file.write_record(COLUMNS).expect(told);
    let (mut names, mut next, mut left) = (Names::default(), place(None, None), count_max);
    loop {
        let looks = read(cx, next)?;
        let looks = known(cx, lens, looks)?;
        names.learn(cx, lens.network(), &looks)?;
        for look in looks.iter().take(left) {
            let line = line(look, &names);
            file.write_record(line.iter().map(|cell| inert(cell).into_owned())).expect(told);
        }
        if looks.len() > left {
            let mut cut = [""; COLUMNS.len()].map(str::to_owned);
            cut[0] = format!("cut after {count_max} lines; ask for a shorter time");
            file.write_record(cut).expect(told);
            break;
        }
        left -= looks.len();
        match looks.last() {
            Some(last) if looks.len() == READ_COUNT => next = (last.at, last.id),
            _ => break,
        }
    }
    Ok(file.into_inner().expect(told))
}

fn line(look: &Look, names: &Names) -> [String; COLUMNS.len()] {
    let words = |words: Vec<&'static str>| words.join(" ");
    let id = |id: Option<String>| id.unwrap_or_default();
    [
        look.at.rfc3339(),
        names.organisation(look.organisation).to_owned(),
        names.person(look.person).to_owned(),
        look.eyes_of.map(|eyes| names.organisation(eyes).to_owned()).unwrap_or_default(),
        look.what.clone(),
        words(look.classes.iter().map(|class| class.word()).collect()),
        look.row_count.to_string(),
        words(look.ties.iter().map(|tie| tie.word()).collect()),
        look.why.clone(),
        id(look.customer.map(|customer| customer.to_string())),
        look.organisation.to_string(),
        id(look.person.map(|person| person.to_string())),
        id(look.eyes_of.map(|eyes| eyes.to_string())),
        look.id.to_string(),
    ]
}
