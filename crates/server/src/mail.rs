//! The mail server, as it is chosen; and what to say while there is none.

use anyhow::{Context, Result, ensure};
use handfast_db::Db;
use handfast_kit::Clock;
use handfast_mail::{Post, Security, Server};
use handfast_record::organisations;
use serde::Deserialize;

/// The table `[mail]` of `handfast.toml`: the mail server by which letters go out. What the
/// environment says weighs more: `HANDFAST_MAIL_HOST` and so on.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MailSettings {
    /// Name of the mail server. Default none: letters wait until there is one.
    pub host: Option<String>,
    /// Its port. Default 587; with `tls` 465, with `none` 25.
    pub port: Option<u16>,
    /// How the way there is kept from others: `starttls`, `tls`, or `none` for a server on the same
    /// machine. Default `starttls`.
    pub security: Security,
    /// The name to sign in with. Default none: without signing in.
    pub user: Option<String>,
    /// The password to sign in with. Default none.
    pub password: Option<String>,
    /// Whom letters are from: `Aurora Cycles <hello@aurora.example>`. Default none, but a host
    /// needs one.
    pub from: Option<String>,
}

impl MailSettings {
    /// With what the environment says, by the names of its variables.
    pub fn with(mut self, said: impl Fn(&str) -> Option<String>) -> Result<Self> {
        for (name, field) in [
            ("HANDFAST_MAIL_HOST", &mut self.host),
            ("HANDFAST_MAIL_USER", &mut self.user),
            ("HANDFAST_MAIL_PASSWORD", &mut self.password),
            ("HANDFAST_MAIL_FROM", &mut self.from),
        ] {
            if let Some(value) = said(name) {
                *field = Some(value).filter(|value| !value.is_empty());
            }
        }
        if let Some(port) = said("HANDFAST_MAIL_PORT") {
            self.port = Some(port.parse().context("HANDFAST_MAIL_PORT is no port")?);
        }
        if let Some(word) = said("HANDFAST_MAIL_SECURITY") {
            self.security = match word.as_str() {
                "starttls" => Security::Starttls,
                "tls" => Security::Tls,
                "none" => Security::None,
                _ => anyhow::bail!("HANDFAST_MAIL_SECURITY is starttls, tls or none"),
            };
        }
        Ok(self)
    }

    /// The way to the mail server; `None` if there is none. Fails when what was chosen does not fit
    /// together.
    pub fn post(&self) -> Result<Option<Post>> {
        let Some(host) = &self.host else { return Ok(None) };
        let from = self.from.clone().context("[mail] has a host but no `from`")?;
        let credentials = self.user.clone().zip(self.password.clone());
        ensure!(
            credentials.is_some() || self.user.is_none(),
            "[mail] has a user but no password; HANDFAST_MAIL_PASSWORD may give it"
        );
        let (port, security) = (self.port, self.security);
        let server = Server { host: host.clone(), port, security, credentials, from };
        Ok(Some(Post::to(&server).context("[mail]")?))
    }
}

/// Says at the start how mail is: that there is no server and how many letters wait for one; or, if
/// there is one, lets those go that waited for it.
pub(crate) fn start(db: &Db, clock: &Clock, has_post: bool) -> Result<()> {
    let (waiting, dead) = db.read(handfast_mail::counts)?;
    if dead > 0 {
        tracing::warn!(dead, "letters could not be sent and were given up");
    }
    if !has_post {
        tracing::warn!(
            waiting,
            "no mail server: letters wait until [mail] of handfast.toml names one"
        );
        return Ok(());
    }
    for network in db.read(organisations::networks)? {
        let now = clock.now();
        db.write(move |tx| handfast_mail::wake(tx, network.id, now))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn chosen(text: &str) -> MailSettings {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn without_a_host_there_is_no_mail_server() {
        assert!(MailSettings::default().post().unwrap().is_none());
    }

    #[test]
    fn the_environment_weighs_more_than_the_file() {
        let file = chosen("host = \"mail.example\"\nfrom = \"a@b.example\"\nuser = \"u\"");
        let error = file.post().err().unwrap().to_string();
        assert!(error.contains("password"), "{error}");
        let said = |name: &str| match name {
            "HANDFAST_MAIL_PASSWORD" => Some("secret".to_owned()),
            "HANDFAST_MAIL_PORT" => Some("2525".to_owned()),
            "HANDFAST_MAIL_SECURITY" => Some("none".to_owned()),
            _ => None,
        };
        let both = file.with(said).unwrap();
        assert_eq!((both.port, both.security), (Some(2525), Security::None));
        assert!(both.post().unwrap().is_some());
        let wrong = |name: &str| (name == "HANDFAST_MAIL_SECURITY").then(|| "ssl".to_owned());
        assert!(both.with(wrong).is_err());
    }

    #[test]
    fn a_host_without_a_sender_is_refused() {
        let error = chosen("host = \"mail.example\"").post().err().unwrap().to_string();
        assert!(error.contains("from"), "{error}");
    }
}
