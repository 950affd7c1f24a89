//! Forms that were refused: what happened, what was kept, what to do, above the form and beside its
//! fields.

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use handfast_web::{Failure, Problem, html_with};

use crate::words;

/// Why a form was refused, as its page says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// What did not happen: "The invitation was not made".
    pub(crate) title: &'static str,
    /// What was kept, and what to do.
    pub(crate) text: String,
    /// The fields to change. Each is the id of its control.
    pub(crate) problems: Vec<Problem>,
    /// The status of the page that says it.
    pub(crate) status: StatusCode,
    /// When trying again makes sense, in seconds.
    retry_after_s: Option<u32>,
}

impl Refusal {
    /// The refusal that `error` means, or the failure that is no matter of the form.
    pub(crate) fn of(title: &'static str, error: impl Into<Failure>) -> Result<Self, Failure> {
        let failure = error.into();
        let status = failure.status();
        let mut retry = None;
        let (text, problems) = match failure {
            Failure::Invalid(problems) if problems.fields.is_empty() => {
                (problems.detail.into_owned(), Vec::new())
            }
            Failure::Invalid(mut problems) => {
                // To programs they are parts of a sentence, on a page each is one.
                for problem in &mut problems.fields {
                    problem.detail = words::sentence(&problem.detail).into();
                }
                let text = match problems.fields.len() {
                    1 => "What you wrote is still below. One thing needs changing:".to_owned(),
                    n => format!("What you wrote is still below. {n} things need changing:"),
                };
                (text, problems.fields)
            }
            Failure::Conflict(text) => (text, Vec::new()),
            Failure::RateLimited { retry_after_s } => {
                retry = Some(retry_after_s);
                (wait(retry_after_s), Vec::new())
            }
            Failure::Busy => {
                ("Too many are at it just now. Try again in a few seconds.".to_owned(), Vec::new())
            }
            other => return Err(other),
        };
        Ok(Self { title, text, problems, status, retry_after_s: retry })
    }

    /// What is said beside the field `name`, if anything.
    pub(crate) fn beside(&self, name: &str) -> Option<&str> {
        self.problems.iter().find(|one| one.field == name).map(|one| &*one.detail)
    }
}

/// How a page with a form is answered: with what status, and when to try again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reply {
    status: StatusCode,
    retry_after_s: Option<u32>,
}

/// How the page of a form is answered that was or was not refused.
pub(crate) fn reply(refusal: Option<&Refusal>) -> Reply {
    Reply {
        status: refusal.map_or(StatusCode::OK, |refusal| refusal.status),
        retry_after_s: refusal.and_then(|refusal| refusal.retry_after_s),
    }
}

impl Reply {
    /// The answer that is this page.
    pub(crate) fn with(self, page: &impl Template) -> Result<Response, Failure> {
        let mut response = html_with(self.status, page)?;
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        Ok(response)
    }
}

/// What is said beside the field `name` of a form that was or was not refused.
pub(crate) fn beside(refusal: Option<&Refusal>, name: &str) -> Option<String> {
    refusal.and_then(|refusal| refusal.beside(name)).map(str::to_owned)
}

fn wait(seconds: u32) -> String {
    let time = match seconds {
        0..=1 => "a second".to_owned(),
        2..=90 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    };
    format!("Too many attempts in a short time. Nothing was changed. Try again in {time}.")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_wait_is_said_in_words() {
        for (seconds, text) in [(1, "a second"), (59, "59 seconds"), (300, "5 minutes")] {
            let refusal = Refusal::of("No", Failure::RateLimited { retry_after_s: seconds });
            let said = refusal.unwrap().text;
            assert!(said.ends_with(&format!("in {text}.")), "{said}");
        }
    }

    #[test]
    fn only_what_a_form_can_answer_is_said_in_it() {
        let refusal = Refusal::of("No", Failure::field("name", "Write a name.")).unwrap();
        assert_eq!(refusal.beside("name"), Some("Write a name."));
        assert_eq!(refusal.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(Refusal::of("No", Failure::NotFound).is_err());
    }
}
