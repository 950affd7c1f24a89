//! What a customer allows and forbids, and customers whose data may only be kept.
//!
//! A word of the customer's is a yes or a no to one thing: to a purpose, to a class of data, or to
//! everything; for one partner, or for all. [`say`] records it with the [`Text`] it was given to,
//! the way it came by and who heard it; the latest word on a thing stands. [`withdraw`] is as easy
//! as giving, and [`take_back`] leaves the thing unsaid. A word beats every grant from the next
//! read on, and a no beats a yes. [`freeze`] beats everything: until [`release`], each partner sees
//! what it wrote itself, and nothing else.
//!
//! Partners compete: each sees the words that name it or nobody, and never who else is named.

pub mod api;
mod rules;
mod store;
#[cfg(test)]
mod tests;
mod text;

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{NetworkId, OrganisationId, PersonId, TimeMs};
use handfast_web::Side;

pub use text::{Text, WORDS_CHARS_MAX, publish_text, texts, versions};

use crate::{
    CustomerId, RecordId,
    customers::{self, Customer},
    organisations,
    sharing::{Author, Class, Lens, Purpose, Saying, ties},
    touches::{self, Audience, Body, Channel, NewTouch},
};

/// Most words that are kept of one customer: every read weighs all of them.
pub const SAYINGS_MAX: i64 = 1_000;
/// The longest reason of a freeze, in characters.
pub const WHY_CHARS_MAX: usize = 500;

/// What a word is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct About {
    /// For what; none is everything.
    pub purpose: Option<Purpose>,
    /// To whom; none is every partner.
    pub organisation: Option<OrganisationId>,
    /// What; none is every class. A word about a class names no purpose.
    pub class: Option<Class>,
}

/// A word of a customer's, to be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Say {
    /// For what; none is everything.
    pub purpose: Option<Purpose>,
    /// To whom; none is every partner.
    pub organisation: Option<OrganisationId>,
    /// What; none is every class. A word about a class names no purpose.
    pub class: Option<Class>,
    /// Yes, or no.
    pub allowed: bool,
    /// By which way the customer said it.
    pub channel: Channel,
    /// Which version of the purpose's text the customer heard or read; none is the latest.
    pub text_version: Option<i64>,
}

impl Say {
    /// What it is about.
    pub const fn about(&self) -> About {
        About { purpose: self.purpose, organisation: self.organisation, class: self.class }
    }
}

/// A word of a customer's, as its viewer may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What it is about.
    pub about: About,
    /// Yes, or no.
    pub allowed: bool,
    /// Whether it has its way: a no always, a yes unless a no or a freeze beats it.
    pub holds: bool,
    /// Which version of the purpose's text it was given to; 0 where no purpose is named.
    pub text_version: i64,
    /// That text.
    pub words: Option<String>,
    /// By which way it came, a word of [`Channel`].
    pub channel: String,
    /// The organisation that heard it: the brand, or the partner that it names.
    pub heard_by: OrganisationId,
    /// The person who heard it; only for who sees everything, or is of that organisation.
    pub person: Option<PersonId>,
    /// When it was said.
    pub at: TimeMs,
}

impl Said {
    const fn saying(&self) -> Saying {
        let About { purpose, organisation, class } = self.about;
        Saying { purpose, organisation, class, allowed: self.allowed }
    }
}

/// That a customer's data may only be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frozen {
    /// Why, in the brand's words and for the brand only: they may name anybody.
    pub why: Option<String>,
    /// Who froze it; for the brand only.
    pub person: Option<PersonId>,
    /// Since when.
    pub at: TimeMs,
}

/// Why a word was not recorded, or a customer not frozen.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such customer, or the viewer may not see it.
    #[error("there is no such customer")]
    NotFound,
    /// The author is no partner's and no brand's worker who may.
    #[error("only the brand may freeze, release, and publish texts")]
    BrandOnly,
    /// A partner records what concerns itself only.
    #[error("a partner records what the customer said about the partner itself, and names itself")]
    NotAboutYou,
    /// The network has no partner with this id.
    #[error("the network has no such partner")]
    NoSuchPartner,
    /// A word about a class of data names no purpose.
    #[error("a word is about a purpose or about a kind of data, not about both")]
    PurposeAndClass,
    /// The purpose's text has no such version, or no purpose is named.
    #[error("the purpose's text has no such version")]
    NoSuchText,
    /// Nothing was said about it.
    #[error("the customer has said nothing about it")]
    Unsaid,
    /// Too many words.
    #[error("there are {SAYINGS_MAX} words of this customer already: take some back first")]
    TooMany,
    /// The reason is missing or too long.
    #[error("a reason has 1 to {WHY_CHARS_MAX} characters")]
    WhyWrong,
    /// The customer is not frozen.
    #[error("the customer is not frozen")]
    NotFrozen,
    /// A text is missing or too long.
    #[error("a text has 1 to {WORDS_CHARS_MAX} characters")]
    WordsWrong,
    /// Somebody published a text for the purpose at the same time.
    #[error("somebody else published a text for this purpose just now: read it, then try again")]
    TextMeanwhile,
    /// The rest.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// The words of a customer: the brand sees all of them, a partner those that name it or nobody.
/// By purpose, then by class, those for all partners first. Fails with [`Error::NotFound`] for a
/// customer that the viewer does not see.
pub fn of_customer(cx: &mut Cx<'_>, lens: &Lens, customer: CustomerId) -> Result<Vec<Said>, Error> {
    let sight = customers::look(cx, lens, customer)?.ok_or(Error::NotFound)?;
    let is_frozen = store::frozen(cx, lens.network(), sight.customer())?.is_some();
    let mut said = store::sayings(cx, lens.network(), sight.customer(), lens.own_only())?;
    let sayings: Vec<Saying> = said.iter().map(Said::saying).collect();
    for (one, saying) in said.iter_mut().zip(&sayings) {
        one.holds = rules::holds(saying, &sayings, is_frozen);
        if one.words.is_none() {
            one.words = rules::built_in(one.about.purpose, one.text_version).map(str::to_owned);
        }
        if !lens.is_whole() && one.heard_by != lens.organisation() {
            one.person = None;
        }
    }
    lens.saw(&sight, Class::Relationship.bit(), said.len());
    Ok(said)
}

/// Whether the customer's data may only be kept, and since when; why is for the brand. Fails with
/// [`Error::NotFound`] for a customer that the viewer does not see.
pub fn frozen(cx: &mut Cx<'_>, lens: &Lens, customer: CustomerId) -> Result<Option<Frozen>, Error> {
    let sight = customers::look(cx, lens, customer)?.ok_or(Error::NotFound)?;
    let found = store::frozen(cx, lens.network(), sight.customer())?;
    let hidden = |found: Frozen| Frozen { why: None, person: None, at: found.at };
    Ok(if lens.is_whole() { found } else { found.map(hidden) })
}

/// Records what a customer said. The same thing said again replaces what was said before.
///
/// The brand's people record words for any partner or for all; a partner's those about itself.
pub fn say(
    tx: &mut Tx<'_>,
    lens: &Lens,
    author: &Author,
    now: TimeMs,
    customer: CustomerId,
    say: Say,
) -> Result<(), Error> {
    let held = customers::hold(tx, lens, customer)?.ok_or(Error::NotFound)?;
    let (network, about) = (author.network(), say.about());
    check(tx, author, &about)?;
    let text_version = heard(tx, network, &say)?;
    let is_known = store::is_said(tx, network, held.sight.customer(), &about)?;
    if !is_known && store::count(tx, network, held.sight.customer())? >= SAYINGS_MAX {
        return Err(Error::TooMany);
    }
    store::upsert(tx, author, now, held.sight.customer(), &say, text_version)?;
    ties::follow_word(tx, network, held.sight.customer())?;
    let body = Body::ConsentSaid {
        purpose: about.purpose,
        recipient: about.organisation,
        class: about.class,
        allowed: say.allowed,
        text_version,
        by_channel: say.channel,
    };
    append(
        tx,
        author,
        now,
        &held,
        about.organisation,
        NewTouch {
            channel: say.channel,
            ..NewTouch::new(held.sight.customer().as_kind(), now, body)
        },
    )
}

/// Records a no: as easy as the yes was.
pub fn withdraw(
    tx: &mut Tx<'_>,
    lens: &Lens,
    author: &Author,
    now: TimeMs,
    customer: CustomerId,
    (about, channel): (About, Channel),
) -> Result<(), Error> {
    let About { purpose, organisation, class } = about;
    let no = Say { purpose, organisation, class, allowed: false, channel, text_version: None };
    say(tx, lens, author, now, customer, no)
}

/// Takes a word back altogether: the thing is unsaid again, and what holds for the unsaid holds.
pub fn take_back(
    tx: &mut Tx<'_>,
    lens: &Lens,
    author: &Author,
    now: TimeMs,
    customer: CustomerId,
    (about, channel): (About, Channel),
) -> Result<(), Error> {
    let held = customers::hold(tx, lens, customer)?.ok_or(Error::NotFound)?;
    check(tx, author, &about)?;
    if store::delete(tx, author.network(), held.sight.customer(), &about)? == 0 {
        return Err(Error::Unsaid);
    }
    ties::follow_word(tx, author.network(), held.sight.customer())?;
    let body = Body::ConsentTakenBack {
        purpose: about.purpose,
        recipient: about.organisation,
        class: about.class,
    };
    append(
        tx,
        author,
        now,
        &held,
        about.organisation,
        NewTouch { channel, ..NewTouch::new(held.sight.customer().as_kind(), now, body) },
    )
}

/// The customer's data may only be kept from now on: partners see what they wrote themselves. Said
/// again, it changes the reason.
pub fn freeze(
    tx: &mut Tx<'_>,
    lens: &Lens,
    author: &Author,
    now: TimeMs,
    customer: CustomerId,
    why: &str,
) -> Result<(), Error> {
    let held = customers::hold(tx, lens, customer)?.ok_or(Error::NotFound)?;
    brand_only(author)?;
    let why = rules::text(why, WHY_CHARS_MAX).ok_or(Error::WhyWrong)?;
    let before = store::frozen(tx, author.network(), held.sight.customer())?;
    if before.is_some_and(|before| before.why.as_deref() == Some(why)) {
        return Ok(());
    }
    store::freeze(tx, author, now, held.sight.customer(), why)?;
    ties::follow_word(tx, author.network(), held.sight.customer())?;
    own(tx, author, now, &held, Body::Frozen { why: why.to_owned() })
}

/// Partners see again what they saw before the freeze. Fails with [`Error::NotFrozen`].
pub fn release(
    tx: &mut Tx<'_>,
    lens: &Lens,
    author: &Author,
    now: TimeMs,
    customer: CustomerId,
) -> Result<(), Error> {
    let held = customers::hold(tx, lens, customer)?.ok_or(Error::NotFound)?;
    brand_only(author)?;
    if store::release(tx, author.network(), held.sight.customer())? == 0 {
        return Err(Error::NotFrozen);
    }
    ties::follow_word(tx, author.network(), held.sight.customer())?;
    own(tx, author, now, &held, Body::Released {})
}

/// The version of the text that the customer heard; 0 where no purpose is named.
fn heard(cx: &mut Cx<'_>, network: NetworkId, say: &Say) -> Result<i64, Error> {
    let Some(purpose) = say.purpose else {
        return say.text_version.map_or(Ok(0), |_| Err(Error::NoSuchText));
    };
    let latest = text::latest(cx, network, purpose)?.version;
    match say.text_version {
        None => Ok(latest),
        // Versions are gapless, so each number up to the latest has its text.
        Some(version) if (1..=latest).contains(&version) => Ok(version),
        Some(_) => Err(Error::NoSuchText),
    }
}

/// Whether the author may record a word about this.
fn check(cx: &mut Cx<'_>, author: &Author, about: &About) -> Result<(), Error> {
    if about.purpose.is_some() && about.class.is_some() {
        return Err(Error::PurposeAndClass);
    }
    if brand_only(author).is_err() {
        // The same for every other id, so that it tells nothing of who else is in the network.
        let is_own = about.organisation == Some(author.organisation_id());
        return if is_own { Ok(()) } else { Err(Error::NotAboutYou) };
    }
    let Some(named) = about.organisation else { return Ok(()) };
    match organisations::find(cx, author.network(), named)? {
        Some(found) if found.side == Side::Partner => Ok(()),
        _ => Err(Error::NoSuchPartner),
    }
}

fn brand_only(author: &Author) -> Result<(), Error> {
    let brand = organisations::brand_id(author.network());
    if author.organisation_id() == brand { Ok(()) } else { Err(Error::BrandOnly) }
}

/// Appends a touch for the partner that it concerns, or for all.
fn append(
    tx: &mut Tx<'_>,
    author: &Author,
    now: TimeMs,
    held: &Customer,
    recipient: Option<OrganisationId>,
    touch: NewTouch,
) -> Result<(), Error> {
    let (audience, named) = match recipient {
        Some(recipient) => (Audience::Named, vec![recipient]),
        None => (Audience::Shared, Vec::new()),
    };
    let record = own_record(held, author);
    touches::append(tx, author, now, NewTouch { record, audience, named, ..touch })?;
    Ok(())
}

/// Appends a touch for the author's organisation only.
fn own(
    tx: &mut Tx<'_>,
    author: &Author,
    now: TimeMs,
    held: &Customer,
    body: Body,
) -> Result<(), Error> {
    let touch = NewTouch::new(held.sight.customer().as_kind(), now, body);
    let record = own_record(held, author);
    touches::append(tx, author, now, NewTouch { record, audience: Audience::Own, ..touch })?;
    Ok(())
}

fn own_record(held: &Customer, author: &Author) -> Option<RecordId> {
    let own = author.organisation_id();
    held.records.iter().find(|record| record.organisation == own).map(|record| record.id)
}
