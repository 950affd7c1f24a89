//! `serve`, `work`, `demo`: what runs until it is asked to stop.

use std::io::IsTerminal;

use anyhow::{Context, Result};
use clap::Args;
use handfast_kit::{Clock, PersonId, TimeMs};
use handfast_record::{
    organisations,
    people::{self, Uses},
};
use serde::Serialize;
use serde_json::json;

use super::{Where, say};
use crate::{
    demo, logs,
    place::{self, Place, Schema},
    serve,
    settings::{self, Settings},
};

#[derive(Args)]
pub(super) struct Serve {
    #[command(flatten)]
    place: Where,
    #[command(flatten)]
    faces: Faces,
}

/// Where the server answers, and what it says of itself.
#[derive(Args)]
struct Faces {
    /// Address and port of pages and API; port 0 takes a free one [default: 127.0.0.1:8420]
    #[arg(long, value_name = "ADDR", env = "HANDFAST_LISTEN")]
    listen: Option<String>,
    /// Address and port of /metrics, or off [default: 127.0.0.1:9464; demo: off]
    #[arg(long, value_name = "ADDR", env = "HANDFAST_METRICS_LISTEN")]
    metrics_listen: Option<String>,
    /// Scheme and host under which people reach the server [default: http:// and the address]
    #[arg(long, value_name = "URL", env = "HANDFAST_BASE_URL")]
    base_url: Option<String>,
    /// What is logged: a level, or levels by part [default: info]
    #[arg(long, value_name = "FILTER", env = "HANDFAST_LOG")]
    log: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Faces {
    fn apply(&self, settings: &mut Settings) {
        if let Some(listen) = &self.listen {
            settings.listen.clone_from(listen);
        }
        if let Some(log) = &self.log {
            settings.log.clone_from(log);
        }
        for (flag, setting) in [
            (&self.metrics_listen, &mut settings.metrics_listen),
            (&self.base_url, &mut settings.base_url),
        ] {
            if flag.is_some() {
                setting.clone_from(flag);
            }
        }
    }
}

impl Serve {
    pub(super) fn run(self) -> Result<()> {
        let mut settings = self.place.settings()?;
        self.faces.apply(&mut settings);
        logs::start(&settings.log)?;
        let place = place::open(&settings, Schema::Migrate)?;
        serve::serve(&settings, &place.db, &Clock::machine(), |address| {
            let value = json!({ "event": "ready", "address": address });
            say::answer(self.faces.json, &value, format!("Handfast answers at {address}"))
        })
    }
}

#[derive(Args)]
pub(super) struct Work {
    #[command(flatten)]
    place: Where,
    /// What is logged: a level, or levels by part [default: info]
    #[arg(long, value_name = "FILTER", env = "HANDFAST_LOG")]
    log: Option<String>,
}

impl Work {
    pub(super) fn run(self) -> Result<()> {
        let mut settings = self.place.settings()?;
        if let Some(log) = self.log {
            settings.log = log;
        }
        logs::start(&settings.log)?;
        let place = place::open(&settings, Schema::Migrate)?;
        serve::work(&settings, &place.db, &Clock::machine())
    }
}

#[derive(Args)]
pub(super) struct Demo {
    #[command(flatten)]
    place: Where,
    #[command(flatten)]
    faces: Faces,
}

/// How long the demo's links work, in milliseconds: a week.
const LINK_MS: i64 = 7 * TimeMs::DAY;

/// A way in for one of the demo's people.
#[derive(Serialize)]
struct Link {
    role: String,
    name: String,
    organisation: String,
    url: String,
}

impl Demo {
    pub(super) fn run(self) -> Result<()> {
        let mut settings = self.place.settings_in(|| settings::default_folder("demo"))?;
        // A demo asks for nothing, so it says nothing but what is wrong, and takes one port.
        "warn".clone_into(&mut settings.log);
        settings.metrics_listen.get_or_insert_with(|| "off".to_owned());
        self.faces.apply(&mut settings);
        logs::start(&settings.log)?;
        let clock = Clock::machine();
        let place = place::open(&settings, Schema::Migrate)?;
        let people = built(&place, &clock)?;
        serve::serve(&settings, &place.db, &clock, |address| {
            let links = links(&place, &clock, &people, address)?;
            let text = invitation(&settings, address, &links);
            let value = json!({ "event": "ready", "address": address, "links": links });
            say::answer(self.faces.json, &value, text)
        })
    }
}

/// The people of the demo's world, which is built when the database is empty.
fn built(place: &Place, clock: &Clock) -> Result<Vec<demo::DemoPerson>> {
    let is_empty = place.db.read(organisations::networks)?.is_empty();
    let bar = say::steps_bar(100);
    if is_empty && std::io::stderr().is_terminal() {
        eprintln!("Building a small world: Aurora Cycles, its partners and their customers.");
    }
    let people = demo::build(&place.db, clock, &|done, total| {
        bar.set_length(total);
        bar.set_position(done);
    })
    .context("could not build the demo's world")?;
    bar.finish_and_clear();
    Ok(people)
}

fn links(
    place: &Place,
    clock: &Clock,
    people: &[demo::DemoPerson],
    address: &str,
) -> Result<Vec<Link>> {
    let now = clock.now();
    let ids: Vec<_> = people.iter().map(|person| person.person_id).collect();
    let secrets = place.db.write(move |tx| {
        let issue = |person: &PersonId| {
            people::issue_sign_in_link(tx, *person, LINK_MS, Uses::UntilExpiry, now)
        };
        ids.iter().map(issue).collect::<Result<Vec<_>, people::Error>>()
    })?;
    let link = |(person, secret): (&demo::DemoPerson, handfast_web::Secret)| Link {
        role: person.role.to_string(),
        name: person.name.clone(),
        organisation: person.organisation.clone(),
        url: format!("{address}{}{}", people::SIGN_IN_LINK_PATH, secret.text()),
    };
    Ok(people.iter().zip(secrets).map(link).collect())
}

fn invitation(settings: &Settings, address: &str, links: &[Link]) -> String {
    let way_in = |link: &Link| {
        let Link { role, name, organisation, url } = link;
        format!("  {name}, {role} at {organisation}\n    {url}\n")
    };
    let ways_in: String = links.iter().map(way_in).collect();
    format!(
        "\nHandfast is running at {address}\nIts data lies in {}\n\nSign in as\n{ways_in}\n\
         The links work for a week. Ctrl-C ends it.",
        settings.data.display()
    )
}
