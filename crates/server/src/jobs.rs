//! Who does which kind of job: a line for each.

use anyhow::Result;
use handfast_handoffs::{links, obligations};
use handfast_intake::{Heard, Uploads};
use handfast_queue::Handlers;
use handfast_record::matching;

use crate::settings::Settings;

/// Everybody who does jobs. Letters lead to `base_url`.
pub(crate) fn handlers(settings: &Settings, base_url: &str) -> Result<Handlers> {
    let uploads = Uploads::new(settings.uploads());
    let letters = handfast_mail::handler(settings.mail.post()?, links::writer(base_url));
    Ok(Handlers::new()
        .with(handfast_intake::JOB_KIND, handfast_intake::heard_handler(uploads, heard()))
        .with(handfast_mail::JOB_KIND, letters)
        .with(matching::JOB_KIND, matching::handler()))
}

/// Who hears the lines of files about customers: what an organisation holds is read back by them.
pub(crate) fn heard() -> Heard {
    Heard::by(obligations::hear)
}
