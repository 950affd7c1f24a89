//! Finding customers by the words of their records and touches. An entry belongs to one
//! organisation, and a viewer who sees only its own finds only its own.

mod store;

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{Id, NetworkId, OrganisationId, TimeMs, tokens};

use crate::{
    CustomerId, RecordId, SubjectId,
    sharing::{Author, Class, Lens},
};

/// Most words of one entry that are kept: a letter's first page is found, its end is not.
const WORDS_MAX: usize = 200;
/// Most words of a question that count.
const QUESTION_WORDS_MAX: usize = 8;

/// What is found: a record or a touch of a subject.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) subject: SubjectId,
    pub(crate) id: Id<()>,
    pub(crate) class: Class,
    /// When it happened; the greatest moment for a record.
    pub(crate) at: TimeMs,
    /// 0 shared, 1 its author's own, 2 for those it names.
    pub(crate) audience: i64,
    pub(crate) named: Vec<OrganisationId>,
}

/// What a record is found by, for each class of its fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) identity: String,
    pub(crate) contact: String,
    pub(crate) address: String,
    /// Its organisation's own reference, by which nobody else finds it.
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

/// Writes the words an entry is found by; replaces those it had.
pub(crate) fn index(tx: &mut Tx<'_>, author: &Author, entry: &Entry, text: &str) {
    let (network, organisation) = (author.network(), author.organisation_id());
    let mut words = tokens(text);
    words.truncate(WORDS_MAX);
    if words.is_empty() {
        return;
    }
    // The scope is a word of the entry, so that the index itself keeps networks apart. No word of
    // a question begins like it.
    words.push(network_word(network));
    words.push(organisation_word(organisation));
    let (entry, words) = (entry.clone(), words.join(" "));
    tx.at_end(move |tx| store::replace(tx, network, organisation, &entry, &words));
}

pub(crate) fn index_record(
    tx: &mut Tx<'_>,
    author: &Author,
    customer: CustomerId,
    record: RecordId,
    words: &Words,
) {
    let entry = Entry {
        subject: customer.as_kind(),
        id: record.as_kind(),
        class: Class::Identity,
        at: TimeMs(i64::MAX),
        audience: 0,
        named: Vec::new(),
    };
    let Words { identity, contact, address, reference } = words;
    index(
        tx,
        author,
        &entry,
        &[identity, contact, address, reference].map(String::as_str).join(" "),
    );
}

pub(crate) fn rescope(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
    entries: Vec<(OrganisationId, Entry, String)>,
    records: Vec<(OrganisationId, RecordId, Words)>,
) -> Result<(), Fault> {
    let _ = (tx, network, customer, entries, records);
    Ok(())
}

/// The subjects with an entry in which every word of the question begins a word, each once, at most
/// `limit` (up to 200). Which of more than that is not promised.
pub(crate) fn find(
    cx: &mut Cx<'_>,
    lens: &Lens,
    question: &str,
    limit: usize,
) -> Result<Vec<SubjectId>, Fault> {
    let mut words = tokens(question);
    words.truncate(QUESTION_WORDS_MAX);
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let scope = match lens.own_only() {
        None => network_word(lens.network()),
        Some(own) => organisation_word(own),
    };
    store::find(cx, lens, &scope, &words, limit.clamp(1, 200))
}

fn network_word(network: NetworkId) -> String {
    format!("_n{}", network.uuid().simple())
}

fn organisation_word(organisation: OrganisationId) -> String {
    format!("_o{}", organisation.uuid().simple())
}
