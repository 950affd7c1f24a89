//! What a signature or an ending would show and hide, of how many customers and to whom, in words.

use handfast_record::{
    agreements::{Change, Difference, Extent},
    sharing::{Class, Level},
};

use super::words;
use crate::words as common;

/// What would change, in sentences.
pub(super) struct Effects {
    /// All of it in one sentence.
    pub(super) headline: String,
    pub(super) about: String,
    pub(super) is_none: bool,
    /// What becomes visible, and what is hidden.
    pub(super) more: Vec<Sentence>,
    pub(super) less: Vec<Sentence>,
    /// Whom the partner gets to know of, or no longer does.
    pub(super) reach: Vec<String>,
    /// Those who will see it.
    pub(super) people: Vec<String>,
    /// How many more there are than are named.
    pub(super) unnamed: Option<String>,
}

/// What happens, to what of which customers.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sentence {
    /// "Prices become visible".
    pub(super) what: String,
    /// " for 1,204 customers, to 12 people of Torque Workshop."
    pub(super) of: String,
}

impl Effects {
    pub(super) fn of(name: &str, difference: &Difference) -> Self {
        let (more, less): (Vec<Change>, Vec<Change>) =
            difference.changes.iter().copied().partition(Change::is_more);
        let reach = reach(name, difference);
        let is_none = difference.changes.is_empty() && reach.is_empty();
        let unnamed = difference.people_count - difference.people.len() as i64;
        Self {
            headline: headline(&more, &less, is_none),
            about: about(name, difference, is_none),
            is_none,
            more: sentences(name, &more, difference.people_count),
            less: sentences(name, &less, difference.people_count),
            reach,
            people: difference.people.iter().map(|reader| reader.name.clone()).collect(),
            unnamed: (unnamed > 0)
                .then(|| format!("And {}", common::counted(unnamed, "person more", "people more"))),
        }
    }
}

fn headline(more: &[Change], less: &[Change], is_none: bool) -> String {
    let text = match (more.is_empty(), less.is_empty()) {
        _ if is_none => "Nothing changes for anybody",
        (false, false) => "Some things become visible, others are hidden",
        (false, true) => "More becomes visible, and nothing is hidden",
        (true, false) => "Less is visible from then on",
        (true, true) => "What is shown stays the same, but not of whom",
    };
    text.to_owned()
}

fn about(name: &str, difference: &Difference, is_none: bool) -> String {
    match difference.customers {
        0 if is_none => {
            format!(
                "{name} has no tie with any customer yet. What is agreed holds for those to come."
            )
        }
        0 => format!("{name} then has no tie with any customer."),
        n => format!("{name} has a tie with {}.", common::counted(n, "customer", "customers")),
    }
}

fn reach(name: &str, difference: &Difference) -> Vec<String> {
    let customers = |n| common::counted(n, "customer", "customers");
    let tied = (difference.tied > 0).then(|| {
        let n = customers(difference.tied);
        format!("{name} gets to know of {n} it had nothing to do with.")
    });
    let untied = (difference.untied > 0).then(|| {
        let n = customers(difference.untied);
        format!("{name} no longer knows of {n}, but for what it wrote itself.")
    });
    [tied, untied].into_iter().flatten().collect()
}

/// The changes as sentences; of classes to which the same happens in one.
fn sentences(name: &str, changes: &[Change], people: i64) -> Vec<Sentence> {
    let alike = |a: &Change, b: &Change| {
        (a.extent, a.was, a.becomes, a.customers) == (b.extent, b.was, b.becomes, b.customers)
    };
    let mut groups: Vec<(Change, Vec<Class>)> = Vec::new();
    for change in changes {
        match groups.iter_mut().find(|(known, _)| alike(known, change)) {
            Some((_, classes)) => classes.push(change.class),
            None => groups.push((*change, vec![change.class])),
        }
    }
    groups.iter().map(|(change, classes)| sentence(name, (change, classes), people)).collect()
}

fn sentence(name: &str, (change, classes): (&Change, &[Class]), people: i64) -> Sentence {
    let is_more = change.is_more();
    let who = match people {
        0 => format!(", {} whoever will sign in for {name}.", if is_more { "to" } else { "from" }),
        n => format!(
            ", {} {} of {name}.",
            if is_more { "to" } else { "from" },
            common::counted(n, "person", "people")
        ),
    };
    let customers = common::counted(change.customers, "customer", "customers");
    let part = match change.extent {
        Extent::Everything => "",
        Extent::SinceTie => " from the day of the tie on",
        Extent::BeforeTie => " from before the tie",
    };
    let of = format!("{part} for {customers}{who}");
    Sentence { what: happens(classes, change.was, change.becomes), of }
}

/// What happens to these classes.
fn happens(classes: &[Class], was: Level, becomes: Level) -> String {
    let all = words::classes(classes);
    let within = all.to_lowercase();
    let names = "the names of other partners";
    match (was, becomes) {
        (Level::None | Level::Count, Level::Full) => format!("{all} become visible"),
        (Level::None | Level::Count, Level::Veiled) => {
            format!("{all} become visible, without {names},")
        }
        (Level::None, Level::Count) => format!("The number of {within} becomes visible"),
        (Level::Veiled, Level::Full) => {
            format!("{} in {within} become visible", common::sentence(names))
        }
        (Level::Full, Level::Veiled) => {
            format!("{} in {within} are hidden", common::sentence(names))
        }
        (Level::Full | Level::Veiled, Level::Count) => {
            format!("{all} are hidden, but for their number,")
        }
        (Level::Full | Level::Veiled, Level::None) => format!("{all} are hidden"),
        (Level::Count, Level::None) => format!("The number of {within} is hidden"),
        _ => format!("{all} stay as they are"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn difference(changes: Vec<Change>) -> Difference {
        Difference {
            version: 3,
            changes,
            customers: 1_204,
            tied: 0,
            untied: 0,
            people: Vec::new(),
            people_count: 12,
        }
    }

    fn change(class: Class, was: Level, becomes: Level) -> Change {
        Change { class, extent: Extent::Everything, was, becomes, customers: 1_204 }
    }

    fn told(effects: &Effects) -> Vec<String> {
        let all = effects.more.iter().chain(&effects.less);
        all.map(|sentence| format!("{}{}", sentence.what, sentence.of)).collect()
    }

    #[test]
    fn what_becomes_visible_is_said_with_how_many_and_to_whom() {
        let effects = Effects::of(
            "Torque Workshop",
            &difference(vec![
                change(Class::Price, Level::None, Level::Full),
                change(Class::Note, Level::None, Level::Full),
                change(Class::Case, Level::Full, Level::Veiled),
            ]),
        );
        assert_eq!(
            told(&effects),
            [
                "Prices and staff notes become visible for 1,204 customers, to 12 people of \
                 Torque Workshop.",
                "The names of other partners in cases are hidden for 1,204 customers, from \
                 12 people of Torque Workshop.",
            ]
        );
        assert_eq!(effects.headline, "Some things become visible, others are hidden");
    }

    #[test]
    fn nothing_is_said_to_be_nothing() {
        let effects = Effects::of("Torque Workshop", &difference(Vec::new()));
        assert_eq!(effects.headline, "Nothing changes for anybody");
        assert!(effects.is_none);
        let tied = Difference { tied: 1, ..difference(Vec::new()) };
        let effects = Effects::of("Torque Workshop", &tied);
        assert_eq!(
            effects.reach,
            ["Torque Workshop gets to know of 1 customer it had nothing to do with."]
        );
    }

    #[test]
    fn a_part_of_a_class_is_said_to_be_one() {
        let before =
            Change { extent: Extent::BeforeTie, ..change(Class::Case, Level::Veiled, Level::None) };
        let effects =
            Effects::of("Torque", &Difference { people_count: 0, ..difference(vec![before]) });
        let said = "Cases are hidden from before the tie for 1,204 customers, from whoever will \
                    sign in for Torque.";
        assert_eq!(told(&effects), [said]);
    }
}
