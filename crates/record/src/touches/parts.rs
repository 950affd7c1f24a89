use serde::{Deserialize, Serialize};

/// The effect of a contact, in the eyes of whoever had it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Toward partnership.
    Closer,
    /// Neither.
    Same,
    /// Away from it.
    Away,
}

/// One line of a sale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoldLine {
    /// What was sold, in words or by its reference.
    pub title: String,
    /// How many.
    pub quantity: i64,
    /// The price of the line, in minor units; none for a viewer who may not see prices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_minor: Option<i64>,
}
