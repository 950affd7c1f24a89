use handfast_db::Engine;
use handfast_kit::{Id, NetworkId, OrganisationId, TimeMs, tokens};

use super::{Entry, Words};
use crate::{
    CustomerId, RecordId, SubjectId,
    sharing::{Author, Class, Tie},
};

/// Most words of one text that are kept: a letter's first page is found, its end is not.
const WORDS_MAX: usize = 200;
/// What a word has beyond this is not looked at, neither in texts nor in questions.
const WORD_CHARS_MAX: usize = 64;
/// Most words of a question that count.
const QUESTION_WORDS_MAX: usize = 8;
/// Beginnings of words up to this length are words of their own on PostgreSQL: those of half of all
/// entries are never put together from a thousand words then. SQLite's index has its own.
pub(super) const BEGINNING_CHARS_MAX: usize = 3;
/// By what a letter or digit is followed in nearly all words that begin with one, when accents are
/// gone.
pub(super) const SECONDS: &str = "abcdefghijklmnopqrstuvwxyz0123456789æðøþßđħıłŋœŧʼ";

/// A touch or a record that is to be found.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) network: NetworkId,
    pub(super) organisation: OrganisationId,
    pub(super) subject: SubjectId,
    pub(super) kind: Kind,
    pub(super) at: TimeMs,
    pub(super) audience: i64,
    pub(super) named: Vec<OrganisationId>,
    /// What is found separately, the first by its own organisation.
    pub(super) parts: Vec<Part>,
}

/// What is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Touch,
    Record,
}

/// An entry of the index.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) id: Id<()>,
    pub(super) class: Class,
    pub(super) eyes: Eyes,
    pub(super) words: Vec<String>,
}

/// Through whose eyes an entry is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Eyes {
    /// Its organisation's, and the brand's.
    Own,
    /// Also of others who see it with the names of organisations.
    Named,
    /// Also of others who see it.
    Everyone,
    /// Only of others who see it.
    Others,
}

impl Item {
    /// Whether it is for whoever the agreements let see it.
    pub(super) const fn is_shared(&self) -> bool {
        self.audience == 0
    }

    /// The others whom its entries name: those it is for, or of those it is for anyway `tied`, who
    /// have a tie of their own with the customer. So these need not look through everybody's.
    fn readers<'a>(
        &'a self,
        tied: &'a [OrganisationId],
    ) -> impl Iterator<Item = OrganisationId> + 'a {
        let readers: &[OrganisationId] = match self.audience {
            0 => tied,
            2 => &self.named,
            _ => &[],
        };
        readers.iter().copied().filter(|reader| *reader != self.organisation)
    }
}

impl Part {
    /// The words that say who finds it.
    pub(super) fn scopes(&self, item: &Item, tied: &[OrganisationId]) -> Vec<String> {
        let mut scopes = Vec::with_capacity(3 + tied.len());
        if self.is_own() {
            scopes.extend([network_word(item.network), own_word(item.organisation)]);
        }
        let (network, class) = (item.network, self.class);
        let by_all = match self.eyes {
            Eyes::Own => return scopes,
            Eyes::Named => named_by_all_word(network),
            Eyes::Everyone | Eyes::Others => seen_by_all_word(network, class),
        };
        if item.is_shared() {
            scopes.push(by_all);
        }
        scopes.extend(item.readers(tied).map(|reader| match self.eyes {
            Eyes::Named => named_word(reader),
            _ => seen_word(reader, class),
        }));
        scopes
    }

    /// Whether its own organisation finds it.
    pub(super) fn is_own(&self) -> bool {
        self.eyes != Eyes::Others
    }

    /// 1 if it is found by more than what a veil leaves.
    pub(super) fn is_named(&self) -> i64 {
        i64::from(self.eyes == Eyes::Named)
    }
}

/// A touch, as it is found; `None` without words.
pub(super) fn touch(author: &Author, entry: &Entry, text: &str) -> Option<Item> {
    let words = words(text);
    if words.is_empty() {
        return None;
    }
    let part = |id, eyes, words| Part { id, class: entry.class, eyes, words };
    let parts = match &entry.veiled {
        None => vec![part(entry.id, Eyes::Everyone, words)],
        Some(veiled) => {
            let veiled = part(veiled_id(entry.id), Eyes::Others, self::words(veiled));
            vec![part(entry.id, Eyes::Named, words), veiled]
        }
    };
    Some(Item {
        network: author.network(),
        organisation: author.organisation_id(),
        subject: entry.subject,
        kind: Kind::Touch,
        at: entry.at,
        audience: entry.audience,
        named: entry.named.clone(),
        parts,
    })
}

/// The id of the entry by which a touch is found with a veil.
pub(super) fn veiled_id(touch: Id<()>) -> Id<()> {
    Id::derived(&[touch.uuid().as_bytes(), b"veiled"])
}

/// The id of the entry by which others find a record's fields of this class.
pub(super) fn class_id(record: RecordId, class: Class) -> Id<()> {
    Id::derived(&[record.uuid().as_bytes(), class.word().as_bytes()])
}

/// A record, as it is found: by its own organisation by all it says at once, by others class by
/// class.
pub(super) fn record(
    author: &Author,
    customer: CustomerId,
    record: RecordId,
    said: &Words,
) -> Item {
    let all = [&said.reference, &said.identity, &said.contact, &said.address];
    let own = Part {
        id: record.as_kind(),
        class: Class::Identity,
        eyes: Eyes::Own,
        words: words(&all.map(String::as_str).join(" ")),
    };
    let of_class = |class: Class, text: &str| Part {
        id: class_id(record, class),
        class,
        eyes: Eyes::Others,
        words: words(text),
    };
    Item {
        network: author.network(),
        organisation: author.organisation_id(),
        subject: customer.as_kind(),
        kind: Kind::Record,
        // What has no day is shown to ties of any day.
        at: TimeMs(i64::MAX),
        audience: 0,
        named: Vec::new(),
        parts: vec![
            own,
            of_class(Class::Identity, &said.identity),
            of_class(Class::Contact, &said.contact),
            of_class(Class::Address, &said.address),
        ],
    }
}

fn words(text: &str) -> Vec<String> {
    let mut words = tokens(text);
    words.truncate(WORDS_MAX);
    words.into_iter().map(cut).collect()
}

fn cut(word: String) -> String {
    match word.char_indices().nth(WORD_CHARS_MAX) {
        Some((at, _)) => word[..at].to_owned(),
        None => word,
    }
}

/// The text of an entry, as the index takes it.
pub(super) fn text(engine: Engine, words: &[String], scopes: &[String]) -> String {
    let mut all: Vec<&str> = words.iter().chain(scopes).map(String::as_str).collect();
    let beginnings: Vec<String> = match engine {
        Engine::Sqlite => words.iter().filter_map(|word| rare_beginning(word)).collect(),
        Engine::Postgres => words.iter().flat_map(|word| beginnings(word)).collect(),
    };
    all.extend(beginnings.iter().map(String::as_str));
    all.join(" ")
}

fn beginnings(word: &str) -> impl Iterator<Item = String> {
    let ends = word.char_indices().map(|(at, c)| at + c.len_utf8());
    ends.take(BEGINNING_CHARS_MAX).map(|end| format!("~{}", &word[..end]))
}

/// The letter that a word begins with, if another follows than questions of one letter ask for.
fn rare_beginning(word: &str) -> Option<String> {
    let mut letters = word.chars();
    let (first, second) = (letters.next()?, letters.next()?);
    (first.is_ascii() && !SECONDS.contains(second)).then(|| first.to_string())
}

/// The words of a question.
pub(super) fn question(text: &str) -> Vec<String> {
    let mut words = tokens(text);
    words.truncate(QUESTION_WORDS_MAX);
    words.into_iter().map(cut).collect()
}

/// The words of the entries that the brand finds.
pub(super) fn all_scopes(network: NetworkId) -> [String; 1] {
    [network_word(network)]
}

/// The classes that an organisation may be shown of one customer or another, a bit each; and of
/// them those that are shown with names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Shown {
    pub(super) seen: i64,
    pub(super) named: i64,
    /// By ties that no event makes: with every customer, or all of a region.
    pub(super) seen_by_all: i64,
    pub(super) named_by_all: i64,
}

impl Shown {
    /// Adds what is shown by a tie.
    pub(super) const fn add(&mut self, tie: i64, seen: i64, named: i64) {
        self.seen |= seen;
        self.named |= named;
        if tie == Tie::Territory as i64 || tie == Tie::None as i64 {
            self.seen_by_all |= seen;
            self.named_by_all |= named;
        }
    }
}

/// The words of the entries that an organisation may find: its own, and of others what ties, grants
/// and the customer's word leave.
pub(super) fn scopes(
    network: NetworkId,
    organisation: OrganisationId,
    shown: &Shown,
) -> Vec<String> {
    let of = |classes: i64| Class::ALL.into_iter().filter(move |c| classes & c.bit() != 0);
    let mut scopes = vec![own_word(organisation)];
    scopes.extend(of(shown.seen).map(|class| seen_word(organisation, class)));
    scopes.extend(of(shown.seen_by_all).map(|class| seen_by_all_word(network, class)));
    // Few kinds have words that a veil hides: these are told apart by the statement alone.
    scopes.extend((shown.named != 0).then(|| named_word(organisation)));
    scopes.extend((shown.named_by_all != 0).then(|| named_by_all_word(network)));
    scopes
}

// A scope is a word of the entry, so that the index itself keeps organisations apart. It begins as
// no word of a question can.

fn network_word(network: NetworkId) -> String {
    format!("_n{}", network.uuid().simple())
}

fn own_word(organisation: OrganisationId) -> String {
    format!("_o{}", organisation.uuid().simple())
}

fn seen_word(organisation: OrganisationId, class: Class) -> String {
    format!("_t{}{}", letter(class), organisation.uuid().simple())
}

fn named_word(organisation: OrganisationId) -> String {
    format!("_u{}", organisation.uuid().simple())
}

fn seen_by_all_word(network: NetworkId, class: Class) -> String {
    format!("_s{}{}", letter(class), network.uuid().simple())
}

fn named_by_all_word(network: NetworkId) -> String {
    format!("_v{}", network.uuid().simple())
}

fn letter(class: Class) -> char {
    char::from(b'a' + class as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_of_a_question_is_one_that_says_who_finds_an_entry() {
        let (network, organisation) = (NetworkId::random(), OrganisationId::random());
        let mut shown = Shown::default();
        shown.add(Tie::None as i64, -1, -1);
        let mut scopes = scopes(network, organisation, &shown);
        scopes.extend(all_scopes(network));
        assert_eq!(scopes.len(), 4 + 2 * Class::ALL.len());
        for scope in scopes {
            assert!(scope.starts_with('_'));
            assert!(question(&scope).iter().all(|word| !word.contains(['_', '~', '"', '\''])));
        }
        assert!(question("_ ~ \" ' _~").is_empty());
    }

    #[test]
    fn a_long_text_is_found_by_its_first_words_and_a_long_word_by_its_first_letters() {
        let long = "ø".repeat(WORD_CHARS_MAX + 1);
        assert_eq!(question(&long), ["ø".repeat(WORD_CHARS_MAX)]);
        assert_eq!(words(&long), question(&long));
        assert_eq!(words(&"a ".repeat(1_000)).len(), WORDS_MAX);
        assert_eq!(question(&"a ".repeat(1_000)).len(), QUESTION_WORDS_MAX);
    }

    #[test]
    fn short_beginnings_are_words_of_their_own_on_postgres() {
        let words = words("Zoë ßa");
        assert_eq!(text(Engine::Sqlite, &words, &["_n".into()]), "zoe ßa _n");
        assert_eq!(text(Engine::Postgres, &words, &["_n".into()]), "zoe ßa _n ~z ~zo ~zoe ~ß ~ßa");
    }

    #[test]
    fn one_letter_before_a_rare_one_is_a_word_of_its_own_on_sqlite() {
        assert_eq!(text(Engine::Sqlite, &words("T恤 ta 王"), &[]), "t恤 ta 王 t");
    }
}
