//! The agreement with a partner: what it says, in every version, and how it is written, looked at
//! before it is signed, and ended. A part of it stands on the partner's own page.

mod cells;
mod changes;
mod editor;
mod effects;
mod ending;
mod form;
mod matrix;
mod preview;
mod whole;
mod words;

use axum::http::{Method, Uri};
use handfast_db::{Cx, Fault};
use handfast_kit::OrganisationId;
use handfast_record::{
    agreements::{self, Agreement, Responsibility},
    organisations::{self, Organisation},
};
use handfast_web::{Access, App, Failure, Flash, Frame, Nav, Role, Route, Viewer, page};

use self::matrix::{Detail, Matrix};

const SIGNED: Flash = Flash::new("agreement", "The agreement is in force from now on.");
const ENDED: Flash = Flash::new("agreement-ended", "The agreement has ended.");
const KNOWN: &[Flash] = &[SIGNED, ENDED];

pub(super) fn routes() -> Vec<Route> {
    use {Access::BrandAdmin, Access::Member};
    const AGREEMENT: &str = "/partners/{id}/agreement";
    const END: &str = "/partners/{id}/agreement/end";
    vec![
        page(Method::GET, AGREEMENT, Member, whole::show),
        page(Method::GET, "/partners/{id}/agreement/{version}", Member, whole::show_version),
        page(Method::GET, "/partners/{id}/agreement/new", BrandAdmin, editor::show),
        page(Method::POST, "/partners/{id}/agreement/preview", BrandAdmin, preview::show),
        page(Method::POST, AGREEMENT, BrandAdmin, preview::sign),
        page(Method::GET, END, BrandAdmin, ending::show),
        page(Method::POST, END, BrandAdmin, ending::end),
    ]
}

/// A partner and the last version of its agreement, in force or ended.
struct Known {
    partner: Organisation,
    last: Option<Agreement>,
}

/// What is known of a partner that the viewer may know.
async fn known(app: &App, viewer: &Viewer, id: OrganisationId) -> Result<Known, Failure> {
    let asking = viewer.clone();
    let read = move |cx: &mut Cx<'_>| Known::read(cx, &asking, id);
    app.read(read).await?.ok_or(Failure::NotFound)
}

impl Known {
    fn read(cx: &mut Cx<'_>, viewer: &Viewer, id: OrganisationId) -> Result<Option<Self>, Fault> {
        let Some(partner) = super::find(cx, viewer, id)? else { return Ok(None) };
        let last = agreements::last(cx, viewer.network, id)?;
        Ok(Some(Self { partner, last }))
    }

    fn in_force(&self) -> Option<&Agreement> {
        self.last.as_ref().filter(|last| last.ended.is_none())
    }

    /// The number of the last version; 0 if there is none.
    fn version(&self) -> i64 {
        self.last.as_ref().map_or(0, |last| last.version)
    }

    fn path(&self) -> String {
        format!("/partners/{}", self.partner.id)
    }

    /// The frame of a page below the agreement, or of the agreement itself.
    fn frame(&self, viewer: &Viewer, uri: &Uri, title: &str) -> Frame {
        let frame = Frame::of(viewer, uri, Nav::Partners, title).saying(KNOWN);
        let frame = if viewer.is_brand() { frame.below("Partners", "/partners") } else { frame };
        frame.below(&self.partner.name, self.path())
    }
}

/// What of an agreement stands on the partner's page.
pub(super) struct Panels {
    pub(super) path: String,
    pub(super) partner: String,
    pub(super) brand: String,
    /// Whether the viewer may write and end it.
    pub(super) may_write: bool,
    /// Whether the viewer is of the brand.
    pub(super) is_brand: bool,
    /// Whether there was one that ended.
    pub(super) has_ended: bool,
    pub(super) agreement: Option<Face>,
}

/// The agreement in force, in short.
pub(super) struct Face {
    pub(super) title: String,
    pub(super) rows: Vec<Responsibility>,
    pub(super) matrix: Matrix,
}

impl Panels {
    /// Reads what stands on the page of this partner.
    pub(super) fn read(
        cx: &mut Cx<'_>,
        viewer: &Viewer,
        partner: &Organisation,
    ) -> Result<Self, Fault> {
        let last = agreements::last(cx, viewer.network, partner.id)?;
        let has_ended = last.as_ref().is_some_and(|last| last.ended.is_some());
        let in_force = last.filter(|last| last.ended.is_none());
        let others = match &in_force {
            Some(_) => competitors(cx, viewer, partner)?,
            None => Vec::new(),
        };
        let face = |agreement: Agreement| Face {
            title: format!("Agreement {}, {}", agreement.version, signed(&agreement)),
            matrix: Matrix::of(&agreement.grants, &others, Detail::Brief),
            rows: agreement.responsibilities,
        };
        Ok(Self {
            path: format!("/partners/{}", partner.id),
            partner: partner.name.clone(),
            brand: viewer.network_name.clone(),
            may_write: viewer.role == Role::BrandAdmin,
            is_brand: viewer.is_brand(),
            has_ended,
            agreement: in_force.map(face),
        })
    }
}

/// `signed 2 May 2025`.
fn signed(agreement: &Agreement) -> String {
    format!("signed {}", long_date(agreement.signed))
}

/// `2 May 2025`: what is signed is dated in full.
fn long_date(day: handfast_kit::Day) -> String {
    day.date().strftime("%-d %B %Y").to_string()
}

/// The agreements in force with partners of a kind of this one's, for the brand. Another's
/// agreement is none of a partner's business.
fn competitors(
    cx: &mut Cx<'_>,
    viewer: &Viewer,
    partner: &Organisation,
) -> Result<Vec<Agreement>, Fault> {
    let mut found = Vec::new();
    if !viewer.is_brand() {
        return Ok(found);
    }
    let others = organisations::partners(cx, viewer.network, None, 200)?.items;
    let is_rival = |other: &&Organisation| {
        other.id != partner.id && other.kinds.iter().any(|kind| partner.kinds.contains(kind))
    };
    for other in others.iter().filter(is_rival) {
        found.extend(agreements::in_force(cx, viewer.network, other.id)?);
    }
    Ok(found)
}
