//! What an agreement would change, shown before it is signed; and the signing.

use askama::Template;
use axum::{extract::State, http::Uri, response::Response};
use handfast_kit::{Day, OrganisationId};
use handfast_record::{
    agreements::{self, Difference, Draft, Error},
    sharing::{Author, Lens},
};
use handfast_web::{App, Failure, Form, Frame, Path, Problems, Viewer, html, see_other};

use super::{
    Known, SIGNED,
    changes::{self, Change},
    editor::{self, Said},
    effects::Effects,
    form::{self, Do, Typed},
    long_date,
};
use crate::forms::Refusal;

#[derive(Template)]
#[template(path = "partner_agreement_preview.html")]
struct PreviewPage {
    frame: Frame,
    path: String,
    name: String,
    title: String,
    /// What is said if another version was signed since the form was opened.
    meanwhile: Option<String>,
    effects: Effects,
    /// The number of the agreement in force, and what the text says differently.
    text: Option<(i64, Vec<Change>)>,
    fields: Vec<(String, String)>,
}

/// The fields of a form, of which some come in numbers.
type Fields = Vec<(String, String)>;

const NOT_SHOWN: &str = "What would change cannot be said yet";
const NOT_SIGNED: &str = "The agreement was not signed";

pub(super) async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<OrganisationId>,
    Form(fields): Form<Fields>,
) -> Result<Response, Failure> {
    let known = super::known(&app, &viewer, id).await?;
    let mut typed = Typed::read(&fields);
    let asked = Do::asked(&fields);
    let uri = here(&known);
    if asked != Do::Preview {
        editor::change(&mut typed, &known, asked);
        let said = Said { added: Some(asked), ..Said::default() };
        return editor::page(&app, &viewer, &uri, &known, (&typed, said));
    }
    let today = viewer.zone.day_of(app.clock.now());
    let shown = match typed.draft(today) {
        Ok(draft) => look(&app, &viewer, id, &draft).await.map(|difference| (draft, difference)),
        Err(problems) => Err(Refused::Form(problems)),
    };
    match shown {
        Ok((draft, difference)) => {
            html(&PreviewPage::of((&viewer, &uri, today), &known, (typed, &draft), &difference))
        }
        Err(refused) => {
            let refusal = refused.told(NOT_SHOWN, &known, &mut typed, today)?;
            let said = Said { refusal: Some(refusal), ..Said::default() };
            editor::page(&app, &viewer, &uri, &known, (&typed, said))
        }
    }
}

pub(super) async fn sign(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<OrganisationId>,
    Form(fields): Form<Fields>,
) -> Result<Response, Failure> {
    let known = super::known(&app, &viewer, id).await?;
    let mut typed = Typed::read(&fields);
    let now = app.clock.now();
    let today = viewer.zone.day_of(now);
    let signed = match typed.draft(today) {
        Ok(draft) => {
            let (author, version) = (Author::of(&viewer), typed.version);
            let signing = app.db.write_soon(move |tx| {
                agreements::sign(tx, &author, now, id, &draft, version).map(drop)
            });
            signing.await.map_err(Refused::Agreement)
        }
        Err(problems) => Err(Refused::Form(problems)),
    };
    match signed {
        Ok(()) => Ok(see_other(&SIGNED.at(&format!("{}/agreement", known.path())))),
        Err(refused) => {
            let refusal = refused.told(NOT_SIGNED, &known, &mut typed, today)?;
            let known = super::known(&app, &viewer, id).await?;
            let said = Said { refusal: Some(refusal), ..Said::default() };
            editor::page(&app, &viewer, &here(&known), &known, (&typed, said))
        }
    }
}

/// What is answered to a form has no address of its own to come back to.
fn here(known: &Known) -> Uri {
    format!("{}/agreement/new", known.path()).parse().unwrap_or_default()
}

/// Why a form was not taken.
enum Refused {
    /// It could not be read.
    Form(Problems),
    /// The agreement could not be as it says.
    Agreement(Error),
}

impl Refused {
    /// The refusal as the form says it. After a conflict the form goes on from the last version.
    fn told(
        self,
        title: &'static str,
        known: &Known,
        typed: &mut Typed,
        today: Day,
    ) -> Result<Refusal, Failure> {
        match self {
            Self::Form(problems) => Refusal::of(title, problems),
            Self::Agreement(Error::Changed(version)) => {
                typed.version = version;
                editor::overtaken(&known.partner.name, version)
            }
            Self::Agreement(Error::Invalid(problems)) => {
                let draft = typed.draft(today).unwrap_or_else(|_| Draft::signed_on(today));
                let told = form::problems(&draft, &problems);
                // A narrow page shows one tie: the one where something is to be changed.
                typed.at = form::tie_of(&told).unwrap_or(typed.at);
                Refusal::of(title, told)
            }
            Self::Agreement(error) => Err(error.into()),
        }
    }
}

/// What signing the draft now would change.
async fn look(
    app: &App,
    viewer: &Viewer,
    id: OrganisationId,
    draft: &Draft,
) -> Result<Difference, Refused> {
    let (asking, draft, now) = (viewer.clone(), draft.clone(), app.clock.now());
    let looking = app.db.read_soon(move |cx| {
        let lens = Lens::of(cx, &asking, now)?;
        agreements::preview(cx, &lens, id, &draft)
    });
    looking.await.map_err(Refused::Agreement)
}

impl PreviewPage {
    fn of(
        (viewer, uri, today): (&Viewer, &Uri, Day),
        known: &Known,
        (mut typed, draft): (Typed, &Draft),
        difference: &Difference,
    ) -> Self {
        let name = &known.partner.name;
        let meanwhile = (typed.version != difference.version).then(|| {
            let version = difference.version;
            format!("Agreement {version} was signed while you wrote. Yours is compared with it.")
        });
        // Whoever signs signs over what the page was compared with.
        typed.version = difference.version;
        let text = known.in_force().map(|last| {
            (
                last.version,
                changes::between((name, &viewer.network_name), &Draft::from(last.clone()), draft),
            )
        });
        let frame = known.frame(viewer, uri, "What would change");
        let day = if draft.signed == today {
            "today".to_owned()
        } else {
            format!("on {}", long_date(draft.signed))
        };
        Self {
            frame: frame.below("Agreement", format!("{}/agreement", known.path())),
            path: known.path(),
            name: name.clone(),
            title: format!("Agreement {}, signed {day}", difference.version + 1),
            meanwhile,
            effects: Effects::of(name, difference),
            text,
            fields: typed.fields(),
        }
    }
}
