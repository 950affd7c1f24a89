//! What happens in a generated world, act by act: enough to build it, and to build one that differs
//! from it in something.

use handfast_kit::TimeMs;
use handfast_record::{
    TouchId,
    customers::Details,
    organisations::Kind,
    sharing::{Class, Grant, Purpose, Tie},
    touches::Body,
};

/// An organisation by its place in the world: 0 is the brand.
pub(crate) type Who = usize;
/// A customer by its place in the world.
pub(crate) type Whom = usize;

/// A whole world, told.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// What each partner does; the first of them is organisation 1.
    pub(crate) partners: Vec<Kind>,
    /// Whether each customer has a key that several records may carry.
    pub(crate) customers: Vec<bool>,
    /// What happens, in this order.
    pub(crate) acts: Vec<Act>,
}

/// One thing that happens.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// An organisation writes a customer down, or says something new of it.
    Record { who: Who, whom: Whom, details: Details, at: TimeMs },
    /// An order that `who` keeps, sold by these; and what came of it.
    Order(Order),
    /// A step of a case.
    Case(Step),
    /// An entry that somebody writes.
    Entry(Written),
    /// A partner and the brand sign what is shown; none for an agreement that ends.
    Agreement { who: Who, grants: Option<Vec<Grant>> },
    /// A tie made by hand, or changed.
    Tie { who: Who, whom: Whom, tie: Tie, from: TimeMs, until: Option<TimeMs> },
    /// A tie ends.
    TieEnds { who: Who, whom: Whom, tie: Tie },
    /// A partner asks to serve a guest, with the customer's key.
    Guest { who: Who, whom: Whom },
    /// A partner asks to see these classes, and may be allowed to for a day.
    Asked { who: Who, whom: Whom, classes: Vec<Class>, is_allowed: bool },
    /// The customer says something.
    Said { whom: Whom, saying: Said },
    /// The customer takes it back.
    Unsaid { whom: Whom, saying: Said },
    /// The customer's data may only be kept, or may be used again.
    Frozen { whom: Whom, is_frozen: bool },
}

/// What a customer says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Said {
    pub(crate) purpose: Option<Purpose>,
    pub(crate) to: Option<Who>,
    pub(crate) class: Option<Class>,
    pub(crate) allowed: bool,
}

/// An order with lines of these sellers.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) who: Who,
    pub(crate) whom: Whom,
    pub(crate) number: usize,
    pub(crate) sellers: Vec<Who>,
    pub(crate) title: String,
    pub(crate) at: TimeMs,
    pub(crate) is_delivered: bool,
    pub(crate) is_paid: bool,
    /// A score and what was written.
    pub(crate) review: Option<(i64, String)>,
}

/// A step of a case.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) who: Who,
    /// None for a case that names nobody.
    pub(crate) whom: Option<Whom>,
    pub(crate) number: usize,
    pub(crate) row: i64,
    pub(crate) title: String,
    pub(crate) owner: String,
    pub(crate) at: TimeMs,
    pub(crate) closes: bool,
}

/// An entry, with the id it gets.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    pub(crate) who: Who,
    pub(crate) whom: Whom,
    pub(crate) id: TouchId,
    pub(crate) body: Body,
    pub(crate) at: TimeMs,
    pub(crate) audience: For,
}

/// Whom an entry is for.
#[derive(Debug, Clone)]
pub(crate) enum For {
    /// Whoever may see its class.
    All,
    /// The author and the brand.
    Own,
    /// These too.
    Named(Vec<Who>),
}

/// The reference under which an organisation keeps a customer.
pub(crate) fn reference(who: Who, whom: Whom) -> String {
    format!("c{whom}-of-o{who}")
}

impl Plan {
    /// How many organisations there are, the brand among them.
    pub(crate) fn organisation_count(&self) -> usize {
        self.partners.len() + 1
    }
}
