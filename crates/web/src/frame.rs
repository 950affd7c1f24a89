//! What stands around a page's content: navigation, where one is, who one is, what was just saved.

use std::borrow::Cow;

use askama::Template;
use axum::{
    http::{StatusCode, Uri},
    response::{Html, IntoResponse, Response},
};

use crate::{Failure, Flash, Role, Theme, Via, Viewer, csrf, flash};

/// The frame of one page for one viewer: the field `frame` of a template that extends
/// `layout.html`.
#[derive(Debug, Clone)]
pub struct Frame {
    /// What the page is called, in the browser's tab.
    pub title: String,
    /// The way to this page, from the outermost; this page is last.
    pub crumbs: Vec<Crumb>,
    /// The groups of the navigation.
    pub nav: Vec<NavGroup>,
    /// The path of this page with its query, to come back to.
    pub here: String,
    /// The token that each form carries in its field `csrf`.
    pub csrf: String,
    /// How the person likes pages to look.
    pub theme: Theme,
    /// The person's name.
    pub person: String,
    /// The person's role.
    pub role: Role,
    /// What the person's organisation is called.
    pub organisation: String,
    /// `Brand` or `Partner`.
    pub side: &'static str,
    /// The name of the network.
    pub network: String,
    /// What was looked for, to stand in the search field.
    pub q: String,
    /// What was just saved, if anything.
    pub flash: Option<Flash>,
}

/// One step of the way to a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crumb {
    /// What it is called.
    pub label: String,
    /// Where it leads; `None` for this very page.
    pub href: Option<String>,
}

/// Links of the navigation that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NavGroup {
    /// What they have in common; empty for the first group.
    pub label: &'static str,
    /// The links.
    pub items: Vec<NavItem>,
}

/// One link of the navigation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NavItem {
    /// What it is called.
    pub label: &'static str,
    /// Where it leads.
    pub href: Cow<'static, str>,
    /// Its picture, of the sprite.
    pub icon: &'static str,
    /// Whether the page belongs to it.
    pub is_current: bool,
    /// Whether it also stands in the bar of a phone.
    pub is_quick: bool,
    /// How much waits there: `7`, `99+`; empty for nothing.
    pub count: String,
}

/// The parts of the product that the navigation leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nav {
    /// `/customers`
    Customers,
    /// `/hand-offs`: who acts next, and by when.
    HandOffs,
    /// `/partners`
    Partners,
    /// `/guests`: a partner serves a customer who brings a key.
    Guests,
    /// `/requests`: partners ask to see more, and the brand answers.
    Requests,
    /// `/matching`: which records are one person; for a partner `/duplicates`, among its own.
    Matching,
    /// `/imports`
    Imports,
    /// `/people`, for admins.
    People,
    /// `/api`: how programs use Handfast, and the tokens.
    Api,
    /// A page that belongs to none.
    Elsewhere,
}

impl Nav {
    const fn item(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Customers => ("Customers", "/customers", "users"),
            Self::HandOffs => ("Hand-offs", "/hand-offs", "handoff"),
            Self::Partners => ("Partners", "/partners", "partners"),
            Self::Guests => ("Guests", "/guests", "key"),
            Self::Requests => ("Requests", "/requests", "inbox"),
            Self::Matching => ("Matching", "/matching", "link"),
            Self::Imports => ("Imports", "/imports", "upload"),
            Self::People => ("People", "/people", "user"),
            Self::Api => ("API", "/api", "code"),
            Self::Elsewhere => ("Start", "/", "home"),
        }
    }
}

impl Frame {
    /// The frame of the page at `here` for `viewer`, within the part `nav`.
    pub fn of(viewer: &Viewer, here: &Uri, nav: Nav, title: impl Into<String>) -> Self {
        let title = title.into();
        let csrf = match &viewer.via {
            Via::Session { csrf, .. } => csrf::offer(csrf),
            Via::Token { .. } => String::new(),
        };
        Self {
            crumbs: vec![Crumb { label: title.clone(), href: None }],
            title,
            nav: nav_of(viewer, nav),
            here: here.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
            csrf,
            theme: viewer.theme,
            person: viewer.person_name.clone(),
            role: viewer.role,
            organisation: viewer.organisation_name.clone(),
            side: if viewer.is_brand() { "Brand" } else { "Partner" },
            network: viewer.network_name.clone(),
            q: String::new(),
            flash: None,
        }
    }

    /// The same below another page.
    #[must_use]
    pub fn below(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        let at = self.crumbs.len() - 1;
        self.crumbs.insert(at, Crumb { label: label.into(), href: Some(href.into()) });
        self
    }

    /// The same saying what was just saved, if the address names one of `known`.
    #[must_use]
    pub fn saying(mut self, known: &'static [Flash]) -> Self {
        let query = self.here.split_once('?').map(|(_, query)| query);
        self.flash = query.and_then(|query| flash::named(known, query));
        self
    }

    /// The same with `q` in the search field.
    #[must_use]
    pub fn searching(mut self, q: impl Into<String>) -> Self {
        self.q = q.into();
        self
    }

    /// Whether the network needs naming beside the organisation.
    pub fn names_network(&self) -> bool {
        self.side == "Partner"
    }

    /// The themes to choose from, each with its picture and whether it is the present one.
    pub fn themes(&self) -> [(Theme, &'static str, &'static str, bool); 3] {
        [
            (Theme::System, "As the device", "screen"),
            (Theme::Light, "Light", "sun"),
            (Theme::Dark, "Dark", "moon"),
        ]
        .map(|(theme, label, icon)| (theme, label, icon, theme == self.theme))
    }

    /// Links that stand in the bar of a phone.
    pub fn quick(&self) -> impl Iterator<Item = &NavItem> {
        self.nav.iter().flat_map(|group| &group.items).filter(|item| item.is_quick)
    }
}

/// How much waits for the viewer's organisation, as a navigation says it.
fn waiting(viewer: &Viewer) -> String {
    match viewer.via {
        Via::Session { waiting: 100.., .. } => "99+".to_owned(),
        Via::Session { waiting: waiting @ 1.., .. } => waiting.to_string(),
        _ => String::new(),
    }
}

fn nav_of(viewer: &Viewer, current: Nav) -> Vec<NavGroup> {
    let group = |label, parts: &[Nav]| NavGroup {
        label,
        items: parts
            .iter()
            .map(|part| {
                let (label, href, icon) = part.item();
                let (label, href) = match part {
                    // A partner sees its own figures, and no other partner's.
                    Nav::Partners if !viewer.is_brand() => {
                        ("Our figures", format!("/partners/{}", viewer.organisation).into())
                    }
                    Nav::Guests if !viewer.is_brand() => ("Serve a guest", href.into()),
                    // A partner decides of its own records only.
                    Nav::Matching if !viewer.is_brand() => ("Duplicates", "/duplicates".into()),
                    _ => (label, href.into()),
                };
                let is_quick = matches!(part, Nav::Customers | Nav::HandOffs | Nav::Partners);
                let count = if *part == Nav::HandOffs { waiting(viewer) } else { String::new() };
                NavItem { label, href, icon, is_current: *part == current, is_quick, count }
            })
            .collect(),
    };
    let first = [
        Nav::Customers,
        Nav::HandOffs,
        Nav::Partners,
        Nav::Requests,
        Nav::Matching,
        Nav::Guests,
        Nav::Imports,
    ];
    let mut groups = vec![group("", &first)];
    if viewer.is_admin() {
        groups.push(group("Administration", &[Nav::People, Nav::Api]));
    } else {
        groups.push(group("For programs", &[Nav::Api]));
    }
    groups
}

/// What stands around a page before anybody is known: the field `bare` of a template that extends
/// `bare.html`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bare {
    /// What the page is called, in the browser's tab.
    pub title: String,
}

impl Bare {
    /// The frame of a page called `title`.
    pub fn titled(title: impl Into<String>) -> Self {
        Self { title: title.into() }
    }
}

/// The page that `template` makes.
pub fn html(template: &impl Template) -> Result<Response, Failure> {
    html_with(StatusCode::OK, template)
}

/// The page that `template` makes, with another status: 422 for a form with its errors.
pub fn html_with(status: StatusCode, template: &impl Template) -> Result<Response, Failure> {
    let text = template
        .render()
        .map_err(|error| Failure::Broken(format!("a template could not be rendered: {error}")))?;
    Ok((status, Html(text)).into_response())
}
