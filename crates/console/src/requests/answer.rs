//! The brand's answer to a request.

use axum::{extract::State, http::Uri, response::Response};
use handfast_record::{
    requests::{self, Answer, Error, RequestId, Verdict},
    sharing::{Author, Class, Lens},
};
use handfast_web::{App, Failure, Form, Path, Problems, Viewer, see_other};

use super::{ANSWERED, Refused, requests_page};
use crate::forms::Refusal;

/// What was typed into the form.
#[derive(Debug, Clone)]
pub(super) struct Typed {
    pub(super) classes: Vec<Class>,
    pub(super) days: String,
    pub(super) text: String,
    is_yes: bool,
}

impl Default for Typed {
    fn default() -> Self {
        Self { classes: Vec::new(), days: "7".to_owned(), text: String::new(), is_yes: false }
    }
}

impl Typed {
    /// The fields of the form; a box that is ticked comes as `class=case`.
    fn of(fields: Vec<(String, String)>) -> Self {
        let mut typed = Self { days: String::new(), ..Self::default() };
        for (name, value) in fields {
            match name.as_str() {
                "class" => typed.classes.extend(Class::named(&value)),
                "days" => typed.days = value.trim().to_owned(),
                "text" => typed.text = value,
                "answer" => typed.is_yes = value == "yes",
                _ => {}
            }
        }
        typed
    }

    fn checked(&self) -> Result<Answer, Failure> {
        let text = self.text.clone();
        if !self.is_yes {
            return Ok(Answer { verdict: Verdict::Refuse, text });
        }
        let wrong = || Problems::default().and("days", "Write for how many days, 1 to 365.");
        let days: i64 = self.days.parse().map_err(|_| wrong())?;
        Ok(Answer { verdict: Verdict::Allow { classes: self.classes.clone(), days }, text })
    }
}

pub(super) async fn answer(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<RequestId>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let typed = Typed::of(fields);
    match answered(&app, &viewer, id, &typed).await {
        Ok(()) => Ok(see_other(&ANSWERED.at("/requests"))),
        Err(failure) => {
            let is_gone = matches!(failure, Failure::Conflict(_));
            let refusal = Refusal::of("The request is not answered yet", failure)?;
            let uri = Uri::from_static("/requests");
            if is_gone {
                // Somebody else was quicker: the form is no longer there.
                return requests_page(&app, &viewer, &uri, None, Some(refusal)).await;
            }
            let refused = Refused { id, typed, refusal };
            requests_page(&app, &viewer, &uri, Some(refused), None).await
        }
    }
}

async fn answered(app: &App, viewer: &Viewer, id: RequestId, typed: &Typed) -> Result<(), Failure> {
    let given = typed.checked()?;
    let (now, viewer) = (app.clock.now(), viewer.clone());
    app.write(move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &viewer, now)?;
        requests::answer(tx, &lens, &Author::of(&viewer), now, id, &given)?;
        Ok(())
    })
    .await
}
