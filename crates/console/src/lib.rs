//! The pages of the brand and its partners: what a person reads and does in a browser.
//!
//! Each part has its handlers here and its templates in `pages/`. A handler reads what its page
//! shows in one go, [`words`] and [`charts`] turn it into text and shapes, and a template writes
//! one ready struct. Every page works without scripts; htmx swaps parts of the same pages.

mod charts;
mod customer;
mod customers;
mod partners;
#[cfg(test)]
mod tests;
mod words;

use handfast_web::Route;

/// Every page of the console, each with its access class.
pub fn routes() -> Vec<Route> {
    [customers::routes(), customer::routes(), partners::routes()].into_iter().flatten().collect()
}
