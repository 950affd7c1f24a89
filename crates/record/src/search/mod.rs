//! Finding customers by the words of their records and touches. An entry belongs to one
//! organisation, and a viewer who sees only its own finds only its own.

mod store;

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{Id, NetworkId, OrganisationId, tokens};

use crate::{
    SubjectId,
    sharing::{Class, Lens},
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
}

/// Writes the words an entry is found by; replaces those it had.
pub(crate) fn index(
    tx: &mut Tx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    entry: &Entry,
    text: &str,
) {
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
    let scope = match lens.records_of() {
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
