//! Partners.
use handfast_web::Route;
pub(crate) fn routes() -> Vec<Route> {
    vec![]
}
