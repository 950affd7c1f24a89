//! What customers are asked to allow: a text for each purpose, in versions that stay readable.

use handfast_db::{Cx, Fault, OnUnique, Tx};
use handfast_kit::{NetworkId, TimeMs};

use super::{Error, brand_only, rules, store};
use crate::{
    sharing::{Author, Purpose},
    touches::{self, Audience, Body, NewTouch},
};

/// The longest text of what a customer is asked to allow, in characters.
pub const WORDS_CHARS_MAX: usize = 2_000;

/// One version of what a customer is asked to allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// For which purpose.
    pub purpose: Purpose,
    /// Counts its versions. 1 came with Handfast.
    pub version: i64,
    /// The words, as the customer would say them.
    pub words: String,
    /// Since when it is asked; none for the one that came with Handfast.
    pub since: Option<TimeMs>,
}

/// What customers are asked to allow: the latest text of each purpose.
pub fn texts(cx: &mut Cx<'_>, network: NetworkId) -> Result<Vec<Text>, Fault> {
    Purpose::ALL.into_iter().map(|purpose| latest(cx, network, purpose)).collect()
}

/// All texts of a purpose, the latest first, at most 200 and the one that came with Handfast.
pub fn versions(cx: &mut Cx<'_>, network: NetworkId, purpose: Purpose) -> Result<Vec<Text>, Fault> {
    let mut texts = store::texts(cx, network, purpose, 200)?;
    texts.push(rules::first(purpose));
    Ok(texts)
}

/// Publishes a text that customers are asked from now on; the ones before stay readable. Returns
/// its version. For an admin of the brand.
pub fn publish_text(
    tx: &mut Tx<'_>,
    author: &Author,
    now: TimeMs,
    purpose: Purpose,
    words: &str,
) -> Result<i64, Error> {
    brand_only(author)?;
    let words = rules::text(words, WORDS_CHARS_MAX).ok_or(Error::WordsWrong)?;
    let network = author.network();
    let version = latest(tx, network, purpose)?.version + 1;
    let text = Text { purpose, version, words: words.to_owned(), since: Some(now) };
    store::insert_text(tx, network, now, &text)
        .on_unique("consent_text_pk", Error::TextMeanwhile)?;
    let body = Body::ConsentTextPublished { purpose, version, words: text.words };
    let subject = rules::subject_of(network, purpose);
    let touch = NewTouch { audience: Audience::Own, ..NewTouch::new(subject, now, body) };
    touches::append(tx, author, now, touch)?;
    Ok(version)
}

/// The text that customers are asked now.
pub(super) fn latest(cx: &mut Cx<'_>, network: NetworkId, purpose: Purpose) -> Result<Text, Fault> {
    let published = store::texts(cx, network, purpose, 1)?;
    Ok(published.into_iter().next().unwrap_or_else(|| rules::first(purpose)))
}
