//! Steps of cases.

use handfast_record::{
    cases::{End, Event},
    customers::{Details, Incoming},
};

use super::{Cells, Field, Item, ItemEvent, Kind, Problem, field, needed};

pub(super) const FIELDS: &[Field] = &[
    needed(
        "case",
        Kind::Text,
        &["case_id", "ticket_id", "incident", "number", "sr_number", "case_ref"],
        "Your reference of the case.",
    ),
    needed(
        "at",
        Kind::Moment,
        &["time", "timestamp", "change_time", "complete_time", "event_time", "date"],
        "When the step was taken.",
    ),
    field("event", Kind::Text, &["event_id", "step_id"], "The step's own reference, if any."),
    field("status", Kind::Text, &["activity", "state", "step"], "Where the case stood then."),
    field(
        "owner",
        Kind::Text,
        &["organisation", "organization", "assignee", "resource", "agent", "assigned_to"],
        "Who had it: an organisation or a person. A change of it is a hand-over.",
    ),
    field("team", Kind::Text, &["group", "support_team", "assignment_group"], "Which team."),
    field("owner_country", Kind::Text, &["team_country"], "In which country."),
    field("title", Kind::Text, &["subject", "summary", "short_description"], "What it is about."),
    field("product", Kind::Text, &["product_id", "item"], "Which product."),
    field(
        "end",
        Kind::Word(&["open", "closed"]),
        &["open_or_closed"],
        "closed if the case ends with this step; open when empty.",
    ),
    field(
        "customer",
        Kind::Text,
        &["customer_id", "requester_id", "contact_id", "caller_id"],
        "Your reference of the customer; empty if nobody is named.",
    ),
    field("customer_key", Kind::Text, &["person_key"], "A key verified to name one person."),
    field("customer_name", Kind::Text, &["requester", "caller", "full_name"], "Who asked."),
    field("customer_email", Kind::Email, &["requester_email", "email"], "Their mail address."),
    field("customer_phone", Kind::Phone, &["phone"], "Their phone number."),
];

pub(super) fn event(cells: &Cells<'_>) -> Result<Item, Problem> {
    let at = cells.needed_moment("at")?;
    let customer_ref = cells.some("customer");
    let details = Details {
        name: cells.text("customer_name"),
        email: cells.email("customer_email")?,
        phone: cells.phone("customer_phone"),
        ..Details::default()
    };
    let person_key = cells.some("customer_key");
    let tells = details != Details::default() || person_key.is_some();
    let customer = customer_ref.clone().filter(|_| tells).map(|external_ref| Incoming {
        external_ref,
        person_key,
        details,
        since: Some(at),
    });
    let end = match cells.word("end")?.as_deref() {
        Some("closed") => End::Closes,
        _ => End::GoesOn,
    };
    let event = Event {
        case_ref: cells.reference("case")?,
        customer_ref,
        at,
        status: cells.text("status"),
        owner: cells.text("owner"),
        team: cells.text("team"),
        country: cells.text("owner_country"),
        title: cells.text("title"),
        product: cells.text("product"),
        end,
        // Both are known only where the row stands among others.
        row: 0,
        occurrence: 0,
    };
    Ok(Item::Event(ItemEvent { event_ref: cells.some("event"), event, customer }))
}
