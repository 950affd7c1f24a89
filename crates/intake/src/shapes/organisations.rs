//! Partners and products: what every database keeps everywhere.

use handfast_record::organisations::{Kind as PartnerKind, NewPartner};

use super::{Cells, Field, Item, Kind, Problem, field, needed};

pub(super) const PRODUCTS: &[Field] = &[
    needed("product", Kind::Text, &["product_id", "sku", "article", "id"], "Its reference."),
    field("name", Kind::Text, &["title", "product_name", "description"], "What it is called."),
    field("category", Kind::Text, &["product_category_name", "product_category"], "Its category."),
];

pub(super) const PARTNERS: &[Field] = &[
    needed(
        "partner",
        Kind::Text,
        &["partner_id", "seller_id", "external_ref", "reference", "id"],
        "What the brand calls the partner in its files.",
    ),
    needed("name", Kind::Text, &["partner_name", "company", "company_name"], "Its name."),
    field(
        "kind",
        Kind::Word(&[
            "reseller",
            "distributor",
            "franchisee",
            "licensee",
            "service",
            "support",
            "fulfilment",
            "carrier",
            "insurer",
            "associate",
            "vendor",
        ]),
        &["partner_kind", "type"],
        "What it does; reseller when empty.",
    ),
    field("territory", Kind::Text, &["place", "city", "region"], "Where it works."),
];

pub(super) fn product(cells: &Cells<'_>) -> Result<Item, Problem> {
    let product_ref = cells.reference("product")?;
    Ok(Item::Product { product_ref, name: cells.text("name"), category: cells.text("category") })
}

pub(super) fn partner(cells: &Cells<'_>) -> Result<Item, Problem> {
    let kind = cells.word("kind")?.and_then(|word| PartnerKind::named(&word));
    Ok(Item::Partner(NewPartner {
        name: cells.reference("name")?,
        kinds: vec![kind.unwrap_or(PartnerKind::Reseller)],
        territory: cells.text("territory"),
        external_ref: cells.reference("partner")?,
    }))
}
