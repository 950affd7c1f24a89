//! Networks and their organisations: the brand and its partners.
//!
//! A network is the tenant. Its organisations are few and rarely change, so every database keeps
//! them everywhere; nothing about a customer lies here.

pub mod api;
mod store;

use std::collections::HashMap;

use handfast_db::{Cx, Fault, OnUnique, Tx};
use handfast_kit::{Cursor, NetworkId, OrganisationId, Page, TimeMs, Uuid, Zone, fold};
use handfast_web::Side;
use serde::{Deserialize, Serialize};

/// One brand and its partners.
#[derive(Debug, Clone)]
pub struct Network {
    /// Its id.
    pub id: NetworkId,
    /// Its short name on command lines: letters, digits, hyphens.
    pub slug: String,
    /// Its name, the brand's.
    pub name: String,
    /// The zone whose calendar days count for its promises.
    pub zone: Zone,
}

/// What a partner does. A partner may be of several kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Sells.
    Reseller,
    /// Sells to those who sell.
    Distributor,
    /// Runs a shop under the brand's name.
    Franchisee,
    /// Makes under the brand's name.
    Licensee,
    /// Repairs and maintains.
    Service,
    /// Answers questions.
    Support,
    /// Packs and stores.
    Fulfilment,
    /// Transports.
    Carrier,
    /// Insures.
    Insurer,
    /// Refers.
    Associate,
    /// Supplies.
    Vendor,
}

impl Kind {
    /// All kinds, in the order in which pages list them.
    pub const ALL: [Self; 11] = [
        Self::Reseller,
        Self::Distributor,
        Self::Franchisee,
        Self::Licensee,
        Self::Service,
        Self::Support,
        Self::Fulfilment,
        Self::Carrier,
        Self::Insurer,
        Self::Associate,
        Self::Vendor,
    ];

    /// The kind's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Reseller => "reseller",
            Self::Distributor => "distributor",
            Self::Franchisee => "franchisee",
            Self::Licensee => "licensee",
            Self::Service => "service",
            Self::Support => "support",
            Self::Fulfilment => "fulfilment",
            Self::Carrier => "carrier",
            Self::Insurer => "insurer",
            Self::Associate => "associate",
            Self::Vendor => "vendor",
        }
    }

    /// What an organisation of the kind is called: "workshop".
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Service => "workshop",
            Self::Support => "help desk",
            Self::Fulfilment => "fulfilment house",
            other => other.word(),
        }
    }

    /// The kind with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// The brand or a partner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Its id.
    pub id: OrganisationId,
    /// The brand, or a partner.
    pub side: Side,
    /// What a partner does; empty for the brand.
    pub kinds: Vec<Kind>,
    /// Its name.
    pub name: String,
    /// Where it works, in plain words.
    pub territory: String,
    /// What the brand calls it in its own files: a seller number, for one. Unique in the network.
    pub external_ref: String,
    /// Since when it is in the network.
    pub since: TimeMs,
}

/// The reference of every network's brand.
const BRAND_REF: &str = "brand";

/// A network to be made.
#[derive(Debug, Clone)]
pub struct NewNetwork {
    /// Letters, digits and hyphens, 1 to 40.
    pub slug: String,
    /// The brand's name, 1 to 200 characters.
    pub name: String,
    /// The zone whose calendar days count.
    pub zone: Zone,
}

/// A partner to be taken in.
#[derive(Debug, Clone)]
pub struct NewPartner {
    /// Its name, 1 to 200 characters.
    pub name: String,
    /// What it does.
    pub kinds: Vec<Kind>,
    /// Where it works, in plain words; may be empty.
    pub territory: String,
    /// What the brand calls it; may be empty, and is then made from its name.
    pub external_ref: String,
}

/// Why an organisation or network was not made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The slug is in use.
    #[error("there is already a network called {0:?}")]
    SlugTaken(String),
    /// The slug has other characters.
    #[error("a network's short name has 1 to 40 lower-case letters, digits and hyphens")]
    SlugWrong,
    /// Another partner has this reference.
    #[error("another organisation of this network already has the reference {0:?}")]
    RefTaken(String),
    /// The name is missing or too long.
    #[error("a name has 1 to 200 characters")]
    NameWrong,
    /// What letters are to go to is no mail address.
    #[error("write a mail address, name@example.com, or nothing")]
    EmailWrong,
    /// There is no such organisation.
    #[error("there is no such organisation")]
    NotFound,
    /// The rest.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Makes a network and its brand, which has the network's name and the reference `brand`.
pub fn create_network(
    tx: &mut Tx<'_>,
    new: &NewNetwork,
    now: TimeMs,
) -> Result<(NetworkId, OrganisationId), Error> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if new.slug.is_empty() || new.slug.len() > 40 || !new.slug.chars().all(plain) {
        return Err(Error::SlugWrong);
    }
    check_name(&new.name)?;
    let network = NetworkId::random();
    store::insert_network(tx, network, new, now)
        .on_unique("network_slug", Error::SlugTaken(new.slug.clone()))?;
    let brand = brand_id(network);
    let kinds = String::new();
    store::insert(tx, network, brand, Side::Brand, &kinds, &new.name, "", BRAND_REF, now)?;
    store::insert_sealer(tx, network)?;
    store::insert_matcher(tx, network)?;
    Ok((network, brand))
}

/// Takes a partner in. The same reference again is refused: see [`by_ref`] first.
pub fn add_partner(
    tx: &mut Tx<'_>,
    network: NetworkId,
    new: &NewPartner,
    now: TimeMs,
) -> Result<OrganisationId, Error> {
    check_name(&new.name)?;
    let external_ref = if new.external_ref.is_empty() {
        fold(&new.name).replace(' ', "-")
    } else {
        new.external_ref.clone()
    };
    let id = OrganisationId::derived(&[network.uuid().as_bytes(), external_ref.as_bytes()]);
    let kinds: Vec<&str> = new.kinds.iter().map(|kind| kind.word()).collect();
    let kinds = kinds.join(",");
    let (name, territory) = (new.name.trim(), new.territory.trim());
    if store::by_ref(tx, network, &external_ref)?.is_some() {
        return Err(Error::RefTaken(external_ref));
    }
    store::insert(tx, network, id, Side::Partner, &kinds, name, territory, &external_ref, now)
        .on_unique("organisation_external_ref", Error::RefTaken(external_ref))?;
    Ok(id)
}

fn check_name(name: &str) -> Result<(), Error> {
    let length = name.trim().chars().count();
    if (1..=200).contains(&length) { Ok(()) } else { Err(Error::NameWrong) }
}

/// The network with this id.
pub fn network(cx: &mut Cx<'_>, id: NetworkId) -> Result<Option<Network>, Fault> {
    store::network(cx, id)
}

/// The network with this short name.
pub fn network_by_slug(cx: &mut Cx<'_>, slug: &str) -> Result<Option<Network>, Fault> {
    store::network_by_slug(cx, slug)
}

/// All networks, at most 1,000, by short name.
pub fn networks(cx: &mut Cx<'_>) -> Result<Vec<Network>, Fault> {
    store::networks(cx)
}

/// The id of a network's brand: derived, so that rules can tell the brand without asking.
pub fn brand_id(network: NetworkId) -> OrganisationId {
    OrganisationId::derived(&[network.uuid().as_bytes(), BRAND_REF.as_bytes()])
}

/// The brand of a network.
pub fn brand(cx: &mut Cx<'_>, network: NetworkId) -> Result<Option<Organisation>, Fault> {
    store::by_ref(cx, network, BRAND_REF)
}

/// The organisation with this id.
pub fn find(
    cx: &mut Cx<'_>,
    network: NetworkId,
    id: OrganisationId,
) -> Result<Option<Organisation>, Fault> {
    store::find(cx, network, id)
}

/// Where an organisation wants its letters, if it said so.
pub fn contact_email(
    cx: &mut Cx<'_>,
    network: NetworkId,
    id: OrganisationId,
) -> Result<Option<String>, Fault> {
    Ok(store::contact_email(cx, network, id)?.filter(|email| !email.is_empty()))
}

/// Where of these organisations those want their letters that said so.
pub fn contact_emails(
    cx: &mut Cx<'_>,
    network: NetworkId,
    ids: &[OrganisationId],
) -> Result<HashMap<OrganisationId, String>, Fault> {
    store::contact_emails(cx, network, ids)
}

/// Says where an organisation wants its letters; empty for its first admin.
pub fn set_contact_email(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: OrganisationId,
    email: &str,
) -> Result<(), Error> {
    let email = email.trim();
    let strange = |c: char| c.is_whitespace() || c.is_control() || "<>()[],;:\\\"".contains(c);
    let is_address = email.len() <= 254
        && !email.contains(strange)
        && email.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && domain.contains('.') && !domain.contains('@')
        });
    if !email.is_empty() && !is_address {
        return Err(Error::EmailWrong);
    }
    if store::set_contact_email(tx, network, id, email)? == 0 {
        return Err(Error::NotFound);
    }
    Ok(())
}

/// The organisation that the brand's files call `external_ref`; the brand itself is `brand`.
pub fn by_ref(
    cx: &mut Cx<'_>,
    network: NetworkId,
    external_ref: &str,
) -> Result<Option<Organisation>, Fault> {
    store::by_ref(cx, network, external_ref)
}

/// The first organisation whose folded name is that of `name`.
pub fn by_name(
    cx: &mut Cx<'_>,
    network: NetworkId,
    name: &str,
) -> Result<Option<Organisation>, Fault> {
    store::by_name(cx, network, &fold(name))
}

/// Partners by name, up to `limit` (at most 200) after `after`.
pub fn partners(
    cx: &mut Cx<'_>,
    network: NetworkId,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<Page<Organisation>, Fault> {
    let limit = limit.clamp(1, 200);
    let place = after.and_then(Cursor::values::<2>);
    let (key, id) = match place {
        Some([key, id]) => {
            (key.to_owned(), id.parse().unwrap_or(OrganisationId::from_uuid(Uuid::nil())))
        }
        None => (String::new(), OrganisationId::from_uuid(Uuid::nil())),
    };
    let rows = store::partners(cx, network, &key, id, limit + 1)?;
    Ok(Page::of(rows, limit, |row| Cursor::after([fold(&row.name), row.id.to_string()])))
}

/// How many partners the network has.
pub fn partner_count(cx: &mut Cx<'_>, network: NetworkId) -> Result<i64, Fault> {
    store::partner_count(cx, network)
}

/// Marks a partner as gone, for good: its people sign in there no more, and its tokens are refused.
/// Answers whether it was there until now.
pub(crate) fn leave(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: OrganisationId,
    now: TimeMs,
) -> Result<bool, Fault> {
    Ok(store::leave(tx, network, id, now)? > 0)
}

/// The names of these organisations, for showing beside touches. Unknown ids are left out.
pub fn names(
    cx: &mut Cx<'_>,
    network: NetworkId,
    ids: impl IntoIterator<Item = OrganisationId>,
) -> Result<HashMap<OrganisationId, String>, Fault> {
    let mut names = HashMap::new();
    for id in ids {
        if let std::collections::hash_map::Entry::Vacant(place) = names.entry(id)
            && let Some(name) = store::name(cx, network, id)?
        {
            place.insert(name);
        }
    }
    Ok(names)
}

/// For each of these organisations words that tell what it does and not which it is: "another
/// Aurora Cycles reseller".
pub fn veils(
    cx: &mut Cx<'_>,
    network: NetworkId,
    ids: impl IntoIterator<Item = OrganisationId>,
) -> Result<HashMap<OrganisationId, String>, Fault> {
    let mut veils = HashMap::new();
    let mut brand = None;
    for id in ids {
        if veils.contains_key(&id) {
            continue;
        }
        if brand.is_none() {
            brand = self::network(cx, network)?.map(|network| network.name);
        }
        let kinds = find(cx, network, id)?.map(|one| one.kinds).unwrap_or_default();
        let does = kinds.first().map_or("partner", |kind| kind.noun());
        veils.insert(id, format!("another {} {does}", brand.as_deref().unwrap_or_default()));
    }
    Ok(veils)
}
