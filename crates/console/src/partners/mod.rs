//! Partners: how they do beside one another, and each with the orders and cases behind its numbers.

mod add;
mod agreement;
mod answers;
mod behind;
mod contact;
mod ending;
mod list;
mod one;
mod standing;
mod trend;
mod words;

use axum::http::Method;
use handfast_db::{Cx, Fault};
use handfast_kit::OrganisationId;
use handfast_record::{
    organisations::{self, Organisation},
    sales::figures::PartnerFigures,
};
use handfast_web::{Access, Flash, Route, Side, Viewer, page};

const ADDED: Flash = Flash::new("partner", "The partner was added.");
const KNOWN: &[Flash] = &[ADDED, contact::SAVED, ending::ENDED];

pub(crate) fn routes() -> Vec<Route> {
    let mut routes = vec![
        page(Method::GET, "/partners", Access::Brand, list::show),
        page(Method::POST, "/partners", Access::BrandAdmin, add::add),
        page(Method::GET, "/partners/new", Access::BrandAdmin, add::show),
        page(Method::GET, "/partners/{id}", Access::Member, one::show),
        page(Method::GET, "/partners/{id}/figures", Access::Member, answers::list),
        page(Method::POST, "/partners/{id}/contact", Access::Admin, contact::save),
        page(Method::GET, "/partners/{id}/ending", Access::BrandAdmin, ending::show),
        page(Method::POST, "/partners/{id}/ending", Access::BrandAdmin, ending::finish),
        page(Method::POST, "/partners/{id}/ending/settlements", Access::BrandAdmin, ending::settle),
        page(Method::GET, "/partners/{id}/orders", Access::Member, behind::orders),
        page(Method::GET, "/partners/{id}/cases", Access::Member, behind::cases),
    ];
    routes.extend(agreement::routes());
    routes
}

/// The partner with this id, for the brand and for the partner itself; to others it is not there.
fn find(
    cx: &mut Cx<'_>,
    viewer: &Viewer,
    id: OrganisationId,
) -> Result<Option<Organisation>, Fault> {
    if !viewer.is_brand() && viewer.organisation != id {
        return Ok(None);
    }
    let found = organisations::find(cx, viewer.network, id)?;
    Ok(found.filter(|organisation| organisation.side == Side::Partner))
}

/// The figures of a partner that sold nothing yet.
const fn nothing_yet(organisation: OrganisationId) -> PartnerFigures {
    PartnerFigures {
        organisation,
        orders: 0,
        delivered: 0,
        late: 0,
        open: 0,
        overdue: 0,
        review_count: 0,
        review_sum: 0,
    }
}
