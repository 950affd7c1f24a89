use std::collections::HashSet;

use handfast_kit::{TimeMs, fold};

use crate::{CustomerId, RecordId};

/// Where a record says that the customer lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Home {
    pub(super) customer: CustomerId,
    pub(super) record: RecordId,
    pub(super) country: String,
    pub(super) region: String,
    pub(super) city: String,
    pub(super) postcode: String,
    /// Since when the record says so.
    pub(super) since: TimeMs,
}

/// Where an organisation works, ready to be compared with what records say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Territory {
    names: HashSet<String>,
    beginnings: Vec<String>,
}

impl Territory {
    /// Each term names a country, a region or a town. One with a digit, or with `*` at its end, is
    /// the beginning of postcodes: letters alone are not, since DE is Germany, and Derby's too.
    pub(super) fn of(terms: &[String]) -> Self {
        let is_beginning =
            |term: &&String| term.ends_with('*') || term.contains(|c: char| c.is_ascii_digit());
        let beginnings = terms.iter().filter(is_beginning).map(|term| compact(term));
        let names = terms.iter().filter(|term| !term.ends_with('*')).map(|term| fold(term));
        Self {
            names: names.filter(|name| !name.is_empty()).collect(),
            beginnings: beginnings.filter(|beginning| !beginning.is_empty()).collect(),
        }
    }

    /// Whether it names this country, region or town.
    pub(super) fn names(&self, place: &str) -> bool {
        self.names.contains(&fold(place))
    }

    /// Whether this postcode begins as one of its terms says.
    pub(super) fn has_postcode(&self, postcode: &str) -> bool {
        if self.beginnings.is_empty() {
            return false;
        }
        let postcode = compact(postcode);
        self.beginnings.iter().any(|beginning| postcode.starts_with(beginning))
    }

    /// Whether it holds nobody.
    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty() && self.beginnings.is_empty()
    }

    /// Whether any of its terms is a beginning of postcodes.
    pub(super) fn knows_postcodes(&self) -> bool {
        !self.beginnings.is_empty()
    }

    /// Whether it holds this home.
    pub(super) fn holds(&self, home: &Home) -> bool {
        [&home.country, &home.region, &home.city].into_iter().any(|place| self.names(place))
            || self.has_postcode(&home.postcode)
    }
}

/// Letters and digits alone, in capitals: "bs1 4xy" is "BS14XY".
fn compact(postcode: &str) -> String {
    postcode.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home(country: &str, region: &str, city: &str, postcode: &str) -> Home {
        let [country, region, city, postcode] =
            [country, region, city, postcode].map(str::to_owned);
        let (customer, record) = (CustomerId::derived(&[]), RecordId::derived(&[]));
        Home { customer, record, country, region, city, postcode, since: TimeMs(0) }
    }

    #[test]
    fn a_territory_holds_what_its_terms_name_and_postcodes_that_begin_so() {
        let terms = ["Bath", "são paulo", "BS1", "DE", "LS*"].map(str::to_owned);
        let territory = Territory::of(&terms);
        for (is_held, home) in [
            (true, home("GB", "", "BATH", "")),
            (true, home("BR", "Sao Paulo", "Campinas", "")),
            (true, home("GB", "", "Bristol", "bs1 4xy")),
            (true, home("GB", "", "Leeds", "LS2 7EE")),
            (true, home("DE", "", "Kiel", "24103")),
            (false, home("GB", "", "Derby", "DE1 1AA")),
            (false, home("GB", "", "Bathgate", "EH48")),
            (false, home("GB", "", "Bristol", "BS2 0AA")),
            (false, home("", "", "", "")),
        ] {
            assert_eq!(territory.holds(&home), is_held, "{home:?}");
        }
    }

    #[test]
    fn a_term_without_letters_or_digits_holds_nobody() {
        let territory = Territory::of(&["*".to_owned(), "!".to_owned()]);
        assert!(!territory.holds(&home("", "", "", "")));
        assert!(!territory.holds(&home("GB", "Avon", "Bath", "BA1")));
    }
}
