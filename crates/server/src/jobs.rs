//! Who does which kind of job: a line for each.

use handfast_intake::Uploads;
use handfast_queue::Handlers;
use handfast_record::matching;

use crate::settings::Settings;

/// Everybody who does jobs.
pub(crate) fn handlers(settings: &Settings) -> Handlers {
    let uploads = Uploads::new(settings.uploads());
    Handlers::new()
        .with(handfast_intake::JOB_KIND, handfast_intake::job_handler(uploads))
        .with(matching::JOB_KIND, matching::handler())
}
