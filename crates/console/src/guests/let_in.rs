//! What a customer opens who is asked to let a partner in. Nobody is signed in here; the link is
//! all there is, so the page says nothing about the customer.

use askama::Template;
use axum::{
    extract::State,
    http::{Method, StatusCode},
    response::Response,
};
use handfast_kit::TimeMs;
use handfast_record::{
    guests::{self, Answer, Error, Shows, Wish},
    sharing::Level,
};
use handfast_web::{
    Access, App, Bare, Failure, Form, Path, Route, Secret, TokenHash, html, html_with, page,
};
use serde::Deserialize;

use crate::{reasons, words};

/// [`guests::LET_IN_PATH`] and the secret.
const PATH: &str = "/let-in/{secret}";

pub(super) fn routes() -> Vec<Route> {
    vec![
        page(Method::GET, PATH, Access::Public, show),
        page(Method::POST, PATH, Access::Public, answer),
    ]
}

#[derive(Template)]
#[template(path = "let_in.html")]
struct LetInPage {
    bare: Bare,
    path: String,
    wish: Wish,
    /// What would be seen, a line for each class.
    shows: Vec<String>,
    hours: String,
    left: String,
}

/// How it ended, or why it cannot be answered.
#[derive(Template)]
#[template(path = "let_in_done.html")]
struct DonePage {
    bare: Bare,
    title: &'static str,
    text: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    answer: String,
}

async fn show(State(app): State<App>, Path(secret): Path<String>) -> Result<Response, Failure> {
    let Some((_, wish)) = find(&app, &secret).await? else { return gone() };
    let now = app.clock.now();
    html(&LetInPage {
        bare: Bare::titled(format!("Let {} in?", wish.organisation_name)),
        path: format!("{}{secret}", guests::LET_IN_PATH),
        shows: wish.classes.iter().copied().map(line).collect(),
        hours: words::counted(wish.hours, "hour", "hours"),
        left: left(wish.expires.0 - now.0),
        wish,
    })
}

async fn find(app: &App, secret: &str) -> Result<Option<(TokenHash, Wish)>, Failure> {
    let Some(link) = Secret::parse(secret).map(|secret| secret.hash()) else { return Ok(None) };
    let now = app.clock.now();
    let wish = app.read(move |cx| guests::wish(cx, &link, now)).await?;
    Ok(wish.map(|wish| (link, wish)))
}

async fn answer(
    State(app): State<App>,
    Path(secret): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let Some((link, wish)) = find(&app, &secret).await? else { return gone() };
    let given = match &*typed.answer {
        "yes" => Answer::Yes,
        "no" => Answer::No,
        _ => return Err(Failure::field("answer", "press one of the two buttons")),
    };
    let now = app.clock.now();
    let done = app
        .write(move |tx| match guests::answer(tx, &link, now, given) {
            Ok(()) => Ok(true),
            Err(Error::Over) => Ok(false),
            Err(error) => Err(error),
        })
        .await?;
    if !done {
        return gone();
    }
    let who = &wish.organisation_name;
    let (title, text) = match given {
        Answer::Yes => {
            let hours = words::counted(wish.hours, "hour", "hours");
            let text = format!(
                "{who} sees what was listed for {hours} from now. It ends by itself; {} can end \
                 it before, if you ask for it.",
                wish.network_name
            );
            ("They are let in", text)
        }
        Answer::No => {
            ("They are not let in", format!("{who} sees nothing. There is no more to do."))
        }
    };
    html(&DonePage { bare: Bare::titled(title), title, text })
}

fn gone() -> Result<Response, Failure> {
    let title = "This link cannot be used any more";
    let text = "It was answered already, or is older than half an hour. Nothing was changed. If \
                somebody is waiting for you, ask them to ask again.";
    let page = DonePage { bare: Bare::titled(title), title, text: text.to_owned() };
    html_with(StatusCode::GONE, &page)
}

/// `Cases, without the names of others`.
fn line(shows: Shows) -> String {
    let what = words::sentence(reasons::class(shows.class));
    let how = match shows.level {
        Level::Full | Level::None => "",
        Level::Veiled => ", without the names of others",
        Level::Count => ", only how many",
    };
    let when = if shows.from_then { ", from now on only" } else { "" };
    format!("{what}{how}{when}")
}

/// `12 minutes`: never more than is left, but for the last minute.
fn left(ms: i64) -> String {
    match ms / TimeMs::MINUTE {
        ..=0 => "less than a minute".to_owned(),
        minutes => words::counted(minutes, "minute", "minutes"),
    }
}

#[cfg(test)]
mod tests {
    use handfast_record::sharing::Class;

    use super::*;

    #[test]
    fn what_would_be_seen_is_said_in_plain_words() {
        let shows = |level, from_then| line(Shows { class: Class::Case, level, from_then });
        assert_eq!(shows(Level::Full, false), "Cases");
        assert_eq!(shows(Level::Veiled, false), "Cases, without the names of others");
        assert_eq!(shows(Level::Count, true), "Cases, only how many, from now on only");
    }

    #[test]
    fn what_is_left_is_said_in_whole_minutes() {
        for (ms, text) in [
            (30 * TimeMs::MINUTE, "30 minutes"),
            (2 * TimeMs::MINUTE - 1, "1 minute"),
            (59_999, "less than a minute"),
        ] {
            assert_eq!(left(ms), text);
        }
    }
}
