//! Of which kinds things are that may be left with a partner, and how those of each are found.

use handfast_db::{Cx, Fault};
use handfast_record::entrusting::{self, Asked, Found};

use super::store;

/// How many are read at once where some of them do not count.
const READ_AT_ONCE: i64 = 1_000;

/// What may be left with a partner, in the order in which it is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// An offer to it or by it that is not over, or a question to it as a sender.
    Offer,
    /// A leg of a delivery that it is to prove.
    Leg,
    /// A dispute in which it is a party.
    Dispute,
    /// What a customer is to get from it.
    Remedy,
    /// A change that it has not brought into its records rightly.
    Obligation,
    /// Something that was handed to it.
    Held,
    /// A case of its own that is open.
    Case,
    /// A delivery of its own that was promised.
    Promise,
    /// A customer of whom nobody else keeps a record.
    Customer,
    /// A customer to whom it is tied.
    Tie,
}

impl Kind {
    /// All of them, in the order in which they are settled.
    pub const ALL: [Self; 10] = [
        Self::Offer,
        Self::Leg,
        Self::Dispute,
        Self::Remedy,
        Self::Obligation,
        Self::Held,
        Self::Case,
        Self::Promise,
        Self::Customer,
        Self::Tie,
    ];

    /// Its word, as in the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Offer => "hand_off",
            Self::Leg => "leg",
            Self::Dispute => "dispute",
            Self::Remedy => "remedy",
            Self::Obligation => "obligation",
            Self::Held => "accountable",
            Self::Case => "case",
            Self::Promise => "promise",
            Self::Customer => "customer",
            Self::Tie => "tie",
        }
    }

    /// The kind with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Where what is left of it goes, and why; the brand by its name.
    pub fn home(self, brand: &str) -> String {
        match self {
            Self::Offer => "Back to its sender, as nobody is left to answer".to_owned(),
            Self::Leg | Self::Dispute => {
                format!("{brand} answers for it, as whoever has no partner left does")
            }
            Self::Remedy => format!("{brand}, so that the customer gets it by the same day"),
            Self::Obligation => "Nobody: its copy is not used any more".to_owned(),
            Self::Held | Self::Case | Self::Promise => {
                format!("{brand}, until somebody else takes it over")
            }
            Self::Customer => format!("{brand} keeps a record of its own"),
            Self::Tie => "Ended: nobody goes there for this customer any more".to_owned(),
        }
    }

    /// What so many of them are called.
    pub(super) const fn counted(self, count: i64) -> &'static str {
        let is_one = count == 1;
        match self {
            Self::Offer if is_one => "hand-off",
            Self::Offer => "hand-offs",
            Self::Leg if is_one => "leg of a delivery",
            Self::Leg => "legs of deliveries",
            Self::Dispute if is_one => "dispute",
            Self::Dispute => "disputes",
            Self::Remedy if is_one => "remedy",
            Self::Remedy => "remedies",
            Self::Obligation if is_one => "obligation",
            Self::Obligation => "obligations",
            Self::Held if is_one => "thing that was handed to it",
            Self::Held => "things that were handed to it",
            Self::Case if is_one => "open case",
            Self::Case => "open cases",
            Self::Promise if is_one => "promised delivery",
            Self::Promise => "promised deliveries",
            Self::Customer if is_one => "customer of whom it alone keeps a record",
            Self::Customer => "customers of whom it alone keeps a record",
            Self::Tie if is_one => "customer tied to it",
            Self::Tie => "customers tied to it",
        }
    }

    /// Whether each of them has a moment by which somebody is to act.
    pub(super) const fn has_due(self) -> bool {
        !matches!(self, Self::Case | Self::Customer | Self::Tie)
    }

    /// Those with a partner, in the order of their ids.
    pub(super) fn found(self, cx: &mut Cx<'_>, asked: Asked) -> Result<Vec<Found>, Fault> {
        match self {
            Self::Offer => store::offers(cx, asked),
            Self::Leg => store::legs(cx, asked),
            Self::Dispute => store::disputes(cx, asked),
            Self::Remedy => store::remedies(cx, asked),
            Self::Obligation => store::obligations(cx, asked),
            Self::Held => held(cx, asked),
            Self::Case => never_handed(cx, asked, entrusting::open_cases),
            Self::Promise => never_handed(cx, asked, entrusting::open_promises),
            Self::Customer => entrusting::only_keeper(cx, asked),
            Self::Tie => entrusting::open_ties(cx, asked),
        }
    }
}

/// Things in a partner's hands, as they were called when they were last handed off.
fn held(cx: &mut Cx<'_>, asked: Asked) -> Result<Vec<Found>, Fault> {
    let mut all = Vec::new();
    for (id, count) in store::held(cx, asked)? {
        let last = crate::reading::of_thing(cx, asked.0, id, None)?.into_iter().next();
        let last = last.ok_or_else(|| Fault::other("a thing is held that was never offered"))?;
        let (word, at) = (last.hand.handed.word().to_owned(), last.waits.map(|(_, due)| due));
        let customer = last.place.customer;
        all.push(Found { id, customer, word, title: last.title, at, count });
    }
    Ok(all)
}

/// Those of a list that were never handed off: the others are with who has them.
fn never_handed(
    cx: &mut Cx<'_>,
    (network, organisation, mut after, limit): Asked,
    list: fn(&mut Cx<'_>, Asked) -> Result<Vec<Found>, Fault>,
) -> Result<Vec<Found>, Fault> {
    let (mut found, mut count) = (Vec::new(), 0);
    loop {
        let page = list(cx, (network, organisation, after, READ_AT_ONCE))?;
        let Some(last) = page.last() else { break };
        after = last.id;
        for one in page {
            if crate::store::entrusted(cx, network, one.id)?.is_none() {
                count += 1;
                found.extend((count <= limit).then_some(one));
            }
        }
    }
    for one in &mut found {
        one.count = count;
    }
    Ok(found)
}
