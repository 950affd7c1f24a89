//! The migrations, in their one order, embedded in the program.

use handfast_db::Migration;

macro_rules! migrations {
    ($($name:literal),+ $(,)?) => {
        &[$(Migration {
            name: $name,
            text: include_str!(concat!("../../../migrations/", $name, ".sql")),
        }),+]
    };
}

/// Every migration, the oldest first. A new file is a new line here.
pub const ALL: &[Migration] = migrations![
    "0001_organisations_and_people",
    "0002_customers_and_touches",
    "0003_sales_and_cases",
    "0004_search",
    "0005_intake_and_requests",
    "0006_sharing",
    "0007_guests",
    "0008_looks",
    "0009_wall",
    "0010_finding",
    "0011_matching",
    "0012_golden",
    "0013_search_words",
    "0014_ledger",
    "0015_handoffs",
    "0016_obligations",
    "0017_outbox",
    "0018_webhooks",
    "0019_disputes",
    "0020_followed",
    "0021_checkpoint_letters",
    "0022_figures",
    "0023_endings",
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_file_of_the_folder_is_embedded_in_order() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter_map(|name| name.strip_suffix(".sql").map(str::to_owned))
            .collect();
        files.sort();
        let embedded: Vec<&str> = ALL.iter().map(|migration| migration.name).collect();
        assert_eq!(embedded, files);
    }
}
