//! The people of an organisation: who is a member, who is invited, who may do what.

mod changes;

use askama::Template;
use axum::{
    extract::State,
    http::{Method, Uri},
    response::Response,
};
use handfast_db::{Cx, Fault};
use handfast_kit::{Cursor, OrganisationId, Page, PersonId, TimeMs};
use handfast_record::{
    organisations::{self, Organisation},
    people::{self, Error, Invitation, Member},
};
use handfast_web::{
    Access, App, Failure, Flash, Frame, Nav, Query, Role, Route, Side, Viewer, page,
};
use serde::Deserialize;

use crate::{
    forms::{Refusal, beside, reply},
    words,
};

const ROLE_SAVED: Flash = Flash::new("role", "The new role is in force from the next page on.");
const ENDED: Flash =
    Flash::new("ended", "The membership has ended, and with it every sign-in and token there.");
const RETURNED: Flash = Flash::new("returned", "The person is a member again.");
const WITHDRAWN: Flash =
    Flash::new("withdrawn", "The invitation was withdrawn. Its link works no more.");
const KNOWN: &[Flash] = &[ROLE_SAVED, ENDED, RETURNED, WITHDRAWN];

/// How many members one page shows.
const PAGE_LEN: usize = 100;
/// Up to how many partners a brand admin is offered to choose from.
const PARTNERS_OFFERED_MAX: usize = 200;

pub(crate) fn routes() -> Vec<Route> {
    use Access::Admin;
    let withdrawal = "/people/invitations/{id}/withdrawal";
    vec![
        page(Method::GET, "/people", Admin, show),
        page(Method::POST, "/people/invitations", Admin, changes::invite),
        page(Method::POST, withdrawal, Admin, changes::withdraw),
        page(Method::POST, "/people/{id}/role", Admin, changes::change_role),
        page(Method::POST, "/people/{id}/ending", Admin, changes::end),
        page(Method::POST, "/people/{id}/return", Admin, changes::take_back),
    ]
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Asked {
    organisation: Option<OrganisationId>,
    after: Option<String>,
}

/// What was typed into the form of an invitation.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    organisation: Option<OrganisationId>,
    name: String,
    email: String,
    role: String,
}

/// What is read for the page.
struct Found {
    organisation: Organisation,
    members: Page<Member>,
    invitations: Vec<Invitation>,
    /// Of whoever sent the invitations.
    names: std::collections::HashMap<PersonId, String>,
    offered: Vec<Organisation>,
}

#[derive(Template)]
#[template(path = "people.html")]
struct PeoplePage {
    frame: Frame,
    lede: String,
    organisation: OrganisationId,
    organisation_name: String,
    offered: Vec<Choice>,
    made: Option<Made>,
    /// Of a change of a member; those of the form are beside it.
    refusal: Option<Refusal>,
    form: InviteForm,
    members: Vec<MemberRow>,
    more: Option<String>,
    invitations: Vec<InvitationRow>,
}

struct Choice {
    value: String,
    label: String,
    is_chosen: bool,
}

/// An invitation that was just made: the one moment its link is seen.
struct Made {
    name: String,
    email: String,
    link: String,
    hours: i64,
}

struct InviteForm {
    refusal: Option<Refusal>,
    name: String,
    name_error: Option<String>,
    email: String,
    email_error: Option<String>,
    role_error: Option<String>,
    roles: Vec<RoleChoice>,
}

struct RoleChoice {
    role: Role,
    label: String,
    about: &'static str,
    is_chosen: bool,
}

struct MemberRow {
    id: PersonId,
    name: String,
    email: String,
    role: String,
    since: String,
    ended: Option<String>,
    is_oneself: bool,
    roles: Vec<RoleChoice>,
}

struct InvitationRow {
    id: String,
    name: String,
    email: String,
    about: String,
}

/// What the page is to say besides who is there.
#[derive(Default)]
struct Said {
    typed: Typed,
    made: Option<Made>,
    refused_form: Option<Refusal>,
    refusal: Option<Refusal>,
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    people_page(&app, &viewer, &uri, asked, Said::default()).await
}

async fn people_page(
    app: &App,
    viewer: &Viewer,
    uri: &Uri,
    asked: Asked,
    said: Said,
) -> Result<Response, Failure> {
    let (who, now) = (viewer.clone(), app.clock.now());
    let found = app.read(move |cx| find(cx, &who, &asked, now)).await?;
    let reply = reply(said.refused_form.as_ref().or(said.refusal.as_ref()));
    reply.with(&PeoplePage::of(viewer, uri, found, said, now))
}

fn find(cx: &mut Cx<'_>, viewer: &Viewer, asked: &Asked, now: TimeMs) -> Result<Found, Error> {
    let organisation = people::look_after(cx, viewer, asked.organisation)?;
    let (network, id) = (viewer.network, organisation.id);
    let after: Option<Cursor> = asked.after.as_deref().and_then(|after| after.parse().ok());
    let members = people::members(cx, network, id, after.as_ref(), PAGE_LEN)?;
    let invitations = people::invitations(cx, network, id, now)?;
    let names = people::names(cx, invitations.iter().map(|one| one.invited_by))?;
    let offered = offered(cx, viewer)?;
    Ok(Found { organisation, members, invitations, names, offered })
}

/// The organisations to choose from: for a brand admin the brand and its partners.
fn offered(cx: &mut Cx<'_>, viewer: &Viewer) -> Result<Vec<Organisation>, Fault> {
    if !viewer.is_brand() {
        return Ok(Vec::new());
    }
    let mut all = Vec::new();
    all.extend(organisations::brand(cx, viewer.network)?);
    all.extend(organisations::partners(cx, viewer.network, None, PARTNERS_OFFERED_MAX)?.items);
    Ok(all)
}

/// The roles that are held on a side, each with what it may.
fn roles(side: Side, chosen: Option<Role>) -> Vec<RoleChoice> {
    let fits = |role: &Role| match role {
        Role::BrandAdmin | Role::BrandStaff => side == Side::Brand,
        Role::PartnerAdmin | Role::PartnerStaff => side == Side::Partner,
        Role::Auditor => true,
    };
    let roles = Role::ALL.iter().copied().filter(fits);
    roles
        .map(|role| RoleChoice {
            role,
            label: words::sentence(role.word()),
            about: about(role),
            is_chosen: chosen == Some(role),
        })
        .collect()
}

const fn about(role: Role) -> &'static str {
    match role {
        Role::BrandAdmin => "Sees every customer, writes, and looks after people and tokens.",
        Role::BrandStaff => "Sees every customer and writes.",
        Role::PartnerAdmin => "Sees your own customers, writes, and looks after people and tokens.",
        Role::PartnerStaff => "Sees your own customers and writes.",
        Role::Auditor => "Reads what the organisation sees, and changes nothing.",
    }
}

impl PeoplePage {
    fn of(viewer: &Viewer, uri: &Uri, found: Found, said: Said, now: TimeMs) -> Self {
        let Found { organisation, members, invitations, names, offered } = found;
        let day = |at| words::date(viewer.zone.day_of(at), viewer.zone.day_of(now));
        let more = members
            .next
            .as_ref()
            .map(|next| format!("/people?organisation={}&after={next}", organisation.id));
        let staff =
            if organisation.side == Side::Brand { Role::BrandStaff } else { Role::PartnerStaff };
        Self {
            frame: Frame::of(viewer, uri, Nav::People, "People").saying(KNOWN),
            lede: lede(&members.items, more.is_some(), &invitations, &organisation.name),
            organisation: organisation.id,
            offered: offered
                .iter()
                .map(|one| Choice {
                    value: one.id.to_string(),
                    label: one.name.clone(),
                    is_chosen: one.id == organisation.id,
                })
                .collect(),
            made: said.made,
            refusal: said.refusal,
            form: InviteForm::of(said.typed, said.refused_form, organisation.side, staff),
            members: members
                .items
                .into_iter()
                .map(|member| MemberRow {
                    id: member.person,
                    role: words::sentence(member.role.word()),
                    since: day(member.since),
                    ended: member.ended.map(day),
                    is_oneself: member.person == viewer.person,
                    roles: roles(organisation.side, Some(member.role)),
                    name: member.name,
                    email: member.email,
                })
                .collect(),
            more,
            invitations: invitations
                .into_iter()
                .map(|one| {
                    let by = names.get(&one.invited_by).map(|name| format!(" by {name}"));
                    let hours =
                        words::counted((one.expires.0 - now.0) / TimeMs::HOUR, "hour", "hours");
                    let (role, by) = (words::sentence(one.role.word()), by.unwrap_or_default());
                    InvitationRow {
                        id: one.id.to_string(),
                        about: format!("{role}, invited{by}; good for {hours} more"),
                        name: one.name,
                        email: one.email,
                    }
                })
                .collect(),
            organisation_name: organisation.name,
        }
    }
}

impl InviteForm {
    fn of(typed: Typed, refusal: Option<Refusal>, side: Side, usual: Role) -> Self {
        let chosen = typed.role.parse().unwrap_or(usual);
        Self {
            name_error: beside(refusal.as_ref(), "name"),
            email_error: beside(refusal.as_ref(), "email"),
            role_error: beside(refusal.as_ref(), "role"),
            refusal,
            name: typed.name,
            email: typed.email,
            roles: roles(side, Some(chosen)),
        }
    }
}

/// `3 people work at Aurora Cycles, 1 of them as admin. 1 invitation is open.`
fn lede(members: &[Member], is_cut: bool, open: &[Invitation], name: &str) -> String {
    let present = members.iter().filter(|member| member.ended.is_none());
    let (mut count, mut admins) = (0, 0);
    for member in present {
        count += 1;
        admins += i64::from(matches!(member.role, Role::BrandAdmin | Role::PartnerAdmin));
    }
    let open = match open.len() as i64 {
        0 => "No invitation is open.".to_owned(),
        1 => "1 invitation is open.".to_owned(),
        n => format!("{} invitations are open.", words::number(n)),
    };
    if is_cut {
        return format!("{} people work at {name}, or more. {open}", words::number(count));
    }
    match count {
        0 => format!("Nobody works at {name} yet. {open}"),
        1 => format!("1 person works at {name}. {open}"),
        n => {
            let admins = if admins == 0 { "none".to_owned() } else { words::number(admins) };
            let n = words::number(n);
            format!("{n} people work at {name}, {admins} of them as admin. {open}")
        }
    }
}
