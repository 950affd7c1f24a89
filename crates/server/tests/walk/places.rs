//! What stands in the addresses of routes, and who may see it.

use axum::http::Method;
use handfast_web::{Facts, Role, Secret};

use crate::{
    estates::{Estate, Whose},
    town::Town,
};

/// What an id in an address names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Thing {
    Customer,
    Record,
    Touch,
    Organisation,
    Partner,
    /// A version of a partner's agreement: each has the first.
    Version,
    Person,
    Import,
    Rejects,
    Token,
    /// Where an organisation's system is told.
    Webhook,
    Invitation,
    /// What an invited person holds: whoever has it may see it.
    InvitationSecret,
    /// What signs a person in: whoever has it may use it.
    LinkSecret,
    /// What a partner asked, to serve a guest.
    Guest,
    /// What a customer holds who may let the guest's partner in.
    GuestSecret,
    /// What somebody without an account answers a letter by.
    ActionSecret,
    /// What a partner asked, to see more of a customer.
    Request,
    /// What a partner is offered by its brand.
    HandOff,
    /// What a partner's customer told once.
    Change,
    /// What a partner has to do about it.
    Obligation,
    /// What a partner says is not its part.
    Dispute,
    /// A delivery of a partner's that is missing.
    Trace,
    /// A tie's word.
    Tie,
    /// A customer that was merged into another: there is none in this town.
    Merge,
}

/// Whose ids stand in an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    /// Nobody's: there is no such thing.
    Nobody,
    /// Those of one organisation.
    Of(Whose),
    /// The viewer's own, but the last one of this organisation.
    OwnThen(Whose),
    /// Those of this organisation, but the last one the viewer's own.
    ThenOwn(Whose),
}

/// Who looks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Eye<'a> {
    pub(crate) estate: &'a Estate,
    pub(crate) role: Role,
}

/// The things named in a route's address, in its order.
pub(crate) fn things(facts: &Facts) -> Vec<Thing> {
    let parts: Vec<&str> = facts.path.split('/').collect();
    let mut found = Vec::new();
    for (at, part) in parts.iter().enumerate().filter(|(_, part)| part.starts_with('{')) {
        found.push(match (parts[at - 1], *part) {
            ("customers", _) => Thing::Customer,
            ("touches", _) => Thing::Touch,
            ("organisations", _) if facts.path.contains("/agreement") => Thing::Partner,
            ("organisations", _) if facts.path.contains("/figures") => Thing::Partner,
            ("organisations", _) if facts.path.contains("/ending") => Thing::Partner,
            ("organisations" | "ties", _) => Thing::Organisation,
            ("agreements" | "agreement", _) => Thing::Version,
            ("partners", _) => Thing::Partner,
            ("people", _) => Thing::Person,
            ("imports", _) if parts.last() == Some(&"rejects.csv") => Thing::Rejects,
            ("imports", _) => Thing::Import,
            ("tokens", _) => Thing::Token,
            ("webhooks", _) => Thing::Webhook,
            ("invitations", "{id}") => Thing::Invitation,
            ("invitations", "{secret}") => Thing::InvitationSecret,
            ("sign-in", "{secret}") => Thing::LinkSecret,
            ("guests", _) => Thing::Guest,
            ("let-in", _) => Thing::GuestSecret,
            ("l", _) => Thing::ActionSecret,
            ("requests", _) => Thing::Request,
            ("hand-offs", _) => Thing::HandOff,
            ("changes", _) => Thing::Change,
            ("obligations", _) => Thing::Obligation,
            ("disputes", _) => Thing::Dispute,
            ("traces", _) => Thing::Trace,
            ("{organisation_id}", "{tie}") => Thing::Tie,
            ("records", _) | ("matching", "{record}") | ("{record}", "{other}") => Thing::Record,
            ("matches" | "merges", _) => Thing::Merge,
            (before, part) => panic!("{}: what is {part} behind {before}?", facts.path),
        });
    }
    found
}

/// The text of a thing's id.
pub(crate) fn id(thing: Thing, estate: &Estate) -> String {
    match thing {
        Thing::Customer => estate.customer.to_string(),
        Thing::Record => estate.record.to_string(),
        Thing::Touch => estate.touch.to_string(),
        Thing::Organisation | Thing::Partner => estate.organisation.to_string(),
        Thing::Version => "1".to_owned(),
        Thing::Person => estate.colleague.to_string(),
        Thing::Import => estate.waiting.to_string(),
        Thing::Rejects => estate.done.to_string(),
        Thing::Token => estate.token.to_string(),
        Thing::Webhook => estate.webhook.to_string(),
        Thing::Invitation => estate.invitation_id().to_string(),
        Thing::InvitationSecret => estate.invitation.text(),
        Thing::LinkSecret => estate.link.text(),
        Thing::Guest => estate.guest.to_string(),
        Thing::GuestSecret => estate.guest_link.text(),
        Thing::ActionSecret => estate.action_link.text(),
        Thing::Request => estate.request.to_string(),
        Thing::HandOff => estate.hand_off.to_string(),
        Thing::Change => estate.change.to_string(),
        Thing::Obligation => estate.obligation.to_string(),
        Thing::Dispute => estate.dispute.to_string(),
        Thing::Trace => estate.trace.to_string(),
        Thing::Tie => "insures".to_owned(),
        Thing::Merge => nobodys(thing),
    }
}

/// The text of an id that nothing has.
pub(crate) fn nobodys(thing: Thing) -> String {
    match thing {
        // A number that everybody has: what is nobody's is the partner before it.
        Thing::Version => "1".to_owned(),
        Thing::Invitation => "5".repeat(64),
        Thing::InvitationSecret | Thing::LinkSecret | Thing::GuestSecret | Thing::ActionSecret => {
            Secret::random().text()
        }
        Thing::Tie => "admires".to_owned(),
        _ => handfast_kit::Uuid::new_v4().to_string(),
    }
}

/// An address with these ids in it.
pub(crate) fn fill(path: &str, ids: &[String]) -> String {
    let mut ids = ids.iter();
    let parts = path
        .split('/')
        .map(|part| if part.starts_with('{') { ids.next().unwrap().as_str() } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// What an answer may say again of an address. A version is so short that it is told by what stands
/// before it.
pub(crate) fn said(things: &[Thing], ids: &[String]) -> Vec<String> {
    let one = |(thing, id): (&Thing, &String)| match thing {
        Thing::Version => ["agreement", "agreements"].map(|word| format!("{word}/{id}")).into(),
        _ => vec![id.clone()],
    };
    things.iter().zip(ids).flat_map(one).collect()
}

/// The ids of an owner for a route.
pub(crate) fn ids(
    things: &[Thing],
    owner: Owner,
    eye: Option<Eye<'_>>,
    town: &Town,
) -> Vec<String> {
    let own = |thing| eye.map_or_else(|| nobodys(thing), |eye| id(thing, eye.estate));
    let last = things.len().saturating_sub(1);
    let pick = |(at, thing): (usize, &Thing)| match owner {
        Owner::Nobody => nobodys(*thing),
        Owner::Of(whose) => id(*thing, town.of(whose)),
        Owner::OwnThen(whose) if at == last => id(*thing, town.of(whose)),
        Owner::ThenOwn(whose) if at < last => id(*thing, town.of(whose)),
        Owner::OwnThen(_) | Owner::ThenOwn(_) => own(*thing),
    };
    things.iter().enumerate().map(pick).collect()
}

/// Whose ids are tried on a route.
pub(crate) fn owners(things: &[Thing]) -> Vec<Owner> {
    match things {
        [] => vec![Owner::Nobody],
        // Versions are numbers, the same with every partner.
        [_] | [_, Thing::Version] => {
            [Owner::Nobody].into_iter().chain(Whose::ALL.map(Owner::Of)).collect()
        }
        _ => [Owner::Nobody]
            .into_iter()
            .chain(Whose::ALL.map(Owner::Of))
            .chain(Whose::ALL.map(Owner::OwnThen))
            .chain(Whose::ALL.map(Owner::ThenOwn))
            .collect(),
    }
}

/// Whether what an owner's address names is there for this viewer.
pub(crate) fn sees(
    facts: &Facts,
    things: &[Thing],
    owner: Owner,
    eye: Eye<'_>,
    town: &Town,
) -> bool {
    if facts.path.starts_with("/matching/{record}") {
        return sees_pair(owner, eye, town);
    }
    let whose = match owner {
        Owner::Nobody => return false,
        // A record of one customer is not found under another.
        Owner::OwnThen(whose) | Owner::ThenOwn(whose) if whose != eye.estate.whose => return false,
        Owner::Of(whose) | Owner::OwnThen(whose) | Owner::ThenOwn(whose) => whose,
    };
    let of = town.of(whose);
    things.iter().all(|thing| sees_one(*thing, facts, of, eye))
}

/// Two records side by side: the brand sees its own beside a partner's. A record has no pair with
/// itself.
fn sees_pair(owner: Owner, eye: Eye<'_>, town: &Town) -> bool {
    let (Owner::OwnThen(whose) | Owner::ThenOwn(whose)) = owner else { return false };
    let is_near = town.of(whose).network == eye.estate.network;
    eye.estate.is_brand() && is_near && whose != eye.estate.whose
}

fn sees_one(thing: Thing, facts: &Facts, of: &Estate, eye: Eye<'_>) -> bool {
    let is_own = of.whose == eye.estate.whose;
    let is_near = of.network == eye.estate.network;
    let is_brands = eye.estate.is_brand() && is_near;
    match thing {
        Thing::Customer | Thing::Touch => is_own || is_brands,
        // What another organisation's record says is its own to change; that the customer confirmed
        // it, the brand may hear too.
        Thing::Record => {
            let is_heard = facts.path.ends_with("/confirmations");
            is_own || (is_brands && (is_heard || facts.method == Method::GET))
        }
        Thing::Organisation => is_own || is_brands || (is_near && of.is_brand()),
        Thing::Partner | Thing::Version => (is_own || is_brands) && !of.is_brand(),
        Thing::Person
        | Thing::Token
        | Thing::Webhook
        | Thing::Invitation
        | Thing::Import
        | Thing::Rejects => is_own,
        Thing::InvitationSecret | Thing::LinkSecret => true,
        Thing::GuestSecret | Thing::ActionSecret => !of.is_brand(),
        // What is a partner's to do about its asking the brand cannot do for it.
        Thing::Guest | Thing::Request => {
            let is_askers = facts.path.ends_with("/code") || facts.path.ends_with("/withdrawal");
            !of.is_brand() && (is_own || (is_brands && !is_askers))
        }
        Thing::HandOff | Thing::Change | Thing::Obligation | Thing::Dispute | Thing::Trace => {
            !of.is_brand() && (is_own || is_brands)
        }
        // Nobody insures anybody in this town, and nobody is two.
        Thing::Tie | Thing::Merge => false,
    }
}

/// What may be asked of a list besides, `{organisation}` and `{canary}` standing for an owner's.
pub(crate) const QUERIES: &[(&str, &str)] = &[
    ("/api/v1/customers", "organisation_id={organisation}"),
    ("/api/v1/customers", "q={canary}"),
    ("/api/v1/customers/{id}/timeline", "organisation_id={organisation}"),
    ("/api/v1/customers/{id}/timeline", "q={canary}"),
    ("/api/v1/people", "organisation_id={organisation}"),
    ("/api/v1/tokens", "organisation_id={organisation}"),
    ("/api/v1/invitations", "organisation_id={organisation}"),
    ("/customers", "q={canary}"),
    ("/customers", "partner={organisation}"),
    ("/customers/{id}", "by={organisation}"),
    ("/customers/{id}", "said={canary}"),
    ("/people", "organisation={organisation}"),
];

/// Whether a viewer who asks a list for an organisation's gets anything.
pub(crate) fn finds(facts: &Facts, whose: Whose, eye: Eye<'_>, town: &Town) -> bool {
    let of = town.of(whose);
    if of.whose == eye.estate.whose {
        return true;
    }
    let is_brands = eye.estate.is_brand() && of.network == eye.estate.network;
    let about_people = ["people", "tokens", "invitations"];
    if about_people.iter().any(|word| facts.path.ends_with(word)) {
        return is_brands && eye.role == Role::BrandAdmin;
    }
    is_brands
}
