//! One touch, as a row.

use anyhow::Result;
use rand::{Rng, rngs::StdRng};
use rusqlite::{Connection, params};

use crate::seed::{Id, Seed, scattered};

const SAID: &str = "Asked whether the wheel can be trued on Saturday; we keep a place at ten.";

/// What a network has most of: class, kind, channel, summary, body.
const KINDS: [(i64, &str, &str, &str, &str); 6] = [
    (
        3,
        "sale",
        "system",
        "Ordered ORDER: 1 item, delivered",
        concat!(
            r#"{"kind":"sale","order_ref":"ORDER","status":"delivered","lines":[{"title":"#,
            r#""Gravel wheel","quantity":1,"price_minor":12900}],"total_minor":12900,"#,
            r#""currency":"GBP"}"#
        ),
    ),
    (
        5,
        "shipped",
        "system",
        "Handed order ORDER to the carrier",
        r#"{"kind":"shipped","order_ref":"ORDER","due_ms":1700000000000}"#,
    ),
    (
        5,
        "delivered",
        "system",
        "Delivered order ORDER, 2 days early",
        r#"{"kind":"delivered","order_ref":"ORDER","days_late":-2}"#,
    ),
    (
        10,
        "review_given",
        "web",
        "Rated 4 of 5: SAID",
        concat!(
            r#"{"kind":"review_given","order_ref":"ORDER","review_ref":"R1","score":4,"#,
            r#""title":"","text":"SAID"}"#
        ),
    ),
    (9, "call", "phone", "SAID", r#"{"kind":"call","said":"SAID","step":"closer"}"#),
    (9, "mail", "mail", "ORDER", r#"{"kind":"mail","subject":"ORDER","text":"SAID SAID"}"#),
];

/// A row of `touch`.
pub(crate) struct Touch {
    pub(crate) network: Id,
    pub(crate) subject: Id,
    pub(crate) at_ms: i64,
    pub(crate) id: Id,
    pub(crate) record: Id,
    pub(crate) organisation: Id,
    pub(crate) person: Option<Id>,
    pub(crate) class: i64,
    pub(crate) kind: &'static str,
    pub(crate) channel: &'static str,
    pub(crate) audience: i64,
    pub(crate) summary: String,
    pub(crate) body: String,
    pub(crate) salt: [u8; 32],
}

impl Touch {
    /// One of the touches that a network has most of.
    pub(crate) fn made(
        seed: &Seed,
        subject: Id,
        number: u64,
        at_ms: i64,
        id: Id,
        random: &mut StdRng,
    ) -> Self {
        let order = format!("SO-{}", random.random_range(10_000..99_999));
        let (class, kind, channel, summary, body) = KINDS[random.random_range(0..KINDS.len())];
        let filled = |text: &str| text.replace("ORDER", &order).replace("SAID", SAID);
        let own = random.random_bool(0.5);
        let partner = seed.partners[number as usize % seed.partners.len()];
        Self {
            network: seed.network,
            subject,
            at_ms,
            id,
            record: scattered(if own { 2 } else { 3 }, number),
            organisation: if own { seed.brand } else { partner },
            person: (class == 9 && own).then_some(seed.person),
            class,
            kind,
            channel,
            audience: 0,
            summary: filled(summary),
            body: filled(body),
            salt: random.random(),
        }
    }

    /// Writes it into `table`, which has the columns of `touch`.
    pub(crate) fn insert(
        &self,
        connection: &Connection,
        table: &str,
        leaf: Option<i64>,
    ) -> Result<()> {
        connection
            .prepare_cached(&format!(
                "insert into {table} (network_id, subject_id, at_ms, touch_id, record_id,
                   organisation_id, person_id, class, kind, channel, audience, summary, body, salt,
                   recorded_ms, leaf_index)
                 values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"
            ))?
            .execute(params![
                self.network,
                self.subject,
                self.at_ms,
                self.id,
                self.record,
                self.organisation,
                self.person,
                self.class,
                self.kind,
                self.channel,
                self.audience,
                self.summary,
                self.body,
                self.salt,
                self.at_ms,
                leaf,
            ])?;
        Ok(())
    }
}
