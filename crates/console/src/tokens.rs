//! API tokens of one's organisation: made, shown once, revoked.

use askama::Template;
use axum::{
    extract::State,
    http::{Method, Uri},
    response::Response,
};
use handfast_kit::TimeMs;
use handfast_record::people::{self, ApiToken, ApiTokenId, LIMITS, Maker, NewToken};
use handfast_web::{
    Access, App, Failure, Flash, Form, Frame, Nav, Path, Problems, Route, Scope, Viewer, page,
    see_other,
};

use crate::{
    forms::{Refusal, beside, reply},
    words,
};

const REVOKED: Flash = Flash::new("revoked", "The token is revoked. It lets nobody in any more.");
const KNOWN: &[Flash] = &[REVOKED];

/// For how many days a token may be asked for.
const DAYS: [i64; 4] = [30, 90, 180, 400];

pub(crate) fn routes() -> Vec<Route> {
    use Access::Admin;
    vec![
        page(Method::GET, "/tokens", Admin, show),
        page(Method::POST, "/tokens", Admin, make),
        page(Method::POST, "/tokens/{id}/revocation", Admin, revoke),
    ]
}

#[derive(Template)]
#[template(path = "tokens.html")]
struct TokensPage {
    frame: Frame,
    lede: String,
    /// The text of a token that was just made: the one moment it is seen.
    made: Option<String>,
    refusal: Option<Refusal>,
    name: String,
    name_error: Option<String>,
    scopes_error: Option<String>,
    scopes: Vec<ScopeChoice>,
    days: Vec<(i64, bool)>,
    tokens: Vec<TokenRow>,
}

struct ScopeChoice {
    word: &'static str,
    label: String,
    about: &'static str,
    is_chosen: bool,
}

struct TokenRow {
    id: ApiTokenId,
    name: String,
    about: String,
    state: Standing,
}

/// How a token stands: the tone, the icon and the word of its badge, a date, whether it is good.
struct Standing {
    tone: &'static str,
    icon: &'static str,
    word: &'static str,
    by: String,
    is_good: bool,
}

/// What was typed into the form.
#[derive(Debug, Clone)]
struct Typed {
    name: String,
    scopes: Vec<Scope>,
    days: i64,
}

impl Default for Typed {
    fn default() -> Self {
        let days = LIMITS.token_ms / TimeMs::DAY;
        Self { name: String::new(), scopes: vec![Scope::Read], days }
    }
}

impl Typed {
    /// The fields of the form; a box that is ticked comes as `scope=read`.
    fn of(fields: Vec<(String, String)>) -> Self {
        let mut typed = Self { scopes: Vec::new(), ..Self::default() };
        for (name, value) in fields {
            match name.as_str() {
                "name" => typed.name = value,
                "scope" => typed.scopes.extend(value.parse::<Scope>()),
                "days" => typed.days = value.parse().unwrap_or(0),
                _ => {}
            }
        }
        typed
    }
}

async fn show(State(app): State<App>, viewer: Viewer, uri: Uri) -> Result<Response, Failure> {
    tokens_page(&app, &viewer, &uri, Typed::default(), None, None).await
}

async fn make(
    State(app): State<App>,
    viewer: Viewer,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let typed = Typed::of(fields);
    let uri = Uri::from_static("/tokens");
    match made(&app, &viewer, &typed).await {
        Ok(token) => tokens_page(&app, &viewer, &uri, Typed::default(), Some(token), None).await,
        Err(failure) => {
            let refusal = Refusal::of("The token was not made", failure)?;
            tokens_page(&app, &viewer, &uri, typed, None, Some(refusal)).await
        }
    }
}

async fn made(app: &App, viewer: &Viewer, typed: &Typed) -> Result<String, Failure> {
    let mut problems = Problems::default();
    if typed.name.trim().is_empty() {
        problems.add("name", "Write what the token is for, like \"Shop export\".");
    }
    if typed.scopes.is_empty() {
        problems.add("scopes", "Choose at least one thing the token may do.");
    }
    problems.check()?;
    let (maker, now) = (Maker::of(viewer), app.clock.now());
    let new = NewToken {
        name: typed.name.clone(),
        scopes: typed.scopes.clone(),
        lifetime_ms: Some(typed.days.saturating_mul(TimeMs::DAY)),
    };
    let (_, secret) = app.write(move |tx| people::create_token(tx, &maker, &new, now)).await?;
    Ok(secret.token_text())
}

async fn revoke(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<ApiTokenId>,
) -> Result<Response, Failure> {
    let now = app.clock.now();
    app.write(move |tx| people::revoke_token(tx, viewer.network, viewer.organisation, id, now))
        .await?;
    Ok(see_other(&REVOKED.at("/tokens")))
}

async fn tokens_page(
    app: &App,
    viewer: &Viewer,
    uri: &Uri,
    typed: Typed,
    made: Option<String>,
    refusal: Option<Refusal>,
) -> Result<Response, Failure> {
    let (network, organisation) = (viewer.network, viewer.organisation);
    let found = app.read(move |cx| people::tokens(cx, network, organisation)).await?;
    let now = app.clock.now();
    let good_count = found.iter().filter(|token| token.is_good(now)).count() as i64;
    let own = &viewer.organisation_name;
    let lede = match good_count {
        0 => format!("No program comes with a token of {own}."),
        n => format!("{} of {own} can be used.", words::counted(n, "token", "tokens")),
    };
    let reply = reply(refusal.as_ref());
    let page = TokensPage {
        frame: Frame::of(viewer, uri, Nav::Api, "Tokens").below("API", "/api").saying(KNOWN),
        lede,
        made,
        name_error: beside(refusal.as_ref(), "name"),
        scopes_error: beside(refusal.as_ref(), "scopes"),
        refusal,
        scopes: Scope::ALL.iter().map(|scope| ScopeChoice::of(*scope, &typed.scopes)).collect(),
        days: DAYS.iter().map(|days| (*days, *days == typed.days)).collect(),
        tokens: found.iter().map(|token| TokenRow::of(token, viewer, now)).collect(),
        name: typed.name,
    };
    reply.with(&page)
}

impl ScopeChoice {
    fn of(scope: Scope, chosen: &[Scope]) -> Self {
        Self {
            word: scope.word(),
            label: words::sentence(scope.word()),
            about: about(scope),
            is_chosen: chosen.contains(&scope),
        }
    }
}

/// What a token with this scope may do.
pub(crate) const fn about(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "Read customers, touches, sales and cases that your organisation sees.",
        Scope::Write => "Record touches and change customers.",
        Scope::Import => "Send in files and rows, and see what became of them.",
        Scope::Admin => "Look after people, invitations and tokens.",
    }
}

impl TokenRow {
    fn of(token: &ApiToken, viewer: &Viewer, now: TimeMs) -> Self {
        let today = viewer.zone.day_of(now);
        let day = |at| words::date(viewer.zone.day_of(at), today);
        let scopes: Vec<String> = token.scopes.iter().map(|one| one.word().to_owned()).collect();
        let (scopes, made) = (words::list(&scopes), day(token.created));
        let (tone, icon, word, by) = match token.revoked {
            Some(at) => ("", "x", "Revoked", format!("on {}", day(at))),
            None if token.is_good(now) => {
                ("ok", "check", "In use", format!("until {}", day(token.expires)))
            }
            None => ("", "clock", "Too old", format!("since {}", day(token.expires))),
        };
        Self {
            id: token.id,
            name: token.name.clone(),
            about: format!("May {scopes}. Acts as {}, made {made}.", token.person_name),
            state: Standing { tone, icon, word, by, is_good: token.is_good(now) },
        }
    }
}
