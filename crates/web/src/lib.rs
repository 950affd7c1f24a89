//! The edge between HTTP and everything else.
//!
//! [`page`] and [`api`] make [`Route`]s, each with its [`Access`]; [`router`] serves exactly those.
//! Before a handler runs it is settled who asks ([`Viewer`]), whether they may, and that nobody
//! forged the request; afterwards every [`Failure`] is told in the form of its face, and every
//! answer gets the same headers. Nothing here knows what a customer is.

// Templates of other crates extend ours, and name what they call by the crate's name.
extern crate self as handfast_web;

mod address;
mod app;
pub mod assets;
mod bodies;
pub mod cookies;
mod csrf;
mod download;
mod failure;
mod flash;
mod frame;
mod gate;
mod headers;
mod idempotency;
mod limits;
mod paging;
mod parts;
mod problems;
mod redirects;
mod router;
mod routes;
mod secret;
mod tell;
#[cfg(test)]
mod tests;
mod upload;
mod version;
mod viewer;

pub use address::{AddressRange, AddressRangeError, ClientAddress};
pub use app::{App, Authenticate, Settings};
pub use bodies::{Form, JsonBody, Path, Query, json, object};
pub use download::download;
pub use failure::{Failure, Problem, Problems};
pub use flash::Flash;
pub use frame::{Bare, Crumb, Frame, Nav, NavGroup, NavItem, html, html_with};
pub use idempotency::{Answer, Once, Secretive, forget_old_answers};
pub use paging::{list, next_href};
pub use parts::{ClockFace, Icon, icon, initials};
pub use problems::{Kind as ProblemKind, kinds as problem_kinds};
pub use redirects::{relative, see_other, sign_in as sign_in_path};
pub use router::router;
pub use routes::{Access, BODY_BYTES_MAX, Face, Facts, Route, api, describe, page};
pub use secret::{Secret, TOKEN_PREFIX, TokenHash};
pub use upload::{Part, Upload};
pub use version::{IfMatch, IfNoneMatch, tag};
pub use viewer::{Credential, NoSuchWord, Role, Scope, Side, Theme, Via, Viewer};
