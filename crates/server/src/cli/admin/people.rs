//! `admin person`, `admin password`, `admin token`.

use std::io::Read;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use handfast_db::Db;
use handfast_kit::{Clock, TimeMs};
use handfast_record::people::{self, Maker, NewPerson, NewToken, Person, Uses};
use handfast_web::{Role, Scope, Secret};
use serde_json::json;

use super::{Where, network, organisation, say};
use crate::{place::Schema, settings::Settings};

/// How long a sign-in link holds that this command makes, in milliseconds: three days.
const LINK_MS: i64 = 3 * TimeMs::DAY;

#[derive(Subcommand)]
pub(in crate::cli) enum PersonCommand {
    /// Make a person a member of an organisation; one who is known by the address stays the same
    Add(AddPerson),
    /// Shut a person out of everything, from the next request on
    Deactivate(OnePerson),
    /// Let a person in again
    Reactivate(OnePerson),
}

#[derive(Subcommand)]
pub(in crate::cli) enum PasswordCommand {
    /// Sign a person out everywhere, and set another password or make a link that lets them in once
    Reset(ResetPassword),
}

#[derive(Subcommand)]
pub(in crate::cli) enum TokenCommand {
    /// Make a token for a program that acts for a member; it is printed once
    Create(CreateToken),
}

impl PersonCommand {
    pub(in crate::cli) fn run(self) -> Result<()> {
        match self {
            Self::Add(add) => add.run(),
            Self::Deactivate(one) => one.deactivate(),
            Self::Reactivate(one) => one.reactivate(),
        }
    }
}

impl PasswordCommand {
    pub(in crate::cli) fn run(self) -> Result<()> {
        let Self::Reset(reset) = self;
        reset.run()
    }
}

impl TokenCommand {
    pub(in crate::cli) fn run(self) -> Result<()> {
        let Self::Create(create) = self;
        create.run()
    }
}

#[derive(Args)]
pub(in crate::cli) struct AddPerson {
    /// What the person is called
    name: String,
    /// The address the person signs in with
    #[arg(long, value_name = "ADDRESS")]
    email: String,
    /// "brand admin", "brand staff", "partner admin", "partner staff" or "auditor"
    #[arg(long)]
    role: Role,
    /// The network's short name
    #[arg(long, value_name = "SLUG")]
    network: String,
    /// The organisation: its name, reference or id [default: the brand]
    #[arg(long, value_name = "NAME")]
    organisation: Option<String>,
    /// Read the password from standard input, instead of making a link that lets in once
    #[arg(long)]
    password_stdin: bool,
    #[command(flatten)]
    place: Where,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl AddPerson {
    fn run(self) -> Result<()> {
        let password = self.password_stdin.then(|| password(&self.email)).transpose()?;
        let settings = self.place.settings()?;
        let place = self.place.open(Schema::AsItIs)?;
        let network = network(&place.db, &self.network)?;
        let organisation = organisation(&place.db, &network, self.organisation.as_deref())?;
        let new = NewPerson { name: self.name, email: self.email };
        let (role, now) = (self.role, Clock::machine().now());
        let (network, organisation_id) = (network.id, organisation.id);
        let (person, link) = place.db.write(move |tx| {
            let known = people::person_by_email(tx, &new.email)?;
            let person = match &known {
                Some(person) => person.id,
                None => people::add_person(tx, &new, now)?,
            };
            people::add_member(tx, network, organisation_id, person, role, now)?;
            let link = match &password {
                Some(password) => {
                    people::set_password(tx, person, password, now)?;
                    None
                }
                // Who has a password gets in with it.
                None if known.is_some_and(|person| person.has_password) => None,
                None => Some(people::issue_sign_in_link(tx, person, LINK_MS, Uses::Once, now)?),
            };
            Ok::<_, people::Error>((person, link))
        })?;
        let link = link.map(|secret| link_url(&settings, &secret));
        let value = json!({
            "person": { "id": person }, "role": role,
            "organisation": { "id": organisation_id, "name": organisation.name }, "link": link,
        });
        let who = format!("{role} of {} ({person})", organisation.name);
        let text = match link {
            Some(link) => {
                format!("{who}\nThis link lets them in, once, within three days:\n{link}")
            }
            None => who,
        };
        say::answer(self.json, &value, text)
    }
}

#[derive(Args)]
pub(in crate::cli) struct OnePerson {
    /// The address the person signs in with
    email: String,
    #[command(flatten)]
    place: Where,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl OnePerson {
    fn deactivate(self) -> Result<()> {
        let place = self.place.open(Schema::AsItIs)?;
        let (id, now) = (person(&place.db, &self.email)?.id, Clock::machine().now());
        place.db.write(move |tx| people::deactivate(tx, id, now))?;
        say::answer(self.json, &json!({ "person": { "id": id } }), format!("{id} is shut out"))
    }

    fn reactivate(self) -> Result<()> {
        let place = self.place.open(Schema::AsItIs)?;
        let id = person(&place.db, &self.email)?.id;
        place.db.write(move |tx| people::reactivate(tx, id))?;
        say::answer(
            self.json,
            &json!({ "person": { "id": id } }),
            format!("{id} may sign in again"),
        )
    }
}

#[derive(Args)]
pub(in crate::cli) struct ResetPassword {
    /// The address the person signs in with
    email: String,
    /// Read the new password from standard input, instead of making a link that lets in once
    #[arg(long)]
    password_stdin: bool,
    #[command(flatten)]
    place: Where,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl ResetPassword {
    fn run(self) -> Result<()> {
        let password = self.password_stdin.then(|| password(&self.email)).transpose()?;
        let settings = self.place.settings()?;
        let place = self.place.open(Schema::AsItIs)?;
        let (id, now) = (person(&place.db, &self.email)?.id, Clock::machine().now());
        let link = place.db.write(move |tx| match &password {
            Some(password) => people::set_password(tx, id, password, now).map(|()| None),
            None => people::reset_password(tx, id, LINK_MS, now).map(Some),
        })?;
        let link = link.map(|secret| link_url(&settings, &secret));
        let value = json!({ "person": { "id": id }, "link": link });
        let text = match link {
            Some(link) => format!(
                "{id} is signed out everywhere. This link lets them in, once, within three days, \
                 to choose a password:\n{link}"
            ),
            None => format!("{id} has the new password and is signed out everywhere"),
        };
        say::answer(self.json, &value, text)
    }
}

/// The person who signs in with this address; fails when there is none.
fn person(db: &Db, email: &str) -> Result<Person> {
    let address = email.to_owned();
    db.read(move |cx| people::person_by_email(cx, &address))?
        .with_context(|| format!("nobody signs in with {email:?}"))
}

/// The password on standard input: its first line. Slow on purpose.
fn password(email: &str) -> Result<people::PasswordHash> {
    let mut text = String::new();
    std::io::stdin().take(4_096).read_to_string(&mut text).context("no password to read")?;
    let line = text.lines().next().unwrap_or_default();
    Ok(people::hash_password(line, email)?)
}

fn link_url(settings: &Settings, secret: &Secret) -> String {
    let base_url = match &settings.base_url {
        Some(url) => url.trim_end_matches('/').to_owned(),
        None => format!("http://{}", settings.listen),
    };
    format!("{base_url}{}{}", people::SIGN_IN_LINK_PATH, secret.text())
}

#[derive(Args)]
pub(in crate::cli) struct CreateToken {
    /// What it is for
    name: String,
    /// The address of the member it acts for; it may never do more than that member may
    #[arg(long, value_name = "ADDRESS")]
    person: String,
    /// What it may be used for; several times for several: read, write, import, admin
    #[arg(long = "scope", value_name = "SCOPE", required = true)]
    scopes: Vec<Scope>,
    /// How long it is good for, in days [default: 90]
    #[arg(long)]
    days: Option<u32>,
    /// The network's short name
    #[arg(long, value_name = "SLUG")]
    network: String,
    /// The organisation: its name, reference or id [default: the brand]
    #[arg(long, value_name = "NAME")]
    organisation: Option<String>,
    #[command(flatten)]
    place: Where,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl CreateToken {
    fn run(self) -> Result<()> {
        let place = self.place.open(Schema::AsItIs)?;
        let network = network(&place.db, &self.network)?;
        let organisation = organisation(&place.db, &network, self.organisation.as_deref())?;
        let person = person(&place.db, &self.person)?;
        let maker = Maker::member(network.id, organisation.id, person.id);
        let lifetime_ms = self.days.map(|days| i64::from(days) * TimeMs::DAY);
        let new = NewToken { name: self.name, scopes: self.scopes, lifetime_ms };
        let now = Clock::machine().now();
        let (id, secret) = place
            .db
            .write(move |tx| people::create_token(tx, &maker, &new, now))
            .with_context(|| format!("no token for {} at {}", self.person, organisation.name))?;
        let value = json!({ "id": id, "token": secret.token_text() });
        let text = format!("{}\nIt is shown this once. Its id is {id}.", secret.token_text());
        say::answer(self.json, &value, text)
    }
}
