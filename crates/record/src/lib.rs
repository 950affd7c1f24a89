//! What a company and its partners know together of their customers: the spine.
//!
//! - [`organisations`]: networks, the brand, its partners
//! - [`people`]: who signs in, as what, with which credential
//! - [`sharing`]: the [`sharing::Lens`], without which nothing about a customer is read
//! - [`touches`]: what happened; append-only; timeline and feed
//! - `search`: finding customers by the words of their records and touches
//! - [`customers`]: records, and the customer behind them
//! - [`consents`]: what customers allow and forbid, and freezing
//! - [`ties`]: what people tie to a customer by hand
//! - [`guests`]: serving a customer who brings a key; `keys` finds by one
//! - [`requests`]: asking to see more of a customer
//! - [`agreements`]: what each partner and the brand signed, and so what is shown to it
//! - [`entrusting`]: where what is handed from one organisation to another lies, and ties for it
//! - [`sales`]: orders, promised deliveries, reviews, and the figures drawn from them
//! - [`receipts`]: the sealed log of touches, and proofs of what is in it
//! - [`cases`]: cases, their steps and hand-overs, and the figures drawn from them
//! - [`matching`]: which records are one customer, and who decided it
//! - [`merging`]: two customers who turn out to be one, and two again

pub mod agreements;
pub mod cases;
pub mod consents;
pub mod customers;
pub mod entrusting;
pub mod guests;
mod keys;
pub mod matching;
pub mod merging;
pub mod migrations;
mod numbers;
pub mod organisations;
pub mod people;
pub mod receipts;
pub mod requests;
pub mod sales;
mod search;
pub mod sharing;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod ties;
pub mod touches;

use handfast_kit::Id;
use handfast_web::Route;
use utoipa::OpenApi;

/// Marks the id of a customer.
#[derive(Debug, Clone, Copy)]
pub enum CustomerMark {}
/// Marks the id of a record.
#[derive(Debug, Clone, Copy)]
pub enum RecordMark {}
/// Marks the id of what touches are about.
#[derive(Debug, Clone, Copy)]
pub enum SubjectMark {}
/// Marks the id of a touch.
#[derive(Debug, Clone, Copy)]
pub enum TouchMark {}
/// Marks the id of a sale.
#[derive(Debug, Clone, Copy)]
pub enum SaleMark {}
/// Marks the id of a case.
#[derive(Debug, Clone, Copy)]
pub enum CaseMark {}

/// Marks the id of a hand-off.
#[derive(Debug, Clone, Copy)]
pub enum HandOffMark {}
/// Marks the id of a change.
#[derive(Debug, Clone, Copy)]
pub enum ChangeMark {}
/// Marks the id of an obligation.
#[derive(Debug, Clone, Copy)]
pub enum ObligationMark {}
/// Marks the id of a dispute.
#[derive(Debug, Clone, Copy)]
pub enum DisputeMark {}
/// Marks the id of a trace.
#[derive(Debug, Clone, Copy)]
pub enum TraceMark {}

/// Which customer: the one human or business behind one or more records.
pub type CustomerId = Id<CustomerMark>;
/// Which record: one customer as one organisation keeps it.
pub type RecordId = Id<RecordMark>;
/// What touches are about: a customer, or a shared thing such as a case that names nobody.
pub type SubjectId = Id<SubjectMark>;
/// Which touch.
pub type TouchId = Id<TouchMark>;
/// Which sale: one order, whoever sold its lines.
pub type SaleId = Id<SaleMark>;
/// Which case.
pub type CaseId = Id<CaseMark>;
/// Which hand-off: an offer of accountability, and what became of it.
pub type HandOffId = Id<HandOffMark>;
/// Which change: what a customer told once, for all organisations.
pub type ChangeId = Id<ChangeMark>;
/// Which obligation: one organisation's part of a change.
pub type ObligationId = Id<ObligationMark>;
/// Which dispute: between two organisations, about whose part something was.
pub type DisputeId = Id<DisputeMark>;
/// Which trace: of a delivery that did not arrive.
pub type TraceId = Id<TraceMark>;

/// The API's calls about what this crate knows.
pub fn routes() -> Vec<Route> {
    let mut routes = organisations::api::routes();
    routes.extend(people::api::routes());
    routes.extend(customers::api::routes());
    routes.extend(touches::api::routes());
    routes.extend(receipts::api::routes());
    routes.extend(sales::api::routes());
    routes.extend(cases::api::routes());
    routes.extend(agreements::api::routes());
    routes.extend(matching::api::routes());
    routes.extend(ties::api::routes());
    routes.extend(guests::api::routes());
    routes.extend(requests::api::routes());
    routes.extend(consents::api::routes());
    routes.extend(sharing::looks::api::routes());
    routes
}

/// Those calls described, for the OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = organisations::api::Documentation::openapi();
    document.merge(people::api::Documentation::openapi());
    document.merge(customers::api::Documentation::openapi());
    document.merge(touches::api::Documentation::openapi());
    document.merge(receipts::api::Documentation::openapi());
    document.merge(sales::api::Documentation::openapi());
    document.merge(cases::api::Documentation::openapi());
    document.merge(agreements::api::Documentation::openapi());
    document.merge(matching::api::Documentation::openapi());
    document.merge(ties::api::Documentation::openapi());
    document.merge(guests::api::Documentation::openapi());
    document.merge(requests::api::Documentation::openapi());
    document.merge(consents::api::Documentation::openapi());
    document.merge(sharing::looks::api::Documentation::openapi());
    document
}
