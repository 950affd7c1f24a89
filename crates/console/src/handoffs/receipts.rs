//! The receipts of a hand-off: one for each step, checked when the page is made, and as a file.

use axum::{extract::State, response::Response};
use handfast_db::{Cx, Fault};
use handfast_handoffs as handoffs;
use handfast_record::{
    HandOffId, TouchId, receipts,
    sharing::{self, Lens, looks::Occasion},
};
use handfast_web::{App, Failure, Path, Query, Viewer, download as file};
use serde::Deserialize;

/// What is known of a step's receipt.
pub(super) struct Kept {
    /// The short form that people compare by eye; none while the step is not signed yet.
    fingerprint: Option<String>,
    /// Whether it was checked against the network's key.
    is_valid: bool,
    /// Its number among all that happened, and how many there were when it was signed.
    place: String,
    key: String,
    json: String,
}

/// A line of the table.
pub(super) struct Face {
    pub(super) id: String,
    pub(super) by: String,
    pub(super) about: String,
    pub(super) fingerprint: Option<String>,
    pub(super) badge: (&'static str, &'static str, &'static str),
    pub(super) place: String,
    pub(super) key: String,
    pub(super) href: String,
}

/// The receipts of these touches, in their order.
pub(super) fn of(
    cx: &mut Cx<'_>,
    lens: &Lens,
    touches: impl IntoIterator<Item = TouchId>,
) -> Result<Vec<Kept>, Fault> {
    let signed = receipts::signed(cx, lens.network())?;
    let key = signed.map(|signed| signed.public_key).unwrap_or_default();
    touches.into_iter().map(|touch| kept(cx, lens, touch, &key)).collect()
}

fn kept(cx: &mut Cx<'_>, lens: &Lens, touch: TouchId, key: &str) -> Result<Kept, Fault> {
    let Some(receipt) = receipts::receipt(cx, lens, touch)? else {
        return Ok(Kept {
            fingerprint: None,
            is_valid: false,
            place: String::new(),
            key: String::new(),
            json: String::new(),
        });
    };
    let checked = key.parse().ok().and_then(|key| receipt.verify(&key).ok());
    let json = serde_json::to_string_pretty(&receipt);
    Ok(Kept {
        fingerprint: Some(receipts::fingerprint(&receipt)),
        is_valid: checked.is_some(),
        place: checked.map_or(String::new(), |checkpoint| {
            format!("in the ledger of {} touches", crate::words::number(checkpoint.size as i64))
        }),
        key: key.to_owned(),
        json: json.map_err(|error| Fault::other(error.to_string()))?,
    })
}

pub(super) fn face((path, touch): (&str, TouchId), by: String, about: String, kept: &Kept) -> Face {
    Face {
        id: touch.to_string(),
        by,
        about,
        fingerprint: kept.fingerprint.clone(),
        badge: match (&kept.fingerprint, kept.is_valid) {
            (None, _) => ("", "clock", "Signed in a moment"),
            (Some(_), true) => ("ok", "check", "Valid"),
            (Some(_), false) => ("bad", "alert", "Not valid"),
        },
        place: kept.place.clone(),
        key: kept.key.clone(),
        href: format!("{path}/receipts?touch={touch}"),
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    pub(super) touch: Option<TouchId>,
}

/// One receipt, as `handfast receipt verify` reads it; without a touch all of them in a list.
pub(super) async fn download(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<HandOffId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let now = app.clock.now();
    let found = sharing::read(&app, &viewer, Occasion::of("export"), move |cx, lens| {
        let Some(one) = handoffs::find(cx, lens, now, id)? else { return Ok(None) };
        let touches: Vec<TouchId> = one.steps.iter().map(|step| step.touch).collect();
        let kept = of(cx, lens, touches.iter().copied())?;
        Ok::<_, Fault>(Some((one.reference, touches.into_iter().zip(kept).collect())))
    });
    let (reference, kept) = found.await?.ok_or(Failure::NotFound)?;
    saved(&reference, asked.touch, kept)
}

/// The file of the one receipt that is asked for, or of all.
pub(super) fn saved(
    reference: &str,
    asked: Option<TouchId>,
    mut kept: Vec<(TouchId, Kept)>,
) -> Result<Response, Failure> {
    kept.retain(|(_, kept)| !kept.json.is_empty());
    let (name, text) = if let Some(touch) = asked {
        let found = kept.into_iter().find(|(one, _)| *one == touch);
        let (_, kept) = found.ok_or(Failure::NotFound)?;
        (format!("receipt-{reference}-{touch}.json"), kept.json)
    } else {
        let all: Vec<String> = kept.into_iter().map(|(_, kept)| kept.json).collect();
        (format!("receipts-{reference}.json"), format!("[{}]", all.join(",\n")))
    };
    Ok(file(&name, "application/json", text))
}
