//! Finding customers by the words of their records and touches. The index keeps apart who may find
//! what: each entry has words that say whose it is and which organisations may be shown it, and a
//! question asks for one of its viewer's. What ties, agreements and the customer's word leave of
//! that stands in no entry; it is read with the question. So nothing that is hidden takes part in
//! an answer, nor in its order.

mod asking;
mod rules;
mod store;
#[cfg(test)]
mod tests;
mod writing;

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{Id, NetworkId, OrganisationId, TimeMs};

use rules::Shown;

use crate::{
    CustomerId, RecordId, SubjectId,
    sharing::{Author, Class, Lens},
};

/// A touch that is found.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) subject: SubjectId,
    pub(crate) id: Id<()>,
    pub(crate) class: Class,
    /// When it happened.
    pub(crate) at: TimeMs,
    /// 0 shared, 1 its author's own, 2 for those it names.
    pub(crate) audience: i64,
    pub(crate) named: Vec<OrganisationId>,
    /// Its words for who sees it with a veil, where they are fewer.
    pub(crate) veiled: Option<String>,
}

/// What a record is found by, for each class of its fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) identity: String,
    pub(crate) contact: String,
    pub(crate) address: String,
    /// Its organisation's own reference, by which nobody else finds it but the brand.
    pub(crate) reference: String,
}

impl Words {
    /// The words of a record: its reference, its names, mail address and phone number, and street,
    /// postcode and town.
    pub(crate) fn of(
        reference: &str,
        names: [&str; 3],
        [email, phone]: [&str; 2],
        address: [&str; 3],
    ) -> Self {
        // A phone number is found with and without its spaces.
        let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
        Self {
            identity: names.join(" "),
            contact: [email, phone, &digits].join(" "),
            address: address.join(" "),
            reference: reference.to_owned(),
        }
    }
}

/// Writes the words a touch is found by, when the transaction has done everything else; replaces
/// those it had.
pub(crate) fn index(tx: &mut Tx<'_>, author: &Author, entry: &Entry, text: &str) {
    if let Some(item) = rules::touch(author, entry, text) {
        writing::leave(tx, item);
    }
}

/// Writes the words a record is found by, when the transaction has done everything else; replaces
/// those it had. All of them at once lead its own organisation and the brand to it; others those of
/// each class they are shown.
pub(crate) fn index_record(
    tx: &mut Tx<'_>,
    author: &Author,
    customer: CustomerId,
    record: RecordId,
    words: &Words,
) {
    writing::leave(tx, rules::record(author, customer, record, words));
}

/// Lets the organisations that have a tie with the customer by now find its touches, the latest
/// first, and its records, as far as they are shown them. To be called when one gets its first tie
/// of its own; each entry comes with its organisation and words. Safe to call twice.
pub(crate) fn rescope(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
    entries: Vec<(OrganisationId, Entry, String)>,
    records: Vec<(OrganisationId, RecordId, Words)>,
) {
    // The latest come first; what has no entry yet gets its place in the index as it happened.
    for (organisation, entry, text) in entries.into_iter().rev() {
        let author = Author::organisation(network, organisation);
        if let Some(item) = rules::touch(&author, &entry, &text) {
            writing::leave(tx, item);
        }
    }
    for (organisation, record, words) in records {
        let author = Author::organisation(network, organisation);
        writing::leave(tx, rules::record(&author, customer, record, &words));
    }
}

/// Leaves out what waits to be written for this subject: what it has moved away, to where it is
/// written anew.
pub(crate) fn forget(tx: &mut Tx<'_>, network: NetworkId, subject: SubjectId) {
    writing::forget(tx, network, subject);
}

/// Removes entries of a subject, and their words.
pub(crate) fn lose(
    tx: &mut Tx<'_>,
    network: NetworkId,
    subject: SubjectId,
    entries: [Id<()>; 2],
) -> Result<(), Fault> {
    entries.into_iter().try_for_each(|entry| store::remove(tx, network, subject, entry))
}

/// The ids of the entries that find a touch.
pub(crate) fn entries_of_touch(touch: Id<()>) -> [Id<()>; 2] {
    [touch, rules::veiled_id(touch)]
}

/// The ids of the entries that find a record.
pub(crate) fn entries_of_record(record: RecordId) -> [Id<()>; 4] {
    let of_class = |class| rules::class_id(record, class);
    let [identity, contact, address] =
        [Class::Identity, Class::Contact, Class::Address].map(of_class);
    [record.as_kind(), identity, contact, address]
}

/// The subjects that have something the lens shows in which every word of the question begins a
/// word: each once, at most `limit` (up to 200). Of more than that, those whose records have the
/// words come before others, and the latest first; nothing that is hidden bears on it.
pub(crate) fn find(
    cx: &mut Cx<'_>,
    lens: &Lens,
    question: &str,
    limit: usize,
) -> Result<Vec<SubjectId>, Fault> {
    let words = rules::question(question);
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let limit = limit.clamp(1, 200);
    if lens.is_whole() {
        return store::find_any(cx, lens, &words, limit);
    }
    let shown = if lens.has_agreement() { store::shown(cx, lens)? } else { Shown::default() };
    let scopes = rules::scopes(lens.network(), lens.organisation(), &shown);
    store::find_shown(cx, lens, &scopes, &words, limit)
}
