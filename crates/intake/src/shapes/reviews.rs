//! Reviews.

use handfast_record::sales::Review;

use super::{Cells, Field, Item, Kind, Problem, field, needed};

pub(super) const FIELDS: &[Field] = &[
    needed("review", Kind::Text, &["review_id", "review_ref", "id"], "The review's reference."),
    needed("order", Kind::Text, &["order_id", "order_ref"], "The order that it is about."),
    needed("score", Kind::Count, &["review_score", "rating", "stars"], "1 (worst) to 5."),
    field("title", Kind::Text, &["review_comment_title", "heading", "subject"], "Its heading."),
    field(
        "text",
        Kind::Text,
        &["review_comment_message", "comment", "message", "body"],
        "What the customer wrote.",
    ),
    field(
        "asked",
        Kind::Moment,
        &["asked_at", "review_creation_date", "sent_at", "survey_sent"],
        "When the customer was asked.",
    ),
    needed(
        "answered",
        Kind::Moment,
        &["answered_at", "review_answer_timestamp", "created_at", "date"],
        "When the customer answered.",
    ),
];

pub(super) fn review(cells: &Cells<'_>) -> Result<Item, Problem> {
    cells.reference("score")?;
    let score = cells.count("score")?.unwrap_or(0);
    if !(1..=5).contains(&score) {
        let reason = format!("a score is 1 to 5, not {score}");
        return Err(Problem { field: "score", reason });
    }
    Ok(Item::Review(Review {
        order_ref: cells.reference("order")?,
        review_ref: cells.reference("review")?,
        score,
        title: cells.text("title"),
        text: cells.text("text"),
        asked: cells.moment("asked")?,
        answered: cells.needed_moment("answered")?,
    }))
}
