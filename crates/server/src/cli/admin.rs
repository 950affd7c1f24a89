//! `admin`: making networks, organisations, people and tokens from the command line, for whoever
//! runs Handfast.

mod people;

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use handfast_db::Db;
use handfast_kit::{Clock, Zone};
use handfast_record::organisations::{self, Kind, Network, NewNetwork, NewPartner, Organisation};
use serde_json::json;

use super::{Where, say};
use crate::place::Schema;

#[derive(Subcommand)]
pub(super) enum Admin {
    /// Networks: one brand and its partners each
    #[command(subcommand)]
    Network(NetworkCommand),
    /// Organisations of a network: its brand and partners
    #[command(subcommand)]
    Organisation(OrganisationCommand),
    /// People who sign in
    #[command(subcommand)]
    Person(people::PersonCommand),
    /// Passwords
    #[command(subcommand)]
    Password(people::PasswordCommand),
    /// Tokens for programs
    #[command(subcommand)]
    Token(people::TokenCommand),
    /// Jobs that were given up
    #[command(subcommand)]
    Job(JobCommand),
}

#[derive(Subcommand)]
pub(super) enum NetworkCommand {
    /// Make a network and its brand; makes folder and database when they are missing
    Create(CreateNetwork),
    /// List the networks
    List(ListNetworks),
}

#[derive(Subcommand)]
pub(super) enum OrganisationCommand {
    /// Take a partner in
    Add(AddOrganisation),
}

#[derive(Subcommand)]
pub(super) enum JobCommand {
    /// List the jobs that were given up, with their last error
    Dead(DeadJobs),
    /// Give a job that was given up all its tries again
    Revive(ReviveJob),
}

impl Admin {
    pub(super) fn run(self) -> Result<()> {
        match self {
            Self::Network(NetworkCommand::Create(create)) => create.run(),
            Self::Network(NetworkCommand::List(list)) => list.run(),
            Self::Organisation(OrganisationCommand::Add(add)) => add.run(),
            Self::Person(command) => command.run(),
            Self::Password(command) => command.run(),
            Self::Token(command) => command.run(),
            Self::Job(JobCommand::Dead(dead)) => dead.run(),
            Self::Job(JobCommand::Revive(revive)) => revive.run(),
        }
    }
}

#[derive(Args)]
pub(super) struct CreateNetwork {
    /// Its short name: letters, digits and hyphens, at most 40
    slug: String,
    /// Its name, which is the brand's
    #[arg(long)]
    name: String,
    /// The zone whose calendar days count: Europe/London, for example
    #[arg(long, value_name = "ZONE")]
    time_zone: String,
    #[command(flatten)]
    place: Where,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl CreateNetwork {
    fn run(self) -> Result<()> {
        let zone = Zone::named(&self.time_zone)?;
        let place = self.place.open(Schema::Migrate)?;
        let new = NewNetwork { slug: self.slug, name: self.name, zone };
        let (given, now) = (new.clone(), Clock::machine().now());
        let (network, brand) =
            place.db.write(move |tx| organisations::create_network(tx, &given, now))?;
        let value = json!({
            "network": {
                "id": network, "slug": new.slug, "name": new.name, "time_zone": new.zone.name(),
            },
            "organisation": { "id": brand, "name": new.name, "side": "brand" },
        });
        let text = format!(
            "network {} ({network})\nbrand {} ({brand})\nNext: `handfast admin person add` makes \
             its first admin.",
            new.slug, new.name
        );
        say::answer(self.json, &value, text)
    }
}

#[derive(Args)]
pub(super) struct ListNetworks {
    #[command(flatten)]
    place: Where,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl ListNetworks {
    fn run(self) -> Result<()> {
        let place = self.place.open(Schema::AsItIs)?;
        let networks = place.db.read(organisations::networks)?;
        let line = |network: &Network| {
            let Network { id, slug, name, zone } = network;
            format!("{slug:<20} {name}, {} ({id})\n", zone.name())
        };
        let text = match networks.as_slice() {
            [] => "no networks yet; make one with `handfast admin network create`".to_owned(),
            networks => networks.iter().map(line).collect(),
        };
        let value = |network: &Network| {
            let Network { id, slug, name, zone } = network;
            json!({ "id": id, "slug": slug, "name": name, "time_zone": zone.name() })
        };
        let values: Vec<_> = networks.iter().map(value).collect();
        say::answer(self.json, &json!({ "networks": values }), text)
    }
}

#[derive(Args)]
pub(super) struct AddOrganisation {
    /// Its name
    name: String,
    /// What it does; several times for several: reseller, distributor, franchisee, licensee,
    /// service, support, fulfilment, carrier, insurer, associate, vendor
    #[arg(long = "kind", value_name = "KIND", value_parser = kind, required = true)]
    kinds: Vec<Kind>,
    /// What the brand calls it in its own files; made from the name when left out
    #[arg(long, value_name = "REF", default_value = "")]
    external_ref: String,
    /// Where it works, in plain words
    #[arg(long, value_name = "WORDS", default_value = "")]
    territory: String,
    /// The network's short name
    #[arg(long, value_name = "SLUG")]
    network: String,
    #[command(flatten)]
    place: Where,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn kind(word: &str) -> Result<Kind, String> {
    Kind::named(word).ok_or_else(|| {
        let words: Vec<&str> = Kind::ALL.iter().map(|kind| kind.word()).collect();
        format!("a partner is one of: {}", words.join(", "))
    })
}

impl AddOrganisation {
    fn run(self) -> Result<()> {
        let place = self.place.open(Schema::AsItIs)?;
        let network = network(&place.db, &self.network)?.id;
        let new = NewPartner {
            name: self.name,
            kinds: self.kinds,
            territory: self.territory,
            external_ref: self.external_ref,
        };
        let now = Clock::machine().now();
        let added = place.db.write(move |tx| {
            let id = organisations::add_partner(tx, network, &new, now)?;
            Ok::<_, organisations::Error>(organisations::find(tx, network, id)?)
        })?;
        let added = added.context("the organisation that was just added is not there")?;
        let kinds: Vec<&str> = added.kinds.iter().map(|kind| kind.word()).collect();
        let value = json!({ "organisation": {
            "id": added.id, "name": added.name, "side": "partner", "kinds": kinds,
            "external_ref": added.external_ref, "territory": added.territory,
        }});
        let text = format!("partner {} ({}, {})", added.name, added.external_ref, added.id);
        say::answer(self.json, &value, text)
    }
}

#[derive(Args)]
pub(super) struct DeadJobs {
    #[command(flatten)]
    place: Where,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl DeadJobs {
    fn run(self) -> Result<()> {
        let place = self.place.open(Schema::AsItIs)?;
        let dead = place.db.read(handfast_queue::dead)?;
        let line = |job: &handfast_queue::Dead| {
            let handfast_queue::Dead { id, kind, try_count, last_error, created } = job;
            format!(
                "{id} {kind}, asked for {}, tried {try_count} times: {last_error}\n",
                created.rfc3339()
            )
        };
        let text = match dead.as_slice() {
            [] => "no job was given up".to_owned(),
            dead => dead.iter().map(line).collect(),
        };
        let value = |job: &handfast_queue::Dead| {
            json!({
                "id": job.id, "kind": job.kind, "tries": job.try_count, "error": job.last_error,
                "created": job.created.rfc3339(),
            })
        };
        let values: Vec<_> = dead.iter().map(value).collect();
        say::answer(self.json, &json!({ "jobs": values }), text)
    }
}

#[derive(Args)]
pub(super) struct ReviveJob {
    /// The job's id
    id: handfast_queue::JobId,
    #[command(flatten)]
    place: Where,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl ReviveJob {
    fn run(self) -> Result<()> {
        let place = self.place.open(Schema::AsItIs)?;
        let (id, now) = (self.id, Clock::machine().now());
        if !place.db.write(move |tx| handfast_queue::revive(tx, id, now))? {
            bail!("no job {id} was given up");
        }
        say::answer(self.json, &json!({ "id": id }), format!("job {id} will be tried again"))
    }
}

/// The network with this short name; fails when there is none.
pub(super) fn network(db: &Db, slug: &str) -> Result<Network> {
    let name = slug.to_owned();
    db.read(move |cx| organisations::network_by_slug(cx, &name))?
        .with_context(|| format!("there is no network {slug:?}; see `handfast admin network list`"))
}

/// The organisation that `named` means: its id, its external reference or its name; the brand when
/// nothing is named. Fails when there is none.
pub(super) fn organisation(
    db: &Db,
    network: &Network,
    named: Option<&str>,
) -> Result<Organisation> {
    let id = network.id;
    let Some(named) = named else {
        let brand = db.read(move |cx| organisations::brand(cx, id))?;
        return brand.with_context(|| format!("network {} has no brand", network.slug));
    };
    let found = db.read(|cx| {
        if let Ok(organisation) = named.parse()
            && let Some(found) = organisations::find(cx, id, organisation)?
        {
            return Ok(Some(found));
        }
        match organisations::by_ref(cx, id, named)? {
            Some(found) => Ok(Some(found)),
            None => organisations::by_name(cx, id, named),
        }
    });
    let found = found.map_err(|fault: handfast_db::Fault| anyhow::Error::from(fault))?;
    found.with_context(|| format!("network {} has no organisation {named:?}", network.slug))
}
