use std::collections::{BTreeMap, HashSet};

use handfast_kit::{OrganisationId, TimeMs};
use handfast_web::Problems;

use super::{Change, Draft, Extent};
use crate::sharing::{
    Class, Grant, Held, Level, Line, Masks, Permitted, Tie, shown,
    ties::{Group, OPEN},
};

/// Most lines of who does what.
pub const RESPONSIBILITIES_MAX: usize = 60;
/// Longest text of such a line, in characters.
pub const TEXT_CHARS_MAX: usize = 500;
/// Most terms of a territory.
pub const TERRITORY_MAX: usize = 60;
/// Longest term of a territory, in characters.
pub const TERM_CHARS_MAX: usize = 80;
/// Longest note, in characters.
pub const NOTE_CHARS_MAX: usize = 2_000;
/// Longest stay of a guest, in hours: a week.
pub const GUEST_HOURS_MAX: i64 = 168;

/// The draft as it is signed: without blanks around its texts, without terms and kinds said twice
/// and without grants of nothing. Or what is wrong with it, field by field.
pub(super) fn checked(mut draft: Draft) -> Result<Draft, Problems> {
    tidy(&mut draft);
    let mut problems = Problems::default();
    check_texts(&draft, &mut problems);
    check_grants(&draft.grants, &mut problems);
    if !(1..=GUEST_HOURS_MAX).contains(&draft.guest_hours) {
        problems.add("guest_hours", format!("1 to {GUEST_HOURS_MAX} hours can be agreed"));
    }
    if problems.fields.is_empty() { Ok(draft) } else { Err(problems) }
}

fn tidy(draft: &mut Draft) {
    let texts = draft.responsibilities.iter_mut();
    for text in texts.flat_map(|line| [&mut line.when, &mut line.theirs, &mut line.ours]) {
        *text = text.trim().to_owned();
    }
    draft.note = draft.note.trim().to_owned();
    let mut said = HashSet::new();
    let terms = std::mem::take(&mut draft.territory).into_iter();
    let terms = terms.map(|term| term.trim().to_owned()).filter(|term| !term.is_empty());
    draft.territory = terms.filter(|term| said.insert(term.clone())).collect();
    let mut named = HashSet::new();
    draft.kinds.retain(|kind| named.insert(*kind));
    draft.grants.retain(|grant| grant.level > Level::None);
}

fn check_texts(draft: &Draft, problems: &mut Problems) {
    if draft.territory.len() > TERRITORY_MAX {
        problems.add("territory", format!("at most {TERRITORY_MAX} places can be named"));
    }
    for (index, term) in draft.territory.iter().enumerate() {
        if term.contains(',') || term.chars().count() > TERM_CHARS_MAX {
            let says = format!("a place has no comma and at most {TERM_CHARS_MAX} characters");
            problems.add(format!("territory[{index}]"), says);
        }
    }
    if draft.responsibilities.len() > RESPONSIBILITIES_MAX {
        let says = format!("at most {RESPONSIBILITIES_MAX} lines can be agreed");
        problems.add("responsibilities", says);
    }
    for (index, line) in draft.responsibilities.iter().enumerate() {
        if line.when.is_empty() {
            let says = "say on which occasion this is done";
            problems.add(format!("responsibilities[{index}].when"), says);
        }
        for (field, text) in [("when", &line.when), ("theirs", &line.theirs), ("ours", &line.ours)]
        {
            if text.chars().count() > TEXT_CHARS_MAX {
                let says = format!("at most {TEXT_CHARS_MAX} characters are kept");
                problems.add(format!("responsibilities[{index}].{field}"), says);
            }
        }
    }
    if draft.note.chars().count() > NOTE_CHARS_MAX {
        problems.add("note", format!("at most {NOTE_CHARS_MAX} characters are kept"));
    }
}

fn check_grants(grants: &[Grant], problems: &mut Problems) {
    let mut said = HashSet::new();
    for (index, grant) in grants.iter().enumerate() {
        if !Tie::GRANTABLE.contains(&grant.tie) {
            let says = "nothing can be agreed for this tie: it carries what was allowed for one \
                        customer";
            problems.add(format!("grants[{index}].tie"), says);
        }
        if !said.insert((grant.tie, grant.class, grant.purpose, grant.from_tie)) {
            let says = "this tie, class, purpose and start stand in another line already";
            problems.add(format!("grants[{index}]"), says);
        }
    }
}

/// The grants as bits, a line for each tie, purpose and start.
pub(super) fn lines(grants: &[Grant]) -> Vec<Line> {
    let mut lines: BTreeMap<_, Masks> = BTreeMap::new();
    for grant in grants.iter().filter(|grant| grant.level > Level::None) {
        let masks = lines.entry((grant.tie, grant.purpose, grant.from_tie)).or_default();
        masks.show(grant.class, grant.level);
    }
    lines
        .into_iter()
        .map(|((tie, purpose, from_tie), masks)| Line { tie, purpose, from_tie, masks })
        .collect()
}

/// What changes of what is shown of these customers, when the grants do; and in what order it is
/// told: class by class, what becomes visible first.
pub(super) fn changes(
    organisation: OrganisationId,
    (before, after): (&[Line], &[Line]),
    groups: &[Group],
) -> Vec<Change> {
    let mut counts: BTreeMap<_, i64> = BTreeMap::new();
    for group in groups {
        let word = (group.permitted, group.extra);
        let was = levels(organisation, before, group.ties, word);
        let becomes = levels(organisation, after, group.becoming, word);
        for (class, extent, was, becomes) in differences(was, becomes) {
            *counts.entry((class as u8, becomes < was, extent, was, becomes)).or_default() +=
                group.customers;
        }
    }
    counts
        .into_iter()
        .filter_map(|((class, _, extent, was, becomes), customers)| {
            let class = Class::numbered(i64::from(class))?;
            Some(Change { class, extent, was, becomes, customers })
        })
        .collect()
}

/// Of which classes more is granted to some tie than before, and of which less.
pub(super) fn shifts(
    organisation: OrganisationId,
    (before, after): (&[Line], &[Line]),
) -> (Vec<Class>, Vec<Class>) {
    // Whatever purpose: the agreement is compared, not what customers say to it.
    let permitted = Permitted { purposes: i64::MAX, denied: 0 };
    let (mut more, mut less) = (0, 0);
    for tie in Tie::GRANTABLE {
        let was = levels(organisation, before, tie.bit(), (permitted, 0));
        let becomes = levels(organisation, after, tie.bit(), (permitted, 0));
        for (class, _, was, becomes) in differences(was, becomes) {
            let mask = if becomes > was { &mut more } else { &mut less };
            *mask |= class.bit();
        }
    }
    let classes = |mask: i64| Class::ALL.into_iter().filter(|c| mask & c.bit() != 0).collect();
    (classes(more), classes(less))
}

/// What is shown since the tie, and of before.
type Shown = (Masks, Masks);

fn levels(
    organisation: OrganisationId,
    lines: &[Line],
    ties: i64,
    (permitted, extra): (Permitted, i64),
) -> Shown {
    let ties = Tie::ALL.into_iter().filter(|tie| ties & tie.bit() != 0);
    let held: Vec<Held> =
        ties.map(|tie| Held { organisation, tie, from: TimeMs(0), until: OPEN, extra }).collect();
    shown(lines, &held, permitted)
}

fn differences(was: Shown, becomes: Shown) -> impl Iterator<Item = (Class, Extent, Level, Level)> {
    Class::ALL.into_iter().flat_map(move |class| {
        let since = (was.0.level(class), becomes.0.level(class));
        let before = (was.1.level(class), becomes.1.level(class));
        let parts = if since == before {
            [Some((Extent::Everything, since)), None]
        } else {
            [Some((Extent::SinceTie, since)), Some((Extent::BeforeTie, before))]
        };
        parts
            .into_iter()
            .flatten()
            .filter(|(_, (was, becomes))| was != becomes)
            .map(move |(extent, (was, becomes))| (class, extent, was, becomes))
    })
}
