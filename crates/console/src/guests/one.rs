//! One asking: the code that a partner types, and what the brand passes on to the customer.

use askama::Template;
use axum::{
    extract::State,
    http::{Method, Uri},
    response::Response,
};
use handfast_record::{
    CustomerId, customers,
    guests::{
        self, Confirmation, Error, Guest, GuestId, LET_IN_PATH, State as Standing, TRIES_MAX,
    },
    organisations,
    sharing::{self, Author, Lens, looks::Occasion},
};
use handfast_web::{Access, App, Failure, Form, Frame, Nav, Path, Route, Viewer, page, see_other};
use serde::Deserialize;

use super::{Badge, ENDED, KNOWN, Today, badge};
use crate::{
    forms::{Refusal, beside, reply},
    words,
};

pub(super) fn routes() -> Vec<Route> {
    const CONFIRMATION: &str = "/guests/{id}/confirmation";
    vec![
        page(Method::GET, "/guests/{id}", Access::Member, show),
        page(Method::POST, "/guests/{id}/code", Access::Worker, try_code),
        page(Method::POST, CONFIRMATION, Access::Brand, make),
        page(Method::POST, "/guests/{id}/end", Access::Worker, end),
    ]
}

#[derive(Template)]
#[template(path = "guest.html")]
struct GuestPage {
    frame: Frame,
    path: String,
    title: &'static str,
    says: String,
    badge: Badge,
    refusal: Option<Refusal>,
    /// That a code was wrong, and how many tries are left.
    wrong: Option<String>,
    made: Option<Made>,
    /// Who asked, and why, and when.
    facts: Vec<(&'static str, String)>,
    customer: Option<(String, String)>,
    code_error: Option<String>,
    does: Does,
}

/// What the viewer can do on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Does {
    /// Only read.
    Nothing,
    /// Type the code that the customer tells.
    TypeCode,
    /// Make a code and a link to pass on.
    MakeCode,
    /// Nothing, for there is nobody to pass anything on to.
    NobodyToAsk,
    /// End the access.
    End,
}

/// A code and a link that were just made: the one moment they are seen.
struct Made {
    code: String,
    link: String,
    until: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    code: String,
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<GuestId>,
) -> Result<Response, Failure> {
    guest_page(&app, &viewer, &uri, id, None, None).await
}

async fn try_code(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<GuestId>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let (now, asks) = (app.clock.now(), viewer.clone());
    let tried = app.write(move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &asks, now)?;
        guests::try_code(tx, &lens, now, id, &typed.code)
    });
    match tried.await {
        Ok(_) => Ok(see_other(&format!("/guests/{id}"))),
        Err(failure) => refuse(&app, &viewer, id, "The code was not tried", failure).await,
    }
}

async fn make(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<GuestId>,
) -> Result<Response, Failure> {
    let (now, asks) = (app.clock.now(), viewer.clone());
    let made = app.write(move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &asks, now)?;
        guests::make_confirmation(tx, &lens, &Author::of(&asks), now, id)
    });
    match made.await {
        Ok(made) => guest_page(&app, &viewer, &uri(id)?, id, Some(made), None).await,
        Err(failure) => refuse(&app, &viewer, id, "No code was made", failure).await,
    }
}

async fn end(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<GuestId>,
) -> Result<Response, Failure> {
    let (now, asks) = (app.clock.now(), viewer.clone());
    let ended = app.write(move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &asks, now)?;
        guests::end(tx, &lens, &Author::of(&asks), now, id)
    });
    match ended.await {
        Ok(_) => Ok(see_other(&ENDED.at("/guests"))),
        Err(failure) => refuse(&app, &viewer, id, "Nothing was ended", failure).await,
    }
}

fn uri(id: GuestId) -> Result<Uri, Failure> {
    let path = format!("/guests/{id}");
    path.parse().map_err(|_| Failure::Broken(format!("{path} is no address")))
}

async fn refuse(
    app: &App,
    viewer: &Viewer,
    id: GuestId,
    title: &'static str,
    failure: Failure,
) -> Result<Response, Failure> {
    let refusal = Refusal::of(title, failure)?;
    guest_page(app, viewer, &uri(id)?, id, None, Some(refusal)).await
}

/// What is read for the page.
struct Found {
    guest: Guest,
    organisation: String,
    customer: Option<(CustomerId, String)>,
}

async fn read(app: &App, viewer: &Viewer, id: GuestId) -> Result<Found, Failure> {
    let now = app.clock.now();
    sharing::read(app, viewer, Occasion::of("customer"), move |cx, lens| {
        let guest = guests::find(cx, lens, now, id)?.ok_or(Error::NotFound)?;
        let names = organisations::names(cx, lens.network(), [guest.organisation])?;
        let seen = match guest.customer {
            Some(customer) => customers::find(cx, lens, customer)?,
            None => None,
        };
        let customer = seen.map(|customer| (customer.id, customer.name().to_owned()));
        let organisation = names.get(&guest.organisation).cloned().unwrap_or_default();
        Ok::<_, Error>(Found { guest, organisation, customer })
    })
    .await
}

async fn guest_page(
    app: &App,
    viewer: &Viewer,
    uri: &Uri,
    id: GuestId,
    made: Option<Confirmation>,
    refusal: Option<Refusal>,
) -> Result<Response, Failure> {
    let found = read(app, viewer, id).await?;
    let (guest, today) = (&found.guest, Today::of(viewer, app.clock.now()));
    let (title, parent) = if viewer.is_brand() {
        ("A partner asks to serve a guest", "Guests")
    } else {
        ("A guest", "Serve a guest")
    };
    let mut facts = vec![("Why", format!("“{}”", guest.why))];
    if viewer.is_brand() {
        facts.insert(0, ("Who asks", found.organisation.clone()));
    }
    facts.push(("Asked", words::sentence(&today.moment(guest.asked))));
    let base = &app.settings.base_url;
    let made = made.map(|made| Made {
        link: format!("{base}{LET_IN_PATH}{}", made.secret.text()),
        until: today.moment(made.expires),
        code: made.code,
    });
    let reply = reply(refusal.as_ref());
    let page = GuestPage {
        frame: Frame::of(viewer, uri, Nav::Guests, title).below(parent, "/guests").saying(KNOWN),
        path: format!("/guests/{id}"),
        title,
        says: says(&found, viewer),
        badge: badge(guest, &today),
        wrong: wrong(guest),
        made,
        facts,
        does: if viewer.may_write() { does(guest, viewer.is_brand()) } else { Does::Nothing },
        customer: found.customer.map(|(id, name)| (format!("/customers/{id}"), name)),
        code_error: beside(refusal.as_ref(), "code"),
        refusal,
    };
    reply.with(&page)
}

/// Where it stands in a sentence. To a partner it is one and the same whether there is such a
/// customer or not.
fn says(found: &Found, viewer: &Viewer) -> String {
    let organisation = &found.organisation;
    match (found.guest.state, viewer.is_brand()) {
        (state, false) => state.says().to_owned(),
        (Standing::Waiting, true) if found.customer.is_none() => format!(
            "The key that {organisation} typed belongs to no customer, to several, or to one who \
             lets no partner in. {organisation} does not learn which."
        ),
        (Standing::Waiting, true) => {
            "Pass a code or a link on to the customer, by a way that you know to be the \
             customer’s. Handfast sends no mail yet."
                .to_owned()
        }
        (Standing::LetIn, true) => {
            format!("{organisation} sees the customer as its agreement says of guests.")
        }
        (Standing::Refused, true) => {
            format!("{organisation} was not let in: the customer refused, or codes were wrong.")
        }
        (Standing::Expired, true) => "Nobody confirmed in time.".to_owned(),
        (Standing::Over, true) => format!("{organisation} was let in, and that has ended."),
    }
}

fn wrong(guest: &Guest) -> Option<String> {
    let is_wrong = guest.state == Standing::Waiting && guest.tries_left < TRIES_MAX;
    let left = words::counted(guest.tries_left, "try is left", "tries are left");
    is_wrong.then(|| format!("That code was not right. {left}."))
}

const fn does(guest: &Guest, viewer_is_brand: bool) -> Does {
    match (guest.state, viewer_is_brand) {
        (Standing::Waiting, false) => Does::TypeCode,
        (Standing::Waiting, true) if guest.customer.is_some() => Does::MakeCode,
        (Standing::Waiting, true) => Does::NobodyToAsk,
        (Standing::LetIn, _) => Does::End,
        (Standing::Refused | Standing::Expired | Standing::Over, _) => Does::Nothing,
    }
}
