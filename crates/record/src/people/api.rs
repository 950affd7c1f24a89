//! JSON of people.

use handfast_web::Route;

/// The routes.
pub fn routes() -> Vec<Route> {
    Vec::new()
}
